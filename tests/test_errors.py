# SPDX-License-Identifier: Apache-2.0
"""Error numbers: released ones stay, each is one error's, each lies in its room's range."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import ropewalk
from ledger.make_errors import numbered, released
from ropewalk import rules
from ropewalk.ledger import LedgerError, MalformedBodyError

RANGES: Mapping[str, range] = {
    "ledger": range(7000, 7050),
    "tlog": range(7050, 7100),
    "codes": range(7100, 7110),
    "crypto": range(7150, 7200),
    "identity": range(7200, 7300),
    "title": range(7300, 7400),
    "cargo": range(7400, 7500),
    "tracking": range(7500, 7550),
    "vault": range(7550, 7600),
    "views": range(7600, 7650),
    "portal": range(7650, 7700),
    "capital": range(7700, 7750),
    "exchange": range(7750, 7800),
    "engines": range(7800, 7850),
    "client": range(7850, 7890),
    "cli": range(7890, 7900),
    "api": range(7900, 8000),
}
DOCUMENTS = range(7110, 7150)
"""Errors of a document's form, which the client finds."""
REFERENCE = Path(__file__).parents[1] / "docs" / "reference" / "errors.md"
NOW = {error.code: error.number for error in numbered()}


def every(kind: type[LedgerError]) -> Iterator[type[LedgerError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from every(child)


def test_released_codes_keep_their_numbers() -> None:
    for code, number in released().items():
        assert NOW.get(code) == number, f"{code} was released as {number}"


def test_every_error_is_released() -> None:
    assert set(NOW) - set(released()) == set(), "run `python -m ledger.make_errors`"


def test_every_number_and_every_slug_is_one_errors() -> None:
    numbers = Counter(error.number for error in numbered())
    codes = Counter(error.code for error in numbered())
    assert [number for number, times in numbers.items() if times > 1] == []
    assert [code for code, times in codes.items() if times > 1] == []


def test_every_number_lies_in_its_rooms_range() -> None:
    for error in numbered():
        fits = error.number in RANGES[error.room]
        assert fits or (error.room == "client" and error.number in DOCUMENTS), error


def test_every_slug_is_a_room_and_words() -> None:
    for error in numbered():
        room, dot, words = error.code.partition(".")
        assert dot == ".", error.code
        assert room.isidentifier(), error.code
        assert words.isidentifier(), error.code
        assert error.code == error.code.lower()


def test_every_error_says_what_it_means() -> None:
    for error in numbered():
        first = error.docstring.partition("\n")[0]
        assert first.endswith((".", ";", ",")) or error.docstring.endswith("."), error.name
        assert error.name.endswith("Error"), error.name


def test_every_refusal_of_the_ledger_has_a_number_of_its_own() -> None:
    for module in pkgutil.iter_modules(ropewalk.__path__):
        if module.name in {
            "crypto",
            "codes",
            "tlog",
            "ledger",
            "identity",
            "title",
            "capital",
            "exchange",
        }:
            importlib.import_module(f"ropewalk.{module.name}")
    for error in every(LedgerError):
        if error.__module__.startswith("ropewalk."):
            assert "code" in vars(error), f"{error.__name__} inherits its code"
            assert NOW[error.code] == error.number


def test_every_refusal_of_the_core_can_be_met() -> None:
    """A refusal that no rule names and no check of the machine raises is dead."""
    named = {error for rule in rules.V1.rules.values() for error in rule.refusals}
    for error in every(LedgerError):
        if error.__module__.startswith(
            ("ropewalk.identity.", "ropewalk.title.", "ropewalk.capital.", "ropewalk.exchange.")
        ):
            by_policy = error.number in {*range(7201, 7205), 7225, 7240}
            by_room_above = error.code == "title.not_in_escrow"  # no exchange asks for another's
            assert error in named or by_policy or by_room_above, (
                f"{error.__name__} is named by no rule"
            )
    assert MalformedBodyError not in named


def test_the_reference_lists_every_error() -> None:
    if REFERENCE.is_file():
        text = REFERENCE.read_text(encoding="utf-8")
        missing = [error.code for error in numbered() if error.code not in text]
        assert missing == []
