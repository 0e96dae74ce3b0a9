# SPDX-License-Identifier: Apache-2.0
"""Who is logged in: a desk's key signs one request, and gets a cookie for reading.

Logging in shows pages; it never signs. The cookie is bound to this host, hidden from scripts and
left out of requests that other sites cause; what changes something comes from a page of this node
or is refused. A session ends with its key.
"""

import time
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import ANYBODY, caller_of, guard, guard_signed, host_name, is_active, media, of
from ropewalk.crypto import random_bytes, to_base64url
from ropewalk.portal.errors import ForeignRequestError, NoSessionError
from ropewalk.portal.settings import PortalSettings
from ropewalk.portal.store import Session, Store

COOKIE: Final = "__Host-ropewalk"
LASTS_S: Final = 12 * 3600
HTTP_PORT: Final = "80"
"""What browsers leave out of an origin."""


def now_s() -> int:
    """Seconds since 1970."""
    return int(time.time())


def cookie(value: str, lasts_s: int) -> str:
    """The header field that sets the session's cookie."""
    return f"{COOKIE}={value}; Path=/; Max-Age={lasts_s}; Secure; HttpOnly; SameSite=Strict"


def require_own_page(request: Request) -> None:
    """Refuse what another site's page sends.

    Raises:
        ForeignRequestError: the browser says so, or does not say.
    """
    site = request.headers.get("sec-fetch-site", "")
    if site not in ("", "same-origin") or not _is_own(request, request.headers.get("origin", "")):
        raise ForeignRequestError("this comes from no page of this node: open the portal anew")


def _is_own(request: Request, origin: str) -> bool:
    """Whether pages of this node have an origin: as told, else http and the port it listens on.

    Another port of this host is somebody else's, though cookies and passkeys tell them not apart.
    """
    host = request.headers.get("host", "").lower()
    told = of(request).settings.origins
    if told:
        return origin in told and origin.partition("://")[2] == host
    name = host_name(host)
    port = host.removeprefix(name).removeprefix(":") or HTTP_PORT
    return origin == f"http://{host}" and port == str(request.scope["server"][1])


class Sessions:
    """Logs in and out, and tells who asks."""

    def __init__(self, store: Store, settings: PortalSettings) -> None:
        self._store = store
        self._settings = settings

    def open(self, session: Session, before: str = "") -> Response:
        """Log somebody in; the cookie that came with the login ends."""
        value = to_base64url(random_bytes(32))
        now = now_s()
        if before:
            self._store.end_session(before)
        self._store.open_session(value, session, now, now + LASTS_S)
        return Response(status_code=204, headers={"set-cookie": cookie(value, LASTS_S)})

    def find(self, request: Request) -> Session | None:
        """Who asks, None where nobody is logged in; a session ends with the key that began it."""
        value = request.cookies.get(COOKIE, "")
        found = self._store.session(value, now_s()) if value else None
        if found is None:
            return None
        if not is_active(of(request), found.controller, found.kid or found.maker):
            self._store.end_session(value)
            return None
        return found

    def resident(self, request: Request) -> str:
        """Who a plain request is from: whoever is logged in, where a page of this node sends it."""
        if COOKIE not in request.cookies:
            return ANYBODY
        if request.method not in ("GET", "HEAD"):
            require_own_page(request)
        found = self.find(request)
        return ANYBODY if found is None else found.controller

    @staticmethod
    def require_found(request: Request) -> str:
        """Whose page it is, once the page's guard looked.

        Raises:
            NoSessionError: nobody is logged in.
        """
        session: Session | None = request.state.session
        if session is None:
            raise NoSessionError("open your desk first: nobody is logged in here")
        return session.controller

    def router(self) -> APIRouter:
        """The routes that log in and out."""
        router = APIRouter(include_in_schema=False)

        @router.post("/session", dependencies=[guard_signed("portal.enter")])
        async def enter(request: Request) -> Response:
            """Log in by a signed request."""
            require_own_page(request)
            caller = caller_of(request)
            session, before = (
                Session(caller.controller, caller.kid),
                request.cookies.get(COOKIE, ""),
            )
            return await of(request).reads.run(self.open, session, before)

        @router.delete("/session", dependencies=[guard("portal.open")])
        async def leave(request: Request) -> Response:
            """Log out."""
            require_own_page(request)
            before = request.cookies.get(COOKIE, "")
            await of(request).reads.run(self._store.end_session, before)
            return Response(
                status_code=204,
                headers={"set-cookie": cookie("", 0), "clear-site-data": '"cache"'},
                media_type=media.TEXT,
            )

        return router
