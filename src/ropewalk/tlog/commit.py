# SPDX-License-Identifier: Apache-2.0
"""What validators signed: a block's commit, and the way from the first set to the last one.

A commit is believed when validators with more than two thirds of the votes signed it. Every
change of the set is shown by the header that names the next set, signed by the set before, so
that nobody has to be trusted but the validators of the genesis.

    followed = follow("ropewalk-…", genesis_set, proof)
    followed.header.app_hash  # is what followed.validators signed

All votes that a commit carries must hold, or a bit of a proof could be turned unnoticed.
Signatures are decided by libsodium's rule as everywhere here; CometBFT's own (ZIP-215) accepts a
few more, which are left out where a proof is made (`holding`).

Source: CometBFT v0.38, types/vote.go, types/canonical.go, types/validation.go; the
specification of light clients, sequential verification.
"""

from typing import Annotated, Any

import msgspec

from ropewalk.crypto import EncodingError, from_base64, verify_signature
from ropewalk.tlog import protobuf
from ropewalk.tlog.errors import (
    CommitError,
    HeaderError,
    MalformedCommitError,
    ValidatorsError,
    VoteError,
    VotingPowerError,
)
from ropewalk.tlog.header import BlockId, Header, TimeNs, TimeS, timestamp
from ropewalk.tlog.validators import VALIDATORS_MAX, NamedValidator, ValidatorSet, named_set

CHANGES_MAX = 1_000
"""Changes of the set that one proof may show."""

_PRECOMMIT = 2


class CommitSig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One validator's vote for the block."""

    signature: str
    """Base64 of 64 bytes."""
    time_ns: TimeNs
    time_s: TimeS
    """When it voted, by its own clock, seconds since 1970-01-01T00:00:00Z."""
    validator: Annotated[int, msgspec.Meta(ge=0, lt=VALIDATORS_MAX)]
    """Its place in the set, counted from 0."""


class Commit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The votes for one block in one round."""

    block_id: BlockId
    round: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    signatures: Annotated[list[CommitSig], msgspec.Meta(min_length=1, max_length=VALIDATORS_MAX)]
    """By rising place in the set; votes for nothing are left out."""


class SignedHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A header with its commit."""

    commit: Commit
    header: Header


class Change(SignedHeader, frozen=True, kw_only=True):
    """The header that names another set for the next height, and that set."""

    next: Annotated[list[NamedValidator], msgspec.Meta(min_length=1, max_length=VALIDATORS_MAX)]
    """In CometBFT's order."""


