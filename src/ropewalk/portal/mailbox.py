# SPDX-License-Identifier: Apache-2.0
"""Answers to gates on their way from the driver's desk to the gate's screen: few, and for minutes.

Nothing here is trusted or kept: what opens the gate is the act that the ledger takes in.
"""

import threading
import time
from dataclasses import dataclass
from typing import Final

OPEN_S: Final = 300
OPEN_MAX: Final = 2_000
EACH_MAX: Final = 20
"""Answers of one collector."""


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """Who answered a gate's question, and the signed answer."""

    collector: str
    presentation: str

    @property
    def text(self) -> str:
        """As one text, which passes.mjs reads."""
        return f"{self.collector}~{self.presentation}"


class Mailbox:
    """Answers by their challenge."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, GateAnswer]] = {}
        self._lock = threading.Lock()

    def put(self, challenge: str, answer: GateAnswer) -> None:
        """Keep an answer for some minutes; a collector's oldest give way, then anybody's."""
        now = time.monotonic()
        with self._lock:
            self._kept = {
                name: kept
                for name, kept in self._kept.items()
                if now - kept[0] < OPEN_S and name != challenge
            }
            own = [
                name for name, (_, one) in self._kept.items() if one.collector == answer.collector
            ]
            for name in own[: max(0, len(own) + 1 - EACH_MAX)]:
                del self._kept[name]
            while len(self._kept) >= OPEN_MAX:
                self._kept.pop(next(iter(self._kept)))
            self._kept[challenge] = (now, answer)

    def get(self, challenge: str) -> GateAnswer | None:
        """The answer to a challenge, None where there is none, or none any more."""
        with self._lock:
            found = self._kept.get(challenge)
        if found is None or time.monotonic() - found[0] >= OPEN_S:
            return None
        return found[1]
