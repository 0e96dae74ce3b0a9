# SPDX-License-Identifier: Apache-2.0
"""Worlds whose desks are looked at."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.hall import Hall
from views.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    found = Scene(tmp_path)
    yield found
    found.views.close()


@pytest.fixture
def hall(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setattr("cargo.quay.port", lambda: scene.world)
    return Hall()
