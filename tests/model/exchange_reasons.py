# SPDX-License-Identifier: Apache-2.0
"""Why an act of the exchange is refused, in its order: docs/reference/exchange.md and title.md."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from model.capital_model import BACKERS_MAX, MOST, amount_in
from model.capital_reasons import BAD_AMOUNT, backed, lacking_pledgees
from model.cargo_reasons import CARGO, plays
from model.cargo_release_model import Box, is_sorted
from model.exchange_model import (
    AHEAD_DAYS,
    GIVING,
    Done,
    Trade,
    is_in_form,
    named,
    objects_of,
)
from model.ledger_model import Ledger, Moment
from model.title_model import Body, Fact
from model.title_reasons import CURRENCIES, DAY, Case, Verdict, after, first, gate, only

Reasons = Callable[[Ledger, str, Body, Moment], Verdict]
MET, WAITS, FAILED = "MET", "WAITS", "FAILED"

# opening


def open_exchange(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """Legs are put to their parties."""
    legs, condition = body["legs"], body.get("condition")
    parties = {leg[side] for leg in legs for side in ("giver", "taker")}
    objects = list(objects_of(legs))
    soon = moment.time < body["deadline"] <= moment.time + AHEAD_DAYS * DAY
    why = first(("exchange.bad_deadline", not soon))
    for leg in legs:
        why = why or _why_no_leg(leg)
    given = body.get("given", [])
    why = why or first(
        ("exchange.bad_leg", len(objects) != len(set(objects)) or given != sorted(set(given))),
        ("exchange.not_party", actor not in parties),
        ("identity.unknown_controller", not parties <= {*ledger.people}),
        ("exchange.bad_condition", condition is not None and not is_in_form(condition)),
    )
    return after(why, lambda: _why_not_given(ledger, actor, body, moment))


def _why_not_given(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """One leg after the other, what went in before being gone."""
    spent: dict[tuple[str, ...], int] = {}
    shares: list[str] = []
    for number in body.get("given", ()):
        leg = body["legs"][number] if number < len(body["legs"]) else {"asset": ""}
        asset = leg["asset"]
        why = first(
            ("exchange.no_such_leg", asset not in {"deposit", "receivable"}),
            ("exchange.not_giver", leg.get("giver") != actor),
        )
        if not why and asset == "receivable":
            why = why_not_in_hand(ledger, leg, actor)
            shares.append(leg["receivable"])
        elif not why:
            account = (leg["bank"], leg["currency"], actor)
            spent[account] = spent.get(account, 0) + amount_in(leg["sum"])
            why = _why_no_money(ledger, leg, actor, spent[account])
        if why:
            return only(why)
    given = [ledger.market.shares[one] for one in shares]
    return lacking_pledgees(given, actor, moment) if given else Verdict()


def _why_no_leg(leg: Body) -> str:
    bare = "sum" in leg and not amount_in(leg["sum"])
    strange = "currency" in leg and leg["currency"] not in CURRENCIES
    window = leg.get("valid_from", 0) >= leg.get("valid_until", 1)
    return first(
        ("exchange.bad_leg", leg["giver"] == leg["taker"]),
        (BAD_AMOUNT, bare),
        ("capital.bad_currency", strange),
        ("exchange.bad_leg", not is_sorted(leg.get("boxes", ())) or window),
    )


# what every act on one asks first


def on_trade(
    then: Callable[[Ledger, Trade, str, Body, Moment], Verdict], *, in_time: bool = True
) -> Reasons:
    """An act on an exchange that is open."""

    def reasons(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
        trade = ledger.hall.trades.get(body["exchange"])
        if trade is None:
            return only("exchange.unknown")
        late = moment.time > trade.body["deadline"]
        why = first(
            ("exchange.decided", trade.status != "OPEN"), ("exchange.ended", in_time and late)
        )
        return after(why, lambda: then(ledger, trade, actor, body, moment))

    return reasons


def agree(_ledger: Ledger, trade: Trade, actor: str, _body: Body, _moment: Moment) -> Verdict:
    """It is agreed to."""
    return only(
        first(
            ("exchange.not_party", actor not in trade.parties),
            ("exchange.escrowed_already", actor in trade.agreed),
        )
    )


def on_leg(act: str, then: Callable[[Ledger, Trade, Body, str, Body, Moment], Verdict]) -> Reasons:
    """An act that gives a leg."""

    def reasons(ledger: Ledger, trade: Trade, actor: str, body: Body, moment: Moment) -> Verdict:
        number = body["leg"]
        leg = trade.legs[number] if number < len(trade.legs) else {"asset": ""}
        by = "bank" if act == "CONFIRM_PAYMENT" else "giver"
        why = first(
            ("exchange.no_such_leg", leg["asset"] != GIVING[act]),
            ("exchange.escrowed_already", number in trade.given),
            ("exchange.not_giver", leg.get(by) != actor),
        )
        return after(why, lambda: then(ledger, trade, leg, actor, body, moment))

    return on_trade(reasons)


def escrow_title(
    ledger: Ledger, trade: Trade, leg: Body, actor: str, body: Body, moment: Moment
) -> Verdict:
    """A title goes in."""
    registry, to, how = ledger.registry, body["to"], body["how"]
    terms = ("title", "how", "last_act")
    other = leg["taker"] != to or any(leg[one] != body[one] for one in terms)
    why = first(("exchange.other_object", other))
    why = why or gate(registry, "ESCROW_TITLE", body, moment.time)
    if why:
        return only(why)
    history, standing = registry.titles[body["title"]]
    case = Case(registry, history, standing, actor, body, moment.when)
    endorsed, in_force = how == "ENDORSE_TO_ORDER", standing.in_force
    why = case.held or first(
        ("title.not_titleholder", how == "SURRENDER" and not case.may_claim),
        ("title.straight_recipient", not _may_get(case, how, to)),
        ("title.not_negotiable", endorsed and not history.issued["is_to_order"]),
        ("title.not_endorsee", endorsed and in_force.endorsee not in {"", actor}),
        ("title.may_not_endorse", endorsed and not in_force.may_endorse),
    )
    if why:
        return only(why)
    pledge = case.pledge
    paid = pledge is not None and (pledge.pledgee, pledge.beneficiary) == (actor, to)
    lack = Verdict() if paid else case.pledged("ESCROW_TITLE")
    absent = how == "SURRENDER" and history.issuer not in trade.parties
    return lack if lack.wanted else only(first(("exchange.carrier_absent", absent)))


def _may_get(case: Case, how: str, to: str) -> bool:
    """Whether a straight bill may go there, or its goods be claimed by it (T16)."""
    ends = {case.history.named("shipper"), case.standing.consignee}
    if how == "SURRENDER":
        return not case.history.is_straight or to in ends
    return case.straight_to(to)


def escrow_receivable(
    ledger: Ledger, _trade: Trade, leg: Body, actor: str, body: Body, moment: Moment
) -> Verdict:
    """A receivable goes in."""
    if any(leg[one] != body[one] for one in ("receivable", "last_act")):
        return only("exchange.other_object")
    why = why_not_in_hand(ledger, leg, actor)
    shares = [ledger.market.shares[body["receivable"]]] if not why else []
    return after(why, lambda: lacking_pledgees(shares, actor, moment))


def why_not_in_hand(ledger: Ledger, leg: Body, actor: str) -> str:
    """Why it is not there to be given as the leg says; nothing where it is."""
    market = ledger.market
    share = market.shares.get(leg["receivable"])
    if share is None:
        return "capital.unknown_receivable"
    return first(
        ("capital.closed", bool(share.ended)),
        ("capital.stale_receivable", share.acts[-1] != leg["last_act"]),
        ("capital.in_escrow", bool(share.escrow)),
        ("capital.not_creditor", share.creditor != actor),
        ("exchange.other_object", market.worth(leg["receivable"]) != amount_in(leg["sum"])),
        ("exchange.leg_broken", not _is_sound(ledger, share.payable)),
    )


def _is_sound(ledger: Ledger, payable: str) -> bool:
    """Confirmed, neither disputed nor in default."""
    found = ledger.market.invoices[payable]
    return ledger.market.status(payable) == "CONFIRMED" and not found.dispute


def escrow_deposit(
    ledger: Ledger, trade: Trade, leg: Body, actor: str, body: Body, moment: Moment
) -> Verdict:
    """Money goes in; where titles are named, it settles as well, or no money goes in."""
    why = _why_no_money(ledger, leg, actor, amount_in(leg["sum"]))
    if "titles" not in body:
        return only(why)
    return after(why, lambda: _settle_with(ledger, trade, actor, body, moment))


def _why_no_money(ledger: Ledger, leg: Body, actor: str, amount: int) -> str:
    market, where = ledger.market, (leg["bank"], leg["currency"])
    unknown = {(*where, leg["taker"]), (*where, actor)} - market.customers
    free = market.journal.sum("deposit", *where, actor)
    return first(
        ("capital.not_customer", bool(unknown)),
        ("capital.insufficient_funds", free < amount),
    )


def _settle_with(ledger: Ledger, trade: Trade, actor: str, body: Body, moment: Moment) -> Verdict:
    """Whether it would settle with this leg."""
    trade.since.append(Done("ESCROW_DEPOSIT", actor, body["leg"]))
    try:
        return settle(ledger, trade, actor, body, moment)
    finally:
        trade.since.pop()


def confirm_payment(
    ledger: Ledger, _trade: Trade, _leg: Body, actor: str, _body: Body, _moment: Moment
) -> Verdict:
    """A bank says that money outside was paid."""
    return only(first(("capital.not_bank", not plays(ledger, actor, "bank"))))


# conditions


def judged(ledger: Ledger, asked: Body, time: int) -> str:
    """Whether a condition is met, waits, or has failed."""
    return CONDITIONS[asked["asks"]](ledger, asked, time)


def _event(ledger: Ledger, asked: Body, time: int) -> str:
    told = {one: asked[one] for one in ("by", "code", "subject")}
    fact = ledger.hall.facts.get(named(**told))
    wanted = [one for one in ("content", "place") if one in asked]
    in_time = fact is not None and max(fact["time"], fact["stated_at"]) <= asked["until"]
    if fact is not None and in_time and all(asked[one] == fact.get(one) for one in wanted):
        return MET
    return FAILED if time > asked["until"] else WAITS


def _band(ledger: Ledger, asked: Body, _time: int) -> str:
    told = {one: asked[one] for one in ("by", "quantity", "since", "subject", "until")}
    found = ledger.hall.readings.get(named(**told))
    if found is None:
        return WAITS
    inside = asked["least"] <= found["least"] and found["most"] <= asked["most"]
    return MET if inside else FAILED


def _title(ledger: Ledger, asked: Body, _time: int) -> str:
    found = ledger.registry.titles.get(asked["title"])
    if found is None:
        return WAITS
    if found[1].status == asked["status"]:
        return MET
    return FAILED if found[1].over else WAITS


def _box(ledger: Ledger, asked: Body, _time: int) -> str:
    return MET if asked["status"] in _been(ledger.quay.of(asked["box"])) else WAITS


def _been(box: Box) -> Iterator[str]:
    """How far it got."""
    if box.loads:
        yield "LOADED"
    if box.announced is not None:
        yield "ANNOUNCED"
        if box.customs.get("status") == "CLEARED":
            yield "CLEARED"
        if box.exit is not None:
            yield "GATED_OUT"
        if box.back is not None:
            yield "RETURNED"


def _together(decides: str, ledger: Ledger, asked: Body, time: int) -> str:
    states = [judged(ledger, one, time) for one in asked["of"]]
    if decides in states:
        return decides
    return WAITS if WAITS in states else states[0]


CONDITIONS: Mapping[str, Callable[[Ledger, Body, int], str]] = {
    "all": partial(_together, FAILED),
    "any": partial(_together, MET),
    "box": _box,
    "event": _event,
    "not_before": lambda _ledger, asked, time: MET if time >= asked["time"] else WAITS,
    "readings": _band,
    "title": _title,
}

# decisions


def settle(ledger: Ledger, trade: Trade, actor: str, body: Body, moment: Moment) -> Verdict:
    """Everything moves."""
    condition = trade.body.get("condition")
    unmet = condition is not None and judged(ledger, condition, moment.time) != MET
    why = first(
        ("exchange.not_party", actor not in trade.parties),
        ("exchange.waits", bool(trade.waits_for) or unmet),
        ("exchange.named_titles", not _names_its_titles(trade, body)),
    )
    gained: dict[tuple[str, ...], int] = {}
    for leg in trade.legs:
        why = why or _why_not_moved(ledger, leg, body, trade, gained)
    return only(why) if why else _why_not_released(ledger, trade, actor, moment)


def _names_its_titles(trade: Trade, body: Body) -> bool:
    held = sorted(leg["title"] for _, leg in trade.of("title"))
    return [one["title"] for one in body["titles"]] == held


def _why_not_moved(
    ledger: Ledger, leg: Body, body: Body, trade: Trade, gained: dict[tuple[str, ...], int]
) -> str:
    if leg["asset"] == "title":
        standing = ledger.registry.titles[leg["title"]][1]
        return _stale(ledger, leg, body) or first(("title.frozen", bool(standing.freeze)))
    if leg["asset"] == "receivable":
        share = ledger.market.shares[leg["receivable"]]
        chain = backed(share, leg["giver"], leg["taker"], stands=leg["with_recourse"])
        return first(
            ("exchange.leg_broken", _is_worth_another_sum(ledger, leg, trade)),
            ("capital.too_many_recourses", len(chain) > BACKERS_MAX),
        )
    return _too_rich(ledger, leg, gained) if leg["asset"] == "deposit" else ""


def _stale(ledger: Ledger, leg: Body, body: Body) -> str:
    last = ledger.registry.titles[leg["title"]][1].last
    seen = {one["title"]: one["last_act"] for one in body["titles"]}
    return first(("title.stale", seen[leg["title"]] != last))


def _is_worth_another_sum(ledger: Ledger, leg: Body, trade: Trade) -> bool:
    """Or paid, so that it is no more; or disputed, or in default."""
    share = ledger.market.shares[leg["receivable"]]
    worth = ledger.market.worth(leg["receivable"])
    other = share.escrow != trade.name or worth != amount_in(leg["sum"])
    return other or not _is_sound(ledger, share.payable)


def _too_rich(ledger: Ledger, leg: Body, gained: dict[tuple[str, ...], int]) -> str:
    """Whether the taker would have more than may lie with a bank, his own escrow counted."""
    for side, sign in (("giver", -1), ("taker", 1)):
        account = (leg["bank"], leg["currency"], leg[side])
        gained[account] = gained.get(account, 0) + sign * amount_in(leg["sum"])
    has = sum(ledger.market.journal.sum(one, *account) for one in ("deposit", "held"))
    return first((BAD_AMOUNT, has + gained[account] > MOST))


def _why_not_released(ledger: Ledger, trade: Trade, actor: str, moment: Moment) -> Verdict:
    """The carriers' own acts, as they would be once the titles moved."""
    legs = [leg for leg in trade.legs if leg["asset"] == "release"]
    if not legs:
        return Verdict()
    by_them = moment._replace(approved=frozenset(trade.agreed))
    with as_if(ledger):
        hand_over(ledger, trade, actor, moment)
        for leg in legs:
            for act, body in releases_of(leg):
                reasons, effect = CARGO[act]
                verdict = reasons(ledger, leg["giver"], body, by_them)
                if verdict.refused:
                    return verdict
                effect(ledger, leg["giver"], body, by_them)
    return Verdict()


