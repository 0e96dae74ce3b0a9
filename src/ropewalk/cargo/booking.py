# SPDX-License-Identifier: Apache-2.0
"""Booking: a customer asks a carrier for space, and they agree on it act by act.

Before the carrier confirms, an update takes the request's place; afterwards an amendment stands
beside it until it is answered, and a cancellation is asked for. Source: DCSA Booking 2.0.5, use
cases 1 to 14.
"""

from functools import partial, update_wrapper
from typing import Final

from ropewalk.cargo.course import (
    CARRIER,
    CUSTOMER,
    Booking,
    Content,
    ContentHash,
    Line,
    Move,
    OnDocument,
    Reference,
    advance,
    begin,
    id_of,
)
from ropewalk.cargo.errors import DocumentKnownError, NotRegisteredAsError
from ropewalk.cargo.state import Reason
from ropewalk.identity import has_role
from ropewalk.ledger import Context, ControllerId, Effects, Hash, Message, Rule, View

RECEIVED = "RECEIVED"
PENDING_UPDATE = "PENDING_UPDATE"
UPDATE_RECEIVED = "UPDATE_RECEIVED"
CONFIRMED = "CONFIRMED"
PENDING_AMENDMENT = "PENDING_AMENDMENT"
REJECTED = "REJECTED"
DECLINED = "DECLINED"
CANCELLED = "CANCELLED"
COMPLETED = "COMPLETED"

AMENDMENT_RECEIVED = "AMENDMENT_RECEIVED"
AMENDMENT_CONFIRMED = "AMENDMENT_CONFIRMED"
AMENDMENT_DECLINED = "AMENDMENT_DECLINED"
AMENDMENT_CANCELLED = "AMENDMENT_CANCELLED"

CANCELLATION_RECEIVED = "CANCELLATION_RECEIVED"
CANCELLATION_CONFIRMED = "CANCELLATION_CONFIRMED"
CANCELLATION_DECLINED = "CANCELLATION_DECLINED"

_ASKED = (RECEIVED, PENDING_UPDATE, UPDATE_RECEIVED)
_AGREED = (CONFIRMED, PENDING_AMENDMENT)
_NOT_CANCELLING = ("", CANCELLATION_DECLINED)


class RequestBooking(Message, frozen=True):
    """Ask a carrier for space."""

    carrier: ControllerId
    content: ContentHash


class OnBooking(OnDocument, frozen=True):
    """Members of every act on a booking."""

    booking: Hash


class WhyOnBooking(OnBooking, frozen=True):
    """Members of the acts that need a reason."""

    reason: Reason


class NotedOnBooking(OnBooking, frozen=True, omit_defaults=True):
    """Members of the acts that may have a reason."""

    reason: Reason | None = None


class AskBookingUpdate(WhyOnBooking, frozen=True):
    """Ask the customer to update the booking request."""


class UpdateBooking(OnBooking, frozen=True):
    """Put another request in the place of one that is not confirmed yet."""

    content: ContentHash


class RejectBooking(WhyOnBooking, frozen=True):
    """Discontinue a booking that was not confirmed."""


class ConfirmBooking(OnBooking, frozen=True, omit_defaults=True):
    """Confirm the booking as the carrier states it, with plan and cut-offs; or confirm it anew."""

    content: ContentHash
    reference: Reference | None = None


class AskBookingAmendment(WhyOnBooking, frozen=True):
    """Ask the customer to amend a confirmed booking; what was pending goes."""


class AmendBooking(OnBooking, frozen=True):
    """Ask for an amendment of a confirmed booking."""

    content: ContentHash


class ConfirmBookingAmendment(OnBooking, frozen=True):
    """Confirm the amendment: it takes the booking's place."""


class DeclineBookingAmendment(WhyOnBooking, frozen=True):
    """Decline the amendment: the booking stays as it is."""


class CancelBookingAmendment(NotedOnBooking, frozen=True):
    """Take an amendment back before it is answered."""


