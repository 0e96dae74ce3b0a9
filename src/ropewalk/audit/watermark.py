# SPDX-License-Identifier: Apache-2.0
"""The watermark, read by the auditor's own eyes: two slots of 512 bytes."""

from pathlib import Path

import msgspec

from ropewalk.audit.keys import LogKeys
from ropewalk.audit.replaying import Replay
from ropewalk.audit.report import DifferenceError
from ropewalk.audit.tables import check_note
from ropewalk.crypto import from_base64, sha256

_SLOT = 512


def check_watermark(path: Path, replay: Replay, roots: dict[int, bytes], keys: LogKeys) -> None:
    """Both slots whole; neither ahead of the log; their checkpoints signed and right.

    Raises:
        DifferenceError: what is wrong, and in which slot.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DifferenceError(f"watermark: {error.strerror}") from error
    if len(data) != 2 * _SLOT:
        raise DifferenceError("watermark: not two slots of 512 bytes")
    for offset in (0, _SLOT):
        _check_slot(data[offset : offset + _SLOT], f"watermark at {offset}", replay, roots, keys)


def _check_slot(
    slot: bytes, where: str, replay: Replay, roots: dict[int, bytes], keys: LogKeys
) -> None:
    digest, body = slot[:32], slot[32:]
    if sha256(body) != digest:
        raise DifferenceError(f"{where}: damaged")
    try:
        record = msgspec.json.decode(body[2 : 2 + int.from_bytes(body[:2], "big")])[1]
        height, size, root = record["height"], record["size"], record["root"]
        note = from_base64(record["checkpoint"])
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
        raise DifferenceError(f"{where}: no record") from error
    if height > replay.height:
        raise DifferenceError(
            f"{where}: height {height} was acknowledged, the log ends at {replay.height}"
        )
    known = roots.get(size)
    if known is None or known.hex() != root:
        raise DifferenceError(f"{where}: the log has another root at size {size}")
    check_note(note, size, roots, keys, where)
