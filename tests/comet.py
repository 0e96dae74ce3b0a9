# SPDX-License-Identifier: Apache-2.0
"""CometBFT for tests, and networks that it runs with its own little application."""

import os
from pathlib import Path

import pytest

from ropewalk.cli.cometbft import find_cometbft
from ropewalk.cli.consortium import Charter, NetworkFile, form, seats_here
from ropewalk.cli.exits import NoCometBftError
from ropewalk.cli.supervisor import Part, cometbft_command
from ropewalk.cli.watching import Place
from ropewalk.crypto import PrivateKey
from ropewalk.engines.opening import DataDirectory

CHARTER = Charter(origin="test/network", laws=["GB"], governance=())
FAST = ("--consensus.create_empty_blocks_interval", "250ms")
WORD = "test"


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
    return form(out, seats, WORD, CHARTER, founding=no_ledger)


def kvstore(place: Place, cometbft: Path) -> dict[Part, list[str]]:
    """CometBFT with the application built into it, and no node."""
    return {Part.COMETBFT: cometbft_command(place, cometbft, "--proxy_app", "kvstore", *FAST)}
