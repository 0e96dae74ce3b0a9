# SPDX-License-Identifier: Apache-2.0
"""TH16: whoever edits rows, with page checksums or without, is named by the audit."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import apsw.sqlite_extra
import pytest

from harness.conftest import Template
from harness.driving import ForkServer, NotOpenedError, copy
from harness.test_damage import Ledger, _grow  # the same ledger

COLUMNS = {
    "meta": ["name", "value"],
    "block": [
        "height",
        "time",
        "protocol",
        "first",
        "last",
        "state_root",
        "log_root",
        "replay",
        "events",
        "moves",
    ],
    "entry": ["position", "entry"],
    "lookup": ["id", "position"],
    "tile": ["level", "number", "hashes"],
    "state": ["hashed", "key", "leaf", "record"],
    "checkpoint": ["size", "note"],
    "holding": ["controller", "title"],
}
ORDER = {
    "meta": "name",
    "block": "height",
    "entry": "position",
    "lookup": "id",
    "tile": "level, number",
    "state": "hashed",
    "checkpoint": "size",
    "holding": "controller, title",
}
CELLS = [(table, column) for table, columns in COLUMNS.items() for column in columns]
Statements = list[tuple[str, tuple[Any, ...]]]


@pytest.fixture(scope="session")
def closed(
    server: ForkServer, template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Ledger:
    """Closed in good order."""
    data = tmp_path_factory.mktemp("edited") / "data"
    _grow(server, template, data)
    with server.serve(data) as victim:
        victim.stop()
    return Ledger(data, {}, [], [])


def edit(data: Path, statements: Statements, *, checksums: bool) -> None:
    """Run statements; with the checksum VFS every page stays valid."""
    database = data / "ledger.db"
    if not checksums:
        with closing(sqlite3.connect(database)) as plain, plain:
            for text, values in statements:
                plain.execute(text, values)
        return
    holder = apsw.Connection(":memory:")
    apsw.sqlite_extra.load(holder, "cksumvfs")
    connection = apsw.Connection(str(database), vfs="cksmvfs")
    with connection:
        for text, values in statements:
            connection.execute(text, values)
    connection.close()
    holder.close()


def rows(data: Path, table: str) -> list[tuple[Any, ...]]:
    """A table, in order, read by plain SQLite."""
    query = f"SELECT {', '.join(COLUMNS[table])} FROM {table} ORDER BY {ORDER[table]}"  # noqa: S608
    with closing(sqlite3.connect(data / "ledger.db")) as plain:
        return list(plain.execute(query))


def another(value: object) -> object:
    """The same kind of value, a little different."""
    if isinstance(value, int):
        return value + 1_000_003
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 1)
    assert isinstance(value, bytes)
    return value[:-1] + bytes([value[-1] ^ 1]) if value else b"\1"


def audited(server: ForkServer, data: Path) -> str:
    """The first difference, "" where there is none."""
    try:
        difference: str = server.audit(data)["first_difference"]
    except NotOpenedError as error:
        pytest.fail(f"the audit broke: {error}")
    return difference


@pytest.mark.parametrize("checksums", [False, True], ids=["plain", "valid-pages"])
@pytest.mark.parametrize(("table", "column"), CELLS, ids=[".".join(cell) for cell in CELLS])
def test_an_edited_cell_is_named(
    server: ForkServer, closed: Ledger, tmp_path: Path, table: str, column: str, *, checksums: bool
) -> None:
    data = copy(closed.data, tmp_path / "data")
    found = rows(data, table)
    # the epoch is a count that nothing else repeats: only the genesis' row of meta can be told
    row = found[2] if table == "meta" else found[len(found) // 2]
    value = another(row[COLUMNS[table].index(column)])
    keys = ORDER[table].split(", ")
    clause = " AND ".join(f"{key} = ?" for key in keys)
    values = [row[COLUMNS[table].index(key)] for key in keys]
    statement = f"UPDATE {table} SET {column} = ? WHERE {clause}"  # noqa: S608
    edit(data, [(statement, (value, *values))], checksums=checksums)
    difference = audited(server, data)
    assert difference.split(" ")[0].rstrip(":") in NAMES.get(table, (table,)), difference


NAMES = {
    "entry": ("entry", "block"),
    "block": ("block",),
}
"""Where an edit may first show: an entry that leads elsewhere shows at its block's end."""


