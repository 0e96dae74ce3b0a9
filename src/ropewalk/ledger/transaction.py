# SPDX-License-Identifier: Apache-2.0
"""Transactions: an act, signed (docs/reference/formats.md, 3).

`inspect` is the stateless half of checking one: form, canonical bytes, every signature. Its
verdict depends on the bytes alone, so it may be made in another process, before the block,
and remembered by the hash of the whole text.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from ropewalk.crypto import (
    CONSENT_TYPE,
    INTEGER_MAX,
    TRANSACTION_TYPE,
    CanonicalError,
    HeaderError,
    JwsError,
    SignatureError,
    Signed,
    Signer,
    Value,
    decode_object,
    encode,
    sha256_hex,
    sign,
    take_apart,
)
from ropewalk.ledger.errors import (
    BadSignatureError,
    LedgerError,
    MalformedTransactionError,
    OversizeError,
)
from ropewalk.ledger.limits import CONSENTS_MAX, TRANSACTION_SIZE_MAX

ControllerId = Annotated[
    str,
    msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z", description="Controller id, 32 characters of hex."),
]
Hash = Annotated[
    str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z", description="SHA-256, 64 characters of hex.")
]
Seconds = Annotated[
    int, msgspec.Meta(ge=0, le=INTEGER_MAX, description="Seconds since 1970-01-01T00:00:00Z.")
]


class Payload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The signed content of a transaction."""

    act: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    actor: ControllerId
    body: dict[str, object]
    network: Hash
    valid_until: Seconds
    consents: Annotated[list[str], msgspec.Meta(min_length=1, max_length=CONSENTS_MAX)] | None = (
        None
    )
    represented_party: ControllerId | None = None

    @property
    def acts_for(self) -> str:
        """In whose name the act is: the party represented, or the actor itself."""
        return self.represented_party or self.actor


class ConsentPayload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a co-signer of a threshold controller signs."""

    act_hash: Hash
    network: Hash
    until: Seconds


class Transaction(msgspec.Struct, frozen=True, gc=False):
    """A transaction whose form and signatures hold; whether it is allowed is another question."""

    id: str
    """Hex of SHA-256 over the signing input."""
    payload: Payload
    signers: tuple[str, ...]
    """Key ids: the signer's, then those of the consents, in order."""
    consents_until: int
    """Earliest end of its consents, seconds; the largest integer when there are none."""
    act_hash: str = ""
    """What its consents name; "" when there are none."""


_PAYLOAD = msgspec.json.Decoder(Payload, strict=True)
_CONSENT = msgspec.json.Decoder(ConsentPayload, strict=True)


def sign_transaction(
    content: Mapping[str, Value], signer: Signer, consents: Sequence[str] = ()
) -> str:
    """Sign an act.

    Args:
        content: `act`, `actor`, `body`, `network`, `valid_until`.
        signer: holds the private key.
        consents: of the other keys, where the controller's threshold is above one.
    """
    full: dict[str, Value] = dict(content)
    if consents:
        full["consents"] = list(consents)
    return sign(encode(full), TRANSACTION_TYPE, signer)


def act_hash(content: Mapping[str, Value]) -> str:
    """What consents name: hex of SHA-256 over the canonical payload without consents."""
    return sha256_hex(encode({key: content[key] for key in content if key != "consents"}))


def sign_consent(content: Mapping[str, Value], until: int, signer: Signer) -> str:
    """Consent, with another key of the same controller, to an act."""
    consent: dict[str, Value] = {
        "act_hash": act_hash(content),
        "network": content["network"],
        "until": until,
    }
    return sign(encode(consent), CONSENT_TYPE, signer)


def inspect(text: str) -> Transaction:
    """Check everything about a transaction that its bytes alone decide.

    Raises:
        OversizeError: larger than one may be.
        MalformedTransactionError: no JWS of ours, not canonical, or a member is off.
        BadSignatureError: its header or signature, or a consent's, does not hold.
    """
    signed = _open(text, TRANSACTION_TYPE)
    payload = read_payload(signed.payload)
    _verify(signed)
    if not payload.consents:
        return Transaction(signed.id, payload, (signed.kid,), INTEGER_MAX)
    signers, until = [signed.kid], INTEGER_MAX
    expected = _act_hash_of(signed)
    for consent in payload.consents:
        kid, end = _inspect_consent(consent, expected, payload.network)
        signers.append(kid)
        until = min(until, end)
    _require_distinct(signers)
    return Transaction(signed.id, payload, tuple(signers), until, expected)


def _require_distinct(signers: list[str]) -> None:
    if len(set(signers)) != len(signers):
        raise MalformedTransactionError("a key signs or consents twice")


def _act_hash_of(signed: Signed) -> str:
    return act_hash(decode_object(signed.payload))  # type: ignore[arg-type]  # canonical


def read_payload(data: bytes) -> Payload:
    """The payload of canonical bytes.

    Raises:
        MalformedTransactionError: not canonical, or a member is missing, surplus or off.
    """
    try:
        decode_object(data)
        return _PAYLOAD.decode(data)
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise MalformedTransactionError(f"payload: {error}") from error


def unverified(text: str) -> Transaction:
    """A transaction whose signatures somebody trusted has verified already (same bytes).

    Raises:
        LedgerError: as `inspect` would, signatures aside.
    """
    signed = _open(text, TRANSACTION_TYPE)
    payload = read_payload(signed.payload)
    signers, until = [signed.kid], INTEGER_MAX
    for consent in payload.consents or ():
        opened = _open(consent, CONSENT_TYPE)
        signers.append(opened.kid)
        until = min(until, _read_consent(opened.payload).until)
    _require_distinct(signers)
    hashed = _act_hash_of(signed) if payload.consents else ""
    return Transaction(signed.id, payload, tuple(signers), until, hashed)


def _open(text: str, typ: str) -> Signed:
    if len(text) > TRANSACTION_SIZE_MAX:
        raise OversizeError(f"{len(text)} bytes; at most {TRANSACTION_SIZE_MAX}")
    try:
        return take_apart(text, typ)
    except HeaderError as error:
        raise BadSignatureError(str(error)) from error
    except JwsError as error:
        raise MalformedTransactionError(str(error)) from error


def _verify(signed: Signed) -> None:
    try:
        signed.verify()
    except SignatureError as error:
        raise BadSignatureError(str(error)) from error


def _inspect_consent(text: str, expected: str, network: str) -> tuple[str, int]:
    signed = _open(text, CONSENT_TYPE)
    consent = _read_consent(signed.payload)
    if consent.act_hash != expected or consent.network != network:
        raise BadSignatureError("a consent is for another act or network")
    _verify(signed)
    return signed.kid, consent.until


def _read_consent(data: bytes) -> ConsentPayload:
    try:
        decode_object(data)
        return _CONSENT.decode(data)
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise MalformedTransactionError(f"consent: {error}") from error


def refusal_of(text: str) -> LedgerError | None:
    """None when the transaction's form and signatures hold, its refusal otherwise."""
    try:
        inspect(text)
    except LedgerError as error:
        return error
    return None
