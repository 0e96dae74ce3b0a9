# SPDX-License-Identifier: Apache-2.0
"""Conditions of an exchange: declarative, finite, read from signed facts on the ledger alone.

A condition is met, waits, or has failed: by its time nothing fit was stated, or what was stated is
out of its band. `explain` says so in plain words, line by line.
Source: requirements capital.md, «conditions».
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal

import msgspec

from ropewalk.cargo import find_box, find_movement
from ropewalk.codes import UtcInstant
from ropewalk.exchange.errors import BadConditionError
from ropewalk.exchange.facts import (
    Code,
    Moment,
    Place,
    Quantity,
    Reading,
    Subject,
    find_fact,
    find_readings,
)
from ropewalk.ledger import ControllerId, Hash, View
from ropewalk.title import ENDED, find

MET: Final = "MET"
WAITS: Final = "WAITS"
FAILED: Final = "FAILED"
State = Literal["MET", "WAITS", "FAILED"]

NODES_MAX = 32
DEPTH_MAX = 3

By = Annotated[ControllerId, msgspec.Meta(description="Who has to state it.")]


class _Part(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="asks"
):
    pass


class EventHappened(_Part, frozen=True, kw_only=True, omit_defaults=True, tag="event"):
    """A party states in time an event, or that a document was presented."""

    by: By
    code: Code
    content: Hash | None = None
    """The document it has to be; any where left out."""
    place: Place | None = None
    subject: Subject
    until: Moment


class InBand(_Part, frozen=True, kw_only=True, tag="readings"):
    """Readings stayed between two limits over a span."""

    by: By
    least: Reading
    most: Reading
    quantity: Quantity
    since: Moment
    subject: Subject
    until: Moment


class TitleStands(_Part, frozen=True, kw_only=True, tag="title"):
    """A title is in a state."""

    status: Literal["DELIVERED", "ISSUED", "PAPER", "REPLACED", "SURRENDERED", "VOID"]
    title: Hash


class BoxStands(_Part, frozen=True, kw_only=True, tag="box"):
    """A container got that far."""

    box: Subject
    status: Literal["ANNOUNCED", "CLEARED", "GATED_OUT", "LOADED", "RETURNED"]


class NotBefore(_Part, frozen=True, kw_only=True, tag="not_before"):
    """A time has come."""

    time: Moment


class AllOf(_Part, frozen=True, kw_only=True, tag="all"):
    """Each of these."""

    of: Annotated[list["Condition"], msgspec.Meta(min_length=1, max_length=NODES_MAX)]


class AnyOf(_Part, frozen=True, kw_only=True, tag="any"):
    """One of these."""

    of: Annotated[list["Condition"], msgspec.Meta(min_length=1, max_length=NODES_MAX)]


Condition = EventHappened | InBand | TitleStands | BoxStands | NotBefore | AllOf | AnyOf


def check_condition(condition: Condition) -> None:
    """Refuse what is nested or long beyond what is taken, or upside down.

    Raises:
        BadConditionError: it is so.
    """
    if sum(1 for _ in _walk(condition)) > NODES_MAX:
        raise BadConditionError(f"at most {NODES_MAX} parts")
    if _depth(condition) > DEPTH_MAX:
        raise BadConditionError(f"nested at most {DEPTH_MAX} deep")
    for one in _walk(condition):
        if isinstance(one, InBand) and (one.since > one.until or one.least > one.most):
            raise BadConditionError("a span or a band is upside down")


def _walk(condition: Condition) -> Iterator[Condition]:
    yield condition
    if isinstance(condition, AllOf | AnyOf):
        for one in condition.of:
            yield from _walk(one)


def _depth(condition: Condition) -> int:
    if isinstance(condition, AllOf | AnyOf):
        return 1 + max(_depth(one) for one in condition.of)
    return 1


def judge(view: View, condition: Condition, time_s: int) -> State:
    """Whether a condition is met, waits, or can't be met any more.

    Args:
        view: the state.
        condition: what is asked.
        time_s: block time.
    """
    if isinstance(condition, AllOf | AnyOf):
        return _together(condition, [judge(view, one, time_s) for one in condition.of])
    if isinstance(condition, EventHappened):
        return _event(view, condition, time_s)
    if isinstance(condition, InBand):
        return _band(view, condition)
    if isinstance(condition, TitleStands):
        return _title(view, condition)
    if isinstance(condition, BoxStands):
        return MET if condition.status in box_states(view, condition.box) else WAITS
    return MET if time_s >= condition.time else WAITS


def _together(condition: AllOf | AnyOf, states: Sequence[State]) -> State:
    decides: State = FAILED if isinstance(condition, AllOf) else MET
    if decides in states:
        return decides
    return WAITS if WAITS in states else states[0]


def _event(view: View, asked: EventHappened, time_s: int) -> State:
    fact = find_fact(view, asked.by, asked.code, asked.subject)
    in_time = fact is not None and max(fact.time, fact.stated_at) <= asked.until
    if fact is not None and in_time:
        there = asked.place in (None, fact.place)
        if there and asked.content in (None, fact.content):
            return MET
    return WAITS if time_s <= asked.until else FAILED


def _band(view: View, asked: InBand) -> State:
    found = find_readings(view, asked.by, asked.quantity, asked.subject, asked.since, asked.until)
    if found is None:
        return WAITS
    return MET if asked.least <= found.least and found.most <= asked.most else FAILED


def _title(view: View, asked: TitleStands) -> State:
    title = find(view, asked.title)
    if title is None:
        return WAITS
    if title.status == asked.status:
        return MET
    return FAILED if title.status in ENDED else WAITS


def box_states(view: View, box: str) -> list[str]:
    """How far a container got, each state it has been through."""
    found = ["LOADED"] if find_box(view, box).loads else []
    movement = find_movement(view, box)
    if movement is None:
        return found
    found.append("ANNOUNCED")
    if movement.customs_status == "CLEARED":
        found.append("CLEARED")
    if movement.exit is not None:
        found.append("GATED_OUT")
    return [*found, "RETURNED"] if movement.return_ is not None else found


def explain(view: View, condition: Condition, time_s: int, depth: int = 0) -> list[str]:
    """Each part of a condition in plain words, and how it stands.

    Args:
        view: the state.
        condition: what is asked.
        time_s: block time.
        depth: how far to indent.
    """
    marks = {MET: "met", WAITS: "waits", FAILED: "failed"}
    state = marks[judge(view, condition, time_s)]
    lines = [f"{'  ' * depth}[{state}] {_sentence(condition)}"]
    if isinstance(condition, AllOf | AnyOf):
        for one in condition.of:
            lines += explain(view, one, time_s, depth + 1)
    return lines


def _sentence(condition: Condition) -> str:
    """A condition as a sentence, without the parts it is made of."""
    if isinstance(condition, AllOf | AnyOf):
        return "all of these:" if isinstance(condition, AllOf) else "one of these:"
    if isinstance(condition, EventHappened | InBand):
        return _stated(condition)
    if isinstance(condition, TitleStands):
        return f"title {condition.title[:8]} is {condition.status}"
    if isinstance(condition, BoxStands):
        return f"box {condition.box[:8]} is {condition.status}"
    return f"it is {UtcInstant(condition.time)} or later"


def _stated(condition: EventHappened | InBand) -> str:
    who, of = f"{condition.by[:8]} states", condition.subject[:8]
    until = UtcInstant(condition.until)
    if isinstance(condition, EventHappened):
        at = "" if condition.place is None else f" at {condition.place[:8]}"
        return f"{who} {condition.code} of {of}{at}, by {until}"
    band = f"between {_thousandths(condition.least)} and {_thousandths(condition.most)}"
    span = f"from {UtcInstant(condition.since)} to {until}"
    return f"{who} that {condition.quantity} of {of} stayed {band} {span}"


def _thousandths(value: int) -> str:
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), 1_000)
    return f"{sign}{whole}.{rest:03}"
