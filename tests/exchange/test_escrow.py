# SPDX-License-Identifier: Apache-2.0
"""ESCROW_TITLE, ESCROW_RECEIVABLE, ESCROW_DEPOSIT, CONFIRM_PAYMENT: what each refuses."""

from exchange.hall import DEADLINE, PRICE, Hall
from ledger.world import IDS, salt


def test_a_leg_is_given_by_whose_it_is_once_and_in_time() -> None:
    hall = Hall().opened()
    assert hall.why("consignee", "ESCROW_TITLE", hall.title_body()) == "exchange.not_giver"
    assert hall.why("shipper", "ESCROW_DEPOSIT", hall.body(leg=1)) == "exchange.not_giver"
    assert hall.why("consignee", "ESCROW_DEPOSIT", hall.body(leg=0)) == "exchange.no_such_leg"
    assert hall.why("consignee", "ESCROW_DEPOSIT", hall.body(leg=2)) == "exchange.no_such_leg"
    hall.gives_money()
    assert hall.why("consignee", "ESCROW_DEPOSIT", hall.body(leg=1)) == "exchange.escrowed_already"
    hall.later(DEADLINE + 1)
    assert hall.why("shipper", "ESCROW_TITLE", hall.title_body()) == "exchange.ended"


def test_a_title_goes_in_on_the_legs_terms_alone() -> None:
    hall = Hall().opened()
    for changes in ({"how": "SURRENDER"}, {"to": IDS["buyer"]}, {"title": salt("other")}):
        body = hall.title_body(**changes)
        assert hall.why("shipper", "ESCROW_TITLE", body) == "exchange.other_object"
    seen = hall.title.last_act
    hall.bill.does("shipper", "SIGN")
    assert hall.why("shipper", "ESCROW_TITLE", hall.title_body(last_act=seen)) == "title.stale"
    now = hall.title_body()  # not what everybody agreed to: who knows what was done to it
    assert hall.why("shipper", "ESCROW_TITLE", now) == "exchange.other_object"


def test_frozen_leased_and_pledged_titles_do_not_go_in() -> None:
    for bill, code in (
        (lambda hall: hall.bill.frozen(), "title.frozen"),
        (lambda hall: hall.bill.leased(), "title.leased"),
        (lambda hall: hall.bill.pledged(), "title.not_possessor"),
    ):
        hall = Hall()
        bill(hall)
        hall.opened()
        assert hall.why("shipper", "ESCROW_TITLE", hall.title_body()) == code


def test_a_title_lies_in_one_escrow() -> None:
    hall = Hall().opened().gives_title()
    other = hall.exchange
    hall.opened()
    assert hall.exchange != other
    assert hall.why("shipper", "ESCROW_TITLE", hall.title_body()) == "title.in_escrow"


def test_more_than_the_account_holds_does_not_go_in() -> None:
    hall = Hall()
    hall.opened(hall.title_leg(), hall.deposit_leg(PRICE + 1))
    refused = hall.why("consignee", "ESCROW_DEPOSIT", hall.body(leg=1))
    assert refused == "capital.insufficient_funds"


def test_who_is_to_be_paid_has_an_account() -> None:
    hall = Hall()
    hall.opened(hall.deposit_leg(5, taker="bank"), opener="consignee")
    assert hall.why("consignee", "ESCROW_DEPOSIT", hall.body(leg=0)) == "capital.not_customer"


def test_two_exchanges_do_not_hold_the_same_money() -> None:
    hall = Hall().opened().gives_money()
    hall.opened()
    refused = hall.why("consignee", "ESCROW_DEPOSIT", hall.body(leg=1))
    assert refused == "capital.insufficient_funds"


def test_a_receivable_goes_in_worth_what_the_leg_says() -> None:
    hall = Hall()
    receivable = hall.receivable()
    leg = {**hall.receivable_leg(receivable), "sum": "999"}
    hall.opened(leg)
    members = {"last_act": hall.share(receivable).last_act, "leg": 0, "receivable": receivable}
    body = hall.body(**members)
    assert hall.why("shipper", "ESCROW_RECEIVABLE", body) == "exchange.other_object"


def test_what_is_in_escrow_is_not_transferred_split_pledged_or_credited() -> None:
    hall = Hall()
    receivable = hall.receivable()
    hall.opened(hall.receivable_leg(receivable)).gives_receivable(receivable)
    seen = {"last_act": hall.share(receivable).last_act, "receivable": receivable}
    part = {"amount": "500", "to": IDS["buyer"]}
    acts = {
        "TRANSFER_RECEIVABLE": {"to": IDS["bank"], "with_recourse": False},
        "SPLIT_RECEIVABLE": {"parts": [part, part], "with_recourse": False},
        "PLEDGE_RECEIVABLE": {"pledgee": IDS["bank"]},
    }
    for act, members in acts.items():
        refused = hall.world.refused("shipper", f"capital.{act}", {**seen, **members})
        assert refused.code == "capital.in_escrow"


def test_a_payment_is_confirmed_by_the_bank_it_names_if_it_is_one() -> None:
    hall = Hall()
    hall.opened(hall.title_leg(), {**hall.payment_leg(), "bank": IDS["buyer"]})
    body = hall.body(entry=salt("entry"), leg=1)
    assert hall.why("bank", "CONFIRM_PAYMENT", body) == "exchange.not_giver"
    assert hall.why("buyer", "CONFIRM_PAYMENT", body) == "capital.not_bank"
