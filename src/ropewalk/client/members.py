# SPDX-License-Identifier: Apache-2.0
"""What the members of an act's body are to a person, for forms and options."""

import msgspec

CONTROLLERS = frozenset(
    {
        "addressee",
        "agent",
        "bank",
        "carrier",
        "consignee",
        "controller",
        "controllers",
        "customer",
        "customs",
        "debtor",
        "depot",
        "device",
        "driver",
        "party",
        "pledgee",
        "receiver",
        "recipient",
        "release_to",
        "shipper",
        "terminal",
        "to",
    }
)
"""Members that name controllers: a key's name will do."""

IN_ORDER = CONTROLLERS | {"boxes", "given", "receivables", "titles"}
"""Lists that stand sorted in an act, in whatever order a person gives them."""

KEYS = frozenset({"key", "keys", "successor"})
"""Members that are key ids: a key's name will do."""

TIMES = frozenset({"deadline", "due", "since", "time", "until", "valid_from", "valid_until"})
COMMITMENTS = frozenset(
    {
        "comment",
        "content",
        "entry",
        "order",
        "paper",
        "reason",
        "reference",
        "registration",
        "vehicle",
    }
)
"""Members that commit to a document of its own: `@FILE` keeps the file with a salt."""

SUMS = frozenset({"amount", "price"})
"""Members that are sums: with a decimal point they are of the currency, else minor units."""


def is_time(field: msgspec.structs.FieldInfo) -> bool:
    """Whether a member is an instant; a due date is a day, and stays as it is written."""
    return field.name in TIMES and isinstance(kind_of(field)[0], msgspec.inspect.IntType)


def kind_of(field: msgspec.structs.FieldInfo) -> tuple[msgspec.inspect.Type, str]:
    """A member's type without what is written around it, and its description."""
    return _bare(msgspec.inspect.type_info(field.type))


def _bare(kind: msgspec.inspect.Type) -> tuple[msgspec.inspect.Type, str]:
    text = ""
    while isinstance(kind, msgspec.inspect.Metadata | msgspec.inspect.UnionType):
        if isinstance(kind, msgspec.inspect.Metadata):
            text = text or (kind.extra_json_schema or {}).get("description", "")
            kind = kind.type
        else:
            kind = next(one for one in kind.types if not isinstance(one, msgspec.inspect.NoneType))
    return kind, text


def is_structured(field: msgspec.structs.FieldInfo) -> bool:
    """Whether a member is an object, or a list of objects."""
    kind, _ = kind_of(field)
    if isinstance(kind, msgspec.inspect.ListType):
        kind, _ = _bare(kind.item_type)
    return isinstance(kind, msgspec.inspect.StructType | msgspec.inspect.DictType)
