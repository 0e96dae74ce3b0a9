# SPDX-License-Identifier: Apache-2.0
"""The server as a process: it says when it is ready and ends well."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2

from api.conftest import SETTINGS, jws, running
from api.memory_engine import Engine

JOSE = {"content-type": "application/jose"}
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


def test_a_write_that_waits_when_the_node_stops_is_told_it_is_unknown() -> None:
    engine, answers = Engine(), []
    engine.held = True

    def post(url: str) -> None:
        url = f"{url}/v1/transactions"
        answers.append(httpx2.post(url, content=jws(), headers=JOSE, timeout=10))

    with running(engine, SETTINGS) as node:
        sender = threading.Thread(target=post, args=(node.url,))
        sender.start()
        while not engine.condition().waiting:
            time.sleep(0.01)
    sender.join()
    assert answers[0].status_code == 503
    assert answers[0].json()["code"] == "api.not_ready"
    assert "unknown" in answers[0].json()["detail"]
    engine.held = False
    engine.close()
