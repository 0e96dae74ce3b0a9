# SPDX-License-Identifier: Apache-2.0
"""Shipping instructions and drafts, told once more from DCSA EBL 3.0.4; the issue of a draft."""

from collections.abc import Callable

import pytest

from cargo.desk import DOCUMENT, Desk, States, begun, reachable
from cargo.quay import NOWHERE
from ledger.world import IDS, salt
from ropewalk.cargo import LINES
from ropewalk.cargo.errors import DocumentStateError
from ropewalk.cargo.instructions import in_circulation
from ropewalk.cargo.state import Basis, Standing
from ropewalk.crypto import Value
from ropewalk.ledger import View
from ropewalk.title import find
from title.bills import issue_body

OPEN = {"RECEIVED", "PENDING_UPDATE"}
Allowed = Callable[[str, str, str], bool]


def _answering(status: str, updated: str, _draft: str) -> bool:
    """UC 4, 5: an update that is not answered."""
    return status in OPEN and updated == "UPDATE_RECEIVED"


def _unissued(status: str, _updated: str, draft: str) -> bool:
    """UC 15, 16: what is issued is not taken back so."""
    return status in OPEN and draft != "ISSUED"


ALLOWED: dict[str, Allowed] = {
    "ASK_INSTRUCTIONS_UPDATE": lambda status, _, __: status in OPEN,
    "UPDATE_INSTRUCTIONS": lambda status, _, __: status in OPEN,
    "CONFIRM_INSTRUCTIONS_UPDATE": _answering,
    "DECLINE_INSTRUCTIONS_UPDATE": _answering,
    "CANCEL_INSTRUCTIONS_UPDATE": _answering,
    "PUBLISH_DRAFT": lambda status, updated, draft: (
        status == "RECEIVED" and updated != "UPDATE_RECEIVED" and draft != "ISSUED"
    ),
    "COMMENT_DRAFT": lambda status, _, draft: status in OPEN and draft == "DRAFT",
    "APPROVE_DRAFT": lambda status, updated, draft: (
        status == "RECEIVED" and updated != "UPDATE_RECEIVED" and draft == "DRAFT"
    ),
    "COMPLETE_INSTRUCTIONS": lambda status, updated, draft: (
        status == "RECEIVED" and updated != "UPDATE_RECEIVED" and draft == "ISSUED"
    ),
    "CANCEL_INSTRUCTIONS": _unissued,
    "DECLINE_INSTRUCTIONS": _unissued,
}
WAYS = reachable("instructions")
ACTS = [line.act for line in LINES if line.kind == "instructions"]


def why_issue(desk: Desk, **changes: Value) -> str:
    told: dict[str, Value] = {"commitment": DOCUMENT, "draft": desk.instructions, **changes}
    return desk.world.refused("carrier", "title.ISSUE", issue_body("to_order", 9, **told)).code


def test_the_table_has_every_act_and_every_state_is_the_standards() -> None:
    assert set(ALLOWED) == set(ACTS)
    assert {one[0] for one in WAYS} == {*OPEN, "CANCELLED", "COMPLETED", "DECLINED"}
    assert {one[2] for one in WAYS} == {"", "DRAFT", "APPROVED", "ISSUED"}
    updated = {"CONFIRMED", "DECLINED", "CANCELLED", "RECEIVED"}
    assert {one[1] for one in WAYS} == {"", *(f"UPDATE_{one}" for one in updated)}


@pytest.mark.parametrize("states", WAYS, ids=lambda one: "-".join(filter(None, one)))
def test_an_act_is_done_exactly_where_the_standard_allows_it(states: States) -> None:
    for act in ACTS:
        desk = begun("instructions").walked(WAYS[states])
        told = desk.told
        assert (told.status, told.updated, told.draft) == states
        if not ALLOWED[act](*states):
            assert desk.refused(act) is DocumentStateError, act
            continue
        desk.walked([act])


def test_instructions_stand_on_confirmed_bookings_of_the_same_parties() -> None:
    desk = Desk().requested()
    act = "SUBMIT_INSTRUCTIONS"
    body: dict[str, Value] = {"bookings": [desk.booking], "content": salt("instructions")}
    refused = desk.world.refused("shipper", f"cargo.{act}", body)
    assert refused.code == "cargo.booking_not_confirmed"
    desk.does("CONFIRM_BOOKING")
    assert desk.world.refused("buyer", f"cargo.{act}", body).code == "cargo.other_parties"
    desk.instructions = desk.begun("shipper", act, **body)
    assert (desk.told.bookings, desk.told.carrier) == ((desk.booking,), IDS["carrier"])
    desk.does("ASK_BOOKING_AMENDMENT")
    more = {**body, "content": salt("more")}
    refused = desk.world.refused("shipper", f"cargo.{act}", more)
    assert refused.code == "cargo.booking_not_confirmed"


def test_an_update_is_proposed_and_adopted() -> None:
    desk = Desk().submitted().does("ASK_INSTRUCTIONS_UPDATE")
    desk.does("UPDATE_INSTRUCTIONS", content=salt("updated"))
    assert (desk.told.status, desk.told.proposed) == ("PENDING_UPDATE", salt("updated"))
    assert desk.told.content == salt("instructions")
    desk.does("CONFIRM_INSTRUCTIONS_UPDATE")
    assert (desk.told.status, desk.told.updated) == ("RECEIVED", "UPDATE_CONFIRMED")
    assert (desk.told.content, desk.told.proposed) == (salt("updated"), "")


