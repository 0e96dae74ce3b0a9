# SPDX-License-Identifier: Apache-2.0
"""Ask before funding: is this title's cargo under another live title, is it pledged (P8)?

A bank asks, signed; it is told how much is alike and whose title that is in no word. Who asked of
which title stands in the node's log. A registry that can be asked without end can be read out, so
a bank asks so often a minute and no more.
"""

import time
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from ropewalk.api import media, node, openapi, parameters
from ropewalk.api.answers import FundingAnswer, answer
from ropewalk.api.capital import Records
from ropewalk.api.errors import ForbiddenError, UnknownRecordError
from ropewalk.api.records import Reader
from ropewalk.api.signatures import caller_of, signed_by
from ropewalk.title import find, match

router = APIRouter(tags=["Funding"], default_response_class=Response)

ACTION: Final = "funding.ask"
NO_STORE: Final = "no-store"


def _guard() -> Any:
    async def authorise(request: Request) -> None:
        caller = await signed_by(request)
        here = node.of(request)
        allowed = here.policy.may_read
        if not await here.reads.run(allowed, caller.controller, ACTION, request.url.path):
            raise ForbiddenError("whoever is registered as a bank asks before funding")
        here.asked.take(caller.controller, time.monotonic())
        request.state.caller = caller

    authorise.__dict__["action"] = ACTION
    return Depends(authorise)


@router.get(
    "/v1/funding/{title}",
    dependencies=[_guard()],
    responses=openapi.answers(FundingAnswer),
    openapi_extra={"parameters": openapi.SIGNED},
)
async def ask_before_funding(request: Request, title: parameters.TitlePath) -> Response:
    """Whether a title's cargo is billed or financed elsewhere; names nobody."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here, bank = node.of(request), caller_of(request).controller

    def look() -> FundingAnswer:
        wanted = Reader(here.engine, proving=False).title(title)
        records = Records(here.engine)
        found = find(records, wanted)
        if found is None:
            raise UnknownRecordError("the ledger holds no such title")
        alike = match(records, wanted)
        told = FundingAnswer(
            title=wanted,
            is_pledged=found.pledge is not None,
            items=alike.items,
            near=alike.near,
            of=alike.of,
            is_pledged_elsewhere=alike.is_pledged,
            warning="",
        )
        return msgspec.structs.replace(told, warning=_warning(told))

    told = await here.reads.run(look)
    here.log.info("asked before funding", bank=bank, title=told.title, warned=bool(told.warning))
    return answer(told, cache=NO_STORE)


def _warning(told: FundingAnswer) -> str:
    said = ["it is pledged already"] if told.is_pledged else []
    if told.items:
        said.append(f"{told.items} of {told.of} cargo items lie under another live bill")
    if told.near:
        said.append(f"{told.near} of {told.of} are much like another live bill's")
    if told.is_pledged_elsewhere:
        said.append("such a bill is pledged")
    return "; ".join(said)
