# SPDX-License-Identifier: Apache-2.0
"""Money placed and moved, invoices drawn up, answered and paid: moves of the market's books."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from ledger.world import IDS, salt
from model.capital_model import MOST, charge_of
from model.capital_reasons import LIVE
from model.cargo_reasons import day_of
from model.cast import Cast, Move

Members = dict[str, Any]
NOWHERE = "0" * 64
OPEN = 10
"""So many payables are worked on."""
TRADERS = ("bank", "buyer", "carrier", "consignee", "other_carrier", "shipper")
CURRENCIES = (*("EUR",) * 9, "USD")
NO_SUMS = ("0", "-5", "007", "1e3", "", "+5", str(MOST + 1), "5 ")


class MovesOnTheBooks:
    """Moves on accounts and payables, and what there is to choose from."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.chance, self.ledger = cast, cast.chance, cast.ledger
        self.market = cast.ledger.market
        self._words = 0
        self._begun: deque[tuple[str, str]] = deque(maxlen=20)
        self._kept: dict[str, str] = {}
        """Invoices by `<creditor>:<tag>`, each for something that chance would seldom do."""

    # what there is to choose from

    def _word(self) -> str:
        self._words += 1
        return salt(f"capital {self._words}")

    def _payables(self, *states: str) -> list[str]:
        recent = list(self.market.invoices)[-4 * OPEN :]
        return [one for one in recent if self.market.status(one) in states][-OPEN:]

    def _payable(self, *states: str) -> str:
        if self.cast.odds(0.06):
            states = ("CONFIRMED", "DECLINED", "DEFAULTED", "INVOICED", "PAID")
        found = self._payables(*states)
        return self.chance.choice(found) if found else NOWHERE

    def _shares(self, payables: Sequence[str], **wanted: Any) -> list[str]:
        return [
            name
            for payable in payables
            for name in sorted(self.market.open.get(payable, ()))[:20]
            if all(getattr(self.market.shares[name], one) == is_ for one, is_ in wanted.items())
        ]

    def _share(self, *states: str, **wanted: Any) -> str:
        found = self._shares(self._payables(*(states or LIVE)), **wanted)
        return self.chance.choice(found) if found else NOWHERE

    def _creditor(self, name: str) -> str:
        share = self.market.shares.get(name)
        return share.creditor if share else IDS["shipper"]

    def _on_share(self, name: str, **members: Any) -> Members:
        share = self.market.shares.get(name)
        return {"last_act": share.acts[-1] if share else NOWHERE, "receivable": name, **members}

    def _on_payable(self, name: str, **members: Any) -> Members:
        found = self.market.invoices.get(name)
        return {"last_act": found.acts[-1] if found else NOWHERE, "payable": name, **members}

    def _currency_of(self, name: str) -> str:
        share = self.market.shares.get(name)
        return self.market.invoices[share.payable].currency if share else "EUR"

    def _bank(self, currency: str, *customers: str) -> str:
        """A bank where they all have an account, if there is one."""
        known = self.market.customers
        banks = sorted({bank for bank, one, _ in known if one == currency})
        shared = [
            bank for bank in banks if all((bank, currency, one) in known for one in customers)
        ]
        return self.chance.choice(shared or banks or [IDS["bank"]])

    def _account(self) -> tuple[str, str, str]:
        known = sorted(self.market.customers)
        traded = [one for one in known if one[:2] == (IDS["bank"], "EUR")]
        return self.chance.choice(traded if traded and self.cast.odds(0.7) else known)

    def _held(self, bank: str, currency: str, who: str) -> int:
        return self.market.journal.sum("deposit", bank, currency, who)

    def _trader(self) -> str:
        return IDS[self.chance.choice(TRADERS)] if self.cast.odds(0.9) else self.cast.anybody()

    def _sum(self, most: int) -> str:
        if self.cast.odds(0.2):
            return str(max(most, 1))
        return str(self.chance.randint(1, max(most, 1)))

    # accounts

    def _open_account(self) -> Move:
        bank, currency, who = self.cast.bank(), self.chance.choice(CURRENCIES), self._trader()
        known = self.market.customers
        missing = [one for one in TRADERS if (IDS["bank"], "EUR", IDS[one]) not in known]
        if missing and self.cast.odds(0.8):
            bank, currency, who = IDS["bank"], "EUR", IDS[missing[0]]
        if self.cast.odds(0.05):
            who = IDS["firm"]
        body = {"currency": currency, "customer": who}
        return Move(bank, "capital.OPEN_ACCOUNT", body)

    def _place(self) -> Move:
        bank, currency, who = self._account()
        amount = self._sum(20_000)
        if self.cast.odds(0.02):
            amount = str(MOST - self._held(bank, currency, who) + self.chance.choice((0, 1)))
        body = {"amount": amount, "currency": currency, "customer": who, "entry": self._word()}
        return Move(bank, "capital.PLACE_DEPOSIT", body)

    def _move_deposit(self) -> Move:
        bank, currency, who = self._account()
        others = [one for one in sorted(self.market.customers) if one[:2] == (bank, currency)]
        to = self.chance.choice(others)[2] if self.cast.odds(0.9) else self._trader()
        amount = self._sum(self._held(bank, currency, who) + self.cast.odds(0.1))
        body = {"amount": amount, "bank": bank, "currency": currency, "to": to}
        return Move(who, "capital.MOVE_DEPOSIT", body)

    def _withdraw(self) -> Move:
        bank, currency, who = self._account()
        amount = self._sum(self._held(bank, currency, who))
        body = {"amount": amount, "bank": bank, "currency": currency, "entry": self._word()}
        return Move(who, "capital.WITHDRAW_DEPOSIT", body)

    def _refund(self) -> Move:
        kept = [
            (account[1:], amount)
            for account, amount in self.market.journal.sums.items()
            if account[0] == "suspense" and amount
        ]
        if not kept:
            return self._pay_too_much()
        (bank, currency, who), amount = self.chance.choice(kept)
        told = self._sum(amount + self.cast.odds(0.1))
        body = {"amount": told, "bank": bank, "currency": currency}
        return Move(who, "capital.REFUND_SUSPENSE", body)

    # invoices

    def _invoice(self) -> Move:
        body: Members = {
            "amount": self._sum(4_000),
            "content": self._word(),
            "currency": self.chance.choice(CURRENCIES),
            "debtor": self._trader(),
            "due": self._due(),
            "invoice": self._word(),
        }
        odds = self.cast.odds
        if odds(0.2):
            terms = ("FOLLOWING", "MODIFIED_FOLLOWING")
            holidays = sorted(day_of(self.cast.time, days) for days in (0, 1, 2, 20) if odds(0.4))
            if odds(0.1):
                holidays = holidays[::-1] + holidays[:1]
            body["business_days"] = {
                "convention": self.chance.choice(terms),
                "holidays": holidays,
                "weekends": odds(0.6),
            }
        if odds(0.15):
            body["charge"] = charge = self._charge()
            body["amount"] = str(charge_of(charge["units"], charge["tiers"]) + odds(0.2) or 1)
        if odds(0.15):
            body["profile"] = self.chance.choice(("CN", "CN", "", "EU"))
            if odds(0.7):
                body["registration"] = self._word()
        actor = self._trader()
        if odds(0.04) and self._begun:
            actor, body["invoice"] = self.chance.choice(self._begun)
        self._begun.append((actor, str(body["invoice"])))
        return Move(actor, "capital.INVOICE", body)

    def _due(self) -> str:
        """Soon, at a month's 31st, or as late as a profile lets it be."""
        now = self.cast.time
        if self.cast.odds(0.03):
            return day_of(now, self.chance.choice((366, 367, 3_660, 3_661)))
        if self.cast.odds(0.2):
            return f"{int(day_of(now)[:4]) + 1}-0{self.chance.choice('1358')}-31"
        return day_of(now, self.chance.choice((0, 1, 2, 20, 90, 200)))

    def _charge(self) -> Members:
        rates = [self.chance.choice(("180", "400", "1")) for _ in range(self.chance.randint(1, 3))]
        if self.cast.odds(0.1):
            rates[0] = self.chance.choice(NO_SUMS)
        return {
            "answer": self._word(),
            "kind": self.chance.choice(("DEMURRAGE", "DETENTION", "FREIGHT", "STORAGE")),
            "tiers": [{"rate": rate, "units": self.chance.randint(1, 5)} for rate in rates],
            "units": self.chance.randint(1, 20),
        }

    def _answer(self) -> Move:
        name = self._payable("INVOICED")
        act = "CONFIRM_INVOICE" if self.cast.odds(0.9) else "DECLINE_INVOICE"
        return Move(self._debtor(name), f"capital.{act}", self._on_payable(name))

    def _debtor(self, name: str) -> str:
        found = self.market.invoices.get(name)
        return found.debtor if found else IDS["buyer"]

    def _dispute(self) -> Move:
        name = self._payable(*LIVE)
        body = self._on_payable(name, reason=self._word())
        return Move(self._debtor(name), "capital.DISPUTE_PAYABLE", body)

    def _settle(self) -> Move:
        objected = [one for one in self._payables(*LIVE) if self.market.invoices[one].dispute]
        name = self.chance.choice(objected or self._payables(*LIVE) or [NOWHERE])
        if self.cast.odds(0.06):
            name = self._payable("INVOICED", "PAID")
        return Move(self._debtor(name), "capital.SETTLE_DISPUTE", self._on_payable(name))

    def _default(self) -> Move:
        now = day_of(self.cast.time)
        live = self._payables("CONFIRMED")
        late = [one for one in live if self.market.invoices[one].payable_on < now]
        todays = [one for one in live if self.market.invoices[one].payable_on == now]
        late = todays if todays and self.cast.odds(0.3) else late
        name = self.chance.choice(late or live or [NOWHERE])
        if self.cast.odds(0.06):
            name = self._payable("DEFAULTED")
        mine = self._shares([name])
        share = self.chance.choice(mine) if mine and self.cast.odds(0.95) else NOWHERE
        body = self._on_payable(name, receivable=share)
        return Move(self._creditor(share), "capital.DECLARE_DEFAULT", body)

    def _credit(self) -> Move:
        name = self._payable(*LIVE)
        names = [one for one in self._shares([name]) if self.cast.odds(0.7)][:4]
        names = names or self._shares([name])[:1] or [NOWHERE]
        worth = sum(self.market.worth(one) for one in names if one in self.market.shares)
        found = self.market.invoices.get(name)
        body = self._on_payable(
            name,
            amount=self._sum(worth // self.chance.choice((1, 1, 4)) + self.cast.odds(0.1)),
            content=self._word(),
            receivables=names,
        )
        return Move(found.creditor if found else IDS["shipper"], "capital.CREDIT_NOTE", body)

    def _redeem(self, most: int = 0) -> Move:
        name = self._payable(*LIVE)
        if len(self.market.open.get(name, ())) > OPEN and self.cast.odds(0.9):
            name = self._payable(*LIVE)
        found = self.market.invoices.get(name)
        names = sorted(self.market.open.get(name, ())) or [NOWHERE]
        owed = self.market.owed(name) if found else 5
        amount = self._sum(most or owed // self.chance.choice((1, 1, 3)) or 1)
        debtor, currency = self._debtor(name), found.currency if found else "EUR"
        creditors = {self._creditor(one) for one in names}
        bank = self._bank(currency, debtor, *creditors)
        body = {"amount": amount, "bank": bank, "payable": name, "receivables": names}
        return Move(debtor, "capital.REDEEM", body)

    def _pay_too_much(self) -> Move:
        move = self._redeem()
        body = {**move.body, "amount": str(self.chance.randint(1, 9_000))}
        return move._replace(body=body)
