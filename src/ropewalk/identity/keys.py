# SPDX-License-Identifier: Apache-2.0
"""ADD_KEY, REVOKE_KEY, ROTATE_KEY, CHANGE_THRESHOLD: a controller looks after its own keys.

A key counts from the position after the act that adds it, and no longer at or after the act
that revokes it; what it signed before stands (T10, I38).
"""

from typing import Annotated

import msgspec

from ropewalk.identity import members, policy, recovery, state
from ropewalk.identity.errors import (
    BadKeysError,
    BadPolicyError,
    BadThresholdError,
    KeyKnownError,
    LastKeysError,
    SeatTakenError,
    UnknownKeyError,
)
from ropewalk.ledger import Context, Effects, Event, Message, Rule, View, encode_record


class AddKey(Message, frozen=True):
    """Add a key to the actor's own controller."""

    key: state.KeyId


class RevokeKey(Message, frozen=True):
    """Revoke a key of the actor's own controller, for good."""

    key: state.KeyId


class RotateKey(Message, frozen=True):
    """Let a new key take a key's place, with its roles and its seat."""

    key: state.KeyId
    successor: state.KeyId


class ChangeThreshold(Message, frozen=True):
    """Say how many keys must sign together from now on."""

    threshold: Annotated[
        int, msgspec.Meta(ge=1, le=state.KEYS_MAX, description="Keys that must sign together.")
    ]


def add_key(view: View, message: AddKey, context: Context) -> Effects:
    """Let one more key sign for the controller.

    Raises:
        BadKeysError: not a key id, or the controller has as many keys as it may.
        KeyKnownError: it has, or had, this key.
    """
    controller = state.load_controller(view, context.actor)
    recovery.require_not_coming(view, context.actor, message.key)
    changed = state.with_key_added(controller, message.key, context.position)
    return _written(context, changed, "identity.key_added", {"key": message.key})


def revoke_key(view: View, message: RevokeKey, context: Context) -> Effects:
    """End a key; it authorises nothing after this position.

    Raises:
        UnknownKeyError: the controller has no such active key.
        LastKeysError: too few keys would remain.
        BadPolicyError: its policy could not be met any more.
        SeatTakenError: it is a member's seat in governance.
    """
    controller = state.load_controller(view, context.actor)
    active = state.active_keys(controller)
    if message.key not in active:
        raise UnknownKeyError(message.key)
    if len(active) - 1 < controller.threshold:
        raise LastKeysError(message.key)
    active.remove(message.key)
    more = policy.written_without(view, context.actor, message.key, active)
    members.require_no_seat(view, message.key)
    changed = state.with_keys_revoked(controller, [message.key], context.position)
    return _written(context, changed, "identity.key_revoked", {"key": message.key}, more)


def rotate_key(view: View, message: RotateKey, context: Context) -> Effects:
    """End a key and begin its one successor, at the same position (I38).

    Raises:
        UnknownKeyError: the controller has no such active key.
        BadKeysError: the successor is no key id, or there were as many keys as there may be.
        KeyKnownError: the controller has, or had, the successor.
    """
    controller = state.load_controller(view, context.actor)
    if message.key not in state.active_keys(controller):
        raise UnknownKeyError(message.key)
    recovery.require_not_coming(view, context.actor, message.successor)
    ended = state.with_keys_revoked(controller, [message.key], context.position)
    changed = state.with_key_added(ended, message.successor, context.position)
    more = {
        **policy.passed_on(view, context.actor, message.key, message.successor),
        **members.seat_passed_on(view, context.actor, message.key, message.successor),
    }
    told = {"key": message.key, "successor": message.successor}
    return _written(context, changed, "identity.key_rotated", told, more)


def change_threshold(view: View, message: ChangeThreshold, context: Context) -> Effects:
    """Ask for more or fewer keys from the next act on.

    Raises:
        BadThresholdError: it is the threshold already, or more than there are active keys.
    """
    controller = state.load_controller(view, context.actor)
    if message.threshold == controller.threshold:
        raise BadThresholdError(f"it is {message.threshold} already")
    if message.threshold > len(state.active_keys(controller)):
        raise BadThresholdError(f"{len(state.active_keys(controller))} keys are active")
    changed = state.with_threshold(controller, message.threshold, context.position)
    told = {"threshold": str(message.threshold)}
    return _written(context, changed, "identity.threshold_changed", told)


def _written(
    context: Context,
    changed: state.Controller,
    event: str,
    told: dict[str, str],
    more: dict[str, bytes | None] | None = None,
) -> Effects:
    return Effects(
        {state.controller_key(context.actor): encode_record(changed), **(more or {})},
        (Event(event, {"controller": context.actor, **told}),),
    )


RULES = (
    Rule("identity.ADD_KEY", AddKey, add_key, (BadKeysError, KeyKnownError)),
    Rule(
        "identity.REVOKE_KEY",
        RevokeKey,
        revoke_key,
        (UnknownKeyError, LastKeysError, BadPolicyError, SeatTakenError),
    ),
    Rule(
        "identity.ROTATE_KEY",
        RotateKey,
        rotate_key,
        (UnknownKeyError, BadKeysError, KeyKnownError),
    ),
    Rule("identity.CHANGE_THRESHOLD", ChangeThreshold, change_threshold, (BadThresholdError,)),
)
