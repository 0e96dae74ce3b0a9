# SPDX-License-Identifier: Apache-2.0
"""Refusals speak for themselves."""

from ropewalk.ledger import ExpiredError, LedgerError, StopError


def test_a_refusal_says_what_is_wrong_or_what_it_means() -> None:
    assert ExpiredError("too late").detail == "too late"
    assert ExpiredError().detail.startswith("`valid_until` lies before")


def test_a_stop_is_no_refusal() -> None:
    """A broken promise must not be caught with the refusals."""
    assert not issubclass(StopError, LedgerError)
    assert not hasattr(StopError, "code")
