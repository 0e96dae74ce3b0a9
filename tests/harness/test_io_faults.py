# SPDX-License-Identifier: Apache-2.0
"""G5: each single I/O call of a small workload fails in turn, in every way it can.

After the first failed write or fsync nothing is acknowledged any more by that process, whoever
waits hears «unknown», reading goes on; a restart finds all that was acknowledged.
"""

import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.conftest import Template
from harness.driving import Answer, ForkServer, GoneError, NotOpenedError, Victim
from harness.recording import Recorder

BATCHES = 6
LANES = 2
AUDIT_EVERY = 12
STRIDE = int(os.environ.get("ROPEWALK_FAULT_STRIDE", "1"))
REFUSALS = ("DamageError", "NotInitialisedError")
WRITING = ["write", "sync", "truncate"]


class Sweep:
    """One way to fail, at each call in turn."""

    def __init__(
        self, server: ForkServer, template: Template, data: Path, fault: Answer, pages: int
    ) -> None:
        self._server = server
        self._template = template
        self._data = data
        self._fault = fault
        self._pages = pages
        self._stride = STRIDE * (1 if fault["mode"] == "eio" else 3)
        self.problems: list[str] = []
        self.runs = 0
        self.fired = 0

    def run(self) -> None:
        """Until a run passes without the fault being met."""
        for nth in itertools.count(1, self._stride):
            recorder = self._template.copy(self._data)
            where = self._attempt(recorder, nth)
            self.runs += 1
            if not where:
                return
            self.fired += 1
            self._recover(recorder, f"call {nth} ({where})", audits=nth % AUDIT_EVERY == 1)

    def _attempt(self, recorder: Recorder, nth: int) -> str:
        """The workload with the n-th call failing; where it failed, "" if it did not."""
        fault = {**self._fault, "nth": nth}
        try:
            victim = self._server.serve(self._data, wal_pages=self._pages, fault=fault)
        except NotOpenedError as refused:
            where: str = refused.answer["where"]
            if not where or refused.kind not in REFUSALS:
                self.problems.append(f"call {nth} ({where}): opening ended in {refused}")
            return where or "opening"
        with victim:
            where = self._write(recorder, victim, nth)
            closed = victim.control.ask("close")
            return where or str(closed["where"])

    def _write(self, recorder: Recorder, victim: Victim, nth: int) -> str:
        line = victim.control
        where = ""
        for number in range(BATCHES):
            titles = recorder.titles[number * 3 : number * 3 + 3]
            texts = [text for title in titles for text in recorder.world.moves(title, 2)]
            had_fired = bool(where)
            answer = line.ask("submit", texts=texts)
            where = answer["where"]
            self._judge(answer, f"call {nth} ({where})", had_fired=had_fired)
            recorder.note(answer.get("outcomes", []))
        if where and "read" not in self._fault["kinds"]:
            found = line.ask("records", keys=[f"title/{recorder.titles[0].identifier}"])
            if "records" not in found or found["records"][0] is None:
                self.problems.append(f"call {nth} ({where}): reading stopped: {found}")
        return where

    def _judge(self, answer: Answer, where: str, *, had_fired: bool) -> None:
        """No acknowledgement once a write or fsync has failed."""
        if not answer["fired"] or "read" in self._fault["kinds"]:
            return
        if "error" in answer:
            if answer["error"] != "StoppedError" or not had_fired:
                self.problems.append(f"{where}: {answer['error']}: {answer['detail']}")
            return
        statuses = {one["status"] for one in answer["outcomes"]}
        if statuses != {"unknown"}:
            self.problems.append(f"{where}: acknowledged after it: {sorted(statuses)}")

    def _recover(self, recorder: Recorder, where: str, *, audits: bool) -> None:
        try:
            with self._server.serve(self._data) as victim:
                recorder.check(victim.control)
                recorder.recheck()
                victim.stop()
        except (NotOpenedError, GoneError, AssertionError) as error:
            self.problems.append(f"{where}: after a restart: {error!r}")
            return
        if audits:
            report = self._server.audit(self._data)
            if not report["ok"]:
                self.problems.append(f"{where}: {report['first_difference']}")


def _sweep(
    server: ForkServer, template: Template, folder: Path, faults: list[Answer], pages: int
) -> None:
    sweeps = [
        Sweep(server, template, folder / f"data{number}", fault, pages)
        for number, fault in enumerate(faults)
    ]
    with ThreadPoolExecutor(LANES) as pool:
        for done in [pool.submit(sweep.run) for sweep in sweeps]:
            done.result()
    for sweep, fault in zip(sweeps, faults, strict=True):
        print(f"{fault}: {sweep.fired} calls failed in {sweep.runs} runs")
        assert sweep.fired == sweep.runs - 1 > 20 // STRIDE
    assert not [f"{len(s.problems)}: {s.problems[:6]}" for s in sweeps if s.problems]


