# SPDX-License-Identifier: Apache-2.0
"""Ports and the sea between them, as searoute has them: 3,900 UN/LOCODE ports with coordinates.

An edge: what is generated is measured in degrees and kilometres, none of it reaches a rule.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

KNOT_KM_H = 1.852


@dataclass(frozen=True, slots=True)
class Port:
    """A port of the world."""

    code: str
    """UN/LOCODE."""
    name: str
    longitude: float
    latitude: float

    @property
    def utc_offset_h(self) -> int:
        """The sun's time there, whole hours: near enough for generated port-local times."""
        return round(self.longitude / 15)


@dataclass(frozen=True, slots=True)
class Route:
    """A way over sea."""

    km: int
    points: tuple[tuple[float, float], ...]
    """Longitude and latitude."""

    def hours(self, knots: int) -> int:
        """Time under way, whole hours."""
        return max(1, round(self.km / (knots * KNOT_KM_H)))


@cache
def _searoute() -> Any:
    """The library, loaded when it is first needed: it reads its maps at import."""
    import searoute  # type: ignore[import-untyped]  # noqa: PLC0415  # no types; as above

    return searoute


@cache
def _ports() -> dict[str, Port]:
    found = {}
    for (longitude, latitude), about in _searoute().setup_P().nodes(data=True):
        code = about.get("port")
        if code:
            found[code] = Port(code, str(about.get("name", code)), longitude, latitude)
    return found


def find_port(code: str) -> Port:
    """A port by its UN/LOCODE.

    Raises:
        KeyError: searoute knows no port of that code.
    """
    return _ports()[code]


@lru_cache(maxsize=1_024)
def sea_route(origin: str, destination: str) -> Route:
    """The way between two ports, by UN/LOCODE.

    Raises:
        KeyError: searoute knows no port of that code.
    """
    ends = [[port.longitude, port.latitude] for port in map(find_port, (origin, destination))]
    found = _searoute().searoute(*ends, units="km")
    points = tuple((point[0], point[1]) for point in found["geometry"]["coordinates"])
    return Route(round(found["properties"]["length"]), points)
