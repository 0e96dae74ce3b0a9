# SPDX-License-Identifier: Apache-2.0
"""Vectors of re-issue, void, split, combine, and paper: documents that take others' places."""

from collections.abc import Iterator, Mapping

from ledger.vectors import Case, surplus
from ledger.world import IDS, UNKNOWN, World, salt, settled
from ropewalk.crypto import Value
from ropewalk.identity import UnknownControllerError
from ropewalk.ledger import ApprovalNeededError, LedgerError, MalformedBodyError
from ropewalk.title import errors
from title.bills import Bill, cargo_list, hashed, issue_body, part
from title.casing import CARRIER, NOWHERE, SURRENDERED, Members, at, case, held, missing, to
from title.fingerprint_vectors import prints

Body = dict[str, Value]
Row = tuple[str, Mapping[str, Value | None], type[LedgerError]]
SHIPMENT = salt("shipment")
WHOLE = cargo_list(("cherries", 10, 5_000), ("plums", 4, 900))
HALVES = (cargo_list(("cherries", 6, 3_000)), cargo_list(("cherries", 4, 2_000), ("plums", 4, 900)))
AMENDING = ("shipper", "SURRENDER_FOR_AMENDMENT", CARRIER)

WRONG_ISSUES: tuple[Row, ...] = (
    (
        "blank_reference",
        {"transport_document_reference": " ", "carrier_code": "OTH"},
        errors.MalformedReferenceError,
    ),
    ("another_carriers_code", {"carrier_code": "OTH"}, errors.ForeignCarrierCodeError),
    ("reference_used", {"transport_document_reference": "DOC:1"}, errors.ReferenceUsedError),
    ("law_not_recognised", {"governing_law": "SG"}, errors.GoverningLawError),
    ("roles_do_not_fit", {"issue_to": None}, errors.RolesOfDocumentError),
    ("unknown_controller", {"shipper": UNKNOWN}, UnknownControllerError),
)
"""What an ISSUE in another title's place is refused for like any other."""

DIFFERENT: tuple[Row, ...] = (
    ("another_shipment", {"shipment": salt("another")}, errors.ReplacementDiffersError),
    ("shipment_left_out", {"shipment": None}, errors.ReplacementDiffersError),
    ("house_of_given", {"house_of": salt("master")}, errors.ReplacementDiffersError),
    ("fingerprints_shown", {"fingerprints": prints("tea")}, errors.ReplacementDiffersError),
    ("draft_named", {"draft": salt("instructions")}, errors.ReplacementDiffersError),
    ("issued_to_another", {"issue_to": IDS["bank"]}, errors.WrongHolderError),
)


def no_carrier(world: World) -> None:
    """The carrier loses its role; what it issued lives on."""
    body: Body = {"carrier_codes": [], "lei": "", "party": IDS["carrier"], "roles": []}
    world.done("governance", "identity.CHANGE_PARTY", body)


def amending(kind: str = "to_order", **changes: Value | None) -> Bill:
    """A bill surrendered for amendment."""
    bill = Bill(kind, shipment=SHIPMENT, **changes)
    bill.world.done(AMENDING[0], f"title.{AMENDING[1]}", bill.body(AMENDING[2]))
    return bill


def amended(number: int = 9, kind: str = "to_order", **changes: Value | None) -> Body:
    """The body of an amended document."""
    return issue_body(kind, number, **{"shipment": SHIPMENT, **changes})


