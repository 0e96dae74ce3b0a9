# SPDX-License-Identifier: Apache-2.0
"""PLEDGE, RELEASE_PLEDGE, TRUST_RECEIPT, RECLAIM, ENFORCE_PLEDGE: a title as security.

A pledge moves control to the pledgee; who pledged stays its beneficiary. There is one at a time;
without pledgee and beneficiary nobody disposes of the title. A trust receipt gives the bill back
for one purpose and a time. The law of the pledge decides what any of it is worth; this is its
evidence. Source: title requirement T23; reliability I13, TH23.
"""

from typing import Annotated, Literal

import msgspec

from ropewalk.codes import CodeError, currency_decimals
from ropewalk.crypto import INTEGER_MAX
from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import Context, ControllerId, Effects, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import (
    BadSecuredAmountError,
    BadTitleUntilError,
    NotDueError,
    NotPledgedError,
    NotPledgeeError,
    NoTrustReceiptError,
    PledgedAlreadyError,
    PledgeeIsPossessorError,
    PledgeeWithoutPossessionError,
    RecipientIsPossessorError,
    StraightRecipientError,
    TrustReceiptRunningError,
)
from ropewalk.title.transfer import check_recipient

TRUST_S_MAX = 180 * 86_400
"""How long a trust receipt may run, seconds."""


class Pledge(state.ActOnTitle, frozen=True):
    """Pledge the bill, and hand it to the pledgee."""

    amount: Annotated[
        int, msgspec.Meta(ge=0, le=INTEGER_MAX, description="Secured, minor units; 0: not stated.")
    ]
    currency: Annotated[str, msgspec.Meta(max_length=3, description='ISO 4217, or "".')]
    due: Annotated[
        int,
        msgspec.Meta(
            ge=0,
            le=INTEGER_MAX,
            description="When the pledgee may enforce alone, seconds since 1970; 0: never.",
        ),
    ]
    pledgee: ControllerId


class ReleasePledge(state.ActOnTitle, frozen=True):
    """End the pledge; the bill goes back to who pledged it."""


class TrustReceipt(state.ActOnTitle, frozen=True):
    """Give the bill back for one purpose and a time, the pledge standing."""

    purpose: Literal["SURRENDER_FOR_DELIVERY", "SURRENDER_FOR_AMENDMENT"]
    until: Annotated[
        int, msgspec.Meta(ge=0, le=INTEGER_MAX, description="Its end, seconds since 1970.")
    ]


class Reclaim(state.ActOnTitle, frozen=True):
    """Take the bill back once the trust receipt has ended."""


class EnforcePledge(state.ActOnTitle, frozen=True):
    """Realise the security once its day has passed."""

    recipient: ControllerId


def pledge(view: View, message: Pledge, context: Context) -> Effects:
    """Move control to the pledgee, the benefit staying with the actor.

    Raises:
        LedgerError: one of `state.HELD`, in that order.
        PledgedAlreadyError: it is pledged (I13).
        PledgeeIsPossessorError: to oneself.
        UnknownControllerError: the pledgee is nobody's controller.
        StraightRecipientError: a straight bill does not move there (T16).
        BadSecuredAmountError: amount and currency do not fit.
    """
    title = state.held(view, message, context)
    if title.pledge is not None:
        raise PledgedAlreadyError(title.pledge.pledgee)
    if message.pledgee == context.actor:
        raise PledgeeIsPossessorError(message.pledgee)
    require_controller(view, message.pledgee)
    check_recipient(view, title, message.pledgee)
    _check_amount(message)
    made = state.Pledge(
        amount=message.amount,
        beneficiary=context.actor,
        currency=message.currency,
        due=message.due,
        pledgee=message.pledgee,
        trust_purpose="",
        trust_until=0,
    )
    return state.acted(
        title,
        message,
        context,
        "title.pledged",
        pledge=made,
        possessor=message.pledgee,
        refusable_from=context.actor,
    )


def _check_amount(message: Pledge) -> None:
    if bool(message.amount) != bool(message.currency):
        raise BadSecuredAmountError("an amount has a currency, and a currency an amount")
    if message.currency:
        try:
            currency_decimals(message.currency)
        except CodeError as error:
            raise BadSecuredAmountError(str(error)) from error


def release_pledge(view: View, message: ReleasePledge, context: Context) -> Effects:
    """Give bill and endorsement back to the beneficiary, as far as the pledgee has them.

    Raises:
        LedgerError: one of `_PLEDGED`, in that order.
    """
    title, standing = _pledged(view, message, context)
    changes: dict[str, object] = {"pledge": None}
    if title.possessor == standing.pledgee:
        changes["possessor"] = standing.beneficiary
    if title.is_to_order and title.endorsee == standing.pledgee:
        changes["prior_endorsee"] = standing.pledgee
        changes["prior_may_endorse"] = title.endorsee_may_endorse
        changes["endorsee"] = standing.beneficiary
    return state.acted(title, message, context, "title.pledge_released", **changes)


