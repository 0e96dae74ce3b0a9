# SPDX-License-Identifier: Apache-2.0
"""Title's promises, each a named function over one act's change; numbers as in reliability.md."""

from collections.abc import Callable

from ropewalk.ledger import Change, Invariant, decode_record
from ropewalk.title.state import (
    DOCUMENT_TYPES,
    ENDED,
    ISSUED,
    SURRENDER_REQUESTED,
    ReferenceRecord,
    Title,
    reference_key,
)

Check = Callable[[Title | None, Title, Change], str | None]


def _each_title(check: Check) -> Callable[[Change], str | None]:
    def checked(change: Change) -> str | None:
        for key in change.keys:
            if not key.startswith("title/"):
                continue
            before, after = change.before.get(key), change.after.get(key)
            if after is None:
                return f"{key} was removed"
            was = None if before is None else decode_record(before, Title)
            broken = check(was, decode_record(after, Title), change)
            if broken is not None:
                return f"{key}: {broken}"
        return None

    return checked


def singular(was: Title | None, now: Title, change: Change) -> str | None:
    """I1: a carrier's reference leads to one title, for ever."""
    found = change.after.get(reference_key(now.reference))
    if found is None:
        return "its reference leads nowhere"
    key = f"title/{decode_record(found, ReferenceRecord).title}"
    if key not in change.keys:
        return f"its reference leads to {key}"
    if was is not None and was.reference != now.reference:
        return "its reference changed"
    return None


def one_in_control(_was: Title | None, now: Title, _change: Change) -> str | None:
    """I3: exactly one controller is in control; a waybill is nobody's to possess."""
    if not now.in_control:
        return "nobody is in control"
    if bool(now.possessor) != DOCUMENT_TYPES[now.document_type].has_possession:
        return "possession does not fit the kind of document"
    if (now.status == SURRENDER_REQUESTED) != bool(now.surrendered_by):
        return "a surrender waits without who asked for it, or the other way round"
    if now.surrendered_by and now.possessor != now.issuer:
        return "the carrier does not hold what was surrendered to it"
    return None


def only_who_may(was: Title | None, now: Title, change: Change) -> str | None:
    """I5, I7: who acted was in control, or the carrier with an answer or delivery to give."""
    if was is None:
        return None if change.context.actor == now.issuer else "not issued by its issuer"
    if change.context.actor == was.in_control:
        return None
    delivering = not DOCUMENT_TYPES[was.document_type].has_possession
    if change.context.actor == was.issuer and delivering and now.status in ENDED:
        return None
    return f"{change.context.actor} acted without control"


def endorsements_chain(was: Title | None, now: Title, _change: Change) -> str | None:
    """I9: what is not to order has no endorsee; a restricted endorsee is never passed over."""
    if not now.is_to_order and now.endorsee:
        return "endorsed though not to order"
    if was is None or was.endorsee == now.endorsee:
        return None
    refused = now.possessor != was.possessor
    if not refused and was.endorsee and was.endorsee != was.possessor:
        return "endorsed by somebody who was not the endorsee"
    if not refused and not was.endorsee_may_endorse:
        return "endorsed on by somebody who may not"
    return None


def monotone(was: Title | None, now: Title, _change: Change) -> str | None:
    """I11: a title that ended stays ended, and a rejected surrender gives back what was."""
    if was is None:
        return None if now.status == ISSUED else "it began as something else than issued"
    if was.status in ENDED:
        return "an ended title changed"
    if was.status == SURRENDER_REQUESTED and now.status == ISSUED:
        same = (was.endorsee, was.endorsee_may_endorse) == (now.endorsee, now.endorsee_may_endorse)
        if now.possessor != was.surrendered_by or not same:
            return "the rejected surrender did not give back what was"
    return None


def versions(was: Title | None, now: Title, change: Change) -> str | None:
    """I12: every act is the next version, linked to the act before by its id."""
    if now.version != (1 if was is None else was.version + 1):
        return "versions do not follow"
    if now.last_act != change.context.transaction:
        return "the last act is not this one"
    return None


def document_never_changes(was: Title | None, now: Title, _change: Change) -> str | None:
    """T14: what the issue fixed stays fixed."""
    fixed = (
        "commitment",
        "document_type",
        "governing_law",
        "is_to_order",
        "issued_at",
        "issuer",
        "reference",
        "shipper",
    )
    if was is None:
        return None
    for field in fixed:
        if getattr(was, field) != getattr(now, field):
            return f"{field} changed"
    return None


INVARIANTS = (
    Invariant("I1 singularity", _each_title(singular)),
    Invariant("I3 exclusive control", _each_title(one_in_control)),
    Invariant("I5 I7 authority and divestment", _each_title(only_who_may)),
    Invariant("I9 endorsement chain", _each_title(endorsements_chain)),
    Invariant("I11 monotone lifecycle", _each_title(monotone)),
    Invariant("I12 versions", _each_title(versions)),
    Invariant("T14 the document never changes", _each_title(document_never_changes)),
)
