# SPDX-License-Identifier: Apache-2.0
"""ENDORSE, ENDORSE_TO_ORDER, BLANK_ENDORSE: name who may claim under the bill.

Endorsement does not move possession. Only the endorsee in possession endorses; on a blank bill
the possessor may. DCSA's texts disagree on whether a mere possessor may endorse in blank; here
it may not, or an agent could turn a bank's bill into a bearer bill (T17).

Source: DCSA PINT 3.0.0 and EBL_END 3.0.4 `actionCode`; MLETR art. 15.
"""

from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import Context, ControllerId, Effects, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import (
    MayNotEndorseError,
    NotEndorseeError,
    NotNegotiableError,
    PledgedError,
)


class Endorse(state.ActOnTitle, frozen=True):
    """Endorse to `recipient`, which may not endorse on."""

    recipient: ControllerId


class EndorseToOrder(state.ActOnTitle, frozen=True):
    """Endorse to the order of `recipient`, which may endorse on."""

    recipient: ControllerId


class BlankEndorse(state.ActOnTitle, frozen=True):
    """Endorse in blank: whoever possesses the bill may claim under it."""


def endorse(view: View, message: Endorse, context: Context) -> Effects:
    """Make the recipient the last endorsee.

    Raises:
        LedgerError: one of `REFUSALS`, in that order.
    """
    title = _endorsable(view, message, context)
    require_controller(view, message.recipient)
    state.require_pledge_approved(title, context)
    return _endorsed(title, message, context, message.recipient, may_endorse=False)


def endorse_to_order(view: View, message: EndorseToOrder, context: Context) -> Effects:
    """Make the recipient the endorsee, with the right to endorse on.

    Raises:
        LedgerError: one of `REFUSALS`, in that order.
    """
    title = _endorsable(view, message, context)
    require_controller(view, message.recipient)
    state.require_pledge_approved(title, context)
    return _endorsed(title, message, context, message.recipient, may_endorse=True)


def blank_endorse(view: View, message: BlankEndorse, context: Context) -> Effects:
    """Name no endorsee.

    Raises:
        LedgerError: one of `BLANK_REFUSALS`, in that order.
    """
    title = _endorsable(view, message, context)
    state.require_pledge_approved(title, context)
    return _endorsed(title, message, context, state.BLANK, may_endorse=True)


def _endorsable(view: View, message: state.ActOnTitle, context: Context) -> state.Title:
    title = state.held(view, message, context)
    if not title.is_to_order:
        raise NotNegotiableError(title.reference)
    if title.endorsee not in (context.actor, state.BLANK):
        raise NotEndorseeError(context.actor)
    if not title.endorsee_may_endorse:
        raise MayNotEndorseError(context.actor)
    return title


def _endorsed(
    title: state.Title,
    message: state.ActOnTitle,
    context: Context,
    endorsee: str,
    *,
    may_endorse: bool,
) -> Effects:
    return state.acted(
        title,
        message,
        context,
        "title.endorsed",
        endorsee=endorsee,
        endorsee_may_endorse=may_endorse,
        prior_endorsee=context.actor,
        prior_may_endorse=title.endorsee_may_endorse,
    )


_NOT_ENDORSABLE = (*state.HELD, NotNegotiableError, NotEndorseeError, MayNotEndorseError)
REFUSALS = (*_NOT_ENDORSABLE, UnknownControllerError, PledgedError)
BLANK_REFUSALS = (*_NOT_ENDORSABLE, PledgedError)

RULES = (
    Rule("title.ENDORSE", Endorse, endorse, REFUSALS),
    Rule("title.ENDORSE_TO_ORDER", EndorseToOrder, endorse_to_order, REFUSALS),
    Rule("title.BLANK_ENDORSE", BlankEndorse, blank_endorse, BLANK_REFUSALS),
)
