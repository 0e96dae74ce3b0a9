# SPDX-License-Identifier: Apache-2.0
"""What the bytes of transactions decide, asked for early and remembered until it is needed.

A verdict is kept under the hash of the whole JWS, never under the transaction's id: a good and a
garbage signature over the same signing input are two different texts, and what one node saw first
must not decide for it. So the cache changes how fast a block is executed, and nothing else.
"""

import threading
from collections.abc import Callable, Sequence
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

    def ask(self, texts: Sequence[str], hashes: Sequence[bytes]) -> None:
        """Have what is not known yet verified, for whoever needs it later.

        Args:
            texts: transactions.
            hashes: SHA-256 of each (`hash_of`).
        """
        self._request(texts, hashes)

    def candidates(self, texts: Sequence[str], hashes: Sequence[bytes]) -> list[Candidate]:
        """Texts with their verdicts, in order; waits for those that are still being made."""
        found, waited = self._request(texts, hashes)
        for future in waited:
            for candidate in future.result():
                found[hash_of(candidate.text)] = candidate
        return [found[hashed] for hashed in hashes]

    def ready(
        self,
        texts: Sequence[str],
        hashes: Sequence[bytes],
        then: "Callable[[Future[list[Candidate]]], None]",
    ) -> None:
        """Call back with texts and their verdicts, in order, once all are known; at once if so.

        They are handed over and need not be asked for: whoever is called back may be the very
        thread that verifies, and would wait for itself.
        """
        found, waited = self._request(texts, hashes)
        whole: Future[list[Candidate]] = Future()
        whole.add_done_callback(then)
        left, lock = len(waited), threading.Lock()

        def tell() -> None:
            try:
                for future in waited:
                    found.update((hash_of(one.text), one) for one in future.result())
            except Exception as error:  # noqa: BLE001  # told to whoever waits
                whole.set_exception(error)
                return
            whole.set_result([found[hashed] for hashed in hashes])

        def landed(_done: object) -> None:
            nonlocal left
            with lock:
                left -= 1
                last = left == 0
            if last:
                tell()

        if not waited:
            tell()
        for future in waited:
            future.add_done_callback(landed)

    def _request(
        self, texts: Sequence[str], hashes: Sequence[bytes]
    ) -> tuple[dict[bytes, Candidate], set[Future[list[Candidate]]]]:
        """What is known of texts, and what will tell the rest."""
        known, waited = dict[bytes, Candidate](), set[Future[list[Candidate]]]()
        new: dict[bytes, str] = {}
        asked: Future[list[Candidate]] | None = None
        with self._lock:
            for text, hashed in zip(texts, hashes, strict=True):
                if hashed in self._kept:
                    known[hashed] = self._kept[hashed]
                elif hashed in self._flying:
                    waited.add(self._flying[hashed])
                else:
                    new[hashed] = text
            if new:
                asked = self._verifying.submit(list(new.values()))
                self._flying |= dict.fromkeys(new, asked)
                waited.add(asked)
        if asked is not None:
            asked.add_done_callback(lambda done: self._land(list(new), done))
        return known, waited

    def forget(self, hashes: Sequence[bytes]) -> None:
        """Let go of texts that stand in a block now, by their hashes."""
        with self._lock:
            for hashed in hashes:
                self._kept.pop(hashed, None)

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


def hash_of(text: str) -> bytes:
    """What a text's verdict is kept under."""
    return sha256(text.encode("utf-8", "surrogatepass"))
