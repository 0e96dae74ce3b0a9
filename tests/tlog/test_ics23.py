# SPDX-License-Identifier: Apache-2.0
"""Proofs of presence and absence, honest and forged."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tlog import (
    Absence,
    AbsenceError,
    MapError,
    Presence,
    PresenceError,
    Step,
    prove_absence,
    prove_presence,
    verify_absence,
    verify_membership,
    verify_non_membership,
    verify_presence,
)
from tlog import naive
from tlog.stores import Records

STATES = st.dictionaries(
    st.integers(0, 60).map(lambda n: b"key/%d" % n), st.just(b"v"), min_size=1, max_size=12
)
STATE = Records({b"title/%d" % number: b"[1,{%d}]" % number for number in range(60)})
ROOT = STATE.tree.root
ORDER = [STATE.by_place[place] for place in sorted(STATE.by_place)]


def present(key: bytes) -> Presence:
    return prove_presence(STATE.tree, key, STATE.records[key])


def between(left: int | None, right: int | None, key: bytes = b"absent") -> Absence:
    return Absence(
        key,
        None if left is None else present(ORDER[left]),
        None if right is None else present(ORDER[right]),
    )


@given(STATES)
def test_every_record_is_proven_present_and_every_other_key_absent(
    records: dict[bytes, bytes],
) -> None:
    state = Records(records)
    root = naive.map_hash(naive.placed(records))
    for key in (b"key/%d" % number for number in range(61)):
        if key in records:
            verify_presence(root, key, b"v", prove_presence(state.tree, key, b"v"))
            with pytest.raises(AbsenceError):
                prove_absence(state.tree, key, state.record)
        else:
            verify_absence(root, key, prove_absence(state.tree, key, state.record))
            with pytest.raises(MapError):
                prove_presence(state.tree, key, b"v")


def test_absence_in_an_empty_map_cannot_be_proven() -> None:
    state = Records({})
    with pytest.raises(AbsenceError):
        prove_absence(state.tree, b"key", state.record)


def test_a_lone_record_is_proven_by_its_leaf_alone() -> None:
    state = Records({b"sentinel": b"v"})
    assert prove_presence(state.tree, b"sentinel", b"v").path == ()
    verify_absence(state.tree.root, b"other", prove_absence(state.tree, b"other", state.record))


KEY = ORDER[20]
HONEST = present(KEY)
FORGED: dict[str, Callable[[], Presence]] = {
    "another value": lambda: replace(HONEST, value=b"[1,{}]"),
    "a step too few": lambda: replace(HONEST, path=HONEST.path[:-1]),
    "a step too many": lambda: replace(HONEST, path=(*HONEST.path, HONEST.path[-1])),
    "a changed sibling": lambda: replace(HONEST, path=(Step(b"\x01", bytes(32)), *HONEST.path[1:])),
    "a leaf's prefix": lambda: replace(HONEST, path=(Step(b"\x00", bytes(32)),)),
    "no prefix": lambda: replace(HONEST, path=(Step(b"", bytes(32)),)),
    "a long prefix": lambda: replace(HONEST, path=(Step(b"\x01" * 34, b""),)),
    "an odd suffix": lambda: replace(HONEST, path=(Step(b"\x01", bytes(31)),)),
    "257 steps": lambda: replace(HONEST, path=(Step(b"\x01", bytes(32)),) * 257),
    "another record's path": lambda: replace(HONEST, path=present(ORDER[21]).path),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_presence_is_refused(name: str) -> None:
    forged = FORGED[name]()
    for verify in (verify_membership, verify_presence):
        with pytest.raises(PresenceError):
            verify(ROOT, KEY, forged.value, forged)


def test_a_presence_proves_its_own_key_and_value_only() -> None:
    for key, value in ((b"title/x", HONEST.value), (KEY, b"x")):
        with pytest.raises(PresenceError):
            verify_membership(ROOT, key, value, HONEST)


@pytest.mark.parametrize(("key", "value"), [(b"", b"v"), (b"k", b"")])
def test_neither_key_nor_value_is_empty(key: bytes, value: bytes) -> None:
    root = naive.leaf_of(key, value)
    with pytest.raises(PresenceError):
        verify_membership(root, key, value, Presence(key, value, ()))


def test_a_present_key_is_never_shown_absent() -> None:
    for at in range(1, len(ORDER) - 1):
        for proof in (between(at - 1, at + 1), between(at - 1, None), between(None, at + 1)):
            with pytest.raises(AbsenceError):
                verify_non_membership(ROOT, ORDER[at], proof)
        for proof in (between(at - 1, at), between(at, at + 1), between(at, at)):
            with pytest.raises(AbsenceError):
                verify_non_membership(ROOT, ORDER[at], proof)


def test_the_edges_need_one_neighbour_and_the_right_one() -> None:
    first, last = ORDER[0], ORDER[-1]
    without = Records({key: STATE.records[key] for key in ORDER[1:-1]})
    for key in (first, last):
        proof = prove_absence(without.tree, key, without.record)
        assert (proof.left is None) == (key == first)
        assert (proof.right is None) == (key == last)
        verify_absence(without.tree.root, key, proof)
        with pytest.raises(AbsenceError):
            verify_non_membership(ROOT, key, proof)


def test_an_absence_without_neighbours_is_refused() -> None:
    with pytest.raises(AbsenceError):
        verify_non_membership(ROOT, b"absent", Absence(b"absent", None, None))


def test_neighbours_far_apart_are_refused() -> None:
    absent = prove_absence(STATE.tree, b"absent", STATE.record)
    assert absent.left is not None
    assert absent.right is not None
    left, right = ORDER.index(absent.left.key), ORDER.index(absent.right.key)
    for proof in (between(left - 1, right), between(left, right + 1), between(right, left)):
        with pytest.raises(AbsenceError):
            verify_non_membership(ROOT, b"absent", proof)


def test_an_absence_with_a_forged_neighbour_is_refused() -> None:
    absent = prove_absence(STATE.tree, b"absent", STATE.record)
    assert absent.left is not None
    forged = replace(absent, left=replace(absent.left, value=b"x"))
    with pytest.raises(AbsenceError):
        verify_non_membership(ROOT, b"absent", forged)


def test_an_absence_names_its_key() -> None:
    absent = prove_absence(STATE.tree, b"absent", STATE.record)
    verify_non_membership(ROOT, b"absent", replace(absent, key=b"other"))
    with pytest.raises(AbsenceError):
        verify_absence(ROOT, b"absent", replace(absent, key=b"other"))


def test_an_operator_cannot_show_two_values_of_one_key_under_one_root() -> None:
    old, new = naive.leaf_of(b"key", b"old"), naive.leaf_of(b"key", b"new")
    root = naive.digest(b"\x01" + old + new)
    shown = [
        Presence(b"key", b"old", (Step(b"\x01", new),)),
        Presence(b"key", b"new", (Step(b"\x01" + old, b""),)),
    ]
    accepted = 0
    for proof in shown:
        verify_membership(root, b"key", proof.value, proof)  # ICS-23 takes both
        try:
            verify_presence(root, b"key", proof.value, proof)
        except PresenceError:
            continue
        accepted += 1
    assert accepted == 1


def test_an_operator_cannot_show_a_misplaced_neighbour() -> None:
    names = sorted((b"%d" % number for number in range(20)), key=naive.digest)
    below, middle, above = (name for name in names[:3] if naive.bits(name)[0] == "0")
    leaves = [naive.leaf_of(key, b"v") for key in (below, above)]
    root = naive.digest(b"\x01" + leaves[0] + leaves[1])  # they part at a later bit
    proof = Absence(
        middle,
        Presence(below, b"v", (Step(b"\x01", leaves[1]),)),
        Presence(above, b"v", (Step(b"\x01" + leaves[0], b""),)),
    )
    verify_non_membership(root, middle, proof)
    with pytest.raises(AbsenceError):
        verify_absence(root, middle, proof)


def test_equal_paths_are_no_neighbours() -> None:
    record = Presence(b"key", b"v", ())
    root = naive.leaf_of(b"key", b"v")
    for key in (b"a", b"b"):
        with pytest.raises(AbsenceError):
            verify_non_membership(root, key, Absence(key, record, record))
