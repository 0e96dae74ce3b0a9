# SPDX-License-Identifier: Apache-2.0
"""An adversary that plays the state machine against the model, act by act.

It mostly knows what would be allowed and often does something else: strangers sign, old keys
come back, stale acts, replays, other networks, broken bodies, approvals by the wrong party, late,
twice, or after the title moved on; days pass. After every block each outcome and each touched
record are held to the model, in the end all of them. One seed, one game.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec

from ledger.world import CONSORTIUM, World, content, settled, unsigned
from model.auditor import audit
from model.cast import Cast, Move, come_ashore, first_ledger, key_of
from model.exits import Officer, check_one_holder
from model.identity_model import ABOUT_PROPOSALS, demands, holders_of
from model.judge import Answer, Judge, Signed, why_not
from model.ledger_model import Moment
from model.moves_of_capital import MovesOfCapital
from model.moves_of_cargo import MovesOfCargo
from model.moves_of_devices import MovesOfDevices
from model.moves_of_exchange import MovesOfExchange
from model.moves_of_keys import MovesOfKeys
from model.moves_of_papers import MovesOfPapers
from model.moves_of_proposals import MovesOfProposals
from model.moves_of_titles import MovesOfTitles
from model.title_model import Body
from model.voting import convict
from ropewalk.crypto import sha256_hex
from ropewalk.ledger import Candidate, LedgerError, Misbehaviour, Result, Transaction

DAY = 86_400
CARRIED_OUT = "identity.act_carried_out"
LOOKED_AT = 0.02
"""So many blocks are compared record by record with what was before."""
CAPITAL = 0.215
"""So many acts are of capital, of those that are of no exchange."""
EXCHANGE = 0.14
"""So many acts are of exchanges."""
ALWAYS_TOUCHED: frozenset[str] = frozenset()


class DisagreementError(AssertionError):
    """Machine and model do not agree."""


@dataclass(slots=True)
class Tally:
    """How often what happened, so that a test can see that the game was worth playing."""

    acts: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    """By act; one that was proposed counts when it is carried out."""
    refused: dict[str, int] = field(default_factory=dict)
    met: set[tuple[str, str]] = field(default_factory=set)
    """Acts and what each was refused for, proposed or not, whoever signed it."""
    exits: dict[str, int] = field(default_factory=dict)
    """Boxes that left, by the bases on which their titles were released."""
    convicted: dict[str, int] = field(default_factory=dict)
    """What became of validators that misbehaved, by event."""

    def note(self, act: str, outcome: str) -> None:
        """Count one outcome."""
        self.acts += 1
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        table = self.refused if outcome != "committed" else self.accepted
        table[act] = table.get(act, 0) + 1

    def add(self, other: "Tally") -> None:
        """Count another game's as well."""
        self.acts += other.acts
        for mine, theirs in (
            (self.outcomes, other.outcomes),
            (self.accepted, other.accepted),
            (self.refused, other.refused),
            (self.convicted, other.convicted),
            (self.exits, other.exits),
        ):
            for name, often in theirs.items():
                mine[name] = mine.get(name, 0) + often
        self.met |= other.met


