# SPDX-License-Identifier: Apache-2.0
"""Form a consortium: members' keys, the genesis they share, a data directory for each.

Two ways lead to the same directories. One ceremony makes everybody's keys (`form`); or each member
makes its own (`make_keys`), one of them gathers what is public (`found`), and each settles with it
(`settle`). Secrets then never leave their machine.
"""

import os
import re
import shutil
import socket
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from ropewalk.cli.exits import UsageError
from ropewalk.cli.options import listen_address
from ropewalk.cli.setup import chosen_genesis, require_origin
from ropewalk.cli.wallet import GOVERNANCE, key_file
from ropewalk.crypto import PrivateKey, encode, generate, read
from ropewalk.engines.cometbft_home import (
    LAN,
    UNSIGNED_STATE,
    CometBftHome,
    HomeSettings,
    Pace,
    Peer,
    StateSync,
    peer_id,
    place_sockets,
    read_key,
    with_peers,
    write_keys,
    write_network,
)
from ropewalk.engines.opening import DataDirectory, initialise
from ropewalk.engines.port import AlreadyInitialisedError
from ropewalk.ledger import BLOCK_TRANSACTIONS_MAX, QUOTA_ACTOR_DEFAULT, network_id, read_genesis
from ropewalk.rules import genesis_records

NETWORK_FILE = "network.json"
GENESIS_FILE = "genesis.json"
PEER_PORT = 26656
PEER_LISTEN = f"127.0.0.1:{PEER_PORT}"
POWER = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_ADDRESS = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
T = TypeVar("T")

Founding = Callable[[DataDirectory, bytes, PrivateKey], None]
"""Writes block 0 of a member's ledger."""


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is public about a member's node."""

    name: str
    key: str
    """Id of the key that its CometBFT votes with."""
    node: str
    """Id of the key that its node signs batches and checkpoints with."""
    peer_id: str
    """By which the others' CometBFT know its own."""
    peer_address: str
    """HOST:PORT where they reach it."""
    listen: str = ""
    """HOST:PORT of its HTTP, where it is run from here."""
    data: str = ""
    """Its data directory seen from the file, where it is run from here."""


class MemberFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a member hands in to become one."""

    format: Literal["ropewalk-member/1"] = "ropewalk-member/1"
    member: Member


class NetworkFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`network.json`: who the members are; those with a data directory are run from here."""

    format: Literal["ropewalk-network/1"] = "ropewalk-network/1"
    network: str
    """Id of the network."""
    members: list[Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where a member's node is to be."""

    name: str
    listen: str
    peer_listen: str
    peer_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """What the founders choose."""

    origin: str
    laws: Sequence[str]
    governance: Sequence[str]
    """Key ids; one of them is enough to act."""


def seats_here(count: int, listen: str, peer_listen: str) -> list[Seat]:
    """Seats on this machine, at ports that follow each other; port 0 takes free ones.

    Raises:
        UsageError: no address, or not that many ports.
    """
    addresses = addresses_from(count, listen)
    peers = addresses_from(count, peer_listen)
    while set(addresses) & set(peers):
        if listen_address(peer_listen)[1]:
            raise UsageError(f"{listen} and {peer_listen}: the ports of {count} members overlap")
        peers = addresses_from(count, peer_listen)
    return [
        Seat(name=f"node{number}", listen=here, peer_listen=peer, peer_address=peer)
        for number, (here, peer) in enumerate(zip(addresses, peers, strict=True))
    ]


def seats_at(hosts: Sequence[str], listen: str) -> list[Seat]:
    """Seats on machines of their own, each reached by the others at a HOST:PORT.

    Raises:
        UsageError: one of them is none.
    """
    listen_address(listen)
    return [
        Seat(
            name=f"node{number}",
            listen=listen,
            peer_listen=f"0.0.0.0:{require_address(host).rpartition(':')[2]}",
            peer_address=host,
        )
        for number, host in enumerate(hosts)
    ]


def require_address(text: str) -> str:
    """A HOST:PORT that peers can dial.

    Raises:
        UsageError: it is none.
    """
    if not _ADDRESS.fullmatch(text) or not 1 <= int(text.rpartition(":")[2]) <= 65_535:
        raise UsageError(f"{text} is no HOST:PORT that others can reach")
    return text


def addresses_from(count: int, base: str) -> list[str]:
    """Addresses at ports that follow each other from HOST:PORT on; from port 0, free ones.

    Raises:
        UsageError: no address, or not that many ports.
    """
    host, port = listen_address(base)
    shown = f"[{host}]" if ":" in host else host
    if port:
        if port + count > 65_536:
            raise UsageError(f"{base}: {count} ports from there on do not exist")
        return [f"{shown}:{port + number}" for number in range(count)]
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.socket(family)) for _ in range(count)]
        for one in taken:
            one.bind((host, 0))
        return [f"{shown}:{one.getsockname()[1]}" for one in taken]


