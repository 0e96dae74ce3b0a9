# SPDX-License-Identifier: Apache-2.0
"""Proofs that wait for consensus keep nothing else waiting."""

import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx2
import pytest

from api.conftest import TITLE, Running, furnish, jws
from api.memory_engine import Engine
from ropewalk.engines.port import Proven, TitleHistory

SENT = 24
"""Requests that wait: more than the lane's threads, and than its places here."""


class Unbound(Engine):
    """An engine whose last block no header binds."""

    def __init__(self) -> None:
        super().__init__()
        self.bound = threading.Event()

    def prove(self, key: str) -> Proven:
        self.bound.wait(20)
        return super().prove(key)

    def history(self, title: str) -> TitleHistory | None:
        self.bound.wait(20)
        return super().history(title)


@pytest.fixture
def engine() -> Iterator[Unbound]:
    found = Unbound()
    furnish(found)
    yield found
    found.close()


@pytest.mark.parametrize("asked", ["?proof=true", "/history"])
def test_what_does_not_wait_is_answered_meanwhile(
    asked: str, engine: Unbound, start: Callable[..., Running]
) -> None:
    running = start(engine=engine, caps={"waiting": 16})
    answers: list[int] = []
    text = jws()
    sent = httpx2.post(
        f"{running.url}/v1/transactions",
        content=text,
        headers={"content-type": "application/jose"},
    )
    assert sent.status_code == 200

    def ask() -> None:
        url = f"{running.url}/v1/titles/{quote(TITLE)}{asked}"
        answers.append(httpx2.get(url, timeout=20).status_code)

    threads = [threading.Thread(target=ask) for _ in range(SENT)]
    for thread in threads:
        thread.start()
    while len(answers) < SENT - 16:
        time.sleep(0.01)
    assert set(answers) == {503}
    for path in (
        "/v1/log/entries?from=0&limit=5",
        "/v1/log/inclusion?position=0&size=1",
        "/v1/log/consistency?from=1&to=1",
        f"/v1/titles/{TITLE}",
        f"/v1/transactions/{sent.json()['transaction']}?proof=true",
    ):
        assert httpx2.get(f"{running.url}{path}", timeout=5).status_code == 200, path
    call = {"jsonrpc": "2.0", "id": 7, "method": "commit", "params": {}}
    assert httpx2.post(f"{running.url}/v1/consensus", json=call, timeout=5).status_code == 200
    assert 'ropewalk_http_taken{lane="waiting"} 16.0' in httpx2.get(f"{running.url}/metrics").text
    engine.bound.set()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 16 + [503] * (SENT - 16)
