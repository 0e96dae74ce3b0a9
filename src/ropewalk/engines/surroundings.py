# SPDX-License-Identifier: Apache-2.0
"""What an engine takes from the machine it runs on: a clock, a disk, helpers, a thread to run in.

The operating system's unless told otherwise. The simulator (tests/simulator) hands in others, so
that one process and one seed decide everything that happens to an engine.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from ropewalk.engines.disk import SYSTEM_DISK, Disk
from ropewalk.engines.verifiers import Verifiers
from ropewalk.ledger import Candidate


class Clock(Protocol):
    """Tells the time, and lets it pass."""

    def now_s(self) -> int:
        """Seconds since 1970-01-01T00:00:00Z, as far as this machine knows."""

    def monotonic_s(self) -> float:
        """Seconds since some moment; it never goes back."""

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""


class Verifying(Protocol):
    """Checks what the bytes of transactions decide."""

    def submit(self, texts: Sequence[str]) -> Future[list[Candidate]]:
        """Have texts verified; candidates come in the same order."""

    def close(self) -> None:
        """Stop."""


class SystemClock:
    """The operating system's clock."""

    def now_s(self) -> int:
        """See `Clock`."""
        return int(time.time())

    def monotonic_s(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        time.sleep(seconds)


def in_thread(step: Callable[[], bool]) -> Callable[[], None]:
    """Take steps in a thread of its own until one says that there are no more; how to wait."""

    def run() -> None:
        while step():
            pass

    thread = threading.Thread(target=run, name="engine", daemon=True)
    thread.start()
    return thread.join


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The machine an engine runs on."""

    clock: Clock
    disk: Disk
    verifiers: Callable[[int | None], Verifying]
    """Makes so many workers."""
    drive: Callable[[Callable[[], bool]], Callable[[], None]]
    """Has steps taken until one returns False; what it returns waits for that."""


SYSTEM = Surroundings(SystemClock(), SYSTEM_DISK, Verifiers, in_thread)
