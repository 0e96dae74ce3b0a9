# SPDX-License-Identifier: Apache-2.0
"""Transport documents to act on, in a network in memory."""

from collections.abc import Mapping

from ledger.world import IDS, World, salt, settled
from ropewalk.crypto import Value
from ropewalk.title import Title, find

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

    def body(self, members: Mapping[str, str]) -> dict[str, Value]:
        """A body that names the title as it stands; members are names of parties."""
        named = {name: IDS.get(value, value) for name, value in members.items()}
        return {"last_act": self.record.last_act, "title": self.title, **named}

    def does(self, actor: str, act: str, **members: str) -> Title:
        """An act that must be accepted; the record after it."""
        self.world.done(actor, f"title.{act}", self.body(members))
        return self.record

    def why(self, actor: str, act: str, **members: str) -> str:
        """An act that must be refused without a trace; the refusal's slug."""
        return self.world.refused(actor, f"title.{act}", self.body(members)).code
