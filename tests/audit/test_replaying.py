# SPDX-License-Identifier: Apache-2.0
"""Re-execution from entries alone, of a consortium whose validators misbehave."""

from collections.abc import Sequence

import pytest

from ledger.world import CONSORTIUM, TIME, content, inspected, kid, registration, signed
from ropewalk.audit.replaying import Leaves, Replay, Replayed
from ropewalk.audit.report import DifferenceError
from ropewalk.audit.tables import _events
from ropewalk.engines.chain import _events as told_by_engine
from ropewalk.engines.chain import _lookups
from ropewalk.ledger import (
    Block,
    BlockEntry,
    Candidate,
    Executed,
    Misbehaviour,
    ReplayLists,
    encode_record,
    network_id,
    validators_at,
)
from ropewalk.rules import genesis_records, machine
from ropewalk.tlog import AuthenticatedMap, hashed_key, map_leaf


def double_vote(name: str) -> Misbehaviour:
    return Misbehaviour(evidence="duplicate_vote", height=1, validator=kid(f"votes {name}"))


class Log:
    """A log as an engine writes it, in memory."""

    def __init__(self, genesis: bytes) -> None:
        self.machine = machine(genesis, checks_invariants=True)
        self.replay = ReplayLists()
        self.state: dict[str, bytes] = {}
        self.leaves = Leaves()
        self.tree = AuthenticatedMap(self.leaves)
        self.entries: list[bytes] = []
        self.blocks: list[tuple[Block, Executed, int]] = []
        self._end(0, dict(genesis_records(genesis)))

    def block(self, misbehaviour: Sequence[Misbehaviour], *candidates: Candidate) -> None:
        """One block more; one that leaves no entry leaves no end either."""
        height = len(self.blocks) + 1
        block = Block(height, TIME + height, candidates, tuple(misbehaviour))
        size = len(self.entries)
        executed = self.machine.execute(self.state, self.replay, block, size)
        self.blocks.append((block, executed, size))
        if executed.entries:
            self.entries += executed.entries
            self._end(height, executed.changes)

    def _end(self, height: int, changes: dict[str, bytes | None] | dict[str, bytes]) -> None:
        touched: dict[bytes, bytes | None] = {}
        for key, record in changes.items():
            hashed = hashed_key(key.encode())
            touched[hashed] = None if record is None else map_leaf(hashed, record)
            self.leaves.put(hashed, touched[hashed])
            self.state.pop(key, None)
            if record is not None:
                self.state[key] = record
        self.tree.refresh(touched)
        root = self.tree.root.hex()
        end = BlockEntry(height=height, protocol=1, state_root=root, time=TIME + height)
        self.entries.append(encode_record(end))


def registers(name: str) -> Candidate:
    network = network_id(CONSORTIUM)
    body = registration(name)
    made = content("governance", "identity.REGISTER_PARTY", body, TIME + 600, network)
    return inspected(signed(made, ["governance", "governance 2"]))


def log() -> Log:
    """Acts, misbehaviour with acts behind it, misbehaviour alone, misbehaviour of nobody."""
    found = Log(CONSORTIUM)
    found.block((), registers("shipper"))
    found.block(
        (double_vote("x"), double_vote("b"), double_vote("b")), registers("bank"), registers("bank")
    )
    found.block((double_vote("b"),))
    found.block((double_vote("a"),))
    return found


def replayed(entries: Sequence[bytes]) -> tuple[Replay, list[Replayed]]:
    replay = Replay(CONSORTIUM)
    return replay, list(replay.blocks(entries))


def test_misbehaviour_is_executed_again_from_its_entries() -> None:
    made = log()
    replay, blocks = replayed(made.entries)
    assert [block.end.height for block in blocks] == [0, 1, 2, 4]
    assert replay.state == made.state
    assert replay.transactions == 2
    assert [one.key for one in validators_at(replay.state, 6)] == sorted(
        kid(f"votes {name}") for name in "cd"
    )


def test_events_and_lookups_of_engine_and_auditor_count_misbehaviour() -> None:
    made = log()
    _, (_, *blocks) = replayed(made.entries)
    written = [one for one in made.blocks if one[1].entries]
    for again, (block, executed, size) in zip(blocks, written, strict=True):
        told = told_by_engine(block, executed, size)
        assert [(one.position, one.name, one.attributes) for one in told] == [
            (one["position"], one["name"], one["attributes"]) for one in _events(again)
        ]
        for identifier, position in _lookups(executed, size):
            entry = made.entries[position].decode()
            texts = [one.text for one in block.candidates]
            ids = [result.transaction for result in executed.results]
            assert texts[ids.index(identifier.hex())] in entry
    assert [len(_lookups(executed, 0)) for _, executed, _ in written] == [1, 1, 0]


@pytest.mark.parametrize(
    "planted",
    [double_vote("x"), double_vote("b"), double_vote("c")],
    ids=["of nobody", "again", "of another"],
)
def test_an_entry_of_misbehaviour_too_many_is_noticed(planted: Misbehaviour) -> None:
    entries = log().entries
    entries.insert(-2, encode_record(planted))
    with pytest.raises(DifferenceError):
        replayed(entries)


def test_an_entry_of_misbehaviour_left_out_or_behind_an_act_is_noticed() -> None:
    entries = log().entries
    place = entries.index(encode_record(double_vote("b")))
    left_out = [*entries[:place], *entries[place + 1 :]]
    behind = [*entries[:place], entries[place + 1], entries[place], *entries[place + 2 :]]
    for wrong in (left_out, behind):
        with pytest.raises(DifferenceError):
            replayed(wrong)
