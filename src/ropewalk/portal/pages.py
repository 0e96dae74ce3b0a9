# SPDX-License-Identifier: Apache-2.0
"""How a page is made: who asks, the ledger's records, a template, a strict content policy."""

import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from fastapi import Depends, Request
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response
from typing_extensions import override

from ropewalk.api import ANYBODY, ApiError, Node, as_api_error, of
from ropewalk.api import Records as View
from ropewalk.codes import CodeError, Money, UtcInstant
from ropewalk.exchange import Exchange, find_exchange
from ropewalk.portal.assets import Assets
from ropewalk.portal.catalogue import Catalogue
from ropewalk.portal.challenges import Challenges
from ropewalk.portal.errors import NoSuchPageError
from ropewalk.portal.sessions import Sessions
from ropewalk.portal.settings import DeskFile, PortalSettings
from ropewalk.portal.store import Session, Store

_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types ropewalk",
)
CSP: Final = "; ".join(_POLICY)
"""No script and no style inside a page, nothing from anywhere else, no frame around it."""
HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": CSP,
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}
SHORT: Final = 8
OFFERED: Final = 500
"""Names that a form offers while somebody writes; the others are taken too."""
T = TypeVar("T")


class Portal:
    """All that pages share. One a node."""

    def __init__(self, settings: PortalSettings) -> None:
        self.settings = settings
        self.text = Catalogue(settings.language)
        self.assets = Assets()
        self.store = Store(settings.store)
        self.challenges = Challenges()
        self.sessions = Sessions(self.store, settings)
        self.ready_made = DeskFile(settings.desks)
        self._names = self.store.names()
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            asset=self.assets.url, t=self.text, told=self.text.get, day=day
        )
        self._environment.globals.update(who=self.who, whose=self.whose)
        self._environment.filters.update(
            when=when, money=money, short=short, json=as_json, words=words
        )

    def name(self, controller: str) -> str:
        """What a controller is called here; "" where nobody named it."""
        desk = self.ready_made.desk(controller)
        if desk is not None:
            return desk.name
        given = self._names.get(controller)
        return "" if given is None else given.name

    def namer(self, controller: str) -> str:
        """The party whose word a controller's name is; "" where it is this node's own."""
        given = self._names.get(controller)
        return "" if given is None or self.ready_made.desk(controller) else given.namer

    def act_name(self, act: str) -> str:
        """What an act is called by people."""
        plain = words(act.partition(".")[2]).capitalize()
        return self.text.get(f"script.said.name.{act}", plain)

    def names(self) -> dict[str, str]:
        """Whom this node has names for, by controller."""
        given = {controller: one.name for controller, one in self._names.items()}
        return {**given, **{one.controller: one.name for one in self.ready_made.read().desks}}

    def namers(self) -> dict[str, str]:
        """Whose word each name is that a party gave."""
        return {one: told for one in list(self._names) if (told := self.namer(one))}

    def rename(self, controller: str, name: str, namer: str = "") -> None:
        """Call a controller by another name, which is this node's own word or a party's."""
        self.store.give_name(controller, name, namer)
        self._names = self.store.names()

    def whose(self, controller: str) -> str:
        """Whose word a controller's name is, in words."""
        namer = self.namer(controller)
        if not namer:
            return self.text("names.by.node")
        if namer == controller:
            return self.text("names.by.itself")
        return self.text("names.by", who=f"{self.name(namer)} {short(namer)}".strip())

    def who(self, controller: str) -> Markup:
        """A controller as people read it: its name here, and always a piece of its id."""
        if not controller:
            return Markup('<span class="nobody">—</span>')
        name = self.name(controller)
        code = Markup('<code title="{}">{}</code>').format(controller, short(controller))
        if not name:
            return code
        if self.namer(controller):
            said = Markup('<b title="{}">{}<span class="hearsay">*</span></b>')
            told = said.format(self.whose(controller), name)
        else:
            told = Markup("<b>{}</b>").format(name)
        return Markup('<span class="who">{} {}</span>').format(told, code)

    def render(
        self, request: Request, template: str, *, status: int = 200, **more: Any
    ) -> Response:
        """A page.

        Args:
            request: that asked for it.
            template: such as `title.html`.
            status: of the answer.
            more: what the template shows.
        """
        here = of(request)
        session: Session | None = getattr(request.state, "session", None)
        condition = here.engine.condition()
        page = self._environment.get_template(template).render(
            session=session,
            desk=self.ready_made.desk(session.controller) if session else None,
            me=session.controller if session else "",
            desks=self.ready_made.read().desks,
            network=condition.network,
            has_voyage=self.ready_made.read().voyage is not None,
            height=condition.height,
            position=condition.size,
            language=self.text.language,
            path=request.url.path,
            all_names=sorted(set(self.names().values()))[:OFFERED] if session else [],
            **more,
        )
        return HTMLResponse(page, status, headers=HEADERS)


