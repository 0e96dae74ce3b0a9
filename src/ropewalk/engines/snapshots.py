# SPDX-License-Identifier: Apache-2.0
"""Snapshots by which a new member joins: the log itself, in chunks that prove themselves.

Everything follows from the log, so nothing else is sent: whoever joins executes it again, without
consensus and without verifying signatures that more than two thirds of the votes have vouched for.
The log only grows, so any height can be served at any time and no copy is made. A chunk is a
complete subtree of the log's tree; the subtrees' roots lead to the root that consensus has bound,
and each chunk is held to its own before it is believed (docs/reference/formats.md, 13).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ropewalk.crypto import sha256
from ropewalk.engines.errors import SnapshotError
from ropewalk.engines.standing import app_hash_of
from ropewalk.engines.store import Store
from ropewalk.tlog import Frontier, TiledLog, leaf_hash, root_of

FORMAT = 1
CHUNK_LEVEL = 9
CHUNK_ENTRIES = 1 << CHUNK_LEVEL
"""Entries of a chunk: with the largest transactions less than the 16 MB that CometBFT carries."""

NODE_SIZE = 32
CHUNKS_MAX = 100_000
"""So that what is told of a snapshot stays below the 4 MB that CometBFT carries."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The log as of a height."""

    height: int
    size: int
    """Entries."""
    nodes: Sequence[bytes]
    """Roots of its chunks."""

    @property
    def metadata(self) -> bytes:
        """What is told of it beforehand."""
        return b"".join(self.nodes)

    @property
    def chunks(self) -> int:
        """How many; the last one holds no entries, but the hand-overs between validators."""
        return len(self.nodes) + 1

    @property
    def hash(self) -> bytes:
        """What tells it from others."""
        return sha256(app_hash_of(self.root, self.size) + self.height.to_bytes(8, "big"))

    @property
    def root(self) -> bytes:
        """Root of the log that its chunks make up."""
        frontier = Frontier()
        for node in self.nodes:
            frontier.append(node)
        return frontier.root()


def snapshot_of(store: Store, height: int) -> Snapshot | None:
    """The log as of a height; None where there are more chunks than may be."""
    block = store.block_by(height)
    size = 0 if block is None else block.last + 1
    whole, rest = divmod(size, CHUNK_ENTRIES)
    if whole > CHUNKS_MAX:
        return None
    log = TiledLog(store.tile)
    nodes = [log.node(CHUNK_LEVEL, index) for index in range(whole)]
    if rest:
        hashes = [leaf_hash(entry) for _, entry in store.entries(whole * CHUNK_ENTRIES, size)]
        nodes.append(root_of(hashes))
    return Snapshot(height, size, nodes)


def offered(height: int, chunks: int, metadata: bytes, app_hash: bytes) -> Snapshot:
    """A snapshot that somebody offers, held to what consensus has bound.

    Args:
        height: it is of.
        chunks: how many there are to be.
        metadata: what is told of it.
        app_hash: the hash that more than two thirds of the votes have signed.

    Raises:
        SnapshotError: it is not the log that was bound.
    """
    if len(metadata) % NODE_SIZE or not NODE_SIZE <= len(metadata) <= CHUNKS_MAX * NODE_SIZE:
        raise SnapshotError("a snapshot's metadata are the roots of its chunks")
    nodes = [metadata[at : at + NODE_SIZE] for at in range(0, len(metadata), NODE_SIZE)]
    snapshot = Snapshot(height, int.from_bytes(app_hash[NODE_SIZE:], "big"), nodes)
    if app_hash_of(snapshot.root, snapshot.size) != app_hash:
        raise SnapshotError("the chunks do not lead to the root that was bound")
    if len(nodes) != -(-snapshot.size // CHUNK_ENTRIES) or chunks != snapshot.chunks:
        raise SnapshotError(f"a log of {snapshot.size} entries has another number of chunks")
    return snapshot


def chunk_of(store: Store, snapshot: Snapshot, index: int) -> bytes:
    """A chunk's entries, a line each."""
    start = index * CHUNK_ENTRIES
    end = min(start + CHUNK_ENTRIES, snapshot.size)
    return b"\n".join(entry for _, entry in store.entries(start, end))


def entries_of(snapshot: Snapshot, index: int, chunk: bytes) -> list[bytes]:
    """The entries of a chunk that somebody sent.

    Raises:
        SnapshotError: it is not the one that was bound.
    """
    count = min(CHUNK_ENTRIES, snapshot.size - index * CHUNK_ENTRIES)
    # counted before it is divided: a chunk of nothing but ends of lines would fill the memory
    entries = chunk.split(b"\n") if chunk.count(b"\n") == count - 1 else []
    if not entries or root_of(map(leaf_hash, entries)) != snapshot.nodes[index]:
        raise SnapshotError(f"chunk {index} is not the one that was bound")
    return entries
