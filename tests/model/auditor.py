# SPDX-License-Identifier: Apache-2.0
"""What an auditor adds up from the machine's own records, whatever machine and model say of acts.

At each bank and in each currency deposits, escrow and suspense are what came in less what went
out; on each payable the open shares are what is outstanding, and as many as it says; nothing is
below nothing, and no open share is worth nothing (I19, I20, I23).
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

OWED = ("CONFIRMED", "DEFAULTED", "PAID")


class BadBooksError(AssertionError):
    """Records that do not add up."""


def audit(records: Mapping[str, bytes]) -> None:
    """Add everything up.

    Raises:
        BadBooksError: something is off.
    """
    sums: Counter[str] = Counter()
    for key, data in records.items():
        kind, _, name = key.partition("/")
        if kind in SIDES:
            SIDES[kind](sums, name, msgspec.json.decode(data)[1])
    off = {account: amount for account, amount in sums.items() if amount}
    if off:
        raise BadBooksError(f"off by {off}")


def _positive(amount: str, *, or_nothing: bool = False) -> int:
    found = int(amount)
    if found < 0 or (not found and not or_nothing):
        raise BadBooksError(f"a sum of {amount}")
    return found


def _balance(sums: Counter[str], name: str, record: Mapping[str, Any]) -> None:
    for member in ("amount", "held"):
        sums[name.rpartition(":")[0]] += _positive(record.get(member, "0"), or_nothing=True)


def _suspense(sums: Counter[str], name: str, record: Mapping[str, Any]) -> None:
    sums[name.rpartition(":")[0]] += _positive(record["amount"])


def _settlement(sums: Counter[str], name: str, record: Mapping[str, Any]) -> None:
    sums[name] += int(record["withdrawn"]) - int(record["placed"])


def _payable(sums: Counter[str], name: str, record: Mapping[str, Any]) -> None:
    if record["status"] in OWED:
        gone = int(record.get("settled", "0")) + int(record.get("credited", "0"))
        sums[f"worth of {name}"] -= _positive(str(int(record["face"]) - gone), or_nothing=True)
    sums[f"shares of {name}"] -= record.get("shares", 0)


def _receivable(sums: Counter[str], _name: str, record: Mapping[str, Any]) -> None:
    if record["status"] == "OPEN":
        sums[f"worth of {record['payable']}"] += _positive(record["amount"])
        sums[f"shares of {record['payable']}"] += 1


SIDES = {
    "balance": _balance,
    "payable": _payable,
    "receivable": _receivable,
    "settlement": _settlement,
    "suspense": _suspense,
}
"""How each kind of record counts."""
