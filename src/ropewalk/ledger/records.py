# SPDX-License-Identifier: Apache-2.0
"""Records: how the ledger writes down what it knows, each behind its codec version.

A record is the array `[1,{…}]` in canonical JSON (docs/reference/formats.md, 1). Records are
frozen msgspec structs whose fields stand in alphabetical order, so that encoding them in
field order is canonical; tests/test_tidy.py holds every record to that.
"""

from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec

from ropewalk.ledger.errors import EntryError

CODEC_VERSION = 1
_PREFIX = b"[1,"
_SUFFIX = b"]"
_ENCODER = msgspec.json.Encoder()
KEPT: Final = 16_384
"""Short records kept read: those of the last blocks, whose titles and exchanges are acted on next;
some 40 MB once full."""
KEPT_BYTES_MAX: Final = 1_024
"""A record is short up to here."""
KEPT_LONG: Final = 512
"""Longer records kept read: an act's rule, its policy and each promise look at the same again."""
KEPT_LONG_BYTES_MAX: Final = 8_192
"""Of longer records none is kept, or they would fill the memory."""
_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Base of all records. Declare fields in alphabetical order."""


R = TypeVar("R", bound=Record)


def encode_record(record: Record) -> bytes:
    """The record's bytes, as they are hashed and stored."""
    return _PREFIX + _ENCODER.encode(record) + _SUFFIX


def decode_record(data: bytes, kind: type[R]) -> R:
    """The record of bytes; the same bytes are the same record, which nobody changes.

    Raises:
        EntryError: another codec version, or members missing, surplus or of another type.
    """
    size = len(data)
    if size <= KEPT_BYTES_MAX:
        record: R = _kept(data, kind)
    else:
        record = (_kept_long if size <= KEPT_LONG_BYTES_MAX else _decoded)(data, kind)
    return record


def _decoded(data: bytes, kind: type[Any]) -> Any:
    if not (data.startswith(_PREFIX) and data.endswith(_SUFFIX)):
        raise EntryError("a record is [1,{…}]; this one has another codec version or form")
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS.setdefault(kind, msgspec.json.Decoder(kind, strict=True))
    try:
        return decoder.decode(data[3:-1])
    except (msgspec.MsgspecError, ValueError) as error:
        raise EntryError(f"not a {kind.__name__} record: {error}") from error


@lru_cache(maxsize=KEPT)
def _kept(data: bytes, kind: type[Any]) -> Any:
    return _decoded(data, kind)


@lru_cache(maxsize=KEPT_LONG)
def _kept_long(data: bytes, kind: type[Any]) -> Any:
    return _decoded(data, kind)
