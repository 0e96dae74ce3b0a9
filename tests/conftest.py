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
WORKERS = 3
"""Among which tests/run.py has them divided, each a piece of the list."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker begins with a share of the long ones: none is left with them at the end."""
    is_long = {item: any(part in str(item.path) for part in LONG) for item in items}
    long = [item for item in items if is_long[item]]
    rest = [item for item in items if not is_long[item]]
    size = -(-len(rest) // WORKERS)
    items[:] = [
        item
        for one in range(WORKERS)
        for item in (*long[one::WORKERS], *rest[one * size : (one + 1) * size])
    ]


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
