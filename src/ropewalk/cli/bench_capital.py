# SPDX-License-Identifier: Apache-2.0
"""How fast capital moves: receivables transferred and split, exchanges of three legs."""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ropewalk.capital import made_id
from ropewalk.cli.bench_limits import verification_rate
from ropewalk.cli.bench_world import Held, World, submit_all
from ropewalk.client import transaction_id
from ropewalk.codes import CalendarDate
from ropewalk.crypto import Value, sha256_hex
from ropewalk.engines.embedded import EmbeddedEngine
from ropewalk.exchange import exchange_id

Tell = Callable[[str], None]
Result = dict[str, Any]
PARTIES: Final = 200
DEBTOR, SUPPLIER, BANK = 0, 1, PARTIES
SHARES: Final = 1_000
PAYABLES: Final = 10
ROUNDS: Final = 3
EXCHANGES: Final = 5_000
DAY_S: Final = 86_400
CURRENCY: Final = "USD"


@dataclass(slots=True)
class _Share:
    """A receivable as its next signer knows it."""

    receivable: str
    holder: int
    last_act: str


class _Market:
    """A bank, a debtor, a supplier, and everybody who is given shares."""

    def __init__(self, world: World, engine: EmbeddedEngine) -> None:
        self.world = world
        self.engine = engine

    def signed(self, act: str, actor: int, body: dict[str, Value]) -> str:
        """An act by a party of the world."""
        return self.world.signed(act, self.world.ids[actor], body, self.world.keys[actor])

    def accounts(self) -> None:
        """An account for everybody, and money in it."""
        opened, placed = [], []
        for customer in self.world.ids[:PARTIES]:
            body: dict[str, Value] = {"currency": CURRENCY, "customer": customer}
            opened.append(self.signed("capital.OPEN_ACCOUNT", BANK, body))
            money: dict[str, Value] = {"amount": str(10**12), "entry": sha256_hex(b"entry")}
            placed.append(self.signed("capital.PLACE_DEPOSIT", BANK, {**body, **money}))
        submit_all(self.engine, opened + placed)

    def owed(self, number: int) -> _Share:
        """An invoice drawn up and confirmed; its one receivable."""
        tag, ids = sha256_hex(b"invoice %d" % number), self.world.ids
        due = CalendarDate(int(time.time()) // DAY_S + 90)
        drawn = self.signed(
            "capital.INVOICE",
            SUPPLIER,
            {
                "amount": str(100 * SHARES),
                "content": tag,
                "currency": CURRENCY,
                "debtor": ids[DEBTOR],
                "due": str(due),
                "invoice": tag,
            },
        )
        payable = made_id("payable", transaction_id(drawn))
        asked: dict[str, Value] = {"last_act": transaction_id(drawn), "payable": payable}
        confirmed = self.signed("capital.CONFIRM_INVOICE", DEBTOR, asked)
        submit_all(self.engine, [drawn, confirmed])
        act = transaction_id(confirmed)
        return _Share(made_id("receivable", act), SUPPLIER, act)

    def split(self, whole: _Share) -> tuple[list[_Share], float]:
        """A receivable in a thousand shares, to everybody in turn; milliseconds until durable."""
        holders = [1 + number % (PARTIES - 1) for number in range(SHARES)]
        parts: list[Value] = [{"amount": "100", "to": self.world.ids[one]} for one in holders]
        body: dict[str, Value] = {
            "last_act": whole.last_act,
            "parts": parts,
            "receivable": whole.receivable,
            "with_recourse": False,
        }
        text = self.signed("capital.SPLIT_RECEIVABLE", whole.holder, body)
        start = time.perf_counter()
        submit_all(self.engine, [text])
        taken = (time.perf_counter() - start) * 1e3
        act = transaction_id(text)
        shares = [
            _Share(made_id("receivable", act, number), one, act)
            for number, one in enumerate(holders)
        ]
        return shares, taken

    def transfers(self, shares: list[_Share]) -> list[str]:
        """A signed transfer of each share to the next party; the shares follow."""
        texts = []
        for share in shares:
            to = share.holder % (PARTIES - 1) + 1
            body: dict[str, Value] = {
                "last_act": share.last_act,
                "receivable": share.receivable,
                "to": self.world.ids[to],
                "with_recourse": False,
            }
            text = self.signed("capital.TRANSFER_RECEIVABLE", share.holder, body)
            share.holder, share.last_act = to, transaction_id(text)
            texts.append(text)
        return texts

    def for_titles(self, titles: list[Held], shares: list[_Share]) -> list[str]:
        """Signed lives of exchanges: a title and a receivable against money."""
        lives = [self._with_title(*one) for one in zip(titles, shares, strict=True)]
        return [text for step in zip(*lives, strict=True) for text in step]

    def for_money(self, shares: list[_Share]) -> list[str]:
        """The same of a receivable against a price and its interest."""
        lives = [self._with_interest(share) for share in shares]
        return [text for step in zip(*lives, strict=True) for text in step]

    def _with_title(self, title: Held, share: _Share) -> Iterator[str]:
        """Three acts. The seller gives the receivable by opening, the buyer settles by paying."""
        seller, buyer = share.holder, share.holder % (PARTIES - 1) + 1
        on_title: dict[str, Value] = {"how": "TRANSFER", "title": title.title}
        on_title["last_act"] = title.last_act
        goods = {"asset": "title", **self._sides(seller, buyer), **on_title}
        legs = [goods, self._claim(share, buyer), self._money(seller, buyer, "99")]
        opened, exchange = self._opened(seller, legs, 1)
        yield opened
        on_leg: dict[str, Value] = {"exchange": exchange, "leg": 0, "to": self.world.ids[buyer]}
        escrowed = self.signed("exchange.ESCROW_TITLE", seller, {**on_title, **on_leg})
        yield escrowed
        seen: list[Value] = [{"last_act": transaction_id(escrowed), "title": title.title}]
        paid: dict[str, Value] = {"exchange": exchange, "leg": 2, "titles": seen}
        yield self.signed("exchange.ESCROW_DEPOSIT", buyer, paid)

    def _with_interest(self, share: _Share) -> Iterator[str]:
        """Three acts likewise; the interest goes in first."""
        seller, buyer = share.holder, share.holder % (PARTIES - 1) + 1
        legs = [self._claim(share, buyer)]
        legs += [self._money(seller, buyer, amount) for amount in ("97", "2")]
        opened, exchange = self._opened(seller, legs, 0)
        yield opened
        yield self.signed("exchange.ESCROW_DEPOSIT", buyer, {"exchange": exchange, "leg": 1})
        paid: dict[str, Value] = {"exchange": exchange, "leg": 2, "titles": []}
        yield self.signed("exchange.ESCROW_DEPOSIT", buyer, paid)

    def _opened(self, seller: int, legs: list[dict[str, Value]], given: int) -> tuple[str, str]:
        """An OPEN by which the seller gives a leg, and the exchange's id."""
        deadline = int(time.time()) + DAY_S
        body: dict[str, Value] = {"deadline": deadline, "given": [given], "legs": [*legs]}
        text = self.signed("exchange.OPEN", seller, body)
        return text, exchange_id(transaction_id(text))

    def _sides(self, giver: int, taker: int) -> dict[str, Value]:
        return {"giver": self.world.ids[giver], "taker": self.world.ids[taker]}

    def _claim(self, share: _Share, buyer: int) -> dict[str, Value]:
        about: dict[str, Value] = {"receivable": share.receivable, "sum": "100"}
        about["last_act"] = share.last_act
        sides = self._sides(share.holder, buyer)
        return {"asset": "receivable", "with_recourse": False, **about, **sides}

    def _money(self, seller: int, buyer: int, amount: str) -> dict[str, Value]:
        where: dict[str, Value] = {"bank": self.world.ids[BANK], "currency": CURRENCY}
        return {"asset": "deposit", "sum": amount, **where, **self._sides(buyer, seller)}


def _bills(world: World, shares: list[_Share]) -> tuple[list[Held], list[str]]:
    """A blank bill for the holder of each share, and its signed issue."""
    bills, texts = [], []
    for number, share in enumerate(shares):
        body = world.issue_body(number, share.holder)
        text = world.signed("title.ISSUE", world.ids[0], body, world.keys[0])
        bills.append(Held(world.title_of(body), share.holder, transaction_id(text)))
        texts.append(text)
    return bills, texts


def capital(tell: Tell, *, payables: int = PAYABLES, exchanges: int = EXCHANGES) -> Result:
    """Receivable transfers and three-leg exchanges a second, and a split over a thousand."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), PARTIES + 1)
        world.banks = frozenset({BANK})
        engine = world.open()
        try:
            world.enrol(engine)
            market = _Market(world, engine)
            market.accounts()
            tell(f"splitting {payables} payables over {SHARES:,} each")
            divided = [market.split(market.owed(number)) for number in range(payables)]
            shares = [one for found, _ in divided for one in found]
            rates, limit = _moved(tell, market, shares, exchanges)
        finally:
            gc.unfreeze()
            engine.close()
    splits = sorted(taken for _, taken in divided)
    ratios = {f"{name}_of_verification": round(rate / limit, 3) for name, rate in rates.items()}
    return {
        "figures": {
            **{f"{name}_per_s": round(rate) for name, rate in rates.items()},
            "split_over_1000_p50_ms": round(statistics.median(splits), 1),
            "split_over_1000_max_ms": round(splits[-1], 1),
        },
        "limits": {"libsodium_verifications_per_s_2_cores": round(limit)},
        "ratios": ratios,
        "goals": {
            "receivable_transfers_of_verification": ">= 0.2",
            "exchanges_with_title_of_verification": ">= 0.05",
            "exchanges_for_money_of_verification": ">= 0.05",
            "split_over_1000_p50_ms": "<= 100",
        },
    }


def _moved(
    tell: Tell, market: _Market, shares: list[_Share], exchanges: int
) -> tuple[dict[str, float], float]:
    """How much moves a second, by kind, and signatures that the machine verifies meanwhile."""
    engine = market.engine
    tell(f"signing {ROUNDS * len(shares):,} transfers of receivables")
    texts = [text for _ in range(ROUNDS) for text in market.transfers(shares)]
    limits = [verification_rate()]
    rates = {"receivable_transfers": len(texts) / _seconds(engine, texts)}
    tell(f"signing {exchanges:,} exchanges of three legs, of either kind")
    bills, issues = _bills(market.world, shares[:exchanges])
    submit_all(engine, issues)
    for name, lives in (
        ("exchanges_with_title", market.for_titles(bills, shares[:exchanges])),
        ("exchanges_for_money", market.for_money(shares[exchanges : 2 * exchanges])),
    ):
        limits.append(verification_rate())
        rates[name] = exchanges / _seconds(engine, lives)
    limits.append(verification_rate())
    return rates, statistics.mean(limits)


def _seconds(engine: EmbeddedEngine, texts: list[str]) -> float:
    gc.freeze()  # as a node does; nor is what this bench remembers part of an act
    start = time.perf_counter()
    submit_all(engine, texts)
    return time.perf_counter() - start
