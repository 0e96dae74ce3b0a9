# SPDX-License-Identifier: Apache-2.0
"""A node over HTTP: send, await, ask, fetch proofs.

    with Node("http://localhost:8460") as node:
        outcome = node.send(transaction)

A write's outcome is committed, refused or unknown, never a guess: `send` returns it, and asks
again a bounded number of times where the connection broke.
"""

import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx2
import msgspec

from ropewalk.client.errors import (
    ClientError,
    MalformedAnswerError,
    NotFoundError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from ropewalk.crypto import sha256_hex

T = TypeVar("T")
TIMEOUT_S = 60.0
TRIES = 5
PAUSE_S = 0.5


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a transaction; see the HTTP reference."""

    transaction: str
    status: str
    height: int = 0
    position: int = 0
    code: str = ""
    number: int = 0
    detail: str = ""

    def require_committed(self) -> "Outcome":
        """This outcome, if it is committed.

        Raises:
            RefusedError: the ledger refused it.
            UnknownOutcomeError: nobody can tell yet.
        """
        if self.status == "refused":
            raise RefusedError(self.code, self.number, self.detail)
        if self.status != "committed":
            raise UnknownOutcomeError(self.transaction, self.detail)
        return self


class History(msgspec.Struct, frozen=True, kw_only=True):
    """All that a title bundle is made of; see `/v1/titles/{id}/history`."""

    acts: list[dict[str, Any]]
    """Acts on the title and on those whose place it took; one carried out by approvals has them."""
    inclusions: list[list[str]]
    state: list[dict[str, Any]]
    block: dict[str, Any]
    block_inclusion: list[str]
    checkpoint: str


class _Outcomes(msgspec.Struct):
    outcomes: list[Outcome]


class _Entries(msgspec.Struct):
    entries: list[dict[str, Any]]


class Node:
    """A connection to one node. Not for use by several threads at once."""

    def __init__(self, url: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self.url = url.rstrip("/")
        self._http = httpx2.Client(base_url=self.url, timeout=timeout_s, trust_env=False)

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def send(self, transaction: str) -> Outcome:
        """Send one transaction and wait for its outcome.

        Sending the same signed bytes again is safe: the first outcome counts.
        """
        return self.send_many([transaction])[0]

    def send_many(self, transactions: Sequence[str]) -> list[Outcome]:
        """Send up to 500 transactions and wait for their outcomes, in order."""
        content = msgspec.json.encode({"transactions": list(transactions)})
        headers = {"content-type": "application/json"}
        for attempt in range(TRIES):
            if attempt:
                time.sleep(PAUSE_S * attempt)
            try:
                answer = self._http.post("/v1/transactions", content=content, headers=headers)
            except httpx2.HTTPError:
                continue
            if answer.status_code not in (429, 503):
                return _decoded(_good(answer), _Outcomes).outcomes
        detail = "the node does not answer; ask again by the id"
        return [
            Outcome(transaction=transaction_id(each), status="unknown", detail=detail)
            for each in transactions
        ]

    def outcome(self, transaction: str) -> Outcome:
        """What became of a transaction.

        Raises:
            NotFoundError: the log does not hold it.
        """
        found = self._get(f"/v1/transactions/{transaction}")
        return _decoded(found, Outcome)

    def logged(self, transaction: str) -> dict[str, Any]:
        """A transaction's entry with the proof that it stands in the log."""
        return self._json(f"/v1/transactions/{transaction}?proof=true")

    def title(self, title: str) -> tuple[str, dict[str, Any]]:
        """A title's id and record, by id or `<provider>:<code>:<reference>`."""
        found = self._json(f"/v1/titles/{quote(title, safe='')}")
        return found["id"], found["record"]

    def history(self, title: str) -> History:
        """All acts on a title with their proofs."""
        return _decoded(self._get(f"/v1/titles/{quote(title, safe='')}/history"), History)

    def party(self, party: str) -> dict[str, Any]:
        """A registered party and its controller."""
        return self._json(f"/v1/parties/{party}")

    def controller(self, controller: str) -> dict[str, Any]:
        """A controller's record."""
        found: dict[str, Any] = self.about(controller)["record"]
        return found

    def about(self, controller: str) -> dict[str, Any]:
        """A controller and, where it has them, its `policy`, `recovery`, `lease` and `member`."""
        return self._json(f"/v1/controllers/{controller}")

    def titles_in_control(self, controller: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Ids and records of all titles a controller is in control of, page by page."""
        return self._pages(f"/v1/titles?in_control={controller}")

    def proposals(self, waits_for: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
        """Act hashes and records of proposals that wait for a controller, or of all."""
        return self._pages(f"/v1/proposals?waits_for={waits_for}")

    def proposal(self, act_hash: str) -> dict[str, Any]:
        """A proposal's record.

        Raises:
            NotFoundError: nothing waits under this act hash.
        """
        found: dict[str, Any] = self._json(f"/v1/proposals/{act_hash}")["record"]
        return found

    def _pages(self, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        after = ""
        while True:
            page = self._json(f"{path}&after={after}&limit=500")
            for one in page["records"]:
                yield one["id"], one["record"]
            after = page["next"]
            if not after:
                return

    def events_of(self, title: str) -> list[dict[str, Any]]:
        """What the acts on a title did, oldest first, one event after another."""
        found: list[dict[str, Any]] = []
        for act in self.history(title).acts:
            start = act["position"]
            page = self._json(f"/v1/events?from={start}")["events"]
            found += [one for one in page if one["position"] == start]
        return found

    def genesis(self) -> bytes:
        """The genesis file."""
        return self._get("/v1/genesis")

    def checkpoint(self) -> str:
        """The last signed checkpoint."""
        return self._get("/v1/log/checkpoint", accept="text/plain").decode()

    def entries(self, start: int, limit: int = 500) -> list[dict[str, Any]]:
        """Entries of the log from a position."""
        found = self._get(f"/v1/log/entries?from={start}&limit={limit}")
        return _decoded(found, _Entries).entries

    def inclusion(self, position: int, size: int) -> list[str]:
        """RFC 9162 audit path, base64, of an entry in the log of a size."""
        found: list[str] = self._json(f"/v1/log/inclusion?position={position}&size={size}")[
            "inclusion"
        ]
        return found

    def consistency(self, old_size: int, new_size: int) -> list[str]:
        """RFC 9162 consistency path, base64."""
        found: list[str] = self._json(f"/v1/log/consistency?from={old_size}&to={new_size}")[
            "consistency"
        ]
        return found

    def await_ready(self, timeout_s: float) -> None:
        """Wait until the node takes writes.

        Raises:
            UnreachableError: it does not within the time.
        """
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            try:
                if self._http.get("/readyz").status_code == 200:
                    return
            except httpx2.HTTPError:
                pass
            time.sleep(0.05)
        raise UnreachableError(f"{self.url} is not ready after {timeout_s} s")

    def _json(self, path: str) -> dict[str, Any]:
        return _decoded(self._get(path), dict[str, Any])

    def _get(self, path: str, *, accept: str = "application/json") -> bytes:
        try:
            answer = self._http.get(path, headers={"accept": accept})
        except httpx2.HTTPError as error:
            raise UnreachableError(f"{self.url}: {error}") from error
        return _good(answer)


def _decoded(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedAnswerError(f"the node's answer can't be read: {error}") from error


def transaction_id(transaction: str) -> str:
    """A signed transaction's id: hex of SHA-256 over its signing input."""
    return sha256_hex(transaction.rpartition(".")[0].encode("ascii", "replace"))


def _good(answer: httpx2.Response) -> bytes:
    if answer.status_code < 300:
        return answer.content
    try:
        problem = msgspec.json.decode(answer.content, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        problem = {}
    detail = str(problem.get("detail", f"HTTP {answer.status_code}"))
    if answer.status_code == 404:
        raise NotFoundError(detail)
    if "code" in problem:
        number = problem.get("number")
        raise RefusedError(str(problem["code"]), number if isinstance(number, int) else 0, detail)
    raise ClientError(detail)
