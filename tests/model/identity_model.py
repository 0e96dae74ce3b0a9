# SPDX-License-Identifier: Apache-2.0
"""Who acts, told a second time from docs/reference/identity.md: keys, policies, mandates, recovery.

People are told by their lives: when each key began and ended, what they asked for, what waits.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from model.title_model import Body, canonical

DAY = 86_400
KEYS_MAX = 16
KEYS_EVER_MAX = 64
APPROVAL_DAYS_MAX = 90
ABOUT_PROPOSALS = frozenset(
    {"identity.PROPOSE", "identity.APPROVE", "identity.WITHDRAW", "identity.EXPIRE"}
)
"""They ask for one key of their actor, whatever its threshold and policy."""


class KeyLife(NamedTuple):
    """A key of a controller: the log positions of the acts that added and revoked it."""

    kid: str
    added: int
    revoked: int = 0

    def lives(self, position: int) -> bool:
        """Whether it authorises there."""
        return self.added < position and (not self.revoked or position < self.revoked)


NO_RECOVERY: Body = {"controllers": [], "delay": 0, "threshold": 0}


@dataclass(slots=True)
class Person:
    """A controller."""

    keys: list[KeyLife]
    threshold: int
    commitment: str = ""
    policy: Body | None = None
    recovery: Body = field(default_factory=lambda: NO_RECOVERY)
    waiting: Body | None = None
    """A recovery that waits: `due`, `keys`, `threshold`."""
    recovered_at: int = 0
    threshold_since: int = 0
    """Where the threshold was changed last."""
    lease_end: int = 0
    mandates: dict[str, Body] = field(default_factory=dict)
    """Given, by agent."""

    @property
    def active(self) -> list[str]:
        """Its keys that were not revoked."""
        return [key.kid for key in self.keys if not key.revoked]

    @property
    def known(self) -> set[str]:
        """Every key it has or had."""
        return {key.kid for key in self.keys}

    def add(self, kid: str, position: int) -> None:
        """One more key."""
        self.keys.append(KeyLife(kid, position))

    def revoke(self, kid: str, position: int) -> None:
        """One less, and the roles it had."""
        if self.policy:
            roles = [one for one in self.policy["roles"] if one["kid"] != kid]
            self.policy = {**self.policy, "roles": roles}
        self.keys = [
            key._replace(revoked=position) if key.kid == kid and not key.revoked else key
            for key in self.keys
        ]

    def ask_for(self, threshold: int, position: int) -> None:
        """So many keys together from here on."""
        if threshold != self.threshold:
            self.threshold, self.threshold_since = threshold, position

    def told(self) -> dict[str, Any]:
        """As a record has it."""
        since = {"threshold_since": self.threshold_since} if self.threshold_since else {}
        if self.recovered_at:
            since["recovered_at"] = self.recovered_at
        return {
            **since,
            "commitment": self.commitment,
            "keys": [key._asdict() for key in self.keys],
            "recovery": dict(self.recovery),
            "threshold": self.threshold,
        }


def authority(person: Person | None, threshold: int, signers: Sequence[str], position: int) -> str:
    """Why signatures do not speak for a controller at a position, "" when they do."""
    if person is None:
        return "identity.unknown_controller"
    lives = {life.kid: life for life in person.keys}
    for signer in signers:
        life = lives.get(signer)
        if life is not None and life.revoked and life.revoked <= position:
            return "identity.revoked_key"
        if life is None or life.added >= position:
            return "identity.unknown_key"
    return "" if len(set(signers)) >= threshold else "identity.threshold_not_met"


def demands(person: Person, act: str, body: Body) -> list[Body]:
    """The rules of a controller's policy that count for an act."""
    rules = person.policy["rules"] if person.policy else []
    if act in OVER_THE_POLICY:
        return list(rules)
    if act == "identity.GRANT_MANDATE":
        acts = body.get("acts")
        given = acts if isinstance(acts, list) else []
        meant = {one for name in (act, *given) for one in _called(str(name))}
        return [rule for rule in rules if rule["act"] in meant]
    return [rule for rule in rules if rule["act"] in _called(act) and _costs(rule, act, body)]


