# SPDX-License-Identifier: Apache-2.0
"""What validators signed: two thirds, every bit, and the way from the genesis.

The table of refusals is `consensus_vectors`, which test_vectors.py runs.
"""

import random
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from ropewalk.crypto import encode, from_base64, to_base64
from ropewalk.tlog import (
    CHANGES_MAX,
    Commit,
    MalformedCommitError,
    NamedValidator,
    ProofError,
    SignedHeader,
    ValidatorSet,
    VoteError,
    VotingPowerError,
    consensus_to_json,
    follow,
    holding,
    named_set,
    read_consensus,
    verify_commit,
    vote_bytes,
)
from tlog import naive_consensus
from tlog.consensus_vectors import APP_HASH, CHAIN_ID, FIRST, SECOND, THIRD, Makings
from tlog.naive_consensus import Members, Weighted

MADE = Makings(CHAIN_ID, APP_HASH)
FLIPS = 1_500
SMALL_ORDER = bytes([1]) + bytes(31)


def set_of(validators: list[Weighted]) -> ValidatorSet:
    named = msgspec.convert(naive_consensus.named(validators), list[NamedValidator])
    return named_set(named)


def signed(proof: Members) -> SignedHeader:
    read = read_consensus(proof)
    return SignedHeader(commit=read.commit, header=read.header)


def test_who_signed_is_counted() -> None:
    tally = verify_commit(CHAIN_ID, set_of(THIRD), signed(MADE.last(THIRD, absent=[1])))
    assert (tally.validators, tally.power) == (2, 41)


def test_more_than_two_thirds_of_the_votes_are_asked_for_in_sets_of_every_size() -> None:
    for size in range(1, 14):
        validators = naive_consensus.weighted(*((f"n{at}", 1) for at in range(size)))
        for voting in range(1, size + 1):
            proof = MADE.last(validators, absent=list(range(voting, size)))
            if 3 * voting > 2 * size:
                assert verify_commit(CHAIN_ID, set_of(validators), signed(proof)).power == voting
            else:
                with pytest.raises(VotingPowerError):
                    verify_commit(CHAIN_ID, set_of(validators), signed(proof))


def test_a_vote_is_signed_over_the_bytes_that_the_plain_implementation_gives() -> None:
    chance = random.Random(7)
    for _ in range(200):
        header = MADE.header(chance.randrange(1, 2**37), FIRST)
        round_ = chance.choice([0, 1, 127, 128, 2**31 - 1])
        commit = naive_consensus.make_commit(header, FIRST, round=round_)
        read = msgspec.convert(commit, Commit)
        for vote, told in zip(read.signatures, commit["signatures"], strict=True):
            expected = naive_consensus.vote_bytes(CHAIN_ID, header["height"], commit, told)
            assert vote_bytes(CHAIN_ID, header["height"], read, vote) == expected


def test_every_flipped_bit_of_a_proof_is_refused() -> None:
    again = MADE.change(SECOND, THIRD, 9)
    data = encode(MADE.last(THIRD, MADE.change(), again, absent=[1]))
    follow(CHAIN_ID, set_of(FIRST), read_consensus(msgspec.json.decode(data)))
    chance = random.Random(11)
    for _ in range(FLIPS):
        at, bit = chance.randrange(len(data)), 1 << chance.randrange(8)
        changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
        with pytest.raises((ProofError, msgspec.DecodeError, UnicodeDecodeError)):
            follow(CHAIN_ID, set_of(FIRST), read_consensus(msgspec.json.decode(changed)))


def back_and_forth(count: int) -> Iterator[Members]:
    """Changes of the set between two, one a height."""
    for at in range(count):
        before, after = (FIRST, SECOND) if at % 2 == 0 else (SECOND, FIRST)
        yield MADE.change(before, after, at + 1)


def test_a_thousand_changes_are_followed_and_no_more() -> None:
    changes = list(back_and_forth(CHANGES_MAX + 1))
    proof = MADE.last(FIRST, *changes[:-1], height=2_000)
    followed = follow(CHAIN_ID, set_of(FIRST), read_consensus(proof))
    assert (followed.changes, followed.validators) == (CHANGES_MAX, set_of(FIRST))
    with pytest.raises(MalformedCommitError):
        read_consensus(MADE.last(SECOND, *changes, height=2_000))


def test_a_proof_is_written_as_it_was_read() -> None:
    proof = MADE.last(SECOND, MADE.change())
    assert consensus_to_json(read_consensus(proof)) == proof


def test_a_vote_that_libsodium_refuses_is_left_out_by_who_makes_a_proof() -> None:
    proof = MADE.last(FIRST)
    votes: list[Any] = proof["commit"]["signatures"]
    votes[2]["signature"] = to_base64(SMALL_ORDER + from_base64(votes[2]["signature"])[32:])
    with pytest.raises(VoteError):
        verify_commit(CHAIN_ID, set_of(FIRST), signed(proof))
    kept = holding(CHAIN_ID, set_of(FIRST), signed(proof))
    assert [vote.validator for vote in kept.commit.signatures] == [0, 1, 3]
    assert verify_commit(CHAIN_ID, set_of(FIRST), kept).power == 30


def test_votes_of_nobody_are_left_out_too() -> None:
    kept = holding(CHAIN_ID, set_of(SECOND), signed(MADE.last(FIRST)))
    assert all(vote.validator < len(SECOND) for vote in kept.commit.signatures)


@pytest.mark.parametrize("value", [None, [], "", 1, {}, {"changes": {}}])
def test_what_is_no_proof_is_not_read(value: object) -> None:
    with pytest.raises(MalformedCommitError):
        read_consensus(value)
