# SPDX-License-Identifier: Apache-2.0
"""SET_RECOVERY, START_RECOVERY, CANCEL_RECOVERY, COMPLETE_RECOVERY: new keys for a lost one.

A quorum chosen beforehand gives a controller new keys after a delay that everybody can see. It
moves no title; whoever held the old keys may cancel it; a lease the controller gave is waited
for. Source: title requirements T7, T27; reliability I38, TH14.
"""

from typing import Annotated

import msgspec

from ropewalk.identity import policy, state
from ropewalk.identity.errors import (
    BadKeysError,
    BadRecoveryError,
    KeyKnownError,
    NoRecoveryError,
    NotRecovererError,
    RecoveryWaitsError,
    TooEarlyError,
    UnknownControllerError,
)
from ropewalk.ledger import (
    ApprovalNeededError,
    Context,
    ControllerId,
    Effects,
    Event,
    Message,
    Record,
    Rule,
    View,
    decode_record,
    encode_record,
)

DELAY_S_MIN = 3 * 86_400
DELAY_S_MAX = 90 * 86_400


class RecoveryRecord(Record, frozen=True):
    """Record `recovery/<controller>`: a recovery that waits for its time."""

    due: int
    """Block time from which it can be completed, seconds since 1970-01-01T00:00:00Z."""
    keys: list[str]
    threshold: int


class LeaseRecord(Record, frozen=True):
    """Record `lease/<controller>`: recovery waits for the longest lease the controller gave."""

    until: int


class SetRecovery(Message, frozen=True):
    """Say who may give the actor's controller new keys, how many of them, after how long."""

    controllers: Annotated[
        list[ControllerId],
        msgspec.Meta(max_length=state.KEYS_MAX, description="Who may recover it, sorted."),
    ]
    delay: Annotated[
        int, msgspec.Meta(ge=0, le=DELAY_S_MAX, description="Seconds it waits: 3 to 90 days.")
    ]
    threshold: Annotated[
        int, msgspec.Meta(ge=0, le=state.KEYS_MAX, description="How many of them together.")
    ]


class StartRecovery(Message, frozen=True):
    """Begin to give a controller new keys; it waits, and its controller can cancel."""

    controller: ControllerId
    keys: state.KeyIds
    threshold: Annotated[
        int, msgspec.Meta(ge=1, le=state.KEYS_MAX, description="New keys that must sign together.")
    ]


class CancelRecovery(Message, frozen=True):
    """Stop a recovery of the actor's own controller: its keys are not lost."""


class CompleteRecovery(Message, frozen=True):
    """Let a recovery take effect whose time has come."""

    controller: ControllerId


def recovery_key(controller: str) -> str:
    """State key of a waiting recovery."""
    return f"recovery/{controller}"


def lease_key(controller: str) -> str:
    """State key of a controller's longest lease."""
    return f"lease/{controller}"


def find(view: View, controller: str) -> RecoveryRecord | None:
    """A controller's waiting recovery, None when none waits."""
    data = view.get(recovery_key(controller))
    return None if data is None else decode_record(data, RecoveryRecord)


def leased_until(view: View, controller: str) -> int:
    """The end of the longest lease a controller gave, 0 when it never did."""
    data = view.get(lease_key(controller))
    return 0 if data is None else decode_record(data, LeaseRecord).until


def lease_written(view: View, controller: str, until: int) -> dict[str, bytes | None]:
    """The writes that let recovery of a controller wait for one more lease.

    Raises:
        RecoveryWaitsError: a recovery waits whose time comes before the lease's end.
    """
    waiting = find(view, controller)
    if waiting is not None and waiting.due < until:
        raise RecoveryWaitsError(f"it can be completed from {waiting.due} on")
    longest = max(until, leased_until(view, controller))
    return {lease_key(controller): encode_record(LeaseRecord(until=longest))}


def require_not_coming(view: View, controller: str, key: str) -> None:
    """Refuse a key that a waiting recovery names, or a thief could add and so spoil it.

    Raises:
        KeyKnownError: it is one.
    """
    waiting = find(view, controller)
    if waiting is not None and key in waiting.keys:
        raise KeyKnownError(key)


def set_recovery(view: View, message: SetRecovery, context: Context) -> Effects:
    """Choose the quorum; the one chosen before has to approve, or a thief would choose his own.

    Raises:
        BadRecoveryError: controllers, delay and threshold do not fit one another; or governance,
            whose members need none.
        UnknownControllerError: one of them is nobody's controller.
        RecoveryWaitsError: a recovery waits; cancel or complete it first.
        ApprovalNeededError: there was a quorum before, and too few of it approved.
    """
    _check_recovery(message, context.actor)
    if state.load_governance(view)[0] == context.actor:
        raise BadRecoveryError("governance has members instead")
    for one in message.controllers:
        state.require_controller(view, one)
    if find(view, context.actor) is not None:
        raise RecoveryWaitsError(context.actor)
    controller = state.load_controller(view, context.actor)
    _require_quorum(controller.recovery, context)
    chosen = state.Recovery(
        controllers=message.controllers, delay=message.delay, threshold=message.threshold
    )
    changed = msgspec.structs.replace(controller, recovery=chosen)
    return Effects(
        {state.controller_key(context.actor): encode_record(changed)},
        (Event("identity.recovery_set", {"controller": context.actor}),),
    )


