# SPDX-License-Identifier: Apache-2.0
"""What the bytes of transactions decide, asked for early and remembered until it is needed.

A verdict is kept under the hash of the whole JWS, never under the transaction's id: a good and a
garbage signature over the same signing input are two different texts, and what one node saw first
must not decide for it. So the cache changes how fast a block is executed, and nothing else.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Future

from ropewalk.crypto import sha256
from ropewalk.engines.surroundings import Verifying
from ropewalk.ledger import Candidate

KEPT_MAX = 20_000


class Verdicts:
    """A memory of verdicts, some of them still being made."""

    def __init__(self, verifying: Verifying, kept_max: int = KEPT_MAX) -> None:
        self._verifying = verifying
        self._kept_max = kept_max
        self._kept: dict[bytes, Candidate] = {}
        self._flying: dict[bytes, Future[list[Candidate]]] = {}
        self._lock = threading.Lock()

    def ask(self, texts: Sequence[str]) -> Future[list[Candidate]]:
        """Have what is not known yet verified; the future holds the new ones, when done."""
        hashes = [sha256(text.encode("ascii", "replace")) for text in texts]
        with self._lock:
            new = {
                hashed: text
                for hashed, text in zip(hashes, texts, strict=True)
                if hashed not in self._kept and hashed not in self._flying
            }
            if not new:
                nothing: Future[list[Candidate]] = Future()
                nothing.set_result([])
                return nothing
            future = self._verifying.submit(list(new.values()))
            for hashed in new:
                self._flying[hashed] = future
        future.add_done_callback(lambda done: self._land(list(new), done))
        return future

    def candidates(self, texts: Sequence[str]) -> list[Candidate]:
        """Texts with their verdicts, in order; waits for those that are still being made."""
        hashes = [sha256(text.encode("ascii", "replace")) for text in texts]
        self.ask(texts)
        with self._lock:
            waited = {self._flying[one] for one in hashes if one in self._flying}
            kept = {one: self._kept[one] for one in hashes if one in self._kept}
        for future in waited:
            for candidate in future.result():
                kept[sha256(candidate.text.encode("ascii", "replace"))] = candidate
        return [kept[one] for one in hashes]

    def forget(self, texts: Sequence[str]) -> None:
        """Let go of texts that stand in a block now."""
        with self._lock:
            for text in texts:
                self._kept.pop(sha256(text.encode("ascii", "replace")), None)

    def close(self) -> None:
        """Stop verifying."""
        self._verifying.close()

    def _land(self, hashes: Sequence[bytes], done: Future[list[Candidate]]) -> None:
        with self._lock:
            for hashed in hashes:
                self._flying.pop(hashed, None)
            if done.cancelled() or done.exception() is not None:
                return
            for hashed, candidate in zip(hashes, done.result(), strict=True):
                if len(self._kept) >= self._kept_max:
                    del self._kept[next(iter(self._kept))]
                self._kept[hashed] = candidate
