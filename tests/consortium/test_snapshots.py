# SPDX-License-Identifier: Apache-2.0
"""G27: a snapshot that is not the log that was bound is refused, whatever is wrong with it.

A copy that was grown from good chunks, bad ones between them, is the copy that it should be.
"""

import itertools
import random
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from consortium.leading import HungUpError, Led, led
from ropewalk.audit import audit_directory
from ropewalk.crypto import sha256
from ropewalk.engines import abci_pb2 as pb
from ropewalk.engines.snapshots import CHUNKS_MAX, FORMAT, NODE_SIZE

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
            assert list(told.reject_senders) == ["somebody"]
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


def test_a_copy_that_has_blocks_takes_no_snapshot(tmp_path: Path, served: Served) -> None:
    with led(tmp_path / "a") as one:
        assert offer(one, served.snapshot, served.app_hash) == OFFER.ABORT
        assert apply(one, 0, served.chunks[0]).result == APPLY.ABORT
