# SPDX-License-Identifier: Apache-2.0
"""Vectors of every act of the exchange: accepted cases, and every refusal in the documented order.

Written by `python -m exchange.make_vectors` with `src` and `tests` on the path; `--check` only
compares.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

from exchange import giving_vectors, receivable_vectors
from exchange.casing import MOST, NOWHERE, case, no_leg, not_running
from exchange.hall import DEADLINE, PRICE, Hall, both
from exchange.test_facts import fact, readings
from ledger.vectors import Case, main, surplus, texts_of
from ledger.world import IDS, UNKNOWN, salt
from ropewalk.capital import errors as capital
from ropewalk.cargo import errors as cargo
from ropewalk.crypto import Value
from ropewalk.exchange import errors, fact_id
from ropewalk.identity import UnknownControllerError
from ropewalk.ledger import MalformedBodyError
from ropewalk.title import errors as title


def openings() -> Iterator[Case]:
    """OPEN."""
    hall = Hall()
    receivable = hall.receivable()
    legs = [hall.title_leg("SURRENDER"), hall.deposit_leg(), hall.release_leg()]
    yield case(hall, "OPEN", "title_against_money", "shipper", hall.opening())
    yield case(hall, "OPEN", "three_strands", "consignee", hall.opening(*legs))
    condition = both(hall.event(), hall.band(), {"asks": "not_before", "time": 0})
    body = hall.opening(hall.receivable_leg(receivable), hall.payment_leg(), condition=condition)
    yield case(hall, "OPEN", "on_conditions", "shipper", body)
    late = hall.opening({**hall.deposit_leg(0), "giver": IDS["shipper"]}, seconds=0)
    yield case(hall, "OPEN", "bad_deadline", "buyer", late, errors.BadDeadlineError)
    same = {**hall.deposit_leg(0), "giver": IDS["shipper"]}
    yield case(hall, "OPEN", "to_oneself", "buyer", hall.opening(same), errors.BadLegError)
    twice = hall.opening(hall.title_leg(), hall.title_leg("SURRENDER"))
    yield case(hall, "OPEN", "twice_the_same", "buyer", twice, errors.BadLegError)
    for name, sum_ in (("nothing", "0"), ("negative", "-5"), ("too_much", str(10**18 + 1))):
        leg = {**hall.deposit_leg(), "currency": "XTS", "sum": sum_}
        yield case(hall, "OPEN", name, "buyer", hall.opening(leg), capital.BadAmountError)
    money = hall.opening({**hall.deposit_leg(), "currency": "XTS"})
    yield case(hall, "OPEN", "no_currency", "buyer", money, capital.BadCurrencyError)
    unknown = {**hall.deposit_leg(), "taker": UNKNOWN}
    yield case(hall, "OPEN", "no_party", "buyer", hall.opening(unknown), errors.NotPartyError)
    bad = hall.band(least=9_000)
    body = hall.opening(unknown, condition=bad)
    yield case(hall, "OPEN", "unknown_taker", "consignee", body, UnknownControllerError)
    body = hall.opening(condition=bad)
    yield case(hall, "OPEN", "bad_condition", "shipper", body, errors.BadConditionError)
    yield surplus(case(hall, "OPEN", "", "shipper", hall.opening()))
    asset = hall.opening({**hall.title_leg(), "asset": "ship"})
    yield case(hall, "OPEN", "of_something_else", "shipper", asset, MalformedBodyError)


def agreements() -> Iterator[Case]:
    """AGREE."""
    hall = Hall().opened()
    yield case(hall, "AGREE", "by_who_takes", "consignee", hall.body())
    yield from not_running("AGREE", "buyer", {})
    yield case(hall, "AGREE", "no_party", "buyer", hall.body(), errors.NotPartyError)
    again = errors.EscrowedAlreadyError
    yield case(hall, "AGREE", "agreed_already", "shipper", hall.body(), again)
    yield surplus(case(hall, "AGREE", "", "consignee", hall.body()))


def titles() -> Iterator[Case]:
    """ESCROW_TITLE."""
    act, hall = "ESCROW_TITLE", Hall().opened()
    body = hall.title_body()
    for how in ("TRANSFER", "ENDORSE_TO_ORDER", "SURRENDER"):
        other = Hall()
        other.opened(other.title_leg(how), other.deposit_leg(), other.release_leg())
        yield case(other, act, how.lower(), "shipper", other.title_body())
    absent = Hall()
    absent.opened(absent.title_leg("SURRENDER"), absent.deposit_leg())
    yield case(absent, act, "surrender_without_the_carrier", "shipper", absent.title_body(),
               errors.CarrierAbsentError)  # fmt: skip
    more = {name: body[name] for name in ("how", "last_act", "title", "to")}
    yield from no_leg(hall, act, "shipper", 0, 1, more)
    given = Hall().opened().gives_title()
    yield case(given, act, "given", "buyer", given.title_body(), errors.EscrowedAlreadyError)
    terms = hall.title_body(how="SURRENDER", last_act=NOWHERE)
    yield case(hall, act, "other_terms", "shipper", terms, errors.OtherObjectError)
    unknown = Hall()
    unknown.opened({**unknown.title_leg(), "title": NOWHERE}, unknown.deposit_leg())
    told = unknown.title_body(title=NOWHERE)
    yield case(unknown, act, "unknown_title", "shipper", told, title.UnknownTitleError)
    before = hall.title_body(last_act=NOWHERE)
    yield case(hall, act, "not_as_offered", "shipper", before, errors.OtherObjectError)
    signed = Hall().opened()
    stale = signed.title_body()
    signed.bill.does("shipper", "SIGN")
    yield case(signed, act, "stale", "shipper", stale, title.StaleError)
    held = Hall().opened().gives_title()
    held.opened()
    yield case(held, act, "in_escrow", "shipper", held.title_body(), title.TitleInEscrowError)


def unfree_titles() -> Iterator[Case]:
    """ESCROW_TITLE of what is not its holder's to give."""
    act = "ESCROW_TITLE"
    for name, refusal in (("frozen", title.FrozenError), ("leased", title.LeasedError)):
        there = Hall()
        getattr(there.bill, name)()
        there.opened()
        yield case(there, act, name, "shipper", there.title_body(), refusal)
    moved = Hall()
    moved.bill.does("shipper", "TRANSFER", recipient="buyer")
    moved.opened()
    yield case(moved, act, "not_possessor", "shipper", moved.title_body(), title.NotPossessorError)
    endorsed = Hall("to_order")
    endorsed.bill.does("shipper", "ENDORSE_TO_ORDER", recipient="bank")
    for how, refused in (
        ("SURRENDER", title.NotSurrendererError),
        ("ENDORSE_TO_ORDER", title.NotEndorseeError),
    ):
        endorsed.opened(endorsed.title_leg(how), endorsed.deposit_leg())
        told = endorsed.title_body()
        yield case(endorsed, act, f"{how.lower()}_by_a_mere_holder", "shipper", told, refused)


