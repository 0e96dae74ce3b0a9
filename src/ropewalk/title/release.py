# SPDX-License-Identifier: Apache-2.0
"""What a title says to the release of its goods: on which basis, to whom (T32).

The room of cargo lies below this one and asks through this function; no act of its own. Source:
title requirement T32; reliability I16.
"""

from ropewalk.cargo import Basis, Standing
from ropewalk.ledger import View
from ropewalk.title.state import (
    DELIVERED,
    DOCUMENT_TYPES,
    ISSUED,
    SURRENDER_REQUESTED,
    SURRENDERED,
    VOID,
    Title,
    find,
)


def standing(view: View, identifier: str) -> Standing | None:
    """How a title stands, as far as cargo asks; None where none was issued under the id."""
    title = find(view, identifier)
    if title is None:
        return None
    return Standing(
        basis=None if title.freeze else _basis(title),
        concerned=tuple(
            one
            for one in (
                title.issuer,
                title.shipper,
                title.consignee,
                title.endorsee,
                title.holder,
                title.claimant,
            )
            if one
        ),
        house_of=title.house_of,
        is_void=title.status == VOID,
        issuer=title.issuer,
        replaced_by=title.replaced_by,
        replaces=title.replaces,
        shipper=title.shipper,
    )


def _basis(title: Title) -> Basis | None:
    """An accepted surrender, a waybill, or a letter of indemnity."""
    if not DOCUMENT_TYPES[title.document_type].has_possession:
        if title.status in (ISSUED, DELIVERED):
            return Basis(claimant=title.consignee, kind="WAYBILL")
        return None
    if title.status == SURRENDERED:
        others = () if title.is_to_order else (title.consignee,)
        return Basis(claimant=title.claimant, kind="SURRENDER", others=others)
    if title.indemnity is not None and title.status in (ISSUED, SURRENDER_REQUESTED):
        return Basis(claimant=title.indemnity.receiver, kind="INDEMNITY")
    return None
