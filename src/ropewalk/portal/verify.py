# SPDX-License-Identifier: Apache-2.0
"""The verifier: a page to check a bundle on, and the same as one file that needs no server."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import guard, media
from ropewalk.portal.pages import PageRoute, guard_page, portal_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/verify", dependencies=[guard_page("portal.open")])
async def verify(request: Request) -> Response:
    """Check a bundle in the browser."""
    return portal_of(request).render(request, "verify.html")


@router.get("/verify/ropewalk-verifier.html", dependencies=[guard("portal.open")])
async def offline(request: Request) -> Response:
    """The verifier as one file, to keep and to open from the disk."""
    return Response(
        portal_of(request).assets.text("verifier.html"),
        media_type=media.HTML,
        headers={"content-disposition": 'attachment; filename="ropewalk-verifier.html"'},
    )
