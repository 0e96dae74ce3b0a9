# SPDX-License-Identifier: Apache-2.0
"""Genesis: read strictly; its bytes are the network's id."""

import pytest

from ledger.world import GENESIS, NETWORK, genesis, kid, validator
from ropewalk.crypto import Value, decode_object, encode, sha256_hex
from ropewalk.ledger import (
    PROTOCOL_KEY,
    SENTINEL_KEY,
    GenesisError,
    chain_id,
    first_records,
    network_id,
    read_genesis,
)

CONTENT: dict[str, Value] = decode_object(GENESIS)  # type: ignore[assignment]


def changed(**changes: Value | None) -> bytes:
    members = {**CONTENT, **changes}
    return encode({name: value for name, value in members.items() if value is not None})


def test_a_consortium_names_its_validators() -> None:
    named = sorted([validator("a"), validator("b")], key=lambda one: str(one["key"]))
    assert [one.key for one in read_genesis(changed(validators=named)).validators] == [
        one["key"] for one in named
    ]


def test_a_consortium_begins_before_the_year_10000() -> None:
    last = 253_402_300_799
    assert read_genesis(changed(validators=[validator("a")], time=last)).time == last
    assert read_genesis(changed(time=last + 1)).time == last + 1


def test_the_networks_id_is_the_hash_of_the_file() -> None:
    assert network_id(GENESIS) == sha256_hex(GENESIS) == NETWORK
    assert network_id(genesis("elsewhere")) != NETWORK


def test_the_first_records_name_network_and_protocol() -> None:
    assert first_records(GENESIS) == {
        SENTINEL_KEY: f'[1,{{"network":"{NETWORK}"}}]'.encode(),
        PROTOCOL_KEY: b'[1,{"activations":[{"height":0,"version":1}]}]',
    }


@pytest.mark.parametrize("member", sorted(CONTENT))
def test_a_member_that_is_missing_or_of_another_kind_is_refused(member: str) -> None:
    for data in (changed(**{member: None}), changed(**{member: [[]]})):
        with pytest.raises(GenesisError):
            read_genesis(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        GENESIS + b"\n",
        GENESIS.replace(b":", b": ", 1),
        changed(surplus=1),
        changed(format="ropewalk-genesis/2"),
        changed(protocol=0),
        changed(protocol="1"),
        changed(salt="00"),
        changed(time=-1),
        changed(laws=["SG", "GB"]),
        changed(laws=["GB", "GB"]),
        changed(parameters={"quota_actor_max": 0}),
        changed(governance={"keys": [], "threshold": 1}),
        changed(governance={"keys": [kid("a")], "threshold": 0}),
        changed(governance={"keys": [kid("a")], "threshold": 2}),
        changed(governance={"keys": [kid("a"), kid("a")], "threshold": 1}),
        changed(governance={"keys": ["A" * 42 + "B"], "threshold": 1}),
        changed(governance={"keys": [kid(str(n)) for n in range(17)], "threshold": 1}),
        changed(validators=[]),
        changed(validators=[validator("a")], time=253_402_300_800),
        changed(validators=sorted([validator("a"), validator("b")], key=str, reverse=True)),
        changed(validators=[validator("a"), validator("a")]),
        changed(validators=[{**validator("a"), "power": 0}]),
        changed(validators=[{**validator("a"), "node": kid("votes a")}]),
        changed(validators=[{**validator("a"), "key": "A" * 42 + "B"}]),
    ],
)
def test_a_genesis_of_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(GenesisError):
        read_genesis(data)


def test_a_chain_is_named_by_as_much_of_the_network_as_cometbft_takes() -> None:
    named = chain_id("ab" * 32)
    assert named == "ropewalk-" + "ab" * 20
    assert len(named) <= 50