def reissues() -> Iterator[Case]:
    act = "REISSUE"
    good: Members = {"replacement": amended()}
    yield from missing(act, good)
    bill = amending()
    for name, of, replacement in (
        ("corrected", bill, amended()),
        ("another_consignee", bill, amended(endorsee=IDS["buyer"])),
        ("becomes_straight", bill, amended(kind="straight")),
    ):
        members: Members = {"replacement": replacement}
        yield case(of, act, name, "carrier", members, None, ("shipper",))
    kept = Bill("straight", shipment=SHIPMENT)
    kept.does("shipper", "TRANSFER", recipient=IDS["consignee"])
    kept.does("consignee", "SURRENDER_FOR_AMENDMENT", addressee=IDS["carrier"])
    members = {"replacement": amended(kind="straight", issue_to=IDS["consignee"])}
    yield case(kept, act, "straight_to_its_holder", "carrier", members, None, ("consignee",))
    pledged = Bill("to_order", shipment=SHIPMENT).pledged()
    pledged.agreed("bank", "SURRENDER_FOR_AMENDMENT", {"addressee": IDS["carrier"]}, "shipper")
    members = {"replacement": amended(issue_to=IDS["bank"])}
    everybody = ("bank", "shipper")
    yield case(pledged, act, "pledge_passes_on", "carrier", members, None, everybody)
    half = ("bank",)
    yield case(pledged, act, "beneficiary_missing", "carrier", members, ApprovalNeededError, half)
    for name, one, actor, why in (
        ("surrenderer", bill, "shipper", errors.NotIssuerError),
        ("another_carrier", bill, "other_carrier", errors.NotIssuerError),
        ("on_paper", Bill("blank").on_paper(), "carrier", errors.OnPaperError),
        ("ended", at("blank", *SURRENDERED), "carrier", errors.EndedError),
        ("not_surrendered", Bill("blank"), "carrier", errors.NotSurrenderedForAmendmentError),
        (
            "surrendered_for_delivery",
            at("blank", SURRENDERED[0]),
            "carrier",
            errors.NotSurrenderedForAmendmentError,
        ),
    ):
        yield case(one, act, name, actor, good, why)
    for name, changes, why in (*WRONG_ISSUES, *DIFFERENT):
        wrong: Members = {"replacement": amended(**changes)}
        yield case(bill, act, name, "carrier", wrong, why)
    retired = amending()
    no_carrier(retired.world)
    yield case(retired, act, "no_carrier_any_more", "carrier", good, errors.NotCarrierError)
    yield case(bill, act, "without_the_holder", "carrier", good, ApprovalNeededError)


def voids() -> Iterator[Case]:
    act = "VOID"
    yield from missing(act, {})
    yield case(Bill("blank"), act, "live_bill", "carrier", {}, None, ("shipper",))
    yield case(amending(), act, "surrendered_for_amendment", "carrier", {}, None, ("shipper",))
    for name, one, actor, why in (
        ("leased", Bill("straight").leased(), "buyer", errors.LeasedError),
        ("in_escrow", Bill("straight").escrowed(), "buyer", errors.TitleInEscrowError),
        ("waybill", Bill("waybill"), "buyer", errors.NotTransferableError),
        ("holder", Bill("blank"), "shipper", errors.NotIssuerError),
        ("on_paper", Bill("blank").on_paper(), "carrier", errors.OnPaperError),
        ("ended", at("blank", *SURRENDERED), "carrier", errors.EndedError),
        (
            "surrendered_for_delivery",
            at("blank", SURRENDERED[0]),
            "carrier",
            errors.SurrenderPendingError,
        ),
        ("without_the_holder", Bill("blank"), "carrier", ApprovalNeededError),
    ):
        yield case(one, act, name, actor, {}, why)


def divisible(kind: str = "to_order", world: World | None = None, **changes: Value | None) -> Bill:
    """A bill with a cargo list."""
    return Bill(kind, world, **{"cargo": hashed(WHOLE), "shipment": SHIPMENT, **changes})


def plan(
    *lists: Mapping[str, Value], kind: str = "to_order", **changes: Value | None
) -> dict[str, Value]:
    """A split into parts with these lists."""
    parts: list[Value] = [
        part(kind, 20 + number, cargo, **{"shipment": SHIPMENT, **changes})
        for number, cargo in enumerate(lists)
    ]
    return {"cargo": dict(WHOLE), "children": parts}


