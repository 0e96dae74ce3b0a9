# SPDX-License-Identifier: Apache-2.0
"""What an exchange does with a title: it holds it, hands it over, or gives it back (T5, I26).

The room of exchange lies above this one; no act of its own. While a title is in escrow its holder
stays its holder, and nobody acts on it but a court that freezes. Source: MLETR art. 15; title
requirements T5, T23; reliability I26.
"""

from typing import Literal

import msgspec

from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import Context, Effects, View
from ropewalk.title import state
from ropewalk.title.errors import (
    FrozenError,
    MayNotEndorseError,
    NotEndorseeError,
    NotInEscrowError,
    NotNegotiableError,
    NotSurrendererError,
    PledgedError,
    RecipientIsPossessorError,
    StaleError,
    StraightRecipientError,
    UnknownTitleError,
)
from ropewalk.title.transfer import check_recipient

How = Literal["ENDORSE_TO_ORDER", "SURRENDER", "TRANSFER"]


def offer(view: View, message: state.ActOnTitle, escrow: state.Escrow, context: Context) -> Effects:
    """Put the actor's title into escrow, on these terms.

    Raises:
        LedgerError: one of `OFFER_REFUSALS`, in that order.
    """
    title = state.held(view, message, context)
    if escrow.to == context.actor:
        raise RecipientIsPossessorError(escrow.to)
    require_controller(view, escrow.to)
    if escrow.how == "SURRENDER":
        if not state.may_claim(title, context.actor):
            raise NotSurrendererError(context.actor)
        if title.is_straight and escrow.to not in (title.shipper, title.consignee):
            raise StraightRecipientError(escrow.to)  # T16: nobody else claims under it
    else:
        check_recipient(view, title, escrow.to)
    if escrow.how == "ENDORSE_TO_ORDER":
        _require_endorsable(title, context)
    if not _on_payment(title, escrow):
        state.require_pledge_approved(title, context)
    return state.acted(title, message, context, "title.escrowed", escrow=escrow)


def _require_endorsable(title: state.Title, context: Context) -> None:
    if not title.is_to_order:
        raise NotNegotiableError(title.reference)
    if title.endorsee not in (context.actor, state.BLANK):
        raise NotEndorseeError(context.actor)
    if not title.endorsee_may_endorse:
        raise MayNotEndorseError(context.actor)


def _on_payment(title: state.Title, escrow: state.Escrow) -> bool:
    """Whether a pledgee gives its beneficiary the title: that ends the pledge (T23)."""
    pledge = title.pledge
    return pledge is not None and (pledge.pledgee, pledge.beneficiary) == (
        title.possessor,
        escrow.to,
    )


def hand_over(view: View, message: state.ActOnTitle, exchange: str, context: Context) -> Effects:
    """Do with the title what its holder put it into escrow for; a pledge ends by that.

    Pledgee and beneficiary let it go when it went in, so whoever gets it gets it free (T23).

    Raises:
        LedgerError: one of `HAND_OVER_REFUSALS`, in that order.
    """
    title, escrow = _escrowed(view, message, exchange)
    if title.freeze:
        raise FrozenError(title.freeze)
    changes: dict[str, object] = {"escrow": None, "pledge": None}
    if escrow.how == "SURRENDER":
        changes |= {
            "claimant": escrow.to,
            "indemnity": None,
            "possessor": title.issuer,
            "status": state.SURRENDERED,
        }
    else:
        changes["possessor"] = escrow.to
    if escrow.how == "ENDORSE_TO_ORDER":
        changes |= _endorsed(title, escrow.to, may_endorse=True)
    by_pledgee = title.is_to_order and title.endorsee == title.possessor
    if _on_payment(title, escrow) and escrow.how == "TRANSFER" and by_pledgee:
        changes |= _endorsed(title, escrow.to, may_endorse=title.endorsee_may_endorse)
    return _noted(title, message, context, "title.handed_over", changes)


def _endorsed(title: state.Title, to: str, *, may_endorse: bool) -> dict[str, object]:
    return {
        "endorsee": to,
        "endorsee_may_endorse": may_endorse,
        "prior_endorsee": title.possessor,
        "prior_may_endorse": title.endorsee_may_endorse,
    }


def give_back(view: View, message: state.ActOnTitle, exchange: str, context: Context) -> Effects:
    """Let its holder dispose of it again; a court's freeze stays on it.

    Raises:
        UnknownTitleError: no such title.
        StaleError: another act came first (T28).
        NotInEscrowError: this exchange does not hold it.
    """
    title, _ = _escrowed(view, message, exchange)
    return _noted(title, message, context, "title.given_back", {"escrow": None})


def _escrowed(
    view: View, message: state.ActOnTitle, exchange: str
) -> tuple[state.Title, state.Escrow]:
    title = state.load_seen(view, message)
    if title.escrow is None or title.escrow.exchange != exchange:
        raise NotInEscrowError(message.title)
    return title, title.escrow


def _noted(
    title: state.Title,
    message: state.ActOnTitle,
    context: Context,
    event: str,
    changes: dict[str, object],
) -> Effects:
    """The effects of what an exchange does, whoever sends it: nobody accepts by it."""
    kept = msgspec.structs.replace(title, refusable_from="", lease_until=0)
    return state.noted(kept, message.title, context, event, **changes)


OFFER_REFUSALS = (
    *state.HELD,
    RecipientIsPossessorError,
    UnknownControllerError,
    NotSurrendererError,
    StraightRecipientError,
    NotNegotiableError,
    NotEndorseeError,
    MayNotEndorseError,
    PledgedError,
)
HAND_OVER_REFUSALS = (UnknownTitleError, StaleError, NotInEscrowError, FrozenError)
