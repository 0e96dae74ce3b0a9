# SPDX-License-Identifier: Apache-2.0
"""Shipping instructions and the draft of the transport document: what the title will say.

The customer instructs under confirmed bookings; the carrier publishes a draft, the customer
comments or approves, and only what was approved is issued (`title.ISSUE` with `draft`). Source:
DCSA EBL 3.0.4, use cases 1 to 8 and 14 to 16. That new instructions end an approval is ours: the
standard is silent.
"""

from functools import partial, update_wrapper
from typing import Annotated

import msgspec

from ropewalk.cargo.booking import CONFIRMED, PENDING_AMENDMENT
from ropewalk.cargo.course import (
    CARRIER,
    CUSTOMER,
    Booking,
    Content,
    ContentHash,
    Instructions,
    Line,
    Move,
    OnDocument,
    Reference,
    advance,
    begin,
    id_of,
    load,
    moved,
    require_move,
)
from ropewalk.cargo.errors import (
    BookingNotConfirmedError,
    DocumentKnownError,
    DocumentStateError,
    NotAsApprovedError,
    NotSideError,
    NotSurrenderedError,
    OtherPartiesError,
    UnknownDocumentError,
    UnsortedError,
)
from ropewalk.cargo.state import FOLLOWED_MAX, Reason, Titles, asking
from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import Context, ControllerId, Effects, Hash, Message, Rule, View

RECEIVED = "RECEIVED"
PENDING_UPDATE = "PENDING_UPDATE"
COMPLETED = "COMPLETED"
CANCELLED = "CANCELLED"
DECLINED = "DECLINED"

UPDATE_RECEIVED = "UPDATE_RECEIVED"
UPDATE_CONFIRMED = "UPDATE_CONFIRMED"
UPDATE_DECLINED = "UPDATE_DECLINED"
UPDATE_CANCELLED = "UPDATE_CANCELLED"

DRAFT = "DRAFT"
APPROVED = "APPROVED"
ISSUED = "ISSUED"

BOOKINGS_MAX = 8

_OPEN = (RECEIVED, PENDING_UPDATE)
_ANSWERED = ("", UPDATE_CONFIRMED, UPDATE_DECLINED, UPDATE_CANCELLED)
_NOT_ISSUED = ("", DRAFT, APPROVED)


class SubmitInstructions(Message, frozen=True, omit_defaults=True):
    """Instruct the carrier what the transport document is to say, under confirmed bookings."""

    bookings: Annotated[
        list[Hash],
        msgspec.Meta(min_length=1, max_length=BOOKINGS_MAX, description="Ids, sorted."),
    ]
    content: ContentHash
    shipper: (
        Annotated[
            ControllerId, msgspec.Meta(description="Whom the document names; the actor if none.")
        ]
        | None
    ) = None


class OnInstructions(OnDocument, frozen=True):
    """Members of every act on shipping instructions."""

    instructions: Hash


class WhyOnInstructions(OnInstructions, frozen=True):
    """Members of the acts that need a reason."""

    reason: Reason


class NotedOnInstructions(OnInstructions, frozen=True, omit_defaults=True):
    """Members of the acts that may have a reason."""

    reason: Reason | None = None


class AskInstructionsUpdate(WhyOnInstructions, frozen=True):
    """Ask the customer to update the instructions; an update that was pending goes."""


class UpdateInstructions(OnInstructions, frozen=True):
    """Send an update; an approval given before ends."""

    content: ContentHash


class ConfirmInstructionsUpdate(OnInstructions, frozen=True):
    """Confirm the update: it takes the instructions' place."""


class DeclineInstructionsUpdate(WhyOnInstructions, frozen=True):
    """Decline the update: the instructions stay as they are."""


class CancelInstructionsUpdate(NotedOnInstructions, frozen=True):
    """Take an update back before it is answered."""


class PublishDraft(OnInstructions, frozen=True, omit_defaults=True):
    """Publish the transport document as a draft."""

    document: Annotated[
        Hash, msgspec.Meta(description="The commitment that the document will be issued with.")
    ]
    reference: Reference | None = None


class CommentDraft(OnInstructions, frozen=True):
    """Comment on the draft."""

    comment: Annotated[Hash, msgspec.Meta(description="Salted commitment to the comment.")]


class ApproveDraft(OnInstructions, frozen=True):
    """Approve the draft: it may be issued as it is."""


class CompleteInstructions(OnInstructions, frozen=True):
    """Close the instructions: what was issued under them was surrendered for delivery."""


class CancelInstructions(NotedOnInstructions, frozen=True):
    """Take the instructions back before anything was issued under them."""


class DeclineInstructions(WhyOnInstructions, frozen=True):
    """Discontinue the instructions before anything was issued under them."""


def _line(
    act: str,
    by: str,
    use_case: int | str,
    message: type[OnDocument],
    event: str,
    *moves: Move,
) -> Line:
    return Line(
        act=act,
        by=by,
        event=event,
        kind="instructions",
        message=message,
        moves=moves,
        source=f"EBL 3.0 UC {use_case}",
    )


