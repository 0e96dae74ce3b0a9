# SPDX-License-Identifier: Apache-2.0
"""Cargo's promises, each a named function over one act's change; numbers as in reliability.md."""

from collections.abc import Callable, Iterator

from ropewalk.cargo.bills import unreleased
from ropewalk.cargo.state import (
    ANNOUNCED,
    CLEARED,
    DEVICE_BOXES_MAX,
    GATED_OUT,
    RETURNED,
    TRANSIT,
    ClaimRecord,
    DeviceRecord,
    Movement,
    Right,
    Titles,
    find_device,
    find_right,
)
from ropewalk.identity import find_party
from ropewalk.ledger import Change, Invariant, decode_record

_OURS = ("alarm/", "claim/", "device/", "movement/", "right/")
_FIXED = ("carrier", "customs", "depot", "terminal", "titles")


def _movements(change: Change) -> Iterator[tuple[str, Movement | None, Movement | None]]:
    for key in change.keys:
        if key.startswith("movement/"):
            before, after = change.before.get(key), change.after.get(key)
            yield (
                key.removeprefix("movement/"),
                None if before is None else decode_record(before, Movement),
                None if after is None else decode_record(after, Movement),
            )


def released(titles: Titles) -> Callable[[Change], str | None]:
    """I16: a container leaves only when every bill that names it is released, with all lights."""

    def check(change: Change) -> str | None:
        for box, was, now in _movements(change):
            if now is None or now.exit is None or (was is not None and was.exit is not None):
                continue
            waiting = unreleased(change.after, titles, now)
            if waiting:
                return f"{box} left while {waiting} is not released"
            if now.blocks or not now.is_ready or now.customs_status not in (CLEARED, TRANSIT):
                return f"{box} left against a light"
            if change.context.actor != now.terminal:
                return f"{box} was let out by somebody else than its terminal"
        return None

    return check


_STEPS = {ANNOUNCED: 0, GATED_OUT: 1, RETURNED: 2}


def leaves_once(change: Change) -> str | None:
    """I17: a container leaves at most once a movement, and what happened stays."""
    for box, was, now in _movements(change):
        if now is None:
            return f"the movement of {box} was removed"
        if now.status != _status_told(now):
            return f"{box}: its status is not what happened"
        broken = _went_back(was, now)
        if broken:
            return f"{box}: {broken}"
    return None


def _status_told(now: Movement) -> str:
    if now.exit is None:
        return ANNOUNCED
    return GATED_OUT if now.return_ is None else RETURNED


def _went_back(was: Movement | None, now: Movement) -> str | None:
    if was is None:
        return None if now.status == ANNOUNCED else f"it began as {now.status}"
    if _STEPS[now.status] < _STEPS[was.status]:
        return f"it went back to {now.status}"
    if was.exit is not None and now.exit != was.exit:
        return "it left twice"
    if any(getattr(was, name) != getattr(now, name) for name in _FIXED):
        return "who is who in the movement changed"
    return None


def one_holder(change: Change) -> str | None:
    """I17: a pick-up right has one holder, changes hands only by who may, version by version."""
    for key in change.keys:
        if not key.startswith("right/"):
            continue
        before, after = change.before.get(key), change.after.get(key)
        if after is None:
            return f"{key} was removed"
        now = decode_record(after, Right)
        was = None if before is None else decode_record(before, Right)
        broken = _hands(was, now, change)
        if broken:
            return f"{key}: {broken}"
    return None


def _hands(was: Right | None, now: Right, change: Change) -> str | None:
    actor = change.context.actor
    if not now.holders or len(set(now.holders)) != len(now.holders):
        return "no holder, or one twice"
    if now.version != (1 if was is None else was.version + 1):
        return "versions do not follow"
    if now.last_act != change.context.transaction:
        return "the last act is not this one"
    if was is None or was.holders == now.holders:
        return None
    accepted = now.holders == (*was.holders, actor) and was.offered_to == actor
    revoked = now.holders == was.holders[:-1] and now.holder == actor
    return None if accepted or revoked else f"{actor} changed its holder"


