# SPDX-License-Identifier: Apache-2.0
"""Every interleaving of two exchanges over one bill and one sum (I26, TH27)."""

import sys

import pytest
from msgspec.structs import replace

from model.small_hall import PRICE, STRANGER, Leaf, Move, SmallHall, UnevenError
from ropewalk.exchange import OPEN, RETURNED, SETTLED, exchange_key, standing_key
from ropewalk.exchange.state import Standing, Terms
from ropewalk.ledger import decode_record, encode_record

HOWS = [
    ("TRANSFER", "TRANSFER"),
    ("TRANSFER", "ENDORSE_TO_ORDER"),
    ("SURRENDER", "TRANSFER"),
    ("ENDORSE_TO_ORDER", "SURRENDER"),
]
REFUSED = {
    "capital.insufficient_funds",
    "exchange.decided",
    "exchange.ended",
    "exchange.escrowed_already",
    "exchange.named_titles",
    "exchange.not_party",
    "exchange.not_returnable",
    "exchange.waits",
    "title.frozen",
    "title.in_escrow",
    "title.not_possessor",
}
"""What is met in every such walk."""


@pytest.mark.parametrize("hows", HOWS, ids=" and ".join)
def test_no_leg_moves_without_the_others_in_any_order(hows: tuple[str, str]) -> None:
    hall = SmallHall(hows)
    hall.walk()
    sys.stdout.write(f"{hall.states} states, {hall.acts} acts tried\n")
    assert hall.states > 200
    assert hall.met >= REFUSED
    ends = (OPEN, RETURNED, SETTLED)
    assert hall.ended == {(a, b) for a in ends for b in ends} - {(SETTLED, SETTLED)}


def full() -> tuple[SmallHall, Leaf]:
    """A bill and its money in the escrow of the first exchange."""
    hall = SmallHall()
    leaf = hall.first
    for move in list(hall.moves(leaf))[:2]:
        found = hall.tried(leaf, move)
        assert found is not None
        leaf = found
    return hall, leaf


def test_an_accountant_notices_what_moved_alone() -> None:
    hall, leaf = full()
    name = hall.names[0]
    since = decode_record(leaf.records[standing_key(name)], Standing)
    settled = encode_record(replace(since, status=SETTLED))
    alone = Leaf({**leaf.records, standing_key(name): settled}, leaf.clock)
    with pytest.raises(UnevenError, match="came out of escrow"):
        hall._account(leaf, alone)
    body = {"exchange": name, "titles": [hall._seen(leaf)]}
    done = hall.tried(leaf, Move(STRANGER, "exchange.SETTLE", body))
    assert done is None
    assert hall.money(leaf, hall.exchange(leaf, name).legs[1].giver) == (0, PRICE)


def test_a_state_without_a_way_out_is_noticed() -> None:
    hall, leaf = full()
    name = hall.names[0]
    terms = decode_record(leaf.records[exchange_key(name)], Terms)
    forever = encode_record(replace(terms, deadline=hall.ends[0] + 9_999))
    stuck = Leaf({**leaf.records, exchange_key(name): forever}, leaf.clock)
    with pytest.raises(UnevenError, match="no way out"):
        hall._try_the_way_out(stuck)
