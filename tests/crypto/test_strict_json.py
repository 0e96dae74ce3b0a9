# SPDX-License-Identifier: Apache-2.0
"""JSON of strangers."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.crypto.strict_json import VALUES_MAX, StrictJsonError, parse_json_strict

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**300), 10**300)
    | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inside: st.lists(inside) | st.dictionaries(TEXT, inside),
    max_leaves=8,
)


@given(value=JSON, indent=st.sampled_from((None, 1)), ascii_only=st.booleans())
def test_what_json_writes_is_read_as_json_reads_it(
    value: object, indent: int | None, *, ascii_only: bool
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert parse_json_strict(text.encode()) == json.loads(text)


@given(st.binary() | st.text('{}[]",:\\u0dDaAfb1e.- \n').map(str.encode))
def test_any_bytes_are_read_or_refused_in_one_way(data: bytes) -> None:
    try:
        value = parse_json_strict(data)
    except StrictJsonError:
        return
    assert value == json.loads(data.decode())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not JSON"),
        (b"{}{}", "not JSON"),
        (b"[1,]", "not JSON"),
        (b"'a'", "not JSON"),
        (b"[01]", "not JSON"),
        (b'["\n"]', "not JSON"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ("{}".encode("utf-16"), "UTF-8"),
        (b'["\xed\xa0\x80"]', "UTF-8"),
        (b'{"a":1,"\\u0061":2}', "twice"),
        (b'[{"k":{"a":1,"b":2,"a":3}}]', "twice"),
        (b"[NaN]", "NaN"),
        (b"[Infinity]", "Infinity"),
        (b"[-Infinity]", "Infinity"),
        (b"[1e400]", "double"),
        (b"[-1e400]", "double"),
        (b"1" + b"0" * 309, "double"),
        (b"1" * 5000, "double"),
        (b'["\\ud800"]', "surrogate"),
        (b'["\\udc00\\ud800"]', "surrogate"),
        (b'{"\\uDFFF":1}', "surrogate"),
        (b"[" * 33 + b"]" * 33, "deeper"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "deeper"),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_what_two_readers_could_read_in_two_ways_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(StrictJsonError, match=says):
        parse_json_strict(data)


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert parse_json_strict(b'"\\ud83d\\udea2"') == "\N{SHIP}"


def test_brackets_in_a_text_are_no_nesting() -> None:
    text = '[{"' * 100
    assert parse_json_strict(json.dumps(text).encode()) == text


def test_thirty_two_levels_are_read() -> None:
    assert parse_json_strict(b"[" * 32 + b"]" * 32) != []


def test_integers_stay_integers_and_fractions_floats() -> None:
    value = parse_json_strict(b"[9007199254740993,12000.0,-0,1e2]")
    assert isinstance(value, list)
    assert [type(each) for each in value] == [int, float, int, float]
    assert value[0] == 2**53 + 1


@pytest.mark.parametrize(
    "data",
    [b"[" * 4_000_000, b'"' * 5_000_000, b"[" + b"0," * (VALUES_MAX + 1) + b"0]", b"\\" * 999_999],
    ids=("nesting", "quotes", "values", "backslashes"),
)
def test_a_flood_is_refused_before_it_is_read(data: bytes) -> None:
    with pytest.raises(StrictJsonError):
        parse_json_strict(data)


def test_the_largest_double_is_read() -> None:
    assert parse_json_strict(b"1.7976931348623157e308") == math.nextafter(math.inf, 0)