def portal_of(request: Request) -> Portal:
    """The portal a request came to."""
    found: Portal = request.app.state.portal
    return found


def asker(request: Request) -> str:
    """Whose page it is, once its guard looked; "" where nobody is logged in."""
    session: Session | None = request.state.session
    return "" if session is None else session.controller


def guard_page(action: str) -> Any:
    """A page's dependency: finds out who asks, and asks the node's policy."""

    async def authorise(request: Request) -> None:
        here, portal = of(request), portal_of(request)
        session = await here.reads.run(portal.sessions.find, request)
        request.state.session = session
        here.authorise(action, request.url.path, session.controller if session else ANYBODY)

    authorise.__dict__["action"] = action
    return Depends(authorise)


class PageRoute(APIRoute):
    """A route whose refusals are pages too: they say what to do, and lead on."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with its refusals shown."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except Exception as error:
                found = as_api_error(error)
                if found.status >= 500:
                    raise
                return refused(request, found)

        return handle


def refused(request: Request, error: ApiError) -> Response:
    """A refusal as a page."""
    if not hasattr(request.state, "session"):
        request.state.session = None
    portal = portal_of(request)
    request.scope["state"]["code"] = error.code
    key = f"error.{error.code}"
    told = portal.text.get(key, error.detail)
    return portal.render(request, "error.html", status=error.status, error=error, told_error=told)


class Records:
    """Reads records of the ledger for one page.

    Args:
        here: the node.
    """

    def __init__(self, here: Node) -> None:
        self._engine = here.engine

    def find(self, key: str, kind: type[T]) -> T | None:
        """A record, None where there is none."""
        text = self._engine.record(key)
        return None if text is None else msgspec.json.decode(text, type=tuple[int, kind])[1]  # type: ignore[valid-type]  # made at run time

    def exchange(self, identifier: str) -> Exchange:
        """An exchange: its terms and how it stands, together.

        Raises:
            NoSuchPageError: there is none.
        """
        found = find_exchange(View(self._engine), identifier)
        if found is None:
            raise NoSuchPageError("the ledger has no exchange under this id")
        return found

    def exchange_fields(self, identifier: str) -> dict[str, Any]:
        """The same as its fields.

        Raises:
            NoSuchPageError: there is none.
        """
        told: dict[str, Any] = msgspec.to_builtins(self.exchange(identifier))
        return told

    def fields(self, key: str) -> dict[str, Any]:
        """A record's fields.

        Raises:
            NoSuchPageError: there is none.
        """
        found: dict[str, Any] | None = self.find(key, dict)
        if found is None:
            raise NoSuchPageError("the ledger has nothing under this id; look at it once more")
        return found


def when(seconds: int) -> Markup:
    """An instant: UTC in the page, and the script adds the viewer's own zone."""
    if not seconds:
        return Markup('<span class="nobody">—</span>')
    text = str(UtcInstant(seconds))
    shown = text.replace("T", " ").removesuffix("Z")[:16]
    return Markup('<time datetime="{}">{} UTC</time>').format(text, shown)


def day(seconds: int) -> str:
    """A day of the calendar, UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def money(amount: str | int, currency: str) -> Markup:
    """A sum: the currency, then its decimals; the script groups it as the viewer is used to."""
    try:
        text = str(Money(int(amount), currency))
    except (CodeError, ValueError):
        text = f"{currency} {amount}"
    return Markup('<data class="money" value="{}">{}</data>').format(text, text)


def short(identifier: str) -> str:
    """The beginning of an id, which people tell it by."""
    return identifier[:SHORT]


def words(name: str) -> str:
    """A word of the ledger as people read it: `SURRENDER_REQUESTED` as `surrender requested`."""
    return name.replace("_", " ").lower()


def as_json(value: Any) -> str:
    """A value for a data attribute; the template escapes it."""
    return msgspec.json.encode(value, order="sorted").decode()
