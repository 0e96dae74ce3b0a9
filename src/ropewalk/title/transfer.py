# SPDX-License-Identifier: Apache-2.0
"""TRANSFER and its refusal: possession passes, and may come straight back.

Source: DCSA PINT 3.0.0 `actionCode` TRANSFER; MLETR art. 11 and 15 (control, delivery);
title requirements T5, T16, T18, T24.
"""

from ropewalk.identity import UnknownControllerError, has_role, require_controller
from ropewalk.ledger import Context, ControllerId, Effects, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import (
    NothingToRefuseError,
    PledgedError,
    RecipientIsPossessorError,
    StraightRecipientError,
)


class Transfer(state.ActOnTitle, frozen=True):
    """Hand the bill over; its endorsements stay as they are."""

    recipient: ControllerId


class RefuseTransfer(state.ActOnTitle, frozen=True):
    """Hand the bill back, as the very next act after it was transferred to the actor."""


def transfer(view: View, message: Transfer, context: Context) -> Effects:
    """Make the recipient the possessor; from here on the actor can do nothing with it (T5).

    Raises:
        LedgerError: one of `state.HELD`, in that order.
        RecipientIsPossessorError: the recipient does already.
        UnknownControllerError: the recipient is nobody's controller.
        StraightRecipientError: a straight bill does not move to that recipient (T16).
        PledgedError: it is pledged, and pledgee or beneficiary has not approved (I13).
    """
    title = state.held(view, message, context)
    if message.recipient == context.actor:
        raise RecipientIsPossessorError(message.recipient)
    require_controller(view, message.recipient)
    check_recipient(view, title, message.recipient)
    state.require_pledge_approved(title, context)
    return state.acted(
        title,
        message,
        context,
        "title.transferred",
        possessor=message.recipient,
        refusable_from=context.actor,
    )


def check_recipient(view: View, title: state.Title, recipient: str) -> None:
    """Refuse to let a straight bill go anywhere but shipper, consignee or, from them, a bank.

    Raises:
        StraightRecipientError: it would.
    """
    if not title.is_straight:
        return
    named = (title.shipper, title.consignee)
    if recipient in named:
        return
    if title.possessor in named and has_role(view, recipient, "bank"):
        return
    raise StraightRecipientError(recipient)


def refuse_transfer(view: View, message: RefuseTransfer, context: Context) -> Effects:
    """Give possession back, and with it the endorsement, if it was to the actor (T24).

    Raises:
        LedgerError: one of `state.HELD`, in that order.
        NothingToRefuseError: the last act was no transfer or pledge.
    """
    title = state.held(view, message, context)
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
        pledge=_unless_refused(title, context.actor),
        possessor=title.refusable_from,
        endorsee=endorsee,
        endorsee_may_endorse=may_endorse,
        prior_endorsee=title.prior_endorsee,
        prior_may_endorse=title.prior_may_endorse,
    )


def _unless_refused(title: state.Title, actor: str) -> state.Pledge | None:
    """A pledge that its pledgee refuses, as its very next act, never came to be."""
    pledge = title.pledge
    if pledge is None:
        return None
    refused = (pledge.pledgee, pledge.beneficiary) == (actor, title.refusable_from)
    return None if refused else pledge


RULES = (
    Rule(
        "title.TRANSFER",
        Transfer,
        transfer,
        (
            *state.HELD,
            RecipientIsPossessorError,
            UnknownControllerError,
            StraightRecipientError,
            PledgedError,
        ),
    ),
    Rule(
        "title.REFUSE_TRANSFER",
        RefuseTransfer,
        refuse_transfer,
        (*state.HELD, NothingToRefuseError),
    ),
)
