# SPDX-License-Identifier: Apache-2.0
"""Lists: what a controller is in control of, and which proposals wait for whom."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ropewalk.api import media, node, openapi, parameters
from ropewalk.api.answers import Record, RecordAnswer, RecordPage, answer, fields
from ropewalk.api.records import Reader
from ropewalk.engines.port import Page

router = APIRouter(tags=["Records"], default_response_class=Response)

PAGE = 500
PAGE_DEFAULT = 100

After = Annotated[
    str, Query(pattern="^([0-9a-f]{64})?$", description="The last id of the page before.")
]
Limit = Annotated[int, Query(ge=1, le=PAGE)]
Controller = Annotated[str, Query(pattern="^[0-9a-f]{32}$")]


@router.get(
    "/v1/titles",
    dependencies=[node.guard("title.read")],
    responses=openapi.answers(RecordPage),
)
async def titles(
    request: Request,
    in_control: Annotated[Controller, Query(description="A controller's id.")],
    after: After = "",
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """Titles a controller is in control of, by rising id."""
    engine = node.of(request).engine
    return await _page(request, lambda: engine.titles_in_control(in_control, after, limit))


@router.get(
    "/v1/proposals",
    dependencies=[node.guard("proposal.read")],
    responses=openapi.answers(RecordPage),
)
async def proposals(
    request: Request,
    waits_for: Annotated[
        str,
        Query(pattern="^([0-9a-f]{32})?$", description="A controller's id; left out for all."),
    ] = "",
    after: After = "",
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """Acts that wait for approvals, and for whose, by rising act hash."""
    engine = node.of(request).engine
    return await _page(request, lambda: engine.proposals(waits_for, after, limit))


@router.get(
    "/v1/proposals/{act_hash}",
    dependencies=[node.guard("proposal.read")],
    responses=openapi.answers(RecordAnswer),
)
async def proposal(request: Request, act_hash: str, proof: parameters.Proof = "false") -> Response:
    """An act that waits for approvals: what, by whom, until when, for whom."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here, wanted = node.of(request), parameters.transaction(act_hash)
    reader = Reader(here.engine, proving=proof == "true")

    def read() -> RecordAnswer:
        record = fields(reader.read(f"proposal/{wanted}"))
        return RecordAnswer(id=wanted, record=record, proof=reader.proof)

    lane = here.waiting if proof == "true" else here.reads
    return answer(await lane.run(read))


async def _page(request: Request, read: Callable[[], Page]) -> Response:
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    found = await node.of(request).proofs.run(read)
    records = [Record(id=one.id, record=fields(one.record)) for one in found.records]
    return answer(RecordPage(next=found.next, records=records))
