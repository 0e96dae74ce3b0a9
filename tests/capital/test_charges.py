# SPDX-License-Identifier: Apache-2.0
"""Charges by tiers, worked by hand."""

import pytest

from capital.market import MOST
from ledger.world import salt
from ropewalk.capital import ChargeTerms, Tier, charged
from ropewalk.capital.charges import require_charge
from ropewalk.capital.errors import BadAmountError, ChargeError


def tiers(*steps: tuple[int, str]) -> list[Tier]:
    return [Tier(rate=rate, units=units) for units, rate in steps]


@pytest.mark.parametrize(
    ("units", "steps", "sum_"),
    [
        (1, ((5, "180"), (3, "400")), 180),
        (5, ((5, "180"), (3, "400")), 900),
        (6, ((5, "180"), (3, "400")), 1_300),
        (8, ((5, "180"), (3, "400")), 2_100),
        (10, ((5, "180"), (3, "400")), 2_900),  # the last rate goes on
        (2, ((1, "125000"),), 250_000),
        (12, ((4, "9000"), (4, "12500"), (4, "20000")), 166_000),
    ],
)
def test_what_is_charged_is_what_the_tiers_say(
    units: int, steps: tuple[tuple[int, str], ...], sum_: int
) -> None:
    assert charged(units, tiers(*steps)) == sum_


def test_a_charge_is_a_sum_itself() -> None:
    assert charged(1, tiers((1, str(MOST)))) == MOST
    with pytest.raises(BadAmountError):
        charged(2, tiers((1, str(MOST))))


def test_a_charge_that_its_terms_do_not_give_is_refused() -> None:
    terms = ChargeTerms(
        answer=salt("answer"), kind="DETENTION", tiers=tiers((5, "180"), (3, "400")), units=6
    )
    require_charge(terms, 1_300)
    for wrong in (1_299, 1_301):
        with pytest.raises(ChargeError):
            require_charge(terms, wrong)