def make_keys(data: Path, seat: Seat, word: str) -> Member:
    """Make a member's three keys in its data directory; what is public of them.

    Raises:
        AlreadyInitialisedError: there are some already.
        UsageError: the name is none.
    """
    if not _NAME.fullmatch(seat.name):
        raise UsageError(f"{seat.name!r} is no member's name: a-z, 0-9 and -")
    directory, home = DataDirectory(data), CometBftHome(data)
    if directory.genesis.exists() or directory.log_key.exists():
        raise AlreadyInitialisedError(f"{data} holds a ledger or its key already")
    node, consensus, peer = generate(), generate(), generate()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.log_key.parent.mkdir(exist_ok=True, mode=0o700)
    write_keys(home, consensus, peer)
    node.write(directory.log_key, word)
    return Member(
        name=seat.name,
        key=consensus.kid,
        node=node.kid,
        peer_id=peer_id(peer.public_key),
        peer_address=seat.peer_address,
    )


def found(members: Sequence[Member], charter: Charter) -> bytes:
    """The genesis of a network of these members.

    Raises:
        GenesisError: too few or too many, or a key twice.
        UsageError: a name or a peer twice, an origin that is none.
    """
    require_origin(charter.origin)
    for what in ("name", "peer_id", "peer_address"):
        if len({getattr(one, what) for one in members}) != len(members):
            raise UsageError(f"two members have the same {what.replace('_', ' ')}")
    chosen = chosen_genesis(charter.origin, list(charter.governance), list(charter.laws))
    chosen["validators"] = [
        {"key": one.key, "node": one.node, "power": POWER}
        for one in sorted(members, key=lambda one: one.key)
    ]
    if len(members) > 1:
        chosen["parameters"] = {
            "quota_actor_max": QUOTA_ACTOR_DEFAULT,
            "quota_member_max": MEMBER_QUOTA,
        }
    genesis = encode(chosen)
    genesis_records(genesis)  # refuses what is none, a law's code for one
    return genesis


MEMBER_QUOTA = 2 * BLOCK_TRANSACTIONS_MAX // 5
"""Of a block, for one of several members: none fills it alone, and three do."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How members are set up."""

    pace: Pace = LAN
    founding: Founding = initialise


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """What a member settles with."""

    genesis: bytes
    members: Sequence[Member]
    manner: Manner = Manner()
    state_sync: StateSync | None = None
    """From where the ledger is taken, where it is not to be replayed block by block."""


def settle(data: Path, seat: Seat, word: str, terms: Settling) -> Member:
    """Make a data directory that has its keys a member's of a network.

    The founders are those whom the genesis names. Whoever joins later is not among them, and learns
    from the ledger who votes by then.

    Raises:
        UsageError: there are no keys, or nothing tells what they signed last; they are not among
            the members', or a founder's genesis has other members.
        AlreadyInitialisedError: it is one's already.
    """
    directory, home = DataDirectory(data), CometBftHome(data)
    if home.genesis.exists() or directory.genesis.exists():
        raise AlreadyInitialisedError(f"{data} is a member's of a network already")
    _require_keys(directory, home)
    node = read(directory.log_key, word)
    own = peer_id(read_key(home.peer_key).public_key)
    key = read_key(home.consensus_key).kid
    mine = [
        one for one in terms.members if (one.peer_id, one.key, one.node) == (own, key, node.kid)
    ]
    if not mine:
        raise UsageError(f"the keys in {data} are no member's of this network")
    if key in {one.key for one in read_genesis(terms.genesis).validators}:
        _require_same_members(terms)
    terms.manner.founding(directory, terms.genesis, node)
    settings = HomeSettings(
        name=mine[0].name,
        listen=seat.peer_listen,
        peers=[Peer(one.peer_id, one.peer_address) for one in terms.members if one is not mine[0]],
        pace=terms.manner.pace,
        sockets=place_sockets(data, os.environ.get("XDG_RUNTIME_DIR", "")),
        state_sync=terms.state_sync,
    )
    write_network(home, terms.genesis, settings)
    here = msgspec.structs.replace(mine[0], listen=seat.listen, data=".")
    others = [here if one is mine[0] else _elsewhere(one) for one in terms.members]
    write_file(data / NETWORK_FILE, NetworkFile(network=network_id(terms.genesis), members=others))
    return here


