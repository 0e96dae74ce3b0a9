# SPDX-License-Identifier: Apache-2.0
"""Ids in paths."""

from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.api.errors import MalformedParameterError
from ropewalk.api.parameters import decode, title_or_reference

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1)


@given(PRINTABLE.map(lambda text: text[:100].strip()).filter(bool))
def test_any_printable_reference_comes_through(reference: str) -> None:
    text = f"SMDG:MSC:{reference}"
    assert title_or_reference(quote(text, safe="")) == ("", text)


@given(st.text())
def test_whatever_comes_is_printable_or_refused(segment: str) -> None:
    with suppress(MalformedParameterError):
        text = decode(segment)
        assert text.isascii()
        assert text.isprintable()


@pytest.mark.parametrize("segment", ["%", "%4", "%zz", "%00", "%0A", "%7F", "%C3%BC", ""])
def test_broken_or_unprintable_encoding_is_refused(segment: str) -> None:
    with pytest.raises(MalformedParameterError):
        decode(segment)
