# SPDX-License-Identifier: Apache-2.0
"""The outside of the victim: start it, talk to it, kill it, audit what it left.

Nothing here knows the engine; a process is held by a pidfd, so a kill can't miss.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from ropewalk.client import bundle_of
from ropewalk.client.node import History

PASSPHRASE = "harness"  # of keys that live as long as a test
ROOT = Path(__file__).resolve().parents[2]
ANSWER_S = 60
Answer = dict[str, Any]


class GoneError(Exception):
    """The process is dead, or died while it was asked."""


class NotOpenedError(Exception):
    """The engine refused to open; `kind` is its error's name, «!» in front of an unexpected one."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer['error']}: {answer['detail']}")
        self.kind: str = answer["error"]
        self.answer = answer


class Line:
    """One connection: a line of JSON there, a line back."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(ANSWER_S)
        self._connection = connection
        self._lines = connection.makefile("rb")

    def read(self) -> Answer:
        """The next line.

        Raises:
            GoneError: there is none.
        """
        try:
            line = self._lines.readline()
        except ConnectionError as error:
            raise GoneError from error
        if not line.endswith(b"\n"):
            raise GoneError
        answer: Answer = json.loads(line)
        return answer

    def ask(self, do: str, **request: Any) -> Answer:
        """Ask and wait.

        Raises:
            GoneError: the process died before its answer arrived.
        """
        try:
            self._connection.sendall(json.dumps({"do": do, **request}).encode() + b"\n")
        except OSError as error:
            raise GoneError from error
        return self.read()

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._connection.close()


class Victim:
    """A process with an engine in it, or at work on a job."""

    def __init__(self, lines: list[Line]) -> None:
        self.control = lines[0]
        self.clients = lines[1:]
        self._pidfd = -1
        with contextlib.suppress(GoneError, ProcessLookupError):
            self._pidfd = os.pidfd_open(self.control.read()["pid"])

    def await_ready(self) -> Answer:
        """Wait until the engine is open.

        Raises:
            NotOpenedError: it refused.
            GoneError: it was killed first.
        """
        answer = self.control.read()
        if "error" in answer:
            self.await_end()
            raise NotOpenedError(answer)
        return answer

    def signal_kill(self) -> None:
        """`kill -9`, while clients may still be reading."""
        if self._pidfd >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def kill(self) -> None:
        """`kill -9`, and wait until nothing of the process is left."""
        self.signal_kill()
        self.await_end()

    def await_end(self) -> None:
        """Wait until the process has ended, and hang up."""
        if self._pidfd >= 0:
            waiting = select.poll()
            waiting.register(self._pidfd, select.POLLIN)
            if not waiting.poll(ANSWER_S * 1000):
                raise TimeoutError("the victim does not end")
            os.close(self._pidfd)
            self._pidfd = -1
        for line in (self.control, *self.clients):
            line.close()

    def stop(self) -> Answer:
        """Close the engine in good order, then the process."""
        answer = self.control.ask("close")
        self.kill()
        return answer

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Kill what is left."""
        self.kill()


class ForkServer:
    """Starts victims in milliseconds. Any thread may ask it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._jobs = ours
        search = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "src")])
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "harness.victim", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": search},
            )

    def start(self, do: str, data: Path, *, clients: int = 0, **job: Any) -> Victim:
        """Fork a process for a job."""
        text = json.dumps({"do": do, "data": str(data), "passphrase": PASSPHRASE, **job})
        pairs = [socket.socketpair() for _ in range(clients + 1)]
        lines = [Line(ours) for ours, _ in pairs]
        try:
            with self._lock:
                theirs = [one.fileno() for _, one in pairs]
                socket.send_fds(self._jobs, [text.encode()], theirs)
        finally:
            for _, one in pairs:
                one.close()
        return Victim(lines)

    def serve(self, data: Path, *, clients: int = 0, **job: Any) -> Victim:
        """A victim with its engine open.

        Raises:
            NotOpenedError: it refused.
        """
        victim = self.start("serve", data, clients=clients, key=True, **job)
        try:
            victim.await_ready()
        except BaseException:
            victim.kill()
            raise
        return victim

    def run(self, do: str, data: Path, **job: Any) -> Answer:
        """A job's one answer.

        Raises:
            NotOpenedError: it ended in an error.
        """
        with self.start(do, data, **job) as victim:
            return victim.await_ready()

    def audit(self, data: Path, **job: Any) -> Answer:
        """`audit_directory`, as a black box: `{"ok", "height", "first_difference", …}`."""
        return self.run("audit", data, **job)

    def close(self) -> None:
        """End the server; its jobs have ended."""
        self._jobs.close()
        self._process.wait(ANSWER_S)


def command(arguments: Sequence[str], *, exits: int = 0) -> Answer:
    """Run `ropewalk … --json`; its document.

    Raises:
        AssertionError: it ended otherwise than expected.
    """
    done = subprocess.run(
        [sys.executable, "-m", "ropewalk.cli", *arguments, "--json"],
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, "ROPEWALK_PASSPHRASE": PASSPHRASE, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == exits, (arguments, done.returncode, done.stdout, done.stderr)
    answer: Answer = json.loads(done.stdout) if done.stdout else {}
    return answer


def bundle(victim: Victim, network: str, title: str, target: Path) -> Path:
    """A title's bundle, as its holder keeps it."""
    history = msgspec.convert(victim.control.ask("history", title=title)["history"], History)
    target.write_bytes(bundle_of(history, network, title, None))
    return target


def copy(source: Path, target: Path) -> Path:
    """A copy of a data directory, modes included, in place of what was there."""
    if target.exists():
        shutil.rmtree(target)
    return Path(shutil.copytree(source, target))