def test_any_failed_sync_stops_acknowledgement(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    faults: list[Answer] = [
        {"kinds": ["sync"], "mode": "eio", "is_lasting": lasting} for lasting in (False, True)
    ]
    sweeps = [
        Sweep(server, template, tmp_path / f"data{number}", fault, 16_384)
        for number, fault in enumerate(faults)
    ]
    for sweep in sweeps:
        sweep.run()
        assert not sweep.problems
        assert sweep.fired >= 2 * BATCHES


@pytest.mark.parametrize("kinds", [WRITING, ["read"]], ids=["writing", "reading"])
def test_any_failed_call_stops_acknowledgement_and_loses_nothing(
    server: ForkServer, template: Template, tmp_path: Path, kinds: list[str]
) -> None:
    modes = ("eio", "full", "short") if kinds == WRITING else ("eio",)
    faults: list[Answer] = [{"kinds": kinds, "mode": mode} for mode in modes]
    _sweep(server, template, tmp_path, faults, 16_384)


def test_a_failed_call_while_the_log_is_moved_into_the_file_stops_acknowledgement(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    faults: list[Answer] = [
        {"kinds": ["sync", "truncate"], "mode": "eio"},
        {"kinds": ["write", "sync", "truncate"], "mode": "full"},
    ]
    _sweep(server, template, tmp_path, faults, 40)


def test_a_move_of_the_log_into_the_file_that_the_system_refuses_stops_acknowledgement(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    """SQLite keeps the failure of a move to itself; the engine has to ask."""
    data = tmp_path / "data"
    recorder = template.copy(data)
    with server.serve(data, wal_pages=40) as victim:
        assert recorder.submit(victim.control, recorder.world.moves(recorder.titles[0]))
        victim.control.ask("unwritable")
        taken = [
            recorder.submit(victim.control, recorder.world.moves(title, 2))
            for title in recorder.titles[1:25]
        ]
    with server.serve(data) as victim:
        recorder.check(victim.control)
    assert not all(taken), "24 blocks were acknowledged while no move of the log succeeded"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], None] | None]:
    """A tmpfs of 24 MiB under `tmp_path/disk`; None where it can't be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    ballast = disk / "ballast"

    def fill(size: int) -> None:
        ballast.write_bytes(bytes(size))

    yield fill
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_turns_writes_away_and_writing_goes_on_with_room(
    server: ForkServer,
    template: Template,
    tmp_path: Path,
    small_disk: Callable[[int], None] | None,
) -> None:
    data, room = tmp_path / "disk" / "data", tmp_path / "room"
    recorder = template.copy(data)
    job: Answer = {"free_bytes_min": 8 << 20}
    if small_disk is None:
        room.write_text(str(1 << 30), encoding="ascii")
        job["free_bytes"] = str(room)

    def fill(size: int) -> None:
        if small_disk is not None:
            small_disk(size)
        else:
            room.write_text(str((24 << 20) - size), encoding="ascii")

    with server.serve(data, **job) as victim:
        assert recorder.submit(victim.control, recorder.world.moves(recorder.titles[0]))
        fill(18 << 20)
        texts = recorder.world.moves(recorder.titles[1])
        turned_away = victim.control.ask("submit", texts=texts)
        assert turned_away["error"] == "StoppedError", turned_away
        assert "full" in turned_away["detail"]
        recorder.titles[1].pending.clear()
        recorder.check(victim.control)
        fill(0)
        assert recorder.submit(victim.control, texts)
        recorder.titles[1].pending.append((next(reversed(recorder.acknowledged)), 0))
        victim.stop()
    assert server.audit(data)["ok"]


def test_a_disk_that_fills_in_the_middle_of_a_block_loses_nothing(
    server: ForkServer,
    template: Template,
    tmp_path: Path,
    small_disk: Callable[[int], None] | None,
) -> None:
    if small_disk is None:
        pytest.skip("a tmpfs can't be mounted here; failing writes are swept above")
    data = tmp_path / "disk" / "data"
    recorder = template.copy(data)
    with server.serve(data, free_bytes_min=0) as victim:
        assert recorder.submit(victim.control, recorder.world.moves(recorder.titles[0]))
        small_disk(1 << 20)
        room = os.statvfs(data)
        small_disk((1 << 20) + room.f_bavail * room.f_frsize - (16 << 10))
        assert not recorder.submit(victim.control, recorder.world.moves(recorder.titles[1]))
        recorder.log.follow(victim.control)
        small_disk(0)
        answer = victim.control.ask("submit", texts=recorder.world.moves(recorder.titles[2]))
        assert answer["error"] == "StoppedError", answer
    with server.serve(data) as victim:
        recorder.check(victim.control)
        assert recorder.submit(victim.control, recorder.world.moves(recorder.titles[2]))
        victim.stop()
    assert server.audit(data)["ok"]
