# SPDX-License-Identifier: Apache-2.0
"""Private payloads over HTTP: put, read, let others read, erase. Every request is signed.

A payload goes through in pieces, both ways, and is encrypted: the node never knows what it is.
Who may do what: docs/reference/vault.md and `ropewalk.api.policy`.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from ropewalk.api import media, node, openapi, parameters
from ropewalk.api.answers import (
    Erased,
    ListedPayload,
    PayloadAnswer,
    PayloadPage,
    Readers,
    ReadingAnswer,
    Readings,
    WrappedKeys,
    answer,
)
from ropewalk.api.errors import (
    ContentTooLargeError,
    UnsupportedMediaTypeError,
)
from ropewalk.api.node import Node
from ropewalk.api.signatures import Caller, caller_of, guard_signed, is_active, require
from ropewalk.crypto import byte_sequence
from ropewalk.vault import (
    BOXES_MAX,
    Arrival,
    Box,
    MalformedKeysError,
    Payload,
    UnknownReaderError,
    Vault,
    read_boxes,
)

router = APIRouter(tags=["Vault"], default_response_class=Response)

KEYS = "vault-keys"
GRANT_BYTES = 16 * 1024
NO_STORE = "no-store"
PAGE = 500
PAGE_DEFAULT = 100

After = Annotated[
    str, Query(pattern="^([0-9a-f]{64})?$", description="The last hash of the page before.")
]
AfterNumber = Annotated[
    int, Query(ge=0, le=parameters.POSITION_MAX, description="The last number of the page before.")
]
Limit = Annotated[int, Query(ge=1, le=PAGE)]
Hash = Annotated[
    str,
    Path(
        pattern="^[0-9a-f]{64}$",
        description="SHA-256 of the encrypted payload, hex.",
    ),
]
Reader = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="A controller's id.")]
_BOX = {
    "type": "object",
    "additionalProperties": False,
    "required": ["controller", "kid", "wrapped"],
    "properties": {
        "controller": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "kid": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"},
        "wrapped": {"type": "string", "description": "80 bytes, base64"},
    },
}
_BOXES = {"type": "array", "minItems": 1, "maxItems": BOXES_MAX, "items": _BOX}
_KEYS_FIELD = {
    "name": "Vault-Keys",
    "in": "header",
    "required": True,
    "schema": {"type": "string"},
    "description": "JSON: the payload's key wrapped to its readers, the putter among them",
}
_SIGNED: dict[str, Any] = {"parameters": openapi.SIGNED}


class Grant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let others read."""

    keys: msgspec.Raw
    """Wrapped keys."""
    may_grant: bool = False
    """Whether they may let others read in turn."""


@router.post(
    "/v1/vault",
    dependencies=[guard_signed("vault.put")],
    responses=openapi.created_answer(PayloadAnswer),
    openapi_extra={
        "parameters": [*openapi.SIGNED, _KEYS_FIELD],
        **openapi.body_of(media.BYTES, {"type": "string", "format": "binary"}),
    },
    status_code=201,
)
async def put(request: Request) -> Response:
    """Put a payload, encrypted; it is kept under its SHA-256, which `Content-Digest` promises."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    _require_type(request, media.BYTES)
    here, caller = node.of(request), caller_of(request)
    caller.require(KEYS)
    boxes = read_boxes(", ".join(request.headers.getlist(KEYS)).encode("latin-1"))
    await here.reads.run(_require_active, here, boxes)
    with here.transfers.place(caller.controller):
        arrival = await here.transfers.call(
            _vault(here).arrive, caller.controller, _announced(request)
        )
        try:
            async for piece in request.stream():
                await here.transfers.call(arrival.write, piece)
            kept = await here.transfers.call(_keep, here, arrival, caller, boxes)
        finally:
            await here.transfers.call(arrival.abandon)
    return answer(_payload(kept), status=201, cache=NO_STORE)


@router.get(
    "/v1/vault",
    dependencies=[guard_signed("vault.list")],
    responses=openapi.answers(PayloadPage),
    openapi_extra=_SIGNED,
)
async def listed(request: Request, after: After = "", limit: Limit = PAGE_DEFAULT) -> Response:
    """Payloads that the asker may read."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here, caller = node.of(request), caller_of(request)
    found = await here.payloads.run(_vault(here).listed, caller.controller, after, limit)
    payloads = [
        ListedPayload(
            hash=one.hash,
            putter=one.putter,
            size=one.size,
            put_at=one.put_at,
            may_grant=bool(one.may_grant),
        )
        for one in found
    ]
    following = found[-1].hash if len(found) == limit else ""
    return answer(PayloadPage(next=following, payloads=payloads), cache=NO_STORE)


@router.get(
    "/v1/vault/{payload}",
    dependencies=[guard_signed("vault.read")],
    responses=openapi.bytes_answer("The payload, encrypted"),
    openapi_extra=_SIGNED,
)
async def read(request: Request, payload: Hash) -> Response:
    """A payload, encrypted, as it was put. That it was read is recorded first."""
    media.acceptable(request.headers.get("accept", ""), (media.BYTES,))
    here, caller = node.of(request), caller_of(request)
    with here.handouts.place(caller.controller):
        found, pieces = await here.handouts.call(
            _vault(here).read, payload, caller.controller, caller.kid
        )
    headers = {
        "cache-control": NO_STORE,
        "content-digest": byte_sequence("sha-256", bytes.fromhex(payload)),
        "content-disposition": "attachment",
        "content-length": str(found.size),
    }
    return _Handout(here, caller.controller, pieces, headers)