def splits() -> Iterator[Case]:
    act = "SPLIT"
    good = plan(*HALVES)
    yield from held(act, good)
    carrier = ("carrier",)
    yield case(divisible(), act, "two_halves", "shipper", good, None, carrier)
    shared = plan(
        cargo_list(("cherries", 10, 5_000), boxes=("box",)),
        cargo_list(("plums", 4, 900), boxes=("box",)),
    )
    yield case(divisible(), act, "shared_box", "shipper", shared, None, carrier)
    straight = plan(*HALVES, kind="straight")
    yield case(divisible("straight"), act, "straight", "shipper", straight, None, carrier)
    everybody = ("carrier", "shipper")
    pledged = plan(*HALVES, issue_to=IDS["bank"])
    yield case(divisible().pledged(), act, "pledged", "bank", pledged, None, everybody)
    yield from _split_by_an_endorsee(act)
    yield from _refused_splits(act, good)


def _split_by_an_endorsee(act: str) -> Iterator[Case]:
    """What passes on of endorsements: the splitter has accepted its own."""
    bank = plan(*HALVES, endorsee=IDS["bank"], issue_to=IDS["bank"])
    alone = divisible()
    alone.does("shipper", "ENDORSE", recipient=IDS["bank"])
    alone.does("shipper", "TRANSFER", recipient=IDS["bank"])
    yield case(alone, act, "restricted_endorsee", "bank", bank, None, ("carrier",))
    blank = divisible()
    blank.does("shipper", "BLANK_ENDORSE")
    parts = plan(*HALVES, endorsee=None)
    yield case(blank, act, "endorsed_in_blank", "shipper", parts, None, ("carrier",))


def _refused_splits(act: str, good: Body) -> Iterator[Case]:
    elsewhere = at("to_order", ("shipper", "TRANSFER", to("bank")))
    yield case(elsewhere, act, "not_the_endorsee", "bank", good, errors.NotSurrendererError)
    plain = Bill("to_order")
    yield case(plain, act, "issued_without_cargo", "shipper", good, errors.UnknownCargoError)
    bill = divisible()
    other = {**good, "cargo": dict(HALVES[0])}
    yield case(bill, act, "another_list", "shipper", other, errors.UnknownCargoError)
    for name, lists in (
        ("packages_lost", (cargo_list(("cherries", 5, 3_000)), HALVES[1])),
        ("weight_gained", (cargo_list(("cherries", 6, 3_001)), HALVES[1])),
        ("goods_lost", (HALVES[0], cargo_list(("cherries", 4, 2_000)))),
        ("goods_made_up", (cargo_list(("cherries", 6, 3_000), ("gold", 1, 1)), HALVES[1])),
        ("box_made_up", (cargo_list(("cherries", 6, 3_000), boxes=("box", "x")), HALVES[1])),
        ("everything_twice", (WHOLE, WHOLE)),
    ):
        yield case(bill, act, name, "shipper", plan(*lists), errors.NotConservedError)
    lost = tuple(
        cargo_list(*one, boxes=()) for one in ([("cherries", 10, 5_000)], [("plums", 4, 900)])
    )
    yield case(bill, act, "box_lost", "shipper", plan(*lost), errors.NotConservedError)
    nothing = cargo_list(("cherries", 10, 5_000), ("plums", 4, 900)), cargo_list(("plums", 0, 0))
    yield case(bill, act, "part_of_nothing", "shipper", plan(*nothing), errors.MalformedCargoError)
    for name, changes, why in (*WRONG_ISSUES, *DIFFERENT, *_TERMS):
        wrong = plan(*HALVES, **changes)
        yield case(bill, act, name, "shipper", wrong, why)
    twice = plan(*HALVES, transport_document_reference="DOC:30")
    yield case(bill, act, "one_reference_twice", "shipper", twice, errors.ReferenceUsedError)
    named = plan(*HALVES)
    named["children"] = [part("to_order", 20, HALVES[0]), {**part("to_order", 21, HALVES[1])}]
    named["children"][1]["cargo"] = dict(WHOLE)
    yield case(bill, act, "part_names_another_list", "shipper", named, errors.UnknownCargoError)
    retired = divisible()
    no_carrier(retired.world)
    yield case(retired, act, "no_carrier_any_more", "shipper", good, errors.NotCarrierError)
    yield case(bill, act, "without_the_carrier", "shipper", good, ApprovalNeededError)
    one = {**good, "children": [part("to_order", 20, WHOLE)]}
    yield case(bill, act, "one_part", "shipper", one, MalformedBodyError)


