# SPDX-License-Identifier: Apache-2.0
"""A home that CometBFT takes for its own."""

import json
import shutil
import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from comet import program
from ropewalk.cli.setup import chosen_genesis
from ropewalk.crypto import PrivateKey, encode, to_base64
from ropewalk.engines import cometbft_home
from ropewalk.engines.cometbft_home import (
    SOCKET_PATH_MAX,
    CometBftHome,
    HomeSettings,
    Peer,
    Sockets,
    StateSync,
    config_of,
    genesis_of,
    peer_id,
    place_sockets,
    read_key,
    write_keys,
    write_network,
)
from ropewalk.engines.errors import NotInitialisedError
from ropewalk.engines.port import AlreadyInitialisedError
from ropewalk.ledger import chain_id, network_id

KEYS = [PrivateKey(bytes([number]) * 32) for number in range(10)]
CONSENSUS, PEER_KEY = KEYS[0], KEYS[1]
PEERS = [Peer("0" * 40, "127.0.0.1:1"), Peer("f" * 40, "ledger.example:26656")]
SETTINGS = HomeSettings(name="node0", listen="127.0.0.1:26656", peers=PEERS)


def genesis(*powers: int) -> bytes:
    chosen = chosen_genesis("test/network", [KEYS[9].kid], ["GB"])
    chosen["time"] = 1_800_000_000
    chosen["validators"] = sorted(
        (
            {"key": KEYS[number].kid, "node": KEYS[number + 4].kid, "power": power}
            for number, power in enumerate(powers)
        ),
        key=lambda one: str(one["key"]),
    )
    return encode(chosen)


def written(data: Path) -> CometBftHome:
    home = CometBftHome(data)
    write_keys(home, CONSENSUS, PEER_KEY)
    write_network(home, genesis(1, 1), SETTINGS)
    return home


def asked(home: CometBftHome, *words: str) -> str:
    done = subprocess.run(
        [program(), *words, "--home", home.path], capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode().strip()


def test_cometbft_reads_the_keys_that_were_written(tmp_path: Path) -> None:
    home = written(tmp_path)
    assert asked(home, "show-node-id") == peer_id(PEER_KEY.public_key)
    shown = json.loads(asked(home, "show-validator"))
    assert shown["value"] == to_base64(CONSENSUS.public_key)
    address = json.loads(home.consensus_key.read_bytes())["address"]
    assert address == cometbft_home.address(CONSENSUS.public_key)


def test_what_is_configured_is_what_cometbft_knows_by_that_name(tmp_path: Path) -> None:
    """It ignores what it does not know, in silence."""
    subprocess.run(
        [program(), "init", "--home", tmp_path], capture_output=True, check=True, timeout=60
    )
    known = tomllib.loads((tmp_path / "config" / "config.toml").read_text(encoding="utf-8"))
    full = replace(SETTINGS, state_sync=StateSync(["a:1", "b:1"], 5, "AB"))
    ours = tomllib.loads(config_of(full))
    for name, value in ours.items():
        assert name in known
        if isinstance(value, dict):
            assert set(value) <= set(known[name]), name
    generated = json.loads((tmp_path / "config" / "genesis.json").read_bytes())
    made = json.loads(genesis_of(genesis(1)))
    assert _shape(made) == _shape({**generated, "validators": generated["validators"][:1]})


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(one) for name, one in value.items()}
    return type(value)


def test_only_its_user_reads_what_lies_in_a_home(tmp_path: Path) -> None:
    home = written(tmp_path)
    files = [path for path in home.path.rglob("*") if path.is_file()]
    assert len(files) == 5
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert home.path.stat().st_mode & 0o077 == 0


def test_nothing_in_a_home_is_ever_overwritten(tmp_path: Path) -> None:
    home = written(tmp_path)
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}
    with pytest.raises(AlreadyInitialisedError):
        write_keys(home, KEYS[2], KEYS[3])
    with pytest.raises(AlreadyInitialisedError):
        write_network(home, genesis(1), SETTINGS)
    assert before == {path: path.read_bytes() for path in before}


def test_every_member_derives_the_same_genesis_and_another_network_another() -> None:
    one = genesis(1, 2, 3)
    assert genesis_of(one) == genesis_of(bytes(one))
    assert genesis_of(one) != genesis_of(genesis(1, 2, 4))
    read = json.loads(genesis_of(one))
    assert read["chain_id"] == chain_id(network_id(one)) == f"ropewalk-{network_id(one)[:40]}"
    assert len(read["chain_id"]) <= 50
    assert read["genesis_time"] == "2027-01-15T08:00:00Z"
    assert sorted(one["power"] for one in read["validators"]) == ["1", "2", "3"]
    assert read["consensus_params"]["version"]["app"] == "1"
    assert read["app_hash"] == ""