def releases_of(leg: Body) -> Iterator[tuple[str, Body]]:
    """The acts by which a carrier releases."""
    order = {"boxes": leg["boxes"], "release_to": leg["taker"], "title": leg["title"]}
    yield "ORDER_DELIVERY", order
    window = {one: leg[one] for one in ("valid_from", "valid_until")}
    for box in leg["boxes"]:
        yield "GRANT_PICK_UP", {**window, "box": box, "to": leg["taker"]}


def hand_over(ledger: Ledger, trade: Trade, actor: str, moment: Moment) -> None:
    """Titles move as they were put in."""
    for _, leg in trade.of("title"):
        history, standing = ledger.registry.titles[leg["title"]]
        terms = standing.escrow or {}
        ledger.follow(history, Fact("HANDED_OVER", actor, terms, moment.transaction))


@contextmanager
def as_if(ledger: Ledger) -> Iterator[None]:
    """Whatever happens to titles and boxes in here did not happen afterwards."""
    titles, touched = dict(ledger.registry.titles), set(ledger.touched)
    facts = {title: len(found[0].facts) for title, found in titles.items()}
    deeds = {box: len(found) for box, found in ledger.quay.deeds.items()}
    try:
        yield
    finally:
        ledger.registry.titles, ledger.touched = titles, touched
        for title, count in facts.items():
            del titles[title][0].facts[count:]
        for box in list(ledger.quay.deeds):
            del ledger.quay.deeds[box][deeds.get(box, 0) :]


