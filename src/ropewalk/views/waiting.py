# SPDX-License-Identifier: Apache-2.0
"""Whom a record waits for: one function a kind of record, told in terms of the record alone.

What depends on the time is a span: from when to when it waits, decided by who asks and not here.
A court's freeze and an exchange's escrow keep everybody waiting, so that nobody is waited for.
Boxes and exchanges, which stand on other records, are told in modules of their own. Sources: the
acts' own rules; docs/reference/desks.md lists them all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ropewalk.capital import CONFIRMED, OPEN, Payable, Receivable
from ropewalk.cargo import Booking, Instructions, Standing
from ropewalk.codes import CalendarDate
from ropewalk.identity import Controller, Proposal, RecoveryRecord
from ropewalk.title import DOCUMENT_TYPES, ISSUED, SURRENDER_REQUESTED, Title

DAY_S: Final = 86_400
DEFAULTED: Final = "DEFAULTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One act that one controller could do now, or in a span of time."""

    controller: str
    act: str
    number: int = 0
    """Of the leg, title or part of a condition it is about, where there are several."""
    about: str = ""
    """What else the act names: the leg's title or receivable, the box's title."""
    from_s: int = 0
    """Seconds since 1970; 0 from ever."""
    until_s: int = 0
    """The last second of it, since 1970; 0 for ever."""
    by_s: int = 0
    """By when it should be done; 0 where no moment is named."""
    currency: str = ""
    amount: str = ""
    """Minor units, digits; "" where no sum is named."""


def day_s(day: str) -> int:
    """The first second of a day, UTC."""
    return CalendarDate.parse(day).days * DAY_S


def of_title(title: Title) -> Iterator[Wait]:
    """The carrier answers a surrender; who was given a bill signs for it or refuses it.

    A pledgee takes back what was given out on trust, and enforces what was not paid.
    """
    if title.freeze or title.escrow is not None:
        return
    if title.status == SURRENDER_REQUESTED:
        yield Wait(controller=title.issuer, act=_answer(title))
    if title.status != ISSUED or not DOCUMENT_TYPES[title.document_type].has_possession:
        return
    if title.refusable_from:
        yield Wait(controller=title.possessor, act="title.SIGN")
    yield from _of_pledge(title)


def _answer(title: Title) -> str:
    """What the carrier does where it agrees to what was asked by surrendering."""
    if not title.surrender_reason:
        return "title.SACC"
    return "title.SWITCH_TO_PAPER" if title.surrender_reason == "SWTP" else "title.REISSUE"


def _of_pledge(title: Title) -> Iterator[Wait]:
    pledge = title.pledge
    if pledge is None:
        return
    worth = str(pledge.amount) if pledge.amount else ""
    if title.possessor == pledge.beneficiary and pledge.trust_purpose:
        yield Wait(
            controller=pledge.pledgee,
            act="title.RECLAIM",
            from_s=max(pledge.trust_until + 1, title.lease_until),
            currency=pledge.currency,
            amount=worth,
        )
    if title.possessor == pledge.pledgee and pledge.due:
        yield Wait(
            controller=pledge.pledgee,
            act="title.ENFORCE_PLEDGE",
            from_s=max(pledge.due + 1, title.lease_until),
            currency=pledge.currency,
            amount=worth,
        )


def of_payable(payable: Payable) -> Iterator[Wait]:
    """The debtor confirms an invoice, pays it on its day, and says when a dispute is over."""
    if payable.status == "INVOICED":
        yield Wait(
            controller=payable.debtor,
            act="capital.CONFIRM_INVOICE",
            currency=payable.currency,
            amount=payable.face,
        )
    if payable.status not in (CONFIRMED, DEFAULTED):
        return
    if payable.dispute:
        yield _owed(payable, "capital.SETTLE_DISPUTE")
        return
    yield _owed(payable, "capital.REDEEM", day_s(payable.payable_on))


def _owed(payable: Payable, act: str, from_s: int = 0) -> Wait:
    return Wait(
        controller=payable.debtor,
        act=act,
        from_s=from_s,
        by_s=from_s + DAY_S - 1 if from_s else 0,
        currency=payable.currency,
        amount=str(payable.outstanding),
    )


