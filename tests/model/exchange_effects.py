# SPDX-License-Identifier: Apache-2.0
"""What acts of the exchange do: entered, posted, and done in their carriers' names."""

from collections.abc import Callable, Mapping

from model.capital_model import amount_in
from model.capital_reasons import backed
from model.cargo_reasons import CARGO
from model.exchange_model import Done, Trade, named
from model.exchange_reasons import REASONS, Reasons, hand_over, releases_of
from model.ledger_model import Ledger, Moment
from model.title_model import Body, Fact

Effect = Callable[[Ledger, str, Body, Moment], None]


def opened(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """An exchange comes into being."""
    name = named(exchange=moment.transaction)
    trade = ledger.hall.trades[name] = Trade(name, actor, body)
    ledger.touched.add(f"exchange/{name}")
    if "given" in body:
        ledger.touched.add(f"standing/{name}")
    for number in body.get("given", ()):
        leg = trade.legs[number]
        if leg["asset"] == "receivable":
            _receivable(ledger, leg["receivable"], name, moment)
        else:
            money_in(ledger, trade, actor, {"leg": number}, moment)


def done(act: str, change: Callable[[Ledger, Trade, str, Body, Moment], None]) -> Effect:
    """Something is done to an exchange."""

    def happened(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
        trade = ledger.hall.trades[body["exchange"]]
        change(ledger, trade, actor, body, moment)
        trade.since.append(Done(act, actor, body.get("leg", -1)))
        ledger.touched.add(f"standing/{trade.name}")

    return happened


def nothing(_ledger: Ledger, _trade: Trade, _actor: str, _body: Body, _moment: Moment) -> None:
    """Nothing besides."""


def title_in(ledger: Ledger, _trade: Trade, actor: str, body: Body, moment: Moment) -> None:
    """A title goes in."""
    history, _ = ledger.registry.titles[body["title"]]
    ledger.follow(history, Fact("ESCROW_TITLE", actor, body, moment.transaction))


def receivable_in(ledger: Ledger, trade: Trade, _actor: str, body: Body, moment: Moment) -> None:
    """A receivable goes in."""
    _receivable(ledger, body["receivable"], trade.name, moment)


def _receivable(ledger: Ledger, name: str, escrow: str, moment: Moment) -> None:
    share = ledger.market.shares[name]
    share.escrow = escrow
    share.acts.append(moment.transaction)
    ledger.touched.add(f"receivable/{name}")


def money_in(ledger: Ledger, trade: Trade, actor: str, body: Body, _moment: Moment) -> None:
    """Money goes in."""
    leg = trade.legs[body["leg"]]
    where, amount = (leg["bank"], leg["currency"]), amount_in(leg["sum"])
    ledger.market.journal.post(
        (("deposit", *where, actor), -amount), (("held", *where, actor), amount)
    )
    ledger.touched.add(f"balance/{':'.join((*where, actor))}")


def paid(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """Money goes in, and where titles are named everything moves."""
    trade, settles = ledger.hall.trades[body["exchange"]], "titles" in body
    money_in(ledger, trade, actor, body, moment)
    trade.since.append(Done("ESCROW_DEPOSIT", actor, body["leg"], settles))
    ledger.touched.add(f"standing/{trade.name}")
    if settles:
        settled(ledger, trade, actor, body, moment)


def _money_out(ledger: Ledger, leg: Body, to: str) -> None:
    where, amount = (leg["bank"], leg["currency"]), amount_in(leg["sum"])
    ledger.market.journal.post(
        (("held", *where, leg["giver"]), -amount), (("deposit", *where, leg[to]), amount)
    )
    ledger.touched |= {f"balance/{':'.join((*where, leg[one]))}" for one in ("giver", to)}


def settled(ledger: Ledger, trade: Trade, actor: str, _body: Body, moment: Moment) -> None:
    """Everything moves."""
    hand_over(ledger, trade, actor, moment)
    for _, leg in trade.of("receivable"):
        share = ledger.market.shares[leg["receivable"]]
        share.backers = backed(share, leg["giver"], leg["taker"], stands=leg["with_recourse"])
        share.creditor = leg["taker"]
        _receivable(ledger, leg["receivable"], "", moment)
    for _, leg in trade.of("deposit"):
        _money_out(ledger, leg, "taker")
    for leg in trade.legs:
        if leg["asset"] == "release":
            for act, body in releases_of(leg):
                CARGO[act][1](ledger, leg["giver"], body, moment)


def returned(ledger: Ledger, trade: Trade, actor: str, _body: Body, moment: Moment) -> None:
    """Everything goes back."""
    for _, leg in trade.of("title"):
        history, standing = ledger.registry.titles[leg["title"]]
        terms = standing.escrow or {}
        ledger.follow(history, Fact("GIVEN_BACK", actor, terms, moment.transaction))
    for _, leg in trade.of("receivable"):
        if ledger.market.shares[leg["receivable"]].escrow == trade.name:
            _receivable(ledger, leg["receivable"], "", moment)
    for _, leg in trade.of("deposit"):
        _money_out(ledger, leg, "giver")


def fact_stated(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """Somebody stands for an event."""
    name = named(by=actor, code=body["code"], subject=body["subject"])
    ledger.hall.facts[name] = {**body, "by": actor, "stated_at": moment.time}
    ledger.touched.add(f"fact/{name}")


def readings_stated(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> None:
    """Somebody stands for readings."""
    told = {one: body[one] for one in ("quantity", "since", "subject", "until")}
    name = named(by=actor, **told)
    ledger.hall.readings[name] = {**body, "by": actor}
    ledger.touched.add(f"readings/{name}")


def retracted(ledger: Ledger, _actor: str, body: Body, _moment: Moment) -> None:
    """Nobody does any more."""
    kind = "fact" if body["fact"] in ledger.hall.facts else "readings"
    (ledger.hall.facts if kind == "fact" else ledger.hall.readings).pop(body["fact"])
    ledger.touched.add(f"{kind}/{body['fact']}")


EFFECTS: Mapping[str, Effect] = {
    "AGREE": done("AGREE", nothing),
    "CONFIRM_PAYMENT": done("CONFIRM_PAYMENT", nothing),
    "ESCROW_DEPOSIT": paid,
    "ESCROW_RECEIVABLE": done("ESCROW_RECEIVABLE", receivable_in),
    "ESCROW_TITLE": done("ESCROW_TITLE", title_in),
    "OPEN": opened,
    "RETRACT_FACT": retracted,
    "RETURN": done("RETURN", returned),
    "SETTLE": done("SETTLE", settled),
    "STATE_FACT": fact_stated,
    "STATE_READINGS": readings_stated,
}
EXCHANGE: Mapping[str, tuple[Reasons, Effect]] = {
    act: (REASONS[act], effect) for act, effect in EFFECTS.items()
}
"""Every act of the room: why not, and what it does."""
