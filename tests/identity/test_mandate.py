# SPDX-License-Identifier: Apache-2.0
"""An agent acts in a principal's name, as far as its mandate goes (T17)."""

from identity.party_vectors import policy, rule
from ledger.world import DAY, IDS, NETWORK, kid, salt, unsigned
from ropewalk.identity import Proposal, proposal_key
from ropewalk.ledger import Result, decode_record
from title.bills import Bill

GRANT_MANDATE, REVOKE_MANDATE = "GRANT_MANDATE", "REVOKE_MANDATE"


def mandated(*acts: str, days: int = 9) -> Bill:
    """The shipper's bill; the bank may do these acts in its name."""
    bill = Bill("blank")
    until = bill.world.time_s + days * DAY
    body = {"acts": sorted(acts), "agent": IDS["bank"], "until": until}
    bill.world.done("shipper", f"identity.{GRANT_MANDATE}", body)
    return bill


def acts(bill: Bill, act: str, body: dict[str, object], principal: str = "shipper") -> Result:
    """The bank acts in a principal's name."""
    content = {
        "act": act,
        "actor": IDS["bank"],
        "body": body,
        "network": NETWORK,
        "represented_party": IDS[principal],
        "valid_until": bill.world.time_s + 60,
    }
    return bill.world.block(unsigned(content, [kid("bank")]))[0]  # type: ignore[arg-type]


def code(result: Result) -> str:
    return "" if result.refusal is None else result.refusal.code


def test_the_agent_does_what_it_was_told_and_nothing_else() -> None:
    bill = mandated("title.TRANSFER")
    body = bill.body({"recipient": "buyer"})
    assert code(acts(bill, "title.SIGN", bill.body({}))) == "identity.no_mandate"
    assert code(acts(bill, "title.TRANSFER", dict(body))) == ""
    assert bill.record.refusable_from == IDS["shipper"]


def test_without_the_principals_name_it_stays_a_stranger() -> None:
    bill = mandated("title.TRANSFER")
    assert bill.why("bank", "TRANSFER", recipient="buyer") == "title.not_possessor"


def test_a_mandate_ends_by_time_and_by_word() -> None:
    bill = mandated("title.SIGN", days=1)
    bill.world.block(seconds=2 * DAY)
    assert code(acts(bill, "title.SIGN", bill.body({}))) == "identity.no_mandate"
    bill = mandated("title.SIGN")
    bill.world.done("shipper", f"identity.{REVOKE_MANDATE}", {"agent": IDS["bank"]})
    assert code(acts(bill, "title.SIGN", bill.body({}))) == "identity.no_mandate"


def test_a_mandate_holds_to_its_last_second() -> None:
    bill = mandated("title.SIGN", days=1)  # granted one second before its first block
    bill.world.block(seconds=DAY - 2)
    assert code(acts(bill, "title.SIGN", bill.body({}))) == ""
    assert code(acts(bill, "title.SIGN", bill.body({}))) == "identity.no_mandate"


def test_nobody_is_represented_without_having_said_so() -> None:
    bill = mandated("title.SIGN")
    for principal in ("carrier", "buyer", "governance"):
        assert code(acts(bill, "title.SIGN", bill.body({}), principal)) == "identity.no_mandate"


def test_a_proposal_in_the_principals_name_is_its_approval_while_the_mandate_holds() -> None:
    bill = mandated("title.SWITCH_TO_PAPER")
    act = {**bill.body({}), "paper": salt("paper")}
    propose = {
        "act": "title.SWITCH_TO_PAPER",
        "body": act,
        "until": bill.world.time_s + 20 * DAY,
    }
    result = acts(bill, "identity.PROPOSE", propose)
    act_hash = result.events[0].attributes["act_hash"]
    bill.world.done("shipper", f"identity.{REVOKE_MANDATE}", {"agent": IDS["bank"]})
    bill.world.approved("carrier", act_hash)
    assert bill.record.status == "ISSUED"
    bill.world.approved("shipper", act_hash)
    assert bill.record.status == "PAPER"


def test_with_the_mandate_standing_nobody_but_the_others_need_approve() -> None:
    bill = mandated("title.SWITCH_TO_PAPER")
    propose = {
        "act": "title.SWITCH_TO_PAPER",
        "body": {**bill.body({}), "paper": salt("paper")},
        "until": bill.world.time_s + 8 * DAY,
    }
    result = acts(bill, "identity.PROPOSE", propose)
    bill.world.approved("carrier", result.events[0].attributes["act_hash"])
    assert bill.record.status == "PAPER"


def firm_proposes(bill: Bill, act: str, body: dict[str, object]) -> Result:
    """The firm, two of its three keys signing, proposes an act in the shipper's name."""
    now = bill.world.time_s
    content = {
        "act": "identity.PROPOSE",
        "actor": IDS["firm"],
        "body": {"act": act, "body": {**bill.body({}), **body}, "until": now + DAY},
        "network": NETWORK,
        "represented_party": IDS["shipper"],
        "valid_until": now + 60,
    }
    kids = [kid("firm a"), kid("firm b")]
    return bill.world.block(unsigned(content, kids))[0]  # type: ignore[arg-type]


def test_an_agents_proposal_is_one_approval_under_the_agents_own_policy() -> None:
    bill = Bill("blank")
    now, named = bill.world.time_s, ["title.PLEDGE", "title.SWITCH_TO_PAPER", "title.VOID"]
    grant = {"acts": named, "agent": IDS["firm"], "until": now + 9 * DAY}
    bill.world.done("shipper", f"identity.{GRANT_MANDATE}", grant)
    rules = policy(rule("title.VOID", keys=3), rule("title.*", keys=3, currency="USD"))
    bill.world.done("firm", "identity.SET_POLICY", rules)
    pledge = {"amount": 5, "currency": "USD", "due": 0, "pledgee": IDS["bank"]}
    assert code(firm_proposes(bill, "title.VOID", {})) == "identity.four_eyes"
    assert code(firm_proposes(bill, "title.PLEDGE", pledge)) == "identity.four_eyes"
    result = firm_proposes(bill, "title.SWITCH_TO_PAPER", {"paper": salt("paper")})
    record = bill.world.state[proposal_key(result.events[0].attributes["act_hash"])]
    assert [one.agent for one in decode_record(record, Proposal).approvals] == [IDS["firm"]]


def test_approvals_are_nobodys_to_give_for_another() -> None:
    bill = mandated("title.SIGN")
    body = {"act_hash": "0" * 64, "until": bill.world.time_s + 60}
    assert code(acts(bill, "identity.APPROVE", body)) == "identity.no_mandate"
