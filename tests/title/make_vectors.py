# SPDX-License-Identifier: Apache-2.0
"""Vectors of every act on titles: accepted cases, and every refusal in the documented order.

A refused case breaks its own condition and, where that is possible, every later one too: a rule
that checks in another order answers with another slug. Written by `python -m title.make_vectors`
with `src` and `tests` on the path; `--check` only compares.
"""

from collections.abc import Iterator

from ledger.vectors import Case, main, surplus, texts_of
from ledger.world import IDS, UNKNOWN, World, settled
from ropewalk.crypto import Value
from ropewalk.identity import UnknownControllerError
from ropewalk.ledger import MalformedBodyError
from ropewalk.title import errors
from title import (
    draft_vectors,
    fingerprint_vectors,
    on_board_vectors,
    other_vectors,
    pledge_vectors,
    replace_vectors,
)
from title.bills import ISSUE, Bill, issue_body
from title.casing import CARRIER, SURRENDER, SURRENDERED, Members, at, case, held, missing, to


def transfers() -> Iterator[Case]:
    act = "TRANSFER"
    yield from held(act, to("nobody"))
    bank = ("shipper", act, to("bank"))
    for name, bill, actor, recipient in (
        ("blank_bill", Bill("blank"), "shipper", "buyer"),
        ("to_order_keeps_the_endorsee", Bill("to_order"), "shipper", "bank"),
        ("to_a_joint_controller", Bill("blank"), "shipper", "firm"),
        ("to_the_issuer", Bill("blank"), "shipper", "carrier"),
        ("straight_to_consignee", Bill("straight"), "shipper", "consignee"),
        ("straight_to_bank", Bill("straight"), "shipper", "bank"),
        ("straight_from_bank", at("straight", bank), "bank", "consignee"),
        (
            "straight_back_to_shipper",
            at("straight", ("shipper", act, to("consignee"))),
            "consignee",
            "shipper",
        ),
    ):
        yield case(bill, act, name, actor, to(recipient))
    for name, bill, actor, recipient, refusal in (
        (
            "recipient_is_possessor",
            Bill("blank"),
            "shipper",
            "shipper",
            errors.RecipientIsPossessorError,
        ),
        ("unknown_controller", Bill("straight"), "shipper", "nobody", UnknownControllerError),
        (
            "straight_to_stranger",
            Bill("straight"),
            "shipper",
            "buyer",
            errors.StraightRecipientError,
        ),
        (
            "straight_from_bank_to_stranger",
            at("straight", bank),
            "bank",
            "buyer",
            errors.StraightRecipientError,
        ),
    ):
        yield case(bill, act, name, actor, to(recipient), refusal)


def refusals_of_transfers() -> Iterator[Case]:
    act = "REFUSE_TRANSFER"
    yield from held(act, {})
    endorsed = ("shipper", "ENDORSE", to("bank"))
    handed = ("shipper", "TRANSFER", to("bank"))
    for name, bill in (
        ("possession_goes_back", at("blank", handed)),
        ("both_roles_go_back", at("to_order", endorsed, handed)),
        (
            "an_accepted_endorsement_stays",
            at(
                "to_order",
                endorsed,
                handed,
                ("bank", "SIGN", {}),
                ("bank", "TRANSFER", to("buyer")),
                ("buyer", "TRANSFER", to("bank")),
            ),
        ),
        ("straight", at("straight", handed)),
    ):
        yield case(bill, act, name, "bank", {})
    for name, bill, actor in (
        ("never_transferred", Bill("blank"), "shipper"),
        ("acted_since", at("blank", handed, ("bank", "SIGN", {})), "bank"),
        ("refused_already", at("blank", handed, ("bank", act, {})), "shipper"),
        (
            "surrendered_since",
            at(
                "blank",
                handed,
                ("bank", "SURRENDER_FOR_DELIVERY", CARRIER),
                ("carrier", "SREJ", {}),
            ),
            "bank",
        ),
    ):
        yield case(bill, act, name, actor, {}, errors.NothingToRefuseError)


def endorsements() -> Iterator[Case]:
    for act in ("ENDORSE", "ENDORSE_TO_ORDER", "BLANK_ENDORSE"):
        blank = act == "BLANK_ENDORSE"
        wrong = {} if blank else to("nobody")
        right = {} if blank else to("buyer")
        yield from held(act, wrong)
        restricted = at(
            "to_order",
            ("shipper", "ENDORSE", to("bank")),
            ("shipper", "TRANSFER", to("bank")),
        )
        elsewhere = at(
            "to_order",
            ("shipper", "ENDORSE", to("buyer")),
            ("shipper", "TRANSFER", to("bank")),
        )
        yield case(Bill("to_order"), act, "endorsee_in_possession", "shipper", right)
        yield case(Bill("blank"), act, "blank_bill_by_its_possessor", "shipper", right)
        onward = at(
            "to_order",
            ("shipper", "ENDORSE_TO_ORDER", to("bank")),
            ("shipper", "TRANSFER", to("bank")),
        )
        yield case(onward, act, "endorsed_on", "bank", right)
        for name, bill, actor, members, refusal in (
            ("straight", Bill("straight"), "shipper", wrong, errors.NotNegotiableError),
            ("mere_possessor", elsewhere, "bank", wrong, errors.NotEndorseeError),
            ("may_not_endorse", restricted, "bank", wrong, errors.MayNotEndorseError),
        ):
            yield case(bill, act, name, actor, members, refusal)
        if not blank:
            nobody = Bill("blank")
            yield case(nobody, act, "unknown_controller", "shipper", wrong, UnknownControllerError)


