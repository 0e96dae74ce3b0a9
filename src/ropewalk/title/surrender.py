# SPDX-License-Identifier: Apache-2.0
"""SURRENDER_FOR_DELIVERY, SURRENDER_FOR_AMENDMENT, and the carrier's answer, SACC or SREJ.

From the request to the answer the carrier holds the bill. SACC ends it for the goods; what was
surrendered for amendment is answered by REISSUE or SWITCH_TO_PAPER; SREJ gives back exactly the
roles before. Source: DCSA PINT 3.0.0 `actionCode`, EBL_SUR 3.0.4; title requirements T19 to T22;
I11.
"""

from typing import Literal

from ropewalk.ledger import Context, ControllerId, Effects, Hash, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import (
    EndedError,
    FrozenError,
    NoSurrenderError,
    NotIssuerError,
    NotSurrendererError,
    OnPaperError,
    PledgedError,
    StaleError,
    UnknownTitleError,
    WrongAddresseeError,
)


class SurrenderForDelivery(state.ActOnTitle, frozen=True):
    """Give the bill to the carrier in exchange for the goods."""

    addressee: ControllerId


class SurrenderForAmendment(state.ActOnTitle, frozen=True):
    """Give the bill to the carrier in exchange for an amended one, or for paper (SWTP)."""

    addressee: ControllerId
    reason_code: Literal["SWTP", "COD", "SWI"] | None = None


class SurrenderAccepted(state.ActOnTitle, frozen=True):
    """Accept the surrender for delivery: the bill has done its work."""


class SurrenderRejected(state.ActOnTitle, frozen=True):
    """Reject the surrender: the bill goes back as it was."""

    comment: Hash | None = None
    """Commitment to the carrier's comment, which lies with the parties."""


def surrender_for_delivery(view: View, message: SurrenderForDelivery, context: Context) -> Effects:
    """Put the bill into the carrier's hands until it answers.

    Raises:
        LedgerError: one of `SURRENDER_REFUSALS`, in that order.
    """
    title = _surrenderable(view, message, message.addressee, context, "SURRENDER_FOR_DELIVERY")
    return _surrendered(title, message, context)


def surrender_for_amendment(
    view: View, message: SurrenderForAmendment, context: Context
) -> Effects:
    """Put the bill into the carrier's hands until it re-issues, switches to paper or rejects.

    Raises:
        LedgerError: one of `SURRENDER_REFUSALS`, in that order.
    """
    title = _surrenderable(view, message, message.addressee, context, "SURRENDER_FOR_AMENDMENT")
    reason = message.reason_code or state.AMENDMENT
    return _surrendered(title, message, context, surrender_reason=reason)


def _surrenderable(
    view: View, message: state.ActOnTitle, addressee: str, context: Context, purpose: str
) -> state.Title:
    title = state.held(view, message, context)
    if addressee != title.issuer:
        raise WrongAddresseeError(addressee)
    if not state.may_claim(title, context.actor):
        raise NotSurrendererError(context.actor)
    state.require_pledge_approved(title, context, purpose)
    return title


def _surrendered(
    title: state.Title, message: state.ActOnTitle, context: Context, **changes: object
) -> Effects:
    return state.acted(
        title,
        message,
        context,
        "title.surrender_requested",
        possessor=title.issuer,
        status=state.SURRENDER_REQUESTED,
        surrendered_by=context.actor,
        **changes,
    )


SURRENDER_REFUSALS = (*state.HELD, WrongAddresseeError, NotSurrendererError, PledgedError)


def accept(view: View, message: SurrenderAccepted, context: Context) -> Effects:
    """End the title (SACC); a letter of indemnity is discharged by it (T32).

    Raises:
        LedgerError: one of `ANSWER_REFUSALS`, in that order.
    """
    title = _awaiting_answer(view, message, context)
    if title.surrender_reason:
        raise NoSurrenderError(f"surrendered for {title.surrender_reason}, not for delivery")
    return state.acted(
        title,
        message,
        context,
        "title.surrendered",
        claimant=title.surrendered_by,
        indemnity=None,
        status=state.SURRENDERED,
        surrendered_by="",
    )


def reject(view: View, message: SurrenderRejected, context: Context) -> Effects:
    """Give the bill back exactly as it was (SREJ).

    Raises:
        LedgerError: one of `ANSWER_REFUSALS`, in that order.
    """
    title = _awaiting_answer(view, message, context)
    return state.acted(
        title,
        message,
        context,
        "title.surrender_rejected",
        possessor=title.surrendered_by,
        status=state.ISSUED,
        surrender_reason="",
        surrendered_by="",
    )


def _awaiting_answer(view: View, message: state.ActOnTitle, context: Context) -> state.Title:
    title = state.load(view, message, context)
    state.require_issuer(title, context)
    state.require_not_ended(title)
    if title.status != state.SURRENDER_REQUESTED:
        raise NoSurrenderError(title.status)
    return title


ANSWER_REFUSALS = (
    UnknownTitleError,
    StaleError,
    FrozenError,
    NotIssuerError,
    OnPaperError,
    EndedError,
    NoSurrenderError,
)
"""Never LeasedError nor TitleInEscrowError: what was surrendered is neither."""

RULES = (
    Rule(
        "title.SURRENDER_FOR_DELIVERY",
        SurrenderForDelivery,
        surrender_for_delivery,
        SURRENDER_REFUSALS,
    ),
    Rule(
        "title.SURRENDER_FOR_AMENDMENT",
        SurrenderForAmendment,
        surrender_for_amendment,
        SURRENDER_REFUSALS,
    ),
    Rule("title.SACC", SurrenderAccepted, accept, ANSWER_REFUSALS),
    Rule("title.SREJ", SurrenderRejected, reject, ANSWER_REFUSALS),
)
