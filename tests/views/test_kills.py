# SPDX-License-Identifier: Apache-2.0
"""A node killed while events are claimed has, when it is back, every event it told of."""

import http.client
import json
import threading
import time
from pathlib import Path

import msgspec
import pytest

from harness.serving import RealNode
from network import PASSPHRASE, Network
from ropewalk.views import Database, figures, sqlite_url
from views.fleet import batch22, event22

BATCHES = 40
KILLS = 3


def post(port: int, body: bytes) -> str:
    """Send a claim; its status, "" where the node died before it said."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/v1/claims", body, {"content-type": "application/json"})
        return str(json.loads(connection.getresponse().read()).get("status", ""))
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


def test_what_was_told_as_claimed_is_in_the_views_after_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.serving.PASSPHRASE", PASSPHRASE)
    network = Network(tmp_path)
    batches = [
        batch22(*(event22(50 * number + n) for n in range(50)), salt=f"{number:064x}")
        for number in range(BATCHES)
    ]
    bodies = []
    for batch in batches:
        body = {"count": len(batch.events), "root": batch.root}
        text = network.by("carrier", "cargo.CLAIM", {**body}, seconds=3000)
        bodies.append(msgspec.json.encode({"transaction": text, **msgspec.structs.asdict(batch)}))
    network.engine.close()
    told: set[int] = set()
    for round_number in range(KILLS):
        node = RealNode(tmp_path)
        killer = threading.Timer(0.3 + 0.2 * round_number, node.signal_kill)
        killer.start()
        for number, body in enumerate(bodies):
            if number not in told and post(node.port, body) == "committed":
                told.add(number)
        killer.join()
        node.kill()
    assert told
    with RealNode(tmp_path) as node:
        for number, body in enumerate(bodies):
            assert post(node.port, body) == "committed", number
        _await_all(tmp_path)
        assert node.stop() == 0


def _await_all(folder: Path) -> None:
    end = time.monotonic() + 30
    database = Database(sqlite_url(folder))
    try:
        while time.monotonic() < end:
            found = figures(database)
            if found["events"] == 50 * BATCHES:
                assert (found["missing"], found["unreadable"]) == (0, 0)
                return
            time.sleep(0.1)
    finally:
        database.close()
    raise AssertionError("the views never had all events")
