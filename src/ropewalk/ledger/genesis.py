# SPDX-License-Identifier: Apache-2.0
"""Genesis: what a network is from the start (docs/reference/formats.md, 4)."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from ropewalk.crypto import CanonicalError, decode, is_kid, sha256_hex
from ropewalk.ledger.errors import GenesisError
from ropewalk.ledger.limits import BLOCK_TRANSACTIONS_MAX, VALIDATORS_MAX
from ropewalk.ledger.records import Record, encode_record
from ropewalk.ledger.transaction import Hash, Seconds
from ropewalk.ledger.validators import VALIDATORS_KEY, Step, Validator, Validators

FORMAT = "ropewalk-genesis/1"
SENTINEL_KEY = "sentinel"
PROTOCOL_KEY = "protocol"
VOTED_TIME_S_MAX = 253_402_300_799
"""The end of the year 9999, behind which a header of CometBFT can't lie."""


class Governance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys and threshold of the controller that governs the network."""

    keys: Annotated[list[str], msgspec.Meta(min_length=1, max_length=16)]
    threshold: Annotated[int, msgspec.Meta(ge=1, le=16)]


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Figures a network chooses once."""

    quota_actor_max: Annotated[int, msgspec.Meta(ge=1)]
    quota_member_max: Annotated[int, msgspec.Meta(ge=1)] = BLOCK_TRANSACTIONS_MAX
    """Transactions that one member of a consortium may have in one block."""


class Genesis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The genesis file."""

    format: Literal["ropewalk-genesis/1"]
    governance: Governance
    laws: list[str]
    log: str
    """Verifier key of the log; in a consortium, whose nodes sign each for itself, its origin."""
    parameters: Parameters
    protocol: Annotated[int, msgspec.Meta(ge=1)]
    salt: Hash
    time: Seconds
    validators: Annotated[
        list[Validator], msgspec.Meta(min_length=1, max_length=VALIDATORS_MAX)
    ] = []
    """Of a consortium, sorted by key; an embedded ledger has none."""


class Sentinel(Record, frozen=True):
    """Record `sentinel`: keeps absence provable in an almost empty map, and names the network."""

    network: str


class Activation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which height a protocol version rules."""

    height: int
    version: int


class Protocol(Record, frozen=True):
    """Record `protocol`: activations by rising height; the last one reached rules."""

    activations: list[Activation]


def read_genesis(data: bytes) -> Genesis:
    """The genesis of a file's bytes.

    Raises:
        GenesisError: not canonical, or a member is missing, surplus or off.
    """
    try:
        decode(data)
        genesis = msgspec.json.decode(data, type=Genesis, strict=True)
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise GenesisError(f"genesis: {error}") from error
    keys = genesis.governance.keys
    if not all(is_kid(kid) for kid in keys) or len(set(keys)) != len(keys):
        raise GenesisError("genesis: governance keys must be distinct key ids")
    if genesis.governance.threshold > len(keys):
        raise GenesisError("genesis: the threshold asks for more keys than there are")
    if genesis.laws != sorted(set(genesis.laws)):
        raise GenesisError("genesis: laws must be sorted, each once")
    _check_validators(genesis.validators)
    if genesis.validators and genesis.time > VOTED_TIME_S_MAX:
        raise GenesisError("genesis: time: validators vote up to the year 9999")
    return genesis


def _check_validators(validators: list[Validator]) -> None:
    keys = [one.key for one in validators]
    nodes = [one.node for one in validators]
    if not all(is_kid(kid) for kid in (*keys, *nodes)):
        raise GenesisError("genesis: validators: key and node are key ids")
    if keys != sorted(set(keys)) or len({*keys, *nodes}) != 2 * len(keys):
        raise GenesisError("genesis: validators must be sorted by key, no key named twice")


def network_id(data: bytes) -> str:
    """The network's id: hex of SHA-256 over the genesis file's bytes."""
    return sha256_hex(data)


def chain_id(network: str) -> str:
    """What CometBFT calls a consortium's chain: it takes 50 characters at most."""
    return f"ropewalk-{network[:40]}"


def first_records(data: bytes) -> Mapping[str, bytes]:
    """The ledger's own records at height 0; rooms above add theirs (`rules.genesis_records`)."""
    genesis = read_genesis(data)
    protocol = Protocol(activations=[Activation(height=0, version=genesis.protocol)])
    records = {
        SENTINEL_KEY: encode_record(Sentinel(network=network_id(data))),
        PROTOCOL_KEY: encode_record(protocol),
    }
    if genesis.validators:
        first = Step(height=0, validators=genesis.validators)
        records[VALIDATORS_KEY] = encode_record(Validators(steps=[first]))
    return records
