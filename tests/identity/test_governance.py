# SPDX-License-Identifier: Apache-2.0
"""What the members decide together, and what they can't."""

from ledger.world import World, kid, settled
from ropewalk.identity import is_recognised_law
from ropewalk.ledger import Result
from title.bills import ISSUE, Bill, issue_body

WORDS = ("RECOGNISE_LAW", "WITHDRAW_LAW", "ACTIVATE_PROTOCOL")


def governs(world: World, word: str, **body: int | str) -> str:
    result: Result = world.act("governance", f"identity.{word}", dict(body))
    return "" if result.refusal is None else result.refusal.code


def test_a_recognised_law_lets_titles_be_issued_and_a_withdrawn_one_does_not() -> None:
    """T30."""
    world = settled()
    body = issue_body("blank", 1, governing_law="SG")
    assert world.refused("carrier", ISSUE, body).code == "title.governing_law"
    assert governs(world, "RECOGNISE_LAW", law="SG") == ""
    assert is_recognised_law(world.state, "SG")
    world.done("carrier", ISSUE, body)
    assert governs(world, "WITHDRAW_LAW", law="SG") == ""
    again = issue_body("blank", 2, governing_law="SG")
    assert world.refused("carrier", ISSUE, again).code == "title.governing_law"


def test_titles_under_a_withdrawn_law_live_on() -> None:
    bill = Bill("blank")
    assert governs(bill.world, "WITHDRAW_LAW", law="GB") == ""
    assert bill.does("shipper", "TRANSFER", recipient="bank").version == 2


def test_a_law_is_recognised_once_and_withdrawn_once() -> None:
    world = settled()
    assert governs(world, "RECOGNISE_LAW", law="GB") == "identity.law_recognised"
    assert governs(world, "WITHDRAW_LAW", law="GB") == ""
    assert governs(world, "WITHDRAW_LAW", law="GB") == "identity.law_not_recognised"


def test_one_of_governances_keys_does_not_govern() -> None:
    world = settled()
    for word in WORDS:
        body = {"law": "SG"} if word != "ACTIVATE_PROTOCOL" else {"height": 99, "version": 2}
        candidate = world.candidate(world.governance, f"identity.{word}", body, [kid("governance")])
        refusal = world.block(candidate)[0].refusal
        assert refusal is not None
        assert refusal.code == "identity.threshold_not_met"


def test_nobody_else_governs() -> None:
    world = settled()
    for actor in ("carrier", "bank", "firm"):
        for word in WORDS:
            body = {"law": "SG"} if word != "ACTIVATE_PROTOCOL" else {"height": 99, "version": 2}
            refusal = world.refused(actor, f"identity.{word}", body)
            assert refusal.code == "identity.not_governance"


def test_governance_moves_nobodys_title() -> None:
    """P2, T26: no act of governance on a title is accepted."""
    bill = Bill("blank")
    for act, members in (
        ("TRANSFER", {"recipient": "bank"}),
        ("ENDORSE", {"recipient": "bank"}),
        ("SURRENDER_FOR_DELIVERY", {"addressee": "carrier"}),
        ("SIGN", {}),
    ):
        assert bill.why("governance", act, **members) == "title.not_possessor"
    assert bill.why("governance", "SACC") == "title.not_issuer"


def test_a_protocol_is_activated_in_order_and_with_notice() -> None:
    world = settled()
    soon = world.height + 1
    activate = "ACTIVATE_PROTOCOL"
    assert governs(world, activate, height=soon + 9, version=2) == "identity.bad_activation"
    soon = world.height + 1
    assert governs(world, activate, height=soon + 10, version=2) == ""
    assert governs(world, activate, height=soon + 10, version=3) == "identity.bad_activation"
    assert governs(world, activate, height=soon + 50, version=2) == "identity.bad_activation"
    assert governs(world, activate, height=soon + 50, version=3) == ""


def test_a_protocol_rules_from_its_height_and_not_before() -> None:
    world = settled()
    height = world.height + 20
    assert governs(world, "ACTIVATE_PROTOCOL", height=height, version=2) == ""
    books = {1: world.machine.books[1], 2: world.machine.books[1]}
    machine = type(world.machine)(world.network, books, 1_000, checks_invariants=True)
    assert machine.book_at(world.state, height - 1) is books[1]
    assert machine.book_at(world.state, height) is books[2]
