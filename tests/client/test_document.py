# SPDX-License-Identifier: Apache-2.0
"""Transport documents: our examples, the official samples, and hostile bytes."""

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import rfc8785
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.client.document import (
    WARNINGS_MAX,
    CarrierMissingError,
    DocumentError,
    DocumentTooLargeError,
    KindUnclearError,
    NotAnObjectError,
    NotJsonError,
    ReferenceMalformedError,
    ReferenceMissingError,
    TransportDocument,
    dcsa_checksum,
)

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.json"))
DCSA = ROOT.parent / "shared" / "data" / "dcsa"
SAMPLES = sorted(
    path
    for folder in ("transport-document", "pint", "ebl-issuance", "ebl")
    for path in (DCSA / "samples" / folder).glob("*.json")
)
ISSUED = {
    "ebl-3.0.4-dangerous-goods.json": ("blank", ""),
    "ebl-3.0.4-reefer.json": ("blank", ""),
    "ebl-3.0.4-regular.json": ("blank", ""),
    "eblissuance-v3.0.0-request.json": ("straight", "document"),
    "pint-3.0.0-transport-document.json": ("straight", ""),
}
needs_dcsa = pytest.mark.skipif(not DCSA.exists(), reason="DCSA's files are not beside the project")


def example(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((ROOT / "examples" / f"{name}.json").read_bytes())
    return value


def changed(name: str, **members: object) -> TransportDocument:
    """The example read with members set, or taken out where they are None."""
    value = {**example(name), **members}
    kept = {key: member for key, member in value.items() if member is not None}
    return TransportDocument.parse(json.dumps(kept).encode())


def warned(document: TransportDocument) -> str:
    return "\n".join(f"{warning.where}: {warning.text}" for warning in document.warnings)


@pytest.fixture(scope="module")
def standard() -> jsonschema_rs.Draft4Validator:
    """DCSA's own schema of a transport document."""
    return schema_of("EBL_v3.0.4.yaml", "TransportDocument")


def schema_of(file: str, name: str) -> jsonschema_rs.Draft4Validator:
    text = (DCSA / "openapi" / file).read_text(encoding="utf-8")
    components = yaml.load(text, Loader=yaml.CSafeLoader)["components"]
    root = {"$ref": f"#/components/schemas/{name}", "components": components}
    return jsonschema_rs.Draft4Validator(root)


REQUESTS = {
    "booking": ("BKG_v2.0.5.yaml", "CreateBooking"),
    "instructions": ("EBL_v3.0.4.yaml", "CreateShippingInstructions"),
}


@needs_dcsa
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid_by_the_standards_schema(path: Path) -> None:
    file, name = REQUESTS.get(path.stem, ("EBL_v3.0.4.yaml", "TransportDocument"))
    errors = schema_of(file, name).iter_errors(json.loads(path.read_bytes()))
    assert [error.message for error in errors] == []


@needs_dcsa
def test_the_schema_does_refuse(standard: jsonschema_rs.Draft4Validator) -> None:
    value = example("blank")
    del value["carrierCode"]
    assert not standard.is_valid(value)


@pytest.mark.parametrize("name", ["to-order", "blank", "waybill"])
def test_an_example_is_read_without_a_warning(name: str) -> None:
    document = TransportDocument.parse((ROOT / "examples" / f"{name}.json").read_bytes())
    assert document.life == name
    assert document.warnings == ()
    assert document.wrapped_in == ""


def test_an_example_tells_its_parties() -> None:
    document = changed("to-order")
    assert (document.document_type, document.is_to_order) == ("BOL", True)
    assert str(document.reference) == "SMDG:ARX:ARXVAP2600417"
    assert [party.role for party in document.parties] == [
        "shipper",
        "endorsee",
        "issuingParty",
        "carriersAgentAtDestination",
        "notifyParty",
    ]
    endorsee = document.party("endorsee")
    assert endorsee is not None
    assert endorsee.lei == "836800HPRCBANK26CN50"
    assert endorsee.identifying_codes == (("GLEIF", "LEI", endorsee.lei),)
    assert document.party("consignee") is None


@needs_dcsa
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_an_official_sample_is_read_exactly_when_it_is_a_transport_document(path: Path) -> None:
    data = path.read_bytes()
    if path.name not in ISSUED:
        with pytest.raises(ReferenceMissingError):
            TransportDocument.parse(data)
        return
    document = TransportDocument.parse(data)
    assert (document.life, document.wrapped_in) == ISSUED[path.name]
    assert document.data == data
    assert document.checksum == hashlib.sha256(rfc8785.dumps(json.loads(data))).digest()


@needs_dcsa
def test_the_official_sample_with_a_wrong_check_digit_is_warned_about() -> None:
    path = DCSA / "samples" / "transport-document" / "ebl-3.0.4-dangerous-goods.json"
    assert "HLXU1234567 should be 1" in warned(TransportDocument.parse(path.read_bytes()))


def test_bytes_stay_verbatim_and_the_checksum_ignores_their_spelling() -> None:
    value = {**example("blank"), "declaredValue": 12000.0}
    wide, narrow = json.dumps(value, indent=4).encode(), json.dumps(value, sort_keys=True).encode()
    assert b"12000.0" in TransportDocument.parse(wide).data
    assert TransportDocument.parse(wide).data == wide
    assert dcsa_checksum(wide) == dcsa_checksum(narrow) == TransportDocument.parse(wide).checksum


@pytest.mark.parametrize("wrapper", ["document", "transportDocument"])
def test_a_wrapped_document_is_read_and_the_file_stays_the_document(wrapper: str) -> None:
    data = json.dumps({wrapper: example("to-order"), "issueTo": {}}).encode()
    document = TransportDocument.parse(data)
    assert (document.wrapped_in, document.life) == (wrapper, "to-order")
    assert document.data == data
    assert document.checksum == dcsa_checksum(data)
    assert wrapper in warned(document)


def test_a_document_wrapped_twice_over_is_none() -> None:
    both = {"document": example("blank"), "transportDocument": example("blank")}
    with pytest.raises(ReferenceMissingError):
        TransportDocument.parse(json.dumps(both).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":"\\ud800"}',
        b'{"a":' * 33 + b"1" + b"}" * 33,
        b"{} {}",
    ],
    ids=lambda data: ascii(data)[:20],
)
def test_bytes_that_are_not_strict_json_are_refused(data: bytes) -> None:
    for read in (TransportDocument.parse, dcsa_checksum):
        with pytest.raises(NotJsonError):
            read(data)


