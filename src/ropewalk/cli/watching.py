# SPDX-License-Identifier: Apache-2.0
"""How the members of a network are: asked of each node over HTTP, of each CometBFT over its socket.

A CometBFT that met a consensus failure lives on and does nothing, so that what counts is whether
the height grows; an idle network, too, makes a block every few seconds.
"""

import socket
import ssl
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import msgspec
from rich.table import Table

from ropewalk.cli.consortium import Member
from ropewalk.cli.exits import plain
from ropewalk.cli.options import listen_address
from ropewalk.engines.cometbft_home import EMPTY_BLOCKS_S, CometBftHome
from ropewalk.engines.port import NO_BLOCK_YET, EngineError

HALTED_S = 6 * EMPTY_BLOCKS_S
"""A last block older than this means that the network stands still."""
ANSWER_S = 3.0
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nodes here have no TLS: without this every client would load the system's certificates anew."""
_EVERYWHERE = {"0.0.0.0": "localhost", "127.0.0.1": "localhost", "::": "localhost"}  # noqa: S104  # a name to dial


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a member."""

    name: str
    answers: bool = False
    """Whether its CometBFT does."""
    height: int = 0
    app_hash: str = ""
    """After the block of this height."""
    catching_up: bool = False
    peers: int = 0
    age_s: int = 0
    """Of its last block."""
    ready: bool = False
    """Whether its node takes writes."""
    reason: str = ""
    """Why not."""

    @property
    def state(self) -> str:
        """In a word or two."""
        if not self.answers:
            return "no answer"
        if self.catching_up:
            return "catching up"
        if self.height == 0 or (self.reason == NO_BLOCK_YET and self.age_s > HALTED_S):
            return "starting"
        if self.age_s > HALTED_S:
            return "halted"
        return "well" if self.ready else "node not ready"

    @property
    def moves(self) -> bool:
        """Whether blocks come to it, as far as one look can tell."""
        return self.state not in ("no answer", "starting", "halted")


@dataclass(frozen=True, slots=True)
class Place:
    """A member that is run from here."""

    member: Member
    data: Path

    @property
    def name(self) -> str:
        """The member's name."""
        return self.member.name

    @property
    def home(self) -> CometBftHome:
        """Its CometBFT's home."""
        return CometBftHome(self.data)

    @property
    def url(self) -> str:
        """Of its node, for whoever is on this machine."""
        host, port = listen_address(self.member.listen)
        named = _EVERYWHERE.get(host, f"[{host}]" if ":" in host else host)
        return f"http://{named}:{port}"


def look(place: Place) -> Sight:
    """See how a member is; never an error, what does not answer is said to."""
    with ThreadPoolExecutor(2) as pool:
        asked = pool.submit(_ready, place.url)
        found = _consensus(place)
        ready, reason = asked.result()
    return msgspec.structs.replace(found, ready=ready, reason=reason)


def look_at_all(places: Sequence[Place]) -> list[Sight]:
    """See how all of them are, at once."""
    with ThreadPoolExecutor(max(1, len(places))) as pool:
        return list(pool.map(look, places))


def _ready(url: str) -> tuple[bool, str]:
    try:
        with httpx2.Client(timeout=ANSWER_S, trust_env=False, verify=_NO_TLS) as client:
            answer = client.get(f"{url}/readyz")
            if answer.status_code == httpx2.codes.OK:
                return True, ""
            return False, str(answer.json().get("detail", answer.status_code))
    except (httpx2.HTTPError, ValueError, AttributeError) as error:
        return False, str(error) or type(error).__name__


def _consensus(place: Place) -> Sight:
    try:
        sync = ask(place, "status")["sync_info"]
        return Sight(
            name=place.name,
            answers=True,
            height=int(sync["latest_block_height"]),
            app_hash=sync["latest_app_hash"].lower(),
            catching_up=sync["catching_up"],
            peers=int(ask(place, "net_info")["n_peers"]),
            age_s=max(0, int(time.time() - _time(sync["latest_block_time"]))),
        )
    except NoAnswerError:
        return Sight(name=place.name)


class NoAnswerError(Exception):
    """A CometBFT does not answer, or has no such block."""


class _SocketConnection(HTTPConnection):
    """HTTP over a Unix socket, which httpx2 forgets to close where nobody listens."""

    def __init__(self, path: Path) -> None:
        super().__init__("cometbft", timeout=ANSWER_S)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        made = socket.socket(socket.AF_UNIX)
        try:
            made.settimeout(ANSWER_S)
            made.connect(str(self._path))
        except BaseException:
            made.close()
            raise
        self.sock = made


def ask(place: Place, method: str, **parameters: str) -> dict[str, Any]:
    """Ask a member's CometBFT over its socket.

    Raises:
        NoAnswerError: it gave none.
    """
    try:
        with closing(_SocketConnection(place.home.sockets().rpc)) as connection:
            connection.request("GET", f"/{method}?{urlencode(parameters)}")
            result = msgspec.json.decode(connection.getresponse().read())["result"]
    except (OSError, HTTPException, ValueError, KeyError, TypeError, EngineError) as error:
        raise NoAnswerError(str(error)) from error
    if not isinstance(result, dict):
        raise NoAnswerError(f"{method}: no object")
    return result


def _time(text: str) -> float:
    """Seconds of CometBFT's time, which has nanoseconds."""
    return datetime.fromisoformat(text[:19] + "+00:00").timestamp()


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Whether members have the same block at the last height that all of them have."""

    height: int
    blocks: dict[str, str]
    """Hash of its block, by member."""
    app_hashes: dict[str, str]
    """State before that block, by member."""

    @property
    def holds(self) -> bool:
        """Nobody differs."""
        return len(set(self.blocks.values())) <= 1 and len(set(self.app_hashes.values())) <= 1


def agreement(places: Sequence[Place], sights: Sequence[Sight]) -> Agreement:
    """Compare those who answer and have a block."""
    seen = [(place, one) for place, one in zip(places, sights, strict=True) if one.height]
    height = min((one.height for _, one in seen), default=0)
    blocks: dict[str, str] = {}
    app_hashes: dict[str, str] = {}
    for place, _ in seen:
        try:
            header = ask(place, "commit", height=str(height))["signed_header"]
        except NoAnswerError:
            continue  # it came by a snapshot, and has no block so old
        blocks[place.name] = header["commit"]["block_id"]["hash"].lower()
        app_hashes[place.name] = header["header"]["app_hash"].lower()
    return Agreement(height=height, blocks=blocks, app_hashes=app_hashes)


def table_of(sights: Sequence[Sight], processes: dict[str, str]) -> Table:
    """The live table; processes, where they are known, say their ids, or that they are down."""
    beside = ["node, cometbft"] if processes else []
    table = Table("member", *beside, "height", "peers", "last block", "state")
    for one in sights:
        colour = {"well": "green", "no answer": "red", "halted": "red"}.get(one.state, "yellow")
        table.add_row(
            plain(one.name),
            *([processes.get(one.name, "")] if processes else []),
            str(one.height or "—"),
            str(one.peers),
            f"{one.age_s} s" if one.height else "—",
            f"[{colour}]{one.state}[/]",
        )
    return table
