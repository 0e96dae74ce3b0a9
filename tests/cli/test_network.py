# SPDX-License-Identifier: Apache-2.0
"""Networks of real processes are run and watched."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from comet import RUNNER, WORD, answered, eventually, founded, kvstore, program, run, seat
from ropewalk.cli.consortium import (
    Member,
    make_keys,
    seats_here,
)
from ropewalk.cli.everything import app
from ropewalk.cli.exits import CANNOT_START
from ropewalk.cli.network import Watch
from ropewalk.cli.setup import make_ledger
from ropewalk.cli.supervisor import Network, Part, Plan
from ropewalk.cli.watching import Agreement, Place, Sight, agreement, ask, table_of
from ropewalk.client import UnreachableError
from ropewalk.engines.cometbft_home import CometBftHome
from ropewalk.engines.opening import DataDirectory
from ropewalk.engines.port import NO_BLOCK_YET

NODE_KNOWS_ENGINES = "--engine" in RUNNER.invoke(app, ["node", "--help"], terminal_width=200).output


def test_four_validators_agree_and_carry_on_without_one_of_them(tmp_path: Path) -> None:
    cometbft = program()
    founded(tmp_path / "net", 4)
    with Network(tmp_path / "net", WORD, cometbft=cometbft, plan=kvstore) as network:
        sights = network.await_height(3, 60)
        held = network.part(3, Part.COMETBFT)
        held.kill(hold=True)
        ask(network.places[0], "broadcast_tx_sync", tx='"key=value"')
        height = sights[0].height
        seen = network.await_height(height + 3, 60, [0, 1, 2])
        assert not network.sights()[3].answers
        assert len({one.app_hash for one in seen}) == 1
        told = answered("network", "status", tmp_path / "net", "--grows-within", "3", code=1)
        assert (told["agreed"], told["grown"]) == (True, False)
        held.start()
        network.await_height(height + 6, 60)
        agreed = agreement(network.places, network.sights())
        assert agreed.holds
        assert len(agreed.blocks) == 4
        told = answered("network", "status", tmp_path / "net", "--grows-within", "20")
        assert told["ok"]
        eventually(lambda: all(one.peers == 3 for one in network.sights()), 60)
        assert set(told["app_hashes"]) == {f"node{number}" for number in range(4)}
        assert run("network", "status", tmp_path / "net").exit_code == 0
    assert not list((tmp_path / "net").rglob("*.sock")), "CometBFT ended in good order"
    told = answered("network", "status", tmp_path / "net", code=1)
    assert [one["state"] for one in told["members"]] == ["no answer"] * 4
    assert "node3: no answer" in unreachable(network)


def unreachable(network: Network) -> str:
    with pytest.raises(UnreachableError) as caught:
        network.await_height(1, 0)
    return str(caught.value)


def test_a_killed_cometbft_comes_back_though_its_socket_is_left(tmp_path: Path) -> None:
    cometbft = program()
    founded(tmp_path / "net", 1)
    with Network(tmp_path / "net", WORD, cometbft=cometbft, plan=kvstore) as network:
        height = network.await_height(1, 60)[0].height
        network.part(0, Part.COMETBFT).kill()
        assert (tmp_path / "net/node0/rpc.sock").exists()
        network.await_height(height + 2, 60)
        assert network.part(0, Part.COMETBFT).starts == 2


def test_a_data_directory_with_a_long_path_has_its_sockets_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cometbft = program()
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    deep = tmp_path / ("d" * 100)
    founded(deep / "net", 1)
    with Network(deep / "net", WORD, cometbft=cometbft, plan=kvstore) as network:
        network.await_height(1, 60)
        sockets = network.places[0].home.sockets()
        assert not sockets.rpc.is_relative_to(tmp_path)
    sockets.rpc.parent.rmdir()


def test_a_stranger_with_the_genesis_is_not_let_in(tmp_path: Path) -> None:
    """Peers are an allow list, by the keys of their connections."""
    cometbft = program()
    network_file = founded(tmp_path / "net", 2)
    stranger = tmp_path / "stranger"
    make_keys(stranger, seat("stranger"), WORD)
    home = CometBftHome(stranger)
    member = CometBftHome(tmp_path / "net/node0")
    home.genesis.write_bytes(member.genesis.read_bytes())
    text = member.config.read_text(encoding="utf-8")
    port = seats_here(1, "127.0.0.1:0", "127.0.0.1:0")[0].peer_listen
    text = text.replace(network_file.members[0].peer_address, port)
    home.config.write_text(text, encoding="utf-8")
    with Network(tmp_path / "net", WORD, cometbft=cometbft, plan=kvstore) as network:
        network.await_height(1, 60)
        command = kvstore(Place(network_file.members[0], stranger), cometbft)[Part.COMETBFT]
        with subprocess.Popen(command, cwd=stranger, stdout=subprocess.DEVNULL) as process:
            height = network.sights()[0].height
            network.await_height(height + 8, 60)
            assert {one.peers for one in network.sights()} == {1}
            process.terminate()


def test_members_that_differ_are_told_apart() -> None:
    same = {"a": "00", "b": "00"}
    assert Agreement(height=1, blocks=same, app_hashes=same).holds
    assert Agreement(height=0, blocks={}, app_hashes={}).holds
    for blocks, hashes in ((same, {"a": "00", "b": "01"}), ({"a": "00", "b": "01"}, same)):
        assert not Agreement(height=1, blocks=blocks, app_hashes=hashes).holds


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Sight(name="a"), "no answer"),
        (Sight(name="a", answers=True), "starting"),
        (Sight(name="a", answers=True, height=1, catching_up=True, age_s=900), "catching up"),
        (Sight(name="a", answers=True, height=1, ready=True, age_s=31), "halted"),
        (Sight(name="a", answers=True, height=1, reason=NO_BLOCK_YET, age_s=31), "starting"),
        (Sight(name="a", answers=True, height=1), "node not ready"),
        (Sight(name="a", answers=True, height=1, ready=True, age_s=30), "well"),
    ],
)
def test_a_member_s_state_is_told_in_a_word(seen: Sight, state: str) -> None:
    assert seen.state == state
    assert seen.moves == (state in ("catching up", "node not ready", "well"))


def test_status_has_no_column_that_is_always_empty() -> None:
    seen = [Sight(name="a", answers=True)]
    assert len(table_of(seen, {"a": "1, 2"}).columns) == 6
    assert len(table_of(seen, {}).columns) == 5


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("127.0.0.1:1", "http://localhost:1"),
        ("0.0.0.0:2", "http://localhost:2"),
        ("192.0.2.1:3", "http://192.0.2.1:3"),
        ("[2001:db8::1]:4", "http://[2001:db8::1]:4"),
    ],
)
def test_a_node_s_url_is_one_to_dial(listen: str, url: str) -> None:
    member = Member(name="a", key="", node="", peer_id="", peer_address="", listen=listen)
    assert Place(member, Path()).url == url


def test_a_node_is_told_to_be_ready_once_it_takes_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    founded(tmp_path / "net", 1)
    ledger = DataDirectory(tmp_path / "ledger")
    make_ledger(ledger, tmp_path / "keys", WORD, origin="a/b", laws=["GB"])
    embedded = [sys.executable, "-m", "ropewalk.cli", "node", "--data", str(ledger.path)]
    plan: Plan = lambda place, _: {Part.NODE: [*embedded, "--listen", place.member.listen]}  # noqa: E731
    with Network(tmp_path / "net", WORD, cometbft=Path("-"), plan=plan) as network:
        watch = Watch(network)
        assert not watch.look()[0].ready
        sights = network.await_ready(60)
        assert (sights[0].ready, sights[0].reason) == (True, "")
        for _ in range(2):
            watch.tell_changes(watch.look())
        assert capsys.readouterr().err.count(f"ready {network.urls[0]}\n") == 1
        process = network.part(0, Part.NODE)
        process.restart()
        network.await_ready(60)
        assert process.starts == 2
    told = (tmp_path / "net/node0/node.log").read_text(encoding="utf-8")
    assert told.count(f"ready {network.urls[0]}\n") == 2


def up_with_another_passphrase(out: Path) -> "subprocess.Popen[str]":
    """A supervisor whose nodes can't start."""
    founded(out, 1)
    command = [sys.executable, "-m", "ropewalk.cli", "network", "up", str(out)]
    environment = {
        **os.environ,
        "ROPEWALK_PASSPHRASE": "another",
        "ROPEWALK_COMETBFT": str(program()),
    }
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_supervisor_that_is_told_to_ends_with_0_and_leaves_nothing(
    number: signal.Signals, tmp_path: Path
) -> None:
    with up_with_another_passphrase(tmp_path / "net") as process:
        assert process.stderr is not None
        line = next((one for one in process.stderr if "again in" in one), "")
        process.send_signal(number)
        assert "CometBFT first" in process.stderr.read()
    assert line.startswith("node0 node ended (exit 5: engine.passphrase (7824): keys/log.pem")
    assert str(tmp_path / "net/node0/node.log") in line
    assert process.returncode == 0
    assert not list(tmp_path.rglob("*.sock"))


