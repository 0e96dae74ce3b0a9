# SPDX-License-Identifier: Apache-2.0
"""A sheet, on the screen and printed, shows the document that its title is issued of, as it is."""

import copy
import json
from typing import Any, Final

import pytest

from portal.asking_quay import ask, one
from ropewalk.client import TransportDocument
from ropewalk.crypto import to_base64
from ropewalk.portal.sheet_pdf import boxes, shown_members
from verifier.asking import ROOT

SAMPLE: Final = json.loads((ROOT / "examples" / "yours.json").read_bytes())
MARKS: Final = {0x2039: "<", 0x203A: ">"}


def on_screen(data: bytes) -> dict[str, str]:
    """Boxes that the browser draws."""
    return dict(one("sheet", to_base64(data)))


def printed(data: bytes) -> dict[str, str]:
    """Boxes that the node prints."""
    found = boxes(shown_members(TransportDocument.parse(data)))
    return {key: value for key, value, _ in found if value}


def changed(**members: Any) -> dict[str, Any]:
    """A document with members of its own."""
    return {**copy.deepcopy(SAMPLE), **members}


def test_every_box_of_a_document_is_shown_on_the_screen_and_printed() -> None:
    data = json.dumps(SAMPLE).encode()
    screen, paper = on_screen(data), printed(data)
    assert screen.keys() == paper.keys()
    assert {"shipper", "goods", "loading", "discharge"} <= screen.keys()
    for key in ("shipper", "carrier"):
        assert screen[key] == paper[key]


@pytest.mark.parametrize("wrapper", ["document", "transportDocument"])
def test_what_stands_around_a_wrapped_document_is_not_its_sheet(wrapper: str) -> None:
    decoy = changed()
    del decoy["transportDocumentReference"]
    decoy["consignmentItems"] = [{"descriptionOfGoods": ["DECOY GOLD"]}]
    decoy["documentParties"]["shipper"]["partyName"] = "DECOY SHIPPER"
    decoy["termsAndConditions"] = "DECOY TERMS"
    wrapped = json.dumps({**decoy, wrapper: SAMPLE}).encode()
    plain = json.dumps(SAMPLE).encode()
    assert on_screen(wrapped) == on_screen(plain)
    assert printed(wrapped) == printed(plain)


def test_what_can_t_be_seen_is_spelt_and_lines_stay_in_free_texts_alone() -> None:
    document = changed(carrierClauses=["one\ntwo\u202e", "\u200bthree\x07"])
    document["documentParties"]["shipper"]["partyName"] = "Au\u202erora\nTrading\u2066\u3164"
    data = json.dumps(document).encode()
    for found in (on_screen(data), printed(data)):
        assert found["terms"].startswith("one\ntwo\u2039U+202E\u203a\n\u2039U+200B\u203athree")
        name = found["shipper"].split("\n")[0].translate(MARKS)
        assert name == "Au<U+202E>rora<U+000A>Trading<U+2066><U+3164>"


def test_numbers_are_shown_as_the_document_writes_them() -> None:
    numbers = ("9007199254740993", "123456789.12349999", "1.50", "1.0e2")
    for number in numbers:
        cargo = {"cargoGrossWeight": {"value": "@", "unit": "KGM"}}
        items = [{"descriptionOfGoods": ["Pears"], "HSCodes": ["080830"], "cargoItems": [cargo]}]
        data = json.dumps(changed(consignmentItems=items)).replace('"@"', number).encode()
        for found in (on_screen(data), printed(data)):
            assert f"{number} KGM" in found["goods"]


def test_a_document_of_odd_members_is_drawn_as_far_as_it_is_text() -> None:
    odd: list[Any] = [None, True, [], {}, "text", 7, [None, "one", {"a": 1}]]
    names = ("consignmentItems", "utilizedTransportEquipments", "transports", "carrierClauses")
    files = [json.dumps(changed(**{name: part})).encode() for name in names for part in odd]
    answers = ask([["sheet", to_base64(data)] for data in files])
    for data, answer in zip(files, answers, strict=True):
        assert isinstance(answer, list), (data[-300:], answer)
        assert "object" not in str(answer)
        printed(data)
