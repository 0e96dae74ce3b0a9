# SPDX-License-Identifier: Apache-2.0
"""SIGN: the possessor puts its signature into the chain and changes nothing else.

Source: DCSA PINT 3.0.0 `actionCode` SIGN; title requirement T18.
"""

from ropewalk.ledger import Context, Effects, Rule, View
from ropewalk.title import state


class Sign(state.ActOnTitle, frozen=True):
    """Sign the bill as its possessor."""


def sign(view: View, message: Sign, context: Context) -> Effects:
    """Record the possessor's signature; having acted, it can't refuse the transfer any more.

    Raises:
        LedgerError: one of `state.HELD`, in that order.
    """
    title = state.held(view, message, context)
    return state.acted(title, message, context, "title.signed")


RULES = (Rule("title.SIGN", Sign, sign, state.HELD),)
