# SPDX-License-Identifier: Apache-2.0
"""What acts and refusals mean, in one line each, from where they are defined."""

from ropewalk.rules import LATEST


def first_line(kind: type) -> str:
    """What a class means, in one line."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())


def meaning_of(number: int) -> str:
    """What a refusal of the rules means, in one line; "" for a number that is none's."""
    kinds = {kind.number: kind for rule in LATEST.rules.values() for kind in rule.refusals}
    return first_line(kinds[number]) if number in kinds else ""
