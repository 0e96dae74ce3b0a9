# SPDX-License-Identifier: Apache-2.0
"""Hand-overs between sets of validators: asked of CometBFT, remembered, shown when they hold."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from consortium.leading import WORD, Soon, led
from ropewalk.engines import consortium
from ropewalk.engines.consortium import ConsortiumEngine, Settings
from ropewalk.engines.errors import ConsensusError
from ropewalk.engines.surroundings import SYSTEM

DAMAGED = {
    "cut short": b'{"11":',
    "empty": b"",
    "another form": b'{"11":{}}',
    "no JSON": b"\xff\x00",
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_file_of_hand_overs_is_no_more_than_a_lost_one(tmp_path: Path, what: str) -> None:
    with led(tmp_path / "a") as one:
        one.close()
        (one.data / "handovers.json").write_bytes(DAMAGED[what])
        again = one.reopened()
        assert again.info().last_block_height == 1
        again.close()


class UnexpectedError(Exception):
    """Nothing that an engine knows of."""


def test_an_engine_that_does_not_open_lets_go_of_its_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with led(tmp_path / "a") as one:
        one.close()
        settings = Settings(WORD, f"unix://{one.socket}", one.data / "rpc.sock", verifiers=0)
        surroundings = replace(SYSTEM, clock=Soon())
        for name in ("CometRpc", "Handovers", "Batcher", "Leaving", "AbciServer"):
            monkeypatch.setattr(consortium, name, raising(UnexpectedError()))
            with pytest.raises(UnexpectedError):
                ConsortiumEngine(one.data, settings, surroundings)
            monkeypatch.undo()
        monkeypatch.setattr(consortium, "AbciServer", raising(OSError(98, "in use")))
        with pytest.raises(ConsensusError, match="can't listen at .*: in use"):
            ConsortiumEngine(one.data, settings, surroundings)
        monkeypatch.undo()
        again = one.reopened()
        assert again.info().last_block_height == 1
        again.close()


def raising(error: Exception) -> Callable[..., None]:
    """What fails whenever it is made."""

    def refuse(*_of: object) -> None:
        raise error

    return refuse
