# SPDX-License-Identifier: Apache-2.0
"""Whom a verifier trusts: a genesis, and a policy about witnesses and freshness.

Source: docs/reference/formats.md, 9.
"""

from typing import Annotated, Literal

import msgspec

from ropewalk.client.errors import VerificationError
from ropewalk.crypto import encode, from_base64url, parse_json_strict
from ropewalk.ledger import Genesis, GenesisError, network_id, read_genesis
from ropewalk.tlog import ProofError, Validator, ValidatorSet, VerifierKey, is_key_name

CLOCK_SKEW_S = 300
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy file."""

    format: Literal["ropewalk-policy/1"]
    genesis: dict[str, object]
    age_s_max: _Count | None = None
    clock_skew_s: _Count = CLOCK_SKEW_S
    quorum: _Count = 0
    witnesses: list[str] = []


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """A policy, read and ready."""

    genesis: Genesis
    network: str
    origin: str
    """The log's name."""
    log: VerifierKey | None
    """Who signs the log's checkpoints; None in a consortium."""
    validators: ValidatorSet | None
    """Who signs a consortium's first blocks; None in an embedded ledger."""
    age_s_max: int | None
    clock_skew_s: int
    quorum: int
    witnesses: tuple[VerifierKey, ...]


def read_trust(data: bytes) -> Trust:
    """Read a genesis or policy file.

    Raises:
        VerificationError: item `trust`: it is neither, or asks for what can't be.
    """
    try:
        looked = parse_json_strict(data)
        if isinstance(looked, dict) and looked.get("format") == "ropewalk-policy/1":
            policy = msgspec.convert(looked, Policy, strict=True)
            genesis = encode(policy.genesis)  # type: ignore[arg-type]  # encode refuses the rest
        else:
            policy = Policy(format="ropewalk-policy/1", genesis={})
            genesis = data
        return _trust(policy, genesis)
    except (msgspec.MsgspecError, GenesisError, ProofError, ValueError) as error:
        raise VerificationError("trust", str(error)) from error


def _trust(policy: Policy, data: bytes) -> Trust:
    genesis = read_genesis(data)
    witnesses = tuple(VerifierKey.parse(text) for text in policy.witnesses)
    if len(set(policy.witnesses)) != len(policy.witnesses) or policy.quorum > len(witnesses):
        raise VerificationError("trust", "the quorum asks for more witnesses than are named")
    log = None if genesis.validators else VerifierKey.parse(genesis.log)
    if log is None and not is_key_name(genesis.log):
        raise VerificationError("trust", "a consortium's log is its origin alone")
    return Trust(
        genesis=genesis,
        network=network_id(data),
        origin=genesis.log if log is None else log.name,
        log=log,
        validators=_validators(genesis),
        age_s_max=policy.age_s_max,
        clock_skew_s=policy.clock_skew_s,
        quorum=policy.quorum,
        witnesses=witnesses,
    )


def _validators(genesis: Genesis) -> ValidatorSet | None:
    if not genesis.validators:
        return None
    return ValidatorSet.of(
        Validator(from_base64url(one.key), one.power) for one in genesis.validators
    )