def test_a_comment_stands_until_the_next_draft() -> None:
    desk = Desk().submitted().does("PUBLISH_DRAFT").does("COMMENT_DRAFT", comment=salt("no"))
    assert (desk.told.draft, desk.told.comment) == ("DRAFT", salt("no"))
    desk.does("PUBLISH_DRAFT", document=salt("second draft"))
    assert (desk.told.document, desk.told.comment) == (salt("second draft"), "")


@pytest.mark.parametrize("act", ["UPDATE_INSTRUCTIONS", "PUBLISH_DRAFT"])
def test_an_approval_ends_with_new_instructions_or_another_draft(act: str) -> None:
    desk = Desk().approved().does(act)
    assert desk.told.draft == "DRAFT"
    assert why_issue(desk) == "cargo.document_state"


def test_what_is_issued_is_what_was_approved() -> None:
    desk = Desk().approved()
    assert why_issue(desk, commitment=NOWHERE) == "cargo.not_as_approved"
    assert why_issue(desk, shipper=IDS["buyer"]) == "cargo.not_as_approved"
    assert why_issue(desk, draft=NOWHERE) == "cargo.unknown_document"
    desk.issued()
    assert desk.bill is not None
    title = find(desk.world.state, desk.bill.title)
    assert title is not None
    assert title.commitment == desk.told.document
    assert (desk.told.draft, desk.told.title) == ("ISSUED", desk.bill.title)
    assert why_issue(desk) == "cargo.document_state"


@pytest.mark.parametrize("act", ["CANCEL_INSTRUCTIONS", "DECLINE_INSTRUCTIONS"])
def test_the_draft_of_closed_instructions_is_not_issued(act: str) -> None:
    assert why_issue(Desk().approved().does(act)) == "cargo.document_state"


def test_a_forwarder_may_instruct_for_the_shipper_whom_the_document_names() -> None:
    desk = Desk().submitted(shipper=IDS["buyer"]).does("PUBLISH_DRAFT").does("APPROVE_DRAFT")
    assert why_issue(desk) == "cargo.not_as_approved"
    told: dict[str, Value] = {"commitment": DOCUMENT, "draft": desk.instructions}
    named = {"issue_to": IDS["buyer"], "shipper": IDS["buyer"]}
    desk.world.done("carrier", "title.ISSUE", issue_body("to_order", 9, **told, **named))
    assert desk.told.draft == "ISSUED"


def test_an_update_after_the_issue_changes_nothing_of_what_was_issued() -> None:
    desk = Desk().approved().issued().does("UPDATE_INSTRUCTIONS")
    desk.does("CONFIRM_INSTRUCTIONS_UPDATE")
    assert (desk.told.draft, desk.told.document) == ("ISSUED", DOCUMENT)
    assert desk.refused("PUBLISH_DRAFT") is DocumentStateError


def test_instructions_are_complete_once_the_title_is_surrendered() -> None:
    desk = Desk().approved().issued()
    assert desk.refused("COMPLETE_INSTRUCTIONS").code == "cargo.not_surrendered"
    desk.surrendered().does("COMPLETE_INSTRUCTIONS")
    assert desk.told.status == "COMPLETED"


def test_what_took_the_titles_place_must_be_surrendered_too() -> None:
    desk = Desk().approved().issued("to_order")
    assert desk.bill is not None
    replacement = issue_body("to_order", 9, commitment=salt("amended"))
    desk.bill.does("shipper", "SURRENDER_FOR_AMENDMENT", addressee="carrier")
    desk.bill.agreed("carrier", "REISSUE", {"replacement": replacement}, "shipper")
    assert desk.refused("COMPLETE_INSTRUCTIONS").code == "cargo.not_surrendered"


def test_what_was_split_and_combined_again_is_looked_at_once() -> None:
    """In two and one again, seven times: 128 ways lead to the last of 22 titles."""

    def standing(_view: View, title: str) -> Standing:
        level, side = int(title[0]), title[1:]
        if level == 7:
            return Standing(issuer="", basis=Basis(claimant="", kind="SURRENDER"))
        after = (str(level + 1),) if side else (f"{level}a", f"{level}b")
        return Standing(issuer="", replaced_by=after)

    assert in_circulation(standing, {}, "0") == ""


def test_a_waybill_is_not_surrendered() -> None:
    desk = Desk().approved().issued("waybill").does("COMPLETE_INSTRUCTIONS")
    assert desk.told.status == "COMPLETED"


def test_only_an_issue_issues_a_draft() -> None:
    """A replacement refuses `draft` as it refuses `on_board`."""
    desk = Desk().approved().issued("to_order")
    assert desk.bill is not None
    desk.bill.does("shipper", "SURRENDER_FOR_AMENDMENT", addressee="carrier")
    other = Desk(desk.world)
    other.booking = desk.booking
    more: dict[str, Value] = {"bookings": [desk.booking], "content": salt("second")}
    other.instructions = other.begun("shipper", "SUBMIT_INSTRUCTIONS", **more)
    other.does("PUBLISH_DRAFT").does("APPROVE_DRAFT")
    told: dict[str, Value] = {"commitment": DOCUMENT, "draft": other.instructions}
    replacement = issue_body("to_order", 9, **told)
    body = desk.bill.body({"replacement": replacement})
    refused = desk.world.refused("carrier", "title.REISSUE", body)
    assert refused.code == "title.replacement_differs"
