# SPDX-License-Identifier: Apache-2.0
"""The demo played once, a node on its ledger that can be stopped and started, parties' browsers."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from playwright.sync_api import TimeoutError as NotInTime

from ropewalk.cli.wallet import Wallet
from ropewalk.client import Actor, Controllers, Node, Shelf, TransportDocument, issue

READY_S = 60
ROOT = Path(__file__).parents[2]
PYTHON = [sys.executable, "-m", "ropewalk.cli"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


@dataclass
class World:
    """A ledger on which the demo was played, and the node that serves it."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    parties: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where people find it: a secure context, as every page of a localhost is."""
        return f"http://localhost:{self.port}"

    @property
    def summary(self) -> dict[str, Any]:
        """What the demo said of itself."""
        found: dict[str, Any] = json.loads((self.folder / "summary.json").read_bytes())
        return found

    def actor(self, name: str) -> tuple[Node, Actor]:
        """A party that acts by its key file, beside its browser; the node is the caller's."""
        node = Node(self.url)
        word = (self.folder / "passphrase").read_text(encoding="utf-8").strip()
        return node, Wallet(self.folder / "keys", word).actor(node, name)

    def issue(self, reference: str) -> str:
        """Issue a bill to the bearer, first in the shipper's hands; its title."""
        example = json.loads((ROOT / "examples" / "blank.json").read_bytes())
        example["transportDocumentReference"] = reference
        document = TransportDocument.parse(json.dumps(example).encode())
        node, carrier = self.actor("carrier")
        with node:
            parties = Controllers(shipper=self.parties["shipper"])
            title, outcome = issue(carrier, Shelf(self.folder / "shelf"), document, "GB", parties)
        outcome.require_committed()
        return title

    def start(self) -> None:
        """Serve."""
        listen = f"127.0.0.1:{self.port}"
        log = (self.folder / "node.log").open("ab")
        self.process = subprocess.Popen(
            [
                *(*PYTHON, "node", "--data", str(self.folder / "data"), "--listen", listen),
                *("--open-events", "--demo-desks", str(self.folder / "desks.json")),
                *("--passphrase-file", str(self.folder / "passphrase")),
            ],
            env=ENVIRONMENT,
            stderr=log,
        )
        log.close()
        ends = time.monotonic() + READY_S
        while time.monotonic() < ends:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError((self.folder / "node.log").read_text()[-2000:])

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Stop serving."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(READY_S)
            self.process = None


@contextmanager
def played(folder: Path) -> Iterator[World]:
    """Play the demo, then serve what it left."""
    out = folder / "demo"
    subprocess.run(
        [*PYTHON, "demo", "--once", "--out", str(out)],
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    world = World(out, port)
    world.parties = world.summary["parties"]
    world.start()
    try:
        yield world
    finally:
        world.stop()


class Stage:
    """Browsers: one context a party, as separate people have."""

    def __init__(self, world: World, browser: Browser) -> None:
        self.world = world
        self.browser = browser
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []
        self._desks: dict[str, Page] = {}

    def page(self, **options: Any) -> Page:
        """A page in a context of its own."""
        context = self.browser.new_context(base_url=self.world.url, **options)
        context.set_default_timeout(15_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        expected = "Failed to load resource" in message.text  # a refusal that a test provokes
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(message.text)

    def desk(self, name: str, **options: Any) -> Page:
        """A demo party's own browser, logged in."""
        if name not in self._desks or options:
            page = self.page(**options)
            show(page, "/desks")
            page.locator(".deskcard", has=page.locator(f"b:text-is('{name}')")).click()
            page.wait_for_url("**/desk")
            settled(page)
            self._desks[name] = page
        return self._desks[name]

    def close(self) -> None:
        """Close all of them."""
        for context in self._contexts:
            context.close()


def show(page: Page, path: str) -> Page:
    """Open a page and wait for its scripts."""
    page.goto(path)
    return settled(page)


def settled(page: Page) -> Page:
    """Wait for a page's scripts."""
    try:
        page.wait_for_selector("html[data-ready]")
    except NotInTime:
        shown = page.content()[:2_000]
        raise AssertionError(f"{page.url} does not get ready: {shown}") from None
    return page


def sign(page: Page) -> str:
    """Sign what the dialog shows; what it said."""
    said = page.locator("#signing-sentence").inner_text()
    page.click("#signing-sign")
    page.wait_for_selector("#signing-outcome.good, #signing-outcome.bad")
    outcome = page.locator("#signing-outcome")
    assert "good" in (outcome.get_attribute("class") or ""), outcome.inner_text()
    page.wait_for_selector("#signing", state="hidden")
    return said


def act(page: Page, name: str) -> str:
    """Press the button that offers an act, and sign it."""
    page.locator(f"button[data-act='{name}']").first.click()
    page.wait_for_selector("#signing[open]")
    return sign(page)


def fill(page: Page, name: str, **members: str) -> str:
    """Fill in the form that offers an act, and sign it."""
    form = page.locator(f"form[data-act='{name}']").first
    fold = form.locator("xpath=ancestor::details[1]")
    if fold.count() and fold.get_attribute("open") is None:
        fold.locator("summary").first.click()
    for member, value in members.items():
        field = form.locator(f"[name='{member}']")
        kind = field.get_attribute("data-kind")
        if kind == "choice":
            field.select_option(value)
        elif kind == "flag":
            field.set_checked(value == "yes")
        else:
            field.fill(value)
    form.locator("button[type=submit]").click()
    page.wait_for_selector("#signing[open]")
    return sign(page)