def ended_titles() -> Iterator[Case]:
    """ESCROW_TITLE of what is no live bill any more, or may not be endorsed on."""
    act, waybill = "ESCROW_TITLE", Hall("waybill")
    waybill.opened(waybill.title_leg())
    told = waybill.title_body()
    yield case(waybill, act, "waybill", "shipper", told, title.NotTransferableError)
    paper = Hall()
    paper.bill.on_paper()
    paper.opened(paper.title_leg())
    yield case(paper, act, "on_paper", "shipper", paper.title_body(), title.OnPaperError)
    asked = Hall()
    asked.bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    asked.opened(asked.title_leg())
    told = asked.title_body()
    yield case(asked, act, "surrender_pending", "shipper", told, title.SurrenderPendingError)
    asked.bill.does("carrier", "SACC")
    asked.opened(asked.title_leg())
    yield case(asked, act, "title_ended", "shipper", asked.title_body(), title.EndedError)
    restricted = Hall("to_order")
    restricted.bill.does("shipper", "ENDORSE", recipient="bank")
    restricted.bill.does("shipper", "TRANSFER", recipient="bank")
    restricted.opened(restricted.title_leg("ENDORSE_TO_ORDER", giver="bank"), opener="bank")
    told = restricted.title_body()
    yield case(restricted, act, "may_not_endorse_on", "bank", told, title.MayNotEndorseError)


