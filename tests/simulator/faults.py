# SPDX-License-Identifier: Apache-2.0
"""What breaks: crashes, the disk, the clock, operators who put old copies back.

Each seed chooses which kinds may happen at all, so that some are met alone and some together.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ropewalk.engines.errors import BehindWatermarkError, DamageError
from simulator.disk import Plan
from simulator.trees import Violation

if TYPE_CHECKING:
    from simulator.running import Simulation

ROOM = 1 << 40
DAY = 86_400
KINDS = ("crash", "writes", "reads", "room", "clock", "copy", "second")


class Faults:
    """The faults of one simulation."""

    def __init__(self, simulation: "Simulation") -> None:
        self._of = simulation
        self.chance = simulation.chance
        self.met: dict[str, int] = {}
        self._chosen = [kind for kind in KINDS if self.chance.random() < 0.5]
        self._old: dict[str, bytes] = {}
        simulation.tell(f"seed {simulation.seed}: faults {' '.join(self._chosen) or 'none'}")

    def happen(self) -> None:
        """One of the chosen kinds."""
        if not self._chosen:
            return
        kind = self.chance.choice(self._chosen)
        self.met[kind] = self.met.get(kind, 0) + 1
        happening: dict[str, Callable[[], None]] = {
            "crash": self._crash,
            "writes": self._spoil_writes,
            "reads": self._spoil_reads,
            "room": self._take_room,
            "clock": self._turn_clock,
            "copy": self._copy,
            "second": self._second,
        }
        happening[kind]()

    def stop(self) -> None:
        """No more of them."""
        self._chosen = []
        self.put_right()

    def put_right(self) -> None:
        """Heal the machine: the disk answers, has room, holds what it held; the clock is right."""
        of = self._of
        of.disk.plans.clear()
        mended = of.disk.mend()
        of.disk.capacity = ROOM
        if of.clock.ahead_s == 0 and of.clock.stands_at is None:
            of.clock.true_s += 1 if mended else 0
        of.clock.ahead_s, of.clock.stands_at = 0, None
        latest = max(of.follower.time_s, of.node.waits_for_s)
        behind = latest - int(of.clock.true_s)
        if behind > 0:
            of.clock.sleep(behind)
        of.tell(f"put right; {mended} bits turned back")

    def maybe_put_right(self) -> None:
        """Heal it now and then."""
        if self.chance.random() < 0.5:
            self.put_right()

    def _plan(self, mode: str, *kinds: str, at: int, is_lasting: bool = False) -> None:
        self._of.disk.plans.append(Plan(mode, kinds, at, is_lasting))
        self._of.tell(f"fault to come: {mode} at {at}. {'/'.join(kinds)}")

    def _crash(self) -> None:
        dice = self.chance.random()
        mode = self.chance.choice(("crash-before", "crash-after", "crash-within"))
        if dice < 0.15:
            self._of.node.die(power=self.chance.random() < 0.5)
        elif dice < 0.5:
            step = self.chance.choice(("execute", "sign"))
            when = self.chance.choice(("before", "after"))
            kinds = self.chance.choice((f"{step}-{when}", "acknowledge"))
            self._plan("crash", kinds, at=self.chance.randint(1, 2))
        elif dice < 0.7:
            self._plan(mode, "sync", at=self.chance.randint(1, 5))
        elif dice < 0.9:
            self._plan(mode, "write", "truncate", "delete", at=self.chance.randint(1, 60))
        else:
            self._plan(mode, "read", at=self.chance.randint(1, 40))

    def _spoil_writes(self) -> None:
        lasting = self.chance.random() < 0.2
        if self.chance.random() < 0.5:
            self._plan("eio", "sync", at=self.chance.randint(1, 4), is_lasting=lasting)
            return
        mode = self.chance.choice(("eio", "full", "short"))
        at = self.chance.randint(1, 40)
        self._plan(mode, "write", "truncate", at=at, is_lasting=lasting)

    def _spoil_reads(self) -> None:
        mode = self.chance.choice(("eio", "short", "flip", "rot"))
        at = self.chance.choice((1, self.chance.randint(1, 60)))
        self._plan(mode, "read", at=at)

    def _take_room(self) -> None:
        disk = self._of.disk
        if disk.capacity < ROOM:
            disk.capacity = ROOM
            self._of.tell("room again")
            return
        disk.capacity = disk.used() + self.chance.choice((50_000, 101_000, 130_000, 200_000))
        self._of.tell(f"the disk has room for {disk.capacity - disk.used()} bytes")

    def _turn_clock(self) -> None:
        clock = self._of.clock
        dice = self.chance.random()
        if dice < 0.25:
            clock.ahead_s, clock.stands_at = 0, None
        elif dice < 0.5:
            clock.stands_at = clock.now_s()
        else:
            clock.stands_at = None
            clock.ahead_s += self.chance.choice((-5, -200, -4_000, -DAY, 5, 200, 4_000, 2 * DAY))
        self._of.tell(f"the clock says {clock.now_s()}, {clock.now_s() - int(clock.true_s)} ahead")

    # operators

    def _second(self) -> None:
        """Start a second process on the same directory."""
        if self._of.node.engine is None or self._of.disk.plans:
            return
        self._of.tell("a second process tries")
        if self._of.node.second_opens():
            raise Violation("a second process works on the same directory")

    def _copy(self) -> None:
        """Copy the directory, or put an old copy back."""
        of = self._of
        if of.disk.rotten:
            return
        if not self._old or self.chance.random() < 0.4:
            self._old = of.disk.image()
            of.tell(f"a copy is made at log {of.follower.size}")
            return
        of.serve()
        if not of.read_on():
            return
        of.node.close()
        if of.node.engine is not None or of.disk.rotten:
            return
        plans, of.disk.plans = of.disk.plans, []
        now, with_watermark = of.disk.image(), self.chance.random() < 0.5
        kept = {} if with_watermark else {"watermark": now["watermark"]}
        of.tell(f"the copy is put back, {'with' if with_watermark else 'without'} its watermark")
        of.disk.load({**self._old, **kept})
        try:
            self._look_at_the_copy(with_watermark=with_watermark)
        finally:
            of.node.die(power=False)
            of.disk.load(now)
            of.disk.plans = plans
        of.tell("the right directory is back")

    def _look_at_the_copy(self, *, with_watermark: bool) -> None:
        """An older ledger is refused, or seen to be older by whoever saw the newer one."""
        of = self._of
        try:
            if not of.node.open():
                return
        except Violation as refused:
            if isinstance(refused.__cause__, BehindWatermarkError | DamageError):
                return
            raise
        engine, follower = of.node.engine, of.follower
        size = engine.condition().size
        found = [
            one.entry.encode() for at in range(0, size, 100) for one in engine.entries(at, 100)
        ]
        if found[: follower.size] == follower.entries:
            of.tell("nothing is missing from it")
            return
        if not with_watermark:
            raise Violation(f"it opens at {size}, below its watermark")
        forked = found != follower.entries[:size]
        how = "another log" if forked else f"{size} entries where {follower.size} were seen"
        of.tell(f"noticed: {how}")
