# SPDX-License-Identifier: Apache-2.0
"""What the vectors of many acts of cargo share."""

from collections.abc import Iterator, Mapping

from cargo.quay import NOWHERE, ON_RIGHT, Quay
from ledger.vectors import Case, surplus
from ropewalk.cargo import errors
from ropewalk.crypto import Value
from ropewalk.ledger import LedgerError, MalformedBodyError

Members = Mapping[str, Value]
Refusal = type[LedgerError] | None


def case(
    quay: Quay,
    act: str,
    name: str,
    actor: str,
    members: Members,
    refusal: Refusal = None,
    approvals: tuple[str, ...] = (),
) -> Case:
    """A case on a box as it stands."""
    body = quay.body(act, members)
    return Case(f"cargo.{act}", name, quay.world, actor, body, refusal, approvals)


def misshapen(quay: Quay, act: str, actor: str, members: Members) -> Iterator[Case]:
    """A member too many, and a box that is none."""
    yield surplus(case(quay, act, "", actor, members))
    body = {**quay.body(act, members), "box": quay.box.upper()}
    yield Case(f"cargo.{act}", "upper_case_box", quay.world, actor, body, MalformedBodyError)


def gone(act: str, actor: str, members: Members) -> Iterator[Case]:
    """Of a box that was never announced, or that left."""
    quay = Quay()
    told = {"last_act": NOWHERE, **members} if act in ON_RIGHT else members
    yield case(quay, act, "unknown_movement", actor, told, errors.UnknownMovementError)
    left = Quay().held().out()
    yield case(left, act, "left", actor, members, errors.LeftError)


def rightless(act: str, actor: str, members: Members) -> Iterator[Case]:
    """Of a box without a right, and of a right that moved since."""
    yield from gone(act, actor, members)
    quay = Quay().announced()
    told = {"last_act": NOWHERE, **members}
    yield case(quay, act, "no_right", actor, told, errors.NoRightError)
    held = Quay().held()
    yield case(held, act, "stale_right", actor, told, errors.StaleRightError)
    yield from misshapen(held, act, actor, members)
