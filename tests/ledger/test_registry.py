# SPDX-License-Identifier: Apache-2.0
"""Bodies: typed members, no other, nothing converted."""

import pytest

from ledger.world import IDS, salt
from ropewalk.ledger import MalformedBodyError
from ropewalk.rules import BOOKS, LATEST, V1

BODY = {"last_act": salt("a"), "recipient": IDS["bank"], "title": salt("b")}
RULE = V1.rules["title.TRANSFER"]


def test_a_body_becomes_a_message() -> None:
    message = RULE.parse(BODY)
    assert message.__class__.__name__ == "Transfer"


@pytest.mark.parametrize("member", sorted(BODY))
@pytest.mark.parametrize(
    "value", [7, True, None, [], {}, "", "é", "0" * 63, "G" * 64, "0" * 32 + "\n"]
)
def test_a_member_of_another_form_is_refused(member: str, value: object) -> None:
    with pytest.raises(MalformedBodyError):
        RULE.parse({**BODY, member: value})


@pytest.mark.parametrize("member", sorted(BODY))
def test_a_missing_member_is_refused(member: str) -> None:
    with pytest.raises(MalformedBodyError):
        RULE.parse({name: value for name, value in BODY.items() if name != member})


def test_a_member_too_many_is_refused() -> None:
    with pytest.raises(MalformedBodyError):
        RULE.parse({**BODY, "memo": "x"})


def test_the_latest_book_is_the_highest_of_all() -> None:
    assert max(BOOKS) == LATEST.version
    assert all(version == book.version for version, book in BOOKS.items())
    assert all(name == rule.name for name, rule in V1.rules.items())
