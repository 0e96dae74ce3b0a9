# SPDX-License-Identifier: Apache-2.0
"""The generator: a line's week with real geography, the same for the same seed."""

from ropewalk.generator.chance import Chance
from ropewalk.generator.fleet import ROTATIONS, Rotation, Vessel
from ropewalk.generator.geography import Port, find_port, sea_route
from ropewalk.generator.week import Reported, Spec, week

__all__ = [
    "ROTATIONS",
    "Chance",
    "Port",
    "Reported",
    "Rotation",
    "Spec",
    "Vessel",
    "find_port",
    "sea_route",
    "week",
]
