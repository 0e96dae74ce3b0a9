# SPDX-License-Identifier: Apache-2.0
"""Many claims, one explained answer, for any moment of valid time and of knowledge time.

The rule, in this order:

1. a claim is seen if its block is not later than the knowledge time;
2. what its own claimant withdrew, or replaced under the same id, does not count;
3. an actual goes before an estimate, an estimate before a plan;
4. the source closest to the fact goes before the others (`CLOSEST`);
5. the newer by the sender's own time of update, which counts for no later than its block's;
6. the later in the log.

Nothing here depends on the order in which claims are handed in, and a claim that comes later
never changes what was the answer as known before it.

Source: DCSA TNT 2.2.0 `eventClassifierCode`; 3.0.0 `eventID`, `isRetracted`. DCSA gives no order
among sources: rules 4 to 6 are ours.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from ropewalk.tracking.event import Event

State = Literal["unknown", "expected", "overdue", "happened"]
Place = tuple[int, int]
"""Where a claim stands: its transaction's position in the log, its event's index in the batch."""

CERTAINTY: Mapping[str, int] = {"ACT": 0, "EST": 1, "PLN": 2}
"""An actual beats an estimate beats a plan."""

_AT_THE_QUAY = ("terminal", "carrier")
_AT_THE_GATE = ("terminal", "haulier", "carrier")
_AT_THE_STUFFING = ("shipper", "forwarder", "consignee", "terminal", "carrier")
_BY_CUSTOMS = ("customs", "terminal", "carrier")
_BY_SHIP = ("carrier", "terminal")
_BY_BOX = ("device", "carrier", "terminal")
_BY_PAPER = ("carrier", "forwarder", "shipper")

CLOSEST: Mapping[tuple[str, str], tuple[str, ...]] = {
    **{("EQUIPMENT", code): _AT_THE_QUAY for code in ("LOAD", "DISC", "AVPU", "AVDO", "RMVD")},
    **{("EQUIPMENT", code): _AT_THE_GATE for code in ("GTIN", "GTOT", "PICK", "DROP", "CROS")},
    **{("EQUIPMENT", code): _AT_THE_STUFFING for code in ("STUF", "STRP")},
    **{("EQUIPMENT", code): _BY_CUSTOMS for code in ("CUSI", "CUSR", "CUSS", "INSP", "RSEA")},
    **{("TRANSPORT", code): _BY_SHIP for code in ("ARRI", "DEPA")},
    ("IOT", "DETC"): _BY_BOX,
    ("REEFER", "MEAS"): _BY_BOX,
    ("REEFER", "ADJU"): _BY_BOX,
}
"""Who stands closest to a fact, closest first; a role that is not named comes after all.

