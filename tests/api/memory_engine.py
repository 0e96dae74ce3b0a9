# SPDX-License-Identifier: Apache-2.0

"""An engine in memory: small, truthful about order, proofs and refusals, ignorant of the rules.

Any act is committed, but `test.REFUSE`, which is refused in the log, and text that is no JWS,
which is refused before it.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from nacl.signing import SigningKey

from ropewalk.engines.port import (
    Absence,
    Condition,
    LedgerEvent,
    LightMethod,
    Listed,
    Logged,
    NoConsensusError,
    Outcome,
    OutOfRangeError,
    OverloadedError,
    Page,
    Presence,
    Proven,
    StoppedError,
    TitleHistory,
)

ORIGIN = "test.example/log"
GENESIS_TIME = 1_760_000_000


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.1."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:]))


def audit_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m < k:
        return [*audit_path(m, leaves[:k]), root(leaves[k:])]
    return [*audit_path(m - k, leaves[k:]), root(leaves[:k])]


def consistency_path(m: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 9162, 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m <= k:
        return [*consistency_path(m, leaves[:k], whole=whole), root(leaves[k:])]
    return [*consistency_path(m - k, leaves[k:], whole=False), root(leaves[:k])]


def leaf_of(key: str, value: str) -> bytes:
    return sha256(b"\x00" + sha256(key.encode()) + sha256(value.encode()))


def bit(hashed: bytes, depth: int) -> int:
    return hashed[depth // 8] >> (7 - depth % 8) & 1


class Engine:
    """Implements `ropewalk.engines.port.Engine`."""

    def __init__(self, *, waiting_max: int = 5_000, pause_s: float = 0.002) -> None:
        self._lock = threading.Condition(threading.RLock())
        self._waiting_max = waiting_max
        self.pause_s = pause_s
        self.ready = True
        self.reason = ""
        self.held = False
        self._queue: list[tuple[list[str], Future[list[Outcome]]]] = []
        self._log: list[Logged] = []
        self._leaves: list[bytes] = []
        self._outcomes: dict[str, Outcome] = {}
        self._events: list[LedgerEvent] = []
        self._acts: dict[str, list[Logged]] = {}
        self._state: dict[str, str] = {}
        self._key = SigningKey(bytes(32))
        self._height = 0
        self._closed = False
        self.put("sentinel", {"network": self.network})
        self._end_block()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    # -- for tests ----------------------------------------------------------------------------

    def put(self, key: str, fields: dict[str, Any]) -> None:
        """Place a record in the state."""
        self._state[key] = canonical([1, fields])

    def settle(self) -> None:
        """End a block, so that proofs cover what was put."""
        with self._lock:
            self._end_block()

    @property
    def network(self) -> str:
        return hashlib.sha256(self.genesis()).hexdigest()

    # -- the port -----------------------------------------------------------------------------

    def submit(self, transactions: Sequence[str]) -> Future[list[Outcome]]:
        with self._lock:
            if not self.ready or self._closed:
                raise StoppedError
            if self._waiting() + len(transactions) > self._waiting_max:
                raise OverloadedError
            future: Future[list[Outcome]] = Future()
            self._queue.append((list(transactions), future))
            self._lock.notify_all()
            return future

    def outcome(self, transaction: str) -> Outcome | None:
        return self._outcomes.get(transaction)

    def logged(self, transaction: str) -> Logged | None:
        found = self._outcomes.get(transaction)
        return self._log[found.position] if found else None

    def record(self, key: str) -> str | None:
        return self._state.get(key)

    def prove(self, key: str) -> Proven:
        with self._lock:
            proof = self._presence(key) if key in self._state else self._absence(key)
            return Proven(
                value=self._state.get(key, ""),
                proof=proof,
                block=self._log[-1],
                inclusion=self.inclusion(len(self._log) - 1, len(self._log)),
                checkpoint=self.checkpoint(),
            )

    def history(self, title: str) -> TitleHistory | None:
        with self._lock:
            text = self._state.get(f"title/{title}")
            if text is None:
                return None
            issuer = json.loads(text)[1]["issuer"]
            keys = (f"controller/{issuer}", f"party/{issuer}", f"title/{title}")
            acts, size = self._acts.get(title, []), len(self._log)
            return TitleHistory(
                acts=acts,
                inclusions=[self.inclusion(each.position, size) for each in acts],
                state=[self._presence(key) for key in keys],
                block=self._log[-1],
                block_inclusion=self.inclusion(size - 1, size),
                checkpoint=self.checkpoint(),
            )

    def titles_in_control(self, controller: str, after: str, limit: int) -> Page:
        return self._listed("title/", after, limit, "possessor", controller)

    def proposals(self, waits_for: str, after: str, limit: int) -> Page:
        return self._listed("proposal/", after, limit, "waits_for", waits_for)

    def _listed(self, prefix: str, after: str, limit: int, field: str, wanted: str) -> Page:
        found = [
            Listed(id=key.removeprefix(prefix), record=value)
            for key, value in sorted(self._state.items())
            if key.startswith(prefix)
            and key > prefix + after
            and (not wanted or wanted in json.loads(value)[1].get(field, ""))
        ][:limit]
        return Page(next=found[-1].id if len(found) == limit else "", records=found)

    def checkpoint(self) -> str:
        with self._lock:
            text = f"{ORIGIN}\n{len(self._leaves)}\n{b64(root(self._leaves))}\n"
        public = bytes(self._key.verify_key)
        key_hash = sha256(ORIGIN.encode() + b"\n\x01" + public)[:4]
        signature = self._key.sign(text.encode()).signature
        return f"{text}\n\u2014 {ORIGIN} {b64(key_hash + signature)}\n"

    def entries(self, start: int, limit: int) -> list[Logged]:
        return self._log[start : start + limit]

    def inclusion(self, position: int, size: int) -> list[str]:
        if not 0 <= position < size <= len(self._leaves):
            raise OutOfRangeError
        return [b64(each) for each in audit_path(position, self._leaves[:size])]

    def consistency(self, old_size: int, new_size: int) -> list[str]:
        if not 1 <= old_size <= new_size <= len(self._leaves):
            raise OutOfRangeError
        return [b64(each) for each in consistency_path(old_size, self._leaves[:new_size])]

    def events(self, start: int, limit: int) -> list[LedgerEvent]:
        with self._lock:
            found = [each for each in self._events if each.position >= start]
        last = found[min(limit, len(found)) - 1].position if found else 0
        return [each for each in found if each.position <= last]

    def await_height(self, height: int, timeout_s: float) -> int:
        with self._lock:
            self._lock.wait_for(lambda: self._height > height or self._closed, timeout_s)
            return self._height

    def light(self, method: LightMethod, height: int) -> dict[str, Any]:
        if height == 404:
            raise NoConsensusError("nobody votes here")
        return {"result": {"asked": method, "height": str(height)}}

    def condition(self) -> Condition:
        with self._lock:
            return Condition(
                ready=self.ready,
                reason=self.reason,
                height=self._height,
                time=self._log[-1].time,
                size=len(self._log),
                waiting=self._waiting(),
                network=self.network,
            )

    def genesis(self) -> bytes:
        members = {"format": "ropewalk-genesis/1", "salt": "00" * 32, "time": GENESIS_TIME}
        return canonical(members).encode()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        self._thread.join()

    # -- inside -------------------------------------------------------------------------------

    def _waiting(self) -> int:
        return sum(len(transactions) for transactions, _ in self._queue)

    def _work(self) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: (self._queue and not self.held) or self._closed)
                if self._closed and not self._queue:
                    return
            time.sleep(self.pause_s)
            with self._lock:
                taken, self._queue = self._queue, []
                self._height += 1
                done = [(future, [self._one(each) for each in many]) for many, future in taken]
                self._end_block()
                self._lock.notify_all()
            for future, outcomes in done:
                future.set_result(outcomes)

    def _end_block(self) -> None:
        self._append(canonical([1, {
            "height": self._height,
            "protocol": 1,
            "state_root": self._root(sorted(self._hashed()), 0).hex(),
            "time": GENESIS_TIME + self._height,
        }]))  # fmt: skip

    def _append(self, entry: str) -> Logged:
        position, now = len(self._log), GENESIS_TIME + self._height
        logged = Logged(position=position, height=self._height, time=now, entry=entry)
        self._log.append(logged)
        self._leaves.append(sha256(b"\x00" + entry.encode()))
        return logged

    def _one(self, transaction: str) -> Outcome:
        parts = transaction.split(".")
        try:
            header, text = (base64.urlsafe_b64decode(each + "==") for each in parts[:2])
            json.loads(header)
            payload = json.loads(text)
            act, body, _ = payload["act"], payload.get("body", {}), parts[2]
        except (ValueError, KeyError, IndexError, TypeError):
            return Outcome(
                transaction="",
                status="refused",
                code="ledger.malformed",
                number=7101,
                detail="the text is no transaction",
            )
        identity = hashlib.sha256(f"{parts[0]}.{parts[1]}".encode()).hexdigest()
        if identity in self._outcomes:
            return self._outcomes[identity]
        if act == "test.EXPIRED":
            return Outcome(
                transaction=identity,
                status="refused",
                code="ledger.expired",
                number=7110,
                detail="valid_until has passed",
            )
        return self._log_one(identity, transaction, act, body)

    def _log_one(self, identity: str, text: str, act: str, body: dict[str, Any]) -> Outcome:
        refused = act == "test.REFUSE"
        code, number = ("test.refused", 7999) if refused else ("committed", 0)
        entry = canonical([1, {"code": code, "number": number, "transaction": text}])
        logged = self._append(entry)
        outcome = Outcome(
            transaction=identity,
            status="refused" if refused else "committed",
            height=logged.height,
            position=logged.position,
            code=code if refused else "",
            number=number,
            detail="the act is refused for good" if refused else "",
        )
        self._outcomes[identity] = outcome
        if not refused:
            self._acts.setdefault(body.get("title", ""), []).append(logged)
            self._happened(logged, identity, act, body)
        return outcome

    def _happened(self, logged: Logged, identity: str, act: str, body: dict[str, Any]) -> None:
        for index in range(body.get("events", 1)):
            self._events.append(
                LedgerEvent(
                    position=logged.position,
                    index=index,
                    height=logged.height,
                    time=logged.time,
                    transaction=identity,
                    name=act.lower(),
                    attributes={"act": act},
                )
            )

    def _hashed(self) -> dict[bytes, bytes]:
        return {sha256(k.encode()): leaf_of(k, v) for k, v in self._state.items()}

    def _root(self, keys: list[bytes], depth: int) -> bytes:
        """Of the sparse tree below a node (docs/reference/formats.md, 5)."""
        hashed = self._hashed()

        def below(part: list[bytes], depth: int) -> bytes:
            if not part:
                return bytes(32)
            if len(part) == 1:
                return hashed[part[0]]
            left = [key for key in part if not bit(key, depth)]
            right = [key for key in part if bit(key, depth)]
            return sha256(b"\x01" + below(left, depth + 1) + below(right, depth + 1))

        return below(keys, depth)

    def _presence(self, key: str) -> Presence:
        wanted, part, depth = sha256(key.encode()), sorted(self._hashed()), 0
        path: list[dict[str, str]] = []
        while len(part) > 1:
            side = bit(wanted, depth)
            sibling = self._root([each for each in part if bit(each, depth) != side], depth + 1)
            path.append(
                {"prefix": b64(b"\x01" + sibling), "suffix": ""}
                if side
                else {"prefix": b64(b"\x01"), "suffix": b64(sibling)}
            )
            part = [each for each in part if bit(each, depth) == side]
            depth += 1
        return Presence(key=key, path=path[::-1], value=self._state[key])

    def _absence(self, key: str) -> Absence:
        by_hash = sorted((sha256(each.encode()), each) for each in self._state)
        wanted = sha256(key.encode())
        left = [each for hashed, each in by_hash if hashed < wanted]
        right = [each for hashed, each in by_hash if hashed > wanted]
        return Absence(
            key=key,
            left=self._presence(left[-1]) if left else None,
            right=self._presence(right[0]) if right else None,
        )
