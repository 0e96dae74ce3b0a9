# SPDX-License-Identifier: Apache-2.0
"""Vectors of pledge, trust receipt, enforcement, and of pledged bills under the other acts."""

from collections.abc import Iterator

from ledger.vectors import Case
from ledger.world import DAY, IDS, TIME
from ropewalk.identity import UnknownControllerError
from ropewalk.ledger import MalformedBodyError
from ropewalk.title import errors
from title.bills import Bill
from title.casing import CARRIER, Members, at, case, held, missing, to

NO_AMOUNT: Members = {"amount": 0, "currency": "", "due": 0}
LATER = TIME + 400 * DAY


def pledge_to(name: str, **changes: int | str) -> Members:
    """The members of a pledge."""
    return {**NO_AMOUNT, "pledgee": name, **changes}


def pledges() -> Iterator[Case]:
    act = "PLEDGE"
    wrong = pledge_to("nobody", amount=1)
    yield from held(act, wrong)
    for name, bill, actor, members in (
        ("blank_bill", Bill("blank"), "shipper", pledge_to("bank")),
        ("to_order_keeps_the_endorsee", Bill("to_order"), "shipper", pledge_to("bank")),
        (
            "with_amount_and_day",
            Bill("blank"),
            "shipper",
            pledge_to("bank", amount=41_200_000, currency="USD", due=LATER),
        ),
        ("straight_to_a_bank", Bill("straight"), "shipper", pledge_to("bank")),
    ):
        yield case(bill, act, name, actor, members)
    yield from _refused_pledges(act, wrong)


def _refused_pledges(act: str, wrong: Members) -> Iterator[Case]:
    again = Bill("blank").pledged()
    for name, bill, actor, members, why in (
        ("pledged_already", again, "bank", wrong, errors.PledgedAlreadyError),
        (
            "to_oneself",
            Bill("blank"),
            "shipper",
            {**wrong, "pledgee": "shipper"},
            errors.PledgeeIsPossessorError,
        ),
        ("unknown_controller", Bill("straight"), "shipper", wrong, UnknownControllerError),
        (
            "straight_to_a_stranger",
            Bill("straight"),
            "shipper",
            pledge_to("buyer", amount=1),
            errors.StraightRecipientError,
        ),
        (
            "amount_without_currency",
            Bill("blank"),
            "shipper",
            pledge_to("bank", amount=1),
            errors.BadSecuredAmountError,
        ),
        (
            "currency_without_amount",
            Bill("blank"),
            "shipper",
            pledge_to("bank", currency="USD"),
            errors.BadSecuredAmountError,
        ),
        (
            "no_such_currency",
            Bill("blank"),
            "shipper",
            pledge_to("bank", amount=1, currency="XXX"),
            errors.BadSecuredAmountError,
        ),
        (
            "negative_amount",
            Bill("blank"),
            "shipper",
            pledge_to("bank", amount=-1, currency="USD"),
            MalformedBodyError,
        ),
    ):
        yield case(bill, act, name, actor, members, why)


def pledged_first(act: str, members: Members) -> Iterator[Case]:
    """What every act of a pledgee is refused for first."""
    yield from missing(act, members)
    for name, bill, why in (
        ("leased", Bill("straight").leased(), errors.LeasedError),
        ("in_escrow", Bill("straight").escrowed(), errors.TitleInEscrowError),
        ("waybill", Bill("waybill"), errors.NotTransferableError),
        ("on_paper", Bill("blank").on_paper(), errors.OnPaperError),
        (
            "ended",
            at("blank", ("shipper", "SURRENDER_FOR_DELIVERY", CARRIER), ("carrier", "SACC", {})),
            errors.EndedError,
        ),
        (
            "surrender_pending",
            at("blank", ("shipper", "SURRENDER_FOR_DELIVERY", CARRIER)),
            errors.SurrenderPendingError,
        ),
        ("not_pledged", Bill("blank"), errors.NotPledgedError),
        ("by_another", Bill("blank").pledged(), errors.NotPledgeeError),
    ):
        yield case(bill, act, name, "buyer", members, why)
    beneficiary = Bill("blank").pledged()
    yield case(beneficiary, act, "beneficiary", "shipper", members, errors.NotPledgeeError)


