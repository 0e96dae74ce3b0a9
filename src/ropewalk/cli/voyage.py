# SPDX-License-Identifier: Apache-2.0
"""The demo's voyage, told whole: two reefers of cherries, Valparaíso to Shanghai, USD 412,000.

Title, payment and the right to the boxes change in one act; a retention goes back because one
reefer left its band; a payable is split over three tiers, discounted and redeemed. What must be
refused on the way is sent for real, and its refusal kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ropewalk.capital import ChargeTerms, Tier, charged, made_id, price_of
from ropewalk.cli.exits import errors, plain
from ropewalk.cli.lives import (
    BANK,
    CARRIER,
    CONSIGNEE,
    CUSTOMS,
    DISCHARGE_TERMINAL,
    FORWARDER,
    HAULIER,
    OTHER_BANK,
    SHIPPER,
)
from ropewalk.cli.quayside import DAY_S, Box, Quayside
from ropewalk.client import (
    SECRET_SIZE,
    Actor,
    Controllers,
    OnBoard,
    Outcome,
    Particulars,
    Shelf,
    TransportDocument,
    claims_of,
    issue,
    on_board_date,
)
from ropewalk.codes import CalendarDate, Money, UtcInstant
from ropewalk.crypto import Value, random_bytes, sha256_hex
from ropewalk.exchange import exchange_id
from ropewalk.tracking import Clock, Step, Terms, run

USD, CNY = "USD", "CNY"
LOAN, REST, RETENTION = 30_000_000, 8_200_000, 3_000_000
"""USD 412,000 in minor units: to the bank that lent, to the exporter, and what it waits for."""
PAYABLE, SECOND, THIRD = 60_000_000, 25_000_000, 10_000_000
"""CNY 600,000; 250,000 of it goes to tier two, 100,000 of that to tier three."""
RATE = 45_000
"""4.5 % a year, in millionths."""
SET_POINT = (-1_500, 1_500)
"""The band the cherries have to stay in, thousandths of a degree Celsius."""
STORAGE = Terms(
    kind="STO",
    duration=3,
    unit="CD",
    currency=CNY,
    steps=(Step(from_day=1, amount_minor=12_000), Step(from_day=4, amount_minor=24_000)),
)
TIERS = [Tier(rate="12000", units=3), Tier(rate="24000", units=10)]
"""The same tariff as a charge has it."""
AHEAD_S = 30 * DAY_S

Note = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays, what they keep, and where it is told."""

    parties: Mapping[str, Actor]
    shelf: Shelf
    note: Note
    law: str


