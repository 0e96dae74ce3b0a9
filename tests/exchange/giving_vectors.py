# SPDX-License-Identifier: Apache-2.0
"""Vectors of OPEN whose opener gives what is its own by the same act."""

from collections.abc import Iterator

from exchange.casing import NOWHERE, case
from exchange.hall import PRICE, Hall
from ledger.vectors import Case
from ledger.world import IDS, salt
from ropewalk.capital import errors as capital
from ropewalk.crypto import Value
from ropewalk.exchange import errors

ACT = "OPEN"


def cases() -> Iterator[Case]:
    """Every case."""
    yield from given()
    yield from others()
    yield from changed()
    yield from moneys()


def selling(hall: Hall, share: str, **changes: Value) -> dict[str, Value]:
    """A receivable is put up for sale, and in escrow."""
    leg = {**hall.receivable_leg(share), **changes}
    return hall.opening(leg, hall.deposit_leg(900, "buyer"), given=[0])


def given() -> Iterator[Case]:
    """What may be given, and by whom."""
    hall = Hall()
    receivable = hall.receivable()
    yield case(hall, ACT, "giving_a_receivable", "shipper", selling(hall, receivable))
    paid = hall.opening(given=[1])
    yield case(hall, ACT, "giving_money", "consignee", paid)
    two = hall.opening(
        hall.deposit_leg(PRICE - 1), hall.deposit_leg(1, taker="buyer"), given=[0, 1]
    )
    yield case(hall, ACT, "giving_two_sums", "consignee", two)
    for name, numbers in (("giving_twice", [1, 1]), ("giving_in_no_order", [1, 0])):
        body = hall.opening(given=list(numbers))
        yield case(hall, ACT, name, "consignee", body, errors.BadLegError)
    for name, number in (("giving_a_title", 0), ("giving_nowhere", 2)):
        body = hall.opening(given=[number])
        yield case(hall, ACT, name, "shipper", body, errors.NoSuchLegError)
    yield case(hall, ACT, "giving_for_another", "shipper", paid, errors.NotGiverError)


def others() -> Iterator[Case]:
    """A receivable that is none, somebody else's, pledged, in escrow, paid."""
    hall = Hall()
    receivable = hall.receivable()
    body = selling(hall, receivable, receivable=NOWHERE)
    yield case(hall, ACT, "giving_the_unknown", "shipper", body, capital.UnknownReceivableError)
    body = selling(hall, receivable, giver=IDS["bank"])
    yield case(hall, ACT, "giving_anothers", "bank", body, capital.NotCreditorError)
    last: dict[str, Value] = {"last_act": hall.share(receivable).last_act}
    seen: dict[str, Value] = {**last, "pledgee": IDS["bank"], "receivable": receivable}
    hall.world.done("shipper", "capital.PLEDGE_RECEIVABLE", seen)
    body = selling(hall, receivable)
    yield case(hall, ACT, "giving_a_pledge", "shipper", body, capital.ReceivablePledgedError)
    yield case(hall, ACT, "giving_with_its_pledgee", "shipper", body, None, ("bank",))
    held = Hall()
    receivable = held.receivable()
    held.opened(held.receivable_leg(receivable), given=[0])
    body = selling(held, receivable)
    yield case(held, ACT, "giving_again", "shipper", body, capital.ReceivableInEscrowError)
    paid = Hall()
    receivable = paid.receivable()
    told: dict[str, Value] = {"amount": "1000", "bank": IDS["bank"], "receivables": [receivable]}
    told["payable"] = paid.share(receivable).payable
    paid.world.done("consignee", "capital.REDEEM", told)
    body = selling(paid, receivable, sum="1000")
    yield case(paid, ACT, "giving_what_was_paid", "shipper", body, capital.ClosedError)


def changed() -> Iterator[Case]:
    """A receivable that is not what the leg says."""
    hall = Hall()
    receivable = hall.receivable()
    body = selling(hall, receivable, last_act=NOWHERE)
    yield case(hall, ACT, "giving_the_stale", "shipper", body, capital.StaleReceivableError)
    body = selling(hall, receivable, sum="999")
    yield case(hall, ACT, "giving_less", "shipper", body, errors.OtherObjectError)
    told: dict[str, Value] = {"last_act": hall.payable(receivable).last_act}
    told |= {"payable": hall.share(receivable).payable, "reason": salt("rotten")}
    hall.world.done("consignee", "capital.DISPUTE_PAYABLE", told)
    body = selling(hall, receivable)
    yield case(hall, ACT, "giving_the_disputed", "shipper", body, errors.LegBrokenError)


def moneys() -> Iterator[Case]:
    """Money that is not there, or can't be paid out."""
    hall = Hall()
    body = hall.opening(hall.deposit_leg(taker="bank"), given=[0])
    yield case(hall, ACT, "giving_to_no_account", "consignee", body, capital.NotCustomerError)
    less = capital.InsufficientFundsError
    body = hall.opening(hall.deposit_leg(PRICE + 1), given=[0])
    yield case(hall, ACT, "giving_too_much", "consignee", body, less)
    body = hall.opening(hall.deposit_leg(), hall.deposit_leg(1, taker="buyer"), given=[0, 1])
    yield case(hall, ACT, "giving_too_much_together", "consignee", body, less)
