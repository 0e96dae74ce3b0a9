# SPDX-License-Identifier: Apache-2.0
"""The server as a process: it says when it is ready and ends well."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx2

PROGRAM = """
from api.conftest import SETTINGS
from api.memory_engine import Engine
from ropewalk.api import serve
engine = Engine()
serve(engine, SETTINGS)
engine.close()
"""


def test_a_node_says_when_it_is_ready_and_ends_with_0_on_sigterm() -> None:
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": f"{root / 'src'}:{root / 'tests'}"},
    )
    assert process.stderr is not None
    with process.stderr as stderr:
        word, url = stderr.readline().split()
        assert word == "ready"
        assert url.startswith("http://localhost:")
        with httpx2.stream("GET", f"{url}/v1/events") as stream:
            assert httpx2.get(f"{url}/readyz").status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            stream.close()
        assert stderr.read() == ""
