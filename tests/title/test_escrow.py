# SPDX-License-Identifier: Apache-2.0
"""What an exchange does with a title: in, handed over as its holder said, or back (T5, I26)."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.world import IDS, NETWORK, salt
from ropewalk.ledger import Context, Effects, LedgerError
from ropewalk.title import (
    HAND_OVER_REFUSALS,
    OFFER_REFUSALS,
    ActOnTitle,
    Escrow,
    Title,
    give_back,
    hand_over,
    offer,
)
from ropewalk.title.errors import StraightRecipientError
from title.bills import Bill

EXCHANGE, OTHER = salt("exchange"), salt("other exchange")
ACTS_OF_A_HOLDER: dict[str, dict[str, str]] = {
    "BLANK_ENDORSE": {},
    "ENDORSE": {"recipient": "buyer"},
    "ENDORSE_TO_ORDER": {"recipient": "buyer"},
    "REFUSE_TRANSFER": {},
    "SIGN": {},
    "SURRENDER_FOR_AMENDMENT": {"addressee": "carrier"},
    "SURRENDER_FOR_DELIVERY": {"addressee": "carrier"},
    "SWITCH_TO_PAPER": {"paper": salt("paper")},
    "TRANSFER": {"recipient": "buyer"},
}


class Held:
    """A bill and what an exchange does with it, one act after another."""

    def __init__(self, bill: Bill) -> None:
        self.bill = bill
        self.acts = 0

    @property
    def record(self) -> Title:
        return self.bill.record

    def context(self, actor: str, *approvals: str) -> Context:
        self.acts += 1
        world, others = self.bill.world, tuple(IDS[name] for name in approvals)
        act = salt(f"act {self.acts}")
        return Context(IDS[actor], 9, NETWORK, 9, world.time_s, act, approvals=others)

    def message(self, last_act: str = "") -> ActOnTitle:
        return ActOnTitle(last_act=last_act or self.record.last_act, title=self.bill.title)

    def keep(self, effects: Effects) -> Title:
        state = {**self.bill.world.state}
        state.update({key: data for key, data in effects.writes.items() if data is not None})
        self.bill.world.state = state
        return self.record

    def offered(
        self, actor: str = "shipper", how: str = "TRANSFER", to: str = "buyer", *approvals: str
    ) -> Title:
        terms = Escrow(exchange=EXCHANGE, how=how, to=IDS[to])
        context = self.context(actor, *approvals)
        return self.keep(offer(self.bill.world.state, self.message(), terms, context))

    def handed(self, actor: str = "buyer", exchange: str = EXCHANGE) -> Title:
        context = self.context(actor)
        return self.keep(hand_over(self.bill.world.state, self.message(), exchange, context))

    def back(self, actor: str = "buyer", exchange: str = EXCHANGE) -> Title:
        context = self.context(actor)
        return self.keep(give_back(self.bill.world.state, self.message(), exchange, context))

    def why_not(self, act: str, *args: Any) -> str:
        before = dict(self.bill.world.state)
        with pytest.raises(LedgerError) as refused:
            getattr(self, act)(*args)
        assert self.bill.world.state == before
        documented = OFFER_REFUSALS if act == "offered" else HAND_OVER_REFUSALS
        assert type(refused.value) in documented
        return refused.value.code


def endorsed_to_bank(act: str = "ENDORSE_TO_ORDER") -> Held:
    bill = Bill("to_order")
    bill.does("shipper", act, recipient="bank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    return Held(bill)


def test_its_holder_stays_its_holder_and_does_nothing_with_it() -> None:
    held = Held(Bill("to_order"))
    record = held.offered()
    assert record.escrow == Escrow(exchange=EXCHANGE, how="TRANSFER", to=IDS["buyer"])
    assert (record.possessor, record.endorsee) == (IDS["shipper"], IDS["shipper"])
    for act, members in ACTS_OF_A_HOLDER.items():
        for actor in ("shipper", "buyer", "carrier"):
            assert held.bill.why(actor, act, **members) == "title.in_escrow"
    assert held.why_not("offered") == "title.in_escrow"


def test_it_is_handed_over_as_its_holder_said_and_no_otherwise() -> None:
    transferred = Held(Bill("to_order"))
    transferred.offered()
    record = transferred.handed()
    assert (record.possessor, record.endorsee) == (IDS["buyer"], IDS["shipper"])
    assert record.escrow is None
    endorsed = Held(Bill("to_order"))
    endorsed.offered("shipper", "ENDORSE_TO_ORDER")
    record = endorsed.handed()
    assert (record.possessor, record.endorsee) == (IDS["buyer"], IDS["buyer"])
    assert record.endorsee_may_endorse
    assert (record.prior_endorsee, record.prior_may_endorse) == (IDS["shipper"], True)
    surrendered = Held(Bill("to_order"))
    surrendered.offered("shipper", "SURRENDER")
    record = surrendered.handed()
    assert (record.status, record.possessor) == ("SURRENDERED", IDS["carrier"])
    assert (record.claimant, record.surrendered_by) == (IDS["buyer"], "")


def test_a_blank_bill_endorsed_in_an_exchange_is_its_takers() -> None:
    held = Held(Bill("blank"))
    held.offered("shipper", "ENDORSE_TO_ORDER")
    assert held.handed().endorsee == IDS["buyer"]
    held.bill.does("buyer", "ENDORSE", recipient="bank")


def test_it_comes_back_as_it_was() -> None:
    held = Held(Bill("to_order"))
    before = held.record
    held.offered()
    record = held.back()
    changed = {
        name for name in Title.__struct_fields__ if getattr(before, name) != getattr(record, name)
    }
    assert changed == {"last_act", "version"}
    held.bill.does("shipper", "TRANSFER", recipient="bank")


def test_whoever_put_it_in_has_accepted_the_transfer_before() -> None:
    held = endorsed_to_bank()
    held.offered("bank")
    record = held.back()
    assert (record.refusable_from, record.prior_endorsee) == ("", IDS["bank"])
    assert held.bill.why("bank", "REFUSE_TRANSFER") == "title.nothing_to_refuse"


def test_who_takes_it_out_of_an_exchange_agreed_and_does_not_refuse_it() -> None:
    held = Held(Bill("blank"))
    held.offered()
    held.handed("shipper")
    assert held.bill.why("buyer", "REFUSE_TRANSFER") == "title.nothing_to_refuse"


BILLS: dict[str, Callable[[], Held]] = {
    "blank": lambda: Held(Bill("blank")),
    "endorsed": lambda: Held(Bill("to_order", endorsee=IDS["bank"])),
    "frozen": lambda: Held(Bill("blank").frozen()),
    "leased": lambda: Held(Bill("blank").leased()),
    "on paper": lambda: Held(Bill("blank").on_paper()),
    "pledged": lambda: Held(Bill("blank").pledged()),
    "restricted": lambda: endorsed_to_bank("ENDORSE"),
    "straight": lambda: Held(Bill("straight")),
    "waybill": lambda: Held(Bill("waybill")),
}


@pytest.mark.parametrize(
    ("held", "terms", "code"),
    [
        ("waybill", "shipper TRANSFER buyer", "title.not_transferable"),
        ("frozen", "shipper TRANSFER buyer", "title.frozen"),
        ("leased", "shipper TRANSFER buyer", "title.leased"),
        ("on paper", "shipper TRANSFER buyer", "title.on_paper"),
        ("blank", "buyer TRANSFER bank", "title.not_possessor"),
        ("blank", "shipper TRANSFER shipper", "title.recipient_is_possessor"),
        ("blank", "shipper TRANSFER nobody", "identity.unknown_controller"),
        ("blank", "shipper SURRENDER nobody", "identity.unknown_controller"),
        ("straight", "shipper TRANSFER buyer", "title.straight_recipient"),
        ("straight", "shipper ENDORSE_TO_ORDER consignee", "title.not_negotiable"),
        ("restricted", "bank ENDORSE_TO_ORDER buyer", "title.may_not_endorse"),
        ("endorsed", "shipper ENDORSE_TO_ORDER buyer", "title.not_endorsee"),
        ("endorsed", "shipper SURRENDER buyer", "title.not_titleholder"),
        ("pledged", "bank TRANSFER buyer", "title.pledged"),
        ("pledged", "bank TRANSFER buyer carrier", "title.pledged"),
    ],
)
def test_what_does_not_go_in(held: str, terms: str, code: str) -> None:
    assert BILLS[held]().why_not("offered", *terms.split()) == code


def test_a_stale_or_unknown_title_does_not_go_in_or_out() -> None:
    held = Held(Bill("blank"))
    state, context = held.bill.world.state, held.context("shipper")
    terms = Escrow(exchange=EXCHANGE, how="TRANSFER", to=IDS["buyer"])
    nowhere = ActOnTitle(last_act=salt("x"), title=salt("x"))
    stale = held.message(salt("older"))
    for message, code in ((nowhere, "title.unknown_title"), (stale, "title.stale")):
        for act in (
            lambda one: offer(state, one, terms, context),
            lambda one: hand_over(state, one, EXCHANGE, context),
            lambda one: give_back(state, one, EXCHANGE, context),
        ):
            with pytest.raises(LedgerError) as refused:
                act(message)
            assert refused.value.code == code


@pytest.mark.parametrize("act", ["handed", "back"])
def test_only_the_exchange_that_holds_it_decides(act: str) -> None:
    held = Held(Bill("blank"))
    assert held.why_not(act) == "title.not_in_escrow"
    held.offered()
    assert held.why_not(act, "buyer", OTHER) == "title.not_in_escrow"
    getattr(held, act)()
    assert held.why_not("handed") == "title.not_in_escrow"
    assert held.why_not("back") == "title.not_in_escrow"


def test_what_a_court_froze_is_not_handed_over_and_goes_back_frozen() -> None:
    held = Held(Bill("blank"))
    held.offered()
    held.bill.frozen()
    assert held.why_not("handed") == "title.frozen"
    assert held.back().freeze == salt("order")
    assert held.bill.why("shipper", "TRANSFER", recipient="bank") == "title.frozen"


def test_what_a_court_froze_and_freed_again_is_handed_over() -> None:
    held = Held(Bill("blank"))
    held.offered()
    held.bill.frozen()
    lifted = {"order": salt("order"), "title": held.bill.title}
    held.bill.world.done("governance", "title.UNFREEZE", lifted)
    assert held.handed().possessor == IDS["buyer"]


def test_a_surrender_discharges_a_letter_of_indemnity() -> None:
    bill = Bill("blank")
    letter = {"receiver": IDS["consignee"], "title": bill.title}
    bill.world.agreed("consignee", "title.LETTER_OF_INDEMNITY", letter, "carrier")
    held = Held(bill)
    held.offered("shipper", "SURRENDER")
    assert held.record.indemnity is not None
    assert held.handed().indemnity is None


def test_a_pledgee_that_gives_its_beneficiary_the_bill_ends_the_pledge() -> None:
    held = Held(Bill("blank").pledged())
    held.offered("bank", "TRANSFER", "shipper")
    assert held.record.pledge is not None
    record = held.handed()
    assert (record.pledge, record.possessor, record.endorsee) == (None, IDS["shipper"], "")


@pytest.mark.parametrize(("act", "may_endorse"), [("ENDORSE", False), ("ENDORSE_TO_ORDER", True)])
def test_the_pledgees_endorsement_goes_back_with_the_bill(act: str, may_endorse: bool) -> None:  # noqa: FBT001
    bill = Bill("to_order")
    bill.does("shipper", act, recipient="bank")
    held = Held(bill.pledged())
    held.offered("bank", "TRANSFER", "shipper")
    record = held.handed()
    assert (record.possessor, record.endorsee) == (IDS["shipper"], IDS["shipper"])
    assert record.endorsee_may_endorse is may_endorse
    assert (record.prior_endorsee, record.prior_may_endorse) == (IDS["bank"], may_endorse)


def test_a_strangers_endorsement_stays_where_it_is_when_a_pledge_ends() -> None:
    held = Held(Bill("to_order", endorsee=IDS["buyer"]).pledged())
    held.offered("bank", "TRANSFER", "shipper")
    assert held.handed().endorsee == IDS["buyer"]


def test_who_gets_a_pledged_bill_with_both_approvals_gets_it_free() -> None:
    held = Held(Bill("blank").pledged())
    held.offered("bank", "TRANSFER", "buyer", "shipper")
    record = held.handed()
    assert (record.possessor, record.pledge) == (IDS["buyer"], None)


def test_a_pledged_bill_is_surrendered_with_both_approvals() -> None:
    held = Held(Bill("to_order").pledged())
    held.offered("bank", "SURRENDER", "buyer", "shipper")
    record = held.handed()
    assert (record.status, record.claimant) == ("SURRENDERED", IDS["buyer"])


def test_a_straight_bill_goes_to_its_consignee_or_is_surrendered() -> None:
    held = Held(Bill("straight"))
    held.offered("shipper", "TRANSFER", "consignee")
    assert held.handed().possessor == IDS["consignee"]
    with pytest.raises(StraightRecipientError):
        held.offered("consignee", "SURRENDER", "buyer")  # T16
    held.offered("consignee", "SURRENDER", "shipper")
    assert held.handed().claimant == IDS["shipper"]


def test_the_log_tells_which_act_came_before() -> None:
    held = Held(Bill("blank"))
    last_act = held.offered().last_act
    effects = give_back(held.bill.world.state, held.message(), EXCHANGE, held.context("buyer"))
    (event,) = effects.events
    assert event.name == "title.given_back"
    assert event.attributes["prior_act"] == last_act
    effects = hand_over(held.bill.world.state, held.message(), EXCHANGE, held.context("buyer"))
    (event,) = effects.events
    assert (event.name, event.attributes["title"]) == ("title.handed_over", held.bill.title)
