# SPDX-License-Identifier: Apache-2.0
"""Cargo is known again whatever the pen slips on, and seldom taken for another's (TH24)."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations

import pytest

from client.week_of_bills import SEED, SLIPS, Cargo, Week, bill, check_digit, rewritten
from ropewalk.client import TransportDocument
from ropewalk.client.fingerprints import ITEMS_MAX, fingerprints_of

KEY = bytes(range(32))
SHIPPERS = 400
RECALL, ALARMS = 99, 1
"""Per cent: at least of second bills known again, at most of honest bills warned of."""
ONE = Cargo("ARXU3054383", "080929", 5_280, 21_000.0, "AUSTRAL CEREZA", "601W")


def prints(document: TransportDocument, key: bytes = KEY) -> list[tuple[str, set[str]]]:
    """Item and parts of each cargo item."""
    found = fingerprints_of(document, key)
    assert found is not None
    items = json.loads(json.dumps(found["items"]))
    return [(one["item"], set(one["near"])) for one in items]


def of(one: Cargo) -> tuple[str, set[str]]:
    (found,) = prints(one.document(1))
    return found


@cache
def week() -> Week:
    return Week(SHIPPERS)


@cache
def index() -> dict[str, set[int]]:
    """Bills of the week under every hash, as a ledger has them."""
    found: dict[str, set[int]] = {}
    for number, cargo in enumerate(week().bills):
        for one in hashes(bill(number, cargo)):
            found.setdefault(one, set()).add(number)
    return found


def hashes(document: TransportDocument) -> Iterator[str]:
    for item, near in prints(document):
        yield from (item, *sorted(near))


def per_cent(hits: int, of_all: int) -> float:
    return 100 * hits / of_all


def known_again(*slips: str) -> float:
    """Per cent of the week's bills that a second bill over one item leads to.

    The second bill is in another hand, and has these slips besides.
    """
    chance = random.Random(f"{SEED} {slips}")
    hits = 0
    for number, cargo in enumerate(week().bills):
        one = chance.choice(cargo)
        for slip in slips:
            one = SLIPS[slip](one, chance)
        second = bill(9_999_999, [rewritten(one, chance)])
        hits += any(number in index().get(each, ()) for each in hashes(second))
    return per_cent(hits, len(week().bills))


def test_the_week_is_some_thousand_items_and_the_same_each_time() -> None:
    assert len(week().bills) > 1_000
    assert len(week().cargo) > 3_000
    assert Week(9).bills == Week(9).bills
    assert len({one.box for one in week().cargo}) == len(week().cargo)


@pytest.mark.parametrize("slip", sorted(SLIPS))
def test_a_second_bill_is_known_again_whatever_the_pen_slipped_on(slip: str) -> None:
    assert known_again(slip) >= RECALL


@pytest.mark.parametrize("slips", [*combinations(sorted(SLIPS), 2)], ids=" + ".join)
def test_two_slips_at_once_hide_it_no_better(slips: tuple[str, str]) -> None:
    assert known_again(*slips) >= RECALL


def test_honest_bills_of_one_line_and_week_are_seldom_warned_of() -> None:
    warned = sum(
        any(index()[each] - {number} for each in hashes(bill(number, cargo)))
        for number, cargo in enumerate(week().bills)
    )
    assert per_cent(warned, len(week().bills)) <= ALARMS


def test_no_honest_item_is_another_bills_item() -> None:
    """That would refuse the carrier its own second bill."""
    items = [
        item for number, cargo in enumerate(week().bills) for item, _ in prints(bill(number, cargo))
    ]
    assert len(set(items)) == len(items)


def test_weeks_of_other_seeds_do_no_worse() -> None:
    for seed in range(3):
        other = Week(SHIPPERS, seed)
        found: dict[str, int] = {}
        shown = [sorted({*hashes(bill(number, cargo))}) for number, cargo in enumerate(other.bills)]
        for each in (one for listed in shown for one in listed):
            found[each] = found.get(each, 0) + 1
        warned = sum(any(found[one] > 1 for one in listed) for listed in shown)
        assert per_cent(warned, len(shown)) <= ALARMS


@pytest.mark.parametrize("number", range(20))
def test_another_hand_writes_the_same_item(number: int) -> None:
    chance = random.Random(number)
    assert of(rewritten(ONE, chance)) == of(ONE)


@pytest.mark.parametrize("box", ["ARXU 305438-3", "arxu3054383", "ARXU-305.438/3", "ARXU305438"])
def test_a_box_is_its_letters_and_digits(box: str) -> None:
    item, near = of(replace(ONE, box=box))
    assert item == of(ONE)[0]
    assert near & of(ONE)[1]


@pytest.mark.parametrize("place", range(4, 11))
def test_one_wrong_digit_leaves_a_part_as_it_was(place: int) -> None:
    for digit in "0123456789":
        box = f"{ONE.box[:place]}{digit}{ONE.box[place + 1 :]}"
        item, near = of(replace(ONE, box=box))
        assert near & of(ONE)[1]
        assert (item == of(ONE)[0]) == (box[:10] == ONE.box[:10])


def test_two_wrong_digits_or_swapped_ones_are_not_known_again() -> None:
    """A limit, which the documentation tells."""
    for box in ("ARXU3504383", "ARXU4154383"):
        assert not of(replace(ONE, box=box))[1] & of(ONE)[1]


def test_neighbours_of_a_series_are_not_near() -> None:
    numbers = [f"ARXU{serial:06}" for serial in range(305_400, 305_440)]
    near = [of(replace(ONE, box=f"{one}{check_digit(one)}"))[1] for one in numbers]
    alike = sum(bool(one & other) for one, other in combinations(near, 2))
    assert per_cent(alike, 40 * 39 // 2) <= ALARMS


def test_the_box_on_its_ship_is_near_whatever_is_in_it() -> None:
    other = replace(ONE, code="720410", packages=1, kilograms=3.5, loading="DEHAM", voyage="9")
    assert len(of(other)[1] & of(ONE)[1]) == 1
    assert not of(replace(other, ship="NORDIC TERN"))[1] & of(ONE)[1]


def test_names_of_ships_lose_what_is_no_name() -> None:
    for ship in (
        "M/V Austral Cereza",
        "MV AUSTRAL-CEREZA",
        "m.v. austral cereza",
        "MS Austral Cereza",
    ):
        assert of(replace(ONE, ship=ship)) == of(ONE)
    assert of(replace(ONE, ship="MSC OSCAR"))[0] != of(replace(ONE, ship="OSCAR"))[0]
    assert of(replace(ONE, ship="MV"))[0] != of(replace(ONE, ship=""))[0]


def test_what_is_no_containers_number_is_compared_as_it_is() -> None:
    odd = replace(ONE, box="TRAILER 7")
    assert len(of(odd)[1]) == 1
    assert of(replace(odd, box="trailer-7")) == of(odd)


def test_equal_lots_in_no_box_are_near_and_never_one_item() -> None:
    lot = replace(ONE, box="")
    (first, near), (second, near_too) = prints(lot.document(1))[0], prints(lot.document(2))[0]
    assert first != second
    assert near == near_too
    assert not of(replace(lot, kilograms=21_040))[1] & near


def test_another_networks_key_makes_other_fingerprints() -> None:
    mine, theirs = prints(ONE.document(1)), prints(ONE.document(1), bytes(32))
    assert mine[0][0] != theirs[0][0]
    assert not mine[0][1] & theirs[0][1]


def test_parts_are_no_items_and_no_other_parts() -> None:
    item, near = of(ONE)
    assert len(near) == 4
    assert item not in near


def test_a_bill_of_many_boxes_shows_always_the_same_ones() -> None:
    aboard = {"ship": ONE.ship, "voyage": ONE.voyage}
    cargo = [replace(one, **aboard) for one in week().cargo[: ITEMS_MAX + 20]]
    shown = prints(bill(1, cargo))
    assert len(shown) == ITEMS_MAX
    assert [item for item, _ in shown] == sorted(item for item, _ in shown)
    recounted = [replace(one, packages=one.packages + 1) for one in reversed(cargo)]
    again = prints(bill(2, recounted))
    before, after = ({one for _, near in each for one in near} for each in (shown, again))
    assert len(before & after) > len(before) // 2


def test_a_document_without_cargo_items_has_none() -> None:
    assert fingerprints_of(bill(1, [ONE]), KEY) is not None
    body = json.loads(bill(1, [ONE]).data)
    for items in ([], [{"cargoItems": []}], None):
        changed = TransportDocument.parse(json.dumps({**body, "consignmentItems": items}).encode())
        assert fingerprints_of(changed, KEY) is None


def test_a_weight_that_is_none_counts_as_nothing() -> None:
    body = json.loads(bill(1, [ONE]).data)
    cargo = body["consignmentItems"][0]["cargoItems"][0]
    cargo["cargoGrossWeight"] = {"unit": "STONES", "value": 5}
    odd = prints(TransportDocument.parse(json.dumps(body).encode()))
    del cargo["cargoGrossWeight"]
    assert prints(TransportDocument.parse(json.dumps(body).encode())) == odd
