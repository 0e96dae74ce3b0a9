# SPDX-License-Identifier: Apache-2.0
"""One company of four for all tests that leave it whole; it writes from first to last."""

import os
import time
from collections.abc import Iterator

import pytest

from comet import program
from consortium import plants
from consortium.company import Company, Making, cheap_keys
from consortium.spaces import Spaces, available


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Four members, in namespaces where those can be made; clients that go on writing."""
    cometbft = program()
    spaces = Spaces(4) if available() else None
    plant = os.environ.get("ROPEWALK_PLANT", "")
    making = Making(cometbft, spaces=spaces, plant=plant, small_disk=True)
    try:
        with cheap_keys(), Company(tmp_path_factory.mktemp("company") / "net", making) as made:
            yield made
            made.require_whole()
    finally:
        if spaces is not None:
            spaces.close()


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bug that is to be caught, in this process too, as long as a test."""
    monkeypatch.setattr(plants, "put", monkeypatch.setattr)
    plants.plant(os.environ.get("ROPEWALK_PLANT", ""))


@pytest.fixture(autouse=True)
def seconds(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print how long each test took, for the record."""
    began = time.monotonic()
    yield
    print(f"{request.node.name}: {time.monotonic() - began:.1f} s")