@router.get(
    "/v1/vault/{payload}/key",
    dependencies=[guard_signed("vault.key")],
    responses=openapi.answers(WrappedKeys),
    openapi_extra=_SIGNED,
)
async def key(request: Request, payload: Hash) -> Response:
    """A payload's key, wrapped to the asker. That it was read is recorded first."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here, caller = node.of(request), caller_of(request)
    found = await here.payloads.run(_vault(here).keys, payload, caller.controller, caller.kid)
    return answer(WrappedKeys(hash=payload, keys=found), cache=NO_STORE)


@router.get(
    "/v1/vault/{payload}/grants",
    dependencies=[guard_signed("vault.readers")],
    responses=openapi.answers(Readers),
    openapi_extra=_SIGNED,
)
async def readers(request: Request, payload: Hash) -> Response:
    """Who may read a payload."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here = node.of(request)
    found = await here.payloads.run(_vault(here).readers, payload)
    return answer(Readers(hash=payload, readers=found), cache=NO_STORE)


@router.post(
    "/v1/vault/{payload}/grants",
    dependencies=[guard_signed("vault.rewrap")],
    responses=openapi.answers(Readers),
    openapi_extra={
        **_SIGNED,
        **openapi.body_of(
            media.JSON,
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["keys"],
                "properties": {"keys": _BOXES, "may_grant": {"type": "boolean"}},
            },
        ),
    },
)
async def grant(request: Request, payload: Hash) -> Response:
    """Let others read a payload, by its key wrapped to them; a reader wraps it to its own keys."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    _require_type(request, media.JSON)
    here, caller = node.of(request), caller_of(request)
    asked, boxes = _asked(await _body(request, caller))
    if asked.may_grant or {box.controller for box in boxes} != {caller.controller}:
        await require(request, caller, "vault.grant")
    await here.reads.run(_require_active, here, boxes)

    def let() -> list[str]:
        return _vault(here).grant(payload, caller.controller, boxes, may_grant=asked.may_grant)

    return answer(Readers(hash=payload, readers=await here.payloads.run(let)), cache=NO_STORE)


@router.delete(
    "/v1/vault/{payload}/grants/{controller}",
    dependencies=[guard_signed("vault.revoke")],
    responses=openapi.answers(Readers),
    openapi_extra=_SIGNED,
)
async def revoke(
    request: Request,
    payload: Hash,
    controller: Reader,
) -> Response:
    """Let a reader read no more. It keeps what it has read."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here = node.of(request)
    found = await here.payloads.run(_vault(here).revoke, payload, controller)
    return answer(Readers(hash=payload, readers=found), cache=NO_STORE)


@router.get(
    "/v1/vault/{payload}/reads",
    dependencies=[guard_signed("vault.reads")],
    responses=openapi.answers(Readings),
    openapi_extra=_SIGNED,
)
async def reads(
    request: Request,
    payload: Hash,
    after: AfterNumber = 0,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """Who read a payload, or its key, and when; told to its putter, after its end too."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here = node.of(request)
    found = await here.payloads.run(_vault(here).readings, payload, after, limit)
    following = found[-1].number if len(found) == limit else 0
    told = [msgspec.convert(one._asdict(), ReadingAnswer) for one in found]
    return answer(Readings(hash=payload, next=following, reads=told), cache=NO_STORE)


@router.delete(
    "/v1/vault/{payload}",
    dependencies=[guard_signed("vault.erase")],
    responses=openapi.answers(Erased),
    openapi_extra=_SIGNED,
)
async def erase(request: Request, payload: Hash) -> Response:
    """Erase a payload and all its wrapped keys. It can't reach what a reader kept."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here = node.of(request)
    shred = await here.payloads.run(_vault(here).erase, payload)
    return answer(Erased(hash=payload, erased_at=shred.erased_at), cache=NO_STORE)


def _vault(here: Node) -> Vault:
    assert here.vault is not None  # noqa: S101 - these routes exist where there is one
    return here.vault


def _payload(found: Payload) -> PayloadAnswer:
    return PayloadAnswer(hash=found.hash, putter=found.putter, size=found.size, put_at=found.put_at)


def _require_type(request: Request, kind: str) -> None:
    if media.content_type(request.headers.get("content-type", "")) != kind:
        raise UnsupportedMediaTypeError(f"the body comes as {kind}", headers={"accept-post": kind})


def _announced(request: Request) -> int:
    return int(request.headers.get("content-length", "0"))


def _keep(here: Node, arrival: Arrival, caller: Caller, boxes: list[Box]) -> Payload:
    return _vault(here).keep(arrival, caller.digest, caller.controller, boxes)


def _require_active(here: Node, boxes: list[Box]) -> None:
    for box in boxes:
        if not is_active(here, box.controller, box.kid):
            raise UnknownReaderError(f"{box.kid} is no active key of {box.controller}")


async def _body(request: Request, caller: Caller) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > GRANT_BYTES:
            raise ContentTooLargeError(f"at most {BOXES_MAX} wrapped keys at once")
    caller.require_body(hashlib.sha256(body).digest())
    return bytes(body)


def _asked(body: bytes) -> tuple[Grant, list[Box]]:
    try:
        asked = msgspec.json.decode(body, type=Grant, strict=True)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedKeysError("a grant is keys, and may_grant where they may grant") from error
    return asked, read_boxes(bytes(asked.keys))


class _Handout(StreamingResponse):
    """A payload on its way out, which takes one of its reader's places."""

    def __init__(
        self, here: Node, reader: str, pieces: Iterator[bytes], headers: dict[str, str]
    ) -> None:
        super().__init__(_outward(here, pieces), media_type=media.BYTES, headers=headers)
        self._here, self._reader = here, reader

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._here.handouts.place(self._reader):
            await super().__call__(scope, receive, send)


async def _outward(here: Node, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while piece := await here.handouts.call(next, pieces, b""):
        yield piece
