# SPDX-License-Identifier: Apache-2.0
"""Money placed, invoices confirmed, shares that pass on, and all that is off.

Mostly an act that is possible is tried by whose it is; often enough by somebody else, on something
that changed since, with a sum that is none, with one share too few.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ledger.world import IDS, UNKNOWN, salt
from model.capital_model import BACKERS_MAX, MOST, SHARES_MAX, charge_of, price
from model.capital_reasons import LIVE
from model.cargo_reasons import day_of
from model.cast import Cast, Move
from model.title_model import Body

Members = dict[str, Any]
NOWHERE = "0" * 64
OPEN = 10
"""So many payables are worked on."""
TRADERS = ("bank", "buyer", "carrier", "consignee", "other_carrier", "shipper")
CURRENCIES = (*("EUR",) * 9, "USD")
NO_SUMS = ("0", "-5", "007", "1e3", "", "+5", str(MOST + 1), "5 ")
NO_DAYS = ("2026-02-30", "2020-01-01", "tomorrow", "")
HANDS = (
    *TRADERS,
    *("customs", "driver", "forwarder", "haulier", "terminal", "other_terminal"),
)
"""Through whose hands a share may go."""


class MovesOfCapital:
    """Moves on the payables that came last. Acts of exchange come beside them."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.chance, self.ledger = cast, cast.chance, cast.ledger
        self.market = cast.ledger.market
        self._words = 0
        self._begun: deque[tuple[str, str]] = deque(maxlen=20)
        self._kept: dict[str, str] = {}
        """Invoices by `<creditor>:<tag>`, each for something that chance would seldom do."""

    def move(self) -> Move:
        """One of them."""
        if len(self.market.customers) < 2 * len(TRADERS) or self.cast.odds(0.04):
            return self._off(self._open_account())
        if self.cast.odds(0.04):
            return self._special()
        names = list(MOVES)
        act = self.chance.choices(names, [MOVES[one][0] for one in names])[0]
        return self._off(MOVES[act][1](self))

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
            "due": day_of(self.cast.time, self.chance.choice((0, 1, 2, 20, 90, 200))),
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
        if odds(0.03):
            body["due"] = day_of(self.cast.time, self.chance.choice((366, 367, 3_660, 3_661)))
        actor = self._trader()
        if odds(0.04) and self._begun:
            actor, body["invoice"] = self.chance.choice(self._begun)
        self._begun.append((actor, str(body["invoice"])))
        return Move(actor, "capital.INVOICE", body)

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

    # shares

    def _transfer(self) -> Move:
        name = self._share()
        body = self._on_share(name, to=self._trader(), with_recourse=self.cast.odds(0.6))
        return Move(self._creditor(name), "capital.TRANSFER_RECEIVABLE", body)

    def _buy_back(self) -> Move:
        due = [
            one
            for one in self._payables(*LIVE)
            if self.market.invoices[one].is_defaulted or self.market.invoices[one].dispute
        ]
        backed = [one for one in self._shares(due) if self.market.shares[one].backers]
        more = [
            one for one in self._shares(self._payables(*LIVE)) if self.market.shares[one].backers
        ]
        name = self.chance.choice(backed or more or [NOWHERE])
        if backed and self.cast.odds(0.1):
            name = max(backed, key=lambda one: bool(self.market.shares[one].pledgee))
        share = self.market.shares.get(name)
        actor = share.backers[-1] if share else IDS["shipper"]
        if share and self.cast.odds(0.1):
            actor = share.backers[0]
        bank = self._bank(self._currency_of(name), actor, self._creditor(name))
        return Move(actor, "capital.BUY_BACK", self._on_share(name, bank=bank))

    def _split(self) -> Move:
        name = self._share()
        worth = self.market.worth(name) if name in self.market.shares else 7
        count = self.chance.choice((2, 2, 3, 5))
        cuts = sorted(self.chance.randint(1, max(worth - 1, 1)) for _ in range(count - 1))
        amounts = [after - before for before, after in zip([0, *cuts], [*cuts, worth], strict=True)]
        if self.cast.odds(0.08):
            amounts[0] += self.chance.choice((1, -1))
        parts = [{"amount": str(one), "to": self._trader()} for one in amounts]
        body = self._on_share(name, parts=parts, with_recourse=self.cast.odds(0.4))
        return Move(self._creditor(name), "capital.SPLIT_RECEIVABLE", body)

    def _merge(self) -> Move:
        groups: dict[tuple[Any, ...], list[str]] = {}
        for name in self._shares(self._payables(*LIVE)):
            share = self.market.shares[name]
            alike = (share.payable, share.creditor)
            if self.cast.odds(0.95):
                alike += (share.backers, share.pledgee, share.secured is None)
            groups.setdefault(alike, []).append(name)
        several = [one for one in groups.values() if len(one) > 1]
        if not several:
            return self._split()
        secured = [one for one in several if self.market.shares[one[0]].pledgee]
        if secured and self.cast.odds(0.2):
            several = secured
        names = self.chance.choice(several)[: self.chance.choice((2, 3, 9))]
        body = {"receivables": sorted(names)}
        return Move(self._creditor(names[0]), "capital.MERGE_RECEIVABLES", body)

    def _discount(self) -> Move:
        name = self._share("CONFIRMED", pledgee="") if self.cast.odds(0.8) else self._share()
        secured = [one for one in self._payables("CONFIRMED") if self.cast.odds(0.5)]
        pledged = [one for one in self._shares(secured) if self.market.shares[one].pledgee]
        if pledged and self.cast.odds(0.15):
            name = self.chance.choice(pledged)
        seller, currency, to = self._creditor(name), self._currency_of(name), self._trader()
        rich = [
            who
            for bank, one, who in sorted(self.market.customers)
            if one == currency and who != seller and self._held(bank, one, who) > SHARES_MAX
        ]
        to = self.chance.choice(rich) if rich and self.cast.odds(0.9) else to
        bank = self._bank(currency, seller, to)
        today = date.fromisoformat(day_of(self.cast.time))
        value = today + timedelta(self.chance.choice((0, 0, 0, 1, -1)))
        rate = self.chance.choice((0, 45_000, 45_000, 1_000_000))
        how = self.chance.choice(COUNTS)
        fair = 5
        share = self.market.shares.get(name)
        if share:
            due = date.fromisoformat(self.market.invoices[share.payable].payable_on)
            fair = price(self.market.worth(name), rate, how, value, max(due, value))
        if self.cast.odds(0.05):
            fair += self.chance.choice((1, -1))
        body = self._on_share(
            name,
            bank=bank,
            day_count=how,
            price=str(fair),
            rate=rate,
            to=to,
            value_date=value.isoformat(),
            with_recourse=self.cast.odds(0.5),
        )
        return Move(seller, "capital.DISCOUNT", body)

    def _pledge(self) -> Move:
        name = self._share(pledgee="") if self.cast.odds(0.9) else self._share()
        body = self._on_share(name, pledgee=self._trader())
        if self.cast.odds(0.6) and name in self.market.shares:
            body["amount"] = self._sum(self.market.worth(name) * 2)
        return Move(self._creditor(name), "capital.PLEDGE_RECEIVABLE", body)

    def _release(self) -> Move:
        held = [
            one for one in self._shares(self._payables(*LIVE)) if self.market.shares[one].pledgee
        ]
        name = self.chance.choice(held or [self._share()])
        share = self.market.shares.get(name)
        actor = share.pledgee or share.creditor if share else IDS["bank"]
        return Move(actor, "capital.RELEASE_RECEIVABLE", self._on_share(name))

    # what is seldom met by chance

    def _special(self) -> Move:
        dice = self.chance.random()
        if dice < 0.15:
            return self._to_the_rich()
        slot = "crowd" if dice < 0.4 else "hands"
        number = self._kept.get(slot, "")
        payable = self.market.numbers.get(number, "")
        status = self.market.status(payable) if payable else ""
        if status == "INVOICED":
            return Move(self._debtor(payable), "capital.CONFIRM_INVOICE", self._on_payable(payable))
        if status not in LIVE or self.cast.odds(0.02):
            return self._keep(slot)
        return self._crowded(payable) if slot == "crowd" else self._far(payable)

    def _keep(self, slot: str) -> Move:
        """An invoice that nobody else's chance is to touch."""
        creditor, debtor = (IDS[one] for one in self.chance.sample(TRADERS, 2))
        body = {
            "amount": str(3 * SHARES_MAX),
            "content": self._word(),
            "currency": "EUR",
            "debtor": debtor,
            "due": day_of(self.cast.time, 300),
            "invoice": self._word(),
        }
        self._kept[slot] = f"{creditor}:{body['invoice']}"
        return Move(creditor, "capital.INVOICE", body)

    def _crowded(self, payable: str) -> Move:
        """As many shares as may be, and then more."""
        names = sorted(self.market.open[payable])
        name = max(names, key=self.market.worth)
        if len(names) < SHARES_MAX // 2:
            return self._divided(name, SHARES_MAX + 1 - len(names))
        return self._divided(name, 2)

    def _divided(self, name: str, count: int) -> Move:
        worth, to = self.market.worth(name), self._trader()
        parts = [{"amount": "1", "to": to}] * (count - 1)
        parts.append({"amount": str(max(worth - count + 1, 1)), "to": self._creditor(name)})
        body = self._on_share(name, parts=parts, with_recourse=False)
        return Move(self._creditor(name), "capital.SPLIT_RECEIVABLE", body)

    def _far(self, payable: str) -> Move:
        """Through as many hands as may stand behind it, and one more."""
        names = sorted(self.market.open[payable])
        name = max(names, key=lambda one: len(self.market.shares[one].backers))
        share = self.market.shares[name]
        gone = (*share.backers, share.creditor)
        to = self.chance.choice([IDS[one] for one in HANDS if IDS[one] not in gone])
        body = self._on_share(name, to=to, with_recourse=True)
        if len(share.backers) < BACKERS_MAX or self.cast.odds(0.3):
            return Move(share.creditor, "capital.TRANSFER_RECEIVABLE", body)
        if self.cast.odds(0.4):
            worth = self.market.worth(name)
            parts = [{"amount": "1", "to": to}, {"amount": str(max(worth - 1, 1)), "to": to}]
            body = self._on_share(name, parts=parts, with_recourse=True)
            return Move(share.creditor, "capital.SPLIT_RECEIVABLE", body)
        return self._discounted_once_more(name, to)

    def _to_the_rich(self) -> Move:
        """Money for who has as much as may be: it is bought back from it."""
        move = self._buy_back()
        who = self._creditor(str(move.body["receivable"]))
        bank, currency = str(move.body["bank"]), self._currency_of(str(move.body["receivable"]))
        room = MOST - self._held(bank, currency, who)
        if room < 10 or (bank, currency, who) not in self.market.customers:
            return move
        told = {"currency": currency, "customer": who, "entry": self._word()}
        return Move(bank, "capital.PLACE_DEPOSIT", {**told, "amount": str(room)})

    def _discounted_once_more(self, name: str, to: str) -> Move:
        actor = self._creditor(name)
        due = self.market.invoices[self.market.shares[name].payable].payable_on
        today = day_of(self.cast.time)
        worth = self.market.worth(name)
        body = self._on_share(
            name,
            bank=self._bank(self._currency_of(name), actor),
            day_count="ACT/360",
            price=str(worth),
            rate=0,
            to=to,
            value_date=min(today, due),
            with_recourse=True,
        )
        return Move(actor, "capital.DISCOUNT", body)

    # what is off

    def _off(self, move: Move) -> Move:
        if not self.cast.odds(0.16):
            return move
        body = dict(move.body)
        member = self.chance.choice(["actor", *sorted(body)])
        if "receivables" in body and self.cast.odds(0.4):
            member = "receivables"
        wrong = WRONG.get(member)
        if member == "actor" or wrong is None:
            return move._replace(actor=self.cast.anybody())
        body[member] = wrong(self, move, body[member])
        return move._replace(body=body)

    def _another(self, kind: Mapping[str, object]) -> str:
        names = list(kind)[-3 * OPEN :]
        return self.chance.choice(names) if names and self.cast.odds(0.85) else NOWHERE

    def _wrong_share(self, _move: Move, _was: object) -> str:
        ended = [one for one in list(self.market.shares)[-40:] if self.market.shares[one].ended]
        if ended and self.cast.odds(0.5):
            return self.chance.choice(ended)
        return self._another(self.market.shares)

    def _wrong_payable(self, _move: Move, _was: object) -> str:
        return self._another(self.market.invoices)

    def _wrong_party(self, move: Move, _was: object) -> str:
        return self.chance.choice((UNKNOWN, move.actor, self.cast.anybody()))

    def _wrong_shares(self, _move: Move, was: Sequence[str]) -> list[str]:
        how = self.chance.randrange(4)
        if how == 0:
            return [*was[::-1], was[0]]
        if how == 1 and len(was) > 2:
            return [*was[1:]]
        return sorted({*was, self._another(self.market.shares)} | ({*was} if how else set()))

    def _wrong_parts(self, _move: Move, was: Sequence[Body]) -> list[Body]:
        wrong: Members = {"to": UNKNOWN}
        if self.cast.odds(0.5):
            wrong = {"amount": self.chance.choice(NO_SUMS)}
        return [{**was[0], **wrong}, *was[1:]]