def on_trust(purpose: str = "SURRENDER_FOR_DELIVERY", *, days: int = 2) -> Bill:
    """A pledged bill, out on a trust receipt."""
    bill = Bill("blank").pledged()
    until = bill.world.time_s + days * DAY
    members: Members = {"purpose": purpose, "until": until}
    bill.world.done("bank", "title.TRUST_RECEIPT", bill.body(members))
    return bill


def later(bill: Bill, days: int) -> Bill:
    """The same bill, days later."""
    bill.world.block(seconds=days * DAY)
    return bill


def releases() -> Iterator[Case]:
    act = "RELEASE_PLEDGE"
    yield from pledged_first(act, {})
    yield case(Bill("blank").pledged(), act, "the_bill_goes_back", "bank", {})
    yield case(on_trust(), act, "out_on_trust", "bank", {})
    endorsed = at("to_order", ("shipper", "ENDORSE_TO_ORDER", to("bank"))).pledged()
    yield case(endorsed, act, "the_endorsement_goes_back_too", "bank", {})


def trust_receipts() -> Iterator[Case]:
    act = "TRUST_RECEIPT"
    long_past: Members = {"purpose": "SURRENDER_FOR_DELIVERY", "until": TIME}
    yield from pledged_first(act, long_past)
    soon: Members = {"purpose": "SURRENDER_FOR_DELIVERY", "until": TIME + 2 * DAY}
    amend: Members = {"purpose": "SURRENDER_FOR_AMENDMENT", "until": TIME + 2 * DAY}
    yield case(Bill("blank").pledged(), act, "to_collect_the_goods", "bank", soon)
    yield case(Bill("blank").pledged(), act, "to_have_it_amended", "bank", amend)
    yield case(
        on_trust(), act, "out_already", "bank", long_past, errors.PledgeeWithoutPossessionError
    )
    bill = Bill("blank").pledged()
    far: Members = {"purpose": "SURRENDER_FOR_DELIVERY", "until": TIME + 181 * DAY}
    yield case(bill, act, "until_long_past", "bank", long_past, errors.BadTitleUntilError)
    yield case(bill, act, "beyond_180_days", "bank", far, errors.BadTitleUntilError)
    now = bill.world.time_s + 1
    for name, until, why in (
        ("until_this_second", now, errors.BadTitleUntilError),
        ("just_180_days", now + 180 * DAY, None),
        ("a_second_too_long", now + 180 * DAY + 1, errors.BadTitleUntilError),
    ):
        yield case(bill, act, name, "bank", {**soon, "until": until}, why)
    odd: Members = {"purpose": "TRANSFER", "until": TIME + 2 * DAY}
    yield case(bill, act, "for_another_purpose", "bank", odd, MalformedBodyError)


def reclaims() -> Iterator[Case]:
    act = "RECLAIM"
    yield from pledged_first(act, {})
    yield case(later(on_trust(), 3), act, "the_receipt_has_ended", "bank", {})
    none = Bill("blank").pledged()
    yield case(none, act, "no_trust_receipt", "bank", {}, errors.NoTrustReceiptError)
    running = errors.TrustReceiptRunningError
    yield case(on_trust(), act, "it_still_runs", "bank", {}, running)
    last = on_trust()
    last.world.block(seconds=2 * DAY - 2)
    yield case(last, act, "its_last_second", "bank", {}, running)
    last.world.block()
    yield case(last, act, "a_second_after", "bank", {})
    third = Bill("blank").pledged()
    third.agreed("bank", "TRANSFER", {"recipient": IDS["buyer"]}, "shipper")
    yield case(third, act, "in_a_third_hand", "bank", {}, errors.NoTrustReceiptError)


