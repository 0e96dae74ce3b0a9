# SPDX-License-Identifier: Apache-2.0
"""The rule table as data, and as the generated page docs/reference/acts.md.

python -m ropewalk.cli.reference > docs/reference/acts.md
"""

import sys
from typing import Any

import msgspec

from ropewalk.ledger import Rule
from ropewalk.rules import LATEST


def act_table() -> list[dict[str, Any]]:
    """Every act at the latest protocol: name, what it means, members, refusals."""
    return [_act(rule) for rule in LATEST.rules.values()]


def _act(rule: Rule) -> dict[str, Any]:
    return {
        "act": rule.name,
        "meaning": _first_line(rule.message),
        "members": [_member(field) for field in msgspec.structs.fields(rule.message)],
        "protocol": LATEST.version,
        "refusals": [
            {"code": kind.code, "number": kind.number, "meaning": _first_line(kind)}
            for kind in rule.refusals
        ],
    }


def _first_line(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())


def _member(field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    kind = msgspec.inspect.type_info(field.type)
    text = ""
    while isinstance(kind, msgspec.inspect.Metadata):
        text = (kind.extra_json_schema or {}).get("description", text)
        kind = kind.type
    if isinstance(kind, msgspec.inspect.UnionType):
        inner = [one for one in kind.types if not isinstance(one, msgspec.inspect.NoneType)]
        kind = inner[0]
        while isinstance(kind, msgspec.inspect.Metadata):
            text = (kind.extra_json_schema or {}).get("description", text)
            kind = kind.type
    return {
        "name": field.name,
        "type": _type_name(kind),
        "required": field.required,
        "meaning": text,
    }


def _type_name(kind: msgspec.inspect.Type) -> str:
    if isinstance(kind, msgspec.inspect.ListType):
        return "array of strings"
    if isinstance(kind, msgspec.inspect.LiteralType):
        return " or ".join(str(value) for value in kind.values)
    names = {"IntType": "integer", "BoolType": "boolean", "StrType": "string"}
    return names[type(kind).__name__]


def page() -> str:
    """docs/reference/acts.md."""
    lines = [
        "# Acts",
        "",
        "Generated from the rule table by `make reference`; a test keeps it fresh.",
        "How an act is signed and sent: [formats](formats.md). What acts do to a title:",
        "[title](title.md). Refusals of any act: [errors](errors.md).",
        "",
    ]
    for act in act_table():
        lines += _section(act)
    return "\n".join(lines)


def _section(act: dict[str, Any]) -> list[str]:
    lines = [f"## {act['act']}", "", act["meaning"], "", "| member | type | | meaning |"]
    lines.append("|---|---|---|---|")
    for member in act["members"]:
        need = "" if member["required"] else "optional"
        lines.append(f"| `{member['name']}` | {member['type']} | {need} | {member['meaning']} |")
    lines += ["", "Refused, in this order:", ""]
    for refusal in act["refusals"]:
        lines.append(f"- {refusal['number']} `{refusal['code']}`: {refusal['meaning']}")
    return [*lines, ""]


if __name__ == "__main__":
    sys.stdout.write(page())
