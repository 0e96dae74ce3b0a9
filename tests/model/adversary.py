# SPDX-License-Identifier: Apache-2.0
"""An adversary that plays the state machine against the model, act by act.

It mostly knows what would be allowed and often does something else: strangers sign, old keys
come back, stale acts, replays, other networks, broken bodies. After every block each outcome,
each touched record and the untouched rest are held to the model. One seed, one game.
"""

import random
from collections import deque
from dataclasses import dataclass, field

from ledger.world import FIRM_KEYS, GOVERNANCE, IDS, UNKNOWN, World, keys_of, kid, salt, settled
from model.title_model import (
    Body,
    History,
    KeyLife,
    Registry,
    Standing,
    authority,
    fact_of,
    record_of,
    reference_of,
    refusal,
    refusal_of_issue,
    standing_of,
)
from ropewalk.crypto import Value, sha256_hex
from ropewalk.ledger import Candidate, LedgerError, Result, to_builtins
from ropewalk.title import find

PARTIES = ("bank", "buyer", "carrier", "consignee", "firm", "other_carrier", "shipper")
TITLE_ACTS = (
    *("TRANSFER",) * 5,
    *("ENDORSE", "ENDORSE_TO_ORDER", "BLANK_ENDORSE") * 2,
    *("SIGN", "REFUSE_TRANSFER", "REFUSE_TRANSFER", "SURRENDER_FOR_DELIVERY"),
    *("SACC", "SREJ", "SREJ", "REDIRECT", "DELIVER"),
)
KINDS: tuple[tuple[str, bool], ...] = (
    ("BOL", True),
    ("BOL", True),
    ("BOL", False),
    ("SWB", False),
    ("SWB", True),
)
LAWS = ("GB", "SG", "DE")
TITLES_OPEN = 12


class DisagreementError(AssertionError):
    """Machine and model do not agree."""


@dataclass(slots=True)
class Ledger:
    """What the model knows of the whole ledger."""

    registry: Registry
    keys: dict[str, list[KeyLife]]
    thresholds: dict[str, int]
    titles: dict[str, History] = field(default_factory=dict)
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=TITLES_OPEN))
    """The titles issued last."""
    standings: dict[str, Standing] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


def _ledger() -> Ledger:
    ids = {IDS[name] for name in PARTIES}
    keys = {IDS[name]: [KeyLife(kid(name), 0, None)] for name in PARTIES if name != "firm"}
    keys[IDS["firm"]] = [KeyLife(kid(name), 0, None) for name in FIRM_KEYS]
    keys[GOVERNANCE] = [KeyLife(kid(name), 0, None) for name in keys_of("governance")]
    registry = Registry(
        controllers=ids | {GOVERNANCE},
        banks={IDS["bank"]},
        carrier_codes={
            IDS["carrier"]: {"SMDG:ROP", "NMFTA:ROPE"},
            IDS["other_carrier"]: {"SMDG:OTH"},
        },
        laws={"GB"},
    )
    thresholds = dict.fromkeys(keys, 1) | {IDS["firm"]: 2, GOVERNANCE: 2}
    return Ledger(registry, keys, thresholds)


@dataclass(slots=True)
class Tally:
    """How often what happened, so that a test can see that the game was worth playing."""

    acts: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    def note(self, outcome: str) -> None:
        """Count one outcome."""
        self.acts += 1
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1


