# SPDX-License-Identifier: Apache-2.0
"""Which set votes at which height."""

import pytest

from ledger.world import CONSORTIUM, GENESIS, kid
from ropewalk.ledger import (
    VALIDATORS_KEY,
    StopError,
    Validator,
    Validators,
    decode_record,
    encode_record,
    first_records,
    read_genesis,
    validators_at,
)
from ropewalk.ledger.validators import Step

ONE = [Validator(key=kid("votes a"), node=kid("node a"), power=1)]
TWO = sorted(
    [*ONE, Validator(key=kid("votes b"), node=kid("node b"), power=2)], key=lambda one: one.key
)
RECORD = Validators(steps=[Step(height=3, validators=ONE), Step(height=9, validators=TWO)])
VIEW = {VALIDATORS_KEY: encode_record(RECORD)}


def test_an_embedded_ledger_has_no_validators_and_no_record_of_them() -> None:
    assert VALIDATORS_KEY not in first_records(GENESIS)
    assert validators_at(first_records(GENESIS), 7) == ()


def test_a_consortium_begins_with_those_of_its_genesis() -> None:
    data = first_records(CONSORTIUM)[VALIDATORS_KEY]
    assert data.startswith(b'[1,{"steps":[{"height":0,"validators":[{"key":"')
    named = read_genesis(CONSORTIUM).validators
    assert decode_record(data, Validators).steps == [Step(height=0, validators=named)]
    for height in (0, 1, 10**9):
        assert validators_at({VALIDATORS_KEY: data}, height) == tuple(named)


@pytest.mark.parametrize(
    ("height", "expected"), [(3, ONE), (8, ONE), (9, TWO), (10, TWO), (10**15, TWO)]
)
def test_the_last_step_reached_is_in_force(height: int, expected: list[Validator]) -> None:
    assert validators_at(VIEW, height) == tuple(expected)


def test_who_voted_long_ago_is_not_guessed() -> None:
    with pytest.raises(StopError, match="height 2 "):
        validators_at(VIEW, 2)


def test_steps_since_a_height_are_the_one_in_force_and_those_to_come() -> None:
    assert [step.height for step in RECORD.since(8)] == [3, 9]
    assert [step.height for step in RECORD.since(9)] == [9]
