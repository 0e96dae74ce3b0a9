# SPDX-License-Identifier: Apache-2.0
"""SETTLE and RETURN: every leg in one act, or everything where it was."""

import pytest

from cargo.quay import BOX, Quay
from exchange.hall import DEADLINE, PRICE, Hall
from ledger.world import DAY, IDS, salt
from ropewalk.cargo import find_right
from ropewalk.exchange import RETURNED, SETTLED


def test_a_bill_moves_against_money_in_one_act() -> None:
    hall = Hall().full()
    assert hall.balance("consignee") == (0, PRICE)
    hall.settles("consignee")
    assert hall.record.status == SETTLED
    assert hall.title.possessor == IDS["consignee"]
    assert hall.title.escrow is None
    assert hall.balance("shipper") == (PRICE, 0)
    assert hall.balance("consignee") == (0, 0)


def test_who_pays_last_settles_by_the_act_that_pays() -> None:
    hall = Hall().opened().gives_title().pays()
    assert (hall.record.status, hall.record.version) == (SETTLED, 3)
    assert hall.title.possessor == IDS["consignee"]
    assert hall.balance("shipper") == (PRICE, 0)
    assert hall.balance("consignee") == (0, 0)


def test_nothing_is_paid_where_it_would_not_settle_by_that() -> None:
    hall = Hall().opened()
    assert hall.why("consignee", "ESCROW_DEPOSIT", hall.paying()) == "exchange.waits"
    hall.gives_title()
    assert hall.why("consignee", "ESCROW_DEPOSIT", hall.body(leg=1, titles=[])) == (
        "exchange.named_titles"
    )
    hall.bill.frozen()
    assert hall.why("consignee", "ESCROW_DEPOSIT", hall.paying()) == "title.frozen"
    assert hall.balance("consignee") == (PRICE, 0)
    assert hall.record.given == (0,)


def test_a_condition_is_awaited_by_who_pays_last_too() -> None:
    hall = Hall()
    hall.opened(condition=hall.event()).gives_title()
    assert hall.why("consignee", "ESCROW_DEPOSIT", hall.paying()) == "exchange.waits"
    assert hall.record.given == (0,)


def test_what_is_in_escrow_nobody_moves() -> None:
    hall = Hall().full()
    for actor in ("shipper", "consignee", "carrier"):
        assert hall.bill.why(actor, "TRANSFER", recipient="bank") == "title.in_escrow"
    assert hall.bill.why("shipper", "BLANK_ENDORSE") == "title.in_escrow"
    body = {"amount": "1", "bank": IDS["bank"], "currency": "USD", "to": IDS["buyer"]}
    refused = hall.world.refused("consignee", "capital.MOVE_DEPOSIT", body)
    assert refused.code == "capital.insufficient_funds"


def test_after_the_deadline_all_of_it_goes_back_and_nothing_settles() -> None:
    hall = Hall().full().later(DEADLINE + 1)
    assert hall.why("consignee", "SETTLE", hall.deciding()) == "exchange.ended"
    hall.returns("buyer")
    assert hall.record.status == RETURNED
    assert hall.title.possessor == IDS["shipper"]
    assert hall.balance("consignee") == (PRICE, 0)
    assert hall.why("consignee", "SETTLE", hall.deciding()) == "exchange.decided"
    assert hall.why("consignee", "RETURN", hall.deciding()) == "exchange.decided"
    hall.bill.does("shipper", "TRANSFER", recipient="bank")


def test_at_the_deadline_itself_it_still_settles_and_is_not_returned() -> None:
    hall = Hall().full()
    hall.world.time_s = hall.record.deadline - 1
    assert hall.why("shipper", "RETURN", hall.deciding()) == "exchange.not_returnable"
    hall.world.time_s = hall.record.deadline - 1
    hall.settles()


def test_before_the_deadline_it_goes_back_with_everybodys_approval_alone() -> None:
    hall = Hall().full()
    assert hall.why("shipper", "RETURN", hall.deciding()) == "exchange.not_returnable"
    hall.world.agreed("consignee", "exchange.RETURN", hall.deciding(), "shipper")
    assert hall.record.status == RETURNED


def test_one_consent_that_is_missing_keeps_everything_where_it_is() -> None:
    hall = Hall().opened().gives_title()
    assert hall.why("shipper", "SETTLE", hall.deciding()) == "exchange.waits"
    assert hall.record.waits_for == [IDS["consignee"]]


