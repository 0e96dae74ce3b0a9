# SPDX-License-Identifier: Apache-2.0
"""The gate pass: what a driver's device carries, so that a gate without a network can check it.

    asked = GateChallenge(box=tag, gate="GATE-1", challenge=random_bytes(32).hex())
    data = make_pass(node, holder, asked)                     # the driver, on his way
    verdict = check_pass(data, asked, read_trust(genesis), now_s)   # the gate, alone

It proves what stood at most five minutes ago; what happened since, only the ledger knows. Source:
docs/reference/cargo.md, «Pass»; reliability TH7.
"""

from typing import Annotated, Any, Literal, TypeVar

import msgspec

from ropewalk.cargo import (
    FRESH_S,
    Movement,
    Presentation,
    Right,
    movement_key,
    present,
    read_presentation,
    require_green,
    require_same,
    right_key,
    speaker,
)
from ropewalk.client.actor import Actor
from ropewalk.client.bundle import ProvenRecord
from ropewalk.client.bundling import proven_record
from ropewalk.client.errors import MalformedAnswerError, VerificationError
from ropewalk.client.proofs import check_block
from ropewalk.client.proofs import present as presence
from ropewalk.client.succession import check_sealed
from ropewalk.client.trust import Trust
from ropewalk.client.verdict import Verdict, refusal
from ropewalk.codes import UtcInstant
from ropewalk.crypto import CanonicalError, decode, encode
from ropewalk.identity import Controller, active_keys, controller_key
from ropewalk.ledger import ControllerId, Hash, LedgerError, Record

FORMAT = "ropewalk-gate-pass/1"
SIZE_MAX = 1 << 20
DEPTH_MAX = 14
AHEAD_S = 60
"""How far the block's time may be ahead of the gate's clock, seconds."""

R = TypeVar("R", bound=Record)


class GateChallenge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a gate asks a driver: about which box, here and now."""

    box: Hash
    challenge: Hash
    gate: Annotated[str, msgspec.Meta(pattern=r"\A[A-Z0-9.-]{1,16}\Z")]


class Pass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the driver's device carries."""

    collector: ControllerId
    format: Literal["ropewalk-gate-pass/1"]
    network: Hash
    presentation: Annotated[str, msgspec.Meta(max_length=2048)]
    records: Annotated[list[ProvenRecord], msgspec.Meta(min_length=3, max_length=3)]
    """Of the movement, the right, the collector's controller."""


def answer(actor: Actor, asked: GateChallenge, right_act: str) -> str:
    """The signed answer to a gate's challenge.

    Args:
        actor: who holds the right, or drives for who does.
        asked: the challenge.
        right_act: the right's last act, as the ledger has it.
    """
    content = Presentation(
        box=asked.box,
        challenge=asked.challenge,
        gate=asked.gate,
        network=actor.network,
        right=right_act,
        time=actor.now_s(),
    )
    return present(content, actor.signer)


def make_pass(actor: Actor, asked: GateChallenge) -> bytes:
    """The pass of whoever collects a box, from the node it goes by.

    Raises:
        NotFoundError: the ledger knows no such box.
        MalformedAnswerError: the node's proofs can't be read, or there is no right.
    """
    box = actor.node.box(asked.box, proof=True)
    try:
        right_act = str(box["right"]["last_act"])
        proofs = [box["proof"][name] for name in (movement_key(asked.box), right_key(asked.box))]
    except (LookupError, TypeError) as error:
        raise MalformedAnswerError("there is no pick-up right for this box") from error
    proofs.append(actor.node.standing(actor.controller))
    content = Pass(
        collector=actor.controller,
        format="ropewalk-gate-pass/1",
        network=actor.network,
        presentation=answer(actor, asked, right_act),
        records=[proven_record(one) for one in proofs],
    )
    built: dict[str, Any] = msgspec.to_builtins(content)
    return encode(built)


def check_pass(data: bytes, asked: GateChallenge, trust: Trust, now_s: int) -> Verdict:
    """Whether to let the box out, as far as can be known without a network.

    Args:
        data: the driver's file, hostile until checked.
        asked: the gate's own challenge.
        trust: genesis and policy.
        now_s: the gate's clock, seconds since 1970-01-01T00:00:00Z.
    """
    try:
        return _told(read_pass(data), asked, trust, now_s)
    except VerificationError as error:
        return refusal(error)


def read_pass(data: bytes) -> Pass:
    """A pass, nothing of it checked but its form.

    Raises:
        VerificationError: item `pass`: it is none.
    """
    if len(data) > SIZE_MAX:
        raise VerificationError("pass", f"larger than {SIZE_MAX} bytes")
    try:
        decode(data, depth_max=DEPTH_MAX)
        return msgspec.json.decode(data, type=Pass, strict=True)
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise VerificationError("pass", str(error)) from error


def _told(shown: Pass, asked: GateChallenge, trust: Trust, now_s: int) -> Verdict:
    if shown.network != trust.network:
        raise VerificationError("network", "the pass is of another network than is trusted")
    movement, right, controller = (
        _record(shown.records[0], movement_key(asked.box), trust, now_s, Movement),
        _record(shown.records[1], right_key(asked.box), trust, now_s, Right),
        _record(shown.records[2], controller_key(shown.collector), trust, now_s, Controller),
    )
    if movement.exit is not None:
        raise VerificationError("movement", f"it left at {UtcInstant(movement.exit.time)}")
    if len(right.holders) < 2:
        raise VerificationError("right", "nobody accepted the pick-up right")
    _check_shown(shown, asked, right, controller, now_s)
    try:
        require_green(movement, right, now_s)
    except LedgerError as error:
        raise VerificationError("lights", f"{error.code}: {error.detail}") from error
    return Verdict(
        ok=True,
        failed_item="",
        proven=[
            f"{right.holder} held the pick-up right at most {FRESH_S} s ago",
            f"{shown.collector} answered this gate's challenge for it",
            "customs and terminal had it free, and nobody blocked it",
        ],
        not_proven=[
            "that no title was frozen since the right was granted: only the ledger sees that",
            "anything since then: the gate-out, sent when the network is back, is what counts",
        ],
    )


def _record(proven: ProvenRecord, key: str, trust: Trust, now_s: int, kind: type[R]) -> R:
    """A record as it stood at most five minutes ago."""
    sealed = check_sealed(proven, trust)
    block = check_block(proven, sealed)
    as_of_s = block.time if sealed.followed is None else sealed.followed.header.time_s
    if not as_of_s - AHEAD_S <= now_s <= as_of_s + FRESH_S:
        raise VerificationError(f"fresh:{key}", f"the block is of {UtcInstant(as_of_s)}")
    return presence(proven.state, key, block, kind)


def _check_shown(
    shown: Pass, asked: GateChallenge, right: Right, controller: Controller, now_s: int
) -> None:
    try:
        found, signed = read_presentation(shown.presentation)
        wanted = Presentation(
            box=asked.box,
            challenge=asked.challenge,
            gate=asked.gate,
            network=shown.network,
            right=right.last_act,
            time=found.time,
        )
        require_same(found, wanted, now_s)
        speaker(right, shown.collector, now_s)
    except LedgerError as error:
        raise VerificationError("presentation", f"{error.code}: {error.detail}") from error
    if controller.threshold != 1 or signed.kid not in active_keys(controller):
        raise VerificationError("presentation", "it is signed by none of the collector's keys")
