# SPDX-License-Identifier: Apache-2.0
"""Rows of a bucket."""

from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tlog.bucket import find_row, row_after, split, subtree_hash, with_leaf

HASHES = st.binary(min_size=32, max_size=32)
LEAVES = st.dictionaries(HASHES, HASHES, max_size=6)


def rows_of(leaves: dict[bytes, bytes]) -> bytes:
    return b"".join(key + leaves[key] for key in sorted(leaves))


@given(LEAVES, HASHES, st.none() | HASHES)
def test_rows_stay_in_order_whatever_is_set(
    leaves: dict[bytes, bytes], key: bytes, leaf: bytes | None
) -> None:
    for changed in (key, *leaves):
        after = {name: value for name, value in leaves.items() if name != changed}
        if leaf is not None:
            after[changed] = leaf
        assert with_leaf(rows_of(leaves), changed, leaf) == rows_of(after)


def test_a_key_inside_other_bytes_is_not_a_row() -> None:
    key, low = b"k" * 32, b"a" * 32
    assert find_row(low + key, key) == -1
    assert find_row(low + key + key + low, key) == 64


@given(LEAVES, HASHES)
def test_the_row_after_a_key_is_the_first_above_it(leaves: dict[bytes, bytes], key: bytes) -> None:
    for asked in (key, *leaves):
        assert row_after(rows_of(leaves), asked) == 64 * sum(name <= asked for name in leaves)


@given(LEAVES)
def test_a_split_parts_zeros_from_ones(leaves: dict[bytes, bytes]) -> None:
    assert split(rows_of(leaves), 0) == 64 * sum(name < b"\x80" for name in leaves)


def test_no_rows_hash_to_zeros_and_one_row_to_its_leaf() -> None:
    assert subtree_hash(b"", 7) == bytes(32)
    assert subtree_hash(b"k" * 32 + b"l" * 32, 7) == b"l" * 32
