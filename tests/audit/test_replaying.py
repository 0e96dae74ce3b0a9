# SPDX-License-Identifier: Apache-2.0
"""Re-execution from entries alone, of a consortium whose validators misbehave."""

from collections.abc import Sequence

import msgspec
import pytest

from ledger.world import CONSORTIUM, TIME, content, inspected, key, kid, registration, signed
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
    SignedStatement,
    Statement,
    Succession,
    SuccessionRecord,
    encode_record,
    network_id,
    sign_statement,
    validators_at,
)
from ropewalk.rules import genesis_records, machine
from ropewalk.tlog import (
    AuthenticatedMap,
    Checkpoint,
    SignatureMissingError,
    VerifierKey,
    hashed_key,
    leaf_hash,
    map_leaf,
    root_of,
    sign_checkpoint,
)


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
        for name, record in changes.items():
            hashed = hashed_key(name.encode())
            touched[hashed] = None if record is None else map_leaf(hashed, record)
            self.leaves.put(hashed, touched[hashed])
            self.state.pop(name, None)
            if record is not None:
                self.state[name] = record
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
        told = told_by_engine(executed, size)
        assert msgspec.json.encode(told) == msgspec.json.encode(_events(again))
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


def succeeded(*voters: str, root: str = "") -> list[bytes]:
    """A log whose third entry is a succession, signed by these."""
    made = Log(CONSORTIUM)
    made.block((), registers("bank"))
    size, before = len(made.entries), root_of(map(leaf_hash, made.entries))
    statement = Statement(
        format="ropewalk-succession/1",
        height=1,
        led=1,
        log=VerifierKey("ropewalk.example/test", key("successor").public_key).text,
        network=network_id(CONSORTIUM),
        root=root or before.hex(),
        size=size,
    )
    signatures = [sign_statement(statement, key(one)) for one in sorted(voters, key=kid)]
    signed = SignedStatement(signatures=signatures, statement=statement)
    made.entries.append(encode_record(Succession(succession=signed)))
    made._end(
        2,
        {
            "succession": encode_record(
                SuccessionRecord(height=1, log=statement.log, root=statement.root, size=size)
            )
        },
    )
    return made.entries


def test_a_succession_is_executed_again_and_tells_whose_checkpoints_count() -> None:
    replay = Replay(CONSORTIUM)
    entries = succeeded("votes a", "votes b", "votes c")
    *_, last = replay.blocks(entries)
    assert (replay.keys.succeeded_at, replay.succeeded_height) == (3, 1)
    successor = VerifierKey("ropewalk.example/test", key("successor").public_key)
    member = VerifierKey("ropewalk.example/test", key("node a").public_key)

    def note(by: VerifierKey, name: str, size: int) -> bytes:
        checkpoint = Checkpoint(by.name, size, last.log_root)
        return sign_checkpoint(checkpoint, by, key(name).sign).to_bytes()

    assert replay.keys.verify(note(successor, "successor", 5)).size == 5
    assert replay.keys.verify(note(member, "node a", 3)).size == 3
    for wrong in (note(successor, "successor", 3), note(member, "node a", 5)):
        with pytest.raises(SignatureMissingError):
            replay.keys.verify(wrong)


@pytest.mark.parametrize(
    ("voters", "root"),
    [(("votes a", "votes b"), ""), (("votes a", "votes b", "votes c"), "ab" * 32), (("x",), "")],
)
def test_a_succession_that_is_none_is_found(voters: tuple[str, ...], root: str) -> None:
    with pytest.raises(DifferenceError, match="block 2: "):
        list(Replay(CONSORTIUM).blocks(succeeded(*voters, root=root)))
