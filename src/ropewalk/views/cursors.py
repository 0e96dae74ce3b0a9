# SPDX-License-Identifier: Apache-2.0
"""Cursors: where a page ended, for the same filters only.

A cursor says nothing that the page did not, and opens nothing: it is bound to its filters so that
a mistake is told, not to keep a secret.
"""

import base64
import binascii
import hashlib
from typing import Final, TypeVar

import msgspec

from ropewalk.views.errors import CursorError

Place = tuple[int, int]
"""`created_ms` and id of an event."""
Spot = tuple[str, str]
"""Two words that say where a row stands, such as a day and an id."""
_WIDTH: Final = 2**62
C = TypeVar("C", bound=msgspec.Struct)


class _Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    created_ms: int
    id: int
    bound: str


class _Marked(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    first: str
    second: str
    bound: str


def _bound(scope: str) -> str:
    return hashlib.sha256(scope.encode()).hexdigest()[:16]


def write(place: Place, scope: str) -> str:
    """The cursor behind a place.

    Args:
        place: Of the last event looked at.
        scope: All that the page was asked with.
    """
    return _written(_Cursor(*place, _bound(scope)))


def _written(cursor: msgspec.Struct) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def read(text: str, scope: str) -> Place:
    """The place a cursor names.

    Raises:
        CursorError: this node gave no such cursor, or gave it for other filters.
    """
    found = _read(text, _Cursor)
    _require(found.bound, scope)
    if max(abs(found.created_ms), abs(found.id)) > _WIDTH:
        raise CursorError("this cursor was not given by this node")
    return found.created_ms, found.id


def write_spot(spot: Spot, scope: str) -> str:
    """The cursor behind a spot."""
    return _written(_Marked(*spot, _bound(scope)))


def read_spot(text: str, scope: str) -> Spot:
    """The spot a cursor names.

    Raises:
        CursorError: this node gave no such cursor, or gave it for other filters.
    """
    found = _read(text, _Marked)
    _require(found.bound, scope)
    return found.first, found.second


def _read(text: str, kind: type[C]) -> C:
    try:
        padded = text + "=" * (-len(text) % 4)
        return msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=kind)
    except (binascii.Error, ValueError):
        raise CursorError("this cursor was not given by this node") from None


def _require(bound: str, scope: str) -> None:
    if bound != _bound(scope):
        raise CursorError("this cursor was given for other filters; keep them while paging")
