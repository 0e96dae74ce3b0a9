# SPDX-License-Identifier: Apache-2.0
"""What lies beside a rebuilt ledger: who vouched for its archive, and on whose word it goes on.

`archive.json` says that the directory was rebuilt, and holds what validators had signed;
`succession.json` is made when a succession is adopted (docs/reference/formats.md, 14 and 15).
"""

from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from ropewalk.crypto import CanonicalError, decode
from ropewalk.engines.archive import PROOF_DEPTH_MAX, Material, encoded
from ropewalk.engines.disk import replace_durably
from ropewalk.engines.errors import DamageError
from ropewalk.tlog import ConsensusProof

FORMAT = "ropewalk-rebuilt/1"
T = TypeVar("T")


class Rebuilt(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """`archive.json`."""

    consensus: ConsensusProof | None = None
    """What validators signed, where the archive had it."""
    format: Literal["ropewalk-rebuilt/1"]
    proven_size: Annotated[int, msgspec.Meta(ge=0)]
    """Entries that it covers."""
    size: Annotated[int, msgspec.Meta(ge=1)]
    """Entries of the archive."""


def write_beside(path: Path, value: Rebuilt | Material) -> None:
    """Put one of the two files in its place, durably."""
    replace_durably(path, encoded(value))


def read_rebuilt(path: Path) -> Rebuilt:
    """`archive.json`.

    Raises:
        DamageError: missing, or none.
    """
    return _read(path, Rebuilt)


def read_material(path: Path) -> Material:
    """`succession.json`.

    Raises:
        DamageError: missing, or none.
    """
    return _read(path, Material)


def _read(path: Path, kind: type[T]) -> T:
    try:
        data = path.read_bytes()
        decode(data, depth_max=PROOF_DEPTH_MAX)
        return msgspec.json.decode(data, type=kind, strict=True)
    except (OSError, CanonicalError, msgspec.MsgspecError) as error:
        raise DamageError(f"{path.name}: {error}") from error
