# SPDX-License-Identifier: Apache-2.0
"""The release board: every box that concerns a desk, its three lights, who is waited for."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from ropewalk.api import Node, of
from ropewalk.portal.pages import HEADERS, PageRoute, guard_page, portal_of
from ropewalk.portal.quay import Quay, read_quay
from ropewalk.portal.sessions import now_s
from ropewalk.views import desk_reading, read_spot, write_spot

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE: Final = 50
STATES: Final = ("waiting", "held", "clear", "left")
State = Annotated[str, Query(pattern=r"^(waiting|held|clear|left)?$")]
Cursor = Annotated[str, Query(max_length=400)]


@router.get("/release", dependencies=[guard_page("portal.read")])
async def release(request: Request, state: State = "", more: Cursor = "") -> Response:
    """The board of whoever is logged in; anybody else is led to the first page."""
    here, portal = of(request), portal_of(request)
    if request.state.session is None:
        return RedirectResponse("/", 303, headers=HEADERS)
    me = request.state.session.controller
    found = await here.looking.run(_read, here, me, state, more)
    return portal.render(
        request, "release.html", state=state, states=STATES, now_s=now_s(), **found
    )


def _read(here: Node, me: str, state: str, more: str) -> dict[str, Any]:
    """A page of boxes, the last act first; of one state only, where one is asked for."""
    after = read_spot(more, me) if more else None
    with here.views.database.reading() as connection:
        page = desk_reading.involved(connection, me, ("box", None), after, PAGE)
    rows: list[tuple[Quay, tuple[str, ...]]] = [
        (read_quay(here, one.subject), one.parts) for one in page.rows
    ]
    return {
        "rows": [(quay, parts) for quay, parts in rows if state in ("", quay.state)],
        "has_any": bool(rows) or bool(more),
        "next": write_spot(page.next, me) if page.next else "",
    }
