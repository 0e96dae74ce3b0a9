# SPDX-License-Identifier: Apache-2.0
"""What a light client is answered: three questions, and nothing else."""

import httpx2
import pytest


def call(http: httpx2.Client, method: object, params: object = None) -> httpx2.Response:
    body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params or {}}
    return http.post("/v1/consensus", json=body)


@pytest.mark.parametrize("method", ["commit", "validators", "consensus_params"])
def test_a_light_clients_question_reaches_the_engine(http: httpx2.Client, method: str) -> None:
    answer = call(http, method, {"height": "12", "page": "1", "per_page": "100"})
    assert answer.status_code == 200
    assert answer.json() == {
        "jsonrpc": "2.0",
        "id": 7,
        "result": {"asked": method, "height": "12"},
    }


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("broadcast_tx_sync", {}),
        ("dump_consensus_state", {}),
        ("unsafe_flush_mempool", {}),
        ("commit", {"height": "-1"}),
        ("commit", {"height": "1000000000000000"}),
        ("commit", {"height": "1e3"}),
        ("commit", {"height": 5}),
        (["commit"], {}),
    ],
)
def test_nothing_else_does(http: httpx2.Client, method: object, params: object) -> None:
    answer = call(http, method, params)
    assert answer.status_code == 400
    assert answer.json()["code"] == "api.malformed_body"


def test_a_long_call_is_not_read(http: httpx2.Client) -> None:
    assert call(http, "commit", {"height": "0" * 5_000}).status_code == 400


def test_a_ledger_without_consensus_has_none_to_show(http: httpx2.Client) -> None:
    answer = call(http, "commit", {"height": "404"})
    assert answer.status_code == 404
    assert answer.json()["code"] == "engine.no_consensus"