def pledged_titles() -> Iterator[Case]:
    """ESCROW_TITLE of a straight bill, and of one that is pledged."""
    act, straight = "ESCROW_TITLE", Hall("straight")
    for how, taker, refusal in (
        ("TRANSFER", "buyer", title.StraightRecipientError),
        ("ENDORSE_TO_ORDER", "consignee", title.NotNegotiableError),
    ):
        straight.opened(straight.title_leg(how, taker=taker), opener="shipper")
        told = straight.title_body()
        yield case(straight, act, f"straight_{how.lower()}", "shipper", told, refusal)
    pledged = Hall()
    pledged.bill.pledged()
    pledged.opened(pledged.title_leg(giver="bank"), opener="bank")
    told = pledged.title_body()
    yield case(pledged, act, "pledged", "bank", told, title.PledgedError)
    yield case(pledged, act, "pledged_with_both", "bank", told, None, ("shipper",))
    back = Hall()
    back.bill.pledged()
    back.opened(back.title_leg(giver="bank", taker="shipper"), opener="bank")
    yield case(back, act, "to_its_beneficiary", "bank", back.title_body())


def deposits() -> Iterator[Case]:
    """ESCROW_DEPOSIT."""
    act, hall = "ESCROW_DEPOSIT", Hall().opened()
    yield case(hall, act, "in", "consignee", hall.body(leg=1))
    yield from no_leg(hall, act, "consignee", 1, 0, {})
    given = Hall().opened().gives_money()
    told = given.body(leg=1)
    yield case(given, act, "given", "buyer", told, errors.EscrowedAlreadyError)
    hall.opened(hall.deposit_leg(PRICE, taker="bank"), opener="consignee")
    yield case(
        hall, act, "taker_without_account", "consignee", hall.body(leg=0), capital.NotCustomerError
    )
    hall.opened(hall.deposit_leg(PRICE + 1), opener="consignee")
    less = capital.InsufficientFundsError
    yield case(hall, act, "less_is_there", "consignee", hall.body(leg=0), less)


def payments_that_settle() -> Iterator[Case]:
    """ESCROW_DEPOSIT that settles."""
    act, hall = "ESCROW_DEPOSIT", Hall().opened().gives_title()
    yield case(hall, act, "settles", "consignee", hall.paying())
    strands = Hall()
    strands.quay.announced().green()
    strands.opened(strands.title_leg("SURRENDER"), strands.deposit_leg(), strands.release_leg())
    strands.gives_title()
    told = strands.paying()
    yield case(strands, act, "carrier_silent", "consignee", told, errors.WaitsError)
    strands.does("carrier", "AGREE")
    yield case(strands, act, "settles_three_strands", "consignee", strands.paying())
    name, sale = "settles_a_receivable", Hall()
    receivable = sale.receivable()
    sale.place("buyer", 900)
    sale.opened(sale.receivable_leg(receivable), sale.deposit_leg(900, "buyer"))
    sale.gives_receivable(receivable)
    yield case(sale, act, name, "buyer", sale.paying())
    yield case(hall, act, "titles_left_out", "consignee", hall.body(leg=1, titles=[]),
               errors.NamedTitlesError)  # fmt: skip
    stale: list[Value] = [{"last_act": NOWHERE, "title": hall.bill.title}]
    told = hall.body(leg=1, titles=stale)
    yield case(hall, act, "stale", "consignee", told, title.StaleError)
    waits = Hall()
    waits.opened(condition=waits.event()).gives_title()
    yield case(waits, act, "condition_waits", "consignee", waits.paying(), errors.WaitsError)
    hall.bill.frozen()
    yield case(hall, act, "frozen", "consignee", hall.paying(), title.FrozenError)
    yield from payments_for_what_is_broken()


