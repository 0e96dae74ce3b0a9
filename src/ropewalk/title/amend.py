# SPDX-License-Identifier: Apache-2.0
"""REISSUE, VOID: the carrier amends a bill, or withdraws it, with everybody concerned.

The carrier's acceptance of a surrender for amendment, the end of the old chain and the new issue
to the surrenderer are one act. Source: DCSA EBL_SUR 3.0.4; title requirements T11, T22; I10.
"""

from ropewalk.ledger import ApprovalNeededError, Context, Effects, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import (
    EndedError,
    FrozenError,
    LeasedError,
    NotIssuerError,
    NotSurrenderedForAmendmentError,
    NotTransferableError,
    OnPaperError,
    StaleError,
    SurrenderPendingError,
    TitleInEscrowError,
    UnknownTitleError,
)
from ropewalk.title.issue import Issue
from ropewalk.title.replace import REPLACEMENT_REFUSALS, replaced, replacements


class Reissue(state.ActOnTitle, frozen=True):
    """Issue an amended document in the place of one surrendered for amendment."""

    replacement: Issue


class Void(state.ActOnTitle, frozen=True):
    """Withdraw a bill with its holder's consent."""


def reissue(view: View, message: Reissue, context: Context) -> Effects:
    """End the old title and issue the amended one to who surrendered it, both linked.

    Raises:
        LedgerError: one of `REISSUE_REFUSALS`, in that order.
    """
    title = state.load(view, message, context)
    state.require_issuer(title, context)
    state.require_not_ended(title)
    if title.status != state.SURRENDER_REQUESTED or not title.surrender_reason:
        raise NotSurrenderedForAmendmentError(title.status)
    parents = {message.title: title}
    made = replacements(view, parents, (message.replacement,), context, same_terms=False)
    context.require_approvals(title.interested)
    return Effects(*replaced(parents, made, context))


def void(view: View, message: Void, context: Context) -> Effects:
    """End a title for good.

    Raises:
        LedgerError: one of `VOID_REFUSALS`, in that order.
    """
    title = state.load(view, message, context)
    if not state.DOCUMENT_TYPES[title.document_type].has_possession:
        raise NotTransferableError(title.document_type)
    state.require_issuer(title, context)
    state.require_not_ended(title)
    if title.status == state.SURRENDER_REQUESTED and not title.surrender_reason:
        raise SurrenderPendingError("answer the surrender for delivery first")
    context.require_approvals(title.interested)
    return state.acted(
        title,
        message,
        context,
        "title.voided",
        status=state.VOID,
        surrender_reason="",
        surrendered_by="",
    )


REISSUE_REFUSALS = (
    UnknownTitleError,
    StaleError,
    FrozenError,
    NotIssuerError,
    OnPaperError,
    EndedError,
    NotSurrenderedForAmendmentError,
    *REPLACEMENT_REFUSALS,
    ApprovalNeededError,
)
"""Neither LeasedError nor TitleInEscrowError: what was surrendered is not leased nor in escrow."""

VOID_REFUSALS = (
    UnknownTitleError,
    StaleError,
    FrozenError,
    LeasedError,
    TitleInEscrowError,
    NotTransferableError,
    NotIssuerError,
    OnPaperError,
    EndedError,
    SurrenderPendingError,
    ApprovalNeededError,
)

RULES = (
    Rule("title.REISSUE", Reissue, reissue, REISSUE_REFUSALS),
    Rule("title.VOID", Void, void, VOID_REFUSALS),
)