Who moves the box at the quay sees it loaded; who opens the gate sees it pass; the carrier runs
the ship; customs alone knows what customs decided; a device sees its own box. Documents go by
who issues them: the carrier, but customs for what is customs' own (`CUS`, `CUC`).
"""


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """An event as somebody claimed it on the ledger."""

    event: Event
    actor: str
    """Controller of the party or device that signed the claim."""
    roles: tuple[str, ...] = ()
    """What the actor is registered as: `terminal`, `carrier`, …; `device` of an enrolled one."""
    device_of: str = ""
    """The party that answered for the device when it claimed; "" where no device did."""
    position: int
    """The claim's place in the log."""
    index: int = 0
    """The event's place in its claim."""
    height: int
    """The block that holds the claim."""
    time_s: int
    """That block's time, seconds since 1970: from then on it is known."""


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """A claim, and why it won or lost."""

    event_hash: str
    """SHA-256 of the event's exact bytes, hex."""
    event_id: str
    actor: str
    role: str
    """As what its claimant was heard; "" if as nobody who stands near to it."""
    classifier: str
    occurred_ms: int
    local_date: str
    position: int
    index: int
    reason: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one milestone, and why."""

    milestone: tuple[str, ...]
    state: State
    """`happened`: an actual not later than the asked moment; `expected`: it lies ahead, or is
    only estimated; `overdue`: the estimate has passed and nobody reported it done; `unknown`."""
    valid_ms: int
    known_s: int
    winner: Weighed | None
    losers: tuple[Weighed, ...]
    """Best first."""


def milestone_key(event: Event) -> tuple[str, ...]:
    """Which milestone of a shipment an event speaks of; claims of one milestone share it.

    Sources name a call each in its own way, so that a place both know goes before a call's id. A
    reading of a device is a milestone of its own.
    """
    references = event.references
    if event.kind == "SHIPMENT":
        named = references.documents[0] if references.documents else ("", "")
        return (event.kind, event.code, *named)
    if event.kind == "TRANSPORT":
        if references.vessel_imo and references.location:
            return (event.kind, event.code, references.vessel_imo, references.location)
        return (event.kind, event.code, references.transport_call, references.location)
    place = references.location or references.transport_call
    if event.kind == "EQUIPMENT":
        load = "EMPTY" if event.is_empty else ""
        return (event.kind, event.code, references.equipment, place, load)
    at = str(event.occurred_ms)
    return (event.kind, event.code, references.equipment, event.detail, at)


def resolve(
    claims: Iterable[Claimed], *, milestone: tuple[str, ...], valid_ms: int, known_s: int
) -> Answer:
    """Which claim of one milestone wins, and why each other one does not.

    Args:
        claims: all claims of one shipment, in any order; those of other milestones only tell what
            was withdrawn or replaced.
        milestone: as `milestone_key` gives it.
        valid_ms: the moment asked about: had it happened by then?
        known_s: as known when? Later blocks are unseen.
    """
    return _of(milestone, claims, (valid_ms, known_s))


def eta(
    claims: Iterable[Claimed], *, milestone: tuple[str, ...], valid_ms: int, known_s: int
) -> Answer:
    """When it was expected: `resolve` among estimates and plans alone.

    Of several sources' estimates of one arrival one wins, and each other is told why not. An
    actual does not compete; ask `resolve` for it.
    """
    return _of(milestone, claims, (valid_ms, known_s), but="ACT")


def answers(claims: Iterable[Claimed], *, valid_ms: int, known_s: int) -> tuple[Answer, ...]:
    """Every milestone that the claims of a shipment speak of, in the order of their keys."""
    return _every(claims, (valid_ms, known_s))


def etas(claims: Iterable[Claimed], *, valid_ms: int, known_s: int) -> tuple[Answer, ...]:
    """`eta` of every milestone of which an estimate or a plan stands, in the order of their keys.

    In one pass, however many milestones there are.
    """
    found = _every(claims, (valid_ms, known_s), but="ACT")
    return tuple(one for one in found if one.winner is not None)


def _every(claims: Iterable[Claimed], moment: tuple[int, int], but: str = "") -> tuple[Answer, ...]:
    """The answer to every milestone, without claims of the classifier `but`."""
    standing, fallen = _standing(claims, moment[1])
    rivals: dict[tuple[str, ...], list[Claimed]] = {}
    gone: dict[tuple[str, ...], list[tuple[Claimed, str]]] = {}
    for claim in standing:
        if not but or claim.event.classifier != but:
            rivals.setdefault(milestone_key(claim.event), []).append(claim)
    for claim, why in fallen:
        gone.setdefault(milestone_key(claim.event), []).append((claim, why))
    keys = sorted({**rivals, **gone})
    return tuple(_answer(key, rivals.get(key, []), gone.get(key, []), moment) for key in keys)


def _of(
    milestone: tuple[str, ...], claims: Iterable[Claimed], moment: tuple[int, int], but: str = ""
) -> Answer:
    """The answer to one milestone, without claims of the classifier `but`."""
    standing, fallen = _standing(claims, moment[1])
    rivals = [
        claim
        for claim in standing
        if milestone_key(claim.event) == milestone and claim.event.classifier != but
    ]
    gone = [(claim, why) for claim, why in fallen if milestone_key(claim.event) == milestone]
    return _answer(milestone, rivals, gone, moment)


def _answer(
    milestone: tuple[str, ...],
    standing: Iterable[Claimed],
    fallen: Iterable[tuple[Claimed, str]],
    moment: tuple[int, int],
) -> Answer:
    """The answer among the claims of one milestone."""
    valid_ms, known_s = moment
    rivals = sorted(standing, key=_strength)
    losers = [_weighed(claim, _why_not(claim, rivals[0])) for claim in rivals[1:]]
    gone = sorted(fallen, key=lambda pair: _strength(pair[0]))
    losers += [_weighed(claim, why) for claim, why in gone]
    return Answer(
        milestone=milestone,
        state=_state(rivals[0].event, valid_ms) if rivals else "unknown",
        valid_ms=valid_ms,
        known_s=known_s,
        winner=_weighed(rivals[0], _why(rivals)) if rivals else None,
        losers=tuple(losers),
    )


def _state(event: Event, valid_ms: int) -> State:
    if event.occurred_ms > valid_ms:
        return "expected"
    return "happened" if event.classifier == "ACT" else "overdue"


def _standing(
    claims: Iterable[Claimed], known_s: int
) -> tuple[list[Claimed], list[tuple[Claimed, str]]]:
    """What is seen and counts, and what is seen and does not, with the reason."""
    by_name: dict[tuple[str, str], list[Claimed]] = {}
    standing: list[Claimed] = []
    fallen: list[tuple[Claimed, str]] = []
    for claim in {_order(claim): claim for claim in claims}.values():
        if claim.time_s > known_s:
            continue
        if claim.event.id:
            by_name.setdefault((claim.actor, claim.event.id), []).append(claim)
        else:
            standing.append(claim)
    for versions in by_name.values():
        for origin in sorted({claim.event.origin for claim in versions}):
            _settle([claim for claim in versions if _names(claim, origin)], standing, fallen)
    return standing, fallen


def _names(claim: Claimed, origin: str) -> bool:
    """Whether it is that party's event; a retraction that names no party means every one."""
    event = claim.event
    return event.origin == origin or (event.is_retracted and not event.origin)


