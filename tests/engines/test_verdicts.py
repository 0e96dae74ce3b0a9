# SPDX-License-Identifier: Apache-2.0
"""Verdicts: asked for once, kept under the whole text, and never for another one."""

from collections.abc import Sequence
from concurrent.futures import Future

import pytest

from ledger.world import content, signed
from ropewalk.crypto import Value
from ropewalk.engines.verdicts import Verdicts, hash_of
from ropewalk.engines.verifiers import Verifiers, candidate_of, verdict_of
from ropewalk.ledger import BadSignatureError, Candidate, LedgerError, Transaction


def ask(verdicts: Verdicts, *texts: str) -> None:
    verdicts.ask(texts, [hash_of(text) for text in texts])


def candidates(verdicts: Verdicts, *texts: str) -> list[Candidate]:
    return verdicts.candidates(texts, [hash_of(text) for text in texts])


def transaction(name: str) -> str:
    body: dict[str, Value] = {"law": name}
    return signed(content("ab" * 16, "identity.RECOGNISE_LAW", body, 1_790_000_000), ["any"])


class Counting:
    """Verifies in-process, when told to, and counts."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.waiting: list[tuple[Sequence[str], Future[list[Candidate]]]] = []
        self.held = False

    def submit(self, texts: Sequence[str]) -> Future[list[Candidate]]:
        self.asked.append(list(texts))
        future: Future[list[Candidate]] = Future()
        self.waiting.append((texts, future))
        if not self.held:
            self.release()
        return future

    def release(self) -> None:
        for texts, future in self.waiting:
            future.set_result([candidate_of(text, verdict_of(text)) for text in texts])
        self.waiting.clear()

    def close(self) -> None:
        return


def garbage(text: str) -> str:
    """The same signing input with another signature."""
    signing_input, _, signature = text.rpartition(".")
    other = "A" if signature[0] != "A" else "B"
    return f"{signing_input}.{other}{signature[1:]}"


def test_a_text_is_verified_once() -> None:
    verifying = Counting()
    verdicts = Verdicts(verifying)
    text = transaction("one")
    ask(verdicts, text, text)
    ask(verdicts, text)
    assert [one.text for one in candidates(verdicts, text, text)] == [text, text]
    assert verifying.asked == [[text]]


def test_whoever_asks_meanwhile_waits_for_the_same_answer() -> None:
    verifying = Counting()
    verifying.held = True
    verdicts = Verdicts(verifying)
    first, second = transaction("one"), transaction("two")
    ask(verdicts, first)
    told: list[list[str]] = []
    both = [hash_of(first), hash_of(second)]
    verdicts.ready(
        [first, second], both, lambda known: told.append([one.text for one in known.result()])
    )
    assert verifying.asked == [[first], [second]]
    assert told == []
    verifying.release()
    assert told == [[first, second]]
    assert [one.text for one in candidates(verdicts, second, first)] == [second, first]


def test_what_is_forgotten_while_others_are_waited_for_is_not_asked_for_again() -> None:
    """It stands in a block meanwhile; asked for again by the thread that verifies, nobody did."""
    verifying = Counting()
    verdicts = Verdicts(verifying)
    first, second = transaction("one"), transaction("two")
    candidates(verdicts, first)
    verifying.held = True
    told: list[list[str]] = []
    both = [hash_of(first), hash_of(second)]
    verdicts.ready(
        [first, second], both, lambda known: told.append([one.text for one in known.result()])
    )
    verdicts.forget([hash_of(first)])
    verifying.release()
    assert told == [[first, second]]
    assert verifying.asked == [[first], [second]]


@pytest.mark.parametrize("first", ["good", "garbage"])
def test_a_good_and_a_garbage_signature_over_one_signing_input_never_share_a_verdict(
    first: str,
) -> None:
    good = transaction("one")
    texts = [good, garbage(good)] if first == "good" else [garbage(good), good]
    verdicts = Verdicts(Counting())
    for text in texts:
        ask(verdicts, text)
    found = {one.text: one.verdict for one in candidates(verdicts, *texts)}
    assert isinstance(found[good], Transaction)
    assert isinstance(found[garbage(good)], BadSignatureError)


def test_what_is_forgotten_is_verified_again() -> None:
    verifying = Counting()
    verdicts = Verdicts(verifying)
    text = transaction("one")
    candidates(verdicts, text)
    verdicts.forget([hash_of(text)])
    candidates(verdicts, text)
    assert verifying.asked == [[text], [text]]


def test_the_memory_is_bounded() -> None:
    verifying = Counting()
    verdicts = Verdicts(verifying, kept_max=3)
    texts = [transaction(str(number)) for number in range(5)]
    assert [one.text for one in candidates(verdicts, *texts)] == texts
    assert [one.text for one in candidates(verdicts, *texts)] == texts
    assert sum(map(len, verifying.asked)) > 5


def test_bytes_that_are_no_transaction_have_a_verdict_too() -> None:
    (found,) = candidates(Verdicts(Verifiers(0)), "é")
    assert isinstance(found.verdict, LedgerError)
