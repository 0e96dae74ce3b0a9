# SPDX-License-Identifier: Apache-2.0
"""How far consensus has led a copy of a consortium's ledger: row `consensus` of `meta`.

Written in the database transaction of the block it tells of, so a copy never stands between two.
"""

import msgspec

from ropewalk.crypto import CanonicalError, decode_object, encode
from ropewalk.engines.chain import Chain
from ropewalk.engines.errors import DamageError

META = "consensus"


class Standing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a copy stands."""

    app_hash: str
    """Hex of what consensus bound last."""
    handovers: list[int]
    """Heights whose headers name another set of validators for the next height."""
    height: int
    """Of the last block, empty or not; 0 while a snapshot is not whole yet."""
    node: str
    """Id of the key that signs checkpoints here; "" where validators' votes vouched for what was
    rebuilt, and whose node signed its checkpoint is not known."""


def app_hash_of(log_root: bytes, size: int) -> bytes:
    """What consensus binds: the log's root and its size, or positions would be anybody's to say."""
    return log_root + size.to_bytes(8, "big")


def encode_standing(standing: Standing) -> bytes:
    """The row's value."""
    built: dict[str, object] = msgspec.to_builtins(standing)
    return encode(built)  # type: ignore[arg-type]  # builtins of a typed struct


def standing_of(chain: Chain) -> Standing:
    """Where a chain stands.

    Raises:
        DamageError: nothing tells, or consensus had bound another log than the chain holds.
    """
    standing = read_standing(chain.store.meta(META))
    tip = chain.tip
    hashed = app_hash_of(tip.log_root, tip.size).hex()
    if standing.app_hash != hashed or 0 < standing.height < tip.height:
        raise DamageError("meta: consensus had bound another log than this copy holds")
    return standing


def read_standing(data: bytes | None) -> Standing:
    """The row's value, read.

    Raises:
        DamageError: there is none, or it is damaged.
    """
    if data is None:
        raise DamageError("meta: nothing tells how far consensus has led this copy")
    try:
        decode_object(data)
        return msgspec.json.decode(data, type=Standing, strict=True)
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise DamageError(f"meta: consensus: {error}") from error
