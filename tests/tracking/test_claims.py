# SPDX-License-Identifier: Apache-2.0
"""Claims: one root over many events, and one event shown without the others."""

from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tracking import (
    ClaimError,
    NotInClaimError,
    check_shown,
    leaf,
    leaf_salt,
    naming,
    root_of,
    show,
)
from tracking.naive import told

SALT = bytes(range(32))
BY = "ab" * 16
claimed = partial(root_of, by=BY, version="2.2")
showing = partial(show, by=BY, version="2.2")
entry = partial(leaf, by=BY, version="2.2")
batches = st.lists(st.binary(max_size=40), min_size=1, max_size=40)


@given(batches, st.binary(min_size=32, max_size=32))
def test_the_root_is_the_one_that_the_format_tells(events: list[bytes], salt: bytes) -> None:
    assert claimed(events, salt) == told(events, salt, BY, "2.2")


@given(batches, st.integers(0, 39))
def test_each_event_can_be_shown_by_itself(events: list[bytes], which: int) -> None:
    index = which % len(events)
    shown = showing(events, SALT, index)
    assert shown.event == events[index]
    check_shown(shown, claimed(events, SALT))
    assert len(shown.path) <= 6


@given(batches, st.integers(0, 39), st.integers(0, 9))
def test_what_was_not_claimed_cannot_be_shown(events: list[bytes], which: int, part: int) -> None:
    index = which % len(events)
    shown, root = showing(events, SALT, index), claimed(events, SALT)
    flipped = ("1" if root[0] == "0" else "0") + root[1:]
    wrong: list[dict[str, Any]] = [
        {"event": shown.event + b" "},
        {"by": "cd" * 16},
        {"version": "3.0"},
        {"by": BY.upper()},
        {"version": "2.20"},
        {"salt": leaf_salt(SALT, index + 1).hex()},
        {"index": index + 1},
        {"size": len(events) + 64},
        {"path": (*shown.path, root)},
        {"salt": shown.salt.upper() if shown.salt.upper() != shown.salt else "x" * 64},
    ]
    with pytest.raises(NotInClaimError):
        check_shown(msgspec.structs.replace(shown, **wrong[part]), root)
    with pytest.raises(NotInClaimError):
        check_shown(shown, flipped)


@pytest.mark.parametrize(
    "members",
    [
        {"size": 0},
        {"size": 501},
        {"size": -1},
        {"index": -1},
        {"salt": "00"},
        {"salt": ""},
        {"path": ("zz",)},
        {"path": ("00" * 32,) * 100},
    ],
    ids=range(8),
)
def test_a_hostile_showing_is_refused(members: dict[str, Any]) -> None:
    events = [b"a", b"b", b"c"]
    with pytest.raises(NotInClaimError):
        check_shown(msgspec.structs.replace(showing(events, SALT, 1), **members), "00" * 32)
    with pytest.raises(NotInClaimError):
        check_shown(showing(events, SALT, 1), "no root")


def test_a_claim_has_1_to_500_events_and_a_salt_of_32_bytes() -> None:
    assert claimed([b"x"] * 500, SALT) == told([b"x"] * 500, SALT, BY, "2.2")
    for events, salt in (([], SALT), ([b"x"] * 501, SALT), ([b"x"], b""), ([b"x"], SALT + b"x")):
        with pytest.raises(ClaimError):
            claimed(events, salt)
    for index in (-1, 2):
        with pytest.raises(ClaimError):
            showing([b"a", b"b"], SALT, index)


def test_two_equal_events_have_two_leaves() -> None:
    assert entry(b"x", SALT, 0) != entry(b"x", SALT, 1)
    assert entry(b"x", SALT, 0) != entry(b"x", bytes(32), 0)
    assert len(entry(b"x" * 1_000, SALT, 499)) == 206


@pytest.mark.parametrize(
    "said",
    [
        {"by": "", "version": "2.2"},
        {"by": "AB" * 16, "version": "2.2"},
        {"by": f"{BY}\n", "version": "2.2"},
        {"by": BY, "version": "2.0"},
    ],
    ids=range(4),
)
def test_a_claim_names_who_claims_and_the_version(said: Any) -> None:
    with pytest.raises(ClaimError):
        root_of([b"x"], SALT, **said)


def test_another_claimant_or_version_has_another_root() -> None:
    mine = root_of([b"x"], SALT, by=BY, version="2.2")
    assert mine != root_of([b"x"], SALT, by="cd" * 16, version="2.2")
    assert mine != root_of([b"x"], SALT, by=BY, version="3.0")


SHIPMENTS = ["0c" * 32, "1c" * 32, "2c" * 32]
named_lists = st.lists(st.sets(st.sampled_from(SHIPMENTS)).map(sorted), min_size=4, max_size=4)


@given(named_lists, st.integers(0, 3))
def test_which_consignments_an_event_concerns_stands_in_the_root(
    concerns: list[list[str]], index: int
) -> None:
    events = [b"a", b"b", b"c", b"d"]
    root = claimed(events, SALT, concerns=concerns)
    assert root == told(events, SALT, BY, "2.2", concerns)
    shown = showing(events, SALT, index, concerns=concerns)
    check_shown(shown, root)
    assert len(entry(b"x", SALT, index, concerns=concerns[index])) in (206, 284)
    assert bool(shown.concerns) == bool(concerns[index])
    assert not any(one in str(shown) for one in SHIPMENTS)
    for other in ("", "ab" * 32, shown.concerns.upper() or "x"):
        if other != shown.concerns:
            with pytest.raises(NotInClaimError):
                check_shown(msgspec.structs.replace(shown, concerns=other), root)


@given(named_lists, named_lists)
def test_another_naming_has_another_root(one: list[list[str]], other: list[list[str]]) -> None:
    events = [b"a", b"b", b"c", b"d"]
    roots = {claimed(events, SALT, concerns=each) for each in (one, other)}
    assert len(roots) == 1 + (one != other)


def test_naming_none_is_the_claim_that_names_nothing() -> None:
    assert claimed([b"a"], SALT, concerns=[[]]) == claimed([b"a"], SALT)


@pytest.mark.parametrize(
    "concerns",
    [
        [SHIPMENTS],
        [[], [], []],
        [["0C" * 32], []],
        [[SHIPMENTS[1], SHIPMENTS[0]], []],
        [[SHIPMENTS[0]] * 2, []],
        [["0c" * 31], []],
        [sorted(f"{n:064x}" for n in range(17)), []],
    ],
    ids=range(7),
)
def test_consignments_are_named_for_each_event_by_their_ids_rising(concerns: Any) -> None:
    with pytest.raises(ClaimError):
        claimed([b"a", b"b"], SALT, concerns=concerns)


def test_the_same_consignment_is_hidden_otherwise_in_each_event() -> None:
    assert naming(SALT, 0, SHIPMENTS) != naming(SALT, 1, SHIPMENTS)
    assert naming(SALT, 0, SHIPMENTS) != naming(bytes(32), 0, SHIPMENTS)
    assert len(naming(SALT, 0, sorted(f"{n:064x}" for n in range(16)))) == 64