def signatures() -> Iterator[Case]:
    yield from held("SIGN", {})
    yield case(Bill("blank"), "SIGN", "possessor", "shipper", {})
    received = at("blank", ("shipper", "TRANSFER", to("bank")))
    yield case(received, "SIGN", "ends_the_right_to_refuse", "bank", {})


def surrenders() -> Iterator[Case]:
    act = "SURRENDER_FOR_DELIVERY"
    yield from held(act, {"addressee": "buyer"})
    bank = ("shipper", "TRANSFER", to("bank"))
    consignee = ("shipper", "TRANSFER", to("consignee"))
    for name, bill, actor in (
        ("blank_by_anyone", at("blank", bank), "bank"),
        ("endorsee", Bill("to_order"), "shipper"),
        ("straight_shipper", Bill("straight"), "shipper"),
        ("straight_consignee", at("straight", consignee), "consignee"),
        (
            "restricted_endorsee",
            at("to_order", ("shipper", "ENDORSE", to("bank")), bank),
            "bank",
        ),
    ):
        yield case(bill, act, name, actor, CARRIER)
    yield case(
        at("straight", bank),
        act,
        "wrong_addressee",
        "bank",
        {"addressee": "other_carrier"},
        errors.WrongAddresseeError,
    )
    for name, kind in (("straight_bank", "straight"), ("not_the_endorsee", "to_order")):
        yield case(at(kind, bank), act, name, "bank", CARRIER, errors.NotSurrendererError)


def answers() -> Iterator[Case]:
    handed = ("shipper", "TRANSFER", to("bank"))
    claimed = at("blank", handed, ("bank", "SURRENDER_FOR_DELIVERY", CARRIER))
    for act in ("SACC", "SREJ"):
        yield from missing(act, {})
        yield case(claimed, act, "issuer", "carrier", {})
        yield case(at("straight", SURRENDER), act, "straight", "carrier", {})
        for name, bill, actor, refusal in (
            ("surrenderer", claimed, "bank", errors.NotIssuerError),
            (
                "another_carrier",
                at("blank", *SURRENDERED),
                "other_carrier",
                errors.NotIssuerError,
            ),
            ("ended", at("blank", *SURRENDERED), "carrier", errors.EndedError),
            ("on_paper", Bill("blank").on_paper(), "carrier", errors.OnPaperError),
            ("nothing_surrendered", Bill("blank"), "carrier", errors.NoSurrenderError),
            ("waybill", Bill("waybill"), "carrier", errors.NoSurrenderError),
        ):
            yield case(bill, act, name, actor, {}, refusal)


def waybills() -> Iterator[Case]:
    delivered = at("waybill", ("carrier", "DELIVER", {}))
    redirected = {"consignee": "buyer"}
    act = "REDIRECT"
    yield from missing(act, {"consignee": "nobody"})
    yield case(Bill("waybill"), act, "shipper", "shipper", redirected)
    yield case(at("waybill", ("shipper", act, redirected)), act, "again", "shipper", to_consignee())
    for name, bill, actor, consignee, refusal in (
        ("bill_of_lading", at("straight", *SURRENDERED), "buyer", "nobody", errors.NotWaybillError),
        ("ended", delivered, "buyer", "consignee", errors.EndedError),
        ("consignee_itself", Bill("waybill"), "consignee", "consignee", errors.NotShipperError),
        ("same_consignee", Bill("waybill"), "shipper", "consignee", errors.SameConsigneeError),
        ("unknown_controller", Bill("waybill"), "shipper", "nobody", UnknownControllerError),
    ):
        yield case(bill, act, name, actor, {"consignee": consignee}, refusal)
    act = "DELIVER"
    yield from missing(act, {})
    yield case(Bill("waybill"), act, "issuer", "carrier", {})
    yield case(at("waybill", ("shipper", "REDIRECT", redirected)), act, "redirected", "carrier", {})
    for name, bill, actor, why in (
        ("bill_of_lading", at("straight", *SURRENDERED), "buyer", errors.NotWaybillError),
        ("ended", delivered, "buyer", errors.EndedError),
        ("another_carrier", Bill("waybill"), "other_carrier", errors.NotIssuerError),
    ):
        yield case(bill, act, name, actor, {}, why)


