# SPDX-License-Identifier: Apache-2.0
"""What a name may be, so that nobody looks like somebody else by it.

A name is a line of letters that can be seen, of one alphabet, and no two parties have names that
look alike to a reader in a hurry.
"""

import re
import unicodedata
from typing import Final

from ropewalk.portal.errors import NameRefusedError

NAME_MAX: Final = 80
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show nothing, whatever Unicode calls them."""
_NOT_SHOWN: Final = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
"""Control and format characters, the bidirectional ones among them, and what has no meaning."""
_ALIKE: Final = ("LATIN", "CYRILLIC", "GREEK")
"""Alphabets whose letters pass for one another's."""
_AN_ID: Final = re.compile(r"[0-9a-f]{32,}")


def fit_name(text: str) -> str:
    """A name as it is kept: composed, single spaces, none around it; "" for none.

    Raises:
        NameRefusedError: why it can't be one.
    """
    if any(one in _UNSEEN or unicodedata.category(one) in _NOT_SHOWN for one in text):
        raise NameRefusedError("a name has no characters that can't be seen or turn the others")
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > NAME_MAX:
        raise NameRefusedError(f"a name has at most {NAME_MAX} characters")
    if name and not any(one.isalnum() for one in name):
        raise NameRefusedError("a name has a letter or a digit")
    if _AN_ID.fullmatch(likeness(name)):
        raise NameRefusedError("a name does not look like an id")
    if len(_alphabets(name)) > 1:
        raise NameRefusedError("a name does not mix letters of alphabets that look alike")
    return name


def likeness(name: str) -> str:
    """What is left of a name where nobody looks closely: no case, no accents, no gaps, no dots."""
    apart = unicodedata.normalize("NFKD", name).casefold()
    return "".join(one for one in unicodedata.normalize("NFKD", apart) if one.isalnum())


def _alphabets(name: str) -> set[str]:
    named = (unicodedata.name(one, "").partition(" ")[0] for one in name if one.isalpha())
    return {one for one in named if one in _ALIKE}
