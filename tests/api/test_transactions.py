# SPDX-License-Identifier: Apache-2.0
"""Transactions in, outcomes out."""

import base64
import hashlib
from collections.abc import Callable

import httpx2
import pytest

from api.conftest import Running, jws
from api.memory_engine import Engine

JOSE = {"content-type": "application/jose"}
PATH = "/v1/transactions"


def identity(text: str) -> str:
    return hashlib.sha256(text.rpartition(".")[0].encode()).hexdigest()


def post(http: httpx2.Client, text: str, **query: str) -> httpx2.Response:
    return http.post(PATH, content=text, headers=JOSE, params=query)


def test_a_transaction_is_answered_with_its_commit(http: httpx2.Client) -> None:
    text = jws(n=101)
    answer = post(http, text)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found["transaction"] == identity(text)
    assert found["status"] == "committed"
    assert found["height"] > 0


def test_accepted_answers_at_once_with_the_id(http: httpx2.Client, engine: Engine) -> None:
    text = jws(n=102)
    engine.held = True
    try:
        answer = post(http, text, wait="accepted")
    finally:
        engine.held = False
    assert answer.status_code == 202
    assert answer.json() == {"transaction": identity(text), "status": "accepted"}
    assert post(http, jws(n=103)).status_code == 200
    assert http.get(f"{PATH}/{identity(text)}").json()["status"] == "committed"


def test_many_are_answered_in_order(http: httpx2.Client) -> None:
    texts = [jws(n=110), "nonsense", jws("test.REFUSE", n=111), jws("test.EXPIRED", n=112)]
    answer = http.post(PATH, json={"transactions": texts})
    assert answer.status_code == 200
    outcomes = answer.json()["outcomes"]
    assert [each["status"] for each in outcomes] == ["committed", *["refused"] * 3]
    assert [each["transaction"] for each in outcomes] == [
        identity(texts[0]), "", identity(texts[2]), identity(texts[3]),
    ]  # fmt: skip
    assert outcomes[2]["code"] == "test.refused"


def test_many_accepted_are_answered_with_their_ids(http: httpx2.Client) -> None:
    texts = [jws(n=120), "nonsense"]
    answer = http.post(PATH, json={"transactions": texts}, params={"wait": "accepted"})
    assert answer.status_code == 202
    assert answer.json()["transactions"] == [
        {"transaction": identity(texts[0]), "status": "accepted"},
        {"transaction": "", "status": "accepted"},
    ]


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("nonsense", 400, "ledger.malformed"),
        (jws("test.EXPIRED"), 422, "ledger.expired"),
        (jws("test.REFUSE"), 409, "test.refused"),
    ],
)
def test_a_refusal_is_a_problem_with_the_ledgers_code(
    http: httpx2.Client, text: str, status: int, code: str
) -> None:
    answer = post(http, text)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert 7000 <= problem["number"] <= 9999
    assert problem["outcome"] == "refused"
    assert problem["correlation_id"] == answer.headers["correlation-id"]
    assert ("position" in problem) == (status == 409)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"transactions":[]}',
        b'{"transactions":["a"],"more":1}',
        b'{"transactions":["a"],"transactions":["b"]}',
        b'{"transactions":["a"],"\\u0074ransactions":["b"]}',
        b'{"transactions":[1]}',
        b'{"transactions":["a",NaN]}',
        b'{"transactions":["\xff"]}',
        b'\xef\xbb\xbf{"transactions":["a"]}',
        b'{"transactions":["a"]} x',
        b'{"transactions":' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_a_malformed_batch_is_refused(http: httpx2.Client, body: bytes) -> None:
    answer = http.post(PATH, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "api.malformed_body"


@pytest.mark.parametrize("count", [501, 10_001])
def test_a_batch_over_the_cap_is_too_large(http: httpx2.Client, count: int) -> None:
    answer = http.post(PATH, json={"transactions": ["a"] * count})
    assert answer.status_code == 413


@pytest.mark.parametrize(("size", "count"), [(20_000, 500), (131_072, 79)])
def test_a_batch_of_large_transactions_fits_into_ten_mebibytes(
    http: httpx2.Client, size: int, count: int
) -> None:
    answer = http.post(PATH, json={"transactions": ["x" * size] * count})
    assert answer.status_code == 200
    assert len(answer.json()["outcomes"]) == count
    more = http.post(PATH, json={"transactions": ["x" * size] * (count + 100)})
    assert more.status_code == 413


def test_a_transaction_over_131072_bytes_is_too_large(http: httpx2.Client) -> None:
    assert post(http, "x" * 131_072).status_code == 400
    assert post(http, "x" * 131_073).status_code == 413


@pytest.mark.parametrize("body", [b"", "über".encode()])
def test_a_body_that_is_no_ascii_is_malformed(http: httpx2.Client, body: bytes) -> None:
    answer = http.post(PATH, content=body, headers=JOSE)
    assert answer.status_code == 400
    assert answer.json()["code"] == "api.malformed_body"


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/jose; charset=latin-1", "application/jose+json"]
)
def test_another_media_type_is_refused(http: httpx2.Client, kind: str) -> None:
    answer = http.post(PATH, content=jws(), headers={"content-type": kind} if kind else {})
    assert answer.status_code == 415