_TERMS: tuple[Row, ...] = (
    ("another_destination", {"destination": salt("x")}, errors.ReplacementDiffersError),
    ("another_shipper", {"shipper": IDS["buyer"]}, errors.ReplacementDiffersError),
    ("another_endorsee", {"endorsee": IDS["buyer"]}, errors.ReplacementDiffersError),
)
"""What splitting and combining may not change either."""


def pair(**second: Value | None) -> tuple[Bill, Bill]:
    """Two bills that can be combined; the second with changes."""
    world = settled()
    first = divisible("to_order", world, cargo=hashed(HALVES[0]))
    return first, divisible("to_order", world, **{"cargo": hashed(HALVES[1]), **second})


def union(
    bills: tuple[Bill, ...],
    *lists: Mapping[str, Value],
    whole: Mapping[str, Value],
    **changes: Value | None,
) -> Body:
    """The body that combines bills with these lists."""
    parents: list[Value] = [
        {**one.body({}), "cargo": dict(cargo)}
        for one, cargo in sorted(zip(bills, lists, strict=True), key=lambda each: each[0].title)
    ]
    made = part("to_order", 40, whole, **{"shipment": SHIPMENT, **changes})
    return {"parents": parents, "replacement": made}


def combine(
    name: str,
    bills: tuple[Bill, ...],
    actor: str,
    body: Body,
    why: type[LedgerError] | None = None,
    approvals: tuple[str, ...] = (),
) -> Case:
    """A case of COMBINE."""
    return Case("title.COMBINE", name, bills[0].world, actor, body, why, approvals)


def combinations() -> Iterator[Case]:
    two = pair()
    good = union(two, *HALVES, whole=WHOLE)
    yield combine("two_bills", two, "shipper", good, None, ("carrier",))
    yield surplus(combine("", two, "shipper", good))
    parents = good["parents"]
    assert isinstance(parents, list)
    for name, member, why in (
        ("unknown_title", {"title": NOWHERE}, errors.UnknownTitleError),
        ("stale", {"last_act": NOWHERE}, errors.StaleError),
    ):
        first, other = parents
        assert isinstance(first, dict)
        body: Body = {**good, "parents": [{**first, **member}, other]}
        yield combine(name, two, "shipper", body, why)
    turned: Body = {**good, "parents": [*reversed(parents)]}
    yield combine("parents_out_of_order", two, "shipper", turned, errors.ParentsDifferError)
    same: Body = {**good, "parents": [parents[0], parents[0]]}
    yield combine("one_parent_twice", two, "shipper", same, errors.ParentsDifferError)
    yield from _unfit_parents()
    yield from _unfit_unions(two, good)


