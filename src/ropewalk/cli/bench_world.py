# SPDX-License-Identifier: Apache-2.0
"""A network to measure on: parties, titles, and acts signed beforehand."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ropewalk.cli.setup import make_ledger
from ropewalk.cli.wallet import GOVERNANCE, Wallet, controller_of, registration
from ropewalk.client import transaction_id
from ropewalk.crypto import PrivateKey, Value, generate, random_bytes, sha256_hex
from ropewalk.engines.embedded import EmbeddedEngine, Settings
from ropewalk.engines.opening import DataDirectory
from ropewalk.engines.port import Outcome
from ropewalk.identity import governance_id
from ropewalk.ledger import network_id, read_genesis, sign_transaction
from ropewalk.title import title_id

PASSPHRASE = "bench"  # noqa: S105  # of throw-away ledgers
BATCH = 500
VALIDITY_S = 3_000


@dataclass(slots=True)
class Held:
    """A title as its next signer knows it."""

    title: str
    holder: int
    last_act: str


ORIGIN = "ropewalk.example/bench"
LAWS = ("GB",)


class World:
    """One network and the keys of everybody in it."""

    def __init__(self, folder: Path, parties: int, genesis: bytes = b"") -> None:
        """Make an embedded ledger in the folder, unless a network with this genesis is there."""
        self.folder = folder
        self.genesis = genesis or make_ledger(
            DataDirectory(folder), folder / "keys", PASSPHRASE, origin=ORIGIN, laws=list(LAWS)
        )
        self.network = network_id(self.genesis)
        self.keys: list[PrivateKey] = [generate() for _ in range(parties)]
        self.ids = [controller_of(key) for key in self.keys]
        self.banks = frozenset[int]()
        """Numbers of the parties that are registered as banks."""
        self._governance = Wallet(folder / "keys", PASSPHRASE).key(GOVERNANCE)

    def open(self, verifiers: int | None = None) -> EmbeddedEngine:
        """The engine, opened."""
        return EmbeddedEngine(self.folder, Settings(PASSPHRASE, verifiers=verifiers))

    def signed(self, act: str, actor: str, body: dict[str, Value], key: PrivateKey) -> str:
        """A signed act."""
        return sign_transaction(
            {
                "act": act,
                "actor": actor,
                "body": body,
                "network": self.network,
                "valid_until": int(time.time()) + VALIDITY_S,
            },
            key,
        )

    def enrol(self, engine: EmbeddedEngine) -> None:
        """Register every party; the first is the carrier."""
        submit_all(engine, self.registrations())

    def registrations(self) -> list[str]:
        """Signed registrations of every party."""
        governance = governance_id(read_genesis(self.genesis))
        texts = []
        for number, key in enumerate(self.keys):
            roles, codes = (["shipper"], []) if number else (["carrier"], ["SMDG:BNC"])
            if number in self.banks:
                roles = ["bank"]
            body = registration(key.kid, roles, codes)
            texts.append(self.signed("identity.REGISTER_PARTY", governance, body, self._governance))
        return texts

    def issue(self, engine: EmbeddedEngine, count: int) -> list[Held]:
        """Issue blank bills, each to a shipper."""
        titles, texts = self.issues(count)
        submit_all(engine, texts)
        return titles

    def issues(self, count: int) -> tuple[list[Held], list[str]]:
        """Blank bills, each to a shipper, and their signed issue."""
        titles, texts = [], []
        for number in range(count):
            holder = number % (len(self.ids) - 1) + 1
            body = self.issue_body(number, holder)
            text = self.signed("title.ISSUE", self.ids[0], body, self.keys[0])
            identifier = title_id(self.network, self.ids[0], dict(body))
            titles.append(Held(identifier, holder, transaction_id(text)))
            texts.append(text)
        return titles, texts

    def issue_body(self, number: int, holder: int) -> dict[str, Value]:
        """The ISSUE's body of the bill with this number."""
        return {
            "carrier_code": "BNC",
            "carrier_code_list_provider": "SMDG",
            "commitment": sha256_hex(random_bytes(32)),
            "document_type": "BOL",
            "governing_law": "GB",
            "is_to_order": True,
            "issue_to": self.ids[holder],
            "shipper": self.ids[holder],
            "transport_document_reference": f"BENCH{number:09d}",
        }

    def title_of(self, body: dict[str, Value]) -> str:
        """The id of the title that an ISSUE's body makes."""
        return title_id(self.network, self.ids[0], dict(body))

    def transfers(self, titles: list[Held]) -> list[str]:
        """A signed transfer of each title to the next party; the titles follow."""
        texts = []
        for held in titles:
            recipient = held.holder % (len(self.ids) - 1) + 1
            body: dict[str, Value] = {
                "last_act": held.last_act,
                "recipient": self.ids[recipient],
                "title": held.title,
            }
            text = self.signed(
                "title.TRANSFER", self.ids[held.holder], body, self.keys[held.holder]
            )
            held.holder, held.last_act = recipient, transaction_id(text)
            texts.append(text)
        return texts


def batches(texts: list[str], size: int = BATCH) -> Iterator[list[str]]:
    """Texts in batches."""
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def submit_all(engine: EmbeddedEngine, texts: list[str], ahead: int = 30) -> None:
    """Submit in batches, a bounded number ahead, and require every one to be committed."""
    waiting = []
    for batch in batches(texts):
        waiting.append(engine.submit(batch))
        if len(waiting) > ahead:
            _require(waiting.pop(0).result())
    for future in waiting:
        _require(future.result())


def _require(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.status != "committed":
            raise AssertionError(f"a bench act was not committed: {outcome}")
