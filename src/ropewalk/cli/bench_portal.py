# SPDX-License-Identifier: Apache-2.0
"""How fast pages are: the portal over HTTP, for a party that very much concerns.

The subjects are told to the views by a rule, as in the bench `desks`; the party, its session and
one title are real.
"""

import http.client
import importlib.util
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from ropewalk.api import ApiSettings, Deadlines, build_server
from ropewalk.cli.bench_desks import PIECE, Trade
from ropewalk.cli.bench_world import World
from ropewalk.cli.pages import Desk, Pages, write_desks
from ropewalk.cli.table import act_table
from ropewalk.client import Actor, Node, signed_headers
from ropewalk.engines.embedded import EmbeddedEngine
from ropewalk.engines.port import Engine
from ropewalk.views import Views

Tell = Callable[[str], None]
Result = dict[str, Any]
NAME: Final = "carrier"
READY_S: Final = 30.0
LOADS: Final = 5
PAINT: Final = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


class _Overlaid:
    """A ledger, and beside it the records that the rule makes."""

    def __init__(self, engine: EmbeddedEngine, trade: Trade) -> None:
        self._engine = engine
        self._trade = trade

    def record(self, key: str) -> str | None:
        """As the port has it."""
        return self._trade.record(key) if self._trade.knows(key) else self._engine.record(key)

    def __getattr__(self, name: str) -> Any:
        """All else is the ledger's."""
        return getattr(self._engine, name)


def portal(tell: Tell, *, subjects: int = 100_000, lookups: int = 200) -> Result:
    """Pages of a desk that so many titles and invoices concern."""
    with tempfile.TemporaryDirectory(prefix="ropewalk-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        world = World(folder, 2)
        engine = stack.enter_context(_opened(world))
        title = world.issue(engine, 1)[0].title
        trade = Trade(subjects, world.ids[0])
        tell(f"projecting {subjects:,} subjects")
        views = Views(folder, trade)
        stack.callback(views.close)
        views.projector.page = PIECE
        views.projector.catch_up()
        ledger = cast("Engine", _Overlaid(engine, trade))
        url = stack.enter_context(_served(world, ledger, views))
        cookie = _logged_in(world, url)
        pages = {"desk": "/desk", "finance": "/finance", "release": "/release"}
        asked = {**pages, "title": f"/titles/{title}", "count": "/desk/count"}
        tell(f"asking for {len(asked)} pages, {lookups:,} times each")
        figures: dict[str, Any] = {"subjects": subjects}
        for page, path in asked.items():
            taken, size = _timed(url, cookie, path, lookups)
            figures[f"{page}_p50_ms"] = round(statistics.median(taken), 1)
            figures[f"{page}_p99_ms"] = round(taken[len(taken) * 99 // 100], 1)
            figures[f"{page}_bytes"] = size
        figures |= _painted(tell, url)
    goals = {"desk_first_paint_ms": "<= 1000"}
    return {"figures": figures, "limits": {}, "ratios": {}, "goals": goals}


@contextmanager
def _opened(world: World) -> Iterator[EmbeddedEngine]:
    engine = world.open(0)
    try:
        world.enrol(engine)
        yield engine
    finally:
        engine.close()


@contextmanager
def _served(world: World, engine: Engine, views: Views) -> Iterator[str]:
    """A node with the portal, in a thread; its address."""
    desks = world.folder / "desks.json"
    write_desks(desks, [Desk(NAME, world.ids[0], [NAME], world.keys[0])], {})
    settings = ApiSettings(
        listen_port=0, log_level="error", acts=act_table(), deadlines=Deadlines(shutdown_s=1)
    )
    extend = Pages(desks).extend(world.folder)
    server = build_server(engine, settings, views, None, extend)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + READY_S
    while not server.started and time.monotonic() < end:
        time.sleep(0.01)
    try:
        yield server.url
    finally:
        server.should_exit = True
        thread.join(READY_S)


def _logged_in(world: World, url: str) -> str:
    """The cookie of the desk, by a signed request."""
    with Node(url) as node:
        actor = Actor(node, world.network, world.ids[0], world.keys[0])
        signed = signed_headers(actor, ("POST", url, "/session"), actor.now_s())
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    own = {"origin": url, "sec-fetch-site": "same-origin"}
    connection.request("POST", "/session", headers={**own, **signed})
    answer = connection.getresponse()
    cookie = answer.headers.get("set-cookie", "").partition(";")[0]
    connection.close()
    return cookie


def _timed(url: str, cookie: str, path: str, lookups: int) -> tuple[list[float], int]:
    """Milliseconds until the whole page is there, sorted, over one connection; and its bytes."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    taken, size = [], 0
    for _ in range(lookups):
        start = time.perf_counter()
        connection.request("GET", path, headers={"accept": "text/html", "cookie": cookie})
        answer = connection.getresponse()
        size = len(answer.read())
        taken.append((time.perf_counter() - start) * 1000)
        if answer.status != http.HTTPStatus.OK:
            raise AssertionError(f"{path} was answered with {answer.status}")
    connection.close()
    return sorted(taken), size


def _painted(tell: Tell, url: str) -> dict[str, int]:
    """First paint of the desk in a browser, where there is one; nothing is cached before."""
    program = shutil.which("chromium")
    if program is None or importlib.util.find_spec("playwright") is None:
        tell("no chromium with playwright: no page is painted")
        return {}
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # of a developer's machine

    tell("painting")
    taken = []
    with sync_playwright() as playwright:
        as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=as_root)
        first = browser.new_page(base_url=url)
        first.goto("/desks")
        first.wait_for_selector("html[data-ready]")
        first.locator(".deskcard").first.click()
        first.wait_for_url("**/desk")
        state = first.context.storage_state()
        for _ in range(LOADS):
            context = browser.new_context(base_url=url, storage_state=state)
            page = context.new_page()
            page.goto("/desk")
            page.wait_for_selector("html[data-ready]")
            taken.append(float(page.evaluate(PAINT)))
            context.close()
        browser.close()
    return {"desk_first_paint_ms": round(statistics.median(taken))}
