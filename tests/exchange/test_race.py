# SPDX-License-Identifier: Apache-2.0
"""TH23: two banks race to have one bill, or one receivable, as security; one of them gets it."""

import random

from exchange.hall import Hall
from ledger.world import IDS
from ropewalk.crypto import Value

TITLES, RECEIVABLES = 10_000, 1_000
BANKS = ("bank", "buyer")


def test_of_two_pledges_of_a_bill_one_wins_ten_thousand_times() -> None:
    hall, chance = Hall(), random.Random(1)
    won = dict.fromkeys(BANKS, 0)
    for _ in range(TITLES):
        terms: dict[str, Value] = {**hall.bill.body({}), "amount": 0, "currency": "", "due": 0}
        order = chance.sample(BANKS, 2)
        results = hall.world.block(
            *(
                hall.world.candidate("shipper", "title.PLEDGE", {**terms, "pledgee": IDS[one]})
                for one in order
            )
        )
        assert [one.refusal is None for one in results] == [True, False]
        assert results[1].refusal is not None
        assert results[1].refusal.code == "title.stale"
        pledge = hall.title.pledge
        assert pledge is not None
        assert (pledge.pledgee, hall.title.possessor) == (IDS[order[0]],) * 2
        won[order[0]] += 1
        again: dict[str, Value] = {**terms, **hall.bill.body({}), "pledgee": IDS[order[1]]}
        refused = hall.world.act(order[0], "title.PLEDGE", again).refusal
        assert refused is not None
        assert refused.code == "title.pledged_already"
        hall.world.done(order[0], "title.RELEASE_PLEDGE", hall.bill.body({}))
    assert min(won.values()) > TITLES // 3


def test_of_two_pledges_of_a_receivable_one_wins_every_time() -> None:
    hall, chance = Hall(), random.Random(2)
    receivable = hall.receivable()
    for _ in range(RECEIVABLES):
        seen: dict[str, Value] = {
            "last_act": hall.share(receivable).last_act,
            "receivable": receivable,
        }
        order = chance.sample(BANKS, 2)
        act = "capital.PLEDGE_RECEIVABLE"
        results = hall.world.block(
            *(hall.world.candidate("shipper", act, {**seen, "pledgee": IDS[one]}) for one in order)
        )
        assert [one.refusal is None for one in results] == [True, False]
        pledge = hall.share(receivable).pledge
        assert pledge is not None
        assert pledge.pledgee == IDS[order[0]]
        seen["last_act"] = hall.share(receivable).last_act
        hall.world.done(order[0], "capital.RELEASE_RECEIVABLE", seen)
