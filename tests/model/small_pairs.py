# SPDX-License-Identifier: Apache-2.0
"""Two titles of a small world, brought together: COMBINE in every pair of their states."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ledger.world import IDS, NETWORK
from model.ledger_model import Moment
from model.replacing import combine
from model.small_world import PARTIES, Leaf, SmallWorld, cargo_of, require, successor
from model.title_model import Body
from model.title_reasons import When
from ropewalk.ledger import Context, LedgerError, Overlay, check_invariants
from ropewalk.rules import V1

COMBINE = "title.COMBINE"


@dataclass
class Pairs:
    """A walk through the pairs."""

    kind: str
    small: SmallWorld = field(init=False)
    pairs: int = 0
    combined: int = 0

    def __post_init__(self) -> None:
        self.small = SmallWorld(self.kind)

    def walk(self, depth: int) -> None:
        """Combine every two titles that lie so many acts from their issue, together."""
        ones = list(self.small.layers(self.small.start(1), depth, named=False))
        others = list(self.small.layers(self.small.start(2), depth, named=True))
        for far, leaves in enumerate(ones):
            for one in leaves:
                for layer in others[: depth - far + 1]:
                    for other in layer:
                        self._pair(one, other)

    def _pair(self, one: Leaf, other: Leaf) -> None:
        self.pairs += 1
        clock = max(one.clock, other.clock)
        first, second = sorted((one, other), key=lambda leaf: leaf.history.title)
        body = self._body(first._replace(clock=clock), second)
        hands = {one.standing.possessor, other.standing.possessor}
        stranger = next(IDS[name] for name in PARTIES if IDS[name] not in hands)
        for actor in sorted({*hands, stranger}):
            for approved in self._approvals(one, other, actor, body, clock):
                self._try(
                    one, other, Context(actor, 9, NETWORK, 100, clock, "f" * 64, (), approved), body
                )

    @staticmethod
    def _body(first: Leaf, second: Leaf) -> Body:
        whole = first.packages + second.packages
        parents = [
            {
                "cargo": cargo_of(leaf.packages),
                "last_act": leaf.standing.last,
                "title": leaf.history.title,
            }
            for leaf in (first, second)
        ]
        issue = successor(first, "c", whole)
        return {"parents": parents, "replacement": {"cargo": cargo_of(whole), "issue": issue}}

    def _approvals(
        self, one: Leaf, other: Leaf, actor: str, body: Body, clock: int
    ) -> Iterator[tuple[str, ...]]:
        yield ()
        self._know(one, other)
        wanted = combine(self.small.model.registry, actor, body, When(clock)).wanted
        if wanted:
            yield tuple(sorted(wanted))
            yield tuple(sorted(wanted)[1:])

    def _know(self, one: Leaf, other: Leaf) -> None:
        model = self.small.model
        model.registry.titles = {
            leaf.history.title: (leaf.history, leaf.standing) for leaf in (one, other)
        }
        model.titles = {
            leaf.history.title: replace(leaf.history, facts=list(leaf.history.facts))
            for leaf in (one, other)
        }
        model.references, model.registry.references = {}, set()
        model.touched.clear()

    def _try(self, one: Leaf, other: Leaf, context: Context, body: Body) -> None:
        self._know(one, other)
        model = self.small.model
        approved = frozenset(context.approvals)
        verdict = combine(model.registry, context.actor, body, When(context.time_s, approved))
        view = Overlay(self.small.below)
        view.changes.update({**one.records, **other.records})
        rule = V1.rules[COMBINE]
        try:
            effects = rule.apply(view, rule.parse(body), context)
        except LedgerError as why:
            require(why.code in verdict.refused, (one.history, other.history, why.code, verdict))
            return
        assert not verdict.refused, (one.history, other.history, verdict)
        check_invariants(V1, view, effects, context)
        moment = Moment(context.time_s, 100, context.transaction, approved)
        model.happen("COMBINE", context.actor, body, moment)
        self.small.agree(model, effects, COMBINE)
        self.combined += 1
