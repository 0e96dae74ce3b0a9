# SPDX-License-Identifier: Apache-2.0
"""A network in memory, with fixed keys: genesis, parties, blocks. No clock, no chance, no disk.

Keys are derived from names, so ids are the same on every machine and in every vector.
"""

from collections.abc import Mapping, Sequence

import msgspec

from ropewalk.crypto import INTEGER_MAX, PrivateKey, Value, encode, sha256, sha256_hex
from ropewalk.identity import controller_id, governance_id
from ropewalk.ledger import (
    Block,
    Candidate,
    LedgerError,
    Misbehaviour,
    Payload,
    ReplayLists,
    Result,
    Transaction,
    inspect,
    network_id,
    read_genesis,
    sign_consent,
    sign_transaction,
)
from ropewalk.rules import genesis_records, machine

TIME = 1_767_225_600
"""2026-01-01T00:00:00Z, the time of every genesis here."""
MINUTE_AHEAD = 60
DAY = 86_400


def key(name: str) -> PrivateKey:
    """The key of a name."""
    return PrivateKey(sha256(f"ropewalk test key {name}".encode()))


def kid(name: str) -> str:
    """The key id of a name."""
    return key(name).kid


def salt(name: str) -> str:
    """The salt of a name, hex."""
    return sha256_hex(f"ropewalk test salt {name}".encode())


def genesis(
    name: str = "test",
    *,
    quota: int = 1_000_000,
    laws: Sequence[str] = ("GB",),
    validators: Mapping[str, int] | None = None,
) -> bytes:
    """A genesis file; another name makes another network, powers of validators a consortium."""
    content: dict[str, Value] = {
        "format": "ropewalk-genesis/1",
        "governance": {"keys": [kid("governance"), kid("governance 2")], "threshold": 2},
        "laws": list(laws),
        "log": "ropewalk.example/test+00000000+AQ==",
        "parameters": {"quota_actor_max": quota},
        "protocol": 1,
        "salt": salt(name),
        "time": TIME,
    }
    if validators:
        named = [validator(one, power) for one, power in validators.items()]
        content["log"] = "ropewalk.example/test"
        content["validators"] = sorted(named, key=lambda one: str(one["key"]))
    return encode(content)


def validator(name: str, power: int = 1) -> dict[str, Value]:
    """The node of a name that votes; its two keys follow from it."""
    return {"key": kid(f"votes {name}"), "node": kid(f"node {name}"), "power": power}


GENESIS = genesis()
CONSORTIUM = genesis(validators={"a": 10, "b": 10, "c": 10, "d": 10})
"""Four validators of one power, and everything else as in `GENESIS`."""
NETWORK = network_id(GENESIS)
GOVERNANCE = governance_id(read_genesis(GENESIS))
ROLES: Mapping[str, tuple[str, ...]] = {
    "bank": ("bank",),
    "buyer": (),
    "carrier": ("carrier",),
    "consignee": ("consignee",),
    "other_carrier": ("carrier",),
    "shipper": ("shipper",),
}
PORT_ROLES: Mapping[str, tuple[str, ...]] = {
    "customs": ("customs",),
    "driver": (),
    "forwarder": ("carrier", "forwarder"),
    "haulier": ("haulier",),
    "other_terminal": ("terminal",),
    "terminal": ("terminal",),
}
"""Parties that are registered where cargo comes ashore."""
CARRIER_CODES: Mapping[str, tuple[str, ...]] = {
    "carrier": ("NMFTA:ROPE", "SMDG:ROP"),
    "forwarder": ("SMDG:FWD",),
    "other_carrier": ("SMDG:OTH",),
}
FIRM_KEYS = ("firm a", "firm b", "firm c")
UNKNOWN = "0" * 32
"""Nobody's controller."""


def keys_of(name: str) -> tuple[str, ...]:
    """Names of the keys that together speak for an actor."""
    if name == "governance":
        return ("governance", "governance 2")
    return FIRM_KEYS[:2] if name == "firm" else (name,)


def _identifiers() -> dict[str, str]:
    named = (*ROLES, *PORT_ROLES)
    found = {name: controller_id("", [kid(name)], salt(name), 1) for name in named}
    firm = [kid(one) for one in FIRM_KEYS]
    found["firm"] = controller_id(salt("firm commitment"), firm, salt("firm"), 2)
    tracker = [kid("tracker")]
    found["tracker"] = controller_id(salt("tracker commitment"), tracker, salt("tracker"), 1)
    return {**found, "governance": GOVERNANCE, "nobody": UNKNOWN}


IDS: Mapping[str, str] = _identifiers()
NAMES: Mapping[str, str] = {identifier: name for name, identifier in IDS.items()}


def registration(name: str) -> dict[str, Value]:
    """The body that registers a party of `ROLES` or `PORT_ROLES`."""
    return {
        "carrier_codes": list(CARRIER_CODES.get(name, ())),
        "keys": [kid(name)],
        "lei": "529900T8BM49AURSDO55" if name == "bank" else "",
        "roles": list({**ROLES, **PORT_ROLES}[name]),
        "salt": salt(name),
        "threshold": 1,
    }


FIRM: Mapping[str, Value] = {
    "commitment": salt("firm commitment"),
    "keys": [kid(one) for one in FIRM_KEYS],
    "salt": salt("firm"),
    "threshold": 2,
}
"""The body that registers the controller `firm`: two of three keys."""
TRACKER: Mapping[str, Value] = {
    "commitment": salt("tracker commitment"),
    "keys": [kid("tracker")],
    "salt": salt("tracker"),
    "threshold": 1,
}
"""The body that registers the controller of a device."""


