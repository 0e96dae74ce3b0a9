# SPDX-License-Identifier: Apache-2.0
"""Two exchanges over the same bill and the same money, in every order there is.

Whoever sells, pays, settles, returns, freezes or lets time pass does so at every point. After each
act an accountant looks at who has what: never the bill with one side and the money with the other.
In every state the way out is tried: after its deadline a stranger returns what an exchange holds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from exchange.hall import PRICE, USD, Hall
from ledger.world import IDS, NETWORK, salt
from ropewalk.capital import Balance, balance_key
from ropewalk.exchange import OPEN, RETURNED, SETTLED, Exchange, find_exchange
from ropewalk.ledger import Context, LedgerError, check_invariants, decode_record
from ropewalk.rules import V1
from ropewalk.title import Title, find

SELLER, BUYER, STRANGER, BANK, COURT = (
    IDS[one] for one in ("shipper", "consignee", "haulier", "bank", "governance")
)
AHEAD_S = (100, 200)
"""How long each exchange runs: the second ends later."""
Body = Mapping[str, Any]


class UnevenError(AssertionError):
    """Somebody has both, or neither, or what he has can't come back."""


class Leaf(NamedTuple):
    """A state: the machine's records, and the time."""

    records: dict[str, bytes]
    clock: int


class Move(NamedTuple):
    """An act that somebody tries, and who approved it."""

    actor: str
    act: str
    body: Body
    approved: tuple[str, ...] = ()


