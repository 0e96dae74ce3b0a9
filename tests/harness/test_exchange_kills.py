# SPDX-License-Identifier: Apache-2.0
"""I26 under `kill -9` at every named point of the block that decides an exchange."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consortium.member import POINTS
from deals import SHORT_S, Deal, made, open_accounts
from harness.driving import PASSPHRASE, ROOT
from ropewalk.cli.setup import make_ledger
from ropewalk.cli.wallet import GOVERNANCE, Wallet, key_file, registration
from ropewalk.client import Actor, Node
from ropewalk.crypto import generate
from ropewalk.engines.opening import DataDirectory

OURS = POINTS[3:7]
"""Of one that writes alone."""
ROLES = {"carrier": ["carrier"], "shipper": [], "consignee": [], "bank": ["bank"]}


class House:
    """A node on a ledger of its own, that dies where it is told and is started again."""

    def __init__(self, folder: Path) -> None:
        self.data, self.trap = folder / "data", folder / "trap"
        self._log = folder / "node.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._listen = f"127.0.0.1:{probe.getsockname()[1]}"
        directory = DataDirectory(self.data)
        make_ledger(
            directory, self.data / "keys", PASSPHRASE, origin="ropewalk.example/test", laws=["GB"]
        )
        self._wallet = Wallet(self.data / "keys", PASSPHRASE)
        self.node = Node(f"http://{self._listen}")

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """The node at work."""
        around = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'tests'}:{ROOT / 'src'}",
            "ROPEWALK_PASSPHRASE": PASSPHRASE,
            "ROPEWALK_TRAP": str(self.trap),
        }
        words = [sys.executable, "-m", "consortium.member", "node", "--check-invariants"]
        words += ["--data", str(self.data), "--listen", self._listen, "--verifiers", "0"]
        with self._log.open("ab") as log:
            process = subprocess.Popen(words, env=around, stderr=log, cwd=ROOT)
            try:
                self.node.await_ready(60)
                yield process
            finally:
                process.kill()
                process.wait()

    def enrolled(self) -> dict[str, Actor]:
        """The parties, registered."""
        governance = self._wallet.actor(self.node, GOVERNANCE)
        for name, roles in ROLES.items():
            key = generate()
            key.write(key_file(self.data / "keys", name), PASSPHRASE)
            codes = ["SMDG:ROP"] if name == "carrier" else []
            body = registration(key.kid, roles, codes, "")
            governance.act("identity.REGISTER_PARTY", body).require_committed()
        return {name: self._wallet.actor(self.node, name) for name in ROLES}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = House(tmp_path_factory.mktemp("house"))
    with found.node:
        yield found


@pytest.fixture(scope="module")
def actors(house: House) -> dict[str, Actor]:
    with house.running():
        found = house.enrolled()
        open_accounts(found)
    return found


def dies(house: House, deal: Deal, act: str, point: str) -> str:
    """Send the act that decides, the node dying at a point; the act as it was signed."""
    signed = deal.actors["shipper"].build(f"exchange.{act}", deal.body(house.node))
    house.trap.write_text(point, encoding="ascii")
    assert house.node.send(signed).status not in ("committed", "refused")
    assert not house.trap.exists(), "it did not die there"
    return signed


@pytest.mark.parametrize("point", OURS)
def test_what_settles_is_whole_wherever_its_node_dies(
    house: House, actors: dict[str, Actor], point: str
) -> None:
    with house.running():
        deal = made(actors)
        signed = dies(house, deal, "SETTLE", point)
    with house.running():
        assert deal.where(house.node) in (deal.settled(), deal.standing("OPEN"))
        house.node.send(signed).require_committed()  # the same act again: one effect (T29)
        assert deal.where(house.node) == deal.settled()


@pytest.mark.parametrize("point", OURS[1:3])
def test_what_goes_back_is_whole_wherever_its_node_dies(
    house: House, actors: dict[str, Actor], point: str
) -> None:
    with house.running():
        deal = made(actors, SHORT_S)
        time.sleep(SHORT_S + 1)  # the deadline itself still settles
        signed = dies(house, deal, "RETURN", point)
    with house.running():
        assert deal.where(house.node) in (deal.standing("RETURNED"), deal.standing("OPEN"))
        house.node.send(signed).require_committed()
        assert deal.where(house.node) == deal.standing("RETURNED")
