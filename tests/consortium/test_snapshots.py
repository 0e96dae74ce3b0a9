# SPDX-License-Identifier: Apache-2.0
"""G27: a snapshot that is not the log that was bound is refused, whatever is wrong with it.

A copy that was grown from good chunks, bad ones between them, is the copy that it should be.
"""

import itertools
import random
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path

import msgspec
import pytest

from consortium.leading import HungUpError, Led, led
from ledger.world import key, kid
from ropewalk.audit import audit_directory
from ropewalk.crypto import sha256
from ropewalk.engines import abci_pb2 as pb
from ropewalk.engines import handovers
from ropewalk.engines.snapshots import CHUNKS_MAX, FORMAT, NODE_SIZE
from ropewalk.ledger import chain_id
from ropewalk.tlog import Change
from tlog import naive_consensus as naive

BLOCKS, ACTS = 24, 60
"""So many blocks of so many acts: three chunks, the last one short."""
FLIPS = 40
MEMORY_MAX = 128 << 20
"""More than any message, and half of what a node may take (G27)."""
OFFER, APPLY = pb.ResponseOfferSnapshot, pb.ResponseApplySnapshotChunk


@dataclass(frozen=True)
class Served:
    """What a member serves, as it goes over the wire."""

    snapshot: pb.Snapshot
    chunks: list[bytes]
    app_hash: bytes
    """That consensus has bound for the snapshot's height."""
    after: list[list[bytes]]
    """Batches of the blocks behind it."""
    app_hashes: dict[int, bytes]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A member's last snapshot."""
    with led(tmp_path_factory.mktemp("served") / "a") as one:
        blocks, hashes = list[list[bytes]](), dict[int, bytes]()
        for number in range(BLOCKS):
            texts = [
                one.signing.issue(f"SNAPSHOT{number}X{count}", "bank")[1] for count in range(ACTS)
            ]
            blocks.append([one.batch("c", number, texts)])
            told = one.decided(*blocks[-1])
            hashes[one.height] = told.app_hash
        listed = one.line.ask(list_snapshots=pb.RequestListSnapshots()).snapshots
        [snapshot] = listed
        assert (snapshot.height, snapshot.format, snapshot.chunks) == (20, FORMAT, 4)
        chunks = [chunk(one, snapshot.height, number) for number in range(snapshot.chunks)]
        assert chunk(one, snapshot.height, 4) == b""
        assert chunk(one, 1_000, 0) == b""
        return Served(snapshot, chunks, hashes[20], blocks[19:], hashes)


@dataclass(frozen=True)
class Handing:
    """Two snapshots of a member, the later one with a hand-over between validators in it."""

    served: list[Served]
    at: int
    """Height of the hand-over."""


def ordered(**powers: int) -> list[naive.Weighted]:
    """Validators of the test's consortium, in CometBFT's order."""
    found = [(key(f"votes {name}"), power) for name, power in powers.items()]
    return sorted(found, key=lambda one: (-one[1], naive.address(one[0])))


@pytest.fixture(scope="module")
def handing(tmp_path_factory: pytest.TempPathFactory) -> Handing:
    """A member whose set of validators changed, and much was done behind that."""
    with led(tmp_path_factory.mktemp("handing") / "a") as one:
        step = {"height": 27, "key": kid("votes a"), "node": kid("node a"), "power": 11}
        while one.height < 14:
            one.decided()
        act = one.signing.act("governance", "identity.SET_VALIDATOR", step)
        one.decided(one.batch("c", 2, [act]))
        hashes = dict[int, bytes]()
        while one.height < 43:
            number = one.height
            texts = [one.signing.issue(f"HANDING{number}X{at}", "bank")[1] for at in range(90)]
            batches = [one.batch("c", number, texts)] if number >= 28 else []
            hashes[number + 1] = one.decided(*batches).app_hash
        assert list_of(one) == [20], "a snapshot whose hand-overs are not known is not served"
        assert chunk(one, 40, 3) == b""
        [at] = one.engine._replica.handovers
        before = ordered(a=10, b=10, c=10, d=10)
        header = naive.make_header(chain_id(one.network), at, before)
        change = naive.change(header, before, ordered(a=11, b=10, c=10, d=10))
        one.engine._handovers.adopt([msgspec.convert(change, Change)])
        served = [
            Served(
                snapshot,
                [chunk(one, snapshot.height, index) for index in range(snapshot.chunks)],
                hashes[snapshot.height],
                [],
                hashes,
            )
            for snapshot in one.line.ask(list_snapshots=pb.RequestListSnapshots()).snapshots
        ]
        served.sort(key=lambda one: one.snapshot.height)
        assert [one.snapshot.height for one in served] == [20, 40]
        return Handing(served, at)


