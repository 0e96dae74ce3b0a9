# SPDX-License-Identifier: Apache-2.0
"""Policies of a party see through what an exchange does in its name (P2)."""

import pytest

from exchange.hall import PRICE, USD, Hall
from ledger.world import IDS, kid, salt
from ropewalk.capital import MoveDeposit
from ropewalk.crypto import Value
from ropewalk.exchange.escrow import EscrowTitle
from ropewalk.exchange.likewise import of_agreement, of_leg, promised
from ropewalk.exchange.state import OnExchange, OnLeg


def with_two_keys(hall: Hall, actor: str, act: str, **more: Value) -> None:
    """From now on so many keys are needed for an act as the actor does not have."""
    rule: dict[str, Value] = {"act": act, "amount_min": 0, "currency": "", "keys": 2, "role": ""}
    body: dict[str, Value] = {"roles": [], "rules": [{**rule, **more}]}
    hall.world.done(actor, "identity.ADD_KEY", {"key": kid(f"{actor} 2")})
    hall.world.done(actor, "identity.SET_POLICY", body)


def test_four_eyes_see_through_an_exchange() -> None:
    hall = Hall().opened()
    with_two_keys(hall, "consignee", "capital.MOVE_DEPOSIT", amount_min=1_000, currency="USD")
    assert hall.why("consignee", "ESCROW_DEPOSIT", hall.body(leg=1)) == "identity.four_eyes"
    assert hall.balance("consignee") == (PRICE, 0)


def test_four_eyes_see_what_is_given_by_opening() -> None:
    hall = Hall()
    with_two_keys(hall, "consignee", "capital.MOVE_DEPOSIT", amount_min=1_000, currency="USD")
    assert hall.why("consignee", "OPEN", hall.opening(given=[1])) == "identity.four_eyes"
    hall.opened(hall.deposit_leg(999), opener="consignee", given=[0])
    hall.opened(opener="consignee")
    legs = [hall.deposit_leg(999), hall.deposit_leg(1, taker="buyer")]
    assert hall.why("consignee", "OPEN", hall.opening(*legs, given=[0, 1])) == "identity.four_eyes"


@pytest.mark.parametrize("act", ["exchange.ESCROW_DEPOSIT", "capital.MOVE_DEPOSIT"])
def test_money_given_by_opening_stands_for_its_escrow_too(act: str) -> None:
    hall = Hall()
    with_two_keys(hall, "consignee", act)
    assert hall.why("consignee", "OPEN", hall.opening(given=[1])) == "identity.four_eyes"


@pytest.mark.parametrize("act", ["exchange.ESCROW_RECEIVABLE", "capital.TRANSFER_RECEIVABLE"])
def test_a_receivable_given_by_opening_stands_for_its_escrow_too(act: str) -> None:
    hall = Hall()
    share = hall.receivable()
    with_two_keys(hall, "shipper", act)
    body = hall.opening(hall.receivable_leg(share), given=[0])
    assert hall.why("shipper", "OPEN", body) == "identity.four_eyes"


@pytest.mark.parametrize("act", ["cargo.ORDER_DELIVERY", "cargo.GRANT_PICK_UP"])
def test_a_release_is_promised_by_whoever_may_release(act: str) -> None:
    hall = Hall()
    hall.quay.announced().green()
    legs = (hall.title_leg("SURRENDER"), hall.deposit_leg(), hall.release_leg())
    with_two_keys(hall, "carrier", act)
    assert hall.why("carrier", "OPEN", hall.opening(*legs)) == "identity.four_eyes"
    hall.opened(*legs)
    assert hall.why("carrier", "AGREE") == "identity.four_eyes"


TITLES = [
    ("TRANSFER", "title.TRANSFER"),
    ("ENDORSE_TO_ORDER", "title.ENDORSE_TO_ORDER"),
    ("ENDORSE_TO_ORDER", "title.TRANSFER"),
    ("SURRENDER", "title.SURRENDER_FOR_DELIVERY"),
]


@pytest.mark.parametrize(("how", "act"), TITLES)
def test_a_bill_goes_in_by_whoever_may_pass_it_on(how: str, act: str) -> None:
    hall = Hall("to_order" if how == "ENDORSE_TO_ORDER" else "blank")
    hall.opened(hall.title_leg(how), hall.deposit_leg())
    with_two_keys(hall, "shipper", act)
    assert hall.why("shipper", "ESCROW_TITLE", hall.title_body()) == "identity.four_eyes"


