# SPDX-License-Identifier: Apache-2.0
"""A statement of account as a sheet for people, with its figures as they read them."""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from ropewalk.codes import Money, UtcInstant, currency_decimals

TEMPLATE: Final = Path(__file__).with_name("statement.typ")
PDF_STANDARD: Final = "a-2b"


def readable_sum(minor: int | str, currency: str) -> str:
    """A sum as people read it: `-1,234.50` of EUR.

    Args:
        minor: minor units.
        currency: ISO 4217.
    """
    amount, decimals = int(minor), currency_decimals(currency)
    whole, part = divmod(abs(amount), 10**decimals)
    text = f"{whole:,}" + (f".{part:0{decimals}}" if decimals else "")
    return f"-{text}" if amount < 0 else text


def statement_pdf(told: Mapping[str, Any], since: str, until: str) -> bytes:
    """A statement as PDF/A, by the template beside this file.

    Args:
        told: as the node answers, all of its lines.
        since: the first day, "" for since ever.
        until: the last day, "" for until now.
    """
    import typst  # noqa: PLC0415  # heavy, and of use here only

    with tempfile.TemporaryDirectory(prefix="ropewalk-statement-") as folder:
        source = Path(folder) / "statement.typ"
        source.write_bytes(TEMPLATE.read_bytes())
        written = msgspec.json.encode(_written_out(told, since, until))
        source.with_suffix(".json").write_bytes(written)
        return bytes(typst.compile(str(source), root=folder, pdf_standards=PDF_STANDARD))


def _written_out(told: Mapping[str, Any], since: str, until: str) -> dict[str, Any]:
    """A statement with its figures as people read them: what the template needs.

    Args:
        told: as the node answers.
        since: the first day, "" for since ever.
        until: the last day, "" for until now.
    """
    currency = told["currency"]
    figures = ("amount", "balance", "held")
    amounts = [int(line["amount"]) for line in told["lines"]]

    def edge(standing: Mapping[str, str]) -> dict[str, str]:
        return {name: readable_sum(value, currency) for name, value in standing.items()}

    return {
        **{name: told[name] for name in ("bank", "currency", "customer")},
        "position": str(told["position"]),
        "period": f"{since or 'the first posting'} to {until or 'now'}",
        "made": str(UtcInstant(int(time.time()))),
        "opening": edge(told["opening"]),
        "closing": edge(told["closing"]),
        "count": str(len(amounts)),
        "credits": str(Money(sum(one for one in amounts if one > 0), currency)),
        "debits": str(Money(-sum(one for one in amounts if one < 0), currency)),
        "lines": [
            {
                "date": line["time"][:10],
                "act": line["act"],
                "reference": [
                    line["reference"][start : start + 32]
                    for start in range(0, len(line["reference"]), 32)
                ],
                **{name: readable_sum(line[name], currency) for name in figures},
            }
            for line in told["lines"]
        ],
    }
