# SPDX-License-Identifier: Apache-2.0
"""A network's processes, kept running: for each member its node and its CometBFT.

    with Network(directory, passphrase, cometbft=find_cometbft()) as network:
        network.await_ready(60)
        print(network.urls)

Whatever ends is started again, after a pause that grows; each of a pair for itself. CometBFT ends
with 0 when its node dies, so that its exit code means nothing. What says several times in a row
that it can't start (exit 5: a wrong passphrase, a port in use, a damaged ledger) is given up, and
why is told; a node's CometBFT is ended with it. At the end every CometBFT goes
before the nodes, so that none meets a node that is gone.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from ropewalk.cli.consortium import NETWORK_FILE, NetworkFile, addresses_from, read_file
from ropewalk.cli.exits import CANNOT_START, UsageError
from ropewalk.cli.watching import Place, Sight, look_at_all
from ropewalk.client import UnreachableError
from ropewalk.engines.port import InUseError

PAUSE_MIN_S, PAUSE_MAX_S = 0.5, 10.0
STEADY_S = 30.0
"""A process that lived so long starts with the least pause again."""
ATTEMPTS = 4
"""So often in a row a process may say that it can't start; then it is given up."""
LAST_BYTES = 4096
"""Of a log's end, in which its last message is looked for."""
STOP_S = 20.0
"""For an orderly end; then it is killed."""
SOCKET_S = 10.0
"""How long CometBFT waits for its node's socket: it looks itself every three seconds only."""
LOG_BYTES_MAX = 32 << 20
"""A log that is larger when a process starts is put aside as `.1`, in place of the one before."""
LEASH = Path(__file__).with_name("leash.py")


class Part(StrEnum):
    """One of a member's two processes."""

    NODE = "node"
    COMETBFT = "cometbft"


Commands = Mapping[Part, Sequence[str]]
Plan = Callable[[Place, Path], Commands]
"""The commands of a member's processes, given the program CometBFT."""
Tell = Callable[[str], None]


def consortium_plan(place: Place, cometbft: Path, *more: str) -> Commands:
    """A node of ours, with more options if told, and the CometBFT that drives it."""
    node = [sys.executable, "-m", "ropewalk.cli", "node", "--engine", "cometbft"]
    return {
        Part.NODE: [*node, "--data", str(place.data), "--listen", place.member.listen, *more],
        Part.COMETBFT: cometbft_command(place, cometbft),
    }


def cometbft_command(place: Place, cometbft: Path, *more: str) -> list[str]:
    """CometBFT on a member's home; to be run in the data directory."""
    return [str(cometbft), "start", "--home", str(place.home.path), *more]


def _silent(_text: str) -> None:
    """Tell nobody."""


