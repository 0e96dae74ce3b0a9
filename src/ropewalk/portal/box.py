# SPDX-License-Identifier: Apache-2.0
"""A box: its three lights, why it can't leave, who holds the right to it, what I may do."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import Node, of, parameters
from ropewalk.portal.box_offers import Offer, Setting, offers
from ropewalk.portal.pages import PageRoute, Portal, asker, guard_page, portal_of
from ropewalk.portal.quay import Quay, read_quay, reasons
from ropewalk.portal.sessions import now_s

router = APIRouter(route_class=PageRoute, include_in_schema=False)
WATCHED: Final = 8
"""Titles whose news the page follows, as far as an address is long."""


@router.get("/boxes/{tag}", dependencies=[guard_page("portal.read")])
async def box(request: Request, tag: str) -> Response:
    """The box's page, by its tag."""
    here, portal = of(request), portal_of(request)
    me = asker(request)
    found = await here.reads.run(_read, here, portal, parameters.transaction(tag), me)
    return portal.render(request, "box.html", **found)


def _read(here: Node, portal: Portal, tag: str, me: str) -> dict[str, Any]:
    now = now_s()
    quay = read_quay(here, tag)
    made = offers(quay, Setting(me, now, _prefilled(portal, tag)))
    ready, forms = split(made)
    return {
        "quay": quay,
        "reasons": reasons(quay, now),
        "waits": quay.waits_at(now),
        "ready": ready,
        "forms": forms,
        "watched": " ".join([tag, *list(quay.titles)[: WATCHED - 1]]),
        "is_collector": is_collector(quay, me),
    }


def split(made: list[Offer]) -> tuple[list[Offer], list[Offer]]:
    """Offers that are ready to be signed, and those with fields to fill in."""
    return [one for one in made if one.draft.is_ready], [
        one for one in made if not one.draft.is_ready
    ]


def is_collector(quay: Quay, me: str) -> bool:
    """Whether whoever asks may answer the gate: the right's holder, or who drives for it."""
    right = quay.right
    if right is None or not me or len(right.holders) < 2:
        return False
    return me == right.holder or (right.driver is not None and right.driver.controller == me)


def _prefilled(portal: Portal, tag: str) -> dict[str, str]:
    """Terminal and customs of a voyage that waits to be played."""
    voyage = portal.ready_made.read().voyage
    if voyage is None or tag not in voyage.boxes:
        return {}
    parts = {"customs": voyage.parties["customs"], "terminal": voyage.parties["terminal"]}
    return {part: portal.name(one) or one for part, one in parts.items()}
