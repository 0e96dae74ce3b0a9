# SPDX-License-Identifier: Apache-2.0
"""What the importer owes in the demo's voyage: over three tiers, discounted, then redeemed."""

from collections.abc import Sequence

import msgspec

from ropewalk.capital import ChargeTerms, made_id, price_of
from ropewalk.cli.lives import (
    BANK,
    CONSIGNEE,
    DISCHARGE_TERMINAL,
    FORWARDER,
    HAULIER,
    OTHER_BANK,
)
from ropewalk.cli.quayside import DAY_S
from ropewalk.cli.troupe import Troupe, made_up
from ropewalk.client import receivable_of
from ropewalk.codes import CalendarDate, Money
from ropewalk.crypto import Value, random_bytes

CNY = "CNY"
PAYABLE, SECOND, THIRD = 60_000_000, 25_000_000, 10_000_000
"""CNY 600,000; 250,000 of it goes to tier two, 100,000 of that to tier three."""
RATE = 45_000
"""4.5 % a year, in millionths."""
DUE_DAYS = 120


class Tiers:
    """The importer's payables, and who holds them.

    Args:
        troupe: who plays.
    """

    def __init__(self, troupe: Troupe) -> None:
        self._troupe = troupe
        self.receivables: dict[str, str] = {}
        """By who held them last; `of` a creditor, the one its invoice became."""

    def play(self) -> None:
        """The forwarder's invoice passes down the chain; its end is paid early, then all are."""
        due = CalendarDate(self._today() + DUE_DAYS)
        whole = self.invoice(FORWARDER, PAYABLE, due, profile="CN")
        first, rest = self._split(FORWARDER, whole, (PAYABLE - SECOND, SECOND), HAULIER)
        second, third = self._split(HAULIER, rest, (SECOND - THIRD, THIRD), DISCHARGE_TERMINAL)
        self._discount(third, due)
        self.redeem(PAYABLE, sorted([first, second, third]))

    def invoice(
        self,
        creditor: str,
        amount: int,
        due: CalendarDate,
        charge: ChargeTerms | None = None,
        profile: str = "",
    ) -> str:
        """An invoice on the importer, confirmed; its receivable."""
        body: dict[str, Value] = {
            "amount": str(amount),
            "content": made_up(f"invoice of {creditor}"),
            "currency": CNY,
            "debtor": self._troupe.id(CONSIGNEE),
            "due": str(due),
            "invoice": made_up(f"number of {creditor} {random_bytes(16).hex()}"),
        }
        if profile:
            body |= {"profile": profile, "registration": made_up("registration")}
        if charge is not None:
            body["charge"] = msgspec.to_builtins(charge)
        told = f"{creditor}: INVOICE of {Money(amount, CNY)} on {CONSIGNEE}, due {due}"
        drawn = self._troupe.does(creditor, "capital.INVOICE", body, told)
        asked: dict[str, Value] = {
            "last_act": drawn.transaction,
            "payable": made_id("payable", drawn.transaction),
        }
        told = f"{CONSIGNEE}: CONFIRM_INVOICE"
        confirmed = self._troupe.does(CONSIGNEE, "capital.CONFIRM_INVOICE", asked, told)
        found = made_id("receivable", confirmed.transaction)
        self.receivables[f"of {creditor}"] = found
        return found

    def redeem(self, amount: int, receivables: Sequence[str]) -> None:
        """The importer pays whoever holds its payable now."""
        node = self._troupe.node(CONSIGNEE)
        body: dict[str, Value] = {
            "amount": str(amount),
            "bank": self._troupe.id(OTHER_BANK),
            "payable": receivable_of(node, receivables[0])["payable"],
            "receivables": list(receivables),
        }
        told = f"{CONSIGNEE}: REDEEM of {Money(amount, CNY)} to {len(receivables)} holders"
        self._troupe.does(CONSIGNEE, "capital.REDEEM", body, told)

    def _split(
        self, creditor: str, receivable: str, amounts: tuple[int, int], to: str
    ) -> tuple[str, str]:
        """Divide a receivable between its creditor and the next tier; both parts."""
        parts: list[Value] = [
            {"amount": str(amount), "to": self._troupe.id(name)}
            for amount, name in zip(amounts, (creditor, to), strict=True)
        ]
        body: dict[str, Value] = {
            "last_act": self._last_act(receivable),
            "parts": parts,
            "receivable": receivable,
            "with_recourse": True,
        }
        told = f"{creditor}: SPLIT_RECEIVABLE, {Money(amounts[1], CNY)} → {to}"
        outcome = self._troupe.does(creditor, "capital.SPLIT_RECEIVABLE", body, told)
        own, passed = (made_id("receivable", outcome.transaction, number) for number in (0, 1))
        self.receivables |= {creditor: own, to: passed}
        return own, passed

    def _discount(self, receivable: str, due: CalendarDate) -> None:
        """The exporter's bank pays the last tier early."""
        value = CalendarDate(self._today())
        price = price_of(THIRD, RATE, "ACT/360", value, due)
        terms: dict[str, Value] = {
            "bank": self._troupe.id(OTHER_BANK),
            "day_count": "ACT/360",
            "last_act": self._last_act(receivable),
            "price": str(price.amount),
            "rate": RATE,
            "receivable": receivable,
            "to": self._troupe.id(BANK),
            "value_date": str(value),
            "with_recourse": False,
        }
        words = (
            f"PROPOSE DISCOUNT of {Money(THIRD, CNY)}",
            f"APPROVE, pays {Money(price.amount, CNY)}, {price.days} days early",
        )
        self._troupe.proposes(DISCHARGE_TERMINAL, "capital.DISCOUNT", terms, BANK, words)

    def _last_act(self, receivable: str) -> str:
        return str(receivable_of(self._troupe.node(CONSIGNEE), receivable)["last_act"])

    def _today(self) -> int:
        return self._troupe.now_s() // DAY_S