def content(
    actor: str, act: str, body: Mapping[str, Value], valid_until: int, network: str = NETWORK
) -> dict[str, Value]:
    """What an actor signs; `actor` is a name of `IDS` or an id."""
    return {
        "act": act,
        "actor": IDS.get(actor, actor),
        "body": body,
        "network": network,
        "valid_until": valid_until,
    }


def signed(content_: Mapping[str, Value], names: Sequence[str], until: int = INTEGER_MAX) -> str:
    """A transaction signed by the first name's key, with the others' consents."""
    consents = [sign_consent(content_, until, key(name)) for name in names[1:]]
    return sign_transaction(content_, key(names[0]), consents)


def inspected(text: str) -> Candidate:
    """A candidate as an engine makes it."""
    verdict: Transaction | LedgerError
    try:
        verdict = inspect(text)
    except LedgerError as refusal:
        verdict = refusal
    return Candidate(text, verdict)


def unsigned(content_: Mapping[str, Value], signers: Sequence[str]) -> Candidate:
    """A candidate whose signatures are taken as verified: fast, and any signer can be claimed."""
    data = encode(content_)
    payload = msgspec.convert(dict(content_), Payload)
    transaction = Transaction(sha256_hex(data), payload, tuple(signers), INTEGER_MAX)
    return Candidate(data.decode("ascii"), transaction)


class World:
    """A ledger in memory, every promise checked after every act."""

    def __init__(self, data: bytes = GENESIS) -> None:
        self.genesis = data
        self.network = network_id(data)
        self.governance = governance_id(read_genesis(data))
        self.machine = machine(data, checks_invariants=True)
        self.state: dict[str, bytes] = genesis_records(data)
        self.replay = ReplayLists()
        self.height = 0
        self.position = 1
        self.time_s = TIME
        self.acts = 0
        self.evidence: list[Result] = []
        """What became of the last block's misbehaviour, as far as it had an effect."""

    def candidate(
        self,
        actor: str,
        act: str,
        body: Mapping[str, Value],
        signers: Sequence[str] | None = None,
        valid_until: int | None = None,
    ) -> Candidate:
        """An act by an actor's own keys, valid for a minute, unless told otherwise."""
        until = self.time_s + MINUTE_AHEAD if valid_until is None else valid_until
        kids = [kid(name) for name in keys_of(actor)] if signers is None else signers
        speaker = self.governance if actor == "governance" else actor
        return unsigned(content(speaker, act, body, until, self.network), kids)

    def block(
        self,
        *candidates: Candidate,
        seconds: int = 1,
        misbehaviour: tuple[Misbehaviour, ...] = (),
    ) -> list[Result]:
        """Execute a block and keep what it changed."""
        self.time_s += seconds
        self.height += 1
        block = Block(self.height, self.time_s, candidates, misbehaviour)
        executed = self.machine.execute(self.state, self.replay, block, self.position)
        for record_key, record in executed.changes.items():
            if record is None:
                self.state.pop(record_key, None)
            else:
                self.state[record_key] = record
        if executed.entries:
            self.position += len(executed.entries) + 1
        self.evidence = executed.evidence
        return executed.results

    def act(self, actor: str, act: str, body: Mapping[str, Value]) -> Result:
        """One act in a block of its own."""
        return self.block(self.candidate(actor, act, body))[0]

    def done(self, actor: str, act: str, body: Mapping[str, Value]) -> str:
        """One act that must be accepted; its id."""
        result = self.act(actor, act, body)
        assert result.refusal is None, result.refusal
        return result.transaction

    def proposed(self, actor: str, act: str, body: Mapping[str, Value], *, days: int = 30) -> str:
        """An act that must be accepted as a proposal; its act hash."""
        until = self.time_s + days * DAY
        result = self.act(
            actor, "identity.PROPOSE", {"act": act, "body": dict(body), "until": until}
        )
        assert result.refusal is None, result.refusal
        return result.events[0].attributes["act_hash"]

    def approved(self, actor: str, act_hash: str, *, days: int = 30) -> Result:
        """An approval that must be accepted."""
        until = self.time_s + days * DAY
        result = self.act(actor, "identity.APPROVE", {"act_hash": act_hash, "until": until})
        assert result.refusal is None, result.refusal
        return result

    def agreed(self, actor: str, act: str, body: Mapping[str, Value], *approvers: str) -> Result:
        """An act proposed by one and approved by the others, who carry it out; the last result."""
        act_hash = self.proposed(actor, act, body)
        result = [self.approved(one, act_hash) for one in approvers][-1]
        assert f"proposal/{act_hash}" not in self.state, "it still waits"
        return result

    def refused(self, actor: str, act: str, body: Mapping[str, Value]) -> type[LedgerError]:
        """One act that must be refused, without a trace in the records; why."""
        before = self.records()
        result = self.act(actor, act, body)
        assert result.refusal is not None, f"{act} was accepted"
        assert self.records() == before, "a refused act changed a record"
        return type(result.refusal)

    def records(self) -> dict[str, bytes]:
        """The state without the replay lists."""
        return {one: self.state[one] for one in self.state if not one.startswith("replay/")}


def settled(data: bytes = GENESIS) -> World:
    """A network whose parties are registered, each under one key, and the firm under three."""
    world = World(data)
    for name in ROLES:
        world.done("governance", "identity.REGISTER_PARTY", registration(name))
    world.done("shipper", "identity.REGISTER_CONTROLLER", FIRM)
    return world
