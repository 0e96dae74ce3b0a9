# SPDX-License-Identifier: Apache-2.0
"""A world so small that everything in it can be tried.

Three parties of the trade and the carrier, and a few titles. A *leaf* is one title as it stands;
every move by everybody on it is judged by the rules, the invariants and the model: now, at its
deadlines and after them; without approvals, with those it lacks, with each of them left out.
States that differ in ids, versions and the names of parties that play the same part are one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import permutations, product
from typing import Any, NamedTuple

import msgspec

from ledger.world import GOVERNANCE, IDS, NETWORK, TIME, World, salt, settled
from model.cargo_model import cargo_hash
from model.cast import first_ledger
from model.judge import why_not_on_titles
from model.ledger_model import Ledger, Moment
from model.title_model import Body, Fact, History, Standing, reference_of, standing_of, title_id
from model.title_reasons import NOTHING, Verdict
from ropewalk.crypto import sha256_hex
from ropewalk.ledger import Context, Effects, LedgerError, Overlay, check_invariants
from ropewalk.rules import V1
from title.bills import issue_body

DAY = 86_400
NOW = TIME + 1_000
PARTIES = ("bank", "carrier", "consignee", "shipper")
"""Three parties of the trade and the carrier; the bank is a straight bill's bank as well."""
ENDS = frozenset({"SURRENDERED", "DELIVERED", "REPLACED", "VOID", "PAPER"})
ITEM = {"item": salt("item"), "package_code": "CT", "volume_dm3": 0, "weight_g": 0}
BARE_ACTS = (
    "BLANK_ENDORSE",
    "DELIVER",
    "RECLAIM",
    "REFUSE_TRANSFER",
    "RELEASE_PLEDGE",
    "SACC",
    "SIGN",
    "SREJ",
    "VOID",
)
QUIET_ACTS = frozenset({"FREEZE", "DEMONSTRATE_CONTROL"})
"""Acts that are no way out of a state."""


def cargo_of(packages: int) -> Body:
    """So many packages of the one thing there is."""
    return {"equipments": [salt("box")], "items": [{**ITEM, "packages": packages}]}


class Leaf(NamedTuple):
    """One title as it stands at a time."""

    history: History
    standing: Standing
    records: Mapping[str, bytes]
    """What its acts wrote, its own record among them."""
    packages: int
    clock: int
    leases: Mapping[str, int]

    @property
    def papers(self) -> list[str]:
        """Paper bills that took its place."""
        facts = self.history.facts[1:]
        return [str(one.body["paper"]) for one in facts if one.act == "SWITCH_TO_PAPER"]

    @property
    def deadlines(self) -> list[int]:
        """Times that have not passed."""
        pledge = self.standing.pledge
        times = [self.standing.lease_until]
        if pledge:
            times += [int(pledge.terms["due"]), int((pledge.receipt or {"until": 0})["until"])]
        return [one for one in times if one >= self.clock]


class Move(NamedTuple):
    """One act that somebody may try."""

    act: str
    actor: str
    body: Callable[[Leaf], Body]
    to: str = ""
    """Whom it names, where it names somebody."""


def _own(leaf: Leaf) -> dict[str, Any]:
    return {"last_act": leaf.standing.last, "title": leaf.history.title}


def _with(**members: Any) -> Callable[[Leaf], Body]:
    return lambda leaf: {**_own(leaf), **members}


def _timed(**members: Any) -> Callable[[Leaf], Body]:
    return lambda leaf: {**_own(leaf), **members, "until": leaf.clock + DAY}


def _outside(**members: Any) -> Callable[[Leaf], Body]:
    return lambda leaf: {"title": leaf.history.title, **members}


def _pledge(pledgee: str) -> Callable[[Leaf], Body]:
    terms = {"amount": 5, "currency": "EUR", "pledgee": pledgee}
    return lambda leaf: {**_own(leaf), **terms, "due": leaf.clock + DAY}


def _paper(leaf: Leaf) -> str:
    return salt(f"paper for {leaf.standing.last}")


def _to_paper(leaf: Leaf) -> Body:
    return {**_own(leaf), "paper": _paper(leaf)}


def _to_electronic(leaf: Leaf) -> Body:
    paper = leaf.papers[0] if leaf.papers else _paper(leaf)
    return _outside(paper=paper, replacement=successor(leaf, "e", leaf.packages))(leaf)


