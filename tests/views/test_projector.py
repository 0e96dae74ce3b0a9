# SPDX-License-Identifier: Apache-2.0
"""The views follow the ledger, go on where they stopped, are the same when derived anew (I33)."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, select

from ropewalk.views import (
    EVERYTHING,
    Batch,
    DatabaseError,
    Filters,
    Message,
    Views,
    datas,
    figures,
    find,
    forget,
)
from ropewalk.views import rows as rows_of
from ropewalk.views.schema import DERIVED, arrivals, events
from views.fleet import Ledger, batch22, batch30, event22, event30, grown

BATCHES = 60


def dump(views: Views) -> dict[str, list[tuple[Any, ...]]]:
    """All that is derived, row by row."""
    with views.database.reading() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in DERIVED
        }


def story() -> tuple[Ledger, list[Batch]]:
    """Claims by two parties in both versions; some override, retract and repeat."""
    ledger, batches = Ledger(), []
    for number in range(BATCHES):
        first, by = number * 20, ("ab" if number % 2 else "cd") * 16
        if number % 3 == 2:
            told = [
                event30(n % 40, f"2026-01-{1 + number % 28:02}T18:05:00Z", isRetracted=n % 7 == 0)
                for n in range(first, first + 20)
            ]
            unlike = {one["eventID"]: one for one in told}
            batch = batch30(*unlike.values(), salt=f"{number:064x}", by=by)
        else:
            told = [event22(n) for n in range(first, first + 20)] + [event22(5)] * (number > 0)
            batch = batch22(*told, salt=f"{number:064x}", by=by)
        ledger.claim(batch)
        batches.append(batch)
    return ledger, batches


def shown(views: Views, filters: Filters) -> list[dict[str, Any]]:
    with views.database.reading() as connection:
        page = find(connection, filters, None, 1000, reader=EVERYTHING)
        return [json.loads(one) for one in datas(connection, page.ids)]


def message_of(n: int) -> Message:
    batch = batch30(event30(n))
    return Message(received=1_770_000_000 + n, sender="", version="3.0", events=batch.events)


def test_views_derived_anew_are_those_that_grew(tmp_path: Path) -> None:
    ledger, batches = story()
    said, ledger.said = ledger.said, []
    views = Views(tmp_path, ledger)
    for number, (one, batch) in enumerate(zip(said, batches, strict=True)):
        ledger.said.append(one)
        if number % 5:
            views.payloads.put(batch)
        if number % 7 == 0:
            views.payloads.add_message(message_of(number))
        views.projector.step(everything=True)
    assert figures(views.database)["missing"] == BATCHES // 5
    for batch in batches:
        views.payloads.put(batch)
    views.projector.catch_up()
    lived = dump(views)
    assert len(lived["events"]) > 1000
    assert {row[-2] for row in lived["events"]} == {True, False}
    views.rebuild()
    assert dump(views) == lived
    views.close()
    (tmp_path / "views.sqlite").unlink()
    assert dump(grown(tmp_path, ledger, [])) == lived


def test_nobody_is_told_again_what_a_rebuild_derives_anew(tmp_path: Path) -> None:
    ledger, batches = story()
    views = grown(tmp_path, ledger, batches)
    with views.database.reading() as connection:
        before = connection.execute(select(arrivals)).all()
    views.rebuild()
    with views.database.reading() as connection:
        assert connection.execute(select(arrivals)).all() == before
    views.close()


def test_killed_at_any_moment_they_go_on_and_are_the_same(tmp_path: Path) -> None:
    ledger, batches = story()
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    whole = grown(tmp_path / "whole", ledger, batches)
    expected = dump(whole)
    whole.close()
    interrupted = 0
    for pause_s in (0.0, 0.02, 0.05, 0.1, 0.2):
        interrupted += kill_amid(tmp_path / "killed", pause_s)
    assert interrupted >= 2
    views = grown(tmp_path / "killed", ledger, batches)
    assert dump(views) == expected
    with views.database.reading() as connection:
        listed = [row[0] for row in connection.execute(select(arrivals.c.batch))]
    assert len(listed) == len(set(listed)) == BATCHES
    views.close()


def kill_amid(folder: Path, pause_s: float, tale: str = "claims") -> bool:
    """Kill a process that projects the story, some time after it began; whether it was at work."""
    victim = subprocess.Popen(
        [sys.executable, "-m", "views.victim", str(folder), tale],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert victim.stdout is not None
    assert victim.stdout.readline() == b"ready\n"
    time.sleep(pause_s)
    at_work = victim.poll() is None
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    victim.stdout.close()
    return at_work


def test_a_rebuild_that_is_killed_in_its_middle_goes_on(tmp_path: Path) -> None:
    ledger, batches = story()
    views = grown(tmp_path, ledger, batches)
    lived = dump(views)
    forget(views.database)
    views.projector.step()
    assert 0 < len(dump(views)["events"]) < len(lived["events"])
    views.close()
    assert dump(grown(tmp_path, ledger, [])) == lived


def test_a_rebuild_beside_a_projector_at_work_loses_nothing(tmp_path: Path) -> None:
    ledger, batches = story()
    views = grown(tmp_path, ledger, batches)
    lived = dump(views)
    views.projector.start()
    for _ in range(5):
        forget(views.database)
        time.sleep(0.05)
    end = time.monotonic() + 20
    while dump(views) != lived and time.monotonic() < end:
        time.sleep(0.1)
    assert dump(views) == lived
    views.close()


def test_events_come_back_byte_by_byte(tmp_path: Path) -> None:
    ledger, batches = story()
    views = grown(tmp_path, ledger, batches)
    with views.database.reading() as connection:
        for one, batch in zip(ledger.said, batches, strict=True):
            ids = [one.position * 512 + n for n in range(len(batch.events))]
            assert datas(connection, ids) == batch.datas
    views.close()


def test_claims_whose_events_are_elsewhere_wait_and_hold_nobody_up(tmp_path: Path) -> None:
    ledger = Ledger()
    batches = [batch22(event22(n), salt=f"{n:064x}") for n in range(3)]
    for batch in batches:
        ledger.claim(batch)
    views = grown(tmp_path, ledger, [batches[0], batches[2]])
    assert len(shown(views, Filters(major=2))) == 2
    assert figures(views.database)["missing"] == 1
    views.payloads.put(batches[1])
    views.projector.hint(batches[1].root)
    assert views.projector.step()
    assert len(shown(views, Filters(major=2))) == 3
    views.close()


def test_a_file_that_was_changed_is_never_taken_for_the_claim(tmp_path: Path) -> None:
    ledger = Ledger()
    batch = batch22(event22(1))
    ledger.claim(batch)
    (tmp_path / "claims" / batch.root[:2]).mkdir(parents=True)
    path = tmp_path / "claims" / batch.root[:2] / f"{batch.root}.json"
    other = batch22(event22(1), salt="08" * 32)
    path.write_bytes(msgspec.json.encode(other))
    views = Views(tmp_path, ledger)
    views.projector.step()
    views.projector.step(everything=True)
    assert shown(views, Filters(major=2)) == []
    assert figures(views.database)["missing"] == 1
    views.payloads.put(batch)
    views.projector.catch_up()
    assert len(shown(views, Filters(major=2))) == 1
    views.close()


def test_a_later_update_overrides_and_an_earlier_one_does_not(tmp_path: Path) -> None:
    ledger = Ledger()
    batches = [
        batch30(event30(1, "2026-01-20T10:00:00Z"), salt="01" * 32),
        batch30(event30(1, "2026-01-20T12:00:00Z"), salt="02" * 32),
        batch30(event30(1, "2026-01-20T11:00:00Z"), salt="03" * 32),
    ]
    for batch in batches:
        ledger.claim(batch)
    views = grown(tmp_path, ledger, batches)
    found = shown(views, Filters(major=3))
    assert [one["eventUpdatedDateTime"] for one in found] == ["2026-01-20T12:00:00Z"]
    views.close()


def test_a_retraction_takes_the_place_of_what_it_withdraws(tmp_path: Path) -> None:
    ledger = Ledger()
    gone = event30(1, "2026-01-20T12:00:00Z", isRetracted=True)
    batches = [batch30(event30(1, "2026-01-20T10:00:00Z")), batch30(gone)]
    for batch in batches:
        ledger.claim(batch)
    views = grown(tmp_path, ledger, batches)
    assert shown(views, Filters(major=3)) == [gone]
    views.close()


def test_nobody_overrides_or_retracts_what_another_claims(tmp_path: Path) -> None:
    ledger = Ledger()
    mine = batch30(event30(1, "2026-01-20T10:00:00Z"), by="ab" * 16)
    theirs = batch30(event30(1, "2026-01-20T12:00:00Z", isRetracted=True), by="cd" * 16)
    ledger.claim(mine)
    ledger.claim(theirs)
    views = grown(tmp_path, ledger, [mine, theirs])
    assert len(shown(views, Filters(major=3))) == 2
    message = batch30(event30(1, "2026-01-20T13:00:00Z", isRetracted=True))
    views.payloads.add_message(Message(received=1, sender="", version="3.0", events=message.events))
    views.projector.catch_up()
    assert len(shown(views, Filters(major=3))) == 3
    views.close()


def test_who_claimed_and_since_when_is_known_stands_beside_an_event(tmp_path: Path) -> None:
    ledger = Ledger()
    batch = batch22(event22(1), by="ef" * 16)
    one = ledger.claim(batch)
    views = grown(tmp_path, ledger, [batch])
    views.payloads.add_message(message_of(3))
    views.projector.catch_up()
    with views.database.reading() as connection:
        ids = [
            row[0] for row in connection.execute(select(events.c.id).order_by(events.c.id.desc()))
        ]
        signed, unsigned = rows_of(connection, ids)
    assert (signed["actor"], signed["time_s"], signed["is_signed"]) == ("ef" * 16, one.time, True)
    assert (unsigned["actor"], unsigned["is_signed"], unsigned["root"]) == ("", False, "")
    views.close()


def test_views_of_a_newer_program_are_not_touched(tmp_path: Path) -> None:
    views = Views(tmp_path, Ledger())
    with views.database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    views.close()
    with pytest.raises(DatabaseError):
        Views(tmp_path, Ledger())


def test_taking_a_batch_in_looks_at_no_more_than_its_ids(tmp_path: Path) -> None:
    """The plan of the one question that the projector asks of what it has written already."""
    ledger, batches = story()
    views = grown(tmp_path, ledger, batches[:5])
    asked: list[str] = []
    event.listen(
        views.database._writer,
        "before_cursor_execute",
        lambda _c, _cursor, text, *_more: asked.append(text),
    )
    views.payloads.put(batches[6])
    views.projector.catch_up()
    (question,) = {text for text in asked if text.startswith("SELECT events.origin")}
    filled = question.replace("?", "'x'")
    with views.database.reading() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {filled}")]
    assert "events_event_id" in plan[0], plan
    assert all(step.startswith("SEARCH") for step in plan), plan
    views.close()


def test_a_root_that_another_claims_shows_none_of_its_events_as_that_ones(tmp_path: Path) -> None:
    """A front-runner may get the root onto the ledger first; the leaves name who made it."""
    ledger = Ledger()
    batch = batch22(event22(1), by="ab" * 16)
    ledger.claim(batch, "cd" * 16)
    views = grown(tmp_path, ledger, [batch])
    assert figures(views.database) == {
        "position": 3,
        "messages": 0,
        "events": 0,
        "claims": 1,
        "missing": 0,
        "unreadable": 1,
    }
    assert shown(views, Filters(major=2)) == []
    views.close()
