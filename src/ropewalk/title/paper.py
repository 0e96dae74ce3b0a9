# SPDX-License-Identifier: Apache-2.0
"""SWITCH_TO_PAPER, SWITCH_TO_ELECTRONIC: a change of medium, never both at once.

The old form ceases in the act in which the new one begins, and the new one says so. Source:
UNCITRAL MLETR arts. 17 and 18; title requirements T9, T33; I6.
"""

from ropewalk.ledger import (
    ApprovalNeededError,
    Context,
    Effects,
    Event,
    Hash,
    Message,
    Rule,
    View,
    encode_record,
)
from ropewalk.title import state
from ropewalk.title.errors import (
    EndedError,
    FrozenError,
    LeasedError,
    NotIssuerError,
    NotOnPaperError,
    NotPossessorError,
    NotSurrendererError,
    NotTransferableError,
    OnPaperError,
    PaperUsedError,
    ReplacementDiffersError,
    StaleError,
    SurrenderPendingError,
    TitleInEscrowError,
    UnknownTitleError,
)
from ropewalk.title.issue import ISSUE_REFUSALS, Issue, issued, told, writes_of
from ropewalk.title.replace import check_differences, inherited


class SwitchToPaper(state.ActOnTitle, frozen=True):
    """Let a paper bill take the title's place."""

    paper: Hash
    """Commitment to the paper bill."""


class SwitchToElectronic(Message, frozen=True):
    """Let a title take a paper bill's place, which the carrier attests was given up."""

    paper: Hash
    """Commitment to the paper bill."""
    replacement: Issue
    title: Hash | None = None
    """The title whose place the paper bill had taken."""


def switch_to_paper(view: View, message: SwitchToPaper, context: Context) -> Effects:
    """End the electronic record; from here on it refuses every act.

    Raises:
        LedgerError: one of `TO_PAPER_REFUSALS`, in that order.
    """
    title = state.load(view, message, context)
    asked = title.status == state.SURRENDER_REQUESTED
    if not (asked and title.surrender_reason == state.SWITCH_TO_PAPER):
        state.require_live_bill(title)
    state.require_possessor(title, context)
    if not asked and not state.may_claim(title, context.actor):
        raise NotSurrendererError(context.actor)
    if view.get(state.paper_key(message.paper)) is not None:
        raise PaperUsedError(message.paper)
    context.require_approvals(title.interested)
    effects = state.acted(
        title,
        message,
        context,
        "title.switched_to_paper",
        paper=message.paper,
        status=state.PAPER,
        surrender_reason="",
        surrendered_by="",
    )
    record = encode_record(state.ReferenceRecord(title=message.title))
    return Effects({**effects.writes, state.paper_key(message.paper): record}, effects.events)


def switch_to_electronic(view: View, message: SwitchToElectronic, context: Context) -> Effects:
    """Issue the title that takes the paper bill's place.

    Raises:
        LedgerError: one of `TO_ELECTRONIC_REFUSALS`, in that order.
    """
    former = _former(view, message, context)
    identifier, title = issued(
        view, message.replacement, context.actor, context, replaces_straight=True
    )
    if title.document_type != "BOL" or title.house_of or title.on_board:
        raise ReplacementDiffersError("a bill without house_of and on_board takes its place")
    if message.replacement.draft is not None or message.replacement.fingerprints is not None:
        raise ReplacementDiffersError("draft and fingerprints are for the issue alone")
    parties = [title.possessor]
    writes: dict[str, bytes | None] = {}
    events: list[Event] = []
    if former is not None:
        check_differences(former, title, same_terms=False)
        title = inherited(former, title, (message.title or "",), same_terms=False)
        parties += former.interested[2:]
        linked = state.noted(
            former, message.title or "", context, "title.back_from_paper", replaced_by=(identifier,)
        )
        writes.update(linked.writes)
        events += linked.events
    context.require_approvals(parties)
    title = state.from_paper(title, message.paper)
    writes.update(writes_of(identifier, title))
    if former is None:
        record = encode_record(state.ReferenceRecord(title=identifier))
        writes[state.paper_key(message.paper)] = record
    return Effects(writes, (*events, told(identifier, title, context)))


def _former(view: View, message: SwitchToElectronic, context: Context) -> state.Title | None:
    """The title that the paper bill had taken the place of, None when it began on paper."""
    if message.title is None:
        if view.get(state.paper_key(message.paper)) is not None:
            raise PaperUsedError(message.paper)
        return None
    former = state.load_any(view, message.title)
    state.require_issuer(former, context)
    if former.status != state.PAPER or former.paper != message.paper or former.replaced_by:
        raise NotOnPaperError(former.status)
    return former


TO_PAPER_REFUSALS = (
    UnknownTitleError,
    StaleError,
    FrozenError,
    LeasedError,
    TitleInEscrowError,
    NotTransferableError,
    OnPaperError,
    EndedError,
    SurrenderPendingError,
    NotPossessorError,
    NotSurrendererError,
    PaperUsedError,
    ApprovalNeededError,
)
TO_ELECTRONIC_REFUSALS = (
    PaperUsedError,
    UnknownTitleError,
    NotIssuerError,
    NotOnPaperError,
    *ISSUE_REFUSALS,
    ReplacementDiffersError,
    ApprovalNeededError,
)

RULES = (
    Rule("title.SWITCH_TO_PAPER", SwitchToPaper, switch_to_paper, TO_PAPER_REFUSALS),
    Rule(
        "title.SWITCH_TO_ELECTRONIC",
        SwitchToElectronic,
        switch_to_electronic,
        TO_ELECTRONIC_REFUSALS,
    ),
)
