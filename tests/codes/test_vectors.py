# SPDX-License-Identifier: Apache-2.0
"""Every code parses, prints and is refused as `vectors/codes` says."""

import json
from pathlib import Path
from typing import Any

import pytest

from ropewalk import codes

VECTORS = Path(__file__).parents[2] / "vectors" / "codes"
TYPES: dict[str, Any] = {
    "carrier": codes.CarrierCode,
    "date": codes.CalendarDate,
    "equipment": codes.EquipmentReference,
    "imo": codes.ImoNumber,
    "instant": codes.UtcInstant,
    "law": codes.GoverningLaw,
    "lei": codes.LegalEntityIdentifier,
    "location": codes.UNLocationCode,
    "money": codes.Money,
    "reference": codes.DocumentReference,
    "volume": codes.Volume,
    "weight": codes.Weight,
}
HOLDS = {
    "equipment": "check_digit_holds",
    "imo": "check_digit_holds",
    "lei": "check_digits_hold",
    "location": "country_is_assigned",
}


def cases(group: str) -> list[Any]:
    found = []
    for name in sorted(TYPES):
        vectors = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
        found += [
            pytest.param(name, case, id=f"{name}-{ascii(case['text'])[:30]}")
            for case in vectors.get(group, ())
        ]
    return found


def test_every_vector_file_has_its_type() -> None:
    assert sorted(path.stem for path in VECTORS.glob("*.json")) == sorted(TYPES)


@pytest.mark.parametrize(("name", "case"), cases("accepted"))
def test_a_code_is_read_and_written_as_its_vector_says(name: str, case: dict[str, Any]) -> None:
    code = TYPES[name].parse(case["text"])
    assert str(code) == case["canonical"]
    assert TYPES[name].parse(str(code)) == code
    for field, value in case.items():
        if field not in ("text", "canonical"):
            assert getattr(code, HOLDS[name] if field == "holds" else field) == value


@pytest.mark.parametrize(("name", "case"), cases("refused"))
def test_a_text_that_is_no_code_is_refused(name: str, case: dict[str, Any]) -> None:
    with pytest.raises(codes.CodeError) as refused:
        TYPES[name].parse(case["text"])
    assert refused.value.code == case["code"]


@pytest.mark.parametrize(("name", "case"), cases("refused_strict"))
def test_what_an_event_may_not_hold_is_refused_strictly(name: str, case: dict[str, Any]) -> None:
    with pytest.raises(codes.CodeError) as refused:
        TYPES[name].parse_strict(case["text"])
    assert refused.value.code == case["code"]


@pytest.mark.parametrize(("name", "case"), cases("accepted"))
def test_strict_reading_accepts_what_holds(name: str, case: dict[str, Any]) -> None:
    if case.get("holds"):
        assert TYPES[name].parse_strict(case["text"]) == TYPES[name].parse(case["text"])