def of_receivable(receivable: Receivable, payable: Payable) -> Iterator[Wait]:
    """Whoever stands behind it buys it back once its debtor is in default."""
    is_free = receivable.status == OPEN and not receivable.escrow
    if is_free and receivable.recourse and payable.status == DEFAULTED:
        yield Wait(
            controller=receivable.recourse[-1],
            act="capital.BUY_BACK",
            currency=payable.currency,
            amount=receivable.amount,
        )


def of_proposal(proposal: Proposal) -> Iterator[Wait]:
    """Those whose approval is missing; later those as well whose approval ends before."""
    currency, amount = worth_of(proposal)
    ends = dict.fromkeys(proposal.waits_for, 0)
    for given in sorted(proposal.approvals, key=lambda one: one.until):
        if given.until < proposal.until:
            ends.setdefault(given.controller, given.until + 1)
    for controller, from_s in sorted(ends.items()):
        yield Wait(
            controller=controller,
            act="identity.APPROVE",
            from_s=from_s,
            until_s=proposal.until,
            by_s=proposal.until,
            currency=currency,
            amount=amount,
        )


def worth_of(proposal: Proposal) -> tuple[str, str]:
    """Currency and sum that a proposed act names, "" where it names none."""
    currency, amount = (proposal.body.get(name) for name in ("currency", "amount"))
    is_sum = isinstance(amount, int | str) and str(amount).isdigit() and int(amount) > 0
    return (currency, str(amount)) if isinstance(currency, str) and is_sum else ("", "")


def of_booking(booking: Booking) -> Iterator[Wait]:
    """The carrier confirms what was asked; the customer sends what the carrier asked for."""
    carrier, customer = booking.carrier, booking.customer
    if booking.status in ("RECEIVED", "UPDATE_RECEIVED"):
        yield Wait(controller=carrier, act="cargo.CONFIRM_BOOKING")
    if booking.status == "PENDING_UPDATE":
        yield Wait(controller=customer, act="cargo.UPDATE_BOOKING")
    if booking.status not in ("CONFIRMED", "PENDING_AMENDMENT"):
        return
    if booking.cancellation == "CANCELLATION_RECEIVED":
        yield Wait(controller=carrier, act="cargo.CONFIRM_BOOKING_CANCELLATION")
    if booking.amended == "AMENDMENT_RECEIVED":
        yield Wait(controller=carrier, act="cargo.CONFIRM_BOOKING_AMENDMENT")
    elif booking.status == "PENDING_AMENDMENT":
        yield Wait(controller=customer, act="cargo.AMEND_BOOKING")


def of_instructions(instructions: Instructions, *, is_surrendered: bool) -> Iterator[Wait]:
    """Instructions and draft go to and fro until the draft is issued; then the carrier closes them.

    Args:
        instructions: the record.
        is_surrendered: whether what was issued under them has come back for delivery.
    """
    carrier, customer = instructions.carrier, instructions.customer
    if instructions.status not in ("RECEIVED", "PENDING_UPDATE"):
        return
    if instructions.updated == "UPDATE_RECEIVED":
        yield Wait(controller=carrier, act="cargo.CONFIRM_INSTRUCTIONS_UPDATE")
    elif instructions.status == "PENDING_UPDATE":
        yield Wait(controller=customer, act="cargo.UPDATE_INSTRUCTIONS")
    elif instructions.draft == "DRAFT" and not instructions.comment:
        yield Wait(controller=customer, act="cargo.APPROVE_DRAFT")
    elif instructions.draft in ("", "DRAFT"):
        yield Wait(controller=carrier, act="cargo.PUBLISH_DRAFT")
    elif instructions.draft == "APPROVED":
        yield Wait(controller=carrier, act="title.ISSUE")
    elif is_surrendered:
        yield Wait(controller=carrier, act="cargo.COMPLETE_INSTRUCTIONS", about=instructions.title)


def is_back(standing: Standing) -> bool:
    """Whether a title's goods are due to somebody who needs no bill any more: not by a letter."""
    return standing.basis is not None and standing.basis.kind != "INDEMNITY"


def of_recovery(recovered: str, recovery: RecoveryRecord, controller: Controller) -> Iterator[Wait]:
    """Who is recovered stops what it did not ask for; in time those it chose complete it."""
    yield Wait(controller=recovered, act="identity.CANCEL_RECOVERY", by_s=recovery.due)
    for helper in controller.recovery.controllers:
        yield Wait(controller=helper, act="identity.COMPLETE_RECOVERY", from_s=recovery.due)
