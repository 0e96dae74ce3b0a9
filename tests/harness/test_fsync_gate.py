# SPDX-License-Identifier: Apache-2.0
"""G6: fsync fails once, then says «done» though the data is gone: nothing is acknowledged after.

An ext4 image lies in a tmpfs that runs full, so the file system believes in room that its disk
has not: writes go to the page cache, and only the fsync hears of it, once.
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.conftest import Template
from harness.disks import CannotMountError, Disk
from harness.driving import Answer, ForkServer, Line, NotOpenedError
from harness.recording import Recorder

IMAGE = 256 << 20
BATCHES = 400


@dataclass(slots=True)
class Shortage:
    """A disk whose own room can be taken away and given back."""

    disk: Disk
    ballast: Path

    def begin(self, left: int) -> None:
        """Leave so many bytes of true room."""
        room = os.statvfs(self.ballast.parent)
        with self.ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - left)

    def end(self) -> None:
        """Give the room back."""
        self.ballast.unlink()


@pytest.fixture
def shortage(tmp_path: Path) -> Iterator[Shortage]:
    """The image in a tmpfs of its own."""
    outer = tmp_path / "outer"
    outer.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", str(outer)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        disk = Disk(outer / "image", tmp_path / "mount", IMAGE)
    except CannotMountError as error:
        subprocess.run(["umount", str(outer)], check=True)
        pytest.skip(f"no loop mounts here: {error}")
    yield Shortage(disk, outer / "ballast")
    disk.unmount()
    subprocess.run(["umount", "--lazy", str(outer)], check=True)


def _until_refused(line: Line, recorder: Recorder) -> tuple[Answer, int]:
    """Write until a write is not acknowledged; what was said, and how many were."""
    for number in range(BATCHES):
        titles = recorder.titles[number % 2 :: 2]
        for title in titles:
            _follow(recorder, title.identifier)
        answer = line.ask("submit", texts=[x for one in titles for x in recorder.world.moves(one)])
        recorder.note(answer.get("outcomes", []))
        statuses = {one["status"] for one in answer.get("outcomes", [])}
        if statuses != {"committed"}:
            return answer, number
    raise AssertionError("the disk never ran short")


def _follow(recorder: Recorder, identifier: str) -> None:
    title = next(one for one in recorder.titles if one.identifier == identifier)
    if title.pending and title.pending[-1][0] in recorder.acknowledged:
        title.last_act, title.holder = title.pending[-1]
        title.pending.clear()


@pytest.mark.parametrize("pages", [16_384, 250], ids=["log", "moves"])
def test_after_the_first_failed_sync_nothing_is_acknowledged(
    server: ForkServer, template: Template, shortage: Shortage, pages: int
) -> None:
    data = shortage.disk.path / "data"
    recorder = template.copy(data)
    os.sync()
    with server.serve(data, wal_pages=pages) as victim:
        assert recorder.submit(victim.control, recorder.world.moves(recorder.titles[0]))
        shortage.begin(2 << 20)
        answer, acknowledged = _until_refused(victim.control, recorder)
        print(f"{acknowledged} blocks before the first that failed: {str(answer)[:200]}")
        assert {one["status"] for one in answer["outcomes"]} == {"unknown"}
        for title in recorder.titles[:8]:
            again = victim.control.ask("submit", texts=recorder.world.moves(title))
            assert again["error"] == "StoppedError", again
        recorder.check(victim.control) if pages == 16_384 else None
    shortage.disk.cut_power()
    shortage.disk.unmount()
    shortage.end()
    shortage.disk.mount()
    try:
        with server.serve(data) as victim:
            recorder.check(victim.control)
            recorder.recheck()
            victim.stop()
    except NotOpenedError as error:
        pytest.fail(f"it does not open after the shortage: {error}")
    assert server.audit(data)["ok"]
