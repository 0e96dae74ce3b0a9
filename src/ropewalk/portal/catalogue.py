# SPDX-License-Identifier: Apache-2.0
"""Every text that people read, by key and language; a second language is a folder beside `en`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

FOLDER: Final = Path(__file__).parent / "catalogue"
ENGLISH: Final = "en"
"""What is not told in another language yet is told in this one."""


def _read(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.json")):
        found.update(msgspec.json.decode(path.read_bytes(), type=dict[str, str]))
    return found


class MissingTextError(KeyError):
    """A page asks for a text that no catalogue has: a fault of the page."""


class Catalogue:
    """The texts of one language.

    Args:
        language: Name of a folder, BCP 47.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.texts = _read(ENGLISH) | _read(language)

    def __call__(self, key: str, /, **members: object) -> str:
        """A text, its members in their places.

        Raises:
            MissingTextError: there is none.
        """
        text = self.texts.get(key)
        if text is None:
            raise MissingTextError(key)
        return text.format_map(members) if members else text

    def get(self, key: str, otherwise: str) -> str:
        """A text, or another where there is none: of words that the ledger may gain."""
        return self.texts.get(key, otherwise)

    def part(self, *rooms: str) -> Mapping[str, str]:
        """The texts whose keys begin so, for a script."""
        starts = tuple(f"{room}." for room in rooms)
        return {key: text for key, text in self.texts.items() if key.startswith(starts)}
