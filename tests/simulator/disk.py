# SPDX-License-Identifier: Apache-2.0
"""A disk in memory that forgets, tears and refuses as disks do.

What is written is seen at once and lost with the power until it is synced. Of what was not synced
a power cut keeps any part, in any order, torn between sectors. A sync that failed has dropped what
it was to write: later reads still see it and later syncs say «done», but a power cut takes it, as
Linux does. Names are as volatile as bytes. Every operation belongs to a life, one run of one
process; the dead can't write.
"""

import errno
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field

SECTORS = (512, 4096)
CHECKED_SIZES = (32, 24 + 4096)
"""Header and frames of the write-ahead log, as SQLite reads them when it opens. Pages that it reads
from there later it does not check again, so nothing but these is changed (docs/adr/0022)."""
GUARDING = {"ledger.db-wal", "watermark"}


class CrashError(BaseException):
    """The process died here; no code of its own may catch it."""


@dataclass(slots=True)
class Life:
    """One run of one process."""

    number: int
    dead: bool = False
    write_failed: bool = False
    """Whether a write or sync was refused: nothing may be acknowledged after."""
    misread: bool = False
    """Whether a read failed, was short, or was not what was written."""
    misread_files: set[str] = field(default_factory=set)
    operations: int = 0


@dataclass(slots=True)
class Plan:
    """A fault to come: at the so-maniest operation of some kinds from now."""

    mode: str
    """`crash-before`, `crash-after`, `crash-within`; `eio`, `full`, `short`; `flip`, `rot`."""
    kinds: tuple[str, ...]
    countdown: int
    is_lasting: bool = False

    def meets(self, kind: str) -> bool:
        """Count an operation; whether the fault is now."""
        if kind not in self.kinds:
            return False
        self.countdown -= 1
        return self.countdown == 0 or (self.is_lasting and self.countdown < 0)


@dataclass(slots=True)
class _Change:
    """Something done to a file since its last sync."""

    offset: int
    data: bytes | None
    """None cuts the file off at the offset."""

    def apply(self, content: bytearray) -> None:
        if self.data is None:
            del content[self.offset :]
            content.extend(bytes(self.offset - len(content)))
            return
        content.extend(bytes(max(self.offset - len(content), 0)))
        content[self.offset : self.offset + len(self.data)] = self.data

    def torn(self, chance: random.Random) -> "list[_Change]":
        """Some of its sectors."""
        if self.data is None:
            return [self] if chance.random() < 0.5 else []
        sector = chance.choice(SECTORS)
        pieces = []
        start = self.offset
        end = self.offset + len(self.data)
        while start < end:
            stop = min(start - start % sector + sector, end)
            if chance.random() < 0.5:
                pieces.append(_Change(start, self.data[start - self.offset : stop - self.offset]))
            start = stop
        return pieces


@dataclass(slots=True)
class _File:
    """What reads see, what the platter holds, and what lies between."""

    view: bytearray
    platter: bytearray
    pending: list[_Change] = field(default_factory=list)

    def change(self, change: _Change) -> None:
        change.apply(self.view)
        self.pending.append(change)

    def settle(self) -> None:
        for change in self.pending:
            change.apply(self.platter)
        self.pending.clear()

    def drop(self, chance: random.Random) -> None:
        """A sync that fails: some of it was written, and all of it is taken for written."""
        for change in self.pending:
            if chance.random() < 0.3:
                change.apply(self.platter)
        self.pending.clear()

    def lose_power(self, chance: random.Random) -> None:
        how = chance.choice(("none", "all", "first", "some", "torn"))
        until = chance.randint(0, len(self.pending))
        for number, change in enumerate(self.pending):
            if how == "torn":
                for piece in change.torn(chance):
                    piece.apply(self.platter)
                continue
            kept = {"all": True, "first": number < until, "some": chance.random() < 0.5}
            if kept.get(how):
                change.apply(self.platter)
        self.pending.clear()
        self.view = bytearray(self.platter)


