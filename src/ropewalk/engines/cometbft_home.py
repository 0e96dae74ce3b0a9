# SPDX-License-Identifier: Apache-2.0
"""The home of a member's CometBFT: its configuration, its genesis, its keys.

Everything is a pure function of keys, genesis and peers, but the one writer at the end. Formats:
CometBFT v0.38, `config/config.go`, `types/genesis.go`, `p2p/key.go`, `privval/file.go`. Keys that
the configuration leaves out keep CometBFT's defaults.

Paths in the configuration are relative to the data directory, in which CometBFT is started: so a
member can be moved, or mounted elsewhere.
"""

import json
import os
import stat
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ropewalk.crypto import PrivateKey, from_base64, from_base64url, sha256, to_base64
from ropewalk.engines.errors import NotInitialisedError
from ropewalk.engines.port import AlreadyInitialisedError
from ropewalk.ledger import Genesis, chain_id, network_id, read_genesis

ABCI_SOCKET = "abci.sock"
RPC_SOCKET = "rpc.sock"
SOCKET_PATH_MAX = 107
"""Bytes of a Unix socket's path: `sockaddr_un` has room for one more, which ends it."""

MIB = 1 << 20
BLOCK_BYTES_MAX = 4 * MIB
TRANSACTION_BYTES_MAX = 2 * MIB
RPC_BODY_BYTES_MAX = 8 * MIB
EVIDENCE_BLOCKS_MAX = 100_000
EVIDENCE_NS_MAX = 48 * 3600 * 10**9
EMPTY_BLOCKS_S = 5
"""A block comes at least this often; it is also how old a healthy network's last block may be."""


@dataclass(frozen=True, slots=True)
class Sockets:
    """Where a member's node and its CometBFT meet."""

    abci: Path
    """The node listens, CometBFT connects."""
    rpc: Path
    """CometBFT listens: it opens no port for its RPC."""

    def prepare(self) -> None:
        """Make their folder, for this user only, where it is not the data directory.

        Raises:
            NotInitialisedError: the folder is somebody else's, or open to others.
        """
        folder = self.abci.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat(follow_symlinks=False)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise NotInitialisedError(f"{folder} is not this user's: sockets can't lie there")
        if found.st_mode & 0o022:
            raise NotInitialisedError(f"{folder} is open to others: run chmod 700 on it")


@dataclass(frozen=True, slots=True)
class CometBftHome:
    """Where a member's CometBFT lies under its data directory."""

    data: Path

    @property
    def path(self) -> Path:
        """What `cometbft --home` is told."""
        return self.data / "cometbft"

    @property
    def config(self) -> Path:
        """Configuration."""
        return self.path / "config" / "config.toml"

    @property
    def genesis(self) -> Path:
        """CometBFT's genesis; it follows from the network's."""
        return self.path / "config" / "genesis.json"

    @property
    def peer_key(self) -> Path:
        """The key of its connections, unencrypted, as CometBFT reads it."""
        return self.path / "config" / "node_key.json"

    @property
    def consensus_key(self) -> Path:
        """The key it votes with, unencrypted, as CometBFT reads it."""
        return self.path / "config" / "priv_validator_key.json"

    @property
    def consensus_state(self) -> Path:
        """What it last signed. Setting it back makes the member sign twice: never restore it."""
        return self.path / "data" / "priv_validator_state.json"

    def sockets(self) -> Sockets:
        """Where the sockets are, as the configuration has it.

        Raises:
            NotInitialisedError: there is no configuration, or it names no sockets.
        """
        try:
            config = tomllib.loads(self.config.read_text(encoding="utf-8"))
            abci, rpc = config["proxy_app"], config["rpc"]["laddr"]
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
            raise NotInitialisedError(f"{self.config} can't be read: {error}") from error
        if not (abci.startswith("unix://") and rpc.startswith("unix://")):
            raise NotInitialisedError(f"{self.config}: proxy_app and rpc.laddr must be unix://")
        return Sockets(
            self.data / abci.removeprefix("unix://"), self.data / rpc.removeprefix("unix://")
        )


def address(public_key: bytes) -> str:
    """A key's address: 20 bytes of its hash, upper-case hex as in CometBFT's genesis."""
    return sha256(public_key)[:20].hex().upper()


def peer_id(public_key: bytes) -> str:
    """The id by which peers know each other: the address of the peer key, lower-case."""
    return address(public_key).lower()


