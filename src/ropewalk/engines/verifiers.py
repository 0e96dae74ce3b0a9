# SPDX-License-Identifier: Apache-2.0
"""Verification on all cores: worker processes that check what a transaction's bytes decide.

A worker knows no state: it takes texts and returns, for each, the transaction taken apart or
the refusal. Should one die, its batch is given to a new one; the verdict depends on the bytes
alone, so asking again changes nothing.
"""

import contextlib
import multiprocessing
import os
import queue
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from ropewalk.ledger import (
    BadSignatureError,
    Candidate,
    LedgerError,
    MalformedTransactionError,
    OversizeError,
    Transaction,
    inspect,
)

TRIES_MAX = 3
_REFUSALS: dict[int, type[LedgerError]] = {
    kind.number: kind for kind in (BadSignatureError, MalformedTransactionError, OversizeError)
}


class Refused(msgspec.Struct, frozen=True, array_like=True):
    """A refusal on its way between processes."""

    number: int
    detail: str


class Verdict(msgspec.Struct, frozen=True, array_like=True):
    """One text's verdict: exactly one of the two."""

    transaction: Transaction | None
    refused: Refused | None


_ENCODER = msgspec.msgpack.Encoder()
_VERDICTS = msgspec.msgpack.Decoder(list[Verdict])
_TEXTS = msgspec.msgpack.Decoder(list[str])


def verdict_of(text: str) -> Verdict:
    """What the bytes of one text decide."""
    try:
        return Verdict(inspect(text), None)
    except LedgerError as error:
        return Verdict(None, Refused(error.number, error.detail))


def candidate_of(text: str, verdict: Verdict) -> Candidate:
    """A text and its verdict as a block takes them."""
    if verdict.refused is not None:
        return Candidate(text, _REFUSALS[verdict.refused.number](verdict.refused.detail))
    if verdict.transaction is None:
        raise ValueError("a verdict without content")
    return Candidate(text, verdict.transaction)


def _work(connection: Connection) -> None:
    """A worker's life: texts in, verdicts out, until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(EOFError, OSError):
        while True:
            texts = _TEXTS.decode(connection.recv_bytes())
            connection.send_bytes(_ENCODER.encode([verdict_of(text) for text in texts]))


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._start()

    def _start(self) -> None:
        self._connection, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def verify(self, texts: Sequence[str]) -> list[Verdict]:
        request = _ENCODER.encode(list(texts))
        for _ in range(TRIES_MAX):
            try:
                self._connection.send_bytes(request)
                return _VERDICTS.decode(self._connection.recv_bytes())
            except (EOFError, OSError):
                self.stop()
                self._start()
        raise OSError("verification workers keep dying")

    def stop(self) -> None:
        self._connection.close()
        self._process.terminate()
        self._process.join()


class Verifiers:
    """A pool of workers, one per core the process may use; none at all verifies in-process."""

    def __init__(self, count: int | None = None) -> None:
        size = len(os.sched_getaffinity(0)) if count is None else count
        context = multiprocessing.get_context("spawn")
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._workers = [_Worker(context) for _ in range(size)]
        for worker in self._workers:
            self._free.put(worker)
        self._threads = ThreadPoolExecutor(max(size, 1), thread_name_prefix="verify")

    def submit(self, texts: Sequence[str]) -> Future[list[Candidate]]:
        """Have texts verified; candidates come in the same order."""
        return self._threads.submit(self._verify, texts)

    def _verify(self, texts: Sequence[str]) -> list[Candidate]:
        if not self._workers:
            return [candidate_of(text, verdict_of(text)) for text in texts]
        worker = self._free.get()
        try:
            verdicts = worker.verify(texts)
        finally:
            self._free.put(worker)
        return [candidate_of(text, one) for text, one in zip(texts, verdicts, strict=True)]

    def close(self) -> None:
        """Stop the workers."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.stop()
