# SPDX-License-Identifier: Apache-2.0
"""The node and whoever operates it: opening, asking, dying, and what excuses a refusal.

Nothing the engine says is taken on trust, and nothing it raises is passed over unless a fault
that was really met explains it.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ropewalk.crypto import PrivateKey, sha256
from ropewalk.engines import signing, store
from ropewalk.engines.embedded import EmbeddedEngine, Settings
from ropewalk.engines.errors import ClockError, DamageError
from ropewalk.engines.port import EngineError, InUseError, Outcome, OverloadedError, StoppedError
from simulator.company import Book
from simulator.disk import CrashError, Disk, Life
from simulator.machine import Clock, Verifying, surroundings, watch_steps
from simulator.trees import Violation
from simulator.vfs import SimulatedVFS

PASSPHRASE = "simulated"
LOG_KEY = PrivateKey(sha256(b"ropewalk simulator log key"))
FREE_BYTES_MIN = 100_000
Found = TypeVar("Found")


def prepare(wal_pages: int) -> None:
    """Have the log's key known without its scrypt, and the write-ahead log moved this often."""
    vars(signing)["read"] = lambda _path, _passphrase: LOG_KEY
    vars(store)["WAL_PAGES_MAX"] = vars(store)["WAL_PAGES_LIGHT"] = wal_pages


@dataclass(slots=True)
class Node:
    """One data directory and the processes that work on it, one after the other."""

    vfs: SimulatedVFS
    disk: Disk
    clock: Clock
    tell: Callable[[str], None]
    checks_invariants: bool = False
    engine: Any = None
    life: Life = field(default_factory=lambda: Life(0, dead=True))
    verifying: Verifying = field(default_factory=Verifying)
    broken: list[Violation] = field(default_factory=list)
    """Promises found broken where nothing can be raised."""
    waits_for_s: int = 0
    """Time of the last block that a clock was behind of."""
    _lives: int = 0

    # opening and ending

    def open(self) -> bool:
        """Start a process; whether it serves.

        Raises:
            Violation: it does not, for no reason.
        """
        self._lives += 1
        self.life = Life(self._lives)
        self.verifying = Verifying()
        try:
            self.engine = self._engine(self.life, self.verifying)
        except CrashError:
            self._died("while it opened")
        except EngineError as error:
            self._refused(error)
        else:
            watch_steps(self.engine, self.disk, self.life)
            self.tell(f"open: life {self.life.number}, size {self.engine.condition().size}")
        return self.engine is not None

    def _engine(self, life: Life, verifying: Verifying) -> EmbeddedEngine:
        path: Path = self.vfs.begin(self.disk, life)
        settings = Settings(
            PASSPHRASE,
            verifiers=0,
            checks_invariants=self.checks_invariants,
            free_bytes_min=FREE_BYTES_MIN,
        )
        around = surroundings(self.clock, self.disk, life, verifying)
        return EmbeddedEngine(path, settings, around)

    def _refused(self, error: EngineError) -> None:
        if self.life.dead:
            self._died("while it opened")
            return
        self.life.dead = True
        self.tell(f"does not open: {type(error).__name__}: {error}")
        if isinstance(error, ClockError):
            self.waits_for_s = int(str(error).split()[5].rstrip(","))
            return
        if self.life.write_failed or self.life.misread or self.disk.rotten:
            return
        raise Violation(f"it does not open: {type(error).__name__}: {error}") from error

    def _died(self, where: str) -> None:
        self.tell(f"died {where}")
        self.die(power=False)

    def die(self, *, power: bool) -> None:
        """Kill the process; with the power, what was not synced is at the disk's mercy."""
        self.life.dead = True
        if self.engine is not None:
            with contextlib.suppress(Exception):
                self.engine._chain.abandon()
            self.engine = None
        if power:
            self.disk.cut_power()
            self.tell("power cut")

    def close(self) -> None:
        """End the process in good order."""
        if self.engine is None:
            return
        engine = self.engine
        self.ask(engine.close, "closing")
        if self.engine is not None:
            self.life.dead, self.engine = True, None
            self.tell("closed")

    def second_opens(self) -> bool:
        """Whether another process opens the same directory now."""
        self._lives += 1
        try:
            engine = self._engine(Life(self._lives), Verifying())
        except InUseError:
            return False
        except EngineError as error:
            raise Violation(f"a second process was let in: {error}") from error
        engine._chain.abandon()
        return True

    # asking

    def ask(self, what: Callable[[], Found], name: str) -> Found | None:
        """Ask the engine; None where it died of it, or could not read what a fault spoiled.

        Raises:
            Violation: it failed though nothing was wrong.
        """
        try:
            found: Found | None = what()
        except CrashError:
            found = None
        except Exception as error:
            if not self._is_excused(error):
                raise
            self.tell(f"{name}: {type(error).__name__}: {error}")
            found = None
        if self.life.dead and self.engine is not None:
            self._died(name)
            return None
        return found

    def _is_excused(self, error: Exception) -> bool:
        if self.life.dead:
            return True
        spoilt = self.life.misread or self.life.write_failed or bool(self.disk.rotten)
        return isinstance(error, DamageError | StoppedError) and spoilt

    def submit(self, texts: Sequence[str], book: Book) -> bool:
        """Send transactions; whether they were taken in."""
        if self.engine is None:
            return False
        book.send(texts)
        life = self.life
        future = None
        try:
            future = self.engine.submit(texts)
        except (StoppedError, OverloadedError) as error:
            self.tell(f"turned away: {error}")
            if self._is_well():
                raise Violation(f"turned away for no reason: {error}") from error
        if future is not None:
            future.add_done_callback(lambda done: self._heard(life, texts, done.result(), book))
        return future is not None

    def _is_well(self) -> bool:
        room = self.disk.capacity - self.disk.used() >= FREE_BYTES_MIN
        spoilt = self.life.write_failed or self.life.misread or self.disk.rotten
        return room and not spoilt

    def _heard(
        self, life: Life, texts: Sequence[str], outcomes: Sequence[Outcome], book: Book
    ) -> None:
        """Clients are told; the dead tell nothing."""
        if life.dead:
            return
        if life.write_failed and {one.status for one in outcomes} != {"unknown"}:
            self.broken.append(Violation(f"acknowledged after a failed write: {outcomes}"))
        try:
            for text, outcome in zip(texts, outcomes, strict=True):
                book.hear(text, outcome)
        except Violation as violation:
            self.broken.append(violation)
        self.tell("told: " + " ".join(_shown(one) for one in outcomes))
        for plan in list(self.disk.plans):
            if plan.meets("acknowledge"):
                self.disk.plans.remove(plan)
                life.dead = True
                raise CrashError("acknowledge")

    def step(self) -> bool:
        """Let the engine make a block, if anything waits; whether it did.

        Raises:
            Violation: it goes on after a failed write.
        """
        if self.engine is None or not self.engine.condition().waiting:
            return False
        self.ask(self.engine.step, "a step")
        if self.broken:
            raise self.broken[0]
        if self.engine is not None and self.life.write_failed and self.engine.condition().ready:
            raise Violation("it takes writes after one failed")
        return True


def _shown(outcome: Outcome) -> str:
    if outcome.status == "unknown":
        return "unknown"
    name = outcome.code or outcome.status
    return f"{name}@{outcome.position}" if outcome.position else name