def genesis_of(genesis: bytes) -> bytes:
    """CometBFT's genesis, from the network's: the same for every member, byte by byte.

    Raises:
        GenesisError: it is none of ours.
    """
    chosen = read_genesis(genesis)
    made = datetime.fromtimestamp(chosen.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _json(
        {
            "genesis_time": made,
            "chain_id": chain_id(network_id(genesis)),
            "initial_height": "1",
            "consensus_params": _consensus_parameters(chosen),
            "validators": [
                _validator(from_base64url(one.key), one.power) for one in chosen.validators
            ],
            "app_hash": "",
        }
    )


def _consensus_parameters(chosen: Genesis) -> dict[str, Any]:
    return {
        "block": {"max_bytes": str(BLOCK_BYTES_MAX), "max_gas": "-1"},
        "evidence": {
            "max_age_num_blocks": str(EVIDENCE_BLOCKS_MAX),
            "max_age_duration": str(EVIDENCE_NS_MAX),
            "max_bytes": str(MIB),
        },
        "validator": {"pub_key_types": ["ed25519"]},
        "version": {"app": str(chosen.protocol)},
        "abci": {"vote_extensions_enable_height": "0"},
    }


def _validator(public_key: bytes, power: int) -> dict[str, Any]:
    return {
        "address": address(public_key),
        "pub_key": _public(public_key),
        "power": str(power),
        "name": "",
    }


def _public(public_key: bytes) -> dict[str, str]:
    return {"type": "tendermint/PubKeyEd25519", "value": to_base64(public_key)}


def _private(key: PrivateKey) -> dict[str, str]:
    return {"type": "tendermint/PrivKeyEd25519", "value": to_base64(key.seed_and_public())}


def peer_key_file(key: PrivateKey) -> bytes:
    """`node_key.json`."""
    return _json({"priv_key": _private(key)})


def consensus_key_file(key: PrivateKey) -> bytes:
    """`priv_validator_key.json`."""
    return _json(
        {
            "address": address(key.public_key),
            "pub_key": _public(key.public_key),
            "priv_key": _private(key),
        }
    )


def read_key(path: Path) -> PrivateKey:
    """The key of `node_key.json` or `priv_validator_key.json`.

    Raises:
        NotInitialisedError: missing, or no Ed25519 key.
    """
    try:
        found = json.loads(path.read_bytes())["priv_key"]
        secret = from_base64(found["value"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotInitialisedError(f"{path} can't be read: {error}") from error
    if found.get("type") != "tendermint/PrivKeyEd25519" or len(secret) != 64:
        raise NotInitialisedError(f"{path} holds no Ed25519 key")
    return PrivateKey(secret[:32])


UNSIGNED_STATE = b'{\n  "height": "0",\n  "round": 0,\n  "step": 0\n}\n'
"""`priv_validator_state.json` of a key that never signed."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another member's CometBFT."""

    id: str
    address: str
    """HOST:PORT; a name must resolve when CometBFT starts, or it waits to be dialled."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long CometBFT waits for others, in milliseconds."""

    propose_ms: int
    vote_ms: int
    commit_ms: int
    """After a block, for the votes of the slow: the least time between blocks."""
    gossip_ms: int
    """Pause of a peer's routine that found nothing to send."""


LAN = Pace(propose_ms=600, vote_ms=500, commit_ms=300, gossip_ms=25)
WAN = Pace(propose_ms=3_000, vote_ms=1_000, commit_ms=500, gossip_ms=50)


@dataclass(frozen=True, slots=True)
class StateSync:
    """From where a new member takes a snapshot; the trusted block comes from who runs it."""

    servers: Sequence[str]
    trust_height: int
    trust_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeSettings:
    """What a member's configuration says of itself."""

    name: str
    listen: str
    """HOST:PORT for peers."""
    peers: Sequence[Peer]
    pace: Pace = LAN
    sockets: Sockets | None = None
    """Where they lie, if not in the data directory."""
    state_sync: StateSync | None = None


_CONFIG = """\
# Written by Ropewalk: what is not said here is as CometBFT has it. Relative sockets are seen from
# the data directory, in which CometBFT is to be started; the rest is relative to its home.
proxy_app = {abci}
abci = "socket"
moniker = {name}
log_level = "error"

[rpc]
laddr = {rpc}
unsafe = false
max_body_bytes = {body_bytes}

[p2p]
laddr = {listen}
external_address = ""
# Only members: peers are not exchanged, and nobody but these may connect.
pex = false
persistent_peers = {persistent_peers}
unconditional_peer_ids = {peer_ids}
private_peer_ids = {peer_ids}
max_num_inbound_peers = 0
max_num_outbound_peers = 0
addr_book_strict = false
allow_duplicate_ip = true
flush_throttle_timeout = "10ms"
send_rate = {rate}
recv_rate = {rate}

[mempool]
type = "flood"
# After each block the node looks again whether what waits may still stand in one.
recheck = true
size = 5000
max_txs_bytes = {mempool_bytes}
max_tx_bytes = {transaction_bytes}

[consensus]
timeout_propose = "{propose}ms"
timeout_propose_delta = "500ms"
timeout_prevote = "{vote}ms"
timeout_prevote_delta = "500ms"
timeout_precommit = "{vote}ms"
timeout_precommit_delta = "500ms"
timeout_commit = "{commit}ms"
# A block at once for transactions and for a changed state, an empty one after this time.
create_empty_blocks = true
create_empty_blocks_interval = "{empty}s"
peer_gossip_sleep_duration = "{gossip}ms"
# Restarting at once is right here: what was signed last is on the disk.
double_sign_check_height = 0

[storage]
discard_abci_responses = false

[tx_index]
indexer = "null"

[instrumentation]
prometheus = false

[statesync]
{state_sync}
"""
_RATE = 50 * 1024 * 1024
"""Bytes a second and peer: a full block in a tenth of it."""


def config_of(settings: HomeSettings) -> str:
    """`config.toml`."""
    sockets = settings.sockets or Sockets(Path(ABCI_SOCKET), Path(RPC_SOCKET))
    pace = settings.pace
    return _CONFIG.format(
        abci=_text(f"unix://{sockets.abci}"),
        rpc=_text(f"unix://{sockets.rpc}"),
        name=_text(settings.name),
        listen=_text(f"tcp://{settings.listen}"),
        **_peer_lists(settings.peers),
        body_bytes=RPC_BODY_BYTES_MAX,
        rate=_RATE,
        mempool_bytes=64 * MIB,
        transaction_bytes=TRANSACTION_BYTES_MAX,
        propose=pace.propose_ms,
        vote=pace.vote_ms,
        commit=pace.commit_ms,
        gossip=pace.gossip_ms,
        empty=EMPTY_BLOCKS_S,
        state_sync=_state_sync(settings.state_sync),
    )


def _peer_lists(peers: Sequence[Peer]) -> dict[str, str]:
    return {
        "persistent_peers": _text(",".join(f"{one.id}@{one.address}" for one in peers)),
        "peer_ids": _text(",".join(one.id for one in peers)),
    }


def with_peers(config: str, peers: Sequence[Peer]) -> str:
    """`config.toml` as it was written here, or changed by hand since, with other peers."""
    lists = _peer_lists(peers)
    values = {
        "persistent_peers": lists["persistent_peers"],
        "unconditional_peer_ids": lists["peer_ids"],
        "private_peer_ids": lists["peer_ids"],
    }
    return "".join(
        f"{name} = {values[name]}\n" if name in values else line
        for line in config.splitlines(keepends=True)
        for name in (line.partition("=")[0].strip(),)
    )


def _state_sync(chosen: StateSync | None) -> str:
    if chosen is None:
        return "enable = false"
    return "\n".join(
        [
            "enable = true",
            f"rpc_servers = {_text(','.join(chosen.servers))}",
            f"trust_height = {chosen.trust_height}",
            f"trust_hash = {_text(chosen.trust_hash)}",
        ]
    )


def _text(value: str) -> str:
    """A TOML basic string: JSON's escapes are among its own."""
    return json.dumps(value, ensure_ascii=False)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode("ascii") + b"\n"


def place_sockets(data: Path, runtime: str = "") -> Sockets | None:
    """Where sockets can lie, if their paths would be too long in the data directory.

    Args:
        data: the data directory.
        runtime: the user's folder for such things, `XDG_RUNTIME_DIR`; else the system's temporary.

    Returns:
        None: in the data directory. Else a new private folder.
    """
    if len(os.fsencode((data / ABCI_SOCKET).absolute())) <= SOCKET_PATH_MAX:
        return None
    folder = Path(tempfile.mkdtemp(prefix="ropewalk-", dir=runtime or None))
    return Sockets(folder / ABCI_SOCKET, folder / RPC_SOCKET)


def write_keys(home: CometBftHome, consensus: PrivateKey, peer: PrivateKey) -> None:
    """Write a new home's keys, for its user only. Nothing is ever overwritten.

    Raises:
        AlreadyInitialisedError: there is a home already.
    """
    if home.path.exists():
        raise AlreadyInitialisedError(f"{home.path} exists; a home is never overwritten")
    for folder in (home.path, home.config.parent, home.consensus_state.parent):
        folder.mkdir(mode=0o700, parents=True)
    _write_all(
        (
            (home.consensus_key, consensus_key_file(consensus)),
            (home.peer_key, peer_key_file(peer)),
            (home.consensus_state, UNSIGNED_STATE),
        )
    )


def write_network(home: CometBftHome, genesis: bytes, settings: HomeSettings) -> None:
    """Write a home's genesis and configuration beside its keys.

    Raises:
        AlreadyInitialisedError: it belongs to a network already.
        GenesisError: the genesis is none of ours.
    """
    if home.genesis.exists() or home.config.exists():
        raise AlreadyInitialisedError(f"{home.path} belongs to a network already")
    _write_all(
        (
            (home.genesis, genesis_of(genesis)),
            (home.config, config_of(settings).encode()),
        )
    )


def _write_all(files: Iterable[tuple[Path, bytes]]) -> None:
    for path, data in files:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