def payments_for_what_is_broken() -> Iterator[Case]:
    """ESCROW_DEPOSIT that would settle, of an exchange that can't."""
    act, sale = "ESCROW_DEPOSIT", Hall()
    receivable = sale.receivable()
    sale.place("buyer", 900)
    sale.opened(sale.receivable_leg(receivable), sale.deposit_leg(900, "buyer"))
    sale.gives_receivable(receivable)
    redeemed(sale, receivable)
    yield case(sale, act, "paid_meanwhile", "buyer", sale.paying(), errors.LegBrokenError)
    full = Hall().opened().gives_title()
    full.place("shipper", MOST)
    told = full.paying()
    yield case(full, act, "takers_account_is_full", "consignee", told, capital.BadAmountError)
    behind = recourses(lambda hall: hall.deposit_leg(5))
    behind.does("shipper", "AGREE")
    told = behind.paying()
    many = capital.TooManyRecoursesError
    yield case(behind, act, "too_many_stand_behind_it", "consignee", told, many)
    gone = Hall()
    gone.opened(gone.title_leg("SURRENDER"), gone.deposit_leg(), gone.release_leg())
    gone.gives_title().does("carrier", "AGREE")
    told = gone.paying()
    yield case(gone, act, "never_announced", "consignee", told, cargo.UnknownMovementError)


def redeemed(hall: Hall, receivable: str) -> None:
    """A part of a receivable is paid to whoever holds it."""
    payment: dict[str, Value] = {
        "amount": "400",
        "bank": IDS["bank"],
        "payable": hall.share(receivable).payable,
        "receivables": [receivable],
    }
    hall.world.done("consignee", "capital.REDEEM", payment)


def payments() -> Iterator[Case]:
    """CONFIRM_PAYMENT."""
    act, hall = "CONFIRM_PAYMENT", Hall()
    hall.opened(hall.title_leg(), hall.payment_leg())
    more: dict[str, Value] = {"entry": salt("entry")}
    yield case(hall, act, "confirmed", "bank", hall.body(leg=1, **more))
    yield from no_leg(hall, act, "bank", 1, 0, more)
    given = Hall()
    given.opened(given.title_leg(), given.payment_leg())
    given.does("bank", act, given.body(leg=1, **more))
    told = given.body(leg=1, **more)
    yield case(given, act, "given", "buyer", told, errors.EscrowedAlreadyError)
    hall.opened(hall.title_leg(), {**hall.payment_leg(), "bank": IDS["buyer"]})
    told = hall.body(leg=1, **more)
    yield case(hall, act, "no_bank", "buyer", told, capital.NotBankError)


