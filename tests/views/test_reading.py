# SPDX-License-Identifier: Apache-2.0
"""Each party reads what concerns it: all of that, nothing else, and no sign of anything else."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from ropewalk.views import (
    EVERYTHING,
    Batch,
    CursorError,
    Filters,
    Message,
    Reader,
    Views,
    arrived,
    by_event_id,
    claims_of,
    find,
    read_cursor,
    scope_of,
    write_cursor,
)
from ropewalk.views import claiming as claiming_module
from ropewalk.views import finding as finding_module
from ropewalk.views.database import Database
from ropewalk.views.finding import _branches
from ropewalk.views.schema import READING, STRIDE, progress
from views.fleet import BOXES, Ledger, batch22, batch30, event22, event30, grown, uuid_of
from views.test_finding import chosen
from views.test_projector import dump

PARTIES = [f"{n}a" * 16 for n in range(5)]
CONSIGNMENTS = [f"{n}c" * 32 for n in range(4)]
STRANGER = "ee" * 16


@dataclass
class Story:
    """What happened, told in words of its own."""

    ledger: Ledger = field(default_factory=Ledger)
    batches: list[Batch] = field(default_factory=list)
    told: dict[int, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """By an event's number: its claimant, and what it names."""

    def claim(self, by: str, numbers: Sequence[int], named: Sequence[Sequence[str]]) -> Batch:
        salt = f"{len(self.batches):064x}"
        if len(self.batches) % 3 == 2:
            unlike = dict(zip(numbers, named, strict=True))
            events = [event30(n, f"2026-01-{1 + n % 28:02}T18:05:00Z") for n in unlike]
            batch = batch30(*events, salt=salt, by=by, concerns=list(unlike.values()))
        else:
            batch = batch22(*map(event22, numbers), salt=salt, by=by, concerns=named)
        position = self.ledger.claim(batch).position
        self.batches.append(batch)
        for index, one in enumerate(batch.concerns):
            self.told[position * STRIDE + index] = (by, tuple(one))
        return batch

    def concerns(self, reader: str, number: int) -> bool:
        """Whether an event is a party's to read: its own, or of a shipment that both are in."""
        by, named = self.told[number]
        shared = [self.ledger.parties.get(one, ()) for one in named]
        return reader == by or any(reader in one and by in one for one in shared)


moves = st.lists(
    st.one_of(
        st.tuples(st.just("admit"), st.sampled_from(CONSIGNMENTS), st.sampled_from(PARTIES)),
        st.tuples(
            st.just("claim"),
            st.sampled_from(PARTIES),
            st.lists(
                st.tuples(
                    st.integers(0, 60),
                    st.sets(st.sampled_from(CONSIGNMENTS), max_size=3).map(sorted),
                ),
                min_size=1,
                max_size=12,
            ),
        ),
    ),
    min_size=1,
    max_size=24,
)


def played(folder: Path, listed: Sequence[Any], late: int) -> tuple[Story, Views]:
    """A story and the views that followed it, some of its events late."""
    story = Story()
    views = Views(folder, story.ledger)
    for number, (what, who, which) in enumerate(listed):
        if what == "admit":
            if which not in story.ledger.parties.get(who, ()):
                story.ledger.admit(who, which)
        else:
            batch = story.claim(who, [one for one, _ in which], [named for _, named in which])
            if late == 0 or number % late:
                views.payloads.put(batch)
        views.projector.step(everything=True)
    for batch in story.batches:
        views.payloads.put(batch)
    views.projector.catch_up()
    return story, views


def pages(connection: Connection, filters: Filters, limit: int, reader: Reader) -> list[int]:
    """Ids on all pages, read one after another by cursors."""
    found: list[int] = []
    after, scope = None, scope_of(filters.scope, reader)
    while True:
        page = find(connection, filters, after, limit, reader=reader)
        found += page.ids
        if page.next is None:
            return found
        after = read_cursor(write_cursor(page.next, scope), scope)


