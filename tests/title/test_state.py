# SPDX-License-Identifier: Apache-2.0
"""The record: what it says of itself, and the events that tell of it."""

import pytest

from ledger.world import IDS, salt, settled
from ropewalk.title import DOCUMENT_TYPES, ENDED, find, key, reference_key
from title.bills import ISSUE, Bill, issue_body


@pytest.mark.parametrize(
    ("kind", "straight", "blank"),
    [
        ("to_order", False, False),
        ("blank", False, True),
        ("straight", True, False),
        ("waybill", False, False),
    ],
)
def test_a_record_knows_its_kind(kind: str, straight: bool, blank: bool) -> None:  # noqa: FBT001
    record = Bill(kind).record
    assert (record.is_straight, record.is_blank) == (straight, blank)


def test_a_waybill_is_neither_possessed_nor_to_order() -> None:
    assert not DOCUMENT_TYPES["SWB"].has_possession
    assert not DOCUMENT_TYPES["SWB"].may_be_to_order
    assert DOCUMENT_TYPES["BOL"].has_possession
    assert ENDED == ("SURRENDERED", "DELIVERED", "PAPER", "REPLACED", "VOID")


def test_keys_are_those_of_the_format() -> None:
    bill = Bill("blank")
    assert key(bill.title) == f"title/{bill.title}"
    assert reference_key("SMDG:ROP:DOC:1") == "reference/SMDG:ROP:DOC:1"
    assert (
        bill.world.state["reference/SMDG:ROP:DOC:1"].decode() == f'[1,{{"title":"{bill.title}"}}]'
    )


def test_a_title_that_was_never_issued_is_not_found() -> None:
    assert find(settled().state, salt("no title")) is None


def test_events_tell_who_did_what_to_which_title() -> None:
    world = settled()
    issued = world.act("carrier", ISSUE, issue_body("blank")).events[0]
    assert issued.name == "title.issued"
    assert issued.attributes["actor"] == IDS["carrier"]
    bill = Bill("blank", world)
    body = bill.body({"recipient": "bank"})
    (event,) = world.act("shipper", "title.TRANSFER", body).events
    assert event.name == "title.transferred"
    assert event.attributes["title"] == bill.title
    assert event.attributes["possessor"] == IDS["bank"]


def test_every_act_is_linked_to_the_act_before_by_its_id() -> None:
    """T12, T15, I12: version by version, and the time is the block's."""
    bill = Bill("blank")
    for version in range(2, 6):
        result = bill.world.act("shipper", "title.SIGN", bill.body({}))
        assert bill.record.last_act == result.transaction
        assert bill.record.version == version
    assert bill.record.issued_at < bill.world.time_s
