# SPDX-License-Identifier: Apache-2.0
"""Records: how the ledger writes down what it knows, each behind its codec version.

A record is the array `[1,{…}]` in canonical JSON (docs/reference/formats.md, 1). Records are
frozen msgspec structs whose fields stand in alphabetical order, so that encoding them in
field order is canonical; tests/test_tidy.py holds every record to that.
"""

from typing import Any, TypeVar

import msgspec

from ropewalk.ledger.errors import EntryError

CODEC_VERSION = 1
_PREFIX = b"[1,"
_SUFFIX = b"]"
_ENCODER = msgspec.json.Encoder()
_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all records. Declare fields in alphabetical order."""


R = TypeVar("R", bound=Record)


def encode_record(record: Record) -> bytes:
    """The record's bytes, as they are hashed and stored."""
    return _PREFIX + _ENCODER.encode(record) + _SUFFIX


def decode_record(data: bytes, kind: type[R]) -> R:
    """The record of bytes.

    Raises:
        EntryError: another codec version, or members missing, surplus or of another type.
    """
    if not (data.startswith(_PREFIX) and data.endswith(_SUFFIX)):
        raise EntryError("a record is [1,{…}]; this one has another codec version or form")
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS.setdefault(kind, msgspec.json.Decoder(kind, strict=True))
    try:
        record: R = decoder.decode(data[3:-1])
    except (msgspec.MsgspecError, ValueError) as error:
        raise EntryError(f"not a {kind.__name__} record: {error}") from error
    return record
