# SPDX-License-Identifier: Apache-2.0
"""G7: a flipped bit anywhere in a data directory is found, or shown to change no answer.

Most flips are settled by the file's own redundancy, looked at here and now: SQLite's page
checksum, the watermark's hash, the genesis' id. A sample of every file goes the whole way: the
engine opens, or refuses; the auditor looks; and where both are content, every answer is compared
with the undamaged ledger's. `ROPEWALK_FLIPS` says how many (20,000), `ROPEWALK_SEED` which.
"""

import hashlib
import os
import random
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import apsw.sqlite_extra
import pytest

from harness.conftest import Template
from harness.driving import Answer, ForkServer, NotOpenedError, copy
from harness.recording import Recorder
from ropewalk.client.document import dcsa_checksum
from ropewalk.crypto import document_commitment

FLIPS = int(os.environ.get("ROPEWALK_FLIPS", "20000"))
SEED = int(os.environ.get("ROPEWALK_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
PAGE = 4096
SLOT = 512
LANES = 2
WHOLE_WAY = 0.015
"""Share of the flips that go the whole way."""
SHARES = {"ledger.db": 6_300, "ledger.db-wal": 2_400}
"""Of ten thousand; every other file has 180."""
FOUND = ("opening", "reading", "audit", "dead")


@dataclass(frozen=True, slots=True)
class Ledger:
    """An undamaged data directory and what it answers."""

    data: Path
    answers: Answer
    ids: list[str]
    keys: list[str]


def _grow(server: ForkServer, template: Template, data: Path) -> tuple[Recorder, list[str]]:
    """Acts on the template's titles and three documents kept; killed, so that a log is left."""
    recorder = template.copy(data)
    (data / "documents").mkdir(mode=0o700)
    issues = []
    for number in range(3):
        document = b'{"transportDocumentReference":"KEPT%d","cargo":"rope"}\n' % number
        salt = hashlib.sha256(b"salt %d" % number).digest()
        commitment = document_commitment(salt, document, dcsa_checksum(document))
        title, text = recorder.world.issue(f"KEPT{number}", 1, commitment)
        (data / "documents" / f"{title.identifier}.document").write_bytes(document)
        (data / "documents" / f"{title.identifier}.salt").write_bytes(salt)
        issues.append(text)
    with server.serve(data) as victim:
        assert recorder.submit(victim.control, issues)
        for _ in range(4):
            for title in recorder.titles[:20]:
                title.pending.clear()
            texts = [text for one in recorder.titles[:20] for text in recorder.world.moves(one)]
            assert recorder.submit(victim.control, texts)
            for title in recorder.titles[:20]:
                title.last_act, title.holder = title.pending[-1]
        victim.kill()
    return recorder, [f"title/{one.identifier}" for one in recorder.titles[:10]]


@pytest.fixture(scope="session")
def unclean(
    server: ForkServer, template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Ledger:
    """Killed: the last acts stand in the write-ahead log only."""
    data = tmp_path_factory.mktemp("unclean") / "data"
    recorder, keys = _grow(server, template, data)
    ids = list(recorder.acknowledged)[::8]
    probe = copy(data, data.with_name("probe"))
    answers = server.run("look", probe, key=True, ids=ids, keys=keys)["answers"]
    return Ledger(data, answers, ids, keys)


@pytest.fixture(scope="session")
def clean(server: ForkServer, unclean: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The same, closed in good order."""
    data = copy(unclean.data, tmp_path_factory.mktemp("clean") / "data")
    with server.serve(data) as victim:
        victim.stop()
    assert server.audit(data)["ok"]
    return Ledger(data, unclean.answers, unclean.ids, unclean.keys)


class Judge:
    """One lane's copies of both ledgers, damaged and mended again and again."""

    def __init__(self, server: ForkServer, ledger: Ledger, folder: Path) -> None:
        self._server = server
        self.ledger = ledger
        self._folder = folder

    def verdict(self, data: Path) -> str:
        """Who finds it: `opening`, `audit`, nobody as it is `dead`; or `silent`."""
        probe = copy(data, self._folder / "probe")
        job = {"ids": self.ledger.ids, "keys": self.ledger.keys}
        try:
            answers = self._server.run("look", probe, **job)["answers"]
        except NotOpenedError as refused:
            return _found_by(refused)
        report = self._server.audit(data)
        if not report["ok"]:
            return "audit"
        return "dead" if answers == self.ledger.answers else "silent"


def _found_by(refused: NotOpenedError) -> str:
    """An error of ours is a refusal; SQLite's own, on a page first read by a question, is found."""
    if not refused.kind.startswith("!") or refused.kind == "!GenesisError":
        return "opening"
    if refused.kind in ("!IOError", "!CorruptError"):
        return "reading"
    return f"crash: {refused}"


@contextmanager
def flipped(path: Path, bit: int) -> Iterator[None]:
    """A file with one bit the other way; afterwards as it was."""
    mode, before = path.stat().st_mode, path.read_bytes()
    data = bytearray(before)
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
    try:
        yield
    finally:
        path.write_bytes(before)
        path.chmod(mode)


class Redundancy:
    """What settles a flip at once: the same check that the reader of the file makes."""

    def __init__(self, ledger: Ledger) -> None:
        self._data = ledger.data
        self._holder = apsw.Connection(":memory:")
        apsw.sqlite_extra.load(self._holder, "cksumvfs")
        self._local = threading.local()

    def finds(self, name: str, damaged: bytes, bit: int) -> bool:
        """Whether a flip is found without opening the ledger."""
        at = bit // 8
        if name == "ledger.db":
            start = at - at % PAGE
            return start > 0 and not self._page_is_right(damaged[start : start + PAGE])
        if name == "watermark":
            slot = damaged[at - at % SLOT :][:SLOT]
            return hashlib.sha256(slot[32:]).digest() != slot[:32]
        if name.startswith(("documents/", "genesis.json")):
            return damaged != (self._data / name).read_bytes()
        return False

    def _page_is_right(self, page: bytes) -> bool:
        ((right,),) = self._holder.execute("SELECT verify_checksum(?)", (page,)).fetchall()
        return bool(right)


class Shortened:
    """A damaged write-ahead log: whether SQLite drops its tail below the watermark's height."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._database = folder / "ledger.db"
        self._log = folder / "ledger.db-wal"
        folder.mkdir()
        shutil.copyfile(data / "ledger.db", self._database)
        self._height = self.height((data / "ledger.db-wal").read_bytes())

    def height(self, log: bytes) -> int:
        """The last block that is left with such a log."""
        self._log.write_bytes(log)
        self._log.with_name("ledger.db-shm").unlink(missing_ok=True)
        uri = f"file:{self._database}?vfs=unix"
        connection = apsw.Connection(uri, flags=apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            found: Any = connection.execute("SELECT max(height) FROM block").fetchall()[0][0]
        finally:
            connection.close()
        return int(found)

    def finds(self, log: bytes) -> bool:
        """Whether what is left ends below what was acknowledged."""
        try:
            return self.height(log) < self._height
        except apsw.Error:
            return True


def _sample(ledger: Ledger, name: str, count: int, chance: random.Random) -> list[int]:
    bits = (ledger.data / name).stat().st_size * 8
    return chance.sample(range(bits), min(count, bits))


def _whole_way(
    server: ForkServer, ledger: Ledger, folder: Path, cases: list[tuple[str, int]]
) -> Counter[tuple[str, str]]:
    """Open and audit each of some flips."""

    def lane(number: int) -> Counter[tuple[str, str]]:
        home = folder / f"judge{number}"
        home.mkdir(parents=True)
        data = copy(ledger.data, home / "data")
        judge = Judge(server, ledger, home)
        found: Counter[tuple[str, str]] = Counter()
        for name, bit in cases[number::LANES]:
            with flipped(data / name, bit):
                verdict = judge.verdict(data)
            found[name.partition("/")[0], verdict] += 1
            if verdict not in FOUND:
                print(f"{name} bit {bit}: {verdict}")
        return found

    with ThreadPoolExecutor(LANES) as pool:
        return sum(pool.map(lane, range(LANES)), Counter())


def _names(ledger: Ledger) -> list[str]:
    return sorted(
        str(path.relative_to(ledger.data))
        for path in ledger.data.rglob("*")
        if path.is_file() and path.stat().st_size and path.name != "ledger.db-shm"
    )


def _cheaply(
    ledger: Ledger, folder: Path, names: list[str], chance: random.Random
) -> tuple[Counter[str], list[tuple[str, int]]]:
    """Flips settled at once, by file, and those left to go the whole way."""
    redundancy = Redundancy(ledger)
    shortened = Shortened(ledger.data, folder) if "ledger.db-wal" in names else None
    settled: Counter[str] = Counter()
    left: list[tuple[str, int]] = []
    for name in names:
        original = (ledger.data / name).read_bytes()
        for bit in _sample(ledger, name, FLIPS * SHARES.get(name, 180) // 10_000, chance):
            damaged = bytearray(original)
            damaged[bit // 8] ^= 1 << bit % 8
            if name == "ledger.db-wal" and shortened is not None:
                found = shortened.finds(bytes(damaged))
            else:
                found = redundancy.finds(name, bytes(damaged), bit)
            settled[name.partition("/")[0]] += found
            if not found or chance.random() < WHOLE_WAY:
                left.append((name, bit))
    return settled, left


def _all_found(
    server: ForkServer, ledger: Ledger, folder: Path, names: list[str]
) -> Counter[tuple[str, str]]:
    print(f"seed {SEED}, {FLIPS} flips in all")
    settled, left = _cheaply(ledger, folder / "shortened", names, random.Random(SEED))
    verdicts = _whole_way(server, ledger, folder, left)
    print(f"settled by redundancy: {dict(settled)}")
    print(f"the whole way: {dict(verdicts)}")
    assert not {key: n for key, n in verdicts.items() if key[1] not in FOUND}
    return verdicts


def test_every_flipped_bit_of_a_closed_ledger_is_found_or_changes_nothing(
    server: ForkServer, clean: Ledger, tmp_path: Path
) -> None:
    names = [name for name in _names(clean) if name != "keys/log.pem"]
    assert {"genesis.json", "ledger.db", "watermark"} < {*names}
    assert sum(name.startswith("documents/") for name in names) == 6
    verdicts = _all_found(server, clean, tmp_path, names)
    assert verdicts["ledger.db", "dead"] == 0


def test_a_flipped_bit_of_the_log_key_is_refused_or_leaves_the_key_as_it_was(
    server: ForkServer, clean: Ledger, tmp_path: Path
) -> None:
    count = 40 if FLIPS >= 20_000 else 10
    bits = _sample(clean, "keys/log.pem", count, random.Random(SEED))
    bits += range(1_184, 1_440, 8 if FLIPS >= 20_000 else 64)  # the cipher's initial vector
    verdicts = _whole_way(server, clean, tmp_path, [("keys/log.pem", bit) for bit in bits])
    print(dict(verdicts))
    assert not {key: n for key, n in verdicts.items() if key[1] not in FOUND}


def test_every_flipped_bit_of_a_log_left_by_a_kill_is_found(
    server: ForkServer, unclean: Ledger, tmp_path: Path
) -> None:
    verdicts = _all_found(server, unclean, tmp_path, ["ledger.db-wal"])
    assert verdicts["ledger.db-wal", "dead"] == 0


def test_the_head_of_the_database_is_covered_bit_by_bit(
    server: ForkServer, clean: Ledger, tmp_path: Path
) -> None:
    every = 1 if FLIPS >= 20_000 else 16
    cases = [("ledger.db", bit) for bit in range(0, 100 * 8, every)]
    verdicts = _whole_way(server, clean, tmp_path, cases)
    print(dict(verdicts))
    assert {verdict for _, verdict in verdicts} <= {*FOUND}
