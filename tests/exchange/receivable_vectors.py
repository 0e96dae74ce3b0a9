# SPDX-License-Identifier: Apache-2.0
"""Vectors of ESCROW_RECEIVABLE: what goes in, and what does not."""

from collections.abc import Iterator

from exchange.casing import NOWHERE, case, no_leg
from exchange.hall import Hall
from ledger.vectors import Case
from ledger.world import IDS, salt
from ropewalk.capital import errors as capital
from ropewalk.crypto import Value
from ropewalk.exchange import errors


def cases() -> Iterator[Case]:
    """Every case."""
    yield from receivables()
    yield from others_receivables()


def receivables() -> Iterator[Case]:
    """ESCROW_RECEIVABLE."""
    act, hall = "ESCROW_RECEIVABLE", Hall()
    receivable = hall.receivable()
    hall.opened(hall.receivable_leg(receivable), hall.deposit_leg(900, "buyer"))
    more = {"last_act": hall.share(receivable).last_act, "receivable": receivable}
    yield case(hall, act, "in", "shipper", hall.body(leg=0, **more))
    yield from no_leg(hall, act, "shipper", 0, 1, more)
    other = hall.body(leg=0, **{**more, "receivable": NOWHERE})
    yield case(hall, act, "another", "shipper", other, errors.OtherObjectError)
    before = hall.body(leg=0, **{**more, "last_act": NOWHERE})
    yield case(hall, act, "not_as_offered", "shipper", before, errors.OtherObjectError)
    yield from _changed_since(act)
    hall.opened({**hall.receivable_leg(receivable), "sum": "999"})
    worth = hall.body(leg=0, **more)
    yield case(hall, act, "of_another_worth", "shipper", worth, errors.OtherObjectError)


def _changed_since(act: str) -> Iterator[Case]:
    passed = Hall()
    receivable = passed.receivable()
    passed.opened(passed.receivable_leg(receivable))
    more = {"last_act": passed.share(receivable).last_act, "receivable": receivable}
    on: dict[str, Value] = {**more, "to": IDS["bank"], "with_recourse": False}
    passed.world.done("shipper", "capital.TRANSFER_RECEIVABLE", on)
    stale = passed.body(leg=0, **more)
    yield case(passed, act, "stale", "shipper", stale, capital.StaleReceivableError)
    disputed = Hall()
    receivable = disputed.receivable()
    disputed.opened(disputed.receivable_leg(receivable))
    seen = disputed.payable(receivable).last_act
    payable = disputed.share(receivable).payable
    told: dict[str, Value] = {"last_act": seen, "payable": payable, "reason": salt("rotten")}
    disputed.world.done("consignee", "capital.DISPUTE_PAYABLE", told)
    more = {"last_act": disputed.share(receivable).last_act, "receivable": receivable}
    body = disputed.body(leg=0, **more)
    yield case(disputed, act, "disputed", "shipper", body, errors.LegBrokenError)


def others_receivables() -> Iterator[Case]:
    """ESCROW_RECEIVABLE of none, of somebody else's, of a pledged one, of one in escrow."""
    act, hall = "ESCROW_RECEIVABLE", Hall()
    receivable = hall.receivable()
    more = {"last_act": hall.share(receivable).last_act, "receivable": receivable}
    hall.opened({**hall.receivable_leg(receivable), "receivable": NOWHERE})
    told = hall.body(leg=0, **{**more, "receivable": NOWHERE})
    yield case(hall, act, "unknown_receivable", "shipper", told, capital.UnknownReceivableError)
    hall.opened(hall.receivable_leg(receivable, giver="bank"), opener="bank")
    told = hall.body(leg=0, **more)
    yield case(hall, act, "not_creditor", "bank", told, capital.NotCreditorError)
    seen: dict[str, Value] = {**more, "pledgee": IDS["bank"]}
    hall.world.done("shipper", "capital.PLEDGE_RECEIVABLE", seen)
    hall.opened(hall.receivable_leg(receivable))
    more = {"last_act": hall.share(receivable).last_act, "receivable": receivable}
    told = hall.body(leg=0, **more)
    yield case(hall, act, "pledged", "shipper", told, capital.ReceivablePledgedError)
    yield case(hall, act, "pledged_with_its_pledgee", "shipper", told, None, ("bank",))
    yield from _taken_receivables(act)


def _taken_receivables(act: str) -> Iterator[Case]:
    paid = Hall()
    receivable = paid.receivable()
    body = {"amount": "1000", "bank": IDS["bank"], "receivables": [receivable]}
    paid.world.done(
        "consignee", "capital.REDEEM", {**body, "payable": paid.share(receivable).payable}
    )
    paid.opened({**paid.receivable_leg(receivable), "sum": "1000"})
    more = {"last_act": paid.share(receivable).last_act, "receivable": receivable}
    told = paid.body(leg=0, **more)
    yield case(paid, act, "paid_before", "shipper", told, capital.ClosedError)
    held = Hall()
    receivable = held.receivable()
    held.opened(held.receivable_leg(receivable)).gives_receivable(receivable)
    more = {"last_act": held.share(receivable).last_act, "receivable": receivable}
    told = held.body(leg=0, **more)
    yield case(held, act, "given", "buyer", told, errors.EscrowedAlreadyError)
    held.opened(held.receivable_leg(receivable))
    told = held.body(leg=0, **more)
    yield case(held, act, "in_escrow", "shipper", told, capital.ReceivableInEscrowError)
