# SPDX-License-Identifier: Apache-2.0
"""A trading hall: a bill at sea, a bank that settles, an exporter and an importer, by names."""

from collections.abc import Mapping, Sequence

from cargo.quay import BOX, Quay
from ledger.world import DAY, IDS, World, salt
from ropewalk.capital import (
    Balance,
    Payable,
    Receivable,
    balance_key,
    find_payable,
    receivable_key,
)
from ropewalk.crypto import Value
from ropewalk.exchange import Exchange, find_exchange
from ropewalk.ledger import LedgerError, decode_record
from ropewalk.title import Title
from title.bills import issue_body

USD = "USD"
PRICE = 41_200_000
DEADLINE = 10 * DAY
CUSTOMERS = ("carrier", "consignee", "shipper", "buyer")


class Hall:
    """The shipper sells a bill to the consignee; both have an account with the bank."""

    def __init__(self, kind: str = "blank") -> None:
        self.quay = Quay(kind)
        self.world: World = self.quay.world
        self.bill = self.quay.bill
        for name in CUSTOMERS:
            self.world.done(
                "bank", "capital.OPEN_ACCOUNT", {"currency": USD, "customer": IDS[name]}
            )
        self.place("consignee", PRICE)
        self.exchange = ""

    def place(self, name: str, amount: int) -> None:
        """Money comes in."""
        body: dict[str, Value] = {
            "amount": str(amount),
            "currency": USD,
            "customer": IDS[name],
            "entry": salt("entry"),
        }
        self.world.done("bank", "capital.PLACE_DEPOSIT", body)

    def balance(self, name: str) -> tuple[int, int]:
        """What somebody may dispose of, and what lies in escrow."""
        data = self.world.state[balance_key(IDS["bank"], USD, IDS[name])]
        found = decode_record(data, Balance)
        return int(found.amount), int(found.held)

    def receivable(self, amount: int = 1_000, creditor: str = "shipper") -> str:
        """A payable of the consignee, confirmed; the id of its one receivable."""
        body: dict[str, Value] = {
            "amount": str(amount),
            "content": salt("invoice"),
            "currency": USD,
            "debtor": IDS["consignee"],
            "due": "2026-06-01",
            "invoice": salt(f"invoice {self.world.position}"),
        }
        drawn = self.world.act(creditor, "capital.INVOICE", body)
        assert drawn.refusal is None, drawn.refusal
        payable = drawn.events[0].attributes["payable"]
        asked: dict[str, Value] = {"last_act": drawn.transaction, "payable": payable}
        confirmed = self.world.act("consignee", "capital.CONFIRM_INVOICE", asked)
        assert confirmed.refusal is None, confirmed.refusal
        return confirmed.events[0].attributes["receivable"]

    def share(self, receivable: str) -> Receivable:
        """A receivable as it stands."""
        return decode_record(self.world.state[receivable_key(receivable)], Receivable)

    def payable(self, receivable: str) -> Payable:
        """What a receivable is a share of, as it stands."""
        found = find_payable(self.world.state, self.share(receivable).payable)
        assert found is not None
        return found

    def house_bill(self) -> dict[str, Value]:
        """The body of another carrier's house bill under this one."""
        more: dict[str, Value] = {"carrier_code": "OTH", "house_of": self.bill.title}
        return {**issue_body("blank", 77), **more}

    def opened(
        self,
        *legs: Value,
        opener: str = "shipper",
        condition: Value = None,
        given: Value = None,
        seconds: int = DEADLINE,
    ) -> "Hall":
        """An exchange put to its parties."""
        body = self.opening(*legs, condition=condition, given=given, seconds=seconds)
        result = self.world.act(opener, "exchange.OPEN", body)
        assert result.refusal is None, result.refusal
        self.exchange = result.events[0].attributes["exchange"]
        return self

    def opening(
        self, *legs: Value, condition: Value = None, given: Value = None, seconds: int = DEADLINE
    ) -> dict[str, Value]:
        """The body of an OPEN."""
        body: dict[str, Value] = {
            "deadline": self.world.time_s + seconds,
            "legs": list(legs) or [self.title_leg(), self.deposit_leg()],
        }
        more = {"condition": condition, "given": given}
        return {**body, **{name: told for name, told in more.items() if told is not None}}

    def title_leg(
        self, how: str = "TRANSFER", giver: str = "shipper", taker: str = "consignee"
    ) -> dict[str, Value]:
        """The bill moves."""
        return {
            "asset": "title",
            "giver": IDS[giver],
            "how": how,
            "last_act": self.bill.record.last_act,
            "taker": IDS[taker],
            "title": self.bill.title,
        }

    def deposit_leg(
        self, amount: int = PRICE, giver: str = "consignee", taker: str = "shipper"
    ) -> dict[str, Value]:
        """Money moves on the ledger."""
        return {
            "asset": "deposit",
            "bank": IDS["bank"],
            "currency": USD,
            "giver": IDS[giver],
            "sum": str(amount),
            "taker": IDS[taker],
        }

    def payment_leg(self, amount: int = PRICE) -> dict[str, Value]:
        """Money moves outside."""
        return {**self.deposit_leg(amount), "asset": "payment"}

    def receivable_leg(
        self, receivable: str, giver: str = "shipper", taker: str = "buyer"
    ) -> dict[str, Value]:
        """A receivable moves."""
        return {
            "asset": "receivable",
            "giver": IDS[giver],
            "last_act": self.share(receivable).last_act,
            "receivable": receivable,
            "sum": self.share(receivable).amount,
            "taker": IDS[taker],
            "with_recourse": False,
        }

    def release_leg(self, taker: str = "consignee") -> dict[str, Value]:
        """The carrier grants the pick-up right."""
        return {
            "asset": "release",
            "boxes": [BOX],
            "giver": IDS["carrier"],
            "taker": IDS[taker],
            "title": self.bill.title,
            "valid_from": self.world.time_s,
            "valid_until": self.world.time_s + 5 * DAY,
        }

    @property
    def record(self) -> Exchange:
        """The exchange as it stands."""
        found = find_exchange(self.world.state, self.exchange)
        assert found is not None
        return found

    @property
    def title(self) -> Title:
        """The bill as it stands."""
        return self.bill.record

    def body(self, **members: Value) -> dict[str, Value]:
        """The body of an act on the exchange."""
        return {"exchange": self.exchange, **members}

    def title_body(self, leg: int = 0, **changes: Value) -> dict[str, Value]:
        """The body of an ESCROW_TITLE of the leg as it is."""
        told = self.record.legs[leg]
        members: dict[str, Value] = {
            "how": getattr(told, "how", "TRANSFER"),
            "last_act": self.title.last_act,
            "leg": leg,
            "title": self.bill.title,
            "to": told.taker,
        }
        return self.body(**{**members, **changes})

    def deciding(self) -> dict[str, Value]:
        """The body of SETTLE and RETURN: titles in escrow as they stand."""
        held = self.title.escrow is not None and self.title.escrow.exchange == self.exchange
        at: list[Value] = [{"last_act": self.title.last_act, "title": self.bill.title}]
        return self.body(titles=at if held else [])

    def does(self, actor: str, act: str, body: Mapping[str, Value] | None = None) -> "Hall":
        """An act that must be accepted."""
        self.world.done(actor, f"exchange.{act}", self.body() if body is None else body)
        return self

    def why(self, actor: str, act: str, body: Mapping[str, Value] | None = None) -> str:
        """An act that must be refused without a trace; the refusal's slug."""
        return self.refused(actor, act, body).code

    def refused(
        self, actor: str, act: str, body: Mapping[str, Value] | None = None
    ) -> type[LedgerError]:
        """An act that must be refused without a trace."""
        return self.world.refused(actor, f"exchange.{act}", self.body() if body is None else body)

    def gives_title(self, actor: str = "shipper", leg: int = 0) -> "Hall":
        """The bill in escrow."""
        return self.does(actor, "ESCROW_TITLE", self.title_body(leg))

    def gives_money(self, actor: str = "consignee", leg: int = 1) -> "Hall":
        """The money in escrow."""
        return self.does(actor, "ESCROW_DEPOSIT", self.body(leg=leg))

    def gives_receivable(self, receivable: str, actor: str = "shipper", leg: int = 0) -> "Hall":
        """A receivable in escrow."""
        members = {"last_act": self.share(receivable).last_act, "receivable": receivable}
        return self.does(actor, "ESCROW_RECEIVABLE", self.body(leg=leg, **members))

    def paying(self, leg: int = 1) -> dict[str, Value]:
        """The body of an ESCROW_DEPOSIT that settles."""
        return {**self.deciding(), "leg": leg}

    def pays(self, actor: str = "consignee", leg: int = 1) -> "Hall":
        """The last leg given, and everything settled, in one act."""
        return self.does(actor, "ESCROW_DEPOSIT", self.paying(leg))

    def full(self) -> "Hall":
        """Bill and money in escrow."""
        return self.opened().gives_title().gives_money()

    def settles(self, actor: str = "shipper") -> "Hall":
        """Settled."""
        return self.does(actor, "SETTLE", self.deciding())

    def returns(self, actor: str = "shipper") -> "Hall":
        """Returned."""
        return self.does(actor, "RETURN", self.deciding())

    def later(self, seconds: int = DEADLINE) -> "Hall":
        """Time passes."""
        self.world.time_s += seconds
        return self

    def event(self, code: str = "INSP", by: str = "terminal", **changes: Value) -> dict[str, Value]:
        """A condition on an event of the box."""
        asked: dict[str, Value] = {
            "asks": "event",
            "by": IDS[by],
            "code": code,
            "subject": BOX,
            "until": self.world.time_s + DEADLINE,
        }
        return {**asked, **changes}

    def band(self, **changes: Value) -> dict[str, Value]:
        """A condition on the box's temperature over an hour."""
        asked: dict[str, Value] = {
            "asks": "readings",
            "by": IDS["carrier"],
            "least": -1_500,
            "most": 2_000,
            "quantity": "TEMPERATURE",
            "since": self.world.time_s,
            "subject": BOX,
            "until": self.world.time_s + 3_600,
        }
        return {**asked, **changes}


def both(*conditions: Value) -> dict[str, Value]:
    """All of these."""
    return {"asks": "all", "of": list(conditions)}


def either(*conditions: Value) -> dict[str, Value]:
    """One of these."""
    return {"asks": "any", "of": list(conditions)}


def named(names: Sequence[str]) -> list[str]:
    """Controllers of names, sorted."""
    return sorted(IDS[name] for name in names)