def _unfit_parents() -> Iterator[Case]:
    """Parents that are not the actor's to combine, or do not agree."""
    ended = [("shipper", "SURRENDER_FOR_DELIVERY", CARRIER), ("carrier", "SACC", {})]
    for name, steps, actor, why in (
        ("surrender_pending", ended[:1], "shipper", errors.SurrenderPendingError),
        ("ended", ended, "shipper", errors.EndedError),
        ("stranger", [], "bank", errors.NotPossessorError),
        (
            "not_the_endorsee",
            [("shipper", "TRANSFER", to("bank"))],
            "bank",
            errors.NotSurrendererError,
        ),
    ):
        bills = pair()
        for bill in bills:
            for who, act, members in steps:
                bill.world.done(who, f"title.{act}", bill.body(members))
        yield combine(name, bills, actor, union(bills, *HALVES, whole=WHOLE), why)
    for name, change, why in (
        ("frozen", lambda bill: bill.frozen(), errors.FrozenError),
        ("leased", lambda bill: bill.leased(), errors.LeasedError),
        ("in_escrow", lambda bill: bill.escrowed(), errors.TitleInEscrowError),
        ("on_paper", lambda bill: bill.on_paper(), errors.OnPaperError),
    ):
        bills = pair()
        change(bills[0])
        body = union(bills, *HALVES, whole=WHOLE)
        yield combine(name, bills, "shipper", body, why)
    waybill = pair()
    mixed = (waybill[0], Bill("waybill", waybill[0].world))
    body = union(mixed, *HALVES, whole=WHOLE)
    actor = "shipper"
    yield combine("waybill", mixed, actor, body, errors.NotTransferableError)
    for name, changes in (
        ("another_destination", {"destination": salt("x")}),
        ("another_shipment", {"shipment": salt("x")}),
        ("other_endorsee", {"endorsee": None}),
    ):
        bills = pair(**changes)
        body = union(bills, *HALVES, whole=WHOLE)
        yield combine(name, bills, "shipper", body, errors.ParentsDifferError)


def _unfit_unions(two: tuple[Bill, ...], good: Body) -> Iterator[Case]:
    """Replacements that do not fit."""
    other = union(two, WHOLE, HALVES[1], whole=WHOLE)
    yield combine("another_list", two, "shipper", other, errors.UnknownCargoError)
    less = union(two, *HALVES, whole=HALVES[1])
    yield combine("goods_lost", two, "shipper", less, errors.NotConservedError)
    empty = union(two, *HALVES, whole=cargo_list(("plums", 0, 0)))
    yield combine("of_nothing", two, "shipper", empty, errors.MalformedCargoError)
    for name, changes, why in (*WRONG_ISSUES, *DIFFERENT):
        wrong = union(two, *HALVES, whole=WHOLE, **changes)
        yield combine(f"replacement_{name}", two, "shipper", wrong, why)
    yield combine("without_the_carrier", two, "shipper", good, ApprovalNeededError)
    retired = pair()
    no_carrier(retired[0].world)
    body = union(retired, *HALVES, whole=WHOLE)
    yield combine("no_carrier_any_more", retired, "shipper", body, errors.NotCarrierError)


def to_paper() -> Iterator[Case]:
    act = "SWITCH_TO_PAPER"
    paper: Members = {"paper": salt("paper")}
    yield from held(act, paper)
    carrier = ("carrier",)
    yield case(Bill("to_order"), act, "holder_with_carrier", "shipper", paper, None, carrier)
    asked = at("to_order", (*AMENDING[:2], {**CARRIER, "reason_code": "SWTP"}))
    yield case(asked, act, "answer_to_a_request", "carrier", paper, None, ("shipper",))
    elsewhere = at("to_order", ("shipper", "TRANSFER", to("bank")))
    used = Bill("to_order", Bill("blank").on_paper().world)
    for name, bill, actor, why in (
        ("not_the_endorsee", elsewhere, "bank", errors.NotSurrendererError),
        ("paper_used", used, "shipper", errors.PaperUsedError),
        ("without_the_carrier", Bill("to_order"), "shipper", ApprovalNeededError),
        ("without_who_asked", asked, "carrier", ApprovalNeededError),
    ):
        yield case(bill, act, name, actor, paper, why)


def from_paper(bill: Bill | None, **changes: Value | None) -> Body:
    """The body of SWITCH_TO_ELECTRONIC for a bill on paper, or one that began there."""
    body: Body = {"paper": salt("paper"), "replacement": issue_body("to_order", 50, **changes)}
    return body if bill is None else {**body, "title": bill.title}