def give_back(ledger: Ledger, trade: Trade, actor: str, body: Body, moment: Moment) -> Verdict:
    """Everything goes back."""
    if not _has_failed(ledger, trade, moment):
        wanted = trade.concerned - moment.approved - {actor}
        if wanted:
            return Verdict(wanted=frozenset(wanted), soft=frozenset({"exchange.not_returnable"}))
    why = first(("exchange.named_titles", not _names_its_titles(trade, body)))
    for _, leg in trade.of("title"):
        why = why or _stale(ledger, leg, body)
    return only(why)


def _has_failed(ledger: Ledger, trade: Trade, moment: Moment) -> bool:
    condition = trade.body.get("condition")
    frozen = any(ledger.registry.titles[leg["title"]][1].freeze for _, leg in trade.of("title"))
    return (
        moment.time > trade.body["deadline"]
        or (condition is not None and judged(ledger, condition, moment.time) == FAILED)
        or any(_is_worth_another_sum(ledger, leg, trade) for _, leg in trade.of("receivable"))
        or frozen
    )


# facts


def state_fact(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """An event that somebody stands for."""
    name = named(by=actor, code=body["code"], subject=body["subject"])
    return only(
        first(
            ("exchange.bad_fact", body["time"] > moment.time),
            ("exchange.fact_known", name in ledger.hall.facts),
        )
    )


def state_readings(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """Readings that somebody stands for."""
    told = {one: body[one] for one in ("quantity", "since", "subject", "until")}
    odd = body["until"] > moment.time or body["since"] > body["until"]
    return only(
        first(
            ("exchange.bad_fact", odd or body["least"] > body["most"]),
            ("exchange.fact_known", named(by=actor, **told) in ledger.hall.readings),
        )
    )


def retract(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """It is taken back."""
    hall, name = ledger.hall, body["fact"]
    told = hall.facts.get(name) or hall.readings.get(name)
    return only(first(("exchange.unknown_fact", told is None or told["by"] != actor)))


REASONS: Mapping[str, Reasons] = {
    "AGREE": on_trade(agree),
    "CONFIRM_PAYMENT": on_leg("CONFIRM_PAYMENT", confirm_payment),
    "ESCROW_DEPOSIT": on_leg("ESCROW_DEPOSIT", escrow_deposit),
    "ESCROW_RECEIVABLE": on_leg("ESCROW_RECEIVABLE", escrow_receivable),
    "ESCROW_TITLE": on_leg("ESCROW_TITLE", escrow_title),
    "OPEN": open_exchange,
    "RETRACT_FACT": retract,
    "RETURN": on_trade(give_back, in_time=False),
    "SETTLE": on_trade(settle),
    "STATE_FACT": state_fact,
    "STATE_READINGS": state_readings,
}
"""By act."""
