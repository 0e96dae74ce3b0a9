# SPDX-License-Identifier: Apache-2.0
"""ADD_KEY, REVOKE_KEY: a controller looks after its own keys.

A key counts from the position after the act that adds it, and no longer at or after the act
that revokes it; what it signed before stands (T10, I38).
"""

from typing import Annotated

import msgspec

from ropewalk.crypto import is_kid
from ropewalk.identity import state
from ropewalk.identity.errors import (
    BadKeysError,
    KeyKnownError,
    LastKeysError,
    UnknownKeyError,
)
from ropewalk.ledger import Context, Effects, Event, Message, Rule, View, encode_record

KeyId = Annotated[
    str, msgspec.Meta(min_length=43, max_length=43, description="Key id (base64url).")
]


class AddKey(Message, frozen=True):
    """Add a key to the actor's own controller."""

    key: KeyId


class RevokeKey(Message, frozen=True):
    """Revoke a key of the actor's own controller, for good."""

    key: KeyId


def add_key(view: View, message: AddKey, context: Context) -> Effects:
    """Let one more key sign for the controller.

    Raises:
        BadKeysError: not a key id, or the controller has as many keys as it may.
        KeyKnownError: it has, or had, this key.
    """
    controller = state.load_controller(view, context.actor)
    if not is_kid(message.key):
        raise BadKeysError("a key id is base64url of the 32 bytes of an Ed25519 public key")
    if any(key.kid == message.key for key in controller.keys):
        raise KeyKnownError(message.key)
    active = [key for key in controller.keys if not key.revoked]
    if len(active) >= state.KEYS_MAX or len(controller.keys) >= state.KEYS_EVER_MAX:
        raise BadKeysError(f"at most {state.KEYS_MAX} at a time, {state.KEYS_EVER_MAX} ever")
    added = state.Key(added=context.position, kid=message.key, revoked=0)
    return _written(
        controller, [*controller.keys, added], "identity.key_added", message.key, context
    )


def revoke_key(view: View, message: RevokeKey, context: Context) -> Effects:
    """End a key; it authorises nothing after this position.

    Raises:
        UnknownKeyError: the controller has no such active key.
        LastKeysError: too few keys would remain.
    """
    controller = state.load_controller(view, context.actor)
    active = [key.kid for key in controller.keys if not key.revoked]
    if message.key not in active:
        raise UnknownKeyError(message.key)
    if len(active) - 1 < controller.threshold:
        raise LastKeysError(message.key)
    keys = [
        state.Key(added=key.added, kid=key.kid, revoked=context.position)
        if key.kid == message.key
        else key
        for key in controller.keys
    ]
    return _written(controller, keys, "identity.key_revoked", message.key, context)


def _written(
    controller: state.Controller, keys: list[state.Key], event: str, kid: str, context: Context
) -> Effects:
    changed = state.Controller(
        commitment=controller.commitment,
        keys=keys,
        recovery=controller.recovery,
        threshold=controller.threshold,
    )
    return Effects(
        {state.controller_key(context.actor): encode_record(changed)},
        (Event(event, {"controller": context.actor, "key": kid}),),
    )


RULES = (
    Rule("identity.ADD_KEY", AddKey, add_key, (BadKeysError, KeyKnownError)),
    Rule("identity.REVOKE_KEY", RevokeKey, revoke_key, (UnknownKeyError, LastKeysError)),
)
