# SPDX-License-Identifier: Apache-2.0
"""`ropewalk events` and `views`, command by command, against a node in a process of its own."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ropewalk.cli.child import ChildNode
from ropewalk.cli.everything import app
from ropewalk.client import tag
from views.fleet import call_of, event22, event30

RUNNER = CliRunner()
BOX = "CSQU3054383"


def answered(*arguments: object, code: int = 0) -> Any:
    """Run a command with --json; its one document on stdout."""
    result = RUNNER.invoke(app, [*(str(one) for one in arguments), "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A node that lets anybody read events, with a carrier registered; its data directory."""
    folder = tmp_path / "data"
    monkeypatch.setenv("ROPEWALK_PASSPHRASE", "test")
    monkeypatch.setenv("ROPEWALK_DATA", str(folder))
    monkeypatch.setenv("NO_COLOR", "1")
    answered("init")
    with ChildNode(folder, "127.0.0.1:0", "test", tmp_path / "log", "--open-events") as child:
        monkeypatch.setenv("ROPEWALK_NODE", child.url)
        answered("key", "new", "carrier")
        answered("party", "register", "carrier", "--role", "carrier", "--carrier-code", "SMDG:ARX")
        yield folder


def await_events(count: int) -> None:
    """Wait until the views hold so many."""
    end, found = time.monotonic() + 30, dict[str, Any]()
    while time.monotonic() < end:
        found = answered("views", "status")
        if found["events"] == count and not found["missing"]:
            return
        time.sleep(0.1)
    raise AssertionError(found)


