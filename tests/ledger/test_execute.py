# SPDX-License-Identifier: Apache-2.0
"""The machine: what is checked in which order, and that an act is whole or nothing."""

import dataclasses
from collections.abc import Mapping

import pytest

from ledger.world import (
    CONSORTIUM,
    GENESIS,
    IDS,
    NETWORK,
    UNKNOWN,
    World,
    content,
    genesis,
    inspected,
    kid,
    salt,
    settled,
    signed,
    unsigned,
)
from ropewalk import rules
from ropewalk.crypto import Value, encode
from ropewalk.ledger import (
    Block,
    Candidate,
    Change,
    Context,
    Effects,
    Executed,
    Invariant,
    LedgerError,
    MalformedTransactionError,
    Message,
    Misbehaviour,
    ReplayLists,
    Rule,
    RuleBook,
    StopError,
    View,
    decode_entry,
    network_id,
)
from title.bills import ISSUE, Bill, issue_body


def code_of(world: World, candidate: Candidate) -> str:
    """The refusal of one candidate in a block of its own, "" when it is accepted."""
    refusal = world.block(candidate)[0].refusal
    return "" if refusal is None else refusal.code


def test_checks_come_in_the_documented_order() -> None:
    """Each case is wrong in its own way and in every later one."""
    world = settled(genesis(quota=8))
    for number in range(world.replay.count(IDS["shipper"], world.time_s), 8):
        world.done("shipper", "identity.ADD_KEY", {"key": kid(str(number))})
    shipper, stranger, now = [kid("shipper")], [kid("stranger")], world.time_s + 1

    def made(until: int, network: str, signers: list[str], act: str = "no.ACT") -> Candidate:
        return unsigned(content("shipper", act, {"x": 1}, until, network), signers)

    here = world.network
    assert code_of(world, made(now - 1, NETWORK, stranger)) == "ledger.other_network"
    assert code_of(world, made(now - 1, here, stranger)) == "ledger.expired"
    assert code_of(world, made(now + 9_999, here, stranger)) == "ledger.too_far_ahead"
    assert code_of(world, made(now + 60, here, stranger)) == "identity.unknown_key"
    assert code_of(world, made(now + 60, here, shipper)) == "ledger.quota_exceeded"
    world.time_s += 4_000
    later = world.time_s + 60
    assert code_of(world, made(later, here, shipper)) == "ledger.unknown_act"
    assert code_of(world, made(later, here, shipper)) == "ledger.duplicate"
    malformed = made(later, here, shipper, "identity.ADD_KEY")
    assert code_of(world, malformed) == "ledger.malformed_body"


def test_a_form_refused_before_is_passed_on_and_leaves_no_entry() -> None:
    world = settled()
    result = world.block(Candidate("x", MalformedTransactionError("x")))[0]
    assert isinstance(result.refusal, MalformedTransactionError)
    assert (result.transaction, result.entry) == ("", None)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-1, "ledger.expired"), (0, ""), (3_600, ""), (3_601, "ledger.too_far_ahead")],
)
def test_the_time_limit_is_the_blocks_second_and_an_hour(seconds: int, expected: str) -> None:
    world = settled()
    until = world.time_s + 1 + seconds
    body: Mapping[str, Value] = {"key": kid("spare")}
    candidate = world.candidate("shipper", "identity.ADD_KEY", body, valid_until=until)
    assert code_of(world, candidate) == expected


def test_a_consent_that_ended_makes_the_act_too_late() -> None:
    for until, expected in ((-1, "ledger.expired"), (0, "")):
        world = settled()
        made = content("firm", "identity.ADD_KEY", {"key": kid("spare")}, world.time_s + 60)
        text = signed(made, ["firm a", "firm b"], world.time_s + 1 + until)
        assert code_of(world, inspected(text)) == expected


def test_who_may_not_speak_leaves_no_entry() -> None:
    world = settled()
    before, position = dict(world.state), world.position
    for actor, signers, expected in (
        ("shipper", ["bank"], "identity.unknown_key"),
        ("firm", ["firm a"], "identity.threshold_not_met"),
        ("firm", ["firm a", "firm a"], "identity.threshold_not_met"),
        (UNKNOWN, ["shipper"], "identity.unknown_controller"),
    ):
        kids = [kid(name) for name in signers]
        candidate = world.candidate(actor, "identity.ADD_KEY", {"key": kid("spare")}, kids)
        assert code_of(world, candidate) == expected
    assert (world.state, world.position) == (before, position)


