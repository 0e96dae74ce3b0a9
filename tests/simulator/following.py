# SPDX-License-Identifier: Apache-2.0
"""An outsider who follows the log and believes nothing else.

Every block it reads is executed again by a fresh machine with every invariant on, and judged by
the independent model of the rules (tests/model); both roots are computed by hand. What it has
read once must be there for ever, at the same place.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ledger.world import inspected
from model.cast import first_ledger
from model.judge import Judge, Signed
from ropewalk.engines.port import Logged, Outcome
from ropewalk.ledger import Block, Machine, ReplayLists, network_id
from ropewalk.rules import genesis_records, machine
from simulator.trees import GrowingLog, Leaves, Violation, climb, climb_map, read_checkpoint

PAGE = 100


class Told(NamedTuple):
    """A final outcome."""

    status: str
    height: int
    position: int
    code: str


def told_of(outcome: Outcome) -> Told:
    """An engine's answer as it is remembered."""
    return Told(outcome.status, outcome.height, outcome.position, outcome.code)


def identifier_of(text: str) -> str:
    """A transaction's id."""
    return hashlib.sha256(text.rpartition(".")[0].encode()).hexdigest()


def _part(text: str, number: int) -> Any:
    part = text.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def signed_of(text: str) -> Signed:
    """A transaction as the model sees one."""
    payload = _part(text, 1)
    signers = [_part(one, 0)["kid"] for one in (text, *payload.get("consents", ()))]
    return Signed(
        identifier_of(text),
        payload["act"],
        payload["actor"],
        payload["body"],
        payload["network"],
        payload["valid_until"],
        tuple(signers),
        payload.get("represented_party", ""),
    )