def facts() -> Iterator[Case]:
    """STATE_FACT, STATE_READINGS, RETRACT_FACT."""
    hall = Hall()
    yield case(hall, "STATE_FACT", "an_event", "terminal", fact(hall))
    yield case(hall, "STATE_FACT", "at_a_place", "terminal", fact(hall, place=salt("place")))
    ahead = fact(hall, time=hall.world.time_s + 99)
    yield case(hall, "STATE_FACT", "ahead", "terminal", ahead, errors.BadFactError)
    yield case(hall, "STATE_READINGS", "a_span", "carrier", readings(hall))
    late = readings(hall, until=hall.world.time_s + 99)
    yield case(hall, "STATE_READINGS", "ahead", "carrier", late, errors.BadFactError)
    down = readings(hall, least=5_000)
    yield case(hall, "STATE_READINGS", "upside_down", "carrier", down, errors.BadFactError)
    code = fact(hall, code="insp")
    yield case(hall, "STATE_FACT", "no_code", "terminal", code, MalformedBodyError)
    yield surplus(case(hall, "STATE_FACT", "", "terminal", fact(hall)))
    yield surplus(case(hall, "STATE_READINGS", "", "carrier", readings(hall)))
    first, span = fact(hall), readings(hall)
    hall.does("terminal", "STATE_FACT", first).does("carrier", "STATE_READINGS", span)
    known = errors.FactKnownError
    yield case(hall, "STATE_FACT", "stated_already", "terminal", first, known)
    yield case(hall, "STATE_READINGS", "stated_already", "carrier", span, known)
    told: dict[str, Value] = {"fact": fact_id(IDS["terminal"], "INSP", str(first["subject"]))}
    yield case(hall, "RETRACT_FACT", "taken_back", "terminal", told)
    others = errors.UnknownFactError
    yield case(hall, "RETRACT_FACT", "somebody_elses", "carrier", told, others)
    yield case(hall, "RETRACT_FACT", "unknown", "carrier", {"fact": NOWHERE}, others)
    yield surplus(case(hall, "RETRACT_FACT", "", "terminal", told))


def three_strands() -> Hall:
    """Title surrendered, money, the right to the box: all in escrow or agreed."""
    hall = Hall()
    hall.quay.announced().green()
    hall.opened(hall.title_leg("SURRENDER"), hall.deposit_leg(), hall.release_leg())
    return hall.gives_title().gives_money().does("carrier", "AGREE")


def sold() -> Hall:
    """A receivable and its price in escrow."""
    hall = Hall()
    receivable = hall.receivable()
    hall.place("buyer", 900)
    hall.opened(hall.receivable_leg(receivable), hall.deposit_leg(900, "buyer"))
    return hall.gives_receivable(receivable).gives_money("buyer")


def settlements() -> Iterator[Case]:
    """SETTLE."""
    act, hall = "SETTLE", Hall().full()
    yield case(hall, act, "title_against_money", "consignee", hall.deciding())
    strands = three_strands()
    yield case(strands, act, "three_strands", "consignee", strands.deciding())
    receivable = sold()
    yield case(receivable, act, "a_receivable", "shipper", receivable.deciding())
    paid = Hall()
    paid.bill.pledged()
    paid.opened(paid.title_leg(giver="bank", taker="shipper"), opener="bank")
    paid.gives_title("bank").does("shipper", "AGREE")
    yield case(paid, act, "a_pledge_ends", "shipper", paid.deciding())
    yield surplus(case(receivable, act, "", "shipper", receivable.deciding()))


def refused_settlements() -> Iterator[Case]:
    """SETTLE, refused."""
    act, hall = "SETTLE", Hall().full()
    yield from not_running(act, "buyer", {"titles": []})
    yield case(hall, act, "no_party", "buyer", hall.body(titles=[]), errors.NotPartyError)
    waits = Hall().opened().gives_title()
    yield case(waits, act, "consent_missing", "shipper", waits.body(titles=[]), errors.WaitsError)
    waits = Hall()
    waits.opened(condition=waits.event()).gives_title().gives_money()
    told = waits.body(titles=[])
    yield case(waits, act, "condition_waits", "shipper", told, errors.WaitsError)
    told = hall.body(titles=[])
    yield case(hall, act, "titles_left_out", "shipper", told, errors.NamedTitlesError)
    stale: list[Value] = [{"last_act": NOWHERE, "title": hall.bill.title}]
    told = hall.body(titles=stale)
    yield case(hall, act, "stale", "shipper", told, title.StaleError)
    hall.bill.frozen()
    yield case(hall, act, "frozen", "shipper", hall.deciding(), title.FrozenError)
    yield from broken_settlements()


