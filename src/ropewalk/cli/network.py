# SPDX-License-Identifier: Apache-2.0
"""`ropewalk network`: form a consortium, run its members, see how they are."""

import os
import re
import signal
import threading
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.live import Live

from ropewalk.cli.cometbft import CometBft, find_cometbft
from ropewalk.cli.consortium import (
    GENESIS_FILE,
    NETWORK_FILE,
    PEER_LISTEN,
    Charter,
    Manner,
    MemberFile,
    NetworkFile,
    Seat,
    Settling,
    form,
    found,
    make_keys,
    read_file,
    require_address,
    seats_at,
    seats_here,
    settle,
    take_in,
    write_file,
)
from ropewalk.cli.exits import CANNOT_START, FAILED, UsageError, ending, errors, plain, report
from ropewalk.cli.options import DATA, DEFAULT_LISTEN, Data, Json, PassphraseFile, passphrase
from ropewalk.cli.setup import RECOGNISED_LAWS
from ropewalk.cli.supervisor import Network, read_places
from ropewalk.cli.watching import (
    Agreement,
    Place,
    Sight,
    agreement,
    look_at_all,
    table_of,
)
from ropewalk.crypto import is_kid
from ropewalk.engines.cometbft_home import LAN, WAN, Pace, StateSync
from ropewalk.ledger import VALIDATORS_MAX, network_id

network_app = typer.Typer(no_args_is_help=True, help="A consortium: form it, run it, watch it.")

ORIGIN = "ropewalk.example/network"
LOOK_S = 1.0
_TRUST = re.compile(r"([1-9][0-9]{0,14}):([0-9A-Fa-f]{64})")
_PACES = {"lan": LAN, "wan": WAN}

Origin = Annotated[str, typer.Option(help="Name of the log in its checkpoints.")]
Law = Annotated[
    list[str] | None, typer.Option("--law", help="Code of a governing law to recognise.")
]
HttpListen = Annotated[
    str, typer.Option("--listen", help="Address of the first node's HTTP; the rest follow it.")
]
PaceName = Annotated[
    str, typer.Option("--pace", help="lan, or wan where members are far from each other.")
]
Directory = Annotated[Path, typer.Argument(help="Directory of a network, or of one member's data.")]


def _pace(name: str) -> Pace:
    if name not in _PACES:
        raise UsageError("--pace is lan or wan")
    return _PACES[name]


