# SPDX-License-Identifier: Apache-2.0
"""The demo's voyage, told whole: two reefers of cherries, Valparaíso to Shanghai, USD 412,000.

Title, payment and the right to the boxes change in one act; a retention goes back because one
reefer left its band; a payable is split over three tiers, discounted and redeemed. What must be
refused on the way is sent for real, and its refusal kept.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ropewalk.capital import ChargeTerms, Tier, charged
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
from ropewalk.cli.reefers import report
from ropewalk.cli.tiers import CNY, PAYABLE, THIRD, Tiers
from ropewalk.cli.troupe import Troupe, made_up
from ropewalk.client import (
    SECRET_SIZE,
    Controllers,
    OnBoard,
    Outcome,
    Particulars,
    TransportDocument,
    ask_before_funding,
    balance_of,
    claims_of,
    deciding,
    exchange_of,
    issue,
    on_board_date,
    signing_as,
)
from ropewalk.codes import CalendarDate, Money, UtcInstant
from ropewalk.crypto import Value, random_bytes, sha256_hex
from ropewalk.exchange import exchange_id
from ropewalk.tracking import Clock, Step, Terms, run

USD = "USD"
LOAN, REST, RETENTION = 30_000_000, 8_200_000, 3_000_000
"""USD 412,000 in minor units: to the bank that lent, to the exporter, and what it waits for."""
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
VIEWS_S = 20.0
"""For a node's views to follow its ledger."""