def test_events_of_a_file_are_claimed_listed_and_derived_anew(node: Path, tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    told = [event22(n) for n in range(700)]
    file.write_text(json.dumps(told), encoding="utf-8")
    claims = answered("events", "claim", file, "--as", "carrier")["claims"]
    assert [one["count"] for one in claims] == [500, 200]
    assert {one["outcome"]["status"] for one in claims} == {"committed"}
    await_events(700)
    assert len(list((node / "claims").rglob("*.json"))) == 2
    found = answered("events", "list", "equipmentReference=APZU4812090", "--limit", "1000")
    expected = [one for one in told if one.get("equipmentReference") == "APZU4812090"]
    assert sorted(one["eventID"] for one in found) == sorted(one["eventID"] for one in expected)
    assert len(answered("events", "list", "--limit", "650")) == 650

    assert answered("views", "rebuild") == {"ok": True}
    await_events(700)
    assert len(answered("events", "list", "--limit", "1000")) == 700


@pytest.mark.usefixtures("node")
def test_a_file_of_3_0_is_claimed(tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    file.write_text(json.dumps({"events": [event30(1), event30(2)]}), encoding="utf-8")
    (claim,) = answered("events", "claim", file, "--as", "carrier")["claims"]
    assert claim["count"] == 2
    await_events(2)


SHIPMENT_EVENTS = [event22(n) for n in range(0, 120, 4)]


def test_a_party_of_the_consignment_reads_its_events_at_a_closed_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, file = tmp_path / "data", tmp_path / "events.json"
    monkeypatch.setenv("ROPEWALK_PASSPHRASE", "test")
    monkeypatch.setenv("ROPEWALK_DATA", str(folder))
    answered("init")
    with ChildNode(folder, "127.0.0.1:0", "test", tmp_path / "log") as child:
        monkeypatch.setenv("ROPEWALK_NODE", child.url)
        roles = {"terminal": "terminal", "shipper": "shipper", "rival": "shipper"}
        for name, role in roles.items():
            answered("key", "new", name)
            told = answered("party", "register", name, "--role", role)
            roles[name] = told["party"]
        asked = ("--content", "ab" * 32, "--role", "shipper", "--as", "shipper")
        consignment = answered("cargo", "open-consignment", *asked)["consignment"]
        asked = ("--consignment", consignment, "--controller", roles["terminal"])
        answered("cargo", "admit-party", *asked, "--role", "terminal", "--as", "shipper")
        file.write_text(json.dumps(SHIPMENT_EVENTS), encoding="utf-8")
        asked = ("events", "claim", file, "--consignment", consignment)
        answered(*asked, "--as", "rival", code=3)
        answered(*asked, "--as", "terminal")
        await_events(len(SHIPMENT_EVENTS))
        since = "eventCreatedDateTime:gte=2020-01-01T00:00:00+01:00"
        for name, count in (("shipper", 30), ("terminal", 30), ("rival", 0)):
            assert len(answered("events", "list", since, "--as", name)) == count
            box = "equipmentReference=APZU4812090"
            told = answered("events", "answer", box, "--as", name)["answers"]
            assert bool(told) == bool(count)
        answered("events", "list", code=3)
        file.write_text(json.dumps(TERMS), encoding="utf-8")
        clock = ("events", "clock", "--terms", file, "--equipment", "APZU4812090")
        answered(*clock, "--as", "shipper")
        answered(*clock, code=3)


@pytest.mark.usefixtures("node")
def test_a_device_claims_what_it_measured_on_its_box(tmp_path: Path) -> None:
    answered("private", "new", "tracker", "--party", "carrier")
    enrolled = answered(
        "cargo", "enrol-device", "--device", "tracker", "--as", "carrier", "--propose"
    )
    assert not enrolled["carried_out"]
    assert answered("proposal", "approve", "--as", "tracker")["carried_out"]
    secret = "5e" * 32
    box = tag(bytes.fromhex(secret), "equipment", BOX)
    riding = ("cargo", "attach-device", "--device", "tracker", "--as", "carrier")
    answered(*riding, "--boxes", box)

    file = tmp_path / "readings.json"
    told = event30(1) | {
        "eventClassification": {
            "eventTypeCode": "REEFER",
            "eventClassifierCode": "ACT",
            "reeferEventTypeCode": "MEAS",
        },
        "equipmentDetails": {"equipmentReference": BOX},
    }
    file.write_text(json.dumps({"events": [told]}), encoding="utf-8")
    claiming = ("events", "claim", file, "--as", "tracker")
    assert answered(*claiming, code=3)["code"] == "cargo.not_attached"
    assert answered(*claiming, "--box", f"{BOX}=none", code=2)["code"] == "cli.usage"
    other = answered(*claiming, "--box", f"APZU4812090={secret}", code=3)
    assert BOX in other["detail"]
    (claim,) = answered(*claiming, "--box", f"{BOX}={secret}")["claims"]
    assert claim["count"] == 1
    await_events(1)
    (answer,) = answered("events", "answer", f"equipmentReference={BOX}")["answers"]
    assert answer["winner"]["role"] == "device"
    shown = RUNNER.invoke(app, ["events", "answer", f"equipmentReference={BOX}"])
    assert "device of" in " ".join(shown.output.split())

    answered(*riding)
    assert answered(*claiming, "--box", f"{BOX}={secret}", code=3)["code"] == "cargo.not_attached"
    answered("cargo", "withdraw-device", "--device", "tracker", "--as", "carrier")
    gone = answered(*claiming, "--box", f"{BOX}={secret}", code=3)
    assert gone["code"] == "cargo.device_withdrawn"


TERMS = {
    "kind": "DEM",
    "duration": 5,
    "unit": "CD",
    "currency": "EUR",
    "steps": [{"from_day": 1, "amount_minor": 5_000}, {"from_day": 4, "amount_minor": 10_000}],
}


def told_of_a_box(folder: Path) -> None:
    """A terminal and a carrier claim what happened to a box, each by its own lights."""
    answered("key", "new", "terminal")
    answered("party", "register", "terminal", "--role", "terminal")
    out, by_terminal, by_carrier = (
        event22(4 * n, equipmentReference=BOX, equipmentEventTypeCode=code, eventDateTime=at)
        | {"transportCall": call_of(0)}
        for n, code, at in (
            (1, "GTOT", "2026-03-12T10:00:00+01:00"),
            (2, "DISC", "2026-03-02T10:00:00+01:00"),
            (3, "DISC", "2026-03-04T10:00:00+01:00"),
        )
    )
    for who, told in (("terminal", [by_terminal, out]), ("carrier", [by_carrier])):
        file = folder / f"{who}.json"
        file.write_text(json.dumps(told), encoding="utf-8")
        answered("events", "claim", file, "--as", who)
    await_events(3)


@pytest.mark.usefixtures("node")
def test_many_claims_have_one_answer_and_a_clock_runs_over_it(tmp_path: Path) -> None:
    told_of_a_box(tmp_path)
    query = f"equipmentReference={BOX}"
    disc, out = answered("events", "answer", query)["answers"]
    assert disc["winner"]["role"] == "terminal"
    assert [one["role"] for one in disc["losers"]] == ["carrier"]
    assert out["winner"]["event"]["equipmentEventTypeCode"] == "GTOT"
    early = answered("events", "answer", query, "--valid-at", "2026-03-05T00:00:00Z")["answers"]
    assert [one["state"] for one in early] == ["happened", "expected"]
    late = answered("events", "answer", query, "--known-at", "2026-03-05T00:00:00Z")
    assert late["answers"] == []
    shown = RUNNER.invoke(app, ["events", "answer", query], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    for part in ("EQUIPMENT DISC", BOX, "happened", "terminal", "ACT 2026-03-02T09:00:00Z"):
        assert part in shown.output

    terms = tmp_path / "terms.json"
    terms.write_text(json.dumps(TERMS), encoding="utf-8")
    asked = ("events", "clock", "--terms", terms, "--equipment", BOX)
    clock = answered(*asked)
    figures = [clock[f"days_{one}"] for one in ("used", "free", "chargeable")]
    assert (clock["state"], figures, clock["amount_minor"]) == ("stopped", [10, 5, 5], 35_000)
    assert [one["role"] for one in clock["stands_on"]] == ["terminal", "terminal"]
    running = answered(*asked, "--as-of", "2026-03-09")
    assert (running["state"], running["amount_minor"]) == ("running", 10_000)
    assert answered(*asked, "--known-at", "2026-03-30T00:00:00Z")["state"] == "not started"
    assert answered(*asked, "--of", "transportCallID=call-0")["state"] == "stopped"
    words = RUNNER.invoke(app, [str(one) for one in asked], env={"COLUMNS": "200"}).output
    assert "days used 10, free 5, chargeable 5" in words
    assert "amount 350.00 EUR" in words
    assert words.count("stands on ACT") == 2


@pytest.mark.usefixtures("node")
def test_terms_and_references_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    asked = ("events", "clock", "--terms", wrong, "--equipment", BOX)
    wrong.write_text(json.dumps(TERMS | {"unit": "YR"}), encoding="utf-8")
    assert answered(*asked, code=2)["code"] == "cli.usage"
    wrong.write_text(json.dumps(TERMS | {"steps": []}), encoding="utf-8")
    assert answered(*asked, code=3)["code"] == "tracking.terms"
    assert answered("events", "answer", "vessel=1", code=3)["code"] == "api.malformed_parameter"
    assert answered("events", "answer", BOX, code=2)["code"] == "cli.usage"


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize(
    "content", ["none", "[1]", json.dumps([event22(1) | {"eventDateTime": "yesterday"}])]
)
def test_a_file_that_holds_no_events_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "events.json"
    file.write_text(content, encoding="utf-8")
    told = answered("events", "claim", file, "--as", "carrier", code=3)
    assert told["code"].startswith("tracking.")


@pytest.mark.usefixtures("node")
def test_a_wrong_filter_is_told_with_the_nodes_words() -> None:
    told = answered("events", "list", "eventType=NONE", code=3)
    assert (told["code"], told["number"]) == ("views.filter", 7606)
    assert answered("events", "list", "eventType", code=2)["code"] == "cli.usage"


def test_views_that_do_not_open_are_told_and_stop_the_command(tmp_path: Path) -> None:
    (tmp_path / "views.sqlite").write_bytes(
        b"this is no database, and long enough to be told so" * 9
    )
    told = answered("views", "status", "--data", tmp_path, code=5)
    assert (told["code"], told["number"]) == ("views.database", 7601)


def test_a_directory_without_views_is_said_to_have_none(tmp_path: Path) -> None:
    told = answered("views", "status", "--data", tmp_path, code=2)
    assert "no views" in told["detail"]