def _require_keys(directory: DataDirectory, home: CometBftHome) -> None:
    keys = (directory.log_key, home.consensus_key, home.peer_key)
    missing = [one for one in keys if not one.exists()]
    if len(missing) == len(keys):
        raise UsageError(f"no member's keys in {directory.path}: run `network join` first")
    if missing:
        raise UsageError(f"of this member's three keys {missing[0]} is missing")
    if not home.consensus_state.exists():
        fresh = UNSIGNED_STATE.decode("ascii").split()
        raise UsageError(
            f"{home.consensus_state} is missing: it says what the voting key signed last, and is "
            "all that keeps it from voting twice, which anybody can prove. Of a key that certainly "
            "never voted, or once everybody else is minutes past the height at which it last "
            f"voted, put a fresh one there yourself: {' '.join(fresh)}"
        )


def take_in(data: Path, member: Member) -> NetworkFile:
    """Let another member's CometBFT connect with the one of a data directory, and be dialled.

    In the place of one of the same name; CometBFT reads it when it is started.

    Raises:
        UsageError: it is this very member, or a peer or an address twice.
    """
    home = CometBftHome(data)
    file = read_file(data / NETWORK_FILE, NetworkFile)
    mine = [one for one in file.members if one.data]
    others = [one for one in file.members if one.name != member.name and not one.data]
    for what in ("name", "peer_id", "peer_address", "key", "node"):
        if getattr(member, what) in [getattr(one, what) for one in (*mine, *others)]:
            raise UsageError(f"another member has the same {what.replace('_', ' ')}")
    others.append(_elsewhere(member))
    peers = [Peer(one.peer_id, one.peer_address) for one in others]
    text = with_peers(home.config.read_text(encoding="utf-8"), peers)
    beside = home.config.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(home.config)
    told = NetworkFile(network=file.network, members=[*mine, *others])
    write_file(data / NETWORK_FILE, told)
    return told


def _elsewhere(member: Member) -> Member:
    return msgspec.structs.replace(member, listen="", data="")


def _require_same_members(terms: Settling) -> None:
    named = {(one.key, one.node) for one in read_genesis(terms.genesis).validators}
    if named != {(one.key, one.node) for one in terms.members}:
        raise UsageError("network.json and genesis.json name different members")


def form(
    out: Path,
    seats: Sequence[Seat],
    word: str,
    charter: Charter,
    manner: Manner = Manner(),
) -> NetworkFile:
    """Make a whole network in a new directory, with everybody's keys and a governance key.

    Raises:
        UsageError: the directory is not empty, or there is nobody.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not an empty directory")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return _form(out, seats, word, charter, manner)
    except BaseException:
        for made in out.iterdir():  # it was empty: all of it is ours, and good for nothing
            if made.is_dir():
                shutil.rmtree(made)
            else:
                made.unlink()
        raise


def _form(
    out: Path, seats: Sequence[Seat], word: str, charter: Charter, manner: Manner
) -> NetworkFile:
    keys = out / "keys"
    keys.mkdir(mode=0o700)
    governance = generate()
    chosen = replace(charter, governance=[*charter.governance, governance.kid])
    members = [make_keys(out / seat.name, seat, word) for seat in seats]
    genesis = found(members, chosen)
    governance.write(key_file(keys, GOVERNANCE), word)
    terms = Settling(genesis=genesis, members=members, manner=manner)
    settled = [
        msgspec.structs.replace(settle(out / seat.name, seat, word, terms), data=seat.name)
        for seat in seats
    ]
    network = NetworkFile(network=network_id(genesis), members=settled)
    (out / GENESIS_FILE).write_bytes(genesis)
    write_file(out / NETWORK_FILE, network)
    return network


def write_file(path: Path, value: msgspec.Struct) -> None:
    """Write a file of ours as JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def read_file(path: Path, kind: type[T]) -> T:
    """Read a file of ours.

    Raises:
        UsageError: missing, or another kind of file.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind, strict=True)
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path} is no {kind.__name__}: {error}") from error