@dataclass
class SmallHall:
    """A walk over everything that two exchanges can do to one bill and one sum."""

    hows: tuple[str, str] = ("TRANSFER", "ENDORSE_TO_ORDER")
    states: int = 0
    acts: int = 0
    met: set[str] = field(default_factory=set)
    """Refusals."""
    ended: set[tuple[str, ...]] = field(default_factory=set)
    """How the two exchanges may stand, together."""

    def __post_init__(self) -> None:
        """Put both exchanges to their parties; nothing is in escrow."""
        hall, self.names = Hall(), []
        self.title = hall.bill.title
        for how, seconds in zip(self.hows, AHEAD_S, strict=True):
            legs = [hall.title_leg(how), hall.deposit_leg()]
            if how == "SURRENDER":
                legs.append({**hall.payment_leg(5), "taker": IDS["carrier"]})
            hall.opened(*legs, seconds=seconds)
            self.names.append(hall.exchange)
            if how == "SURRENDER":
                hall.does("carrier", "AGREE")
        self.first = Leaf(dict(hall.world.state), hall.world.time_s)
        self.ends = [self.exchange(self.first, one).deadline for one in self.names]

    def walk(self) -> None:
        """Every state there is.

        Raises:
            UnevenError: in one of them somebody has both, or neither.
        """
        layer, known = [self.first], {self.shape(self.first)}
        while layer:
            after = []
            for leaf in layer:
                self._try_the_way_out(leaf)
                for one in (*self._acted(leaf), *self._waited(leaf)):
                    shape = self.shape(one)
                    if shape not in known:
                        known.add(shape)
                        after.append(one)
            layer = after
        self.states = len(known)

    def _acted(self, leaf: Leaf) -> Iterator[Leaf]:
        for move in self.moves(leaf):
            found = self.tried(leaf, move)
            if found is not None:
                self._account(leaf, found)
                yield found

    def _waited(self, leaf: Leaf) -> Iterator[Leaf]:
        """Time passes to each second that something ends in, and beyond it."""
        for end in self.ends:
            yield from (leaf._replace(clock=at) for at in (end, end + 1) if at > leaf.clock)

    # what may be tried

    def moves(self, leaf: Leaf) -> Iterator[Move]:
        """Everything by everybody; what is in escrow is named as it is, and as it is not."""
        for name in self.names:
            yield from self._on_exchange(leaf, name)
        seen = self._seen(leaf)
        yield Move(SELLER, "title.TRANSFER", {**seen, "recipient": BANK})
        money = {"amount": str(PRICE), "bank": BANK, "currency": USD, "to": IDS["buyer"]}
        yield Move(BUYER, "capital.MOVE_DEPOSIT", money)
        for act in ("FREEZE", "UNFREEZE"):
            yield Move(COURT, f"title.{act}", {"order": salt("order"), "title": self.title})

    def _on_exchange(self, leaf: Leaf, name: str) -> Iterator[Move]:
        exchange, seen = self.exchange(leaf, name), self._seen(leaf)
        how = self.hows[self.names.index(name)]
        terms = {"exchange": name, "how": how, "leg": 0, "to": BUYER}
        yield Move(SELLER, "exchange.ESCROW_TITLE", {**terms, **seen})
        yield Move(BUYER, "exchange.ESCROW_DEPOSIT", {"exchange": name, "leg": 1})
        for number in range(2, len(exchange.legs)):
            entry = {"entry": salt("entry"), "exchange": name, "leg": number}
            yield Move(BANK, "exchange.CONFIRM_PAYMENT", entry)
        for titles in ([seen], []):
            body = {"exchange": name, "titles": titles}
            yield Move(BUYER, "exchange.ESCROW_DEPOSIT", {**body, "leg": 1})
            for actor in (SELLER, BUYER, STRANGER):
                yield Move(actor, "exchange.SETTLE", body)
                yield Move(actor, "exchange.RETURN", body)
            yield Move(SELLER, "exchange.RETURN", body, (BUYER, IDS["carrier"]))

    def _seen(self, leaf: Leaf) -> dict[str, str]:
        return {"last_act": self.record(leaf).last_act, "title": self.title}

    def tried(self, leaf: Leaf, move: Move) -> Leaf | None:
        """What it leads to, None where it is refused."""
        self.acts += 1
        transaction, rule = salt(f"act {self.acts}"), V1.rules[move.act]
        context = Context(
            move.actor, 9, NETWORK, 9, leaf.clock, transaction, ("a", "b"), move.approved
        )
        try:
            effects = rule.apply(leaf.records, rule.parse(move.body), context)
        except LedgerError as why:
            self.met.add(why.code)
            return None
        check_invariants(V1, leaf.records, effects, context)
        records = {**leaf.records, **effects.writes}
        return Leaf({key: data for key, data in records.items() if data is not None}, leaf.clock)

    # what must hold

    def _account(self, before: Leaf, after: Leaf) -> None:
        """Bill and money go together, and what is decided stays so."""
        for name in self.names:
            was, now = (self.exchange(leaf, name) for leaf in (before, after))
            if was.status != OPEN and was != now:
                raise UnevenError(f"{was.status} was decided again")
            if was.status == OPEN and now.status != OPEN:
                self._decided(before, after, was, now)
        statuses = tuple(self.exchange(after, name).status for name in self.names)
        self.ended.add(statuses)
        if statuses.count(SETTLED) > 1:
            raise UnevenError("the bill was sold twice")
        if SETTLED in statuses and (self._paid_out(after) != PRICE or not self._sold(after)):
            raise UnevenError("the one without the other")
        if SETTLED not in statuses and (self._paid_out(after) or self._sold(after)):
            raise UnevenError("something moved, and nothing settled")

    def _decided(self, before: Leaf, after: Leaf, was: Exchange, now: Exchange) -> None:
        """In one act everything it held is out of escrow, to one side or the other."""
        freed = self.money(before, BUYER)[1] - self.money(after, BUYER)[1]
        if freed != (PRICE if 1 in was.given else 0):
            raise UnevenError(f"{freed} came out of escrow")
        if 0 in was.given and self.record(after).escrow is not None:
            raise UnevenError("the bill stays in escrow")
        if now.status == RETURNED and self._sold(after) != self._sold(before):
            raise UnevenError("returned, and sold")

    def _paid_out(self, leaf: Leaf) -> int:
        return self.money(leaf, SELLER)[0]

    def _sold(self, leaf: Leaf) -> bool:
        title = self.record(leaf)
        return BUYER in (title.possessor, title.claimant)

    def _try_the_way_out(self, leaf: Leaf) -> None:
        """After its deadline a stranger returns what an exchange holds, whatever came before."""
        for name, end in zip(self.names, self.ends, strict=True):
            exchange = self.exchange(leaf, name)
            if exchange.status != OPEN:
                continue
            titles = [self._seen(leaf)] if 0 in exchange.given else []
            move = Move(STRANGER, "exchange.RETURN", {"exchange": name, "titles": titles})
            late = leaf._replace(clock=max(leaf.clock, end + 1))
            after = self.tried(late, move)
            if after is None:
                raise UnevenError(f"no way out of {exchange}")
            self._account(late, after)
            settle = move._replace(actor=SELLER, act="exchange.SETTLE")
            if self.tried(late, settle) is not None or self.tried(after, settle) is not None:
                raise UnevenError("it settled after its time")

    # what there is

    def exchange(self, leaf: Leaf, name: str) -> Exchange:
        """An exchange."""
        found = find_exchange(leaf.records, name)
        assert found is not None
        return found

    def record(self, leaf: Leaf) -> Title:
        """The bill."""
        found = find(leaf.records, self.title)
        assert found is not None
        return found

    def money(self, leaf: Leaf, who: str) -> tuple[int, int]:
        """What somebody may dispose of, and what he has in escrow."""
        found = decode_record(leaf.records[balance_key(BANK, USD, who)], Balance)
        return int(found.amount), int(found.held)

    def shape(self, leaf: Leaf) -> tuple[object, ...]:
        """A state, ids and versions aside."""
        title = self.record(leaf)
        trades = [self.exchange(leaf, name) for name in self.names]
        return (
            *((one.status, one.given, one.agreed) for one in trades),
            (title.possessor, title.endorsee, title.escrow, title.freeze, title.status),
            *(self.money(leaf, who) for who in (SELLER, BUYER, IDS["buyer"])),
            leaf.clock,
        )
