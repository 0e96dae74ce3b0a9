# SPDX-License-Identifier: Apache-2.0
"""Title's promises, each a named function over one act's change; numbers as in reliability.md."""

from collections.abc import Callable

from ropewalk.ledger import Change, Invariant, decode_record
from ropewalk.title.state import (
    DOCUMENT_TYPES,
    ENDED,
    ISSUED,
    PAPER,
    SURRENDER_REQUESTED,
    SURRENDERED,
    Escrow,
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
    """I5, I7: who acted was in control, or had another right that the record shows."""
    actor, signed = change.context.actor, {change.context.actor, *change.context.approvals}
    if was is None:
        return None if now.issuer in signed else "issued without its issuer"
    by_pledgee = was.pledge is not None and actor == was.pledge.pledgee
    if actor == was.in_control or by_pledgee or _out_of_escrow(was, now):
        return None  # out of escrow: its holder signed before, and I26 holds the exchange to it
    changed = _changed(was, now)
    if changed == {"freeze"} or (changed == {"indemnity"} and was.issuer in signed):
        return None
    if actor == was.issuer and changed == {"replaced_by"} and was.status == PAPER:
        return None
    delivering = not DOCUMENT_TYPES[was.document_type].has_possession
    consented = delivering or signed.issuperset(was.interested)
    if actor == was.issuer and now.status in ENDED and consented:
        return None
    return f"{actor} acted without control"


def _out_of_escrow(was: Title, now: Title) -> bool:
    return was.escrow is not None and now.escrow is None


def _changed(was: Title, now: Title) -> set[str]:
    """Fields that differ, aside from those that every act changes."""
    return {
        name
        for name in Title.__struct_fields__
        if getattr(was, name) != getattr(now, name) and name not in ("last_act", "version")
    }


def endorsements_chain(was: Title | None, now: Title, _change: Change) -> str | None:
    """I9: what is not to order has no endorsee; a restricted endorsee is never passed over."""
    if not now.is_to_order and now.endorsee:
        return "endorsed though not to order"
    if was is None or was.endorsee == now.endorsee:
        return None
    if was.pledge is not None and now.pledge is None and was.escrow is None:  # released, enforced
        parties = (was.pledge.pledgee, was.pledge.beneficiary)
        return None if was.endorsee in parties else "a stranger's endorsement went with the pledge"
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
    if was.status == now.status == PAPER and not was.replaced_by:
        return None if _changed(was, now) == {"replaced_by"} else "a title on paper changed"
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
        "cargo",
        "commitment",
        "destination",
        "document_type",
        "fingerprints",
        "from_paper",
        "governing_law",
        "house_of",
        "is_to_order",
        "issued_at",
        "issuer",
        "reference",
        "replaces",
        "shipment",
        "shipper",
    )
    if was is None:
        return None
    for field in fixed:
        if getattr(was, field) != getattr(now, field):
            return f"{field} changed"
    return None


def one_medium(_was: Title | None, now: Title, _change: Change) -> str | None:
    """I6: on paper or electronic, never both."""
    if (now.status == PAPER) != bool(now.paper):
        return "the record does not say what became of its paper"
    return None


def replaced_with_everybody(was: Title | None, now: Title, change: Change) -> str | None:
    """I10: what takes a title's place is linked both ways, with everybody interested."""
    if was is None or was.replaced_by == now.replaced_by:
        return None
    for identifier in now.replaced_by:
        data = change.after.get(f"title/{identifier}")
        if data is None or f"title/{identifier}" not in change.keys:
            return f"{identifier} did not come to be in the same act"
        made = decode_record(data, Title)
        if made.issuer != was.issuer or not made.replaces or made.pledge != was.pledge:
            return f"{identifier} does not take its place"
    signed = {change.context.actor, *change.context.approvals}
    back_from_paper = was.status == PAPER
    if not back_from_paper and not signed.issuperset(was.interested):
        return "somebody interested did not approve"
    return None


