# SPDX-License-Identifier: Apache-2.0
"""Whether acts follow from each other: the line `chain:<n>` of docs/reference/formats.md, 8."""

from collections.abc import Sequence
from dataclasses import dataclass

from ropewalk.client.acts import Act
from ropewalk.client.errors import VerificationError
from ropewalk.client.roles import ChainError, Family, Roles, Setting, follow, touched


@dataclass(frozen=True, slots=True)
class Chain:
    """Acts, followed to their end."""

    family: Family
    """Every title that they issued, as they left it."""
    changed: Sequence[frozenset[str]]
    """Titles that each act changed or issued."""
    ancestors: Sequence[str]
    """Titles whose place this one took, however long ago, in the order of their first acts."""
    others: Sequence[str]
    """Titles that this one was combined with, and whose acts are therefore not here."""

    def of(self, title: str) -> list[int]:
        """Numbers of the acts that changed or issued a title."""
        return [number for number, titles in enumerate(self.changed) if title in titles]


def follow_chain(acts: Sequence[Act], setting: Setting) -> Chain:
    """Follow every act from those before it.

    Raises:
        VerificationError: item `chain:` and the number of an act that does not follow, or is on a
            title that is neither this one nor one whose place it took.
    """
    family: dict[str, Roles] = {}
    changed: list[frozenset[str]] = []
    on: list[set[str]] = []
    for number, act in enumerate(acts):
        try:
            changes = follow(family, act.told, setting)
        except ChainError as error:
            raise VerificationError(f"chain:{number}", str(error)) from error
        on.append(touched(act.told, changes))
        changed.append(frozenset(changes))
        family.update(changes)
    lineage = _lineage(family, setting.title)
    for number, titles in enumerate(on):
        if titles - lineage:
            raise VerificationError(f"chain:{number}", "the act is on a title of another story")
    ancestors = [one for one in family if one in lineage - {setting.title}]
    return Chain(family, changed, ancestors, _combined_with(acts[-1], setting.title))


def _combined_with(last: Act, title: str) -> list[str]:
    ids = [parent["title"] for parent in last.told.body.get("parents", ())]
    return [one for one in ids if one != title] if title in ids else []


def _lineage(family: Family, title: str) -> set[str]:
    """The title, if it was issued, and every title whose place it took."""
    found: set[str] = set()
    waiting = [title]
    while waiting:
        one = waiting.pop()
        if one in family and one not in found:
            found.add(one)
            waiting += family[one].get("replaces", [])
    return found
