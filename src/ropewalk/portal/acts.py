# SPDX-License-Identifier: Apache-2.0
"""Any act as a form, from the rule table: what no page offers is done here."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from ropewalk.portal.errors import NoSuchPageError
from ropewalk.portal.forms import draft
from ropewalk.portal.pages import PageRoute, guard_page, portal_of
from ropewalk.rules import LATEST

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Named = Annotated[str, Field(max_length=64, pattern=r"^[0-9a-f]*$")]


class _About(BaseModel, extra="forbid"):
    """What the act is about, where the address names it."""

    title: Named = ""
    exchange: Named = ""
    receivable: Named = ""
    payable: Named = ""
    box: Named = ""


@router.get("/acts", dependencies=[guard_page("portal.read")])
async def all_acts(request: Request) -> Response:
    """Every act of the rule table, by room."""
    rooms: dict[str, list[str]] = {}
    for name in LATEST.rules:
        rooms.setdefault(name.partition(".")[0], []).append(name)
    return portal_of(request).render(request, "acts.html", rooms=rooms)


@router.get("/acts/{act}", dependencies=[guard_page("portal.read")])
async def one_act(request: Request, act: str, about: Annotated[_About, Query()]) -> Response:
    """A form for one act, the thing it is about filled in where the address names it."""
    if act not in LATEST.rules:
        raise NoSuchPageError("there is no such act; the list of all is under /acts")
    found = draft(act, {name: value for name, value in about.model_dump().items() if value})
    return portal_of(request).render(request, "act.html", draft=found)