_OPEN_UPDATE = {"status": _OPEN, "updated": (UPDATE_RECEIVED,)}

COMPLETE = _line(
    "COMPLETE_INSTRUCTIONS",
    CARRIER,
    14,
    CompleteInstructions,
    "instructions_completed",
    Move(
        when={"draft": (ISSUED,), "status": (RECEIVED,), "updated": _ANSWERED},
        to={"status": COMPLETED},
    ),
)
ISSUE = _line(
    "ISSUE",
    CARRIER,
    8,
    OnInstructions,
    "draft_issued",
    Move(when={"draft": (APPROVED,), "status": (RECEIVED,)}, to={"draft": ISSUED}),
)
"""Not an act of its own: `title.ISSUE` makes it."""

LINES = (
    _line(
        "ASK_INSTRUCTIONS_UPDATE",
        CARRIER,
        2,
        AskInstructionsUpdate,
        "instructions_update_asked",
        Move(
            when={"status": _OPEN},
            to={"status": PENDING_UPDATE, "updated": ""},
            content=Content.DROPPED,
        ),
    ),
    _line(
        "UPDATE_INSTRUCTIONS",
        CUSTOMER,
        3,
        UpdateInstructions,
        "instructions_update_received",
        Move(
            when={"draft": (APPROVED,), "status": _OPEN},
            to={"draft": DRAFT, "updated": UPDATE_RECEIVED},
            content=Content.PROPOSED,
        ),
        Move(
            when={"status": _OPEN},
            to={"updated": UPDATE_RECEIVED},
            content=Content.PROPOSED,
        ),
    ),
    _line(
        "CONFIRM_INSTRUCTIONS_UPDATE",
        CARRIER,
        4,
        ConfirmInstructionsUpdate,
        "instructions_update_confirmed",
        Move(
            when=_OPEN_UPDATE,
            to={"status": RECEIVED, "updated": UPDATE_CONFIRMED},
            content=Content.ADOPTED,
        ),
    ),
    _line(
        "DECLINE_INSTRUCTIONS_UPDATE",
        CARRIER,
        4,
        DeclineInstructionsUpdate,
        "instructions_update_declined",
        Move(when=_OPEN_UPDATE, to={"updated": UPDATE_DECLINED}, content=Content.DROPPED),
    ),
    _line(
        "CANCEL_INSTRUCTIONS_UPDATE",
        CUSTOMER,
        5,
        CancelInstructionsUpdate,
        "instructions_update_cancelled",
        Move(when=_OPEN_UPDATE, to={"updated": UPDATE_CANCELLED}, content=Content.DROPPED),
    ),
    _line(
        "PUBLISH_DRAFT",
        CARRIER,
        6,
        PublishDraft,
        "draft_published",
        Move(
            when={"draft": _NOT_ISSUED, "status": (RECEIVED,), "updated": _ANSWERED},
            to={"comment": "", "draft": DRAFT},
        ),
    ),
    _line(
        "COMMENT_DRAFT",
        CUSTOMER,
        "6; the comment is ours",
        CommentDraft,
        "draft_commented",
        Move(when={"draft": (DRAFT,), "status": _OPEN}),
    ),
    _line(
        "APPROVE_DRAFT",
        CUSTOMER,
        7,
        ApproveDraft,
        "draft_approved",
        Move(
            when={"draft": (DRAFT,), "status": (RECEIVED,), "updated": _ANSWERED},
            to={"draft": APPROVED},
        ),
    ),
    COMPLETE,
    _line(
        "CANCEL_INSTRUCTIONS",
        CUSTOMER,
        15,
        CancelInstructions,
        "instructions_cancelled",
        Move(
            when={**_OPEN_UPDATE, "draft": _NOT_ISSUED},
            to={"status": CANCELLED, "updated": UPDATE_CANCELLED},
            content=Content.DROPPED,
        ),
        Move(when={"draft": _NOT_ISSUED, "status": _OPEN}, to={"status": CANCELLED}),
    ),
    _line(
        "DECLINE_INSTRUCTIONS",
        CARRIER,
        16,
        DeclineInstructions,
        "instructions_declined",
        Move(
            when={**_OPEN_UPDATE, "draft": _NOT_ISSUED},
            to={"status": DECLINED, "updated": UPDATE_DECLINED},
            content=Content.DROPPED,
        ),
        Move(when={"draft": _NOT_ISSUED, "status": _OPEN}, to={"status": DECLINED}),
    ),
)
"""What may become of shipping instructions; their first act and the issue are below."""


def submit_instructions(view: View, message: SubmitInstructions, context: Context) -> Effects:
    """Bring shipping instructions into being (EBL 3.0 UC 1).

    Raises:
        LedgerError: one of `SUBMIT_REFUSALS`, in that order.
    """
    carrier = _carrier_of(view, message, context)
    shipper = message.shipper or context.actor
    require_controller(view, shipper)
    first = Instructions(
        bookings=tuple(message.bookings),
        carrier=carrier,
        content=message.content,
        customer=context.actor,
        last_act=context.transaction,
        shipper=shipper,
        status=RECEIVED,
        version=1,
    )
    identifier = id_of("instructions", message, context)
    return begin(identifier, first, view, context)


