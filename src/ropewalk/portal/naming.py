# SPDX-License-Identifier: Apache-2.0
"""What a name may be, so that nobody looks like somebody else by it.

A name is a line of letters that can be seen, of one writing, with little between them: nothing that
looks like an id or like what a page writes beside a name. No two parties have names that look alike
to a reader in a hurry. Source: Unicode Technical Standard 39, whose tables are larger.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from ropewalk.portal.errors import NameRefusedError

NAME_MAX: Final = 80
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show nothing, whatever Unicode calls them."""
_NOT_SHOWN: Final = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
"""Control and format characters, the bidirectional ones among them, and what has no meaning."""
_BETWEEN: Final = frozenset(" -.,&'\u2019+/\u00b7\u30fb_!")
"""All that a name has besides letters, digits and what stands on them."""
_EAST: Final = ("CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL")
_WRITINGS: Final = {
    **{
        one: one for one in ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "THAI", "DEVANAGARI")
    },
    **dict.fromkeys(_EAST, "EAST"),
}
"""By the first word of a letter's name: the writing it is of. Others are none of a name's."""
_HEX: Final = re.compile(r"[0-9a-f]{8,}")
_DIGITS_OF_AN_ID: Final = 3
"""Hex digits with gaps between them are words, such as «Ada Decade», where there are fewer."""
_NO_GAPS: Final = str.maketrans("oli", "011", "".join(_BETWEEN))
_LETTER: Final = re.compile(r"LETTER .*?\b([A-Z])\b")
_FOLDED: Final = {
    **dict(zip("авсеһіјкмнорѕтухԁԛԝь", "abcehijkmhopstyxdqwb", strict=True)),
    **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
    **dict(zip("ニロカエタトハー", "二口力工夕卜八一", strict=True)),
    **dict(zip("ɑɩǀæœ", ("a", "i", "i", "ae", "oe"), strict=True)),
    **dict(zip("l10", "iio", strict=True)),
}
"""What a letter is taken for."""
_PAIRS: Final = (("rn", "m"), ("vv", "w"))
_KEPT: Final = 131_072


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
    if not all(_is_written(one) for one in name):
        raise NameRefusedError("a name has letters, digits, spaces and - . , & ' + / _ ! in it")
    if _looks_like_an_id(name):
        raise NameRefusedError("a name does not look like an id")
    if len(writings := _writings(name)) > 1 or "" in writings:
        raise NameRefusedError("a name has letters of one writing, of those that this node knows")
    return name


@lru_cache(_KEPT)
def likeness(name: str) -> str:
    """What is left of a name where nobody looks closely: no case, no accents, no gaps, no dots.

    Letters that pass for one another are one: `l` and `1` are `i`, `rn` is `m`.
    """
    apart = unicodedata.normalize("NFKD", name).casefold()
    found = "".join(_folded(one) for one in unicodedata.normalize("NFKD", apart) if one.isalnum())
    for pair, letter in _PAIRS:
        found = found.replace(pair, letter)
    return found


@lru_cache(4_096)
def _folded(letter: str) -> str:
    if letter in _FOLDED:
        return _FOLDED[letter]
    named = unicodedata.name(letter, "")
    found = _LETTER.search(named) if not letter.isascii() and named.startswith("LATIN") else None
    plain = found[1].lower() if found else letter
    return _FOLDED.get(plain, plain)


def _is_written(one: str) -> bool:
    """Whether a name may have it: letters, decimal digits, marks, and some between them."""
    category = unicodedata.category(one)
    return one in _BETWEEN or category[0] in "LM" or category == "Nd"


def _looks_like_an_id(name: str) -> bool:
    plain = unicodedata.normalize("NFKD", name).casefold()
    joined = plain.translate(_NO_GAPS)
    is_counted = sum(one.isdigit() for one in plain) >= _DIGITS_OF_AN_ID
    return bool(_HEX.search(plain) or (is_counted and _HEX.search(joined)))


def _writings(name: str) -> set[str]:
    named = (unicodedata.name(one, "").partition(" ")[0] for one in name if one.isalpha())
    return {_WRITINGS.get(one, "") for one in named}