class CannotStartError(Exception):
    """A process would not start, and says so before it is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    name: str
    words: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    log: Path
    prepare: Callable[[Callable[[], bool]], None]
    """Called before each start, with a way to ask whether it is still wanted."""
    given_up: Callable[[], None]
    """Called once it was given up."""


class Supervised:
    """One process that is started again whenever it ends, until somebody stops it."""

    def __init__(self, command: _Command, tell: Tell) -> None:
        self._command = command
        self._tell = tell
        self._changed = threading.Condition()
        self._wanted = False
        self._closing = False
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        """How often it was started."""
        self.is_given_up = False
        """Whether it can't start, and is tried no more."""
        self._thread = threading.Thread(target=self._run, name=command.name, daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """Of the process, 0 while there is none."""
        process = self._process
        return process.pid if process is not None else 0

    def start(self) -> None:
        """Start it, and keep it running."""
        with self._changed:
            self._wanted = True
            self.is_given_up = False
            self._changed.notify_all()

    def stop(self, timeout_s: float = STOP_S) -> None:
        """End it by SIGTERM, in the end by SIGKILL, and leave it so."""
        with self._changed:
            self._wanted = False
            self._changed.notify_all()
            self._send(signal.SIGTERM)
            self._send(signal.SIGCONT)  # or one that was halted would not hear
            if not self._changed.wait_for(lambda: self._process is None, timeout_s):
                self._send(signal.SIGKILL)
                self._changed.wait_for(lambda: self._process is None)

    def kill(self, *, hold: bool = False) -> None:
        """End it by SIGKILL, it and what it started; it comes again unless held."""
        with self._changed:
            self._wanted = self._wanted and not hold
            self._changed.notify_all()
            dying = self._process
            self._send(signal.SIGKILL)
            self._changed.wait_for(lambda: dying is None or self._process is not dying)

    def restart(self) -> None:
        """End it in good order, and start it again at once."""
        self.stop()
        self.start()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, SIGSTOP and SIGCONT among them."""
        with self._changed:
            self._send(number)

    def close(self) -> None:
        """Stop it for good."""
        self.stop()
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                if number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT):
                    os.killpg(self._process.pid, number)
                else:
                    self._process.send_signal(number)

    def _run(self) -> None:
        """Start and wait; the process is on this thread's leash, which lives as long as it does."""
        pause, attempts = PAUSE_MIN_S, 0
        while self._await_wanted():
            began = time.monotonic()
            how, can_start = self._once()
            attempts = 0 if can_start else attempts + 1
            with self._changed:
                self._process = None
                self._changed.notify_all()
                if time.monotonic() - began > STEADY_S or not self._wanted:
                    pause = PAUSE_MIN_S
                if self._wanted and attempts < ATTEMPTS:
                    told = f"{self._command.name} ended ({how}, {self._command.log})"
                    self._tell(f"{told}; again in {pause:g} s")
                    self._changed.wait_for(lambda: not self._wanted, pause)
                    pause = min(2 * pause, PAUSE_MAX_S)
                    continue
                self.is_given_up = self._wanted
                self._wanted = False
            attempts = 0
            if self.is_given_up:
                self._tell(
                    f"{self._command.name} can't start, and is given up after {ATTEMPTS} attempts "
                    f"({how}, {self._command.log})"
                )
                self._command.given_up()

    def _once(self) -> tuple[str, bool]:
        """Run it once; how it ended, and whether it may start another time."""
        try:
            self._command.prepare(lambda: self._wanted)
            before = _size(self._command.log)
            process = self._launch()
        except CannotStartError as error:
            return str(error), False
        except OSError as error:
            return str(error), True
        if process is None:
            return "not wanted", True
        code = process.wait()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # what it left behind
        how = f"signal {-code}" if code < 0 else f"exit {code}"
        said = _last_message(self._command.log, before)
        return f"{how}: {said}" if said else how, code != CANNOT_START

    def _await_wanted(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._wanted or self._closing)
            return not self._closing

    def _launch(self) -> subprocess.Popen[bytes] | None:
        """Start it unless it was stopped meanwhile."""
        with self._changed, _opened(self._command.log) as log:
            if not self._wanted:
                return None
            self.starts += 1
            self._process = subprocess.Popen(  # noqa: S603  # our own programs
                [sys.executable, "-I", "-S", LEASH, str(os.getpid()), *self._command.words],
                cwd=self._command.folder,
                env=dict(self._command.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours to pass on, in order
            )
            return self._process


def _size(log: Path) -> int:
    """0 where there is none yet, or it is put aside at the next start."""
    with suppress(FileNotFoundError):
        size = log.stat().st_size
        return 0 if size > LOG_BYTES_MAX else size
    return 0


def _last_message(log: Path, since: int) -> str:
    """The last line that a process wrote, "" where it wrote nothing."""
    try:
        with log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(since, end - LAST_BYTES))
            lines = file.read(LAST_BYTES).decode("utf-8", "replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _opened(log: Path) -> IO[bytes]:
    with suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_name(log.name + ".1"))
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def read_places(directory: Path, listen: str = "") -> tuple[NetworkFile, list[Place]]:
    """Who is in a network, and the members that are run from its directory.

    Args:
        directory: of a network, or a member's data directory.
        listen: HOST:PORT of the first one's HTTP, where it is to be another; the rest follow.

    Raises:
        UsageError: there is no network.
    """
    network = read_file(directory / NETWORK_FILE, NetworkFile)
    here = [one for one in network.members if one.data]
    if not here:
        raise UsageError(f"{directory / NETWORK_FILE} names no member that is run from here")
    if listen:
        addresses = addresses_from(len(here), listen)
        here = [
            msgspec.structs.replace(one, listen=address)
            for one, address in zip(here, addresses, strict=True)
        ]
    return network, [Place(one, (directory / one.data).absolute()) for one in here]


class Network:
    """The members of a network that are run from one directory."""

    def __init__(
        self,
        directory: Path,
        passphrase: str,
        *,
        cometbft: Path,
        listen: str = "",
        plan: Plan = consortium_plan,
        tell: Tell = _silent,
    ) -> None:
        """Read who they are; `start`, or the context, starts them.

        Args:
            directory: of a network, or a member's data directory.
            passphrase: of the nodes' keys.
            cometbft: the program.
            listen: where the first node listens, if not where the network's file says.
            plan: the processes of a member.
            tell: is told what ends and starts again.
        """
        self.file, self.places = read_places(directory, listen)
        self._passphrase = passphrase
        self._cometbft = cometbft
        self._plan = plan
        self._tell = tell
        self._parts: dict[tuple[int, Part], Supervised] = {}
        self._locks: list[IO[bytes]] = []

    @property
    def urls(self) -> list[str]:
        """Of the nodes."""
        return [place.url for place in self.places]

    def start(self) -> None:
        """Start everything.

        Raises:
            InUseError: somebody else runs one of them.
        """
        try:
            for place in self.places:
                self._locks.append(_locked(place.data / "supervisor.lock"))
            for number, place in enumerate(self.places):
                place.home.sockets().prepare()
                commands = self._plan(place, self._cometbft)
                for part, words in commands.items():
                    made = self._command(number, part, words, waits=Part.NODE in commands)
                    self._parts[number, part] = Supervised(made, self._tell)
                    self._parts[number, part].start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End everything: CometBFT first, then the nodes."""
        for part in (Part.COMETBFT, Part.NODE):
            ending = [
                threading.Thread(target=one.close)
                for (_, own), one in self._parts.items()
                if own is part
            ]
            for thread in ending:
                thread.start()
            for thread in ending:
                thread.join()
        self._parts.clear()
        for lock in self._locks:
            lock.close()
        self._locks.clear()

    def __enter__(self) -> Self:
        """Start everything."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End everything."""
        self.close()

    def part(self, member: int, part: Part) -> Supervised:
        """One process: to `stop`, `start`, `restart`, `kill` it."""
        return self._parts[member, part]

    def sights(self) -> list[Sight]:
        """How every member is."""
        return look_at_all(self.places)

    def processes(self) -> dict[str, str]:
        """Ids of each member's processes, for the table."""
        return {
            place.name: ", ".join(
                str(one.pid or "down") for (own, _), one in self._parts.items() if own == number
            )
            for number, place in enumerate(self.places)
        }

    def await_ready(self, timeout_s: float, members: Sequence[int] = ()) -> list[Sight]:
        """Wait until nodes take writes, all of them or those named.

        Raises:
            UnreachableError: not in time.
        """
        return self._await(lambda one: one.ready, timeout_s, members)

    def await_height(
        self, height: int, timeout_s: float, members: Sequence[int] = ()
    ) -> list[Sight]:
        """Wait until members have a block, all of them or those named.

        Raises:
            UnreachableError: not in time.
        """
        return self._await(lambda one: one.height >= height, timeout_s, members)

    def _await(
        self, fits: Callable[[Sight], bool], timeout_s: float, members: Sequence[int]
    ) -> list[Sight]:
        places = [self.places[number] for number in members] if members else self.places
        end = time.monotonic() + timeout_s
        while True:
            seen = look_at_all(places)
            if all(fits(one) for one in seen):
                return seen
            if time.monotonic() > end:
                said = ", ".join(f"{one.name}: {one.state} at {one.height}" for one in seen)
                raise UnreachableError(f"the network is not there after {timeout_s:g} s: {said}")
            time.sleep(0.2)

    @property
    def is_given_up(self) -> bool:
        """Whether no member is left: of each a process can't start."""
        lost = {number for (number, _), one in self._parts.items() if one.is_given_up}
        return len(lost) == len(self.places)

    def _command(self, number: int, part: Part, words: Sequence[str], *, waits: bool) -> _Command:
        place = self.places[number]
        sockets = place.home.sockets()

        def prepare(wanted: Callable[[], bool]) -> None:
            if part is Part.COMETBFT and not place.home.consensus_state.exists():
                raise CannotStartError(
                    f"{place.home.consensus_state} is missing; it is all that keeps this member "
                    "from voting twice: docs/operating/consortium.md, Backup and restore"
                )
            own = sockets.abci if part is Part.NODE else sockets.rpc
            own.unlink(missing_ok=True)  # a killed process leaves it, and can't listen again
            end = time.monotonic() + SOCKET_S
            while part is Part.COMETBFT and waits and wanted() and time.monotonic() < end:
                if sockets.abci.exists():
                    return
                time.sleep(0.05)

        def given_up() -> None:
            beside = self._parts.get((number, Part.COMETBFT))
            if part is Part.NODE and beside is not None:
                beside.stop()  # it can do nothing without its node

        secret = {"ROPEWALK_PASSPHRASE": self._passphrase} if part is Part.NODE else {}
        return _Command(
            name=f"{place.name} {part.value}",
            words=words,
            folder=place.data if part is Part.COMETBFT else Path.cwd(),
            environment={**_environment(), **secret},
            log=place.data / f"{part.value}.log",
            prepare=prepare,
            given_up=given_up,
        )


def _environment() -> dict[str, str]:
    """Ours, without what CometBFT would take for settings, and without secrets."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CMT", "TMHOME", "TM_")) and name != "ROPEWALK_PASSPHRASE"
    }


def _locked(path: Path) -> IO[bytes]:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise InUseError(f"{path.parent} is run by another process") from error
    return file