OVER_THE_POLICY = frozenset(
    f"identity.{word}"
    for word in (
        *("ADD_KEY", "REVOKE_KEY", "ROTATE_KEY", "CHANGE_THRESHOLD"),
        *("SET_POLICY", "SET_RECOVERY", "CANCEL_RECOVERY"),
    )
)
"""What could lift a policy, so all of it counts."""


def _called(act: str) -> set[str]:
    return {act, f"{act.partition('.')[0]}.*", "*"}


def _costs(rule: Body, act: str, body: Body) -> bool:
    """Only an act that names an amount in the rule's currency below its own gets by."""
    if not rule["currency"]:
        return True
    if "amount" not in body:
        return act in LEAVES_IT_OPEN
    amount = str(body["amount"])
    if body.get("currency") != rule["currency"] or not (amount.isascii() and amount.isdecimal()):
        return True
    return int(amount) >= int(rule["amount_min"])


LEAVES_IT_OPEN = frozenset({"capital.PLEDGE_RECEIVABLE"})
"""What names no amount where it is about all there is."""


def holders_of(person: Person, role: str) -> set[str]:
    """Keys that hold a role; "" is held by all."""
    if not role:
        return {key.kid for key in person.keys}
    roles = person.policy["roles"] if person.policy else []
    return {one["kid"] for one in roles if role in one["roles"]}


def eyes_enough(person: Person, act: str, body: Body, kids: Iterable[str]) -> bool:
    """Whether as many keys signed as the policy asks for."""
    signed = set(kids)
    return all(
        len(signed & holders_of(person, rule["role"])) >= int(rule["keys"])
        for rule in demands(person, act, body)
    )


def reaches(person: Person, kids: Iterable[str], position: int) -> bool:
    """Whether keys, as far as they are valid here, are as many as their controller asks for."""
    return (
        len(set(kids) & {key.kid for key in person.keys if key.lives(position)}) >= person.threshold
    )


def suffices(person: Person, act: str, body: Body, kids: Iterable[str], position: int) -> bool:
    """Whether keys, as far as they are valid here, speak for their controller in this act."""
    valid = set(kids) & {key.kid for key in person.keys if key.lives(position)}
    return len(valid) >= person.threshold and eyes_enough(person, act, body, valid)


def is_reachable(person: Person, policy: Body | None, active: Iterable[str]) -> bool:
    """Whether enough active keys hold what each rule asks for."""
    after = Person(person.keys, person.threshold, policy=policy)
    rules = policy["rules"] if policy else []
    return all(
        len(set(active) & holders_of(after, rule["role"])) >= int(rule["keys"]) for rule in rules
    )


def controller_id(commitment: str, keys: Sequence[str], salt: str, threshold: int) -> str:
    """The id a controller gets at registration (formats.md, 5)."""
    told = {"commitment": commitment, "keys": list(keys), "salt": salt, "threshold": threshold}
    return hashlib.sha256(b"ropewalk controller v1\n" + canonical(told)).hexdigest()[:32]


def makes_controller(keys: Sequence[str], threshold: int) -> bool:
    """Whether keys and threshold make a controller."""
    return len(set(keys)) == len(keys) and 1 <= threshold <= len(keys) <= KEYS_MAX


class Approval(NamedTuple):
    """One key's approval."""

    controller: str
    kid: str
    transaction: str
    until: int
    agent: str = ""
    """Who signed in the controller's name under a mandate."""

    def told(self) -> dict[str, Any]:
        """As a record has it."""
        return {name: value for name, value in self._asdict().items() if name != "agent" or value}


@dataclass(slots=True)
class Proposal:
    """An act that waits for approvals."""

    act: str
    actor: str
    body: Body
    until: int
    transaction: str
    approvals: list[Approval]
    waits_for: list[str]

    def told(self) -> dict[str, Any]:
        """As a record has it."""
        return {
            "act": self.act,
            "actor": self.actor,
            "approvals": [approval.told() for approval in self.approvals],
            "body": self.body,
            "transaction": self.transaction,
            "until": self.until,
            "waits_for": self.waits_for,
        }


def act_hash(act: str, actor: str, body: Body, network: str, until: int) -> str:
    """What is approved."""
    told = {"act": act, "actor": actor, "body": body, "network": network, "valid_until": until}
    return hashlib.sha256(canonical(told)).hexdigest()
