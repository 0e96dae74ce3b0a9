# SPDX-License-Identifier: Apache-2.0
"""The log's routes, and what the network stands on."""

import httpx2
import pytest

from api.memory_engine import Engine


def test_the_checkpoint_is_a_note(http: httpx2.Client, engine: Engine) -> None:
    answer = http.get("/v1/log/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.text == engine.checkpoint()


def test_entries_come_by_position(http: httpx2.Client) -> None:
    found = http.get("/v1/log/entries", params={"from": 1, "limit": 1}).json()["entries"]
    assert [each["position"] for each in found] == [1]
    assert http.get("/v1/log/entries?from=9007199254740991").json() == {"entries": []}


def test_paths_are_the_engines(http: httpx2.Client, engine: Engine) -> None:
    found = http.get("/v1/log/inclusion", params={"position": 0, "size": 2}).json()
    assert found == {"position": 0, "size": 2, "inclusion": engine.inclusion(0, 2)}
    found = http.get("/v1/log/consistency", params={"from": 1, "to": 2}).json()
    assert found == {"old_size": 1, "new_size": 2, "consistency": engine.consistency(1, 2)}


@pytest.mark.parametrize(
    "path", ["inclusion?position=2&size=2", "consistency?from=0&to=1", "consistency?from=2&to=1"]
)
def test_what_is_outside_the_log_is_not_found(http: httpx2.Client, path: str) -> None:
    answer = http.get(f"/v1/log/{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "engine.out_of_range"


@pytest.mark.parametrize(
    "path",
    [
        "entries",
        "entries?from=-1",
        "entries?from=0&limit=501",
        "entries?from=0&limit=0",
        "entries?from=x",
        "entries?from=" + "9" * 5000,
        "inclusion?position=0",
        "consistency?from=1",
        "checkpoint?x=1",
    ],
)
def test_a_parameter_outside_its_range_is_refused(http: httpx2.Client, path: str) -> None:
    answer = http.get(f"/v1/log/{path}")
    assert answer.status_code == 400
    assert answer.json()["code"] == "api.malformed_parameter"


def test_genesis_comes_byte_by_byte(http: httpx2.Client, engine: Engine) -> None:
    assert http.get("/v1/genesis").content == engine.genesis()


def test_the_rule_table_is_shown(http: httpx2.Client) -> None:
    assert http.get("/v1/acts").json() == {"acts": [{"act": "title.SIGN", "since": 1}]}
