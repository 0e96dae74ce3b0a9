# SPDX-License-Identifier: Apache-2.0
"""What the vectors of many acts of the exchange share, and what is refused first."""

from collections.abc import Iterator, Mapping

from exchange.hall import DEADLINE, Hall
from ledger.vectors import Case, surplus
from ledger.world import salt
from ropewalk.crypto import Value
from ropewalk.exchange import errors
from ropewalk.ledger import LedgerError

Refusal = type[LedgerError] | None
NOWHERE = salt("nothing")
MOST = 10**18


def case(
    hall: Hall,
    act: str,
    name: str,
    actor: str,
    body: Mapping[str, Value],
    refusal: Refusal = None,
    approvals: tuple[str, ...] = (),
) -> Case:
    """A case in a hall as it stands."""
    return Case(f"exchange.{act}", name, hall.world, actor, body, refusal, approvals)


def not_running(act: str, actor: str, body: Mapping[str, Value]) -> Iterator[Case]:
    """Of no exchange, of one that is decided, of one whose deadline has passed."""
    hall = Hall().full()
    nowhere = {**body, "exchange": NOWHERE}
    yield case(hall, act, "unknown", actor, nowhere, errors.UnknownExchangeError)
    hall.settles().later(DEADLINE + 1)
    told = {**body, "exchange": hall.exchange}
    yield case(hall, act, "decided", actor, told, errors.DecidedError)
    ended = Hall().opened().later(DEADLINE + 1)
    told = {**body, "exchange": ended.exchange}
    yield case(ended, act, "ended", actor, told, errors.EndedError)


def no_leg(
    hall: Hall, act: str, actor: str, leg: int, other: int, more: Mapping[str, Value]
) -> Iterator[Case]:
    """Of no such leg, of one that is given, of somebody else's."""
    yield from not_running(act, actor, {"leg": other, **more})
    body = hall.body(leg=other, **more)
    yield case(hall, act, "another_kind", "buyer", body, errors.NoSuchLegError)
    body = hall.body(leg=9, **more)
    yield case(hall, act, "no_such_leg", "buyer", body, errors.NoSuchLegError)
    body = hall.body(leg=leg, **more)
    yield case(hall, act, "not_its_giver", "buyer", body, errors.NotGiverError)
    yield surplus(case(hall, act, "", actor, body))
