# SPDX-License-Identifier: Apache-2.0
"""How many acts a minute: counted where a minute is known, else told by the pace of what is."""

import pytest

from ropewalk.portal.network import acts_a_minute
from ropewalk.portal.sentences import Told

NOW_S = 10_000


def at(*times: int) -> list[Told]:
    return [Told(0, 0, time, "title.TRANSFER", "", {}, "") for time in times]


@pytest.mark.parametrize(
    ("times", "since_s", "rate"),
    [
        ((), 0, 0),
        ((NOW_S - 60, NOW_S - 59, NOW_S), 0, 2),
        ((NOW_S - 1,) * 100, 0, 100),
        ((NOW_S - 30,) * 60 + (NOW_S,) * 60, NOW_S - 30, 240),
        ((NOW_S,) * 120, NOW_S, 7_200),
    ],
)
def test_acts_a_minute(times: tuple[int, ...], since_s: int, rate: int) -> None:
    assert acts_a_minute(at(*times), since_s, NOW_S) == rate
