# SPDX-License-Identifier: Apache-2.0
"""Bugs to plant in members' nodes, one at a time, so that the tests can be shown to catch them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ropewalk.crypto import sha256
from ropewalk.engines import abci_consensus, batch, chain, replica, snapshots
from ropewalk.engines.chain import Chain
from ropewalk.engines.consortium import ConsortiumEngine
from ropewalk.engines.replica import Replica
from ropewalk.engines.verdicts import Verdicts


def plant(name: str) -> None:
    """Plant a bug in this process; "" plants none."""
    if name:
        PLANTS[name]()


def put(where: object, name: str, by: object) -> None:
    """Put something else in place of an attribute."""
    setattr(where, name, by)


def _acknowledge_before_commit() -> None:
    commit = Replica.commit

    def early(self: Any) -> Any:
        told = COMMITTED.get(id(self))
        if told is not None and self._pending is not None:
            told(self._pending[0])
        return commit(self)

    begun: Any = ConsortiumEngine.__init__

    def init(self: Any, *arguments: Any) -> None:
        begun(self, *arguments)
        COMMITTED[id(self._replica)] = self._committed

    put(Replica, "commit", early)
    put(ConsortiumEngine, "__init__", init)


COMMITTED: dict[int, Callable[[Any], None]] = {}


def _quota_ignored_in_proposals() -> None:
    fill = batch.fill

    def generous(batches: Any, admission: Any) -> Any:
        return fill(batches, replace(admission, quota=1 << 40))

    put(abci_consensus, "fill", generous)


def _verdicts_kept_by_id() -> None:
    """A good and a garbage signature over one signing input are then one."""

    def name(text: str) -> bytes:
        return sha256(text.rpartition(".")[0].encode("ascii", "replace"))

    for_whole: Any = Verdicts.candidates
    kept: dict[bytes, Any] = {}

    def candidates(self: Any, texts: Any) -> Any:
        found = for_whole(self, texts)
        return [kept.setdefault(name(one.text), one) for one in found]

    put(Verdicts, "candidates", candidates)


def _order_of_batches_unchecked() -> None:
    class Loose(dict[str, int]):
        def get(self, _node: str, _default: Any = None) -> Any:
            return -1

    begun: Any = batch.Filling.__init__

    def init(self: Any, admission: Any) -> None:
        begun(self, admission)
        self._numbers = Loose()

    put(batch.Filling, "__init__", init)


def _strangers_admitted() -> None:
    class Everybody:
        def __contains__(self, _node: str) -> bool:
            return True

    admission = Replica.admission
    put(Replica, "admission", lambda self: replace(admission(self), nodes=Everybody()))


def _batch_signature_unchecked() -> None:
    put(batch, "verify_signature", lambda *_all: True)


def _standing_written_apart() -> None:
    """What consensus is told stands in another database transaction than the block."""
    commit: Any = Chain.commit

    def apart(self: Any, prepared: Any, consensus: Any = None) -> None:
        commit(self, prepared, {})
        with self.store.transaction() as writer:
            writer.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)", sorted((consensus or {}).items())
            )

    put(Chain, "commit", apart)


def _chunks_unchecked() -> None:
    from ropewalk.engines import joining  # noqa: PLC0415  # where it is used

    put(joining, "entries_of", lambda _snapshot, _index, chunk: chunk.split(b"\n"))


def _offers_unchecked() -> None:
    from ropewalk.engines import abci_snapshot  # noqa: PLC0415  # where it is used

    def offered(height: int, _chunks: int, metadata: bytes, app_hash: bytes) -> Any:
        size = snapshots.NODE_SIZE
        nodes = [metadata[at : at + size] for at in range(0, len(metadata), size)]
        return snapshots.Snapshot(height, int.from_bytes(app_hash[size:], "big"), nodes)

    put(abci_snapshot, "offered", offered)


def _state_depends_on_the_process() -> None:
    """Records in an order that differs from process to process, and so the state."""
    rows: Any = chain.state_rows

    def shuffled(changes: Any) -> Any:
        found = rows(changes)
        if hash("the order of a set") % 2 and found:
            found[0] = found[0]._replace(leaf=sha256(found[0].leaf or b""))
        return found

    put(chain, "state_rows", shuffled)


def _size_left_out_of_the_hash() -> None:
    put(replica, "app_hash_of", lambda root, _size: root + bytes(8))


PLANTS: dict[str, Callable[[], None]] = {
    "acknowledge-before-commit": _acknowledge_before_commit,
    "quota-ignored-in-proposals": _quota_ignored_in_proposals,
    "verdicts-kept-by-id": _verdicts_kept_by_id,
    "order-of-batches-unchecked": _order_of_batches_unchecked,
    "strangers-admitted": _strangers_admitted,
    "batch-signature-unchecked": _batch_signature_unchecked,
    "standing-written-apart": _standing_written_apart,
    "chunks-unchecked": _chunks_unchecked,
    "offers-unchecked": _offers_unchecked,
    "state-depends-on-the-process": _state_depends_on_the_process,
    "size-left-out-of-the-hash": _size_left_out_of_the_hash,
}