def to_consignee() -> Members:
    """The members that redirect to the first consignee."""
    return {"consignee": "consignee"}


def issues() -> Iterator[Case]:
    world = settled()
    for kind in ("to_order", "blank", "straight", "waybill"):
        yield Case(ISSUE, kind, world, "carrier", issue_body(kind))
    for name, kind, changes in (
        ("notify_consignee_of_a_bill_to_order", "to_order", {"consignee": IDS["consignee"]}),
        ("endorsee_is_a_bank", "to_order", {"endorsee": IDS["bank"]}),
        ("issued_to_an_agent", "blank", {"issue_to": IDS["firm"]}),
        (
            "second_carrier_code",
            "blank",
            {"carrier_code": "ROPE", "carrier_code_list_provider": "NMFTA"},
        ),
        ("longest_reference", "blank", {"transport_document_reference": "R" * 100}),
    ):
        yield Case(ISSUE, name, world, "carrier", issue_body(kind, 1, **changes))
    yield from _refused_issues(world)


def _refused_issues(world: World) -> Iterator[Case]:
    used = Bill("to_order", settled(), transport_document_reference="DOC:1").world
    nothing: dict[str, Value | None] = {
        "governing_law": "",
        "shipper": UNKNOWN,
        "issue_to": None,
        "endorsee": UNKNOWN,
    }
    malformed: dict[str, Value | None] = {"transport_document_reference": " ", **nothing}
    foreign: dict[str, Value | None] = {"carrier_code": "OTH", **nothing}
    for name, where, actor, changes, refusal in (
        ("not_a_party", world, "firm", {"carrier_code": ""} | nothing, errors.NotCarrierError),
        ("not_a_carrier", world, "shipper", {"carrier_code": ""} | nothing, errors.NotCarrierError),
        ("blank_reference", world, "carrier", foreign | malformed, errors.MalformedReferenceError),
        (
            "unknown_list_of_codes",
            world,
            "carrier",
            {"carrier_code_list_provider": "BIC"} | nothing,
            errors.MalformedReferenceError,
        ),
        ("another_carriers_code", world, "carrier", foreign, errors.ForeignCarrierCodeError),
        ("reference_used", used, "carrier", nothing, errors.ReferenceUsedError),
        ("no_governing_law", world, "carrier", nothing, errors.GoverningLawError),
        (
            "law_not_recognised",
            world,
            "carrier",
            nothing | {"governing_law": "SG"},
            errors.GoverningLawError,
        ),
    ):
        body = issue_body("to_order", 1, **changes)
        yield Case(ISSUE, name, where, actor, body, refusal)
    for name, kind, odd in (
        ("waybill_to_order", "waybill", {"is_to_order": True}),
        ("waybill_with_possessor", "waybill", {"issue_to": IDS["shipper"]}),
        ("waybill_without_consignee", "waybill", {"consignee": None}),
        ("waybill_with_endorsee", "waybill", {"endorsee": IDS["bank"]}),
        ("straight_without_consignee", "straight", {"consignee": None}),
        ("straight_with_endorsee", "straight", {"endorsee": IDS["bank"]}),
        ("straight_issued_to_another", "straight", {"issue_to": IDS["consignee"]}),
        ("bill_without_possessor", "blank", {"issue_to": None}),
    ):
        body = issue_body(kind, 1, shipper=UNKNOWN, **odd)
        yield Case(ISSUE, name, world, "carrier", body, errors.RolesOfDocumentError)
    for role in ("consignee", "endorsee", "issue_to", "shipper"):
        body = issue_body("to_order", 1, **{role: UNKNOWN})
        yield Case(ISSUE, f"unknown_{role}", world, "carrier", body, UnknownControllerError)
    yield surplus(Case(ISSUE, "", world, "carrier", issue_body("blank")))
    for name, wrong in (
        ("commitment_missing", {"commitment": None}),
        ("kind_unknown", {"document_type": "HBL"}),
        ("is_to_order_as_text", {"is_to_order": "true"}),
        ("shipper_too_short", {"shipper": "0" * 31}),
    ):
        odd_body = issue_body("blank", 1, **wrong)
        yield Case(ISSUE, name, world, "carrier", odd_body, MalformedBodyError)


def cases() -> Iterator[Case]:
    """Every case of the room."""
    yield from issues()
    yield from transfers()
    yield from refusals_of_transfers()
    yield from endorsements()
    yield from signatures()
    yield from surrenders()
    yield from answers()
    yield from waybills()
    yield from pledge_vectors.cases()
    yield from replace_vectors.cases()
    yield from on_board_vectors.cases()
    yield from draft_vectors.cases()
    yield from fingerprint_vectors.cases()
    yield from other_vectors.cases()


def texts() -> dict[str, str]:
    """Every file of the room's vectors."""
    return texts_of(cases())


if __name__ == "__main__":
    raise SystemExit(main(texts()))