def test_nobody_but_members_connects() -> None:
    config = tomllib.loads(config_of(SETTINGS))
    own = config["p2p"]
    assert own["persistent_peers"] == f"{'0' * 40}@127.0.0.1:1,{'f' * 40}@ledger.example:26656"
    assert own["unconditional_peer_ids"] == own["private_peer_ids"] == f"{'0' * 40},{'f' * 40}"
    assert (own["max_num_inbound_peers"], own["max_num_outbound_peers"]) == (0, 0)
    assert own["pex"] is False
    assert config["rpc"]["laddr"] == "unix://rpc.sock"
    assert config["rpc"]["unsafe"] is False
    assert config["statesync"] == {"enable": False}
    assert config["instrumentation"] == {"prometheus": False}


def test_state_sync_has_its_place_in_the_configuration() -> None:
    chosen = StateSync(["a:26657", "b:26657"], 100, "ABCD")
    config = tomllib.loads(config_of(replace(SETTINGS, state_sync=chosen)))
    assert config["statesync"] == {
        "enable": True,
        "rpc_servers": "a:26657,b:26657",
        "trust_height": 100,
        "trust_hash": "ABCD",
    }


def test_a_name_with_quotes_can_t_leave_its_place() -> None:
    name = 'a"\nunsafe = true\\'
    assert tomllib.loads(config_of(replace(SETTINGS, name=name)))["moniker"] == name


def test_sockets_move_with_the_data_directory(tmp_path: Path) -> None:
    home = written(tmp_path / "here")
    assert home.sockets() == Sockets(tmp_path / "here/abci.sock", tmp_path / "here/rpc.sock")
    shutil.move(tmp_path / "here", tmp_path / "there")
    moved = CometBftHome(tmp_path / "there").sockets()
    assert moved == Sockets(tmp_path / "there/abci.sock", tmp_path / "there/rpc.sock")


def test_sockets_lie_elsewhere_where_their_paths_would_be_too_long(tmp_path: Path) -> None:
    assert place_sockets(Path("/srv/ropewalk")) is None
    room = SOCKET_PATH_MAX - len("//abci.sock")
    assert place_sockets(Path("/" + "d" * room)) is None
    elsewhere = place_sockets(Path("/" + "d" * (room + 1)), str(tmp_path))
    assert elsewhere is not None
    assert elsewhere.abci.parent.parent == tmp_path
    assert elsewhere.abci.parent.stat().st_mode & 0o777 == 0o700
    home = CometBftHome(tmp_path / "data")
    write_keys(home, CONSENSUS, PEER_KEY)
    write_network(home, genesis(1), replace(SETTINGS, sockets=elsewhere))
    assert home.sockets() == elsewhere


def test_sockets_lie_in_no_folder_that_others_can_change(tmp_path: Path) -> None:
    sockets = Sockets(tmp_path / "open/abci.sock", tmp_path / "open/rpc.sock")
    sockets.prepare()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(NotInitialisedError, match="open to others"):
        sockets.prepare()
    (tmp_path / "link").symlink_to(tmp_path)
    linked = Sockets(tmp_path / "link/abci.sock", tmp_path / "link/rpc.sock")
    with pytest.raises(NotInitialisedError, match="not this user's"):
        linked.prepare()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "proxy_app = 'kvstore'", "proxy_app = 'tcp://a'\n[rpc]\nladdr = 'unix://b'"],
)
def test_a_home_without_sockets_says_so(text: str, tmp_path: Path) -> None:
    home = written(tmp_path)
    home.config.write_text(text, encoding="utf-8")
    with pytest.raises(NotInitialisedError, match=r"config\.toml"):
        home.sockets()


def test_a_key_is_read_as_it_was_written(tmp_path: Path) -> None:
    home = written(tmp_path)
    assert read_key(home.consensus_key).kid == CONSENSUS.kid
    assert read_key(home.peer_key).kid == PEER_KEY.kid


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"priv_key": 1}',
        '{"priv_key": {"value": "AAAA"}}',
        '{"priv_key": {"type": "tendermint/PrivKeySecp256k1", "value": "AAAA"}}',
        '{"priv_key": {"type": "tendermint/PrivKeyEd25519", "value": "AA"}}',
    ],
)
def test_what_is_no_key_is_not_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(text, encoding="utf-8")
    with pytest.raises(NotInitialisedError):
        read_key(tmp_path / "key.json")
