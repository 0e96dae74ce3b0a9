# SPDX-License-Identifier: Apache-2.0
"""Proof of control: a holder's answer to a fresh challenge, checked with no network.

    challenge = make_challenge(network, title, "Bank of Ports", issued_at=now_s, until=now_s + 600)
    # the holder does title.DEMONSTRATE_CONTROL with `challenge_hash(challenge)`, then
    verdict = verify_control(proof, challenge, read_trust(genesis_bytes), now_s)

Source: docs/reference/formats.md, 10. Pure functions over bytes.
"""

from typing import Annotated, Any, Literal

import msgspec

from ropewalk.client.acts import Act
from ropewalk.client.bodies import Demonstrate, read_body
from ropewalk.client.bundle import SIZE_MAX, ProvenEntry
from ropewalk.client.errors import VerificationError
from ropewalk.client.standing import BILL, ENDED, ChainError, require
from ropewalk.client.trust import Trust
from ropewalk.client.verdict import Findings, Verdict, refusal, told
from ropewalk.client.verify import find
from ropewalk.codes import UtcInstant
from ropewalk.crypto import CanonicalError, decode, encode, random_bytes, sha256_hex
from ropewalk.ledger import Hash, Seconds

CHALLENGE_FORMAT = "ropewalk-challenge/1"
PROOF_FORMAT = "ropewalk-control-proof/1"
CHALLENGE_SIZE_MAX = 4_096
PROOF_SIZE_MAX = SIZE_MAX + (1 << 20)
PROOF_DEPTH_MAX = 14
NONCE_SIZE = 32


class Challenge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a verifier asks a holder to answer."""

    format: Literal["ropewalk-challenge/1"]
    issued_at: Seconds
    network: Hash
    nonce: Hash
    title: Hash
    until: Seconds
    verifier: Annotated[str, msgspec.Meta(max_length=100)]


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A holder's answer."""

    bundle: dict[str, Any]
    challenge: dict[str, Any]
    demonstration: ProvenEntry
    format: Literal["ropewalk-control-proof/1"]


def make_challenge(
    network: str, title: str, verifier: str, *, issued_at: int, until: int, nonce: str = ""
) -> bytes:
    """A challenge's bytes, for the verifier to keep until the answer comes.

    Args:
        network: id of the network.
        title: id of the title whose control is to be shown.
        verifier: who asks, at most 100 characters of printable ASCII.
        issued_at: the verifier's time, seconds since 1970-01-01T00:00:00Z.
        until: when an answer comes too late, seconds since 1970-01-01T00:00:00Z.
        nonce: 64 characters of hex; drawn unless given.

    Raises:
        VerificationError: item `challenge`: a member is not of its form.
    """
    content: dict[str, Any] = {
        "format": CHALLENGE_FORMAT,
        "issued_at": issued_at,
        "network": network,
        "nonce": nonce or random_bytes(NONCE_SIZE).hex(),
        "title": title,
        "until": until,
        "verifier": verifier,
    }
    try:
        data = encode(content)
    except CanonicalError as error:
        raise VerificationError("challenge", str(error)) from error
    read_challenge(data)
    return data


def read_challenge(data: bytes) -> Challenge:
    """The challenge of a file's bytes.

    Raises:
        VerificationError: item `challenge`: it is none.
    """
    if len(data) > CHALLENGE_SIZE_MAX:
        raise VerificationError("challenge", f"larger than {CHALLENGE_SIZE_MAX} bytes")
    try:
        decode(data)
        return msgspec.json.decode(data, type=Challenge, strict=True)
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise VerificationError("challenge", str(error)) from error


def challenge_hash(data: bytes) -> str:
    """What DEMONSTRATE_CONTROL names."""
    return sha256_hex(data)


def make_proof(bundle: bytes, challenge: bytes, demonstration: ProvenEntry) -> bytes:
    """A proof's bytes.

    Args:
        bundle: the title's bundle, made after the act.
        challenge: the file that was answered.
        demonstration: the act's entry, its path for the bundle's checkpoint.
    """
    content: dict[str, Any] = {
        "bundle": decode(bundle),
        "challenge": decode(challenge),
        "demonstration": msgspec.to_builtins(demonstration),
        "format": PROOF_FORMAT,
    }
    return encode(content)


def verify_control(data: bytes, challenge: bytes, trust: Trust, now_s: int | None) -> Verdict:
    """Check a proof of control, all of it or none.

    Args:
        data: the proof, hostile until checked.
        challenge: the verifier's own file, as it was sent to the holder.
        trust: genesis and policy.
        now_s: the verifier's own time, seconds since 1970-01-01T00:00:00Z; None where it has none.
    """
    try:
        proof = _read_proof(data)
        found = find(encode(proof.bundle), trust, now_s)
        asked = _check_challenge(proof, challenge, found)
        act = _check_demonstration(proof, challenge, found)
        _check_fresh(asked, found)
    except VerificationError as error:
        return refusal(error)
    through = f" through {act.agent}" if act.agent else ""
    return told(
        found,
        f"control demonstrated: {act.told.actor}{through} answered the challenge that "
        f"{asked.verifier} issued at {UtcInstant(asked.issued_at)}, and was in control as of "
        f"{UtcInstant(found.as_of_s)}",
    )


def _read_proof(data: bytes) -> Proof:
    if len(data) > PROOF_SIZE_MAX:
        raise VerificationError("proof", f"larger than {PROOF_SIZE_MAX} bytes")
    try:
        decode(data, depth_max=PROOF_DEPTH_MAX)
        return msgspec.json.decode(data, type=Proof, strict=True)
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise VerificationError("proof", str(error)) from error


def _check_challenge(proof: Proof, data: bytes, found: Findings) -> Challenge:
    asked = read_challenge(data)
    if encode(proof.challenge) != data:
        raise VerificationError("challenge", "another challenge was answered")
    if (asked.network, asked.title) != (found.bundle.network, found.bundle.title):
        raise VerificationError("challenge", "the challenge is of another network or title")
    return asked


def _check_demonstration(proof: Proof, challenge: bytes, found: Findings) -> Act:
    item, title = "demonstration", found.title
    act = found.log.direct(item, proof.demonstration)
    try:
        require(act.told.act == "title.DEMONSTRATE_CONTROL", f"{act.told.act} shows no control")
        body = read_body(act.told.body, Demonstrate)
        require(body.title == found.bundle.title, "it is on another title")
        require(body.challenge == challenge_hash(challenge), "it answers another challenge")
        require(body.last_act == title["last_act"], "another act came after it, or it is older")
        last = found.bundle.acts[-1].position
        require(proof.demonstration.position > last, "it stands before the last act")
        require(title["status"] not in ENDED, f"the title is {title['status']}")
        role = "possessor" if title["document_type"] == BILL else "shipper"
        require(act.told.actor == title[role], f"{act.told.actor} is not in control")
    except ChainError as error:
        raise VerificationError(item, str(error)) from error
    return act


def _check_fresh(asked: Challenge, found: Findings) -> None:
    if not asked.issued_at <= found.block.time <= asked.until:
        raise VerificationError("fresh", "the answer's block is not of the challenge's time")
    if found.now_s is not None and found.now_s > asked.until + found.trust.clock_skew_s:
        raise VerificationError("fresh", "the challenge has ended")
