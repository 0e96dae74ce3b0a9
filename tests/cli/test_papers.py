# SPDX-License-Identifier: Apache-2.0
"""From a booking to an issued title, command by command, against a real node."""

import json
from pathlib import Path

import pytest

from cli.test_commands import ROOT, answered, data, node  # noqa: F401  # fixtures
from ropewalk.client import Shelf
from ropewalk.client.papers import REQUIRED


def request(kind: str) -> bytes:
    """A request with the members the standard requires."""
    names = REQUIRED["booking" if kind == "booking" else "instructions"]
    return json.dumps(dict.fromkeys(names, "x")).encode()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Requests in files."""
    for kind in ("booking", "instructions"):
        (tmp_path / f"{kind}.json").write_bytes(request(kind))
    return tmp_path


@pytest.mark.usefixtures("node")
def test_a_booking_leads_to_a_title_by_commands_alone(files: Path, data: Path) -> None:  # noqa: F811
    carrier, shipper = ("--as", "carrier"), ("--as", "shipper")
    booked = answered("cargo", "book", files / "booking.json", *shipper, "--carrier", "carrier")
    booking = booked["booking"]
    assert Shelf(data / "documents").get(booking).document == request("booking")
    confirmation = f"@{files / 'booking.json'}"
    on_booking = ("--booking", booking, "--content", confirmation)
    answered("cargo", "confirm-booking", *carrier, *on_booking)
    told = answered(
        "cargo", "instruct", files / "instructions.json", *shipper, "--booking", booking
    )
    instructions = told["instructions"]
    document = ROOT / "examples" / "to-order.json"
    published = answered("cargo", "draft", document, instructions, *carrier)
    issue = (
        *("title", "issue", "--document", document, "--as", "carrier"),
        *("--shipper", "shipper", "--endorsee", "bank", "--law", "GB", "--draft", instructions),
    )
    assert answered(*issue, code=3)["code"] == "cargo.document_state"
    answered("cargo", "approve-draft", *shipper, "--instructions", instructions)
    title = answered(*issue)["title"]
    shown = answered("cargo", "document", "instructions", instructions)["record"]
    assert (shown["draft"], shown["title"]) == ("ISSUED", title)
    assert shown["document"] == published["document"]
    record = answered("title", "show", title)["record"]
    assert record["commitment"] == published["document"]


@pytest.mark.usefixtures("node")
def test_a_consignment_is_kept_by_commands(files: Path) -> None:
    """An act's last act is looked up; `@FILE` commits to a file."""
    plan = ("--content", f"@{files / 'booking.json'}")
    shipper, carrier = ("--as", "shipper"), ("--as", "carrier")
    told = ("cargo", "book", files / "booking.json", *shipper, "--carrier", "carrier")
    booking = answered(*told)["booking"]
    answered("cargo", "confirm-booking", *carrier, "--booking", booking, *plan)
    opened = answered("cargo", "open-consignment", *shipper, "--role", "shipper", *plan)
    consignment = opened["consignment"]
    on_it = ("--consignment", consignment)
    party = ("--controller", "carrier", "--role", "carrier")
    answered("cargo", "admit-party", *shipper, *on_it, *party)
    link = ("--kind", "booking", "--id", booking)
    answered("cargo", "link-consignment", *carrier, *on_it, *link)
    answered("cargo", "plan-consignment", *carrier, *on_it, *plan)
    declared = ("--booking", booking, "--box", "ab" * 32, *plan)
    answered("cargo", "declare-vgm", *shipper, *declared)
    cited = ("--document", booking, "--kind", "booking", "--reference", "cd" * 32)
    answered("cargo", "cite-customs", *shipper, *cited)
    answered("cargo", "close-consignment", *shipper, *on_it)
    record = answered("cargo", "document", "consignment", consignment)["record"]
    assert (record["status"], record["version"]) == ("CLOSED", 5)
    assert [one["id"] for one in record["links"]] == [booking]
    refused = answered("cargo", "plan-consignment", *carrier, *on_it, *plan, code=3)
    assert refused["code"] == "cargo.consignment_closed"


@pytest.mark.usefixtures("node")
def test_a_file_that_is_no_request_is_not_sent(files: Path) -> None:
    shipper = ("--as", "shipper", "--carrier", "carrier")
    wrong = answered("cargo", "book", files / "instructions.json", *shipper, code=1)
    assert wrong["code"] == "client.not_a_request"


def test_a_template_is_saved_listed_and_filled(files: Path, data: Path) -> None:  # noqa: F811
    template = ("cargo", "template")
    asked = ("--ask", "requestedEquipments", "--ask", "documentParties")
    answered(*template, "save", "weekly", files / "booking.json", *asked)
    listed = answered(*template, "list")["templates"]
    assert listed == {"weekly": ["documentParties", "requestedEquipments"]}
    assert (data / "templates" / "weekly.json").is_file()
    use = (*template, "use", "weekly", "-o", files / "new.json", "--set", "documentParties=Acme")
    assert answered(*use, code=1)["code"] == "client.template"
    answered(*use, "--set", 'requestedEquipments=[{"units":2}]')
    made = json.loads((files / "new.json").read_bytes())
    assert made["documentParties"] == "Acme"
    assert made["requestedEquipments"] == [{"units": 2}]
