# SPDX-License-Identifier: Apache-2.0
"""The demo on the examples, on official samples, and on documents nobody has seen."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ropewalk.audit import audit_directory
from ropewalk.client import Node, read_trust, verify_bundle

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "data" / "dcsa" / "samples"
OFFICIAL = [
    "transport-document/ebl-3.0.4-regular.json",
    "transport-document/ebl-3.0.4-dangerous-goods.json",
    "transport-document/ebl-3.0.4-reefer.json",
    "pint/pint-3.0.0-transport-document.json",
]


def play(out: Path, *documents: Path) -> dict[str, Any]:
    """`ropewalk demo --once`; its summary, the bundles verified and the ledger audited."""
    named = [part for document in documents for part in ("--document", str(document))]
    command = [sys.executable, "-m", "ropewalk.cli", "demo", "--once", "--json", "--out", str(out)]
    done = subprocess.run([*command, *named], capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    summary: dict[str, Any] = json.loads(done.stdout)
    assert json.loads((out / "summary.json").read_bytes()) == summary
    genesis = (out / "genesis.json").read_bytes()
    for title in summary["titles"]:
        bundle = (out / f"{title['title']}.ropewalk.json").read_bytes()
        assert verify_bundle(bundle, read_trust(genesis), None).ok
    assert all(act["outcome"] == "committed" and act["height"] > 0 for act in summary["acts"])
    report = audit_directory(out / "data", None, lambda _done, _all: None)
    assert report.ok, report.first_difference
    return summary


def test_three_lives_are_played(tmp_path: Path) -> None:
    summary = play(tmp_path / "out")
    lives = {title["life"]: title["status"] for title in summary["titles"]}
    assert lives == {"to-order": "SURRENDERED", "blank": "SURRENDERED", "waybill": "DELIVERED"}
    acts = [act["act"] for act in summary["acts"]]
    assert {"title.REFUSE_TRANSFER", "title.BLANK_ENDORSE", "title.REDIRECT"} <= set(acts)
    assert {"cargo.REQUEST_BOOKING", "cargo.APPROVE_DRAFT", "cargo.CLAIM"} <= set(acts)
    assert acts.count("cargo.GATE_OUT") == acts.count("cargo.RETURN_EMPTY") == 7
    assert "governing law" in {one["what"] for one in summary["supplied"]}
    check_voyage(summary, tmp_path / "out")


def check_voyage(summary: dict[str, Any], out: Path) -> None:
    """The voyage told whole: what had to be refused was, money adds up, the archive rebuilds."""
    voyage = summary["voyage"]
    assert [one["code"] for one in voyage["refusals"]] == [
        "cargo.on_board_evidence",
        "title.not_possessor",
        "exchange.waits",
        "cargo.customs",
        "cargo.bad_presentation",
    ]
    assert "pledged already" in voyage["refusals"][1]["why"]
    dollars = {name: int(one["USD"]) for name, one in voyage["balances"].items() if "USD" in one}
    assert dollars == {"consignee": 3_000_000, "importers-bank": 30_000_000, "shipper": 8_200_000}
    yuan = {name: int(one["CNY"]) for name, one in voyage["balances"].items() if "CNY" in one}
    assert sum(yuan.values()) == 61_000_000 + 10_000_000
    assert yuan["forwarder"] == 35_000_000
    assert yuan["exporters-bank"] == 10_000_000 + 150_000
    assert verify_bundle(
        (out / voyage["bundle"]).read_bytes(),
        read_trust((out / "genesis.json").read_bytes()),
        None,
    ).ok
    afterwards = summary["afterwards"]
    assert afterwards["verified"]
    assert afterwards["titles"] == len(summary["titles"]) + 1
    assert audit_directory(out / afterwards["rebuilt"], None, lambda _done, _all: None).ok


@pytest.mark.parametrize("name", OFFICIAL)
def test_an_official_sample_lives_its_life(name: str, tmp_path: Path) -> None:
    if not (SAMPLES / name).exists():
        pytest.skip("the official samples are not beside this checkout")
    summary = play(tmp_path / "out", SAMPLES / name)
    assert summary["titles"][0]["status"] == "SURRENDERED"


def test_a_document_with_two_hundred_items_in_many_scripts_lives_its_life(tmp_path: Path) -> None:
    names = ["Αθήνα", "上海", "موانئ", "Łódź", "São Tomé", "🚢", "न्हावा शेवा"]
    document = {
        "transportDocumentReference": "R" * 60,
        "transportDocumentTypeCode": "BOL",
        "isToOrder": False,
        "carrierCode": "ZZZZ",
        "carrierCodeListProvider": "NMFTA",
        "documentParties": {
            "shipper": {"partyName": names[0]},
            "consignee": {"partyName": names[1]},
        },
        "consignmentItems": [
            {
                "descriptionOfGoods": [names[number % len(names)] * 5],
                "cargoItems": [{"equipmentReference": "MSCU1234567", "weight": number + 0.1}],
            }
            for number in range(200)
        ],
        "unknownMember": {"deeply": {"nested": [None, 1e300, -0.0, True]}},
    }
    file = tmp_path / "document.json"
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    summary = play(tmp_path / "out", file)
    title = summary["titles"][0]
    assert title["life"] == "straight"
    assert title["warnings"]
    kept = tmp_path / "out" / "data" / "documents" / f"{title['title']}.document"
    assert kept.read_bytes() == file.read_bytes()


def test_a_document_that_can_not_be_read_is_refused_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "document.json"
    file.write_text('{"a": 1, "a": 2}', encoding="utf-8")
    command = [sys.executable, "-m", "ropewalk.cli", "demo", "--once", "--json"]
    done = subprocess.run(
        [*command, "--document", str(file), "--out", str(tmp_path / "out")],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3
    assert json.loads(done.stdout)["number"] // 10 == 711


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_demo_lives_on_until_it_is_told_to_end(tmp_path: Path, how: signal.Signals) -> None:
    document = ROOT / "examples" / "blank.json"
    command = [sys.executable, "-m", "ropewalk.cli", "demo", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(
        [*command, "--out", str(tmp_path / "out"), "--document", str(document)],
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    assert process.stderr is not None
    ready = next(line for line in process.stderr if line.startswith("ready http://localhost:"))
    with Node(ready.split()[1]) as node:
        size = int(node.checkpoint().splitlines()[1])
        end = time.monotonic() + 30
        while int(node.checkpoint().splitlines()[1]) < size + 3:
            assert time.monotonic() < end
            time.sleep(0.2)
    if how == signal.SIGINT:
        os.killpg(process.pid, how)  # as a terminal does
    else:
        process.send_signal(how)
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 0
    assert said.index("choose a desk") < said.index("ropewalk verify")
    assert "Traceback" not in said
    assert audit_directory(tmp_path / "out" / "data", None, lambda _done, _all: None).ok