def test_a_document_that_is_no_object_is_refused() -> None:
    with pytest.raises(NotAnObjectError):
        TransportDocument.parse(b"[]")


def test_a_document_beyond_twenty_mebibytes_is_refused() -> None:
    with pytest.raises(DocumentTooLargeError):
        TransportDocument.parse(b" " * (20 * 2**20 + 1))


@pytest.mark.parametrize("reference", [None, ""])
def test_a_document_without_a_reference_is_refused(reference: str | None) -> None:
    with pytest.raises(ReferenceMissingError):
        changed("blank", transportDocumentReference=reference)


@pytest.mark.parametrize("reference", ["号", "A\nB", "A\x7f", " A", "A ", "R" * 101, 7, ["A"]])
def test_a_reference_that_could_not_be_typed_is_refused(reference: object) -> None:
    with pytest.raises(ReferenceMalformedError):
        changed("blank", transportDocumentReference=reference)


@pytest.mark.parametrize(
    "members",
    [
        {"carrierCode": None},
        {"carrierCodeListProvider": None},
        {"carrierCode": 7},
        {"carrierCode": "M:C"},
        {"carrierCodeListProvider": "BIC"},
    ],
    ids=str,
)
def test_a_document_without_a_carrier_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(CarrierMissingError):
        changed("blank", **members)


def test_a_reference_longer_than_the_standard_allows_is_warned_about() -> None:
    document = changed("blank", transportDocumentReference="R" * 40)
    assert document.reference.reference == "R" * 40
    assert "the standard allows 20" in warned(document)


@pytest.mark.parametrize(
    ("name", "members", "life"),
    [
        ("to-order", {"transportDocumentTypeCode": None}, "to-order"),
        ("to-order", {"isToOrder": None}, "to-order"),
        ("waybill", {"transportDocumentTypeCode": "BOL", "isToOrder": None}, "straight"),
        ("waybill", {"isToOrder": True}, "waybill"),
        ("to-order", {"isToOrder": False}, "straight"),
        ("to-order", {"documentParties": None}, "blank"),
        ("to-order", {"documentParties": []}, "blank"),
    ],
)
def test_what_the_kind_does_not_say_is_inferred_with_a_warning(
    name: str, members: dict[str, object], life: str
) -> None:
    document = changed(name, **members)
    assert document.life == life
    assert document.warnings


