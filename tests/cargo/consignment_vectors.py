# SPDX-License-Identifier: Apache-2.0
"""Vectors of consignments."""

from collections.abc import Iterator
from typing import Any

from cargo.desk import Desk
from cargo.quay import NOWHERE, Quay
from ledger.vectors import Case, surplus
from ledger.world import IDS, UNKNOWN, kid, salt
from ropewalk.cargo import Consignment, errors, find_consignment
from ropewalk.crypto import Value
from ropewalk.identity import UnknownControllerError, controller_id
from ropewalk.ledger import LedgerError

Refusal = type[LedgerError] | None


def cases() -> Iterator[Case]:
    """OPEN_CONSIGNMENT, PLAN_CONSIGNMENT, CLOSE_CONSIGNMENT, ADMIT_PARTY, LINK_CONSIGNMENT."""
    desk = Desk().submitted()
    act = "cargo.OPEN_CONSIGNMENT"
    body: dict[str, Any] = {"content": salt("plan"), "role": "shipper"}
    yield Case(act, "by_a_shipper", desk.world, "shipper", body)
    yield Case(act, "by_a_carrier", desk.world, "carrier", {**body, "role": "carrier"})
    refusal = errors.NotRegisteredAsError
    yield Case(act, "no_carrier", desk.world, "shipper", {**body, "role": "carrier"}, refusal)
    yield surplus(Case(act, "", desk.world, "shipper", body))
    tied = Tied(desk)
    yield Case(act, "known", desk.world, "shipper", body, errors.DocumentKnownError)
    yield from _led(tied, "PLAN_CONSIGNMENT", {"content": salt("other plan")})
    yield from _led(tied, "CLOSE_CONSIGNMENT", {})
    yield from _admissions(tied)
    yield from _links(tied)


