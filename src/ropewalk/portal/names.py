# SPDX-License-Identifier: Apache-2.0
"""The address book of this node: who is called what.

On the ledger a party is an id. What it is called is this node's affair: whoever is logged in by a
key names who has no name yet, and can change what he said himself; a party may always say itself
what it is called. Beside a name stand the id's beginning and, for a name that a party gave, whose
word it is.
"""

import threading
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ropewalk.api import Node, of
from ropewalk.portal.errors import NameRefusedError, NoSuchPageError
from ropewalk.portal.naming import NAME_MAX, fit_name, likeness
from ropewalk.portal.pages import HEADERS, PageRoute, Portal, guard_page, portal_of
from ropewalk.portal.sent import read_sent
from ropewalk.portal.sessions import require_own_page
from ropewalk.portal.store import Session

router = APIRouter(route_class=PageRoute, include_in_schema=False)
giving = APIRouter(include_in_schema=False)
PAGE: Final = 50
BODY_MAX: Final = 2_048
NAMES_EACH: Final = 1_000
"""Names that one party may give."""
_GIVING = threading.Lock()
Text = Annotated[str, Query(max_length=NAME_MAX)]
Start = Annotated[int, Query(ge=0, le=1_000_000)]


class _Given(msgspec.Struct, forbid_unknown_fields=True):
    name: str


@router.get("/names", dependencies=[guard_page("portal.read")])
async def names(
    request: Request, text: Text = "", start: Start = 0, controller: Text = ""
) -> Response:
    """The address book, for whoever is logged in; with a form for whoever may add to it."""
    here, portal, session = of(request), portal_of(request), request.state.session
    portal.sessions.require_found(request)
    text = text.strip()
    found = await here.reads.run(_look_up, portal, text)
    me = session.controller if _may(session) else ""
    rows = [(one, bool(me) and _is_free(portal, me, one)) for one in found[start : start + PAGE]]
    following = start + PAGE if start + PAGE < len(found) else 0
    shown: dict[str, Any] = {"rows": rows, "following": following, "count": len(found)}
    return portal.render(request, "names.html", text=text, naming=controller, may=bool(me), **shown)


@giving.put("/names/{controller}", dependencies=[guard_page("portal.read")])
async def give(request: Request, controller: str) -> Response:
    """Name a party; "" takes the name away."""
    require_own_page(request)
    here, portal = of(request), portal_of(request)
    me = portal.sessions.require_found(request)
    if not _may(request.state.session):
        raise NameRefusedError("who logged in by a passkey reads; log in by the desk's key to name")
    no_name = NameRefusedError(f"a name is a text of at most {NAME_MAX} characters")
    sent = await read_sent(request, _Given, BODY_MAX, no_name)
    await here.reads.run(_give, here, portal, (me, controller, fit_name(sent.name)))
    return Response(status_code=204, headers=HEADERS)


def _may(session: Session | None) -> bool:
    """Whether somebody may give names: who showed his key, not who can read for him."""
    return session is not None and bool(session.kid)


def _look_up(portal: Portal, text: str) -> list[str]:
    """Who is called so, or has an id that begins so, by name; everybody for no text."""
    wanted, prefix = text.casefold(), text.lower()
    found = [
        (name.casefold(), controller)
        for controller, name in portal.names().items()
        if not text or wanted in name.casefold() or controller.startswith(prefix)
    ]
    return [controller for _, controller in sorted(found)]


def _is_free(portal: Portal, me: str, controller: str) -> bool:
    """Whether somebody may say what a party is called."""
    if portal.ready_made.desk(controller) is not None:
        return False
    return not portal.name(controller) or me in (controller, portal.namer(controller))


def _give(here: Node, portal: Portal, said: tuple[str, str, str]) -> None:
    """Name a party, one at a time.

    Raises:
        NoSuchPageError: the ledger knows no such party.
        NameRefusedError: somebody else named it, or another is called so.
    """
    me, controller, name = said
    if here.engine.record(f"controller/{controller}") is None:
        raise NoSuchPageError("the ledger has no party of this id; look at it once more")
    with _GIVING:
        if not _is_free(portal, me, controller):
            raise NameRefusedError("this name is not yours to change: somebody else gave it")
        _require_its_own(portal.names(), controller, name)
        _require_room(portal, me, controller)
        portal.rename(controller, name, me)


def _require_its_own(known: dict[str, str], controller: str, name: str) -> None:
    alike = likeness(name)
    others = (one for who, one in known.items() if who != controller)
    if name and any(likeness(one) == alike for one in others):
        raise NameRefusedError("another party is called so, or nearly so; choose another name")


def _require_room(portal: Portal, me: str, controller: str) -> None:
    if portal.namer(controller) != me and portal.store.named_by(me) >= NAMES_EACH:
        raise NameRefusedError(f"one party gives at most {NAMES_EACH} names")