_DISPOSED = {
    "endorsee",
    "endorsee_may_endorse",
    "escrow",
    "pledge",
    "possessor",
    "replaced_by",
    "status",
}


def pledged(was: Title | None, now: Title, change: Change) -> str | None:
    """I13: nobody disposes of a pledged title without pledgee and beneficiary."""
    disposed = set() if was is None else _changed(was, now) & _DISPOSED
    if was is None or was.pledge is None or not disposed or _out_of_escrow(was, now):
        return None
    context, pledge = change.context, was.pledge
    answered = was.status == SURRENDER_REQUESTED and context.actor == was.issuer
    refused = was.refusable_from != "" and now.possessor == was.refusable_from
    back = was.status == PAPER
    entrusted = context.actor == pledge.beneficiary and context.time_s <= pledge.trust_until
    ended = now.pledge is None and now.status == was.status
    on_payment = now.escrow is not None and now.escrow.to == pledge.beneficiary
    to_and_fro = disposed <= {"pledge", "possessor"} and now.possessor in (
        pledge.pledgee,
        pledge.beneficiary,
    )
    alone = context.actor == pledge.pledgee and (ended or to_and_fro or on_payment)
    if answered or refused or back or entrusted or alone:
        return None
    signed = {context.actor, *context.approvals}
    if signed.issuperset((pledge.pledgee, pledge.beneficiary)):
        return None
    return "disposed of behind pledgee's or beneficiary's back"


def frozen(was: Title | None, now: Title, _change: Change) -> str | None:
    """I15: what is frozen is only unfrozen."""
    if was is None or not was.freeze:
        return None
    returned = _out_of_escrow(was, now) and _changed(was, now) == {"escrow"}
    return None if returned or _changed(was, now) == {"freeze"} else "a frozen title changed"


def leased(was: Title | None, now: Title, change: Change) -> str | None:
    """T27: until a lease ends nothing but a freeze is laid on or lifted."""
    if was is None or was.lease_until <= change.context.time_s:
        return None
    return None if _changed(was, now) <= {"freeze"} else "a leased title changed"


_GOES_IN = {"escrow", "lease_until", "prior_endorsee", "prior_may_endorse", "refusable_from"}


def escrowed(was: Title | None, now: Title, _change: Change) -> str | None:
    """T5, I26: out of escrow a title goes as its holder put it in, or back; inside it stands."""
    if was is None:
        return None if now.escrow is None else "it began in escrow"
    changed = _changed(was, now)
    if was.escrow is None:
        goes_in = now.escrow is not None
        return "more than its escrow changed" if goes_in and not changed <= _GOES_IN else None
    if now.escrow is not None:
        return None if changed <= {"freeze"} else "a title in escrow changed"
    return None if changed == {"escrow"} or _as_put_in(was.escrow, now) else "it went another way"


def _as_put_in(escrow: Escrow, now: Title) -> bool:
    if escrow.how == "SURRENDER":
        return (now.status, now.claimant) == (SURRENDERED, escrow.to)
    endorsed = escrow.how != "ENDORSE_TO_ORDER" or now.endorsee == escrow.to
    return now.status == ISSUED and now.possessor == escrow.to and endorsed


INVARIANTS = (
    Invariant("I1 singularity", _each_title(singular)),
    Invariant("I3 exclusive control", _each_title(one_in_control)),
    Invariant("I5 I7 authority and divestment", _each_title(only_who_may)),
    Invariant("I9 endorsement chain", _each_title(endorsements_chain)),
    Invariant("I11 monotone lifecycle", _each_title(monotone)),
    Invariant("I6 one medium", _each_title(one_medium)),
    Invariant("I10 replaced with everybody", _each_title(replaced_with_everybody)),
    Invariant("I13 pledge", _each_title(pledged)),
    Invariant("I15 freeze", _each_title(frozen)),
    Invariant("T27 lease", _each_title(leased)),
    Invariant("T5 I26 escrow", _each_title(escrowed)),
    Invariant("I12 versions", _each_title(versions)),
    Invariant("T14 the document never changes", _each_title(document_never_changes)),
)
