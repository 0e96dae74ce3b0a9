# SPDX-License-Identifier: Apache-2.0
"""The bodies of acts of the exchange: legs and conditions of several kinds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Several:
    """So many of one kind."""

    kind: Any
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these kinds, which a member names."""

    tag: str
    kinds: dict[str, Mapping[str, Any]]


NUMBER = (0, 2**53 - 1)
READING = (-(10**9), 10**9)
SUM = re.compile(r"(?s:.){0,24}\Z")
CURRENCY = re.compile(r"(?s:.){0,3}\Z")
CODE = re.compile(r"[A-Z_]{3,24}\Z")
HOW = re.compile(r"(?:ENDORSE_TO_ORDER|SURRENDER|TRANSFER)\Z")
QUANTITY = re.compile(r"(?:HUMIDITY|SHOCK|TEMPERATURE)\Z")
SIDES = {"giver": str, "taker": str}
MONEY = {**SIDES, "bank": str, "currency": CURRENCY, "sum": SUM}
LEG = OneOf(
    "asset",
    {
        "deposit": MONEY,
        "payment": MONEY,
        "receivable": {
            **SIDES,
            "last_act": str,
            "receivable": str,
            "sum": SUM,
            "with_recourse": bool,
        },
        "release": {
            **SIDES,
            "boxes": Several(str, 1, 20),
            "title": str,
            "valid_from": NUMBER,
            "valid_until": NUMBER,
        },
        "title": {**SIDES, "how": HOW, "last_act": str, "title": str},
    },
)
SPAN = {
    "least": READING,
    "most": READING,
    "quantity": QUANTITY,
    "since": NUMBER,
    "subject": str,
    "until": NUMBER,
}
CONDITION = OneOf(
    "asks",
    {
        "box": {
            "box": str,
            "status": re.compile(r"(?:ANNOUNCED|CLEARED|GATED_OUT|LOADED|RETURNED)\Z"),
        },
        "event": {
            "by": str,
            "code": CODE,
            "content?": str,
            "place?": str,
            "subject": str,
            "until": NUMBER,
        },
        "not_before": {"time": NUMBER},
        "readings": {**SPAN, "by": str},
        "title": {
            "status": re.compile(r"(?:DELIVERED|ISSUED|PAPER|REPLACED|SURRENDERED|VOID)\Z"),
            "title": str,
        },
    },
)
for _word in ("all", "any"):
    CONDITION.kinds[_word] = {"of": Several(CONDITION, 1, 32)}
ON_LEG = {"exchange": str, "leg": (0, 15)}
TITLES = Several({"last_act": str, "title": str}, 0, 16)
DECIDING = {"exchange": str, "titles": TITLES}
OF_EXCHANGE: Mapping[str, Mapping[str, Any]] = {
    "exchange.AGREE": {"exchange": str},
    "exchange.CONFIRM_PAYMENT": {**ON_LEG, "entry": str},
    "exchange.ESCROW_DEPOSIT": {**ON_LEG, "titles?": TITLES},
    "exchange.ESCROW_RECEIVABLE": {**ON_LEG, "last_act": str, "receivable": str},
    "exchange.ESCROW_TITLE": {**ON_LEG, "how": HOW, "last_act": str, "title": str, "to": str},
    "exchange.OPEN": {
        "condition?": CONDITION,
        "deadline": NUMBER,
        "given?": Several((0, 15), 1, 16),
        "legs": Several(LEG, 1, 16),
    },
    "exchange.RETRACT_FACT": {"fact": str},
    "exchange.RETURN": DECIDING,
    "exchange.SETTLE": DECIDING,
    "exchange.STATE_FACT": {
        "code": CODE,
        "content": str,
        "place?": str,
        "subject": str,
        "time": NUMBER,
    },
    "exchange.STATE_READINGS": {**SPAN, "content": str},
}