def successor(leaf: Leaf, name: str, packages: int) -> Body:
    """The document of what takes a leaf's place."""
    history, standing = leaf.history, leaf.standing
    named = {
        "endorsee": standing.in_force.endorsee,
        "consignee": standing.consignee,
        "issue_to": standing.holder,
    }
    kept = {one: value for one, value in history.issued.items() if one not in named}
    return {
        **kept,
        **{one: value for one, value in named.items() if value},
        "cargo": cargo_hash(cargo_of(packages)),
        "transport_document_reference": f"{standing.last[-40:]} {name}",
    }


def _reissue(leaf: Leaf) -> Body:
    return {**_own(leaf), "replacement": successor(leaf, "r", leaf.packages)}


def _split(leaf: Leaf) -> Body:
    parts = (1, leaf.packages - 1) if leaf.packages > 1 else (1, 1)
    children = [
        {"cargo": cargo_of(part), "issue": successor(leaf, str(place), part)}
        for place, part in enumerate(parts)
    ]
    return {**_own(leaf), "cargo": cargo_of(leaf.packages), "children": children}


@cache
def moves(kind: str) -> tuple[Move, ...]:
    """Everything that everybody may try on a title of a kind."""
    everybody = [IDS[name] for name in PARTIES]
    carrier, bank = IDS["carrier"], IDS["bank"]
    handing = ("TRANSFER", "ENDORSE", "ENDORSE_TO_ORDER", "ENFORCE_PLEDGE")
    found = [(act, _with(recipient=one), one) for act, one in product(handing, everybody)]
    found += [("PLEDGE", _pledge(one), one) for one in everybody]
    delivery, amendment = "SURRENDER_FOR_DELIVERY", "SURRENDER_FOR_AMENDMENT"
    plain: list[tuple[str, Callable[[Leaf], Body]]] = [(act, _with()) for act in BARE_ACTS]
    plain += [(act, _with(addressee=carrier)) for act in (delivery, amendment)]
    plain += [
        (delivery, _with(addressee=bank)),
        (amendment, _with(addressee=carrier, reason_code="SWTP")),
        *(("TRUST_RECEIPT", _timed(purpose=act)) for act in (delivery, amendment)),
        ("LEASE", _timed()),
        ("DEMONSTRATE_CONTROL", _with(challenge=salt("challenge"))),
        ("LETTER_OF_INDEMNITY", _outside(receiver=bank, bank=bank)),
        ("SWITCH_TO_PAPER", _to_paper),
        ("SWITCH_TO_ELECTRONIC", _to_electronic),
        ("REISSUE", _reissue),
        ("SPLIT", _split),
    ]
    if kind == "waybill":
        found += [("REDIRECT", _with(consignee=one), one) for one in everybody]
    found += [(act, body, "") for act, body in plain]
    tried = [Move(act, actor, body, to) for actor in everybody for act, body, to in found]
    for governor, act in product((GOVERNANCE, carrier), ("FREEZE", "UNFREEZE")):
        tried.append(Move(act, governor, _outside(order=salt("order"))))
    return tuple(tried)


ALIKE = {"straight": ("consignee", "shipper"), "waybill": ()}
"""Parties that play the same part; in a bill to order all three do."""


@cache
def alike(kind: str) -> tuple[str, ...]:
    """Parties that can be renamed into each other."""
    return tuple(IDS[name] for name in ALIKE.get(kind, ("bank", "consignee", "shipper")))


@cache
def _names(kind: str) -> tuple[Mapping[str, str], ...]:
    same = alike(kind)
    return tuple(dict(zip(same, order, strict=True)) for order in permutations(same))


def roles_of(leaf: Leaf, kind: str) -> tuple[str, ...]:
    """Who plays which part in a title as it stands."""
    standing, pledge = leaf.standing, leaf.standing.pledge
    return (
        standing.possessor,
        standing.in_force.endorsee,
        standing.prior.endorsee,
        standing.refusable_from,
        standing.surrendered_by,
        pledge.pledgee if pledge else "",
        pledge.beneficiary if pledge else "",
        standing.consignee if kind == "waybill" else "",
    )


