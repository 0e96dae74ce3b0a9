# SPDX-License-Identifier: Apache-2.0
"""Exchanges opened, filled, settled and returned: mostly what comes next, often something else.

Titles, receivables, money and rights that the other moves brought about are traded; the same ones
in several exchanges at once.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from ledger.world import IDS, salt
from model.capital_model import MOST
from model.cast import Cast, Move
from model.exchange_model import Trade, named, parts_of
from model.moves_of_invoices import NOWHERE, TRADERS
from model.moves_of_titles import MovesOfTitles
from model.title_model import Body
from model.wrong_legs import not_so, wrong_legs

OPEN = 6
"""So many exchanges are worked on."""
CODES = ("INSP", "ARRI", "GTOT")
SUBJECTS = tuple(salt(f"subject {number}") for number in range(3))
HOWS = ("TRANSFER", "TRANSFER", "ENDORSE_TO_ORDER", "SURRENDER")
BOXES_STAND = ("ANNOUNCED", "CLEARED", "GATED_OUT", "LOADED", "RETURNED")
TITLES_STAND = ("DELIVERED", "ISSUED", "PAPER", "REPLACED", "SURRENDERED", "VOID")
ON_TITLES = (
    *("TRANSFER", "ENDORSE_TO_ORDER", "PLEDGE", "LEASE", "LETTER_OF_INDEMNITY", "VOID", "FREEZE"),
    *("FREEZE", "SURRENDER_FOR_DELIVERY", "SPLIT", "REFUSE_TRANSFER", "RELEASE_PLEDGE", "UNFREEZE"),
)
ON_SHARES: Mapping[str, Mapping[str, Any]] = {
    "PLEDGE_RECEIVABLE": {"pledgee": IDS["bank"]},
    "RELEASE_RECEIVABLE": {},
    "TRANSFER_RECEIVABLE": {"to": IDS["buyer"], "with_recourse": False},
}
KINDS = (
    *("title deposit", "title deposit", "title payment", "title", "title title"),
    *("receivable deposit", "receivable deposit", "receivable", "title receivable deposit"),
    *("payment", "deposit deposit", "surrender deposit release", "surrender freight", "surrender"),
    *("paid_back deposit", "release payment"),
)
"""Legs that are put to others together."""
Members = dict[str, Any]


class MovesOfExchange:
    """Moves on the exchanges that were opened last."""

    def __init__(self, cast: Cast, titles: MovesOfTitles) -> None:
        self.cast, self.chance, self.ledger = cast, cast.chance, cast.ledger
        self.titles = titles
        self._stated: deque[str] = deque(maxlen=30)

    def move(self) -> Move:
        """One of them."""
        running = self._running()
        if len(running) < 3 or self.cast.odds(0.1):
            return self._off(self._open())
        if self.cast.odds(0.12):
            return self._off(self._about_facts())
        if self.cast.odds(0.09):
            near = [one for one in running if one.is_nearly_there]
            among = near if near and self.cast.odds(0.4) else running
            return self._meddle(self.chance.choice(among))
        return self._off(self._next(self.chance.choice(running)))

    def deadlines(self) -> list[int]:
        """When those that run end."""
        return [int(one.body["deadline"]) for one in self._running()]

    def _running(self) -> list[Trade]:
        recent = list(self.ledger.hall.trades.values())[-4 * OPEN :]
        return [one for one in recent if one.status == "OPEN"][-OPEN:]

    # opening

    def _open(self) -> Move:
        shares = self.ledger.market.shares
        unfree = [one for one in list(shares)[-60:] if shares[one].pledgee or shares[one].ended]
        if unfree and self.cast.odds(0.05):
            return self._again(self.chance.choice(unfree))
        found = [LEGS[one](self) for one in self.chance.choice(KINDS).split()]
        legs = [leg for leg in found if leg is not None] or [self._deposit()]
        if self.cast.odds(0.04):
            legs.append(dict(self.chance.choice(legs)))
        parties = sorted({leg[side] for leg in legs for side in ("giver", "taker")})
        deadline = self.cast.later(0.004, 0.05, 2, 30, 120)
        body: Members = {"deadline": deadline, "legs": legs}
        if self.cast.odds(0.2):
            body["condition"] = self._condition()
        actor = self.chance.choice(parties)
        return Move(actor, "exchange.OPEN", {**body, **self._at_once(legs, actor)})

    def _at_once(self, legs: list[Members], actor: str) -> Members:
        """What its opener gives by opening: often whatever it can, seldom what it can not."""
        own = [number for number, leg in enumerate(legs) if leg["giver"] == actor]
        given = [one for one in own if legs[one]["asset"] in {"deposit", "receivable"}]
        if not self.cast.odds(0.35):
            return {}
        if self.cast.odds(0.08):
            given = self.chance.choice(([*given, *given], [*own, 9], [*range(len(legs))]))
        elif given and self.cast.odds(0.3):
            leg = legs[self.chance.choice(given)]
            leg |= not_so(self.cast, leg)
        return {"given": given} if given else {}

    def _title(self, how: str = "") -> Members | None:
        titles = self.ledger.registry.titles
        live = [one for one in self.titles.recent if not titles[one][1].over]
        free = [
            one
            for one in live
            if not (titles[one][1].escrow or titles[one][1].freeze or titles[one][0].is_waybill)
        ]
        if not live:
            return None
        name = self.chance.choice(free if free and self.cast.odds(0.85) else live)
        over = [one for one in self.titles.recent if titles[one][1].over]
        if over and self.cast.odds(0.08):
            name = self.chance.choice(over)
        history, standing = titles[name]
        how = how or self.chance.choice(HOWS)
        taker = self._trader()
        if history.is_straight and self.cast.odds(0.7):
            taker = self.chance.choice((standing.consignee, history.named("shipper")))
        giver = standing.possessor or history.named("shipper")
        giver = giver if self.cast.odds(0.95) else self._trader()
        told = {"asset": "title", "giver": giver, "how": how, "taker": taker}
        return {**told, **self._seen(name)}

    def _surrender(self) -> Members | None:
        titles = self.ledger.registry.titles
        leg = self._title("SURRENDER")
        boxed = [
            one
            for one in self.titles.recent
            if not titles[one][1].over and self._boxes_of(one) and not titles[one][0].is_waybill
        ]
        if leg and boxed and self.cast.odds(0.7):
            leg |= self._seen(self.chance.choice(boxed))
            leg["giver"] = titles[leg["title"]][1].possessor
        return leg

    def _paid_back(self) -> Members | None:
        """A pledgee gives its beneficiary the bill."""
        titles = self.ledger.registry.titles
        for name in self.titles.recent:
            pledge = titles[name][1].pledge
            if pledge and titles[name][1].possessor == pledge.pledgee:
                how = self.chance.choice(HOWS)
                sides = {"giver": pledge.pledgee, "taker": pledge.beneficiary}
                return {"asset": "title", "how": how, **sides, **self._seen(name)}
        return self._title()

    def _receivable(self) -> Members | None:
        market = self.ledger.market
        recent = list(market.shares)[-60:]
        live = [one for one in recent if not market.shares[one].ended]
        free = [one for one in live if not market.shares[one].escrow]
        backed = [one for one in free if len(market.shares[one].backers) > 6]
        if not live:
            return None
        name = self.chance.choice(free if free and self.cast.odds(0.85) else recent)
        held = [one for one in live if market.shares[one].escrow]
        if held and self.cast.odds(0.06):
            name = self.chance.choice(held)
        if backed and self.cast.odds(0.2):
            name = self.chance.choice(backed)
        worth = market.worth(name) if self.cast.odds(0.95) else 7
        return {
            "asset": "receivable",
            "giver": market.shares[name].creditor if self.cast.odds(0.95) else self._trader(),
            "last_act": market.shares[name].acts[-1],
            "receivable": name if self.cast.odds(0.97) else NOWHERE,
            "sum": str(max(worth, 1)),
            "taker": self._trader(),
            "with_recourse": self.cast.odds(0.6),
        }

    def _deposit(self) -> Members:
        market = self.ledger.market
        known = sorted(market.customers) or [(IDS["bank"], "EUR", IDS["buyer"])]
        traded = [one for one in known if one[:2] == (IDS["bank"], "EUR")]
        bank, currency, giver = self.chance.choice(traded or known)
        free = market.journal.sum("deposit", bank, currency, giver)
        others = [one[2] for one in known if one[:2] == (bank, currency) and one[2] != giver]
        taker = (
            self.chance.choice(others) if others and self.cast.odds(0.9) else self.cast.anybody()
        )
        most = max(free // self.chance.choice((1, 2, 9)), 1)
        sum_ = self.chance.randint(1, most) + self.cast.odds(0.05) * 9_999
        if self.cast.odds(0.03):
            sum_ = MOST
        told = {"asset": "deposit", "bank": bank, "currency": currency}
        return {**told, "giver": giver, "sum": str(sum_), "taker": taker}

    def _payment(self) -> Members:
        bank = self.cast.bank()
        return {**self._deposit(), "asset": "payment", "bank": bank, "sum": "900"}

    def _freight(self) -> Members:
        carrier = IDS[self.chance.choice(("carrier", "carrier", "other_carrier"))]
        return {**self._payment(), "taker": carrier}

    def _boxes_of(self, title: str) -> list[str]:
        quay = self.ledger.quay
        return sorted(box for box in list(quay.deeds)[-40:] if title in quay.of(box).bills)

    def _release(self) -> Members | None:
        titles = self.ledger.registry.titles
        named_ = [one for one in self.titles.recent if self._boxes_of(one)]
        if not named_:
            return None
        name = self.chance.choice(named_)
        boxes = self._boxes_of(name)[:2]
        if self.cast.odds(0.03):
            boxes = [*boxes[::-1], boxes[0]]
        ends = self.cast.time + self.chance.choice((600, 3 * 86_400))
        return {
            "asset": "release",
            "boxes": boxes,
            "giver": titles[name][0].issuer if self.cast.odds(0.95) else self._trader(),
            "taker": self._trader(),
            "title": name,
            "valid_from": self.cast.time if self.cast.odds(0.97) else ends,
            "valid_until": ends,
        }

    def _condition(self, depth: int = 0) -> Members:
        if depth < 3 + self.cast.odds(0.05) and self.cast.odds(0.25):
            word = self.chance.choice(("all", "any"))
            count = 40 if self.cast.odds(0.02) else self.chance.choice((1, 2, 3))
            deep = [self._condition(depth + 1) for _ in range(min(count, 3))]
            return {"asks": word, "of": [*deep, *(self._bare() for _ in range(count - 3))]}
        return self._bare()

    def _bare(self) -> Members:
        return CONDITIONS[self.chance.choice(sorted(CONDITIONS))](self)

    def _asked_event(self) -> Members:
        asked = {"asks": "event", "by": self._trader(), "code": self.chance.choice(CODES)}
        asked |= {"subject": self.chance.choice(SUBJECTS), "until": self.cast.later(0.01, 1)}
        if self.cast.odds(0.2):
            asked[self.chance.choice(("content", "place"))] = salt("one of two")
        return asked

    def _span(self) -> Members:
        least = self.chance.choice((-1_500, 0, 10**9))
        since = self.cast.time - self.chance.choice((0, 900)) - self.cast.time % 900
        return {
            "least": least,
            "most": least + self.chance.choice((0, 2_000, 2_000, -1)) if least < 9**9 else least,
            "quantity": self.chance.choice(("HUMIDITY", "SHOCK", "TEMPERATURE")),
            "since": since,
            "subject": self.chance.choice(SUBJECTS),
            "until": since + self.chance.choice((0, 60, 60, -1)),
        }

    def _asked_title(self) -> Members:
        names = [*self.titles.recent, NOWHERE]
        status = self.chance.choice(TITLES_STAND)
        return {"asks": "title", "status": status, "title": self.chance.choice(names)}

    def _asked_box(self) -> Members:
        boxes = [*list(self.ledger.quay.deeds)[-10:], NOWHERE]
        status = self.chance.choice(BOXES_STAND)
        return {"asks": "box", "box": self.chance.choice(boxes), "status": status}

    # what comes next

    def _next(self, trade: Trade) -> Move:
        if self.cast.odds(0.05):
            return self._decide(trade, "RETURN")
        late = trade.body["deadline"] < self.cast.time
        if late and self.cast.odds(0.8):
            return self._decide(trade, "RETURN")
        ungiven = trade.ungiven
        if trade.given and self.cast.odds(0.04):
            return self._give(trade, self.chance.choice(trade.given))
        if ungiven and self.cast.odds(0.85):
            moving = [one for one in ungiven if trade.legs[one]["asset"] == "title"]
            first = moving if moving and self.cast.odds(0.6) else ungiven
            return self._give(trade, self.chance.choice(first))
        quiet = sorted(trade.parties - trade.agreed)
        if quiet and self.cast.odds(0.9):
            return Move(self.chance.choice(quiet), "exchange.AGREE", {"exchange": trade.name})
        return self._decide(trade, "SETTLE")

    def _give(self, trade: Trade, number: int) -> Move:
        leg, on = trade.legs[number], {"exchange": trade.name, "leg": number}
        if leg["asset"] == "payment":
            return Move(leg["bank"], "exchange.CONFIRM_PAYMENT", {**on, "entry": salt("entry")})
        if leg["asset"] == "deposit":
            return Move(leg["giver"], "exchange.ESCROW_DEPOSIT", {**on, **self._paying(trade)})
        if leg["asset"] == "receivable":
            told = {**on, "last_act": leg["last_act"], "receivable": leg["receivable"]}
            return Move(leg["giver"], "exchange.ESCROW_RECEIVABLE", told)
        seen = {"last_act": leg["last_act"], "title": leg["title"]}
        told = {**on, "how": leg["how"], **seen, "to": leg["taker"]}
        return Move(leg["giver"], "exchange.ESCROW_TITLE", told)

    def _paying(self, trade: Trade) -> Members:
        """Who pays last often settles by that; who is not the last seldom tries."""
        if not self.cast.odds(0.75 if len(trade.ungiven) == 1 else 0.05):
            return {}
        titles = self._decide(trade, "SETTLE").body["titles"]
        if self.cast.odds(0.15):
            stale = [{**one, "last_act": NOWHERE} for one in titles]
            titles = self.chance.choice((stale, stale, titles[1:])) or [self._seen(NOWHERE)]
        return {"titles": titles}

    def _meddle(self, trade: Trade) -> Move:
        """Do with what is in escrow what is done with what is not."""
        held = [trade.legs[number] for number in trade.given]
        titles = [leg["title"] for leg in held if leg["asset"] == "title"]
        shares = [leg for leg in held if leg["asset"] == "receivable"]
        if titles and (not shares or self.cast.odds(0.5)):
            ready = trade.is_nearly_there and self.cast.odds(0.8)
            act = "FREEZE" if ready else self.chance.choice(ON_TITLES)
            return self.titles.act(self.chance.choice(titles), act)
        if not shares:
            return self._next(trade)
        name = self.chance.choice(shares)["receivable"]
        share = self.ledger.market.shares[name]
        if self.cast.odds(0.4):
            return self._paid(share.payable)
        if self.cast.odds(0.3):
            return self._again(name)
        if self.cast.odds(0.3):
            return self._credited(share.payable, name)
        act, members = self.chance.choice(sorted(ON_SHARES.items()))
        body = {"last_act": share.acts[-1], "receivable": name, **members}
        actor = share.pledgee if share.pledgee and self.cast.odds(0.5) else share.creditor
        return Move(actor, f"capital.{act}", body)

    def _credited(self, payable: str, name: str) -> Move:
        """Written off, or made one with another, while it is in escrow."""
        market = self.ledger.market
        names = sorted(market.open[payable])[:3]
        share, invoice = market.shares[name], market.invoices[payable]
        if len(names) > 1 and self.cast.odds(0.6):
            body: Members = {"receivables": sorted({name, *names})}
            return Move(share.creditor, "capital.MERGE_RECEIVABLES", body)
        body = {"amount": "1", "content": salt("credit note"), "payable": payable}
        body |= {"last_act": invoice.acts[-1], "receivables": [name]}
        return Move(invoice.creditor, "capital.CREDIT_NOTE", body)

    def _again(self, name: str) -> Move:
        """The same receivable in another exchange."""
        for trade in self._running():
            for number, leg in enumerate(trade.legs):
                if leg.get("receivable") == name and number not in trade.given:
                    return self._give(trade, number)
        share = self.ledger.market.shares[name]
        leg = {"asset": "receivable", "giver": share.creditor, "receivable": name}
        leg["last_act"] = share.acts[-1]
        leg |= {"sum": str(self.ledger.market.worth(name)), "with_recourse": False}
        taker = next(one for one in map(IDS.__getitem__, TRADERS) if one != share.creditor)
        body: Members = {"deadline": self.cast.time + 86_400, "legs": [{**leg, "taker": taker}]}
        if self.cast.odds(0.4):
            body["given"] = [0]
        return Move(share.creditor, "exchange.OPEN", body)

    def _paid(self, payable: str) -> Move:
        """The debtor pays a little of what lies in escrow."""
        market = self.ledger.market
        invoice = market.invoices[payable]
        customers = sorted(market.customers)
        banks = [one[0] for one in customers if one[1:] == (invoice.currency, invoice.debtor)]
        body = {
            "amount": str(self.chance.choice((1, 40))),
            "bank": self.chance.choice(banks or [IDS["bank"]]),
            "payable": payable,
            "receivables": sorted(market.open[payable]),
        }
        return Move(invoice.debtor, "capital.REDEEM", body)

    def _seen(self, title: str) -> Members:
        found = self.ledger.registry.titles.get(title)
        return {"last_act": found[1].last if found else NOWHERE, "title": title}

    def _decide(self, trade: Trade, act: str) -> Move:
        held = sorted(leg["title"] for _, leg in trade.of("title"))
        if held and self.cast.odds(0.08):
            stale: Members = {"exchange": trade.name, "titles": []}
            stale["titles"] = [{"last_act": NOWHERE, "title": one} for one in held]
            return Move(self.chance.choice(sorted(trade.parties)), f"exchange.{act}", stale)
        if self.cast.odds(0.05):
            held = self.chance.choice((held[1:], [*held, NOWHERE], [*held, *held]))
        body = {"exchange": trade.name, "titles": [self._seen(one) for one in held]}
        return Move(self.chance.choice(sorted(trade.parties)), f"exchange.{act}", body)

    # facts

    def _about_facts(self) -> Move:
        if self._stated and self.cast.odds(0.15):
            return self._retract()
        wanted = [
            one
            for trade in self._running()
            for one, _ in parts_of(trade.body.get("condition", {}))
            if one.get("asks") in {"event", "readings"}
        ]
        asked = self.chance.choice(wanted) if wanted and self.cast.odds(0.8) else None
        if asked is None:
            asked = self._asked_event() if self.cast.odds(0.5) else {**self._span(), "asks": ""}
        return self._event(asked) if asked["asks"] == "event" else self._readings(asked)

    def _event(self, asked: Body) -> Move:
        actor, ago = asked["by"], self.chance.choice((0, 5))
        is_late = self.cast.time > asked["until"]
        happened = asked["until"] if ago and is_late else self.cast.time - ago
        body = {
            "code": asked["code"],
            "content": asked.get("content", salt("one of two")),
            "subject": asked["subject"],
            "time": happened + 99 * self.cast.odds(0.05),
        }
        if "place" in asked or self.cast.odds(0.1):
            body["place"] = salt(self.chance.choice(("one of two", "another")))
        self._stated.append(named(by=actor, code=body["code"], subject=body["subject"]))
        return Move(actor, "exchange.STATE_FACT", body)

    def _readings(self, asked: Body) -> Move:
        span = {one: asked[one] for one in ("quantity", "since", "subject", "until")}
        actor = asked.get("by", self._trader())
        outside = 5_000 * self.cast.odds(0.2)
        told = {"least": asked["least"], "most": min(asked["most"] + outside, 10**9)}
        self._stated.append(named(by=actor, **span))
        body = {**span, **told, "content": salt("readings")}
        return Move(actor, "exchange.STATE_READINGS", body)

    def _retract(self) -> Move:
        hall, name = self.ledger.hall, self.chance.choice(self._stated)
        told = hall.facts.get(name) or hall.readings.get(name)
        return Move(told["by"] if told else self._trader(), "exchange.RETRACT_FACT", {"fact": name})

    # what is off

    def _trader(self) -> str:
        return IDS[self.chance.choice(TRADERS)] if self.cast.odds(0.96) else self.cast.anybody()

    def _off(self, move: Move) -> Move:
        if not self.cast.odds(0.14):
            return move
        body = dict(move.body)
        member = self.chance.choice(["actor", *sorted(body)])
        if member not in WRONG:
            return move._replace(actor=self.cast.anybody())
        body[member] = WRONG[member](self, body[member])
        return move._replace(body=body)

    def _another(self, _was: object) -> str:
        names = list(self.ledger.hall.trades)[-20:]
        return self.chance.choice(names) if names and self.cast.odds(0.9) else NOWHERE


LEGS: Mapping[str, Callable[[MovesOfExchange], Members | None]] = {
    "deposit": MovesOfExchange._deposit,
    "freight": MovesOfExchange._freight,
    "paid_back": MovesOfExchange._paid_back,
    "payment": MovesOfExchange._payment,
    "receivable": MovesOfExchange._receivable,
    "release": MovesOfExchange._release,
    "surrender": MovesOfExchange._surrender,
    "title": MovesOfExchange._title,
}
CONDITIONS: Mapping[str, Callable[[MovesOfExchange], Members]] = {
    "box": MovesOfExchange._asked_box,
    "event": MovesOfExchange._asked_event,
    "not_before": lambda moves: {"asks": "not_before", "time": moves.cast.later(0, 0.001)},
    "readings": lambda moves: {"asks": "readings", "by": moves._trader(), **moves._span()},
    "title": MovesOfExchange._asked_title,
}
WRONG: Mapping[str, Callable[[MovesOfExchange, Any], object]] = {
    "exchange": MovesOfExchange._another,
    "how": lambda moves, _was: moves.chance.choice(HOWS),
    "last_act": lambda _moves, _was: salt("older"),
    "leg": lambda moves, _was: moves.chance.choice((0, 1, 2, 9)),
    "legs": lambda moves, was: wrong_legs(moves.cast, was),
    "titles": lambda moves, was: (
        [{**one, "last_act": NOWHERE} for one in was] if moves.cast.odds(0.5) else was[1:]
    ),
    "to": lambda moves, _was: moves.cast.anybody(),
}
