# SPDX-License-Identifier: Apache-2.0
"""G3: the power goes (ext4's shutdown, without a flush); nothing acknowledged is lost.

`ROPEWALK_POWER_CUTS` says how often (100), `ROPEWALK_SEED` from which seed.
"""

import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.conftest import Template
from harness.disks import CannotMountError, Disk
from harness.driving import ForkServer
from harness.recording import Recorder

CUTS = int(os.environ.get("ROPEWALK_POWER_CUTS", "100"))
SEED = int(os.environ.get("ROPEWALK_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
CLIENTS = 4
LIFE_S = 0.12
SIZE = 192 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of 192 MiB."""
    try:
        made = Disk(tmp_path / "image", tmp_path / "mount", SIZE)
    except CannotMountError as error:
        pytest.skip(f"no loop mounts here: {error}")
    yield made
    made.unmount()


def test_a_power_cut_loses_nothing_acknowledged(
    server: ForkServer, template: Template, disk: Disk
) -> None:
    print(f"seed {SEED}, {CUTS} power cuts")
    chance = random.Random(SEED)
    data = disk.path / "data"
    recorder = template.copy(data)
    disk.unmount()
    disk.mount()
    for _ in range(CUTS):
        _cycle(server, disk, data, recorder, chance)
    with server.serve(data) as victim:
        recorder.check(victim.control)
        victim.stop()
    recorder.recheck()
    assert server.audit(data)["ok"]
    print(f"{len(recorder.acknowledged)} acknowledged")
    assert len(recorder.acknowledged) > CUTS


def _cycle(
    server: ForkServer, disk: Disk, data: Path, recorder: Recorder, chance: random.Random
) -> None:
    pages = chance.choice((60, 400, 16_384))
    with server.serve(data, clients=CLIENTS, wal_pages=pages) as victim:
        recorder.check(victim.control)
        threads = [
            threading.Thread(
                target=recorder.client, args=(line, number, CLIENTS, chance.getrandbits(32))
            )
            for number, line in enumerate(victim.clients)
        ]
        for thread in threads:
            thread.start()
        time.sleep(chance.random() * LIFE_S)
        disk.cut_power()
        victim.signal_kill()
        for thread in threads:
            thread.join()
    disk.unmount()
    disk.mount()
