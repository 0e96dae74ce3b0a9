# SPDX-License-Identifier: Apache-2.0
"""Fixtures that several rooms' tests share."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from network import Network
from ropewalk.crypto import keys

RESULTS = os.environ.get("ROPEWALK_RESULTS", "")
"""File for a line a test, which `ropewalk evidence` reads; set by tests/run.py."""
LONG = ("/model/", "/simulator/", "/test_demo.py", "/test_roles.py", "/test_vaults.py")
"""Tests that take long."""
GAME = "tally"
"""Fixture of a game that takes a minute and that hundreds of tests look at."""
WORKERS = 3
"""Among which tests/run.py has them divided, each a piece of the list."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker begins with the game, and plays it alone; the others with the long tests."""
    games = [item for item in items if GAME in getattr(item, "fixturenames", ())]
    taken = set(games)
    others = [item for item in items if item not in taken]
    long = [item for item in others if any(part in str(item.path) for part in LONG)]
    begun = set(long)
    rest = [item for item in others if item not in begun]
    beginnings = [games, *(long[one :: WORKERS - 1] for one in range(WORKERS - 1))]
    pieces: list[pytest.Item] = []
    for number, beginning in enumerate(beginnings):
        size = (len(items) - len(pieces)) // (WORKERS - number)
        more = max(0, size - len(beginning))
        pieces += beginning + rest[:more]
        del rest[:more]
    items[:] = pieces + rest


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how each test ended, and what it printed: a failure anywhere, else its call."""
    if not RESULTS or "PYTEST_XDIST_WORKER" in os.environ:
        return
    if report.when == "call" or report.outcome != "passed":
        told = report.capstdout[-2_000:] if report.when == "call" else ""
        seconds = round(report.duration, 2)
        line = {"test": report.nodeid, "outcome": report.outcome, "told": told, "seconds": seconds}
        with Path(RESULTS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


@pytest.fixture(autouse=True)
def quick_key_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files of this process with a cheap scrypt; tests/crypto/test_keys.py has the real one."""
    monkeypatch.setattr(keys, "SCRYPT_N", 1 << 4)
    monkeypatch.setattr(keys, "SCRYPT_P", 1)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """A small network on a real engine; closed afterwards."""
    made = Network(tmp_path / "data")
    yield made
    made.engine.close()
