# SPDX-License-Identifier: Apache-2.0
"""Branches built from a scan, against buckets hashed one by one."""

from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tlog.bucket import EMPTY, subtree_hash
from ropewalk.tlog.building import bounds, build, join
from tlog.stores import LeafStore

PLACES = st.binary(min_size=32, max_size=32) | st.builds(
    lambda head, tail: head + bytes(30 - len(head)) + tail,
    st.binary(max_size=9),
    st.binary(min_size=2, max_size=2),
)
"""Spread evenly, or crowded: many agree in their first 64 bits."""

LEAVES = st.dictionaries(PLACES, st.integers(0, 9).map(lambda n: bytes([n]) * 32), max_size=40)


def stored(leaves: dict[bytes, bytes]) -> LeafStore:
    store = LeafStore()
    store.write(dict(leaves))
    return store


@given(LEAVES, st.integers(4, 9))
def test_every_node_is_the_hash_of_the_rows_below_it(
    leaves: dict[bytes, bytes], depth: int
) -> None:
    store = stored(leaves)
    nodes, weights = build(store, depth, 0, 1 << depth)
    for level in range(depth + 1):
        for index in range(1 << level):
            rows = store.bucket(*bounds(level, index, index + 1))
            assert nodes[(1 << level) + index] == subtree_hash(rows, level)
            assert min(weights[(1 << level) + index], 2) == min(len(rows) // 64, 2)


@given(LEAVES, st.integers(4, 9))
def test_two_halves_joined_are_the_whole(leaves: dict[bytes, bytes], depth: int) -> None:
    store, buckets = stored(leaves), 1 << depth
    half = buckets // 2
    joined = join(build(store, depth, 0, half), build(store, depth, half, buckets))
    whole = build(store, depth, 0, buckets)
    assert joined.nodes[1:] == whole.nodes[1:]
    assert joined.weights == whole.weights


def test_a_branch_without_leaves_is_empty() -> None:
    branch = build(LeafStore(), 4, 8, 16)
    assert branch.nodes == [EMPTY] * 16
    assert not any(branch.weights)
