# SPDX-License-Identifier: Apache-2.0
"""Signed HTTP messages: RFC 9421's own vector, and fields that are none."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.crypto import (
    FieldError,
    Parameters,
    byte_sequence,
    read_byte_sequences,
    read_signature_input,
    sha256,
    signature_base,
    verify_signature,
)

PUBLIC = base64.b64decode("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")[-32:]
"""RFC 9421, B.1.4: test-key-ed25519."""
INPUT = (
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
    ';created=1618884473;keyid="test-key-ed25519"'
)
SIGNATURE = (
    "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u"
    "02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
)
VALUES = {
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "@method": "POST",
    "@path": "/foo",
    "@authority": "example.com",
    "content-type": "application/json",
    "content-length": "18",
}


def test_rfc_9421_b_2_6_verifies_and_no_changed_value_does() -> None:
    [(label, parameters)] = read_signature_input(INPUT).items()
    signature = read_byte_sequences(SIGNATURE)[label]
    base = signature_base(parameters, VALUES)
    assert base.decode().splitlines() == [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
        '"content-type": application/json',
        '"content-length": 18',
        '"@signature-params": ' + INPUT.removeprefix("sig-b26="),
    ]
    assert verify_signature(PUBLIC, base, signature)
    for name, value in VALUES.items():
        changed = signature_base(parameters, {**VALUES, name: value + "x"})
        assert not verify_signature(PUBLIC, changed, signature), name


def test_rfc_9530_digest_is_read() -> None:
    """RFC 9530, appendix B.1: of the body `{"hello": "world"}` and a line's end."""
    field = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    digest = sha256(b'{"hello": "world"}\n')
    assert read_byte_sequences(field) == {"sha-256": digest}
    assert byte_sequence("sha-256", digest) == field


NAMES = st.text("abcxyz0123456789-", min_size=1, max_size=8)
TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)


@given(
    st.lists(NAMES, unique=True, max_size=5),
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True),
        st.one_of(TEXTS, st.integers(-(10**14), 10**14)),
        max_size=8,
    ),
)
def test_what_is_written_is_read(names: list[str], members: dict[str, int | str]) -> None:
    parameters = Parameters(tuple(names), members)
    found = read_signature_input(f"one={parameters.text()} ,\ttwo={parameters.text()}")
    assert found == {"one": parameters, "two": parameters}
    assert list(found["one"].members) == list(members)


@pytest.mark.parametrize(
    "field",
    [
        "",
        "sig",
        "sig=",
        "sig=()x",
        "sig=(",
        'sig=("a"',
        'sig=("a" "a")',
        'sig=("a"  "b")',
        'sig=( "a")',
        'sig=("a";sf)',
        'sig=("a";req)',
        'sig=("A")',
        "sig=(a)",
        'sig=("")',
        'sig=("a\x00")',
        'sig=("a");created=01',
        'sig=("a");created=1.5',
        'sig=("a");created',
        'sig=("a");created=1;created=2',
        'sig=("a"); created=1',
        'sig=("a");keyid="é"',
        'sig=("a");keyid="a\\x"',
        'sig=("a");keyid="a',
        'sig=("a"),',
        'sig=("a"),sig=("b")',
        'sig=("a") x=("b")',
        'SIG=("a")',
        'sig="a"',
        'sig=("a");' + ";".join(f"p{n}=1" for n in range(9)),
        "sig=(" + " ".join(f'"f{n}"' for n in range(33)) + ")",
        ",".join(f's{n}=("a")' for n in range(9)),
        'sig=("a");created=' + "9" * 16,
    ],
)
def test_a_field_that_is_none_is_refused(field: str) -> None:
    with pytest.raises(FieldError):
        read_signature_input(field)


@pytest.mark.parametrize(
    "field",
    ["", "a", "a=", "a=::x", "a=:AA:", "a=:AB==:", "a=:A A=:", "a=:AAAA", "a=:AAAA:;x", "a=AAAA",
     "a=:AAAA:,a=:AAAA:", "a=:AAAA:,", "a=:-_AA:", "a=:AAAA: b=:AAAA:"],
)  # fmt: skip
def test_bytes_that_are_none_are_refused(field: str) -> None:
    with pytest.raises(FieldError):
        read_byte_sequences(field)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_signature_input, read_byte_sequences):
        try:
            read(text)
        except FieldError:
            continue


def test_what_has_no_value_or_no_line_is_not_signed() -> None:
    parameters = Parameters(("@method", "x"), {})
    for values in (
        {"@method": "GET"},
        {"@method": "GET", "x": 'a\n"@path": /'},
        {"@method": "GET", "x": "é"},
    ):
        with pytest.raises(FieldError):
            signature_base(parameters, values)