def test_a_refusal_names_its_transaction_and_a_block_its_protocol() -> None:
    world = settled()
    for act, signer in (("no.ACT", "shipper"), ("identity.ADD_KEY", "bank")):
        candidate = world.candidate("shipper", act, {}, [kid(signer)])
        assert not isinstance(candidate.verdict, LedgerError)
        assert world.block(candidate)[0].transaction == candidate.verdict.id
    block = Block(world.height + 1, world.time_s + 1, [])
    assert world.machine.execute(world.state, world.replay, block, world.position).protocol == 1


def test_an_act_with_consents_counts_twice_for_its_actor() -> None:
    """ADR 6: the quota counts what the replay lists remember, and they remember the act hash."""
    world = settled()
    before = world.replay.count(IDS["firm"], world.time_s)
    made = content("firm", "identity.ADD_KEY", {"key": kid("spare")}, world.time_s + 60)
    assert code_of(world, inspected(signed(made, ["firm a", "firm b"]))) == ""
    assert world.replay.count(IDS["firm"], world.time_s) == before + 2


def test_a_refused_act_changes_no_record_but_its_replay_list() -> None:
    """I36: the refusal is logged and final; the replay list remembers it."""
    bill = Bill("blank")
    before, position = bill.world.records(), bill.world.position
    result = bill.world.act("buyer", "title.SIGN", bill.body({}))
    assert result.entry is not None
    assert b'"code":"title.not_possessor","number":7301' in result.entry
    assert result.events == ()
    assert bill.world.records() == before
    assert bill.world.position == position + 2


def test_a_logged_refusal_is_final() -> None:
    bill = Bill("blank")
    early = bill.world.candidate(
        "bank", "title.SIGN", bill.body({}), valid_until=bill.world.time_s + 600
    )
    assert code_of(bill.world, early) == "title.not_possessor"
    bill.does("shipper", "TRANSFER", recipient="bank")
    assert code_of(bill.world, early) == "ledger.duplicate"


def test_the_same_signed_act_twice_has_one_effect() -> None:
    """T29."""
    bill = Bill("blank")
    body = bill.body({"recipient": "bank"})
    transfer = bill.world.candidate("shipper", "title.TRANSFER", body)
    results = bill.world.block(transfer, transfer, transfer)
    codes = [result.refusal and result.refusal.code for result in results]
    assert codes == [None, "ledger.duplicate", "ledger.duplicate"]
    assert bill.record.version == 2


def test_acts_of_one_block_see_each_other_in_order() -> None:
    world = settled()
    add = world.candidate("shipper", "identity.ADD_KEY", {"key": kid("spare")})
    revoke = world.candidate(
        "shipper", "identity.REVOKE_KEY", {"key": kid("shipper")}, [kid("spare")]
    )
    late = world.candidate("shipper", "identity.ADD_KEY", {"key": kid("late")})
    results = world.block(add, revoke, late)
    codes = [result.refusal and result.refusal.code for result in results]
    assert codes == [None, None, "identity.revoked_key"]


def test_an_empty_block_leaves_nothing() -> None:
    world = settled()
    before = dict(world.state)
    assert world.block() == []
    assert world.block(seconds=10_000) == []
    assert world.state == before


def test_a_block_of_refusals_that_leave_no_entry_changes_nothing() -> None:
    world = settled()
    before, position = dict(world.state), world.position
    candidate = world.candidate("shipper", "identity.ADD_KEY", {"key": kid("x")}, [kid("bank")])
    world.block(candidate, candidate)
    assert (world.state, world.position) == (before, position)


def test_a_block_that_leaves_no_entry_forgets_nothing() -> None:
    """I34: a clock that ran ahead and was set back must not let a transaction in twice.

    A block without entries leaves no trace of its time, so the next one may be earlier.
    """
    bill = Bill("blank")
    until = bill.world.time_s + 900
    act = bill.world.candidate("shipper", "title.SIGN", bill.body({}), valid_until=until)
    assert code_of(bill.world, act) == ""
    bill.world.block(seconds=7_200)
    bill.world.time_s -= 7_200
    assert code_of(bill.world, act) == "ledger.duplicate"


def test_entries_say_what_became_of_each_act() -> None:
    world = settled()
    good = world.candidate("shipper", "identity.ADD_KEY", {"key": kid("spare")})
    bad = world.candidate("shipper", "identity.ADD_KEY", {"key": kid("shipper")})
    executed = world.machine.execute(
        world.state, world.replay, Block(world.height + 1, world.time_s, (good, bad)), 100
    )
    entries = [decode_entry(entry) for entry in executed.entries]
    assert [getattr(entry, "code", "") for entry in entries] == ["committed", "identity.key_known"]
    assert [getattr(entry, "number", -1) for entry in entries] == [0, 7221]


