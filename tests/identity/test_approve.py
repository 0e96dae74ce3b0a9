# SPDX-License-Identifier: Apache-2.0
"""One act, several signatures, over days."""

from ledger.world import DAY, IDS, World, kid, salt, settled
from ropewalk.identity import Proposal, proposal_key
from ropewalk.ledger import Result, act_hash, decode_record
from title.bills import Bill

PROPOSE, APPROVE, WITHDRAW, EXPIRE = "PROPOSE", "APPROVE", "WITHDRAW", "EXPIRE"
LAW = {"law": "SG"}


def proposal(world: World, hash_: str) -> Proposal:
    return decode_record(world.state[proposal_key(hash_)], Proposal)


def sent(world: World, actor: str, word: str, body: dict[str, object], *keys: str) -> Result:
    """An act signed by these keys."""
    kids = [kid(one) for one in keys]
    return world.block(world.candidate(actor, f"identity.{word}", body, kids))[0]  # type: ignore[arg-type]


def propose(world: World, actor: str, act: str, body: dict[str, object], *keys: str) -> str:
    content = {"act": act, "body": body, "until": world.time_s + 30 * DAY}
    result = sent(world, actor, PROPOSE, content, *keys)
    assert result.refusal is None, result.refusal
    return result.events[0].attributes["act_hash"]


def approve(world: World, actor: str, hash_: str, *keys: str, days: int = 30) -> Result:
    body: dict[str, object] = {"act_hash": hash_, "until": world.time_s + days * DAY}
    return sent(world, actor, APPROVE, body, *keys)


def code(result: Result) -> str:
    return "" if result.refusal is None else result.refusal.code


def test_governance_decides_key_by_key_over_days() -> None:
    world = settled()
    hash_ = propose(world, "governance", "identity.RECOGNISE_LAW", LAW, "governance")
    assert proposal(world, hash_).waits_for == [world.governance]
    world.block(seconds=20 * DAY)
    assert code(approve(world, "governance", hash_, "governance 2")) == ""
    assert "law/SG" in world.state
    assert proposal_key(hash_) not in world.state


def test_too_few_of_governance_decide_nothing() -> None:
    world = settled()
    hash_ = propose(world, "governance", "identity.RECOGNISE_LAW", LAW, "governance")
    approve(world, "governance", hash_, "governance")
    assert "law/SG" not in world.state
    assert proposal(world, hash_).waits_for == [world.governance]


def test_the_act_hash_is_the_one_that_consents_name() -> None:
    """ADR 3: one hash for signers in one room and signers days apart."""
    world = settled()
    hash_ = propose(world, "governance", "identity.RECOGNISE_LAW", LAW, "governance")
    content = {
        "act": "identity.RECOGNISE_LAW",
        "actor": world.governance,
        "body": LAW,
        "network": world.network,
        "valid_until": proposal(world, hash_).until,
    }
    assert hash_ == act_hash(content)  # type: ignore[arg-type]


def test_an_approval_counts_until_its_end_only() -> None:
    world = settled()
    body = {"act": "identity.RECOGNISE_LAW", "body": LAW, "until": world.time_s + 5 * DAY}
    first = sent(world, "governance", PROPOSE, body, "governance")
    hash_ = first.events[0].attributes["act_hash"]
    world.block(seconds=6 * DAY)
    late = approve(world, "governance", hash_, "governance 2")
    assert code(late) == "identity.proposal_ended"
    assert "law/SG" not in world.state


def test_a_lapsed_approval_is_given_again() -> None:
    bill = Bill("blank", issue_to=IDS["firm"])
    world = bill.world
    hash_ = propose(world, "firm", "title.SIGN", bill.body({}), "firm a")
    assert code(approve(world, "firm", hash_, "firm b", days=1)) == ""
    assert bill.record.version == 2
    other = {**bill.body({}), "paper": salt("paper")}
    hash_ = propose(world, "firm", "title.SWITCH_TO_PAPER", other, "firm a", "firm b")
    assert proposal(world, hash_).waits_for == [IDS["carrier"]]


