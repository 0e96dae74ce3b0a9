# SPDX-License-Identifier: Apache-2.0
"""The recorder: signs acts, notes what was acknowledged, and holds a restarted node to it.

It follows the log by its own RFC 9162 arithmetic and knows nothing of how the node stores.
"""

import base64
import hashlib
import json
import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from harness.driving import Answer, GoneError
from ropewalk.client import transaction_id
from ropewalk.crypto import PrivateKey, Value, sha256, sha256_hex
from ropewalk.identity import controller_id, governance_id
from ropewalk.ledger import network_id, read_genesis, sign_transaction
from ropewalk.title import title_id

VALIDITY_S = 3_000
PARTIES = 6
Outcome = tuple[str, int, int]
"""Status, height, position."""


class Asked(Protocol):
    """A line to a victim or to a node."""

    def ask(self, do: str, **request: Any) -> Answer:
        """Ask and wait."""


class LostError(AssertionError):
    """What was promised is not there."""


@dataclass(slots=True)
class Title:
    """One title as its signers know it, certain up to `last_act`."""

    identifier: str
    holder: int
    last_act: str
    pending: list[tuple[str, int]] = field(default_factory=list)
    """Acts sent and not acknowledged, in order: id, holder after."""


class World:
    """The network's parties, with keys that follow from their number."""

    def __init__(self, genesis: Path, governance: PrivateKey) -> None:
        data = genesis.read_bytes()
        self.network = network_id(data)
        self._governance = governance
        self._governance_id = governance_id(read_genesis(data))
        self.keys = [PrivateKey(sha256(f"harness party {n}".encode())) for n in range(PARTIES)]
        self._salts = [sha256_hex(f"harness salt {n}".encode()) for n in range(PARTIES)]
        self.ids = [
            controller_id("", [key.kid], salt, 1)
            for key, salt in zip(self.keys, self._salts, strict=True)
        ]

    def signed(
        self, act: str, actor: str, body: dict[str, Value], key: PrivateKey, until: int = 0
    ) -> str:
        """A signed act."""
        return sign_transaction(
            {
                "act": act,
                "actor": actor,
                "body": body,
                "network": self.network,
                "valid_until": until or int(time.time()) + VALIDITY_S,
            },
            key,
        )

    def registrations(self) -> list[str]:
        """Every party's registration; the first is the carrier."""
        texts = []
        for number, key in enumerate(self.keys):
            body: dict[str, Value] = {
                "carrier_codes": [] if number else ["SMDG:BNC"],
                "keys": [key.kid],
                "lei": "",
                "roles": ["shipper"] if number else ["carrier"],
                "salt": self._salts[number],
                "threshold": 1,
            }
            texts.append(
                self.signed("identity.REGISTER_PARTY", self._governance_id, body, self._governance)
            )
        return texts

    def issue(self, reference: str, holder: int, commitment: str = "") -> tuple[Title, str]:
        """A bill issued blank to a shipper, and the act."""
        body: dict[str, Value] = {
            "carrier_code": "BNC",
            "carrier_code_list_provider": "SMDG",
            "commitment": commitment or sha256_hex(reference.encode()),
            "document_type": "BOL",
            "governing_law": "GB",
            "is_to_order": True,
            "issue_to": self.ids[holder],
            "shipper": self.ids[holder],
            "transport_document_reference": reference,
        }
        text = self.signed("title.ISSUE", self.ids[0], body, self.keys[0])
        identifier = title_id(self.network, self.ids[0], dict(body))
        return Title(identifier, holder, transaction_id(text)), text

    def transfer(self, title: str, holder: int, last_act: str, until: int = 0) -> tuple[str, int]:
        """A transfer to the next party, and that party."""
        recipient = holder % (PARTIES - 1) + 1
        body: dict[str, Value] = {
            "last_act": last_act,
            "recipient": self.ids[recipient],
            "title": title,
        }
        return (
            self.signed("title.TRANSFER", self.ids[holder], body, self.keys[holder], until),
            recipient,
        )

    def moves(self, title: Title, count: int = 1) -> list[str]:
        """So many transfers one after the other; they stand as pending."""
        texts = []
        for _ in range(count):
            last, holder = title.pending[-1] if title.pending else (title.last_act, title.holder)
            text, recipient = self.transfer(title.identifier, holder, last)
            title.pending.append((transaction_id(text), recipient))
            texts.append(text)
        return texts


