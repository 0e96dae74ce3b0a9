# SPDX-License-Identifier: Apache-2.0
"""The other half of the map, from a process of its own."""

from pathlib import Path

import pytest

from network import PASSPHRASE, Network
from ropewalk.engines.errors import DamageError
from ropewalk.engines.halving import OtherHalf
from ropewalk.engines.opening import DataDirectory, open_chain
from ropewalk.engines.store import Store
from ropewalk.tlog import AuthenticatedMap, build
from ropewalk.tlog.map import HELPED_DEPTH_MIN

LATER = 4_000_000_000


@pytest.fixture
def database(network: Network) -> Path:
    """A ledger with a few acts, closed."""
    network.issue("A1")
    network.engine.close()
    return DataDirectory(network.folder).database


def test_the_other_process_builds_the_same_branch(database: Path) -> None:
    store = Store(database)
    with OtherHalf(database) as helper:
        helper.begin(8, 128, 256)
        assert helper.branch() == build(store, 8, 128, 256)
    store.close()


def test_a_process_that_fails_or_never_began_gives_nothing(tmp_path: Path) -> None:
    with OtherHalf(tmp_path / "none.db") as helper:
        assert helper.branch() is None
        helper.begin(8, 128, 256)
        assert helper.branch() is None


def test_leaving_early_ends_the_process(database: Path) -> None:
    helper = OtherHalf(database)
    with helper:
        helper.begin(20, 0, 1 << 19)
        process = helper._process
    assert process is not None
    assert process.returncode is not None


def test_a_map_rebuilt_by_two_processes_has_the_last_blocks_root(database: Path) -> None:
    store = Store(database)
    last = store.last_block()
    assert last is not None
    tree = AuthenticatedMap(store, HELPED_DEPTH_MIN)
    with OtherHalf(database) as helper:
        assert tree.rebuild(helper) == last.state_root
        assert helper._process is not None
        assert helper._process.returncode == 0
    store.close()


@pytest.mark.parametrize("column", ["hashed", "leaf"])
def test_a_hash_of_another_length_is_damage(database: Path, column: str) -> None:
    store = Store(database)
    cut = "substr(hashed, 1, 31)" if column == "hashed" else "substr(leaf, 1, 31)"
    with store.transaction() as writer:
        writer.execute(f"UPDATE state SET {column} = {cut} WHERE key = 'law/GB'")  # noqa: S608  # ours
    store.close()
    with pytest.raises(DamageError, match="32 bytes"):
        open_chain(DataDirectory(database.parent), PASSPHRASE, now_s=LATER)
