# SPDX-License-Identifier: Apache-2.0
"""LETTER_OF_INDEMNITY: the goods are delivered without the bill, and everybody sees it.

The title stays live and flagged to holder, pledgee and any transferee; a later surrender
discharges it. A carrier's P&I cover is prejudiced by delivery without production of the bill.
Source: IG P&I clubs' standard forms of letter of indemnity; title requirement T32.
"""

from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import (
    ApprovalNeededError,
    Context,
    ControllerId,
    Effects,
    Hash,
    Message,
    Rule,
    View,
)
from ropewalk.title import state
from ropewalk.title.errors import (
    EndedError,
    FrozenError,
    IndemnifiedAlreadyError,
    LeasedError,
    NotTransferableError,
    OnPaperError,
    OwnIndemnityError,
    SurrenderPendingError,
    TitleInEscrowError,
    UnknownTitleError,
)


class LetterOfIndemnity(Message, frozen=True):
    """Ask for the goods against a letter of indemnity; carrier and bank approve."""

    receiver: ControllerId
    title: Hash
    bank: ControllerId | None = None


def letter_of_indemnity(view: View, message: LetterOfIndemnity, context: Context) -> Effects:
    """Flag the title: requester, bank and receiver by name, until it is surrendered.

    Raises:
        LedgerError: one of `REFUSALS`, in that order.
    """
    title = state.load_any(view, message.title)
    state.require_free(title, context)
    state.require_live_bill(title)
    if title.issuer in (context.actor, message.receiver, message.bank):
        raise OwnIndemnityError(title.issuer)
    if title.indemnity is not None:
        raise IndemnifiedAlreadyError(title.indemnity.receiver)
    require_controller(view, message.receiver)
    parties = [title.issuer]
    if message.bank is not None:
        require_controller(view, message.bank)
        parties.append(message.bank)
    context.require_approvals(parties)
    letter = state.Indemnity(
        bank=message.bank or "", receiver=message.receiver, requester=context.actor
    )
    return state.noted(title, message.title, context, "title.indemnified", indemnity=letter)


REFUSALS = (
    UnknownTitleError,
    FrozenError,
    LeasedError,
    TitleInEscrowError,
    NotTransferableError,
    OnPaperError,
    EndedError,
    SurrenderPendingError,
    OwnIndemnityError,
    IndemnifiedAlreadyError,
    UnknownControllerError,
    ApprovalNeededError,
)

RULES = (Rule("title.LETTER_OF_INDEMNITY", LetterOfIndemnity, letter_of_indemnity, REFUSALS),)
