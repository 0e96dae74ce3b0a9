# SPDX-License-Identifier: Apache-2.0
"""An exchange: its legs, what has gone in, its condition turning green, the act that decides it."""

import re
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import Node, of, parameters
from ropewalk.api import Records as View
from ropewalk.exchange import explain, is_broken
from ropewalk.portal.deals import beside
from ropewalk.portal.drafts import of_exchange
from ropewalk.portal.pages import PageRoute, Records, asker, guard_page, portal_of
from ropewalk.portal.sessions import now_s

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/exchanges/{exchange}", dependencies=[guard_page("portal.read")])
async def exchange(request: Request, exchange: str) -> Response:
    """The exchange's page."""
    here, portal = of(request), portal_of(request)
    identifier = parameters.transaction(exchange)
    me = asker(request)
    found = await here.reads.run(_read, here, identifier, me)
    found["drafts"] = [beside(portal, one, found["exchange"]) for one in found["drafts"]]
    return portal.render(request, "exchange.html", id=identifier, **found)


_LINE: Final = re.compile(r"( *)\[(met|waits|failed)\] (.*)")


def _read(here: Node, identifier: str, me: str) -> dict[str, Any]:
    records, view = Records(here), View(here.engine)
    found = records.exchange(identifier)
    fields: dict[str, Any] = msgspec.to_builtins(found)
    names = {leg["title"] for leg in fields["legs"] if leg["asset"] == "title"}
    titles = {one: records.fields(f"title/{one}") for one in sorted(names)}
    time_s = here.engine.condition().time
    asked = [] if found.condition is None else explain(view, found.condition, time_s)
    lines = [line for line in map(_LINE.fullmatch, asked) if line is not None]
    return {
        "exchange": fields,
        "parties": found.parties,
        "waits_for": found.waits_for,
        "is_conditional": found.is_conditional,
        "broken": [
            number
            for number in range(len(found.legs))
            if is_broken(view, found, number, identifier)
        ],
        "condition": [(len(line[1]) // 2, line[2], line[3]) for line in lines],
        "drafts": of_exchange(identifier, fields, titles, me, now_s()),
        "is_late": now_s() > found.deadline,
    }
