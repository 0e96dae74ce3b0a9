# SPDX-License-Identifier: Apache-2.0
"""Sets of validators: who votes on blocks, with how many votes, and the hash that names them.

Source: CometBFT v0.38, types/validator.go, types/validator_set.go; proto/tendermint/types,
SimpleValidator.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import Annotated

import msgspec

from ropewalk.crypto import from_base64url, is_kid, to_base64url
from ropewalk.tlog import protobuf
from ropewalk.tlog.errors import MalformedValidatorsError
from ropewalk.tlog.tree import leaf_hash, root_of

VALIDATORS_MAX = 64
"""Validators of one set."""

POWER_MAX = 1_000_000
"""Votes of one validator."""

ADDRESS_SIZE = 20
_KEY_SIZE = 32


class NamedValidator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A validator as bundles write it down (docs/reference/formats.md, 11)."""

    key: str
    """Id of the key that it votes with."""
    power: Annotated[int, msgspec.Meta(ge=1, le=POWER_MAX)]
    """Its votes."""


@dataclass(frozen=True)
class Validator:
    """Who votes on blocks."""

    public_key: bytes
    """Ed25519 public key, 32 bytes."""
    power: int
    """Its votes, 1 to `POWER_MAX`."""

    def __post_init__(self) -> None:
        """Refuse what cannot vote."""
        if len(self.public_key) != _KEY_SIZE:
            raise MalformedValidatorsError("an Ed25519 public key has 32 bytes")
        if not 1 <= self.power <= POWER_MAX:
            raise MalformedValidatorsError(f"a validator has 1 to {POWER_MAX} votes")

    @cached_property
    def address(self) -> bytes:
        """What CometBFT calls it by: the first 20 bytes of SHA-256 over its key."""
        return sha256(self.public_key).digest()[:ADDRESS_SIZE]

    def to_bytes(self) -> bytes:
        """SimpleValidator: pub_key 1 (PublicKey: ed25519 1), voting_power 2."""
        key = protobuf.binary(1, self.public_key)
        return protobuf.message(1, key) + protobuf.integer(2, self.power)


@dataclass(frozen=True)
class ValidatorSet:
    """All who vote on a block."""

    validators: tuple[Validator, ...]
    """In CometBFT's order: most votes first, among equals by rising address."""

    def __post_init__(self) -> None:
        """Refuse what is no set, or is in another order."""
        if not 1 <= len(self.validators) <= VALIDATORS_MAX:
            raise MalformedValidatorsError(f"a set has 1 to {VALIDATORS_MAX} validators")
        if len({one.public_key for one in self.validators}) != len(self.validators):
            raise MalformedValidatorsError("a validator stands twice in the set")
        if any(_rank(one) >= _rank(after) for one, after in pairwise(self.validators)):
            raise MalformedValidatorsError("validators are not in the order of their votes")

    @classmethod
    def of(cls, validators: Iterable[Validator]) -> "ValidatorSet":
        """The set of these, given in any order.

        Raises:
            MalformedValidatorsError: none, too many, or one of them twice.
        """
        return cls(tuple(sorted(validators, key=_rank)))

    @cached_property
    def total_power(self) -> int:
        """All votes."""
        return sum(one.power for one in self.validators)

    @cached_property
    def hash(self) -> bytes:
        """What headers name the set by, 32 bytes."""
        return root_of(leaf_hash(one.to_bytes()) for one in self.validators)


def named_set(named: Iterable[NamedValidator]) -> ValidatorSet:
    """The set of validators that are written down in CometBFT's order.

    Raises:
        MalformedValidatorsError: another order, no key ids, or no set.
    """
    return ValidatorSet(tuple(_validator(one) for one in named))


def named_validators(validators: ValidatorSet) -> list[NamedValidator]:
    """A set, to be written down."""
    return [
        NamedValidator(key=to_base64url(one.public_key), power=one.power)
        for one in validators.validators
    ]


def _validator(named: NamedValidator) -> Validator:
    if not is_kid(named.key):
        raise MalformedValidatorsError("a validator's key is a key id")
    return Validator(from_base64url(named.key), named.power)


def _rank(validator: Validator) -> tuple[int, bytes]:
    return -validator.power, validator.address