class Voyage:
    """One shipment from the on-board bill to the empty return, with its money.

    Args:
        troupe: who plays.
        document: the bill, to the order of the importer's bank.
    """

    def __init__(self, troupe: Troupe, document: TransportDocument) -> None:
        self._troupe = troupe
        self._document = document
        self._secret = random_bytes(SECRET_SIZE)
        self._network_key = random_bytes(SECRET_SIZE)
        self._quay = Quayside(troupe.parties, troupe.note, document, self._secret)
        self._title = ""
        self._exchanges: dict[str, str] = {}
        self._tiers = Tiers(troupe)

    def play(self) -> dict[str, Any]:
        """Play it; every id."""
        self._settlement_bank()
        self._bill()
        self._pledge()
        self._offers()
        self._at_sea()
        self._pays()
        self._tiers.play()
        self._released()
        return {
            "title": self._title,
            "boxes": [one.tag for one in self._quay.boxes],
            "exchanges": self._exchanges,
            "receivables": self._tiers.receivables,
            "refusals": self._troupe.refusals,
            "balances": self._balances(),
        }

    def _settlement_bank(self) -> None:
        """The importer's bank keeps accounts for all of them, and the importer's money comes in."""
        for currency, customers in (
            (USD, (CONSIGNEE, SHIPPER, OTHER_BANK)),
            (CNY, (CONSIGNEE, FORWARDER, HAULIER, DISCHARGE_TERMINAL, BANK)),
        ):
            for name in customers:
                account = {"currency": currency, "customer": self._troupe.id(name)}
                self._troupe.does(OTHER_BANK, "capital.OPEN_ACCOUNT", account, told="")
        for name, currency, amount in (
            (CONSIGNEE, USD, LOAN + REST + RETENTION),
            (CONSIGNEE, CNY, PAYABLE + 1_000_000),
            (BANK, CNY, THIRD),
        ):
            placed = {
                "amount": str(amount),
                "currency": currency,
                "customer": self._troupe.id(name),
                "entry": made_up(f"entry {name} {currency}"),
            }
            told = f"{OTHER_BANK}: PLACE_DEPOSIT of {Money(amount, currency)} for {name}"
            self._troupe.does(OTHER_BANK, "capital.PLACE_DEPOSIT", placed, told=told)

    def _bill(self) -> None:
        """The terminal loads; a date two days early is refused, the true one is not."""
        date = on_board_date(self._document)
        self._quay.load(self._document, date)
        early = str(CalendarDate(CalendarDate.parse(date).days - 2))
        _, outcome = self._issue(early)
        self._troupe.refused(
            CARRIER, "title.ISSUE", outcome, f"on board on {early}, two days early"
        )
        self._title, outcome = self._issue(date)
        told = f"{CARRIER}: ISSUE, on board on {date}, to the order of {OTHER_BANK}"
        self._troupe.note("title.ISSUE", CARRIER, outcome, told=told, title=self._title)

    def _issue(self, date: str) -> tuple[str, Outcome]:
        return issue(
            self._troupe.parties[CARRIER],
            self._troupe.shelf,
            self._document,
            self._troupe.law,
            Controllers(shipper=self._troupe.id(SHIPPER), endorsee=self._troupe.id(OTHER_BANK)),
            Particulars(
                secret=self._secret,
                on_board=OnBoard(date),
                fingerprint_key=self._network_key,
            ),
        )

    def _pledge(self) -> None:
        """The importer's bank lends on the bill; a second bank is told that it is pledged."""
        terms: dict[str, Value] = {
            "amount": LOAN,
            "currency": USD,
            "due": 0,
            "pledgee": self._troupe.id(OTHER_BANK),
        }
        told = f"{SHIPPER}: PLEDGE → {OTHER_BANK} for {Money(LOAN, USD)}"
        self._on_title(SHIPPER, "PLEDGE", terms, told=told)
        actor = self._troupe.parties[SHIPPER]
        warned = ask_before_funding(self._troupe.parties[BANK], self._title)
        again = {**terms, "pledgee": self._troupe.id(BANK), **self._seen()}
        outcome = actor.act("title.PLEDGE", again)
        self._troupe.refused(
            SHIPPER,
            "title.PLEDGE",
            outcome,
            f"{BANK} is offered the same bill, asks, and is told: {warned['warning']}",
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
                    self._leg("title", OTHER_BANK, CONSIGNEE, how="SURRENDER", **self._seen()),
                    self._deposit(CONSIGNEE, OTHER_BANK, LOAN),
                    self._deposit(CONSIGNEE, SHIPPER, REST),
                    self._leg(
                        "release",
                        CARRIER,
                        CONSIGNEE,
                        boxes=sorted(one.tag for one in self._quay.boxes),
                        title=self._title,
                        valid_from=self._troupe.now_s() - DAY_S,
                        valid_until=self._troupe.now_s() + 5 * DAY_S,
                    ),
                ],
            },
        )
        body = self._escrow_of_title(goods)
        words = (
            f"PROPOSE ESCROW_TITLE, to be surrendered for {CONSIGNEE}",
            "APPROVE, as the pledge's beneficiary",
        )
        self._troupe.proposes(OTHER_BANK, "exchange.ESCROW_TITLE", body, SHIPPER, words)
        for name in (CARRIER, SHIPPER):
            agreed = {"exchange": goods}
            self._troupe.does(name, "exchange.AGREE", agreed, told=f"{name}: AGREE")
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
            "to": self._troupe.id(CONSIGNEE),
        }

    def _band(self, reefer: Box) -> dict[str, Value]:
        until = self._departed_s() + 10 * DAY_S
        return {
            "asks": "readings",
            "by": self._troupe.id(CARRIER),
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
        readings = list(zip(self._quay.boxes, (900, 4_200), strict=False))
        root = report(self._troupe, readings, since)
        for one, most in readings:
            stated: dict[str, Value] = {
                "content": root,
                "least": -900,
                "most": most,
                "quantity": "TEMPERATURE",
                "since": since,
                "subject": one.tag,
                "until": since + 10 * DAY_S,
            }
            told = f"{CARRIER}: STATE_READINGS of {one.equipment}, at most {most / 1000:.1f} °C"
            self._troupe.does(CARRIER, "exchange.STATE_READINGS", stated, told=told)
        exchange = self._exchanges["retention"]
        settling = {"exchange": exchange, "titles": []}
        agreed = {"exchange": exchange}
        self._troupe.does(
            SHIPPER, "exchange.AGREE", agreed, told=f"{SHIPPER}: AGREE to the retention"
        )
        outcome = self._troupe.parties[SHIPPER].act("exchange.SETTLE", settling)
        self._troupe.refused(
            SHIPPER, "exchange.SETTLE", outcome, "the retention's condition has failed"
        )
        told = f"{CONSIGNEE}: RETURN of {Money(RETENTION, USD)}: the band was left"
        self._troupe.does(CONSIGNEE, "exchange.RETURN", settling, told=told)

    def _pays(self) -> None:
        """The importer pays: deposit, title and the right to the boxes change in one act."""
        self._quay.arrive(self._title)
        self._escrow_money("goods", 1, LOAN)
        self._escrow_money("goods", 2, REST)
        exchange = self._exchanges["goods"]
        node = self._troupe.node(CONSIGNEE)
        for line in exchange_of(node, exchange)["told"]:
            errors.print(plain(f"         {line}"), soft_wrap=True)
        settling = deciding(node, exchange)
        told = f"{CONSIGNEE}: SETTLE, title, {Money(LOAN + REST, USD)} and pick-up rights at once"
        self._troupe.does(CONSIGNEE, "exchange.SETTLE", settling, told=told)

    def _released(self) -> None:
        """Customs holds one box; storage is recomputed; a stolen answer fails; then all leave."""
        held = self._quay.boxes[0]
        self._quay.discharged(6, self._document)
        self._quay.pass_on(CONSIGNEE, [FORWARDER, HAULIER])
        before = self._clock(held, days_ago=2)
        hold: dict[str, Value] = {
            "box": held.tag,
            "reason": made_up("reason"),
            "status": "HOLD",
        }
        told = f"{CUSTOMS}: SET_CUSTOMS_STATUS HOLD of {held.equipment}: the light turns red"
        self._troupe.does(CUSTOMS, "cargo.SET_CUSTOMS_STATUS", hold, told=told)
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
            "reason": made_up("nothing found"),
            "status": "CLEARED",
        }
        told = f"{CUSTOMS}: SET_CUSTOMS_STATUS CLEARED: the light turns green"
        self._troupe.does(CUSTOMS, "cargo.SET_CUSTOMS_STATUS", cleared, told=told)
        self._gate_refuses(held, "a screenshot of the driver's answer", collector=FORWARDER)
        self._quay.leave(HAULIER, self._document)

    def _clock(self, box: Box, *, days_ago: int = 0) -> Clock:
        """Storage of a box as of some days ago, once the terminal's views know of its discharge."""
        ends = time.monotonic() + VIEWS_S
        while True:
            found = self._storage_of(box, days_ago)
            if found.state != "not started" or time.monotonic() > ends:
                return found
            time.sleep(0.1)

    def _storage_of(self, box: Box, days_ago: int) -> Clock:
        terminal = self._troupe.parties[DISCHARGE_TERMINAL]
        query = {"equipmentReference": box.equipment}
        return run(
            STORAGE,
            claims_of(terminal.node, query, signing_as(terminal, terminal.node.url)),
            equipment=box.equipment,
            as_of=str(UtcInstant(self._troupe.now_s() - days_ago * DAY_S)),
            known_s=self._troupe.now_s() + DAY_S,
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
        due = CalendarDate(self._troupe.now_s() // DAY_S + 14)
        receivable = self._tiers.invoice(DISCHARGE_TERMINAL, amount, due, terms)
        self._tiers.redeem(amount, [receivable])

    def _gate_refuses(self, box: Box, why: str, *, collector: str = "") -> None:
        shown = self._quay.shown(box)
        if collector:
            shown["collector"] = self._troupe.id(collector)
        outcome = self._troupe.parties[DISCHARGE_TERMINAL].act("cargo.GATE_OUT", shown)
        self._troupe.refused(DISCHARGE_TERMINAL, "cargo.GATE_OUT", outcome, why)

    def _open(self, name: str, terms: Mapping[str, Value]) -> str:
        body = {**terms, "deadline": self._troupe.now_s() + AHEAD_S}
        told = f"{CONSIGNEE}: OPEN an exchange, {name}"
        outcome = self._troupe.does(CONSIGNEE, "exchange.OPEN", body, told=told)
        self._exchanges[name] = exchange_id(outcome.transaction)
        return self._exchanges[name]

    def _leg(self, asset: str, giver: str, taker: str, **members: Value) -> dict[str, Value]:
        return {
            "asset": asset,
            "giver": self._troupe.id(giver),
            "taker": self._troupe.id(taker),
            **members,
        }

    def _deposit(self, giver: str, taker: str, amount: int) -> dict[str, Value]:
        return self._leg(
            "deposit", giver, taker, bank=self._troupe.id(OTHER_BANK), currency=USD, sum=str(amount)
        )

    def _escrow_money(self, name: str, leg: int, amount: int) -> None:
        body: dict[str, Value] = {"exchange": self._exchanges[name], "leg": leg}
        told = f"{CONSIGNEE}: ESCROW_DEPOSIT of {Money(amount, USD)}"
        self._troupe.does(CONSIGNEE, "exchange.ESCROW_DEPOSIT", body, told=told)

    def _on_title(self, name: str, act: str, members: Mapping[str, Value], *, told: str) -> None:
        body = {**members, **self._seen()}
        self._troupe.does(name, f"title.{act}", body, told=told)

    def _seen(self) -> dict[str, Value]:
        _, record = self._troupe.parties[CARRIER].node.title(self._title)
        return {"last_act": record["last_act"], "title": self._title}

    def _balances(self) -> dict[str, dict[str, str]]:
        """What lies at the settlement bank at the end, by party and currency."""
        node, bank = self._troupe.parties[CONSIGNEE].node, self._troupe.id(OTHER_BANK)
        found: dict[str, dict[str, str]] = {}
        for currency, names in (
            (USD, (CONSIGNEE, SHIPPER, OTHER_BANK)),
            (CNY, (CONSIGNEE, FORWARDER, HAULIER, DISCHARGE_TERMINAL, BANK)),
        ):
            for name in names:
                record = balance_of(node, bank, currency, self._troupe.id(name))
                found.setdefault(name, {})[currency] = str(record["amount"])
        return found

    def _departed_s(self) -> int:
        return CalendarDate.parse(on_board_date(self._document)).days * DAY_S


def find_document(folder: Path) -> TransportDocument:
    """The voyage's document among the examples."""
    return TransportDocument.parse((folder / "voyage.json").read_bytes())
