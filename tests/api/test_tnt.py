# SPDX-License-Identifier: Apache-2.0
"""Track and trace over HTTP, by a real node, held to the standard's own samples and files."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import msgspec
import pytest
import schemathesis
import yaml  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from ropewalk.client import Actor, Node
from ropewalk.client.signing import signed_headers
from ropewalk.crypto import sha256
from ropewalk.views import Batch
from views.fleet import CARRIER, batch22, batch30, event22, event30, uuid_of
from views.house import House, wait_for

DCSA = Path(__file__).parents[3] / "shared" / "data" / "dcsa"
NEEDS_SAMPLES = pytest.mark.skipif(not DCSA.is_dir(), reason="the standard's files are not here")
BATCH = batch22(*(event22(n) for n in range(300)))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house")) as made:
        made.claim(BATCH)
        made.claim(batch30(*(event30(n) for n in range(30))))
        yield made


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path, open_events=False) as made:
        yield made


def openapi(name: str) -> Any:
    """One of the standard's files."""
    text = (DCSA / "openapi" / name).read_text()
    return yaml.load(text, Loader=_Plain)


def schema(name: str, part: str) -> Any:
    """What an OpenAPI file says of an answer."""
    document = openapi(name)
    found = {"components": document["components"], "$ref": f"#/components/schemas/{part}"}
    return jsonschema_rs.Draft4Validator(found)


class _Plain(yaml.SafeLoader):  # type: ignore[misc]  # has no stubs
    """YAML without dates: an example of a time is text."""


