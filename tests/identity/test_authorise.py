# SPDX-License-Identifier: Apache-2.0
"""Who speaks for whom, decided by the position in the log (TH13, I7, I38)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.world import FIRM_KEYS, IDS, UNKNOWN, kid, settled
from model.identity_model import KeyLife, Person, authority
from ropewalk.identity import Controller, Key, authorise, controller_key
from ropewalk.identity.errors import (
    RevokedKeyError,
    ThresholdNotMetError,
    UnknownControllerError,
    UnknownKeyError,
)
from ropewalk.identity.state import NO_RECOVERY
from ropewalk.ledger import LedgerError, encode_record

ACTOR = IDS["shipper"]
KIDS = [kid(str(number)) for number in range(4)]


def view(*keys: tuple[str, int, int], threshold: int = 1) -> dict[str, bytes]:
    """A state with one controller: (kid, added, revoked)."""
    lives = [Key(added=added, kid=one, revoked=revoked) for one, added, revoked in keys]
    record = Controller(commitment="", keys=lives, recovery=NO_RECOVERY, threshold=threshold)
    return {controller_key(ACTOR): encode_record(record)}


def test_a_key_counts_after_the_position_that_added_it() -> None:
    state = view((KIDS[0], 10, 0))
    authorise(state, ACTOR, [KIDS[0]], 11)
    for position in (9, 10):
        with pytest.raises(UnknownKeyError):
            authorise(state, ACTOR, [KIDS[0]], position)


def test_a_key_counts_no_longer_from_the_position_that_revokes_it() -> None:
    """A thief gains nothing by claiming an earlier time: no time is asked."""
    state = view((KIDS[0], 1, 20), (KIDS[1], 1, 0))
    authorise(state, ACTOR, [KIDS[0]], 19)
    for position in (20, 21, 10**9):
        with pytest.raises(RevokedKeyError):
            authorise(state, ACTOR, [KIDS[0]], position)


def test_an_unknown_actor_or_key_is_refused() -> None:
    state = view((KIDS[0], 1, 0))
    with pytest.raises(UnknownControllerError):
        authorise(state, UNKNOWN, [KIDS[0]], 5)
    with pytest.raises(UnknownKeyError):
        authorise(state, ACTOR, [KIDS[1]], 5)


def test_one_key_twice_is_one_key() -> None:
    state = view((KIDS[0], 1, 0), (KIDS[1], 1, 0), threshold=2)
    with pytest.raises(ThresholdNotMetError):
        authorise(state, ACTOR, [KIDS[0], KIDS[0]], 5)
    authorise(state, ACTOR, [KIDS[1], KIDS[0]], 5)


def test_one_bad_key_among_enough_good_ones_is_refused() -> None:
    state = view((KIDS[0], 1, 0), (KIDS[1], 1, 0), (KIDS[2], 1, 3), threshold=2)
    with pytest.raises(RevokedKeyError):
        authorise(state, ACTOR, [KIDS[0], KIDS[1], KIDS[2]], 5)
    with pytest.raises(UnknownKeyError):
        authorise(state, ACTOR, [KIDS[0], KIDS[1], KIDS[3]], 5)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4),
    st.integers(1, 3),
    st.lists(st.sampled_from(KIDS), max_size=4),
    st.integers(1, 12),
)
def test_authority_is_what_the_model_says(
    lives: list[tuple[int, int]], threshold: int, signers: list[str], position: int
) -> None:
    keys = [(KIDS[n], added, revoked) for n, (added, revoked) in enumerate(lives)]
    told = [KeyLife(one, added, revoked or None) for one, added, revoked in keys]
    expected = authority(Person(told, threshold), threshold, signers, position)
    try:
        authorise(view(*keys, threshold=threshold), ACTOR, signers, position)
        found = ""
    except LedgerError as refusal:
        found = refusal.code
    assert found == expected


def test_two_of_three_keys_speak_for_the_firm_and_one_does_not() -> None:
    world = settled()
    for first in FIRM_KEYS:
        for second in FIRM_KEYS:
            kids = [kid(first), kid(second)]
            candidate = world.candidate("firm", "title.NONE", {}, kids, world.time_s + 60)
            refusal = world.block(candidate)[0].refusal
            assert refusal is not None
            alone = first == second
            expected = "identity.threshold_not_met" if alone else "ledger.unknown_act"
            assert refusal.code == expected
            world.time_s += 1
