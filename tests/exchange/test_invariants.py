# SPDX-License-Identifier: Apache-2.0
"""Every promise of an exchange is broken here by hand, and noticed (I26)."""

from collections.abc import Mapping

import msgspec
import pytest

from exchange.hall import DEADLINE, PRICE, USD, Hall
from ledger.world import IDS, salt
from ropewalk.capital import Balance, balance_key, receivable_key
from ropewalk.cargo import right_key
from ropewalk.exchange import (
    INVARIANTS,
    OPEN,
    RETURNED,
    SETTLED,
    Exchange,
    exchange_key,
    standing_key,
)
from ropewalk.exchange.state import Standing, Terms
from ropewalk.ledger import Change, Context, Record, encode_record
from ropewalk.rules import V1
from ropewalk.title import Escrow, key

ACT = salt("act")
DECIDED = "I26 decided once"
BY_ITSELF = "I5 agreed by itself"
BOTH = "I26 both or neither"
MONEY = "I26 money goes where it should"
FOLLOWS = "I26 escrow follows its exchange"
Changed = dict[str, Record | None]


def broken(
    hall: Hall, changed: Mapping[str, Record | None], actor: str = "shipper", *approvals: str
) -> list[str]:
    """Names of the promises that a change breaks."""
    after = dict(hall.world.state)
    for name, record in changed.items():
        if record is None:
            del after[name]
        else:
            after[name] = encode_record(record)
    world, others = hall.world, tuple(IDS[name] for name in approvals)
    context = Context(IDS[actor], 9, world.network, 99, world.time_s, ACT, (), others)
    change = Change(world.state, after, sorted(changed), context)
    return [one.name for one in INVARIANTS if one.check(change) is not None]


def terms(exchange: Exchange) -> Terms:
    """What was asked."""
    told = {name: getattr(exchange, name) for name in Terms.__struct_fields__}
    return Terms(**told)


def standing(exchange: Exchange) -> Standing:
    """What became of it."""
    told = {name: getattr(exchange, name) for name in Standing.__struct_fields__}
    return Standing(**told)


def went(hall: Hall, **changes: object) -> Changed:
    """The exchange's next version, both records of it."""
    after = msgspec.structs.replace(hall.record, **{"version": hall.record.version + 1, **changes})
    told: Changed = {standing_key(hall.exchange): standing(after)}
    if terms(after) != terms(hall.record):
        told[exchange_key(hall.exchange)] = terms(after)
    return told


def bill(hall: Hall, **changes: object) -> Changed:
    """The title after an act that takes it out of escrow, unless told otherwise."""
    told = {"escrow": None, "last_act": ACT, "version": hall.title.version + 1, **changes}
    return {key(hall.bill.title): msgspec.structs.replace(hall.title, **told)}


def account(name: str, amount: int, held: int = 0) -> Changed:
    """Somebody's account."""
    found = Balance(amount=str(amount), held=str(held))
    return {balance_key(IDS["bank"], USD, IDS[name]): found}


def settled(hall: Hall) -> Changed:
    """What SETTLE of a full hall writes."""
    paid = {**account("consignee", 0), **account("shipper", PRICE)}
    return {**went(hall, status=SETTLED), **bill(hall, possessor=IDS["consignee"]), **paid}


def returned(hall: Hall) -> Changed:
    """What RETURN of a full hall writes."""
    return {**went(hall, status=RETURNED), **bill(hall), **account("consignee", PRICE)}


def test_the_promises_are_in_the_book_and_honest_decisions_break_none() -> None:
    assert set(INVARIANTS) <= set(V1.invariants)
    hall = Hall().full()
    assert broken(hall, settled(hall)) == []
    assert broken(hall, returned(hall), "shipper", "consignee") == []
    hall.later(DEADLINE + 1)
    assert broken(hall, returned(hall), "buyer") == []


def test_an_exchange_is_decided_once_and_never_removed() -> None:
    for decide in (Hall.settles, Hall.returns):
        hall = Hall().full()
        if decide is Hall.returns:
            hall.later(DEADLINE + 1)
        decide(hall)
        for status in (OPEN, SETTLED, RETURNED):
            assert DECIDED in broken(hall, went(hall, status=status))
        assert broken(hall, went(hall, deadline=hall.record.deadline + 1)) == [DECIDED]
    hall = Hall().opened()
    assert broken(hall, {exchange_key(hall.exchange): None}) == [DECIDED]
    hall.gives_title()
    assert DECIDED in broken(hall, {standing_key(hall.exchange): None})