@given(
    listed=moves,
    late=st.sampled_from([0, 2, 3]),
    asked=st.lists(chosen, min_size=1, max_size=4),
    limit=st.sampled_from([1, 3, 100]),
    scanned=st.sampled_from([2, 2000]),
)
@settings(max_examples=60, deadline=None)
def test_a_party_reads_of_all_events_those_that_concern_it(
    listed: list[Any], late: int, asked: list[Filters], limit: int, scanned: int
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        story, views = played(Path(folder), listed, late)
        patch.setattr(finding_module, "SCANNED", scanned)
        with views.database.reading() as connection:
            for filters in [*asked, Filters(major=2), Filters(major=3, is_descending=True)]:
                whole = pages(connection, filters, 1000, EVERYTHING)
                for reader in [*PARTIES, STRANGER, ""]:
                    mine = [one for one in whole if story.concerns(reader, one)]
                    assert pages(connection, filters, limit, reader) == mine
        lived = dump(views)
        views.rebuild()
        assert dump(views) == lived
        views.close()


@given(listed=moves, kind=st.sampled_from(["equipmentReference", "carrierBookingReference"]),
       looked=st.sampled_from([0, 20_000]), which=st.integers(0, 49))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_an_answer_is_made_from_what_concerns_who_asks(
    listed: list[Any], kind: str, looked: int, which: int
) -> None:
    value = BOXES[which % 5] if kind == "equipmentReference" else f"BOOK{which % 50:04}"
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        story, views = played(Path(folder), listed, 0)
        with views.database.reading() as connection:
            whole = claims_of(connection, kind, value, lambda _: (), reader=EVERYTHING)
            named = {position * STRIDE + index for position, index in whole.naming}
            if looked == 0 and named:
                patch.setattr(claiming_module, "LOOKED_MAX", len(named))
            for reader in [*PARTIES, STRANGER]:
                found = claims_of(connection, kind, value, lambda _: (), reader=reader)
                mine = {one for one in named if story.concerns(reader, one)}
                assert {p * STRIDE + i for p, i in found.naming} == mine
                ids = [one.position * STRIDE + one.index for one in found.all]
                assert all(story.concerns(reader, one) for one in ids)
                assert mine <= set(ids)
        views.close()


@dataclass
class World:
    """A shipment of two parties, its events, and many that are others'."""

    views: Views
    ledger: Ledger
    salt: int = 100

    def claim(
        self, *numbers: int, by: str, concerns: Sequence[str] = (), device_of: str = ""
    ) -> Batch:
        self.salt += 1
        named = [list(concerns)] * len(numbers)
        batch = batch22(*map(event22, numbers), salt=f"{self.salt:064x}", by=by, concerns=named)
        self.ledger.claim(batch, device_of=device_of)
        self.views.payloads.put(batch)
        self.views.projector.catch_up()
        return batch

    def admit(self, consignment: str, *parties: str) -> None:
        for one in parties:
            self.ledger.admit(consignment, one)
        self.views.projector.catch_up()

    def listed(self, reader: Reader, **narrowed: Any) -> list[int]:
        with self.views.database.reading() as connection:
            return pages(connection, Filters(**{"major": 2, **narrowed}), 100, reader)

    def first_page(self, reader: Reader, **narrowed: Any) -> tuple[list[int], Any]:
        with self.views.database.reading() as connection:
            filters = Filters(**{"major": 2, **narrowed})
            page = find(connection, filters, None, 100, reader=reader)
            return page.ids, page.next

    def streamed(self, reader: Reader) -> list[str]:
        found: list[bytes] = []
        after = (0, 0)
        with self.views.database.reading() as connection:
            while True:
                some = arrived(connection, Filters(major=2), after, reader=reader)
                if not some:
                    return [json.loads(one)["eventID"] for one in found]
                found += [one.data for one in some if one.data]
                after = (some[-1].number, some[-1].index)

    def shown(self, reader: Reader, number: int, claimant: str = "") -> bool:
        with self.views.database.reading() as connection:
            found = by_event_id(connection, uuid_of(number), 2, claimant, reader=reader)
            return found is not None


CARRIER, SHIPPER, BANK, RIVAL, FORWARDER = PARTIES
SHIPMENT, OTHER = CONSIGNMENTS[:2]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    ledger = Ledger()
    made = World(grown(tmp_path, ledger, []), ledger)
    made.admit(SHIPMENT, CARRIER, SHIPPER)
    yield made
    made.views.close()


def test_who_is_admitted_later_reads_what_was_claimed_before(world: World) -> None:
    world.claim(1, 2, by=CARRIER, concerns=[SHIPMENT])
    assert len(world.listed(SHIPPER)) == 2
    assert world.listed(BANK) == []
    world.admit(SHIPMENT, BANK)
    assert world.listed(BANK) == world.listed(SHIPPER)


def test_a_claimant_that_is_no_party_shows_nothing_until_it_is_one(world: World) -> None:
    world.claim(1, by=RIVAL, concerns=[SHIPMENT])
    assert world.listed(SHIPPER) == []
    assert len(world.listed(RIVAL)) == 1
    world.admit(SHIPMENT, RIVAL)
    assert len(world.listed(SHIPPER)) == 1


def test_what_names_no_consignment_is_its_claimants_alone(world: World) -> None:
    world.claim(1, by=CARRIER)
    assert len(world.listed(CARRIER)) == 1
    assert world.listed(SHIPPER) == world.listed(STRANGER) == world.listed("") == []


DEVICE = "dd" * 16


def test_a_device_shows_what_its_party_may_and_its_party_reads_it(world: World) -> None:
    world.claim(1, by=DEVICE, device_of=CARRIER, concerns=[SHIPMENT])
    world.claim(2, by=DEVICE, device_of=CARRIER)
    assert len(world.listed(CARRIER)) == len(world.listed(DEVICE)) == 2
    assert len(world.listed(SHIPPER)) == 1
    assert world.listed(BANK) == []


def test_a_device_whose_party_is_admitted_later_shows_what_it_claimed(world: World) -> None:
    world.claim(1, by=DEVICE, device_of=RIVAL, concerns=[SHIPMENT])
    assert world.listed(SHIPPER) == []
    world.admit(SHIPMENT, RIVAL, DEVICE)
    assert len(world.listed(SHIPPER)) == len(world.listed(RIVAL)) == 1


def test_a_party_and_its_device_in_one_shipment_show_it_once(world: World) -> None:
    world.claim(1, by=DEVICE, device_of=RIVAL, concerns=[OTHER])
    world.admit(OTHER, RIVAL, DEVICE, BANK)
    assert len(world.listed(BANK)) == 1


def test_nothing_in_a_page_depends_on_what_is_not_shown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding_module, "SCANNED", 4)
    world.claim(*range(0, 20, 4), by=CARRIER, concerns=[SHIPMENT])
    asked: list[dict[str, Any]] = [
        {},
        {"equal": {"equipment": BOXES[0]}},
        {"documents": (("BKG", "BOOK0003"),)},
        {"kinds": ("TRANSPORT",)},
    ]
    before = [world.first_page(who, **one) for who in (SHIPPER, STRANGER) for one in asked]
    assert before[0][0]
    world.claim(*range(300), by=RIVAL)
    world.claim(*range(300, 600), by=CARRIER)
    after = [world.first_page(who, **one) for who in (SHIPPER, STRANGER) for one in asked]
    assert after == before
    assert before[len(asked) :] == [([], None)] * len(asked)


