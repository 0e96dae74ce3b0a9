# SPDX-License-Identifier: Apache-2.0
"""Replay lists: remembered until expiry refuses it, and only the root is in the state."""

from hypothesis import given
from hypothesis import strategies as st

from ropewalk.crypto import sha256, sha256_hex
from ropewalk.ledger import MINUTE_S, ReplayList, ReplayLists, decode_record
from ropewalk.ledger.replay import key

ACTOR = "a" * 32


def ident(number: int) -> str:
    return sha256_hex(b"%d" % number)


def mth(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, told again."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + mth(leaves[:split]) + mth(leaves[split:]))


def test_what_was_remembered_is_contained_under_its_time_only() -> None:
    lists = ReplayLists()
    lists.remember(ident(1), 600, ACTOR)
    assert lists.contains(ident(1), 600)
    assert lists.contains(ident(1), 659)
    assert not lists.contains(ident(1), 660)
    assert not lists.contains(ident(2), 600)


def test_a_list_is_dropped_when_its_minute_is_over_and_not_before() -> None:
    lists = ReplayLists()
    lists.remember(ident(1), 60, ACTOR)
    assert lists.count(ACTOR, 119) == 1
    lists.take_changes(119)
    assert lists.contains(ident(1), 60)
    assert lists.count(ACTOR, 120) == 0
    assert lists.contains(ident(1), 60)
    assert lists.take_changes(120) == {"replay/1": None}
    assert not lists.contains(ident(1), 60)
    assert lists.count(ACTOR, 120) == 0


@given(st.lists(st.integers(0, 40), min_size=1, max_size=40))
def test_the_state_holds_length_and_rfc_9162_root_of_each_minute(seconds: list[int]) -> None:
    lists = ReplayLists()
    by_minute: dict[int, list[bytes]] = {}
    for number, second in enumerate(seconds):
        until = second * 20
        lists.remember(ident(number), until, ACTOR)
        by_minute.setdefault(until // MINUTE_S, []).append(bytes.fromhex(ident(number)))
    changes = lists.take_changes(0)
    assert list(changes) == [key(minute) for minute in sorted(by_minute)]
    for minute, ids in by_minute.items():
        data = changes[key(minute)]
        assert data is not None
        assert decode_record(data, ReplayList) == ReplayList(count=len(ids), root=mth(ids).hex())
    assert lists.take_changes(0) == {}
    assert lists.count(ACTOR, 0) == len(seconds)


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from("ab"), st.integers(0, 60))))
def test_counts_are_those_of_the_lists_that_are_left(
    steps: list[tuple[int, str, int]],
) -> None:
    """Whether the lists that ended were dropped in between or not."""
    lists, now = ReplayLists(), 0
    kept: list[tuple[int, str]] = []
    for number, (ahead, actor, seconds) in enumerate(steps):
        now += seconds
        if number % 3 == 0:
            lists.take_changes(now)
        kept = [one for one in kept if (one[0] // MINUTE_S + 1) * MINUTE_S > now]
        lists.remember(ident(number), now + ahead, actor)
        kept.append((now + ahead, actor))
        for name in "ab":
            assert lists.count(name, now) == sum(one[1] == name for one in kept)


def test_dropping_removes_the_record() -> None:
    lists = ReplayLists()
    lists.remember(ident(1), 60, ACTOR)
    lists.take_changes(60)
    assert lists.take_changes(1_000) == {"replay/1": None}
    assert lists.take_changes(1_000) == {}


def test_a_list_made_and_dropped_between_two_blocks_leaves_a_removal_only() -> None:
    lists = ReplayLists()
    lists.remember(ident(1), 60, ACTOR)
    assert lists.take_changes(1_000) == {"replay/1": None}
