# SPDX-License-Identifier: Apache-2.0
"""What every request and every answer passes."""

from collections.abc import Callable

import httpx2
import pytest
from typing_extensions import override

from api.conftest import Running
from api.memory_engine import Engine


class Broken(Engine):
    """An engine with a fault."""

    @override
    def checkpoint(self) -> str:
        raise RuntimeError("canary /srv/secret SELECT")


ROUTES = ("/healthz", "/v1/acts", "/nope", "/v1/titles/x", "/docs", "/v1/log/checkpoint")


@pytest.mark.parametrize("path", ROUTES)
def test_every_answer_is_hardened(http: httpx2.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] in ("no-store", "no-cache")
    assert answer.headers["correlation-id"]
    assert "server" not in answer.headers


def test_no_origin_is_let_in(http: httpx2.Client) -> None:
    answer = http.get("/v1/acts", headers={"origin": "https://elsewhere.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "elsewhere" not in str(answer.headers)
    preflight = http.options("/v1/transactions", headers={"origin": "https://elsewhere.example"})
    assert preflight.status_code == 405


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PUT", "PATCH", "OPTIONS", "QUERY"])
def test_a_method_nobody_offers_is_refused(http: httpx2.Client, method: str) -> None:
    answer = http.request(method, "/v1/transactions")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert http.request(method, "/v1/acts").headers["allow"] == "GET, HEAD"


def test_head_is_get_without_its_body(http: httpx2.Client) -> None:
    head, get = http.head("/v1/acts"), http.get("/v1/acts")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "image/*"])
def test_a_type_the_route_does_not_offer_is_not_acceptable(
    http: httpx2.Client, accept: str
) -> None:
    answer = http.get("/v1/acts", headers={"accept": accept})
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_read_with_a_body_is_refused(http: httpx2.Client) -> None:
    answer = http.request("GET", "/v1/acts", content=b"x")
    assert answer.status_code == 400
    assert answer.headers["connection"] == "close"


def test_a_problem_reflects_nothing(http: httpx2.Client) -> None:
    for path in ("/<script>alert(1)</script>", "/v1/titles/%3Cscript%3E", "/v1/acts?<script>=1"):
        answer = http.get(path)
        assert answer.status_code in (400, 404)
        assert "script" not in answer.text
        assert answer.headers["content-type"] == "application/problem+json"


def test_only_listed_hosts_are_answered(start: Callable[..., Running]) -> None:
    url = start(hosts=("node.example", "127.0.0.1")).url
    assert httpx2.get(f"{url}/healthz").status_code == 200
    assert httpx2.get(f"{url}/healthz", headers={"host": "NODE.example:80"}).status_code == 200
    answer = httpx2.get(f"{url}/healthz", headers={"host": "rebind.example"})
    assert answer.status_code == 421
    assert "rebind" not in answer.text


def test_a_required_login_closes_all_but_health(start: Callable[..., Running]) -> None:
    url = start(require_login=True).url
    for path in ("/v1/acts", "/metrics", "/docs", "/openapi.json", "/nope", "/v1/events"):
        answer = httpx2.get(f"{url}{path}")
        assert answer.status_code == 401, path
        assert answer.json()["code"] == "api.login_required"
        assert answer.headers["www-authenticate"]
    assert httpx2.post(f"{url}/v1/transactions").status_code == 401
    assert httpx2.get(f"{url}/healthz").status_code == 200
    assert httpx2.get(f"{url}/readyz").status_code == 200


def test_an_engine_that_breaks_is_an_internal_error_without_its_words(
    start: Callable[..., Running], capfd: pytest.CaptureFixture[str]
) -> None:
    engine = Broken()
    answer = httpx2.get(f"{start(engine=engine).url}/v1/log/checkpoint")
    assert answer.status_code == 500
    assert answer.json()["code"] == "api.internal"
    logged = capfd.readouterr().err
    assert "RuntimeError" in logged
    assert answer.json()["correlation_id"] in logged
    assert "canary" not in answer.text + logged
    engine.close()
