# SPDX-License-Identifier: Apache-2.0
"""DEMONSTRATE_CONTROL: who is in control answers a verifier's fresh challenge.

It changes no record. The entry in the log, after the challenge was made, is the answer: the
ledger took it from nobody but who is in control there. Source: ETDA 2023 s. 2(2)(d); MLETR art.
11(1)(a); title requirement T4.
"""

from ropewalk.ledger import Context, Effects, Event, Hash, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import (
    EndedError,
    NotInControlError,
    OnPaperError,
    StaleError,
    UnknownTitleError,
)


class DemonstrateControl(state.ActOnTitle, frozen=True):
    """Show a verifier that the actor is in control."""

    challenge: Hash
    """Hash of the verifier's challenge."""


def demonstrate_control(view: View, message: DemonstrateControl, context: Context) -> Effects:
    """Leave an entry in the log, and nothing else.

    Raises:
        UnknownTitleError: no such title.
        StaleError: another act came first.
        OnPaperError: a paper bill took its place.
        EndedError: it has ended; nobody is in control.
        NotInControlError: somebody else is.
    """
    title = state.load_seen(view, message)
    state.require_not_ended(title)
    if title.in_control != context.actor:
        raise NotInControlError(context.actor)
    told = {"actor": context.actor, "challenge": message.challenge, "title": message.title}
    return Effects({}, (Event("title.control_demonstrated", told),))


RULES = (
    Rule(
        "title.DEMONSTRATE_CONTROL",
        DemonstrateControl,
        demonstrate_control,
        (UnknownTitleError, StaleError, OnPaperError, EndedError, NotInControlError),
    ),
)