class Voyage:
    """One shipment from the on-board bill to the empty return, with its money.

    Args:
        cast: who plays.
        document: the bill, to the order of the importer's bank.
    """

    def __init__(self, cast: Cast, document: TransportDocument) -> None:
        self._cast = cast
        self._document = document
        self._secret = random_bytes(SECRET_SIZE)
        self._quay = Quayside(cast.parties, cast.note, document, self._secret)
        self._title = ""
        self._refusals: list[dict[str, str]] = []
        self._exchanges: dict[str, str] = {}
        self._receivables: dict[str, str] = {}

    def play(self) -> dict[str, Any]:
        """Play it; every id."""
        self._settlement_bank()
        self._bill()
        self._pledge()
        self._offers()
        self._at_sea()
        self._pays()
        self._payable()
        self._released()
        return {
            "title": self._title,
            "boxes": [one.tag for one in self._quay.boxes],
            "exchanges": self._exchanges,
            "receivables": self._receivables,
            "refusals": self._refusals,
            "balances": self._balances(),
        }

    def _settlement_bank(self) -> None:
        """The importer's bank keeps accounts for all of them, and the importer's money comes in."""
        for currency, customers in (
            (USD, (CONSIGNEE, SHIPPER, OTHER_BANK)),
            (CNY, (CONSIGNEE, FORWARDER, HAULIER, DISCHARGE_TERMINAL, BANK)),
        ):
            for name in customers:
                account = {"currency": currency, "customer": self._id(name)}
                self._does(OTHER_BANK, "capital.OPEN_ACCOUNT", account, told="")
        for name, currency, amount in (
            (CONSIGNEE, USD, LOAN + REST + RETENTION),
            (CONSIGNEE, CNY, PAYABLE + 1_000_000),
            (BANK, CNY, THIRD),
        ):
            placed = {
                "amount": str(amount),
                "currency": currency,
                "customer": self._id(name),
                "entry": _hash(f"entry {name} {currency}"),
            }
            told = f"{OTHER_BANK}: PLACE_DEPOSIT of {Money(amount, currency)} for {name}"
            self._does(OTHER_BANK, "capital.PLACE_DEPOSIT", placed, told=told)

    def _bill(self) -> None:
        """The terminal loads; a date two days early is refused, the true one is not."""
        date = on_board_date(self._document)
        self._quay.load(self._document, date)
        early = str(CalendarDate(CalendarDate.parse(date).days - 2))
        _, outcome = self._issue(early)
        self._refused("title.ISSUE", CARRIER, outcome, f"on board on {early}, two days early")
        self._title, outcome = self._issue(date)
        told = f"{CARRIER}: ISSUE, on board on {date}, to the order of {OTHER_BANK}"
        self._cast.note("title.ISSUE", CARRIER, outcome, told=told, title=self._title)

    def _issue(self, date: str) -> tuple[str, Outcome]:
        return issue(
            self._cast.parties[CARRIER],
            self._cast.shelf,
            self._document,
            self._cast.law,
            Controllers(shipper=self._id(SHIPPER), endorsee=self._id(OTHER_BANK)),
            Particulars(secret=self._secret, on_board=OnBoard(date)),
        )

    def _pledge(self) -> None:
        """The importer's bank lends on the bill; a second bank is told that it is pledged."""
        terms: dict[str, Value] = {
            "amount": LOAN,
            "currency": USD,
            "due": 0,
            "pledgee": self._id(OTHER_BANK),
        }
        told = f"{SHIPPER}: PLEDGE → {OTHER_BANK} for {Money(LOAN, USD)}"
        self._on_title(SHIPPER, "PLEDGE", terms, told=told)
        actor = self._cast.parties[SHIPPER]
        _, record = actor.node.title(self._title)
        again = {**terms, "pledgee": self._id(BANK), **self._seen()}
        outcome = actor.act("title.PLEDGE", again)
        self._refused(
            "title.PLEDGE",
            SHIPPER,
            outcome,
            f"{BANK} is offered the same bill; the ledger shows it pledged to "
            f"{record['pledge']['pledgee'][:8]}",
        )

    def _offers(self) -> None:
        """Two exchanges: the goods against the money, and what the importer holds back."""
        goods = self._open(
            "goods",
            {
                "condition": {
                    "asks": "all",
                    "of": [
                        {"asks": "box", "box": one.tag, "status": "ANNOUNCED"}
                        for one in self._quay.boxes
                    ],
                },
                "legs": [
                    self._leg("title", OTHER_BANK, CONSIGNEE, how="SURRENDER", title=self._title),
                    self._deposit(CONSIGNEE, OTHER_BANK, LOAN),
                    self._deposit(CONSIGNEE, SHIPPER, REST),
                    self._leg(
                        "release",
                        CARRIER,
                        CONSIGNEE,
                        boxes=sorted(one.tag for one in self._quay.boxes),
                        title=self._title,
                        valid_from=self._now_s() - DAY_S,
                        valid_until=self._now_s() + 5 * DAY_S,
                    ),
                ],
            },
        )
        body = self._escrow_of_title(goods)
        act_hash, outcome = self._cast.parties[OTHER_BANK].propose("exchange.ESCROW_TITLE", body)
        told = f"{OTHER_BANK}: PROPOSE ESCROW_TITLE, to be surrendered for {CONSIGNEE}"
        self._cast.note("identity.PROPOSE", OTHER_BANK, outcome, told=told)
        outcome = self._cast.parties[SHIPPER].approve(act_hash)
        told = f"{SHIPPER}: APPROVE, as the pledge's beneficiary"
        self._cast.note("exchange.ESCROW_TITLE", SHIPPER, outcome, told=told)
        for name in (CARRIER, SHIPPER):
            agreed = {"exchange": goods}
            self._does(name, "exchange.AGREE", agreed, told=f"{name}: AGREE")
        reefer = self._quay.boxes[1]
        self._open(
            "retention",
            {
                "condition": self._band(reefer),
                "legs": [self._deposit(CONSIGNEE, SHIPPER, RETENTION)],
            },
        )
        self._escrow_money("retention", 0, RETENTION)

    def _escrow_of_title(self, exchange: str) -> dict[str, Value]:
        return {
            **self._seen(),
            "exchange": exchange,
            "how": "SURRENDER",
            "leg": 0,
            "to": self._id(CONSIGNEE),
        }

    def _band(self, reefer: Box) -> dict[str, Value]:
        until = self._departed_s() + 10 * DAY_S
        return {
            "asks": "readings",
            "by": self._id(CARRIER),
            "least": SET_POINT[0],
            "most": SET_POINT[1],
            "quantity": "TEMPERATURE",
            "since": self._departed_s(),
            "subject": reefer.tag,
            "until": until,
        }

    def _at_sea(self) -> None:
        """One reefer leaves its band for three hours: the retention goes back to the importer."""
        since = self._departed_s()
        for one, most in zip(self._quay.boxes, (900, 4_200), strict=False):
            stated: dict[str, Value] = {
                "content": _hash(f"readings {one.tag}"),
                "least": -900,
                "most": most,
                "quantity": "TEMPERATURE",
                "since": since,
                "subject": one.tag,
                "until": since + 10 * DAY_S,
            }
            told = f"{CARRIER}: STATE_READINGS of {one.equipment}, at most {most / 1000:.1f} °C"
            self._does(CARRIER, "exchange.STATE_READINGS", stated, told=told)
        exchange = self._exchanges["retention"]
        settling = {"exchange": exchange, "titles": []}
        agreed = {"exchange": exchange}
        self._does(SHIPPER, "exchange.AGREE", agreed, told=f"{SHIPPER}: AGREE to the retention")
        outcome = self._cast.parties[SHIPPER].act("exchange.SETTLE", settling)
        self._refused("exchange.SETTLE", SHIPPER, outcome, "the retention's condition has failed")
        told = f"{CONSIGNEE}: RETURN of {Money(RETENTION, USD)}: the band was left"
        self._does(CONSIGNEE, "exchange.RETURN", settling, told=told)

    def _pays(self) -> None:
        """The importer pays: deposit, title and the right to the boxes change in one act."""
        self._quay.arrive(self._title)
        self._escrow_money("goods", 1, LOAN)
        self._escrow_money("goods", 2, REST)
        exchange = self._exchanges["goods"]
        node = self._cast.parties[CONSIGNEE].node
        for line in node.exchange(exchange)["told"]:
            errors.print(plain(f"         {line}"), soft_wrap=True)
        settling: dict[str, Value] = {
            "exchange": exchange,
            "titles": [dict(one) for one in node.titles_in_escrow(exchange)],
        }
        told = f"{CONSIGNEE}: SETTLE, title, {Money(LOAN + REST, USD)} and pick-up rights at once"
        self._does(CONSIGNEE, "exchange.SETTLE", settling, told=told)

    def _payable(self) -> None:
        """What the importer owes its forwarder, over three tiers, discounted, then redeemed."""
        today = self._now_s() // DAY_S
        due = CalendarDate(today + 120)
        receivable = self._invoice(FORWARDER, PAYABLE, due, profile="CN")
        receivable, *_ = self._split(FORWARDER, receivable, (PAYABLE - SECOND, SECOND), HAULIER)
        first, second = self._receivables["forwarder"], receivable
        _, third = self._shares(HAULIER, second, (SECOND - THIRD, THIRD), DISCHARGE_TERMINAL)
        price = price_of(THIRD, RATE, "ACT/360", CalendarDate(today), due)
        terms: dict[str, Value] = {
            "bank": self._id(OTHER_BANK),
            "day_count": "ACT/360",
            "last_act": self._last_act(third),
            "price": str(price.amount),
            "rate": RATE,
            "receivable": third,
            "to": self._id(BANK),
            "value_date": str(CalendarDate(today)),
            "with_recourse": False,
        }
        act_hash, outcome = self._cast.parties[DISCHARGE_TERMINAL].propose(
            "capital.DISCOUNT", terms
        )
        told = f"{DISCHARGE_TERMINAL}: PROPOSE DISCOUNT of {Money(THIRD, CNY)}"
        self._cast.note("identity.PROPOSE", DISCHARGE_TERMINAL, outcome, told=told)
        outcome = self._cast.parties[BANK].approve(act_hash)
        told = f"{BANK}: APPROVE, pays {Money(price.amount, CNY)} for {price.days} days"
        self._cast.note("capital.DISCOUNT", BANK, outcome, told=told)
        payable = self._cast.parties[BANK].node.capital("receivable", third)["payable"]
        self._redeem(payable, PAYABLE, sorted([first, self._receivables["haulier"], third]))

    def _invoice(
        self, creditor: str, amount: int, due: CalendarDate, charge: Any = None, profile: str = ""
    ) -> str:
        """An invoice on the importer, confirmed; its receivable."""
        body: dict[str, Value] = {
            "amount": str(amount),
            "content": _hash(f"invoice of {creditor}"),
            "currency": CNY,
            "debtor": self._id(CONSIGNEE),
            "due": str(due),
            "invoice": _hash(f"number of {creditor} {random_bytes(16).hex()}"),
        }
        if profile:
            body |= {"profile": profile, "registration": _hash("registration")}
        if charge is not None:
            body["charge"] = msgspec.to_builtins(charge)
        told = f"{creditor}: INVOICE of {Money(amount, CNY)} on {CONSIGNEE}, due {due}"
        drawn = self._does(creditor, "capital.INVOICE", body, told=told)
        payable = made_id("payable", drawn.transaction)
        asked = {"last_act": drawn.transaction, "payable": payable}
        told = f"{CONSIGNEE}: CONFIRM_INVOICE"
        confirmed = self._does(CONSIGNEE, "capital.CONFIRM_INVOICE", asked, told=told)
        self._receivables[f"of {creditor}"] = made_id("receivable", confirmed.transaction)
        return self._receivables[f"of {creditor}"]

    def _split(
        self, creditor: str, receivable: str, amounts: tuple[int, int], to: str
    ) -> tuple[str, str]:
        """Divide a receivable between its creditor and the next tier; the next tier's, the own."""
        own, passed = self._shares(creditor, receivable, amounts, to)
        return passed, own

    def _shares(
        self, creditor: str, receivable: str, amounts: tuple[int, int], to: str
    ) -> tuple[str, str]:
        parts: list[Value] = [
            {"amount": str(amount), "to": self._id(name)}
            for amount, name in zip(amounts, (creditor, to), strict=True)
        ]
        body: dict[str, Value] = {
            "last_act": self._last_act(receivable),
            "parts": parts,
            "receivable": receivable,
            "with_recourse": True,
        }
        told = f"{creditor}: SPLIT_RECEIVABLE, {Money(amounts[1], CNY)} → {to}"
        outcome = self._does(creditor, "capital.SPLIT_RECEIVABLE", body, told=told)
        own, passed = (made_id("receivable", outcome.transaction, number) for number in (0, 1))
        self._receivables |= {creditor: own, to: passed}
        return own, passed

    def _redeem(self, payable: str, amount: int, receivables: Sequence[str]) -> None:
        body: dict[str, Value] = {
            "amount": str(amount),
            "bank": self._id(OTHER_BANK),
            "payable": payable,
            "receivables": list(receivables),
        }
        told = f"{CONSIGNEE}: REDEEM of {Money(amount, CNY)} to {len(receivables)} holders"
        self._does(CONSIGNEE, "capital.REDEEM", body, told=told)

    def _released(self) -> None:
        """Customs holds one box; storage is recomputed; a stolen answer fails; then all leave."""
        held = self._quay.boxes[0]
        self._quay.discharged(6, self._document)
        self._quay.pass_on(CONSIGNEE, [FORWARDER, HAULIER])
        before = self._clock(held, days_ago=2)
        hold: dict[str, Value] = {
            "box": held.tag,
            "reason": _hash("reason"),
            "status": "HOLD",
        }
        told = f"{CUSTOMS}: SET_CUSTOMS_STATUS HOLD of {held.equipment}: the light turns red"
        self._does(CUSTOMS, "cargo.SET_CUSTOMS_STATUS", hold, told=told)
        self._gate_refuses(held, "customs holds the box")
        after = self._clock(held)
        errors.print(
            plain(
                f"         storage: {before.days_chargeable} days before the hold, "
                f"{after.days_chargeable} with it"
            )
        )
        self._storage(after)
        cleared: dict[str, Value] = {
            "box": held.tag,
            "reason": _hash("nothing found"),
            "status": "CLEARED",
        }
        told = f"{CUSTOMS}: SET_CUSTOMS_STATUS CLEARED: the light turns green"
        self._does(CUSTOMS, "cargo.SET_CUSTOMS_STATUS", cleared, told=told)
        self._gate_refuses(held, "a screenshot of the driver's answer", collector=FORWARDER)
        self._quay.leave(HAULIER, self._document)

    def _clock(self, box: Box, *, days_ago: int = 0) -> Clock:
        """Storage of a box, over what the terminal claimed, as of some days ago."""
        node = self._cast.parties[CONSIGNEE].node
        return run(
            STORAGE,
            claims_of(node, {"equipmentReference": box.equipment}),
            equipment=box.equipment,
            as_of=str(UtcInstant(self._now_s() - days_ago * DAY_S)),
            known_s=self._now_s() + DAY_S,
        )

    def _storage(self, clock: Clock) -> None:
        """The terminal charges what the clock says, and is paid."""
        terms = ChargeTerms(
            answer=sha256_hex(msgspec.json.encode(clock)),
            kind="STORAGE",
            tiers=TIERS,
            units=clock.days_chargeable,
        )
        amount = charged(terms.units, terms.tiers)
        due = CalendarDate(self._now_s() // DAY_S + 14)
        receivable = self._invoice(DISCHARGE_TERMINAL, amount, due, terms)
        payable = self._cast.parties[CONSIGNEE].node.capital("receivable", receivable)["payable"]
        self._redeem(payable, amount, [receivable])

    def _gate_refuses(self, box: Box, why: str, *, collector: str = "") -> None:
        shown = self._quay.shown(box)
        if collector:
            shown["collector"] = self._id(collector)
        outcome = self._cast.parties[DISCHARGE_TERMINAL].act("cargo.GATE_OUT", shown)
        self._refused("cargo.GATE_OUT", DISCHARGE_TERMINAL, outcome, why)

    def _open(self, name: str, terms: Mapping[str, Value]) -> str:
        body = {**terms, "deadline": self._now_s() + AHEAD_S}
        told = f"{CONSIGNEE}: OPEN an exchange, {name}"
        outcome = self._does(CONSIGNEE, "exchange.OPEN", body, told=told)
        self._exchanges[name] = exchange_id(outcome.transaction)
        return self._exchanges[name]

    def _leg(self, asset: str, giver: str, taker: str, **members: Value) -> dict[str, Value]:
        return {"asset": asset, "giver": self._id(giver), "taker": self._id(taker), **members}

    def _deposit(self, giver: str, taker: str, amount: int) -> dict[str, Value]:
        return self._leg(
            "deposit", giver, taker, bank=self._id(OTHER_BANK), currency=USD, sum=str(amount)
        )

    def _escrow_money(self, name: str, leg: int, amount: int) -> None:
        body: dict[str, Value] = {"exchange": self._exchanges[name], "leg": leg}
        told = f"{CONSIGNEE}: ESCROW_DEPOSIT of {Money(amount, USD)}"
        self._does(CONSIGNEE, "exchange.ESCROW_DEPOSIT", body, told=told)

    def _on_title(self, name: str, act: str, members: Mapping[str, Value], *, told: str) -> None:
        body = {**members, **self._seen()}
        self._does(name, f"title.{act}", body, told=told)

    def _seen(self) -> dict[str, Value]:
        _, record = self._cast.parties[CARRIER].node.title(self._title)
        return {"last_act": record["last_act"], "title": self._title}

    def _last_act(self, receivable: str) -> str:
        node = self._cast.parties[CONSIGNEE].node
        return str(node.capital("receivable", receivable)["last_act"])

    def _does(self, name: str, act: str, body: Mapping[str, Value], *, told: str) -> Outcome:
        outcome = self._cast.parties[name].act(act, body)
        self._cast.note(act, name, outcome, told=told)
        return outcome

    def _refused(self, act: str, name: str, outcome: Outcome, why: str) -> None:
        """What must be refused: that it was, and why, is part of the story."""
        if outcome.status != "refused":
            raise AssertionError(f"{act} by {name} was {outcome.status}: {why}")
        self._refusals.append(
            {"act": act, "actor": name, "code": outcome.code, "detail": outcome.detail, "why": why}
        )
        errors.print(f"  [red]   ✗[/] {name}: {act.partition('.')[2]}, {why}: {outcome.code}")

    def _balances(self) -> dict[str, dict[str, str]]:
        """What lies at the settlement bank at the end, by party and currency."""
        node, bank = self._cast.parties[CONSIGNEE].node, self._id(OTHER_BANK)
        found: dict[str, dict[str, str]] = {}
        for currency, names in (
            (USD, (CONSIGNEE, SHIPPER, OTHER_BANK)),
            (CNY, (CONSIGNEE, FORWARDER, HAULIER, DISCHARGE_TERMINAL, BANK)),
        ):
            for name in names:
                record = node.balance(bank, currency, self._id(name))
                found.setdefault(name, {})[currency] = str(record.get("amount", "0"))
        return found

    def _departed_s(self) -> int:
        return CalendarDate.parse(on_board_date(self._document)).days * DAY_S

    def _id(self, name: str) -> str:
        return self._cast.parties[name].controller

    def _now_s(self) -> int:
        return self._cast.parties[CARRIER].now_s()


def _hash(text: str) -> str:
    """A commitment of the demo's, to nothing but a text."""
    return sha256_hex(f"ropewalk demo {text}".encode())


def find_document(folder: Path) -> TransportDocument:
    """The voyage's document among the examples."""
    return TransportDocument.parse((folder / "voyage.json").read_bytes())
