# SPDX-License-Identifier: Apache-2.0
"""Boxes on a pier, for the tests of the quay's pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.pier import Pier


@pytest.fixture
def pier(tmp_path: Path) -> Iterator[Pier]:
    with Pier(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def clear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pier]:
    """With a box that may leave, for tests that leave it there."""
    with Pier(tmp_path_factory.mktemp("pier")) as made:
        made.make_ready()
        yield made
