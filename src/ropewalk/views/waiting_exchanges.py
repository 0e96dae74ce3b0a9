# SPDX-License-Identifier: Apache-2.0
"""Whom an exchange waits for: to agree, to give, to state a fact, to settle, to take back.

What its condition comes to depends on the time and on other records. Between the moments that the
condition names nothing changes, so that a few spans tell all of it in advance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import msgspec

from ropewalk.capital import find_payable, find_receivable
from ropewalk.exchange import (
    FAILED,
    MET,
    OPEN,
    WAITS,
    Condition,
    DepositLeg,
    Exchange,
    Leg,
    PaymentLeg,
    ReceivableLeg,
    TitleLeg,
    fact_id,
    is_broken,
    judge,
    readings_id,
)
from ropewalk.ledger import View
from ropewalk.views.waiting import Wait

_ENDLESS: Final = 2**53
_FAILED, _STEPS, _READY, _IDLE = "failed", "steps", "ready", "idle"
Span = tuple[int, int, str]
"""From which second to which, both in it, and how the exchange stands."""


def of_exchange(identifier: str, exchange: Exchange, view: View) -> Iterator[Wait]:
    """Whom an exchange waits for, span by span.

    Args:
        identifier: the exchange's.
        exchange: its record.
        view: the records it stands on.
    """
    if exchange.status != OPEN:
        return
    spans = _spans(identifier, exchange, view)
    for start, end, phase in spans:
        for one in _asked(exchange, phase, view):
            until = end if end < _ENDLESS else 0
            yield replace(one, from_s=start, until_s=until, by_s=until)
    if exchange.condition is not None:
        failed = [start for start, _, phase in spans if phase == _FAILED]
        yield from _unstated(exchange.condition, view, min(failed, default=_ENDLESS) - 1)


def leans_on(exchange: Exchange, view: View) -> Iterator[tuple[str, str]]:
    """Kinds and ids of the records that decide whom it waits for."""
    if exchange.status != OPEN:
        return
    for leg in exchange.legs:
        if isinstance(leg, TitleLeg):
            yield "title", leg.title
        elif isinstance(leg, ReceivableLeg):
            yield "receivable", leg.receivable
            share = find_receivable(view, leg.receivable)
            if share is not None:
                yield "payable", share.payable
    if exchange.condition is not None:
        for part in _parts(exchange.condition):
            yield from _read_from(_told(part))


def witnesses(exchange: Exchange) -> list[str]:
    """Who has to state something for its condition to be met."""
    if exchange.condition is None:
        return []
    return [said["by"] for said in map(_told, _parts(exchange.condition)) if "by" in said]


def _spans(identifier: str, exchange: Exchange, view: View) -> list[Span]:
    broken = any(is_broken(view, exchange, number, identifier) for number in exchange.given)
    last = exchange.deadline + 1
    moments = {0, last}
    if exchange.condition is not None:
        for part in _parts(exchange.condition):
            moments |= {one for one in _turns(_told(part)) if one < last}
    found: list[Span] = []
    for start, following in pairwise([*sorted(moments), _ENDLESS + 1]):
        phase = _FAILED if broken or start == last else _phase(exchange, view, start)
        if found and found[-1][2] == phase:
            found[-1] = (found[-1][0], following - 1, phase)
        else:
            found.append((start, following - 1, phase))
    return found


def _phase(exchange: Exchange, view: View, time_s: int) -> str:
    condition = exchange.condition
    stands = MET if condition is None else judge(view, condition, time_s)
    if stands == FAILED:
        return _FAILED
    if exchange.waits_for:
        return _STEPS
    return _READY if stands == MET else _IDLE


def _asked(exchange: Exchange, phase: str, view: View) -> Iterator[Wait]:
    """What is asked of whom while it stands so."""
    if phase == _STEPS:
        yield from _steps(exchange, view)
    whom, act = list[str](), "exchange.SETTLE"
    if phase == _READY:
        whom = exchange.parties
    elif phase == _FAILED:
        act = "exchange.RETURN"
        whom = sorted({exchange.legs[number].giver for number in exchange.given})
        whom = whom or [exchange.opener]
    for party in whom:
        currency, amount = worth_to(exchange, party, view)
        yield Wait(controller=party, act=act, currency=currency, amount=amount)


def _steps(exchange: Exchange, view: View) -> Iterator[Wait]:
    """Who gives a leg has agreed by that; who only takes, or pays outside, says so."""
    giving = set[str]()
    for number, leg in exchange.ungiven:
        act, who, about = _giving(leg)
        if who == leg.giver:
            giving.add(who)
        currency, amount = sum_of(leg, view)
        if not amount:
            currency, amount = worth_to(exchange, who, view)
        yield Wait(
            controller=who, act=act, number=number, about=about, currency=currency, amount=amount
        )
    for party in exchange.parties:
        if party not in exchange.agreed and party not in giving:
            currency, amount = worth_to(exchange, party, view)
            yield Wait(controller=party, act="exchange.AGREE", currency=currency, amount=amount)


def _giving(leg: Leg) -> tuple[str, str, str]:
    """The act that gives a leg, whose it is, and what it is about."""
    if isinstance(leg, TitleLeg):
        return "exchange.ESCROW_TITLE", leg.giver, leg.title
    if isinstance(leg, ReceivableLeg):
        return "exchange.ESCROW_RECEIVABLE", leg.giver, leg.receivable
    if isinstance(leg, PaymentLeg):
        return "exchange.CONFIRM_PAYMENT", leg.bank, ""
    return "exchange.ESCROW_DEPOSIT", leg.giver, ""


def sum_of(leg: Leg, view: View) -> tuple[str, str]:
    """Currency and sum of a leg; "" of a title or a release, which are worth what is paid."""
    if isinstance(leg, DepositLeg | PaymentLeg):
        return leg.currency, leg.sum
    if isinstance(leg, ReceivableLeg):
        share = find_receivable(view, leg.receivable)
        payable = None if share is None else find_payable(view, share.payable)
        return ("", "") if payable is None else (payable.currency, leg.sum)
    return "", ""


def worth_to(exchange: Exchange, party: str, view: View) -> tuple[str, str]:
    """What a party gives, or where that is no sum gets; "" where it is of several currencies."""
    for side in ("giver", "taker"):
        legs = [leg for leg in exchange.legs if getattr(leg, side) == party]
        sums = [one for one in (sum_of(leg, view) for leg in legs) if one[1]]
        if sums:
            if len({currency for currency, _ in sums}) > 1:
                return "", ""
            return sums[0][0], str(sum(int(amount) for _, amount in sums))
    return "", ""


def _unstated(condition: Condition, view: View, last_s: int) -> Iterator[Wait]:
    """Facts and readings that the condition still asks for, of those who are to state them."""
    for number, part in enumerate(_parts(condition, view)):
        said = _told(part)
        if "by" not in said or judge(view, part, 0) != WAITS:
            continue
        is_event = said["asks"] == "event"
        from_s = 0 if is_event else said["until"]
        until = min(said["until"], last_s) if is_event else last_s
        if until >= from_s:
            yield Wait(
                controller=said["by"],
                act="exchange.STATE_FACT" if is_event else "exchange.STATE_READINGS",
                number=number,
                about=said["subject"],
                from_s=from_s,
                until_s=until,
                by_s=until,
            )


def _parts(condition: Condition, view: View | None = None) -> Iterator[Condition]:
    """A condition and the parts it is made of; with a view, those alone that are not decided."""
    if view is not None and judge(view, condition, 0) != WAITS:
        return
    yield condition
    inner: Sequence[Condition] = getattr(condition, "of", ())
    for one in inner:
        yield from _parts(one, view)


def _told(part: Condition) -> dict[str, Any]:
    """What a part of a condition says."""
    said: dict[str, Any] = msgspec.to_builtins(part)
    return said


def _turns(said: dict[str, Any]) -> list[int]:
    """Moments at which a part may come to something else."""
    if said["asks"] == "event":
        return [said["until"] + 1]
    return [said["time"]] if said["asks"] == "not_before" else []


def _read_from(said: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The records that a part of a condition reads."""
    asks = said["asks"]
    if asks == "event":
        yield "fact", fact_id(said["by"], said["code"], said["subject"])
    elif asks == "readings":
        span = (said["quantity"], said["subject"], said["since"], said["until"])
        yield "fact", readings_id(said["by"], *span)
    elif asks in ("title", "box"):
        yield asks, said[asks]
