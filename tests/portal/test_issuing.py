# SPDX-License-Identifier: Apache-2.0
"""What a browser makes of a document for its ISSUE is what the Python client makes of it."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.asking_quay import ask, one
from ropewalk.client import (
    Controllers,
    DocumentError,
    PartiesError,
    TransportDocument,
    box_tag,
    content_commitment,
    find_terms,
    issue_body,
    on_board_date,
)
from ropewalk.crypto import sha256, to_base64
from ropewalk.title import title_id
from verifier.asking import ROOT

NETWORK, ISSUER = "ab" * 32, "12" * 16
SALT, SECRET = sha256(b"salt"), sha256(b"secret")
SHIPPER, CONSIGNEE, ENDORSEE = "23" * 16, "34" * 16, "45" * 16
DCSA = ROOT.parent / "shared" / "data" / "dcsa" / "samples"
FILES = [*sorted((ROOT / "examples").glob("*.json")), *sorted(DCSA.rglob("*.json"))]
SAMPLE = json.loads((ROOT / "examples" / "yours.json").read_bytes())


def controllers(document: TransportDocument) -> Controllers:
    """Controllers as the document asks for them."""
    return Controllers(
        shipper=SHIPPER,
        consignee="" if document.is_to_order else CONSIGNEE,
        endorsee=ENDORSEE if document.life == "to-order" else "",
    )


def question(data: bytes, parties: Controllers, date: str = "", override: str = "") -> list[Any]:
    """A document, put to the browser's script."""
    told: dict[str, Any] = {
        "law": "GB",
        "network": NETWORK,
        "issuer": ISSUER,
        "parties": {"issueTo": parties.issue_to, **msgspec.to_builtins(parties)},
        "salt": to_base64(SALT),
        "secret": to_base64(SECRET),
    }
    if date:
        told["onBoard"] = {"date": date, "override": override}
    return ["issue", to_base64(data), told]


def issued(data: bytes, date: str = "", override: str = "") -> dict[str, Any]:
    """What Python makes of it; a refusal as its code."""
    try:
        document = TransportDocument.parse(data)
        terms = find_terms(document, SECRET)
        body = issue_body(document, SALT, "GB", controllers(document), terms)
    except DocumentError as error:
        return {"refused": error.code}
    if date and (terms is None or not terms.cargo.equipments):
        return {"refused": PartiesError.code}
    if date:
        assert terms is not None
        body["on_board"] = terms.on_board(date, override)
    return {"body": body, "title": title_id(NETWORK, ISSUER, dict(body))}


def parties_of(data: bytes) -> Controllers:
    try:
        return controllers(TransportDocument.parse(data))
    except DocumentError:
        return Controllers(shipper=SHIPPER)


def compare(files: list[bytes], date: str = "", override: str = "") -> list[dict[str, Any]]:
    """Hold the browser's answers to Python's."""
    asked = [question(data, parties_of(data), date, override) for data in files]
    answers = ask(asked)
    for data, answer in zip(files, answers, strict=True):
        answer.pop("detail", None)
        assert answer == issued(data, date, override), data[:3000]
    return answers


def documents() -> Iterator[Path]:
    """Files that are transport documents."""
    for path in FILES:
        try:
            TransportDocument.parse(path.read_bytes())
        except DocumentError:
            continue
        yield path


def test_every_file_gives_the_same_issue_or_the_same_refusal() -> None:
    answers = compare([path.read_bytes() for path in FILES])
    assert sum("body" in one for one in answers) >= 5
    assert any(answer == {"refused": "client.document_reference_missing"} for answer in answers)


def test_every_document_gives_the_same_on_board_bill() -> None:
    found = [path.read_bytes() for path in documents()]
    compare(found, "2026-01-06")
    answers = compare(found, "2026-01-06", override="cd" * 32)
    assert any("override" in one.get("body", {}).get("on_board", {}) for one in answers)