class ConsensusProof(SignedHeader, frozen=True, kw_only=True):
    """The last header, and every change of the set before it, oldest first."""

    changes: Annotated[list[Change], msgspec.Meta(max_length=CHANGES_MAX)]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed a header."""

    validators: int
    """How many of the set."""
    power: int
    """Their votes."""


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """What a proof establishes."""

    header: Header
    """The last header."""
    validators: ValidatorSet
    """Whose votes are on it."""
    tally: Tally
    """Which of them voted."""
    changes: int
    """How often the set changed before."""


def read_consensus(value: object) -> ConsensusProof:
    """A proof from parsed JSON, such as an engine hands out.

    Raises:
        MalformedCommitError: members are missing, surplus or off.
    """
    try:
        return msgspec.convert(value, ConsensusProof, strict=True)
    except msgspec.ValidationError as error:
        raise MalformedCommitError(f"no proof of consensus: {error}") from error


def consensus_to_json(proof: ConsensusProof) -> dict[str, Any]:
    """A proof as JSON, ready for canonical encoding."""
    built: dict[str, Any] = msgspec.to_builtins(proof)
    return built


def vote_bytes(chain_id: str, height: int, commit: Commit, vote: CommitSig) -> bytes:
    """What a validator signs to vote for a block.

    CanonicalVote behind its length: type 1, height 2, round 3, block_id 4, timestamp 5,
    chain_id 6. CanonicalBlockID has BlockID's fields.
    """
    return protobuf.delimited(
        protobuf.integer(1, _PRECOMMIT)
        + protobuf.sfixed64(2, height)
        + protobuf.sfixed64(3, commit.round)
        + protobuf.message(4, commit.block_id.to_bytes())
        + protobuf.message(5, timestamp(vote.time_s, vote.time_ns))
        + protobuf.binary(6, chain_id.encode("ascii"))
    )


def verify_commit(chain_id: str, validators: ValidatorSet, signed: SignedHeader) -> Tally:
    """Check that a set of validators signed a header.

    Args:
        chain_id: the chain that the header has to be of.
        validators: who are to sign it.
        signed: the header and their votes.

    Returns:
        Who signed it; more than two thirds of the votes.

    Raises:
        HeaderError: the header is of another chain.
        ValidatorsError: the header names another set.
        CommitError: the votes are for another block.
        VoteError: a vote is nobody's, stands twice or out of order, or does not hold.
        VotingPowerError: these are not more than two thirds of the votes.
    """
    header, commit = signed.header, signed.commit
    if header.chain_id != chain_id:
        raise HeaderError(f"the header is of the chain {header.chain_id}, not {chain_id}")
    if header.validators_hash != validators.hash.hex():
        raise ValidatorsError(f"the header at {header.height} names another set of validators")
    block = commit.block_id
    if block.hash != header.hash.hex() or not block.parts_hash or not block.parts_total:
        raise CommitError(f"the votes at {header.height} are for another block than the header's")
    _check_places(validators, commit)
    for vote in commit.signatures:
        if not _holds(chain_id, validators, signed, vote):
            raise VoteError(f"vote {vote.validator} at {header.height} does not hold")
    power = sum(validators.validators[vote.validator].power for vote in commit.signatures)
    if 3 * power <= 2 * validators.total_power:
        raise VotingPowerError(
            f"{power} of {validators.total_power} votes at {header.height} are not more than "
            "two thirds"
        )
    return Tally(validators=len(commit.signatures), power=power)


def follow(chain_id: str, first_set: ValidatorSet, proof: ConsensusProof) -> Followed:
    """Follow the set of validators from the genesis to the last header.

    Args:
        chain_id: the chain's id.
        first_set: the validators of the genesis.
        proof: changes of the set and the last header.

    Raises:
        HeaderError: heights do not rise, or a change changes nothing; or as `verify_commit`.
        MalformedValidatorsError: a set is none.
        ValidatorsError, CommitError, VoteError, VotingPowerError: as `verify_commit`.
    """
    validators, height = first_set, 0
    for change in proof.changes:
        _check_height(change, height)
        verify_commit(chain_id, validators, change)
        validators, height = _changed(change), change.header.height
    _check_height(proof, height)
    return Followed(
        header=proof.header,
        validators=validators,
        tally=verify_commit(chain_id, validators, proof),
        changes=len(proof.changes),
    )


def holding(chain_id: str, validators: ValidatorSet, signed: SignedHeader) -> SignedHeader:
    """The header with those votes alone that hold, for whoever makes a proof.

    A validator may sign so that CometBFT takes its vote and libsodium does not. Left in, such a
    vote would have every proof of this header refused.
    """
    votes = [
        vote for vote in signed.commit.signatures if _holds(chain_id, validators, signed, vote)
    ]
    commit = msgspec.structs.replace(signed.commit, signatures=votes)
    return SignedHeader(commit=commit, header=signed.header)


def _check_height(signed: SignedHeader, before: int) -> None:
    if signed.header.height <= before:
        raise HeaderError(f"height {signed.header.height} stands behind height {before}")


def _changed(change: Change) -> ValidatorSet:
    header = change.header
    if header.next_validators_hash == header.validators_hash:
        raise HeaderError(f"the header at {header.height} changes no set of validators")
    validators = named_set(change.next)
    if validators.hash.hex() != header.next_validators_hash:
        raise ValidatorsError(f"the header at {header.height} names another next set")
    return validators


def _check_places(validators: ValidatorSet, commit: Commit) -> None:
    before = -1
    for vote in commit.signatures:
        if not before < vote.validator < len(validators.validators):
            raise VoteError(f"vote {vote.validator} is of nobody, or stands where it should not")
        before = vote.validator


def _holds(chain_id: str, validators: ValidatorSet, signed: SignedHeader, vote: CommitSig) -> bool:
    if vote.validator >= len(validators.validators):
        return False
    try:
        signature = from_base64(vote.signature)
    except EncodingError:
        return False
    key = validators.validators[vote.validator].public_key
    message = vote_bytes(chain_id, signed.header.height, signed.commit, vote)
    return verify_signature(key, message, signature)
