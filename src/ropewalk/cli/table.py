# SPDX-License-Identifier: Apache-2.0
"""The rule table as data: for the generated reference and for `/v1/acts`."""

from typing import Any

import msgspec

from ropewalk.cli.meanings import first_line
from ropewalk.client import kind_of
from ropewalk.ledger import Rule
from ropewalk.rules import LATEST


def act_table() -> list[dict[str, Any]]:
    """Every act at the latest protocol: name, what it means, members, refusals."""
    return [_act(rule) for rule in LATEST.rules.values()]


def _act(rule: Rule) -> dict[str, Any]:
    return {
        "act": rule.name,
        "meaning": first_line(rule.message),
        "members": [_member(field) for field in msgspec.structs.fields(rule.message)],
        "protocol": LATEST.version,
        "refusals": [
            {"code": kind.code, "number": kind.number, "meaning": first_line(kind)}
            for kind in rule.refusals
        ],
    }


def _member(field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    kind, text = kind_of(field)
    return {
        "name": field.name,
        "type": _type_name(kind),
        "required": field.required,
        "meaning": text,
    }


OBJECTS = (msgspec.inspect.StructType, msgspec.inspect.DictType, msgspec.inspect.UnionType)
"""Kinds of members that are objects; a union is always of objects, told apart by a tag."""


def _type_name(kind: msgspec.inspect.Type) -> str:
    while isinstance(kind, msgspec.inspect.Metadata):
        kind = kind.type
    if isinstance(kind, msgspec.inspect.ListType):
        return f"array of {_type_name(kind.item_type)}s"
    if isinstance(kind, msgspec.inspect.LiteralType):
        return " or ".join(str(value) for value in kind.values)
    if isinstance(kind, OBJECTS):
        return "object"
    names = {"IntType": "integer", "BoolType": "boolean", "StrType": "string"}
    return names[type(kind).__name__]
