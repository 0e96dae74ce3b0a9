# SPDX-License-Identifier: Apache-2.0
"""What a page of this node sends: a small JSON object of one form, or a refusal."""

from typing import TypeVar

import msgspec
from fastapi import Request

from ropewalk.api import ApiError, ContentTooLargeError

T = TypeVar("T")


async def read_sent(request: Request, kind: type[T], most: int, otherwise: ApiError) -> T:
    """What was sent.

    Args:
        request: whose body has not been read.
        kind: its one form.
        most: bytes it may have.
        otherwise: the refusal of what is not of that form.

    Raises:
        ContentTooLargeError: it has more.
        ApiError: `otherwise`.
    """
    found = b""
    async for piece in request.stream():
        found += piece
        if len(found) > most:
            raise ContentTooLargeError(f"this page sends at most {most} bytes")
    try:
        return msgspec.json.decode(found, type=kind)
    except msgspec.MsgspecError as error:
        raise otherwise from error
