# SPDX-License-Identifier: Apache-2.0
"""Headers, commits and sets of validators out of CometBFT's RPC answers.

The node's consensus engine is another program: an answer is read in the one form that CometBFT
v0.38 writes, and anything else is refused. What is read here is not verified; `verify_commit`
does that.

Source: CometBFT v0.38, rpc/core/types; libs/json; its OpenAPI description.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NoReturn, TypeVar

import msgspec

from ropewalk.codes import CodeError, UtcInstant
from ropewalk.crypto import INTEGER_MAX, EncodingError, from_base64, from_hex, to_base64
from ropewalk.tlog.commit import Commit, CommitSig, SignedHeader
from ropewalk.tlog.errors import MalformedCommitError, MalformedValidatorsError
from ropewalk.tlog.header import BlockId, Header
from ropewalk.tlog.validators import ADDRESS_SIZE, VALIDATORS_MAX, Validator, ValidatorSet

T = TypeVar("T")
_Decimal = Annotated[str, msgspec.Meta(pattern=r"\A(0|[1-9][0-9]{0,15})\Z")]
"""64-bit numbers travel as text."""
_Signed = Annotated[str, msgspec.Meta(pattern=r"\A(0|-?[1-9][0-9]{0,18})\Z")]
_Hex = Annotated[str, msgspec.Meta(pattern=r"\A([0-9A-F]{2}){0,64}\Z")]
_FOR_BLOCK = 2
"""The flag of a vote for the block; 1 is an absent one, 3 one for nothing."""
_SIGNATURE_SIZE = 64
_TIME = re.compile(r"[0-9T:-]{19}(?:\.([0-9]{0,8}[1-9]))?Z")
"""RFC 3339 in UTC as Go writes it: no nought at a fraction's end."""