def test_a_document_says_its_own_on_board_date() -> None:
    paths = list(documents())
    answers = ask([["read", to_base64(path.read_bytes())] for path in paths])
    for path, answer in zip(paths, answers, strict=True):
        document = TransportDocument.parse(path.read_bytes())
        assert answer["onBoardDate"] == on_board_date(document)
        assert answer["life"] == document.life


def test_a_box_has_the_same_tag() -> None:
    found = one("boxTag", to_base64(SECRET), "MSCU1234566")
    assert found == box_tag(SECRET, "MSCU1234566")


@pytest.mark.parametrize("data", [b"the seal is broken", b'{"b":1.0,"a":[]}', b"[1]", b"\xff"])
def test_any_content_has_the_same_commitment(data: bytes) -> None:
    assert one("content", to_base64(data), to_base64(SALT)) == content_commitment(SALT, data)


def with_cargo(**changes: str) -> bytes:
    """The sample with a text put in the place of a number of its first cargo item, verbatim."""
    value = copy.deepcopy(SAMPLE)
    item = value["consignmentItems"][0]["cargoItems"][0]
    item["cargoGrossWeight"] = {"value": "@weight", "unit": changes.get("unit", "KGM")}
    item["cargoGrossVolume"] = {"value": "@volume", "unit": changes.get("volume_unit", "MTQ")}
    item["outerPackaging"]["numberOfPackages"] = "@packages"
    text = json.dumps(value)
    for name, otherwise in (("weight", "12000.0"), ("volume", "28"), ("packages", "7")):
        text = text.replace(f'"@{name}"', changes.get(name, otherwise))
    return text.encode()


WRITTEN = (
    "21384.5", "12000.0", "12000", "0", "0.0", "-0", "-0.0", "-1", "-1.5", "1e3", "1E-5", "0.00001",
    "0.0001", "0.00001234567", "1e16", "1e15", "9007199254740993", "123456789012345678901234567890",
    "1e22", "0.5", "0.4995", "0.0005", "true", "null", '"12"', "[]", "1.10", "5e-324", "1e300",
    "1234567890.123456789", "0.1234567890123456789", "9007199254740.9915", "9007199254740.9925",
)  # fmt: skip
UNITS = ("KGM", "LBR", "GRM", "ONZ", "TNE", "STN", "LTN", "kgm", "", "constructor")
VOLUMES = ("MTQ", "FTQ", "LTR", "CMQ", "DMQ", "INQ", "YDQ", "KGM")


def test_numbers_are_read_as_they_are_written() -> None:
    files = [with_cargo(weight=text) for text in WRITTEN]
    files += [with_cargo(volume=text) for text in WRITTEN]
    files += [with_cargo(packages=text) for text in WRITTEN]
    files += [with_cargo(weight="0", packages="0")]
    files += [with_cargo(unit=unit, weight="21384.5") for unit in UNITS]
    files += [with_cargo(volume_unit=unit, volume="61.25") for unit in VOLUMES]
    compare(files, "2026-01-06")


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.floats(min_value=0, allow_nan=False, allow_infinity=False, width=64)
            | st.decimals(0, 10**7, places=4).map(float),
            st.sampled_from(UNITS[:7]),
        ),
        min_size=60,
        max_size=120,
    )
)
def test_weights_are_rounded_alike(weights: list[tuple[float, str]]) -> None:
    compare([with_cargo(weight=repr(value), unit=unit) for value, unit in weights])


ODD: tuple[Any, ...] = (
    None,
    "",
    0,
    0.0,
    False,
    True,
    [],
    {},
    [""],
    ["b", "\U0001f6a2", "\uffee", 7],
)
MEMBERS = (
    ("transportDocumentReference",),
    ("transportDocumentTypeCode",),
    ("isToOrder",),
    ("carrierCode",),
    ("carrierCodeListProvider",),
    ("carrierClauses",),
    ("shippedOnBoardDate",),
    ("transports",),
    ("transports", "portOfLoading"),
    ("transports", "portOfDischarge", "UNLocationCode"),
    ("documentParties",),
    ("documentParties", "endorsee"),
    ("consignmentItems",),
    ("consignmentItems", 0, "HSCodes"),
    ("consignmentItems", 0, "descriptionOfGoods"),
    ("consignmentItems", 0, "cargoItems", 0, "equipmentReference"),
    ("consignmentItems", 0, "cargoItems", 0, "outerPackaging", "packageCode"),
)


