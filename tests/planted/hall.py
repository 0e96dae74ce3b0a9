# SPDX-License-Identifier: Apache-2.0
"""Bugs of exchanges, each of which the adversary must see."""

import dataclasses
from typing import Any

import msgspec

from planted.planting import put
from ropewalk import rules
from ropewalk.capital import account
from ropewalk.exchange import conditions, escrow, facts, opening, settle, state
from ropewalk.ledger import Context, Effects, View, decode_record, encode_record
from ropewalk.title import ActOnTitle, Title, errors, fingerprint, hand_over, issue
from ropewalk.title import state as title_state


def consents_are_not_awaited() -> None:
    """It settles while a party has not agreed; legs have to be given."""

    def waits_for(self: state.Exchange) -> list[str]:
        return [leg.giver for _, leg in self.ungiven]

    put(state.Exchange, "waits_for", property(waits_for))


def condition_is_not_looked_at() -> None:
    """It settles whatever its condition says."""
    put(settle, "_require_met", lambda _: None)


def late_settlement() -> None:
    """It settles after its deadline."""
    put(settle, "load_running", lambda view, exchange, _: state.load_open(view, exchange))


def settlement_to_the_second() -> None:
    """The deadline's own second does not settle any more."""
    old = state.load_running

    def load_running(view: View, exchange: str, context: Context) -> state.Exchange:
        return old(view, exchange, msgspec.structs.replace(context, time_s=context.time_s + 1))

    put(settle, "load_running", load_running)


def anybody_returns_it() -> None:
    """It goes back before its deadline, with nobody asked."""
    put(settle, "_has_failed", lambda *_: True)


def one_leg_stays() -> None:
    """A receivable stays with its giver while the rest moves."""
    put(settle, "_receivable", lambda *_: Effects({}))


def returned_to_the_taker() -> None:
    """What goes back goes to who would have taken it."""
    put(settle, "give_back", hand_over)


def pledge_goes_along() -> None:
    """Who takes a bill that pledgee and beneficiary sold gets it pledged."""

    def pledged(view: View, message: ActOnTitle, exchange: str, context: Context) -> Effects:
        effects = hand_over(view, message, exchange, context)
        key = f"title/{message.title}"
        before, after = view.get(key), effects.writes[key]
        assert before is not None
        assert after is not None
        was, now = decode_record(before, Title), decode_record(after, Title)
        record = encode_record(msgspec.structs.replace(now, pledge=was.pledge))
        return msgspec.structs.replace(effects, writes={**effects.writes, key: record})

    put(settle, "hand_over", pledged)


def payer_agrees_by_its_bank() -> None:
    """Who pays outside has agreed once the bank confirms."""

    def given(exchange: state.Exchange, number: int) -> state.Exchange:
        return state.given_by(exchange, number, exchange.legs[number].giver)

    put(escrow, "given", given)


def payer_settles_for_everybody() -> None:
    """Who pays last settles while another party has not agreed."""
    old = settle.settle_all

    def settle_all(view: View, exchange: state.Exchange, *rest: Any, paying: int) -> Effects:
        everybody = msgspec.structs.replace(exchange, agreed=tuple(exchange.parties))
        return old(view, everybody, *rest, paying=paying)

    put(escrow, "settle_all", settle_all)


def goes_in_as_it_is_by_now() -> None:
    """A title or receivable goes in though it changed since everybody saw it."""
    put(escrow, "_require_as_seen", lambda *_: None)


def carrier_is_not_asked() -> None:
    """A bill is surrendered to a carrier that has no part in the exchange."""
    put(escrow, "_require_carrier", lambda *_: None)


def disputed_goes_in() -> None:
    """A receivable goes in though its payable is disputed or in default."""
    put(escrow, "is_sound", lambda *_: True)


def disputed_is_sold() -> None:
    """A receivable moves though its payable is disputed or in default."""
    put(settle, "is_sound", lambda *_: True)


def money_is_not_held() -> None:
    """Money in escrow can be spent."""
    put(account.Purse, "hold", lambda self, customer, _amount: self.balance(customer))


def late_word_counts() -> None:
    """A fact counts that was stated after its time."""

    def found(view: View, by: str, code: str, subject: str) -> facts.Fact | None:
        fact = facts.find_fact(view, by, code, subject)
        return None if fact is None else msgspec.structs.replace(fact, stated_at=0)

    put(conditions, "find_fact", found)


def place_is_overlooked() -> None:
    """An event that happened elsewhere counts."""
    old = conditions.judge

    def judge(view: View, condition: Any, time_s: int) -> Any:
        if isinstance(condition, conditions.EventHappened):
            condition = msgspec.structs.replace(condition, place=None)
        return old(view, condition, time_s)

    for module in (conditions, settle):
        put(module, "judge", judge)


def one_key_is_enough_in_an_exchange() -> None:
    """Policies and mandates do not see what giving a leg comes to."""
    book = rules.V1.rules
    assert isinstance(book, dict)
    for name, rule in [*book.items()]:
        if name.startswith("exchange."):
            book[name] = dataclasses.replace(rule, likewise=None)


def cargo_is_billed_twice() -> None:
    """A carrier's second bill over an item is issued."""
    put(fingerprint, "_require_first", lambda *_: None)


def house_bill_on_a_bound_master() -> None:
    """A house bill is issued under a master that is frozen, leased, pledged or in escrow."""

    def check_master(view: View, master: str, _: Context) -> None:
        found = title_state.find(view, master)
        if found is None or found.document_type != "BOL" or found.status != title_state.ISSUED:
            raise errors.BadMasterError(master)
        if found.house_of:
            raise errors.BadMasterError(f"{master} is a house bill itself")

    put(issue, "_check_master", check_master)


def opening_gives_for_another() -> None:
    """Who opens an exchange puts another's money into its escrow."""
    put(opening, "require_giver", lambda *_: None)


def opening_asks_no_pledgee() -> None:
    """Who opens an exchange gives a pledged receivable, its pledgee not asked."""
    put(opening, "require_pledgees", lambda *_: None)


EXCHANGE_BUGS = (
    anybody_returns_it,
    cargo_is_billed_twice,
    carrier_is_not_asked,
    condition_is_not_looked_at,
    consents_are_not_awaited,
    disputed_goes_in,
    disputed_is_sold,
    goes_in_as_it_is_by_now,
    house_bill_on_a_bound_master,
    late_settlement,
    late_word_counts,
    money_is_not_held,
    one_key_is_enough_in_an_exchange,
    one_leg_stays,
    opening_asks_no_pledgee,
    opening_gives_for_another,
    payer_agrees_by_its_bank,
    payer_settles_for_everybody,
    place_is_overlooked,
    pledge_goes_along,
    returned_to_the_taker,
    settlement_to_the_second,
)
"""What the adversary must see."""
