# SPDX-License-Identifier: Apache-2.0
"""A market in memory: a settlement bank, suppliers in tiers, a debtor and a financier."""

from collections.abc import Mapping

import msgspec

from ledger.world import IDS, salt, settled
from ropewalk.capital.state import (
    OPEN,
    Balance,
    Payable,
    Receivable,
    SettlementRecord,
    Suspense,
    balance_key,
    payable_key,
    receivable_key,
    settlement_key,
    suspense_key,
)
from ropewalk.crypto import Value
from ropewalk.ledger import LedgerError, Result, decode_record, encode_record

BANK = "bank"
DEBTOR = "buyer"
SUPPLIER = "shipper"
TIER_2 = "consignee"
TIER_3 = "carrier"
FINANCIER = "other_carrier"
CUSTOMERS = (BANK, DEBTOR, SUPPLIER, TIER_2, TIER_3, FINANCIER)
NOWHERE = "0" * 64
EUR = "EUR"
TODAY = "2026-01-01"
DUE = "2026-03-31"
"""The market opens on 2026-01-01; what is due then is due in 89 days."""
MOST = 10**18


class Market:
    """Accounts at one bank, in euros; acts by names, ids by what they are."""

    def __init__(self, **deposits: int) -> None:
        self.world = settled()
        self._invoices = 0
        for name in CUSTOMERS:
            self.world.done(BANK, "capital.OPEN_ACCOUNT", self.account(name))
        for name, amount in deposits.items():
            self.placed(name, amount)

    # records

    def payable(self, identifier: str) -> Payable:
        """A payable as it stands."""
        return decode_record(self.world.state[payable_key(identifier)], Payable)

    def receivable(self, identifier: str) -> Receivable:
        """A receivable as it stands."""
        return decode_record(self.world.state[receivable_key(identifier)], Receivable)

    def open_of(self, payable: str) -> list[str]:
        """Ids of a payable's open receivables, sorted."""
        return sorted(
            name
            for key in self.world.state
            if key.startswith("receivable/")
            and self.receivable(name := key.removeprefix("receivable/")).payable == payable
            and self.receivable(name).status == OPEN
        )

    def balance(self, name: str, currency: str = EUR) -> int:
        """What somebody may dispose of."""
        key = balance_key(IDS[BANK], currency, IDS[name])
        return int(decode_record(self.world.state[key], Balance).amount)

    def suspense(self, name: str) -> int:
        """What somebody paid too much."""
        data = self.world.state.get(suspense_key(IDS[BANK], EUR, IDS[name]))
        return 0 if data is None else int(decode_record(data, Suspense).amount)

    def settlement(self) -> tuple[int, int]:
        """What came in and what went out."""
        record = self.world.state[settlement_key(IDS[BANK], EUR)]
        found = decode_record(record, SettlementRecord)
        return int(found.placed), int(found.withdrawn)

    # acts

    def body(self, act: str, members: Mapping[str, Value]) -> dict[str, Value]:
        """The body of an act; parties go by their names, a last act is looked up."""
        told = {name: _named(value) for name, value in members.items()}
        if act in AT_A_BANK and "bank" not in told:
            told["bank"] = IDS[BANK]
        if act in IN_EUROS and "currency" not in told:
            told["currency"] = EUR
        if act in ON_PAYABLE and "last_act" not in told:
            told["last_act"] = self.payable(str(told["payable"])).last_act
        if act in ON_RECEIVABLE and "last_act" not in told:
            told["last_act"] = self.receivable(str(told["receivable"])).last_act
        return told

    def result(self, actor: str, act: str, **members: Value) -> Result:
        """An act that must be accepted, approved by nobody else."""
        result = self.world.act(actor, f"capital.{act}", self.body(act, members))
        assert result.refusal is None, result.refusal
        return result

    def does(self, actor: str, act: str, **members: Value) -> "Market":
        """An act that must be accepted."""
        self.result(actor, act, **members)
        return self

    def agreed(self, actor: str, act: str, *approvers: str, **members: Value) -> "Market":
        """An act that others must approve, and do."""
        self.world.agreed(actor, f"capital.{act}", self.body(act, members), *approvers)
        return self

    def why(self, actor: str, act: str, **members: Value) -> str:
        """An act that must be refused without a trace; the refusal's slug."""
        return self.refused(actor, act, **members).code

    def refused(self, actor: str, act: str, **members: Value) -> type[LedgerError]:
        """An act that must be refused without a trace; the refusal."""
        return self.world.refused(actor, f"capital.{act}", self.body(act, members))

    # what is often done

    def account(self, customer: str, currency: str = EUR) -> dict[str, Value]:
        """The body of an OPEN_ACCOUNT."""
        return {"currency": currency, "customer": IDS[customer]}

    def placed(self, name: str, amount: int) -> "Market":
        """Money that came in."""
        entry = salt(f"entry {name} {amount}")
        return self.does(BANK, "PLACE_DEPOSIT", amount=str(amount), customer=name, entry=entry)

    def invoice(self, amount: int = 1_000, **changes: Value) -> dict[str, Value]:
        """The members of an INVOICE on the debtor."""
        self._invoices += 1
        return {
            "amount": str(amount),
            "content": salt(f"invoice {self._invoices}"),
            "currency": EUR,
            "debtor": DEBTOR,
            "due": DUE,
            "invoice": salt(f"number {self._invoices}"),
            **changes,
        }

    def invoiced(self, amount: int = 1_000, **changes: Value) -> str:
        """An invoice drawn up by the supplier; the payable."""
        result = self.result(SUPPLIER, "INVOICE", **self.invoice(amount, **changes))
        return result.events[0].attributes["payable"]

    def owed(self, amount: int = 1_000, **changes: Value) -> tuple[str, str]:
        """An invoice that the debtor confirmed: the payable and its receivable."""
        payable = self.invoiced(amount, **changes)
        result = self.result(DEBTOR, "CONFIRM_INVOICE", payable=payable)
        return payable, result.events[0].attributes["receivable"]

    def split(
        self, actor: str, receivable: str, *parts: tuple[int, str], recourse: bool = False
    ) -> list[str]:
        """A receivable divided; the children in the order of the parts."""
        result = self.result(
            actor,
            "SPLIT_RECEIVABLE",
            receivable=receivable,
            parts=[{"amount": str(amount), "to": IDS.get(to, to)} for amount, to in parts],
            with_recourse=recourse,
        )
        made = [one for one in result.events if one.name == "capital.share_made"]
        return [one.attributes["receivable"] for one in made]

    def passed(self, actor: str, receivable: str, to: str, *, recourse: bool = False) -> "Market":
        """A receivable transferred."""
        return self.does(
            actor, "TRANSFER_RECEIVABLE", receivable=receivable, to=to, with_recourse=recourse
        )

    def redeemed(self, payable: str, amount: int) -> "Market":
        """A payment by the debtor to all who are creditors now."""
        names: list[Value] = [*self.open_of(payable)]
        return self.does(DEBTOR, "REDEEM", amount=str(amount), payable=payable, receivables=names)

    def at(self, day: str) -> "Market":
        """Let it be noon of a day."""
        days = _days(day)
        self.world.block(seconds=days * 86_400 + 43_200 - self.world.time_s)
        return self

    def holding(self, identifier: str, exchange: str = NOWHERE) -> "Market":
        """A receivable as an exchange holds it in escrow."""
        record = msgspec.structs.replace(self.receivable(identifier), escrow=exchange)
        self.world.state[receivable_key(identifier)] = encode_record(record)
        return self