class Adversary:
    """One game between machine and model."""

    def __init__(self, seed: int, world: World | None = None) -> None:
        self.chance = random.Random(seed)
        self.world: World = settled() if world is None else world
        self.ledger = _ledger()
        self.tally = Tally()
        self._issues = 0
        self._key_number = 0
        self._past: deque[Candidate] = deque(maxlen=200)

    def play(self, acts: int) -> Tally:
        """Play until so many acts were judged.

        Raises:
            DisagreementError: machine and model differ.
            StopError: an invariant broke.
        """
        while self.tally.acts < acts:
            candidates = [self._candidate() for _ in range(self.chance.choice((1, 1, 2, 4, 8)))]
            position = self.world.position
            results = self.world.block(*candidates, seconds=self.chance.choice((0, 0, 1, 20, 90)))
            touched: set[str] = set()
            for candidate, result in zip(candidates, results, strict=True):
                expected = self._expect(candidate, position, touched)
                _agree(candidate, result, expected)
                self.tally.note(expected or "committed")
                position += result.entry is not None
            for title in sorted(touched):
                self._agree_on(title)
        self._agree_on_everything()
        return self.tally

    # what the adversary does

    def _candidate(self) -> Candidate:
        dice = self.chance.random()
        if dice < 0.04 and self._past:
            return self.chance.choice(self._past)
        actor, act, body = self._act(dice)
        body = self._spoilt(body) if self.chance.random() < 0.02 else body
        candidate = self.world.candidate(
            actor, act, body, self._signers(actor), self._valid_until()
        )
        if self.chance.random() < 0.005:
            candidate = self._abroad(actor, act, body)
        self._past.append(candidate)
        return candidate

    def _act(self, dice: float) -> tuple[str, str, dict[str, Value]]:
        if dice < 0.08 or not self.ledger.titles:
            return self._issue()
        if dice < 0.12:
            return self._around()
        return self._on_title()

    def _issue(self) -> tuple[str, str, dict[str, Value]]:
        chance = self.chance
        document_type, is_to_order = chance.choice(KINDS)
        actor = chance.choice(("carrier", "carrier", "carrier", "carrier", "other_carrier", "bank"))
        shipper = self._anybody()
        self._issues += chance.random() < 0.9
        body: dict[str, Value] = {
            "carrier_code": chance.choice(("ROP", "ROP", "ROP", "OTH")),
            "carrier_code_list_provider": "SMDG",
            "commitment": salt(f"document {self._issues}"),
            "document_type": document_type,
            "governing_law": chance.choice(("GB", "GB", "GB", "SG")),
            "is_to_order": is_to_order,
            "shipper": shipper,
            "transport_document_reference": chance.choice((f"R{self._issues}",) * 20 + (" ", "")),
        }
        if not is_to_order or chance.random() < 0.2:
            body["consignee"] = self._anybody()
        if is_to_order and chance.random() < 0.6:
            body["endorsee"] = chance.choice((shipper, shipper, self._anybody()))
        if document_type == "BOL" and chance.random() < 0.95:
            body["issue_to"] = chance.choice((shipper,) * 6 + (self._anybody(),))
        return actor, "title.ISSUE", body

    def _around(self) -> tuple[str, str, dict[str, Value]]:
        chance = self.chance
        which = chance.randrange(6)
        actor = chance.choice(("governance",) * 5 + ("shipper",))
        if which == 0:
            return actor, "identity.RECOGNISE_LAW", {"law": chance.choice(LAWS)}
        if which == 1:
            return actor, "identity.WITHDRAW_LAW", {"law": chance.choice(LAWS[1:])}
        if which == 2:
            roles: list[Value] = ["bank"] if chance.random() < 0.7 else []
            party = IDS[chance.choice(("bank", "buyer"))]
            body: dict[str, Value] = {"carrier_codes": [], "lei": "", "party": party}
            return actor, "identity.CHANGE_PARTY", {**body, "roles": roles}
        holder = chance.choice(PARTIES)
        if which in {3, 4}:
            self._key_number += 1
            return holder, "identity.ADD_KEY", {"key": kid(f"spare {self._key_number % 400}")}
        lives = self.ledger.keys[IDS[holder]]
        return holder, "identity.REVOKE_KEY", {"key": chance.choice(lives).kid}

    def _on_title(self) -> tuple[str, str, dict[str, Value]]:
        chance = self.chance
        title = chance.choice(self._open() or self.ledger.recent)
        history, standing = self.ledger.titles[title], self.ledger.standings[title]
        act = chance.choice(likely_acts(history, standing) if chance.random() < 0.8 else TITLE_ACTS)
        body: dict[str, Value] = {"last_act": standing.last.transaction, "title": title}
        if act in {"TRANSFER", "ENDORSE", "ENDORSE_TO_ORDER"}:
            claimant = standing.endorsements[-1].endorsee
            body["recipient"] = self._anybody()
            if act == "TRANSFER" and claimant and chance.random() < 0.4:
                body["recipient"] = claimant
        elif act == "SURRENDER_FOR_DELIVERY":
            body["addressee"] = chance.choice((history.issuer,) * 4 + (self._anybody(),))
        elif act == "REDIRECT":
            body["consignee"] = self._anybody()
        if chance.random() < 0.04:
            body["last_act"] = chance.choice(history.facts).transaction
        if chance.random() < 0.005:
            body["title"] = sha256_hex(b"no such title")
        return self._actor_for(history, standing, act), f"title.{act}", body

    def _open(self) -> list[str]:
        recent = list(self.ledger.recent)
        if self.chance.random() < 0.06:
            return recent
        standings = self.ledger.standings
        return [one for one in recent if standings[one].status not in {"SURRENDERED", "DELIVERED"}]

    def _actor_for(self, history: History, standing: Standing, act: str) -> str:
        if self.chance.random() < 0.2:
            return self._anybody()
        if act in {"SACC", "SREJ", "DELIVER"}:
            return history.issuer
        if act == "REDIRECT" or history.is_waybill:
            return history.named("shipper")
        return standing.possessor

    def _anybody(self) -> str:
        return IDS[self.chance.choice(PARTIES)] if self.chance.random() < 0.98 else UNKNOWN

    def _signers(self, actor: str) -> list[str]:
        identifier = IDS.get(actor, actor)
        lives = self.ledger.keys.get(identifier, [])
        active = [life.kid for life in lives if life.revoked is None]
        dice = self.chance.random()
        if dice < 0.02:
            return [kid(self.chance.choice(PARTIES))]
        if dice < 0.04 and lives:
            return [self.chance.choice(lives).kid]
        needed = self.ledger.thresholds.get(identifier, 1)
        return self.chance.sample(active, needed) if len(active) >= needed else [kid("stranger")]

    def _valid_until(self) -> int:
        dice = self.chance.random()
        if dice < 0.004:
            return self.world.time_s - 1
        if dice < 0.008:
            return self.world.time_s + 4_000
        return self.world.time_s + self.chance.choice((90, 600, 3_600))

    def _spoilt(self, body: dict[str, Value]) -> dict[str, Value]:
        member = self.chance.choice(sorted(body))
        how = self.chance.randrange(3)
        if how == 0:
            return {name: value for name, value in body.items() if name != member}
        if how == 1:
            return {**body, "surplus": True}
        return {**body, member: 7}

    def _abroad(self, actor: str, act: str, body: dict[str, Value]) -> Candidate:
        home = self.world.network
        self.world.network = sha256_hex(b"another network")
        try:
            return self.world.candidate(actor, act, body)
        finally:
            self.world.network = home

    # what the model expects

    def _expect(self, candidate: Candidate, position: int, touched: set[str]) -> str:
        transaction = candidate.verdict
        if isinstance(transaction, LedgerError):
            raise DisagreementError("the adversary made no transaction")
        payload, time_s = transaction.payload, self.world.time_s
        if payload.network != self.world.network:
            return "ledger.other_network"
        if payload.valid_until < time_s:
            return "ledger.expired"
        if payload.valid_until > time_s + 3_600:
            return "ledger.too_far_ahead"
        if transaction.id in self.ledger.seen:
            return "ledger.duplicate"
        keys = self.ledger.keys.get(payload.actor)
        threshold = self.ledger.thresholds.get(payload.actor, 1)
        unauthorised = authority(keys, threshold, transaction.signers, position)
        if unauthorised:
            return unauthorised
        self.ledger.seen.add(transaction.id)
        why = self._judge(payload.act, payload.actor, payload.body, transaction.id, position)
        if payload.act == "title.ISSUE" and not why:
            touched.add(self._title_of(payload.body))
        touched.add(str(payload.body.get("title", "")))
        return why

    def _judge(self, act: str, actor: str, body: Body, transaction: str, position: int) -> str:
        if not well_formed(act, body):
            return "ledger.malformed_body"
        room, _, word = act.partition(".")
        if room == "identity":
            return self._judge_identity(word, actor, body, position)
        ledger = self.ledger
        if word == "ISSUE":
            why = refusal_of_issue(ledger.registry, actor, body)
            if why:
                return why
            ledger.registry.references.add(reference_of(body))
            title, history = self._title_of(body), History(body, actor, self.world.time_s)
            ledger.titles[title] = history
            ledger.recent.append(title)
        else:
            title = str(body["title"])
            if title not in ledger.titles:
                return "title.unknown_title"
            history = ledger.titles[title]
            why = refusal(ledger.registry, history, ledger.standings[title], word, actor, body)
            if why:
                return why
        history.facts.append(fact_of(word, actor, body, transaction))
        ledger.standings[title] = standing_of(history)
        return ""

    def _title_of(self, body: Body) -> str:
        """The id the ledger gave: it is a hash, which the model does not tell again."""
        record = self.world.state[f"reference/{reference_of(body)}"]
        return record.decode("ascii").split('"')[3]

    def _judge_identity(self, word: str, actor: str, body: Body, position: int) -> str:
        if word in {"ADD_KEY", "REVOKE_KEY"}:
            return self._judge_key(word, actor, str(body["key"]), position)
        if actor != GOVERNANCE:
            return "identity.not_governance"
        registry, law = self.ledger.registry, str(body.get("law", ""))
        if word == "RECOGNISE_LAW":
            if law in registry.laws:
                return "identity.law_recognised"
            registry.laws.add(law)
        elif word == "WITHDRAW_LAW":
            if law not in registry.laws:
                return "identity.law_not_recognised"
            registry.laws.discard(law)
        else:
            party, roles = str(body["party"]), body["roles"]
            registry.banks.discard(party)
            if roles == ["bank"]:
                registry.banks.add(party)
        return ""

    def _judge_key(self, word: str, actor: str, chosen: str, position: int) -> str:
        lives = self.ledger.keys[actor]
        active = [life for life in lives if life.revoked is None]
        known = [life for life in lives if life.kid == chosen]
        if word == "ADD_KEY":
            if known:
                return "identity.key_known"
            if len(active) >= 16 or len(lives) >= 64:
                return "identity.bad_keys"
            lives.append(KeyLife(chosen, position, None))
            return ""
        if not known or known[0].revoked is not None:
            return "identity.unknown_key"
        if len(active) <= self.ledger.thresholds[actor]:
            return "identity.last_keys"
        lives[lives.index(known[0])] = known[0]._replace(revoked=position)
        return ""

    # where the two must agree

    def _agree_on(self, title: str) -> None:
        history = self.ledger.titles.get(title)
        record = find(self.world.state, title)
        if history is None or record is None:
            if history is not None or record is not None:
                raise DisagreementError(f"title {title} exists for one of the two only")
            return
        expected = record_of(history, self.ledger.standings[title])
        found = to_builtins(record)
        if found != expected:
            told = {
                name: (found[name], expected[name])
                for name in found
                if found[name] != expected[name]
            }
            raise DisagreementError(f"title {title}: {told}")

    def _agree_on_everything(self) -> None:
        stored = [one for one in self.world.state if one.startswith("title/")]
        if sorted(stored) != sorted(f"title/{title}" for title in self.ledger.titles):
            raise DisagreementError("other titles than the model's")
        for title in self.ledger.titles:
            self._agree_on(title)
        laws = sorted(one for one in self.world.state if one.startswith("law/"))
        if laws != sorted(f"law/{law}" for law in self.ledger.registry.laws):
            raise DisagreementError("other laws than the model's")


