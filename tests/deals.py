# SPDX-License-Identifier: Apache-2.0
"""One exchange on a real ledger, up to where it settles or goes back; and where everything is."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from ledger.world import salt
from ropewalk.client import Actor, Node, Outcome, balance_of, deciding, exchange_of
from ropewalk.crypto import Value, random_bytes
from ropewalk.exchange import exchange_id
from ropewalk.title import title_id
from title.bills import issue_body

PRICE = 1_000
SHORT_S = 2
LONG_S = 3_600
SEEN_S = 30

Where = tuple[str, str, int, int]
"""The exchange's status, who possesses the bill, what the seller and the buyer have."""


@dataclass(frozen=True)
class Deal:
    """The shipper sells a bill to the consignee against a deposit at the bank."""

    actors: Mapping[str, Actor]
    """carrier, shipper, consignee, bank."""
    title: str
    exchange: str
    before: tuple[int, int]
    """What the seller and the buyer had, the price in escrow counted as the buyer's."""

    def where(self, node: Node) -> Where:
        """How it stands, as a node tells."""
        record = exchange_of(node, self.exchange)["record"]
        seller, buyer = (self._balance(node, name) for name in ("shipper", "consignee"))
        return record["status"], node.title(self.title)[1]["possessor"], seller, buyer

    def _balance(self, node: Node, name: str) -> int:
        ids = (self.actors["bank"].controller, "USD", self.actors[name].controller)
        found = balance_of(node, *ids)
        return int(found["amount"]) + int(found["held"])

    def body(self, node: Node) -> dict[str, Value]:
        """The body of the act that decides it."""
        return deciding(node, self.exchange)

    def settled(self) -> Where:
        """Where everything is once it settled."""
        seller, buyer = self.before
        return ("SETTLED", self.actors["consignee"].controller, seller + PRICE, buyer - PRICE)

    def standing(self, status: str) -> Where:
        """Where everything is before it is decided, and once it was returned."""
        return (status, self.actors["shipper"].controller, *self.before)


def done(actor: Actor, act: str, body: Mapping[str, Value]) -> Outcome:
    """An act that must be carried out."""
    return actor.act(act, body).require_committed()


def open_accounts(actors: Mapping[str, Actor]) -> None:
    """Once a ledger: seller and buyer become the bank's customers, and the buyer has money."""
    for name in ("shipper", "consignee"):
        account: dict[str, Value] = {"currency": "USD", "customer": actors[name].controller}
        done(actors["bank"], "capital.OPEN_ACCOUNT", account)
    money: dict[str, Value] = {
        "amount": str(PRICE * 1_000),
        "currency": "USD",
        "customer": actors["consignee"].controller,
        "entry": salt("entry"),
    }
    done(actors["bank"], "capital.PLACE_DEPOSIT", money)


def seen(actors: Mapping[str, Actor], outcome: Outcome) -> None:
    """Wait until each actor's own node, which may be another member's, has an outcome's block."""
    for actor in actors.values():
        actor.node.await_height(outcome.height, SEEN_S)


def made(actors: Mapping[str, Actor], seconds: int = LONG_S) -> Deal:
    """An exchange with both legs in escrow, which every actor's node has seen."""
    ids = {name: actor.controller for name, actor in actors.items()}
    issue = issue_body("blank", int.from_bytes(random_bytes(6)), shipper=ids["shipper"])
    issue |= {"commitment": random_bytes(32).hex(), "issue_to": ids["shipper"]}
    seen(actors, done(actors["carrier"], "title.ISSUE", issue))
    title = title_id(actors["carrier"].network, ids["carrier"], dict(issue))
    node = actors["shipper"].node
    legs: list[Value] = [
        {
            "asset": "title",
            "giver": ids["shipper"],
            "how": "TRANSFER",
            "last_act": node.title(title)[1]["last_act"],
            "taker": ids["consignee"],
            "title": title,
        },
        {
            "asset": "deposit",
            "bank": ids["bank"],
            "currency": "USD",
            "giver": ids["consignee"],
            "sum": str(PRICE),
            "taker": ids["shipper"],
        },
    ]
    deadline = int(time.time()) + seconds
    opened = done(actors["shipper"], "exchange.OPEN", {"deadline": deadline, "legs": legs})
    exchange = exchange_id(opened.transaction)
    offered: dict[str, Value] = {
        "exchange": exchange,
        "how": "TRANSFER",
        "last_act": node.title(title)[1]["last_act"],
        "leg": 0,
        "title": title,
        "to": ids["consignee"],
    }
    done(actors["shipper"], "exchange.ESCROW_TITLE", offered)
    deposit: dict[str, Value] = {"exchange": exchange, "leg": 1}
    seen(actors, done(actors["consignee"], "exchange.ESCROW_DEPOSIT", deposit))
    deal = Deal(actors, title, exchange, (0, 0))
    _, _, seller, buyer = deal.where(actors["consignee"].node)
    return Deal(actors, title, exchange, (seller, buyer))