def broken_settlements() -> Iterator[Case]:
    """SETTLE of a leg that is not what it was, or that can't be."""
    act, broken = "SETTLE", sold()
    leg = broken.record.legs[0]
    redeemed(broken, str(getattr(leg, "receivable", "")))
    told = broken.deciding()
    yield case(broken, act, "paid_meanwhile", "shipper", told, errors.LegBrokenError)
    full = Hall().full()
    full.place("shipper", MOST)
    told = full.deciding()
    yield case(full, act, "takers_account_is_full", "shipper", told, capital.BadAmountError)
    behind = recourses()
    told = behind.deciding()
    many = capital.TooManyRecoursesError
    yield case(behind, act, "too_many_stand_behind_it", "terminal", told, many)
    gone = Hall()
    gone.opened(gone.title_leg("SURRENDER"), gone.deposit_leg(), gone.release_leg())
    gone.gives_title().gives_money().does("carrier", "AGREE")
    told = gone.deciding()
    yield case(gone, act, "never_announced", "shipper", told, cargo.UnknownMovementError)


def recourses(*legs: Callable[[Hall], Value]) -> Hall:
    """A receivable that as many stand behind as may, in escrow to be sold with recourse."""
    hall = Hall()
    receivable = hall.receivable()
    holders = ["shipper", "bank", "buyer", "carrier", "customs", "driver", "forwarder", "haulier"]
    for giver, taker in pairwise([*holders, "terminal"]):
        seen = {"last_act": hall.share(receivable).last_act, "receivable": receivable}
        body: dict[str, Value] = {**seen, "to": IDS[taker], "with_recourse": True}
        hall.world.done(giver, "capital.TRANSFER_RECEIVABLE", body)
    leg = hall.receivable_leg(receivable, "terminal", "shipper")
    leg = {**leg, "taker": IDS["other_terminal"], "with_recourse": True}
    hall.opened(leg, *(one(hall) for one in legs), opener="other_terminal")
    return hall.gives_receivable(receivable, "terminal")


def returns() -> Iterator[Case]:
    """RETURN."""
    act, hall = "RETURN", Hall().full()
    told = hall.deciding()
    yield case(hall, act, "with_everybody", "shipper", told, None, ("consignee",))
    yield case(hall, act, "without", "shipper", told, errors.NotReturnableError)
    yield case(hall, act, "unknown", "buyer", hall.body(exchange=NOWHERE, titles=[]),
               errors.UnknownExchangeError)  # fmt: skip
    done = Hall().full().settles()
    yield case(done, act, "decided", "buyer", done.body(titles=[]), errors.DecidedError)
    late = Hall().full().later(DEADLINE + 1)
    yield case(late, act, "after_the_deadline", "buyer", late.deciding())
    yield case(late, act, "titles_left_out", "buyer", late.body(titles=[]),
               errors.NamedTitlesError)  # fmt: skip
    stale: list[Value] = [{"last_act": NOWHERE, "title": late.bill.title}]
    yield case(late, act, "stale", "buyer", late.body(titles=stale), title.StaleError)
    full = Hall().full().later(DEADLINE + 1)
    full.place("consignee", MOST - PRICE)
    yield case(full, act, "givers_account_is_full", "buyer", full.deciding())
    late.bill.frozen()
    yield case(late, act, "frozen_goes_back_frozen", "buyer", late.deciding())
    failed = Hall()
    failed.opened(condition=failed.event(until=failed.world.time_s + 5)).gives_title().later(9)
    yield case(failed, act, "its_condition_failed", "buyer", failed.deciding())
    yield surplus(case(late, act, "", "buyer", late.deciding()))


def cases() -> Iterator[Case]:
    """Every case."""
    yield from openings()
    yield from giving_vectors.cases()
    yield from agreements()
    yield from titles()
    yield from unfree_titles()
    yield from ended_titles()
    yield from pledged_titles()
    yield from receivable_vectors.cases()
    yield from deposits()
    yield from payments_that_settle()
    yield from payments()
    yield from facts()
    yield from settlements()
    yield from refused_settlements()
    yield from returns()


def texts() -> dict[str, str]:
    """Every file of the room's vectors."""
    return texts_of(cases())


if __name__ == "__main__":
    raise SystemExit(main(texts()))
