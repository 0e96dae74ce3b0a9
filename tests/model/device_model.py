# SPDX-License-Identifier: Apache-2.0
"""Devices, told a second time from docs/reference/cargo.md: what was done with each, in order.

Whose it is, on what it rides and whether it was withdrawn are read off that.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from model.title_model import Body

RIDES_ON_MAX = 8


class Device(NamedTuple):
    """What follows from its deeds; of no device there are none."""

    deeds: Sequence[tuple[str, str, Body]]
    """Act, actor, body."""

    @property
    def party(self) -> str:
        """Who answers for it."""
        return self.deeds[0][1] if self.deeds else ""

    @property
    def gone(self) -> bool:
        """Whether it was withdrawn."""
        return any(act == "WITHDRAW_DEVICE" for act, _, _ in self.deeds)

    @property
    def boxes(self) -> list[str]:
        """On what it rides."""
        told = [body["boxes"] for act, _, body in self.deeds if act == "ATTACH_DEVICE"]
        return list(told[-1]) if told and not self.gone else []


def device_record(deeds: Sequence[tuple[str, str, Body]]) -> dict[str, Any]:
    """Its record."""
    device = Device(deeds)
    told = {"boxes": device.boxes, "is_withdrawn": device.gone}
    return {"party": device.party, **{name: value for name, value in told.items() if value}}
