# SPDX-License-Identifier: Apache-2.0
"""What an engine does, and leaves alone, once it can't tell what its disk holds.

Each of these the simulator found (docs/adr/0022).
"""

import shutil
from pathlib import Path

import apsw
import pytest

from network import PASSPHRASE, Network
from ropewalk.engines import chain
from ropewalk.engines.disk import SystemDisk, SystemFile
from ropewalk.engines.embedded import EmbeddedEngine
from ropewalk.engines.errors import BehindWatermarkError, DamageError
from ropewalk.engines.opening import DataDirectory, DirectoryLock, open_chain
from ropewalk.engines.port import StoppedError
from ropewalk.engines.store import Store

LATER = 4_000_000_000


def test_after_a_failed_write_nothing_is_proven(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The map in memory is a block ahead of the checkpoint; a proof would not hold."""
    title, issued = network.issue("A1")

    def fails(*_block: object) -> None:
        raise apsw.FullError("no room")

    monkeypatch.setattr(chain, "write", fails)
    assert network.send(network.transfer(title, issued, "shipper", "bank")).status == "unknown"
    with pytest.raises(StoppedError):
        network.engine.prove(f"title/{title}")
    with pytest.raises(StoppedError):
        network.engine.history(title)
    assert network.engine.record(f"title/{title}") is not None
    monkeypatch.undo()
    network.reopen()
    assert network.engine.prove(f"title/{title}").value


def test_a_block_that_was_never_signed_is_not_shown(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    title, issued = network.issue("A1")
    size = network.engine.condition().size

    def fails(_watermark: object) -> None:
        raise OSError("no such luck")

    monkeypatch.setattr(network.engine._chain.watermark, "write", fails)
    outcome = network.send(network.transfer(title, issued, "shipper", "bank"))
    assert network.engine.outcome(outcome.transaction) is None
    assert network.engine.entries(size, 10) == []
    assert network.engine.events(size, 10) == []
    monkeypatch.undo()
    network.reopen()
    assert network.engine.outcome(outcome.transaction) is not None


def _killed(network: Network, folder: Path) -> DataDirectory:
    """The directory as a kill would have left it, with acts in the write-ahead log."""
    title, issued = network.issue("A1")
    network.send(network.transfer(title, issued, "shipper", "bank"))
    shutil.copytree(network.folder, folder)
    return DataDirectory(folder)


def test_a_log_that_was_misread_is_left_where_it_is(network: Network, tmp_path: Path) -> None:
    directory = _killed(network, tmp_path / "copy")
    right = directory.write_ahead_log.read_bytes()
    directory.write_ahead_log.write_bytes(right[:40] + bytes([right[40] ^ 1]) + right[41:])
    with pytest.raises((BehindWatermarkError, DamageError)):
        open_chain(directory, PASSPHRASE, now_s=LATER)
    assert len(directory.write_ahead_log.read_bytes()) == len(right)
    directory.write_ahead_log.write_bytes(right)
    open_chain(directory, PASSPHRASE, now_s=LATER).close()


def test_opening_writes_again_what_the_process_before_left(
    network: Network, tmp_path: Path
) -> None:
    """After a failed fsync what is read is not what the disk holds, until it is written again."""
    directory = _killed(network, tmp_path / "copy")
    left = directory.write_ahead_log.read_bytes()
    written: dict[str, bytes] = {}

    class Noted(SystemDisk):
        def open(self, path: Path) -> SystemFile:
            file = super().open(path)
            write, sync = file.write, file.sync
            noted: list[bytes] = []

            def note(data: bytes, offset: int) -> int:
                noted.append(data)
                return write(data, offset)

            def synced() -> None:
                written[path.name] = b"".join(noted)
                sync()

            vars(file).update(write=note, sync=synced)
            return file

    open_chain(directory, PASSPHRASE, now_s=LATER, disk=Noted()).close()
    assert written["ledger.db-wal"] == left
    assert len(written["watermark"]) == 1_024


def test_an_engine_that_can_not_close_in_good_order_says_so_and_frees_the_directory(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.issue("A1")

    def fails(_store: Store) -> None:
        raise apsw.IOError("the disk is gone")

    monkeypatch.setattr(Store, "close", fails)
    with pytest.raises(DamageError, match="good order"):
        network.engine.close()
    DirectoryLock(DataDirectory(network.folder).lock).release()
    monkeypatch.undo()
    network.engine = EmbeddedEngine(network.folder, network.settings)
