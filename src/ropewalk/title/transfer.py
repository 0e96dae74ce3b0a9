# SPDX-License-Identifier: Apache-2.0
"""TRANSFER and its refusal: possession passes, and may come straight back.

Source: DCSA PINT 3.0.0 `actionCode` TRANSFER; MLETR art. 11 and 15 (control, delivery);
title requirements T5, T16, T18, T24.
"""

from ropewalk.identity import UnknownControllerError, has_role, require_controller
from ropewalk.ledger import Context, ControllerId, Effects, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import (
    EndedError,
    NothingToRefuseError,
    NotPossessorError,
    NotTransferableError,
    RecipientIsPossessorError,
    StaleError,
    StraightRecipientError,
    SurrenderPendingError,
    UnknownTitleError,
)


class Transfer(state.ActOnTitle, frozen=True):
    """Hand the bill over; its endorsements stay as they are."""

    recipient: ControllerId


class RefuseTransfer(state.ActOnTitle, frozen=True):
    """Hand the bill back, as the very next act after it was transferred to the actor."""


def transfer(view: View, message: Transfer, context: Context) -> Effects:
    """Make the recipient the possessor; from here on the actor can do nothing with it (T5).

    Raises:
        UnknownTitleError: no such title.
        StaleError: another act came first.
        NotTransferableError: it is a waybill.
        EndedError: it was surrendered.
        SurrenderPendingError: it lies with the carrier.
        NotPossessorError: the actor does not possess it.
        RecipientIsPossessorError: the recipient does already.
        UnknownControllerError: the recipient is nobody's controller.
        StraightRecipientError: a straight bill does not move to that recipient (T16).
    """
    title = state.load(view, message)
    state.require_live_bill(title)
    state.require_possessor(title, context)
    if message.recipient == context.actor:
        raise RecipientIsPossessorError(message.recipient)
    require_controller(view, message.recipient)
    if title.is_straight:
        _check_straight(view, title, message.recipient)
    return state.acted(
        title,
        message,
        context,
        "title.transferred",
        possessor=message.recipient,
        refusable_from=context.actor,
    )


def _check_straight(view: View, title: state.Title, recipient: str) -> None:
    named = (title.shipper, title.consignee)
    if recipient in named:
        return
    if title.possessor in named and has_role(view, recipient, "bank"):
        return
    raise StraightRecipientError(recipient)


def refuse_transfer(view: View, message: RefuseTransfer, context: Context) -> Effects:
    """Give possession back, and with it the endorsement, if it was to the actor (T24).

    Raises:
        UnknownTitleError: no such title.
        StaleError: another act came first.
        NotTransferableError: it is a waybill.
        EndedError: it was surrendered.
        SurrenderPendingError: it lies with the carrier.
        NotPossessorError: the actor does not possess it.
        NothingToRefuseError: the last act was no transfer.
    """
    title = state.load(view, message)
    state.require_live_bill(title)
    state.require_possessor(title, context)
    if not title.refusable_from:
        raise NothingToRefuseError(title.last_act)
    endorsee, may_endorse = title.endorsee, title.endorsee_may_endorse
    if endorsee == context.actor:
        endorsee, may_endorse = title.prior_endorsee, title.prior_may_endorse
    return state.acted(
        title,
        message,
        context,
        "title.transfer_refused",
        possessor=title.refusable_from,
        endorsee=endorsee,
        endorsee_may_endorse=may_endorse,
        prior_endorsee=title.prior_endorsee,
        prior_may_endorse=title.prior_may_endorse,
    )


_COMMON = (
    UnknownTitleError,
    StaleError,
    NotTransferableError,
    EndedError,
    SurrenderPendingError,
    NotPossessorError,
)

RULES = (
    Rule(
        "title.TRANSFER",
        Transfer,
        transfer,
        (*_COMMON, RecipientIsPossessorError, UnknownControllerError, StraightRecipientError),
    ),
    Rule(
        "title.REFUSE_TRANSFER",
        RefuseTransfer,
        refuse_transfer,
        (*_COMMON, NothingToRefuseError),
    ),
)
