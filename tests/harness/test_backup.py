# SPDX-License-Identifier: Apache-2.0
"""G9: a backup taken under load holds all that was acknowledged before it began, and opens."""

import threading
from pathlib import Path

from harness.conftest import Template
from harness.driving import ForkServer, command
from harness.recording import Recorder

BACKUPS = 5
CLIENTS = 4


def test_a_backup_under_load_holds_what_was_acknowledged_before_it(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    recorder = template.copy(data)
    with server.serve(data, clients=CLIENTS, wal_pages=200) as victim:
        threads = [
            threading.Thread(target=recorder.client, args=(line, number, CLIENTS, number))
            for number, line in enumerate(victim.clients)
        ]
        for thread in threads:
            thread.start()
        for number in range(BACKUPS):
            acknowledged = dict(recorder.acknowledged)
            target = tmp_path / f"backup{number}"
            height = server.run("backup", data, target=str(target))["height"]
            _check_copy(server, template, target, height, acknowledged)
        recorder.stop.set()
        for thread in threads:
            thread.join()
        recorder.check(victim.control)
        victim.stop()
    recorder.recheck()
    assert len(recorder.acknowledged) > 100


def _check_copy(
    server: ForkServer,
    template: Template,
    target: Path,
    height: int,
    acknowledged: dict[str, tuple[str, int, int]],
) -> None:
    assert (target / "keys" / "log.pem").stat().st_mode & 0o777 == 0o600
    assert target.stat().st_mode & 0o777 == 0o700
    report = server.audit(target)
    assert report["ok"], report
    assert report["height"] == height
    restored = target.with_name(f"{target.name}-restored")
    assert server.run("backup", target, target=str(restored))["height"] == height
    with server.serve(restored) as victim:
        copied: Recorder = template.recorder()
        copied.acknowledged = acknowledged
        copied.check(victim.control)
        copied.recheck()
        assert victim.control.ask("condition")["height"] == height
        victim.stop()


def test_the_commands_back_up_and_restore_what_they_verified(
    template: Template, server: ForkServer, tmp_path: Path
) -> None:
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    told = command(["backup", str(backup), "--data", str(template.data)])
    assert told["ok"]
    assert told["verified"]
    again = command(["restore", str(backup), "--data", str(restored)])
    assert again["height"] == told["height"]
    assert (restored / "keys" / "log.pem").stat().st_mode & 0o777 == 0o600
    with server.serve(restored) as victim:
        template.recorder().check(victim.control)
        victim.stop()
