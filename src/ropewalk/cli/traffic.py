# SPDX-License-Identifier: Apache-2.0
"""The demo's traffic: a line's week, claimed by who reports it; at once, or little by little."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from ropewalk.cli.lives import CARRIER, CUSTOMS, LOAD_TERMINAL
from ropewalk.client import Actor, Claimed, ClientError, claim
from ropewalk.generator import Reported, Spec, week
from ropewalk.tracking import Version

REPORTERS = {"carrier": CARRIER, "terminal": LOAD_TERMINAL, "customs": CUSTOMS}
"""Which of the demo's parties stands for which reporter."""
VERSIONS: tuple[Version, ...] = ("2.2", "3.0")
FIRST: Final = 500
"""Events that are there when the demo is ready; the others come while it serves."""
STOP_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How the week goes on: a few events every few seconds."""

    events: int = 6
    seconds: float = 3.0


def reports(boxes: int) -> list[Reported]:
    """Everything that is reported of a week with so many boxes; nothing where there are none."""
    return week(Spec(boxes=boxes)) if boxes else []


def feed(
    parties: Mapping[str, Actor], reported: Iterable[Reported], note: Callable[..., None]
) -> None:
    """Claim events in batches of up to 500, those of one party and version together."""
    for name, one in _claims(parties, list(reported)):
        told = f"{name}: CLAIM of {one.count} events of a line's week"
        note("cargo.CLAIM", name, one.outcome, told=told)


def _claims(
    parties: Mapping[str, Actor], reported: Sequence[Reported]
) -> "Iterable[tuple[str, Claimed]]":
    for by, name in REPORTERS.items():
        for version in VERSIONS:
            chosen = [one for one in reported if (one.by, one.version) == (by, version)]
            if chosen:
                for one in claim(parties[name], _file(chosen, version)):
                    yield name, one


def _file(reported: list[Reported], version: Version) -> bytes:
    events = [one.event for one in reported]
    return msgspec.json.encode(events if version == "2.2" else {"events": events})


class Background:
    """A week that goes on while the demo serves, until it is over or its context ends.

    It is a guest of the node: what it can't claim it leaves, and it ends before the node does.
    """

    def __init__(
        self, parties: Mapping[str, Actor], reported: Iterable[Reported], pace: Pace = Pace()
    ) -> None:
        self._parties = parties
        self._reported = iter(reported)
        self._pace = pace
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)
        self.claimed = 0
        """Events so far."""

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End behind the claim that is on its way."""
        self._ended.set()
        self._thread.join(STOP_S)

    @property
    def is_over(self) -> bool:
        """Whether nothing is claimed any more."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        while few := list(islice(self._reported, self._pace.events)):
            if self._ended.wait(self._pace.seconds):
                return
            with suppress(ClientError):
                self.claimed += self._claim(few)

    def _claim(self, few: list[Reported]) -> int:
        done: Any = (
            one.count for _, one in _claims(self._parties, few) if not self._ended.is_set()
        )
        return sum(done)
