# SPDX-License-Identifier: Apache-2.0
"""RFC 8785, against its own appendix B and another implementation."""

import struct

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.crypto.jcs import JcsError, encode, format_number
from ropewalk.crypto.strict_json import Json, parse_json_strict

APPENDIX_B = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
TEXT = st.text(st.characters(exclude_categories=("Cs",)))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inside: st.lists(inside) | st.dictionaries(TEXT, inside),
    max_leaves=8,
)


@pytest.mark.parametrize(("bits", "text"), APPENDIX_B.items())
def test_numbers_are_written_as_appendix_b_has_them(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert format_number(number) == text


@given(JSON)
def test_another_implementation_writes_the_same_bytes(value: Json) -> None:
    assert encode(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(JSON)
def test_the_form_reads_back_to_itself(value: Json) -> None:
    assert encode(parse_json_strict(encode(value), depth_max=128)) == encode(value)


@given(st.integers(-(10**300), 10**300))
def test_integers_are_written_as_the_double_nearest_to_them(number: int) -> None:
    assert encode(number).decode() == format_number(float(number))


def test_keys_are_sorted_by_utf_16_code_units() -> None:
    """The example of RFC 8785, 3.2.3: a surrogate pair sorts before U+FB33."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    form = parse_json_strict(encode(dict.fromkeys(keys)))
    assert isinstance(form, dict)
    assert list(form) == expected


def test_only_what_must_be_escaped_is_escaped() -> None:
    text = '\u20ac$\x0f\nA\'B"\\\\"/\x7f\u2028'
    assert encode(text).decode() == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028"'


def test_empty_values_keep_their_brackets() -> None:
    assert encode([{}, [], None, True, False, 12000.0]) == b"[{},[],null,true,false,12000]"


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), 10**400, "\ud800", {"\udc00": 1}])
def test_what_has_no_form_is_refused(value: Json) -> None:
    with pytest.raises(JcsError):
        encode(value)


def test_endless_nesting_is_refused() -> None:
    value: list[Json] = []
    value.append(value)
    with pytest.raises(JcsError):
        encode(value)
