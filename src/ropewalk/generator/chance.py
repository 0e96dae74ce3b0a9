# SPDX-License-Identifier: Apache-2.0
"""Chance from a seed, the same on every Python.

SplitMix64: small, and good enough for traffic that only has to look like traffic. Source: Steele,
Lea, Flood, «Fast splittable pseudorandom number generators» (2014).
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


class Chance:
    """A stream of chance.

    Args:
        seed: the stream's beginning; any integer.
    """

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def bits(self) -> int:
        """The next 64 bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, limit: int) -> int:
        """An integer from 0 to below `limit`."""
        return self.bits() % limit

    def between(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def odds(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.below(100) < percent

    def choice(self, values: Sequence[T]) -> T:
        """One of several."""
        return values[self.below(len(values))]

    def uuid(self) -> str:
        """A UUID of version 4 (RFC 9562)."""
        high, low = self.bits(), self.bits()
        high = (high & ~0xF000) | 0x4000
        low = (low & (_MASK >> 2)) | (1 << 63)
        text = f"{high:016x}{low:016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
