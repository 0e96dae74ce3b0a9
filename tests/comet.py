# SPDX-License-Identifier: Apache-2.0
"""CometBFT for tests, and networks that it runs with its own little application."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ropewalk.cli.cometbft import find_cometbft
from ropewalk.cli.consortium import Charter, Manner, NetworkFile, Seat, form, seats_here
from ropewalk.cli.everything import app
from ropewalk.cli.exits import NoCometBftError
from ropewalk.cli.supervisor import Part, cometbft_command
from ropewalk.cli.watching import Place
from ropewalk.crypto import PrivateKey
from ropewalk.engines.opening import DataDirectory

CHARTER = Charter(origin="test/network", laws=["GB"], governance=())
FAST = ("--consensus.create_empty_blocks_interval", "250ms")
WORD = "test"
RUNNER = CliRunner()


def program() -> Path:
    """CometBFT; without it the test is skipped, or fails where nothing may be skipped."""
    named = os.environ.get("ROPEWALK_COMETBFT")
    try:
        return find_cometbft(Path(named) if named else None)
    except NoCometBftError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


def no_ledger(directory: DataDirectory, genesis: bytes, key: PrivateKey) -> None:
    """Found nothing: CometBFT's own application keeps no ledger of ours."""
    assert key.kid.encode() in genesis
    directory.genesis.write_bytes(genesis)


def founded(out: Path, validators: int) -> NetworkFile:
    """A network's directory, but for the ledgers."""
    seats = seats_here(validators, "127.0.0.1:0", "127.0.0.1:0")
    return form(out, seats, WORD, CHARTER, Manner(founding=no_ledger))


def kvstore(place: Place, cometbft: Path) -> dict[Part, list[str]]:
    """CometBFT with the application built into it, and no node."""
    return {Part.COMETBFT: cometbft_command(place, cometbft, "--proxy_app", "kvstore", *FAST)}


def run(*arguments: object, word: str = WORD) -> Result:
    """Run a command."""
    environment = {"ROPEWALK_PASSPHRASE": word, "NO_COLOR": "1"}
    return RUNNER.invoke(app, [str(one) for one in arguments], env=environment)


def answered(*arguments: object, code: int = 0) -> dict[str, Any]:
    """Run a command with --json; its one document on stdout."""
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def eventually(holds: Callable[[], bool], within_s: float = 10.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.02)


def seat(name: str, number: int = 0) -> Seat:
    """A seat for a member that makes its own keys."""
    return Seat(
        name=name,
        listen=f"127.0.0.1:{8460 + number}",
        peer_listen=f"0.0.0.0:{26656 + number}",
        peer_address=f"{name}.example:26656",
    )
