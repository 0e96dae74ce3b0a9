# SPDX-License-Identifier: Apache-2.0
"""Succession: who carries a ledger on that was rebuilt from an archive (formats.md, 15).

A statement names the log as it stood and the key of the log that goes on from there. Whoever could
have led the ledger signs it; more than two thirds of them make it an entry of the log, right behind
exactly the log it names, and checkpoints are the successor's from there on.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from ropewalk.crypto import (
    INTEGER_MAX,
    SUCCESSION_TYPE,
    CanonicalError,
    JwsError,
    Signed,
    Signer,
    decode_object,
    encode,
    sign,
    take_apart,
)
from ropewalk.ledger.errors import BadSuccessionError
from ropewalk.ledger.limits import VALIDATORS_MAX
from ropewalk.ledger.records import Record
from ropewalk.ledger.transaction import Hash
from ropewalk.tlog import ED25519, ProofError, VerifierKey

FORMAT = "ropewalk-succession/1"
SUCCESSION_KEY = "succession"
STATEMENT_SIZE_MAX = 1_024
_LogKey = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who carries a ledger on, and from where."""

    format: Literal["ropewalk-succession/1"]
    height: Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
    """Of the last block with an entry."""
    led: Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
    """Height that consensus led the network to, by blocks without entries too, as far as a header
    shows it: who votes behind it decides. Without one, and in an embedded ledger, `height`."""
    log: _LogKey
    """Verifier key of the successor's log: the same origin, another key."""
    network: Hash
    root: Hash
    """Hex of the log's root at that size."""
    size: Annotated[int, msgspec.Meta(ge=1, le=INTEGER_MAX)]
    """Entries of the log that was left."""


class SignedStatement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement and who signed it."""

    signatures: Annotated[list[str], msgspec.Meta(min_length=1, max_length=VALIDATORS_MAX)]
    """Compact JWS over the statement, sorted by the key that signed; no key twice."""
    statement: Statement


class Succession(Record, frozen=True):
    """Entry of the log: somebody carries on."""

    succession: SignedStatement


class SuccessionRecord(Record, frozen=True):
    """Record `succession`: who carries on, since where."""

    height: int
    """Of the last block before."""
    log: str
    """Verifier key of the log from there on."""
    root: str
    size: int
    """Of the log before: where the entry stands."""


class Succeeding(msgspec.Struct, frozen=True):
    """A succession on its way into a block, and the log that it has to follow."""

    entry: Succession
    height: int
    """Of the last block, as whoever executes knows it."""
    root: str
    """Hex of the log's root, likewise."""


def encode_statement(statement: Statement) -> bytes:
    """The one encoding of a statement."""
    built: dict[str, object] = msgspec.to_builtins(statement)
    return encode(built)  # type: ignore[arg-type]  # builtins of a typed struct


def read_statement(data: bytes) -> Statement:
    """The statement of canonical bytes.

    Raises:
        BadSuccessionError: not canonical, or a member is missing, surplus or off.
    """
    if len(data) > STATEMENT_SIZE_MAX:
        raise BadSuccessionError(f"a statement has at most {STATEMENT_SIZE_MAX} bytes")
    try:
        decode_object(data)
        return msgspec.json.decode(data, type=Statement, strict=True)
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise BadSuccessionError(f"the statement: {error}") from error


def sign_statement(statement: Statement, signer: Signer) -> str:
    """Sign who carries on. A key signs one statement of a network, ever."""
    return sign(encode_statement(statement), SUCCESSION_TYPE, signer)


def open_statement(text: str) -> tuple[Signed, Statement]:
    """A signed statement taken apart; its signature is not verified here.

    Raises:
        BadSuccessionError: it is none.
    """
    try:
        signed = take_apart(text, SUCCESSION_TYPE)
    except JwsError as error:
        raise BadSuccessionError(f"a signature: {error}") from error
    return signed, read_statement(signed.payload)


def signers_of(succession: SignedStatement) -> list[str]:
    """The keys that signed, every signature verified.

    Raises:
        BadSuccessionError: a signature does not hold, is for another statement, or out of order.
    """
    expected, signers = encode_statement(succession.statement), list[str]()
    for text in succession.signatures:
        signed, _ = open_statement(text)
        if signed.payload != expected:
            raise BadSuccessionError("a signature is for another statement")
        try:
            signed.verify()
        except JwsError as error:
            raise BadSuccessionError(f"the signature of {signed.kid} does not hold") from error
        signers.append(signed.kid)
    if signers != sorted(set(signers)):
        raise BadSuccessionError("signatures are sorted by key, each key once")
    return signers


def check_statement(statement: Statement, succeeding: Succeeding, position: int) -> None:
    """Hold a statement to the log that it has to follow.

    Raises:
        BadSuccessionError: it names another log than the one that ends here.
    """
    if statement.size != position or statement.root != succeeding.root:
        raise BadSuccessionError(
            f"it carries on a log of {statement.size} entries with root {statement.root}; this one "
            f"has {position} and {succeeding.root}"
        )
    if statement.height != succeeding.height:
        raise BadSuccessionError(f"the last block is {succeeding.height}, not {statement.height}")
    if statement.led < statement.height:
        raise BadSuccessionError(f"consensus led to that block, not to {statement.led}")


def check_log(statement: Statement, origin: str, before: str) -> None:
    """Hold the successor's log to the one before it.

    Args:
        statement: names the successor's log.
        origin: the log's name.
        before: the genesis' verifier key; of a consortium its origin.

    Raises:
        BadSuccessionError: no key, of another origin, or the key that signed before.
    """
    try:
        key = VerifierKey.parse(statement.log)
    except ProofError as error:
        raise BadSuccessionError(f"log: {error}") from error
    if key.name != origin or key.algorithm != ED25519:
        raise BadSuccessionError(f"the log goes on as {origin}")
    if statement.log == before:
        raise BadSuccessionError("a succession comes with a new key")


def tally(weights: Mapping[str, int], signers: Sequence[str]) -> tuple[int, int]:
    """The weight of those who signed, and of all."""
    return sum(weights.get(kid, 0) for kid in signers), sum(weights.values())


def enough(power: int, total: int) -> bool:
    """Whether these votes are more than two thirds of all."""
    return 3 * power > 2 * total