def test_an_event_is_gone_once_it_is_overridden_by_what_is_not_shown(world: World) -> None:
    """Nobody is left with what its claimant no longer stands by."""
    world.claim(1, by=CARRIER, concerns=[SHIPMENT])
    world.claim(1, by=CARRIER)
    assert world.listed(SHIPPER) == []
    assert not world.shown(SHIPPER, 1)
    world.claim(1, by=CARRIER, concerns=[SHIPMENT])
    assert len(world.listed(SHIPPER)) == 1


def test_an_id_that_is_others_is_as_unknown_as_one_that_is_nobodys(world: World) -> None:
    world.claim(1, by=RIVAL)
    world.claim(1, 2, by=CARRIER, concerns=[SHIPMENT])
    assert world.shown(SHIPPER, 1)
    assert not world.shown(SHIPPER, 1, RIVAL)
    assert world.shown(EVERYTHING, 1, RIVAL)
    assert not world.shown(BANK, 2)
    assert not world.shown(BANK, 999)


def test_a_stream_brings_what_concerns_its_reader_alone(world: World) -> None:
    world.claim(1, by=RIVAL)
    world.claim(2, by=CARRIER, concerns=[SHIPMENT])
    world.claim(3, by=CARRIER, concerns=[OTHER])
    assert world.streamed(SHIPPER) == [uuid_of(2)]
    assert world.streamed(CARRIER) == [uuid_of(2), uuid_of(3)]
    assert world.streamed(STRANGER) == []
    assert len(world.streamed(EVERYTHING)) == 3