def no_right_after_exit(change: Change) -> str | None:
    """I17: the right of a container that left does not move."""
    for key in change.keys:
        if key.startswith("right/"):
            data = change.before.get("movement/" + key.removeprefix("right/"))
            if data is None or decode_record(data, Movement).exit is not None:
                return f"{key} changed without a container that is here"
    return None


def exit_under_right(change: Change) -> str | None:
    """I18: whoever left did so under the right's holder."""
    for box, was, now in _movements(change):
        if now is None or now.exit is None or (was is not None and was.exit is not None):
            continue
        right = find_right(change.before, box)
        if right is None or right.holder != now.exit.holder or len(right.holders) < 2:
            return f"{box} left without a right"
    return None


def never_touches_titles(change: Change) -> str | None:
    """I18: what happens to the cargo alters no title, but where an exchange settles over both."""
    if any(key.startswith("standing/") for key in change.keys):
        return None
    ours = [key for key in change.keys if key.startswith(_OURS)]
    titles = [key for key in change.keys if key.startswith("title/")]
    return f"{ours[0]} and {titles[0]} changed in one act" if ours and titles else None


def devices_claim_of_their_own(change: Change) -> str | None:
    """P7: a device claims of boxes it is attached to and of no others; withdrawn, it does not."""
    for key in change.keys:
        data = change.after.get(key) if key.startswith("claim/") else None
        if data is None:
            continue
        claim = decode_record(data, ClaimRecord)
        device = find_device(change.before, claim.actor)
        if device is None:
            if claim.boxes or claim.device_of:
                return f"{key}: whoever is no device claims as one"
            continue
        if device.is_withdrawn:
            return f"{key}: a withdrawn device claims"
        if claim.device_of != device.party:
            return f"{key}: it does not say whose device claims"
        if not claim.boxes or not {*claim.boxes} <= {*device.boxes}:
            return f"{key}: a device claims of what it is not attached to"
    return None


def devices_have_one_party(change: Change) -> str | None:
    """P8: a device is one party's for good, by its own consent; once withdrawn it stays so."""
    for key in change.keys:
        if not key.startswith("device/"):
            continue
        device, after = key.removeprefix("device/"), change.after.get(key)
        if after is None:
            return f"{key} was removed"
        was, now = find_device(change.before, device), decode_record(after, DeviceRecord)
        broken = _enrolled(device, now, change) if was is None else _kept(was, now)
        if broken or now.party != change.context.actor:
            return f"{key}: {broken or 'somebody else than its party changed it'}"
        if [*now.boxes] != sorted({*now.boxes}) or len(now.boxes) > DEVICE_BOXES_MAX:
            return f"{key}: it is attached to too much, or twice"
        if now.is_withdrawn and now.boxes:
            return f"{key}: it is withdrawn and attached"
    return None


def _enrolled(device: str, now: DeviceRecord, change: Change) -> str:
    if device not in change.context.approvals:
        return "it did not consent"
    if find_party(change.after, device) is not None:
        return "it is a registered party"
    return "it begins attached, or withdrawn" if now.boxes or now.is_withdrawn else ""


def _kept(was: DeviceRecord, now: DeviceRecord) -> str:
    if was.is_withdrawn:
        return "it was withdrawn"
    return "" if was.party == now.party else "it passed to another party"


def invariants(titles: Titles) -> tuple[Invariant, ...]:
    """The promises, told how to ask for titles."""
    return (
        Invariant("I16 release has its basis", released(titles)),
        Invariant("I17 a container leaves once", leaves_once),
        Invariant("I17 one holder of the right", one_holder),
        Invariant("I17 no right after the exit", no_right_after_exit),
        Invariant("I18 no exit without a right", exit_under_right),
        Invariant("I18 cargo never alters a title", never_touches_titles),
        Invariant("P7 devices claim of their own boxes", devices_claim_of_their_own),
        Invariant("P8 a device is one party's", devices_have_one_party),
    )
