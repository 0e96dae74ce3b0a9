# SPDX-License-Identifier: Apache-2.0
"""A small network that always comes out the same: fixed keys, salts and block times."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ropewalk.client import Kept, TransportDocument, bundle_of, issue_body, make_proof
from ropewalk.client.bundle import ProvenEntry
from ropewalk.client.issuing import Controllers
from ropewalk.client.node import History
from ropewalk.crypto import PrivateKey, Value, encode, from_base64, sha256, to_base64
from ropewalk.engines.chain import Chain
from ropewalk.engines.opening import DataDirectory, initialise, open_chain
from ropewalk.engines.reading import Reading
from ropewalk.identity import controller_id, governance_id
from ropewalk.ledger import (
    Candidate,
    act_hash,
    inspect,
    network_id,
    read_genesis,
    sign_consent,
    sign_transaction,
)
from ropewalk.title import key as title_key
from ropewalk.title import title_id
from ropewalk.tlog import COSIGNATURE, Note, VerifierKey, cosign

GENESIS_TIME_S = 1_767_225_600
"""2026-01-01T00:00:00Z."""
BLOCK_S = 60
ORIGIN = "ropewalk.example/vectors"
LAW = "GB"
CARRIER_CODES = ("NMFTA:RPWK", "SMDG:ARX", "SMDG:KML")
PARTIES = {"bank": "bank", "buyer": "consignee", "carrier": "carrier", "shipper": "shipper"}
"""Name and role of the registered parties."""


PROPOSAL_S = 86_400
"""How long a proposal waits here."""
EMPTY: Mapping[str, Value] = {}


def key(name: str) -> PrivateKey:
    """The key of a name: its seed is a hash of it, so that nobody takes it for a secret."""
    return PrivateKey(sha256(f"ropewalk test key {name}".encode()))


def salt(name: str) -> bytes:
    """The salt of a name."""
    return sha256(f"ropewalk test salt {name}".encode())


def log_key() -> VerifierKey:
    """The verifier key of the network's log."""
    return VerifierKey(ORIGIN, key("log").public_key)


def witness_key(name: str) -> VerifierKey:
    """The verifier key of a witness."""
    return VerifierKey(f"{name}.example/witness", key(name).public_key, COSIGNATURE)


def genesis(name: str = "vectors") -> bytes:
    """The genesis file of a network."""
    return encode(
        {
            "format": "ropewalk-genesis/1",
            "governance": {"keys": [key("governance").kid], "threshold": 1},
            "laws": [LAW, "SG"],
            "log": log_key().text,
            "parameters": {"quota_actor_max": 1_000},
            "protocol": 1,
            "salt": salt(name).hex(),
            "time": GENESIS_TIME_S,
        }
    )


