# SPDX-License-Identifier: Apache-2.0
"""Networks are formed, run, watched; what ends comes again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner, Result

from comet import CHARTER, WORD, founded, kvstore, no_ledger, program
from ropewalk.cli.consortium import (
    Charter,
    Member,
    NetworkFile,
    Seat,
    Settling,
    form,
    found,
    make_keys,
    read_file,
    seats_at,
    seats_here,
    settle,
)
from ropewalk.cli.exits import UsageError
from ropewalk.cli.main import app
from ropewalk.cli.supervisor import Network, Part, Plan, consortium_plan, read_places
from ropewalk.cli.watching import Agreement, Place, Sight, agreement, ask
from ropewalk.client import UnreachableError
from ropewalk.crypto import generate, read
from ropewalk.engines.cometbft_home import CometBftHome, genesis_of, peer_id, read_key
from ropewalk.engines.port import AlreadyInitialisedError, InUseError
from ropewalk.ledger import GenesisError, network_id, read_genesis

RUNNER = CliRunner()
NODE_KNOWS_ENGINES = "--engine" in RUNNER.invoke(app, ["node", "--help"], terminal_width=200).output


def run(*arguments: object) -> Result:
    """Run a command."""
    environment = {"ROPEWALK_PASSPHRASE": WORD, "NO_COLOR": "1"}
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


# Forming a network


def test_a_ceremony_gives_every_member_its_directory(tmp_path: Path) -> None:
    network = founded(tmp_path / "net", 4)
    genesis = (tmp_path / "net/genesis.json").read_bytes()
    chosen = read_genesis(genesis)
    assert network.network == network_id(genesis)
    assert chosen.log == CHARTER.origin
    keys = read(tmp_path / "net/keys/governance.pem", WORD)
    assert chosen.governance.keys == [keys.kid]
    validators = {(one.key, one.node) for one in chosen.validators}
    assert validators == {(one.key, one.node) for one in network.members}
    for one in network.members:
        data = tmp_path / "net" / one.data
        home = CometBftHome(data)
        assert read(data / "keys/log.pem", WORD).kid == one.node
        assert read_key(home.consensus_key).kid == one.key
        assert peer_id(read_key(home.peer_key).public_key) == one.peer_id
        assert home.genesis.read_bytes() == genesis_of(genesis)
        assert (data / "genesis.json").read_bytes() == genesis
        alone = read_file(data / "network.json", NetworkFile)
        assert [other.name for other in alone.members if other.data] == [one.name]
    listening = [one.listen for one in network.members] + [
        one.peer_address for one in network.members
    ]
    assert len(set(listening)) == 8


def test_members_on_other_machines_are_dialled_where_they_are(tmp_path: Path) -> None:
    hosts = ["a.example:26656", "192.0.2.2:26700", "[2001:db8::1]:26656"]
    form(
        tmp_path / "net",
        seats_at(hosts, "127.0.0.1:8460"),
        WORD,
        CHARTER,
        founding=no_ledger,
    )
    config = CometBftHome(tmp_path / "net/node1").config.read_text(encoding="utf-8")
    assert 'laddr = "tcp://0.0.0.0:26700"' in config
    assert "@a.example:26656" in config
    assert "@[2001:db8::1]:26656" in config
    assert "@192.0.2.2:26700" not in config


@pytest.mark.parametrize(
    "host", ["a.example", "a.example:0", "a.example:65536", 'a"b:1', "a b:1", "@a:1", ":1", ""]
)
def test_what_peers_can_t_dial_is_refused(host: str) -> None:
    with pytest.raises(UsageError):
        seats_at([host], "127.0.0.1:8460")


def test_ports_follow_each_other() -> None:
    seats = seats_here(3, "127.0.0.1:8460", "127.0.0.1:26656")
    assert [one.listen for one in seats] == [f"127.0.0.1:846{number}" for number in range(3)]
    with pytest.raises(UsageError, match="ports"):
        seats_here(3, "127.0.0.1:65534", "127.0.0.1:26656")


def test_members_who_make_their_own_keys_come_to_the_same_network(tmp_path: Path) -> None:
    seats = {name: seat(name, number) for number, name in enumerate(("red", "blue"))}
    members = [make_keys(tmp_path / name, one, WORD) for name, one in seats.items()]
    assert not any((one.listen, one.data) != ("", "") for one in members)
    charter = Charter(origin="a/b", laws=["GB"], governance=[generate().kid])
    terms = Settling(genesis=found(members, charter), members=members, founding=no_ledger)
    for name, one in seats.items():
        settled = settle(tmp_path / name, one, WORD, terms)
        assert (settled.name, settled.listen) == (name, one.listen)
    made = {
        (
            CometBftHome(tmp_path / name).genesis.read_bytes(),
            read_places(tmp_path / name)[0].network,
        )
        for name in seats
    }
    assert len(made) == 1
    with pytest.raises(AlreadyInitialisedError):
        settle(tmp_path / "red", seats["red"], WORD, terms)
    with pytest.raises(AlreadyInitialisedError):
        make_keys(tmp_path / "red", seats["red"], WORD)


def seat(name: str, number: int = 0) -> Seat:
    """A seat for a member that makes its own keys."""
    return Seat(
        name=name,
        listen=f"127.0.0.1:{8460 + number}",
        peer_listen=f"0.0.0.0:{26656 + number}",
        peer_address=f"{name}.example:26656",
    )


def test_a_stranger_does_not_settle(tmp_path: Path) -> None:
    member = make_keys(tmp_path / "red", seat("red"), WORD)
    make_keys(tmp_path / "grey", seat("grey"), WORD)
    charter = Charter(origin="a/b", laws=["GB"], governance=[generate().kid])
    terms = Settling(genesis=found([member], charter), members=[member], founding=no_ledger)
    with pytest.raises(UsageError, match="no member"):
        settle(tmp_path / "grey", seat("grey"), WORD, terms)
    assert not (tmp_path / "grey/genesis.json").exists()


def test_a_genesis_of_other_members_is_settled_with_by_nobody(tmp_path: Path) -> None:
    members = [make_keys(tmp_path / name, seat(name), WORD) for name in ("red", "blue")]
    charter = Charter(origin="a/b", laws=["GB"], governance=[generate().kid])
    terms = Settling(genesis=found(members[:1], charter), members=members, founding=no_ledger)
    with pytest.raises(UsageError, match="different members"):
        settle(tmp_path / "red", seat("red"), WORD, terms)


def test_two_members_share_no_name_no_address_and_no_key(tmp_path: Path) -> None:
    red = make_keys(tmp_path / "red", seat("red"), WORD)
    blue = make_keys(tmp_path / "blue", seat("blue"), WORD)
    charter = Charter(origin="a/b", laws=["GB"], governance=[generate().kid])
    for member in ("name", "peer_id", "peer_address"):
        twin = msgspec.structs.replace(blue, **{member: getattr(red, member)})
        with pytest.raises(UsageError, match="the same"):
            found([red, twin], charter)
    with pytest.raises(GenesisError):
        found([red, msgspec.structs.replace(blue, key=red.key)], charter)
    with pytest.raises(UsageError, match="name"):
        make_keys(tmp_path / "bad", seat("../bad"), WORD)


def test_join_and_genesis_hand_over_what_is_public_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("red", "blue"):
        told = answered(
            *("network", "join", name, "--address", f"{name}.example:26656"), "--data", name
        )
        text = Path(told["file"]).read_text(encoding="utf-8")
        assert "priv" not in text
        home = CometBftHome(Path(name))
        assert json.loads(home.peer_key.read_bytes())["priv_key"]["value"] not in text
    governance = answered("key", "new", "governance", "--data", "red")["key"]
    named = ("--member", "red.json", "--member", "blue.json", "--governance", governance)
    told = answered("network", "genesis", *named, "--out", "out")
    genesis = Path("out/genesis.json").read_bytes()
    assert network_id(genesis) == told["network"]
    assert len(read_genesis(genesis).validators) == 2
    again = answered("network", "genesis", *named, "--out", "out", code=2)
    assert again["code"] == "cli.usage"


@pytest.mark.parametrize(
    "words", [["--validators", "0"], ["--validators", "65"], ["--hosts", "a"], ["--pace", "x"]]
)
def test_a_network_that_can_t_be_is_not_begun(words: list[str], tmp_path: Path) -> None:
    assert answered("network", "init", "--out", tmp_path / "net", *words, code=2)
    assert not (tmp_path / "net").exists()


def test_a_directory_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    with pytest.raises(UsageError, match="not an empty directory"):
        founded(tmp_path, 1)


def test_what_is_no_network_is_not_run(tmp_path: Path) -> None:
    assert answered("network", "status", tmp_path, code=2)["code"] == "cli.usage"
    (tmp_path / "network.json").write_text("{}", encoding="utf-8")
    assert answered("network", "status", tmp_path, code=2)["code"] == "cli.usage"


# Running one


TRAP = """
import pathlib, signal, sys, time
def end(*_):
    with open("{order}", "a") as file:
        file.write("{name}\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path("{name}.up").touch()
pathlib.Path("{socket}").touch()
time.sleep(600)
"""


def traps(folder: Path) -> Plan:
    """Processes that do nothing but note, in a file, the order in which they are ended."""

    def plan(place: Place, _cometbft: Path) -> dict[Part, list[str]]:
        return {part: script(place, part) for part in Part}

    def script(place: Place, part: Part) -> list[str]:
        name = folder / f"{place.name}-{part.value}"
        socket_path = place.data / "abci.sock" if part is Part.NODE else f"{name}.sock"
        text = TRAP.format(order=folder / "order", name=name, socket=socket_path)
        return [sys.executable, "-c", text]

    return plan


@pytest.fixture
def trapped(tmp_path: Path) -> Iterator[Network]:
    """Two members whose processes do nothing."""
    founded(tmp_path / "net", 2)
    with Network(tmp_path / "net", WORD, cometbft=Path("-"), plan=traps(tmp_path)) as network:
        yield network


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_what_ends_comes_again(trapped: Network) -> None:
    one = trapped.part(0, Part.NODE)
    eventually(lambda: one.pid > 0)
    first = one.pid
    os.kill(first, signal.SIGKILL)
    eventually(lambda: one.pid not in (0, first))
    second = one.pid
    one.kill()
    eventually(lambda: one.pid not in (0, first, second))
    assert one.starts == 3


def test_what_is_stopped_stays_so_until_it_is_started(trapped: Network) -> None:
    one, other = trapped.part(0, Part.COMETBFT), trapped.part(0, Part.NODE)
    eventually(lambda: one.pid > 0 and other.pid > 0)
    beside = other.pid
    one.stop()
    one.stop()
    other_starts = other.starts
    time.sleep(1.5)
    assert one.pid == 0
    assert (other.pid, other.starts) == (beside, other_starts)
    one.start()
    eventually(lambda: one.pid > 0)
    one.kill(hold=True)
    time.sleep(1.5)
    assert one.pid == 0


def test_a_process_that_always_ends_is_started_ever_more_slowly(tmp_path: Path) -> None:
    founded(tmp_path / "net", 1)
    told: list[str] = []
    ends: Plan = lambda _place, _cometbft: {Part.COMETBFT: ["true"]}  # noqa: E731
    with Network(tmp_path / "net", WORD, cometbft=Path("-"), plan=ends, tell=told.append):
        eventually(lambda: len(told) == 3)
    assert [line.rpartition("again in ")[2] for line in told] == ["0.5 s", "1 s", "2 s"]
    assert "node0 cometbft ended (exit 0)" in told[0]


def test_cometbft_goes_before_the_nodes(tmp_path: Path) -> None:
    founded(tmp_path / "net", 2)
    with Network(tmp_path / "net", WORD, cometbft=Path("-"), plan=traps(tmp_path)):
        eventually(lambda: len(list(tmp_path.glob("*.up"))) == 4, 30)
    order = [Path(line).name for line in (tmp_path / "order").read_text("ascii").splitlines()]
    assert {one.partition("-")[2] for one in order[:2]} == {"cometbft"}
    assert {one.partition("-")[2] for one in order[2:]} == {"node"}


def test_a_member_is_run_once(trapped: Network, tmp_path: Path) -> None:
    second = Network(tmp_path / "net", WORD, cometbft=Path("-"), plan=traps(tmp_path))
    with pytest.raises(InUseError), second:
        pass
    assert all(trapped.part(number, Part.NODE).starts <= 1 for number in (0, 1))


ORPHANS = """
import sys, time
from pathlib import Path
from ropewalk.cli.supervisor import Network, Part
words = [sys.executable, "-c", "import time; time.sleep(600)"]
network = Network(
    Path(sys.argv[1]), "x", cometbft=Path("-"), plan=lambda *_: {Part.COMETBFT: words}
)
with network:
    while not all(network.part(number, Part.COMETBFT).pid for number in (0, 1)):
        time.sleep(0.01)
    print(*(network.part(number, Part.COMETBFT).pid for number in (0, 1)), flush=True)
    time.sleep(600)
"""


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    founded(tmp_path / "net", 2)
    command = [sys.executable, "-c", ORPHANS, str(tmp_path / "net")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(one) for one in supervisor.stdout.readline().split()]
        assert len(pids) == 2
        supervisor.kill()
    eventually(lambda: not any(is_alive(pid) for pid in pids))


def test_the_passphrase_reaches_the_node_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROPEWALK_PASSPHRASE", "of the supervisor")
    monkeypatch.setenv("CMT_RPC_UNSAFE", "true")
    monkeypatch.setenv("CMTHOME", "elsewhere")
    founded(tmp_path / "net", 1)
    shows: Plan = lambda place, _cometbft: {  # noqa: E731
        Part.NODE: ["sh", "-c", f"env; touch {place.data}/abci.sock"],
        Part.COMETBFT: ["env"],
    }
    logs = [tmp_path / "net/node0" / f"{part.value}.log" for part in Part]
    with Network(tmp_path / "net", WORD, cometbft=Path("-"), plan=shows):
        eventually(lambda: all(log.exists() and b"PATH=" in log.read_bytes() for log in logs), 20)
    node, cometbft = (log.read_text(encoding="utf-8") for log in logs)
    assert f"ROPEWALK_PASSPHRASE={WORD}\n" in node
    assert "ROPEWALK_PASSPHRASE" not in cometbft
    assert "CMT" not in node + cometbft
    assert {log.stat().st_mode & 0o777 for log in logs} == {0o600}


def test_nodes_are_run_as_consortium_nodes(tmp_path: Path) -> None:
    founded(tmp_path / "net", 2)
    _, places = read_places(tmp_path / "net", "127.0.0.1:9000")
    plan = consortium_plan(places[1], Path("/opt/cometbft"))
    node = " ".join(plan[Part.NODE])
    data = tmp_path / "net/node1"
    assert node.endswith(f"node --engine cometbft --data {data} --listen 127.0.0.1:9001")
    assert plan[Part.COMETBFT] == ["/opt/cometbft", "start", "--home", str(data / "cometbft")]
    assert places[1].url == "http://localhost:9001"


# Real ones


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
        (Sight(name="a", answers=True, height=1), "node not ready"),
        (Sight(name="a", answers=True, height=1, ready=True, age_s=30), "well"),
    ],
)
def test_a_member_s_state_is_told_in_a_word(seen: Sight, state: str) -> None:
    assert seen.state == state


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


# With nodes of ours


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
