# SPDX-License-Identifier: Apache-2.0
"""FREEZE, UNFREEZE: a court's order, carried out by the network's members together.

It stops every act on one title, moves nothing, and everybody sees it. No single key can do it.
It names no last act, or its holder could run away from it. Source: title requirement T26;
reliability I15.
"""

from ropewalk.identity import NotGovernanceError, load_governance, require_governance
from ropewalk.ledger import Context, Effects, Hash, Message, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import (
    EndedError,
    FrozenError,
    NotFrozenError,
    OnPaperError,
    TooFewGovernorsError,
    UnknownTitleError,
)

GOVERNORS_MIN = 2


class Freeze(Message, frozen=True):
    """Freeze a title by order of a court."""

    order: Hash
    """Commitment to the court's order."""
    title: Hash


class Unfreeze(Message, frozen=True):
    """Lift a freeze by order of a court."""

    order: Hash
    """Commitment to the court's order that lifts it."""
    title: Hash


def freeze(view: View, message: Freeze, context: Context) -> Effects:
    """Refuse every act on the title from here on.

    Raises:
        UnknownTitleError: no such title.
        NotGovernanceError: the actor is not the controller that governs.
        TooFewGovernorsError: one key alone could do it.
        OnPaperError: a paper bill took its place.
        EndedError: it has ended.
        FrozenError: it is frozen already.
    """
    title = _governed(view, message.title, context)
    state.require_not_ended(title)
    if title.freeze:
        raise FrozenError(title.freeze)
    return state.noted(title, message.title, context, "title.frozen", freeze=message.order)


def unfreeze(view: View, message: Unfreeze, context: Context) -> Effects:
    """Let the title go on exactly as it was.

    Raises:
        UnknownTitleError: no such title.
        NotGovernanceError: the actor is not the controller that governs.
        TooFewGovernorsError: one key alone could do it.
        NotFrozenError: it is not frozen.
    """
    title = _governed(view, message.title, context)
    if not title.freeze:
        raise NotFrozenError(message.title)
    return state.noted(title, message.title, context, "title.unfrozen", freeze="")


def _governed(view: View, identifier: str, context: Context) -> state.Title:
    title = state.load_any(view, identifier)
    require_governance(view, context.actor)
    if context.agent:  # or one agent's key could do it
        raise NotGovernanceError(f"{context.agent} stands for governance; it acts itself here")
    _, governance = load_governance(view)
    if governance.threshold < GOVERNORS_MIN:
        raise TooFewGovernorsError(f"its threshold is {governance.threshold}")
    return title


RULES = (
    Rule(
        "title.FREEZE",
        Freeze,
        freeze,
        (
            UnknownTitleError,
            NotGovernanceError,
            TooFewGovernorsError,
            OnPaperError,
            EndedError,
            FrozenError,
        ),
    ),
    Rule(
        "title.UNFREEZE",
        Unfreeze,
        unfreeze,
        (UnknownTitleError, NotGovernanceError, TooFewGovernorsError, NotFrozenError),
    ),
)
