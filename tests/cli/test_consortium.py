# SPDX-License-Identifier: Apache-2.0
"""Networks are formed: by one for all, or by each for itself."""

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from comet import (
    CHARTER,
    WORD,
    answered,
    founded,
    no_ledger,
    seat,
)
from ropewalk.cli.consortium import (
    Charter,
    Manner,
    NetworkFile,
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
from ropewalk.cli.supervisor import read_places
from ropewalk.crypto import generate, read
from ropewalk.engines.cometbft_home import CometBftHome, genesis_of, peer_id, read_key
from ropewalk.engines.port import AlreadyInitialisedError
from ropewalk.ledger import GenesisError, network_id, read_genesis


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
        Manner(founding=no_ledger),
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


def test_a_ceremony_that_fails_leaves_nothing(tmp_path: Path) -> None:
    charter = replace(CHARTER, laws=["ZZ"])
    seats = seats_here(2, "127.0.0.1:0", "127.0.0.1:0")
    with pytest.raises(GenesisError):
        form(tmp_path / "net", seats, WORD, charter)
    assert list((tmp_path / "net").iterdir()) == []


def test_ports_follow_each_other() -> None:
    seats = seats_here(3, "127.0.0.1:8460", "127.0.0.1:26656")
    assert [one.listen for one in seats] == [f"127.0.0.1:846{number}" for number in range(3)]
    with pytest.raises(UsageError, match="ports"):
        seats_here(3, "127.0.0.1:65534", "127.0.0.1:26656")
    with pytest.raises(UsageError, match="overlap"):
        seats_here(3, "127.0.0.1:8460", "127.0.0.1:8462")


def test_members_who_make_their_own_keys_come_to_the_same_network(tmp_path: Path) -> None:
    seats = {name: seat(name, number) for number, name in enumerate(("red", "blue"))}
    members = [make_keys(tmp_path / name, one, WORD) for name, one in seats.items()]
    assert not any((one.listen, one.data) != ("", "") for one in members)
    charter = Charter(origin="a/b", laws=["GB"], governance=[generate().kid])
    terms = Settling(
        genesis=found(members, charter), members=members, manner=Manner(founding=no_ledger)
    )
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


def test_a_stranger_does_not_settle(tmp_path: Path) -> None:
    member = make_keys(tmp_path / "red", seat("red"), WORD)
    make_keys(tmp_path / "grey", seat("grey"), WORD)
    charter = Charter(origin="a/b", laws=["GB"], governance=[generate().kid])
    terms = Settling(
        genesis=found([member], charter), members=[member], manner=Manner(founding=no_ledger)
    )
    with pytest.raises(UsageError, match="no member"):
        settle(tmp_path / "grey", seat("grey"), WORD, terms)
    assert not (tmp_path / "grey/genesis.json").exists()


def test_a_genesis_of_other_members_is_settled_with_by_nobody(tmp_path: Path) -> None:
    members = [make_keys(tmp_path / name, seat(name), WORD) for name in ("red", "blue")]
    charter = Charter(origin="a/b", laws=["GB"], governance=[generate().kid])
    terms = Settling(
        genesis=found(members[:1], charter), members=members, manner=Manner(founding=no_ledger)
    )
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


def test_a_ceremony_by_command_founds_every_ledger(tmp_path: Path) -> None:
    told = answered("network", "init", "--out", tmp_path / "net", "--law", "GB")
    assert [one["name"] for one in told["members"]] == [f"node{number}" for number in range(4)]
    genesis = Path(told["genesis"]).read_bytes()
    assert network_id(genesis) == told["network"]
    assert read_genesis(genesis).laws == ["GB"]
    for one in told["members"]:
        assert (tmp_path / "net" / one["data"] / "ledger.db").exists()
        assert (tmp_path / "net" / one["data"] / "watermark").exists()


def test_a_member_settles_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("early").mkdir()
    answered("network", "join", "red", "--address", "red.example:26656", "--data", "red")
    governance = answered("key", "new", "governance", "--data", "gov")["key"]
    named = ("--member", "red.json", "--governance", governance)
    nonsense = ("--member", "red.json", "--governance", "nonsense", "--out", "out")
    assert "--governance nonsense" in answered("network", "genesis", *nonsense, code=2)["detail"]
    network = answered("network", "genesis", *named, "--out", "out")["network"]
    early = answered("network", "settle", "out", "--data", "early", code=2)
    assert early["detail"] == "no member's keys in early: run `network join` first"
    state = CometBftHome(Path("red")).consensus_state
    fresh = state.read_bytes()
    state.unlink()
    lost = answered("network", "settle", "out", "--data", "red", code=2)
    assert lost["detail"].endswith('there yourself: { "height": "0", "round": 0, "step": 0 }')
    assert not Path("red/ledger.db").exists()
    state.write_bytes(fresh)
    told = answered("network", "settle", "out", "--data", "red")
    assert told["network"] == network
    assert told["member"]["data"] == "."
    assert Path("red/genesis.json").read_bytes() == Path("out/genesis.json").read_bytes()
    Path("out/genesis.json").write_bytes(Path("out/genesis.json").read_bytes()[:-1] + b" }")
    other = answered("network", "settle", "out", "--data", "red", code=2)
    assert "another genesis" in other["detail"]


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
