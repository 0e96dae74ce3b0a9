# SPDX-License-Identifier: Apache-2.0
"""The pages of docs/roles run as they stand, each on a ledger of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from cli.forking import forking

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "docs" / "roles").glob("*.md") if path.stem != "README")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def script(page: Path) -> str:
    """The page's commands as one script that stops at the first that fails, then an audit."""
    commands = "".join(BLOCK.findall(page.read_text(encoding="utf-8")))
    ready = 'for _ in $(seq 100); do curl -sf "$ROPEWALK_NODE/readyz" >/dev/null && break; '
    started = re.search(r"^ropewalk node( --[a-z-]+)* 2> node.log &$", commands, re.MULTILINE)
    assert started, "the page starts no node"
    waiting = f"{started[0]}\n{ready}sleep 0.1; done"
    ended = "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n"
    audited = "kill $(jobs -p); wait\nropewalk audit ropewalk-data\n"
    return "set -euo pipefail\n" + ended + commands.replace(started[0], waiting) + audited


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_runs_as_it_stands(page: Path, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    address = f"127.0.0.1:{free_port()}"
    with forking(tmp_path / "bin") as commands:
        environment = {
            **os.environ,
            "NO_COLOR": "1",
            "PATH": f"{commands}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}",
            "ROPEWALK_LISTEN": address,
            "ROPEWALK_NODE": f"http://{address}",
        }
        code, told = played(script(page), tmp_path, environment)
    assert code == 0, told[-3_000:]


def played(text: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """A script's exit code and all it prints."""
    process = subprocess.Popen(
        ["bash", "-c", text],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        told, _ = process.communicate(timeout=180)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    return process.returncode, told


def test_every_page_is_on_the_list() -> None:
    listed = (ROOT / "docs" / "roles" / "README.md").read_text(encoding="utf-8")
    assert all(f"({page.name})" in listed for page in PAGES)
