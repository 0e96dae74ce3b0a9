# SPDX-License-Identifier: Apache-2.0
"""What comes in a request's path and query, parsed once.

Paths are routed as they were sent, still percent-encoded, so that a slash inside a transport
document's reference is no boundary.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl, unquote_to_bytes

from fastapi import Path, Query, Request
from pydantic import BaseModel

from ropewalk.api.errors import MalformedParameterError
from ropewalk.codes import CodeError, DocumentReference

POSITION_MAX: Final = 2**53 - 1
ENCODED = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
PRINTABLE = re.compile(r"[\x20-\x7e]{1,400}")
TITLE = re.compile(r"[0-9a-f]{64}")
CONTROLLER = re.compile(r"[0-9a-f]{32}")

Position = Annotated[int, Query(ge=0, le=POSITION_MAX)]
Proof = Annotated[
    Literal["true", "false"],
    Query(description="Whether the answer carries a proof for an offline check."),
]
TitlePath = Annotated[
    str,
    Path(
        alias="title",
        description="The title's id, or provider:code:transportDocumentReference.",
        examples=["SMDG:MSC:MEDUAB123456"],
    ),
]


async def strict_query(request: Request) -> None:
    """Refuse a query parameter the route does not have, or that stands twice.

    Raises:
        MalformedParameterError: it does.
    """
    names = [name for name, _ in parse_qsl(request.url.query, keep_blank_values=True)]
    unknown = set(names) - _known(request.scope["route"])
    if unknown or len(set(names)) != len(names):
        known = ", ".join(sorted(_known(request.scope["route"]))) or "none"
        raise MalformedParameterError(
            f"a query parameter is unknown or stands twice; this path has {known}"
        )


def _known(route: Any) -> set[str]:
    return {name for field in route.dependant.query_params for name in _names(field)}


def _names(field: Any) -> set[str]:
    """A parameter's name, or those of a model's fields."""
    kind = field.field_info.annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {one.alias or name for name, one in kind.model_fields.items()}
    return {field.alias}


def query(request: Request, allowed: Sequence[str]) -> dict[str, str]:
    """The query of a route outside the framework's own parsing.

    Raises:
        MalformedParameterError: a parameter is not in `allowed`, or stands twice.
    """
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    found = dict(pairs)
    if len(found) != len(pairs) or not found.keys() <= set(allowed):
        raise MalformedParameterError("a query parameter is unknown or stands twice")
    return found


def decode(segment: str) -> str:
    """A path segment's text: printable ASCII.

    Raises:
        MalformedParameterError: its percent-encoding is broken, or it holds anything else.
    """
    text = unquote_to_bytes(segment).decode("latin-1")
    if not ENCODED.fullmatch(segment) or not PRINTABLE.fullmatch(text):
        raise MalformedParameterError("an id in a path is printable ASCII, percent-encoded")
    return text


def title_or_reference(segment: str) -> tuple[str, str]:
    """A title's id, or the reference that leads to it; one of the two is "".

    Raises:
        MalformedParameterError: it is neither.
    """
    text = decode(segment)
    if TITLE.fullmatch(text):
        return text, ""
    try:
        return "", str(DocumentReference.parse(text))
    except CodeError as error:
        raise MalformedParameterError(
            "a title is named by its id (64 hex digits) or by provider:code:reference, "
            "with provider SMDG or NMFTA"
        ) from error


def controller(segment: str) -> str:
    """A controller's or party's id.

    Raises:
        MalformedParameterError: it is not 32 hex digits.
    """
    return _hex(segment, CONTROLLER, 32)


def transaction(segment: str) -> str:
    """A transaction's id.

    Raises:
        MalformedParameterError: it is not 64 hex digits.
    """
    return _hex(segment, TITLE, 64)


def _hex(segment: str, pattern: re.Pattern[str], digits: int) -> str:
    text = decode(segment)
    if not pattern.fullmatch(text):
        raise MalformedParameterError(f"this id is {digits} lower-case hex digits")
    return text
