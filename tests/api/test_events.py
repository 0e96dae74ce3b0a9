# SPDX-License-Identifier: Apache-2.0
"""Events: complete, ordered, without duplicates, resumable."""

import json
import threading
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from typing import Any

import httpx2
import pytest

from api.conftest import Running, jws
from api.memory_engine import Engine


@pytest.fixture
def own() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


def commit(engine: Engine, n: int, events: int = 1) -> None:
    engine.submit([jws(n=n, events=events)]).result(5)


def streamed(
    url: str, last: str = "", **query: Any
) -> Generator[tuple[str, str, dict[str, Any]], None, None]:
    """The events of a stream, as id, name and data."""
    headers = {"accept": "text/event-stream"} | ({"last-event-id": last} if last else {})
    with httpx2.stream("GET", f"{url}/v1/events", params=query, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        event: dict[str, str] = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                event[name] = value
            elif "id" in event:
                yield event["id"], event["event"], json.loads(event["data"])
                event = {}


def test_a_stream_goes_on_with_what_happens_later(
    own: Engine, start: Callable[..., Running]
) -> None:
    commit(own, 1)
    stream = streamed(start(engine=own).url)
    first = next(stream)
    assert first[1] == "title.sign"
    for n in range(2, 6):
        commit(own, n)
        identity, _, data = next(stream)
        assert identity == f"{data['position']}.{data['index']}"
        assert data["height"] == n
    stream.close()


def test_a_stream_resumes_inside_an_entry(own: Engine, start: Callable[..., Running]) -> None:
    url = start(engine=own).url
    for n in range(3):
        commit(own, n, events=3)
    stream = streamed(url)
    everything = [each[0] for each in islice(stream, 9)]
    stream.close()
    assert len(set(everything)) == 9
    for at, last in enumerate(everything[:-1]):
        stream = streamed(url, last)
        assert [each[0] for each in islice(stream, 8 - at)] == everything[at + 1 :]
        stream.close()


def test_no_event_is_lost_or_doubled_under_writes(
    own: Engine, start: Callable[..., Running]
) -> None:
    url, count = start(engine=own).url, 1200
    seen: list[str] = []

    def follow() -> None:
        while len(seen) < count:
            stream = streamed(url, seen[-1] if seen else "")
            seen.extend(each[0] for each in islice(stream, min(70, count - len(seen))))
            stream.close()

    reader = threading.Thread(target=follow)
    reader.start()
    for n in range(0, count, 40):
        own.submit([jws(n=n + each) for each in range(40)]).result(5)
    reader.join(20)
    assert not reader.is_alive()
    expected = [f"{each.position}.{each.index}" for each in own.events(0, count)]
    assert seen == expected


def test_an_idle_stream_is_kept_alive(own: Engine, start: Callable[..., Running]) -> None:
    url = start(engine=own, deadlines={"heartbeat_s": 0.05}).url
    with httpx2.stream("GET", f"{url}/v1/events") as answer:
        comments = [line for line in islice(answer.iter_lines(), 8) if line.startswith(":")]
    assert comments


def test_pages_go_through_all_events(own: Engine, start: Callable[..., Running]) -> None:
    own.submit([jws(n=n, events=2) for n in range(400)]).result(5)
    url = start(engine=own).url
    seen: list[dict[str, Any]] = []
    following = 0
    while True:
        page = httpx2.get(
            f"{url}/v1/events", params={"from": following}, headers={"accept": "application/json"}
        ).json()
        if not page["events"]:
            break
        assert len(page["events"]) <= 501
        seen += page["events"]
        following = page["next"]
    assert len(seen) == 800
    assert page["next"] == following


def test_more_streams_than_the_node_takes_are_turned_away(
    own: Engine, start: Callable[..., Running]
) -> None:
    commit(own, 1)
    url = start(engine=own, caps={"streams": 1}).url
    stream = streamed(url)
    next(stream)
    refused = httpx2.get(f"{url}/v1/events")
    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    stream.close()


def test_a_head_request_does_not_stream(node: Running) -> None:
    assert httpx2.head(f"{node.url}/v1/events", timeout=3).status_code == 200


@pytest.mark.parametrize("last", ["x", "1", "-1.0", "1.2.3"])
def test_a_malformed_last_event_id_is_refused(http: httpx2.Client, last: str) -> None:
    assert http.get("/v1/events", headers={"last-event-id": last}).status_code == 400