def to_electronic() -> Iterator[Case]:
    act = "title.SWITCH_TO_ELECTRONIC"
    bill, world = Bill("to_order", shipment=SHIPMENT).on_paper(), settled()
    back = from_paper(bill, shipment=SHIPMENT)
    holder = ("shipper",)
    yield Case(act, "back_from_paper", bill.world, "carrier", back, None, holder)
    yield Case(act, "began_on_paper", world, "carrier", from_paper(None), None, holder)
    pledged = Bill("to_order").pledged()
    pledged.agreed("bank", "SWITCH_TO_PAPER", {"paper": salt("paper")}, "carrier", "shipper")
    secured = from_paper(pledged, issue_to=IDS["bank"])
    everybody = ("bank", "shipper")
    yield Case(act, "pledge_passes_on", pledged.world, "carrier", secured, None, everybody)
    yield from _changed_on_paper(act, bill)
    mine = from_paper(pledged)
    need = ApprovalNeededError
    for name, where, body, approvals in (
        ("without_the_pledgee", pledged.world, mine, ("shipper",)),
        ("without_the_holder", bill.world, back, ()),
        ("without_the_beneficiary", pledged.world, secured, ("bank",)),
    ):
        yield Case(act, name, where, "carrier", body, need, approvals)
    returned = Bill("to_order").on_paper()
    returned.world.agreed("carrier", act, from_paper(returned), "shipper")
    for name, where, actor, body, why in (
        ("paper_used", bill.world, "carrier", from_paper(None), errors.PaperUsedError),
        ("unknown_title", world, "carrier", {**back, "title": NOWHERE}, errors.UnknownTitleError),
        ("another_carrier", bill.world, "other_carrier", back, errors.NotIssuerError),
        (
            "another_paper",
            bill.world,
            "carrier",
            {**back, "paper": salt("x")},
            errors.NotOnPaperError,
        ),
        (
            "back_already",
            returned.world,
            "carrier",
            {**from_paper(returned), "replacement": issue_body("to_order", 51)},
            errors.NotOnPaperError,
        ),
        ("not_a_carrier", world, "shipper", from_paper(None), errors.NotCarrierError),
    ):
        yield Case(act, name, where, actor, body, why)
    live = Bill("to_order")
    body = from_paper(live)
    yield Case(act, "never_on_paper", live.world, "carrier", body, errors.NotOnPaperError)
    for name, changes, why in (*WRONG_ISSUES, *DIFFERENT[:-1]):
        wrong = from_paper(bill, **{"shipment": SHIPMENT, **changes})
        yield Case(act, name, bill.world, "carrier", wrong, why)
    waybill = {**from_paper(None), "replacement": issue_body("waybill", 52)}
    yield Case(act, "waybill", world, "carrier", waybill, errors.ReplacementDiffersError)
    yield surplus(Case(act, "", bill.world, "carrier", back))


def _changed_on_paper(act: str, bill: Bill) -> Iterator[Case]:
    """What may differ when a bill comes back, and what begins anew."""
    changed = from_paper(bill, shipment=SHIPMENT, destination=salt("x"), endorsee=IDS["buyer"])
    yield Case(act, "another_voyage", bill.world, "carrier", changed, None, ("shipper",))
    endorsed = at(
        "to_order", ("shipper", "ENDORSE", to("bank")), ("shipper", "TRANSFER", to("bank"))
    )
    endorsed.on_paper("bank")
    order = from_paper(endorsed, endorsee=IDS["bank"], issue_to=IDS["bank"])
    name = "endorsements_begin_anew"
    yield Case(act, name, endorsed.world, "carrier", order, None, ("bank",))
    straight = at("straight", ("shipper", "TRANSFER", to("consignee")))
    straight.on_paper("consignee")
    issue = issue_body("straight", 50, issue_to=IDS["consignee"])
    body = {**from_paper(straight), "replacement": issue}
    handed = from_paper(bill, shipment=SHIPMENT, endorsee=IDS["bank"], issue_to=IDS["bank"])
    yield Case(act, "handed_on_meanwhile", bill.world, "carrier", handed, None, ("bank",))
    name = "straight_to_its_holder"
    yield Case(act, name, straight.world, "carrier", body, None, ("consignee",))


def cases() -> Iterator[Case]:
    """Every case of this file."""
    yield from reissues()
    yield from voids()
    yield from splits()
    yield from combinations()
    yield from to_paper()
    yield from to_electronic()