@pytest.mark.parametrize(
    "changes",
    [
        {"deadline": 1},
        {"legs": ()},
        {"opener": IDS["buyer"]},
        {"version": 1},
        {"version": 9},
    ],
)
def test_its_terms_stay_and_its_versions_follow(changes: dict[str, object]) -> None:
    hall = Hall().opened()
    assert broken(hall, went(hall)) == []
    assert broken(hall, went(hall, **changes)) == [DECIDED]


def test_its_condition_stays() -> None:
    hall = Hall()
    hall.opened(condition=hall.event())
    assert broken(hall, went(hall, condition=None)) == [DECIDED]


@pytest.mark.parametrize("changes", [{"status": SETTLED}, {"given": (0,)}, {"version": 2}])
def test_it_begins_open_and_empty(changes: dict[str, object]) -> None:
    hall = Hall().opened()
    other, since = exchange_key(salt("other")), standing_key(salt("other"))
    first = msgspec.structs.replace(hall.record, **changes)
    assert broken(hall, {other: terms(first)}) == []
    assert DECIDED in broken(hall, {other: terms(first), since: standing(first)})


def test_it_does_not_settle_without_a_consent_a_leg_its_condition_or_too_late() -> None:
    late = Hall().full()
    late.later(DEADLINE + 1)
    assert broken(late, settled(late)) == [DECIDED]
    half = Hall().opened().gives_title()
    moved = {**went(half, status=SETTLED), **bill(half, possessor=IDS["consignee"])}
    assert broken(half, moved) == [DECIDED]
    waits = Hall()
    waits.opened(condition=waits.event()).gives_title().gives_money()
    assert broken(waits, settled(waits)) == [DECIDED]


def paid_and_settled(hall: Hall, **changes: object) -> Changed:
    """What an ESCROW_DEPOSIT that settles writes, of a hall whose bill is in."""
    agreed = tuple(sorted((IDS["consignee"], IDS["shipper"])))
    told = {"agreed": agreed, "given": (0, 1), "status": SETTLED, **changes}
    paid = {**account("consignee", 0), **account("shipper", PRICE)}
    return {**went(hall, **told), **bill(hall, possessor=IDS["consignee"]), **paid}


def test_who_pays_last_settles_what_is_his_to_pay() -> None:
    hall = Hall().opened().gives_title()
    assert broken(hall, paid_and_settled(hall), "consignee") == []
    by_another = broken(hall, paid_and_settled(hall), "shipper")
    assert by_another == [DECIDED, BY_ITSELF]
    unpaid = {**paid_and_settled(hall), **account("consignee", PRICE)}
    assert broken(hall, unpaid, "consignee") == [MONEY]
    twice = {**paid_and_settled(hall), **account("shipper", 2 * PRICE)}
    assert broken(hall, twice, "consignee") == [MONEY]
    held = {**paid_and_settled(hall), **account("consignee", 0, PRICE)}
    assert broken(hall, held, "consignee") == [FOLLOWS]
    back = paid_and_settled(hall, status=RETURNED)
    assert MONEY in broken(hall.later(DEADLINE + 1), {**back, **bill(hall)}, "consignee")


def test_nothing_but_money_is_given_by_the_act_that_settles() -> None:
    hall = Hall().opened().gives_money()
    told = {**went(hall, given=(0, 1), status=SETTLED), **bill(hall, possessor=IDS["consignee"])}
    paid = {**account("consignee", 0), **account("shipper", PRICE)}
    assert broken(hall, {**told, **paid}) == [DECIDED]


def test_it_does_not_go_back_while_it_can_settle_behind_somebodys_back() -> None:
    hall = Hall().full()
    assert broken(hall, returned(hall)) == [DECIDED]
    assert broken(hall, returned(hall), "buyer", "consignee") == [DECIDED]
    hall.bill.frozen()
    assert broken(hall, returned(hall), "buyer") == []


def test_it_goes_back_once_its_condition_failed() -> None:
    hall = Hall()
    hall.opened(condition=hall.event(until=hall.world.time_s + 5)).gives_title().gives_money()
    assert broken(hall, returned(hall)) == [DECIDED]
    hall.later(9)
    assert broken(hall, returned(hall)) == []


