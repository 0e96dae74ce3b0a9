# SPDX-License-Identifier: Apache-2.0
"""What whoever joins a consortium asks of those who are there: headers, votes, validators.

CometBFT's light client speaks JSON-RPC, so this one route does; it knows three questions, and the
rest of CometBFT's RPC stays where nobody but the node reaches it. Give its address as a server of
state sync: `http://HOST:PORT/v1/consensus`.
"""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import media, node, openapi
from ropewalk.api.answers import answer
from ropewalk.api.errors import MalformedBodyError, UnsupportedMediaTypeError
from ropewalk.engines.port import LightMethod

router = APIRouter(tags=["Consensus"], default_response_class=Response)

BODY_SIZE_MAX = 4_096
Digits = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,15}\Z")]
"""JSON-RPC of CometBFT writes its integers so."""


class Call(msgspec.Struct, frozen=True):
    """A JSON-RPC 2.0 request, as far as it is read."""

    id: int | str
    method: LightMethod
    params: dict[str, Digits | None] = {}


_CALL = msgspec.json.Decoder(Call)


@router.post(
    "/v1/consensus",
    dependencies=[node.guard("consensus.read")],
    responses=openapi.object_answer("JSON-RPC 2.0: `result` or `error`"),
)
async def consensus(request: Request) -> Response:
    """A header with its votes, its validators, or the consensus parameters, as JSON-RPC."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    if media.content_type(request.headers.get("content-type", "")) not in ("", media.JSON):
        raise UnsupportedMediaTypeError(f"a call comes as {media.JSON}")
    call, height = _read(await request.body())
    here = node.of(request)
    told = await here.light.run(here.engine.light, call.method, height)
    return answer({"jsonrpc": "2.0", "id": call.id, **told}, cache="no-store")


def _read(body: bytes) -> tuple[Call, int]:
    """A call and the height it asks about.

    Raises:
        MalformedBodyError: no call of the three.
    """
    if len(body) > BODY_SIZE_MAX:
        raise MalformedBodyError(f"a call has at most {BODY_SIZE_MAX} bytes")
    try:
        call = _CALL.decode(body)
    except msgspec.MsgspecError as error:
        raise MalformedBodyError(f"no call that is answered here: {error}") from error
    return call, int(call.params.get("height") or "0")