def test_a_waybill_may_leave_out_that_it_is_not_to_order() -> None:
    assert changed("waybill", isToOrder=None).warnings == ()


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("waybill", {"transportDocumentTypeCode": None}),
        ("waybill", {"transportDocumentTypeCode": "CMR"}),
        ("blank", {"isToOrder": None}),
        ("blank", {"isToOrder": "true"}),
        ("blank", {"transportDocumentTypeCode": ["BOL"]}),
    ],
)
def test_a_document_that_leaves_its_kind_open_is_refused(
    name: str, members: dict[str, object]
) -> None:
    with pytest.raises(KindUnclearError):
        changed(name, **members)


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"x": {"equipmentReference": "CSQU3054380"}}, "x/equipmentReference: the check digit"),
        ({"x": [{"equipmentReference": "BOX 1"}]}, "x/0/equipmentReference: 'BOX 1' is no ISO"),
        ({"x": {"value": 1, "unit": "XXX"}}, "x/unit: 'XXX' is a unit that is not in the table"),
        ({"x": {"vesselIMONumber": "9074728"}}, "the check digit of 9074728 should be 9"),
        ({"x": {"UNLocationCode": "QQABC"}}, "no country has the code QQ"),
        ({"x": {"countryCode": "UK"}}, "no country has the code 'UK'"),
        ({"declaredValueCurrency": "XAU"}, "'XAU' is no ISO 4217 currency"),
        ({"issueDate": "2026-02-30"}, "the calendar has no day 2026-02-30"),
        ({"x": {"codeListProvider": "GLEIF", "partyCode": "529900T8BM49AURSDO54"}}, "should be 55"),
        ({"x": "BOOKING_REFERENCE_PLACEHOLDER"}, "1 texts end in PLACEHOLDER"),
        ({"documentParties": {}}, "documentParties/shipper: required, and absent"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_what_departs_from_a_standard_is_warned_about(
    members: dict[str, object], says: str
) -> None:
    assert says in warned(changed("blank", **members))


def test_an_unknown_country_and_a_code_of_another_list_are_no_departures() -> None:
    codes = [{"codeListProvider": "GLEIF", "codeListName": "X", "partyCode": "1"}]
    assert changed("blank", x={"countryCode": "ZZ"}, y=codes).warnings == ()


def test_consignee_and_endorsee_exclude_each_other() -> None:
    parties = {**example("to-order")["documentParties"], "consignee": {"partyName": "C"}}
    assert "exclude each other" in warned(changed("to-order", documentParties=parties))
    assert "a straight document has none" in warned(changed("to-order", isToOrder=False))


def test_two_hundred_consignment_items_of_any_script_are_read() -> None:
    item = example("waybill")["consignmentItems"][0]
    scripts = ["取扱注意", "هشة", "שביר", "नाज़ुक", "Ξηρό", "🚢"]
    items = [{**item, "descriptionOfGoods": scripts} for _ in range(200)]
    document = changed("waybill", consignmentItems=items)
    assert document.warnings == ()
    assert document.checksum == hashlib.sha256(rfc8785.dumps(json.loads(document.data))).digest()


def test_warnings_are_counted_beyond_a_hundred_and_a_code_is_named_once() -> None:
    boxes = [{"equipmentReference": f"BOX{number // 2}"} for number in range(1000)]
    document = changed("blank", x=boxes)
    assert len(document.warnings) == WARNINGS_MAX + 1
    assert document.warnings[-1].text == "and 400 more warnings"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("BOL"),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside),
    max_leaves=5,
)
MEMBERS = st.sampled_from(
    ("carrierCode", "documentParties", "isToOrder", "transportDocumentTypeCode", "transports")
)


@given(st.dictionaries(MEMBERS, JSON), st.sampled_from(("shipper", "notifyParties", "other")), JSON)
def test_members_of_any_shape_are_read_or_refused(
    members: dict[str, object], role: str, party: object
) -> None:
    value = {**example("blank"), "documentParties": {role: party}, **members}
    try:
        document = TransportDocument.parse(json.dumps(value).encode())
    except DocumentError:
        return
    assert document.life in ("to-order", "blank", "straight", "waybill")


def test_every_refusal_has_its_own_code_and_its_released_number() -> None:
    assert {kind.code: kind.number for kind in DocumentError.__subclasses__()} == {
        "client.document_not_json": 7110,
        "client.document_not_an_object": 7111,
        "client.document_too_large": 7112,
        "client.document_reference_missing": 7113,
        "client.document_reference_malformed": 7114,
        "client.document_carrier_missing": 7115,
        "client.document_kind_unclear": 7116,
        "client.no_cargo": 7117,
    }
