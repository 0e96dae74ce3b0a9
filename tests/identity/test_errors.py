# SPDX-License-Identifier: Apache-2.0
"""Refusals of identity answer in their range."""

from ropewalk.identity import errors
from ropewalk.ledger import LedgerError


def test_every_refusal_is_the_rooms_own() -> None:
    found = [one for one in vars(errors).values() if isinstance(one, type)]
    refusals = [one for one in found if issubclass(one, LedgerError) and one is not LedgerError]
    assert refusals
    for refusal in refusals:
        assert refusal.number in range(7200, 7300)
        assert refusal.code.startswith("identity.")