class Tied:
    """A consignment of the shipper, with the carrier in it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        told: dict[str, Any] = {"content": salt("plan"), "role": "shipper"}
        self.id = desk.begun("shipper", "OPEN_CONSIGNMENT", **told)
        self.admits("carrier", "carrier")

    @property
    def last_act(self) -> str:
        """The last act on it."""
        return self.record.last_act

    @property
    def record(self) -> Consignment:
        """It as it stands."""
        found = find_consignment(self.desk.world.state, self.id)
        assert found is not None
        return found

    def body(self, **members: Value) -> dict[str, Any]:
        """The body of an act on it."""
        return {"consignment": self.id, "last_act": self.last_act, **members}

    def does(self, actor: str, act: str, **members: Value) -> "Tied":
        """An act that must be accepted."""
        self.desk.world.done(actor, f"cargo.{act}", self.body(**members))
        return self

    def admits(self, name: str, role: str) -> "Tied":
        """A party admitted by the opener."""
        return self.does("shipper", "ADMIT_PARTY", controller=IDS[name], role=role)

    def case(
        self, act: str, name: str, actor: str, refusal: Refusal = None, **members: Any
    ) -> Case:
        """A case on it as it stands."""
        body = self.body(**members)
        return Case(f"cargo.{act}", name, self.desk.world, actor, body, refusal)


def _opened(tied: Tied, act: str, members: dict[str, Any]) -> Iterator[Case]:
    """Of a consignment that was never opened, that moved since, that is closed."""
    nowhere: dict[str, Any] = {"consignment": NOWHERE, "last_act": NOWHERE}
    unknown, stale = errors.UnknownDocumentError, errors.StaleDocumentError
    yield tied.case(act, "unknown_document", "bank", unknown, **{**members, **nowhere})
    moved: dict[str, Any] = {**members, "last_act": NOWHERE}
    yield tied.case(act, "stale_document", "bank", stale, **moved)
    closed = Tied(Desk()).does("shipper", "CLOSE_CONSIGNMENT")
    yield closed.case(act, "closed", "bank", errors.ConsignmentClosedError, **members)
    yield tied.case(act, "by_a_stranger", "bank", errors.NotOfConsignmentError, **members)
    yield surplus(tied.case(act, "", "shipper", **members))


def _led(tied: Tied, act: str, members: dict[str, Any]) -> Iterator[Case]:
    yield tied.case(act, "by_the_opener", "shipper", **members)
    yield tied.case(act, "by_the_carrier", "carrier", **members)
    yield from _opened(tied, act, members)


def _admissions(tied: Tied) -> Iterator[Case]:
    act = "ADMIT_PARTY"
    haulier: dict[str, Any] = {"controller": IDS["haulier"], "role": "haulier"}
    yield tied.case(act, "by_the_opener", "shipper", **haulier)
    yield tied.case(act, "by_the_carrier", "carrier", **haulier)
    odd: dict[str, Any] = {"controller": UNKNOWN, "role": "bank"}
    yield from _opened(tied, act, odd)
    yield tied.case(act, "unknown_controller", "shipper", UnknownControllerError, **odd)
    no_bank = {**haulier, "role": "bank"}
    yield tied.case(act, "no_bank", "shipper", errors.NotRegisteredAsError, **no_bank)
    again: dict[str, Any] = {"controller": IDS["carrier"], "role": "haulier"}
    yield tied.case(act, "admitted_already", "shipper", errors.AdmittedAlreadyError, **again)
    full = crowded()
    yield full.case(act, "full", "shipper", errors.ConsignmentFullError, **haulier)


def crowded() -> Tied:
    """A consignment of as many parties as may be."""
    tied = Tied(Desk().submitted())
    for number in range(14):
        name = f"party {number}"
        body: dict[str, Any] = {
            "commitment": salt("firm commitment"),
            "keys": [kid(name)],
            "salt": salt(name),
            "threshold": 1,
        }
        tied.desk.world.done("shipper", "identity.REGISTER_CONTROLLER", body)
        one = controller_id(str(body["commitment"]), [kid(name)], salt(name), 1)
        tied.does("shipper", "ADMIT_PARTY", controller=one, role="buyer")
    return tied


def _links(tied: Tied) -> Iterator[Case]:
    act = "LINK_CONSIGNMENT"
    booking: dict[str, Any] = {"id": tied.desk.booking, "kind": "booking"}
    yield tied.case(act, "a_booking", "shipper", **booking)
    told: dict[str, Any] = {"id": tied.desk.instructions, "kind": "instructions"}
    yield tied.case(act, "instructions", "carrier", **told)
    nothing: dict[str, Any] = {"id": NOWHERE, "kind": "title"}
    yield from _opened(tied, act, nothing)
    ashore = Landed()
    title: dict[str, Any] = {"id": ashore.title, "kind": "title"}
    for name, members in (
        ("a_title", title),
        ("a_box", {"id": ashore.box, "kind": "box"}),
        ("a_delivery_order", {"id": ashore.box, "kind": "order"}),
    ):
        yield ashore.tied.case(act, name, "shipper", **members)
    full = Tied(Desk().submitted())
    for number in range(64):
        one = Desk(full.desk.world).requested(f"booking {number}").booking
        full.does("shipper", act, id=one, kind="booking")
    again: dict[str, Any] = {"id": full.record.links[0].id, "kind": "booking"}
    yield full.case(act, "linked_already", "shipper", errors.LinkedAlreadyError, **again)
    yield full.case(act, "full", "shipper", errors.ConsignmentFullError, **nothing)
    for kind in ("booking", "box", "instructions", "order", "title"):
        none: dict[str, Any] = {"id": NOWHERE, "kind": kind}
        yield tied.case(act, f"no_such_{kind}", "shipper", errors.NothingToLinkError, **none)
    ashore.tied.admits("haulier", "haulier")
    for name, members in (("title", title), ("order", {"id": ashore.box, "kind": "order"})):
        refusal = errors.NothingToLinkError
        yield ashore.tied.case(act, f"not_concerned_by_{name}", "haulier", refusal, **members)


class Landed:
    """A consignment beside a box on its quay, delivery ordered."""

    def __init__(self) -> None:
        quay = Quay().surrendered().announced().ordered()
        self.title, self.box = quay.title, quay.box
        self.tied = Tied(Desk(quay.world))
