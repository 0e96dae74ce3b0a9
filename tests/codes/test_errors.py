# SPDX-License-Identifier: Apache-2.0
"""Refusals of codes keep their numbers."""

from ropewalk.codes.errors import CodeError, quoted


def test_every_refusal_has_its_own_code_and_its_released_number() -> None:
    assert {kind.code: kind.number for kind in CodeError.__subclasses__()} == {
        "codes.malformed": 7100,
        "codes.unknown_unit": 7101,
        "codes.unknown_currency": 7102,
        "codes.unknown_law": 7103,
        "codes.unknown_country": 7104,
        "codes.wrong_check_digit": 7105,
    }


def test_a_hostile_text_can_neither_flood_nor_command_a_terminal() -> None:
    assert quoted("\x1b[2J") == r"'\x1b[2J'"
    assert len(quoted("x" * 10_000)) < 50
