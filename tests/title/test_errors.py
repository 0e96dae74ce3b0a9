# SPDX-License-Identifier: Apache-2.0
"""Refusals of title answer in their range."""

from ropewalk.ledger import LedgerError
from ropewalk.title import errors


def test_every_refusal_is_the_rooms_own() -> None:
    found = [one for one in vars(errors).values() if isinstance(one, type)]
    refusals = [one for one in found if issubclass(one, LedgerError) and one is not LedgerError]
    assert refusals
    for refusal in refusals:
        assert refusal.number in range(7300, 7400)
        assert refusal.code.startswith("title.")