@dataclass(slots=True)
class Follower:
    """What an outsider knows of one ledger."""

    genesis: bytes
    judge: Judge | None = None
    """The model, where somebody else looks at it as well."""
    entries: list[bytes] = field(default_factory=list)
    outcomes: dict[str, Told] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)
    """Of the log, at each block's end, by size."""
    height: int = -1
    time_s: int = 0
    settled: int = 0
    """Entries that came before the model's ledger begins."""
    state: dict[str, bytes] = field(init=False)
    _log: GrowingLog = field(default_factory=GrowingLog)
    _leaves: Leaves = field(default_factory=Leaves)
    _replay: ReplayLists = field(default_factory=ReplayLists)
    _machine: Machine = field(init=False)
    _touched: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin with the genesis."""
        self.state = dict(genesis_records(self.genesis))
        self._machine = machine(self.genesis, checks_invariants=True)
        if self.judge is None:
            self.judge = Judge(first_ledger(network_id(self.genesis)))
        for key in sorted(self.state):
            self._leaves.put(key, self.state[key])

    @property
    def size(self) -> int:
        """Entries read."""
        return len(self.entries)

    # reading on

    def follow(self, engine: Any) -> int:
        """Read what was added, hold the records to it; how many blocks came.

        Raises:
            Violation: it is not what it must be.
        """
        blocks, page = 0, [None]
        waiting: list[Logged] = []
        self._touched.clear()
        while page:
            page = engine.entries(self.size + len(waiting), PAGE)
            for logged in page:
                if logged.position != self.size + len(waiting):
                    raise Violation(f"position {logged.position} where another was due")
                waiting.append(logged)
                if "state_root" in json.loads(logged.entry)[1]:
                    self._block(waiting)
                    waiting = []
                    blocks += 1
        if waiting:
            raise Violation(f"the log ends inside a block, at {self.size}")
        if engine.condition().ready:
            for key in sorted(self._touched):
                self._agree(engine, key)
        return blocks

    def _block(self, logged: list[Logged]) -> None:
        """One block, executed again and judged."""
        end = json.loads(logged[-1].entry)[1]
        if {(one.height, one.time) for one in logged} != {(end["height"], end["time"])}:
            raise Violation(f"block {end['height']}: its entries are shown in another")
        if end["height"] <= self.height or end["time"] < self.time_s:
            raise Violation(f"height or time goes back at block {end['height']}")
        self.height, self.time_s = end["height"], end["time"]
        acts = [json.loads(one.entry)[1] for one in logged[:-1]]
        if acts:
            self._execute(acts, [one.entry.encode() for one in logged[:-1]])
        if self._leaves.root().hex() != end["state_root"]:
            raise Violation(f"block {self.height}: executed again it leads to another state root")
        for position, act in enumerate(acts, self.size):
            self._note(act, position)
        for one in logged:
            self.entries.append(one.entry.encode())
            self._log.append(self.entries[-1])
        self.roots[self.size] = self._log.root()

    def _execute(self, acts: list[Any], entries: list[bytes]) -> None:
        candidates = tuple(inspected(act["transaction"]) for act in acts)
        block = Block(self.height, self.time_s, candidates)
        executed = self._machine.execute(self.state, self._replay, block, self.size)
        if executed.entries != entries:
            raise Violation(f"block {self.height}: executed again its outcomes are others")
        for key, record in executed.changes.items():
            if record is None:
                self.state.pop(key, None)
            else:
                self.state[key] = record
            self._leaves.put(key, record)
            self._touched.add(key)

    def _note(self, act: Any, position: int) -> None:
        identifier = identifier_of(act["transaction"])
        if identifier in self.outcomes:
            raise Violation(f"{identifier} stands in the log twice")
        status = "committed" if act["code"] == "committed" else "refused"
        code = "" if status == "committed" else act["code"]
        self.outcomes[identifier] = Told(status, self.height, position, code)
        self.texts[identifier] = act["transaction"]
        self.judge.seen.add(identifier)
        if position >= self.settled:
            self._judge(act["transaction"], code, position)

    def _judge(self, text: str, code: str, position: int) -> None:
        """Hold one outcome to the model of the rules."""
        signed, ledger = signed_of(text), self.judge.ledger
        self.judge.seen.discard(signed.id)
        untraced = self.judge.admit(signed, self.time_s, position)
        if untraced:
            raise Violation(f"{text}\nstands in the log, refused as {untraced}")
        self.judge.seen.add(signed.id)
        expected = self.judge.expect(signed, self.time_s, position) or {""}
        if code not in expected:
            raise Violation(f"{text}\nlogged as {code!r}, not {sorted(expected)}")
        for key in sorted(ledger.touched):
            self._touched.add(key)
        ledger.touched.clear()

    def _agree(self, engine: Any, key: str) -> None:
        """A record is what re-execution gives, and what the model says."""
        found, record = engine.record(key), self.state.get(key)
        if found != (None if record is None else record.decode("ascii")):
            raise Violation(f"{key}: the engine shows {found}")
        if not key.startswith("replay/") and self.size > self.settled:
            told = None if found is None else json.loads(found)[1]
            if told != self.judge.ledger.record_at(key):
                raise Violation(f"{key}: the rules lead to another record than {found}")

    # looking back

    def check_checkpoint(self, engine: Any) -> int:
        """The engine's checkpoint is of the log as it was read; its size.

        Raises:
            Violation: it is of another.
        """
        verifier_key = json.loads(self.genesis)["log"]
        size, root = read_checkpoint(engine.checkpoint(), verifier_key)
        if self.roots.get(size) != root:
            raise Violation(f"the checkpoint of {size} is not of the log that was read")
        return size

    def reread(self, engine: Any) -> None:
        """Everything ever read is there, where it was; so is every outcome.

        Raises:
            Violation: it is not.
        """
        found = [
            one.entry.encode()
            for start in range(0, self.size, PAGE)
            for one in engine.entries(start, min(PAGE, self.size - start))
        ]
        if found != self.entries:
            raise Violation("the log is not the one that was read before")
        for key in sorted(self.state):
            self._agree(engine, key)

    def check_proof(self, engine: Any, key: str) -> None:
        """A record is proven, up to the engine's checkpoint.

        Raises:
            Violation: the proof does not hold, or shows another record.
        """
        proven = engine.prove(key)
        size = self.check_checkpoint(engine)
        end = proven.block.entry.encode()
        path = [base64.b64decode(one) for one in proven.inclusion]
        leaf = hashlib.sha256(b"\0" + end).digest()
        if climb(leaf, proven.block.position, size, path) != self.roots[size]:
            raise Violation(f"{key}: its block is not in the log")
        root = json.loads(end)[1]["state_root"]
        record = self.state.get(key)
        if proven.value != ("" if record is None else record.decode()):
            raise Violation(f"{key}: another record is proven")
        if record is not None and climb_map(proven.value, key, proven.proof.path).hex() != root:
            raise Violation(f"{key}: the proof does not lead to the state root")