def test_the_quota_counts_unexpired_acts_of_one_actor() -> None:
    world = settled(genesis(quota=12))
    for number in range(world.replay.count(IDS["shipper"], world.time_s), 12):
        world.done("shipper", "identity.ADD_KEY", {"key": kid(str(number))})
    spare: Mapping[str, Value] = {"key": kid("spare")}
    full = world.act("shipper", "identity.ADD_KEY", spare)
    assert full.refusal is not None
    assert (full.refusal.code, full.entry) == ("ledger.quota_exceeded", None)
    assert world.act("bank", "identity.ADD_KEY", spare).refusal is None
    world.block(seconds=180)
    assert world.act("shipper", "identity.ADD_KEY", spare).refusal is None


def test_same_view_and_same_block_have_the_same_result() -> None:
    """I29, on two machines that share nothing."""
    worlds = [settled(), settled()]
    candidates = [
        worlds[0].candidate("carrier", ISSUE, issue_body("blank", number)) for number in range(20)
    ]
    for world in worlds:
        world.block(*candidates)
    assert worlds[0].state == worlds[1].state
    assert list(worlds[0].state) == list(worlds[1].state)


def test_how_acts_are_cut_into_blocks_changes_no_title() -> None:
    one, many = settled(), settled()
    acts = [one.candidate("carrier", ISSUE, issue_body("waybill", n)) for n in range(9)]
    one.block(*acts)
    for act in acts:
        many.block(act, seconds=0)
    many.time_s += 1
    kept = [{k: v for k, v in w.state.items() if k.startswith("reference/")} for w in (one, many)]
    assert kept[0] == kept[1]


def test_an_unknown_protocol_stops_the_node() -> None:
    world = settled()
    height = world.height + 20
    world.done("governance", "identity.ACTIVATE_PROTOCOL", {"height": height, "version": 2})
    while world.height < height - 1:
        world.block()
    with pytest.raises(StopError, match="newer release"):
        world.block()


def test_a_state_without_genesis_stops_the_node() -> None:
    machine = rules.machine(GENESIS)
    with pytest.raises(StopError, match="genesis"):
        machine.execute({}, ReplayLists(), Block(1, 0, ()), 1)


def double_vote(name: str, height: int = 1) -> Misbehaviour:
    return Misbehaviour(evidence="duplicate_vote", height=height, validator=kid(f"votes {name}"))


def executed(world: World, block: Block) -> Executed:
    return world.machine.execute(world.state, world.replay, block, world.position)


def test_misbehaviour_comes_before_the_candidates_and_is_in_the_log() -> None:
    world = settled(CONSORTIUM)
    add = world.candidate("shipper", "identity.ADD_KEY", {"key": kid("spare")})
    facts = (double_vote("b", 5), double_vote("a", 4))
    found = executed(world, Block(world.height + 1, world.time_s, (add,), facts))
    assert [decode_entry(entry) for entry in found.entries[:2]] == list(facts)
    assert getattr(decode_entry(found.entries[2]), "code", "") == "committed"
    assert [one.transaction for one in found.evidence] == ["", ""]
    assert [one.refusal for one in found.evidence] == [None, None]
    names = [event.name for one in found.in_order for event in one.events]
    assert names == ["identity.validator_removed"] * 2 + ["identity.key_added"]
    assert len(found.results) == 1


def test_an_act_behind_misbehaviour_has_its_own_position() -> None:
    """A key counts from the position of the act that added it, evidence counted."""
    world = settled(CONSORTIUM)
    position = world.position
    add = world.candidate("shipper", "identity.ADD_KEY", {"key": kid("spare")})
    world.block(add, misbehaviour=(double_vote("nobody"), double_vote("a")))
    shipper = world.state[f"controller/{IDS['shipper']}"]
    assert f'{{"added":{position + 1},"kid":"{kid("spare")}"'.encode() in shipper
    assert world.position == position + 3


def test_a_block_of_misbehaviour_alone_is_no_empty_block() -> None:
    world = settled(CONSORTIUM)
    found = executed(world, Block(world.height + 1, world.time_s, (), (double_vote("a"),)))
    assert len(found.entries) == 1
    assert "validators" in found.changes


