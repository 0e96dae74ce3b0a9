# SPDX-License-Identifier: Apache-2.0
"""What laws ask of a receivable's terms."""

from capital.market import SUPPLIER, Market
from ledger.world import salt
from ropewalk.capital.profiles import PROFILES


def test_china_asks_for_a_year_at_most_and_for_the_registration() -> None:
    assert PROFILES["CN"].days_max == 366
    market = Market()
    registered = {"profile": "CN", "registration": salt("entry")}
    last = market.invoice(due="2027-01-02", **registered)
    assert market.result(SUPPLIER, "INVOICE", **last)
    late = market.invoice(due="2027-01-03", **registered)
    assert market.why(SUPPLIER, "INVOICE", **late) == "capital.profile"
    bare = market.invoice(profile="CN")
    assert market.why(SUPPLIER, "INVOICE", **bare) == "capital.profile"


def test_without_a_law_chosen_ten_years_may_pass() -> None:
    market = Market()
    assert market.result(SUPPLIER, "INVOICE", **market.invoice(due="2036-01-09"))
    late = market.invoice(due="2036-01-10")
    assert market.why(SUPPLIER, "INVOICE", **late) == "capital.profile"
