# SPDX-License-Identifier: Apache-2.0
"""Batches: one form, signed, and one answer to what may stand in a block."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.crypto import PrivateKey, encode, to_base64url
from ropewalk.engines.batch import (
    BATCH_SIZE_MAX,
    BATCH_TRANSACTIONS_MAX,
    Admission,
    Batch,
    BatchError,
    chosen,
    fill,
    make_batch,
    read_batch,
)
from ropewalk.ledger import BLOCK_TRANSACTIONS_MAX, TRANSACTION_SIZE_MAX

NETWORK, OTHER = "ab" * 32, "cd" * 32
A, B, STRANGER = (PrivateKey(bytes([number]) * 32) for number in (1, 2, 3))
ADMISSION = Admission(NETWORK, frozenset({A.kid, B.kid}), quota=BLOCK_TRANSACTIONS_MAX)
TEXTS = st.lists(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
    min_size=1,
    max_size=5,
)


def batch(number: int, count: int = 1, key: PrivateKey = A, network: str = NETWORK) -> Batch:
    return read_batch(make_batch(network, number, [f"{number}.{n}" for n in range(count)], key))


def reasons(*batches: Batch, quota: int = BLOCK_TRANSACTIONS_MAX) -> list[str]:
    admission = Admission(ADMISSION.network, ADMISSION.nodes, quota)
    return [str(one) if isinstance(one, BatchError) else "" for one in fill(batches, admission)]


@given(TEXTS, st.integers(0, 2**53 - 1))
def test_what_was_made_is_read(texts: list[str], number: int) -> None:
    read = read_batch(make_batch(NETWORK, number, texts, A))
    assert (list(read.texts), read.head.number, read.head.node) == (texts, number, A.kid)


@given(TEXTS, st.data())
def test_no_bit_of_a_batch_can_be_turned(texts: list[str], data: st.DataObject) -> None:
    whole = bytearray(make_batch(NETWORK, 1, texts, A))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BatchError):
        read_batch(bytes(whole))


def with_head(head: bytes, key: PrivateKey = A) -> bytes:
    whole = make_batch(NETWORK, 1, ["x"], key).split(b"\n")
    return b"\n".join([whole[0], head, *whole[2:]])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n\n",
        b"ropewalk-batch/2" + make_batch(NETWORK, 1, ["x"], A)[16:],
        make_batch(NETWORK, 1, ["x"], A) + b"\n",
        make_batch(NETWORK, 1, ["x", "", "y"], A),
        make_batch(NETWORK, 1, [], A),
        make_batch(NETWORK, 1, ["x" * (TRANSACTION_SIZE_MAX + 1)], A),
        make_batch(NETWORK, 1, ["x"] * (BATCH_TRANSACTIONS_MAX + 1), A),
        make_batch(NETWORK, 1, ["x" * 16_000] * 66, A),
        make_batch("ab", 1, ["x"], A),
        make_batch(NETWORK, 2**53 - 1, ["x"], A).replace(b'"number":9', b'"number":-'),
        with_head(b"{}"),
        with_head(b'{"network": "' + NETWORK.encode() + b'"}'),
        with_head(encode({"network": NETWORK, "node": A.kid, "number": 1, "more": 1})),
        with_head(encode({"network": NETWORK, "node": to_base64url(bytes(32)), "number": 1})),
        with_head(encode({"network": NETWORK, "node": "A", "number": 1})),
        with_head(encode({"network": NETWORK, "node": A.kid, "number": 1}), B),
        with_head(b'{"a":' * 200),
        make_batch(NETWORK, 1, ["x"], A).replace(b"x", "é".encode()),
    ],
)
def test_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(BatchError):
        read_batch(data)


def test_a_batch_is_bounded_before_it_is_looked_at() -> None:
    with pytest.raises(BatchError, match="at most"):
        read_batch(b"x" * (BATCH_SIZE_MAX + 1))


def test_members_batches_stand_in_a_block_in_the_order_of_their_numbers() -> None:
    assert reasons(batch(1), batch(7, key=B), batch(2), batch(8, key=B)) == ["", "", "", ""]
    (first, second, third) = reasons(batch(2), batch(1), batch(2))
    assert first == ""
    assert "order" in second
    assert "order" in third


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (batch(2, network=OTHER), "network"),
        (batch(2, key=STRANGER), "no validator"),
        (batch(1), "order"),
    ],
)
def test_a_batch_that_may_not_stand_there_changes_nothing_for_the_next(
    bad: Batch, why: str
) -> None:
    first, second, third = reasons(batch(1), bad, batch(3))
    assert (first, third) == ("", "")
    assert why in second


def test_a_member_has_its_share_of_a_block_and_no_more() -> None:
    told = reasons(batch(1, 3), batch(2, 3), batch(3, 2), batch(1, 5, key=B), quota=5)
    assert [bool(one) for one in told] == [False, True, False, False]


def test_a_block_holds_so_many_transactions() -> None:
    many = [batch(number, BATCH_TRANSACTIONS_MAX) for number in range(1, 12)]
    told = reasons(*many)
    assert [bool(one) for one in told] == [False] * 10 + [True]


@given(st.permutations([(1, A), (2, A), (3, A), (1, B), (2, B), (9, STRANGER)]))
def test_what_a_proposer_chooses_may_stand_in_a_block(order: list[tuple[int, PrivateKey]]) -> None:
    """In whatever order batches came; bytes unchanged, nothing that may stand there left out."""
    made = [make_batch(NETWORK, number, [f"{key.kid}.{number}"], key) for number, key in order]
    taken = chosen([(data, read_batch(data)) for data in made], ADMISSION, 1 << 20)
    assert not [one for one in fill(list(map(read_batch, taken)), ADMISSION) if not one_of(one)]
    assert sorted(taken) == sorted(one for one in made if STRANGER.kid.encode() not in one)


def one_of(batch_: Batch | BatchError) -> bool:
    return isinstance(batch_, Batch)


def test_a_proposer_keeps_to_the_room_it_is_given() -> None:
    made = [make_batch(NETWORK, number, ["x" * 1_000], A) for number in range(1, 9)]
    taken = chosen([(data, read_batch(data)) for data in made], ADMISSION, 4_000)
    assert taken == made[:3]
    assert chosen([(b"junk", BatchError("junk"))], ADMISSION, 4_000) == []
