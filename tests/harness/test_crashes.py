# SPDX-License-Identifier: Apache-2.0
"""G1: `kill -9` at random moments under load loses nothing that was acknowledged.

`ROPEWALK_KILLS` says how many (300), `ROPEWALK_SEED` from which seed.
"""

import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.conftest import Template
from harness.driving import ForkServer
from harness.recording import Recorder
from harness.serving import HttpLine, RealNode

HTTP_KILLS = 20
KILLS = int(os.environ.get("ROPEWALK_KILLS", "300"))
SEED = int(os.environ.get("ROPEWALK_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
LANES = 2
CLIENTS = 4
LIFE_S = 0.15
HTTP_LIFE_S = 0.3
ROUNDS_A_DIRECTORY = 40
OPEN_S_MAX = 2.0


class Lane:
    """One data directory after the other, killed and opened again."""

    def __init__(self, server: ForkServer, template: Template, folder: Path, seed: int) -> None:
        self._server = server
        self._template = template
        self._folder = folder
        self._chance = random.Random(seed)
        self.slowest_open_s = 0.0
        self.acknowledged = 0
        self.unsettled = 0

    def run(self, kills: int) -> None:
        """So many kills, a fresh directory now and then."""
        for start in range(0, kills, ROUNDS_A_DIRECTORY):
            data = self._folder / f"data{start}"
            recorder = self._template.copy(data)
            for number in range(min(ROUNDS_A_DIRECTORY, kills - start)):
                self._round(data, recorder)
                if number % 20 == 19:
                    self._audit(data)
            self._check(data, recorder)
            recorder.recheck()
            self._audit(data)
            self.acknowledged += len(recorder.acknowledged)

    def _round(self, data: Path, recorder: Recorder) -> None:
        """Open, check, write, kill; one time in ten the kill comes while it opens."""
        pages = self._chance.choice((60, 400, 16_384))
        victim = self._server.start("serve", data, clients=CLIENTS, key=True, wal_pages=pages)
        with victim:
            if self._chance.random() < 0.1:
                time.sleep(self._chance.random() * 0.03)
                return
            start = time.perf_counter()
            victim.await_ready()
            self.slowest_open_s = max(self.slowest_open_s, time.perf_counter() - start)
            recorder.check(victim.control)
            threads = [
                threading.Thread(
                    target=recorder.client,
                    args=(line, number, CLIENTS, self._chance.getrandbits(32)),
                )
                for number, line in enumerate(victim.clients)
            ]
            for thread in threads:
                thread.start()
            time.sleep(self._chance.random() * LIFE_S)
            victim.signal_kill()
            for thread in threads:
                thread.join()
        self.unsettled += sum(len(title.pending) for title in recorder.titles)

    def _check(self, data: Path, recorder: Recorder) -> None:
        with self._server.serve(data) as victim:
            recorder.check(victim.control)
            victim.stop()

    def _audit(self, data: Path) -> None:
        report = self._server.audit(data)
        assert report["ok"], report


def test_a_kill_at_any_moment_loses_nothing_acknowledged(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    print(f"seed {SEED}, {KILLS} kills")
    lanes = []
    for number in range(LANES):
        folder = tmp_path / f"lane{number}"
        folder.mkdir()
        lanes.append(Lane(server, template, folder, SEED + number))
    with ThreadPoolExecutor(LANES) as pool:
        for done in [pool.submit(lane.run, KILLS // LANES) for lane in lanes]:
            done.result()
    acknowledged = sum(lane.acknowledged for lane in lanes)
    unsettled = sum(lane.unsettled for lane in lanes)
    slowest = max(lane.slowest_open_s for lane in lanes)
    print(f"{acknowledged} acknowledged, {unsettled} under way at a kill, open {slowest:.2f} s")
    assert slowest <= OPEN_S_MAX
    assert acknowledged > KILLS
    assert unsettled > KILLS // 10


class HttpLane(Lane):
    """The same with a real node over HTTP."""

    def _round(self, data: Path, recorder: Recorder) -> None:
        lines: list[HttpLine] = []
        with RealNode(data, core=self._chance.randrange(os.cpu_count() or 1)) as node:
            lines = [node.line() for _ in range(CLIENTS + 1)]
            recorder.check(lines[CLIENTS])
            lines[CLIENTS].ask("submit", texts=["the verifiers are up once this is refused"])
            threads = [
                threading.Thread(
                    target=recorder.client,
                    args=(lines[number], number, CLIENTS, self._chance.getrandbits(32)),
                )
                for number in range(CLIENTS)
            ]
            for thread in threads:
                thread.start()
            time.sleep(self._chance.random() * HTTP_LIFE_S)
            node.signal_kill()
            for thread in threads:
                thread.join()
        for line in lines:
            line.close()
        self.unsettled += sum(len(title.pending) for title in recorder.titles)


def test_a_kill_of_a_node_over_http_loses_nothing_acknowledged(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    kills = min(HTTP_KILLS, KILLS)
    print(f"seed {SEED}, {kills} kills")
    lanes = [HttpLane(server, template, tmp_path / f"lane{n}", SEED + n) for n in range(LANES)]
    for number in range(LANES):
        (tmp_path / f"lane{number}").mkdir()
    with ThreadPoolExecutor(LANES) as pool:
        for done in [pool.submit(lane.run, kills // LANES) for lane in lanes]:
            done.result()
    acknowledged = sum(lane.acknowledged for lane in lanes)
    print(f"{acknowledged} acknowledged")
    assert acknowledged > kills
