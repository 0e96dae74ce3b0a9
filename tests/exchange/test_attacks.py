# SPDX-License-Identifier: Apache-2.0
"""Ways to cheat by an exchange that were found once, and that stay shut."""

from collections.abc import Callable

import pytest

from exchange.hall import Hall
from ledger.world import DAY, IDS, salt
from ropewalk.cargo import find_right
from ropewalk.crypto import Value
from ropewalk.exchange import RETURNED


def test_a_bank_s_word_on_a_payment_binds_nobody_to_anything_else() -> None:
    hall = Hall("straight")
    hall.quay.surrendered().announced().green()
    payment = {**hall.payment_leg(1), "giver": IDS["carrier"], "taker": IDS["shipper"]}
    hall.opened(payment, hall.release_leg("shipper"), opener="shipper")
    hall.does("bank", "CONFIRM_PAYMENT", hall.body(entry=salt("e"), leg=0))
    assert hall.why("shipper", "SETTLE", hall.deciding()) == "exchange.waits"
    assert find_right(hall.world.state, hall.quay.box) is None


def test_a_bill_that_was_pledged_after_everybody_agreed_does_not_go_in() -> None:
    hall = Hall()
    hall.opened().gives_money()
    hall.bill.pledged()
    receipt: dict[str, Value] = {
        "purpose": "SURRENDER_FOR_DELIVERY",
        "until": hall.world.time_s + 10,
    }
    hall.world.done("bank", "title.TRUST_RECEIPT", {**hall.bill.body({}), **receipt})
    body = hall.title_body()
    act_hash = hall.world.act(
        "shipper",
        "identity.PROPOSE",
        {"act": "exchange.ESCROW_TITLE", "body": body, "until": hall.world.time_s + DAY},
    )
    assert act_hash.refusal is not None
    assert act_hash.refusal.code == "exchange.other_object"


def test_nobody_reclaims_a_bill_from_whom_it_was_sold_to() -> None:
    hall = Hall()
    hall.bill.pledged()
    receipt: dict[str, Value] = {
        "purpose": "SURRENDER_FOR_DELIVERY",
        "until": hall.world.time_s + 10,
    }
    hall.world.done("bank", "title.TRUST_RECEIPT", {**hall.bill.body({}), **receipt})
    hall.opened().gives_money()
    hall.world.agreed("shipper", "exchange.ESCROW_TITLE", hall.title_body(), "bank")
    hall.settles()
    assert hall.title.pledge is None
    hall.later(100)
    assert hall.bill.why("bank", "RECLAIM") == "title.not_pledged"


def test_a_trust_receipt_is_not_reclaimed_from_a_third() -> None:
    hall = Hall()
    hall.bill.pledged()
    receipt: dict[str, Value] = {
        "purpose": "SURRENDER_FOR_DELIVERY",
        "until": hall.world.time_s + 10,
    }
    hall.world.done("bank", "title.TRUST_RECEIPT", {**hall.bill.body({}), **receipt})
    hall.bill.agreed("shipper", "TRANSFER", {"recipient": IDS["buyer"]}, "bank")
    hall.later(100)
    assert hall.bill.why("bank", "RECLAIM") == "title.no_trust_receipt"


def pledged(hall: Hall, receivable: str) -> None:
    seen = {"last_act": hall.share(receivable).last_act, "receivable": receivable}
    hall.world.done("shipper", "capital.PLEDGE_RECEIVABLE", {**seen, "pledgee": IDS["bank"]})


def passed_to_and_fro(hall: Hall, receivable: str) -> None:
    for giver, taker in (("shipper", "carrier"), ("carrier", "shipper")):
        seen = {"last_act": hall.share(receivable).last_act, "receivable": receivable}
        body = {**seen, "to": IDS[taker], "with_recourse": False}
        hall.world.done(giver, "capital.TRANSFER_RECEIVABLE", body)


@pytest.mark.parametrize("change", [pledged, passed_to_and_fro])
def test_a_receivable_goes_in_as_everybody_saw_it(change: Callable[[Hall, str], None]) -> None:
    hall = Hall()
    receivable = hall.receivable()
    hall.place("buyer", 990)
    hall.opened(hall.receivable_leg(receivable), hall.deposit_leg(990, "buyer"))
    hall.gives_money("buyer")
    change(hall, receivable)
    members = {"last_act": hall.share(receivable).last_act, "leg": 0, "receivable": receivable}
    refused = hall.why("shipper", "ESCROW_RECEIVABLE", hall.body(**members))
    assert refused == "exchange.other_object"


@pytest.mark.parametrize("is_first", [True, False], ids=["before", "in escrow"])
def test_what_is_disputed_is_sold_to_nobody(*, is_first: bool) -> None:
    hall = Hall()
    receivable = hall.receivable()
    hall.place("buyer", 990)
    hall.opened(hall.receivable_leg(receivable), hall.deposit_leg(990, "buyer"))
    hall.gives_money("buyer")
    if not is_first:
        hall.gives_receivable(receivable)
    payable = hall.share(receivable).payable
    confirmed = hall.payable(receivable).last_act
    body = {"last_act": confirmed, "payable": payable, "reason": salt("rotten")}
    hall.world.done("consignee", "capital.DISPUTE_PAYABLE", body)
    if is_first:
        members = {"last_act": hall.share(receivable).last_act, "receivable": receivable}
        refused = hall.why("shipper", "ESCROW_RECEIVABLE", hall.body(leg=0, **members))
        assert refused == "exchange.leg_broken"
        return
    assert hall.why("shipper", "SETTLE", hall.deciding()) == "exchange.leg_broken"
    hall.returns("buyer")
    assert hall.record.status == RETURNED
    assert hall.balance("buyer") == (990, 0)


@pytest.mark.parametrize("state", ["escrowed", "frozen", "leased", "pledged"])
def test_no_house_bill_binds_a_master_that_is_not_free(state: str) -> None:
    hall = Hall()
    getattr(hall.bill, state)()
    body = hall.house_bill()
    code = {"escrowed": "title.in_escrow"}.get(state, f"title.{state}")
    assert hall.world.refused("other_carrier", "title.ISSUE", body).code == code