@pytest.mark.parametrize("checksums", [False, True], ids=["plain", "valid-pages"])
@pytest.mark.parametrize("table", [table for table in COLUMNS if table != "checkpoint"])
def test_a_missing_row_is_named(
    server: ForkServer, closed: Ledger, tmp_path: Path, table: str, *, checksums: bool
) -> None:
    data = copy(closed.data, tmp_path / "data")
    found = rows(data, table)
    first = COLUMNS[table][0]
    edit(
        data,
        [(f"DELETE FROM {table} WHERE {first} = ?", (found[len(found) // 2][0],))],  # noqa: S608
        checksums=checksums,
    )
    difference = audited(server, data)
    assert difference.split(" ")[0].rstrip(":") in NAMES.get(table, (table,)), difference


def test_a_missing_checkpoint_of_long_ago_changes_no_answer(
    server: ForkServer, closed: Ledger, tmp_path: Path
) -> None:
    """A block that was durable but not signed for before a kill never had one."""
    data, probe = copy(closed.data, tmp_path / "data"), tmp_path / "probe"
    size = rows(data, "checkpoint")[1][0]
    before = server.run("look", copy(data, probe))["answers"]
    edit(data, [("DELETE FROM checkpoint WHERE size = ?", (size,))], checksums=True)
    assert server.run("look", copy(data, probe))["answers"] == before


EXTRA: dict[str, Callable[[list[tuple[Any, ...]]], tuple[Any, ...]]] = {
    "meta": lambda _found: ("note", b"x"),
    "block": lambda found: (found[-1][0] + 1, *found[-1][1:4], found[-1][4] + 1, *found[-1][5:]),
    "entry": lambda found: (len(found), found[1][1]),
    "lookup": lambda _found: (bytes(32), 1),
    "tile": lambda found: (7, 7, found[0][2]),
    "state": lambda found: (bytes(32), "title/none", bytes(32), found[0][3]),
    "checkpoint": lambda found: (found[-1][0] + 1, found[-1][1]),
    "holding": lambda found: (bytes(16), found[0][1]),
}


@pytest.mark.parametrize("table", COLUMNS)
def test_an_extra_row_is_named(
    server: ForkServer, closed: Ledger, tmp_path: Path, table: str
) -> None:
    data = copy(closed.data, tmp_path / "data")
    row = EXTRA[table](rows(data, table))
    marks = ", ".join("?" * len(row))
    names = ", ".join(COLUMNS[table])
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
    edit(data, [(statement, row)], checksums=True)
    difference = audited(server, data)
    assert difference.split(" ")[0].rstrip(":") in NAMES.get(table, (table,)), difference


def test_two_swapped_entries_are_named(server: ForkServer, closed: Ledger, tmp_path: Path) -> None:
    data = copy(closed.data, tmp_path / "data")
    (a, one), (b, other) = rows(data, "entry")[8:10]
    statement = "UPDATE entry SET entry = ? WHERE position = ?"
    edit(data, [(statement, (other, a)), (statement, (one, b))], checksums=True)
    assert audited(server, data).startswith("entry ")


def test_two_swapped_records_are_named(server: ForkServer, closed: Ledger, tmp_path: Path) -> None:
    data = copy(closed.data, tmp_path / "data")
    titles = [row for row in rows(data, "state") if row[1].startswith("title/")]
    one, other = titles[0], titles[1]
    statement = "UPDATE state SET record = ?, leaf = ? WHERE hashed = ?"
    swapped: Statements = [
        (statement, (other[3], other[2], one[0])),
        (statement, (one[3], one[2], other[0])),
    ]
    edit(data, swapped, checksums=True)
    assert audited(server, data).startswith("state title/")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM lookup; END",
        "CREATE VIEW v AS SELECT * FROM state",
        "CREATE TABLE more (x)",
        "CREATE INDEX i ON entry (entry)",
        "ALTER TABLE state ADD COLUMN more",
    ],
)
@pytest.mark.parametrize("checksums", [False, True], ids=["plain", "valid-pages"])
def test_another_schema_is_named(
    server: ForkServer, closed: Ledger, tmp_path: Path, statement: str, *, checksums: bool
) -> None:
    data = copy(closed.data, tmp_path / "data")
    edit(data, [(statement, ())], checksums=checksums)
    assert audited(server, data).startswith(("schema", "page"))


def test_events_that_are_no_json_are_named(
    server: ForkServer, closed: Ledger, tmp_path: Path
) -> None:
    data = copy(closed.data, tmp_path / "data")
    edit(data, [("UPDATE block SET events = ? WHERE height = 2", (b"{[",))], checksums=True)
    assert audited(server, data).startswith("block 2")


def test_a_file_rewritten_without_page_checksums_is_refused(
    server: ForkServer, closed: Ledger, tmp_path: Path
) -> None:
    data = copy(closed.data, tmp_path / "data")
    with closing(sqlite3.connect(data / "ledger.db")) as plain:
        script = "\n".join(plain.iterdump())
    (data / "ledger.db").unlink()
    with closing(sqlite3.connect(data / "ledger.db")) as plain:
        plain.executescript(script)
    with pytest.raises(NotOpenedError, match="DamageError"):
        server.serve(data)


@pytest.mark.parametrize("name", ["genesis.json", "ledger.db", "watermark", "keys/log.pem"])
def test_a_removed_file_is_refused(
    server: ForkServer, closed: Ledger, tmp_path: Path, name: str
) -> None:
    data = copy(closed.data, tmp_path / "data")
    with server.serve(data) as victim:
        victim.stop()
    (data / name).unlink()
    with pytest.raises(NotOpenedError) as refused:
        server.run("serve", data)
    assert refused.value.kind in ("DamageError", "NotInitialisedError"), refused.value
    if name != "keys/log.pem":
        assert audited(server, data).startswith(name)


@pytest.mark.parametrize("suffix", ["document", "salt"])
def test_a_removed_document_or_salt_is_named(
    server: ForkServer, closed: Ledger, tmp_path: Path, suffix: str
) -> None:
    data = copy(closed.data, tmp_path / "data")
    next((data / "documents").glob(f"*.{suffix}")).unlink()
    assert audited(server, data).startswith("documents/")


def test_a_truncated_watermark_is_refused_or_named(
    server: ForkServer, closed: Ledger, tmp_path: Path
) -> None:
    data = copy(closed.data, tmp_path / "data")
    whole = (data / "watermark").read_bytes()
    for size in (0, 1, 511, 512, 700, 1023):
        (data / "watermark").write_bytes(whole[:size])
        assert audited(server, data).startswith("watermark")
        if size < 512:
            with pytest.raises(NotOpenedError, match="DamageError"):
                server.run("serve", data)


def test_a_truncated_log_is_refused(server: ForkServer, template: Template, tmp_path: Path) -> None:
    data, probe = tmp_path / "data", tmp_path / "probe"
    _grow(server, template, data)
    whole = (data / "ledger.db-wal").read_bytes()
    for size in range(0, len(whole), len(whole) // 12 + 1):
        copy(data, probe)
        (probe / "ledger.db-wal").write_bytes(whole[:size])
        with pytest.raises(NotOpenedError, match="BehindWatermarkError"):
            server.run("serve", probe)
        assert audited(server, probe).startswith("watermark")
    copy(data, probe)
    shutil.rmtree(probe / "documents")
    (probe / "ledger.db-wal").unlink()
    (probe / "ledger.db-shm").unlink()
    with pytest.raises(NotOpenedError, match="BehindWatermarkError"):
        server.run("serve", probe)


def test_a_page_zeroed_doubled_or_swapped_is_found(
    server: ForkServer, closed: Ledger, tmp_path: Path
) -> None:
    data = copy(closed.data, tmp_path / "data")
    whole = (data / "ledger.db").read_bytes()
    pages = [whole[at : at + 4096] for at in range(0, len(whole), 4096)]
    silent = []
    for number in range(1, len(pages), 7):
        other = number % (len(pages) - 2) + 2
        for damaged in (
            [*pages[:number], bytes(4096), *pages[number + 1 :]],
            [*pages[:number], pages[other % len(pages)], *pages[number + 1 :]],
        ):
            (data / "ledger.db").write_bytes(b"".join(damaged))
            if not audited(server, data):
                silent.append(number)
    assert not silent, json.dumps(silent)
