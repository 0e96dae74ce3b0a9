# SPDX-License-Identifier: Apache-2.0
"""GRANT_MANDATE, REVOKE_MANDATE: an agent acts in a principal's name.

Source: DCSA EBL_END 3.0.4 `representedParty`; title requirement T17.
"""

from typing import Annotated

import msgspec

from ropewalk.crypto import INTEGER_MAX
from ropewalk.identity import state
from ropewalk.identity.errors import BadMandateError, NoMandateError, UnknownControllerError
from ropewalk.ledger import (
    Context,
    ControllerId,
    Effects,
    Event,
    Message,
    Payload,
    Record,
    Rule,
    View,
    decode_record,
    encode_record,
)

ACTS_MAX = 32
PROPOSE = "identity.PROPOSE"
NEVER_FOR_ANOTHER = ("title.FREEZE", "title.UNFREEZE")
"""Beside identity's own: what governance does itself, or one agent's key could do it."""

ActName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Mandate(Record, frozen=True):
    """Record `mandate/<principal>/<agent>`."""

    acts: list[str]
    granted_at: int
    """Position in the log of the act that granted it."""
    until: int
    """Block time after which it has ended, seconds since 1970-01-01T00:00:00Z."""


class GrantMandate(Message, frozen=True):
    """Let an agent do certain acts in the actor's name, until a time."""

    acts: Annotated[
        list[ActName],
        msgspec.Meta(min_length=1, max_length=ACTS_MAX, description="Names of acts, sorted."),
    ]
    agent: ControllerId
    until: Annotated[
        int, msgspec.Meta(ge=0, le=INTEGER_MAX, description="Its end, seconds since 1970.")
    ]


class RevokeMandate(Message, frozen=True):
    """End an agent's mandate at once."""

    agent: ControllerId


def mandate_key(principal: str, agent: str) -> str:
    """State key of a mandate."""
    return f"mandate/{principal}/{agent}"


def grant_mandate(view: View, message: GrantMandate, context: Context) -> Effects:
    """Give a mandate, in place of the one before.

    Raises:
        UnknownControllerError: the agent is nobody's controller.
        BadMandateError: acts unsorted or of identity, the agent the actor itself, or no time left.
    """
    state.require_controller(view, message.agent)
    if message.acts != sorted(set(message.acts)):
        raise BadMandateError("acts are sorted, each once")
    if any(act.startswith("identity.") or act in NEVER_FOR_ANOTHER for act in message.acts):
        raise BadMandateError("keys, approvals and governance are nobody's to delegate")
    if message.agent == context.actor:
        raise BadMandateError("the agent is the actor itself")
    if message.until <= context.time_s:
        raise BadMandateError(f"it would end before this block's time, {context.time_s}")
    record = encode_record(
        Mandate(acts=message.acts, granted_at=context.position, until=message.until)
    )
    told = {"agent": message.agent, "principal": context.actor}
    return Effects(
        {mandate_key(context.actor, message.agent): record},
        (Event("identity.mandate_granted", told),),
    )


def revoke_mandate(view: View, message: RevokeMandate, context: Context) -> Effects:
    """End a mandate; what the agent did under it stands.

    Raises:
        NoMandateError: there is none.
    """
    key = mandate_key(context.actor, message.agent)
    if view.get(key) is None:
        raise NoMandateError(message.agent)
    told = {"agent": message.agent, "principal": context.actor}
    return Effects({key: None}, (Event("identity.mandate_revoked", told),))


def represent(view: View, payload: Payload, time_s: int) -> None:
    """Let the payload's actor act in the name of the party it represents, or refuse.

    Raises:
        NoMandateError: no mandate, one that has ended, or one for other acts.
    """
    principal = payload.represented_party or ""
    act = payload.act
    if act == PROPOSE:
        act = str(payload.body.get("act", ""))
    require_mandate(view, principal, payload.actor, act, time_s)


def require_mandate(view: View, principal: str, agent: str, act: str, time_s: int) -> None:
    """Refuse an act in another's name without its mandate.

    Raises:
        NoMandateError: no mandate, one that has ended, or one for other acts.
    """
    data = view.get(mandate_key(principal, agent))
    mandate = None if data is None else decode_record(data, Mandate)
    if mandate is None or not _holds(view, principal, mandate, act, time_s):
        raise NoMandateError(f"{agent} has none from {principal or 'nobody'} for {act}")


def _holds(view: View, principal: str, mandate: Mandate, act: str, time_s: int) -> bool:
    """Whether a mandate is for the act, has not ended, and was not a thief's to give."""
    recovered_at = state.load_controller(view, principal).recovered_at
    in_time = mandate.until >= time_s and mandate.granted_at > recovered_at
    return in_time and act in mandate.acts


RULES = (
    Rule(
        "identity.GRANT_MANDATE",
        GrantMandate,
        grant_mandate,
        (UnknownControllerError, BadMandateError),
    ),
    Rule("identity.REVOKE_MANDATE", RevokeMandate, revoke_mandate, (NoMandateError,)),
)
