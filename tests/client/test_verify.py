# SPDX-License-Identifier: Apache-2.0
"""The Python verifier: accepts what is in order, refuses everything else and says where."""

import pytest

from ropewalk.client import read_trust, verify_bundle
from verifier.asking import VECTORS, Question, cases, changed
from verifier.mutate import flips, may_name
from verifier.steps import mutated
from verifier.telling import NOW_S

FLIPS = 3_000
FIVE_ACTS = "to-order-undisclosed.ropewalk.json"


@pytest.mark.parametrize("question", cases(), ids=lambda question: question.name)
def test_a_golden_bundle_gets_its_verdict(question: Question) -> None:
    assert question.answer() == question.expected


@pytest.mark.parametrize("question", changed(), ids=lambda question: question.name)
def test_a_changed_bundle_fails_where_it_was_changed(question: Question) -> None:
    found = question.answer()
    assert {name: found[name] for name in question.expected} == question.expected
    assert found["ok"] or not found["proven"]


TRUSTED = {
    "consortium": "genesis-consortium.json",
    "consortium-changed": "genesis-consortium.json",
    "numbers-and-scripts": "genesis.json",
    "to-order-held": "genesis.json",
    "witnessed-twice": "policy-two-of-two.json",
}


@pytest.mark.parametrize("name", sorted(TRUSTED))
def test_a_flipped_bit_is_refused_and_its_place_named(name: str) -> None:
    data = (VECTORS / f"{name}.ropewalk.json").read_bytes()
    trust = read_trust((VECTORS / TRUSTED[name]).read_bytes())
    assert verify_bundle(data, trust, NOW_S).ok
    for offset, bits, part in flips(f"python {name}", data, FLIPS // 3):
        step = {"bits": bits, "offset": offset, "step": "flip"}
        verdict = verify_bundle(mutated(data, [step]), trust, NOW_S)
        assert not verdict.ok, offset
        assert may_name(verdict.failed_item, part), (offset, verdict.failed_item)


def test_a_cut_file_is_no_bundle() -> None:
    data = (VECTORS / FIVE_ACTS).read_bytes()
    trust = read_trust((VECTORS / "genesis.json").read_bytes())
    for size in range(0, len(data), 97):
        assert verify_bundle(data[:size], trust, NOW_S).failed_item == "bundle"


def test_a_file_beyond_32_mib_is_no_bundle() -> None:
    trust = read_trust((VECTORS / "genesis.json").read_bytes())
    assert verify_bundle(bytes((32 << 20) + 1), trust, NOW_S).failed_item == "bundle"


def test_five_acts_without_the_document_fit_in_20_kb() -> None:
    (question,) = (each for each in cases() if each.name == "to-order-undisclosed.verdict.json")
    assert question.answer()["proven"][0].startswith("whole: 5 acts")
    assert len(question.data) <= 20_000
