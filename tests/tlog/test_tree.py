# SPDX-License-Identifier: Apache-2.0
"""The log's tree, against RFC 9162's definitions and Certificate Transparency's vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tlog import (
    EMPTY_ROOT,
    CompleteNode,
    ConsistencyError,
    Frontier,
    InclusionError,
    RangeError,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tlog import naive

ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The reference tree of certificate-transparency's merkle_tree_test."""

ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

N_96 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
N_5F = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N_6B = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
N_BC = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
N_CA = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N_0E = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

SIZES = st.integers(1, 130)


def entries(size: int) -> list[bytes]:
    return [b"entry %d" % position for position in range(size)]


LOG = entries(130)


def node(level: int, index: int) -> bytes:
    assert (index + 1) << level <= 130, "only complete subtrees are asked for"
    return naive.tree_hash(LOG[index << level : (index + 1) << level])


def test_the_reference_roots_come_out() -> None:
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT == naive.digest(b"")
    for entry, root in zip(ENTRIES, ROOTS, strict=True):
        frontier.append(leaf_hash(entry))
        assert frontier.root().hex() == root


@pytest.mark.parametrize(
    ("position", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [N_96, N_5F, N_6B]),
        (5, 8, [N_BC, N_CA, ROOTS[3]]),
        (2, 3, [ROOTS[1]]),
        (1, 5, [ROOTS[0], N_5F, N_BC]),
    ],
)
def test_the_reference_audit_paths_come_out(position: int, size: int, path: list[str]) -> None:
    hashes = [bytes.fromhex(text) for text in path]
    assert naive.audit_path(position, ENTRIES[:size]) == hashes
    root = bytes.fromhex(ROOTS[size - 1])
    verify_inclusion(leaf_hash(ENTRIES[position]), position, size, hashes, root)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (1, 1, []),
        (1, 8, [N_96, N_5F, N_6B]),
        (6, 8, [N_0E, N_CA, ROOTS[3]]),
        (2, 5, [N_5F, N_BC]),
    ],
)
def test_the_reference_consistency_paths_come_out(old: int, new: int, path: list[str]) -> None:
    hashes = [bytes.fromhex(text) for text in path]
    assert naive.consistency_proof(old, ENTRIES[:new]) == hashes
    old_root, new_root = (bytes.fromhex(ROOTS[size - 1]) for size in (old, new))
    verify_consistency(old, old_root, new, new_root, hashes)


@given(SIZES, st.data())
def test_audit_paths_are_rfc_9162s_and_verify(size: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, size - 1))
    path = inclusion_path(position, size, node)
    log = entries(size)
    assert path == naive.audit_path(position, log)
    verify_inclusion(leaf_hash(log[position]), position, size, path, naive.tree_hash(log))


@given(SIZES, st.data())
def test_consistency_paths_are_rfc_9162s_and_verify(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    path = consistency_path(old, new, node)
    log = entries(new)
    assert path == naive.consistency_proof(old, log)
    verify_consistency(old, naive.tree_hash(log[:old]), new, naive.tree_hash(log), path)


def test_every_audit_path_up_to_size_33_proves_its_position_and_no_other() -> None:
    for size in range(1, 34):
        log = entries(size)
        root = root_of(map(leaf_hash, log))
        for position in range(size):
            path = inclusion_path(position, size, node)
            leaf = leaf_hash(log[position])
            verify_inclusion(leaf, position, size, path, root)
            for other in range(size):
                if other != position:
                    with pytest.raises(InclusionError):
                        verify_inclusion(leaf, other, size, path, root)


@given(SIZES, st.data())
def test_a_changed_audit_path_proves_nothing(size: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, size - 1))
    path = inclusion_path(position, size, node)
    log = entries(size)
    for forged in changed_paths(path, data):
        with pytest.raises(InclusionError):
            verify_inclusion(leaf_hash(log[position]), position, size, forged, naive.tree_hash(log))


@given(SIZES.filter(lambda size: size > 1), st.data())
def test_a_changed_consistency_path_proves_nothing(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    path = consistency_path(old, new, node)
    log = entries(new)
    roots = naive.tree_hash(log[:old]), naive.tree_hash(log)
    for forged in changed_paths(path, data):
        with pytest.raises(ConsistencyError):
            verify_consistency(old, roots[0], new, roots[1], forged)
    for old_root, new_root in ((bytes(32), roots[1]), (roots[0], bytes(32))):
        with pytest.raises(ConsistencyError):
            verify_consistency(old, old_root, new, new_root, path)


def changed_paths(path: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """One hash too many, at either end; one too few; one bit changed; one byte too short."""
    forged = [[*path, bytes(32)], [bytes(32), *path]]
    if path:
        at, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(path[at], "big") ^ 1 << bit).to_bytes(32, "big")
        forged += [path[:-1], path[1:], [*path[:at], flipped, *path[at + 1 :]]]
        forged += [[*path[:at], path[at][:31], *path[at + 1 :]]]
    return forged


@pytest.mark.parametrize(("position", "size"), [(-1, 1), (1, 1), (0, 0), (0, 2**53)])
def test_positions_outside_the_log_are_refused(position: int, size: int) -> None:
    with pytest.raises(RangeError):
        inclusion_path(position, size, node)
    with pytest.raises(RangeError):
        verify_inclusion(bytes(32), position, size, [], bytes(32))


@pytest.mark.parametrize(("old", "new"), [(0, 1), (2, 1), (-1, 1), (1, 2**53)])
def test_sizes_that_do_not_grow_are_refused(old: int, new: int) -> None:
    with pytest.raises(RangeError):
        consistency_path(old, new, node)
    with pytest.raises(RangeError):
        verify_consistency(old, bytes(32), new, bytes(32), [])


@given(st.integers(0, 130), st.integers(0, 130))
def test_a_frontier_goes_on_from_its_peaks(first: int, second: int) -> None:
    log = [leaf_hash(entry) for entry in entries(first + second)]
    frontier = Frontier()
    for leaf in log[:first]:
        frontier.append(leaf)
    again = Frontier(frontier.size, frontier.peaks)
    for leaf in log[first:]:
        again.append(leaf)
    assert again.root() == root_of(log)
    assert again.size == first + second


def test_a_frontier_hands_out_every_complete_interior_node_once() -> None:
    completed: list[CompleteNode] = []
    frontier = Frontier()
    for entry in entries(100):
        frontier.append(leaf_hash(entry), completed)
    expected = [
        (level, index, node(level, index)) for level in range(1, 7) for index in range(100 >> level)
    ]
    assert sorted(completed) == expected


@pytest.mark.parametrize(
    ("size", "peaks"),
    [(1, []), (0, [bytes(32)]), (3, [bytes(32)]), (1, [bytes(31)]), (-1, []), (2**53, [bytes(32)])],
)
def test_a_frontier_refuses_peaks_of_another_size(size: int, peaks: list[bytes]) -> None:
    with pytest.raises(RangeError):
        Frontier(size, peaks)
