# SPDX-License-Identifier: Apache-2.0
"""What is owed, who holds it, what lies at a bank and how an exchange stands, over HTTP."""

import time
from collections.abc import Iterator

import pytest

from ropewalk.crypto import Value
from views.desk import DUE, USD, Desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Desk(tmp_path_factory.mktemp("desk")) as made:
        yield made.furnish()


def test_a_payable_and_its_shares_are_read(desk: Desk) -> None:
    payable = desk.record(f"/v1/payables/{desk.payable}")
    assert (payable["face"], payable["shares"], payable["payable_on"]) == ("9000", 3, DUE)
    shares = [desk.record(f"/v1/receivables/{one}") for one in desk.shares]
    assert sum(int(one["amount"]) for one in shares) == 9_000


def test_a_balance_is_read_with_its_proof(desk: Desk) -> None:
    path = f"/v1/balances/{desk.id('bank')}/{USD}/{desk.id('consignee')}"
    found = desk.http.get(path, params={"proof": "true"}).json()
    assert found["record"]["amount"] == "100000"
    key = f"balance/{desk.id('bank')}:{USD}:{desk.id('consignee')}"
    assert found["proof"][key]["value"].endswith('"100000","held":"0"}]')


def test_what_is_not_there_is_not_found_and_what_is_none_is_malformed(desk: Desk) -> None:
    nobody = "00" * 16
    for path, status in (
        (f"/v1/payables/{'00' * 32}", 404),
        (f"/v1/receivables/{'00' * 32}", 404),
        (f"/v1/exchanges/{'00' * 32}", 404),
        (f"/v1/balances/{nobody}/{USD}/{nobody}", 404),
        (f"/v1/balances/{nobody}/XAU/{nobody}", 400),
        ("/v1/exchanges/one", 400),
    ):
        assert desk.http.get(path).status_code == status, path


def test_an_exchange_says_in_words_what_it_waits_for(desk: Desk) -> None:
    share = desk.shares[1]
    legs: list[Value] = [
        {
            "asset": "receivable",
            "giver": desk.id("carrier"),
            "last_act": desk.last_act(share),
            "receivable": share,
            "sum": "3000",
            "taker": desk.id("consignee"),
            "with_recourse": False,
        },
        {
            "asset": "deposit",
            "bank": desk.id("bank"),
            "currency": USD,
            "giver": desk.id("consignee"),
            "sum": "2900",
            "taker": desk.id("carrier"),
        },
    ]
    deadline = int(time.time()) + 3_600
    opened = desk.done("carrier", "exchange.OPEN", deadline=deadline, legs=legs)
    exchange = desk.told(opened)[0].attributes["exchange"]
    told = desk.http.get(f"/v1/exchanges/{exchange}").json()
    assert told["waits_for"] == [desk.id("consignee")] or len(told["waits_for"]) == 2
    assert told["is_conditional"] is False
    assert any("USD 29.00" in line for line in told["told"])
    on_leg: dict[str, Value] = {"exchange": exchange, "leg": 0}
    desk.done(
        "carrier",
        "exchange.ESCROW_RECEIVABLE",
        last_act=desk.last_act(share),
        receivable=share,
        **on_leg,
    )
    desk.done("consignee", "exchange.ESCROW_DEPOSIT", exchange=exchange, leg=1)
    desk.settle()
    (held,) = desk.ask("receivables", creditor=desk.id("carrier"))["receivables"]
    assert held["escrow"] == exchange
    (mine,) = desk.ask("balances", customer=desk.id("consignee"))["balances"]
    assert mine["held"] == "2900"
    desk.done("carrier", "exchange.SETTLE", exchange=exchange, titles=[])
    desk.settle()
    (sold,) = desk.ask("receivables", creditor=desk.id("consignee"))["receivables"]
    assert (sold["id"], sold.get("escrow", "")) == (share, "")
    (paid,) = desk.ask("balances", customer=desk.id("carrier"))["balances"]
    assert (paid["amount"], paid["held"]) == ("2900", "0")
