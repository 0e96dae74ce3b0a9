# SPDX-License-Identifier: Apache-2.0
"""What an audit found."""

import msgspec


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """An audit's result."""

    ok: bool
    height: int
    """Last block that was re-executed and found right."""
    first_difference: str
    """Where what is stored first differs from what re-execution gives; "" when nowhere."""
    transactions: int = 0
    """Transactions re-executed."""


class DifferenceError(Exception):
    """Something differs; the text says what and where."""
