# SPDX-License-Identifier: Apache-2.0
"""A real CometBFT makes blocks, and what it signs is what we check, header by header."""

import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from comet import program
from ropewalk.crypto import PrivateKey, encode, to_base64
from ropewalk.tlog import (
    Change,
    CommitError,
    ConsensusProof,
    SignedHeader,
    ValidatorsError,
    ValidatorSet,
    consensus_to_json,
    follow,
    named_validators,
    read_consensus,
    signed_header_from_rpc,
    validators_from_rpc,
    verify_commit,
)

HEIGHTS = 4
TIMEOUT_S = 60
JOINING = PrivateKey(bytes(range(32)))


def cometbft() -> str:
    """Path of cometbft; without it the test is skipped, or fails where nothing may be skipped."""
    return str(program())


class Validating:
    """A running node, asked over its RPC."""

    def __init__(self, address: Path) -> None:
        self._address = address
        transport = httpx2.HTTPTransport(uds=str(address))
        self._http = httpx2.Client(base_url="http://node", transport=transport, timeout=10)

    def ask(self, path: str, **parameters: str | int) -> Any:
        answer = json.loads(self._http.get(path, params=parameters).content)
        assert "result" in answer, answer
        return answer["result"]

    def signed(self, height: int) -> SignedHeader:
        return signed_header_from_rpc(self.ask("/commit", height=height))

    def validators(self, height: int) -> ValidatorSet:
        return validators_from_rpc(self.ask("/validators", height=height, per_page=100))

    def await_height(self, height: int) -> None:
        self._await(self._listens)
        self._await(lambda: self.height() >= height)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self._address)) == 0

    def height(self) -> int:
        return int(self.ask("/status")["sync_info"]["latest_block_height"])

    def send(self, transaction: str) -> int:
        """Have a transaction of the kvstore committed; the block's height."""
        told = self.ask("/broadcast_tx_commit", tx=f'"{transaction}"')
        assert told["tx_result"]["code"] == 0, told
        return int(told["height"])

    def _await(self, is_done: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end:
            try:
                if is_done():
                    return
            except (httpx2.HTTPError, AssertionError):
                pass
            time.sleep(0.1)
        pytest.fail(f"no answer within {TIMEOUT_S} s")

    def close(self) -> None:
        self._http.close()


@contextmanager
def running(home: Path, *options: str) -> Iterator[Validating]:
    """A node in a directory, with the kvstore for its application."""
    address = home / "rpc.sock"
    words = [cometbft(), "start", "--home", str(home), "--proxy_app", "kvstore", *options]
    listening = ["--rpc.laddr", f"unix://{address}", "--rpc.grpc_laddr", ""]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([*words, *listening], stdout=log, stderr=log)
    node = Validating(address)
    try:
        yield node
    finally:
        node.close()
        process.terminate()
        process.wait(timeout=TIMEOUT_S)


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory whose path is short enough for a socket's."""
    with tempfile.TemporaryDirectory(prefix="rw") as directory:
        yield Path(directory)


def init(home: Path) -> None:
    words = [cometbft(), "init", "validator", "--home", str(home)]
    subprocess.run(words, check=True, capture_output=True)


def own_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def test_a_change_of_the_set_is_followed_as_the_nodes_made_it(place: Path) -> None:
    init(place)
    with running(place, "--p2p.laddr", f"tcp://127.0.0.1:{own_port()}") as node:
        node.await_height(1)
        changed_at = node.send(f"val=ed25519!{to_base64(JOINING.public_key)}!4")
        node.await_height(changed_at + 4)
        signed = {height: node.signed(height) for height in range(1, changed_at + 4)}
        sets = {height: node.validators(height) for height in signed}
    chain_id = signed[1].header.chain_id
    for height, header in signed.items():
        validators = sets[height]
        assert header.header.height == height
        assert header.header.validators_hash == validators.hash.hex()
        tally = verify_commit(chain_id, validators, header)
        assert (tally.validators, tally.power) == (1, 10)
    for height in range(2, len(signed) + 1):
        last, before = signed[height].header.last_block_id, signed[height - 1]
        assert last == before.commit.block_id
        assert last.hash == before.header.hash.hex()
    changing, last_one = changed_at + 1, changed_at + 3
    assert [sets[height].total_power for height in (changing, changing + 1)] == [10, 14]
    change = Change(
        commit=signed[changing].commit,
        header=signed[changing].header,
        next=named_validators(sets[changing + 1]),
    )
    last = signed[last_one]
    proof = ConsensusProof(changes=[change], commit=last.commit, header=last.header)
    followed = follow(chain_id, sets[1], proof)
    assert followed.validators == sets[last_one]
    assert (followed.changes, followed.tally.validators) == (1, 1)
    assert read_consensus(json.loads(encode(consensus_to_json(proof)))) == proof
    with pytest.raises(ValidatorsError):
        follow(
            chain_id, sets[1], ConsensusProof(changes=[], commit=last.commit, header=last.header)
        )
    with pytest.raises(CommitError):
        verify_commit(chain_id, sets[1], SignedHeader(commit=last.commit, header=signed[1].header))


def test_every_vote_of_four_validators_holds(place: Path) -> None:
    words = [cometbft(), "testnet", "--v", "4", "--o", str(place)]
    subprocess.run(words, check=True, capture_output=True)
    homes = [place / f"node{number}" for number in range(4)]
    ports = [own_port() for _ in homes]
    peers = [f"{identity(home)}@127.0.0.1:{port}" for home, port in zip(homes, ports, strict=True)]
    with ExitStack() as stack:
        nodes = [
            stack.enter_context(
                running(
                    home,
                    *("--p2p.laddr", f"tcp://127.0.0.1:{port}"),
                    *("--p2p.persistent_peers", ",".join(peers[:at])),
                )
            )
            for at, (home, port) in enumerate(zip(homes, ports, strict=True))
        ]
        nodes[0].await_height(HEIGHTS + 1)
        votes = 0
        for height in range(1, HEIGHTS + 1):
            signed, validators = nodes[0].signed(height), nodes[0].validators(height)
            votes += verify_commit(signed.header.chain_id, validators, signed).validators
            assert len(validators.validators) == 4
        assert votes >= 3 * HEIGHTS


def identity(home: Path) -> str:
    """A node's name among its peers."""
    config = home / "config" / "config.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("allow_duplicate_ip = false", "allow_duplicate_ip = true"), encoding="utf-8"
    )
    words = [cometbft(), "show-node-id", "--home", str(home)]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()
