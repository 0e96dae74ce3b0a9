# SPDX-License-Identifier: Apache-2.0
"""Sets of validators: their order, their hash, and what is no set."""

import msgspec
import pytest

from ropewalk import ledger
from ropewalk.tlog import (
    POWER_MAX,
    VALIDATORS_MAX,
    MalformedValidatorsError,
    Validator,
    ValidatorSet,
    named_set,
    named_validators,
)
from tlog import naive_consensus
from tlog.consensus_vectors import FIRST, THIRD


def validators(*powers: int) -> list[Validator]:
    return [Validator(bytes([at]) * 32, power) for at, power in enumerate(powers)]


def test_a_set_is_the_same_whatever_order_it_is_given_in() -> None:
    listed = validators(5, 1, 5, 9, 5)
    one, other = ValidatorSet.of(listed), ValidatorSet.of(reversed(listed))
    assert one == other
    assert [each.power for each in one.validators] == [9, 5, 5, 5, 1]
    equals = [each.address for each in one.validators[1:4]]
    assert equals == sorted(equals)
    assert one.total_power == 25


def test_a_set_says_its_hash_as_the_plain_implementation_does() -> None:
    for weighted in (FIRST, THIRD):
        made = ValidatorSet.of(Validator(key.public_key, power) for key, power in weighted)
        assert made.hash.hex() == naive_consensus.set_hash(weighted)
        assert msgspec.to_builtins(named_validators(made)) == naive_consensus.named(weighted)
        assert named_set(named_validators(made)) == made


def test_every_vote_and_every_key_changes_the_hash() -> None:
    sets = [validators(1), validators(2), validators(1, 1), [Validator(bytes([7] * 32), 1)]]
    assert len({ValidatorSet.of(each).hash for each in sets}) == len(sets)


@pytest.mark.parametrize(
    "listed",
    [
        [],
        validators(*([1] * 65)),
        validators(1) * 2,
        [*validators(1), Validator(bytes(32), 2)],
    ],
    ids=["none", "65", "one twice", "one twice with other votes"],
)
def test_what_is_no_set_is_refused(listed: list[Validator]) -> None:
    with pytest.raises(MalformedValidatorsError):
        ValidatorSet.of(listed)


def test_a_set_in_another_order_is_refused() -> None:
    made = ValidatorSet.of(validators(1, 2))
    with pytest.raises(MalformedValidatorsError, match="order"):
        ValidatorSet(made.validators[::-1])


@pytest.mark.parametrize(("size", "power"), [(31, 1), (33, 1), (32, 0), (32, -1), (32, 1_000_001)])
def test_who_cannot_vote_is_refused(size: int, power: int) -> None:
    with pytest.raises(MalformedValidatorsError):
        Validator(bytes(size), power)


def test_the_bounds_are_the_genesis() -> None:
    assert (VALIDATORS_MAX, POWER_MAX) == (ledger.VALIDATORS_MAX, ledger.POWER_MAX)
