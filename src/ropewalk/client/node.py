# SPDX-License-Identifier: Apache-2.0
"""A node over HTTP: send, await, ask, fetch proofs.

    with Node("http://localhost:8460") as node:
        outcome = node.send(transaction)

A write's outcome is committed, refused or unknown, never a guess: `send` returns it, and asks
again a bounded number of times where the connection broke.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from ropewalk.client.signing import Signing, unsigned
from ropewalk.crypto import CanonicalError, sha256_hex
from ropewalk.identity import Propose, proposed_hash
from ropewalk.ledger import Hash, network_id

T = TypeVar("T")
_TITLE_TEXTS = ("issuer", "last_act", "possessor", "reference", "shipper", "status")
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
    consensus: dict[str, Any] | None = None
    """What validators signed; of a consortium."""
    succession: dict[str, Any] | None = None
    """Where a successor's log has signed the checkpoint: why it may."""


class _Outcomes(msgspec.Struct):
    outcomes: list[Outcome]


class _Listed(msgspec.Struct):
    id: Hash
    record: dict[str, Any]


class _Page(msgspec.Struct):
    next: str
    records: list[_Listed]


class _Entries(msgspec.Struct):
    entries: list[dict[str, Any]]


class Node:
    """A connection to one node. Not for use by several threads at once."""

    def __init__(self, url: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self.url = url.rstrip("/")
        try:
            self._http = httpx2.Client(base_url=self.url, timeout=timeout_s, trust_env=False)
        except httpx2.InvalidURL as error:
            raise UnreachableError(f"{url!r} is no URL: {error}") from error

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

    def claim(
        self,
        transaction: str,
        version: str,
        salt: bytes,
        events: Sequence[bytes],
        by: str = "",
        *,
        concerns: Sequence[Sequence[str]] = (),
    ) -> Outcome:
        """Send an act that claims events, and the events; wait for its outcome.

        Args:
            transaction: the signed `cargo.CLAIM`; "" to give a node events of a claim that stands.
            version: `2.2` or `3.0`.
            salt: of the claim's root, 32 bytes.
            events: the exact bytes of each.
            by: the claimant's controller id; needed where there is no act that tells it.
            concerns: for each event the consignments it concerns; () where none was named.

        Raises:
            RefusedError: it does not take them.
        """
        content = msgspec.json.encode(
            {
                "transaction": transaction,
                "by": by,
                "version": version,
                "salt": salt.hex(),
                "events": [msgspec.Raw(one) for one in events],
                **({"concerns": concerns} if concerns else {}),
            }
        )
        headers = {"content-type": "application/json"}
        for attempt in range(TRIES):
            if attempt:
                time.sleep(PAUSE_S * attempt)
            try:
                answer = self._http.post("/v1/claims", content=content, headers=headers)
            except httpx2.HTTPError:
                continue
            if answer.status_code not in (429, 503):
                found = _good(answer)
                return _decoded(found, Outcome) if transaction else _stored()
        detail = "the node does not answer; ask again by the id"
        told = transaction_id(transaction) if transaction else ""
        return Outcome(transaction=told, status="unknown", detail=detail)

    def tracked(self, query: str, signing: Signing = unsigned) -> tuple[list[Any], str]:
        """A page of 2.2 events that fulfil a query's filters, and the link to the next one."""
        return self.tracked_after(f"/v2/events?{query}" if query else "/v2/events", signing)

    def tracked_after(self, link: str, signing: Signing = unsigned) -> tuple[list[Any], str]:
        """The page that a link leads to."""
        try:
            answer = self._http.get(link, headers=signing("GET", link))
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error
        if answer.status_code >= 300:
            _refuse_as_dcsa(answer)
        return _decoded(_good(answer), list[Any]), answer.headers.get("next-page", "")

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
        found = _decoded(self._get(f"/v1/titles/{quote(title, safe='')}"), _Listed)
        if not all(isinstance(found.record.get(name), str) for name in _TITLE_TEXTS):
            raise MalformedAnswerError("the node's answer is no title's record")
        return found.id, found.record

    def history(self, title: str) -> History:
        """All acts on a title with their proofs."""
        return _decoded(self._get(f"/v1/titles/{quote(title, safe='')}/history"), History)

    def party(self, party: str) -> dict[str, Any]:
        """A registered party and its controller."""
        return self._json(f"/v1/parties/{party}")

    def box(self, box: str, *, proof: bool = False) -> dict[str, Any]:
        """What the ledger holds of a box: `box`, `movement`, `right`, as far as there are any."""
        return self._json(f"/v1/boxes/{box}" + ("?proof=true" if proof else ""))

    def cargo(self, kind: str, identifier: str) -> dict[str, Any]:
        """A `booking`, `instructions` or `consignment` as it stands.

        Raises:
            NotFoundError: there is none under the id.
        """
        folder = {"booking": "bookings", "consignment": "consignments"}.get(kind, kind)
        found: dict[str, Any] = self._json(f"/v1/{folder}/{identifier}")["record"]
        return found

    def controller(self, controller: str) -> dict[str, Any]:
        """A controller's record."""
        found: dict[str, Any] = self.about(controller)["record"]
        return found

    def about(self, controller: str) -> dict[str, Any]:
        """A controller, and its `device`, `lease`, `member`, `policy`, `recovery` if there are."""
        return self._json(f"/v1/controllers/{controller}")

    def titles_in_control(self, controller: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Ids and records of all titles a controller is in control of, page by page."""
        return self._pages(f"/v1/titles?in_control={controller}")

    def proposals(self, waits_for: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
        """Act hashes and records of proposals that wait for a controller, or of all."""
        for act_hash, record in self._pages(f"/v1/proposals?waits_for={waits_for}"):
            self._check_proposal(act_hash, record)
            yield act_hash, record

    def proposal(self, act_hash: str) -> dict[str, Any]:
        """A proposal's record.

        Raises:
            NotFoundError: nothing waits under this act hash.
        """
        found = _decoded(self._get(f"/v1/proposals/{act_hash}"), _Listed).record
        self._check_proposal(act_hash, found)
        return found

    def _check_proposal(self, act_hash: str, record: dict[str, Any]) -> None:
        """Refuse a proposal whose content is not what its hash, and so an approval, stands for."""
        try:
            proposed = msgspec.convert(
                {name: record.get(name) for name in ("act", "body", "until")}, Propose
            )
            found = proposed_hash(network_id(self.genesis()), str(record.get("actor")), proposed)
        except (msgspec.ValidationError, CanonicalError) as error:
            raise MalformedAnswerError(f"the node's proposal can't be read: {error}") from error
        if found != act_hash:
            raise MalformedAnswerError("the node shows another act than the one to be approved")

    def _pages(self, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        after = ""
        while True:
            page = _decoded(self._get(f"{path}&after={after}&limit=500"), _Page)
            for one in page.records:
                yield one.id, one.record
            if not page.next:
                return
            if page.next <= after:
                raise MalformedAnswerError("the node's list does not come to an end")
            after = page.next

    def events_of(self, title: str) -> list[dict[str, Any]]:
        """What the acts on a title did, oldest first, one event after another."""
        found: list[dict[str, Any]] = []
        for act in self.history(title).acts:
            start = act["position"]
            page = self._json(f"/v1/events?from={start}")["events"]
            found += [one for one in page if one["position"] == start]
        return found

    def standing(self, controller: str) -> dict[str, Any]:
        """What proves the log as it stands: a controller's record up to checkpoint and votes.

        Raises:
            NotFoundError: there is no such controller.
        """
        answer = self._json(f"/v1/controllers/{controller}?proof=true")
        try:
            found: dict[str, Any] = answer["proof"][f"controller/{controller}"]
        except (LookupError, TypeError) as error:
            raise MalformedAnswerError("the node's answer has no proof") from error
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
        self.await_height(0, timeout_s)

    def await_height(self, height: int, timeout_s: float) -> None:
        """Wait until the node takes writes and has a block, as another member's node has.

        Raises:
            UnreachableError: it has not within the time.
        """
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if self._ready_height() >= height:
                return
            time.sleep(0.05)
        raise UnreachableError(f"{self.url} is not ready at {height} after {timeout_s} s")

    def _ready_height(self) -> int:
        """Height of a node that takes writes, else below 0."""
        try:
            answer = self._http.get("/readyz")
            if answer.status_code == 200:
                return int(answer.json()["height"])
        except (httpx2.HTTPError, ValueError, KeyError, TypeError):
            pass
        return -1

    def asked(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        answer: type[T],
        *,
        content: Iterator[bytes] | None = None,
    ) -> T:
        """What the node answers to a request that is signed already."""
        fields = {"accept": "application/json", **headers}
        try:
            found = self._http.request(method, target, headers=fields, content=content)
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error
        return _decoded(_good(found), answer)

    @contextmanager
    def streamed(
        self, target: str, headers: Mapping[str, str]
    ) -> Iterator[tuple[Iterator[bytes], int]]:
        """The bytes of an answer as they come, and how many there will be; 0 if nobody knows."""
        fields = {"accept": "application/octet-stream", "accept-encoding": "identity", **headers}
        try:
            with self._http.stream("GET", target, headers=fields) as found:
                if found.status_code >= 300:
                    found.read()
                    _good(found)
                length = found.headers.get("content-length", "")
                yield found.iter_raw(), int(length) if length.isdecimal() else 0
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: httpx2.HTTPError) -> UnreachableError:
        return UnreachableError(
            f"{self.url} does not answer ({error}). Is it running, and is this its address "
            "(http://HOST:PORT)?"
        )

    def _json(self, path: str) -> dict[str, Any]:
        return _decoded(self._get(path), dict[str, Any])

    def _get(self, path: str, *, accept: str = "application/json") -> bytes:
        try:
            answer = self._http.get(path, headers={"accept": accept})
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error
        return _good(answer)


def _decoded(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedAnswerError(f"the node's answer can't be read: {error}") from error


def transaction_id(transaction: str) -> str:
    """A signed transaction's id: hex of SHA-256 over its signing input."""
    return sha256_hex(transaction.rpartition(".")[0].encode("ascii", "replace"))


class _SubError(msgspec.Struct):
    reason: str
    message: str


class _DcsaError(msgspec.Struct):
    errors: list[_SubError]


def _refuse_as_dcsa(answer: httpx2.Response) -> None:
    """Tell a refusal in the standard's form; another form is left to others."""
    try:
        told = msgspec.json.decode(answer.content, type=_DcsaError).errors
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return
    for one in told:
        number, _, detail = one.message.partition(": ")
        raise RefusedError(one.reason, int(number) if number.isdecimal() else 0, detail)


def _stored() -> Outcome:
    return Outcome(transaction="", status="committed")


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
