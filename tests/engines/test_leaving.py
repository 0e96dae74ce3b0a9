# SPDX-License-Identifier: Apache-2.0
"""What validators signed is left beside the ledger, in no haste, and never half."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ropewalk.engines import leaving
from ropewalk.engines.errors import EngineAwayError
from ropewalk.engines.leaving import Leaving


class Shown:
    """Proofs that a test hands out."""

    def __init__(self) -> None:
        self.height = 0
        self.asked = 0
        self.fails = False

    def __call__(self) -> tuple[int, Callable[[], dict[str, Any]]] | None:
        return (self.height, self.prove) if self.height else None

    def prove(self) -> dict[str, Any]:
        """The proof of the height."""
        self.asked += 1
        if self.fails:
            raise EngineAwayError("gone")
        return {"height": self.height}


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Nothing to be shown yet; pauses are short."""
    monkeypatch.setattr(leaving, "PAUSE_S", 0.01)
    return Shown()


def left(path: Path, height: int) -> bool:
    """Whether the proof of a height comes to lie there."""
    for _ in range(500):
        if path.exists() and json.loads(path.read_bytes()) == {"height": height}:
            return True
        time.sleep(0.01)
    return False


def test_each_new_height_is_left_once(shown: Shown, tmp_path: Path) -> None:
    path = tmp_path / "consensus.json"
    leaves = Leaving(path, shown)
    leaves.wake()
    time.sleep(0.05)
    assert not path.exists()
    for height in (3, 4):
        shown.height = height
        leaves.wake()
        assert left(path, height)
    leaves.wake()
    time.sleep(0.05)
    leaves.close()
    assert shown.asked == 2
    assert list(tmp_path.iterdir()) == [path]


def test_the_last_one_is_left_at_the_end(shown: Shown, tmp_path: Path) -> None:
    leaves = Leaving(tmp_path / "consensus.json", shown)
    shown.height = 9
    leaves.close()
    assert left(tmp_path / "consensus.json", 9)


def test_one_that_is_not_to_be_had_leaves_the_one_before(shown: Shown, tmp_path: Path) -> None:
    path = tmp_path / "consensus.json"
    leaves = Leaving(path, shown)
    shown.height = 1
    leaves.wake()
    assert left(path, 1)
    shown.height, shown.fails = 2, True
    leaves.wake()
    time.sleep(0.05)
    assert left(path, 1)
    shown.fails = False
    leaves.wake()
    assert left(path, 2)
    leaves.close()
