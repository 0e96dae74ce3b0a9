# SPDX-License-Identifier: Apache-2.0
"""Vectors of lease, freeze, letter of indemnity, control, surrender for amendment, house bills."""

from collections.abc import Iterator

from ledger.vectors import Case, surplus
from ledger.world import DAY, IDS, TIME, UNKNOWN, World, kid, salt, settled
from ropewalk.crypto import Value
from ropewalk.identity import (
    NotGovernanceError,
    RecoveryWaitsError,
    UnknownControllerError,
)
from ropewalk.ledger import ApprovalNeededError, MalformedBodyError
from ropewalk.title import errors
from title.bills import ISSUE, Bill, issue_body
from title.casing import (
    CARRIER,
    NOWHERE,
    SURRENDER,
    SURRENDERED,
    Members,
    at,
    case,
    held,
    missing,
    to,
)


def leases() -> Iterator[Case]:
    act = "LEASE"
    yield from held(act, {"until": 0})
    bill = Bill("blank")
    yield case(bill, act, "two_days", "shipper", {"until": TIME + 2 * DAY})
    ended = Bill("blank").leased(days=1)
    ended.world.block(seconds=2 * DAY)
    yield case(ended, act, "after_one_that_ended", "shipper", {"until": TIME + 9 * DAY})
    for name, until in (("in_the_past", TIME), ("beyond_thirty_days", TIME + 31 * DAY)):
        why = errors.BadTitleUntilError
        yield case(bill, act, name, "shipper", {"until": until}, why)
    now = bill.world.time_s + 1
    for name, until, refused in (
        ("until_this_second", now, True),
        ("just_thirty_days", now + 30 * DAY, False),
        ("a_second_too_long", now + 30 * DAY + 1, True),
    ):
        kind = errors.BadTitleUntilError if refused else None
        yield case(bill, act, name, "shipper", {"until": until}, kind)
    second = Bill("blank", Bill("blank").leased(days=9).world)
    yield case(second, act, "a_longer_one_runs", "shipper", {"until": TIME + 2 * DAY})
    over = Bill("blank").leased(days=2)
    over.world.block(seconds=2 * DAY - 3)
    yield case(over, "SIGN", "leases_last_second", "shipper", {}, errors.LeasedError)
    over.world.block()
    yield case(over, "SIGN", "lease_just_over", "shipper", {})
    losing = Bill("blank", _recovering())
    members: Members = {"until": losing.world.time_s + 5 * DAY}
    yield case(losing, act, "recovery_comes_first", "shipper", members, RecoveryWaitsError)
    due: Members = {"until": losing.world.time_s + 3 * DAY - 1}
    yield case(losing, act, "ends_with_the_recovery", "shipper", due)
    pledged = Bill("blank").pledged()
    week: Members = {"until": TIME + 7 * DAY}
    yield case(pledged, act, "pledged_alone", "bank", week, errors.PledgedError)
    yield case(pledged, act, "pledged_together", "bank", week, None, ("shipper",))
    shorter: Members = {"until": losing.world.time_s + DAY}
    yield case(losing, act, "shorter_than_the_recovery", "shipper", shorter)


def _recovering() -> World:
    world = settled()
    quorum = {"controllers": [IDS["bank"]], "delay": 3 * DAY, "threshold": 1}
    world.done("shipper", "identity.SET_RECOVERY", quorum)
    start = {"controller": IDS["shipper"], "keys": [kid("new")], "threshold": 1}
    world.done("bank", "identity.START_RECOVERY", start)
    return world


def one_governor(bill: Bill) -> Bill:
    """The same, governed by a single key."""
    bill.world.done("governance", "identity.CHANGE_THRESHOLD", {"threshold": 1})
    return bill