def test_who_takes_and_gives_nothing_agrees() -> None:
    hall = Hall().opened(Hall.deposit_leg(Hall(), 5), opener="consignee")
    hall.gives_money(leg=0)
    assert hall.why("consignee", "SETTLE", hall.deciding()) == "exchange.waits"
    hall.does("shipper", "AGREE").settles("consignee")
    assert hall.balance("shipper") == (5, 0)


def test_an_endorsement_goes_along_where_the_leg_says_so() -> None:
    hall = Hall("to_order")
    hall.bill.does("shipper", "ENDORSE_TO_ORDER", recipient="bank")
    hall.opened(hall.title_leg("ENDORSE_TO_ORDER"), hall.deposit_leg())
    assert hall.why("shipper", "ESCROW_TITLE", hall.title_body()) == "title.not_endorsee"
    hall = Hall()
    hall.opened(hall.title_leg("ENDORSE_TO_ORDER"), hall.deposit_leg())
    hall.gives_title().gives_money().settles()
    assert (hall.title.endorsee, hall.title.possessor) == (IDS["consignee"], IDS["consignee"])
    hall.bill.does("consignee", "SURRENDER_FOR_DELIVERY", addressee="carrier")


def test_a_pledgee_that_is_paid_gives_the_bill_back_free() -> None:
    hall = Hall()
    hall.bill.pledged()
    hall.place("shipper", PRICE)
    hall.opened(
        hall.title_leg(giver="bank", taker="shipper"),
        hall.deposit_leg(giver="shipper", taker="buyer"),
        opener="bank",
    )
    hall.gives_title("bank").gives_money("shipper").does("buyer", "AGREE").settles("shipper")
    assert hall.title.pledge is None
    assert hall.title.possessor == IDS["shipper"]


def test_a_pledged_bill_goes_to_a_stranger_only_with_both() -> None:
    hall = Hall()
    hall.bill.pledged()
    hall.opened(hall.title_leg(giver="bank"), hall.deposit_leg(taker="bank"), opener="bank")
    assert hall.why("bank", "ESCROW_TITLE", hall.title_body()) == "title.pledged"


def release() -> Hall:
    """Title surrendered, money paid, pick-up right granted: the exchange of three strands."""
    hall = Hall()
    hall.quay.announced().green()
    legs = (hall.title_leg("SURRENDER"), hall.deposit_leg(), hall.release_leg())
    return hall.opened(*legs)


def test_title_payment_and_release_change_in_one_act() -> None:
    hall = release().gives_title().gives_money()
    assert hall.record.waits_for == [IDS["carrier"]]
    hall.does("carrier", "AGREE").settles("consignee")
    assert (hall.title.status, hall.title.claimant) == ("SURRENDERED", IDS["consignee"])
    right = find_right(hall.world.state, BOX)
    assert right is not None
    assert right.offered_to == IDS["consignee"]
    assert hall.balance("shipper") == (PRICE, 0)
    hall.quay.does("consignee", "ACCEPT_PICK_UP").out()


def test_where_the_release_fails_nothing_moved() -> None:
    hall = release().gives_title().gives_money().does("carrier", "AGREE")
    other = Quay(world=hall.world)
    assert other.title != hall.bill.title
    hall.world.done("governance", "title.FREEZE", {"order": salt("o"), "title": hall.bill.title})
    assert hall.why("consignee", "SETTLE", hall.deciding()) == "title.frozen"
    assert hall.balance("consignee") == (0, PRICE)
    hall.returns()
    assert hall.title.freeze
    assert hall.balance("consignee") == (PRICE, 0)


def test_a_receivable_moves_against_money() -> None:
    hall = Hall()
    receivable = hall.receivable()
    hall.place("buyer", 990)
    hall.opened(hall.receivable_leg(receivable), hall.deposit_leg(990, "buyer"))
    hall.gives_receivable(receivable).gives_money("buyer").settles()
    assert hall.share(receivable).creditor == IDS["buyer"]
    assert hall.share(receivable).escrow == ""


def test_a_receivable_that_was_paid_meanwhile_is_sold_no_more() -> None:
    hall = Hall()
    receivable = hall.receivable()
    hall.place("buyer", 990)
    hall.opened(hall.receivable_leg(receivable), hall.deposit_leg(990, "buyer"))
    hall.gives_receivable(receivable).gives_money("buyer")
    paid = {
        "amount": "400",
        "bank": IDS["bank"],
        "payable": hall.share(receivable).payable,
        "receivables": [receivable],
    }
    hall.world.done("consignee", "capital.REDEEM", paid)
    assert hall.why("shipper", "SETTLE", hall.deciding()) == "exchange.leg_broken"
    hall.returns("buyer")
    assert (hall.share(receivable).creditor, hall.share(receivable).amount) == (
        IDS["shipper"],
        "600",
    )
    assert hall.balance("buyer") == (990, 0)


