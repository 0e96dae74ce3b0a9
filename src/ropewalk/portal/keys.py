# SPDX-License-Identifier: Apache-2.0
"""The keys of a desk: those on the ledger, those that ask to be let in, and its passkeys."""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import Node, of
from ropewalk.crypto import is_kid, to_base64url
from ropewalk.portal.errors import PasskeyError
from ropewalk.portal.naming import fit_name
from ropewalk.portal.pages import HEADERS, PageRoute, Portal, Records, guard_page, portal_of
from ropewalk.portal.sent import read_sent
from ropewalk.portal.sessions import now_s, require_own_page
from ropewalk.portal.store import AskingKey

router = APIRouter(route_class=PageRoute, include_in_schema=False)
BODY_MAX: Final = 1_024
ASKS_S: Final = 7 * 24 * 3600
"""How long a key asks to be let in."""


class _Asking(msgspec.Struct, forbid_unknown_fields=True):
    kid: str
    label: str


@router.get("/keys", dependencies=[guard_page("portal.read")])
async def keys(request: Request) -> Response:
    """The keys of a desk: on the ledger, in this browser, and passkeys."""
    portal, here = portal_of(request), of(request)
    me = portal.sessions.require_found(request)

    def read() -> dict[str, Any]:
        passkeys = [(to_base64url(one.id), one.label) for one in portal.store.passkeys(me)]
        asking = still_asking(here, portal, me)
        return {"controller": _record(here, me), "passkeys": passkeys, "asking": asking}

    return portal.render(request, "keys.html", **await here.reads.run(read))


@router.post("/passkeys/asking", dependencies=[guard_page("portal.read")])
async def ask(request: Request) -> Response:
    """Note a key that this browser made: its party lets it in by signing, on another desk."""
    require_own_page(request)
    portal, here = portal_of(request), of(request)
    me = portal.sessions.require_found(request)
    none = PasskeyError("this is no key that asks to be let in")
    told = await read_sent(request, _Asking, BODY_MAX, none)
    label = fit_name(told.label)
    if not is_kid(told.kid) or not label:
        raise PasskeyError("a key that asks has a key id and a name")

    def note() -> None:
        still_asking(here, portal, me)
        if not portal.store.ask(me, AskingKey(told.kid, label, now_s())):
            raise PasskeyError("too many keys ask to be let in to this desk already")

    await here.reads.run(note)
    return Response(status_code=204, headers=HEADERS)


@router.delete("/passkeys/asking/{kid}", dependencies=[guard_page("portal.read")])
async def dismiss(request: Request, kid: str) -> Response:
    """Turn away a key that asks; for whoever logged in by a key."""
    require_own_page(request)
    portal, here = portal_of(request), of(request)
    me = portal.sessions.require_found(request)
    if not request.state.session.kid:
        raise PasskeyError("who logged in by a passkey reads; log in by the desk's key first")
    await here.reads.run(portal.store.ask_no_more, me, [kid])
    return Response(status_code=204, headers=HEADERS)


def still_asking(here: Node, portal: Portal, me: str) -> list[AskingKey]:
    """Keys that ask to be let in; those that were, or asked long ago, are forgotten."""
    active = {one["kid"] for one in _record(here, me)["keys"] if not one.get("revoked")}
    asking, since = portal.store.asking(me), now_s() - ASKS_S
    over = [one.kid for one in asking if one.kid in active or one.asked_s < since]
    if over:
        portal.store.ask_no_more(me, over)
    return [one for one in asking if one.kid not in over]


def _record(here: Node, me: str) -> dict[str, Any]:
    found: dict[str, Any] | None = Records(here).find(f"controller/{me}", dict)
    return {"keys": [], "threshold": 0} if found is None else found
