# SPDX-License-Identifier: Apache-2.0
"""Vectors of an ISSUE from an approved draft: what is issued is what was approved."""

from collections.abc import Iterator
from typing import Any

from cargo.desk import DOCUMENT, Desk
from cargo.quay import NOWHERE
from ledger.vectors import Case
from ledger.world import IDS
from ropewalk.cargo import errors
from ropewalk.crypto import Value
from ropewalk.ledger import LedgerError
from title.bills import ISSUE, issue_body


def cases() -> Iterator[Case]:
    """Every case."""
    desk = Desk().approved()

    def one(
        name: str,
        refusal: type[LedgerError] | None = None,
        actor: str = "carrier",
        at: Desk = desk,
        **changes: Value,
    ) -> Case:
        told: dict[str, Value] = {"commitment": DOCUMENT, "draft": at.instructions, **changes}
        body = issue_body("to_order", 1, **told)
        return Case(ISSUE, f"draft_{name}", at.world, actor, body, refusal)

    yield one("approved")
    yield one("unknown", errors.UnknownDocumentError, draft=NOWHERE)
    foreign: dict[str, Any] = {"carrier_code": "OTH", "carrier_code_list_provider": "SMDG"}
    yield one("of_another_carrier", errors.NotSideError, "other_carrier", **foreign)
    published = Desk().submitted().does("PUBLISH_DRAFT")
    yield one("not_approved", errors.DocumentStateError, at=published)
    issued = Desk().approved().issued()
    other: dict[str, Any] = {"transport_document_reference": "DOC:2"}
    yield one("issued_before", errors.DocumentStateError, at=issued, **other)
    yield one("another_document", errors.NotAsApprovedError, commitment=NOWHERE)
    buyer: dict[str, Any] = {"issue_to": IDS["buyer"], "shipper": IDS["buyer"]}
    yield one("another_shipper", errors.NotAsApprovedError, **buyer)
