# SPDX-License-Identifier: Apache-2.0
"""The record of an exchange: who has a part in it, what it waits for, what it may hold."""

import pytest

from exchange.hall import DEADLINE, Hall, named
from ledger.world import IDS, salt
from ropewalk.exchange import (
    OPEN,
    DepositLeg,
    exchange_id,
    exchange_key,
    find_exchange,
    standing_key,
)
from ropewalk.exchange.errors import DecidedError, EndedError, UnknownExchangeError
from ropewalk.exchange.state import Terms, load_open, load_running
from ropewalk.ledger import Context, decode_record, encode_record


def test_its_id_follows_from_the_act_that_opened_it_and_names_its_record() -> None:
    hall = Hall()
    opened = hall.world.done("shipper", "exchange.OPEN", hall.opening())
    assert exchange_key(exchange_id(opened)) in hall.world.state
    assert exchange_id(opened) != exchange_id(salt("another act"))
    assert exchange_id(opened) != opened
    assert find_exchange(hall.world.state, opened) is None


def test_everybody_who_gives_or_takes_has_a_part_in_it() -> None:
    hall = Hall().opened(
        Hall().title_leg(), Hall().deposit_leg(taker="buyer"), Hall().release_leg(), opener="buyer"
    )
    assert hall.record.parties == named(["buyer", "carrier", "consignee", "shipper"])
    assert hall.record.agreed == (IDS["buyer"],)
    assert hall.record.opener == IDS["buyer"]


def test_it_waits_for_who_has_not_agreed_and_for_who_has_not_given() -> None:
    hall = Hall()
    hall.opened(hall.title_leg(), hall.deposit_leg(taker="buyer"), hall.release_leg())
    assert hall.record.waits_for == named(["buyer", "carrier", "consignee", "shipper"])
    hall.gives_title()
    assert hall.record.waits_for == named(["buyer", "carrier", "consignee"])
    hall.does("carrier", "AGREE").gives_money()
    assert hall.record.waits_for == named(["buyer"])
    hall.does("buyer", "AGREE")
    assert hall.record.waits_for == []


def test_who_agreed_may_still_have_to_give() -> None:
    hall = Hall().opened().does("consignee", "AGREE")
    assert IDS["consignee"] in hall.record.agreed
    assert IDS["consignee"] in hall.record.waits_for


def test_a_release_is_given_by_agreeing_and_is_never_in_escrow() -> None:
    hall = Hall()
    hall.opened(hall.release_leg(), opener="consignee").does("carrier", "AGREE")
    assert [number for number, _ in hall.record.ungiven] == []
    assert hall.record.waits_for == []


def test_it_is_conditional_while_a_bank_has_not_confirmed() -> None:
    hall = Hall()
    hall.opened(hall.payment_leg(), opener="consignee")
    assert hall.record.is_conditional
    hall.does("bank", "CONFIRM_PAYMENT", hall.body(entry=salt("camt"), leg=0))
    assert not hall.record.is_conditional
    assert hall.record.agreed == (IDS["consignee"],)


def test_who_paid_outside_is_concerned_though_he_has_not_agreed() -> None:
    hall = Hall()
    hall.opened(hall.payment_leg(), opener="shipper")
    assert hall.record.concerned == named(["shipper"])
    hall.does("bank", "CONFIRM_PAYMENT", hall.body(entry=salt("camt"), leg=0))
    assert hall.record.concerned == named(["consignee", "shipper"])


def test_each_act_on_it_is_its_next_version() -> None:
    hall = Hall().opened()
    assert (hall.record.version, hall.record.status) == (1, OPEN)
    hall.gives_title().gives_money().settles()
    assert hall.record.version == 4
    assert hall.record.given == (0, 1)
    assert hall.record.agreed == tuple(named(["consignee", "shipper"]))


def test_legs_are_kept_as_they_were_written() -> None:
    hall = Hall().opened()
    kept = hall.world.state[exchange_key(hall.exchange)]
    assert encode_record(decode_record(kept, Terms)) == kept
    money = hall.record.legs[1]
    assert isinstance(money, DepositLeg)
    assert money.bank == IDS["bank"]


def test_its_terms_are_written_once_and_how_it_stands_by_every_act_behind() -> None:
    hall = Hall().opened()
    terms = hall.world.state[exchange_key(hall.exchange)]
    assert standing_key(hall.exchange) not in hall.world.state
    for act in (Hall.gives_title, Hall.gives_money, Hall.settles):
        before = hall.world.state.get(standing_key(hall.exchange))
        act(hall)
        assert hall.world.state[standing_key(hall.exchange)] != before
        assert hall.world.state[exchange_key(hall.exchange)] == terms


def test_what_can_still_be_acted_on() -> None:
    hall = Hall().opened()
    context = Context(IDS["shipper"], 1, hall.world.network, 1, hall.world.time_s, salt("act"))
    assert load_running(hall.world.state, hall.exchange, context) == hall.record
    with pytest.raises(UnknownExchangeError):
        load_open(hall.world.state, salt("nothing"))
    late = Context(IDS["shipper"], 1, hall.world.network, 1, hall.record.deadline + 1, salt("act"))
    with pytest.raises(EndedError):
        load_running(hall.world.state, hall.exchange, late)
    assert load_open(hall.world.state, hall.exchange) == hall.record
    hall.later(DEADLINE + 1).returns()
    with pytest.raises(DecidedError):
        load_open(hall.world.state, hall.exchange)
