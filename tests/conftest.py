# SPDX-License-Identifier: Apache-2.0
"""Fixtures that several rooms' tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from network import Network
from ropewalk.crypto import keys


@pytest.fixture(autouse=True)
def quick_key_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files of this process with a cheap scrypt; tests/crypto/test_keys.py has the real one."""
    monkeypatch.setattr(keys, "SCRYPT_N", 1 << 4)
    monkeypatch.setattr(keys, "SCRYPT_P", 1)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """A small network on a real engine; closed afterwards."""
    made = Network(tmp_path / "data")
    yield made
    made.engine.close()