class World:
    """The network, one act a block, a block a minute."""

    def __init__(self, directory: Path) -> None:
        self.genesis = genesis()
        self.network = network_id(self.genesis)
        self.time_s = GENESIS_TIME_S
        self.controllers: dict[str, str] = {}
        self.signers: dict[str, tuple[PrivateKey, ...]] = {}
        self.documents: dict[str, Kept] = {}
        where = DataDirectory(directory)
        where.log_key.parent.mkdir(parents=True)
        key("log").write(where.log_key, "vectors")
        initialise(where, self.genesis, key("log"))
        self._chain: Chain = open_chain(
            where, "vectors", now_s=GENESIS_TIME_S, checks_invariants=True
        )
        self._reading = Reading(self._chain)
        self._populate()

    def close(self) -> None:
        """Let go of the files."""
        self._chain.close()

    def _populate(self) -> None:
        governance = governance_id(read_genesis(self.genesis))
        self._name("governance", governance, key("governance"))
        for name, role in sorted(PARTIES.items()):
            codes = list(CARRIER_CODES) if name == "carrier" else []
            body: dict[str, Value] = {"carrier_codes": codes, "lei": "", "roles": [role]}
            identity = self._identity(name, 1, key(name))
            self.act("governance", "identity.REGISTER_PARTY", {**body, **identity})
        for name, threshold, keys in (("forwarder", 1, 1), ("partners", 2, 3)):
            signers = tuple(key(f"{name} {number}") for number in range(keys))
            identity = self._identity(name, threshold, *signers, commitment=salt(name).hex())
            self.act("shipper", "identity.REGISTER_CONTROLLER", identity)

    def _identity(
        self, name: str, threshold: int, *keys: PrivateKey, commitment: str = ""
    ) -> dict[str, Value]:
        kids, salted = [each.kid for each in keys], salt(f"controller {name}").hex()
        self._name(name, controller_id(commitment, kids, salted, threshold), *keys[:threshold])
        own: dict[str, Value] = {"commitment": commitment} if commitment else {}
        return {**own, "keys": kids, "salt": salted, "threshold": threshold}

    def _name(self, name: str, controller: str, *keys: PrivateKey) -> None:
        self.controllers[name] = controller
        self.signers[name] = keys

    def act(
        self,
        actor: str,
        act: str,
        body: Mapping[str, Value],
        *,
        represented: str = "",
        keys: tuple[PrivateKey, ...] = (),
    ) -> str:
        """Commit an act in a block of its own; its id.

        Args:
            actor: name of who acts.
            act: room and name.
            body: its members.
            represented: name of whom the actor represents under a mandate.
            keys: that sign; as many as its threshold asks for unless given.
        """
        self.time_s += BLOCK_S
        content: dict[str, Value] = {
            "act": act,
            "actor": self.controllers[actor],
            "body": dict(body),
            "network": self.network,
            "valid_until": self.time_s + 600,
        }
        if represented:
            content["represented_party"] = self.controllers[represented]
        first, *others = keys or self.signers[actor]
        consents = [sign_consent(content, self.time_s + 86_400, each) for each in others]
        text = sign_transaction(content, first, consents)
        (result,) = self._chain.extend(self.time_s, [Candidate(text, inspect(text))]).results
        if result.refusal is not None:
            raise result.refusal
        return result.transaction

    def agree(self, actor: str, act: str, body: Mapping[str, Value], *others: str) -> str:
        """Propose an act and have each of these approve it, key by key; what carried it out."""
        until = self.time_s + PROPOSAL_S
        named = act if "." in act else f"title.{act}"
        asked: dict[str, Value] = {"act": named, "body": dict(body), "until": until}
        first, *more = self.signers[actor]
        last = self.act(actor, "identity.PROPOSE", asked, keys=(first,))
        hashed = act_hash(
            {
                "act": named,
                "actor": self.controllers[actor],
                "body": dict(body),
                "network": self.network,
                "valid_until": until,
            }
        )
        approval: dict[str, Value] = {"act_hash": hashed, "until": until}
        signers = [(actor, key_) for key_ in more]
        signers += [(name, key_) for name in others for key_ in self.signers[name]]
        for name, key_ in signers:
            last = self.act(name, "identity.APPROVE", approval, keys=(key_,))
        return last

    def issue(self, document: bytes, *, more: Mapping[str, Value] = EMPTY, **parties: str) -> str:
        """Issue a document; the title's id."""
        title, body = self.body(document, more=more, **parties)
        self.act("carrier", "title.ISSUE", body)
        return title

    def body(
        self, document: bytes, *, more: Mapping[str, Value] = EMPTY, **parties: str
    ) -> tuple[str, dict[str, Value]]:
        """The id of the title that a document will be, and the body that issues it."""
        parsed = TransportDocument.parse(document)
        salted = salt(str(parsed.reference))
        named = {role: self.controllers[name] for role, name in parties.items()}
        body = {**issue_body(parsed, salted, LAW, Controllers(**named)), **more}
        title = title_id(self.network, self.controllers["carrier"], dict(body))
        self.documents[title] = Kept(document, salted)
        return title, body

    def link(self, title: str) -> dict[str, Value]:
        """What an act on a title names: it, and its last act."""
        found = self._reading.record(title_key(title))
        assert found is not None
        last_act: str = msgspec.json.decode(found)[1]["last_act"]
        return {"last_act": last_act, "title": title}

    def on(self, title: str, actor: str, act: str, **named: str) -> str:
        """An act on a title; its members name controllers."""
        members: dict[str, Value] = {role: self.controllers[name] for role, name in named.items()}
        return self.act(actor, f"title.{act}", {**members, **self.link(title)})

    def control_proof(self, title: str, challenge: bytes, demonstration: str) -> bytes:
        """The proof of control as of the last block, by the act of this id."""
        bundle = self.bundle(title, disclosed=False)
        logged = self._reading.logged(demonstration)
        assert logged is not None
        size = msgspec.json.decode(bundle)["block"]["position"] + 1
        inclusion = self._reading.inclusion(logged.position, size)
        entry = ProvenEntry(inclusion=inclusion, leaf=logged.entry, position=logged.position)
        return make_proof(bundle, challenge, entry)

    def bundle(self, title: str, *, disclosed: bool = True) -> bytes:
        """The title's bundle as of the last block."""
        history = msgspec.convert(msgspec.to_builtins(self._reading.history(title)), History)
        kept = self.documents[title] if disclosed else None
        return bundle_of(history, self.network, title, kept)


def cosigned(bundle: bytes, *witnesses: str) -> bytes:
    """The bundle with cosignatures of witnesses under its checkpoint."""
    content: dict[str, Any] = msgspec.json.decode(bundle)
    note = Note.parse(from_base64(content["checkpoint"]))
    for name in witnesses:
        note = cosign(note, witness_key(name), GENESIS_TIME_S + 86_400, key(name).sign)
    return encode({**content, "checkpoint": to_base64(note.to_bytes())})
