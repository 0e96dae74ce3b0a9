# SPDX-License-Identifier: Apache-2.0
"""The model itself, on histories made by hand: what the trade would say of them."""

from typing import Any

import pytest

from ledger.world import settled
from model.cargo_model import cargo_hash, is_conserved, is_list
from model.cast import first_ledger
from model.identity_model import KeyLife, Person, authority, eyes_enough, is_reachable, suffices
from model.shapes import well_formed
from model.title_model import Fact, History, Standing, record_of, standing_of
from model.title_reasons import Case, Registry, When, judge

S, B, X, C = "shipper", "bank", "buyer", "carrier"
BODY = {
    "carrier_code": "ROP",
    "carrier_code_list_provider": "SMDG",
    "commitment": "document",
    "document_type": "BOL",
    "endorsee": S,
    "governing_law": "GB",
    "is_to_order": True,
    "issue_to": S,
    "shipper": S,
    "transport_document_reference": "1",
}
TAGS = [f"{number}" * 64 for number in range(4)]


def history_of(*acts: tuple[Any, ...], **changes: Any) -> History:
    """A bill and what was done to it: act, actor and members."""
    body = {name: value for name, value in {**BODY, **changes}.items() if value is not None}
    history = History("title", body, C, 0)
    history.facts.append(Fact("ISSUE", C, body, "0"))
    for number, (act, actor, *members) in enumerate(acts, start=1):
        history.facts.append(Fact(act, actor, members[0] if members else {}, str(number)))
    return history


def standing(*acts: tuple[Any, ...], **changes: Any) -> Standing:
    """What follows from it."""
    return standing_of(history_of(*acts, **changes))


PLEDGE = ("PLEDGE", S, {"amount": 5, "currency": "EUR", "due": 10, "pledgee": B})
RECEIPT = ("TRUST_RECEIPT", B, {"purpose": "SURRENDER_FOR_DELIVERY", "until": 20})


def test_a_refusal_takes_the_unaccepted_endorsement_off_again() -> None:
    endorsed = ("ENDORSE", S, {"recipient": X})
    moved = ("TRANSFER", S, {"recipient": X})
    found = standing(endorsed, moved, ("REFUSE_TRANSFER", X))
    assert (found.possessor, found.in_force.endorsee, found.prior.endorsee) == (S, S, S)
    kept = standing(endorsed, moved, ("SIGN", X))
    assert (kept.in_force.endorsee, kept.prior.endorsee, kept.refusable_from) == (X, X, "")


def test_a_pledge_ends_when_it_is_released_enforced_or_refused() -> None:
    assert standing(PLEDGE).pledge is not None
    for end in (
        ("RELEASE_PLEDGE", B),
        ("ENFORCE_PLEDGE", B, {"recipient": X}),
        ("REFUSE_TRANSFER", B),
    ):
        assert standing(PLEDGE, end).pledge is None
    assert standing(PLEDGE, ("REFUSE_TRANSFER", B)).possessor == S


def test_enforcement_takes_the_endorsement_along() -> None:
    found = standing(PLEDGE, ("ENFORCE_PLEDGE", B, {"recipient": X}))
    assert found.in_force[:2] == (X, True)
    assert found.prior[:2] == (B, True)
    other = standing(PLEDGE, ("ENFORCE_PLEDGE", B, {"recipient": X}), endorsee=None)
    assert other.in_force.endorsee == ""


def test_a_refused_transfer_under_a_pledge_leaves_the_pledge() -> None:
    to_buyer = ("TRANSFER", B, {"recipient": X})
    found = standing(PLEDGE, to_buyer, ("REFUSE_TRANSFER", X))
    assert found.possessor == B
    assert found.pledge is not None


def test_on_trust_the_beneficiary_does_one_act_alone_and_only_until_then() -> None:
    history = history_of(PLEDGE, RECEIPT)
    registry = Registry(controllers={S, B, X, C})
    registry.titles["title"] = (history, standing_of(history))
    own = {"last_act": "2", "title": "title"}
    surrender = {**own, "addressee": C}
    assert not judge(registry, "SURRENDER_FOR_DELIVERY", S, surrender, When(20)).refused
    late = judge(registry, "SURRENDER_FOR_DELIVERY", S, surrender, When(21))
    assert (late.soft, late.wanted) == ({"title.pledged"}, {B})
    other = judge(registry, "SURRENDER_FOR_AMENDMENT", S, surrender, When(20))
    assert other.wanted == {B}
    assert judge(registry, "RECLAIM", B, own, When(20)).hard == {"title.trust_receipt_running"}
    assert not judge(registry, "RECLAIM", B, own, When(21)).refused


def test_what_others_do_leaves_who_may_refuse() -> None:
    moved = ("TRANSFER", S, {"recipient": X})
    letter = ("LETTER_OF_INDEMNITY", B, {"receiver": X, "title": "title"})
    assert standing(moved, letter).refusable_from == S
    assert standing(moved, ("LEASE", X, {"until": 9})).refusable_from == ""
    frozen = standing(moved, ("FREEZE", "court", {"order": "o"}))
    assert (frozen.freeze, frozen.refusable_from) == ("o", S)


