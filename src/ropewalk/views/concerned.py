# SPDX-License-Identifier: Apache-2.0
"""Whom a record concerns, as what, and how it stands in a line: one function a kind of record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ropewalk.capital import OPEN, Payable, Receivable
from ropewalk.cargo import Booking, BoxRecord, Consignment, Instructions, Movement, Right
from ropewalk.exchange import DepositLeg, Exchange, PaymentLeg
from ropewalk.identity import Controller, Proposal, RecoveryRecord
from ropewalk.title import DOCUMENT_TYPES, ENDED, SURRENDERED, Title
from ropewalk.views.waiting import day_s, worth_of
from ropewalk.views.waiting_exchanges import witnesses

Parts = Iterator[tuple[str, str]]
"""Controllers, each with a part; "" where nobody has it."""
CLOSED: Final = ("REJECTED", "DECLINED", "CANCELLED", "COMPLETED", "CLOSED")
"""Of bookings, instructions and consignments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How a subject stands, and whom it concerns."""

    status: str
    is_open: bool
    label: str = ""
    """What it says in clear, such as a title's reference."""
    name: str = ""
    """By which people look for it, capitals."""
    document_type: str = ""
    currency: str = ""
    amount: str = ""
    """Minor units, digits; "" where it names no sum."""
    due_s: int = 0
    """The moment it names, seconds since 1970; 0 where it names none."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """By controller: its parts, sorted words."""


def _by_whom(parts: Parts) -> dict[str, str]:
    """Each controller with its parts, sorted words with blanks between."""
    found: dict[str, set[str]] = {}
    for controller, part in parts:
        if controller:
            found.setdefault(controller, set()).add(part)
    return {one: " ".join(sorted(found[one])) for one in sorted(found)}


def title_line(title: Title) -> Line:
    """A title concerns whom it names, who has it, and who has a right in it."""
    pledge = title.pledge
    amount = str(pledge.amount) if pledge is not None and pledge.amount else ""
    return Line(
        status=title.status,
        is_open=title.status not in ENDED,
        label=title.reference,
        name=title.reference.split(":", 2)[-1].upper(),
        document_type=title.document_type,
        currency=pledge.currency if pledge is not None else "",
        amount=amount,
        due_s=pledge.due if pledge is not None else 0,
        parts=_by_whom(_of_title(title)),
    )


def _of_title(title: Title) -> Parts:
    yield title.issuer, "issuer"
    yield title.shipper, "shipper"
    yield title.consignee, "consignee"
    yield title.endorsee, "endorsee"
    yield title.claimant, "claimant"
    if DOCUMENT_TYPES[title.document_type].has_possession and title.status != SURRENDERED:
        yield title.holder, "holder"
    if title.status not in ENDED:
        yield title.in_control, "in_control"
    if title.pledge is not None:
        yield title.pledge.pledgee, "pledgee"
        yield title.pledge.beneficiary, "beneficiary"
    if title.escrow is not None:
        yield title.escrow.to, "taker"
    if title.indemnity is not None:
        yield title.indemnity.requester, "requester"
        yield title.indemnity.receiver, "receiver"
        yield title.indemnity.bank, "guarantor"


def exchange_line(exchange: Exchange) -> Line:
    """An exchange concerns who gives, who takes, whose bank it is, and who is to state a fact."""
    return Line(
        status=exchange.status,
        is_open=exchange.status == OPEN,
        due_s=exchange.deadline,
        parts=_by_whom(_of_exchange(exchange)),
    )


def _of_exchange(exchange: Exchange) -> Parts:
    yield exchange.opener, "opener"
    for leg in exchange.legs:
        yield leg.giver, "giver"
        yield leg.taker, "taker"
        if isinstance(leg, DepositLeg | PaymentLeg):
            yield leg.bank, "bank"
    for one in witnesses(exchange):
        yield one, "witness"


def payable_line(payable: Payable) -> Line:
    """An invoice concerns who drew it up and who owes it."""
    is_owed = payable.status in ("INVOICED", "CONFIRMED", "DEFAULTED")
    is_asked = payable.status in ("INVOICED", "DECLINED")
    return Line(
        status=payable.status,
        is_open=is_owed,
        currency=payable.currency,
        amount=payable.face if is_asked else str(payable.outstanding),
        due_s=day_s(payable.payable_on),
        parts=_by_whom(iter([(payable.creditor, "drawer"), (payable.debtor, "debtor")])),
    )


def receivable_line(receivable: Receivable, payable: Payable) -> Line:
    """A receivable concerns its creditor, who has it as security, and who stands behind it."""
    return Line(
        status=receivable.status,
        is_open=receivable.status == OPEN,
        currency=payable.currency,
        amount=receivable.amount,
        due_s=day_s(payable.payable_on),
        parts=_by_whom(_of_receivable(receivable)),
    )


def _of_receivable(receivable: Receivable) -> Parts:
    yield receivable.creditor, "creditor"
    if receivable.pledge is not None:
        yield receivable.pledge.pledgee, "pledgee"
    for one in receivable.recourse:
        yield one, "recourse"


def proposal_line(proposal: Proposal) -> Line:
    """A proposal concerns in whose name it is, who approved, and whom it waits for."""
    currency, amount = worth_of(proposal)
    return Line(
        status="PROPOSED",
        is_open=True,
        label=proposal.act,
        currency=currency,
        amount=amount,
        due_s=proposal.until,
        parts=_by_whom(_of_proposal(proposal)),
    )


def _of_proposal(proposal: Proposal) -> Parts:
    yield proposal.actor, "proposer"
    for given in proposal.approvals:
        yield given.controller, "approver"
    for one in proposal.waits_for:
        yield one, "awaited"


def booking_line(booking: Booking) -> Line:
    """A booking concerns its two sides."""
    sides = iter([(booking.carrier, "carrier"), (booking.customer, "customer")])
    return Line(status=booking.status, is_open=booking.status not in CLOSED, parts=_by_whom(sides))


def instructions_line(instructions: Instructions) -> Line:
    """Shipping instructions concern their two sides, and whom the document names as shipper."""
    sides = [(instructions.carrier, "carrier"), (instructions.customer, "customer")]
    return Line(
        status=instructions.status,
        is_open=instructions.status not in CLOSED,
        label=instructions.draft,
        parts=_by_whom(iter([*sides, (instructions.shipper, "shipper")])),
    )


def consignment_line(consignment: Consignment) -> Line:
    """A consignment concerns its parties, each in its role."""
    parts = [(one.controller, one.role) for one in consignment.parties]
    return Line(
        status=consignment.status,
        is_open=consignment.status not in CLOSED,
        parts=_by_whom(iter([*parts, (consignment.opener, "opener")])),
    )


def box_line(box: BoxRecord, movement: Movement | None, right: Right | None) -> Line:
    """A box concerns who loaded it, for whom, who moves it on, and who may pick it up."""
    status = "LOADED" if movement is None else movement.status
    return Line(
        status=status,
        is_open=status != "RETURNED",
        due_s=0 if right is None else right.valid_until,
        parts=_by_whom(_of_box(box, movement, right)),
    )


def _of_box(box: BoxRecord, movement: Movement | None, right: Right | None) -> Parts:
    for load in box.loads:
        yield load.by, "loader"
        yield load.carrier, "carrier"
    if movement is not None:
        yield from _of_movement(movement)
    if right is None:
        return
    if len(right.holders) > 1:
        yield right.holder, "holder"
    yield right.offered_to, "offered"
    if right.driver is not None:
        yield right.driver.controller, "driver"


def _of_movement(movement: Movement) -> Parts:
    for part in ("carrier", "customs", "depot", "terminal"):
        yield str(getattr(movement, part)), part
    for order in movement.orders:
        yield order.claimant, "claimant"
        yield order.release_to, "receiver"


def recovery_line(recovered: str, recovery: RecoveryRecord, controller: Controller) -> Line:
    """A recovery that waits concerns whose keys it changes, and those it chose for that."""
    helpers = [(one, "helper") for one in controller.recovery.controllers]
    return Line(
        status="STARTED",
        is_open=True,
        due_s=recovery.due,
        parts=_by_whom(iter([(recovered, "recovered"), *helpers])),
    )
