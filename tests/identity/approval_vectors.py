# SPDX-License-Identifier: Apache-2.0
"""Vectors of proposing, approving, withdrawing and expiring."""

from collections.abc import Iterator

from identity.party_vectors import SIGN, policy, rule
from identity.rowing import Body
from ledger.vectors import Case, surplus
from ledger.world import DAY, IDS, World, keys_of, kid, salt, settled
from ropewalk.crypto import Value
from ropewalk.identity import errors
from ropewalk.ledger import LedgerError, MalformedBodyError, UnknownActError
from ropewalk.title.errors import NotPossessorError, StaleError
from title.bills import Bill

NOTHING = "0" * 64


def proposal(
    name: str,
    world: World,
    actor: str,
    body: Body,
    why: type[LedgerError] | None = None,
    signers: tuple[str, ...] = (),
    *,
    act: str = "PROPOSE",
) -> Case:
    """A case; signed by the actor's keys unless told otherwise."""
    signed = signers or tuple(kid(one) for one in keys_of(actor))
    return Case(f"identity.{act}", name, world, actor, body, why, (), signed)


def paper(bill: Bill) -> Body:
    """An act that needs the carrier: the bill goes on paper."""
    return {**bill.body({}), "paper": salt("paper")}


def proposed(bill: Bill, **changes: Value) -> Body:
    """The body that proposes it."""
    body: Body = {
        "act": "title.SWITCH_TO_PAPER",
        "body": paper(bill),
        "until": bill.world.time_s + 9 * DAY,
    }
    return {**body, **changes}


def law(world: World, **changes: Value) -> Body:
    """The body that proposes an act of governance."""
    body: Body = {
        "act": "identity.RECOGNISE_LAW",
        "body": {"law": "SG"},
        "until": world.time_s + 9 * DAY,
    }
    return {**body, **changes}


def proposals() -> Iterator[Case]:
    bill, world = Bill("blank"), settled()
    yield proposal("waits_for_the_carrier", bill.world, "shipper", proposed(bill))
    secured = Bill("to_order").pledged()
    yield proposal("waits_for_two", secured.world, "bank", proposed(secured))
    now = world.time_s + 1
    for name, until, ended in (
        ("until_this_second", now, None),
        ("a_second_past", now - 1, errors.BadUntilError),
        ("just_90_days", now + 90 * DAY, None),
        ("a_second_beyond", now + 90 * DAY + 1, errors.BadUntilError),
    ):
        yield proposal(name, world, "governance", law(world, until=until), ended)
    one = (kid("governance"),)
    yield proposal("one_of_two_governors", world, "governance", law(world), None, one)
    yield proposal("carried_out_at_once", world, "governance", law(world))
    never = world.time_s
    for name, where, body, why in (
        (
            "a_proposal",
            world,
            law(world, act="identity.PROPOSE", until=0),
            errors.NotProposableError,
        ),
        ("an_approval", world, law(world, act="identity.APPROVE"), errors.NotProposableError),
        ("no_such_act", world, law(world, act="title.MINE", until=0), UnknownActError),
        ("until_long_past", world, law(world, until=never), errors.BadUntilError),
        ("beyond_90_days", world, law(world, until=never + 91 * DAY), errors.BadUntilError),
        ("malformed_act", world, law(world, body={}), MalformedBodyError),
    ):
        yield proposal(name, where, "governance", body, why)
    again = Bill("blank")
    body = proposed(again)
    again.world.done("shipper", "identity.PROPOSE", body)
    why = errors.ProposedAlreadyError
    yield proposal("proposed_already", again.world, "shipper", body, why)
    yield proposal("refused_for_the_act", bill.world, "bank", proposed(bill), NotPossessorError)
    yield surplus(proposal("", bill.world, "shipper", proposed(bill)))


def waiting() -> tuple[Bill, str]:
    """A bill that waits for the carrier to let it go on paper, and the act hash."""
    bill = Bill("blank")
    return bill, bill.world.proposed("shipper", "title.SWITCH_TO_PAPER", paper(bill), days=9)


def approval(bill: Bill, act_hash: str, **changes: Value) -> Body:
    """The body that approves it."""
    return {"act_hash": act_hash, "until": bill.world.time_s + DAY, **changes}


