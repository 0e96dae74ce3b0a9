# SPDX-License-Identifier: Apache-2.0
"""Read the log: checkpoint, entries, proofs; and what the network stands on."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ropewalk.api import media, node, openapi, parameters
from ropewalk.api.answers import ConsistencyPath, Entries, InclusionPath, answer

router = APIRouter(tags=["Log"], default_response_class=Response)

PAGE = 500


@router.get(
    "/v1/log/checkpoint",
    dependencies=[node.guard("log.read")],
    responses=openapi.text_answer(media.TEXT, "C2SP signed note (tlog-checkpoint)"),
)
async def checkpoint(request: Request) -> Response:
    """The last signed checkpoint, as a C2SP signed note."""
    media.acceptable(request.headers.get("accept", ""), (media.TEXT,))
    here = node.of(request)
    note = await here.reads.run(here.engine.checkpoint)
    return Response(note, media_type=media.TEXT, headers={"cache-control": "no-cache"})


@router.get(
    "/v1/log/entries",
    dependencies=[node.guard("log.read")],
    responses=openapi.answers(Entries),
)
async def entries(
    request: Request,
    start: Annotated[parameters.Position, Query(alias="from")],
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> Response:
    """Entries of the log from a position; fewer than `limit` where the log ends."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here = node.of(request)
    return answer(Entries(entries=await here.proofs.run(here.engine.entries, start, limit)))


@router.get(
    "/v1/log/inclusion",
    dependencies=[node.guard("log.read")],
    responses=openapi.answers(InclusionPath),
)
async def inclusion(
    request: Request, position: parameters.Position, size: parameters.Position
) -> Response:
    """RFC 9162 audit path of an entry in the tree of a size."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here = node.of(request)
    path = await here.proofs.run(here.engine.inclusion, position, size)
    return answer(InclusionPath(position=position, size=size, inclusion=path))


@router.get(
    "/v1/log/consistency",
    dependencies=[node.guard("log.read")],
    responses=openapi.answers(ConsistencyPath),
)
async def consistency(
    request: Request,
    old: Annotated[parameters.Position, Query(alias="from")],
    new: Annotated[parameters.Position, Query(alias="to")],
) -> Response:
    """RFC 9162 consistency path from one size of the log to a later one."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here = node.of(request)
    path = await here.proofs.run(here.engine.consistency, old, new)
    return answer(ConsistencyPath(old_size=old, new_size=new, consistency=path))


@router.get(
    "/v1/genesis",
    dependencies=[node.guard("genesis.read")],
    responses=openapi.object_answer("genesis.json (docs/reference/formats.md, 4)"),
)
async def genesis(request: Request) -> Response:
    """The genesis file, byte by byte; the network's id is its SHA-256."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here = node.of(request)
    data = await here.reads.run(here.engine.genesis)
    return Response(data, media_type=media.JSON, headers={"cache-control": "no-cache"})


@router.get(
    "/v1/acts",
    dependencies=[node.guard("act.read")],
    responses=openapi.object_answer("The rule table"),
)
async def acts(request: Request) -> Response:
    """The acts there are, at which protocol version, with what in their bodies."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    return answer({"acts": node.of(request).settings.acts})