def test_what_nobody_signed_concerns_nobody(world: World) -> None:
    events = batch22(event22(1)).events
    message = Message(received=1, sender=SHIPPER, version="2.2", events=events)
    world.views.payloads.add_message(message)
    world.views.projector.catch_up()
    assert len(world.listed(EVERYTHING)) == 1
    assert world.listed(SHIPPER) == []


def test_a_cursor_is_for_the_reader_it_was_given_to() -> None:
    cursor = write_cursor((1, 2), scope_of("{}", SHIPPER))
    assert read_cursor(cursor, scope_of("{}", SHIPPER)) == (1, 2)
    for other in (scope_of("{}", BANK), scope_of("{}", EVERYTHING), scope_of("{} ", SHIPPER)):
        with pytest.raises(CursorError):
            read_cursor(cursor, other)


def test_too_much_claimed_by_others_is_no_sign_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming_module, "CLAIMS_MAX", 3)
    world.claim(*range(0, 80, 20), by=RIVAL)
    world.claim(0, by=CARRIER, concerns=[SHIPMENT])
    with world.views.database.reading() as connection:
        for reader, count in ((SHIPPER, 1), (STRANGER, 0)):
            found = claims_of(
                connection, "equipmentReference", BOXES[0], lambda _: (), reader=reader
            )
            assert len(found.all) == count


@pytest.mark.parametrize(
    "filters",
    [
        Filters(major=2),
        Filters(major=2, equal={"equipment": BOXES[0]}, kinds=("EQUIPMENT",)),
        Filters(major=2, documents=(("BKG", "A"), ("TRD", "B")), is_descending=True),
        Filters(major=2, since_ms=5, until_ms=9, codes={"TRANSPORT": ("ARRI",)}),
    ],
)
def test_a_readers_page_is_one_seek_in_its_own_index(world: World, filters: Filters) -> None:
    world.claim(*range(300), by=CARRIER, concerns=[SHIPMENT])
    with world.views.database.writing() as connection:
        connection.execute(text("ANALYZE"))
    with world.views.database.reading() as connection:
        (statement,) = _branches(filters, (7, 8), SHIPPER)
        asked = statement.compile(connection, compile_kwargs={"literal_binds": True})
        rows = connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))
        plan = [row[3] for row in rows]
    assert plan[0].startswith("SEARCH readable USING PRIMARY KEY (reader=? AND major=?"), plan
    assert not any("SCAN" in one and "SUBQUERY" not in one for one in plan), plan
    assert not any("TEMP B-TREE" in one for one in plan), plan


def test_views_of_the_form_before_are_derived_anew(world: World, tmp_path: Path) -> None:
    world.claim(1, by=CARRIER, concerns=[SHIPMENT])
    lived = dump(world.views)
    with world.views.database.writing() as connection:
        for table in READING:
            table.drop(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    migrated = Database(f"sqlite:///{tmp_path / 'views.sqlite'}")
    with migrated.reading() as connection:
        assert connection.execute(select(progress)).all() == []
    migrated.close()
    world.views.projector.catch_up()
    assert dump(world.views) == lived
