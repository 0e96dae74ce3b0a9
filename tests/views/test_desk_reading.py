# SPDX-License-Identifier: Apache-2.0
"""Desks are read a page at a time, each a seek, and searched by what things are called."""

from pathlib import Path

import pytest
from sqlalchemy import event, insert, text

from cargo.quay import Quay, claim, loaded, on_board, port
from ledger.world import IDS, salt
from ropewalk.views import CursorError, Views, desk_reading
from ropewalk.views.desk_reading import COUNTED, Todo
from ropewalk.views.schema import involvements, subjects, waits
from title.bills import Bill
from views.onlooker import Onlooker, game, of_desks
from views.scene import Scene


def test_what_concerns_a_party_is_listed_by_the_last_act_with_all_its_parts(
    scene: Scene,
) -> None:
    first, second = (Bill("to_order", scene.world) for _ in range(2))
    first.does("shipper", "SIGN")
    scene.views.projector.catch_up()
    rows = scene.views.involved(IDS["shipper"]).rows
    assert [one.subject for one in rows] == [first.title, second.title]
    assert rows[0].parts == ("endorsee", "holder", "in_control", "shipper")
    assert (rows[0].label, rows[0].document_type) == (first.record.reference, "BOL")
    assert rows[0].time_s == scene.world.time_s
    first.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    first.does("carrier", "SACC")
    scene.views.projector.catch_up()
    for is_open, expected in ((True, [second.title]), (False, [first.title])):
        found = scene.views.involved(IDS["carrier"], "title", is_open=is_open)
        assert [one.subject for one in found.rows] == expected
    assert scene.views.involved(IDS["carrier"], "exchange").rows == []
    counts = scene.views.counts(IDS["carrier"], scene.world.time_s)
    assert (counts.todos, counts.is_open) == (0, {"title": 1})


def test_a_desk_is_searched_by_id_reference_and_box(scene: Scene) -> None:
    scene.world.done("terminal", "cargo.CLAIM", claim(*loaded(salt("box"))))
    quay = Quay(world=scene.world)
    quay.bill = Bill("straight", scene.world, **on_board())
    quay.announced()
    scene.views.projector.catch_up()

    def found(name: str, asked: str) -> set[str]:
        return {one.subject for one in scene.views.search(IDS[name], asked)}

    title = quay.bill.title
    assert found("shipper", title[:8]) == found("shipper", title.upper()) == {title}
    assert title in found("shipper", "doc:")
    assert found("shipper", quay.bill.record.reference) == {title}
    assert found("shipper", quay.box[:12]) == {title}
    assert found("carrier", quay.box) == {title, quay.box}
    assert found("buyer", title) == found("shipper", "zz%") == found("shipper", " ") == set()
    assert found("shipper", title[:3]) == set()


def test_pages_laid_together_are_the_whole_list(tmp_path: Path) -> None:
    onlooker = game(11, 1_500)
    views = Views(tmp_path, onlooker)
    views.projector.catch_up()
    now = onlooker.world.time_s
    listed = 0
    for who in sorted({row[2] for row in of_desks(views)["involvements"]}):
        whole, after, paged = views.todos(who, now, limit=500), None, list[Todo]()
        while True:
            page = views.todos(who, now, after, limit=3)
            paged, after = paged + page.rows, page.next
            if after is None:
                break
        assert paged == whole.rows
        for is_open in (None, True, False):
            for kind in ("", "title"):
                lines, after = list[desk_reading.Involved](), None
                while True:
                    part = views.involved(who, kind, is_open=is_open, after=after, limit=7)
                    lines, after = lines + part.rows, part.next
                    if after is None:
                        break
                everything = views.involved(who, kind, is_open=is_open, limit=5_000).rows
                assert lines == everything
                assert len({(one.kind, one.subject) for one in lines}) == len(lines)
                listed += len(lines)
        assert views.counts(who, now).todos == min(COUNTED, len(whole.rows))
    assert listed > 500
    views.close()


@pytest.mark.parametrize("place", [("x", ""), ("1", "a/b"), ("9" * 30, "a/b/c/0/0"), ("-1", "a/b")])
def test_a_place_that_no_list_has_is_refused(scene: Scene, place: tuple[str, str]) -> None:
    with pytest.raises(CursorError):
        scene.views.todos(IDS["carrier"], 0, place)
    if place != ("1", "a/b"):
        with pytest.raises(CursorError):
            scene.views.involved(IDS["carrier"], after=place)


def test_every_page_is_read_in_the_order_of_an_index(tmp_path: Path) -> None:
    views = Views(tmp_path, Onlooker(port()))
    plans = list[str]()
    with views.database.writing() as connection:
        _fill(connection, 300)
    with views.database.reading() as connection:

        def explain(_c: object, _cursor: object, said: str, given: object, *_: object) -> None:
            if said.startswith("SELECT"):
                rows = connection.connection.cursor().execute("EXPLAIN QUERY PLAN " + said, given)
                plans.extend(str(row[3]) for row in rows)

        event.listen(connection, "after_cursor_execute", explain)
        who, place = "a" * 32, ("5", "title/x")
        desk_reading.todos(connection, who, 9, ("5", "title/x/a/0/0"), 20)
        for wanted in (("", None), ("title", None), ("", True), ("title", False)):
            desk_reading.involved(connection, who, wanted, place, 20)
        desk_reading.search(connection, who, "abcd", 20)
        desk_reading.search(connection, who, "ROP:SHIP", 20)
        desk_reading.counts(connection, who, 9)
    views.close()
    assert len(plans) > 20
    assert not [one for one in plans if "TEMP B-TREE" in one]
    assert not [one for one in plans if one.startswith("SCAN") and "anon" not in one]


def _fill(connection: object, count: int) -> None:
    line = {"label": "ROP:SHIP", "document_type": "BOL", "status": "ISSUED", "is_open": True}
    sums = {"currency": "", "amount": "", "due_s": 0, "time_s": 1}
    named = [{"kind": "title", "subject": f"{number:064x}"} for number in range(count)]
    wait = {"controller": "a" * 32, "act": "title.SACC", "number": 0, "from_s": 0, "until_s": 0}
    more = {"by_s": 0, "run": 0, "order_s": 2**53, "currency": "", "amount": "", "about": ""}
    rows = {
        subjects: [
            {**line, **sums, "kind": "title", "id": one["subject"], "position": 1} for one in named
        ],
        involvements: [
            {**one, "controller": "a" * 32, "parts": "issuer", "name": "SHIP", "is_open": True}
            | {"position": 1}
            for one in named
        ],
        waits: [{**one, **wait, **more} for one in named],
    }
    for table, listed in rows.items():
        connection.execute(insert(table), listed)  # type: ignore[attr-defined]
    connection.execute(text("ANALYZE"))  # type: ignore[attr-defined]
