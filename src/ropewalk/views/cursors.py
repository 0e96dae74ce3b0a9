# SPDX-License-Identifier: Apache-2.0
"""Cursors: where a page ended, for the same filters only.

A cursor says nothing that the page did not, and opens nothing: it is bound to its filters so that
a mistake is told, not to keep a secret.
"""

import base64
import binascii
import hashlib
from typing import Final

import msgspec

from ropewalk.views.errors import CursorError

Place = tuple[int, int]
"""`created_ms` and id of an event."""
_WIDTH: Final = 2**62


class _Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    created_ms: int
    id: int
    bound: str


def _bound(scope: str) -> str:
    return hashlib.sha256(scope.encode()).hexdigest()[:16]


def write(place: Place, scope: str) -> str:
    """The cursor behind a place.

    Args:
        place: Of the last event looked at.
        scope: All that the page was asked with.
    """
    found = msgspec.json.encode(_Cursor(*place, _bound(scope)))
    return base64.urlsafe_b64encode(found).decode().rstrip("=")


def read(text: str, scope: str) -> Place:
    """The place a cursor names.

    Raises:
        CursorError: this node gave no such cursor, or gave it for other filters.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        found = msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=_Cursor)
    except (binascii.Error, ValueError):
        raise CursorError("this cursor was not given by this node") from None
    if found.bound != _bound(scope):
        raise CursorError("this cursor was given for other filters; keep them while paging")
    if max(abs(found.created_ms), abs(found.id)) > _WIDTH:
        raise CursorError("this cursor was not given by this node")
    return found.created_ms, found.id