_Plain.yaml_implicit_resolvers = {
    sign: [each for each in listed if each[0] != "tag:yaml.org,2002:timestamp"]
    for sign, listed in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def sample(name: str) -> Any:
    return json.loads((DCSA / "samples" / "tnt" / name).read_text())


def every(house: House, path: str) -> list[dict[str, Any]]:
    """All pages of a 2.2 list, by the links that the answers give."""
    found: list[dict[str, Any]] = []
    while path:
        answer = house.http.get(path)
        assert answer.status_code == 200, answer.text
        found += answer.json()
        path = answer.headers.get("next-page", "")
    return found


@NEEDS_SAMPLES
def test_the_sample_of_2_2_is_claimed_and_comes_back(tmp_path: Path) -> None:
    told = sample("tnt-220-response.json")
    with House(tmp_path) as house:
        house.claim(batch22(*told))
        found = every(house, "/v2/events?limit=2")
        wanted = sorted(told, key=lambda one: one["eventID"])
        assert sorted(found, key=lambda one: one["eventID"]) == wanted


@NEEDS_SAMPLES
@pytest.mark.parametrize("name", ["attribute-values", "date-times", "event-ids", "structure"])
def test_a_wrong_sample_is_refused_for_its_reason(house: House, name: str) -> None:
    told = sample(f"tnt-220-response-wrong-{name}.json")
    told = told if isinstance(told, list) else [told]
    raws = [msgspec.Raw(json.dumps(one).encode()) for one in told]
    batch = Batch(by=CARRIER, salt="0a" * 32, version="2.2", events=raws)
    answer = house.post(batch, house.signed(batch))
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"].startswith("tracking.")
    assert house.network.engine.record(f"claim/{batch.root}") is None
    assert not house.views.payloads.has(batch.root)


@NEEDS_SAMPLES
def test_the_samples_of_3_0_come_back_claimed_or_pushed(tmp_path: Path) -> None:
    names = [
        *(f"request-{one}" for one in ("equipment", "iot", "reefer", "shipment", "transport")),
        "response",
        "response-nextpage",
    ]
    told = {name: sample(f"tnt-300-{name}.json")["events"] for name in names}
    answers_to = schema("TNT_v3.0.0.yaml", "GetEventsResponse")
    pushed_to = schema("TNT_v3.0.0.yaml", "PostEventsResponse")
    with House(tmp_path) as house:
        for name in names[::2]:
            house.claim(batch30(*told[name]))
        for name in names[1::2]:
            before = house.views.projector.arrived
            answer = house.http.post("/v3/events", json={"events": told[name]})
            assert answer.status_code == 200, answer.text
            pushed_to.validate(answer.json())
            wait_for(partial(_has_more, house, before))
        answer = house.http.get("/v3/events?limit=1000")
        answers_to.validate(answer.json())
        expected = [one for events in told.values() for one in events]
        found = answer.json()["events"]
        assert all(one in found for one in expected)
        assert len(found) == len(expected)


def _has_more(house: House, before: int) -> bool:
    return house.views.projector.arrived > before


@NEEDS_SAMPLES
def test_answers_of_2_2_are_what_the_openapi_file_says(house: House) -> None:
    document = openapi("TNT_v2.2.0-resolved.yaml")
    operation = document["paths"]["/v2/events"]["get"]
    answered = operation["responses"]["200"]["content"]["application/json"]["schema"]
    valid = jsonschema_rs.Draft4Validator({"components": document["components"], **answered})
    answer = house.http.get("/v2/events?limit=1000")
    valid.validate(answer.json())
    assert len(answer.json()) == 300
    headers = operation["responses"]["200"]["headers"]
    for name, said in headers.items():
        needed = document["components"]["headers"][said["$ref"].rpartition("/")[2]]
        if needed.get("required"):
            assert name.lower() in answer.headers, name
    wrong = house.http.get("/v2/events?eventType=NONE")
    assert wrong.status_code == 400
    schema("TNT_v2.2.0-resolved.yaml", "error").validate(wrong.json())


@NEEDS_SAMPLES
def test_every_filter_of_the_openapi_file_is_known_or_said_to_be_left_out(house: House) -> None:
    document = openapi("TNT_v2.2.0-resolved.yaml")
    ours = house.http.get("/openapi.json").json()["paths"]["/v2/events"]["get"]["parameters"]
    named = {one["name"] for one in document["paths"]["/v2/events"]["get"]["parameters"]}
    left_out = {"scheduleID", "transportDocumentID", "API-Version"}
    assert named - {one["name"] for one in ours} == left_out


def test_pages_follow_one_another_by_their_links(house: House) -> None:
    found = every(house, "/v2/events?eventType=EQUIPMENT&limit=7&sort=eventCreatedDateTime%3ADESC")
    expected = [event22(n) for n in range(300) if event22(n)["eventType"] == "EQUIPMENT"]
    assert sorted(one["eventID"] for one in found) == sorted(one["eventID"] for one in expected)
    created = [one["eventCreatedDateTime"] for one in found]
    assert created == sorted(created, reverse=True)


def test_pages_of_3_0_follow_one_another_by_their_cursors(house: House) -> None:
    found: list[str] = []
    cursor = ""
    while True:
        answer = house.http.get("/v3/events", params={"limit": "7", "cursor": cursor})
        assert answer.headers["api-version"] == "3.0.0"
        found += [one["eventID"] for one in answer.json()["events"]]
        cursor = answer.headers.get("next-page-cursor", "")
        if not cursor:
            break
    assert sorted(found) == sorted(f"evt-{n}" for n in range(30))


@pytest.mark.parametrize(
    "query",
    [
        "eventType=NONE", "eventType=SHIPMENT,", "limit=0", "limit=x", "cursor=AAAA", "cursor=%00",
        "vesselIMONumber=12", "UNLocationCode=rotterdam", "eventCreatedDateTime=yesterday",
        "eventCreatedDateTime:gte=2021-04-01", "eventCreatedDateTime:ne=2021-04-01T00:00:00Z",
        "unknown=1", "limit=1&limit=2", "sort=eventID", "equipmentReference=" + "x" * 16,
        "exportVoyageNumber=1&carrierVoyageNumber=2", "scheduleID=1", "transportCallID=%ff",
    ],
)  # fmt: skip
def test_a_wrong_filter_is_refused_in_the_standards_form(house: House, query: str) -> None:
    answer = house.http.get(f"/v2/events?{query}")
    assert answer.status_code == 400, answer.text
    told = answer.json()
    assert told["statusCode"] == 400
    assert told["errors"][0]["reason"]
    assert answer.headers["api-version"] == "2.2.0"


@pytest.mark.parametrize("query", ["eventTypes=NONE", "limit=0", "cursor=AAAA", "unknown=1",
                                   "eventUpdatedDateTimeMin=x"])  # fmt: skip
def test_a_wrong_filter_of_3_0_is_told_as_feedback(house: House, query: str) -> None:
    answer = house.http.get(f"/v3/events?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["feedbackElements"][0]["severity"] == "ERROR"


def test_the_node_tells_how_far_its_views_are(house: House) -> None:
    page = house.http.get("/metrics").text
    assert 'ropewalk_views{what="stuck"} 0.0' in page
    assert 'ropewalk_views{what="missing"} 0.0' in page
    position = float(page.partition('ropewalk_views{what="position"} ')[2].split("\n")[0])
    assert 0 < position <= house.network.engine.condition().size


def test_contradicting_filters_give_an_empty_list(house: House) -> None:
    path = "/v2/events?shipmentEventTypeCode=DRFT&equipmentEventTypeCode=GTIN"
    assert house.http.get(path).json() == []


def test_times_are_compared_whatever_their_offset(house: House) -> None:
    same = "eventCreatedDateTime=2026-03-01T01:05:00%2B01:00"
    blank = "eventCreatedDateTime:eq=2026-03-01T01:05:00+01:00"
    for query in (same, blank):
        found = house.http.get(f"/v2/events?{query}").json()
        assert {one["eventCreatedDateTime"] for one in found} == {"2026-03-01T00:05:00Z"}
    after = house.http.get("/v2/events?eventCreatedDateTime:gt=2026-03-01T00:05:00Z&limit=1")
    assert after.json()[0]["eventCreatedDateTime"] > "2026-03-01T00:05:00Z"


def test_an_event_is_found_by_its_id(house: House) -> None:
    assert house.http.get(f"/v2/events/{uuid_of(5)}").json() == event22(5)
    assert house.http.get("/v2/events/none").status_code == 404


def test_a_table_holds_what_the_list_holds_and_no_formula(house: House) -> None:
    evil = event22(9001, equipmentReference="APZU4812090")
    evil["transportCall"] = {**evil["transportCall"], "transportCallID": "=cmd|' /C calc'!A0"}
    house.claim(batch22(evil, salt="0b" * 32))
    answer = house.http.get("/v2/events", headers={"accept": "text/csv"})
    head, *lines = answer.text.splitlines()
    assert answer.headers["content-type"].startswith("text/csv")
    assert head.startswith("eventID,eventType,")
    assert len(lines) == len(every(house, "/v2/events"))
    assert not any(cell.startswith("=") for line in lines for cell in line.split(","))
    limited = house.http.get("/v2/events?limit=3", headers={"accept": "text/csv"})
    assert len(limited.text.splitlines()) == 4


def test_a_map_holds_points_for_what_has_coordinates(house: House) -> None:
    place = {"locationName": "Berth", "latitude": "51.9500000", "longitude": "-4.1000000"}
    event = event22(9002)
    event["transportCall"] = {
        key: value for key, value in event["transportCall"].items() if key != "UNLocationCode"
    } | {"location": place, "transportCallID": "berth"}
    house.claim(batch22(event, salt="0c" * 32))
    accept = {"accept": "application/geo+json"}
    found = house.http.get("/v2/events?transportCallID=berth", headers=accept).json()
    assert found["type"] == "FeatureCollection"
    (feature,) = found["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-4.1, 51.95]}
    assert feature["properties"] == event
    everywhere = house.http.get("/v2/events?limit=5", headers=accept).json()["features"]
    assert [one["geometry"] for one in everywhere] == [None] * 5


def stream(
    http: httpx2.Client, path: str, after: str, enough: int
) -> list[tuple[str, dict[str, Any]]]:
    """Frames of a stream: id and event."""
    found: list[tuple[str, dict[str, Any]]] = []
    headers = {"accept": "text/event-stream"} | ({"last-event-id": after} if after else {})
    with http.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        name = ""
        for line in answer.iter_lines():
            if line.startswith("id: "):
                name = line[4:]
            if line.startswith("data: "):
                found.append((name, json.loads(line[6:])))
            if len(found) == enough:
                break
    return found


def test_a_stream_is_resumed_behind_what_was_seen(house: House) -> None:
    path = "/v2/events/stream?eventType=TRANSPORT"
    expected = [event22(n)["eventID"] for n in range(300) if event22(n)["eventType"] == "TRANSPORT"]
    first = stream(house.http, path, "0.0", 20)
    rest = stream(house.http, path, first[-1][0], len(expected) - 20)
    assert [one["eventID"] for _, one in first + rest] == expected


def test_a_stream_brings_what_arrives(house: House) -> None:
    found: list[tuple[str, dict[str, Any]]] = []
    another = httpx2.Client(base_url=house.url, timeout=30, trust_env=False)
    reader = threading.Thread(
        target=lambda: found.extend(
            stream(another, "/v2/events/stream?transportCallID=soon", "", 1)
        )
    )
    reader.start()
    event = event22(9004)
    event["transportCall"] = {**event.get("transportCall", {}), "transportCallID": "soon"}
    salt = 0x0D
    while not found and salt < 0x2D:
        house.claim(batch22(event, salt=f"{salt:064x}"))
        reader.join(0.5)
        salt += 1
    reader.join(5)
    another.close()
    assert found[0][1] == event


def test_events_that_nobody_signed_are_told_as_such_and_touch_no_ledger(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        before = house.network.engine.condition().size
        event = event30(1)
        house.http.post("/v3/events", json={"events": [event]}).raise_for_status()
        wait_for(lambda: house.http.get("/v3/events").json()["events"])
        answer = house.http.get("/v3/events").json()
        assert answer["events"] == [event]
        (remark,) = answer["feedbackElements"]
        assert remark["propertyPath"] == "$.events[0]"
        table = house.http.get("/v3/events", headers={"accept": "text/csv"}).text
        head, line = (each.split(",") for each in table.splitlines())
        assert line[head.index("isSigned")] == "false"
        assert house.network.engine.condition().size == before


def test_a_message_with_a_wrong_event_is_refused_whole_and_the_event_named(house: House) -> None:
    wrong = event30(3) | {"eventDateTime": "yesterday"}
    before = len(house.http.get("/v3/events?limit=1000").json()["events"])
    answer = house.http.post("/v3/events", json={"events": [event30(901), wrong]})
    assert answer.status_code == 422
    (told,) = answer.json()["feedbackElements"]
    assert told["severity"] == "ERROR"
    assert told["propertyPath"] == "$.events[1].eventDateTime"
    assert len(house.http.get("/v3/events?limit=1000").json()["events"]) == before


@pytest.mark.parametrize(
    "path",
    ["/v2/events", "/v3/events", f"/v2/events/{uuid_of(1)}", "/v2/events/stream",
     "/v3/events/stream", "/v2/event-subscriptions", f"/v1/claims/{'ab' * 32}",
     "/v1/answers?equipmentReference=CSQU3054383", "/v1/claimed?transportCallID=call-1"],
)  # fmt: skip
def test_a_closed_node_shows_nothing_without_a_login(closed: House, path: str) -> None:
    answer = closed.http.get(path)
    assert answer.status_code == 401
    assert "Signature" in answer.headers["www-authenticate"]


def test_a_closed_node_takes_no_events_that_nobody_signed_but_claims(closed: House) -> None:
    answer = closed.http.post("/v3/events", json={"events": [event30(1)]})
    assert answer.status_code == 403
    assert "sign a claim" in answer.json()["feedbackElements"][0]["message"]
    closed.claim(batch30(event30(1)))


CHECKS: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/events"), ("GET", "/v3/events"), ("GET", "/v2/events/{event_id}"),
        ("POST", "/v3/events"), ("POST", "/v1/claims"), ("GET", "/v1/claims/{root}"),
        ("GET", "/v1/answers"), ("GET", "/v1/claimed"),
        ("GET", "/v2/event-subscriptions"), ("POST", "/v2/event-subscriptions"),
        ("GET", "/v2/event-subscriptions/{subscription}"),
        ("PUT", "/v2/event-subscriptions/{subscription}"),
        ("DELETE", "/v2/event-subscriptions/{subscription}"),
        ("PUT", "/v2/event-subscriptions/{subscription}/secret"),
    ],
)  # fmt: skip
def test_no_request_gets_an_answer_that_is_not_described(
    house: House, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    described = schemathesis.openapi.from_url(f"{house.url}/openapi.json")
    strategy = described[path][method].as_strategy(generation_mode=mode)

    @given(case=strategy)
    @settings(max_examples=20, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def probe(case: Any) -> None:
        case.validate_response(case.call(timeout=10), checks=CHECKS)

    with suppress(Unsatisfiable):
        probe()


def test_a_node_that_is_closed_takes_no_message_from_any_controller_but_its_readers(
    closed: House,
) -> None:
    bank = closed.network.parties["bank"]
    with Node(closed.url) as node:
        sender = Actor(node, closed.network.network, bank.controller, bank.key)
        body = msgspec.json.encode({"events": [event30(1)]})

        def push() -> httpx2.Response:
            request = ("POST", closed.url, "/v3/events")
            signed = signed_headers(sender, request, int(time.time()), digest=sha256(body))
            kind = {"content-type": "application/json"}
            return closed.http.post("/v3/events", content=body, headers=signed | kind)

        answer = push()
        assert answer.status_code == 403
        assert "7611" in answer.text
        assert not (closed.network.folder / "messages").exists()
        policy = closed._server.config.app.state.node.policy  # type: ignore[union-attr]
        policy.event_readers = frozenset({bank.controller})
        assert push().status_code == 200