COUNTS = ("30E/360", "ACT/360", "ACT/365F")
Wrong = Callable[[MovesOfCapital, Move, Any], object]
WRONG: Mapping[str, Wrong] = {
    "amount": lambda moves, *_: moves.chance.choice(NO_SUMS),
    "bank": lambda moves, *_: moves.cast.anybody(),
    "currency": lambda moves, *_: moves.chance.choice(("USD", "XXX", "eur", "JPY")),
    "customer": MovesOfCapital._wrong_party,
    "debtor": MovesOfCapital._wrong_party,
    "due": lambda moves, *_: moves.chance.choice(NO_DAYS),
    "last_act": lambda moves, *_: moves._word(),
    "parts": MovesOfCapital._wrong_parts,
    "payable": MovesOfCapital._wrong_payable,
    "pledgee": MovesOfCapital._wrong_party,
    "price": lambda moves, *_: moves.chance.choice(NO_SUMS),
    "receivable": MovesOfCapital._wrong_share,
    "receivables": MovesOfCapital._wrong_shares,
    "to": MovesOfCapital._wrong_party,
    "value_date": lambda moves, *_: moves.chance.choice(NO_DAYS),
}
"""What is put in a member's place."""
MOVES: Mapping[str, tuple[int, Callable[[MovesOfCapital], Move]]] = {
    "answer": (12, MovesOfCapital._answer),
    "buy_back": (6, MovesOfCapital._buy_back),
    "credit": (4, MovesOfCapital._credit),
    "default": (4, MovesOfCapital._default),
    "discount": (14, MovesOfCapital._discount),
    "dispute": (4, MovesOfCapital._dispute),
    "invoice": (12, MovesOfCapital._invoice),
    "merge": (5, MovesOfCapital._merge),
    "move_deposit": (4, MovesOfCapital._move_deposit),
    "pay_too_much": (1, MovesOfCapital._pay_too_much),
    "place": (10, MovesOfCapital._place),
    "pledge": (6, MovesOfCapital._pledge),
    "redeem": (6, MovesOfCapital._redeem),
    "refund": (3, MovesOfCapital._refund),
    "release": (3, MovesOfCapital._release),
    "settle": (3, MovesOfCapital._settle),
    "split": (8, MovesOfCapital._split),
    "transfer": (8, MovesOfCapital._transfer),
    "withdraw": (4, MovesOfCapital._withdraw),
}
"""How often each is tried, and what it is."""
