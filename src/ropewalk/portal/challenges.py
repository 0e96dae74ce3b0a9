# SPDX-License-Identifier: Apache-2.0
"""Challenges: handed out once, answered once, within minutes."""

import threading
import time
from typing import Final

from ropewalk.crypto import random_bytes

OPEN_S: Final = 300
OPEN_MAX: Final = 10_000


class Challenges:
    """Challenges that were handed out and not answered yet."""

    def __init__(self) -> None:
        self._open: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def make(self) -> bytes:
        """A challenge of 32 random bytes; the oldest give way where there are too many."""
        made, now = random_bytes(32), time.monotonic()
        with self._lock:
            self._open = {one: at for one, at in self._open.items() if now - at < OPEN_S}
            while len(self._open) >= OPEN_MAX:
                self._open.pop(next(iter(self._open)))
            self._open[made] = now
        return made

    def take(self, challenge: bytes) -> bool:
        """Whether it was handed out and is still open; it is not any more."""
        with self._lock:
            at = self._open.pop(challenge, None)
        return at is not None and time.monotonic() - at < OPEN_S
