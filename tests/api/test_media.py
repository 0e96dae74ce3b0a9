# SPDX-License-Identifier: Apache-2.0
"""Media types, as RFC 9110 has them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.api.errors import NotAcceptableError
from ropewalk.api.media import EVENT_STREAM, JSON, acceptable, content_type

BOTH = (EVENT_STREAM, JSON)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", EVENT_STREAM),
        ("*/*", EVENT_STREAM),
        ("application/json", JSON),
        ("APPLICATION/JSON", JSON),
        ("application/*", JSON),
        ("text/event-stream;q=0.5, application/json", JSON),
        ("text/event-stream;q=0, */*", JSON),
        ("application/json;q=0.2, */*;q=0.1", JSON),
        ("text/html, application/json;q=0.001", JSON),
    ],
)
def test_the_best_liked_type_is_chosen(accept: str, chosen: str) -> None:
    assert acceptable(accept, BOTH) == chosen


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", "application/json;q=2", "json"])
def test_what_is_not_offered_is_not_acceptable(accept: str) -> None:
    with pytest.raises(NotAcceptableError):
        acceptable(accept, (JSON,))


@given(st.text())
def test_any_wish_is_answered_or_refused(accept: str) -> None:
    with suppress(NotAcceptableError):
        assert acceptable(accept, BOTH) in BOTH


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("application/json", JSON),
        ("Application/JSON ; Charset=UTF-8", JSON),
        ('application/json; charset="utf-8"', JSON),
        ("application/json; charset=latin-1", ""),
        ("application/json; profile=x", ""),
        ("", ""),
    ],
)
def test_a_content_type_is_read_strictly(field: str, kind: str) -> None:
    assert content_type(field) == kind