def test_children_of_a_split_have_what_their_parent_had() -> None:
    parent = history_of(("ENDORSE", S, {"recipient": X}), ("TRANSFER", S, {"recipient": X}))
    fact = Fact("SPLIT", X, {}, "3", ("child",))
    parent.facts.append(fact)
    child = History("child", {**BODY, "endorsee": X, "issue_to": X}, C, 5, (parent,))
    child.facts.append(fact._replace(made=()))
    record = record_of(child, standing_of(child))
    assert (record["endorsee"], record["endorsee_may_endorse"]) == (X, False)
    assert (record["prior_endorsee"], record["version"]) == (X, 1)
    assert record["replaces"] == ["title"]
    assert record_of(parent, standing_of(parent))["replaced_by"] == ["child"]
    assert standing_of(parent).status == "REPLACED"


def test_the_interested_are_everybody_with_something_to_lose() -> None:
    history = history_of(PLEDGE)
    case = Case(Registry(), history, standing_of(history), C, {}, When(0))
    assert case.interested == {S, B}


def cargo(*items: tuple[int, int], boxes: int = 1) -> dict[str, Any]:
    """Packages of one item or another, in so many boxes."""
    shown = [
        {"item": TAGS[tag], "package_code": "CT", "packages": n, "volume_dm3": 0, "weight_g": 0}
        for tag, n in items
    ]
    return {"equipments": TAGS[:boxes], "items": shown}


@pytest.mark.parametrize(
    ("parts", "level"),
    [
        ([cargo((0, 4)), cargo((0, 6), (1, 2))], True),
        ([cargo((0, 4)), cargo((0, 7), (1, 2))], False),
        ([cargo((0, 4)), cargo((0, 6))], False),
        ([cargo((0, 4)), cargo((0, 6), (1, 2), (2, 1))], False),
        ([cargo((0, 4), boxes=0), cargo((0, 6), (1, 2), boxes=0)], False),
    ],
)
def test_what_was_is_what_is(parts: list[dict[str, Any]], level: bool) -> None:  # noqa: FBT001
    assert is_conserved([cargo((0, 10), (1, 2))], parts) is level


def test_a_cargo_list_has_one_form() -> None:
    assert is_list(cargo((0, 1), (1, 1)))
    assert not is_list(cargo((1, 1), (0, 1)))
    assert not is_list(cargo((0, 0)))
    assert not is_list(cargo())
    assert cargo_hash(cargo((0, 1))) != cargo_hash(cargo((0, 2)))


def test_keys_count_after_they_were_added_and_until_they_are_revoked() -> None:
    person = Person([KeyLife("a", 3), KeyLife("b", 3, 9)], 2)
    assert authority(person, 2, ["a", "b"], 4) == ""
    assert authority(person, 2, ["a", "b"], 3) == "identity.unknown_key"
    assert authority(person, 2, ["a", "b"], 9) == "identity.revoked_key"
    assert authority(person, 2, ["a"], 4) == "identity.threshold_not_met"
    assert suffices(person, "title.SIGN", {}, ["a", "b"], 8)
    assert not suffices(person, "title.SIGN", {}, ["a", "b"], 9)


def test_a_policy_asks_for_roles_by_act_and_amount() -> None:
    rule = {"act": "title.*", "amount_min": 9, "currency": "EUR", "keys": 1, "role": "head"}
    policy = {"roles": [{"kid": "a", "roles": ["head"]}], "rules": [rule]}
    person = Person([KeyLife("a", 0), KeyLife("b", 0)], 1, policy=policy)
    dear, cheap = ({"amount": amount, "currency": "EUR"} for amount in (9, 8))
    assert not eyes_enough(person, "title.PLEDGE", dear, ["b"])
    assert eyes_enough(person, "title.PLEDGE", dear, ["a"])
    assert eyes_enough(person, "title.PLEDGE", cheap, ["b"])
    assert eyes_enough(person, "title.SIGN", {}, ["b"])
    assert is_reachable(person, policy, ["a", "b"])
    assert not is_reachable(person, policy, ["b"])


def test_bodies_have_their_members_and_no_others() -> None:
    own = {"last_act": "a", "title": "b"}
    assert well_formed("title.SREJ", own)
    assert well_formed("title.SREJ", {**own, "comment": TAGS[0]})
    assert not well_formed("title.SREJ", {**own, "comment": 7})
    assert not well_formed("title.LEASE", own)
    assert not well_formed("title.LEASE", {**own, "until": True, "surplus": 1})


def test_the_settled_world_is_known_record_by_record() -> None:
    world = settled()
    ledger = first_ledger(world.network)
    assert ledger.keys() == set(world.records())
