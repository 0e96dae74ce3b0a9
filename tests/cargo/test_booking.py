# SPDX-License-Identifier: Apache-2.0
"""Bookings: every act from every state, told once more from DCSA Booking 2.0.5."""

from collections.abc import Callable

import pytest

from cargo.desk import FIRST, Desk, States, begun, reachable
from ledger.world import IDS, salt
from ropewalk.cargo import LINES
from ropewalk.cargo.errors import DocumentStateError

ASKED = {"RECEIVED", "PENDING_UPDATE", "UPDATE_RECEIVED"}
AGREED = {"CONFIRMED", "PENDING_AMENDMENT"}
Allowed = Callable[[str, str, str], bool]

ALLOWED: dict[str, Allowed] = {
    # UC 2, 3, 4, 11: before it is confirmed
    "ASK_BOOKING_UPDATE": lambda status, _, __: status in ASKED,
    "UPDATE_BOOKING": lambda status, _, __: status in ASKED,
    "REJECT_BOOKING": lambda status, _, __: status in ASKED,
    "CANCEL_BOOKING": lambda status, _, __: status in ASKED,
    # UC 5: confirmed, and confirmed anew; not while the customer was asked for something
    "CONFIRM_BOOKING": lambda status, _, __: status in {*ASKED, "CONFIRMED"} - {"PENDING_UPDATE"},
    # UC 6, 7, 10: after it was confirmed
    "ASK_BOOKING_AMENDMENT": lambda status, _, __: status in AGREED,
    "AMEND_BOOKING": lambda status, _, __: status in AGREED,
    "DECLINE_BOOKING": lambda status, _, __: status in AGREED,
    # UC 8, 9: an amendment that is not answered
    "CONFIRM_BOOKING_AMENDMENT": lambda status, amended, _: (
        status in AGREED and amended == "AMENDMENT_RECEIVED"
    ),
    "DECLINE_BOOKING_AMENDMENT": lambda status, amended, _: (
        status in AGREED and amended == "AMENDMENT_RECEIVED"
    ),
    "CANCEL_BOOKING_AMENDMENT": lambda status, amended, _: (
        status in AGREED and amended == "AMENDMENT_RECEIVED"
    ),
    # UC 12
    "COMPLETE_BOOKING": lambda status, _, __: status == "CONFIRMED",
    # UC 13, 14: a cancellation asked for, once, and answered
    "ASK_BOOKING_CANCELLATION": lambda status, _, cancellation: (
        status in AGREED and cancellation != "CANCELLATION_RECEIVED"
    ),
    "CONFIRM_BOOKING_CANCELLATION": lambda status, _, cancellation: (
        status in AGREED and cancellation == "CANCELLATION_RECEIVED"
    ),
    "DECLINE_BOOKING_CANCELLATION": lambda status, _, cancellation: (
        status in AGREED and cancellation == "CANCELLATION_RECEIVED"
    ),
}
WAYS = reachable("booking")
ACTS = [line.act for line in LINES if line.kind == "booking"]


def states_of(desk: Desk) -> States:
    book = desk.book
    return book.status, book.amended, book.cancellation


def test_the_table_has_every_act_and_every_state_is_the_standards() -> None:
    assert set(ALLOWED) == set(ACTS)
    assert {states[0] for states in WAYS} == {*ASKED, *AGREED} | {
        "CANCELLED",
        "COMPLETED",
        "DECLINED",
        "REJECTED",
    }
    amended = {"CONFIRMED", "DECLINED", "CANCELLED", "RECEIVED"}
    assert {states[1] for states in WAYS} == {"", *(f"AMENDMENT_{one}" for one in amended)}
    cancelling = {"CONFIRMED", "DECLINED", "RECEIVED"}
    assert {states[2] for states in WAYS} == {"", *(f"CANCELLATION_{one}" for one in cancelling)}


@pytest.mark.parametrize("states", WAYS, ids=lambda one: "-".join(filter(None, one)))
def test_an_act_is_done_exactly_where_the_standard_allows_it(states: States) -> None:
    for act in ACTS:
        desk = begun("booking").walked(WAYS[states])
        assert states_of(desk) == states
        if ALLOWED[act](*states):
            desk.does(act)
        else:
            assert desk.refused(act) is DocumentStateError, act


def test_a_request_names_a_carrier_and_is_received() -> None:
    desk = Desk().requested()
    assert desk.book.status == "RECEIVED"
    assert (desk.book.customer, desk.book.carrier) == (IDS["shipper"], IDS["carrier"])
    told = {"carrier": IDS["bank"], "content": salt("request")}
    refused = desk.world.refused("shipper", "cargo.REQUEST_BOOKING", told)
    assert refused.code == "cargo.not_registered_as"