def list_of(one: Led) -> list[int]:
    """Heights of the snapshots that a member offers."""
    listed = one.line.ask(list_snapshots=pb.RequestListSnapshots()).snapshots
    return sorted(snapshot.height for snapshot in listed)


def joined(joiner: Led, served: Served) -> list[int]:
    """A snapshot offered and applied; what became of its chunks. The copy is closed then."""
    try:
        assert offer(joiner, served.snapshot, served.app_hash) == OFFER.ACCEPT
        return [apply(joiner, index, data).result for index, data in enumerate(served.chunks)]
    finally:
        joiner.close()


def require_handed_over(joiner: Led, handing: Handing) -> None:
    """It stands at the later snapshot, shows the hand-over itself, and passes an audit."""
    later = handing.served[1]
    try:
        info = joiner.info()
        assert (info.last_block_height, info.last_block_app_hash) == (40, later.app_hash)
        assert joiner.engine._replica.handovers == [handing.at]
        while joiner.height < 43:
            joiner.decided()
        assert chunk(joiner, 40, len(later.chunks) - 1) == later.chunks[-1]
    finally:
        joiner.close()
    report = audit_directory(joiner.data, None, lambda _done, _all: None)
    assert report.ok, report.first_difference


def chunk(one: Led, height: int, number: int) -> bytes:
    """A chunk that a member serves."""
    asked = pb.RequestLoadSnapshotChunk(height=height, format=FORMAT, chunk=number)
    found: bytes = one.line.ask(load_snapshot_chunk=asked).chunk
    return found


@pytest.fixture
def joiner(tmp_path: Path) -> Iterator[Led]:
    """A copy that has nothing yet."""
    made = Led(tmp_path / "d", "d")
    assert made.info().last_block_height == 0
    yield made
    made.close()


def offer(joiner: Led, snapshot: pb.Snapshot, app_hash: bytes) -> int:
    """What becomes of an offer."""
    asked = pb.RequestOfferSnapshot(snapshot=snapshot, app_hash=app_hash)
    result: int = joiner.line.ask(offer_snapshot=asked).result
    return result


def apply(joiner: Led, index: int, data: bytes) -> pb.ResponseApplySnapshotChunk:
    """What becomes of a chunk."""
    asked = pb.RequestApplySnapshotChunk(index=index, chunk=data, sender="somebody")
    found: pb.ResponseApplySnapshotChunk = joiner.line.ask(apply_snapshot_chunk=asked)
    return found


def require_joined(joiner: Led, served: Served) -> None:
    """It stands at the snapshot's height, goes on with the others, and passes an audit."""
    info = joiner.info()
    assert (info.last_block_height, info.last_block_app_hash) == (20, served.app_hash)
    for number, batches in enumerate(served.after, 21):
        assert joiner.decided(*batches).app_hash == served.app_hashes[number]
    joiner.close()
    report = audit_directory(joiner.data, None, lambda _done, _all: None)
    assert report.ok, report.first_difference


def test_a_copy_grown_from_a_snapshot_is_the_copy_that_it_should_be(
    joiner: Led, served: Served
) -> None:
    assert offer(joiner, served.snapshot, served.app_hash) == OFFER.ACCEPT
    for index, data in enumerate(served.chunks):
        assert apply(joiner, index, data).result == APPLY.ACCEPT
    require_joined(joiner, served)