def _days(day: str) -> int:
    year, month, of_month = (int(part) for part in day.split("-"))
    first = (year - 1970) * 365 + (year - 1969) // 4
    before = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)[month - 1]
    return first + before + (month > 2 and year % 4 == 0) + of_month - 1


def _named(value: Value) -> Value:
    return IDS.get(value, value) if isinstance(value, str) else value


AT_A_BANK = frozenset(
    {"BUY_BACK", "DISCOUNT", "MOVE_DEPOSIT", "REDEEM", "REFUND_SUSPENSE", "WITHDRAW_DEPOSIT"}
)
IN_EUROS = frozenset(
    {"MOVE_DEPOSIT", "OPEN_ACCOUNT", "PLACE_DEPOSIT", "REFUND_SUSPENSE", "WITHDRAW_DEPOSIT"}
)
ON_PAYABLE = frozenset(
    {
        "CONFIRM_INVOICE",
        "CREDIT_NOTE",
        "DECLARE_DEFAULT",
        "DECLINE_INVOICE",
        "DISPUTE_PAYABLE",
        "SETTLE_DISPUTE",
    }
)
ON_RECEIVABLE = frozenset(
    {
        "BUY_BACK",
        "DISCOUNT",
        "PLEDGE_RECEIVABLE",
        "RELEASE_RECEIVABLE",
        "SPLIT_RECEIVABLE",
        "TRANSFER_RECEIVABLE",
    }
)
