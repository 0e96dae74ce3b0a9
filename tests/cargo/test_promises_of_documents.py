# SPDX-License-Identifier: Apache-2.0
"""Every promise of documents and consignments is broken once here by hand, and noticed."""

from collections.abc import Mapping

import msgspec
import pytest

from cargo.consignment_vectors import Tied
from cargo.desk import Desk
from ledger.world import IDS, salt
from ropewalk.cargo.promises_of_documents import INVARIANTS
from ropewalk.ledger import Change, Context, Record, encode_record

BEGIN, TABLE, CONTENT, ISSUED, FOLLOW, GAIN = (one.name for one in INVARIANTS)


def broken(desk: Desk, changed: Mapping[str, Record | None], actor: str) -> list[str]:
    """Names of the promises that a change breaks."""
    after = dict(desk.world.state)
    for key, record in changed.items():
        if record is None:
            del after[key]
        else:
            after[key] = encode_record(record)
    context = Context(IDS[actor], 9, desk.world.network, 99, desk.world.time_s, salt("act"))
    change = Change(desk.world.state, after, sorted(changed), context)
    return [one.name for one in INVARIANTS if one.check(change) is not None]


def booked(desk: Desk, **changes: object) -> dict[str, Record | None]:
    told = {"last_act": salt("act"), "version": desk.book.version + 1, **changes}
    return {f"booking/{desk.booking}": msgspec.structs.replace(desk.book, **told)}


def instructed(desk: Desk, **changes: object) -> dict[str, Record | None]:
    told = {"last_act": salt("act"), "version": desk.told.version + 1, **changes}
    return {f"instructions/{desk.instructions}": msgspec.structs.replace(desk.told, **told)}


def test_an_honest_act_breaks_none() -> None:
    desk = Desk().requested()
    told = booked(desk, status="CONFIRMED", content=salt("confirmed"))
    assert broken(desk, told, "carrier") == []


@pytest.mark.parametrize(
    "changes",
    [{"status": "CONFIRMED"}, {"version": 2}, {"proposed": salt("x")}, {"customer": IDS["bank"]}],
)
def test_a_document_begins_as_received(changes: dict[str, object]) -> None:
    desk = Desk().requested()
    first = msgspec.structs.replace(desk.book, last_act=salt("act"), **changes)
    key = f"booking/{salt('other')}"
    assert BEGIN in broken(desk, {key: first}, "shipper")


@pytest.mark.parametrize(
    ("changes", "actor"),
    [
        ({"status": "COMPLETED"}, "carrier"),
        ({"status": "CONFIRMED"}, "shipper"),
        ({"status": "CONFIRMED", "amended": "AMENDMENT_RECEIVED"}, "carrier"),
        ({"status": "UPDATE_RECEIVED"}, "bank"),
    ],
)
def test_states_move_along_the_table(changes: dict[str, object], actor: str) -> None:
    desk = Desk().requested()
    assert broken(desk, booked(desk, **changes), actor) == [TABLE]


def test_content_changes_by_an_act_that_changes_it() -> None:
    desk = Desk().confirmed().does("AMEND_BOOKING")
    declined: dict[str, object] = {"amended": "AMENDMENT_DECLINED"}
    assert broken(desk, booked(desk, **declined, proposed=""), "carrier") == []
    assert broken(desk, booked(desk, **declined), "carrier") == [CONTENT]
    told = booked(desk, **declined, proposed="", content=salt("x"))
    assert broken(desk, told, "carrier") == [CONTENT]
    confirmed = booked(desk, amended="AMENDMENT_CONFIRMED", proposed="", content=salt("x"))
    assert broken(desk, confirmed, "carrier") == [CONTENT]


@pytest.mark.parametrize("changes", [{"document": salt("x")}, {"title": salt("x")}])
def test_what_was_issued_stays(changes: dict[str, object]) -> None:
    desk = Desk().approved().issued()
    told = instructed(desk, updated="UPDATE_RECEIVED", proposed=salt("update"), **changes)
    assert broken(desk, told, "shipper") == [ISSUED]


@pytest.mark.parametrize("name", ["carrier", "customer", "shipper"])
def test_who_is_who_stays(name: str) -> None:
    desk = Desk().submitted()
    changed = instructed(desk, draft="DRAFT", **{name: IDS["bank"]})
    assert ISSUED in broken(desk, changed, "carrier")


def test_versions_follow() -> None:
    desk = Desk().requested()
    confirmed: dict[str, object] = {"status": "CONFIRMED"}
    assert broken(desk, booked(desk, **confirmed, version=9), "carrier") == [FOLLOW]
    assert broken(desk, booked(desk, **confirmed, last_act=salt("x")), "carrier") == [FOLLOW]
    assert broken(desk, {f"booking/{desk.booking}": None}, "carrier") == [FOLLOW]


def test_a_consignment_only_gains() -> None:
    tied = Tied(Desk())
    key = f"consignment/{tied.id}"

    def after(**changes: object) -> dict[str, Record | None]:
        told = {"last_act": salt("act"), "version": tied.record.version + 1, **changes}
        return {key: msgspec.structs.replace(tied.record, **told)}

    assert broken(tied.desk, after(content=salt("x")), "shipper") == []
    for changes in (
        {"parties": tied.record.parties[:1]},
        {"parties": tied.record.parties * 9},
        {"opener": IDS["bank"]},
        {"version": 9},
        {"last_act": salt("x")},
    ):
        assert broken(tied.desk, after(**changes), "shipper") == [GAIN]
    assert broken(tied.desk, {key: None}, "shipper") == [GAIN]
    tied.does("shipper", "CLOSE_CONSIGNMENT")
    assert broken(tied.desk, after(content=salt("x")), "shipper") == [GAIN]
