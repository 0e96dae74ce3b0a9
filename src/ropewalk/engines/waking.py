# SPDX-License-Identifier: Apache-2.0
"""A thread beside the engine that sleeps until there may be something to do."""

import threading
from collections.abc import Callable


class Waking:
    """Runs in a thread of its own until it is closed."""

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self._changed = threading.Condition()
        self._woken = self._closing = False
        self._thread = threading.Thread(target=run, name=name, daemon=True)

    def start(self) -> None:
        """Begin, once what runs is ready for it."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there may be something new."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Have it end, and wait for that."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def await_woken(self, timeout_s: float | None = None) -> bool:
        """Sleep until woken, closed or the time is over; whether it goes on. For what runs."""
        with self._changed:
            self._changed.wait_for(lambda: self._woken or self._closing, timeout_s)
            self._woken = False
            return not self._closing

    def pause(self, timeout_s: float) -> None:
        """Sleep so long, or until closed. For what runs."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing, timeout_s)
