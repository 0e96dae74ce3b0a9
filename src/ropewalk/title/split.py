# SPDX-License-Identifier: Apache-2.0
"""SPLIT, COMBINE: one bill into several, several into one, cargo conserved to the unit.

Only a carrier issues bills: the holder, and pledgee and beneficiary of a pledge, ask with the plan,
the carrier's approval closes the parents and issues the children in one act. Source: title
requirement T25; reliability I14.
"""

from typing import Annotated

import msgspec

from ropewalk.cargo import TooManyBillsError, split_among
from ropewalk.ledger import ApprovalNeededError, Context, Effects, Message, Rule, View
from ropewalk.title import state
from ropewalk.title.cargo import CargoList, cargo_hash, check_conserved, check_form
from ropewalk.title.errors import (
    MalformedCargoError,
    NotConservedError,
    NotSurrendererError,
    ParentsDifferError,
    UnknownCargoError,
)
from ropewalk.title.issue import Issue
from ropewalk.title.replace import (
    REPLACEMENT_REFUSALS,
    SAME_CARGO_TERMS,
    Known,
    replaced,
    replacements,
)

PARTS_MAX = 20

PARENTS_AGREE_IN = (
    *SAME_CARGO_TERMS,
    "document_type",
    "endorsee",
    "endorsee_may_endorse",
    "house_of",
    "indemnity",
    "issuer",
    "on_board",
    "on_board_override",
    "pledge",
    "prior_endorsee",
    "prior_may_endorse",
    "shipment",
)


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bill to be issued, with its cargo list."""

    cargo: CargoList
    issue: Issue


class Parent(state.ActOnTitle, frozen=True):
    """A bill to be combined, with its cargo list."""

    cargo: CargoList


class Split(state.ActOnTitle, frozen=True):
    """Ask the carrier for several bills in the place of one."""

    cargo: Annotated[CargoList, msgspec.Meta(description="The bill's cargo list.")]
    children: Annotated[
        list[Part],
        msgspec.Meta(min_length=2, max_length=PARTS_MAX, description="Bills with their cargo."),
    ]


class Combine(Message, frozen=True):
    """Ask the carrier for one bill in the place of several."""

    parents: Annotated[
        list[Parent],
        msgspec.Meta(min_length=2, max_length=PARTS_MAX, description="Bills, by order of title."),
    ]
    replacement: Annotated[Part, msgspec.Meta(description="The bill with its cargo.")]


def split(view: View, message: Split, context: Context) -> Effects:
    """Close the parent and issue the children to its holder.

    Raises:
        LedgerError: one of `SPLIT_REFUSALS`, in that order.
    """
    title = _divisible(view, message, context)
    _check_shown(title, message.cargo)
    for part in message.children:
        check_form(part.cargo)
    parents = {message.title: title}
    made = _made(view, parents, message.children, context)
    check_conserved([message.cargo], [part.cargo for part in message.children])
    shares = [
        (child, part.cargo.equipments) for child, part in zip(made, message.children, strict=True)
    ]
    known = split_among(view, message.title, shares)
    context.require_approvals(title.interested)
    writes, events = replaced(parents, made, context)
    return Effects({**writes, **known}, events)


def combine(view: View, message: Combine, context: Context) -> Effects:
    """Close the parents and issue the one bill to their holder.

    Raises:
        LedgerError: one of `COMBINE_REFUSALS`, in that order.
    """
    parents: Known = {}
    for one in message.parents:
        parents[one.title] = _divisible(view, one, context)
        _check_shown(parents[one.title], one.cargo)
    check_form(message.replacement.cargo)
    _check_agreement([one.title for one in message.parents], parents)
    made = _made(view, parents, [message.replacement], context)
    check_conserved([one.cargo for one in message.parents], [message.replacement.cargo])
    context.require_approvals([party for parent in parents.values() for party in parent.interested])
    return Effects(*replaced(parents, made, context))


def _divisible(view: View, message: state.ActOnTitle, context: Context) -> state.Title:
    title = state.held(view, message, context)
    if not state.may_claim(title, context.actor):
        raise NotSurrendererError(context.actor)
    return state.accepted(title, context)


def _check_shown(title: state.Title, cargo: CargoList) -> None:
    if title.cargo != cargo_hash(cargo):
        raise UnknownCargoError(title.cargo or "issued without a cargo list")
    check_form(cargo)


def _check_agreement(named: list[str], parents: Known) -> None:
    if named != sorted(set(named)):
        raise ParentsDifferError("parents stand in order of their titles, each once")
    first = parents[named[0]]
    for one in named[1:]:
        for field in PARENTS_AGREE_IN:
            if getattr(parents[one], field) != getattr(first, field):
                raise ParentsDifferError(field)


def _made(view: View, parents: Known, parts: list[Part], context: Context) -> Known:
    for part in parts:
        if part.issue.cargo != cargo_hash(part.cargo):
            raise UnknownCargoError("a part's ISSUE names another cargo list")
    issues = [part.issue for part in parts]
    return replacements(view, parents, issues, context, same_terms=True)


SPLIT_REFUSALS = (
    *state.HELD,
    NotSurrendererError,
    UnknownCargoError,
    MalformedCargoError,
    *REPLACEMENT_REFUSALS,
    NotConservedError,
    TooManyBillsError,
    ApprovalNeededError,
)
COMBINE_REFUSALS = (
    *state.HELD,
    NotSurrendererError,
    UnknownCargoError,
    MalformedCargoError,
    ParentsDifferError,
    *REPLACEMENT_REFUSALS,
    NotConservedError,
    ApprovalNeededError,
)

RULES = (
    Rule("title.SPLIT", Split, split, SPLIT_REFUSALS),
    Rule("title.COMBINE", Combine, combine, COMBINE_REFUSALS),
)