def test_misbehaviour_without_effect_leaves_no_trace() -> None:
    """Of a stranger, of one removed already, of one that only signs batches, on any ledger."""
    world = settled(CONSORTIUM)
    world.block(misbehaviour=(double_vote("a"), double_vote("a")))
    assert len(world.evidence) == 1
    node = Misbehaviour(evidence="duplicate_vote", height=1, validator=kid("node b"))
    facts = (double_vote("nobody"), double_vote("a"), node)
    found = executed(world, Block(world.height + 1, world.time_s + 9_999, (), facts))
    assert (found.entries, found.changes, found.evidence) == ([], {}, [])
    embedded = settled()
    found = executed(embedded, Block(embedded.height + 1, embedded.time_s, (), (double_vote("a"),)))
    assert (found.entries, found.changes) == ([], {})


def test_a_broken_promise_about_misbehaviour_stops_the_node() -> None:
    world = settled(CONSORTIUM)

    def nearer(_view: View, _fact: Misbehaviour, _context: Context) -> Effects:
        return Effects({"validators": None})

    book = dataclasses.replace(world.machine.books[1], misbehave=nearer)
    block = Block(world.height + 1, world.time_s, (), (double_vote("a"),))
    world.machine = dataclasses.replace(world.machine, books={1: book})
    with pytest.raises(StopError, match="somebody votes at every height"):
        executed(world, block)
    world.machine = dataclasses.replace(world.machine, checks_invariants=False)
    assert executed(world, block).changes == {"validators": None}


class Nothing(Message, frozen=True):
    """A body without members."""


def _book(writes: Mapping[str, bytes | None], broken: str | None) -> RuleBook:
    def apply(_view: View, _message: Nothing, _context: Context) -> Effects:
        return Effects(writes)

    def check(_change: Change) -> str | None:
        return broken

    def anything(*_given: object, one_key: bool = False) -> None:
        assert not one_key

    def nothing(_view: View, _fact: Misbehaviour, _context: Context) -> Effects | None:
        return None

    rule = Rule("test.ACT", Nothing, apply, ())
    promises = (Invariant("promise", check),)
    return RuleBook(
        1, {"test.ACT": rule}, promises, anything, anything, anything, anything, nothing, anything
    )


def _with(book: RuleBook, *, checks: bool) -> World:
    world = World()
    world.machine = type(world.machine)(network_id(GENESIS), {1: book}, 10, checks)
    return world


def test_a_broken_promise_stops_the_node_and_is_no_refusal() -> None:
    world = _with(_book({"a": b"1"}, "it broke"), checks=True)
    with pytest.raises(StopError, match="promise broke") as stopped:
        world.act("shipper", "test.ACT", {})
    assert not isinstance(stopped.value, LedgerError)
    unchecked = _with(_book({"a": b"1"}, "it broke"), checks=False)
    unchecked.done("shipper", "test.ACT", {})


def test_an_act_that_touches_too_many_records_is_refused() -> None:
    for count, expected in ((3_072, ""), (3_073, "ledger.too_many_keys")):
        world = _with(_book({f"k{n}": b"1" for n in range(count)}, None), checks=True)
        candidate = world.candidate("shipper", "test.ACT", {})
        assert code_of(world, candidate) == expected


def test_every_act_needs_its_own_network() -> None:
    """TH6, over every act: what was signed for one network is refused on any other."""
    home, abroad = settled(), settled(genesis("elsewhere"))
    assert home.network != abroad.network
    before = dict(abroad.state)
    for act in rules.V1.rules:
        for actor in ("governance", "carrier", "shipper"):
            body: Mapping[str, Value] = {"last_act": salt("x"), "title": salt("y")}
            assert code_of(abroad, home.candidate(actor, act, body)) == "ledger.other_network"
    assert abroad.state == before


def test_ids_are_the_same_on_another_network_and_titles_are_not() -> None:
    """Controller ids follow from keys and salt; a title's id names its network."""
    home, abroad = settled(), settled(genesis("elsewhere"))
    assert f"controller/{IDS['shipper']}" in home.state
    assert f"controller/{IDS['shipper']}" in abroad.state
    titles = [Bill("blank", world).title for world in (home, abroad)]
    assert titles[0] != titles[1]


def test_a_body_is_only_what_its_act_says() -> None:
    assert encode({}) == b"{}"
    for act, rule in rules.V1.rules.items():
        with pytest.raises(LedgerError):
            rule.parse({"surplus": 1})
        assert rule.name == act
