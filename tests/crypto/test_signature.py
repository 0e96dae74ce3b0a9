# SPDX-License-Identifier: Apache-2.0
"""One signature rule: libsodium's, and no other verifier decides (G34)."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.make_vectors import ORDER, texts
from ledger.vectors import VECTORS, differences
from ropewalk.crypto import PrivateKey, verify_signature

SOURCES = Path(__file__).parents[2] / "src" / "ropewalk"
KEY = PrivateKey(bytes(32))


def cases(name: str) -> list[dict[str, Any]]:
    text = (VECTORS / "crypto" / name).read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)["cases"]
    return found


def verdict(case: dict[str, Any]) -> bool:
    return verify_signature(
        *(bytes.fromhex(case[part]) for part in ("key", "message", "signature"))
    )


@pytest.mark.parametrize("case", cases("ed25519.json"), ids=lambda case: case["name"])
def test_a_signature_is_judged_as_written(case: dict[str, Any]) -> None:
    assert verdict(case) is case["accepted"]


@pytest.mark.parametrize("case", cases("wycheproof_ed25519.json"), ids=lambda case: str(case["id"]))
def test_wycheproofs_cases_are_judged_as_published(case: dict[str, Any]) -> None:
    parts = (bytes.fromhex(case[part]) for part in ("public_key", "message", "signature"))
    assert verify_signature(*parts) is (case["result"] == "valid"), case["comment"]


@pytest.mark.parametrize("case", cases("ed25519_speccheck.json"), ids=lambda case: case["what"])
def test_edge_cases_are_judged_as_libsodium_judges_them(case: dict[str, Any]) -> None:
    """«Taming the many EdDSAs»: libraries agree on none of these twelve."""
    assert verdict(case) is case["accepted"]


def test_of_the_twelve_edge_cases_one_is_accepted() -> None:
    found = cases("ed25519_speccheck.json")
    assert [case["case"] for case in found] == list(range(12))
    assert [case["case"] for case in found if case["accepted"]] == [3]


def test_vectors_are_what_the_generator_writes() -> None:
    assert differences(texts()) == []


@given(st.binary(max_size=80))
def test_every_message_signed_is_verified(message: bytes) -> None:
    assert verify_signature(KEY.public_key, message, KEY.sign(message))


@settings(max_examples=300)
@given(st.binary(min_size=1, max_size=40), st.integers(0, 64 * 8 - 1))
def test_no_bit_of_a_signature_can_be_flipped(message: bytes, bit: int) -> None:
    flipped = bytearray(KEY.sign(message))
    flipped[bit // 8] ^= 1 << bit % 8
    assert not verify_signature(KEY.public_key, message, bytes(flipped))


@given(st.binary(max_size=40), st.integers(1, 15))
def test_a_signature_has_no_second_form(message: bytes, times: int) -> None:
    """Malleability: S plus a multiple of the group order satisfies the same equation."""
    good = KEY.sign(message)
    stretched = int.from_bytes(good[32:], "little") + times * ORDER
    if stretched < 2**256:
        other = good[:32] + stretched.to_bytes(32, "little")
        assert not verify_signature(KEY.public_key, message, other)


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=20))
def test_any_bytes_are_judged_without_an_exception(
    public: bytes, signature: bytes, message: bytes
) -> None:
    assert verify_signature(public, message, signature) is False


def test_no_other_verifier_decides() -> None:
    """Only crypto/signature.py asks a library whether a signature holds."""
    verifiers = {"Ed25519PublicKey", "VerifyKey", "crypto_sign_open", "BadSignatureError"}
    for path in sorted(SOURCES.rglob("*.py")):
        if path == SOURCES / "crypto" / "signature.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            library = isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                ("nacl", "cryptography", "jwt", "jose", "authlib", "joserfc")
            )
            if library and isinstance(node, ast.ImportFrom):
                imported = {alias.name for alias in node.names}
                assert not imported & verifiers, path
                assert path.parent.name == "crypto", f"{path} imports {node.module}"
            if isinstance(node, ast.Attribute):
                assert node.attr not in verifiers, path
