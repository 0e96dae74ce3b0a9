# SPDX-License-Identifier: Apache-2.0
"""What a page of this node sends: a body of few bytes, of one form, or a refusal."""

from typing import TypeVar

import msgspec
from fastapi import Request

from ropewalk.api import ApiError, ContentTooLargeError

T = TypeVar("T")


async def read_body(request: Request, most: int, too_large: ApiError) -> bytes:
    """A body, of which no more is held than it may have.

    Args:
        request: whose body has not been read.
        most: bytes it may have.
        too_large: the refusal of one that has more.

    Raises:
        ApiError: `too_large`.
    """
    found = b""
    async for piece in request.stream():
        found += piece
        if len(found) > most:
            raise too_large
    return found


async def read_sent(request: Request, kind: type[T], most: int, otherwise: ApiError) -> T:
    """A small JSON object.

    Args:
        request: whose body has not been read.
        kind: its one form.
        most: bytes it may have.
        otherwise: the refusal of what is not of that form.

    Raises:
        ContentTooLargeError: it has more.
        ApiError: `otherwise`.
    """
    too_large = ContentTooLargeError(f"this page sends at most {most} bytes")
    try:
        return msgspec.json.decode(await read_body(request, most, too_large), type=kind)
    except msgspec.MsgspecError as error:
        raise otherwise from error
