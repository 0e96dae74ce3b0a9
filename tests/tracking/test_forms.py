# SPDX-License-Identifier: Apache-2.0
"""Instants, places, boxes, ships and degrees as events write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tracking import (
    DateTimeError,
    EquipmentError,
    FormError,
    LocationError,
    UnknownCodeError,
    forms,
    tables,
)

MINUTES = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))
INSTANTS = st.datetimes(
    datetime.fromisoformat("2000-01-03"), datetime.fromisoformat("2089-12-29"), timezones=MINUTES
)


@given(INSTANTS)
def test_an_instant_is_that_of_pythons_own_calendar(at: datetime) -> None:
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    assert forms.instant_ms(at.isoformat(), "t") == since // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2000-01-01T00:00:00Z", 946_684_800_000),
        ("2089-12-31T23:59:59.9999Z", 3_786_911_999_999),
        ("2026-03-01T00:00:00.5+01:00", 1_772_319_600_500),
        ("2026-03-01T00:00:00.0009Z", 1_772_323_200_000),
        ("2028-02-29T00:00:00-00:00", 1_835_395_200_000),
    ],
)
def test_instants_are_milliseconds(text: str, ms: int) -> None:
    assert forms.instant_ms(text, "t") == ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01",
        "2026-03-01T08:00Z",
        "2026-03-01T08:00:00",
        "2026-03-01 08:00:00Z",
        "2026-03-01t08:00:00z",
        "2026-02-29T08:00:00Z",
        "2026-13-01T08:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T08:60:00Z",
        "2026-03-01T08:00:60Z",
        "2026-03-01T08:00:00+24:00",
        "2026-03-01T08:00:00+0100",
        "2026-03-01T08:00:00.Z",
        "2026-03-01T08:00:00Z\n",
        "٢٠٢٦-03-01T08:00:00Z",
        "1999-12-31T23:59:59Z",
        "2000-01-01T00:00:00+00:01",
        "2090-01-01T00:00:00Z",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(DateTimeError, match="eventDateTime"):
        forms.instant_ms(text, "eventDateTime")


def test_a_box_needs_its_check_digit() -> None:
    forms.check_equipment("CSQU3054383", "equipmentReference")
    for text in ("CSQU3054384", "CSQU305438", "csqu3054383", "CSQX3054383", ""):
        for _ in range(2):  # a refusal is not remembered as something else
            with pytest.raises(EquipmentError):
                forms.check_equipment(text, "equipmentReference")


def test_a_place_lies_in_a_country() -> None:
    for text in ("NLRTM", "XZ222", "US2AB"):
        forms.check_place(text, "UNLocationCode")
    for text in ("XYABC", "NLRT", "NLRT1", "nlrtm", ""):
        with pytest.raises(LocationError):
            forms.check_place(text, "UNLocationCode")


def test_a_ships_wrong_check_digit_is_warned_about_and_no_more() -> None:
    assert forms.vessel_warning("9321483", "imo") == ""
    assert "9321484" in forms.vessel_warning("9321484", "imo")
    for text in ("932148", "IMO9321483", "93214833", ""):
        with pytest.raises(FormError):
            forms.vessel_warning(text, "imo")


@pytest.mark.parametrize(
    ("text", "degrees_max", "e7"),
    [
        ("51.9496", 90, 519_496_000),
        ("-0", 90, 0),
        ("+90", 90, 900_000_000),
        ("-90.0000000", 90, -900_000_000),
        ("2.294492036", 180, 22_944_920),
        ("-2.29449209", 180, -22_944_920),
        ("180", 180, 1_800_000_000),
    ],
)
def test_degrees_are_whole_numbers_of_1e7(text: str, degrees_max: int, e7: int) -> None:
    assert forms.degrees_e7(text, degrees_max, "latitude") == e7


@pytest.mark.parametrize("text", ["", "N51", "90.0000001", "1e1", ".5", "5.", "--5", "90\n", "٩"])
def test_what_is_no_latitude_is_refused(text: str) -> None:
    with pytest.raises(LocationError):
        forms.degrees_e7(text, 90, "latitude")


def test_a_refused_code_is_told_what_may_stand_there() -> None:
    with pytest.raises(UnknownCodeError, match="eventClassifierCode: 'REQ' is none of PLN, EST"):
        forms.check_code("REQ", tables.CLASSIFIERS, "eventClassifierCode")
