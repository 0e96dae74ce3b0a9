# SPDX-License-Identifier: Apache-2.0
"""How fast desks are read: one party that very much concerns, asked of the views themselves."""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from ropewalk.cli.bench_books import Said
from ropewalk.codes import CalendarDate
from ropewalk.crypto import sha256_hex
from ropewalk.views import Views

Tell = Callable[[str], None]
Result = dict[str, Any]
PIECE: Final = 10_000
"""Events projected by one transaction."""
HOLDERS: Final = 200
DUE_DAYS: Final = 400
NOW_S: Final = 1_780_000_000
DAY_S: Final = 86_400


def _id(kind: str, number: int, digits: int = 32) -> str:
    return sha256_hex(f"{kind} {number}".encode())[:digits]


CARRIER: Final = _id("carrier", 0)
"""Whose desk is the fullest: it issued every title, and owes on every fourth subject."""


class Trade:
    """A source for the projector alone: titles of one carrier, and invoices it is sent."""

    def __init__(self, count: int, carrier: str = CARRIER) -> None:
        self.count = count
        self._carrier = carrier
        self._numbers = {_subject(number)[1]: number for number in range(count)}

    def events(self, start: int, limit: int) -> list[Said]:
        """As the port has it."""
        return [self._said(one) for one in range(start, min(start + limit, self.count))]

    def _said(self, position: int) -> Said:
        kind, identifier = _subject(position)
        if kind == "title":
            return Said(position, "title.issued", {"title": identifier})
        return Said(position, "capital.changed", {"payable": identifier, "receivables": ""})

    def knows(self, key: str) -> bool:
        """Whether a record is one of these."""
        return key.partition("/")[2] in self._numbers

    def record(self, key: str) -> str:
        """As the port has it."""
        kind, _, identifier = key.partition("/")
        number = self._numbers[identifier]
        make = _title if kind == "title" else _payable
        found = make(number, self._carrier)
        return msgspec.json.encode([1, found]).decode()

    def await_height(self, height: int, timeout_s: float) -> int:
        """As the port has it."""
        del timeout_s
        return height


def _subject(number: int) -> tuple[str, str]:
    kind = "payable" if number % 4 == 3 else "title"
    return kind, _id(kind, number, 64)


def _title(number: int, carrier: str) -> dict[str, Any]:
    """A bill; of ten one is surrendered to the carrier, one given on to who may sign for it."""
    holder = _id("holder", number % HOLDERS)
    asked = {"status": "SURRENDER_REQUESTED", "possessor": carrier, "surrendered_by": holder}
    stands = {"status": "ISSUED", "possessor": holder, "surrendered_by": ""}
    return {
        **(asked if number % 10 == 0 else stands),
        "commitment": "00" * 32,
        "consignee": "",
        "document_type": "BOL",
        "endorsee": holder,
        "endorsee_may_endorse": True,
        "governing_law": "GB",
        "is_to_order": True,
        "issued_at": NOW_S,
        "issuer": carrier,
        "last_act": "00" * 32,
        "prior_endorsee": "",
        "prior_may_endorse": True,
        "reference": f"SMDG:ROP:BILL{number:08}",
        "refusable_from": _id("shipper", 0) if number % 10 == 1 else "",
        "shipper": _id("shipper", number % 7),
        "version": 3,
    }


def _payable(number: int, carrier: str) -> dict[str, Any]:
    """What the carrier owes somebody, on some day before or after the bench's own."""
    today = NOW_S // DAY_S
    return {
        "content": "00" * 32,
        "credited": "0",
        "creditor": _id("holder", number % HOLDERS),
        "currency": "USD",
        "debtor": carrier,
        "face": "1000000",
        "invoice": "00" * 32,
        "last_act": "00" * 32,
        "payable_on": str(CalendarDate(today - 20 + number % DUE_DAYS)),
        "settled": "0",
        "status": "CONFIRMED" if number % 3 else "INVOICED",
        "version": 2,
    }


def desks(tell: Tell, *, subjects: int = 100_000, lookups: int = 500) -> Result:
    """The desk of one party that so many titles and invoices concern."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as folder:
        tell(f"projecting {subjects:,} subjects")
        views = Views(Path(folder), Trade(subjects))
        views.projector.page = PIECE
        start = time.perf_counter()
        views.projector.catch_up()
        rate = subjects / (time.perf_counter() - start)
        tell(f"asking {lookups:,} times each")
        taken = {name: _timed(ask, lookups) for name, ask in _questions(views, subjects)}
        views.close()
        size = sum(path.stat().st_size for path in Path(folder).glob("views.sqlite*"))
    figures: dict[str, Any] = {
        "subjects": subjects,
        "projected_subjects_per_s": round(rate),
        "views_bytes_per_subject": size // subjects,
    }
    for name, found in taken.items():
        figures[f"{name}_p50_ms"] = round(statistics.median(found), 2)
        figures[f"{name}_p99_ms"] = round(found[len(found) * 99 // 100], 2)
    goals = {f"{name}_p99_ms": "<= 5" for name in ("todos", "involved")}
    return {"figures": figures, "limits": {}, "ratios": {}, "goals": goals}


Ask = Callable[[], Any]


def _questions(views: Views, count: int) -> Iterator[tuple[str, Ask]]:
    """What is asked, each time a page behind the one before, from the first again at the end."""
    draw = random.Random(7)  # noqa: S311 - questions, not keys

    def paged(ask: Callable[[Any], Any]) -> Ask:
        after = [None]

        def once() -> None:
            after[0] = ask(after[0]).next

        return once

    yield "todos", paged(lambda after: views.todos(CARRIER, NOW_S, after))
    yield "involved", paged(lambda after: views.involved(CARRIER, after=after))
    yield (
        "involved_of_kind",
        paged(lambda after: views.involved(CARRIER, "payable", is_open=True, after=after)),
    )
    yield "search", lambda: views.search(CARRIER, _subject(draw.randrange(count))[1][:12])
    yield "search_reference", lambda: views.search(CARRIER, f"BILL{draw.randrange(count):08}"[:9])
    yield "counts", lambda: views.counts(CARRIER, NOW_S)


def _timed(ask: Ask, lookups: int) -> list[float]:
    """Milliseconds of each, sorted."""
    taken = []
    for _ in range(lookups):
        start = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)
