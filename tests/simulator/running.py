# SPDX-License-Identifier: Apache-2.0
"""One simulation: a seed decides who sends what, when the engine takes a step, and what breaks.

In the end the faults stop, and every act that is still open must get its outcome.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ropewalk.engines.port import Outcome
from ropewalk.ledger import network_id
from simulator.company import Book, Company
from simulator.disk import Disk
from simulator.faults import Faults
from simulator.following import Follower, told_of
from simulator.ledger import Base
from simulator.machine import Clock
from simulator.node import Node, prepare
from simulator.trees import Violation
from simulator.vfs import install

EVENTS = 70
ROUNDS = 6
DAY = 86_400


@dataclass(slots=True)
class Trace:
    """What happened, line by line."""

    clock: Clock
    number: int = 0
    lines: list[str] = field(default_factory=list)

    def tell(self, text: str) -> None:
        """Add a line."""
        self.lines.append(f"{self.number:03d} {self.clock.true_s:.3f} {text}")


@dataclass(slots=True)
class Figures:
    """What a simulation was worth."""

    acts: int = 0
    acknowledged: int = 0
    committed: int = 0
    lives: int = 0
    faults: dict[str, int] = field(default_factory=dict)


class Simulation:
    """One seed's run."""

    def __init__(self, seed: int, base: Base, events: int = EVENTS) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.clock = Clock(float(base.time_s))
        self.trace = Trace(self.clock)
        self.tell = self.trace.tell
        self.disk = Disk(self.chance, self.tell)
        self.disk.load(base.image)
        self.vfs = install()
        self.vfs.forget()
        prepare(self.chance.choice((8, 30, 100, 2_048)))
        self.node = Node(self.vfs, self.disk, self.clock, self.tell)
        self.node.checks_invariants = self.chance.random() < 0.2
        self.company = Company(self.chance.getrandbits(32), network_id(base.genesis))
        self.follower = Follower(base.genesis, self.company.judge)
        self.follower.settled = base.size
        self.book = Book(self.follower)
        self.faults = Faults(self)
        self.events = events
        self._sent = 0

    def run(self) -> Figures:
        """Run to the end.

        Raises:
            Violation: a promise is broken.
        """
        self.serve()
        for number in range(1, self.events + 1):
            self.trace.number = number
            self._event()()
        self.trace.number += 1
        self._come_to_rest()
        committed = sum(one.status == "committed" for one in self.follower.outcomes.values())
        figures = Figures(self._sent, self.book.acknowledged, committed, self.node._lives)
        figures.faults = dict(sorted(self.faults.met.items()))
        self.tell(f"done: {figures}; root {self.follower.roots[self.follower.size].hex()}")
        return figures

    def _event(self) -> Callable[[], None]:
        events: list[tuple[Callable[[], None], int]] = [
            (self._send, 30),
            (self.step, 40),
            (self._verify, 8),
            (self._ask_again, 5),
            (self._send_again, 8),
            (self._replay, 4),
            (self._prove, 2),
            (self._let_time_pass, 6),
            (self._restart, 2),
            (self.faults.happen, 16),
        ]
        return self.chance.choices(
            [one for one, _ in events], weights=[weight for _, weight in events]
        )[0]

    # what clients do

    def now_s(self) -> int:
        """The time as clients know it."""
        return max(int(self.clock.true_s), self.follower.time_s)

    def acts(self, count: int) -> list[str]:
        """New acts of anybody's."""
        return self.company.acts(count, self.now_s(), self.follower.size)

    def _send(self) -> None:
        texts = self.acts(self.chance.choice((1, 1, 2, 4)))
        self._sent += len(texts)
        self.tell(f"send {len(texts)}")
        if not self.node.submit(texts, self.book):
            self.book.send(texts)

    def _send_again(self) -> None:
        """Retry what nobody knows the outcome of."""
        texts = list(self.book.open.values())[: self.chance.randint(1, 6)]
        if texts:
            self.tell(f"send again {len(texts)}")
            self.node.submit(texts, self.book)

    def _replay(self) -> None:
        """Send what has its outcome already; it gets the same."""
        known = sorted({*self.book.told} & {*self.follower.texts})
        if known:
            chosen = self.chance.sample(known, min(3, len(known)))
            self.tell(f"replay {len(chosen)}")
            self.node.submit([self.follower.texts[one] for one in chosen], self.book)

    def _ask_again(self) -> None:
        """Ask by id: what was told is told again, and what is not in the log has no outcome."""
        asked = sorted(self.book.told)
        asked = self.chance.sample(asked, min(8, len(asked))) + list(self.book.open)[:3]
        self.ask_outcomes(asked)

    def ask_outcomes(self, identifiers: list[str]) -> None:
        """Hold what the engine says of ids to the log as it was read."""
        self.read_on()
        for identifier in identifiers:
            answer = self._asked(identifier)
            if answer is None:
                return
            found = None if answer[0] is None else told_of(answer[0])
            if found != self.follower.outcomes.get(identifier):
                expected = self.follower.outcomes.get(identifier)
                raise Violation(f"{identifier}: asked by its id: {found}, the log has {expected}")
            if found is not None and identifier in self.book.open:
                self.tell(f"learns {found.status}@{found.position}")
                self.book.told[identifier] = found
                del self.book.open[identifier]

    def _asked(self, identifier: str) -> list[Outcome | None] | None:
        """What the engine says of an id; None where it says nothing any more."""
        engine = self.node.engine
        if engine is None:
            return None
        return self.node.ask(lambda: [engine.outcome(identifier)], "outcome")

    def _prove(self) -> None:
        keys = sorted(self.follower.state)
        if self.node.engine is None or not self.read_on():
            return
        condition = self.node.engine.condition()
        if condition.size == self.follower.size:
            for key in self.chance.sample(keys, 2):
                self._check_proof(key)

    def _check_proof(self, key: str) -> None:
        if self.node.engine is not None:
            self.node.ask(lambda: self.follower.check_proof(self.node.engine, key), "a proof")

    def _let_time_pass(self) -> None:
        seconds = self.chance.choice((1, 30, 300, 1_200, 3_000, DAY, 3 * DAY, 12 * DAY))
        self.clock.sleep(seconds)
        self.tell(f"{seconds} s pass")

    # what the node does

    def serve(self) -> None:
        """Have an open engine; whatever stands in the way is put right.

        Raises:
            Violation: it does not open though all is well.
        """
        for _ in range(12):
            if self.node.engine is not None:
                return
            if self.node.open():
                if self.read_on():
                    self._look_back()
                continue
            self.faults.put_right()
        raise Violation("it does not open any more")

    def _look_back(self) -> None:
        if self.node.engine is not None:
            self.node.ask(lambda: self.follower.reread(self.node.engine), "reading again")
        if self.node.engine is not None:
            known = sorted(self.book.told)
            self.ask_outcomes(self.chance.sample(known, min(12, len(known))))

    def read_on(self) -> bool:
        """Follow the log, and hold what was told to it; whether that was possible."""
        if self.node.engine is None:
            return False
        blocks = self.node.ask(lambda: self.follower.follow(self.node.engine), "reading")
        if blocks is None:
            return False
        self.book.check_fresh()
        size = self.node.ask(lambda: self.follower.check_checkpoint(self.node.engine), "checkpoint")
        return size is not None

    def _verify(self) -> None:
        self.node.verifying.some(self.chance)

    def step(self) -> None:
        """Make a block, and read what came of it; start the node if it does not run."""
        if self.node.engine is None:
            self._revive()
        elif self.node.step():
            if self.node.engine is not None and self.read_on():
                self.tell(f"block {self.follower.height}, log {self.follower.size}")
        elif not self.node.engine.condition().ready:
            self._revive()

    def _revive(self) -> None:
        """Whoever operates the node starts it again, sometimes only once the power is back."""
        if self.node.engine is not None:
            self.tell(f"not ready: {self.node.engine.condition().reason}")
            if self.chance.random() < 0.5:
                self.node.close()
        self.node.die(power=self.chance.random() < 0.5)
        self.faults.maybe_put_right()
        self.serve()

    def _restart(self) -> None:
        if self.chance.random() < 0.5:
            self.node.close()
        self._revive()

    # the end

    def _come_to_rest(self) -> None:
        """No more faults: every open act gets its outcome, and everything is there."""
        self.tell("the faults stop")
        self.faults.stop()
        self.node.die(power=True)
        self.serve()
        for _ in range(ROUNDS):
            texts = list(self.book.open.values())
            if not texts:
                break
            self.node.submit(texts, self.book)
            self._work_off()
        if self.book.open:
            raise Violation(f"without an outcome: {sorted(self.book.open)}")
        fresh = self.acts(4)
        self.node.submit(fresh, self.book)
        self._work_off()
        if self.book.open:
            raise Violation(f"without an outcome: {sorted(self.book.open)}")
        self.book.check_all()
        self.node.close()
        self.serve()
        self.book.check_all()
        self.ask_outcomes(sorted(self.book.told))
        self._prove()
        self.node.close()

    def _work_off(self) -> None:
        while self.node.engine is not None and self.node.engine.condition().waiting:
            self.step()
        if self.node.engine is None or not self.node.engine.condition().ready:
            raise Violation("it stops though all is well")


@contextmanager
def simulation(seed: int, base: Base, events: int = EVENTS) -> Iterator[Simulation]:
    """A simulation whose engine is ended with it, however it ends."""
    found = Simulation(seed, base, events)
    try:
        yield found
    finally:
        found.node.die(power=False)
