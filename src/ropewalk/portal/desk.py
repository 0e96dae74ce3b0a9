# SPDX-License-Identifier: Apache-2.0
"""A desk: what waits for me first, then what I hold, then what else concerns me."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from ropewalk.api import Node, media, of
from ropewalk.portal.forms import Draft
from ropewalk.portal.keys import still_asking
from ropewalk.portal.links import page_of
from ropewalk.portal.pages import HEADERS, PageRoute, Records, guard_page, portal_of
from ropewalk.portal.sessions import now_s
from ropewalk.portal.todos import ready
from ropewalk.views import Todo, desk_reading, read_spot, write_spot

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE: Final = 25
Cursor = Annotated[str, Query(max_length=400)]
Kind = Annotated[str, Query(max_length=20, pattern=r"^[a-z]*$")]


@router.get("/desk", dependencies=[guard_page("portal.read")])
async def desk(request: Request, kind: Kind = "", todo: Cursor = "", more: Cursor = "") -> Response:
    """The desk of whoever is logged in; anybody else is led to the first page."""
    here, portal = of(request), portal_of(request)
    if request.state.session is None:
        return RedirectResponse("/", 303, headers=HEADERS)
    me = request.state.session.controller
    found = await here.looking.run(_desk, here, me, kind, (todo, more))
    found["asking"] = await here.reads.run(still_asking, here, portal, me)
    return portal.render(request, "desk.html", kind=kind, now_s=now_s(), **found)


@router.get("/desk/count", dependencies=[guard_page("portal.read")])
async def count(request: Request) -> Response:
    """How much waits for whoever is logged in, and what is first of it."""
    here, portal = of(request), portal_of(request)
    me = portal.sessions.require_found(request)
    number, waiting = await here.looking.run(_waiting, here, me)
    told = [
        {
            "address": page_of(one.kind, one.subject) or "/desk",
            "key": f"{one.act} {one.kind} {one.subject} {one.number}",
            "said": portal.act_name(one.act),
        }
        for one in waiting
    ]
    shown = f"{number}+" if number >= desk_reading.COUNTED else str(number)
    found = {"shown": shown, "todos": number, "waiting": told}
    return Response(msgspec.json.encode(found), media_type=media.JSON, headers=HEADERS)


def _waiting(here: Node, me: str) -> tuple[int, list[Todo]]:
    now = now_s()
    with here.views.database.reading() as connection:
        rows = desk_reading.todos(connection, me, now, None, PAGE).rows
        whole = len(rows) < PAGE
        return len(rows) if whole else desk_reading.counts(connection, me, now).todos, rows


def _desk(here: Node, me: str, kind: str, cursors: tuple[str, str]) -> dict[str, Any]:
    now = now_s()
    todo, more = (read_spot(one, me) if one else None for one in cursors)
    with here.views.database.reading() as connection:
        waiting = desk_reading.todos(connection, me, now, todo, PAGE)
        subjects = desk_reading.involved(connection, me, (kind, None), more, PAGE)
        counts = desk_reading.counts(connection, me, now)
    records = Records(here)
    rows: list[tuple[Any, str, Draft | None]] = [
        (one, page_of(one.kind, one.subject), ready(records, one, me, now)) for one in waiting.rows
    ]
    return {
        "todos": rows,
        "todos_next": write_spot(waiting.next, me) if waiting.next else "",
        "subjects": [(one, page_of(one.kind, one.subject)) for one in subjects.rows],
        "subjects_next": write_spot(subjects.next, me) if subjects.next else "",
        "counts": counts,
        "kinds": sorted(counts.is_open),
    }
