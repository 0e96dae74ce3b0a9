# SPDX-License-Identifier: Apache-2.0
"""Transport documents to act on, in a network in memory."""

from collections.abc import Mapping

import msgspec

from ledger.world import DAY, IDS, World, salt, settled
from ropewalk.crypto import Value
from ropewalk.exchange import exchange_id
from ropewalk.title import CargoList, Title, cargo_hash, find

ISSUE = "title.ISSUE"


def issue_body(kind: str, number: int = 1, **changes: Value | None) -> dict[str, Value]:
    """The body of an ISSUE: `to_order`, `blank`, `straight` or `waybill`.

    Args:
        kind: which document.
        number: makes another reference.
        changes: members to replace by a value, or to leave out (None).
    """
    body: dict[str, Value | None] = {
        "carrier_code": "ROP",
        "carrier_code_list_provider": "SMDG",
        "commitment": salt("document"),
        "document_type": "SWB" if kind == "waybill" else "BOL",
        "governing_law": "GB",
        "is_to_order": kind in {"to_order", "blank"},
        "shipper": IDS["shipper"],
        "transport_document_reference": f"DOC:{number}",
    }
    if kind == "to_order":
        body["endorsee"] = IDS["shipper"]
    if kind in {"straight", "waybill"}:
        body["consignee"] = IDS["consignee"]
    if kind != "waybill":
        body["issue_to"] = IDS["shipper"]
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


def cargo_list(*items: tuple[str, int, int], boxes: tuple[str, ...] = ("box",)) -> dict[str, Value]:
    """A cargo list of `(goods, packages, grams)`, in its one order."""
    entries: list[Value] = [
        {
            "item": salt(goods),
            "package_code": "CT",
            "packages": packages,
            "volume_dm3": 0,
            "weight_g": grams,
        }
        for goods, packages, grams in sorted(items, key=lambda one: salt(one[0]))
    ]
    equipments: list[Value] = [*sorted(salt(box) for box in boxes)]
    return {"equipments": equipments, "items": entries}


def hashed(cargo: Mapping[str, Value]) -> str:
    """The hash that an ISSUE names."""
    return cargo_hash(msgspec.convert(dict(cargo), CargoList))


def part(
    kind: str, number: int, cargo: Mapping[str, Value], **changes: Value | None
) -> dict[str, Value]:
    """A bill with its cargo list, as SPLIT and COMBINE take it."""
    issue = issue_body(kind, number, cargo=hashed(cargo), **changes)
    return {"cargo": dict(cargo), "issue": issue}


def _freight(payer: str) -> Value:
    """What is paid to the carrier, so that it has a part in an exchange."""
    return {
        "asset": "payment",
        "bank": IDS["bank"],
        "currency": "USD",
        "giver": IDS[payer],
        "sum": "1",
        "taker": IDS["carrier"],
    }


class Bill:
    """One title in a world, acted on by the names of its parties."""

    def __init__(self, kind: str, world: World | None = None, **changes: Value | None) -> None:
        self.world = settled() if world is None else world
        number = sum(one.startswith("title/") for one in self.world.state) + 1
        body = issue_body(kind, number, **changes)
        issued = self.world.act("carrier", ISSUE, body)
        assert issued.refusal is None, issued.refusal
        self.title = issued.events[0].attributes["title"]

    @property
    def record(self) -> Title:
        """The record as it stands."""
        found = find(self.world.state, self.title)
        assert found is not None
        return found

    def body(self, members: Mapping[str, Value]) -> dict[str, Value]:
        """A body that names the title as it stands; parties go by their names."""
        named = {
            name: IDS.get(value, value) if isinstance(value, str) else value
            for name, value in members.items()
        }
        return {"last_act": self.record.last_act, "title": self.title, **named}

    def does(self, actor: str, act: str, **members: str) -> Title:
        """An act that must be accepted; the record after it."""
        self.world.done(actor, f"title.{act}", self.body(members))
        return self.record

    def agreed(self, actor: str, act: str, members: Mapping[str, Value], *approvers: str) -> Title:
        """An act that others approve, carried out; the record after it."""
        body = {**self.body({}), **members}
        self.world.agreed(actor, f"title.{act}", body, *approvers)
        return self.record

    def frozen(self) -> "Bill":
        """This bill, frozen by a court's order."""
        body: Mapping[str, Value] = {"order": salt("order"), "title": self.title}
        self.world.done("governance", "title.FREEZE", body)
        return self

    def leased(self, actor: str = "shipper", *, days: int = 2) -> "Bill":
        """This bill, leased by its possessor."""
        until = self.world.time_s + days * DAY
        self.world.done(actor, "title.LEASE", {**self.body({}), "until": until})
        return self

    def escrowed(
        self, actor: str = "shipper", to: str = "consignee", how: str = "TRANSFER"
    ) -> "Bill":
        """This bill, in an exchange's escrow."""
        leg: dict[str, Value] = {
            "asset": "title",
            "giver": IDS[actor],
            "how": how,
            "last_act": self.record.last_act,
            "taker": IDS[to],
            "title": self.title,
        }
        legs: list[Value] = [leg]
        if how == "SURRENDER":
            legs.append(_freight(to))
        opened: dict[str, Value] = {"deadline": self.world.time_s + 9 * DAY, "legs": legs}
        exchange = exchange_id(self.world.done(actor, "exchange.OPEN", opened))
        terms: dict[str, Value] = {"exchange": exchange, "how": how, "leg": 0, "to": IDS[to]}
        self.world.done(actor, "exchange.ESCROW_TITLE", {**self.body({}), **terms})
        return self

    def on_paper(self, actor: str = "shipper") -> "Bill":
        """This bill, switched to paper."""
        self.agreed(actor, "SWITCH_TO_PAPER", {"paper": salt("paper")}, "carrier")
        return self

    def pledged(self, actor: str = "shipper", *, due: int = 0) -> "Bill":
        """This bill, pledged to the bank."""
        body = {"amount": 0, "currency": "", "due": due, "pledgee": IDS["bank"]}
        self.world.done(actor, "title.PLEDGE", {**self.body({}), **body})
        return self

    def why(self, actor: str, act: str, **members: str) -> str:
        """An act that must be refused without a trace; the refusal's slug."""
        return self.world.refused(actor, f"title.{act}", self.body(members)).code
