# SPDX-License-Identifier: Apache-2.0
"""Who votes on a consortium's blocks, by height (docs/reference/formats.md, 5).

The record names steps ahead of their heights; nothing sweeps when one is reached. An embedded
ledger has no such record.
"""

from typing import Annotated

import msgspec

from ropewalk.ledger.effects import View
from ropewalk.ledger.errors import StopError
from ropewalk.ledger.limits import POWER_MAX
from ropewalk.ledger.records import Record, decode_record

VALIDATORS_KEY = "validators"


class Validator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member's node that votes on blocks."""

    key: str
    """Id of the key it votes with."""
    node: str
    """Id of the key that its node signs batches and checkpoints with."""
    power: Annotated[int, msgspec.Meta(ge=1, le=POWER_MAX)]
    """Weight of its vote."""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole set from a height on."""

    height: int
    validators: list[Validator]
    """Sorted by key."""


class Validators(Record, frozen=True):
    """Record `validators`: steps by rising height; the last one reached is in force."""

    steps: list[Step]

    def since(self, height: int) -> list[Step]:
        """The step in force at a height, and those to come after it.

        Raises:
            StopError: the height is so long past that its step was dropped.
        """
        reached = [index for index, step in enumerate(self.steps) if step.height <= height]
        if not reached:
            raise StopError(f"who voted at height {height} is in the state no more")
        return self.steps[reached[-1] :]


def validators_at(view: View, height: int) -> tuple[Validator, ...]:
    """The validators at a height, sorted by key; none in an embedded ledger.

    Args:
        view: the state after some block.
        height: that block's, or a later one.

    Raises:
        StopError: the height is so long past that its step was dropped.
    """
    steps = steps_since(view, height)
    return tuple(steps[0].validators) if steps else ()


def steps_since(view: View, height: int) -> list[Step]:
    """The step in force at a height, and those to come; none in an embedded ledger.

    Raises:
        StopError: the height is so long past that its step was dropped.
    """
    data = view.get(VALIDATORS_KEY)
    return [] if data is None else decode_record(data, Validators).since(height)
