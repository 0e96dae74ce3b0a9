# SPDX-License-Identifier: Apache-2.0
"""Parties, their codes, and controllers under their sponsorship."""

from ledger.world import FIRM, IDS, World, kid, registration, salt, settled
from ropewalk.crypto import Value, encode, sha256_hex
from ropewalk.identity import (
    Controller,
    carrier_code_key,
    controller_id,
    controller_key,
    find_party,
    has_role,
)
from ropewalk.ledger import decode_record
from title.bills import ISSUE, Bill, issue_body


def register(word: str) -> str:
    return f"identity.{word}"


PARTY, CHANGE = register("REGISTER_PARTY"), register("CHANGE_PARTY")
CONTROLLER = register("REGISTER_CONTROLLER")


def changed(name: str, *, codes: list[str], roles: list[str]) -> dict[str, Value]:
    return {"carrier_codes": codes, "lei": "", "party": IDS[name], "roles": roles}


def test_a_registered_party_acts_under_its_roles() -> None:
    world = settled()
    assert has_role(world.state, IDS["bank"], "bank")
    assert not has_role(world.state, IDS["bank"], "carrier")
    assert not has_role(world.state, IDS["firm"], "bank")


def test_an_id_is_a_hash_over_keys_salt_threshold_and_commitment() -> None:
    content: dict[str, Value] = {
        "commitment": "",
        "keys": [kid("bank")],
        "salt": salt("bank"),
        "threshold": 1,
    }
    expected = sha256_hex(b"ropewalk controller v1\n" + encode(content))[:32]
    assert controller_id("", [kid("bank")], salt("bank"), 1) == expected == IDS["bank"]


def test_the_keys_of_a_new_party_count_from_its_registration() -> None:
    world = World()
    position = world.position
    world.done("governance", PARTY, registration("bank"))
    data = world.state[controller_key(IDS["bank"])]
    assert [key.added for key in decode_record(data, Controller).keys] == [position]


def test_nobody_but_governance_registers_or_changes_a_party() -> None:
    world = settled()
    body = {**registration("bank"), "salt": salt("again")}
    for actor in ("carrier", "bank", "firm"):
        assert world.refused(actor, PARTY, body).code == "identity.not_governance"
        own = changed(actor if actor != "firm" else "bank", codes=[], roles=["carrier"])
        assert world.refused(actor, CHANGE, own).code == "identity.not_governance"


def test_the_same_party_is_not_registered_twice() -> None:
    world = settled()
    refusal = world.refused("governance", PARTY, registration("bank"))
    assert refusal.code == "identity.already_registered"


def test_a_carrier_code_answers_to_one_party() -> None:
    world = settled()
    body = {**registration("bank"), "salt": salt("x"), "carrier_codes": ["SMDG:ROP"]}
    assert world.refused("governance", PARTY, body).code == "identity.carrier_code_taken"
    taken = changed("other_carrier", codes=["SMDG:ROP"], roles=["carrier"])
    assert world.refused("governance", CHANGE, taken).code == "identity.carrier_code_taken"


def test_a_code_given_up_can_be_taken_by_another() -> None:
    world = settled()
    world.done("governance", CHANGE, changed("carrier", codes=[], roles=["carrier"]))
    assert carrier_code_key("SMDG:ROP") not in world.state
    both = changed("other_carrier", codes=["SMDG:OTH", "SMDG:ROP"], roles=["carrier"])
    world.done("governance", CHANGE, both)
    refusal = world.refused("carrier", ISSUE, issue_body("blank"))
    assert refusal.code == "title.foreign_carrier_code"


def test_what_a_party_issued_stands_when_it_loses_its_role() -> None:
    bill = Bill("blank")
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    bill.world.done("governance", CHANGE, changed("carrier", codes=[], roles=[]))
    assert bill.world.refused("carrier", ISSUE, issue_body("blank", 9)).code == "title.not_carrier"
    assert bill.does("carrier", "SACC").status == "SURRENDERED"


def test_a_reference_stays_used_when_its_code_moves_on() -> None:
    """I1: the reference is the carrier code's, whoever answers to it."""
    bill = Bill("blank")
    bill.world.done("governance", CHANGE, changed("carrier", codes=[], roles=["carrier"]))
    codes = ["SMDG:OTH", "SMDG:ROP"]
    bill.world.done("governance", CHANGE, changed("other_carrier", codes=codes, roles=["carrier"]))
    refusal = bill.world.refused("other_carrier", ISSUE, issue_body("blank", 1))
    assert refusal.code == "title.reference_used"


def test_only_a_registered_party_sponsors_a_controller() -> None:
    world = settled()
    body = {**FIRM, "salt": salt("another firm")}
    for actor in ("firm", "governance"):
        assert world.refused(actor, CONTROLLER, body).code == "identity.not_registered_party"
    world.done("bank", CONTROLLER, body)


def test_a_controller_is_no_party() -> None:
    world = settled()
    assert find_party(world.state, IDS["firm"]) is None
    assert world.refused("firm", ISSUE, issue_body("blank")).code == "title.not_carrier"


def test_every_act_of_registration_is_one_of_the_books() -> None:
    for word in ("REGISTER_PARTY", "CHANGE_PARTY", "REGISTER_CONTROLLER"):
        assert register(word) in settled().machine.books[1].rules
