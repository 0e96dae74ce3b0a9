# SPDX-License-Identifier: Apache-2.0
"""Which media types a request brings and takes.

Source: RFC 9110, 8.3 and 12.5.1.
"""

import re

from ropewalk.api.errors import NotAcceptableError

QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
JSON = "application/json"
CSV = "text/csv"
GEOJSON = "application/geo+json"
JOSE = "application/jose"
EVENT_STREAM = "text/event-stream"
BYTES = "application/octet-stream"
TEXT = "text/plain"
HTML = "text/html"


def content_type(field: str) -> str:
    """The media type of a body, in lower case; `charset=utf-8` is dropped, "" is not known."""
    kind, _, parameters = field.partition(";")
    if parameters.strip().lower().replace('"', "") not in ("", "charset=utf-8"):
        return ""
    return kind.strip().lower()


def acceptable(field: str, offered: tuple[str, ...]) -> str:
    """The offered media type the requester likes best; the first offered when it has no wish.

    Raises:
        NotAcceptableError: it takes none of them.
    """
    if not field.strip():
        return offered[0]
    ranges = [_range(each) for each in field.split(",") if each.strip()]
    liked = {kind: _liking(kind, ranges) for kind in offered}
    best = max(offered, key=lambda kind: liked[kind])
    if not liked[best]:
        raise NotAcceptableError(f"this resource comes as {' or '.join(offered)}")
    return best


def _range(text: str) -> tuple[str, int]:
    kind, *parameters = [part.strip().lower() for part in text.split(";")]
    quality = 1000
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            quality = _thousandths(value.strip())
    return kind, quality


def _thousandths(value: str) -> int:
    if not QUALITY.fullmatch(value):
        return 0
    whole, _, fraction = value.partition(".")
    return int(whole) * 1000 + int(fraction.ljust(3, "0"))


def _liking(kind: str, ranges: list[tuple[str, int]]) -> int:
    """Thousandths for a type; of several ranges that match, the most precise one counts."""
    for wanted in (kind, kind.partition("/")[0] + "/*", "*/*"):
        found = [quality for each, quality in ranges if each == wanted]
        if found:
            return max(found)
    return 0