class _Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An object with exactly these members."""


class _Parts(_Form, frozen=True, kw_only=True):
    total: int
    hash: _Hex


class _BlockId(_Form, frozen=True, kw_only=True):
    hash: _Hex
    parts: _Parts


class _Version(_Form, frozen=True, kw_only=True):
    block: _Decimal = "0"
    app: _Decimal = "0"


class _Header(_Form, frozen=True, kw_only=True):
    version: _Version
    chain_id: str
    height: _Decimal
    time: str
    last_block_id: _BlockId
    last_commit_hash: _Hex
    data_hash: _Hex
    validators_hash: _Hex
    next_validators_hash: _Hex
    consensus_hash: _Hex
    app_hash: _Hex
    last_results_hash: _Hex
    evidence_hash: _Hex
    proposer_address: _Hex


class _CommitSig(_Form, frozen=True, kw_only=True):
    block_id_flag: Literal[1, 2, 3]
    validator_address: _Hex
    timestamp: str
    signature: str | None


class _Commit(_Form, frozen=True, kw_only=True):
    height: _Decimal
    round: int
    block_id: _BlockId
    signatures: Annotated[list[_CommitSig], msgspec.Meta(max_length=VALIDATORS_MAX)]


class _SignedHeader(_Form, frozen=True, kw_only=True):
    header: _Header
    commit: _Commit


class _CommitResult(_Form, frozen=True, kw_only=True):
    signed_header: _SignedHeader
    canonical: bool


class _PublicKey(_Form, frozen=True, kw_only=True):
    type: Literal["tendermint/PubKeyEd25519"]
    value: str


class _Validator(_Form, frozen=True, kw_only=True):
    address: _Hex
    pub_key: _PublicKey
    voting_power: _Decimal
    proposer_priority: _Signed


class _ValidatorsResult(_Form, frozen=True, kw_only=True):
    block_height: _Decimal
    validators: Annotated[list[_Validator], msgspec.Meta(max_length=VALIDATORS_MAX)]
    count: _Decimal
    total: _Decimal


def signed_header_from_rpc(result: object) -> SignedHeader:
    """The header and the votes for it, from the `result` of `/commit?height=`.

    Votes for nothing and absent ones are left out; a place in the list is a place in the set. So
    is a vote that can't be read or carried: a validator writes its own time, which CometBFT does
    not check, and one before 1970 must not have everybody's proofs refused.

    Raises:
        MalformedCommitError: the answer is not in CometBFT's form, or its header and commit are
            of two heights or blocks.
    """
    answer = _read(result, _CommitResult).signed_header
    header, commit = _header(answer.header), answer.commit
    if commit.height != answer.header.height:
        _refuse("header and commit are of two heights")
    if commit.block_id.hash.lower() != header.hash.hex():
        _refuse("the commit is for another block than the header's")
    votes = [_vote(place, vote) for place, vote in enumerate(commit.signatures)]
    read = {
        "block_id": _block_id(commit.block_id),
        "round": commit.round,
        "signatures": [vote for vote in votes if vote is not None],
    }
    return SignedHeader(commit=_read(read, Commit), header=header)


def validators_from_rpc(result: object) -> ValidatorSet:
    """The set of validators, from the `result` of `/validators?height=&per_page=100`.

    Raises:
        MalformedCommitError: the answer is not in CometBFT's form, or not the whole set.
        MalformedValidatorsError: it is no set in CometBFT's order.
    """
    answer = _read(result, _ValidatorsResult)
    if not int(answer.count) == int(answer.total) == len(answer.validators):
        _refuse("this is a page of the set, not all of it")
    return ValidatorSet(tuple(_validator(one) for one in answer.validators))


def _validator(told: _Validator) -> Validator:
    validator = Validator(_base64(told.pub_key.value), int(told.voting_power))
    if validator.address.hex() != told.address.lower():
        raise MalformedValidatorsError("a validator's address is another key's")
    return validator


def _vote(place: int, told: _CommitSig) -> CommitSig | None:
    """A vote for the block; None where it is none, or none that a proof can carry."""
    if told.block_id_flag != _FOR_BLOCK:
        return None
    try:
        from_hex(told.validator_address.lower(), ADDRESS_SIZE)
        signature = from_base64(told.signature or "")
        time_s, time_ns = _time(told.timestamp)
        members = {
            "signature": to_base64(signature),
            "time_ns": time_ns,
            "time_s": time_s,
            "validator": place,
        }
        return _read(members, CommitSig) if len(signature) == _SIGNATURE_SIZE else None
    except (EncodingError, MalformedCommitError):
        return None


def _header(told: _Header) -> Header:
    time_s, time_ns = _time(told.time)
    hashes = {
        name: getattr(told, name).lower()
        for name in told.__struct_fields__
        if name.endswith("_hash") or name == "proposer_address"
    }
    members = {
        **hashes,
        "chain_id": told.chain_id,
        "height": _number(told.height),
        "last_block_id": _block_id(told.last_block_id),
        "time_ns": time_ns,
        "time_s": time_s,
        "version_app": _number(told.version.app),
        "version_block": _number(told.version.block),
    }
    return _read(members, Header)


def _block_id(told: _BlockId) -> BlockId:
    members = {
        "hash": told.hash.lower(),
        "parts_hash": told.parts.hash.lower(),
        "parts_total": told.parts.total,
    }
    return _read(members, BlockId)


def _read(value: object, kind: type[T]) -> T:
    """A value of a form.

    Raises:
        MalformedCommitError: a member is missing, surplus or off.
    """
    try:
        return msgspec.convert(_plain(value), kind, strict=True)
    except msgspec.ValidationError as error:
        raise MalformedCommitError(f"CometBFT's answer: {error}") from error


def _plain(value: object) -> Any:
    """Forms that were read before as the members they have."""
    if isinstance(value, Mapping):
        return {
            name: msgspec.to_builtins(member) if isinstance(member, msgspec.Struct) else member
            for name, member in value.items()
        }
    return value


def _number(text: str) -> int:
    number = int(text)
    if number > INTEGER_MAX:
        _refuse(f"{text} lies beyond 2**53 - 1")
    return number


def _base64(text: str) -> bytes:
    try:
        return from_base64(text)
    except EncodingError as error:
        raise MalformedCommitError("a key or signature is not base64") from error


def _time(text: str) -> tuple[int, int]:
    """Seconds since 1970-01-01T00:00:00Z, and nanoseconds."""
    found = _TIME.fullmatch(text)
    if found is None:
        _refuse(f"{text[:40]!a} is no time as CometBFT writes it")
    try:
        time_s = UtcInstant.parse(text).seconds
    except CodeError as error:
        raise MalformedCommitError(f"CometBFT's answer: {error}") from error
    return time_s, int((found.group(1) or "").ljust(9, "0"))


def _refuse(detail: str) -> NoReturn:
    raise MalformedCommitError(f"CometBFT's answer: {detail}")