def orders() -> Iterator[Case]:
    """Freeze and unfreeze."""
    order = {"order": salt("order")}
    for act in ("FREEZE", "UNFREEZE"):
        name = f"title.{act}"
        bill = Bill("blank")
        body = {**order, "title": bill.title}
        strange = {**order, "title": NOWHERE}
        yield Case(name, "unknown_title", bill.world, "buyer", strange, errors.UnknownTitleError)
        yield Case(name, "not_governance", bill.world, "carrier", body, NotGovernanceError)
        single = one_governor(Bill("blank"))
        yield Case(
            name,
            "one_key_alone",
            single.world,
            "governance",
            {**order, "title": single.title},
            errors.TooFewGovernorsError,
        )
        yield surplus(Case(name, "", bill.world, "governance", body))
        yield Case(
            name,
            "order_too_short",
            bill.world,
            "governance",
            {**body, "order": "0"},
            MalformedBodyError,
        )
    for name, bill, why in (
        ("live_bill", Bill("blank"), None),
        ("waybill", Bill("waybill"), None),
        ("leased", Bill("blank").leased(), None),
        ("in_escrow", Bill("blank").escrowed(), None),
        ("surrendered_for_delivery", at("blank", SURRENDER), None),
        ("on_paper", Bill("blank").on_paper(), errors.OnPaperError),
        ("ended", at("blank", *SURRENDERED), errors.EndedError),
        ("frozen_already", Bill("blank").frozen(), errors.FrozenError),
    ):
        body = {**order, "title": bill.title}
        yield Case("title.FREEZE", name, bill.world, "governance", body, why)
    lifted = Bill("blank").frozen()
    body = {**order, "title": lifted.title}
    yield Case("title.UNFREEZE", "lifted", lifted.world, "governance", body)
    free = Bill("blank")
    body = {**order, "title": free.title}
    why = errors.NotFrozenError
    yield Case("title.UNFREEZE", "not_frozen", free.world, "governance", body, why)


def indemnities() -> Iterator[Case]:
    act = "title.LETTER_OF_INDEMNITY"
    bill = Bill("to_order")

    def letter(of: Bill, **members: str) -> dict[str, Value]:
        return {"receiver": IDS["consignee"], "title": of.title, **members}

    joined = letter(bill, bank=IDS["bank"])
    yield Case(act, "carrier", bill.world, "consignee", letter(bill), None, ("carrier",))
    yield Case(act, "bank_joins", bill.world, "consignee", joined, None, ("carrier", "bank"))
    own = errors.OwnIndemnityError
    yield Case(act, "carrier_asks", bill.world, "carrier", letter(bill), own)
    yield Case(
        act, "carrier_receives", bill.world, "buyer", letter(bill, receiver=IDS["carrier"]), own
    )
    yield Case(act, "carrier_is_bank", bill.world, "buyer", letter(bill, bank=IDS["carrier"]), own)
    flagged = Bill("blank")
    flagged.world.agreed("consignee", act, letter(flagged), "carrier")
    strange = {**letter(bill), "title": NOWHERE}
    yield Case(act, "unknown_title", bill.world, "buyer", strange, errors.UnknownTitleError)
    for name, one, why in (
        ("frozen", Bill("waybill").frozen(), errors.FrozenError),
        ("leased", Bill("blank").leased(), errors.LeasedError),
        ("in_escrow", Bill("blank").escrowed(), errors.TitleInEscrowError),
        ("waybill", Bill("waybill"), errors.NotTransferableError),
        ("on_paper", Bill("blank").on_paper(), errors.OnPaperError),
        ("ended", at("blank", *SURRENDERED), errors.EndedError),
        ("surrender_pending", at("blank", SURRENDER), errors.SurrenderPendingError),
        ("indemnified_already", flagged, errors.IndemnifiedAlreadyError),
        ("unknown_controller", bill, UnknownControllerError),
    ):
        yield Case(act, name, one.world, "buyer", letter(one, receiver=UNKNOWN), why)
    unknown = letter(bill, bank=UNKNOWN)
    yield Case(act, "unknown_bank", bill.world, "buyer", unknown, UnknownControllerError)
    need = ApprovalNeededError
    yield Case(act, "without_the_carrier", bill.world, "consignee", letter(bill), need)
    yield Case(act, "without_the_bank", bill.world, "consignee", joined, need, ("carrier",))
    yield surplus(Case(act, "", bill.world, "consignee", letter(bill)))


