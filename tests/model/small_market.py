# SPDX-License-Identifier: Apache-2.0
"""Everything that can happen to a payable of three units among three parties, up to a depth.

In every state every act by everybody to everybody, with and without the approvals it lacks, is
judged by machine, promises, model and auditor; states that differ only in ids are one.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

import msgspec

from ledger.world import IDS, NETWORK, TIME, salt, settled
from model.auditor import audit
from model.capital_effects import CAPITAL
from model.capital_model import Market
from model.cargo_reasons import day_of
from model.cast import first_ledger
from model.ledger_model import Ledger, Moment
from model.small_world import require
from model.title_model import Body
from ropewalk.ledger import Context, LedgerError, check_invariants
from ropewalk.rules import V1

DAY = 86_400
BANK, DEBTOR, SUPPLIER, OTHER = (IDS[one] for one in ("bank", "buyer", "shipper", "consignee"))
PARTIES = (DEBTOR, SUPPLIER, OTHER)
FACE = 3


class Leaf(NamedTuple):
    """A state: the machine's records, the model's market, and the time."""

    records: dict[str, bytes]
    market: Market
    clock: int


class Move(NamedTuple):
    """An act that somebody tries."""

    actor: str
    act: str
    body: Body


@dataclass
class SmallMarket:
    """A walk from one confirmed invoice."""

    ledger: Ledger = field(default_factory=lambda: first_ledger(NETWORK))
    acts: int = 0
    states: int = 0
    accepted: dict[str, int] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)

    def start(self) -> Leaf:
        """Accounts with little in them, and three units owed by tomorrow."""
        leaf = Leaf(settled().records(), Market(), TIME)
        money = {"amount": "4", "currency": "EUR"}
        for who in PARTIES:
            account = {"currency": "EUR", "customer": who}
            leaf = self._must(leaf, Move(BANK, "OPEN_ACCOUNT", account))
            placed = {**money, "customer": who, "entry": salt("entry")}
            leaf = self._must(leaf, Move(BANK, "PLACE_DEPOSIT", placed))
        drawn = {
            "amount": str(FACE),
            "content": salt("invoice"),
            "currency": "EUR",
            "debtor": DEBTOR,
            "due": day_of(TIME, 1),
            "invoice": salt("number"),
        }
        leaf = self._must(leaf, Move(SUPPLIER, "INVOICE", drawn))
        (payable,) = leaf.market.invoices
        told = {"last_act": leaf.market.invoices[payable].acts[-1], "payable": payable}
        return self._must(leaf, Move(DEBTOR, "CONFIRM_INVOICE", told))

    def _must(self, leaf: Leaf, move: Move) -> Leaf:
        (after,) = self.tried(leaf, move)
        return after

    def walk(self, depth: int) -> None:
        """Every state that lies so many acts from the start."""
        layer, known = [self.start()], set[str]()
        for _ in range(depth):
            after = []
            for leaf in layer:
                for move in moves(leaf):
                    for one in self.tried(leaf, move):
                        shape = shape_of(one)
                        if shape not in known:
                            known.add(shape)
                            after.append(one)
                waited = leaf._replace(clock=leaf.clock + 2 * DAY)
                if shape_of(waited) not in known and leaf.clock == TIME:
                    known.add(shape_of(waited))
                    after.append(waited)
            layer = after
            self.states += len(layer)

    def tried(self, leaf: Leaf, move: Move) -> Iterator[Leaf]:
        """What an act leads to, by itself and with whoever has to approve."""
        found, wanted = self._judged(leaf, move, frozenset())
        if found is not None:
            yield found
        while wanted:
            more, lacking = self._judged(leaf, move, wanted)
            if more is not None:
                yield more
            wanted = wanted | lacking if lacking - wanted else frozenset()

    def _judged(
        self, leaf: Leaf, move: Move, approved: frozenset[str]
    ) -> tuple[Leaf | None, frozenset[str]]:
        self.acts += 1
        transaction = salt(f"act {self.acts}")
        moment = Moment(leaf.clock, 9, transaction, approved)
        self.ledger.market = leaf.market
        reasons, effect = CAPITAL[move.act]
        verdict = reasons(self.ledger, move.actor, move.body, moment)
        rule, told = V1.rules[f"capital.{move.act}"], tuple(sorted(approved))
        context = Context(move.actor, 9, NETWORK, 9, leaf.clock, transaction, (), told)
        try:
            effects = rule.apply(leaf.records, rule.parse(move.body), context)
        except LedgerError as why:
            require(why.code in verdict.refused, (move, why.code, verdict))
            self.met.add(why.code)
            return None, verdict.wanted
        assert not verdict.refused, (move, verdict)
        check_invariants(V1, leaf.records, effects, context)
        records = {**leaf.records, **effects.writes}
        kept = {key: data for key, data in records.items() if data is not None}
        after = Leaf(kept, deepcopy(leaf.market), leaf.clock)
        self.ledger.market = after.market
        self.ledger.touched.clear()
        effect(self.ledger, move.actor, move.body, moment)
        assert {*effects.writes} <= self.ledger.touched, move
        for key in self.ledger.touched:
            found = kept.get(key)
            record = None if found is None else msgspec.json.decode(found)[1]
            assert record == self.ledger.record_at(key), (move, key)
        audit(kept)
        self.accepted[move.act] = self.accepted.get(move.act, 0) + 1
        return after, frozenset()


def shape_of(leaf: Leaf) -> str:
    """What tells a state from another, ids aside."""
    market, (payable,) = leaf.market, leaf.market.invoices
    shares = [market.shares[one] for one in market.open[payable]]
    worths = [market.worth(one) for one in market.open[payable]]
    told = sorted(
        (worth, one.creditor, one.backers, one.pledgee, str(one.secured))
        for one, worth in zip(shares, worths, strict=True)
    )
    sums = sorted(
        item for item in market.journal.sums.items() if item[0][0] in {"deposit", "suspense"}
    )
    found = market.invoices[payable]
    return str((told, sums, market.status(payable), bool(found.dispute), leaf.clock))


def moves(leaf: Leaf) -> Iterator[Move]:
    """Everything that anybody may try."""
    market, (payable,) = leaf.market, leaf.market.invoices
    names = sorted(market.open[payable])
    for actor in PARTIES:
        for name in names:
            on: dict[str, Any] = {"last_act": market.shares[name].acts[-1], "receivable": name}
            yield from on_share(actor, market.worth(name), on, leaf.clock)
            told = {"last_act": market.invoices[payable].acts[-1], "payable": payable}
            yield Move(actor, "DECLARE_DEFAULT", {**told, "receivable": name})
        yield from on_payable(actor, market, payable, names)


def on_share(actor: str, worth: int, on: Body, clock: int) -> Iterator[Move]:
    """Acts on one share."""
    for to in PARTIES:
        for recourse in (False, True):
            passed = {**on, "to": to, "with_recourse": recourse}
            yield Move(actor, "TRANSFER_RECEIVABLE", passed)
        yield Move(actor, "PLEDGE_RECEIVABLE", {**on, "pledgee": to})
        yield Move(actor, "PLEDGE_RECEIVABLE", {**on, "amount": "2", "pledgee": to})
        sold = {**on, "bank": BANK, "day_count": "ACT/360", "price": str(worth), "rate": 0}
        sold |= {"to": to, "value_date": day_of(clock), "with_recourse": True}
        yield Move(actor, "DISCOUNT", sold)
        if worth > 1:
            parts = [{"amount": "1", "to": to}, {"amount": str(worth - 1), "to": actor}]
            divided = {**on, "parts": parts, "with_recourse": True}
            yield Move(actor, "SPLIT_RECEIVABLE", divided)
    yield Move(actor, "RELEASE_RECEIVABLE", on)
    yield Move(actor, "BUY_BACK", {**on, "bank": BANK})


def on_payable(actor: str, market: Market, payable: str, names: list[str]) -> Iterator[Move]:
    """Acts on all of it."""
    on = {"last_act": market.invoices[payable].acts[-1], "payable": payable}
    if names:
        for amount in ("1", "2", "4"):
            paid = {"amount": amount, "bank": BANK, "payable": payable, "receivables": names}
            yield Move(actor, "REDEEM", paid)
        for some in [names, *([one] for one in names[1:])]:
            note = {**on, "amount": "1", "content": salt("note"), "receivables": some}
            yield Move(actor, "CREDIT_NOTE", note)
    for pair in combinations(names, 2):
        yield Move(actor, "MERGE_RECEIVABLES", {"receivables": [*pair]})
    yield Move(actor, "DISPUTE_PAYABLE", {**on, "reason": salt("reason")})
    yield Move(actor, "SETTLE_DISPUTE", on)
    yield Move(actor, "REFUND_SUSPENSE", {"amount": "1", "bank": BANK, "currency": "EUR"})
