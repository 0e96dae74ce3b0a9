# SPDX-License-Identifier: Apache-2.0
"""An act as a form: what is known already, and a field for each member that a person fills in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from ropewalk.client import (
    COMMITMENTS,
    CONTROLLERS,
    IN_ORDER,
    SUMS,
    is_structured,
    is_time,
    kind_of,
)
from ropewalk.portal.errors import NoSuchPageError
from ropewalk.rules import LATEST

TEXT: Final = "text"
_NOUGHT: Final = "0: "
_MACHINE: Final = (
    ", seconds since 1970",
    "Seconds since 1970.",
    ", minor units",
    "Minor units, in digits.",
    "Controller id, 32 characters of hex.",
)
"""How the ledger writes what a field takes otherwise."""


@dataclass(frozen=True, slots=True)
class Field:
    """One member of an act as a field of a form."""

    name: str
    kind: str
    """`party`, `time`, `commitment`, `sum`, `integer`, `flag`, `choice`, `json`, or `text`."""
    meaning: str
    is_required: bool
    is_list: bool = False
    is_sorted: bool = False
    is_number: bool = False
    """Whether a sum is a number in the act, not digits."""
    choices: tuple[str, ...] = ()
    value: str = ""

    @property
    def may_be_nought(self) -> bool:
        """Whether the act knows a nought as none, so that the field may stay empty."""
        return self.is_number_or_time and _NOUGHT in self.meaning

    @property
    def is_number_or_time(self) -> bool:
        """Whether its value is a number in the act."""
        return self.is_number or self.kind == "time"

    @property
    def plain(self) -> str:
        """What it means, without how the ledger writes it."""
        found = self.meaning
        for machine in _MACHINE:
            found = found.replace(machine, "")
        return found.strip()


@dataclass(frozen=True, slots=True)
class Draft:
    """An act that somebody may do: what is known of its body, and what is to be filled in."""

    act: str
    body: Mapping[str, Any]
    fields: tuple[Field, ...] = ()
    proposes: bool = False
    """Whether others have to approve it first."""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """Whether nothing has to be filled in."""
        return not self.fields


def draft(act: str, body: Mapping[str, Any], *, proposes: bool = False) -> Draft:
    """An act with a part of its body, and fields for the rest.

    Raises:
        NoSuchPageError: there is no such act.
    """
    rule = LATEST.rules.get(act)
    if rule is None:
        raise NoSuchPageError("there is no such act")
    fields = [_field(one) for one in msgspec.structs.fields(rule.message) if one.name not in body]
    return Draft(act, dict(body), tuple(fields), proposes)


def _field(member: msgspec.structs.FieldInfo) -> Field:
    kind, meaning = kind_of(member)
    is_list = isinstance(kind, msgspec.inspect.ListType)
    item = _item(kind)
    return Field(
        name=member.name,
        kind=_kind(member, item),
        meaning=meaning,
        is_required=member.required,
        is_list=is_list and not is_structured(member),
        is_sorted=member.name in IN_ORDER,
        is_number=isinstance(item, msgspec.inspect.IntType),
        choices=_choices(item),
    )


def _item(kind: msgspec.inspect.Type) -> msgspec.inspect.Type:
    """The kind of a list's items; of anything else its own."""
    if isinstance(kind, msgspec.inspect.ListType):
        kind = kind.item_type
        while isinstance(kind, msgspec.inspect.Metadata):
            kind = kind.type
    return kind


def _kind(member: msgspec.structs.FieldInfo, item: msgspec.inspect.Type) -> str:
    checks = (
        ("json", is_structured(member)),
        ("party", member.name in CONTROLLERS),
        ("time", is_time(member)),
        ("commitment", member.name in COMMITMENTS),
        ("sum", member.name in SUMS),
        ("choice", isinstance(item, msgspec.inspect.LiteralType)),
        ("flag", isinstance(item, msgspec.inspect.BoolType)),
        ("integer", isinstance(item, msgspec.inspect.IntType)),
    )
    return next((name for name, holds in checks if holds), TEXT)


def _choices(item: msgspec.inspect.Type) -> tuple[str, ...]:
    if isinstance(item, msgspec.inspect.LiteralType):
        return tuple(str(one) for one in item.values)
    return ()