def _settle(
    versions: Sequence[Claimed], standing: list[Claimed], fallen: list[tuple[Claimed, str]]
) -> None:
    """Of one claimant's events under one id at most one counts: the newest not withdrawn."""
    withdrawals = [claim for claim in versions if claim.event.is_retracted]
    sent = [claim for claim in versions if not claim.event.is_retracted]
    if withdrawals:
        last = max(withdrawals, key=_order)
        why = f"withdrawn by its claimant at position {last.position}"
        fallen += [(claim, why) for claim in sent if _order(claim) < _order(last)]
        sent = [claim for claim in sent if _order(claim) > _order(last)]
    if sent:
        newest = max(sent, key=lambda claim: (_updated_ms(claim), _order(claim)))
        why = f"replaced by its claimant under the same id at position {newest.position}"
        fallen += [(claim, why) for claim in sent if claim is not newest]
        standing.append(newest)


def _order(claim: Claimed) -> tuple[int, int, bytes, str]:
    """The log's order; bytes and actor only tell apart what one log would never hold twice."""
    return claim.position, claim.index, claim.event.data, claim.actor


def _updated_ms(claim: Claimed) -> int:
    """The sender's time of update, but nobody updates after the ledger has seen it."""
    seen_ms = claim.time_s * 1_000
    return min(claim.event.created_ms or seen_ms, seen_ms)


def _nearest(claim: Claimed) -> tuple[int, str]:
    """How close to the fact its claimant stands, 0 the closest, and as what."""
    event = claim.event
    closest = CLOSEST.get((event.kind, event.code), _BY_PAPER)
    if event.kind == "SHIPMENT" and event.document_type in {"CUS", "CUC"}:
        closest = _BY_CUSTOMS
    for distance, role in enumerate(closest):
        if role in claim.roles:
            return distance, role
    return len(closest), ""


def _strength(claim: Claimed) -> tuple[int, int, int, int, int, bytes, str]:
    """Smallest wins."""
    position, index, data, actor = _order(claim)
    certainty = CERTAINTY.get(claim.event.classifier, len(CERTAINTY))
    updated_ms = _updated_ms(claim)
    return certainty, _nearest(claim)[0], -updated_ms, -position, -index, data, actor


def _why(rivals: Sequence[Claimed]) -> str:
    if len(rivals) == 1:
        return "the only claim that stands"
    return f"before {len(rivals) - 1} other: {_difference(rivals[0], rivals[1])[0]}"


def _why_not(loser: Claimed, winner: Claimed) -> str:
    return _difference(winner, loser)[1]


def _difference(winner: Claimed, loser: Claimed) -> tuple[str, str]:
    """The first rule that tells two claims apart, said for the winner and for the loser."""
    won, lost = winner.event.classifier, loser.event.classifier
    if won != lost:
        return f"{won} goes before {lost}", f"{lost} comes after {won}"
    (near, first), (far, second) = _nearest(winner), _nearest(loser)
    if near != far:
        code, second = (
            winner.event.code,
            f"the {second}" if second else "a party that stands farther",
        )
        return (
            f"of {code} the {first} knows better than {second}",
            f"of {code} {second} knows less than the {first}",
        )
    if _updated_ms(winner) != _updated_ms(loser):
        return "updated later", f"updated earlier than the claim at position {winner.position}"
    return "later in the log", f"earlier in the log than position {winner.position}"


def _weighed(claim: Claimed, reason: str) -> Weighed:
    event = claim.event
    return Weighed(
        event_hash=hashlib.sha256(event.data).hexdigest(),
        event_id=event.id,
        actor=claim.actor,
        role=_nearest(claim)[1],
        classifier=event.classifier,
        occurred_ms=event.occurred_ms,
        local_date=event.local_date,
        position=claim.position,
        index=claim.index,
        reason=reason,
    )
