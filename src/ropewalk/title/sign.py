# SPDX-License-Identifier: Apache-2.0
"""SIGN: the possessor puts its signature into the chain and changes nothing else.

Source: DCSA PINT 3.0.0 `actionCode` SIGN; title requirement T18.
"""

from ropewalk.ledger import Context, Effects, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import (
    EndedError,
    NotPossessorError,
    NotTransferableError,
    StaleError,
    SurrenderPendingError,
    UnknownTitleError,
)


class Sign(state.ActOnTitle, frozen=True):
    """Sign the bill as its possessor."""


def sign(view: View, message: Sign, context: Context) -> Effects:
    """Record the possessor's signature; having acted, it can't refuse the transfer any more.

    Raises:
        UnknownTitleError: no such title.
        StaleError: another act came first.
        NotTransferableError: it is a waybill.
        EndedError: it was surrendered.
        SurrenderPendingError: it lies with the carrier.
        NotPossessorError: the actor does not possess it.
    """
    title = state.load(view, message)
    state.require_live_bill(title)
    state.require_possessor(title, context)
    return state.acted(title, message, context, "title.signed")


RULES = (
    Rule(
        "title.SIGN",
        Sign,
        sign,
        (
            UnknownTitleError,
            StaleError,
            NotTransferableError,
            EndedError,
            SurrenderPendingError,
            NotPossessorError,
        ),
    ),
)