def shape_of(leaf: Leaf, kind: str, *, named: bool = False) -> tuple[object, ...]:
    """What tells states apart; unless named, the least of what it looks like under other names."""
    standing, clock = leaf.standing, leaf.clock
    pledge = standing.pledge
    receipt = pledge.receipt if pledge else None
    roles = roles_of(leaf, kind)
    renamed = () if named else _names(kind)
    if standing.freeze and not named:  # until it is unfrozen, who plays which part is nothing
        return "frozen", standing.status, standing.reason, bool(pledge), bool(receipt)
    return (
        min((tuple(names.get(one, one) for one in roles) for names in renamed), default=roles),
        standing.in_force.may_endorse,
        standing.prior.may_endorse,
        standing.status,
        standing.reason,
        bool(standing.freeze),
        bool(standing.indemnity),
        standing.lease_until > clock,
        bool(pledge) and int(pledge.terms["due"]) < clock,
        receipt and (receipt["purpose"], int(receipt["until"]) < clock),
        leaf.packages,
        any(fact.made for fact in leaf.history.facts),
    )


@dataclass
class _OwnView:
    """A view that says so when a rule looks at another title."""

    below: Mapping[str, bytes]
    records: Mapping[str, bytes]

    def get(self, key: str, /) -> bytes | None:
        """The record's bytes, None when there is none."""
        found = self.records.get(key)
        assert found is not None or not key.startswith("title/"), f"a rule looked at {key}"
        return self.below.get(key) if found is None else found


def require(holds: bool, told: object) -> None:  # noqa: FBT001
    """What must hold here.

    Raises:
        AssertionError: it does not.
    """
    if not holds:
        raise AssertionError(told)


