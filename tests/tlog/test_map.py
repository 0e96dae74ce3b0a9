# SPDX-License-Identifier: Apache-2.0
"""The authenticated map, against a recursive one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tlog import (
    EMPTY_MAP_ROOT,
    AuthenticatedMap,
    Branch,
    MapError,
    build,
    depth_for,
    hashed_key,
    map_leaf,
)
from ropewalk.tlog.map import HELPED_DEPTH_MIN
from tlog import naive
from tlog.stores import LeafStore

CROWDED = st.builds(
    lambda first, middle, last: bytes([first]) + bytes([middle]) * 30 + bytes([last]),
    st.sampled_from((0, 1, 0x7F, 0x80, 0xFF)),
    st.sampled_from((0, 0xFF)),
    st.integers(0, 7),
)
"""Places that share many bits: leaves are lifted past many levels, or not at all."""

PLACES = CROWDED | st.binary(min_size=32, max_size=32)
CHANGES = st.dictionaries(PLACES, st.none() | st.integers(0, 9).map(lambda n: bytes([n]) * 32))
BATCHES = st.lists(CHANGES, max_size=5)
CACHES = st.sampled_from((0, 2, 1 << 20))
DEPTHS = st.sampled_from((4, 5, 9))


def bits(place: bytes) -> str:
    return f"{int.from_bytes(place, 'big'):0256b}"


def naive_leaves(store: LeafStore) -> dict[str, bytes]:
    return {bits(place): leaf for place, leaf in store.leaves.items()}


@given(BATCHES, CACHES, DEPTHS, st.sampled_from(("before", "after")))
def test_the_root_is_the_definitions_after_every_batch(
    batches: list[dict[bytes, bytes | None]], cached: int, depth: int, store_written: str
) -> None:
    store = LeafStore()
    tree = AuthenticatedMap(store, depth, cached_leaves_max=cached)
    for batch in batches:
        if store_written == "before":
            store.write(batch)
        root = tree.refresh(batch)
        store.write(batch)
        assert root == tree.root == naive.map_hash(naive_leaves(store))
        assert tree.count == len(store.leaves)


@given(CHANGES, CACHES, DEPTHS)
def test_a_rebuild_gives_the_root_that_changes_gave(
    changes: dict[bytes, bytes | None], cached: int, depth: int
) -> None:
    store = LeafStore()
    store.write(changes)
    tree = AuthenticatedMap(store, depth, cached_leaves_max=cached)
    assert tree.rebuild() == naive.map_hash(naive_leaves(store))
    assert tree.count == len(store.leaves)
    taken_out = dict.fromkeys(store.leaves)
    store.write(taken_out)
    assert tree.refresh(taken_out) == EMPTY_MAP_ROOT
    assert tree.count == 0


@given(CHANGES, PLACES, CACHES, DEPTHS)
def test_siblings_and_neighbours_are_the_definitions(
    changes: dict[bytes, bytes | None], asked: bytes, cached: int, depth: int
) -> None:
    store = LeafStore()
    store.write(changes)
    tree = AuthenticatedMap(store, depth, cached_leaves_max=cached)
    tree.rebuild()
    for place in store.leaves:
        assert tree.siblings(place) == naive.map_path(naive_leaves(store), bits(place))
    for place in (asked, *store.leaves):
        below = max((key for key in store.leaves if key < place), default=None)
        above = min((key for key in store.leaves if key > place), default=None)
        assert tree.neighbours(place) == (below, above)


def test_the_map_grows_with_its_keys_and_keeps_its_root() -> None:
    store = LeafStore()
    tree = AuthenticatedMap(store, cached_leaves_max=100)
    keys = [hashed_key(b"%d" % number) for number in range(3000)]
    for start in range(0, 3000, 500):
        batch = {key: map_leaf(key, b"1") for key in keys[start : start + 500]}
        store.write(batch)
        tree.refresh(batch)
        assert tree.depth == depth_for(start + 500)
    assert tree.count == 3000
    assert tree.root == naive.map_hash(naive_leaves(store))
    again = AuthenticatedMap(store)
    assert again.rebuild() == tree.root
    assert again.depth == tree.depth


def test_a_batch_that_makes_the_map_grow_may_precede_the_store() -> None:
    store = LeafStore()
    tree = AuthenticatedMap(store, cached_leaves_max=0)
    batch = {hashed_key(b"%d" % number): bytes([number]) * 32 for number in range(200)}
    root = tree.refresh(batch)
    store.write(batch)
    assert root == naive.map_hash(naive_leaves(store))


def test_a_cached_bucket_is_not_read_again() -> None:
    store = LeafStore()
    keys = [hashed_key(b"%d" % number) for number in range(100)]
    store.write({key: bytes(32) for key in keys})
    tree = AuthenticatedMap(store)
    tree.rebuild()
    tree.refresh(dict.fromkeys(keys, b"0" * 32))
    reads = store.reads
    tree.refresh(dict.fromkeys(keys, b"1" * 32))
    assert store.reads == reads


@pytest.mark.parametrize(
    ("count", "depth"), [(0, 4), (31, 4), (32, 5), (10_000, 13), (1_000_000, 19), (10**8, 20)]
)
def test_depth_follows_the_number_of_keys(count: int, depth: int) -> None:
    assert depth_for(count) == depth


@pytest.mark.parametrize("depth", [3, 21])
def test_a_depth_out_of_range_is_refused(depth: int) -> None:
    with pytest.raises(MapError):
        AuthenticatedMap(LeafStore(), depth)


def test_what_is_no_key_or_leaf_is_refused_and_changes_nothing() -> None:
    tree = AuthenticatedMap(LeafStore())
    for change in ({b"short": bytes(32)}, {bytes(32): b"short"}, {bytes(33): None}):
        with pytest.raises(MapError):
            tree.refresh({b"\x01" * 32: bytes(32), **change})
        assert tree.root == EMPTY_MAP_ROOT
    for ask in (tree.siblings, tree.neighbours):
        with pytest.raises(MapError):
            ask(b"short")


def test_siblings_of_an_absent_key_are_refused() -> None:
    with pytest.raises(MapError):
        AuthenticatedMap(LeafStore()).siblings(bytes(32))


@pytest.mark.parametrize(
    "rows",
    [
        b"\x02" * 32 + bytes(32) + b"\x01" * 32 + bytes(32),
        2 * (b"\x01" * 32 + bytes(32)),
        b"\x01" * 32 + bytes(31),
        b"\xff" * 32 + bytes(32),
    ],
)
def test_a_store_out_of_order_is_noticed(rows: bytes) -> None:
    class Broken:
        def bucket(self, low: bytes, high: bytes) -> bytes:
            return rows if low < high else b""

    with pytest.raises(MapError):
        AuthenticatedMap(Broken(), 12).rebuild()


def test_a_map_that_was_rebuilt_grows_from_what_the_store_and_the_batch_hold() -> None:
    store = LeafStore()
    store.write({hashed_key(b"%d" % number): bytes(32) for number in range(60)})
    tree = AuthenticatedMap(store)
    tree.rebuild()
    batch = {hashed_key(b"%d" % number): b"1" * 32 for number in range(40, 200)}
    root = tree.refresh(batch)
    store.write(batch)
    assert tree.depth > depth_for(60)
    assert root == naive.map_hash(naive_leaves(store))


class Elsewhere:
    """Builds the other half on the spot, or not at all."""

    def __init__(self, store: LeafStore, *, fails: bool) -> None:
        self.store = store
        self.fails = fails
        self.asked: list[tuple[int, int, int]] = []

    def begin(self, depth: int, first: int, end: int) -> None:
        self.asked.append((depth, first, end))

    def branch(self) -> Branch | None:
        return None if self.fails else build(self.store, *self.asked[-1])


@pytest.mark.parametrize("fails", [False, True])
def test_a_half_built_elsewhere_is_joined_to_the_other(*, fails: bool) -> None:
    store = LeafStore()
    store.write({hashed_key(b"%d" % number): b"%032d" % number for number in range(500)})
    plain, helped = AuthenticatedMap(store), AuthenticatedMap(store, HELPED_DEPTH_MIN)
    helper = Elsewhere(store, fails=fails)
    assert helped.rebuild(helper) == plain.rebuild()
    assert len(helper.asked) == 1
    assert helped.count == 500
    for place in store.keys[::50]:
        assert helped.siblings(place) == plain.siblings(place)
        assert helped.neighbours(place) == plain.neighbours(place)


def test_a_small_map_is_rebuilt_without_help() -> None:
    helper = Elsewhere(LeafStore(), fails=False)
    AuthenticatedMap(helper.store, HELPED_DEPTH_MIN - 1).rebuild(helper)
    assert not helper.asked
