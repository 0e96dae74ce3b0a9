# SPDX-License-Identifier: Apache-2.0
"""Ask a node for portfolios: holdings, exposure, maturities, balances, statements; page by page."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from ropewalk.client.node import Node

Json = dict[str, Any]
_PAGE: Final = 500


def holdings_of(node: Node, asked: Mapping[str, str], most: int) -> list[Json]:
    """Receivables, the first payable first.

    Args:
        node: that is asked.
        asked: `creditor`, `debtor`, `pledgee`, `payable`, `currency`, `status`.
        most: so many, and no more.
    """
    found: list[Json] = []
    for page in _pages(node, "receivables", asked):
        found += page["receivables"]
        if len(found) >= most:
            break
    return found[:most]


def exposure_of(node: Node, asked: Mapping[str, str]) -> Json:
    """What each debtor owes `creditor`, and what is overdue `on` a day: `on`, `exposures`."""
    pages = list(_pages(node, "exposure", asked))
    return {**pages[0], "exposures": [one for page in pages for one in page["exposures"]]}


def maturities_of(node: Node, asked: Mapping[str, str]) -> list[Json]:
    """How much falls due `by` month or day, of `creditor`, `debtor` or one against the other."""
    return [one for page in _pages(node, "maturities", asked) for one in page["rungs"]]


def balances_of(node: Node, asked: Mapping[str, str]) -> Json:
    """Accounts of a `bank` or `customer`: `balances`, and of a bank `totals`."""
    pages = list(_pages(node, "balances", asked))
    return {
        "totals": pages[0]["totals"],
        "balances": [one for page in pages for one in page["balances"]],
    }


def statement_of(node: Node, asked: Mapping[str, str]) -> Json:
    """An account's whole statement: `opening`, `lines` and `closing`, which add up.

    Args:
        node: that is asked.
        asked: `bank`, `currency`, `customer`; `from` and `to`, days, both included.

    Raises:
        NotFoundError: the bank keeps no such account.
    """
    pages = list(_pages(node, "statement", asked))
    lines = [one for page in pages for one in page["lines"]]
    return {**pages[0], "lines": lines, "closing": pages[-1]["closing"], "next": ""}


def statement_table(node: Node, asked: Mapping[str, str]) -> Iterator[bytes]:
    """The same as CSV, as it comes.

    Raises:
        NotFoundError: the bank keeps no such account.
    """
    with node.streamed(_target("statement", asked), {"accept": "text/csv"}) as (pieces, _):
        yield from pieces


def _target(path: str, asked: Mapping[str, str]) -> str:
    given = {name: value for name, value in asked.items() if value}
    return f"/v1/portfolio/{path}?{urlencode(given)}"


def _pages(node: Node, path: str, asked: Mapping[str, str]) -> Iterator[Json]:
    cursor = ""
    while True:
        target = _target(path, {**asked, "limit": str(_PAGE), "cursor": cursor})
        page = node.asked("GET", target, {}, Json)
        yield page
        cursor = page["next"]
        if not cursor:
            return