def bad_chunks(served: Served, index: int) -> Iterator[bytes]:
    """A chunk, damaged in every way that there is."""
    good, chance = served.chunks[index], random.Random(index)
    for _ in range(FLIPS):
        at = chance.randrange(len(good))
        yield good[:at] + bytes([good[at] ^ 1 << chance.randrange(8)]) + good[at + 1 :]
    lines = good.split(b"\n")
    yield b""
    yield good[:-1]
    yield good + b"\n"
    yield good + good[-1:]
    yield b"\n".join(lines[:-1])
    yield b"\n".join([lines[0], *lines])
    yield b"\n".join([lines[1], lines[0], *lines[2:]]) if len(lines) > 1 else b"[[]]"
    yield from (other for other in served.chunks if other != good)
    yield bytes(1 << 20)
    yield b"\n" * (1 << 20)
    yield b"[" * (1 << 20)


def test_every_damaged_chunk_is_fetched_again_from_somebody_else(
    joiner: Led, served: Served
) -> None:
    assert offer(joiner, served.snapshot, served.app_hash) == OFFER.ACCEPT
    tried = 0
    for index, good in enumerate(served.chunks):
        for bad in bad_chunks(served, index) if index < 3 else ():
            told = apply(joiner, index, bad)
            assert told.result == APPLY.RETRY, (index, bad[:60])
            assert list(told.refetch_chunks) == [index]
            assert list(told.reject_senders) == (["somebody"] if bad else [])
            tried += 1
        other = (index + 2) % 4
        assert apply(joiner, other, served.chunks[other]).result == APPLY.RETRY
        assert apply(joiner, index, good).result == APPLY.ACCEPT
    print(f"{tried} damaged chunks refused")
    require_joined(joiner, served)


FORGED: dict[str, Callable[[list[bytes]], bytes]] = {
    "nothing": lambda _nodes: b"",
    "half a root": lambda nodes: b"".join(nodes)[:-1],
    "more than roots": lambda nodes: b"".join(nodes) + b"x",
    "a root less": lambda nodes: b"".join(nodes[:-1]),
    "a root more": lambda nodes: b"".join([*nodes, bytes(NODE_SIZE)]),
    "a root twice": lambda nodes: b"".join([*nodes, nodes[-1]]),
    "another order": lambda nodes: b"".join([nodes[1], nodes[0], *nodes[2:]]),
    "the root of all": lambda nodes: sha256(b"".join(nodes)),
    "far too many": lambda _nodes: bytes(NODE_SIZE * (CHUNKS_MAX + 1)),
    "as many as may be": lambda _nodes: bytes(NODE_SIZE * CHUNKS_MAX),
}


