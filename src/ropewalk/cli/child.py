# SPDX-License-Identifier: Apache-2.0
"""A node in a process of its own, for commands that need one: started, awaited, stopped."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from ropewalk.client import UnreachableError

READY_S = 60
STOP_S = 60


class ChildNode:
    """Runs `ropewalk node`; its log goes to a file."""

    def __init__(self, data: Path, listen: str, passphrase: str, log: Path, *more: str) -> None:
        self._log = log
        self.url = ""
        self._ready = threading.Event()
        self._process = subprocess.Popen(  # noqa: S603  # our own program
            [
                sys.executable,
                "-m",
                "ropewalk.cli",
                "node",
                "--data",
                str(data),
                "--listen",
                listen,
                *more,
            ],
            env={**os.environ, "ROPEWALK_PASSPHRASE": passphrase},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()
        try:
            self._ready.wait(READY_S)
        except BaseException:  # a signal while it starts must not leave it behind
            self.stop()
            raise
        if not self.url:
            self.stop()
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
            raise UnreachableError("the node did not start: " + " / ".join(last))

    def _follow(self) -> None:
        if self._process.stderr is None:
            return
        with self._log.open("ab") as log:
            for line in self._process.stderr:
                log.write(line)
                log.flush()
                if line.startswith(b"ready "):
                    self.url = line.split()[1].decode("ascii")
                    self._ready.set()
        self._ready.set()

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the node."""
        self.stop()

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def wait(self) -> int:
        """Wait until the node ends by itself; its exit code."""
        return self._process.wait()

    def stop(self) -> None:
        """End the node by SIGTERM, and wait for it."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join()
        if self._process.stderr is not None:
            self._process.stderr.close()
