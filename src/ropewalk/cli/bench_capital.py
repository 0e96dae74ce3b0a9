# SPDX-License-Identifier: Apache-2.0
"""How fast capital moves: receivables, exchanges of three legs, splits; how fast books are read."""

import gc
import http.client
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from ropewalk.capital import made_id
from ropewalk.cli.bench_limits import verification_rate
from ropewalk.cli.bench_world import PASSPHRASE, Held, World, submit_all
from ropewalk.cli.child import ChildNode
from ropewalk.client import transaction_id
from ropewalk.codes import CalendarDate
from ropewalk.crypto import Value, sha256_hex
from ropewalk.engines.embedded import EmbeddedEngine
from ropewalk.exchange import exchange_id
from ropewalk.views import Views

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

    def exchanges(self, titles: list[Held], shares: list[_Share]) -> list[list[str]]:
        """Signed lives of exchanges, act by act: a title and a receivable against money.

        The seller agrees by opening, the buyer by giving; whoever gives last settles.
        """
        steps: list[list[str]] = [[], [], [], [], []]
        for title, share in zip(titles, shares, strict=True):
            for step, text in zip(steps, self._exchange(title, share), strict=True):
                step.append(text)
        return steps

    def _exchange(self, title: Held, share: _Share) -> Iterator[str]:
        seller, buyer = share.holder, share.holder % (PARTIES - 1) + 1
        ids = self.world.ids
        gives = {"giver": ids[seller], "taker": ids[buyer]}
        receivable: dict[str, Value] = {"receivable": share.receivable}
        on_title: dict[str, Value] = {"how": "TRANSFER", "title": title.title}
        money: dict[str, Value] = {"bank": ids[BANK], "currency": CURRENCY, "sum": "99"}
        legs: list[Value] = [
            {"asset": "title", **gives, **on_title},
            {"asset": "receivable", **gives, **receivable, "sum": "100", "with_recourse": False},
            {"asset": "deposit", "giver": ids[buyer], "taker": ids[seller], **money},
        ]
        deadline = int(time.time()) + DAY_S
        opened = self.signed("exchange.OPEN", seller, {"deadline": deadline, "legs": legs})
        yield opened
        exchange = exchange_id(transaction_id(opened))
        held: dict[str, Value] = {**on_title, "last_act": title.last_act, "to": ids[buyer]}
        escrowed = self.signed(
            "exchange.ESCROW_TITLE", seller, {"exchange": exchange, "leg": 0, **held}
        )
        yield escrowed
        given: dict[str, Value] = {"exchange": exchange, "leg": 1, "last_act": share.last_act}
        yield self.signed("exchange.ESCROW_RECEIVABLE", seller, {**given, **receivable})
        yield self.signed("exchange.ESCROW_DEPOSIT", buyer, {"exchange": exchange, "leg": 2})
        seen: list[Value] = [{"last_act": transaction_id(escrowed), "title": title.title}]
        yield self.signed("exchange.SETTLE", buyer, {"exchange": exchange, "titles": seen})


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
            splits = sorted(taken for _, taken in divided)
            tell(f"signing {ROUNDS * len(shares):,} transfers of receivables")
            texts = [text for _ in range(ROUNDS) for text in market.transfers(shares)]
            before = verification_rate()
            gc.freeze()  # as a node does; nor is what this bench remembers part of an act
            transfers = len(texts) / _seconds(engine, texts)
            tell(f"signing {exchanges:,} exchanges of three legs")
            bills, issues = _bills(world, shares[:exchanges])
            submit_all(engine, issues)
            steps = market.exchanges(bills, shares[:exchanges])
            acts = [text for step in steps for text in step]
            gc.freeze()
            settled = exchanges / _seconds(engine, acts)
            limit = (before + verification_rate()) / 2
        finally:
            gc.unfreeze()
            engine.close()
    return {
        "figures": {
            "receivable_transfers_per_s": round(transfers),
            "exchanges_per_s": round(settled),
            "split_over_1000_p50_ms": round(statistics.median(splits), 1),
            "split_over_1000_max_ms": round(splits[-1], 1),
        },
        "limits": {"libsodium_verifications_per_s_2_cores": round(limit)},
        "ratios": {
            "transfers_of_verification": round(transfers / limit, 3),
            "exchanges_of_verification": round(settled / limit, 3),
            "exchange_acts_of_verification": round(len(steps) * settled / limit, 3),
        },
        "goals": {
            "transfers_of_verification": ">= 0.2",
            "exchanges_of_verification": ">= 0.05",
            "split_over_1000_p50_ms": "<= 100",
        },
    }


