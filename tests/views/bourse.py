# SPDX-License-Identifier: Apache-2.0
"""A market whose ledger can be followed: chance plays it, and its records tell it a second time."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from capital.market import BANK, CUSTOMERS, DEBTOR, DUE, FINANCIER, SUPPLIER, Market
from ledger.world import IDS, salt
from ropewalk.crypto import Value
from ropewalk.ledger import Result

MOST = 10**18
TRADERS = tuple(name for name in CUSTOMERS if name != BANK)
DAYS = (DUE, "2026-03-30", "2026-04-30", "2027-01-15")


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of the ledger."""

    position: int
    index: int
    height: int
    time: int
    transaction: str
    name: str
    attributes: Mapping[str, str]


class Bourse(Market):
    """A market that is a source for the views; what is heard of it may be less than what was."""

    def __init__(self, **deposits: int) -> None:
        self.said: list[Heard] = []
        self.moved: list[dict[tuple[str, ...], tuple[int, int]]] = []
        """By act: each account whose record changed, and by how much."""
        self.lag = 0
        super().__init__(**deposits)

    def __setattr__(self, name: str, value: Any) -> None:
        """Listen to the world from its first act on."""
        super().__setattr__(name, value)
        if name == "world":
            self._listen()

    def _listen(self) -> None:
        block = self.world.block

        def heard(*candidates: Any, **more: Any) -> list[Result]:
            before, position = self.told_balances(), self.world.position
            results = block(*candidates, **more)
            for number, result in enumerate(results):
                self._hear(result, position + number)
            after = self.told_balances()
            self.moved.append(_moves(before, after))
            return results

        self.world.block = heard  # type: ignore[method-assign]

    def _hear(self, result: Result, position: int) -> None:
        world = self.world
        for index, event in enumerate(result.events):
            told = (position, index, world.height, world.time_s, result.transaction)
            self.said.append(Heard(*told, event.name, event.attributes))

    # a source

    def events(self, start: int, limit: int) -> Sequence[Heard]:
        """Events of whole entries; the last `lag` entries are not heard yet."""
        positions = sorted({one.position for one in self.said})
        unheard = set(positions[len(positions) - min(self.lag, len(positions)) :])
        found = [one for one in self.said if one.position >= start and one.position not in unheard]
        if len(found) > limit:
            end = found[limit].position
            cut = [one for one in found[:limit] if one.position < end]
            found = cut or [one for one in found if one.position == end]
        return found

    def record(self, key: str) -> str | None:
        """A record as it is now."""
        data = self.world.state.get(key)
        return None if data is None else data.decode("ascii")

    def await_height(self, height: int, timeout_s: float) -> int:
        """The height."""
        del timeout_s
        return max(height, self.world.height)

    # told by the records alone

    def _records(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for key, data in self.world.state.items():
            if key.startswith(f"{kind}/"):
                yield key.partition("/")[2], json.loads(data)[1]

    def told_balances(self) -> dict[tuple[str, ...], tuple[int, int]]:
        """Every account: free, and in escrow."""
        return {
            tuple(key.split(":")): (int(record["amount"]), int(record["held"]))
            for key, record in self._records("balance")
        }

    def told_open(self) -> list[tuple[str, str, str, str, int]]:
        """Creditor, debtor, currency, day and worth of every open receivable."""
        owed = dict(self._records("payable"))
        return [
            (
                share["creditor"],
                owed[share["payable"]]["debtor"],
                owed[share["payable"]]["currency"],
                owed[share["payable"]]["payable_on"],
                int(share["amount"]),
            )
            for _, share in self._records("receivable")
            if share["status"] == "OPEN"
        ]

    def told_sums(self, *names: int) -> dict[tuple[str, ...], tuple[int, int]]:
        """How many are open and how much, by some of creditor, debtor, currency and day."""
        counts: Counter[tuple[str, ...]] = Counter()
        sums: defaultdict[tuple[str, ...], int] = defaultdict(int)
        for one in self.told_open():
            key = tuple(str(one[name]) for name in names)
            counts[key] += 1
            sums[key] += one[4]
        return {key: (counts[key], sums[key]) for key in counts}

    # chance

    def play(self, seed: int, acts: int) -> "Bourse":
        """Let so many acts be tried; those that are refused leave no trace."""
        draw = random.Random(seed)
        for _ in range(acts):
            actor, act, body = self._drawn(draw)
            self.world.act(actor, f"capital.{act}", self.body(act, body))
        return self

    def _drawn(self, draw: random.Random) -> tuple[str, str, dict[str, Value]]:
        shares = [name for name, share in self._records("receivable") if share["status"] == "OPEN"]
        owed = [name for name, one in self._records("payable") if one["status"] != "PAID"]
        kinds = ["INVOICE", "PLACE_DEPOSIT", "MOVE_DEPOSIT"]
        kinds += ["CONFIRM_INVOICE", "DISPUTE_PAYABLE", "REDEEM", "CREDIT_NOTE"] if owed else []
        kinds += ["SPLIT_RECEIVABLE", "TRANSFER_RECEIVABLE", "PLEDGE_RECEIVABLE"] if shares else []
        act = draw.choice(kinds * 2 + ["MERGE_RECEIVABLES"] * bool(shares))
        if act in ("CONFIRM_INVOICE", "DISPUTE_PAYABLE", "REDEEM", "CREDIT_NOTE"):
            return self._on_payable(draw, act, draw.choice(owed))
        if act in ("INVOICE", "PLACE_DEPOSIT", "MOVE_DEPOSIT"):
            return self._anew(draw, act)
        return self._on_share(draw, act, draw.choice(shares))

    def _anew(self, draw: random.Random, act: str) -> tuple[str, str, dict[str, Value]]:
        amount = str(draw.choice((1, 7, 1_000, 3 * 10**9 + 5, MOST // 4)))
        if act == "PLACE_DEPOSIT":
            entry = salt(str(draw.random()))
            return BANK, act, {"amount": amount, "customer": draw.choice(TRADERS), "entry": entry}
        if act == "MOVE_DEPOSIT":
            return draw.choice(TRADERS), act, {"amount": amount, "to": draw.choice(TRADERS)}
        due, currency = draw.choice(DAYS), draw.choice(("EUR", "USD"))
        return SUPPLIER, act, self.invoice(int(amount), due=due, currency=currency)

    def _on_payable(
        self, draw: random.Random, act: str, payable: str
    ) -> tuple[str, str, dict[str, Value]]:
        found, names = self.payable(payable), list[Value](self.open_of(payable))
        told: dict[str, Value] = {"payable": payable}
        if act in ("REDEEM", "CREDIT_NOTE"):
            share = draw.choice((1, 2, 3))
            told |= {"amount": str(max(1, found.outstanding // share)), "receivables": names}
        if act == "CREDIT_NOTE":
            return SUPPLIER, act, told | {"content": salt("note")}
        if act == "DISPUTE_PAYABLE":
            told["reason"] = salt("reason")
        return DEBTOR, act, told

    def _on_share(
        self, draw: random.Random, act: str, name: str
    ) -> tuple[str, str, dict[str, Value]]:
        share = self.receivable(name)
        holder = next(one for one in CUSTOMERS if IDS[one] == share.creditor)
        told: dict[str, Value] = {"receivable": name}
        if act == "MERGE_RECEIVABLES":
            same: list[Value] = [
                one
                for one in self.open_of(share.payable)
                if self.receivable(one).creditor == share.creditor
            ]
            return holder, act, {"receivables": same}
        if act == "PLEDGE_RECEIVABLE":
            return holder, act, told | {"pledgee": FINANCIER}
        if act == "TRANSFER_RECEIVABLE":
            return holder, act, told | {"to": draw.choice(TRADERS), "with_recourse": True}
        first = max(1, share.value // 3)
        parts: list[Value] = [
            {"amount": str(one), "to": IDS[draw.choice(TRADERS)]}
            for one in (first, share.value - first)
        ]
        return holder, act, told | {"parts": parts, "with_recourse": bool(draw.getrandbits(1))}


def _moves(
    before: Mapping[tuple[str, ...], tuple[int, int]],
    after: Mapping[tuple[str, ...], tuple[int, int]],
) -> dict[tuple[str, ...], tuple[int, int]]:
    found = {}
    for key, (amount, held) in after.items():
        was = before.get(key, (0, 0))
        if was != (amount, held):
            found[key] = (amount - was[0], held - was[1])
    return found
