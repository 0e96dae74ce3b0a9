# SPDX-License-Identifier: Apache-2.0
"""Titles that take the place of others, in one act: nobody is ever left with nothing.

REISSUE, SPLIT, COMBINE and SWITCH_TO_ELECTRONIC share this: the new titles are issued with the
checks of an ISSUE, to the holder of what they replace; both are linked to each other. Source:
title requirements T9, T11, T22, T25; I1, I10.
"""

from collections.abc import Sequence

import msgspec

from ropewalk.ledger import Context, Event, View, encode_record
from ropewalk.title import state
from ropewalk.title.errors import ReferenceUsedError, ReplacementDiffersError, WrongHolderError
from ropewalk.title.issue import ISSUE_REFUSALS, Issue, issued, told, writes_of

Known = dict[str, state.Title]
"""Titles by id."""

SAME_CARGO_TERMS = ("consignee", "destination", "governing_law", "is_to_order", "shipper")
"""What splitting and combining leave as it is, beside endorsements."""

REPLACEMENT_REFUSALS = (*ISSUE_REFUSALS, ReplacementDiffersError, WrongHolderError)


def replacements(
    view: View, parents: Known, messages: Sequence[Issue], context: Context, *, same_terms: bool
) -> Known:
    """The titles that will take the parents' place, by id, in the order of the act.

    Args:
        view: the state before the act.
        parents: what is replaced; where there are several they agree in what passes on.
        messages: what is issued instead.
        context: the act's circumstances.
        same_terms: whether all but reference, document and cargo stays the same.

    Raises:
        LedgerError: one of `REPLACEMENT_REFUSALS`, in that order.
    """
    parent = next(iter(parents.values()))
    made: Known = {}
    for message in messages:
        identifier, title = issued(view, message, parent.issuer, context, replaces_straight=True)
        if any(title.reference == other.reference for other in made.values()):
            raise ReferenceUsedError(title.reference)
        check_differences(parent, title, same_terms=same_terms)
        if message.draft is not None or message.fingerprints is not None:
            raise ReplacementDiffersError("draft and fingerprints are for the issue alone")
        if title.possessor != parent.holder:
            raise WrongHolderError(f"the holder is {parent.holder}")
        made[identifier] = inherited(parent, title, tuple(sorted(parents)), same_terms=same_terms)
    return made


def check_differences(parent: state.Title, title: state.Title, *, same_terms: bool) -> None:
    """Refuse what differs from what it replaces where it may not.

    Raises:
        ReplacementDiffersError: it does.
    """
    fields: tuple[str, ...] = ("document_type", "shipment")
    if same_terms:
        fields += (*SAME_CARGO_TERMS, "endorsee")
    for name in fields:
        if getattr(title, name) != getattr(parent, name):
            raise ReplacementDiffersError(name)
    if title.house_of:
        raise ReplacementDiffersError("house_of passes on and is not given")
    if title.on_board:
        raise ReplacementDiffersError("on_board passes on and is not given")


def inherited(
    parent: state.Title, title: state.Title, replaces: tuple[str, ...], *, same_terms: bool
) -> state.Title:
    """The first record with what passes on from what it replaces."""
    changed = msgspec.structs.replace(
        title,
        house_of=parent.house_of,
        indemnity=parent.indemnity,
        on_board=parent.on_board,
        on_board_override=parent.on_board_override,
        pledge=parent.pledge,
        replaces=replaces,
    )
    if not same_terms:
        return changed
    return msgspec.structs.replace(
        changed,
        endorsee_may_endorse=parent.endorsee_may_endorse,
        prior_endorsee=parent.prior_endorsee,
        prior_may_endorse=parent.prior_may_endorse,
    )


def replaced(
    parents: Known, made: Known, context: Context
) -> tuple[dict[str, bytes | None], tuple[Event, ...]]:
    """Writes and events of parents that end and titles that take their place."""
    writes: dict[str, bytes | None] = {}
    events = []
    for identifier, parent in parents.items():
        after = state.acted_on(
            parent,
            context,
            replaced_by=tuple(made),
            status=state.REPLACED,
            surrender_reason="",
            surrendered_by="",
        )
        writes[state.key(identifier)] = encode_record(after)
        events.append(
            Event(
                "title.replaced",
                {"actor": context.actor, "by": " ".join(made), "title": identifier},
            )
        )
    for identifier, title in made.items():
        writes.update(writes_of(identifier, title))
        events.append(told(identifier, title, context))
    return writes, tuple(events)