def _seconds(engine: EmbeddedEngine, texts: list[str]) -> float:
    start = time.perf_counter()
    submit_all(engine, texts)
    return time.perf_counter() - start


# the books

PIECE: Final = 25_000
"""Events projected by one transaction, or the million would take an hour."""
HELD: Final = 4
"""Receivables of each payable."""
CREDITORS: Final = 50
DEBTORS: Final = 2_000
CURRENCIES: Final = ("USD", "EUR", "JPY", "SGD")
DAYS: Final = 720
CUSTOMERS: Final = 20_000
LINES: Final = 20_000
"""On the busiest account."""
FIRST_DAY: Final = 20_454
"""2026-01-01."""


def _id(kind: str, number: int, digits: int = 32) -> str:
    return sha256_hex(f"{kind} {number}".encode())[:digits]


def creditor_of(number: int) -> str:
    """Who holds a receivable: two of five one bank, the others as it comes."""
    return _id("creditor", 0 if number % 5 < 2 else number * 7 % CREDITORS)


@dataclass(frozen=True, slots=True)
class _Said:
    """A ledger event of a ledger that is no more than a rule."""

    position: int
    name: str
    attributes: dict[str, str]
    index: int = 0
    height: int = 1
    transaction: str = "00" * 32

    @property
    def time(self) -> int:
        """A minute after the other."""
        return FIRST_DAY * DAY_S + self.position * 60


class _Books:
    """A source for the projector alone: payables in shares, then accounts, then postings."""

    def __init__(self, count: int) -> None:
        self.payables = count // HELD
        self.count = self.payables + CUSTOMERS + LINES

    def events(self, start: int, limit: int) -> list[_Said]:
        """As the port has it."""
        return [self._said(one) for one in range(start, min(start + limit, self.count))]

    def _said(self, position: int) -> _Said:
        if position < self.payables:
            shares = " ".join(_id("share", position * HELD + n, 64) for n in range(HELD))
            told = {"payable": _id("payable", position, 64), "receivables": shares}
            return _Said(position, "capital.changed", told)
        number = position - self.payables
        account = {"bank": _id("bank", 0), "currency": "USD"}
        if number < CUSTOMERS:
            account["customer"] = _id("customer", number)
            return _Said(position, "capital.account_opened", account)
        lines = number - CUSTOMERS + 1
        told = {"amount": "100", "balance": str(100 * lines), "escrow": "0", "held": "0"}
        about = {"act": "PLACE_DEPOSIT", "reference": "ab" * 32, "customer": _id("customer", 0)}
        return _Said(position, "capital.posted", {**account, **told, **about})

    def record(self, key: str) -> str:
        """As the port has it; the ledger is asked in the order of its events."""
        kind, _, identifier = key.partition("/")
        number = self._numbers[identifier]
        found = _payable(number) if kind == "payable" else _receivable(number)
        return msgspec.json.encode([1, found]).decode()

    def await_height(self, height: int, timeout_s: float) -> int:
        """As the port has it."""
        del timeout_s
        return height

    def know(self) -> "_Books":
        """Remember which id is which number's."""
        self._numbers = {_id("payable", n, 64): n for n in range(self.payables)}
        self._numbers |= {_id("share", n, 64): n for n in range(self.payables * HELD)}
        return self


def _payable(number: int) -> dict[str, Any]:
    return {
        "content": "00" * 32,
        "credited": "0",
        "creditor": creditor_of(number),
        "currency": CURRENCIES[number % 7 % len(CURRENCIES)],
        "debtor": _id("debtor", number * 13 % DEBTORS),
        "face": str(HELD * 10**6),
        "invoice": "00" * 32,
        "last_act": "00" * 32,
        "payable_on": str(CalendarDate(FIRST_DAY + number * 11 % DAYS)),
        "settled": "0",
        "shares": HELD,
        "status": "CONFIRMED",
        "version": 2,
    }