def test_a_revoked_key_has_approved_nothing() -> None:
    world = settled()
    hash_ = propose(world, "firm", "identity.CHANGE_THRESHOLD", {"threshold": 3}, "firm a")
    body = {"key": kid("firm a"), "successor": kid("fresh")}
    assert code(sent(world, "firm", "ROTATE_KEY", body, "firm b", "firm c")) == ""
    assert code(approve(world, "firm", hash_, "firm b")) == ""
    assert proposal(world, hash_).waits_for == [IDS["firm"]]
    assert code(approve(world, "firm", hash_, "fresh")) == ""
    assert proposal_key(hash_) not in world.state


def test_one_key_twice_is_one_approval() -> None:
    """I7: nobody approves his own act as a second pair of eyes."""
    world = settled()
    hash_ = propose(world, "firm", "identity.CHANGE_THRESHOLD", {"threshold": 3}, "firm a")
    approve(world, "firm", hash_, "firm a")
    assert len(proposal(world, hash_).approvals) == 1


def test_withdrawn_it_can_t_be_carried_out() -> None:
    bill = Bill("blank")
    act = {**bill.body({}), "paper": salt("paper")}
    hash_ = bill.world.proposed("shipper", "title.SWITCH_TO_PAPER", act)
    bill.world.done("shipper", f"identity.{WITHDRAW}", {"act_hash": hash_})
    body = {"act_hash": hash_, "until": bill.world.time_s + DAY}
    why = bill.world.refused("carrier", f"identity.{APPROVE}", body)
    assert why.code == "identity.unknown_proposal"


def test_an_approver_takes_its_approval_back() -> None:
    bill = Bill("to_order").pledged()
    act = {**bill.body({}), "paper": salt("paper")}
    hash_ = bill.world.proposed("bank", "title.SWITCH_TO_PAPER", act)
    bill.world.approved("carrier", hash_)
    bill.world.done("carrier", f"identity.{WITHDRAW}", {"act_hash": hash_})
    bill.world.approved("shipper", hash_)
    assert proposal(bill.world, hash_).waits_for == [IDS["carrier"]]
    bill.world.approved("carrier", hash_)
    assert bill.record.status == "PAPER"


def test_anybody_clears_away_what_has_ended_and_nothing_else() -> None:
    bill = Bill("blank")
    act = {**bill.body({}), "paper": salt("paper")}
    hash_ = bill.world.proposed("shipper", "title.SWITCH_TO_PAPER", act, days=1)
    body = {"act_hash": hash_}
    assert bill.world.refused("buyer", f"identity.{EXPIRE}", body).code == "identity.proposal_runs"
    bill.world.block(seconds=2 * DAY)
    bill.world.done("buyer", f"identity.{EXPIRE}", body)
    assert proposal_key(hash_) not in bill.world.state


def test_nobody_is_waited_for_whom_the_act_does_not_need() -> None:
    """A recoverer whose approval has ended is not missed where another took its place."""
    world = settled()
    names = ("bank", "buyer", "carrier")
    quorum = {"controllers": sorted(IDS[one] for one in names), "delay": 3 * DAY, "threshold": 2}
    world.done("shipper", "identity.SET_RECOVERY", quorum)
    start: dict[str, object] = {
        "controller": IDS["shipper"],
        "keys": [kid("new")],
        "threshold": 1,
    }
    hash_ = propose(world, "bank", "identity.START_RECOVERY", start, "bank")
    world.block(seconds=DAY)
    assert set(proposal(world, hash_).waits_for) == {IDS["buyer"], IDS["carrier"]}
    assert code(approve(world, "carrier", hash_, "carrier")) == ""
    assert proposal_key(hash_) not in world.state


def test_what_is_proposed_is_judged_again_when_it_is_carried_out() -> None:
    bill = Bill("blank")
    act = {**bill.body({}), "paper": salt("paper")}
    hash_ = bill.world.proposed("shipper", "title.SWITCH_TO_PAPER", act)
    bill.does("shipper", "SIGN")
    body = {"act_hash": hash_, "until": bill.world.time_s + DAY}
    assert bill.world.refused("carrier", f"identity.{APPROVE}", body).code == "title.stale"


def test_one_key_of_several_withdraws_and_clears_away() -> None:
    world = settled()
    for word, days, keys in ((WITHDRAW, 0, "firm b"), (EXPIRE, 31, "firm c")):
        hash_ = propose(world, "firm", "identity.CHANGE_THRESHOLD", {"threshold": 3}, "firm a")
        world.block(seconds=days * DAY)
        assert code(sent(world, "firm", word, {"act_hash": hash_}, keys)) == ""
        assert proposal_key(hash_) not in world.state