def _check_recovery(message: SetRecovery, actor: str) -> None:
    chosen = message.controllers
    if chosen != sorted(set(chosen)) or actor in chosen:
        raise BadRecoveryError("controllers are sorted, each once, and not the actor")
    if not chosen:
        if message.delay or message.threshold:
            raise BadRecoveryError("without controllers, delay and threshold are 0")
        return
    if not 1 <= message.threshold <= len(chosen):
        raise BadRecoveryError(f"1 to {len(chosen)} of them together")
    if message.delay < DELAY_S_MIN:
        raise BadRecoveryError(f"it waits at least {DELAY_S_MIN} seconds")


def _require_quorum(recovery: state.Recovery, context: Context) -> None:
    """As many of the quorum as it asks for: the actor, where it is one, and who approved."""
    given = {context.actor, *context.approvals}
    missing = [one for one in recovery.controllers if one not in given]
    if len(recovery.controllers) - len(missing) < recovery.threshold:
        raise ApprovalNeededError(missing)


def start_recovery(view: View, message: StartRecovery, context: Context) -> Effects:
    """Let a recovery wait for its delay.

    Raises:
        UnknownControllerError: no such controller.
        NotRecovererError: the actor is none of its quorum.
        RecoveryWaitsError: one waits already.
        BadRecoveryError: the new keys make no controller, or one is or was the controller's.
        ApprovalNeededError: too few of the quorum approved.
    """
    controller = state.load_controller(view, message.controller)
    if context.actor not in controller.recovery.controllers:
        raise NotRecovererError(context.actor)
    if find(view, message.controller) is not None:
        raise RecoveryWaitsError(message.controller)
    _recovered(controller, message.keys, message.threshold, context.position)
    _require_quorum(controller.recovery, context)
    due = context.time_s + controller.recovery.delay
    record = RecoveryRecord(due=due, keys=message.keys, threshold=message.threshold)
    told = {"by": context.actor, "controller": message.controller, "due": str(due)}
    return Effects(
        {recovery_key(message.controller): encode_record(record)},
        (Event("identity.recovery_started", told),),
    )


def cancel_recovery(view: View, _message: CancelRecovery, context: Context) -> Effects:
    """End a recovery that its controller did not need.

    Raises:
        NoRecoveryError: none waits.
    """
    if find(view, context.actor) is None:
        raise NoRecoveryError(context.actor)
    return Effects(
        {recovery_key(context.actor): None},
        (Event("identity.recovery_cancelled", {"controller": context.actor}),),
    )


def complete_recovery(view: View, message: CompleteRecovery, context: Context) -> Effects:
    """Put the new keys in the old ones' place; titles stay with the controller.

    Raises:
        NoRecoveryError: none waits.
        TooEarlyError: its delay or a lease has not ended.
    """
    waiting = find(view, message.controller)
    if waiting is None:
        raise NoRecoveryError(message.controller)
    earliest = max(waiting.due, leased_until(view, message.controller))
    if context.time_s < earliest:
        raise TooEarlyError(f"not before {earliest}; the block's time is {context.time_s}")
    controller = state.load_controller(view, message.controller)
    recovered = msgspec.structs.replace(
        _recovered(controller, waiting.keys, waiting.threshold, context.position),
        recovered_at=context.position,
    )
    return Effects(
        {
            state.controller_key(message.controller): encode_record(recovered),
            recovery_key(message.controller): None,
            policy.policy_key(message.controller): None,
        },
        (Event("identity.recovered", {"controller": message.controller}),),
    )


def _recovered(
    controller: state.Controller, keys: list[str], threshold: int, position: int
) -> state.Controller:
    """The controller with these keys only; old keys that come again make none."""
    try:
        fresh = state.new_controller("", keys, threshold, position).keys
    except BadKeysError as error:
        raise BadRecoveryError(str(error)) from error
    known = {key.kid for key in controller.keys}
    if not known.isdisjoint(keys):
        raise BadRecoveryError("a key is, or was, the controller's")
    ended = state.with_keys_revoked(controller, state.active_keys(controller), position)
    renewed = msgspec.structs.replace(ended, keys=[*ended.keys, *fresh])
    return state.with_threshold(renewed, threshold, position)


RULES = (
    Rule(
        "identity.SET_RECOVERY",
        SetRecovery,
        set_recovery,
        (BadRecoveryError, UnknownControllerError, RecoveryWaitsError, ApprovalNeededError),
    ),
    Rule(
        "identity.START_RECOVERY",
        StartRecovery,
        start_recovery,
        (
            UnknownControllerError,
            NotRecovererError,
            RecoveryWaitsError,
            BadRecoveryError,
            ApprovalNeededError,
        ),
    ),
    Rule("identity.CANCEL_RECOVERY", CancelRecovery, cancel_recovery, (NoRecoveryError,)),
    Rule(
        "identity.COMPLETE_RECOVERY",
        CompleteRecovery,
        complete_recovery,
        (NoRecoveryError, TooEarlyError),
    ),
)