@dataclass
class SmallWorld:
    """A walk through all states of a title of one kind."""

    kind: str
    world: World = field(default_factory=settled)
    judged: int = 0
    states: int = 0
    accepted: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.model: Ledger = first_ledger(NETWORK)
        self.below = dict(self.world.state)

    def start(self, number: int = 1) -> Leaf:
        """A title as it was issued."""
        packages = 3
        body = issue_body(self.kind, number, cargo=cargo_hash(cargo_of(packages)))
        carrier = IDS["carrier"]
        title = title_id(NETWORK, carrier, body)
        transaction = sha256_hex(f"issue {number}".encode())
        history = History(title, body, carrier, NOW)
        history.facts.append(Fact("ISSUE", carrier, body, transaction))
        context = Context(carrier, 9, NETWORK, 100, NOW, transaction)
        rule = V1.rules["title.ISSUE"]
        writes = rule.apply(self.below, rule.parse(body), context).writes
        records = {key: record for key, record in writes.items() if record is not None}
        return Leaf(history, standing_of(history), records, packages, NOW, {})

    def walk(self, depth: int) -> None:
        """Try everything in every state that lies less than `depth` acts away."""
        self.states = sum(len(layer) for layer in self.layers(self.start(), depth, named=False))

    def layers(self, start: Leaf, depth: int, *, named: bool) -> Iterator[list[Leaf]]:
        """The states that lie no act, one act, two acts away, and so on; each state once."""
        edge = [start]
        seen = {shape_of(start, self.kind, named=named)}
        yield edge
        for _ in range(depth):
            following: list[Leaf] = []
            for leaf in edge:
                for after in self.expand(leaf, everybody=named):
                    shape = shape_of(after, self.kind, named=named)
                    if shape not in seen:
                        seen.add(shape)
                        following.append(after)
            edge = following
            yield edge

    def expand(self, leaf: Leaf, *, everybody: bool = False) -> Iterator[Leaf]:
        """Every state that one act leads to, now or when the deadlines have passed."""
        ends = {
            end + after for end in leaf.deadlines for after in (0, 1) if end + after > leaf.clock
        }
        later = [leaf._replace(clock=end) for end in sorted(ends)]
        ways = 0
        for at in (leaf, *later):
            for move in moves(self.kind) if everybody else self._likely(leaf):
                for after in self.attempts(at, move):
                    ways += move.act not in QUIET_ACTS
                    yield from after
        assert ways or leaf.standing.status in ENDS, f"no way out of {leaf.history.facts}"
        if leaf.standing.freeze:
            assert ways, "what is frozen can be unfrozen"

    def _likely(self, leaf: Leaf) -> Iterator[Move]:
        """Every move, but of strangers who play the same part only one's."""
        roles = roles_of(leaf, self.kind)
        spare = [one for one in alike(self.kind) if one not in roles][1:]
        for move in moves(self.kind):
            if move.actor not in spare and move.to not in spare:
                yield move

    def attempts(self, leaf: Leaf, move: Move) -> Iterator[list[Leaf]]:
        """One move without approvals, with those it lacks, and with all of them but one."""
        body = move.body(leaf)
        verdict, after = self.attempt(leaf, move, body, NOTHING)
        if after is not None:
            yield after
        if verdict.hard or not verdict.wanted:
            return
        for left_out in sorted(verdict.wanted):
            assert self.attempt(leaf, move, body, verdict.wanted - {left_out})[1] is None
        after = self.attempt(leaf, move, body, verdict.wanted)[1]
        assert after is not None, "all that was wanted was approved"
        yield after

    def attempt(
        self, leaf: Leaf, move: Move, body: Body, approved: frozenset[str]
    ) -> tuple[Verdict, list[Leaf] | None]:
        """One act: rules, invariants and model must agree."""
        self.judged += 1
        model = self._model_of(leaf)
        transaction = f"{self.judged:064x}"
        moment = Moment(leaf.clock, 100, transaction, approved)
        verdict = why_not_on_titles(model, move.act, move.actor, body, moment)
        view = _OwnView(self.below, leaf.records)
        told = tuple(sorted(approved - {move.actor}))
        context = Context(move.actor, 9, NETWORK, 100, leaf.clock, transaction, (), told)
        rule = V1.rules[f"title.{move.act}"]
        try:
            effects = rule.apply(view, rule.parse(body), context)
        except LedgerError as why:
            require(why.code in verdict.refused, (leaf.history.facts, move, why.code, verdict))
            return verdict, None
        assert not verdict.refused, (leaf.history.facts, move, verdict)
        self.accepted[move.act] = self.accepted.get(move.act, 0) + 1
        check_invariants(V1, _Open(view), effects, context)
        self._open(model, leaf)
        model.happen(move.act, move.actor, body, moment)
        self.agree(model, effects, move.act)
        return verdict, self._after(model, leaf, effects)

    def _model_of(self, leaf: Leaf) -> Ledger:
        registry, history = self.model.registry, leaf.history
        registry.titles = {history.title: (history, leaf.standing)}
        registry.papers = dict.fromkeys(leaf.papers, history.title)
        registry.references = set()
        return self.model

    @staticmethod
    def _open(model: Ledger, leaf: Leaf) -> None:
        """Let what happens go into a history of its own."""
        history = leaf.history
        model.titles = {history.title: replace(history, facts=list(history.facts))}
        model.references = {}
        for one in IDS.values():
            if one in model.people:
                model.people[one].lease_end = leaf.leases.get(one, 0)
        model.touched.clear()

    @staticmethod
    def agree(model: Ledger, effects: Effects, act: str) -> None:
        """Every record that an act wrote is the model's."""
        for key in model.touched | set(effects.writes):
            record = effects.writes.get(key)
            found = None if record is None else msgspec.json.decode(record)[1]
            unchanged = record is None and key.startswith("paper/")
            assert unchanged or found == model.record_at(key), (act, key, found)

    @staticmethod
    def _after(model: Ledger, leaf: Leaf, effects: Effects) -> list[Leaf]:
        leases = {one: person.lease_end for one, person in model.people.items() if person.lease_end}
        written = {key: record for key, record in effects.writes.items() if record is not None}
        found = []
        for history, standing in model.registry.titles.values():
            packages = leaf.packages
            if history.title != leaf.history.title:
                packages = 1 if reference_of(history.issued)[-1] == "0" else leaf.packages
            own = f"title/{history.title}"
            kept = {**leaf.records, **written}
            records = {key: kept[key] for key in kept if key == own or not key.startswith("title/")}
            found.append(Leaf(history, standing, records, packages, leaf.clock, leases))
        return found


class _Open(Overlay):
    """The same view for the invariants, which may look at any record."""

    def get(self, key: str, /) -> bytes | None:
        """The record's bytes, None when there is none."""
        view = self.below
        assert isinstance(view, _OwnView)
        found = view.records.get(key)
        return view.below.get(key) if found is None else found
