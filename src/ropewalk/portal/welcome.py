# SPDX-License-Identifier: Apache-2.0
"""The first page: what this is, and the way to a desk."""

import gzip
from functools import lru_cache
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from ropewalk.api import media, of
from ropewalk.portal.errors import NoSuchPageError
from ropewalk.portal.pages import HEADERS, PageRoute, guard_page, portal_of
from ropewalk.portal.sessions import require_own_page

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PACKED: Final = 4
"""Words kept packed: with names and without, as they are and as they were."""


@router.get("/", dependencies=[guard_page("portal.open")])
async def welcome(request: Request) -> Response:
    """Choose a desk, make one, or look around; whoever is logged in goes to the desk at once."""
    if request.state.session is not None:
        return RedirectResponse("/desk", 303, headers=HEADERS)
    return portal_of(request).render(request, "welcome.html")


@router.get("/desks", dependencies=[guard_page("portal.open")])
async def desks(request: Request) -> Response:
    """All desks of this browser, and those of the demo."""
    return portal_of(request).render(request, "welcome.html")


@router.get("/words.json", dependencies=[guard_page("portal.read")])
async def words(request: Request) -> Response:
    """What the scripts need to say what is signed: texts, the rule table, and names for a desk."""
    portal, here = portal_of(request), of(request)
    found = {
        "acts": [_meaning(one) for one in here.settings.acts],
        "namers": portal.namers() if request.state.session else {},
        "refusals": {
            one["code"]: one["meaning"] for act in here.settings.acts for one in act["refusals"]
        },
        "names": portal.names() if request.state.session else {},
        "texts": portal.text.part("act", "member", "script", "with"),
    }
    return _packed(request, msgspec.json.encode(found))


def _packed(request: Request, told: bytes) -> Response:
    """Most of it is texts, which gzip makes a quarter of; nothing of it is secret to its reader."""
    headers = {**HEADERS, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        told = _gzipped(told)
    return Response(told, media_type=media.JSON, headers=headers)


@lru_cache(PACKED)
def _gzipped(told: bytes) -> bytes:
    """Packed once and not by every page: it takes milliseconds, and seldom says anything new."""
    return gzip.compress(told, 6, mtime=0)


def _meaning(act: dict[str, Any]) -> dict[str, Any]:
    """What an act and its members mean, without what it can be refused for."""
    members = [{name: one[name] for name in ("name", "type", "meaning")} for one in act["members"]]
    return {"act": act["act"], "meaning": act["meaning"], "members": members}


@router.post("/demo/desks/{controller}", dependencies=[guard_page("portal.open")])
async def demo_key(request: Request, controller: str) -> Response:
    """The key of a ready-made desk, which is no secret: the demo's, for a browser to keep."""
    require_own_page(request)
    desk = portal_of(request).ready_made.desk(controller)
    if desk is None:
        raise NoSuchPageError("this node has no such ready-made desk")
    return Response(msgspec.json.encode(desk), media_type=media.JSON, headers=HEADERS)
