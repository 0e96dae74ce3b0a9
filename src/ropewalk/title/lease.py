# SPDX-License-Identifier: Apache-2.0
"""LEASE: the holder commits not to act before a time, so that a proof of holding stays true.

Irrevocable. Until then everything that moves control is refused, enforcement, recovery and
delivery against indemnity included; a freeze may be laid on and moves nothing. It says who holds,
not who may act. Source: title requirement T27.
"""

from typing import Annotated

import msgspec

from ropewalk.crypto import INTEGER_MAX
from ropewalk.identity import RecoveryWaitsError, lease_written
from ropewalk.ledger import Context, Effects, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import BadTitleUntilError, PledgedError

LEASE_S_MAX = 30 * 86_400
"""How far ahead a lease may reach, seconds."""


class Lease(state.ActOnTitle, frozen=True):
    """Commit not to act on the bill before a time."""

    until: Annotated[
        int, msgspec.Meta(ge=0, le=INTEGER_MAX, description="Its end, seconds since 1970.")
    ]


def lease(view: View, message: Lease, context: Context) -> Effects:
    """Bind the holder until then.

    Raises:
        LedgerError: one of `state.HELD`, in that order.
        BadTitleUntilError: the end is past, or more than 30 days ahead.
        RecoveryWaitsError: a recovery of the actor can be completed before it.
        PledgedError: it is pledged, and pledgee or beneficiary has not approved: nobody holds a
            bill back from its pledgee.
    """
    title = state.held(view, message, context)
    if not context.time_s < message.until <= context.time_s + LEASE_S_MAX:
        raise BadTitleUntilError(f"after {context.time_s}, at most {LEASE_S_MAX} seconds")
    waiting = lease_written(view, context.actor, message.until)
    state.require_pledge_approved(title, context)
    effects = state.acted(title, message, context, "title.leased", lease_until=message.until)
    return Effects({**effects.writes, **waiting}, effects.events)


RULES = (
    Rule(
        "title.LEASE",
        Lease,
        lease,
        (*state.HELD, BadTitleUntilError, RecoveryWaitsError, PledgedError),
    ),
)