class Log:
    """The log as an outsider follows it: positions of ids, and the tree's root."""

    def __init__(self) -> None:
        self.size = 0
        self.outcomes: dict[str, Outcome] = {}
        self._peaks: list[tuple[int, bytes]] = []
        self._height = -1
        self._time = 0

    def follow(self, line: Asked) -> None:
        """Read what was added, and hold the checkpoint to it.

        Raises:
            LostError: shorter than it was, another root, or a block without its end.
        """
        condition = line.ask("condition")
        if condition["size"] < self.size:
            raise LostError(f"the log shrank from {self.size} to {condition['size']}")
        waiting: list[tuple[str, str, int]] = []
        while self.size < condition["size"]:
            for logged in line.ask("entries", start=self.size, limit=500)["entries"]:
                self._append(logged, waiting)
        if waiting:
            raise LostError(f"the log ends inside a block, at {self.size}")
        _origin, size, root = condition["checkpoint"].split("\n")[:3]
        if (int(size), base64.b64decode(root)) != (self.size, self.root()):
            raise LostError(f"the checkpoint of {size} is not of the log of {self.size}")

    def _append(self, logged: dict[str, Any], waiting: list[tuple[str, str, int]]) -> None:
        if logged["position"] != self.size:
            raise LostError(f"position {logged['position']} where {self.size} was due")
        entry = json.loads(logged["entry"])[1]
        if "state_root" in entry:
            if entry["height"] <= self._height or entry["time"] < self._time:
                raise LostError(f"height or time goes backwards at {self.size}")
            self._height, self._time = entry["height"], entry["time"]
            for identifier, status, position in waiting:
                self.outcomes[identifier] = (status, entry["height"], position)
            waiting.clear()
        else:
            identifier = transaction_id(entry["transaction"])
            if identifier in self.outcomes:
                raise LostError(f"{identifier} stands in the log twice")
            status = "committed" if entry["code"] == "committed" else "refused"
            waiting.append((identifier, status, self.size))
        self._add(hashlib.sha256(b"\0" + logged["entry"].encode()).digest())

    def _add(self, node: bytes) -> None:
        level = 0
        while self._peaks and self._peaks[-1][0] == level:
            node = hashlib.sha256(b"\1" + self._peaks.pop()[1] + node).digest()
            level += 1
        self._peaks.append((level, node))
        self.size += 1

    def root(self) -> bytes:
        """The tree's root."""
        peaks = [node for _, node in self._peaks]
        root = peaks.pop()
        while peaks:
            root = hashlib.sha256(b"\1" + peaks.pop() + root).digest()
        return root


class Recorder:
    """What several clients were told, and what must therefore be found."""

    def __init__(self, world: World, titles: list[Title]) -> None:
        self.world = world
        self.titles = titles
        self.log = Log()
        self.acknowledged: dict[str, Outcome] = {}
        self.unknown: set[str] = set()
        self._fresh: list[str] = []
        self._lock = threading.Lock()
        self.stop = threading.Event()

    def client(self, line: Asked, number: int, clients: int, seed: int) -> None:
        """Write until the node is gone; titles are shared out among the clients."""
        chance = random.Random(seed)
        titles = self.titles[number::clients]
        told: list[str] = []
        try:
            while not self.stop.is_set():
                texts: list[str] = []
                for title in chance.sample(titles, chance.randint(1, 4)):
                    texts += self.world.moves(title, chance.randint(1, 3))
                if told and chance.random() < 0.2:
                    texts.append(chance.choice(told))
                if chance.random() < 0.2:
                    one = chance.choice(titles)
                    texts.append(self.world.transfer(one.identifier, one.holder, "00" * 32)[0])
                if not self.submit(line, texts):
                    return
                told = texts
        except GoneError:
            return

    def submit(self, line: Asked, texts: list[str]) -> bool:
        """Send, and note what is acknowledged; whether the node takes writes."""
        answer = line.ask("submit", texts=texts)
        if "error" in answer:
            return False
        self.note(answer["outcomes"])
        return all(one["status"] != "unknown" for one in answer["outcomes"])

    def note(self, outcomes: list[dict[str, Any]]) -> None:
        """Note what was acknowledged.

        Raises:
            LostError: it was told otherwise before.
        """
        for one in outcomes:
            found = (one["status"], one.get("height", 0), one.get("position", 0))
            identifier = one["transaction"]
            with self._lock:
                if found[0] == "unknown":
                    self.unknown.add(identifier)
                elif found[2]:
                    before = self.acknowledged.setdefault(identifier, found)
                    if before != found:
                        raise LostError(f"{identifier} was {before}, now {found}")
                    self._fresh.append(identifier)

    def check(self, line: Asked) -> None:
        """Hold a restarted node to all that was ever acknowledged.

        Raises:
            LostError: something is missing, moved, or there in part.
        """
        self.log.follow(line)
        self._check_acknowledged(line)
        self._settle(line)

    def _check_acknowledged(self, line: Asked) -> None:
        for identifier in self._fresh:
            found = self.log.outcomes.get(identifier)
            if found != self.acknowledged[identifier]:
                raise LostError(
                    f"{identifier} was acknowledged as {self.acknowledged[identifier]}, "
                    f"the log has {found}"
                )
        last = self._fresh[-40:]
        for identifier, told in zip(last, line.ask("ask", ids=last)["outcomes"], strict=True):
            shown = told and (told["status"], told.get("height", 0), told.get("position", 0))
            if shown != self.acknowledged[identifier]:
                raise LostError(f"{identifier}: asked by its id the node says {shown}")
        self._fresh.clear()

    def _settle(self, line: Asked) -> None:
        """What was under way is whole in log and state, or in neither."""
        moved = [title for title in self.titles if title.pending]
        for title in moved:
            was_absent = False
            for identifier, holder in title.pending:
                there = self.log.outcomes.get(identifier, ("",))[0] == "committed"
                if there and was_absent:
                    raise LostError(f"{identifier} stands, the act before it does not")
                was_absent = not there
                if there:
                    title.last_act, title.holder = identifier, holder
            title.pending.clear()
        keys = [f"title/{title.identifier}" for title in moved]
        for title, data in zip(moved, line.ask("records", keys=keys)["records"], strict=True):
            record = json.loads(data)[1]
            wanted = (title.last_act, self.world.ids[title.holder])
            if (record["last_act"], record["possessor"]) != wanted:
                raise LostError(f"title {title.identifier}: the state is not what the log leads to")

    def recheck(self) -> None:
        """At the end: every acknowledgement of the whole run against the whole log.

        Raises:
            LostError: one is missing.
        """
        for identifier, told in self.acknowledged.items():
            if self.log.outcomes.get(identifier) != told:
                raise LostError(f"{identifier}: {told} was lost")
