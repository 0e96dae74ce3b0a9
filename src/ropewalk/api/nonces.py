# SPDX-License-Identifier: Apache-2.0
"""Nonces of signed requests: one that was taken is not taken again.

They are remembered as long as a signature under them would pass by its time, in memory and, so
that a restart opens no gap, in a small file that is only appended to. What a power cut takes from
its end was written in the last seconds before it.
"""

import hashlib
import os
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from ropewalk.api.errors import BusyError, ReplayedError

WINDOW_S: Final = 300
"""How far a signature's time may be from the node's clock, either way."""
A_MINUTE_A_KEY: Final = 6_000
ALTOGETHER: Final = 1_000_000
LINES_MAX: Final = 200_000
"""In the file, before it is written anew."""
_LINE: Final = re.compile(rb"([0-9]{10}) ([0-9a-f]{32})\n")
_MINUTE_S: Final = 60


class Nonces:
    """What was taken in the last minutes.

    Args:
        path: of the file; None remembers in memory only.
    """

    def __init__(self, path: Path | None) -> None:
        self._taken: dict[int, set[bytes]] = {}
        self._by_key: dict[int, Counter[str]] = {}
        self._path = path
        self._file: BinaryIO | None = None
        self._lines = 0
        if path is not None:
            self._load(path)

    def take(self, kid: str, nonce: str, created: int, now: int) -> None:
        """Take a nonce; its signature holds, and its time is within the window.

        Raises:
            ReplayedError: it was taken before.
            BusyError: the key, or all together, sent too many.
        """
        self._forget(now)
        minute = created // _MINUTE_S
        name = hashlib.sha256(f"{kid}\n{nonce}\n{created}".encode()).digest()[:16]
        taken = self._taken.setdefault(minute, set())
        if name in taken:
            raise ReplayedError("a request under this nonce was taken already; sign it anew")
        keys = self._by_key.setdefault(minute, Counter())
        if keys[kid] >= A_MINUTE_A_KEY or sum(map(len, self._taken.values())) >= ALTOGETHER:
            raise BusyError("as many signed requests as the node takes", retry_after_s=60)
        keys[kid] += 1
        taken.add(name)
        self._note(created, name)

    def _forget(self, now: int) -> None:
        oldest = (now - WINDOW_S) // _MINUTE_S
        for minute in [one for one in self._taken if one < oldest]:
            del self._taken[minute]
            self._by_key.pop(minute, None)

    def _note(self, created: int, name: bytes) -> None:
        if self._file is None:
            return
        self._file.write(_line(created, name))
        self._lines += 1
        if self._lines > max(LINES_MAX, 2 * sum(map(len, self._taken.values()))):
            self._write_anew()

    def _load(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            for found in _LINE.finditer(path.read_bytes()):
                minute = int(found[1]) // _MINUTE_S
                self._taken.setdefault(minute, set()).add(bytes.fromhex(found[2].decode()))
        self._write_anew()

    def _write_anew(self) -> None:
        if self._path is None:
            return
        beside = self._path.with_name(self._path.name + ".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        file = os.fdopen(descriptor, "wb", buffering=0)
        lines = [
            _line(minute * _MINUTE_S, name)
            for minute, taken in self._taken.items()
            for name in taken
        ]
        file.write(b"".join(lines))
        beside.replace(self._path)
        self.close()
        self._file, self._lines = file, len(lines)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _line(created: int, name: bytes) -> bytes:
    return b"%010d %s\n" % (created, name.hex().encode())
