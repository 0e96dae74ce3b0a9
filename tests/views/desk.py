# SPDX-License-Identifier: Apache-2.0
"""A house with money in it: a bank's accounts, a payable in shares, an exchange, by names."""

import time
from typing import Any

from ropewalk.crypto import Value, sha256_hex
from ropewalk.engines.port import LedgerEvent, Outcome
from views.house import House, wait_for

USD = "USD"
DUE = "2030-06-28"


class Desk(House):
    """The shipper is owed by the consignee; the bank keeps accounts for all in dollars."""

    def furnish(self) -> "Desk":
        """Accounts, money, one payable in three shares, one of them the bank's."""
        for name in self.network.parties:
            self.done("bank", "capital.OPEN_ACCOUNT", currency=USD, customer=self.id(name))
        self.place("consignee", 100_000)
        self.payable, whole = self.owed(9_000)
        self.shares = self.split(whole, ("shipper", 4_000), ("carrier", 3_000), ("bank", 2_000))
        self.settle()
        return self

    def id(self, name: str) -> str:
        """The controller of a name."""
        return self.network.parties[name].controller

    def done(self, name: str, act: str, **body: Value) -> Outcome:
        """An act that must be committed."""
        found = self.network.send(self.network.by(name, act, body))
        assert found.status == "committed", found
        return found

    def told(self, outcome: Outcome) -> list[LedgerEvent]:
        """What an act told."""
        found = self.network.engine.events(outcome.position, 1)
        return [one for one in found if one.position == outcome.position]

    def place(self, name: str, amount: int) -> None:
        """Money comes in at the bank."""
        body: dict[str, Value] = {"customer": self.id(name), "entry": sha256_hex(name.encode())}
        self.done("bank", "capital.PLACE_DEPOSIT", amount=str(amount), currency=USD, **body)

    def owed(self, amount: int, due: str = DUE, debtor: str = "consignee") -> tuple[str, str]:
        """What a debtor confirmed: the payable and its receivable."""
        number = sha256_hex(f"{amount} {due} {time.monotonic_ns()}".encode())
        drawn = self.done(
            "shipper",
            "capital.INVOICE",
            amount=str(amount),
            content=number,
            currency=USD,
            debtor=self.id(debtor),
            due=due,
            invoice=number,
        )
        payable = self.told(drawn)[0].attributes["payable"]
        asked: dict[str, Value] = {"last_act": drawn.transaction, "payable": payable}
        confirmed = self.done(debtor, "capital.CONFIRM_INVOICE", **asked)
        return payable, self.told(confirmed)[0].attributes["receivable"]

    def last_act(self, receivable: str) -> str:
        """The last act on a receivable."""
        found: dict[str, Any] = self.record(f"/v1/receivables/{receivable}")
        return str(found["last_act"])

    def record(self, path: str) -> Any:
        """A record over HTTP."""
        return self.http.get(path).json()["record"]

    def split(self, receivable: str, *parts: tuple[str, int]) -> list[str]:
        """A receivable divided among parties, in their order."""
        named: list[Value] = [{"amount": str(amount), "to": self.id(to)} for to, amount in parts]
        outcome = self.done(
            "shipper",
            "capital.SPLIT_RECEIVABLE",
            last_act=self.last_act(receivable),
            parts=named,
            receivable=receivable,
            with_recourse=False,
        )
        events = [one for one in self.told(outcome) if one.name == "capital.share_made"]
        return [one.attributes["receivable"] for one in events]

    def settle(self) -> None:
        """Wait until the views have all of it."""
        end = self.network.engine.condition().size
        wait_for(lambda: self.views.standing().position >= end or self._is_quiet())

    def _is_quiet(self) -> bool:
        return not self.network.engine.events(self.views.standing().position, 1)

    def ask(self, path: str, **parameters: object) -> Any:
        """The answer to a question about portfolios, which must be one."""
        named = {name: str(value) for name, value in parameters.items()}
        found = self.http.get(f"/v1/portfolio/{path}", params=named)
        assert found.status_code == 200, found.text
        return found.json()