def approvals() -> Iterator[Case]:
    bill, act_hash = waiting()
    good = approval(bill, act_hash)
    act = "APPROVE"
    yield proposal("carried_out", bill.world, "carrier", good, act=act)
    yield from _jointly()
    yield from _in_time()
    late, hash_of_it = waiting()
    late.world.block(seconds=10 * DAY)
    old = approval(late, hash_of_it, until=0)
    gone, left = waiting()
    gone.does("shipper", "SIGN")
    stale = approval(gone, left)
    for name, where, actor, body, why in (
        ("no_proposal", bill, "bank", {**good, "act_hash": NOTHING}, errors.UnknownProposalError),
        ("it_has_ended", late, "bank", old, errors.ProposalEndedError),
        ("not_awaited", bill, "bank", {**good, "until": 0}, errors.NotAwaitedError),
        ("the_proposer_again", bill, "shipper", {**good, "until": 0}, errors.NotAwaitedError),
        ("until_long_past", bill, "carrier", {**good, "until": 0}, errors.BadUntilError),
        (
            "beyond_90_days",
            bill,
            "carrier",
            {**good, "until": bill.world.time_s + 91 * DAY},
            errors.BadUntilError,
        ),
        ("the_title_moved_on", gone, "carrier", stale, StaleError),
    ):
        yield proposal(name, where.world, actor, body, why, act=act)
    yield surplus(proposal("", bill.world, "carrier", good, act=act))


def _in_time() -> Iterator[Case]:
    """Approvals and proposals count to their last second."""
    act = "APPROVE"
    last, hash_of_last = waiting()
    last.world.block(seconds=9 * DAY - 2)
    body = approval(last, hash_of_last)
    yield proposal("in_its_last_second", last.world, "carrier", body, act=act)
    last.world.block()
    body = approval(last, hash_of_last)
    why = errors.ProposalEndedError
    yield proposal("a_second_late", last.world, "carrier", body, why, act=act)
    bill = Bill("to_order").pledged()
    act_hash = bill.world.proposed("bank", "title.SWITCH_TO_PAPER", paper(bill), days=9)
    bill.world.approved("carrier", act_hash, days=1)
    bill.world.block(seconds=DAY - 2)
    body = approval(bill, act_hash)
    yield proposal("before_another_lapses", bill.world, "shipper", body, act=act)
    again = errors.NotAwaitedError
    yield proposal("before_its_own_lapses", bill.world, "carrier", body, again, act=act)
    bill.world.block()
    body = approval(bill, act_hash)
    yield proposal("after_another_lapsed", bill.world, "shipper", body, act=act)
    yield proposal("after_its_own_lapsed", bill.world, "carrier", body, act=act)


def _jointly() -> Iterator[Case]:
    """A controller of several keys: threshold, then policy."""
    act = "APPROVE"
    for name, kids, ruled in (
        ("the_last_key", ("firm b",), False),
        ("a_key_that_is_no_signatory", ("firm c",), True),
        ("the_second_signatory", ("firm b",), True),
    ):
        bill = Bill("blank", issue_to=IDS["firm"])
        world = bill.world
        if ruled:
            rules = policy(rule("title.*", role="signatory"), a=SIGN, b=SIGN)
            world.done("firm", "identity.SET_POLICY", rules)
        body: Body = {"act": "title.SIGN", "body": bill.body({}), "until": world.time_s + DAY}
        first = world.candidate("firm", "identity.PROPOSE", body, [kid("firm a")])
        (result,) = world.block(first)
        act_hash = result.events[0].attributes["act_hash"]
        signed = tuple(kid(one) for one in kids)
        yield proposal(name, world, "firm", approval(bill, act_hash), None, signed, act=act)


def withdrawals() -> Iterator[Case]:
    act = "WITHDRAW"
    bill, act_hash = waiting()
    body: Body = {"act_hash": act_hash}
    nothing: Body = {"act_hash": NOTHING}
    pledged = Bill("to_order").pledged()
    carrier = pledged.world.proposed("bank", "title.SWITCH_TO_PAPER", paper(pledged), days=9)
    pledged.world.approved("carrier", carrier)
    yield proposal("by_the_proposer", bill.world, "shipper", body, act=act)
    yield proposal("by_an_approver", pledged.world, "carrier", {"act_hash": carrier}, act=act)
    why = errors.UnknownProposalError
    yield proposal("no_proposal", bill.world, "shipper", nothing, why, act=act)
    not_yet = errors.NotApproverError
    yield proposal("awaited_only", bill.world, "carrier", body, not_yet, act=act)
    yield surplus(proposal("", bill.world, "shipper", body, act=act))
    act = "EXPIRE"
    late, hash_of_it = waiting()
    late.world.block(seconds=10 * DAY)
    yield proposal("by_anybody", late.world, "buyer", {"act_hash": hash_of_it}, act=act)
    yield proposal("no_proposal", bill.world, "buyer", nothing, why, act=act)
    runs = errors.ProposalRunsError
    yield proposal("it_runs", bill.world, "buyer", body, runs, act=act)
    last, hash_of_last = waiting()
    last.world.block(seconds=9 * DAY - 2)
    body = {"act_hash": hash_of_last}
    yield proposal("its_last_second", last.world, "buyer", body, runs, act=act)
    last.world.block()
    yield proposal("a_second_after", last.world, "buyer", body, act=act)
    yield surplus(proposal("", late.world, "buyer", {"act_hash": hash_of_it}, act=act))


def cases() -> Iterator[Case]:
    """Every case of this file."""
    yield from proposals()
    yield from approvals()
    yield from withdrawals()
