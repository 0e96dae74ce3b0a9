# SPDX-License-Identifier: Apache-2.0
"""Batches: what members' nodes hand to the consensus engine (docs/reference/formats.md, 12).

A member's node gathers transactions of its clients and signs them together, so that consensus
counts, gossips and checks hundreds of them at once, and every node knows who sent them. What may
stand in a block is decided from the block's bytes and the validators of the block before, by one
function that proposer, voters and executor ask alike. A refused transaction spoils nothing: a
batch is only the envelope.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from ropewalk.crypto import (
    INTEGER_MAX,
    CanonicalError,
    EncodingError,
    Signer,
    decode_object,
    encode,
    from_base64url,
    sha256,
    to_base64url,
    verify_signature,
)
from ropewalk.ledger import (
    BLOCK_SIZE_MAX,
    BLOCK_TRANSACTIONS_MAX,
    TRANSACTION_SIZE_MAX,
    Hash,
)

BATCH_TRANSACTIONS_MAX = 500
BATCH_SIZE_MAX = 1 << 20
"""Bytes of a batch; a full one of large transactions holds fewer of them."""

HEAD_SIZE_MAX = 512
_MAGIC = b"ropewalk-batch/1"


class BatchError(Exception):
    """Bytes that are no batch, or one that may not stand in this block; says why."""


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sends a batch where."""

    network: Hash
    node: str
    """Id of the key of the member's node."""
    number: Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
    """When it was made, milliseconds since 1970-01-01T00:00:00Z; rising from batch to batch."""


_HEAD = msgspec.json.Decoder(Head, strict=True)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch, its form and signature checked."""

    id: bytes
    """SHA-256 of its bytes."""
    head: Head
    texts: Sequence[str]
    hashes: Sequence[bytes]
    """SHA-256 of each transaction."""
    size: int
    """Of the transactions, bytes."""


def make_batch(network: str, number: int, texts: Sequence[str], key: Signer) -> bytes:
    """Sign transactions together."""
    head = encode({"network": network, "node": key.kid, "number": number})
    body = "\n".join(texts).encode("ascii")
    signature = to_base64url(key.sign(_signed(head, body))).encode("ascii")
    return b"\n".join((_MAGIC, head, signature, body))


def read_batch(data: bytes) -> Batch:
    """The batch of its bytes.

    Raises:
        BatchError: not of this form, beyond its limits, or its signature does not hold.
    """
    if len(data) > BATCH_SIZE_MAX:
        raise BatchError(f"a batch of {len(data)} bytes; at most {BATCH_SIZE_MAX}")
    magic, _, rest = data.partition(b"\n")
    head_text, _, rest = rest.partition(b"\n")
    signature_text, _, body = rest.partition(b"\n")
    if magic != _MAGIC or len(head_text) > HEAD_SIZE_MAX or not body.isascii():
        raise BatchError("no batch of this program's form")
    try:
        decode_object(head_text)
        head = _HEAD.decode(head_text)
        signature = from_base64url(signature_text.decode("ascii"))
        key = from_base64url(head.node)
    except (CanonicalError, msgspec.MsgspecError, EncodingError, UnicodeDecodeError) as error:
        raise BatchError(f"a batch's head: {error}") from error
    if body.count(b"\n") >= BATCH_TRANSACTIONS_MAX:  # before a million ends of lines are divided
        raise BatchError(f"more than {BATCH_TRANSACTIONS_MAX} transactions")
    texts = body.decode("ascii").split("\n")
    if not all(0 < len(text) <= TRANSACTION_SIZE_MAX for text in texts):
        raise BatchError("a transaction is empty or too large")
    if not verify_signature(key, _signed(head_text, body), signature):
        raise BatchError("the batch's signature does not hold")
    hashes = [sha256(text) for text in body.split(b"\n")]
    return Batch(sha256(data), head, texts, hashes, len(body))


def _signed(head: bytes, body: bytes) -> bytes:
    return _MAGIC + b"\n" + head + b"\n" + sha256(body)


@dataclass(frozen=True, slots=True)
class Admission:
    """What decides whether batches may stand in a block."""

    network: str
    nodes: frozenset[str]
    """Node keys of the validators in force."""
    quota: int
    """Transactions of one member in one block."""
    after: Mapping[str, int] = field(default_factory=dict)
    """The last number of each node that stands in a block already, where one votes."""
    numbers: range = range(INTEGER_MAX + 1)
    """What numbers may be, where one votes: they are clocks, and not far from the block's time."""

    def require(self, batch: Batch) -> None:
        """Refuse a batch that may stand in no block now, whatever else stands there.

        Raises:
            BatchError: why.
        """
        head, count = batch.head, len(batch.texts)
        if head.network != self.network:
            raise BatchError(f"a batch for network {head.network}")
        if head.node not in self.nodes:
            raise BatchError(f"{head.node} is the node of no validator")
        if head.number <= self.after.get(head.node, -1):
            raise BatchError("a batch, or a later one of its node, stands in a block already")
        if head.number not in self.numbers:
            raise BatchError("a batch's number is the time it was made, and not that old or new")
        if count > self.quota:
            raise BatchError(f"more than {self.quota} transactions of one member")


class Filling:
    """A block being filled with batches, one after the other."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._numbers: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._count = self._size = 0

    def add(self, batch: Batch) -> None:
        """Take a batch in.

        Raises:
            BatchError: it may not stand here, and nothing has changed.
        """
        self._admission.require(batch)
        node, count = batch.head.node, len(batch.texts)
        if batch.head.number <= self._numbers.get(node, -1):
            raise BatchError("batches of a node stand in the order of their numbers, each once")
        if self._counts.get(node, 0) + count > self._admission.quota:
            raise BatchError(f"more than {self._admission.quota} transactions of one member")
        if self._count + count > BLOCK_TRANSACTIONS_MAX or self._size + batch.size > BLOCK_SIZE_MAX:
            raise BatchError("more than a block holds")
        self._numbers[node] = batch.head.number
        self._counts[node] = self._counts.get(node, 0) + count
        self._count += count
        self._size += batch.size


def fill(batches: Sequence[Batch | BatchError], admission: Admission) -> list[Batch | BatchError]:
    """What of a block's batches may stand in it; the others, each with its reason."""
    filling = Filling(admission)
    found: list[Batch | BatchError] = []
    for batch in batches:
        if isinstance(batch, Batch):
            try:
                filling.add(batch)
            except BatchError as error:
                found.append(error)
                continue
        found.append(batch)
    return found


def chosen(
    batches: Sequence[tuple[bytes, Batch | BatchError]], admission: Admission, size_max: int
) -> list[bytes]:
    """What a proposer puts into a block: all that fits and may stand there, bytes unchanged.

    Each node's batches are put in the order of their numbers; between nodes the order of arrival
    stays.
    """
    good = [(data, batch) for data, batch in batches if isinstance(batch, Batch)]
    waiting: dict[str, list[tuple[bytes, Batch]]] = {}
    for data, batch in good:
        waiting.setdefault(batch.head.node, []).append((data, batch))
    for own in waiting.values():
        own.sort(key=lambda one: one[1].head.number, reverse=True)
    filling, taken, size = Filling(admission), list[bytes](), 0
    for _, batch in good:
        data, next_ = waiting[batch.head.node].pop()
        if size + len(data) + FRAME_SIZE > size_max:
            break
        try:
            filling.add(next_)
        except BatchError:
            continue
        taken.append(data)
        size += len(data) + FRAME_SIZE
    return taken


FRAME_SIZE = 8
"""What CometBFT counts for a transaction beyond its bytes, at most."""
