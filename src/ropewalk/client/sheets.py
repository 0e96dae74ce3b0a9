# SPDX-License-Identifier: Apache-2.0
"""A title's sheet as PDF/A-3: the bundle that lies inside it, taken out without trusting the rest.

What the pages show is for people and proves nothing: only the bundle inside does. Source: ISO
19005-3 (attachments), ISO 32000-2, 7.11.4 (embedded file streams) and 7.4.4 (FlateDecode).
"""

import re
import zlib
from typing import Final

from ropewalk.client.errors import VerificationError

SHEET_MAX: Final = 64 * 1024 * 1024
BUNDLE_MAX: Final = 32 * 1024 * 1024
PAGES_UNPROVEN: Final = "what the pages of the PDF show: only the bundle inside it was checked"
_MAGIC: Final = b"%PDF-"
_NAMED: Final = b"/EmbeddedFile"
_REACH: Final = 400
"""Bytes of a dictionary on either side of that name."""
_TYPE: Final = re.compile(rb"/Type ?/EmbeddedFile\b")
_DEFLATED: Final = re.compile(rb"/Filter ?/FlateDecode\b")
_LENGTH: Final = re.compile(rb"/Length ([0-9]{1,9})\b")
_CONTENT: Final = re.compile(rb">>\r?\nstream\r?\n")


def is_sheet(data: bytes) -> bool:
    """Whether a file is a PDF."""
    return data.startswith(_MAGIC)


def attached(data: bytes) -> bytes:
    """The one file that a sheet carries.

    Args:
        data: the PDF, hostile until what is inside has been checked.

    Raises:
        VerificationError: item `sheet`: it carries none, several, or a broken one.
    """
    if len(data) > SHEET_MAX:
        raise VerificationError("sheet", f"larger than {SHEET_MAX} bytes")
    found = _embedded(data)
    if len(found) != 1:
        raise VerificationError("sheet", f"{len(found)} files are attached to it; a sheet has one")
    ((start, length),) = found.items()
    inflating = zlib.decompressobj()
    try:
        bundle = inflating.decompress(data[start : start + length], BUNDLE_MAX)
    except zlib.error as error:
        raise VerificationError("sheet", "what is attached to it can't be unpacked") from error
    if not inflating.eof or inflating.unconsumed_tail:
        raise VerificationError("sheet", "what is attached to it is cut, or too large")
    return bundle


def _embedded(data: bytes) -> dict[int, int]:
    """Where files begin that the PDF carries, and how long each is; two are as bad as more."""
    found: dict[int, int] = {}
    at = data.find(_NAMED)
    while at >= 0 and len(found) < 2:
        found.update(_stream(data, at))
        at = data.find(_NAMED, at + len(_NAMED))
    return found


def _stream(data: bytes, at: int) -> dict[int, int]:
    """The stream of the dictionary around a place, if there is one."""
    begin = data.rfind(b"<<", max(0, at - _REACH), at)
    end = _CONTENT.search(data, at, at + _REACH)
    if begin < 0 or end is None:
        return {}
    known = data[begin : end.start()]
    length = _LENGTH.search(known)
    if length is None or not _TYPE.search(known) or not _DEFLATED.search(known):
        return {}
    return {end.end(): int(length[1])}