def test_a_compressed_body_is_refused(http: httpx2.Client) -> None:
    answer = http.post(PATH, content=b"\x1f\x8b", headers={**JOSE, "content-encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize("query", ["wait=perhaps", "wait=accepted&wait=committed", "weight=1"])
def test_an_odd_wish_about_waiting_is_refused(http: httpx2.Client, query: str) -> None:
    answer = http.post(f"{PATH}?{query}", content=jws(), headers=JOSE)
    assert answer.status_code == 400
    assert answer.json()["code"] == "api.malformed_parameter"


def test_an_outcome_carries_its_proof(http: httpx2.Client) -> None:
    text = jws(n=130)
    found = post(http, text).json()
    proven = http.get(f"{PATH}/{found['transaction']}", params={"proof": "true"}).json()
    proof = proven.pop("proof")
    assert proven == found
    size = int(proof["checkpoint"].split("\n")[1])
    path = [base64.b64decode(each) for each in proof["inclusion"]]
    leaf = hashlib.sha256(b"\x00" + proof["logged"]["entry"].encode()).digest()
    assert text in proof["logged"]["entry"]
    expected = base64.b64decode(proof["checkpoint"].split("\n")[2])
    assert climb(leaf, found["position"], size, path) == expected


def climb(node: bytes, m: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2."""
    last = size - 1
    for each in path:
        if m % 2 or m == last:
            node = hashlib.sha256(b"\x01" + each + node).digest()
            while not m % 2 and m:
                m, last = m // 2, last // 2
        else:
            node = hashlib.sha256(b"\x01" + node + each).digest()
        m, last = m // 2, last // 2
    return node


def test_a_transaction_nobody_sent_is_unknown(http: httpx2.Client) -> None:
    for proof in ("true", "false"):
        answer = http.get(f"{PATH}/{'0' * 64}", params={"proof": proof})
        assert answer.status_code == 404
        assert answer.json()["code"] == "api.unknown_transaction"


@pytest.mark.parametrize("wanted", ["0", "A" * 64, "0" * 65])
def test_an_id_of_another_shape_is_malformed(http: httpx2.Client, wanted: str) -> None:
    assert http.get(f"{PATH}/{wanted}").status_code == 400


def test_an_outcome_that_does_not_come_is_unknown(start: Callable[..., Running]) -> None:
    engine = Engine()
    engine.held = True
    node = start(engine=engine, deadlines={"commit_s": 0.1})
    text = jws(n=1)
    answer = httpx2.post(f"{node.url}{PATH}", content=text, headers=JOSE)
    assert answer.status_code == 202
    assert answer.json()["status"] == "unknown"
    assert answer.json()["transaction"] == identity(text)
    many = httpx2.post(f"{node.url}{PATH}", json={"transactions": [text, jws(n=2)]})
    assert [each["status"] for each in many.json()["outcomes"]] == ["unknown"] * 2
    engine.held = False
    engine.close()
    assert engine.outcome(identity(text)) is not None


def test_an_overloaded_engine_asks_to_come_back(start: Callable[..., Running]) -> None:
    engine = Engine(waiting_max=0)
    node = start(engine=engine)
    answer = httpx2.post(f"{node.url}{PATH}", content=jws(), headers=JOSE)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["code"] == "engine.overloaded"
    engine.close()


def test_a_stopped_engine_is_a_problem(start: Callable[..., Running]) -> None:
    engine = Engine()
    engine.close()
    answer = httpx2.post(f"{start(engine=engine).url}{PATH}", content=jws(), headers=JOSE)
    assert answer.status_code == 503
    assert answer.json()["code"] == "engine.stopped"


def test_writes_beyond_the_lane_are_turned_away(start: Callable[..., Running]) -> None:
    node = start(caps={"writes": 0})
    answer = httpx2.post(f"{node.url}{PATH}", content=jws(), headers=JOSE)
    assert answer.status_code == 503
    assert answer.json()["code"] == "api.busy"
    assert httpx2.get(f"{node.url}/readyz").status_code == 200


def test_bodies_beyond_the_allowance_are_turned_away(start: Callable[..., Running]) -> None:
    node = start(caps={"bodies_bytes": 1000})
    answer = httpx2.post(f"{node.url}{PATH}", content="x" * 1001, headers=JOSE)
    assert answer.status_code == 503
    assert httpx2.post(f"{node.url}{PATH}", content="x" * 999, headers=JOSE).status_code == 400