def test_a_supervisor_with_no_member_left_ends_with_5(tmp_path: Path) -> None:
    with up_with_another_passphrase(tmp_path / "net") as process:
        assert process.stderr is not None
        told = process.stderr.read()
    assert process.returncode == CANNOT_START
    assert told.count("again in") >= 3
    assert "node0 node can't start, and is given up after 4 attempts (exit 5: engine." in told


@pytest.mark.skipif(not NODE_KNOWS_ENGINES, reason="`ropewalk node` has no --engine yet")
def test_a_network_is_made_run_and_ended_by_command(tmp_path: Path) -> None:
    cometbft = program()
    out = tmp_path / "net"
    words = ("--listen", "127.0.0.1:0", "--peer-listen", "127.0.0.1:0")
    made = answered("network", "init", "--out", out, *words)
    urls = [f"http://localhost:{one['listen'].rpartition(':')[2]}" for one in made["members"]]
    command = [sys.executable, "-m", "ropewalk.cli", "network", "up", str(out)]
    environment = {
        **os.environ,
        "ROPEWALK_PASSPHRASE": WORD,
        "ROPEWALK_COMETBFT": str(cometbft),
    }
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        ready: set[str] = set()
        for line in process.stderr:
            if line.startswith("ready "):
                ready.add(line.split()[1])
            if len(ready) == len(urls):
                break
        assert ready == set(urls)
        assert answered("network", "status", out, "--grows-within", "30")["ok"]
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
    assert process.returncode == 0
    for url in urls:
        with socket.socket() as tried:
            assert tried.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0
