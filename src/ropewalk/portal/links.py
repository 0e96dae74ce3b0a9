# SPDX-License-Identifier: Apache-2.0
"""Where things of the ledger are shown."""

from typing import Final

PAGES: Final = {
    "box": "/boxes/",
    "consignment": "/consignments/",
    "exchange": "/exchanges/",
    "payable": "/payables/",
    "proposal": "/proposals/",
    "receivable": "/receivables/",
    "title": "/titles/",
}
"""Kinds of subjects that have a page of their own."""


def page_of(kind: str, subject: str) -> str:
    """Where a subject is shown, "" where it has no page."""
    start = PAGES.get(kind)
    return start + subject if start else ""