def trust_receipt(view: View, message: TrustReceipt, context: Context) -> Effects:
    """Give the bill to the beneficiary, who may do the one act with it until then.

    Raises:
        LedgerError: one of `_PLEDGED`, in that order.
        PledgeeWithoutPossessionError: the pledgee has nothing to give.
        BadTitleUntilError: the end is past, or more than 180 days ahead.
    """
    title, standing = _pledged(view, message, context)
    _require_possession(title, standing)
    if not context.time_s < message.until <= context.time_s + TRUST_S_MAX:
        raise BadTitleUntilError(f"after {context.time_s}, at most {TRUST_S_MAX} seconds")
    out = msgspec.structs.replace(
        standing, trust_purpose=message.purpose, trust_until=message.until
    )
    return state.acted(
        title,
        message,
        context,
        "title.released_on_trust",
        pledge=out,
        possessor=standing.beneficiary,
    )


def reclaim(view: View, message: Reclaim, context: Context) -> Effects:
    """Take the bill back from the beneficiary.

    Raises:
        LedgerError: one of `_PLEDGED`, in that order.
        NoTrustReceiptError: it is not out on one.
        TrustReceiptRunningError: its time is not over.
    """
    title, standing = _pledged(view, message, context)
    if not standing.trust_purpose or title.possessor != standing.beneficiary:
        raise NoTrustReceiptError(message.title)
    if context.time_s <= standing.trust_until:
        raise TrustReceiptRunningError(f"until {standing.trust_until}")
    back = msgspec.structs.replace(standing, trust_purpose="", trust_until=0)
    return state.acted(
        title, message, context, "title.reclaimed", pledge=back, possessor=standing.pledgee
    )


def enforce_pledge(view: View, message: EnforcePledge, context: Context) -> Effects:
    """Hand the bill, and the claim where it was pledgee's or beneficiary's, to a buyer.

    Raises:
        LedgerError: one of `_PLEDGED`, in that order.
        PledgeeWithoutPossessionError: the pledgee has nothing to hand over.
        NotDueError: no day is named, or it has not passed.
        RecipientIsPossessorError: to itself.
        UnknownControllerError: the recipient is nobody's controller.
        StraightRecipientError: a straight bill does not move there (T16).
    """
    title, standing = _pledged(view, message, context)
    _require_possession(title, standing)
    if not standing.due or context.time_s <= standing.due:
        raise NotDueError(f"due at {standing.due}; the block's time is {context.time_s}")
    if message.recipient == context.actor:
        raise RecipientIsPossessorError(message.recipient)
    require_controller(view, message.recipient)
    check_recipient(view, title, message.recipient)
    changes: dict[str, object] = {"pledge": None, "possessor": message.recipient}
    if title.is_to_order and title.endorsee in (standing.pledgee, standing.beneficiary):
        changes.update(
            endorsee=message.recipient,
            endorsee_may_endorse=True,
            prior_endorsee=standing.pledgee,
            prior_may_endorse=True,
        )
    return state.acted(title, message, context, "title.pledge_enforced", **changes)


def _pledged(
    view: View, message: state.ActOnTitle, context: Context
) -> tuple[state.Title, state.Pledge]:
    title = state.load(view, message, context)
    state.require_live_bill(title)
    if title.pledge is None:
        raise NotPledgedError(message.title)
    if title.pledge.pledgee != context.actor:
        raise NotPledgeeError(context.actor)
    return title, title.pledge


def _require_possession(title: state.Title, standing: state.Pledge) -> None:
    if title.possessor != standing.pledgee:
        raise PledgeeWithoutPossessionError(title.possessor)


_PLEDGED = (*state.HELD[:-1], NotPledgedError, NotPledgeeError)

RULES = (
    Rule(
        "title.PLEDGE",
        Pledge,
        pledge,
        (
            *state.HELD,
            PledgedAlreadyError,
            PledgeeIsPossessorError,
            UnknownControllerError,
            StraightRecipientError,
            BadSecuredAmountError,
        ),
    ),
    Rule("title.RELEASE_PLEDGE", ReleasePledge, release_pledge, _PLEDGED),
    Rule(
        "title.TRUST_RECEIPT",
        TrustReceipt,
        trust_receipt,
        (*_PLEDGED, PledgeeWithoutPossessionError, BadTitleUntilError),
    ),
    Rule(
        "title.RECLAIM",
        Reclaim,
        reclaim,
        (*_PLEDGED, NoTrustReceiptError, TrustReceiptRunningError),
    ),
    Rule(
        "title.ENFORCE_PLEDGE",
        EnforcePledge,
        enforce_pledge,
        (
            *_PLEDGED,
            PledgeeWithoutPossessionError,
            NotDueError,
            RecipientIsPossessorError,
            UnknownControllerError,
            StraightRecipientError,
        ),
    ),
)