def test_money_outside_is_conditional_until_its_bank_confirms_it() -> None:
    hall = Hall()
    hall.opened(hall.title_leg(), hall.payment_leg()).gives_title()
    assert hall.record.is_conditional
    assert hall.why("shipper", "SETTLE", hall.deciding()) == "exchange.waits"
    entry = hall.body(entry=salt("camt"), leg=1)
    assert hall.why("consignee", "CONFIRM_PAYMENT", entry) == "exchange.not_giver"
    hall.does("bank", "CONFIRM_PAYMENT", entry)
    assert not hall.record.is_conditional
    assert hall.why("shipper", "SETTLE", hall.deciding()) == "exchange.waits"
    hall.does("consignee", "AGREE").settles()
    assert hall.title.possessor == IDS["consignee"]


def test_nobody_agrees_by_what_another_signs() -> None:
    """A bank that confirms the carrier's payment does not have the carrier release the goods."""
    hall = Hall()
    hall.quay.announced().green()
    payment = {**hall.payment_leg(), "giver": IDS["carrier"], "taker": IDS["consignee"]}
    hall.opened(hall.release_leg(), payment, opener="consignee")
    hall.does("bank", "CONFIRM_PAYMENT", hall.body(entry=salt("camt"), leg=1))
    assert hall.record.waits_for == [IDS["carrier"]]
    assert hall.why("consignee", "SETTLE", hall.deciding()) == "exchange.waits"


def test_what_was_paid_outside_is_not_left_alone_before_the_deadline() -> None:
    """Who paid and has not agreed yet approves the return, like everybody who gave."""
    hall = Hall()
    hall.opened(hall.title_leg(), hall.payment_leg()).gives_title()
    hall.does("bank", "CONFIRM_PAYMENT", hall.body(entry=salt("camt"), leg=1))
    assert hall.why("shipper", "RETURN", hall.deciding()) == "exchange.not_returnable"
    hall.world.agreed("shipper", "exchange.RETURN", hall.deciding(), "consignee")
    assert hall.record.status == RETURNED


def test_no_surrender_is_accepted_for_a_carrier_that_has_no_part_in_it() -> None:
    hall = Hall()
    hall.opened(hall.title_leg("SURRENDER"), hall.deposit_leg())
    assert hall.why("shipper", "ESCROW_TITLE", hall.title_body()) == "exchange.carrier_absent"
    freight = {**hall.deposit_leg(5), "taker": IDS["carrier"]}
    hall.opened(hall.title_leg("SURRENDER"), hall.deposit_leg(PRICE - 5), freight)
    hall.gives_title().gives_money().gives_money(leg=2)
    assert hall.record.waits_for == [IDS["carrier"]]
    hall.does("carrier", "AGREE").settles()
    assert (hall.title.status, hall.title.claimant) == ("SURRENDERED", IDS["consignee"])


@pytest.mark.parametrize(("actor", "code"), [("buyer", "exchange.not_party")])
def test_a_stranger_settles_nothing(actor: str, code: str) -> None:
    assert Hall().full().why(actor, "SETTLE", Hall().deciding() | {"exchange": ""}) != ""
    hall = Hall().full()
    assert hall.why(actor, "SETTLE", hall.deciding()) == code


def test_titles_are_named_as_they_stand() -> None:
    hall = Hall().full()
    assert hall.why("shipper", "SETTLE", hall.body(titles=[])) == "exchange.named_titles"
    stale = [{"last_act": salt("x"), "title": hall.bill.title}]
    assert hall.why("shipper", "SETTLE", hall.body(titles=stale)) == "title.stale"
    twice = hall.deciding()["titles"]
    assert isinstance(twice, list)
    assert hall.why("shipper", "SETTLE", hall.body(titles=twice * 2)) == "exchange.named_titles"


def test_a_window_of_a_day_passes() -> None:
    assert DEADLINE > DAY


def test_what_is_in_escrow_goes_back_however_full_the_account_is() -> None:
    hall = Hall().full()
    room = 10**18 - PRICE
    hall.place("consignee", room)
    over = {"amount": "1", "currency": "USD", "customer": IDS["consignee"], "entry": salt("e")}
    assert hall.world.refused("bank", "capital.PLACE_DEPOSIT", over).code == "capital.bad_amount"
    hall.later(DEADLINE + 1).returns()
    assert hall.balance("consignee") == (10**18, 0)
