# SPDX-License-Identifier: Apache-2.0
"""Opening refuses what it can't vouch for, and says where."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from network import PASSPHRASE, Network
from ropewalk.crypto import generate
from ropewalk.engines.errors import (
    BehindWatermarkError,
    ClockError,
    DamageError,
    NotInitialisedError,
    WrongPassphraseError,
)
from ropewalk.engines.opening import DataDirectory, initialise, open_chain
from ropewalk.engines.port import AlreadyInitialisedError
from ropewalk.ledger import GenesisError

LATER = 4_000_000_000


@pytest.fixture
def closed(network: Network) -> Path:
    """The folder of a ledger with a few acts, closed."""
    title, issued = network.issue("A1")
    network.send(network.transfer(title, issued, "shipper", "bank"))
    network.engine.close()
    return network.folder


def _open(folder: Path, *, now_s: int = LATER, passphrase: str = PASSPHRASE) -> None:
    chain = open_chain(DataDirectory(folder), passphrase, now_s=now_s)
    chain.close()


def test_a_closed_ledger_opens_at_the_same_root(closed: Path) -> None:
    chain = open_chain(DataDirectory(closed), PASSPHRASE, now_s=LATER)
    root = chain.tip.log_root
    chain.close()
    again = open_chain(DataDirectory(closed), PASSPHRASE, now_s=LATER)
    assert again.tip.log_root == root
    again.close()


def test_the_epoch_rises_with_every_opening(closed: Path) -> None:
    """I37."""
    epochs = []
    for _ in range(3):
        chain = open_chain(DataDirectory(closed), PASSPHRASE, now_s=LATER)
        epochs.append(chain.store.meta("epoch"))
        chain.close()
    assert epochs == sorted(set(epochs))


def test_an_empty_directory_is_not_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(NotInitialisedError):
        _open(tmp_path)


def test_a_ledger_is_not_made_over_another(closed: Path) -> None:
    genesis = (closed / "genesis.json").read_bytes()
    with pytest.raises(AlreadyInitialisedError):
        initialise(DataDirectory(closed), genesis, generate())


def test_a_genesis_that_names_another_log_key_is_refused(closed: Path, tmp_path: Path) -> None:
    genesis = (closed / "genesis.json").read_bytes()
    with pytest.raises(GenesisError):
        initialise(DataDirectory(tmp_path / "new"), genesis, generate())


def test_a_database_put_back_behind_its_watermark_does_not_start(
    network: Network, tmp_path: Path
) -> None:
    """TH18: the watermark remembers what was acknowledged."""
    network.engine.close()
    shutil.copy(network.folder / "ledger.db", tmp_path / "yesterday.db")
    network.reopen()
    network.issue("A1")
    network.engine.close()
    shutil.copy(tmp_path / "yesterday.db", network.folder / "ledger.db")
    with pytest.raises(BehindWatermarkError):
        _open(network.folder)


def test_a_changed_genesis_does_not_start(closed: Path) -> None:
    file = closed / "genesis.json"
    file.write_bytes(file.read_bytes().replace(b'"GB"', b'"FR"'))
    with pytest.raises(DamageError, match="genesis"):
        _open(closed)


def test_a_wrong_passphrase_does_not_start(closed: Path) -> None:
    with pytest.raises(WrongPassphraseError, match="passphrase"):
        _open(closed, passphrase="other")


def test_a_key_file_that_others_can_read_does_not_start(closed: Path) -> None:
    (closed / "keys" / "log.pem").chmod(0o644)
    with pytest.raises(DamageError, match="chmod"):
        _open(closed)


def test_a_clock_far_behind_the_last_block_does_not_start(closed: Path) -> None:
    with pytest.raises(ClockError):
        _open(closed, now_s=1_000)


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE state SET leaf = zeroblob(32) WHERE key LIKE 'title/%'", "state"),
        ("DELETE FROM state WHERE key = 'sentinel'", "state"),
        ("UPDATE tile SET hashes = zeroblob(length(hashes))", "tile"),
        ("DELETE FROM block WHERE height = (SELECT max(height) FROM block)", "watermark"),
        ("UPDATE meta SET value = 4 WHERE name = 'format'", "format"),
    ],
)
def test_a_row_edited_with_plain_sqlite_does_not_start(
    closed: Path, statement: str, where: str
) -> None:
    """The page's checksum does not hold any more, whatever was edited."""
    connection = sqlite3.connect(closed / "ledger.db")
    connection.execute(statement)
    connection.commit()
    connection.close()
    with pytest.raises((DamageError, BehindWatermarkError)):
        _open(closed)
    assert where


def test_a_missing_watermark_does_not_start(closed: Path) -> None:
    (closed / "watermark").unlink()
    with pytest.raises(NotInitialisedError):
        _open(closed)


def test_one_damaged_slot_of_the_watermark_is_survived(closed: Path) -> None:
    """A power cut in the middle of writing one slot leaves the other."""
    data = bytearray((closed / "watermark").read_bytes())
    data[40] ^= 1
    (closed / "watermark").write_bytes(bytes(data))
    _open(closed)


def test_two_damaged_slots_do_not_start(closed: Path) -> None:
    data = bytearray((closed / "watermark").read_bytes())
    data[40] ^= 1
    data[512 + 40] ^= 1
    (closed / "watermark").write_bytes(bytes(data))
    with pytest.raises(DamageError, match="watermark"):
        _open(closed)