def likely_acts(history: History, standing: Standing) -> tuple[str, ...]:
    """Acts that have a chance."""
    if history.is_waybill:
        return ("REDIRECT", "REDIRECT", "REDIRECT", "DELIVER")
    if standing.status == "SURRENDER_REQUESTED":
        return ("SREJ", "SREJ", "SACC")
    if not history.issued["is_to_order"]:
        return ("TRANSFER", "TRANSFER", "REFUSE_TRANSFER", "SIGN", "SURRENDER_FOR_DELIVERY")
    return (*TITLE_ACTS[:14], "REFUSE_TRANSFER")


MEMBERS: dict[str, tuple[str, ...]] = {
    "identity.ADD_KEY": ("key",),
    "identity.CHANGE_PARTY": ("carrier_codes", "lei", "party", "roles"),
    "identity.RECOGNISE_LAW": ("law",),
    "identity.REVOKE_KEY": ("key",),
    "identity.WITHDRAW_LAW": ("law",),
    "title.BLANK_ENDORSE": ("last_act", "title"),
    "title.DELIVER": ("last_act", "title"),
    "title.ENDORSE": ("last_act", "recipient", "title"),
    "title.ENDORSE_TO_ORDER": ("last_act", "recipient", "title"),
    "title.REDIRECT": ("consignee", "last_act", "title"),
    "title.REFUSE_TRANSFER": ("last_act", "title"),
    "title.SACC": ("last_act", "title"),
    "title.SIGN": ("last_act", "title"),
    "title.SREJ": ("last_act", "title"),
    "title.SURRENDER_FOR_DELIVERY": ("addressee", "last_act", "title"),
    "title.TRANSFER": ("last_act", "recipient", "title"),
}
ISSUE_MEMBERS = (
    "carrier_code",
    "carrier_code_list_provider",
    "commitment",
    "document_type",
    "governing_law",
    "is_to_order",
    "shipper",
    "transport_document_reference",
)
ISSUE_OPTIONAL = ("consignee", "endorsee", "issue_to")


def well_formed(act: str, body: Body) -> bool:
    """Whether a body has its act's members and no others, none of the wrong kind (an integer)."""
    if any(value == 7 and not isinstance(value, bool) for value in body.values()):
        return False
    if act == "title.ISSUE":
        rest = [member for member in body if member not in ISSUE_OPTIONAL]
        return sorted(rest) == list(ISSUE_MEMBERS)
    return sorted(body) == list(MEMBERS[act])


def _agree(candidate: Candidate, result: Result, expected: str) -> None:
    outcome = "" if result.refusal is None else result.refusal.code
    if outcome != expected:
        raise DisagreementError(
            f"{candidate.text}\nmachine: {outcome or 'committed'}; model: {expected or 'committed'}"
        )


def game(seed: int, acts: int) -> Tally:
    """Play one game."""
    return Adversary(seed).play(acts)
