# SPDX-License-Identifier: Apache-2.0
"""Search: an id or reference leads to its page; else what concerns me and is called so."""

import re
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from ropewalk.api import Node, of
from ropewalk.codes import CodeError, DocumentReference
from ropewalk.portal.links import PAGES, page_of
from ropewalk.portal.pages import HEADERS, PageRoute, asker, guard_page, portal_of
from ropewalk.views import desk_reading

router = APIRouter(route_class=PageRoute, include_in_schema=False)
SHOWN: Final = 50
_ID: Final = re.compile(r"[0-9a-f]{64}")


@router.get("/search", dependencies=[guard_page("portal.read")])
async def search(request: Request, text: Annotated[str, Query(max_length=64)] = "") -> Response:
    """Look for something."""
    here, portal = of(request), portal_of(request)
    wanted = text.strip()
    address = await here.reads.run(_address, here, wanted)
    if address:
        return RedirectResponse(address, 303, headers=HEADERS)
    me, rows = asker(request), list[Any]()
    if me and wanted:
        rows = await here.looking.run(_mine, here, me, wanted)
    return portal.render(request, "search.html", text=wanted, rows=rows)


def _address(here: Node, wanted: str) -> str:
    """The page of what is named in full, "" where nothing is."""
    if _ID.fullmatch(wanted):
        found = (kind for kind in PAGES if here.engine.record(f"{_KEYS.get(kind, kind)}/{wanted}"))
        return next((page_of(kind, wanted) for kind in found), "")
    try:
        reference = str(DocumentReference.parse(wanted))
    except CodeError:
        return ""
    known = here.engine.record(f"reference/{reference}")
    return "" if known is None else f"/titles/{quote(reference, safe='')}"


_KEYS: Final = {"box": "movement"}
"""Kinds whose record is called otherwise."""


def _mine(here: Node, me: str, wanted: str) -> list[Any]:
    with here.views.database.reading() as connection:
        found = desk_reading.search(connection, me, wanted, SHOWN)
    return [(one, page_of(one.kind, one.subject)) for one in found]