def _receivable(number: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "amount": str(10**6),
        "creditor": creditor_of(number),
        "last_act": "00" * 32,
        "payable": _id("payable", number // HELD, 64),
        "status": "OPEN",
        "version": 1,
    }
    if number % 50 == 0:
        found["pledge"] = {"amount": "", "pledgee": _id("creditor", 1)}
    return found


def portfolio(tell: Tell, *, receivables: int = 1_000_000, lookups: int = 2_000) -> Result:
    """Portfolios over very many receivables, asked over HTTP."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        world = World(Path(folder), 2)
        engine = world.open()
        world.enrol(engine)
        engine.close()
        tell(f"projecting {receivables:,} receivables")
        books = _Books(receivables).know()
        views = Views(world.folder, books)
        views.projector.page = PIECE
        start = time.perf_counter()
        views.projector.catch_up()
        rows = receivables / (time.perf_counter() - start)
        views.close()
        size = sum(path.stat().st_size for path in Path(folder).glob("views.sqlite*"))
        with ChildNode(world.folder, "127.0.0.1:0", PASSPHRASE, Path(folder) / "log") as node:
            tell(f"asking {lookups:,} times")
            taken = _ask(tell, node.url, lookups)
    return {
        "figures": {
            "receivables": receivables,
            "projected_rows_per_s": round(rows),
            "views_bytes_per_receivable": size // receivables,
            "p50_ms": round(statistics.median(taken), 2),
            "p99_ms": round(taken[len(taken) * 99 // 100], 2),
            "max_ms": round(taken[-1], 2),
        },
        "limits": {},
        "ratios": {},
        "goals": {"p99_ms": "<= 100"},
    }


def questions(draw: random.Random) -> Iterator[str]:
    """Questions as they are usual, of large portfolios more than of small ones, without end."""
    bank = _id("bank", 0)
    while True:
        creditor = _id("creditor", draw.choice((0, 0, draw.randrange(CREDITORS))))
        debtor = _id("debtor", draw.randrange(DEBTORS))
        payable = _id("payable", draw.randrange(200_000), 64)
        day = str(CalendarDate(FIRST_DAY + draw.randrange(DAYS)))
        account = {"bank": bank, "currency": "USD", "customer": _id("customer", 0)}
        yield _query("receivables", creditor=creditor)
        yield _query("receivables", creditor=creditor, limit=500)
        yield _query("receivables", creditor=creditor, debtor=debtor)
        yield _query("receivables", creditor=creditor, currency="SGD")
        yield _query("receivables", debtor=debtor, status="OPEN,SPLIT,REDEEMED")
        yield _query("receivables", pledgee=_id("creditor", 1))
        yield _query("receivables", payable=payable)
        yield _query("exposure", creditor=creditor)
        yield _query("exposure", creditor=creditor, on=day, limit=500)
        yield _query("maturities", creditor=creditor)
        yield _query("maturities", creditor=creditor, by="day", limit=500)
        yield _query("maturities", debtor=debtor)
        yield _query("maturities", creditor=creditor, debtor=debtor)
        yield _query("balances", bank=bank, limit=500)
        yield _query("balances", customer=_id("customer", draw.randrange(CUSTOMERS)))
        yield _query("statement", **account, limit=500)
        yield _query("statement", **account, **{"from": day})


def _query(path: str, **asked: object) -> str:
    return f"/v1/portfolio/{path}?{urlencode(asked)}"


def _ask(tell: Tell, url: str, lookups: int) -> list[float]:
    """Milliseconds of each question, sorted; every third goes on to the page behind."""
    draw = random.Random(7)  # noqa: S311 - questions, not keys
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    taken: list[tuple[float, str]] = []
    for path in questions(draw):
        while len(taken) < lookups:
            start = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            content = answer.read()
            taken.append(((time.perf_counter() - start) * 1000, path))
            if answer.status != 200:
                raise RuntimeError(path)
            cursor = msgspec.json.decode(content)["next"]
            if not cursor or draw.randrange(3):
                break
            path = f"{path.partition('&cursor')[0]}&cursor={cursor}"  # noqa: PLW2901 - the next page
        if len(taken) == lookups:
            break
    for slow, path in sorted(taken)[-3:]:
        tell(f"{slow:.1f} ms {path}")
    return sorted(one for one, _ in taken)
