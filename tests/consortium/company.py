# SPDX-License-Identifier: Apache-2.0
"""A consortium of real processes, with clients that go on writing, and how it is held to account.

Every member's node runs under another hash seed, time zone and language. Its CometBFT runs in a
network namespace of its own where those can be made.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from comet import WORD
from consortium.spaces import Spaces
from consortium.writing import Book, Client, Signing, post, request
from ledger.world import genesis as world_genesis
from ropewalk.audit import audit_directory
from ropewalk.cli.consortium import (
    GENESIS_FILE,
    NETWORK_FILE,
    NetworkFile,
    Seat,
    Settling,
    make_keys,
    seats_here,
    settle,
    write_file,
)
from ropewalk.cli.supervisor import Network, Part, cometbft_command
from ropewalk.cli.watching import NoAnswerError, Place, ask
from ropewalk.crypto import decode_object, encode, keys
from ropewalk.identity import governance_id
from ropewalk.ledger import network_id, read_genesis

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 6
READY_S = 60.0
SURROUNDINGS = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LANG": "C"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LANG": "en_US.UTF-8"},
    {"PYTHONHASHSEED": "random", "TZ": "America/St_Johns", "LANG": "tr_TR.UTF-8"},
    {"PYTHONHASHSEED": "random", "TZ": "Pacific/Kiritimati", "LANG": "de_DE.ISO-8859-1"},
)
"""Of members' nodes, one after the other."""

FAILING = (
    'if [ -f fail-index ]; then FAIL_TEST_INDEX="$(cat fail-index)"; rm fail-index; '
    'export FAIL_TEST_INDEX; fi; exec "$@"'
)
"""CometBFT ends itself at the fail point with the number in the file `fail-index`, once."""


@dataclass(frozen=True, slots=True)
class Making:
    """How a company is made."""

    program: Path
    count: int = 4
    spaces: Spaces | None = None
    quota: int = 0
    """Of one member in a block; 0: as ever."""
    plant: str = ""
    """Bug that members carry, those with an odd number only."""
    pythons: Mapping[int, str] | None = None
    """Interpreters of single members."""
    small_disk: bool = False
    """Whether member `SMALL` gets a disk of its own, where that can be made."""


SMALL = 3
SMALL_SIZE = "192m"


