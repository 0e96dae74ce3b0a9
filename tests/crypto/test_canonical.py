# SPDX-License-Identifier: Apache-2.0
"""One value, one encoding, and nothing else is accepted (G33, G34)."""

import json

import msgspec
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from crypto.make_vectors import REFUSED, canonical_texts
from ledger.vectors import differences
from ropewalk.crypto import (
    DEPTH_MAX,
    INTEGER_MAX,
    CanonicalError,
    Value,
    decode,
    decode_object,
    encode,
    is_printable_ascii,
)

TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))
VALUES = st.recursive(
    st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | TEXT,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXT, inside, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_decoding_gives_back_what_was_encoded(value: Value) -> None:
    assert decode(encode(value), depth_max=64) == value


@given(VALUES)
def test_the_encoding_is_that_of_rfc_8785(value: Value) -> None:
    assert encode(value) == rfc8785.dumps(value)


@given(VALUES)
def test_the_encoding_is_what_json_writes_sorted_and_tight(value: Value) -> None:
    assert encode(value).decode() == json.dumps(value, sort_keys=True, separators=(",", ":"))


@given(VALUES, st.data())
def test_bytes_that_differ_are_refused_or_are_another_value(
    value: Value, data: st.DataObject
) -> None:
    """Exactly one accepted encoding: whatever is accepted re-encodes to itself."""
    good = encode(value)
    place = data.draw(st.integers(0, len(good)))
    insert = data.draw(st.binary(max_size=2))
    cut = data.draw(st.integers(0, 2))
    mutated = good[:place] + insert + good[place + cut :]
    try:
        other = decode(mutated, depth_max=64)
    except CanonicalError:
        return
    assert rfc8785.dumps(other) == mutated  # type: ignore[arg-type]
    assert (mutated == good) == (json.dumps(other) == json.dumps(decode(good, depth_max=64)))


@given(st.binary(max_size=40))
@example(b'{"a":1}')
@example(b"[true,false]")
def test_any_bytes_are_refused_or_are_their_own_encoding(data: bytes) -> None:
    try:
        value = decode(data)
    except CanonicalError:
        return
    assert rfc8785.dumps(value) == data  # type: ignore[arg-type]


@given(st.text(max_size=8))
def test_text_is_accepted_only_in_printable_ascii(text: str) -> None:
    ours = all(" " <= character <= "~" for character in text)
    assert is_printable_ascii(text) == ours
    data = msgspec.json.encode(text)
    if ours:
        assert decode(data) == text
    else:
        with pytest.raises(CanonicalError):
            decode(data)
        with pytest.raises(CanonicalError):
            encode(text)


@given(st.integers(-(2**70), 2**70))
@example(INTEGER_MAX)
@example(INTEGER_MAX + 1)
@example(-INTEGER_MAX)
@example(-INTEGER_MAX - 1)
def test_integers_are_accepted_up_to_two_to_the_53(number: int) -> None:
    data = str(number).encode()
    for text in (data, b"[" + data + b"]", b'{"a":' + data + b"}", b"[1," + data + b"]"):
        if abs(number) <= INTEGER_MAX:
            assert encode(decode(text)) == text  # type: ignore[arg-type]
        else:
            with pytest.raises(CanonicalError):
                decode(text)


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        decode(data)


@pytest.mark.parametrize("value", [None, 1.0, b"a", {1: 2}, [None], {"a": 0.5}, 2**53, "\n", "é"])
def test_what_has_no_encoding_is_refused(value: object) -> None:
    with pytest.raises(CanonicalError):
        encode(value)  # type: ignore[arg-type]


def test_depth_is_counted_outside_of_text_only() -> None:
    for levels in range(1, DEPTH_MAX + 1):
        decode(b"[" * levels + b"]" * levels)
        decode(b'{"a":' * levels + b"1" + b"}" * levels)
    assert decode(b'["[[[[[[[[[[","{{{{{{{{{{\\"[[[[\\\\"]') == ["[" * 10, "{" * 10 + '"[[[[\\']
    many = b"[" + b",".join([b"[]"] * 100) + b"]"
    assert decode(many) == [[]] * 100


def test_a_deeper_limit_is_the_callers_choice() -> None:
    twelve = b"[" * 12 + b"]" * 12
    decode(twelve, depth_max=12)
    with pytest.raises(CanonicalError):
        decode(twelve, depth_max=11)


@pytest.mark.parametrize("data", [b"[]", b'"a"', b"1", b"true"])
def test_an_object_is_asked_for_and_nothing_else_given(data: bytes) -> None:
    decode(data)
    with pytest.raises(CanonicalError):
        decode_object(data)


def test_no_exception_of_a_library_escapes() -> None:
    for data in REFUSED.values():
        with pytest.raises(CanonicalError) as refused:
            decode(data)
        assert (refused.value.code, refused.value.number) == ("crypto.not_canonical", 7150)


def test_vectors_are_what_the_generator_writes() -> None:
    assert differences(canonical_texts()) == []
