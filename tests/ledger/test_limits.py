# SPDX-License-Identifier: Apache-2.0
"""Caps of protocol 1: figures that every node must have the same."""

from ropewalk.ledger import limits


def test_the_caps_of_protocol_1_are_those_of_the_format() -> None:
    assert limits.TRANSACTION_SIZE_MAX == 131_072
    assert limits.VALIDITY_S_MAX == 3_600
    assert limits.CONSENTS_MAX == 15
    assert limits.KEYS_TOUCHED_MAX == 3_072
