# SPDX-License-Identifier: Apache-2.0
"""Ports and ways over sea."""

import pytest

from ropewalk.codes import EquipmentReference, ImoNumber, UNLocationCode
from ropewalk.generator import ROTATIONS, find_port, sea_route
from ropewalk.generator.fleet import equipment, vessel


def test_every_port_of_every_rotation_is_one() -> None:
    for rotation in ROTATIONS:
        for code in rotation.ports:
            port = find_port(code)
            assert -180 <= port.longitude <= 180
            assert -12 <= port.utc_offset_h <= 12
            assert str(UNLocationCode.parse_strict(code)) == code


@pytest.mark.parametrize(
    ("origin", "destination", "km"), [("CNSHA", "NLRTM", 19_500), ("NLRTM", "USNYC", 6_300)]
)
def test_the_way_is_about_as_long_as_charts_say(origin: str, destination: str, km: int) -> None:
    route = sea_route(origin, destination)
    assert abs(route.km - km) < km // 10
    assert len(route.points) > 10
    assert route.hours(16) == round(route.km / (16 * 1.852))


def test_numbers_have_their_check_digits() -> None:
    for number in range(50):
        assert EquipmentReference.parse_strict(equipment(number))
        assert ImoNumber.parse(vessel(number).imo).check_digit_holds
