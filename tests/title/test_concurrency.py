# SPDX-License-Identifier: Apache-2.0
"""Many at once: one wins, a duplicate has one effect, another network refuses (T3, G16, G17)."""

import random
from collections.abc import Sequence
from itertools import combinations, permutations

import pytest

from ledger.world import IDS, World, genesis, kid, salt, settled
from ropewalk.ledger import Candidate, Result
from ropewalk.rules import V1
from title.bills import Bill

SIGNERS = 1_000
RECIPIENTS = ("bank", "buyer", "carrier", "firm")


def conflicting(bill: Bill) -> list[Candidate]:
    """Acts of several kinds that all saw the same last act."""
    acts = [("TRANSFER", {"recipient": name}) for name in RECIPIENTS]
    acts += [("ENDORSE", {"recipient": "bank"}), ("ENDORSE_TO_ORDER", {"recipient": "buyer"})]
    acts += [("BLANK_ENDORSE", {}), ("SIGN", {})]
    acts.append(("SURRENDER_FOR_DELIVERY", {"addressee": "carrier"}))
    return [
        bill.world.candidate(
            "shipper", f"title.{act}", bill.body(members), valid_until=bill.world.time_s + 60
        )
        for act, members in acts
    ]


def accepted(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.refusal is None]


def at_most_one(bill: Bill, results: Sequence[Result]) -> None:
    winners = accepted(results)
    assert len(winners) == 1
    assert bill.record.last_act == winners[0].transaction
    assert bill.record.version == 2
    assert bill.record.in_control
    losers = [result.refusal.code for result in results if result.refusal is not None]
    assert set(losers) == {"title.stale"}


def restored(bill: Bill, state: dict[str, bytes], position: int) -> Bill:
    """The bill in a world that goes on from a state."""
    world = World()
    world.state, world.position = dict(state), position
    world.height, world.time_s = 50, bill.world.time_s
    other = object.__new__(Bill)
    other.world, other.title = world, bill.title
    return other


@pytest.mark.parametrize("count", [2, 3])
def test_of_concurrent_acts_one_succeeds_in_every_interleaving(count: int) -> None:
    """T3: every order, and every cut of that order into blocks."""
    bill = Bill("blank")
    state, position = dict(bill.world.state), bill.world.position
    for chosen in combinations(conflicting(bill), count):
        for order in permutations(chosen):
            for cut in range(count):
                here = restored(bill, state, position)
                results = here.world.block(*order[:cut]) if cut else []
                results = [*results, *here.world.block(*order[cut:])]
                at_most_one(here, results)


@pytest.mark.parametrize("seed", range(3))
def test_of_a_thousand_conflicting_transfers_in_one_block_one_wins(seed: int) -> None:
    """G16, at the machine."""
    chance = random.Random(seed)
    bill = Bill("blank")
    until = bill.world.time_s
    candidates = [
        bill.world.candidate(
            "shipper",
            "title.TRANSFER",
            bill.body({"recipient": RECIPIENTS[number % 4]}),
            valid_until=until + 1 + number,
        )
        for number in range(SIGNERS)
    ]
    chance.shuffle(candidates)
    at_most_one(bill, bill.world.block(*candidates))


def test_of_a_thousand_strangers_none_wins() -> None:
    bill = Bill("blank")
    before = bill.record
    strangers = [
        bill.world.candidate("shipper", "title.SIGN", bill.body({}), [kid(str(number))])
        for number in range(SIGNERS)
    ]
    assert accepted(bill.world.block(*strangers)) == []
    assert bill.record == before


@pytest.mark.parametrize("seed", range(4))
def test_duplicates_in_any_order_and_later_blocks_have_one_effect_each(seed: int) -> None:
    """G17, T29: each act 1 to 5 times, shuffled, over several blocks."""
    chance = random.Random(seed)
    world = settled()
    bills = [Bill("blank", world) for _ in range(40)]
    acts = [
        world.candidate(
            "shipper",
            "title.TRANSFER",
            bill.body({"recipient": "bank"}),
            valid_until=world.time_s + 900,
        )
        for bill in bills
    ]
    copies = [act for act in acts for _ in range(chance.randint(1, 5))]
    chance.shuffle(copies)
    results = []
    for start in range(0, len(copies), 17):
        results += world.block(*copies[start : start + 17], seconds=chance.choice((0, 5, 60)))
    assert len(accepted(results)) == len(acts)
    assert all(bill.record.version == 2 for bill in bills)
    refusals = {result.refusal.code for result in results if result.refusal is not None}
    assert refusals <= {"ledger.duplicate"}


def test_a_replay_is_refused_until_it_expires_and_then_for_good() -> None:
    """TH5: also after the minute's list was dropped."""
    bill = Bill("blank")
    act = bill.world.candidate("shipper", "title.SIGN", bill.body({}))
    assert accepted(bill.world.block(act))
    seen = set()
    for _ in range(40):
        (result,) = bill.world.block(act, seconds=7)
        assert result.refusal is not None
        assert result.entry is None
        seen.add(result.refusal.code)
    assert seen == {"ledger.duplicate", "ledger.expired"}
    assert bill.record.version == 2


def test_an_act_of_another_network_is_refused_whatever_it_is() -> None:
    """TH6, over every act of the book, by whoever could do it at home."""
    home, abroad = settled(), settled(genesis("elsewhere"))
    titles = {world.network: Bill("blank", world) for world in (home, abroad)}
    before = dict(abroad.state)
    for act in V1.rules:
        for actor in ("carrier", "shipper", "governance"):
            body = titles[abroad.network].body({})
            candidate = home.candidate(actor, act, body, valid_until=abroad.time_s + 60)
            (result,) = abroad.block(candidate, seconds=0)
            assert result.refusal is not None
            assert (result.refusal.code, result.entry) == ("ledger.other_network", None)
    assert abroad.state == before


def test_an_act_held_back_until_the_same_party_holds_again_is_stale() -> None:
    """Possession came back, but the chain went on."""
    bill = Bill("blank")
    held_back = bill.world.candidate(
        "shipper",
        "title.TRANSFER",
        bill.body({"recipient": "buyer"}),
        valid_until=bill.world.time_s + 900,
    )
    bill.does("shipper", "TRANSFER", recipient="bank")
    bill.does("bank", "TRANSFER", recipient="shipper")
    (result,) = bill.world.block(held_back)
    assert result.refusal is not None
    assert result.refusal.code == "title.stale"
    assert bill.record.possessor == IDS["shipper"]


def test_acts_on_different_titles_do_not_disturb_each_other() -> None:
    world = settled()
    bills = [Bill("blank", world) for _ in range(50)]
    acts = [world.candidate("shipper", "title.SIGN", bill.body({})) for bill in bills]
    assert len(accepted(world.block(*acts))) == len(bills)
    assert salt("x") not in {bill.title for bill in bills}
