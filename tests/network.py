# SPDX-License-Identifier: Apache-2.0
"""A small network on a real embedded engine, for tests: parties, and acts signed by them."""

import time
from dataclasses import dataclass
from pathlib import Path

from ropewalk.cli.setup import make_ledger
from ropewalk.cli.wallet import GOVERNANCE, controller_of, key_file, salt_of
from ropewalk.client import transaction_id
from ropewalk.crypto import PrivateKey, Value, read, sha256_hex
from ropewalk.engines.embedded import EmbeddedEngine, Settings
from ropewalk.engines.opening import DataDirectory
from ropewalk.engines.port import Outcome
from ropewalk.identity import governance_id
from ropewalk.ledger import network_id, read_genesis, sign_transaction
from ropewalk.title import title_id

PASSPHRASE = "test"
ROLES = {"carrier": "carrier", "shipper": "shipper", "bank": "bank", "consignee": "consignee"}


@dataclass(frozen=True)
class Someone:
    """A party with its one key."""

    name: str
    key: PrivateKey

    @property
    def controller(self) -> str:
        """Its id."""
        return controller_of(self.key)


class Network:
    """A ledger in a folder with four parties registered; the engine is open."""

    def __init__(self, folder: Path, *, checks_invariants: bool = True) -> None:
        self.folder = folder
        self.genesis = make_ledger(
            DataDirectory(folder),
            folder / "keys",
            PASSPHRASE,
            origin="ropewalk.example/test",
            laws=["GB"],
        )
        self.network = network_id(self.genesis)
        self.settings = Settings(PASSPHRASE, verifiers=0, checks_invariants=checks_invariants)
        self.engine = EmbeddedEngine(folder, self.settings)
        self.governance = Someone(
            GOVERNANCE, read(key_file(folder / "keys", GOVERNANCE), PASSPHRASE)
        )
        self.parties = {
            name: Someone(name, PrivateKey(bytes.fromhex(sha256_hex(name.encode()))))
            for name in ROLES
        }
        for party in self.parties.values():
            self.register(party)

    def reopen(self) -> None:
        """Close the engine and open it again."""
        self.engine.close()
        self.engine = EmbeddedEngine(self.folder, self.settings)

    def register(self, party: Someone, role: str = "") -> None:
        """Register a party under its role, its own unless told."""
        body: dict[str, Value] = {
            "carrier_codes": ["SMDG:TST"] if party.name == "carrier" else [],
            "keys": [party.key.kid],
            "lei": "",
            "roles": [role or ROLES[party.name]],
            "salt": salt_of(party.key.kid),
            "threshold": 1,
        }
        text = self.signed(
            "identity.REGISTER_PARTY",
            governance_id(read_genesis(self.genesis)),
            body,
            self.governance.key,
        )
        assert self.send(text).status == "committed"

    def signed(
        self, act: str, actor: str, body: dict[str, Value], key: PrivateKey, *, seconds: int = 600
    ) -> str:
        """A signed transaction."""
        return sign_transaction(
            {
                "act": act,
                "actor": actor,
                "body": body,
                "network": self.network,
                "valid_until": int(time.time()) + seconds,
            },
            key,
        )

    def by(self, name: str, act: str, body: dict[str, Value], *, seconds: int = 600) -> str:
        """A transaction signed by one of the parties."""
        party = self.parties[name]
        return self.signed(act, party.controller, body, party.key, seconds=seconds)

    def send(self, text: str) -> Outcome:
        """Submit one transaction and wait."""
        return self.engine.submit([text]).result(30)[0]

    def consignment(self, opener: str, *others: str) -> str:
        """Open a consignment and admit others to it, each in the role it is registered in."""
        body: dict[str, Value] = {"content": sha256_hex(b"a plan"), "role": ROLES[opener]}
        opened = self.send(self.by(opener, "cargo.OPEN_CONSIGNMENT", body))
        assert opened.status == "committed", opened
        events = self.engine.events(opened.position, 1)
        found, last = events[0].attributes["consignment"], opened.transaction
        for other in others:
            last = self.admit(found, last, opener, other)
        return found

    def admit(self, consignment: str, last_act: str, opener: str, other: str) -> str:
        """Admit a party to a consignment; the act's id."""
        controller = self.parties[other].controller
        body: dict[str, Value] = {
            "consignment": consignment,
            "controller": controller,
            "last_act": last_act,
            "role": ROLES[other],
        }
        admitted = self.send(self.by(opener, "cargo.ADMIT_PARTY", body))
        assert admitted.status == "committed", admitted
        return admitted.transaction

    def issue_body(self, reference: str, **more: Value) -> dict[str, Value]:
        """The ISSUE's body of a blank bill."""
        shipper = self.parties["shipper"].controller
        return {
            "carrier_code": "TST",
            "carrier_code_list_provider": "SMDG",
            "commitment": sha256_hex(reference.encode()),
            "document_type": "BOL",
            "governing_law": "GB",
            "is_to_order": True,
            "issue_to": shipper,
            "shipper": shipper,
            "transport_document_reference": reference,
            **more,
        }

    def issue(self, reference: str, **more: Value) -> tuple[str, str]:
        """Issue a bill; its id and its last act."""
        body = self.issue_body(reference, **more)
        text = self.by("carrier", "title.ISSUE", body)
        assert self.send(text).status == "committed"
        carrier = self.parties["carrier"].controller
        return title_id(self.network, carrier, dict(body)), transaction_id(text)

    def transfer(self, title: str, last_act: str, giver: str, recipient: str) -> str:
        """A signed transfer."""
        body: dict[str, Value] = {
            "last_act": last_act,
            "recipient": self.parties[recipient].controller,
            "title": title,
        }
        return self.by(giver, "title.TRANSFER", body)