def _mounted(path: Path) -> bool:
    """A small disk at a new folder; False where none can be mounted."""
    path.mkdir(parents=True, mode=0o700)
    words = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_SIZE},mode=700", "tmpfs", str(path)]
    try:
        return subprocess.run(words, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def founded(folder: Path, making: Making) -> NetworkFile:
    """A network's directory: the parties of tests/ledger/world.py govern it."""
    seats = seats_here(making.count, "127.0.0.1:0", "127.0.0.1:0")
    if making.spaces is not None:
        seats = [
            replace(one, peer_listen=address, peer_address=address)
            for number, one in enumerate(seats)
            for address in (f"{making.spaces.address(number)}:26656",)
        ]
    members = [make_keys(folder / one.name, one, WORD) for one in seats]
    chosen: Any = decode_object(world_genesis(validators={"a": 1}))
    chosen["time"] = int(time.time()) - 1
    if making.quota:
        chosen["parameters"]["quota_member_max"] = making.quota
    chosen["validators"] = [
        {"key": one.key, "node": one.node, "power": 10}
        for one in sorted(members, key=lambda one: one.key)
    ]
    data = encode(chosen)
    terms = Settling(genesis=data, members=members)
    settled = [_named(settle(folder / one.name, one, WORD, terms), one) for one in seats]
    (folder / GENESIS_FILE).write_bytes(data)
    file = NetworkFile(network=network_id(data), members=settled)
    write_file(folder / NETWORK_FILE, file)
    return file


def _named(member: Any, seat: Seat) -> Any:
    from msgspec.structs import replace as with_  # noqa: PLC0415  # `replace` is dataclasses' here

    return with_(member, data=seat.name)


def plan_of(making: Making) -> Callable[[Place, Path], dict[Part, list[str]]]:
    """How members' processes are started."""

    def plan(place: Place, cometbft: Path) -> dict[Part, list[str]]:
        number = int(place.name.removeprefix("node") or 0)
        around = dict(SURROUNDINGS[number % len(SURROUNDINGS)])
        around["PYTHONPATH"] = f"{ROOT / 'tests'}:{ROOT / 'src'}"
        around["ROPEWALK_TRAP"] = str(place.data / "trap")
        around["ROPEWALK_PLANT"] = making.plant if number % 2 else ""
        python = (making.pythons or {}).get(number, sys.executable)
        node = ["env", *(f"{name}={value}" for name, value in around.items())]
        node += [python, "-m", "consortium.member", "node", "--engine", "cometbft"]
        node += ["--data", str(place.data), "--listen", place.member.listen, "--verifiers", "1"]
        node += ["--check-invariants"] if number < 2 else []
        inside = making.spaces.words(number) if making.spaces is not None else []
        ours = [*inside, "sh", "-c", FAILING, "sh", *cometbft_command(place, cometbft)]
        return {Part.NODE: node, Part.COMETBFT: ours}

    return plan


class Company:
    """The members, their clients, and what all of them must agree on."""

    def __init__(self, folder: Path, making: Making) -> None:
        self.making = making
        self.folder = folder
        small = folder / f"node{SMALL}"
        self.has_small_disk = making.small_disk and _mounted(small)
        self.file = founded(folder, making)
        self.genesis = (folder / GENESIS_FILE).read_bytes()
        self.network = Network(
            folder, WORD, cometbft=making.program, plan=plan_of(making), tell=self._hear
        )
        self.ended: list[str] = []
        """What the supervisor told of processes that ended."""
        self.book = Book()
        governance = governance_id(read_genesis(self.genesis))
        self.signing = Signing(self.file.network, governance)
        self._clients: list[Client] = []

    def _hear(self, text: str) -> None:
        self.ended.append(text)

    def __enter__(self) -> Self:
        """Start everything; parties are registered, clients write."""
        self.network.start()
        try:
            self.network.await_ready(READY_S)
            outcomes = post(self.urls[0], self.signing.registrations())
            assert {one["status"] for one in outcomes} == {"committed"}, outcomes
            self.write(CLIENTS)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End everything."""
        self._end()

    def _end(self) -> None:
        self.rest()
        self.network.close()
        if self.has_small_disk:  # lazily: whatever still has a file open there keeps it no longer
            small = str(self.folder / f"node{SMALL}")
            subprocess.run(["umount", "--lazy", small], check=True)
            self.has_small_disk = False

    @property
    def urls(self) -> list[str]:
        """Of the nodes."""
        return self.network.urls

    @property
    def members(self) -> range:
        """Their numbers."""
        return range(len(self.network.places))

    def place(self, member: int) -> Place:
        """A member's."""
        return self.network.places[member]

    def data(self, member: int) -> Path:
        """A member's data directory."""
        return self.place(member).data

    def write(self, clients: int) -> None:
        """Have clients write."""
        start = len(self.book.told) * 1_000 + int(time.monotonic() * 10) * 10_000_000
        for number in range(clients):
            client = Client(start + number, self.urls, self.signing, self.book)
            self._clients.append(client)
            client.start()

    def rest(self) -> None:
        """Have clients finish what is out, and stop."""
        for one in self._clients:
            one.ask_to_end()
        for one in self._clients:
            one.end()
        self._clients.clear()

    # single processes

    def stop(self, member: int) -> None:
        """End a member: CometBFT first."""
        for part in (Part.COMETBFT, Part.NODE):
            self.network.part(member, part).stop()

    def kill(self, member: int) -> None:
        """Kill both processes of a member; they stay dead."""
        for part in (Part.NODE, Part.COMETBFT):
            self.network.part(member, part).kill(hold=True)

    def start(self, member: int) -> None:
        """Start a member."""
        for part in (Part.NODE, Part.COMETBFT):
            self.network.part(member, part).start()

    def send(self, member: int, part: Part, number: signal.Signals) -> None:
        """Send a signal."""
        self.network.part(member, part).send(number)

    # how it is

    def height(self, members: Sequence[int] = ()) -> int:
        """The greatest height of these members' copies."""
        sights = self.network.sights()
        return max(sights[number].height for number in members or self.members)

    def await_blocks(self, more: int, within_s: float, members: Sequence[int] = ()) -> int:
        """Wait until members have so many more blocks; the height then."""
        height = self.height(members) + more
        self.network.await_height(height, within_s, members)
        return height

    def await_writes(self, more: int, within_s: float) -> float:
        """Wait until so many more acts were acknowledged; seconds it took."""
        began, goal = time.monotonic(), len(self.book.told) + more
        while len(self.book.told) < goal:
            assert time.monotonic() - began < within_s, f"{len(self.book.told)} of {goal}"
            time.sleep(0.02)
        return time.monotonic() - began

    def ready(self, member: int) -> tuple[bool, str]:
        """Whether a node takes writes, and why not."""
        try:
            status, told = request(self.urls[member], "GET", "/readyz")
        except OSError as error:
            return False, str(error)
        return status == 200, str(told.get("detail", ""))

    # what must hold

    def require_agreement(self, within_s: float = 40.0, members: Sequence[int] = ()) -> int:
        """Hold every copy to the others, and to what clients were told; the height.

        Raises:
            AssertionError: they differ, or something acknowledged is missing.
        """
        chosen = list(members or self.members)
        told = dict(self.book.told)
        assert not self.book.failed, self.book.failed
        assert not self.book.contradicted, self.book.contradicted
        height = max([self.height(chosen), *(one.height for one in told.values())])
        self.network.await_height(height + 1, within_s, chosen)
        copies = {number: copy_of(self.data(number)) for number in chosen}
        require_same(copies)
        for number, found in copies.items():
            require_held(found, {key: (one.height, one.position) for key, one in told.items()})
            assert len(found.positions) == len(set(found.positions.values())), number
        self._require_same_headers(chosen, height)
        return height

    def require_whole(self) -> None:
        """At the end: hold every copy to the others, then each to an audit.

        Raises:
            AssertionError: something is lost, or is not what it should be.
        """
        self.rest()
        self.require_agreement()
        for member in self.members:
            self.stop(member)
        for member in self.members:
            assert self.audited(member) == "", member
        acknowledged, heights = len(self.book.told), len(self.book.heights())
        print(f"{acknowledged} acts acknowledged in {heights} blocks, {self.book.tries} tries")

    def _require_same_headers(self, members: Sequence[int], height: int) -> None:
        for at in range(max(1, height - 100), height + 1):
            told = {self.app_hash(number, at) for number in members} - {""}
            assert len(told) <= 1, f"height {at}: {told}"

    def app_hash(self, member: int, height: int) -> str:
        """State before a block, by its header; "" where a member has no block so old."""
        try:
            header = ask(self.place(member), "commit", height=str(height))["signed_header"]
        except NoAnswerError:
            return ""
        found: str = header["header"]["app_hash"].lower()
        return found

    def audited(self, member: int) -> str:
        """The first difference that an audit of a member's directory finds, "" for none."""
        report = audit_directory(self.data(member), None, lambda _done, _all: None)
        return report.first_difference

    def set_validator(self, **member: Any) -> dict[str, Any]:
        """Change a validator by an act of governance; its outcome."""
        text = self.signing.act("governance", "identity.SET_VALIDATOR", member)
        return post(self.urls[0], [text])[0]


@dataclass(frozen=True, slots=True)
class Copy:
    """What a member's directory holds."""

    blocks: dict[int, tuple[Any, ...]]
    """By height: time, first and last position, state root, log root."""
    positions: dict[str, int]
    """By transaction."""

    def height_of(self, position: int) -> int:
        """Of the block that holds a position."""
        return next(height for height, row in self.blocks.items() if row[1] <= position <= row[2])


def copy_of(data: Path) -> Copy:
    """Read a copy beside the node that works on it, page checksums aside."""
    uri = f"file:{data / 'ledger.db'}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=10)) as database:
        database.execute("BEGIN")
        rows = database.execute(
            "SELECT height, time, first, last, state_root, log_root FROM block ORDER BY height"
        ).fetchall()
        found = database.execute("SELECT lower(hex(id)), position FROM lookup").fetchall()
    return Copy({row[0]: tuple(row[1:]) for row in rows}, dict(found))


def require_same(copies: Mapping[int, Copy]) -> None:
    """Hold copies to each other at every height that two of them reached."""
    height = min(max(one.blocks) for one in copies.values())
    first, *others = (
        {at: row for at, row in one.blocks.items() if at <= height} for one in copies.values()
    )
    for other in others:
        assert other == first, [at for at in first if other.get(at) != first[at]][:3]


def require_held(found: Copy, told: Mapping[str, tuple[int, int]]) -> None:
    """Hold a copy to what was acknowledged."""
    heights = {
        position: height
        for height, row in found.blocks.items()
        for position in range(row[1], row[2] + 1)
    }
    for identifier, (height, position) in told.items():
        assert found.positions.get(identifier) == position, f"{identifier} at {position} is lost"
        assert heights[position] == height, identifier


@contextmanager
def cheap_keys() -> Iterator[None]:
    """Key files of this process with a cheap scrypt, for longer than a test."""
    before = keys.SCRYPT_N, keys.SCRYPT_P
    keys.SCRYPT_N, keys.SCRYPT_P = 1 << 4, 1  # type: ignore[misc]  # cheap, as in every test
    try:
        yield
    finally:
        keys.SCRYPT_N, keys.SCRYPT_P = before  # type: ignore[misc]  # as they were


def environment_number(name: str, default: int) -> int:
    """A figure that a long run raises."""
    return int(os.environ.get(name, str(default)))
