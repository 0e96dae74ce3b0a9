# SPDX-License-Identifier: Apache-2.0
"""Whether the process answers, whether the node takes writes, and what it counts.

These routes have a lane of their own, so that a busy node still says how it is.
"""

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from ropewalk.api import media, metrics, node, openapi
from ropewalk.api.answers import Health, answer
from ropewalk.api.errors import BusyError, NotReadyError
from ropewalk.api.node import Node
from ropewalk.engines.port import Condition
from ropewalk.views import Standing

router = APIRouter(tags=["Operations"], default_response_class=Response)

PATHS: Final = frozenset({"/healthz", "/readyz"})
CONDITION_S: Final = 2.0
"""How long the engine may take over saying how it is."""


@router.get("/healthz", dependencies=[node.guard("health.read")], responses=openapi.answers(Health))
async def healthz(request: Request) -> Response:
    """The process answers."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    return answer(Health(), cache="no-store")


@router.get(
    "/readyz", dependencies=[node.guard("health.read")], responses=openapi.answers(Condition)
)
async def readyz(request: Request) -> Response:
    """The engine takes writes; 503 and the reason where it does not."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    condition = await _condition(node.of(request))
    if condition is None:
        raise NotReadyError("the engine does not say how it is")
    if not condition.ready:
        raise NotReadyError(condition.reason)
    return answer(condition, cache="no-store")


@router.get(
    "/metrics",
    dependencies=[node.guard("metric.read")],
    responses=openapi.text_answer(media.TEXT, "Prometheus text format 0.0.4"),
)
async def metrics_page(request: Request) -> Response:
    """What the node counts, for Prometheus."""
    media.acceptable(request.headers.get("accept", ""), (media.TEXT,))
    here = node.of(request)
    page = here.metrics.page(await _condition(here), await _standing(here))
    return Response(page, headers={"content-type": metrics.CONTENT_TYPE})


async def _standing(here: Node) -> Standing | None:
    try:
        return await asyncio.wait_for(here.health.run(here.standing), CONDITION_S)
    except (TimeoutError, BusyError, SQLAlchemyError):
        return None


async def _condition(here: Node) -> Condition | None:
    try:
        return await asyncio.wait_for(here.health.run(here.engine.condition), CONDITION_S)
    except (TimeoutError, BusyError):
        return None
