# SPDX-License-Identifier: Apache-2.0
"""UN/LOCODE."""

from ropewalk.codes import UNLocationCode


def test_a_place_in_international_waters_has_an_assigned_country() -> None:
    assert UNLocationCode.parse_strict("XZMOM").country_is_assigned


def test_the_parts_of_a_location_are_told_apart() -> None:
    assert UNLocationCode.parse("CLVAP") == UNLocationCode("CL", "VAP")
