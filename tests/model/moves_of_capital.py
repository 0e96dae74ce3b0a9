# SPDX-License-Identifier: Apache-2.0
"""Money placed, invoices confirmed, shares that pass on, and all that is off.

Mostly an act that is possible is tried by whose it is; often enough by somebody else, on something
that changed since, with a sum that is none, with one share too few.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ledger.world import IDS, UNKNOWN
from model.capital_model import BACKERS_MAX, MOST, SHARES_MAX, price
from model.capital_reasons import LIVE
from model.cargo_reasons import day_of
from model.cast import Move
from model.moves_of_invoices import NO_SUMS, NOWHERE, OPEN, TRADERS, Members, MovesOnTheBooks
from model.title_model import Body

NO_DAYS = ("2026-02-30", "2020-01-01", "tomorrow", "")
HANDS = (
    *TRADERS,
    *("customs", "driver", "forwarder", "haulier", "terminal", "other_terminal"),
)
"""Through whose hands a share may go."""


class MovesOfCapital(MovesOnTheBooks):
    """Moves on the payables that came last. Acts of exchange come beside them."""

    def move(self) -> Move:
        """One of them."""
        if len(self.market.customers) < 2 * len(TRADERS) or self.cast.odds(0.04):
            return self._off(self._open_account())
        if self.cast.odds(0.07):
            return self._special()
        names = list(MOVES)
        act = self.chance.choices(names, [MOVES[one][0] for one in names])[0]
        return self._off(MOVES[act][1](self))

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
        if self.cast.odds(0.3) and worth % count == 0:
            amounts = [worth // count] * count
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
        if secured and self.cast.odds(0.85):
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
        slot = "crowd" if dice < 0.35 else "securities" if dice < 0.55 else "hands"
        number = self._kept.get(slot, "")
        payable = self.market.numbers.get(number, "")
        status = self.market.status(payable) if payable else ""
        if status == "INVOICED":
            return Move(self._debtor(payable), "capital.CONFIRM_INVOICE", self._on_payable(payable))
        if status not in LIVE or self.cast.odds(0.02):
            return self._keep(slot)
        ways = {"crowd": self._crowded, "hands": self._far, "securities": self._secured}
        return ways[slot](payable)

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

    def _secured(self, payable: str) -> Move:
        """Two securities of one pledgee, brought together."""
        names = sorted(self.market.open[payable])[:2]
        first = self.market.shares[names[0]]
        if len(names) < 2:
            if first.pledgee:
                body = self._on_share(names[0])
                return Move(first.pledgee, "capital.RELEASE_RECEIVABLE", body)
            rest = max(self.market.worth(names[0]) - 1, 1)
            halves = [{"amount": str(one), "to": first.creditor} for one in (1, rest)]
            body = self._on_share(names[0], parts=halves, with_recourse=False)
            return Move(first.creditor, "capital.SPLIT_RECEIVABLE", body)
        free = [one for one in names if not self.market.shares[one].pledgee]
        if not free:
            return Move(first.creditor, "capital.MERGE_RECEIVABLES", {"receivables": names})
        creditor = self._creditor(free[0])
        to = IDS["carrier"] if creditor == IDS["bank"] else IDS["bank"]
        body = self._on_share(free[0], pledgee=to)
        return Move(creditor, "capital.PLEDGE_RECEIVABLE", body)

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
    "discount": (22, MovesOfCapital._discount),
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