class DeclineBooking(WhyOnBooking, frozen=True):
    """Discontinue a booking after it was confirmed."""


class CancelBooking(NotedOnBooking, frozen=True):
    """Take a request back before it is confirmed."""


class CompleteBooking(OnBooking, frozen=True):
    """Close the booking: its transport document was surrendered for delivery."""


class AskBookingCancellation(NotedOnBooking, frozen=True):
    """Ask the carrier to cancel a confirmed booking."""


class ConfirmBookingCancellation(OnBooking, frozen=True):
    """Cancel the confirmed booking as asked."""


class DeclineBookingCancellation(WhyOnBooking, frozen=True):
    """Decline to cancel the confirmed booking."""


def _line(
    act: str,
    by: str,
    use_case: int,
    message: type[OnDocument],
    event: str,
    *moves: Move,
) -> Line:
    return Line(
        act=act,
        by=by,
        event=event,
        kind="booking",
        message=message,
        moves=moves,
        source=f"Booking 2.0 UC {use_case}",
    )


_CLEARED: Final = {"amended": "", "cancellation": ""}
_OPEN_AMENDMENT: Final = {"amended": (AMENDMENT_RECEIVED,), "status": _AGREED}

LINES = (
    _line(
        "ASK_BOOKING_UPDATE",
        CARRIER,
        2,
        AskBookingUpdate,
        "booking_update_asked",
        Move(when={"status": _ASKED}, to={"status": PENDING_UPDATE}),
    ),
    _line(
        "UPDATE_BOOKING",
        CUSTOMER,
        3,
        UpdateBooking,
        "booking_updated",
        Move(when={"status": _ASKED}, to={"status": UPDATE_RECEIVED}, content=Content.SET),
    ),
    _line(
        "REJECT_BOOKING",
        CARRIER,
        4,
        RejectBooking,
        "booking_rejected",
        Move(when={"status": _ASKED}, to={"status": REJECTED}),
    ),
    _line(
        "CONFIRM_BOOKING",
        CARRIER,
        5,
        ConfirmBooking,
        "booking_confirmed",
        Move(
            when={"status": (RECEIVED, UPDATE_RECEIVED, CONFIRMED)},
            to={"status": CONFIRMED, "proposed": "", **_CLEARED},
            content=Content.SET,
        ),
    ),
    _line(
        "ASK_BOOKING_AMENDMENT",
        CARRIER,
        6,
        AskBookingAmendment,
        "booking_amendment_asked",
        Move(
            when={"status": _AGREED},
            to={"status": PENDING_AMENDMENT, **_CLEARED},
            content=Content.DROPPED,
        ),
    ),
    _line(
        "AMEND_BOOKING",
        CUSTOMER,
        7,
        AmendBooking,
        "booking_amendment_received",
        Move(
            when={"status": _AGREED},
            to={"amended": AMENDMENT_RECEIVED, "cancellation": ""},
            content=Content.PROPOSED,
        ),
    ),
    _line(
        "CONFIRM_BOOKING_AMENDMENT",
        CARRIER,
        8,
        ConfirmBookingAmendment,
        "booking_amendment_confirmed",
        Move(
            when=_OPEN_AMENDMENT,
            to={"amended": AMENDMENT_CONFIRMED, "status": CONFIRMED},
            content=Content.ADOPTED,
        ),
    ),
    _line(
        "DECLINE_BOOKING_AMENDMENT",
        CARRIER,
        8,
        DeclineBookingAmendment,
        "booking_amendment_declined",
        Move(
            when=_OPEN_AMENDMENT,
            to={"amended": AMENDMENT_DECLINED},
            content=Content.DROPPED,
        ),
    ),
    _line(
        "CANCEL_BOOKING_AMENDMENT",
        CUSTOMER,
        9,
        CancelBookingAmendment,
        "booking_amendment_cancelled",
        Move(
            when=_OPEN_AMENDMENT,
            to={"amended": AMENDMENT_CANCELLED},
            content=Content.DROPPED,
        ),
    ),
    _line(
        "DECLINE_BOOKING",
        CARRIER,
        10,
        DeclineBooking,
        "booking_declined",
        Move(
            when=_OPEN_AMENDMENT,
            to={"amended": AMENDMENT_DECLINED, "status": DECLINED},
            content=Content.DROPPED,
        ),
        Move(when={"status": _AGREED}, to={"status": DECLINED}),
    ),
    _line(
        "CANCEL_BOOKING",
        CUSTOMER,
        11,
        CancelBooking,
        "booking_cancelled",
        Move(when={"status": _ASKED}, to={"status": CANCELLED}),
    ),
    _line(
        "COMPLETE_BOOKING",
        CARRIER,
        12,
        CompleteBooking,
        "booking_completed",
        Move(
            when={"amended": (AMENDMENT_RECEIVED,), "status": (CONFIRMED,)},
            to={"amended": "", "status": COMPLETED},
            content=Content.DROPPED,
        ),
        Move(when={"status": (CONFIRMED,)}, to={"status": COMPLETED}),
    ),
    _line(
        "ASK_BOOKING_CANCELLATION",
        CUSTOMER,
        13,
        AskBookingCancellation,
        "booking_cancellation_received",
        Move(
            when={"cancellation": _NOT_CANCELLING, "status": _AGREED},
            to={"cancellation": CANCELLATION_RECEIVED},
        ),
    ),
    _line(
        "CONFIRM_BOOKING_CANCELLATION",
        CARRIER,
        14,
        ConfirmBookingCancellation,
        "booking_cancellation_confirmed",
        Move(
            when={**_OPEN_AMENDMENT, "cancellation": (CANCELLATION_RECEIVED,)},
            to={
                "amended": AMENDMENT_CANCELLED,
                "cancellation": CANCELLATION_CONFIRMED,
                "status": CANCELLED,
            },
            content=Content.DROPPED,
        ),
        Move(
            when={"cancellation": (CANCELLATION_RECEIVED,), "status": _AGREED},
            to={"cancellation": CANCELLATION_CONFIRMED, "status": CANCELLED},
        ),
    ),
    _line(
        "DECLINE_BOOKING_CANCELLATION",
        CARRIER,
        14,
        DeclineBookingCancellation,
        "booking_cancellation_declined",
        Move(
            when={"cancellation": (CANCELLATION_RECEIVED,), "status": _AGREED},
            to={"cancellation": CANCELLATION_DECLINED},
        ),
    ),
)
"""What may become of a booking; its first act is below."""


def request_booking(view: View, message: RequestBooking, context: Context) -> Effects:
    """Bring a booking into being (Booking 2.0 UC 1).

    Raises:
        NotRegisteredAsError: whoever is asked is not registered as carrier.
        DocumentKnownError: the same request was made before.
    """
    if not has_role(view, message.carrier, "carrier"):
        raise NotRegisteredAsError("a booking is asked of a carrier")
    first = Booking(
        carrier=message.carrier,
        content=message.content,
        customer=context.actor,
        last_act=context.transaction,
        status=RECEIVED,
        version=1,
    )
    identifier = id_of("booking", message, context)
    return begin(identifier, first, view, context)


def step(line: Line, view: View, message: OnBooking, context: Context) -> Effects:
    """Move a booking along the table.

    Raises:
        LedgerError: one of the line's refusals, in that order.
    """
    return advance(line, view, message, context)


RULES = (
    Rule(
        "cargo.REQUEST_BOOKING",
        RequestBooking,
        request_booking,
        (NotRegisteredAsError, DocumentKnownError),
    ),
    *(
        Rule(
            f"cargo.{line.act}",
            line.message,
            update_wrapper(partial(step, line), step),
            line.refusals,
        )
        for line in LINES
    ),
)
