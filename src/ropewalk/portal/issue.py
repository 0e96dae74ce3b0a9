# SPDX-License-Identifier: Apache-2.0
"""Issue a transport document as a title: the carrier's desk, where its document lies ready.

The document is read, committed to and encrypted in the browser. This node sees the ISSUE, as
everybody does, and an encrypted payload.
"""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import Node, of
from ropewalk.ledger import read_genesis
from ropewalk.portal.pages import PageRoute, Portal, Records, asker, guard_page, portal_of
from ropewalk.portal.settings import Ready

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/issue", dependencies=[guard_page("portal.read")])
async def issue(request: Request) -> Response:
    """What lies ready, and a form for a document of one's own."""
    here, portal = of(request), portal_of(request)
    me = asker(request)
    found = await here.reads.run(_read, here, portal, me)
    return portal.render(request, "issue.html", **found)


def _read(here: Node, portal: Portal, me: str) -> dict[str, Any]:
    records = Records(here)
    party = records.find(f"party/{me}", dict) if me else None
    ready = portal.ready_made.read().voyage
    title = _issued(records, ready) if ready is not None else ""
    return {
        "is_carrier": party is not None and "carrier" in party["roles"],
        "ready": ready,
        "is_ready": ready is not None and not title and me == ready.parties["carrier"],
        "title": title,
        "laws": read_genesis(here.engine.genesis()).laws,
    }


def _issued(records: Records, ready: Ready) -> str:
    """The title of the voyage's document, "" before it was issued."""
    found = records.find(f"reference/{ready.reference}", dict) or {}
    return str(found.get("title", ""))
