# SPDX-License-Identifier: Apache-2.0
"""Headers: every bit of every field is in the hash."""

import random

import msgspec
import pytest

from ropewalk.tlog import Header
from tlog import naive_consensus
from tlog.consensus_vectors import APP_HASH, CHAIN_ID, FIRST, Makings

MADE = Makings(CHAIN_ID, APP_HASH)


def hash_of(header: naive_consensus.Members) -> str:
    return msgspec.convert(header, Header, strict=True).hash.hex()


def test_a_header_is_hashed_as_the_plain_implementation_does() -> None:
    chance = random.Random(7)
    for number in range(200):
        members = {
            "app_hash": chance.randbytes(number % 65).hex(),
            "time_ns": chance.choice([0, 1, 127, 128, 999_999_999]),
            "time_s": chance.randrange(253_402_300_800),
            "version_app": chance.randrange(2**53),
        }
        header = MADE.header(chance.randrange(1, 2**53), FIRST, **members)
        assert hash_of(header) == naive_consensus.header_hash(header)


def test_the_smallest_and_the_largest_header_are_hashed_alike() -> None:
    nothing = {"hash": "", "parts_hash": "", "parts_total": 0}
    least = {"last_block_id": nothing, "last_commit_hash": "", "time_ns": 0, "time_s": 0}
    for header in (
        MADE.header(1, FIRST, **least, version_app=0, version_block=0),
        MADE.header(2**53 - 1, FIRST, time_s=253_402_300_799, version_block=2**53 - 1),
    ):
        assert hash_of(header) == naive_consensus.header_hash(header)


@pytest.mark.parametrize("name", sorted(MADE.header(7, FIRST)))
def test_every_field_is_in_the_hash(name: str) -> None:
    header = MADE.header(7, FIRST, app_hash=APP_HASH)
    value = header[name]
    if isinstance(value, dict):
        changed: object = {**value, "parts_total": 2}
    elif isinstance(value, int):
        changed = value + 1
    else:
        changed = value[:-1] + ("0" if value[-1] != "0" else "1")
    assert hash_of({**header, name: changed}) != hash_of(header)
