# SPDX-License-Identifier: Apache-2.0
"""Challenges: answered once, within minutes, and by nobody but whom they were made for.

None is kept when it is handed out, so that nobody fills the room of others by asking: a challenge
tells itself when and for what this process made it. Kept are those that were answered.
"""

import hmac
import threading
import time
from typing import Final

from ropewalk.crypto import random_bytes

OPEN_S: Final = 300
ANSWERED_MAX: Final = 10_000
_TIME: Final = 8
_RANDOM: Final = 16
_MAC: Final = 32


class Challenges:
    """Makes challenges, and tells its own from others'."""

    def __init__(self) -> None:
        self._key = random_bytes(32)
        self._answered: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def make(self, purpose: str) -> bytes:
        """A challenge.

        Args:
            purpose: what it is for, and for whom.
        """
        head = int(time.monotonic()).to_bytes(_TIME, "big") + random_bytes(_RANDOM)
        return head + self._mac(head, purpose)

    def is_open(self, challenge: bytes, purpose: str) -> bool:
        """Whether it was made here for this, within minutes, and is not answered yet."""
        head, mac = challenge[: _TIME + _RANDOM], challenge[_TIME + _RANDOM :]
        if len(mac) != _MAC or not hmac.compare_digest(mac, self._mac(head, purpose)):
            return False
        age = time.monotonic() - int.from_bytes(head[:_TIME], "big")
        with self._lock:
            return age < OPEN_S and challenge not in self._answered

    def take(self, challenge: bytes, purpose: str) -> bool:
        """Whether it is still open; it is not any more.

        Args:
            challenge: whose answer holds: whoever has no passkey fills no room here.
            purpose: what it was made for.
        """
        if not self.is_open(challenge, purpose):
            return False
        now = time.monotonic()
        with self._lock:
            if challenge in self._answered:
                return False
            known = self._answered.items()
            self._answered = {one: at for one, at in known if now - at < OPEN_S}
            while len(self._answered) >= ANSWERED_MAX:
                self._answered.pop(next(iter(self._answered)))
            self._answered[challenge] = now
        return True

    def _mac(self, head: bytes, purpose: str) -> bytes:
        return hmac.digest(self._key, head + purpose.encode(), "sha256")