def test_nobody_is_made_to_agree_and_nothing_is_ungiven() -> None:
    hall = Hall().opened().gives_title()
    for names, actor in ((("consignee", "shipper"), "shipper"), (("shipper",), "consignee")):
        agreed = tuple(sorted(IDS[name] for name in names))
        expected = [] if actor == "consignee" else [BY_ITSELF]
        assert broken(hall, went(hall, agreed=agreed), actor) == expected
    assert broken(hall, went(hall, agreed=())) == [BY_ITSELF]
    both = tuple(sorted((IDS["consignee"], IDS["shipper"])))
    assert broken(hall, went(hall, agreed=both), "consignee") == []
    assert broken(hall, went(hall, given=())) == [BY_ITSELF]


def test_a_settled_title_that_is_not_the_takers_is_noticed() -> None:
    hall = Hall().full()
    for changes in (
        {"possessor": IDS["shipper"]},
        {"possessor": IDS["buyer"]},
        {"possessor": IDS["consignee"], "escrow": hall.title.escrow},
    ):
        assert BOTH in broken(hall, {**settled(hall), **bill(hall, **changes)})
    without = settled(hall)
    del without[key(hall.bill.title)]
    assert BOTH in broken(hall, without)


def three_strands() -> Hall:
    """Title to be surrendered, money, the right to the box: ready to settle."""
    hall = Hall()
    hall.quay.announced().green()
    hall.opened(hall.title_leg("SURRENDER"), hall.deposit_leg(), hall.release_leg())
    return hall.gives_title().gives_money().does("carrier", "AGREE")


def test_a_surrender_that_its_carrier_or_claimant_had_no_part_in_is_noticed() -> None:
    hall, granted = three_strands(), three_strands().settles().quay.right

    def told(claimant: str, offered_to: str) -> Changed:
        ended = {"possessor": IDS["carrier"], "status": "SURRENDERED"}
        right = msgspec.structs.replace(granted, offered_to=IDS[offered_to])
        title = bill(hall, **ended, claimant=IDS[claimant])
        return {**settled(hall), **title, right_key(hall.quay.box): right}

    assert broken(hall, told("consignee", "consignee")) == []
    assert broken(hall, told("buyer", "consignee")) == [BOTH]
    assert broken(hall, told("consignee", "buyer")) == [BOTH]
    without = told("consignee", "consignee")
    del without[right_key(hall.quay.box)]
    assert broken(hall, without) == [BOTH]


def test_a_surrender_to_a_carrier_that_has_no_part_in_it_is_noticed() -> None:
    hall = Hall().full()
    (money,) = (leg for leg in hall.record.legs if leg.giver == IDS["consignee"])
    leg = msgspec.structs.replace(hall.record.legs[0], how="SURRENDER")
    forged = encode_record(terms(msgspec.structs.replace(hall.record, legs=(leg, money))))
    hall.world.state = {**hall.world.state, exchange_key(hall.exchange): forged}
    ended = {"possessor": IDS["carrier"], "status": "SURRENDERED", "claimant": IDS["consignee"]}
    assert broken(hall, {**settled(hall), **bill(hall, **ended)}) == [BOTH]


def test_a_returned_title_that_is_not_its_givers_is_noticed() -> None:
    hall = Hall().full().later(DEADLINE + 1)
    for changes in ({"possessor": IDS["consignee"]}, {"escrow": hall.title.escrow}):
        assert BOTH in broken(hall, {**returned(hall), **bill(hall, **changes)})
    without = returned(hall)
    del without[key(hall.bill.title)]
    assert BOTH in broken(hall, without)


def test_a_receivable_that_stays_behind_or_goes_astray_is_noticed() -> None:
    hall = Hall()
    name = hall.receivable()
    hall.opened(hall.receivable_leg(name)).gives_receivable(name).does("buyer", "AGREE")
    share = hall.share(name)
    for creditor, escrow, expected in (
        ("buyer", "", []),
        ("shipper", "", [BOTH]),
        ("bank", "", [BOTH]),
        ("buyer", hall.exchange, [BOTH]),
    ):
        moved = msgspec.structs.replace(share, creditor=IDS[creditor], escrow=escrow)
        told = {**went(hall, status=SETTLED), receivable_key(name): moved}
        assert broken(hall, told) == expected
    hall.later(DEADLINE + 1)
    for creditor, expected in (("shipper", []), ("buyer", [BOTH])):
        moved = msgspec.structs.replace(share, creditor=IDS[creditor], escrow="")
        told = {**went(hall, status=RETURNED), receivable_key(name): moved}
        assert broken(hall, told) == expected