def changed(path: tuple[Any, ...], value: Any, *, absent: bool = False) -> bytes:
    """The sample with one member changed or left out."""
    whole = copy.deepcopy(SAMPLE)
    place = whole
    for step in path[:-1]:
        place = place[step]
    if absent:
        place.pop(path[-1], None)
    else:
        place[path[-1]] = value
    return json.dumps(whole).encode()


def test_members_of_any_kind_are_read_or_refused_alike() -> None:
    files = [changed(path, value) for path in MEMBERS for value in ODD]
    files += [changed(path, None, absent=True) for path in MEMBERS]
    files += [
        changed(("transportDocumentTypeCode",), "SWB"),
        changed(("documentParties", "other"), [{"partyFunction": "endorsee", "party": {}}]),
        changed(("receivedForShipmentDate",), "2026-01-05"),
        changed(("carrierCode",), "a:b"),
        changed(("transportDocumentReference",), " spaced"),
        changed(("consignmentItems",), SAMPLE["consignmentItems"] * 2),
    ]
    answers = compare(files)
    assert {one["refused"] for one in answers if "refused" in one} >= {
        "client.document_reference_missing",
        "client.document_reference_malformed",
        "client.document_carrier_missing",
        "client.document_kind_unclear",
    }


def test_a_document_inside_another_is_found() -> None:
    wrapped = [
        json.dumps({"document": SAMPLE}).encode(),
        json.dumps({"transportDocument": SAMPLE, "more": 1.0}).encode(),
        json.dumps({"transportDocument": SAMPLE, "document": SAMPLE}).encode(),
        json.dumps({"document": []}).encode(),
    ]
    compare(wrapped, "2026-01-06")


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"\xff", b'{"a":1,"a":2}', b'{"a":1e999}', b"\xef\xbb\xbf{}", b"{} {}"]
)
def test_what_is_no_document_is_refused_alike(data: bytes) -> None:
    compare([data])


def test_too_many_goods_or_none_can_not_be_told() -> None:
    item = SAMPLE["consignmentItems"][0]
    many = [{**item, "descriptionOfGoods": [f"goods {n}"]} for n in range(33)]
    for value in (many, many[:32], []):
        data = changed(("consignmentItems",), value)
        assert ("cargo" in issued(data)["body"]) == (value == many[:32])
        compare([data])


def test_parties_have_to_fit_the_document() -> None:
    data = (ROOT / "examples" / "yours.json").read_bytes()
    for parties in (Controllers(shipper=SHIPPER), Controllers(SHIPPER, CONSIGNEE, "")):
        document = TransportDocument.parse(data)
        if document.life != "to-order":
            parties = Controllers(SHIPPER, "", ENDORSEE)  # noqa: PLW2901 - the other way round
        with pytest.raises(PartiesError):
            issue_body(document, SALT, "GB", parties)
        assert one(*question(data, parties))["refused"] == "client.parties"
    waybill = (ROOT / "examples" / "waybill.json").read_bytes()
    assert one(*question(waybill, Controllers(SHIPPER)))["refused"] == "client.parties"


def test_the_first_possessor_may_be_somebody_else() -> None:
    data = (ROOT / "examples" / "blank.json").read_bytes()
    parties = Controllers(shipper=SHIPPER, issue_to=CONSIGNEE)
    document = TransportDocument.parse(data)
    body = issue_body(document, SALT, "GB", parties, find_terms(document, SECRET))
    asked = question(data, parties)
    asked[2]["parties"]["issueTo"] = CONSIGNEE
    assert one(*asked)["body"] == body
