# SPDX-License-Identifier: Apache-2.0
"""SET_VALIDATOR, and what becomes of a validator that misbehaved: who votes on blocks, and when.

Changes are steps at heights ahead (ledger/validators.py). CometBFT learns of a height's set two
blocks before, so nothing here changes one nearer than that. Source: docs/reference/identity.md,
«Validators»; ADR 25.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from ropewalk.crypto import INTEGER_MAX, is_kid
from ropewalk.identity import state
from ropewalk.identity.errors import (
    BadKeysError,
    BadStepHeightError,
    LastValidatorError,
    NotConsortiumError,
    NotGovernanceError,
    StepTooLargeError,
    TooManyStepsError,
    TooManyValidatorsError,
    UnknownValidatorError,
    ValidatorKeyTakenError,
)
from ropewalk.identity.governance import NOTICE_HEIGHTS
from ropewalk.ledger import (
    POWER_MAX,
    SUCCESSION_KEY,
    VALIDATORS_KEY,
    VALIDATORS_MAX,
    Context,
    Effects,
    Event,
    Message,
    Misbehaviour,
    Rule,
    Step,
    Validator,
    Validators,
    View,
    decode_record,
    encode_record,
)

AHEAD_HEIGHTS_MAX = 1_000_000
"""How far ahead a step may lie: none can come before it, so a slip would bar every other."""

STEPS_WAITING_MAX = 16
"""Steps that wait when another is set."""

REMOVAL_HEIGHTS = 2
"""From how many blocks after its proof on a culprit has no vote; CometBFT can't do it sooner."""

STEPS_MAX = 1 + STEPS_WAITING_MAX + REMOVAL_HEIGHTS
"""Of the record: in force, waiting, and put before those by misbehaviour."""


class SetValidator(Message, frozen=True):
    """Let a node vote on blocks from a height on, with another weight or node key, or no longer."""

    height: Annotated[
        int, msgspec.Meta(ge=1, le=INTEGER_MAX, description="First block it counts for.")
    ]
    key: Annotated[
        str,
        msgspec.Meta(min_length=43, max_length=43, description="Id of the key it votes with."),
    ]
    node: Annotated[
        str,
        msgspec.Meta(
            min_length=43,
            max_length=43,
            description="Id of the key its node signs batches and checkpoints with.",
        ),
    ]
    power: Annotated[
        int, msgspec.Meta(ge=0, le=POWER_MAX, description="Weight of its vote; 0 removes it.")
    ]


def set_validator(view: View, message: SetValidator, context: Context) -> Effects:
    """Change one validator at a height; changes of one height come together, as one step.

    Raises:
        NotGovernanceError: the actor is not the genesis' controller.
        NotConsortiumError: the ledger has no validators, or somebody carries on in their place.
        BadKeysError: voting key or node key is no key id, or they are one key.
        BadStepHeightError: too near, too far, or before the last step.
        TooManyStepsError: too many wait, and none at this height.
        UnknownValidatorError: none has these keys, so it can't be removed.
        LastValidatorError: there would be none.
        ValidatorKeyTakenError: another validator has one of the keys.
        TooManyValidatorsError: there are as many as there may be.
        StepTooLargeError: more than a third of the voting power would change hands in this step.
    """
    state.require_governance(view, context.actor)
    steps = _steps_since(view, context.height)
    if not steps or view.get(SUCCESSION_KEY) is not None:
        raise NotConsortiumError("it is embedded in one node")
    if not (is_kid(message.key) and is_kid(message.node)) or message.key == message.node:
        raise BadKeysError("a validator votes with one key, and its node signs with another")
    _check_height(message.height, steps[-1].height, context.height)
    before = [step for step in steps if step.height < message.height]
    if len(before) == len(steps) > STEPS_WAITING_MAX:
        raise TooManyStepsError(f"{STEPS_WAITING_MAX} wait, the last at height {steps[-1].height}")
    after = Step(height=message.height, validators=_changed(steps[-1].validators, message))
    _check_moved(before[-1].validators, after.validators)
    told = {"height": message.height, "key": message.key, "node": message.node}
    attributes = {name: str(value) for name, value in {**told, "power": message.power}.items()}
    return Effects(
        {VALIDATORS_KEY: encode_record(Validators(steps=[*before, after]))},
        (Event("identity.validator_set", attributes),),
    )


