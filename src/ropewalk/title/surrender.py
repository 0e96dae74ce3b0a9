# SPDX-License-Identifier: Apache-2.0
"""SURRENDER_FOR_DELIVERY and the carrier's answer, SACC or SREJ.

From the request to the answer the carrier holds the bill. SACC ends the title; SREJ gives back
exactly the roles before. Source: DCSA PINT 3.0.0 `actionCode`, EBL_SUR 3.0.4; title
requirements T19, T20, T21; I11.
"""

from ropewalk.ledger import Context, ControllerId, Effects, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import (
    EndedError,
    NoSurrenderError,
    NotIssuerError,
    NotPossessorError,
    NotSurrendererError,
    NotTransferableError,
    StaleError,
    SurrenderPendingError,
    UnknownTitleError,
    WrongAddresseeError,
)


class SurrenderForDelivery(state.ActOnTitle, frozen=True):
    """Give the bill to the carrier in exchange for the goods."""

    addressee: ControllerId


class SurrenderAccepted(state.ActOnTitle, frozen=True):
    """Accept the surrender: the bill has done its work."""


class SurrenderRejected(state.ActOnTitle, frozen=True):
    """Reject the surrender: the bill goes back as it was."""


def surrender_for_delivery(view: View, message: SurrenderForDelivery, context: Context) -> Effects:
    """Put the bill into the carrier's hands until it answers.

    Raises:
        UnknownTitleError: no such title.
        StaleError: another act came first.
        NotTransferableError: it is a waybill.
        EndedError: it was surrendered.
        SurrenderPendingError: a surrender waits already.
        NotPossessorError: the actor does not possess it.
        WrongAddresseeError: the addressee is not the issuing carrier (T20).
        NotSurrendererError: the actor possesses it but may not claim under it (T19).
    """
    title = state.load(view, message)
    state.require_live_bill(title)
    state.require_possessor(title, context)
    if message.addressee != title.issuer:
        raise WrongAddresseeError(message.addressee)
    if not _may_claim(title, context.actor):
        raise NotSurrendererError(context.actor)
    return state.acted(
        title,
        message,
        context,
        "title.surrender_requested",
        possessor=title.issuer,
        status=state.SURRENDER_REQUESTED,
        surrendered_by=context.actor,
    )


def _may_claim(title: state.Title, actor: str) -> bool:
    if title.is_straight:
        return actor in (title.shipper, title.consignee)
    return title.is_blank or title.endorsee == actor


def accept(view: View, message: SurrenderAccepted, context: Context) -> Effects:
    """End the title (SACC).

    Raises:
        UnknownTitleError: no such title.
        StaleError: another act came first.
        NotIssuerError: the actor did not issue it.
        EndedError: it has ended already.
        NoSurrenderError: no surrender waits for an answer.
    """
    title = _awaiting_answer(view, message, context)
    return state.acted(
        title,
        message,
        context,
        "title.surrendered",
        status=state.SURRENDERED,
        surrendered_by="",
    )


def reject(view: View, message: SurrenderRejected, context: Context) -> Effects:
    """Give the bill back exactly as it was (SREJ).

    Raises:
        LedgerError: as `accept`.
    """
    title = _awaiting_answer(view, message, context)
    return state.acted(
        title,
        message,
        context,
        "title.surrender_rejected",
        possessor=title.surrendered_by,
        status=state.ISSUED,
        surrendered_by="",
    )


def _awaiting_answer(view: View, message: state.ActOnTitle, context: Context) -> state.Title:
    title = state.load(view, message)
    if title.issuer != context.actor:
        raise NotIssuerError(context.actor)
    if title.status in state.ENDED:
        raise EndedError(title.status)
    if title.status != state.SURRENDER_REQUESTED:
        raise NoSurrenderError(title.status)
    return title


_ANSWER_REFUSALS = (
    UnknownTitleError,
    StaleError,
    NotIssuerError,
    EndedError,
    NoSurrenderError,
)

RULES = (
    Rule(
        "title.SURRENDER_FOR_DELIVERY",
        SurrenderForDelivery,
        surrender_for_delivery,
        (
            UnknownTitleError,
            StaleError,
            NotTransferableError,
            EndedError,
            SurrenderPendingError,
            NotPossessorError,
            WrongAddresseeError,
            NotSurrendererError,
        ),
    ),
    Rule("title.SACC", SurrenderAccepted, accept, _ANSWER_REFUSALS),
    Rule("title.SREJ", SurrenderRejected, reject, _ANSWER_REFUSALS),
)
