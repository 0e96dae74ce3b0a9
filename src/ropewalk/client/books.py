# SPDX-License-Identifier: Apache-2.0
"""Ask a node for portfolios: holdings, exposure, maturities, balances, statements; page by page."""

from collections.abc import Iterator, Mapping
from typing import Final

from ropewalk.client.node import Node
from ropewalk.client.paging import Json, gathered, pages, target

_BOOKS: Final = "/v1/portfolio"


def holdings_of(node: Node, asked: Mapping[str, str], most: int) -> list[Json]:
    """Receivables, the first payable first.

    Args:
        node: that is asked.
        asked: `creditor`, `debtor`, `pledgee`, `payable`, `currency`, `status`.
        most: so many, and no more.
    """
    return gathered(node, f"{_BOOKS}/receivables", asked, "receivables", most)


def exposure_of(node: Node, asked: Mapping[str, str]) -> Json:
    """What each debtor owes `creditor`, and what is overdue `on` a day: `on`, `exposures`."""
    found = list(pages(node, f"{_BOOKS}/exposure", asked))
    return {**found[0], "exposures": [one for page in found for one in page["exposures"]]}


def maturities_of(node: Node, asked: Mapping[str, str]) -> list[Json]:
    """How much falls due `by` month or day, of `creditor`, `debtor` or one against the other."""
    return [one for page in pages(node, f"{_BOOKS}/maturities", asked) for one in page["rungs"]]


def balances_of(node: Node, asked: Mapping[str, str]) -> Json:
    """Accounts of a `bank` or `customer`: `balances`, and of a bank `totals`."""
    found = list(pages(node, f"{_BOOKS}/balances", asked))
    return {
        "totals": found[0]["totals"],
        "balances": [one for page in found for one in page["balances"]],
    }


def statement_of(node: Node, asked: Mapping[str, str]) -> Json:
    """An account's whole statement: `opening`, `lines` and `closing`, which add up.

    Args:
        node: that is asked.
        asked: `bank`, `currency`, `customer`; `from` and `to`, days, both included.

    Raises:
        NotFoundError: the bank keeps no such account.
    """
    found = list(pages(node, f"{_BOOKS}/statement", asked))
    lines = [one for page in found for one in page["lines"]]
    return {**found[0], "lines": lines, "closing": found[-1]["closing"], "next": ""}


def statement_table(node: Node, asked: Mapping[str, str]) -> Iterator[bytes]:
    """The same as CSV, as it comes.

    Raises:
        NotFoundError: the bank keeps no such account.
    """
    with node.streamed(target(f"{_BOOKS}/statement", asked), {"accept": "text/csv"}) as (pieces, _):
        yield from pieces
