# SPDX-License-Identifier: Apache-2.0
"""What holds of documents and consignments after every act, whichever it was.

Told from the table of what may become of a document, not from the code that applies it.
"""

from collections.abc import Callable, Iterator, Mapping

from ropewalk.cargo import booking, instructions
from ropewalk.cargo.consignment import CLOSED, LINKS_MAX, PARTIES_MAX, Consignment
from ropewalk.cargo.course import (
    RECORDS,
    STATES,
    Booking,
    Content,
    Document,
    Instructions,
    Kind,
    Line,
    Move,
)
from ropewalk.ledger import Change, Invariant, decode_record

_TABLE: Mapping[Kind, tuple[Line, ...]] = {
    "booking": booking.LINES,
    "instructions": (*instructions.LINES, instructions.ISSUE),
}
_FIXED = ("bookings", "carrier", "customer", "shipper")
_ISSUED = ("document", "draft", "title")

Broken = str | None
Pair = tuple[str, Kind, Document | None, Document]


def _documents(change: Change) -> Iterator[Pair]:
    for key in change.keys:
        kind, _, _ = key.partition("/")
        for name, record in RECORDS.items():
            if kind != name:
                continue
            before, after = change.before.get(key), change.after.get(key)
            if after is None:
                continue  # `follows` sees that
            was = None if before is None else decode_record(before, record)
            yield key, name, was, decode_record(after, record)


def _each(check: Callable[[Kind, Document, Document, str], Broken]) -> Callable[[Change], Broken]:
    """A promise about every document that an act changed."""

    def checked(change: Change) -> Broken:
        for key, kind, was, now in _documents(change):
            broken = None if was is None else check(kind, was, now, change.context.actor)
            if broken:
                return f"{key}: {broken}"
        return None

    return checked


def _made(kind: Kind, was: Document, now: Document, actor: str) -> Iterator[Move]:
    """The moves of the table, by this actor, that lead from here to there."""
    for line in _TABLE[kind]:
        if getattr(was, line.by) != actor:
            continue
        for move in line.moves:
            told = {name: move.to.get(name, getattr(was, name)) for name in STATES[kind]}
            if move.fits(was) and all(getattr(now, name) == told[name] for name in told):
                yield move


def _along(kind: Kind, was: Document, now: Document, actor: str) -> Broken:
    if any(True for _ in _made(kind, was, now, actor)):
        return None
    return "its states moved beside the table"


def _content(kind: Kind, was: Document, now: Document, actor: str) -> Broken:
    moves = [*_made(kind, was, now, actor)]  # none: the promise before sees that
    if not moves or any(_keeps(move, was, now) for move in moves):
        return None
    return "its content is not what the act makes of it"


def _keeps(move: Move, was: Document, now: Document) -> bool:
    """Whether the content after a move is what the move makes of it."""
    if move.content is Content.SET:
        return now.proposed == move.to.get("proposed", was.proposed)
    if move.content is Content.ADOPTED:
        return now.content == was.proposed != "" and not now.proposed
    if now.content != was.content:
        return False
    if move.content is Content.PROPOSED:
        return now.proposed != ""
    return now.proposed == ("" if move.content is Content.DROPPED else was.proposed)


def _stays(_kind: Kind, was: Document, now: Document, _actor: str) -> Broken:
    for name in _FIXED:
        if getattr(was, name, None) != getattr(now, name, None):
            return f"its {name} changed"
    if was.reference not in ("", now.reference):
        return "its reference changed"
    if not isinstance(was, Instructions) or was.draft != instructions.ISSUED:
        return None
    changed = [name for name in _ISSUED if getattr(was, name) != getattr(now, name, None)]
    return f"what was issued changed: {changed[0]}" if changed else None


def begins(change: Change) -> Broken:
    """A document begins as received, by its customer, and with nothing else said."""
    for key, _, was, now in _documents(change):
        if was is not None:
            continue
        bare = (now.status, now.proposed, now.version) == ("RECEIVED", "", 1)
        if not bare or now.customer != change.context.actor or _has_gone_on(now):
            return f"{key} began otherwise than as received"
    return None


def _has_gone_on(now: Document) -> bool:
    if isinstance(now, Booking):
        return bool(now.amended or now.cancellation)
    return bool(now.draft or now.title or now.updated)


def follows(change: Change) -> Broken:
    """Versions follow, the last act is this one, and no document is removed."""
    for key in change.keys:
        if key.partition("/")[0] in RECORDS and change.after.get(key) is None:
            return f"{key} was removed"
    for key, _, was, now in _documents(change):
        if now.version != (1 if was is None else was.version + 1):
            return f"{key}: versions do not follow"
        if now.last_act != change.context.transaction:
            return f"{key}: the last act is not this one"
    return None


def consignments(change: Change) -> Broken:
    """A consignment only gains, within its bounds; once closed it stays as it is."""
    for key in change.keys:
        if not key.startswith("consignment/"):
            continue
        before, after = change.before.get(key), change.after.get(key)
        if after is None:
            return f"{key} was removed"
        now = decode_record(after, Consignment)
        was = None if before is None else decode_record(before, Consignment)
        broken = _gained(was, now, change)
        if broken:
            return f"{key}: {broken}"
    return None


def _gained(was: Consignment | None, now: Consignment, change: Change) -> Broken:
    if len(now.parties) > PARTIES_MAX or len(now.links) > LINKS_MAX:
        return "it has more than it may"
    if now.version != (1 if was is None else was.version + 1):
        return "versions do not follow"
    if now.last_act != change.context.transaction:
        return "the last act is not this one"
    if was is None:
        return None if now.opener == change.context.actor else "somebody else opened it"
    if was.status == CLOSED:
        return "it was closed"
    lost = {*was.parties} - {*now.parties} or {*was.links} - {*now.links}
    return "it lost a party or a link" if lost or was.opener != now.opener else None


INVARIANTS = (
    Invariant("P1 documents begin as received", begins),
    Invariant("P2 states move along the table", _each(_along)),
    Invariant("P3 content changes by a content act", _each(_content)),
    Invariant("P4 what was issued stays", _each(_stays)),
    Invariant("P5 versions of documents follow", follows),
    Invariant("P6 consignments only gain", consignments),
)