def test_a_receivable_goes_in_by_whoever_may_sell_it() -> None:
    hall = Hall()
    receivable = hall.receivable()
    hall.opened(hall.receivable_leg(receivable), hall.deposit_leg(990, "buyer"))
    with_two_keys(hall, "shipper", "capital.TRANSFER_RECEIVABLE")
    seen = {"last_act": hall.share(receivable).last_act, "leg": 0, "receivable": receivable}
    assert hall.why("shipper", "ESCROW_RECEIVABLE", hall.body(**seen)) == "identity.four_eyes"


def test_who_settles_by_paying_needs_the_keys_for_both() -> None:
    hall = Hall().opened().gives_title()
    with_two_keys(hall, "consignee", "exchange.SETTLE")
    assert hall.why("consignee", "ESCROW_DEPOSIT", hall.paying()) == "identity.four_eyes"
    hall.gives_money()
    assert hall.why("consignee", "SETTLE", hall.deciding()) == "identity.four_eyes"


def test_what_no_exchange_or_leg_is_asks_nobody_for_a_second_key() -> None:
    hall = Hall().opened()
    with_two_keys(hall, "consignee", "capital.MOVE_DEPOSIT")
    body = {"exchange": salt("none"), "leg": 1}
    assert hall.why("consignee", "ESCROW_DEPOSIT", body) == "exchange.unknown"
    assert hall.why("consignee", "ESCROW_DEPOSIT", hall.body(leg=7)) == "exchange.no_such_leg"
    assert hall.why("consignee", "AGREE", {"exchange": salt("none")}) == "exchange.unknown"


def stood_for(hall: Hall, leg: int) -> list[str]:
    message = OnLeg(exchange=hall.exchange, leg=leg)
    return [name for name, _ in of_leg(hall.world.state, message, IDS["shipper"])]


@pytest.mark.parametrize(
    ("how", "acts"),
    [
        ("TRANSFER", ["title.TRANSFER"]),
        ("ENDORSE_TO_ORDER", ["title.ENDORSE_TO_ORDER", "title.TRANSFER"]),
        ("SURRENDER", ["title.SURRENDER_FOR_DELIVERY"]),
    ],
)
def test_a_title_goes_as_it_would_by_itself(how: str, acts: list[str]) -> None:
    hall = Hall()
    hall.opened(hall.title_leg(how), hall.deposit_leg())
    assert stood_for(hall, 0) == acts


def test_money_is_paid_and_counts_as_much() -> None:
    hall = Hall().opened()
    message = OnLeg(exchange=hall.exchange, leg=1)
    ((name, paid),) = of_leg(hall.world.state, message, IDS["consignee"])
    assert name == "capital.MOVE_DEPOSIT"
    assert isinstance(paid, MoveDeposit)
    assert (paid.amount, paid.currency, paid.to) == (str(PRICE), USD, IDS["shipper"])


def test_a_receivable_is_transferred_and_a_payment_outside_is_nothing() -> None:
    hall = Hall()
    hall.opened(hall.receivable_leg(hall.receivable()), hall.payment_leg())
    assert stood_for(hall, 0) == ["capital.TRANSFER_RECEIVABLE"]
    assert stood_for(hall, 1) == []


def test_who_agrees_promises_its_own_releases_alone() -> None:
    hall = Hall()
    hall.opened(hall.title_leg("SURRENDER"), hall.release_leg())
    message = OnExchange(exchange=hall.exchange)
    for name, acts in (
        ("carrier", ["cargo.ORDER_DELIVERY", "cargo.GRANT_PICK_UP"]),
        ("consignee", []),
    ):
        told = of_agreement(hall.world.state, message, IDS[name])
        assert [act for act, _ in told] == acts
        assert [act for act, _ in promised(hall.record.legs, IDS[name])] == acts


def test_of_nothing_it_stands_for_nothing() -> None:
    hall = Hall().opened()
    nowhere = OnExchange(exchange=salt("nothing"))
    assert of_agreement(hall.world.state, nowhere, IDS["carrier"]) == ()
    assert stood_for(hall, 2) == []
    body = hall.title_body(exchange=salt("nothing"))
    message = EscrowTitle(**body)  # type: ignore[arg-type]  # members of one body
    assert of_leg(hall.world.state, message, IDS["shipper"]) == ()
