# SPDX-License-Identifier: Apache-2.0
"""Who plays in the adversary's games: parties, controllers, their keys, and chance."""

import random
from collections import deque
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ledger.world import (
    CARRIER_CODES,
    FIRM_KEYS,
    GOVERNANCE,
    IDS,
    PORT_ROLES,
    ROLES,
    TIME,
    UNKNOWN,
    World,
    keys_of,
    kid,
    registration,
    salt,
)
from model.identity_model import KeyLife, Person, controller_id
from model.ledger_model import Ledger
from model.title_model import Body
from ropewalk.crypto import Value

PARTIES = ("bank", "buyer", "carrier", "consignee", "firm", "other_carrier", "shipper")
ASHORE = ("driver", "forwarder", "haulier")
CARRIERS = ("carrier", "other_carrier")
NAMES_BY_KID: dict[str, str] = {}
"""Of every key ever used, so that whoever really signs finds it."""
NEWCOMERS_MAX = 10
MORE_QUAYS = ("quay 1", "quay 2", "quay 3", "quay 4")
QUAYS = (
    IDS["terminal"],
    IDS["other_terminal"],
    *(controller_id("", [kid(name)], salt(name), 1) for name in MORE_QUAYS),
)
"""Terminals: more than may report on one box."""


class Move(NamedTuple):
    """An act that somebody is about to try."""

    actor: str
    act: str
    body: Body
    represented: str = ""
    signers: tuple[str, ...] = ()
    """Empty: as the actor's keys ask for."""


@cache
def key_of(name: str) -> str:
    """The key of a name, remembered."""
    found = kid(name)
    NAMES_BY_KID[found] = name
    return found


def first_ledger(network: str, validators: Sequence[Body] = ()) -> Ledger:
    """What the model knows of a settled world, a consortium where its genesis names validators."""
    ledger = Ledger(network, GOVERNANCE)
    if validators:
        ledger.steps = [{"height": 0, "validators": list(validators)}]
    for place, name in enumerate((*ROLES, "firm")):
        keys = FIRM_KEYS if name == "firm" else (name,)
        lives = [KeyLife(key_of(one), 1 + 2 * place) for one in keys]
        ledger.people[IDS[name]] = Person(lives, 1)
        if name == "firm":
            ledger.people[IDS[name]] = Person(lives, 2, salt("firm commitment"))
        else:
            ledger.parties[IDS[name]] = {
                "carrier_codes": list(CARRIER_CODES.get(name, ())),
                "lei": "529900T8BM49AURSDO55" if name == "bank" else "",
                "roles": list(ROLES[name]),
            }
    governors = [KeyLife(key_of(one), 0) for one in keys_of("governance")]
    ledger.people[GOVERNANCE] = Person(governors, 2)
    ledger.laws["GB"] = TIME
    ledger.activations = [{"height": 0, "version": 1}]
    ledger.seen_as_registry()
    return ledger


def port_registrations() -> dict[str, dict[str, Value]]:
    """The bodies that register the parties of the port, by name."""
    bodies = {name: registration(name) for name in PORT_ROLES}
    for name in MORE_QUAYS:
        bodies[name] = {
            "carrier_codes": [],
            "keys": [kid(name)],
            "lei": "",
            "roles": ["terminal"],
            "salt": salt(name),
            "threshold": 1,
        }
    return bodies


def come_ashore(world: World, ledger: Ledger) -> None:
    """Register the parties of the port, in the ledger and in the model."""
    for name, body in port_registrations().items():
        position = world.position
        world.done("governance", "identity.REGISTER_PARTY", body)
        who = controller_id("", [key_of(name)], salt(name), 1)
        ledger.people[who] = Person([KeyLife(key_of(name), position)], 1)
        members = ("carrier_codes", "lei", "roles")
        ledger.parties[who] = {member: body[member] for member in members}
    ledger.seen_as_registry()


class Cast:
    """Who there is to choose from."""

    def __init__(self, seed: int, ledger: Ledger) -> None:
        self.chance = random.Random(seed)
        self.ledger = ledger
        self.newcomers: deque[str] = deque(maxlen=NEWCOMERS_MAX)
        self.time = 0
        """Block time of the candidates that are made now, seconds."""
        self._keys = 0

    def odds(self, share: float) -> bool:
        """Whether something happens that happens so often."""
        return self.chance.random() < share

    def anybody(self) -> str:
        """A controller, now and then nobody's."""
        dice = self.chance.random()
        if dice < 0.02:
            return UNKNOWN
        if dice < 0.25 and self.newcomers:
            return self.chance.choice(self.newcomers)
        if dice < 0.29:
            return IDS[self.chance.choice(ASHORE)]
        return IDS[self.chance.choice(PARTIES)]

    def other_than(self, somebody: str) -> str:
        """A controller, seldom this one."""
        found = self.anybody()
        return self.anybody() if found == somebody else found

    def bank(self) -> str:
        """A bank most of the time."""
        banks = sorted(self.ledger.registry.banks)
        return self.chance.choice(banks) if banks and self.odds(0.8) else self.anybody()

    def fresh_key(self) -> str:
        """A key that nobody has yet."""
        self._keys += 1
        return key_of(f"spare {self._keys % 4_000}")

    def active(self, somebody: str) -> list[str]:
        """The keys that somebody signs with."""
        person = self.ledger.people.get(somebody)
        return person.active if person else []

    def later(self, *days: float) -> int:
        """A time so many days ahead, one of these; now and then a wrong one."""
        if self.odds(0.04):
            return self.time + self.chance.choice((-1, 0, 200 * 86_400))
        return self.time + int(self.chance.choice(days) * 86_400)
