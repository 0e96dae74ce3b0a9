# SPDX-License-Identifier: Apache-2.0
"""Clients that go on writing whatever happens, and remember what they were told.

Each has titles of its own and posts one act after the other, to one node after the other; what is
not answered, or answered by «unknown», it posts again elsewhere, as a client should. Acts are
signed here and need nothing of the engine.
"""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.world import FIRM, IDS, ROLES, content, registration, signed
from model.cast import port_registrations
from ropewalk.client import transaction_id
from ropewalk.crypto import sha256_hex
from ropewalk.title import title_id

VALIDITY_S = 3_000
GIVE_UP_S = 120.0
"""A client that got no answer for so long counts as failed."""
PATIENCE_S = 5.0
"""How long a client waits for one node's answer before it asks another."""
END_S = 10.0
"""How long a client that is to stop still waits for what is out."""
HOLDERS = ("shipper", "bank", "buyer", "consignee")


@dataclass(frozen=True, slots=True)
class Told:
    """What a client was told of an act."""

    height: int
    position: int
    asked_s: float
    """When it was posted first, on this machine's clock that never goes back."""
    answered_s: float

    @property
    def wait_s(self) -> float:
        """From one to the other, tries that failed included."""
        return self.answered_s - self.asked_s


def post(url: str, texts: Sequence[str], timeout_s: float = 40.0) -> list[dict[str, Any]]:
    """Post transactions together; their outcomes.

    Raises:
        OSError: it does not answer.
        RefusedError: it takes nothing.
    """
    status, answer = request(
        url, "POST", "/v1/transactions", {"transactions": list(texts)}, timeout_s
    )
    if status != 200:
        raise RefusedError(f"{status}: {answer.get('detail', answer)}")
    found: list[dict[str, Any]] = answer["outcomes"]
    return found


class RefusedError(Exception):
    """A node takes nothing, and says why."""


def request(
    url: str, method: str, path: str, body: object = None, timeout_s: float = 10.0
) -> tuple[int, dict[str, Any]]:
    """Ask a node; status and JSON.

    Raises:
        OSError: it does not answer.
    """
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=timeout_s)
    try:
        data = None if body is None else json.dumps(body).encode()
        connection.request(method, path, data, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = answer.read()
        return answer.status, json.loads(told) if told else {}
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


class Signing:
    """Acts of the parties of tests/ledger/world.py on one network."""

    def __init__(
        self, network: str, governance: str, now_s: Callable[[], float] = time.time
    ) -> None:
        self.network, self.governance, self._now_s = network, governance, now_s

    def act(self, actor: str, act: str, body: Any, names: Sequence[str] = ()) -> str:
        """A signed act by an actor's own key, or by those named."""
        speaker = self.governance if actor == "governance" else actor
        names = names or (("governance", "governance 2") if actor == "governance" else (actor,))
        until = int(self._now_s()) + VALIDITY_S
        return signed(content(speaker, act, body, until, self.network), names)

    def registrations(self) -> list[str]:
        """Everybody's."""
        texts = [
            self.act("governance", "identity.REGISTER_PARTY", registration(name)) for name in ROLES
        ]
        ashore = port_registrations().values()
        texts += [self.act("governance", "identity.REGISTER_PARTY", body) for body in ashore]
        return [*texts, self.act("shipper", "identity.REGISTER_CONTROLLER", FIRM)]

    def issue(self, reference: str, holder: str) -> tuple[str, str]:
        """A blank bill's id, and its signed issue."""
        body: Any = {
            "carrier_code": "ROP",
            "carrier_code_list_provider": "SMDG",
            "commitment": sha256_hex(reference.encode()),
            "document_type": "BOL",
            "governing_law": "GB",
            "is_to_order": True,
            "issue_to": IDS[holder],
            "shipper": IDS[holder],
            "transport_document_reference": reference,
        }
        text = self.act("carrier", "title.ISSUE", body)
        return title_id(self.network, IDS["carrier"], body), text

    def transfer(self, title: str, last_act: str, giver: str, recipient: str) -> str:
        """A signed transfer."""
        body = {"last_act": last_act, "recipient": IDS[recipient], "title": title}
        return self.act(giver, "title.TRANSFER", body)


@dataclass(slots=True)
class Book:
    """What clients were told, and where it went wrong; shared by all of them."""

    told: dict[str, Told] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    contradicted: list[str] = field(default_factory=list)
    """Acts that were told to stand in two places."""
    tries: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, identifier: str, told: Told) -> None:
        """Note an acknowledgement."""
        with self.lock:
            before = self.told.setdefault(identifier, told)
            if (before.height, before.position) != (told.height, told.position):
                self.contradicted.append(f"{identifier}: {before} and {told}")

    def since(self, moment_s: float) -> list[Told]:
        """Of acts posted first after a moment."""
        with self.lock:
            return [one for one in self.told.values() if one.asked_s >= moment_s]

    def heights(self) -> set[int]:
        """In which something acknowledged stands."""
        with self.lock:
            return {one.height for one in self.told.values()}


class Client:
    """Posts one act after the other until it is ended."""

    def __init__(self, number: int, urls: Sequence[str], signing: Signing, book: Book) -> None:
        self._number, self._urls, self._signing, self._book = number, urls, signing, book
        self._next = number
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"client {number}", daemon=True)
        self.waiting_since_s = 0.0
        """When the act that is out now was posted first."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Finish the act that is out, then stop."""
        self.ask_to_end()
        self._thread.join(GIVE_UP_S)

    def ask_to_end(self) -> None:
        """Have it stop soon, without waiting for that."""
        self._ended.set()

    def _acts(self) -> Iterator[str]:
        """One title after the other, each transferred a few times; real names, real keys."""
        count = 0
        while True:
            holder = HOLDERS[count % len(HOLDERS)]
            title, text = self._signing.issue(f"WRITER{self._number}X{count}", holder)
            yield text
            for step in range(1, 12):
                last_act = transaction_id(text)
                recipient = HOLDERS[(count + step) % len(HOLDERS)]
                text = self._signing.transfer(title, last_act, holder, recipient)
                holder = recipient
                yield text
            count += 1

    def _run(self) -> None:
        for text in self._acts():
            if self._ended.is_set() or not self._post(text):
                return

    def _post(self, text: str) -> bool:
        identifier, began = transaction_id(text), time.monotonic()
        self.waiting_since_s = began
        while time.monotonic() - began < GIVE_UP_S:
            if self._ended.is_set() and time.monotonic() - began > END_S:
                return False
            self._next += 1
            self._book.tries += 1
            try:
                outcome = post(self._urls[self._next % len(self._urls)], [text], PATIENCE_S)[0]
            except (OSError, RefusedError):
                time.sleep(0.1)
                continue
            if outcome["status"] == "committed":
                now = time.monotonic()
                told = Told(outcome["height"], outcome["position"], began, now)
                self._book.note(identifier, told)
                return True
            if outcome["status"] == "refused":
                self._book.failed.append(f"client {self._number}: {outcome}")
                return False
        self._book.failed.append(f"client {self._number}: no answer in {GIVE_UP_S} s")
        return False