def test_before_it_is_confirmed_an_update_takes_the_requests_place() -> None:
    desk = Desk().requested().does("ASK_BOOKING_UPDATE", reason=salt("why"))
    assert (desk.book.status, desk.book.reason) == ("PENDING_UPDATE", salt("why"))
    assert desk.refused("CONFIRM_BOOKING") is DocumentStateError
    desk.does("UPDATE_BOOKING", content=salt("better"))
    assert (desk.book.status, desk.book.content) == ("UPDATE_RECEIVED", salt("better"))
    assert (desk.book.reason, desk.book.proposed) == ("", "")


def test_an_amendment_stands_beside_the_booking_until_it_is_answered() -> None:
    desk = Desk().confirmed()
    before = desk.book.content
    desk.does("AMEND_BOOKING", content=salt("amended"))
    assert states_of(desk) == ("CONFIRMED", "AMENDMENT_RECEIVED", "")
    assert (desk.book.content, desk.book.proposed) == (before, salt("amended"))
    desk.does("AMEND_BOOKING", content=salt("amended once more"))
    desk.does("CONFIRM_BOOKING_AMENDMENT")
    assert (desk.book.content, desk.book.proposed) == (salt("amended once more"), "")
    assert states_of(desk) == ("CONFIRMED", "AMENDMENT_CONFIRMED", "")


@pytest.mark.parametrize("act", ["DECLINE_BOOKING_AMENDMENT", "CANCEL_BOOKING_AMENDMENT"])
def test_a_declined_amendment_leaves_the_booking_as_it_was(act: str) -> None:
    desk = Desk().confirmed()
    before = desk.book.content
    desk.does("ASK_BOOKING_AMENDMENT").does("AMEND_BOOKING").does(act)
    assert (desk.book.status, desk.book.content, desk.book.proposed) == (
        "PENDING_AMENDMENT",
        before,
        "",
    )


@pytest.mark.parametrize("act", ["CONFIRM_BOOKING", "ASK_BOOKING_AMENDMENT"])
def test_confirming_anew_or_asking_for_an_amendment_clears_what_was_pending(act: str) -> None:
    desk = Desk().confirmed().does("AMEND_BOOKING").does("ASK_BOOKING_CANCELLATION").does(act)
    assert states_of(desk)[1:] == ("", "")
    assert desk.book.proposed == ""


def test_amending_clears_a_cancellation_that_was_asked_for() -> None:
    desk = Desk().confirmed().does("ASK_BOOKING_CANCELLATION").does("AMEND_BOOKING")
    assert states_of(desk) == ("CONFIRMED", "AMENDMENT_RECEIVED", "")
    assert desk.refused("CONFIRM_BOOKING_CANCELLATION") is DocumentStateError


def test_a_confirmed_booking_is_cancelled_only_with_the_carrier() -> None:
    desk = Desk().confirmed()
    assert desk.refused("CANCEL_BOOKING") is DocumentStateError
    desk.does("ASK_BOOKING_CANCELLATION").does("DECLINE_BOOKING_CANCELLATION")
    assert states_of(desk) == ("CONFIRMED", "", "CANCELLATION_DECLINED")
    desk.does("ASK_BOOKING_CANCELLATION").does("CONFIRM_BOOKING_CANCELLATION")
    assert states_of(desk) == ("CANCELLED", "", "CANCELLATION_CONFIRMED")


def test_the_carriers_reference_stays_once_it_is_given() -> None:
    desk = Desk().requested().does("CONFIRM_BOOKING", reference=salt("reference"))
    desk.does("CONFIRM_BOOKING").does("CONFIRM_BOOKING", reference=salt("reference"))
    assert desk.book.reference == salt("reference")
    refused = desk.refused("CONFIRM_BOOKING", reference=salt("other"))
    assert refused.code == "cargo.reference_changed"


def test_first_states_are_where_the_ways_begin() -> None:
    assert WAYS[FIRST] == ()
    assert states_of(Desk().requested()) == FIRST


def test_a_request_is_made_by_one_act() -> None:
    """REQUEST_BOOKING twice with one salt is one booking."""
    desk = Desk().requested()
    told = {"carrier": IDS["carrier"], "content": salt("request")}
    assert desk.world.refused("shipper", "cargo.REQUEST_BOOKING", told).code.endswith("known")
    act = "REQUEST_BOOKING"
    assert Desk(desk.world).begun("buyer", act, **told) != desk.booking
