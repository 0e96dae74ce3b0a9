# SPDX-License-Identifier: Apache-2.0
"""What the vectors of many acts share: bills brought somewhere, and what is refused first."""

from collections.abc import Iterator, Mapping

from ledger.vectors import Case, surplus
from ropewalk.crypto import Value
from ropewalk.ledger import LedgerError, MalformedBodyError
from ropewalk.title import errors
from title.bills import Bill

NOWHERE = "0" * 64
Members = Mapping[str, Value]


def case(
    bill: Bill,
    act: str,
    name: str,
    actor: str,
    members: Members,
    refusal: type[LedgerError] | None = None,
    approvals: tuple[str, ...] = (),
) -> Case:
    """A case on a bill as it stands."""
    body = bill.body(members)
    return Case(f"title.{act}", name, bill.world, actor, body, refusal, approvals)


def at(kind: str, *steps: tuple[str, str, Members]) -> Bill:
    """A bill brought somewhere by accepted acts: (actor, act, members)."""
    bill = Bill(kind)
    for actor, act, members in steps:
        bill.world.done(actor, f"title.{act}", bill.body(members))
    return bill


def to(name: str) -> Members:
    """The members that name a recipient."""
    return {"recipient": name}


CARRIER: Members = {"addressee": "carrier"}
SURRENDER = ("shipper", "SURRENDER_FOR_DELIVERY", CARRIER)
SURRENDERED: tuple[tuple[str, str, Members], ...] = (SURRENDER, ("carrier", "SACC", {}))


def missing(act: str, members: Members) -> Iterator[Case]:
    """No such title; a stale act; both by a stranger and with members that fit nothing."""
    bill = Bill("waybill")
    body = bill.body(members)
    act = f"title.{act}"
    yield Case(
        act,
        "unknown_title",
        bill.world,
        "buyer",
        {**body, "title": NOWHERE, "last_act": NOWHERE},
        errors.UnknownTitleError,
    )
    stale = {**body, "last_act": NOWHERE}
    yield Case(act, "stale", bill.world, "buyer", stale, errors.StaleError)
    surplus_case = surplus(Case(act, "", bill.world, "buyer", body))
    yield surplus_case
    if act != "title.DEMONSTRATE_CONTROL":
        frozen = Bill("waybill").frozen()
        body_of_it = frozen.body(members)
        yield Case(act, "frozen", frozen.world, "buyer", body_of_it, errors.FrozenError)
    less = {name: value for name, value in body.items() if name != "last_act"}
    yield Case(act, "member_missing", bill.world, "buyer", less, MalformedBodyError)
    upper = {**body, "title": bill.title.upper()}
    yield Case(act, "upper_case_title", bill.world, "buyer", upper, MalformedBodyError)


def held(act: str, members: Members) -> Iterator[Case]:
    """What every act of a possessor is refused for first."""
    yield from missing(act, members)
    for name, bill, refusal in (
        ("leased", Bill("straight").leased(), errors.LeasedError),
        ("in_escrow", Bill("straight").escrowed(), errors.TitleInEscrowError),
        ("waybill", Bill("waybill"), errors.NotTransferableError),
        ("on_paper", Bill("blank").on_paper(), errors.OnPaperError),
        ("ended", at("straight", *SURRENDERED), errors.EndedError),
        ("surrender_pending", at("straight", SURRENDER), errors.SurrenderPendingError),
        ("stranger", Bill("straight"), errors.NotPossessorError),
    ):
        yield case(bill, act, name, "buyer", members, refusal)
    waybill = at("waybill", ("carrier", "DELIVER", {}))
    yield case(waybill, act, "delivered_waybill", "buyer", members, errors.NotTransferableError)
    given = at("blank", ("shipper", "TRANSFER", to("bank")))
    yield case(given, act, "former_possessor", "shipper", members, errors.NotPossessorError)
    lying = at("blank", SURRENDER)
    yield case(lying, act, "carrier_holds", "carrier", members, errors.SurrenderPendingError)
