# SPDX-License-Identifier: Apache-2.0
"""From submitted transactions to batches, and back from blocks to their submitters.

One thread gathers what is verified, signs it as a batch and hands it to consensus. A batch is kept
until it stands in a block: should the engine be restarted meanwhile and forget it, it is handed
over again. What has not been decided in time is told to be unknown, never guessed.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from ropewalk.crypto import Signer, sha256
from ropewalk.engines.batch import BATCH_SIZE_MAX, BATCH_TRANSACTIONS_MAX, HEAD_SIZE_MAX, make_batch
from ropewalk.engines.errors import EngineAwayError, RpcRefusedError
from ropewalk.engines.outcomes import unknown
from ropewalk.engines.port import Outcome

FULL_ENOUGH = 250
"""Transactions with which a batch leaves at once."""

LINGER_S = 0.05
"""How long a batch with fewer waits for more."""

AGAIN_S = 5.0
"""After which a batch that stands in no block is handed over once more."""

GIVE_UP_S = 30.0
"""After which its transactions are told to be unknown."""

BODY_SIZE_MAX = BATCH_SIZE_MAX - HEAD_SIZE_MAX - 128


@dataclass(slots=True)
class Work:
    """Transactions submitted together, and what is known of each."""

    texts: Sequence[str]
    outcomes: "Future[list[Outcome]]"
    found: list[Outcome | None]
    left: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Work":
        """Nothing known yet."""
        return cls(texts, Future(), [None] * len(texts), len(texts))

    def settle(self, index: int, outcome: Outcome) -> None:
        """Note an outcome; the last one tells the submitter."""
        if self.found[index] is not None:
            return
        self.found[index] = outcome
        self.left -= 1
        if self.left == 0 and not self.outcomes.done():
            self.outcomes.set_result([one for one in self.found if one is not None])


@dataclass(slots=True, eq=False)
class _Sent:
    slots: list[tuple[Work, int]]
    first_s: float
    last_s: float
    attempts: int = 0
    ids: list[bytes] = field(default_factory=list)
    """Of the batches that these transactions were handed over in."""


class Batcher:
    """Gathers, sends, and settles."""

    def __init__(
        self,
        network: str,
        key: Signer,
        send: Callable[[bytes], None],
        most: int = BATCH_TRANSACTIONS_MAX,
        linger_s: float = LINGER_S,
        give_up_s: float = GIVE_UP_S,
    ) -> None:
        self._network, self._key, self._send = network, key, send
        self._most = min(most, BATCH_TRANSACTIONS_MAX)
        self._linger_s, self._give_up_s = linger_s, give_up_s
        self._queue: deque[tuple[Work, int]] = deque()
        self._sent: dict[bytes, _Sent] = {}
        self._number = 0
        self._wake = threading.Condition()
        self._closing = False
        self._waiting = 0
        self._thread = threading.Thread(target=self._run, name="batcher", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Transactions that stand in no block yet."""
        return self._waiting

    def take(self, count: int) -> None:
        """Count transactions that are on their way here."""
        with self._wake:
            self._waiting += count

    def add(self, work: Work, indices: Sequence[int]) -> None:
        """Send these of a work's transactions; they were counted by `take`."""
        with self._wake:
            self._queue.extend((work, index) for index in indices)
            self._wake.notify()

    def settle(self, work: Work, index: int, outcome: Outcome) -> None:
        """Tell a submitter what became of a transaction."""
        with self._wake:
            self._waiting -= work.found[index] is None
        work.settle(index, outcome)

    def decided(self, batch: bytes, outcomes: Sequence[Outcome]) -> None:
        """A batch stands in a block, with these outcomes; perhaps it was sent from here."""
        with self._wake:
            sent = self._sent.get(batch)
            for known in sent.ids if sent is not None else ():
                self._sent.pop(known, None)
        if sent is not None:
            for (work, index), outcome in zip(sent.slots, outcomes, strict=True):
                self.settle(work, index, outcome)

    def give_up(self, reason: str) -> None:
        """Tell everybody who waits that nothing is known."""
        with self._wake:
            slots = [slot for sent in self._waiting_now() for slot in sent.slots]
            slots += self._queue
            self._sent.clear()
            self._queue.clear()
        self._unknown(slots, reason)

    def close(self) -> None:
        """Wait no more."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()
        self.give_up("the node is closing")

    def _run(self) -> None:
        while not self._closing:
            slots = self._next()
            if slots:
                self._dispatch(slots)
            self._look_after()

    def _next(self) -> list[tuple[Work, int]]:
        """What makes the next batch; nothing after a while without."""
        with self._wake:
            if not self._queue:
                self._wake.wait(0.5)
            until = time.monotonic() + self._linger_s
            while 0 < len(self._queue) < min(FULL_ENOUGH, self._most) and not self._closing:
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._wake.wait(left)
            slots, size = list[tuple[Work, int]](), 0
            while self._queue and len(slots) < self._most:
                work, index = self._queue[0]
                size += len(work.texts[index]) + 1
                if size > BODY_SIZE_MAX:
                    break
                slots.append(self._queue.popleft())
            return slots

    def _dispatch(self, slots: list[tuple[Work, int]]) -> None:
        now = time.monotonic()
        self._hand_over(_Sent(slots, now, now))

    def _hand_over(self, sent: _Sent) -> None:
        """Give transactions to consensus; what it does not take now is tried again later.

        Each time as a new batch: one of an older number than stands in a block is taken no more.
        """
        sent.attempts += 1
        self._number = max(self._number + 1, time.time_ns() // 1_000_000)
        texts = [work.texts[index] for work, index in sent.slots]
        data = make_batch(self._network, self._number, texts, self._key)
        sent.ids.append(sha256(data))
        with self._wake:
            self._sent[sent.ids[-1]] = sent
        try:
            self._send(data)
        except (EngineAwayError, RpcRefusedError):
            sent.last_s = time.monotonic() - AGAIN_S + min(0.25 * sent.attempts, AGAIN_S)
        else:
            sent.last_s = time.monotonic()

    def _waiting_now(self) -> list[_Sent]:
        """What stands in no block, each once, in the order in which it was handed over first."""
        return sorted(
            {id(one): one for one in self._sent.values()}.values(), key=lambda one: one.first_s
        )

    def _look_after(self) -> None:
        """Hand over again what stands in no block, in order; give up on what is too old."""
        now = time.monotonic()
        with self._wake:
            waiting = self._waiting_now()
            old = [one for one in waiting if now - one.first_s > self._give_up_s]
            for one in old:
                for known in one.ids:
                    self._sent.pop(known, None)
            again = [one for one in waiting if one not in old and now - one.last_s > AGAIN_S]
        given_up = [slot for one in old for slot in one.slots]
        self._unknown(given_up, "consensus has not decided in time; ask again by its id")
        for sent in again:
            self._hand_over(sent)

    def _unknown(self, slots: Sequence[tuple[Work, int]], reason: str) -> None:
        for work, index in slots:
            self.settle(work, index, unknown(work.texts[index], reason))
