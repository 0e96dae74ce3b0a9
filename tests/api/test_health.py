# SPDX-License-Identifier: Apache-2.0
"""Whether the node says truly how it is."""

from collections.abc import Callable

import httpx2

from api.conftest import Running
from api.memory_engine import Engine


def test_a_node_is_healthy_and_ready(http: httpx2.Client, engine: Engine) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    ready = http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["network"] == engine.network


def test_a_node_that_takes_no_writes_says_why(start: Callable[..., Running]) -> None:
    engine = Engine()
    engine.ready, engine.reason = False, "the disk is full"
    url = start(engine=engine).url
    answer = httpx2.get(f"{url}/readyz")
    assert answer.status_code == 503
    assert answer.json()["code"] == "api.not_ready"
    assert answer.json()["detail"] == "the disk is full"
    assert httpx2.get(f"{url}/healthz").status_code == 200
    engine.close()


def test_metrics_name_routes_and_no_ids(http: httpx2.Client) -> None:
    http.get(f"/v1/controllers/{'7' * 32}")
    http.post("/v1/transactions")
    text = http.get("/metrics").text
    assert 'route="/v1/controllers/{controller}"' in text
    assert 'route="/v1/transactions",status="415"' in text
    assert "7" * 32 not in text
    assert 'ropewalk_engine{what="height"}' in text


def test_a_busy_node_still_says_how_it_is(start: Callable[..., Running]) -> None:
    url = start(caps={"reads": 0, "proofs": 0, "writes": 0}).url
    assert httpx2.get(f"{url}/v1/genesis").status_code == 503
    assert httpx2.get(f"{url}/readyz").status_code == 200
