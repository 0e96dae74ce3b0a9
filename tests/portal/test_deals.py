# SPDX-License-Identifier: Apache-2.0
"""A bill that somebody lent on is bought so that who lent gets it back, in its own currency."""

from typing import Any, Final

from portal.asking import one
from ropewalk.portal.title import purchase

HOLDER, OWNER, BUYER, BANK, CARRIER = ("12" * 16, "23" * 16, "34" * 16, "45" * 16, "56" * 16)
TITLE: Final = "ab" * 32
PLEDGE: Final = {"amount": 150_000, "beneficiary": OWNER, "currency": "USD", "pledgee": HOLDER}
FILLED: Final = {"bank": BANK, "currency": "USD", "days": 30, "how": "TRANSFER", "price": "200000"}


def deal(**changed: Any) -> dict[str, Any]:
    """What the title's page knows of a deal."""
    record = {
        "document_type": "BOL",
        "issuer": CARRIER,
        "last_act": "cd" * 32,
        "possessor": HOLDER,
        "status": "ISSUED",
        **changed,
    }
    found = purchase(TITLE, record, [], BUYER)
    assert found is not None
    return found


def payments(known: dict[str, Any], **filled: Any) -> Any:
    """Who is paid how much by the exchange that the browser composes; or its refusal."""
    body = one("purchase", {**known, **FILLED, **filled}, 1_767_225_608)
    if "refused" in body:
        return body
    return [(leg["taker"], leg["sum"]) for leg in body["legs"] if leg["asset"] == "deposit"]


def test_who_lent_is_paid_first_and_who_pledged_gets_the_rest() -> None:
    assert payments(deal(pledge=PLEDGE)) == [(HOLDER, "150000"), (OWNER, "50000")]
    assert payments(deal(pledge=PLEDGE), price="100000") == [(HOLDER, "100000")]
    assert payments(deal()) == [(HOLDER, "200000")]
    assert payments(deal(), currency="JPY") == [(HOLDER, "200000")]


def test_a_pledge_in_another_currency_is_not_counted_as_if_it_were_in_this() -> None:
    known = deal(pledge=PLEDGE)
    assert known["secured_currency"] == "USD"
    answer = payments(known, currency="JPY")
    assert answer == {"refused": "OtherCurrencyError", "detail": "the pledge is in USD"}