def _carrier_of(view: View, message: SubmitInstructions, context: Context) -> str:
    """The one carrier of the bookings, each confirmed to the actor."""
    if message.bookings != sorted(set(message.bookings)):
        raise UnsortedError("bookings are sorted, each once")
    carriers: list[str] = []
    for identifier in message.bookings:
        booking = load(view, Booking, identifier)
        if booking.customer != context.actor or booking.carrier not in (
            carriers or [booking.carrier]
        ):
            raise OtherPartiesError(identifier)
        if booking.status != CONFIRMED:
            raise BookingNotConfirmedError(f"{identifier} is {booking.status}")
        carriers.append(booking.carrier)
    return carriers[0]


SUBMIT_REFUSALS = (
    UnsortedError,
    UnknownDocumentError,
    OtherPartiesError,
    BookingNotConfirmedError,
    UnknownControllerError,
    DocumentKnownError,
)


def step(line: Line, view: View, message: OnInstructions, context: Context) -> Effects:
    """Move shipping instructions along the table.

    Raises:
        LedgerError: one of the line's refusals, in that order.
    """
    return advance(line, view, message, context)


def complete(
    titles: Titles, view: View, message: CompleteInstructions, context: Context
) -> Effects:
    """Close shipping instructions whose transport document was surrendered.

    Raises:
        UnknownDocumentError: none was begun under the id.
        StaleDocumentError: another act came first.
        NotSideError: the actor is not the carrier.
        DocumentStateError: nothing was issued, an update is pending, or it is closed.
        NotSurrenderedError: the title, or one that took its place, was not surrendered.
    """
    effects = advance(COMPLETE, view, message, context)
    document = load(view, Instructions, message.instructions)
    waiting = in_circulation(titles, view, document.title)
    if waiting:
        raise NotSurrenderedError(waiting)
    return effects


def in_circulation(titles: Titles, view: View, title: str) -> str:
    """A title of those that took this one's place which was not surrendered; "" for none.

    A waybill is not surrendered: its consignee needs no document.
    """
    waiting, seen = [title], set[str]()
    while waiting:
        one = waiting.pop()
        if one in seen:  # split and combined again: many ways lead to it
            continue
        seen.add(one)
        standing = titles(view, one)
        if standing is None or len(seen) > FOLLOWED_MAX:
            return one
        if standing.replaced_by:
            waiting.extend(standing.replaced_by)
        elif standing.basis is None or standing.basis.kind == "INDEMNITY":
            return one
    return ""


class AsIssued(msgspec.Struct, frozen=True, kw_only=True):
    """What an ISSUE says of the draft it issues."""

    commitment: str
    instructions: str
    shipper: str
    title: str


def issue_draft(view: View, issued: AsIssued, context: Context) -> Effects:
    """Issue a draft: what is issued is what was approved (EBL 3.0 UC 8).

    Raises:
        LedgerError: one of `DRAFT_REFUSALS`, in that order.
    """
    document = load(view, Instructions, issued.instructions)
    if document.carrier != context.actor:
        raise NotSideError("a draft is issued by the carrier that published it")
    move = require_move(ISSUE, document)
    if issued.shipper != document.shipper:
        raise NotAsApprovedError("the shipper is not the instructions'")
    if issued.commitment != document.document:
        raise NotAsApprovedError("the document is not the approved draft")
    changes = {**move.to, "reason": "", "title": issued.title}
    return moved(ISSUE, issued.instructions, document, context, changes)


DRAFT_REFUSALS = (UnknownDocumentError, NotSideError, DocumentStateError, NotAsApprovedError)


def confirmed_booking(view: View, identifier: str) -> Booking:
    """A booking that stands: confirmed, whether or not an amendment is asked for.

    Raises:
        UnknownDocumentError: none was requested under the id.
        BookingNotConfirmedError: it is not confirmed, or not any more.
    """
    booking = load(view, Booking, identifier)
    if booking.status not in (CONFIRMED, PENDING_AMENDMENT):
        raise BookingNotConfirmedError(f"{identifier} is {booking.status}")
    return booking


def rules(titles: Titles) -> tuple[Rule, ...]:
    """The acts of this file, told how to ask for titles."""
    return (
        Rule("cargo.SUBMIT_INSTRUCTIONS", SubmitInstructions, submit_instructions, SUBMIT_REFUSALS),
        *(
            Rule(
                f"cargo.{line.act}",
                line.message,
                update_wrapper(partial(step, line), step),
                line.refusals,
            )
            for line in LINES
            if line is not COMPLETE
        ),
        Rule(
            "cargo.COMPLETE_INSTRUCTIONS",
            CompleteInstructions,
            asking(complete, titles),
            (*COMPLETE.refusals, NotSurrenderedError),
        ),
    )