class Adversary:
    """One game between machine and model."""

    def __init__(self, seed: int, world: World | None = None) -> None:
        self.world: World = settled(CONSORTIUM) if world is None else world
        validators = msgspec.json.decode(self.world.genesis).get("validators", ())
        ledger = first_ledger(self.world.network, validators)
        come_ashore(self.world, ledger)
        self._first = len(ledger.people)
        self.cast = Cast(seed, ledger)
        self.chance, self.ledger = self.cast.chance, ledger
        self.judge = Judge(ledger)
        self.titles = MovesOfTitles(self.cast)
        self.cargo = MovesOfCargo(self.cast, self.titles)
        self.papers = MovesOfPapers(self.cast, self.cargo)
        self.keys = MovesOfKeys(self.cast)
        self.devices = MovesOfDevices(self.cast)
        self.proposals = MovesOfProposals(self.cast)
        self.capital = MovesOfCapital(self.cast)
        self.exchange = MovesOfExchange(self.cast, self.titles)
        self.officer = Officer(ledger)
        self.tally = Tally()
        self._past: deque[Candidate] = deque(maxlen=200)
        self._adopt()

    def play(self, acts: int) -> Tally:
        """Play until so many acts were judged.

        Raises:
            DisagreementError: machine and model differ.
            StopError: an invariant broke.
        """
        while self.tally.acts < acts:
            seconds = self._seconds()
            self.cast.time = self.world.time_s + seconds
            self.ledger.height = self.world.height + 1
            candidates = [self._candidate() for _ in range(self.chance.choice((1, 1, 2, 4, 8)))]
            found = self.keys.validators.misbehaviour()
            self.decide(candidates, seconds, found, looks=self.cast.odds(LOOKED_AT))
        self._agree_on_everything()
        return self.tally

    def decide(
        self,
        candidates: Sequence[Candidate],
        seconds: int,
        found: tuple[Misbehaviour, ...] = (),
        *,
        looks: bool = True,
    ) -> Sequence[Result]:
        """One block; `looks`: at every record, also those that nothing should have touched.

        Raises:
            DisagreementError: machine and model differ.
        """
        position, before = self.world.position, len(self.ledger.registry.titles)
        records = self.world.records() if looks else {}
        results = self.world.block(*candidates, seconds=seconds, misbehaviour=found)
        self.ledger.touched.clear()
        position += self._hold_to_account(found)
        for candidate, result in zip(candidates, results, strict=True):
            self._hold(candidate, result, position)
            position += result.entry is not None
        for key in sorted(self.ledger.touched):
            self._agree_on(key)
        if looks:
            self._agree_on_changes(records)
            audit(self.world.state)
        self._recall(before)
        return results

    def _recall(self, before: int) -> None:
        """The titles that came to be are the ones to act on."""
        titles = self.ledger.registry.titles
        self.titles.recent.extend(islice(titles, before, None))

    def _deadline(self) -> int:
        """The next time that something ends or begins to be allowed, about to the second."""
        ledger, now = self.ledger, self.world.time_s
        ends = [one.until for one in ledger.proposals.values()]
        ends += [person.waiting["due"] for person in ledger.people.values() if person.waiting]
        ends += [one["until"] for who in ledger.people.values() for one in who.mandates.values()]
        for title in self.titles.recent:
            standing = ledger.registry.titles[title][1]
            ends.append(standing.lease_until)
            if standing.pledge:
                receipt = standing.pledge.receipt or {"until": 0}
                ends += [standing.pledge.terms["due"], receipt["until"]]
        if self.cast.odds(0.5):
            ends = self.cargo.deadlines() or ends
        if self.cast.odds(0.3):
            ends = self.exchange.deadlines() or ends
        return min((end for end in ends if end > now), default=now + 1)

    def _seconds(self) -> int:
        if self.cast.odds(0.06):
            at = self._deadline() + self.chance.choice((-1, 0, 0, 1))
            return max(at - self.world.time_s, 0)
        if self.cast.odds(0.012):
            return self.chance.choice((1, 1, 3, 6, 20, 95)) * DAY
        return self.chance.choice((0, 0, 1, 20, 90))

    # what the adversary does

    def _candidate(self) -> Candidate:
        if self.cast.odds(0.03) and self._past:
            return self.chance.choice(self._past)
        move = self._move()
        if self.cast.odds(0.015):
            move = move._replace(body=self._spoilt(move.body))
        move = self._represented(self._proposed(move))
        candidate = self._signed(move)
        self._past.append(candidate)
        return candidate

    def _move(self) -> Move:
        if self.cast.odds(EXCHANGE):
            return self.exchange.move()
        return self.capital.move() if self.cast.odds(CAPITAL) else self._of_goods()

    def _of_goods(self) -> Move:
        dice = self.chance.random()
        if dice < 0.04 or not self.titles.recent:
            return self.titles.issue()
        if dice < 0.17:
            return self.keys.move()
        if dice < 0.36 and self.ledger.proposals:
            return self.proposals.move()
        if dice < 0.61:
            return self.cargo.move()
        if dice < 0.775:
            return self.papers.move()
        return self.devices.move() if dice < 0.79 else self.titles.move()

    def _proposed(self, move: Move) -> Move:
        """Propose what needs more than its sender's signatures, and now and then what does not."""
        act, body = move.act, move.body
        if act in ABOUT_PROPOSALS:
            return move
        moment = Moment(self.cast.time, self.world.position + 1, "")
        person = self.ledger.people.get(move.actor)
        if person is None:
            return move
        lacks = why_not(self.ledger, act, move.actor, body, moment).wanted
        eyes = demands(person, act, body)
        share = 0.85 if lacks else 0.3 if eyes or person.threshold > 1 else 0.02
        if not self.cast.odds(share):
            return move
        until = self.cast.later(0.01, 1, 7, 60)
        act = (
            act if self.cast.odds(0.995) else self.chance.choice(("title.SINK", "identity.EXPIRE"))
        )
        proposed = {"act": act, "body": body, "until": until}
        return Move(move.actor, "identity.PROPOSE", proposed)

    def _represented(self, move: Move) -> Move:
        if move.actor not in self.ledger.people:
            return move
        act = str(move.body.get("act")) if move.act == "identity.PROPOSE" else move.act
        mandates = self.ledger.people[move.actor].mandates
        agents = [one for one in sorted(mandates) if act in mandates[one]["acts"]]
        if self.cast.odds(0.97):
            agents = [one for one in agents if mandates[one]["until"] >= self.cast.time]
        if agents and self.cast.odds(0.3):
            return move._replace(actor=self.chance.choice(agents), represented=move.actor)
        agent = self.cast.anybody()
        if self.cast.odds(0.01) and agent != move.actor:
            return move._replace(actor=agent, represented=move.actor)
        return move

    def _signers(self, move: Move) -> list[str]:
        person = self.ledger.people.get(move.actor)
        dice = self.chance.random()
        if dice < 0.01 or person is None:
            return [key_of("stranger")]
        if dice < 0.025:
            return [self.chance.choice(person.keys).kid]
        active = list(person.active)
        self.chance.shuffle(active)
        if move.act in ABOUT_PROPOSALS and not move.represented:
            return active[: self.chance.choice((1, 1, 1, 2))]
        chosen = active[: person.threshold]
        act, body = move.act, move.body
        if act == "identity.PROPOSE":
            act, body = str(body.get("act")), body.get("body", {})
        if self.cast.odds(0.6) and isinstance(body, Mapping):
            for rule in demands(person, act, body):
                held = [kid for kid in active if kid in holders_of(person, rule["role"])]
                chosen += [kid for kid in held[: rule["keys"]] if kid not in chosen]
        return chosen

    def _signed(self, move: Move) -> Candidate:
        network = self.world.network if self.cast.odds(0.996) else sha256_hex(b"another network")
        told = content(move.actor, move.act, move.body, self._valid_until(), network)
        if move.represented:
            told["represented_party"] = move.represented
        return self.seal(told, self._signers(move))

    def seal(self, told: Body, signers: Sequence[str]) -> Candidate:
        """A transaction whose signatures are taken as verified."""
        return unsigned(told, signers)

    def _valid_until(self) -> int:
        dice = self.chance.random()
        if dice < 0.004:
            return self.cast.time - 1
        if dice < 0.008:
            return self.cast.time + 4_000
        return self.cast.time + self.chance.choice((600, 3_600))

    def _spoilt(self, body: Body) -> Body:
        how = self.chance.randrange(3)
        if how == 1 or not body:
            return {**body, "surplus": True}
        member = self.chance.choice(sorted(body))
        if how == 0:
            return {name: value for name, value in body.items() if name != member}
        wrong: object = "7" if isinstance(body[member], int) else 7
        return {**body, member: wrong}

    # what the model expects

    def _hold_to_account(self, found: Sequence[Misbehaviour]) -> int:
        """Hold what became of misbehaviour to the model; the entries it left."""
        judged = [convict(self.ledger, one.evidence, one.height, one.validator) for one in found]
        expected = [one for one in judged if one is not None]
        results = self.world.evidence
        told = [{"name": event.name, **event.attributes} for one in results for event in one.events]
        if told != expected or any(one.entry is None for one in results):
            raise DisagreementError(f"{found}\nmachine: {told}; model: {expected}")
        for one in expected:
            name = str(one["name"])
            self.tally.convicted[name] = self.tally.convicted.get(name, 0) + 1
        return len(results)

    def _hold(self, candidate: Candidate, result: Result, position: int) -> None:
        transaction = candidate.verdict
        if isinstance(transaction, LedgerError):
            raise DisagreementError(f"the adversary made no transaction: {transaction}")
        signed = _told(transaction)
        outcome = "" if result.refusal is None else result.refusal.code
        untraced = self.judge.admit(signed, self.world.time_s, position)
        carried = len(self.judge.carried)
        if bool(untraced) != (result.entry is None):
            raise DisagreementError(f"{candidate.text}\n{outcome} left a trace, or none")
        self._watch_the_gate(signed, result)
        expected: Answer = frozenset({untraced})
        if not untraced:
            expected = self.judge.expect(signed, self.world.time_s, position)
        if outcome not in (expected or {""}):
            told = " or ".join(sorted(expected)) or "committed"
            raise DisagreementError(
                f"{candidate.text}\nmachine: {outcome or 'committed'}; model: {told}"
            )
        self._agree_on_events(result, carried)
        self._count(signed, outcome, untraced, self.judge.carried[carried:])

    def _watch_the_gate(self, signed: Signed, result: Result) -> None:
        """An exit that the machine allowed, itself or carried out by an approval."""
        done = {event.attributes["act"] for event in result.events if event.name == CARRIED_OUT}
        body = signed.body
        if signed.act == "identity.PROPOSE":
            body = signed.body.get("body", {})
        elif signed.act == "identity.APPROVE" and done:
            body = self.ledger.proposals[str(signed.body["act_hash"])].body
        if result.refusal is None and "cargo.GATE_OUT" in {signed.act, *done}:
            bases = self.officer.sees(body)
            self.tally.exits[bases] = self.tally.exits.get(bases, 0) + 1

    def _agree_on_events(self, result: Result, carried: int) -> None:
        told = [event.attributes for event in result.events if event.name == CARRIED_OUT]
        if told != self.judge.carried[carried:]:
            raise DisagreementError(f"{told} was carried out, not {self.judge.carried[carried:]}")

    def _count(self, signed: Signed, outcome: str, untraced: str, carried: Sequence[Any]) -> None:
        self.tally.note(signed.act, outcome or "committed")
        if outcome and not untraced:
            proposed = signed.act == "identity.PROPOSE"
            meant = str(signed.body.get("act")) if proposed else signed.act
            self.tally.met.add((meant, outcome))
        for told in carried:
            act = told["act"]
            self.tally.accepted[act] = self.tally.accepted.get(act, 0) + 1
        if not outcome and signed.act.startswith("identity.REGISTER"):
            self._adopt()

    def _adopt(self) -> None:
        """Newcomers join the cast."""
        old = {*self.cast.newcomers}
        found = list(self.ledger.people)[self._first :]
        self.cast.newcomers.extend(one for one in found[-10:] if one not in old)

    # where the two must agree

    def _agree_on(self, key: str) -> None:
        record, expected = self.world.state.get(key), self.ledger.record_at(key)
        found = None if record is None else msgspec.json.decode(record)[1]
        if found == expected:
            return
        if isinstance(found, dict) and isinstance(expected, dict):
            names = sorted({*found, *expected})
            told = {
                name: (found.get(name), expected.get(name))
                for name in names
                if found.get(name) != expected.get(name)
            }
            raise DisagreementError(f"{key}: machine and model: {told}")
        raise DisagreementError(f"{key}: machine: {found}; model: {expected}")

    def _agree_on_changes(self, before: Mapping[str, bytes]) -> None:
        """Nothing has changed but what accepted acts touch: a refused act changes nothing."""
        now = self.world.records()
        changed = {one for one in {*before, *now} if before.get(one) != now.get(one)}
        if not changed <= self.ledger.touched | ALWAYS_TOUCHED:
            raise DisagreementError(f"{changed - self.ledger.touched} changed by no accepted act")
        for key in changed:
            if key.startswith("right/"):
                old = before.get(key)
                check_one_holder(_fields(now[key]), _fields(old) if old else {})

    def _agree_on_everything(self) -> None:
        audit(self.world.state)
        stored = {one for one in self.world.state if not one.startswith("replay/")}
        expected = self.ledger.keys()
        if stored != expected:
            raise DisagreementError(f"records of one of the two only: {sorted(stored ^ expected)}")
        for key in sorted(stored):
            self._agree_on(key)


def _fields(record: bytes) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = msgspec.json.decode(record)[1]
    return fields


def _told(transaction: Transaction) -> Signed:
    """A transaction as the model sees it."""
    payload = transaction.payload
    return Signed(
        transaction.id,
        payload.act,
        payload.actor,
        payload.body,
        payload.network,
        payload.valid_until,
        transaction.signers,
        payload.represented_party or "",
        bool(payload.consents),
    )


def game(seed: int, acts: int) -> Tally:
    """Play one game."""
    return Adversary(seed).play(acts)
