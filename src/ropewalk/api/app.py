# SPDX-License-Identifier: Apache-2.0
"""The application: routes, the edge around them, and their description."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from ropewalk.api import (
    capital,
    claims,
    dcsa,
    desks,
    docs,
    events,
    explained,
    funding,
    health,
    light,
    lists,
    log,
    media,
    openapi,
    portfolio,
    problems,
    records,
    subscribing,
    tnt,
    transactions,
    vault,
)
from ropewalk.api.edge import Edge, refusal
from ropewalk.api.errors import ApiError
from ropewalk.api.node import Node, guard, of
from ropewalk.api.parameters import strict_query
from ropewalk.api.settings import ApiSettings
from ropewalk.engines.port import Engine, EngineError
from ropewalk.tracking import TrackingError
from ropewalk.vault import Vault, VaultError
from ropewalk.views import Views, ViewsError


def create_app(
    engine: Engine,
    settings: ApiSettings,
    views: Views | None = None,
    private: Vault | None = None,
    extend: Callable[[FastAPI], None] | None = None,
) -> FastAPI:
    """The HTTP surface over an engine.

    Args:
        engine: Embedded or consortium; its owner closes it.
        settings: The node's settings.
        views: What the node derives from the ledger; their owner closes them.
        private: The vault, where the node keeps private payloads; its owner closes it.
        extend: Adds what else the node shows, such as the portal's pages.
    """
    node = Node(engine, settings, views, private)
    app = FastAPI(
        title="Ropewalk",
        version=settings.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        default_response_class=Response,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        dependencies=[Depends(strict_query)],
        lifespan=_lifespan,
    )
    app.state.node = node
    app.router.routes.append(Route("/v1/transactions", transactions.submit, methods=["POST"]))
    for room in (transactions, lists, records, capital, log, light, events, health):
        app.include_router(room.router)
    for room in (claims, explained, tnt, subscribing, funding, portfolio, desks):
        app.include_router(room.router)
    if private is not None:
        app.include_router(vault.router)
    _describe(app, settings)
    if extend is not None:
        extend(app)
    kinds = (ApiError, EngineError, VaultError, ViewsError, TrackingError)
    for kind in (*kinds, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _answer_refusal)
    app.add_middleware(Edge, node=node)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.node.close()


async def _answer_refusal(request: Request, error: Exception) -> Response:
    """Answer a refusal; a path nobody knows is no exception to a required login."""
    if isinstance(error, HTTPException) and of(request).settings.require_login:
        try:
            of(request).authorise("", request.url.path)
        except ApiError as denied:
            error = denied
    found = problems.as_api_error(error)
    return dcsa.refusal(found, request) or refusal(found, request.scope)


def _describe(app: FastAPI, settings: ApiSettings) -> None:
    """Add the OpenAPI document and the page made from it, both rendered once."""

    @app.get(
        "/openapi.json",
        dependencies=[guard("document.read")],
        responses=openapi.object_answer("OpenAPI 3.1"),
        tags=["Operations"],
    )
    async def openapi_document(request: Request) -> Response:
        """This API, for programs."""
        media.acceptable(request.headers.get("accept", ""), (media.JSON,))
        return Response(document, media_type=media.JSON, headers={"cache-control": "no-cache"})

    @app.get(
        "/docs",
        dependencies=[guard("document.read")],
        responses=openapi.text_answer(media.HTML, "One page, no scripts"),
        tags=["Operations"],
    )
    async def docs_page(request: Request) -> Response:
        """This API, for people."""
        media.acceptable(request.headers.get("accept", ""), (media.HTML,))
        headers = {"cache-control": "no-cache", "content-security-policy": docs.CSP}
        return Response(page, media_type=media.HTML, headers=headers)

    submit = openapi.submit_operation(settings.caps.batch, settings.caps.jose_bytes)
    described: dict[str, Any] = openapi.document(app, submit)
    app.openapi_schema = described
    document = msgspec.json.encode(described)
    page = docs.page(described)