@network_app.command("init")
def init(
    out: Annotated[Path, typer.Option("--out", help="Directory to make, or an empty one.")],
    validators: Annotated[
        int, typer.Option("--validators", help=f"How many, at most {VALIDATORS_MAX}.")
    ] = 4,
    listen: HttpListen = DEFAULT_LISTEN,
    peer_listen: Annotated[
        str, typer.Option("--peer-listen", help="Where the first one waits for its peers.")
    ] = PEER_LISTEN,
    hosts: Annotated[
        str,
        typer.Option("--hosts", help="HOST:PORT,… where peers reach members on other machines."),
    ] = "",
    pace: PaceName = "lan",
    origin: Origin = ORIGIN,
    law: Law = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make a whole network in one place: every member's keys and data, and the governance key.

    Whoever does this has seen every key. For a network that has to be trusted, let each member
    make its own: `network join`, `genesis`, `settle`.
    """
    with ending(as_json=as_json):
        named = [one.strip() for one in hosts.split(",")] if hosts else []
        count = len(named) or validators
        if not 1 <= count <= VALIDATORS_MAX:
            raise UsageError(f"a network has 1 to {VALIDATORS_MAX} validators")
        seats = seats_at(named, listen) if named else seats_here(count, listen, peer_listen)
        charter = Charter(origin=origin, laws=law or list(RECOGNISED_LAWS), governance=())
        made = form(out, seats, passphrase(passphrase_file), charter, Manner(_pace(pace)))
        told = {
            "network": made.network,
            "genesis": str(out / GENESIS_FILE),
            "members": msgspec.to_builtins(made.members),
        }

        def tell(console: Console) -> None:
            console.print(f"network {made.network}: {count} validators in {plain(out)}")
            console.print(f"next: ropewalk network up {plain(out)}")
            if count < 4:
                console.print("with fewer than 4 validators the loss of one stops it")

        report(told, as_json=as_json, tell=tell)


@network_app.command("join")
def join(
    name: Annotated[str, typer.Argument(help="Name of the member's node: a-z, 0-9 and -.")],
    address: Annotated[
        str, typer.Option("--address", help="HOST:PORT where its peers will reach it.")
    ],
    data: Data = DATA,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to hand in; by default NAME.json.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make a member's own keys, and the file with what is public of them to hand in."""
    with ending(as_json=as_json):
        seat = Seat(name=name, listen="", peer_listen="", peer_address=require_address(address))
        member = make_keys(data, seat, passphrase(passphrase_file))
        target = output or Path(f"{name}.json")
        write_file(target, MemberFile(member=member))
        told = {"file": str(target), "member": msgspec.to_builtins(member)}

        def tell(console: Console) -> None:
            console.print(f"{plain(target)}: hand it in, and have its keys compared by voice:")
            console.print(f"votes by {member.key}\nsigns by {member.node}")

        report(told, as_json=as_json, tell=tell)


@network_app.command("genesis")
def genesis(
    members: Annotated[
        list[Path], typer.Option("--member", help="File that a member handed in, once for each.")
    ],
    governance: Annotated[
        list[str],
        typer.Option("--governance", help="Id of a key that governs: `ropewalk key show`."),
    ],
    out: Annotated[Path, typer.Option("--out", help="Directory for the two files to hand out.")],
    origin: Origin = ORIGIN,
    law: Law = None,
    as_json: Json = False,
) -> None:
    """Found a network of members that made their own keys: genesis.json and network.json."""
    with ending(as_json=as_json):
        named = [read_file(path, MemberFile).member for path in members]
        for one in governance:
            if not is_kid(one):
                raise UsageError(f"--governance {one}: no key's id; `ropewalk key show` says it")
        charter = Charter(
            origin=origin, laws=law or list(RECOGNISED_LAWS), governance=sorted(set(governance))
        )
        made = found(named, charter)
        out.mkdir(parents=True, exist_ok=True)
        if any((out / one).exists() for one in (GENESIS_FILE, NETWORK_FILE)):
            raise UsageError(f"{out} holds a network already")
        (out / GENESIS_FILE).write_bytes(made)
        write_file(out / NETWORK_FILE, NetworkFile(network=network_id(made), members=named))
        told = {"network": network_id(made), "genesis": str(out / GENESIS_FILE)}

        def tell(console: Console) -> None:
            console.print(f"network {told['network']}: give every member both files in {out}")
            console.print(f"each then runs: ropewalk network settle {plain(out)} --data DIR")

        report(told, as_json=as_json, tell=tell)


@network_app.command("settle")
def settle_in(
    network: Annotated[Path, typer.Argument(help="Directory of genesis.json and network.json.")],
    data: Data = DATA,
    listen: HttpListen = DEFAULT_LISTEN,
    peer_listen: Annotated[
        str, typer.Option("--peer-listen", help="Where it waits for its peers.")
    ] = "0.0.0.0:26656",
    pace: PaceName = "wan",
    state_sync: Annotated[
        list[str] | None,
        typer.Option(
            "--state-sync", help="URL of a member's node to take the ledger from, at least two."
        ),
    ] = None,
    trust: Annotated[
        str,
        typer.Option(
            "--trust", help="HEIGHT:HASH of a block, from a member: `network status --json`."
        ),
    ] = "",
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make a member's ledger and its CometBFT's home, beside the keys that `join` made.

    Whoever joins a network that runs replays every block of it, or takes a snapshot from members
    by `--state-sync` and executes that.
    """
    with ending(as_json=as_json):
        file = read_file(network / NETWORK_FILE, NetworkFile)
        chosen = (network / GENESIS_FILE).read_bytes()
        if network_id(chosen) != file.network:
            raise UsageError("network.json was made for another genesis.json")
        seat = Seat(
            name="", listen=listen, peer_listen=require_address(peer_listen), peer_address=""
        )
        terms = Settling(
            genesis=chosen,
            members=file.members,
            manner=Manner(_pace(pace)),
            state_sync=_state_sync(state_sync or [], trust),
        )
        member = settle(data, seat, passphrase(passphrase_file), terms)
        told = {"network": file.network, "member": msgspec.to_builtins(member)}

        def tell(console: Console) -> None:
            console.print(f"{member.name} of network {file.network}: compare that with the others")
            console.print(f"next: ropewalk network up {plain(data)}")

        report(told, as_json=as_json, tell=tell)


def _state_sync(urls: list[str], trust: str) -> StateSync | None:
    """From where a snapshot is to be taken, and what is trusted to begin with."""
    if not urls and not trust:
        return None
    found = _TRUST.fullmatch(trust)
    if len(urls) < 2 or found is None:
        raise UsageError("a snapshot needs --state-sync twice or more, and --trust HEIGHT:HASH")
    servers = [f"{url.rstrip('/')}/v1/consensus" for url in urls]
    return StateSync(servers, int(found[1]), found[2].upper())


@network_app.command("peer")
def peer(
    member: Annotated[Path, typer.Argument(help="File that the other member handed in.")],
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Let another member's CometBFT connect: one that joins, or has a new address or key.

    Every member does so, and restarts its CometBFT. It gives no vote: governance does, by
    `identity set-validator`.
    """
    with ending(as_json=as_json):
        taken = read_file(member, MemberFile).member
        file = take_in(data, taken)
        told = {"network": file.network, "members": [one.name for one in file.members]}

        def tell(console: Console) -> None:
            console.print(f"{plain(taken.name)} may connect once CometBFT is started again")

        report(told, as_json=as_json, tell=tell)


@network_app.command("up")
def up(
    directory: Directory,
    listen: Annotated[
        str, typer.Option("--listen", help="Another address of the first node; the rest follow.")
    ] = "",
    cometbft: CometBft = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Run the members of a network that live here, in the foreground, until SIGTERM or Ctrl-C.

    What ends is started again; a process that says so often that it can't start is given up. 5 if
    of every member one was.
    """
    with ending(as_json=False):
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: ended.set())
        network = Network(
            directory,
            passphrase(passphrase_file),
            cometbft=find_cometbft(cometbft),
            listen=listen,
            tell=lambda text: errors.print(plain(text), soft_wrap=True),
        )
        with network:
            _show(network, ended)
            is_given_up = network.is_given_up
            errors.print("ending: CometBFT first, then the nodes")
        if is_given_up and not ended.is_set():
            raise typer.Exit(CANNOT_START)


class Watch:
    """What was told of a network so far: who became ready, and the state of each."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._ready: set[str] = set()
        self._states: dict[str, str] = {}

    def look(self) -> list[Sight]:
        """See how the members are, and tell who takes writes for the first time."""
        sights = self._network.sights()
        for place, one in zip(self._network.places, sights, strict=True):
            if one.ready and place.name not in self._ready:
                self._ready.add(place.name)
                errors.print(f"ready {place.url}", markup=False, soft_wrap=True)
        return sights

    def tell_changes(self, sights: list[Sight]) -> None:
        """A line for each that is otherwise than before."""
        for one in sights:
            if self._states.get(one.name) != one.state:
                self._states[one.name] = one.state
                errors.print(f"{plain(one.name)}: {one.state}, height {one.height}")


def _show(network: Network, ended: threading.Event) -> None:
    """Show how the members are until the event, or none is left: a live table, or lines."""
    watch = Watch(network)
    if not errors.is_terminal or os.environ.get("TERM", "dumb") == "dumb":
        while not ended.wait(LOOK_S) and not network.is_given_up:
            watch.tell_changes(watch.look())
        return
    with Live(console=errors, auto_refresh=False) as live:
        while not ended.wait(LOOK_S) and not network.is_given_up:
            live.update(table_of(watch.look(), network.processes()), refresh=True)


@network_app.command("status")
def status(
    directory: Directory,
    grows_within: Annotated[
        int,
        typer.Option("--grows-within", help="Wait so many seconds for another block; or fail."),
    ] = 0,
    as_json: Json = False,
) -> None:
    """Say how the members that live here are; 1 if they differ, or blocks come to none of them."""
    with ending(as_json=as_json):
        network, places = read_places(directory)
        sights = look_at_all(places)
        grown = _grown(places, sights, grows_within) if grows_within else True
        agreed = agreement(places, sights)
        moving = any(one.moves for one in sights)
        is_right = moving and agreed.holds and grown
        told = {
            "ok": is_right,
            "network": network.network,
            "agreed": agreed.holds,
            "common_height": agreed.height,
            "blocks": agreed.blocks,
            "app_hashes": agreed.app_hashes,
            "grown": grown,
            "members": [{**msgspec.to_builtins(one), "state": one.state} for one in sights],
        }
        report(told, as_json=as_json, tell=lambda console: _tell(console, sights, agreed))
        if not is_right:
            raise typer.Exit(FAILED)


def _grown(places: list[Place], before: list[Sight], within_s: int) -> bool:
    """Whether every member gets another block in time."""
    end = time.monotonic() + within_s
    while True:
        now = look_at_all(places)
        if all(new.height > old.height for new, old in zip(now, before, strict=True)):
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.5)


def _tell(console: Console, sights: list[Sight], agreed: Agreement) -> None:
    console.print(table_of(sights, {}))
    if not agreed.holds:
        console.print(f"[red]members differ at height {agreed.height}[/]: stop, keep everything")
        for name, block in agreed.blocks.items():
            console.print(f"{plain(name)}: block {block}, state {agreed.app_hashes[name]}")
    for one in sights:
        if one.reason:
            console.print(f"{plain(one.name)}: {plain(one.reason)}")
