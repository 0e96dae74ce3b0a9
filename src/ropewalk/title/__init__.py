# SPDX-License-Identifier: Apache-2.0
"""Title: the bill of lading's life, from issue to surrender, and the sea waybill's."""

from ropewalk.title import endorse, invariants, issue, sign, surrender, transfer, waybill
from ropewalk.title.state import (
    BLANK,
    DELIVERED,
    DOCUMENT_TYPES,
    ENDED,
    ISSUED,
    SURRENDER_REQUESTED,
    SURRENDERED,
    ReferenceRecord,
    Title,
    find,
    key,
    reference_key,
    title_id,
)

RULES = (
    *issue.RULES,
    *transfer.RULES,
    *endorse.RULES,
    *sign.RULES,
    *surrender.RULES,
    *waybill.RULES,
)
INVARIANTS = invariants.INVARIANTS

__all__ = [
    "BLANK",
    "DELIVERED",
    "DOCUMENT_TYPES",
    "ENDED",
    "INVARIANTS",
    "ISSUED",
    "RULES",
    "SURRENDERED",
    "SURRENDER_REQUESTED",
    "ReferenceRecord",
    "Title",
    "find",
    "key",
    "reference_key",
    "title_id",
]
