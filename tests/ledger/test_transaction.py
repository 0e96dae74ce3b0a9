# SPDX-License-Identifier: Apache-2.0
"""Whole signed transactions: what the bytes alone decide (TH31, TH33)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.make_transactions import CONTENT, FILE, GOOD, UNTIL, texts
from ledger.vectors import VECTORS, differences
from ledger.world import NETWORK, key, kid, signed
from ropewalk.crypto import INTEGER_MAX, encode, sha256_hex, to_base64url
from ropewalk.ledger import (
    BadSignatureError,
    LedgerError,
    MalformedTransactionError,
    OversizeError,
    act_hash,
    inspect,
    read_payload,
    refusal_of,
    sign_consent,
    unverified,
)

CASES: list[dict[str, Any]] = json.loads((VECTORS / FILE).read_text(encoding="utf-8"))["cases"]
JOINT = signed(CONTENT, ["firm a", "firm b", "firm c"], UNTIL)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_transaction_is_judged_as_written(case: dict[str, Any]) -> None:
    if "id" in case:
        assert inspect(case["transaction"]).id == case["id"]
        assert refusal_of(case["transaction"]) is None
        return
    refusal = refusal_of(case["transaction"])
    assert refusal is not None
    assert (refusal.code, refusal.number) == (case["code"], case["number"])
    assert type(refusal) in {BadSignatureError, MalformedTransactionError, OversizeError}


def test_sixty_forgeries_and_more_are_refused() -> None:
    assert sum("code" in case for case in CASES) >= 60


def test_vectors_are_what_the_generator_writes() -> None:
    assert differences(texts()) == []


def test_a_transaction_says_who_signed_it_in_order() -> None:
    assert inspect(GOOD).signers == (kid("shipper"),)
    assert inspect(JOINT).signers == (kid("firm a"), kid("firm b"), kid("firm c"))


def test_the_earliest_consent_ends_them_all() -> None:
    assert inspect(GOOD).consents_until == INTEGER_MAX
    content = {
        **CONTENT,
        "consents": [
            sign_consent(CONTENT, until, key(name))
            for until, name in ((UNTIL, "firm b"), (UNTIL - 9, "firm c"))
        ],
    }
    assert inspect(signed(content, ["firm a"])).consents_until == UNTIL - 9


def test_an_act_hash_leaves_out_the_consents_alone() -> None:
    assert act_hash({**CONTENT, "consents": ["x"]}) == act_hash(CONTENT)
    for member in CONTENT:
        assert act_hash({**CONTENT, member: "other"}) != act_hash(CONTENT), member


def test_consents_do_not_change_the_act_but_change_the_id() -> None:
    alone, joint = inspect(signed(CONTENT, ["firm a"])), inspect(JOINT)
    assert alone.payload.body == joint.payload.body
    assert alone.id != joint.id


def test_the_id_is_the_hash_of_the_signing_input() -> None:
    assert inspect(GOOD).id == sha256_hex(GOOD.rpartition(".")[0].encode())


def test_whoever_verified_before_reads_the_same_transaction() -> None:
    for text in (GOOD, JOINT):
        assert unverified(text) == inspect(text)


@pytest.mark.parametrize("case", [c for c in CASES if "code" in c], ids=lambda case: case["name"])
def test_reading_without_verifying_refuses_by_our_own_error_or_reads(case: dict[str, Any]) -> None:
    """No exception of a library escapes `unverified`, which promises LedgerError alone."""
    try:
        unverified(case["transaction"])
    except LedgerError:
        return
    assert case["code"] == BadSignatureError.code


@given(st.text(max_size=200))
def test_any_text_is_refused_by_our_own_error(text: str) -> None:
    assert refusal_of(text) is not None


@given(st.integers(0, len(JOINT) - 1), st.sampled_from("AQgwBZ-_.="))
def test_no_character_of_a_signed_act_can_be_changed(place: int, character: str) -> None:
    mutated = JOINT[:place] + character + JOINT[place + 1 :]
    assert (refusal_of(mutated) is None) == (mutated == JOINT)


def test_a_payload_is_read_strictly() -> None:
    assert read_payload(encode(CONTENT)).network == NETWORK
    with pytest.raises(MalformedTransactionError):
        read_payload(encode(CONTENT) + b" ")


def test_size_is_looked_at_first() -> None:
    header = to_base64url(b"x" * 100_000)
    assert isinstance(refusal_of(header), OversizeError)
    assert isinstance(refusal_of("." * 131_073), OversizeError)
    assert isinstance(refusal_of("." * 131_072), MalformedTransactionError)
