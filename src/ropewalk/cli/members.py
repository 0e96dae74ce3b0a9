# SPDX-License-Identifier: Apache-2.0
"""Members of an act's body as options: what a person types, made into what the act takes."""

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from ropewalk.cli.exits import UsageError, errors, plain
from ropewalk.cli.wallet import Wallet
from ropewalk.client import (
    COMMITMENTS,
    CONTROLLERS,
    IN_ORDER,
    KEYS,
    SUMS,
    Kept,
    Shelf,
    content_commitment,
    is_structured,
    is_time,
    kind_of,
)
from ropewalk.codes import CodeError, Money, UtcInstant
from ropewalk.crypto import SALT_SIZE, is_kid, random_bytes

UNSTATED: Mapping[str, object] = {"amount": 0, "currency": "", "due": "0", "lei": ""}
"""What a member is when nobody says."""

_SPAN = re.compile(r"\+([0-9]{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_HELP = {
    "times": "seconds since 1970, 2026-03-01T08:00:00Z, or +3d, +12h, +30m from now",
    "commitments": "64 characters of hex, or @FILE to commit to a file that is kept with its salt",
    "json": "JSON, or @FILE",
}


class Members:
    """Turns options into members, with a wallet and a shelf at hand."""

    def __init__(self, wallet: Wallet, shelf: Shelf) -> None:
        self._wallet = wallet
        self._shelf = shelf

    def body(self, fields: dict[str, msgspec.structs.FieldInfo], given: dict[str, Any]) -> Any:
        """The body's members that were given."""
        found = {
            name: self._value(field, given[f"member_{name}"])
            for name, field in fields.items()
            if given[f"member_{name}"] is not None
        }
        for name in SUMS & found.keys():
            if isinstance(found[name], str) and "." in found[name]:
                found[name] = minor_units(found[name], str(found.get("currency", "")))
            _say_the_sum(name, found)
        return found

    def _value(self, field: msgspec.structs.FieldInfo, given: Any) -> Any:
        readers: tuple[tuple[bool, Callable[[str], Any]], ...] = (
            (field.name in CONTROLLERS, self._wallet.controller),
            (field.name in KEYS, self._kid),
            (is_time(field), time_of),
            (field.name in COMMITMENTS, self._commitment),
            (is_structured(field), _json_of),
        )
        read = next((reader for holds, reader in readers if holds), None)
        if isinstance(given, list):
            values = given if read is None else [read(one) for one in given]
            return sorted(values) if field.name in IN_ORDER else values
        return given if read is None else read(given)

    def _kid(self, name_or_kid: str) -> str:
        return name_or_kid if is_kid(name_or_kid) else self._wallet.key(name_or_kid).kid

    def _commitment(self, text: str) -> str:
        if not text.startswith("@"):
            return text
        data = Path(text[1:]).read_bytes()
        salt = random_bytes(SALT_SIZE)
        commitment = content_commitment(salt, data)
        self._shelf.keep(commitment, Kept(document=data, salt=salt))
        errors.print(plain(f"{text[1:]} is kept with its salt under {commitment}"))
        return commitment


def minor_units(text: str, currency: str) -> str:
    """A sum as an act has it: minor units, or a decimal of the currency in minor units.

    Raises:
        UsageError: it is finer than the currency, or no currency is given.
    """
    if "." not in text:
        return text
    if not currency:
        raise UsageError(f"{text}: this act names no currency; give the sum in minor units")
    try:
        return str(Money.of(text, currency).amount_minor)
    except CodeError as error:
        raise UsageError(f"{text} {currency}: {error}") from error


def _say_the_sum(name: str, found: Mapping[str, Any]) -> None:
    """Read a sum back: whoever forgets the decimals of a currency signs a hundredth."""
    try:
        money = Money(int(found[name]), str(found.get("currency", "")))
        errors.print(plain(f"{name}: {money}"))
    except (CodeError, ValueError):
        return  # what is wrong with it the ledger says


def time_of(text: str) -> int:
    """A time that a person wrote, seconds since 1970.

    Raises:
        UsageError: it is none.
    """
    span = _SPAN.fullmatch(text)
    if span is not None:
        return int(time.time()) + int(span[1]) * _SECONDS[span[2]]
    if text.isdecimal():
        return int(text)
    try:
        return UtcInstant.parse(text).seconds
    except CodeError as error:
        raise UsageError(f"{text!r} is no time: {_HELP['times']}") from error


def _json_of(text: str) -> Any:
    data = Path(text[1:]).read_bytes() if text.startswith("@") else text.encode()
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(f"not JSON: {error}") from error


OPTIONS = {"node": "node-key"}
"""Options of members whose own names are taken by every command."""


def option_of(field: msgspec.structs.FieldInfo) -> tuple[Any, bool]:
    """The option's annotation for a member, and whether it must be given."""
    kind, text = kind_of(field)
    hint = _hint(field)
    name = OPTIONS.get(field.name, field.name.replace("_", "-"))
    is_flag = isinstance(kind, msgspec.inspect.BoolType)
    names = f"--{name}/--no-{name}" if is_flag else f"--{name}"
    option = typer.Option(names, help=f"{text} ({hint})".strip() if hint else text)
    wanted: Any = str
    if isinstance(kind, msgspec.inspect.ListType) and not is_structured(field):
        wanted = list[str]
    elif isinstance(kind, msgspec.inspect.IntType) and not is_time(field):
        wanted = int
    elif is_flag:
        wanted = bool
    if not field.required:
        wanted = wanted | None
    return Annotated[wanted, option], field.required


def _hint(field: msgspec.structs.FieldInfo) -> str:
    checks: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("times", lambda: is_time(field)),
        ("commitments", lambda: field.name in COMMITMENTS),
        ("json", lambda: is_structured(field)),
    )
    return next((_HELP[name] for name, holds in checks if holds()), "")


def is_list(field: msgspec.structs.FieldInfo) -> bool:
    """Whether a member is a list: left out, it is empty."""
    return isinstance(kind_of(field)[0], msgspec.inspect.ListType)