@dataclass(slots=True)
class Disk:
    """One data directory's disk."""

    chance: random.Random
    tell: Callable[[str], None]
    files: dict[str, _File] = field(default_factory=dict)
    names: dict[str, _File] = field(default_factory=dict)
    """Names the platter knows."""
    plans: list[Plan] = field(default_factory=list)
    capacity: int = 1 << 40
    rotten: dict[tuple[str, int], int] = field(default_factory=dict)
    """Bits that turned over for good: where, and which."""
    locked_by: Life | None = None

    def load(self, image: dict[str, bytes]) -> None:
        """Hold these files and no others, all durable."""
        self.files = {name: _File(bytearray(data), bytearray(data)) for name, data in image.items()}
        self.names = dict(self.files)
        self.rotten.clear()

    def image(self) -> dict[str, bytes]:
        """Every file as reads see it now."""
        return {name: bytes(file.view) for name, file in self.files.items()}

    def used(self) -> int:
        """Bytes taken."""
        return sum(len(file.view) for file in self.files.values())

    # what a life does

    def read(self, life: Life, name: str, size: int, offset: int) -> bytes:
        """Bytes as the life sees them."""
        fault = self._meet(life, "read", name)
        file = self._find(name)
        data = bytes(file.view[offset : offset + size])
        self._die_of(life, fault)
        if not fault or not data:
            return data
        life.misread = True
        if fault == "eio":
            raise _error(errno.EIO)
        if self._is_spared(life, name):
            return data
        life.misread_files.add(name)
        if fault == "short":
            return data[: len(data) // 2]
        if name.endswith("-wal") and size not in CHECKED_SIZES:
            return data
        at, bit = self.chance.randrange(len(data)), 1 << self.chance.randrange(8)
        if fault == "rot":
            self._rot(name, offset + at, bit)
        changed = bytearray(data)
        changed[at] ^= bit
        return bytes(changed)

    def write(self, life: Life, name: str, data: bytes, offset: int) -> int:
        """Write, or a part of it; how much."""
        fault = self._meet(life, "write", name)
        file = self._find(name)
        growth = max(offset + len(data) - len(file.view), 0)
        if not fault and growth and self.used() + growth > self.capacity:
            fault = "full"
        if fault in {"short", "crash-within"}:
            data = data[: len(data) // 2]
        if fault in {"eio", "full"}:
            life.write_failed = True
            raise _error(errno.ENOSPC if fault == "full" else errno.EIO)
        for place in [one for one in self.rotten if one[0] == name]:
            if offset <= place[1] < offset + len(data):
                del self.rotten[place]
        file.change(_Change(offset, bytes(data)))
        self._die_of(life, fault)
        life.write_failed |= fault == "short"
        return len(data)

    def truncate(self, life: Life, name: str, size: int) -> None:
        """Cut a file off."""
        fault = self._meet(life, "truncate", name)
        if fault and not fault.startswith("crash"):
            life.write_failed = True
            raise _error(errno.EIO)
        self._find(name).change(_Change(size, None))
        self._die_of(life, fault)

    def sync(self, life: Life, name: str) -> None:
        """Make a file durable, its name included (SQLite syncs the directory with a new file)."""
        fault = self._meet(life, "sync", name)
        file = self._find(name)
        if fault and not fault.startswith("crash"):
            life.write_failed = True
            file.drop(self.chance)
            raise _error(errno.EIO)
        file.settle()
        self.names[name] = file
        self._die_of(life, fault)

    def delete(self, life: Life, name: str, *, durably: bool) -> None:
        """Take a name away."""
        self._die_of(life, self._meet(life, "delete", name))
        if self.files.pop(name, None) is None:
            raise FileNotFoundError(name)
        if durably:
            self.names.pop(name, None)

    def create(self, life: Life, name: str) -> None:
        """Have a file of this name, empty if there was none."""
        if not life.dead and name not in self.files:
            self.files[name] = _File(bytearray(), bytearray())

    def size(self, name: str) -> int:
        """Length of a file, -1 where there is none."""
        file = self.files.get(name)
        return -1 if file is None else len(file.view)

    def lock(self, life: Life) -> None:
        """Hold the directory."""
        if self.locked_by is not None and not self.locked_by.dead:
            raise BlockingIOError(errno.EWOULDBLOCK, "held by another process")
        self.locked_by = life

    # what befalls it

    def cut_power(self) -> None:
        """Lose what was not synced, or a part of it."""
        kept: dict[str, _File] = {}
        for name in sorted({*self.files, *self.names}):
            seen, known = self.files.get(name), self.names.get(name)
            file = seen if self.chance.random() < 0.5 else known
            if seen is known:
                file = seen
            if file is not None:
                kept[name] = file
        for name in sorted(kept):
            kept[name].lose_power(self.chance)
        self.files, self.names = kept, dict(kept)

    def mend(self) -> int:
        """Turn rotten bits back, as who restores a good copy of them does; how many."""
        for (name, offset), bit in self.rotten.items():
            file = self.files.get(name)
            for content in (file.view, file.platter) if file else ():
                if offset < len(content):
                    content[offset] ^= bit
        count = len(self.rotten)
        self.rotten.clear()
        return count

    def _rot(self, name: str, offset: int, bit: int) -> None:
        if (name, offset) in self.rotten:
            return
        file = self._find(name)
        if any(
            one.data is None or one.offset <= offset < one.offset + len(one.data)
            for one in file.pending
        ):
            return
        self.rotten[name, offset] = bit
        for content in (file.view, file.platter):
            if offset < len(content):
                content[offset] ^= bit

    def _is_spared(self, life: Life, name: str) -> bool:
        """The watermark guards the end of the write-ahead log: never are both misread."""
        spoilt = {*life.misread_files, *(where for where, _ in self.rotten)} - {name}
        return name in GUARDING and bool(spoilt & GUARDING)

    def _find(self, name: str) -> _File:
        try:
            return self.files[name]
        except KeyError:
            raise _error(errno.ENOENT) from None

    def _meet(self, life: Life, kind: str, name: str) -> str:
        """Count an operation; the fault it meets, "" for none."""
        if life.dead:
            raise _error(errno.EIO)
        life.operations += 1
        for plan in self.plans:
            if plan.meets(kind):
                if not plan.is_lasting:
                    self.plans.remove(plan)
                self.tell(f"disk: {plan.mode} at {kind} {name}")
                if plan.mode == "crash-before":
                    self._die_of(life, plan.mode)
                return plan.mode
        return ""

    @staticmethod
    def _die_of(life: Life, fault: str) -> None:
        if fault.startswith("crash"):
            life.dead = True
            raise CrashError(fault)


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