@pytest.mark.parametrize("what", FORGED)
def test_forged_metadata_are_refused(joiner: Led, served: Served, what: str) -> None:
    metadata = served.snapshot.metadata
    nodes = [metadata[at : at + NODE_SIZE] for at in range(0, len(metadata), NODE_SIZE)]
    forged = changed(served.snapshot, metadata=FORGED[what](nodes))
    for chunks in (served.snapshot.chunks, len(forged.metadata) // NODE_SIZE + 1):
        assert offer(joiner, changed(forged, chunks=chunks), served.app_hash) == OFFER.REJECT
    with_abort = apply(joiner, 0, served.chunks[0])
    assert with_abort.result == APPLY.ABORT, "nothing was accepted, so no chunk is"


def changed(snapshot: pb.Snapshot, **members: object) -> pb.Snapshot:
    """A snapshot's description, with other members."""
    made = pb.Snapshot()
    made.CopyFrom(snapshot)
    for name, value in members.items():
        setattr(made, name, value)
    return made


def test_every_flipped_bit_of_the_metadata_is_seen(joiner: Led, served: Served) -> None:
    data = served.snapshot.metadata
    for at, bit in itertools.product(range(len(data)), (0, 7)):
        flipped = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
        forged = changed(served.snapshot, metadata=flipped)
        assert offer(joiner, forged, served.app_hash) == OFFER.REJECT, at


def test_what_consensus_has_bound_decides(joiner: Led, served: Served) -> None:
    """Its hash names root and size; another of either, and the snapshot is not of that log."""
    snapshot, bound = served.snapshot, served.app_hash
    for wrong in (
        bytes(40),
        bound[:32],
        bound + b"\0",
        bytes(32) + bound[32:],
        bound[:32] + (1 << 63).to_bytes(8, "big"),
        served.app_hashes[21],
        b"",
    ):
        assert offer(joiner, snapshot, wrong) == OFFER.REJECT, wrong.hex()
    for chunks in (0, 1, 3, 5, 1 << 31):
        assert offer(joiner, changed(snapshot, chunks=chunks), bound) == OFFER.REJECT
    for other in (0, 2, 1 << 31):
        assert offer(joiner, changed(snapshot, format=other), bound) == OFFER.REJECT_FORMAT
    assert offer(joiner, snapshot, bound) == OFFER.ACCEPT


def test_the_hand_overs_can_not_be_forged(joiner: Led, served: Served) -> None:
    assert offer(joiner, served.snapshot, served.app_hash) == OFFER.ACCEPT
    *log, last = served.chunks
    for index, data in enumerate(log):
        assert apply(joiner, index, data).result == APPLY.ACCEPT
    assert last == b"[]"
    invented = b'[{"commit":{},"header":{},"next":[]}]'
    for bad in (b"", b"{}", b"null", b"[{}]", invented, b"[" * 100_000, b"\xff", b"[] []"):
        assert apply(joiner, len(log), bad).result == APPLY.RETRY, bad[:40]
    assert apply(joiner, len(log), last).result == APPLY.ACCEPT
    require_joined(joiner, served)


def test_a_liar_takes_no_memory(joiner: Led, served: Served) -> None:
    """The largest messages that it can send, again and again."""
    tracemalloc.start()
    try:
        huge = changed(served.snapshot, metadata=bytes(NODE_SIZE * CHUNKS_MAX))
        for _ in range(3):
            assert offer(joiner, huge, served.app_hash) == OFFER.REJECT
        assert offer(joiner, served.snapshot, served.app_hash) == OFFER.ACCEPT
        for filler in (b"\0", b"\n", b"[", b"\xff"):
            assert apply(joiner, 0, filler * (16 << 20)).result == APPLY.RETRY
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    print(f"at most {most >> 20} MiB")
    assert most <= MEMORY_MAX


def test_an_interrupted_joiner_stands_nowhere_and_goes_on(joiner: Led, served: Served) -> None:
    assert offer(joiner, served.snapshot, served.app_hash) == OFFER.ACCEPT
    assert apply(joiner, 0, served.chunks[0]).result == APPLY.ACCEPT
    assert apply(joiner, 1, served.chunks[1]).result == APPLY.ACCEPT
    joiner.close()
    again = Led(joiner.data)
    assert again.info().last_block_height == 0
    assert offer(again, served.snapshot, served.app_hash) == OFFER.ACCEPT
    for index, data in enumerate(served.chunks):
        assert apply(again, index, data).result == APPLY.ACCEPT
    require_joined(again, served)


def test_an_interrupted_joiner_replays_nothing_over_what_it_has(
    joiner: Led, served: Served
) -> None:
    assert offer(joiner, served.snapshot, served.app_hash) == OFFER.ACCEPT
    assert apply(joiner, 0, served.chunks[0]).result == APPLY.ACCEPT
    joiner.close()
    again = Led(joiner.data)
    again.info()
    again.init_chain()
    with pytest.raises(HungUpError, match="joining by a snapshot was interrupted"):
        again.finalized(again.batch("b", 1, again.signing.registrations()))
    again.close()


def test_a_copy_that_stands_goes_on_where_cometbft_begins_anew(
    joiner: Led, handing: Handing
) -> None:
    """It was killed before CometBFT had noted that the snapshot was whole."""
    first, second = handing.served
    assert joined(joiner, first) == [APPLY.ACCEPT] * len(first.chunks)
    assert joined(Led(joiner.data, "d"), first) == [APPLY.ACCEPT] * len(first.chunks)
    later = Led(joiner.data, "d")
    assert offer(later, first.snapshot, first.app_hash) == OFFER.ACCEPT
    assert joined(later, second) == [APPLY.ACCEPT] * len(second.chunks)
    again = Led(joiner.data, "d")
    told = offer(again, first.snapshot, first.app_hash)
    require_handed_over(again, handing)
    assert told == OFFER.REJECT


def test_a_bad_last_chunk_does_not_spoil_the_good_one(joiner: Led, handing: Handing) -> None:
    *log, last = handing.served[1].chunks
    assert offer(joiner, handing.served[1].snapshot, handing.served[1].app_hash) == OFFER.ACCEPT
    for index, data in enumerate(log):
        assert apply(joiner, index, data).result == APPLY.ACCEPT
    for bad in (b"", b"[]", last[:-1], last.replace(b'"power":11', b'"power":12')):
        told = apply(joiner, len(log), bad)
        assert told.result == APPLY.RETRY
        assert list(told.reject_senders) == (["somebody"] if bad else [])
    assert apply(joiner, len(log), last).result == APPLY.ACCEPT
    require_handed_over(joiner, handing)


@pytest.mark.parametrize("chunks", [1, 2, 3])
def test_an_interrupted_joiner_knows_the_hand_overs_of_what_it_has(
    joiner: Led, handing: Handing, chunks: int
) -> None:
    later = handing.served[1]
    assert len(later.chunks) == 4
    assert offer(joiner, later.snapshot, later.app_hash) == OFFER.ACCEPT
    for index, data in enumerate(later.chunks[:chunks]):
        assert apply(joiner, index, data).result == APPLY.ACCEPT
    joiner.close()
    assert joined(Led(joiner.data, "d"), later) == [APPLY.ACCEPT] * len(later.chunks)
    require_handed_over(Led(joiner.data, "d"), handing)


def test_hand_overs_are_on_the_disk_before_a_copy_stands(
    joiner: Led, handing: Handing, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = handing.served[1]

    def full(*_of: object) -> None:
        raise OSError(ENOSPC, "full")

    monkeypatch.setattr(handovers, "replace_durably", full)
    assert offer(joiner, later.snapshot, later.app_hash) == OFFER.ACCEPT
    for index, data in enumerate(later.chunks[:-1]):
        assert apply(joiner, index, data).result == APPLY.ACCEPT
    told = apply(joiner, len(later.chunks) - 1, later.chunks[-1])
    assert (told.result, list(told.reject_senders)) == (APPLY.RETRY, [])
    assert joiner.info().last_block_height == 0
    monkeypatch.undo()
    assert apply(joiner, len(later.chunks) - 1, later.chunks[-1]).result == APPLY.ACCEPT
    require_handed_over(joiner, handing)


def test_a_copy_of_another_log_takes_no_snapshot(tmp_path: Path, served: Served) -> None:
    with led(tmp_path / "a") as one:
        one.decided(one.batch("c", 2, [one.signing.issue("ANOTHER", "bank")[1]]))
        assert offer(one, served.snapshot, served.app_hash) == OFFER.ACCEPT
        with pytest.raises(HungUpError, match="another log than the one that consensus bound"):
            apply(one, 0, served.chunks[0])
        assert "another log" in one.engine.condition().reason
    with led(tmp_path / "b") as one:
        for _ in range(19):
            one.decided()
        assert offer(one, served.snapshot, served.app_hash) == OFFER.ABORT
        assert apply(one, 0, served.chunks[0]).result == APPLY.ABORT