def demonstrations() -> Iterator[Case]:
    act = "DEMONSTRATE_CONTROL"
    members: Members = {"challenge": salt("challenge")}
    yield from missing(act, members)
    for name, bill, actor in (
        ("possessor", Bill("blank"), "shipper"),
        ("waybills_shipper", Bill("waybill"), "shipper"),
        ("carrier_after_surrender", at("blank", SURRENDER), "carrier"),
        ("frozen", Bill("blank").frozen(), "shipper"),
        ("leased", Bill("blank").leased(), "shipper"),
        ("in_escrow", Bill("blank").escrowed(), "shipper"),
    ):
        yield case(bill, act, name, actor, members)
    given = at("blank", ("shipper", "TRANSFER", to("bank")))
    for name, bill, why in (
        ("on_paper", Bill("blank").on_paper(), errors.OnPaperError),
        ("ended", at("blank", *SURRENDERED), errors.EndedError),
        ("former_possessor", given, errors.NotInControlError),
    ):
        yield case(bill, act, name, "shipper", members, why)


def surrenders_for_amendment() -> Iterator[Case]:
    act = "SURRENDER_FOR_AMENDMENT"
    yield from held(act, {"addressee": "buyer"})
    for name, kind, members in (
        ("no_reason", "to_order", CARRIER),
        ("change_of_destination", "to_order", {**CARRIER, "reason_code": "COD"}),
        ("switch_bill", "blank", {**CARRIER, "reason_code": "SWI"}),
        ("switch_to_paper", "straight", {**CARRIER, "reason_code": "SWTP"}),
    ):
        yield case(Bill(kind), act, name, "shipper", members)
    bank = at("to_order", ("shipper", "TRANSFER", to("bank")))
    wrong: Members = {"addressee": "other_carrier"}
    yield case(bank, act, "wrong_addressee", "bank", wrong, errors.WrongAddresseeError)
    yield case(bank, act, "not_the_endorsee", "bank", CARRIER, errors.NotSurrendererError)
    odd: Members = {**CARRIER, "reason_code": "NONE"}
    yield case(Bill("blank"), act, "unknown_reason", "shipper", odd, MalformedBodyError)
    amending = at("blank", ("shipper", act, CARRIER))
    yield case(amending, "SACC", "for_amendment", "carrier", {}, errors.NoSurrenderError)
    yield case(amending, "SREJ", "for_amendment", "carrier", {"comment": salt("why not")})


def house_bills() -> Iterator[Case]:
    master = Bill("to_order")
    other = {"carrier_code": "OTH", "carrier_code_list_provider": "SMDG"}
    body = issue_body("to_order", 7, house_of=master.title, **other)
    yield Case(ISSUE, "house_bill", master.world, "other_carrier", body)
    house = Bill("to_order", master.world, house_of=master.title)
    ended = at("blank", *SURRENDERED)
    for name, where, title in (
        ("no_such_master", master, NOWHERE),
        ("master_is_a_house_bill", master, house.title),
        ("master_has_ended", ended, ended.title),
    ):
        wrong = issue_body("to_order", 8, house_of=title, **other)
        yield Case(ISSUE, name, where.world, "other_carrier", wrong, errors.BadMasterError)
    for name, refusal in (
        ("frozen", errors.FrozenError),
        ("leased", errors.LeasedError),
        ("escrowed", errors.TitleInEscrowError),
        ("pledged", errors.PledgedError),
    ):
        bound = getattr(Bill("blank"), name)()
        house_body = issue_body("to_order", 8, house_of=bound.title, **other)
        yield Case(ISSUE, f"master_is_{name}", bound.world, "other_carrier", house_body, refusal)
    waybill = Bill("waybill")
    wrong = issue_body("to_order", 8, house_of=waybill.title, **other)
    world = waybill.world
    yield Case(ISSUE, "master_is_a_waybill", world, "other_carrier", wrong, errors.BadMasterError)
    told = issue_body("to_order", 9, cargo=salt("cargo"), shipment=salt("a"), destination=salt("b"))
    yield Case(ISSUE, "with_cargo_and_voyage", master.world, "carrier", told)


def cases() -> Iterator[Case]:
    """Every case of this file."""
    yield from leases()
    yield from orders()
    yield from indemnities()
    yield from demonstrations()
    yield from surrenders_for_amendment()
    yield from house_bills()