def enforcements() -> Iterator[Case]:
    act = "ENFORCE_PLEDGE"
    yield from pledged_first(act, to("nobody"))
    due = later(Bill("blank").pledged(due=TIME + DAY), 2)
    yield case(due, act, "the_day_has_passed", "bank", to("buyer"))
    order = later(Bill("to_order").pledged(due=TIME + DAY), 2)
    yield case(order, act, "the_claim_goes_along", "bank", to("buyer"))
    straight = later(Bill("straight").pledged(due=TIME + DAY), 2)
    yield case(straight, act, "straight_to_the_consignee", "bank", to("consignee"))
    endorsed = at("to_order", ("shipper", "ENDORSE", to("bank"))).pledged(due=TIME + DAY)
    yield case(later(endorsed, 2), act, "endorsed_to_the_pledgee_alone", "bank", to("buyer"))
    step = ("shipper", "PLEDGE", pledge_to("consignee", due=TIME + DAY))
    yield case(later(at("straight", step), 2), act, "straight_to_a_bank", "consignee", to("bank"))
    on_day = Bill("blank").pledged(due=TIME + DAY)
    on_day.world.block(seconds=TIME + DAY - on_day.world.time_s - 1)
    yield case(on_day, act, "on_its_second", "bank", to("buyer"), errors.NotDueError)
    for name, bill, recipient, why in (
        ("out_on_trust", on_trust(), "nobody", errors.PledgeeWithoutPossessionError),
        ("no_day_named", Bill("blank").pledged(), "nobody", errors.NotDueError),
        ("not_due", Bill("blank").pledged(due=LATER), "nobody", errors.NotDueError),
        ("to_itself", due, "bank", errors.RecipientIsPossessorError),
        ("unknown_controller", straight, "nobody", UnknownControllerError),
        ("straight_to_a_stranger", straight, "buyer", errors.StraightRecipientError),
    ):
        yield case(bill, act, name, "bank", to(recipient), why)


def under_pledge() -> Iterator[Case]:
    """The other acts on a pledged bill: refused alone, done together, entrusted."""
    for act, members in (
        ("TRANSFER", to("buyer")),
        ("ENDORSE", to("buyer")),
        ("ENDORSE_TO_ORDER", to("buyer")),
        ("BLANK_ENDORSE", {}),
        ("SURRENDER_FOR_DELIVERY", CARRIER),
        ("SURRENDER_FOR_AMENDMENT", CARRIER),
    ):
        bill = Bill("blank").pledged()
        yield case(bill, act, "pledged_alone", "bank", members, errors.PledgedError)
        yield case(bill, act, "pledged_together", "bank", members, None, ("shipper",))
    act = "SURRENDER_FOR_DELIVERY"
    yield case(on_trust(), act, "entrusted", "shipper", CARRIER)
    last = on_trust()
    last.world.block(seconds=2 * DAY - 2)
    yield case(last, act, "entrusted_to_this_second", "shipper", CARRIER)
    amending = on_trust("SURRENDER_FOR_AMENDMENT")
    yield case(amending, "SURRENDER_FOR_AMENDMENT", "entrusted", "shipper", CARRIER)
    ended = later(on_trust(), 3)
    yield case(ended, act, "trust_has_ended", "shipper", CARRIER, errors.PledgedError)
    other = on_trust("SURRENDER_FOR_AMENDMENT")
    yield case(other, act, "trust_for_another", "shipper", CARRIER, errors.PledgedError)
    yield case(Bill("blank").pledged(), "REFUSE_TRANSFER", "refused_pledge", "bank", {})


def cases() -> Iterator[Case]:
    """Every case of this file."""
    yield from pledges()
    yield from releases()
    yield from trust_receipts()
    yield from reclaims()
    yield from enforcements()
    yield from under_pledge()
