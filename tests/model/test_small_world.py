# SPDX-License-Identifier: Apache-2.0
"""Everything that can happen in a small world, up to a depth (G13).

Two titles, three parties and the carrier; in every reachable state every act by everybody to
everybody, on either title, judged by the rules, the invariants and the model. States that differ
in ids and versions only are one state. `ROPEWALK_DEPTH` sets the depth.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import msgspec
import pytest

from ledger.world import IDS, TIME, World, settled
from model.title_model import (
    Fact,
    History,
    Registry,
    Standing,
    fact_of,
    record_of,
    refusal,
    standing_of,
)
from ropewalk.crypto import Value, sha256_hex
from ropewalk.ledger import (
    Context,
    Effects,
    LedgerError,
    Message,
    Overlay,
    check_invariants,
    decode_record,
    to_builtins,
)
from ropewalk.rules import V1
from ropewalk.title import Title
from title.bills import ISSUE, issue_body

DEPTH = int(os.environ.get("ROPEWALK_DEPTH", "5"))
PARTIES = ("bank", "carrier", "consignee", "shipper")
"""Three parties of the trade and the carrier; the bank is a straight bill's bank as well."""
RECIPIENT_ACTS = ("TRANSFER", "ENDORSE", "ENDORSE_TO_ORDER")
BARE_ACTS = ("BLANK_ENDORSE", "SIGN", "REFUSE_TRANSFER", "SACC", "SREJ", "DELIVER")
NOT_IDENTITY = {"last_act", "version"}

Shape = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One act that somebody may try."""

    act: str
    actor: str
    members: Mapping[str, str]


MOVES = tuple(
    Move(act, IDS[actor], members)
    for actor in PARTIES
    for act, members in (
        *((act, {"recipient": IDS[to]}) for act, to in product(RECIPIENT_ACTS, PARTIES)),
        *(("SURRENDER_FOR_DELIVERY", {"addressee": IDS[to]}) for to in ("carrier", "bank")),
        *(("REDIRECT", {"consignee": IDS[to]}) for to in PARTIES),
        *((act, {}) for act in BARE_ACTS),
    )
)
REGISTRY = Registry(
    controllers=set(IDS.values()) - {IDS["nobody"]}, banks={IDS["bank"]}, laws={"GB"}
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One title: its record, and the history that the model reads it from."""

    title: str
    record: bytes
    history: History
    standing: Standing

    @property
    def shape(self) -> Shape:
        """What tells states apart: every field but ids and version."""
        fields = to_builtins(decode_record(self.record, Title))
        return tuple(fields[name] for name in sorted(fields) if name not in NOT_IDENTITY)


Node = tuple[Leaf, ...]


def issued(world: World, kind: str, number: int) -> Leaf:
    body = issue_body(kind, number)
    result = world.act("carrier", ISSUE, body)
    title = result.events[0].attributes["title"]
    history = History(body, IDS["carrier"], world.time_s)
    history.facts.append(fact_of("ISSUE", IDS["carrier"], body, result.transaction))
    return Leaf(title, world.state[f"title/{title}"], history, standing_of(history))


class SmallWorld:
    """A walk through all states of some titles."""

    def __init__(self, *kinds: str) -> None:
        world = settled()
        self.start: Node = tuple(issued(world, kind, n) for n, kind in enumerate(kinds))
        self.below = world.state
        self.network = world.network
        self.judged = 0
        self.states = 0

    def walk(self, depth: int) -> None:
        """Try everything in every state that lies less than `depth` acts away."""
        seen = {tuple(leaf.shape for leaf in self.start)}
        edge = [self.start]
        for _ in range(depth):
            following: list[Node] = []
            for node in edge:
                for after in self._expand(node):
                    shape = tuple(leaf.shape for leaf in after)
                    if shape not in seen:
                        seen.add(shape)
                        following.append(after)
            edge = following
        self.states = len(seen)

    def _expand(self, node: Node) -> Iterator[Node]:
        view = Overlay(self.below)
        view.changes.update({f"title/{leaf.title}": leaf.record for leaf in node})
        for place, leaf in enumerate(node):
            messages = self._messages(leaf)
            for number, (move, message) in enumerate(zip(MOVES, messages, strict=True)):
                after = self._try(view, leaf, move, message, number)
                if after is not None:
                    yield (*node[:place], after, *node[place + 1 :])

    @staticmethod
    def _messages(leaf: Leaf) -> list[Message]:
        own = {"last_act": leaf.standing.last.transaction, "title": leaf.title}
        return [V1.rules[f"title.{move.act}"].message(**own, **move.members) for move in MOVES]

    def _try(
        self, view: Overlay, leaf: Leaf, move: Move, message: Message, number: int
    ) -> Leaf | None:
        self.judged += 1
        last = leaf.standing.last.transaction
        body: dict[str, Value] = {"last_act": last, **move.members}
        expected = refusal(REGISTRY, leaf.history, leaf.standing, move.act, move.actor, body)
        transaction = sha256_hex(f"{last} {number}".encode()) if not expected else "0" * 64
        context = Context(move.actor, 9, self.network, 100, TIME + 9, transaction)
        rule = V1.rules[f"title.{move.act}"]
        effects: Effects | None
        found = ""
        try:
            effects = rule.apply(view, message, context)
        except LedgerError as why:
            effects, found = None, why.code
        assert found == expected, (leaf.history.facts, move)
        if effects is None:
            return None
        check_invariants(V1, view, effects, context)
        (key, record), *others = effects.writes.items()
        assert (key, others) == (f"title/{leaf.title}", []), "an act touched another record"
        assert record is not None
        return self._after(leaf, fact_of(move.act, move.actor, body, transaction), record)

    @staticmethod
    def _after(leaf: Leaf, fact: Fact, record: bytes) -> Leaf:
        old = leaf.history
        history = History(old.issued, old.issuer, old.issued_at, [*old.facts, fact])
        standing = standing_of(history)
        found = to_builtins(decode_record(record, Title))
        assert found == record_of(history, standing), history.facts
        return Leaf(leaf.title, record, history, standing)


@pytest.mark.parametrize(
    ("kinds", "states"),
    [(("to_order", "straight"), 1_000), (("blank", "waybill"), 1_000)],
    ids=["to order and straight", "blank and waybill"],
)
def test_no_history_of_two_titles_breaks_a_promise(kinds: tuple[str, ...], states: int) -> None:
    small = SmallWorld(*kinds)
    small.walk(DEPTH)
    sys.stdout.write(f"depth {DEPTH}: {small.states} states, {small.judged} acts judged\n")
    assert small.states > (states if DEPTH >= 5 else 10)


def test_states_that_differ_in_ids_only_are_one() -> None:
    leaf = SmallWorld("blank").start[0]
    record = decode_record(leaf.record, Title)
    renamed = msgspec.structs.replace(record, last_act="f" * 64, version=9)
    assert leaf.shape == Leaf(leaf.title, _encoded(renamed), leaf.history, leaf.standing).shape
    moved = msgspec.structs.replace(record, possessor=IDS["bank"])
    assert leaf.shape != Leaf(leaf.title, _encoded(moved), leaf.history, leaf.standing).shape


def _encoded(record: Title) -> bytes:
    return b"[1," + msgspec.json.encode(record) + b"]"
