# SPDX-License-Identifier: Apache-2.0
"""Fixtures of tests in a real browser: one demo's ledger, a node on it, Debian's Chromium."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from browser.world import Stage, World, played

CHROMIUM = shutil.which("chromium") or ""


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A node on the demo's ledger, its parties' desks ready-made."""
    with played(tmp_path_factory.mktemp("world")) as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a machine without it skips, CI does not."""
    if not CHROMIUM:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium must be on PATH in CI")
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        yield browser
        browser.close()


@pytest.fixture
def stage(world: World, chromium: Browser) -> Iterator[Stage]:
    """Browsers of several parties, closed afterwards; what their consoles complained of fails."""
    found = Stage(world, chromium)
    yield found
    found.close()
    assert found.complaints == []


@pytest.fixture(scope="session")
def report() -> Path:
    """Where screenshots and figures are left for people."""
    folder = Path(__file__).parents[2] / ".make" / "portal"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
