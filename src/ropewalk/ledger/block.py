# SPDX-License-Identifier: Apache-2.0
"""Blocks and the entries they leave in the log (docs/reference/formats.md, 6)."""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from ropewalk.crypto import INTEGER_MAX
from ropewalk.ledger.errors import EntryError, LedgerError
from ropewalk.ledger.records import Record, decode_record, encode_record
from ropewalk.ledger.succession import Succeeding, Succession
from ropewalk.ledger.transaction import Hash, Seconds, Transaction

COMMITTED = "committed"
_Count = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]


class TransactionEntry(Record, frozen=True):
    """A transaction and its outcome: `committed` and 0, or the refusal's slug and number."""

    code: str
    number: int
    transaction: str


class BlockEntry(Record, frozen=True):
    """End of a block."""

    height: _Count
    protocol: _Count
    state_root: Hash
    time: Seconds


class Misbehaviour(Record, frozen=True):
    """What consensus proved of a validator; as an entry, that it had an effect."""

    evidence: Literal["duplicate_vote", "light_client_attack"]
    height: _Count
    """At which it happened."""
    validator: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{43}\Z")]
    """Id of the key that it votes with."""


Entry = TransactionEntry | Misbehaviour | Succession | BlockEntry


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A transaction on its way into a block: its text, and what `inspect` made of it."""

    text: str
    verdict: Transaction | LedgerError


@dataclass(frozen=True, slots=True)
class Block:
    """What an engine feeds the state machine."""

    height: int
    time_s: int
    candidates: tuple[Candidate, ...]
    misbehaviour: tuple[Misbehaviour, ...] = ()
    """Facts that the consensus engine hands over, in its order; they come before the candidates."""
    succession: Succeeding | None = None
    """Who carries on, where this block begins with that."""


def decode_entry(data: bytes) -> Entry:
    """An entry of the log.

    Raises:
        EntryError: none of the kinds, or not in its one encoding.
    """
    entry: Entry = decode_record(data, _kind_of(data))
    if encode_record(entry) != data:
        raise EntryError("an entry is not in its one encoding")
    return entry


_KINDS: tuple[tuple[bytes, type[TransactionEntry | Misbehaviour | Succession]], ...] = (
    (b'[1,{"code"', TransactionEntry),
    (b'[1,{"evidence"', Misbehaviour),
    (b'[1,{"succession"', Succession),
)
"""Each kind by how its first member begins; what is none of these is a block's end."""


def _kind_of(
    data: bytes,
) -> type[TransactionEntry | Misbehaviour | Succession] | type[BlockEntry]:
    for prefix, kind in _KINDS:
        if data.startswith(prefix):
            return kind
    return BlockEntry


def encode_transaction_entry(text: str, refusal: LedgerError | None) -> bytes:
    """The entry of a logged transaction."""
    if refusal is None:
        return encode_record(TransactionEntry(code=COMMITTED, number=0, transaction=text))
    return encode_record(
        TransactionEntry(code=refusal.code, number=refusal.number, transaction=text)
    )


def to_builtins(entry: Record) -> dict[str, object]:
    """A record as plain JSON values, for display."""
    built: dict[str, object] = msgspec.to_builtins(entry)
    return built
