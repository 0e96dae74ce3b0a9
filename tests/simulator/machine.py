# SPDX-License-Identifier: Apache-2.0
"""The machine that a simulated engine runs on: its clock, disk and helpers, driven step by step.

The engine is the real one. What it takes from a machine is handed in here; where it signs and
executes, a step is counted, so that it can die there as well.
"""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ropewalk.engines.surroundings import Surroundings
from ropewalk.engines.verifiers import candidate_of, verdict_of
from ropewalk.ledger import Candidate
from simulator.disk import CrashError, Disk, Life


@dataclass(slots=True)
class Clock:
    """True time, and what the node's clock makes of it."""

    true_s: float
    ahead_s: int = 0
    stands_at: int | None = None

    def now_s(self) -> int:
        """What the node's clock says."""
        if self.stands_at is not None:
            return self.stands_at
        return int(self.true_s) + self.ahead_s

    def monotonic_s(self) -> float:
        """Seconds of true time."""
        return self.true_s

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.true_s += seconds


class _Verified(Future[list[Candidate]]):
    """Verdicts that are made when somebody takes the time, at the latest when they are needed."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        self._texts = texts

    def make(self) -> None:
        """Verify."""
        if not self.done():
            self.set_result([candidate_of(text, verdict_of(text)) for text in self._texts])

    def result(self, timeout: float | None = None) -> list[Candidate]:
        self.make()
        return super().result(timeout)


@dataclass(slots=True)
class Verifying:
    """The verification workers, each as slow as chance will have it."""

    waiting: list[_Verified] = field(default_factory=list)

    def submit(self, texts: Sequence[str]) -> Future[list[Candidate]]:
        self.waiting = [one for one in self.waiting if not one.done()]
        self.waiting.append(_Verified(texts))
        return self.waiting[-1]

    def some(self, chance: random.Random) -> int:
        """Let a few workers come to an end, in any order; how many."""
        left = [one for one in self.waiting if not one.done()]
        chosen = chance.sample(left, chance.randint(0, len(left)))
        for one in chosen:
            one.make()
        return len(chosen)

    def close(self) -> None:
        self.waiting.clear()


@dataclass(slots=True)
class _File:
    """Keeps to `engines.disk.File`."""

    disk: Disk
    life: Life
    name: str

    def read(self, size: int, offset: int) -> bytes:
        return self.disk.read(self.life, self.name, size, offset)

    def write(self, data: bytes, offset: int) -> int:
        return self.disk.write(self.life, self.name, data, offset)

    def sync(self) -> None:
        self.disk.sync(self.life, self.name)

    def close(self) -> None:
        return


@dataclass(slots=True)
class _Held:
    """A lock of one life."""

    disk: Disk
    life: Life

    def close(self) -> None:
        if self.disk.locked_by is self.life:
            self.disk.locked_by = None


@dataclass(slots=True)
class LifeDisk:
    """Keeps to `engines.disk.Disk`: the disk as one life sees it."""

    disk: Disk
    life: Life

    def exists(self, path: Path) -> bool:
        return self.disk.size(path.name) >= 0

    def read(self, path: Path) -> bytes:
        return self.disk.read(self.life, path.name, max(self.disk.size(path.name), 0), 0)

    def open(self, path: Path) -> _File:
        if not self.exists(path):
            raise FileNotFoundError(path.name)
        return _File(self.disk, self.life, path.name)

    def lock(self, _path: Path) -> _Held:
        self.disk.lock(self.life)
        return _Held(self.disk, self.life)

    def free_bytes(self, _path: Path) -> int:
        return max(self.disk.capacity - self.disk.used(), 0)


class Step:
    """Something the engine does between two writes; it may die before or after."""

    def __init__(self, done: Callable[..., Any], name: str, disk: Disk, life: Life) -> None:
        self._done, self._name = done, name
        self._disk, self._life = disk, life

    def __call__(self, *arguments: Any) -> Any:
        """Do it."""
        self._die("before")
        result = self._done(*arguments)
        self._die("after")
        return result

    def _die(self, when: str) -> None:
        for plan in self._disk.plans:
            if plan.meets(f"{self._name}-{when}"):
                self._disk.plans.remove(plan)
                self._disk.tell(f"dies {when} it {self._name}s")
                self._life.dead = True
                raise CrashError(self._name)


class Stepping:
    """Something of the engine's, one of whose calls is a step."""

    def __init__(self, inner: object, call: str, step: Step) -> None:
        self._inner, self._call, self._step = inner, call, step

    def __getattr__(self, name: str) -> Any:
        return self._step if name == self._call else getattr(self._inner, name)


def surroundings(clock: Clock, disk: Disk, life: Life, verifying: Verifying) -> Surroundings:
    """What an engine is handed; whoever simulates takes its steps."""

    def drive(step: Callable[[], bool]) -> Callable[[], None]:
        def until_the_end() -> None:
            while step():
                pass

        return until_the_end

    return Surroundings(clock, LifeDisk(disk, life), lambda _count: verifying, drive)


def watch_steps(engine: Any, disk: Disk, life: Life) -> None:
    """Count what an open engine executes and signs among what it may die of."""
    chain = engine._chain
    execute = Step(chain.machine.execute, "execute", disk, life)
    chain.machine = Stepping(chain.machine, "execute", execute)
    chain.log_key = Stepping(chain.log_key, "sign", Step(chain.log_key.sign, "sign", disk, life))
