# SPDX-License-Identifier: Apache-2.0
"""How fast books are read: portfolios over a million receivables, asked over HTTP."""

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

from ropewalk.cli.bench_world import PASSPHRASE, World
from ropewalk.cli.child import ChildNode
from ropewalk.codes import CalendarDate
from ropewalk.crypto import sha256_hex
from ropewalk.views import Views

Tell = Callable[[str], None]
Result = dict[str, Any]
DAY_S: Final = 86_400
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
class Said:
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

    def events(self, start: int, limit: int) -> list[Said]:
        """As the port has it."""
        return [self._said(one) for one in range(start, min(start + limit, self.count))]

    def _said(self, position: int) -> Said:
        if position < self.payables:
            shares = " ".join(_id("share", position * HELD + n, 64) for n in range(HELD))
            told = {"payable": _id("payable", position, 64), "receivables": shares}
            return Said(position, "capital.changed", told)
        number = position - self.payables
        account = {"bank": _id("bank", 0), "currency": "USD"}
        if number < CUSTOMERS:
            account["customer"] = _id("customer", number)
            return Said(position, "capital.account_opened", account)
        lines = number - CUSTOMERS + 1
        told = {"amount": "100", "balance": str(100 * lines), "escrow": "0", "held": "0"}
        about = {"act": "PLACE_DEPOSIT", "reference": "ab" * 32, "customer": _id("customer", 0)}
        return Said(position, "capital.posted", {**account, **told, **about})

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
