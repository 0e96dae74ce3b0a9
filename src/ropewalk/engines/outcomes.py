# SPDX-License-Identifier: Apache-2.0
"""What submitters hear of their transactions."""

from collections.abc import Sequence

from ropewalk.crypto import sha256_hex
from ropewalk.engines.port import Outcome
from ropewalk.engines.reading import Reading
from ropewalk.ledger import DuplicateError, ExpiredError, LedgerError, Result


def outcomes_of(
    reading: Reading, results: Sequence[Result], height: int, position: int
) -> list[Outcome]:
    """Outcomes of a block's results, in order.

    Args:
        reading: looks up what became of a transaction that was logged before.
        results: of candidates that stand next to each other.
        height: the block's.
        position: where the first entry among them stands.
    """
    outcomes = []
    for result in results:
        outcomes.append(_outcome_of(reading, result, height, position))
        position += result.entry is not None
    return outcomes


def _outcome_of(reading: Reading, result: Result, height: int, position: int) -> Outcome:
    refusal = result.refusal
    if refusal is None:
        return Outcome(
            transaction=result.transaction, status="committed", height=height, position=position
        )
    if isinstance(refusal, DuplicateError | ExpiredError):
        first = reading.outcome(result.transaction)
        if first is not None:
            return first
    if result.entry is None:
        return refused(result.transaction, refusal)
    return refused(result.transaction, refusal, height, position)


def refused(transaction: str, refusal: LedgerError, height: int = 0, position: int = 0) -> Outcome:
    """The outcome of a refusal; without height it left no trace."""
    return Outcome(
        transaction=transaction,
        status="refused",
        height=height,
        position=position,
        code=refusal.code,
        number=refusal.number,
        detail=refusal.detail,
    )


def unknown(text: str, reason: str) -> Outcome:
    """«Unknown»: it may be on the disk, it may not; ask again by its id."""
    signing_input = text.rpartition(".")[0]
    return Outcome(transaction=sha256_hex(signing_input.encode()), status="unknown", detail=reason)