def _steps_since(view: View, height: int) -> list[Step]:
    """The step in force at a height and those to come; nothing in an embedded ledger."""
    data = view.get(VALIDATORS_KEY)
    return [] if data is None else decode_record(data, Validators).since(height)


def _check_height(height: int, last: int, now: int) -> None:
    first = max(now + NOTICE_HEIGHTS, last)
    if not first <= height <= now + AHEAD_HEIGHTS_MAX:
        raise BadStepHeightError(f"from height {first} to {now + AHEAD_HEIGHTS_MAX}")


def _changed(validators: Sequence[Validator], message: SetValidator) -> list[Validator]:
    """The set with one validator added, changed or removed."""
    others = [one for one in validators if one.key != message.key]
    if message.power == 0:
        if (message.key, message.node) not in [(one.key, one.node) for one in validators]:
            raise UnknownValidatorError(message.key)
        if not others:
            raise LastValidatorError(message.key)
        return others
    for kid in (message.key, message.node):
        if any(kid in (one.key, one.node) for one in others):
            raise ValidatorKeyTakenError(kid)
    if len(others) == VALIDATORS_MAX:
        raise TooManyValidatorsError(f"at most {VALIDATORS_MAX}")
    changed = Validator(key=message.key, node=message.node, power=message.power)
    return sorted([*others, changed], key=lambda one: one.key)


def _check_moved(before: Sequence[Validator], after: Sequence[Validator]) -> None:
    """Refuse a step in which more than a third of the voting power changes hands.

    Shares are compared, so that all may grow together. What some gain is what the others lose, so
    more than two thirds of the new power always hold more than a third of the old: a light client
    that knows one set can follow to the next.
    """
    had = {one.key: one.power for one in before}
    of_before = sum(one.power for one in before)
    of_after = sum(one.power for one in after)
    gains = [one.power * of_before - had.get(one.key, 0) * of_after for one in after]
    if 3 * sum(gain for gain in gains if gain > 0) > of_before * of_after:
        raise StepTooLargeError("more than a third of the voting power")


def misbehave(view: View, misbehaviour: Misbehaviour, context: Context) -> Effects | None:
    """Take a culprit's vote, as soon as CometBFT can and in every step to come.

    Whoever is a step's only validator stays in it, or the ledger would halt. None where it is, from
    then on, no validator anyway.
    """
    steps = _steps_since(view, context.height)
    told, to_come = _divided(steps, context.height + REMOVAL_HEIGHTS)
    named = [step for step in to_come if _names(step, misbehaviour.validator)]
    if not named:
        return None
    without = [_without(step, misbehaviour.validator) for step in to_come]
    if without[0].validators == told[-1].validators:
        del without[0]  # nothing changes so soon
    kept = [step.height for step in named if len(step.validators) == 1]
    removed = [step.height for step in named if len(step.validators) > 1]
    attributes = {
        "evidence": misbehaviour.evidence,
        "height": str(misbehaviour.height),
        "kept_in": " ".join(map(str, kept)),
        "removed_in": " ".join(map(str, removed)),
        "validator": misbehaviour.validator,
    }
    name = "identity.validator_removed" if removed else "identity.validator_kept"
    return Effects(
        {VALIDATORS_KEY: encode_record(Validators(steps=[*told, *without]))},
        (Event(name, attributes),),
    )


def _divided(steps: Sequence[Step], first: int) -> tuple[list[Step], list[Step]]:
    """Steps below a height, and those from it on, the first of them at this very height."""
    told = [step for step in steps if step.height < first]
    to_come = [step for step in steps if step.height >= first]
    if told and first not in [step.height for step in to_come]:
        to_come.insert(0, Step(height=first, validators=told[-1].validators))
    return told, to_come


def _names(step: Step, key: str) -> bool:
    return any(one.key == key for one in step.validators)


def _without(step: Step, culprit: str) -> Step:
    left = [one for one in step.validators if one.key != culprit]
    return Step(height=step.height, validators=left or step.validators)


RULES = (
    Rule(
        "identity.SET_VALIDATOR",
        SetValidator,
        set_validator,
        (
            NotGovernanceError,
            NotConsortiumError,
            BadKeysError,
            BadStepHeightError,
            TooManyStepsError,
            UnknownValidatorError,
            LastValidatorError,
            ValidatorKeyTakenError,
            TooManyValidatorsError,
            StepTooLargeError,
        ),
    ),
)
