# SPDX-License-Identifier: Apache-2.0
"""One fork server, and one ledger made once and copied for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.driving import PASSPHRASE, ForkServer, command, copy
from harness.recording import Recorder, Title, World
from ropewalk.crypto import PrivateKey, read

TITLES = 48


@dataclass(frozen=True, slots=True)
class Template:
    """A ledger with parties and titles, closed in good order."""

    data: Path
    governance: PrivateKey
    titles: tuple[Title, ...]

    def copy(self, target: Path) -> Recorder:
        """Copy the data directory; a recorder that starts from here."""
        copy(self.data, target)
        return self.recorder()

    def recorder(self) -> Recorder:
        """A recorder that starts from here."""
        titles = [Title(one.identifier, one.holder, one.last_act) for one in self.titles]
        return Recorder(World(self.data / "genesis.json", self.governance), titles)


@pytest.fixture(scope="session")
def server() -> Iterator[ForkServer]:
    """Starts victims."""
    started = ForkServer()
    yield started
    started.close()


@pytest.fixture(scope="session")
def template(server: ForkServer, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Made by `ropewalk init` once."""
    folder = tmp_path_factory.mktemp("template")
    data, keys = folder / "data", folder / "keys"
    chosen = ["--law", "GB", "--origin", "ropewalk.example/harness"]
    command(["init", "--data", str(data), "--key-folder", str(keys), *chosen])
    world = World(data / "genesis.json", governance := read(keys / "governance.pem", PASSPHRASE))
    issued = [world.issue(f"HARNESS{number:05d}", number % 5 + 1) for number in range(TITLES)]
    recorder = Recorder(world, [])
    with server.serve(data) as victim:
        assert recorder.submit(victim.control, world.registrations())
        assert recorder.submit(victim.control, [text for _, text in issued])
        victim.stop()
    assert {status for status, _, _ in recorder.acknowledged.values()} == {"committed"}
    return Template(data, governance, tuple(title for title, _ in issued))
