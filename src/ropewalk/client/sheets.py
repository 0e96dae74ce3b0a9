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
_EMBEDDED: Final = re.compile(
    rb"<<(?=[^\r\n]{0,400}/Type ?/EmbeddedFile\b)(?=[^\r\n]{0,400}/Filter ?/FlateDecode\b)"
    rb"[^\r\n]{0,400}/Length ([0-9]{1,9})\b[^\r\n]{0,400}>>\r?\nstream\r?\n"
)


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
    found = list(_EMBEDDED.finditer(data))
    if len(found) != 1:
        raise VerificationError("sheet", f"{len(found)} files are attached to it; a sheet has one")
    start, length = found[0].end(), int(found[0][1])
    inflating = zlib.decompressobj()
    try:
        bundle = inflating.decompress(data[start : start + length], BUNDLE_MAX)
    except zlib.error as error:
        raise VerificationError("sheet", "what is attached to it can't be unpacked") from error
    if not inflating.eof or inflating.unconsumed_tail:
        raise VerificationError("sheet", "what is attached to it is cut, or too large")
    return bundle
