# SPDX-License-Identifier: Apache-2.0
"""The description says what the application does, no more and no less."""

from contextlib import suppress
from typing import Any

import httpx2
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from api.conftest import SETTINGS, Running
from api.memory_engine import Engine
from ropewalk.api import create_app
from ropewalk.api.openapi import PROVEN
from ropewalk.engines.port import Proven


@pytest.fixture(scope="session")
def document(http: httpx2.Client) -> dict[str, Any]:
    found: dict[str, Any] = http.get("/openapi.json").json()
    return found


def routes(router: Any) -> list[Any]:
    """All routes, those of included routers too."""
    found = []
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        found += routes(inner) if inner is not None else [route]
    return found


def test_every_route_is_described_and_every_description_routed(
    document: dict[str, Any], engine: Engine
) -> None:
    app = create_app(engine, SETTINGS)
    there = {
        (route.path, method.lower())
        for route in routes(app)
        for method in route.methods
        if method != "HEAD"
    }
    described = {(path, method) for path, item in document["paths"].items() for method in item}
    assert described == there
    assert len(there) == 55


def test_every_route_asks_the_policy(engine: Engine) -> None:
    for route in routes(create_app(engine, SETTINGS)):
        if route.path != "/v1/transactions":
            guards = [each.dependency for each in route.dependencies]
            assert any("action" in each.__dict__ for each in guards), route.path


def test_the_document_is_openapi_3_1_with_all_its_references(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    schemas = document["components"]["schemas"]
    text = msgspec.json.encode(document).decode()
    used = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert used <= schemas.keys()
    for item in document["paths"].values():
        for operation in item.values():
            assert "422" not in operation["responses"]
            assert {"4XX", "5XX"} <= operation["responses"].keys()


def _properties() -> set[str]:
    properties = PROVEN["properties"]
    assert isinstance(properties, dict)
    assert sorted(set(properties) - {"consensus", "succession"}) == PROVEN["required"]
    return set(properties)


def test_the_schema_written_by_hand_is_the_ports() -> None:
    names = {field.name for field in msgspec.structs.fields(Proven)}
    assert _properties() == names


CHECKS: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
PATHS = (
    "/docs", "/healthz", "/metrics", "/openapi.json", "/readyz", "/v1/acts",
    "/v1/bookings/{booking}", "/v1/boxes/{box}", "/v1/consensus",
    "/v1/consignments/{consignment}", "/v1/instructions/{instructions}",
    "/v1/controllers/{controller}", "/v1/events", "/v1/genesis", "/v1/log/checkpoint",
    "/v1/log/consistency", "/v1/log/entries", "/v1/log/inclusion", "/v1/parties/{party}",
    "/v1/proposals", "/v1/proposals/{act_hash}", "/v1/titles", "/v1/titles/{title}",
    "/v1/titles/{title}/history", "/v1/transactions",
    "/v1/transactions/{transaction}", "/v1/claims", "/v1/claims/{root}",
    "/v1/answers", "/v1/claimed", "/v2/event-subscriptions",
    "/v2/event-subscriptions/{subscription}", "/v2/event-subscriptions/{subscription}/secret",
    "/v2/events", "/v2/events/stream", "/v2/events/{event_id}", "/v3/events", "/v3/events/stream",
    "/v1/payables/{payable}", "/v1/receivables/{receivable}", "/v1/exchanges/{exchange}",
    "/v1/balances/{bank}/{currency}/{customer}", "/v1/funding/{title}",
    "/v1/portfolio/receivables", "/v1/portfolio/exposure", "/v1/portfolio/maturities",
    "/v1/portfolio/balances", "/v1/portfolio/statement",
    "/v1/desks/{controller}/todos", "/v1/desks/{controller}/subjects",
    "/v1/desks/{controller}/search",
)  # fmt: skip


POSTED = ("/v1/claims", "/v1/consensus", "/v1/transactions")
PUT = ("/v2/event-subscriptions/{subscription}/secret",)


@pytest.fixture(scope="module")
def schema(node: Running) -> Any:
    return schemathesis.openapi.from_url(f"{node.url}/openapi.json")


def test_the_paths_tried_are_all_paths(document: dict[str, Any]) -> None:
    assert set(PATHS) == document["paths"].keys()


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize("path", PATHS)
def test_no_request_gets_an_answer_that_is_not_described(
    schema: Any, path: str, mode: schemathesis.GenerationMode
) -> None:
    operation = schema[path]["POST" if path in POSTED else "PUT" if path in PUT else "GET"]
    strategy = operation.as_strategy(generation_mode=mode)

    @given(case=strategy)
    @settings(max_examples=25, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def probe(case: Any) -> None:
        if path == "/v1/events":
            case.headers = {**(case.headers or {}), "Accept": "application/json"}
        case.validate_response(case.call(timeout=10), checks=CHECKS)

    with suppress(Unsatisfiable):  # a route without parameters has nothing to get wrong
        probe()