@pytest.mark.parametrize(
    "changed",
    [
        {**account("consignee", PRICE), **account("shipper", 0)},
        {**account("consignee", 0), **account("shipper", PRICE - 1)},
        {**account("consignee", 0), **account("shipper", 0), **account("buyer", PRICE)},
        {**account("consignee", 1), **account("shipper", PRICE)},
    ],
)
def test_money_that_goes_to_somebody_else_is_noticed(changed: Changed) -> None:
    hall = Hall().full()
    assert broken(hall, {**settled(hall), **changed}) == [MONEY]


def test_money_that_stays_in_escrow_or_comes_back_to_another_is_noticed() -> None:
    hall = Hall().full()
    kept = {**settled(hall), **account("consignee", 0, PRICE)}
    assert broken(hall, kept) == [FOLLOWS]
    hall.later(DEADLINE + 1)
    astray = {**returned(hall), **account("consignee", 0), **account("shipper", PRICE)}
    assert broken(hall, astray) == [MONEY]


def test_escrow_that_comes_and_goes_without_its_exchange_is_noticed() -> None:
    hall = Hall().full()
    assert broken(hall, bill(hall)) == [FOLLOWS]
    assert broken(hall, account("consignee", PRICE)) == [FOLLOWS]
    assert broken(hall, account("consignee", 0, PRICE + 1)) == [FOLLOWS]
    other = Escrow(exchange=salt("other"), how="TRANSFER", to=IDS["buyer"])
    assert broken(hall, bill(hall, escrow=other)) == [FOLLOWS]
    name = hall.receivable()
    held = msgspec.structs.replace(hall.share(name), escrow=salt("other"))
    assert broken(hall, {receivable_key(name): held}) == [FOLLOWS]


def test_a_receivable_that_is_paid_in_escrow_is_free_of_it() -> None:
    hall = Hall()
    name = hall.receivable()
    hall.opened(hall.receivable_leg(name)).gives_receivable(name)
    closed = msgspec.structs.replace(hall.share(name), escrow="", status="REDEEMED")
    assert broken(hall, {receivable_key(name): closed}) == []
    freed = msgspec.structs.replace(hall.share(name), escrow="")
    assert broken(hall, {receivable_key(name): freed}) == [FOLLOWS]


def test_what_is_given_is_held_by_what_it_was_given_to() -> None:
    hall = Hall().opened()
    given = went(hall, given=(1,), agreed=tuple(sorted((IDS["consignee"], IDS["shipper"]))))
    assert broken(hall, given, "consignee") == [FOLLOWS]
    told = {**given, **account("consignee", 0, PRICE)}
    assert broken(hall, told, "consignee") == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"version": 2},
        {"agreed": ()},
        {"given": (0, 0)},
        {"given": (1,)},
        {"given": (2,)},
        {"status": SETTLED},
    ],
)
def test_an_exchange_begins_with_what_its_opener_gave_and_nothing_else(
    changes: Mapping[str, object],
) -> None:
    """Leg 0 is the opener's receivable, which is not in escrow; 1 another's money; 2 a title."""
    hall, there = Hall(), Hall()
    share = there.receivable()
    assert hall.receivable() == share
    there.opened(there.receivable_leg(share), there.deposit_leg(), there.title_leg())
    began = msgspec.structs.replace(there.record, **{"given": (0,), **changes})
    records: Changed = {
        exchange_key(there.exchange): terms(began),
        standing_key(there.exchange): standing(began),
    }
    assert DECIDED in broken(hall, records)
    held = msgspec.structs.replace(there.share(share), escrow=there.exchange)
    assert (DECIDED in broken(hall, {**records, receivable_key(share): held})) == bool(changes)


def test_an_exchange_may_begin_with_its_opener_s_receivable() -> None:
    hall, there = Hall(), Hall()
    share = there.receivable()
    assert hall.receivable() == share
    there.opened(there.receivable_leg(share), there.deposit_leg(), given=[0])
    began = there.record
    records: Changed = {
        exchange_key(there.exchange): terms(began),
        standing_key(there.exchange): standing(began),
        receivable_key(share): there.share(share),
    }
    assert DECIDED not in broken(hall, records)
