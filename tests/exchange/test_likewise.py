# SPDX-License-Identifier: Apache-2.0
"""Policies and mandates see what an act on an exchange stands for."""

import pytest

from exchange.hall import PRICE, USD, Hall
from ledger.world import IDS, salt
from ropewalk.capital import MoveDeposit
from ropewalk.exchange.escrow import EscrowTitle
from ropewalk.exchange.likewise import of_agreement, of_leg, promised
from ropewalk.exchange.state import OnExchange, OnLeg


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
    message = EscrowTitle(**body)  # type: ignore[arg-type]
    assert of_leg(hall.world.state, message, IDS["shipper"]) == ()
