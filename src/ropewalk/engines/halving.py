# SPDX-License-Identifier: Apache-2.0
"""One half of the authenticated map, built by a second process while opening builds the other.

    python -m ropewalk.engines.halving DATABASE DEPTH FIRST END

writes the nodes of a branch to its output, then their weights. It only reads, beside a process
that holds the directory's lock and writes nothing yet. What it says needs no trust: the root of
both halves is compared with the last block's.
"""

import os
import subprocess
import sys
from pathlib import Path
from struct import iter_unpack
from types import TracebackType
from typing import Self

import apsw

from ropewalk.engines.store import bucket, open_for_reading
from ropewalk.tlog import Branch, build

_HASH_SIZE = 32


class OtherHalf:
    """Keeps to `tlog.Helper`; leaving its context ends the process, whatever came of it."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._span = 0
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self, depth: int, first: int, end: int) -> None:
        """Start the process, where there is a core for it."""
        if len(os.sched_getaffinity(0)) < 2:
            return
        self._span = end - first
        self._process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-m", __name__, str(self._database), *map(str, (depth, first, end))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pipesize=1 << 20,
        )

    def branch(self) -> Branch | None:
        """What it built; None when it failed, since then the first process will, and say why."""
        if self._process is None:
            return None
        told, _ = self._process.communicate()
        count = 2 * self._span
        if self._process.returncode or len(told) != count * (_HASH_SIZE + 1):
            return None
        hashes, weights = told[: count * _HASH_SIZE], told[count * _HASH_SIZE :]
        nodes = [node for (node,) in iter_unpack(f"{_HASH_SIZE}s", hashes)]
        return Branch(nodes, bytearray(weights))

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.__exit__(kind, value, traceback)


class _Leaves:
    """Keeps to `tlog.Leaves`."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def bucket(self, low: bytes, high: bytes) -> bytes:
        return bucket(self._connection, low, high)


def _main(database: str, depth: str, first: str, end: str) -> None:
    leaves = _Leaves(open_for_reading(Path(database)))
    nodes, weights = build(leaves, int(depth), int(first), int(end))
    sys.stdout.buffer.write(b"".join(nodes))
    sys.stdout.buffer.write(weights)


if __name__ == "__main__":
    _main(*sys.argv[1:])
