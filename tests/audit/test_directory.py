# SPDX-License-Identifier: Apache-2.0
"""The audit of a data directory names the first difference, whatever was edited and how."""

from pathlib import Path

import apsw
import apsw.sqlite_extra
import msgspec
import pytest

from network import Network
from ropewalk.audit import Anchor, Report, audit_directory
from ropewalk.client import History, Kept, Shelf, bundle_of
from ropewalk.client.bundle import read_bundle
from ropewalk.client.document import dcsa_checksum
from ropewalk.crypto import document_commitment, from_base64
from ropewalk.ledger import read_genesis
from ropewalk.tlog import Note, VerifierKey, verify_checkpoint

DOCUMENT = b'{"transportDocumentReference": "A1", "weight": 12000.0}'
SALT = bytes(range(32))


def _audit(folder: Path, anchor: Anchor | None = None) -> Report:
    return audit_directory(folder, anchor, lambda _done, _all: None)


@pytest.fixture
def closed(network: Network) -> Path:
    """The folder of a ledger with a title, its document and a refusal, closed."""
    commitment = document_commitment(SALT, DOCUMENT, dcsa_checksum(DOCUMENT))
    title, issued = network.issue("A1", commitment=commitment)
    network.send(network.transfer(title, issued, "bank", "consignee"))
    network.send(network.transfer(title, issued, "shipper", "bank"))
    Shelf(network.folder / "documents").keep(title, Kept(DOCUMENT, SALT))
    network.engine.close()
    return network.folder


def _edit(folder: Path, statement: str, *, checksums: bool) -> None:
    holder = apsw.Connection(":memory:")
    apsw.sqlite_extra.load(holder, "cksumvfs")
    connection = apsw.Connection(str(folder / "ledger.db"), vfs="cksmvfs" if checksums else "unix")
    connection.execute(statement)
    connection.close()


def test_an_untouched_ledger_is_right(closed: Path) -> None:
    report = _audit(closed)
    assert report == Report(ok=True, height=7, first_difference="", transactions=7)


EDITS = [
    (
        "UPDATE entry SET entry = replace(entry, 'committed', 'committee') WHERE position = 3",
        "entry 3",
    ),
    ("DELETE FROM entry WHERE position = 5", "entry"),
    ("UPDATE block SET time = time + 1 WHERE height = 2", "block 2"),
    ("UPDATE block SET log_root = zeroblob(32) WHERE height = 3", "block 3"),
    ("UPDATE block SET state_root = zeroblob(32) WHERE height = 3", "block 3"),
    ("UPDATE block SET replay = x'' WHERE height = 3", "block 3"),
    ("UPDATE block SET events = x'5b5d' WHERE height = 3", "block 3"),
    ("UPDATE block SET moves = x'00' WHERE height = 5", "block 5"),
    ("INSERT INTO holding VALUES (zeroblob(16), zeroblob(32))", "holding 00"),
    ("INSERT INTO holding VALUES (1, 'x')", "holding 'x'"),
    ("UPDATE meta SET value = 7 WHERE name = 'holdings'", "holding "),
    ("UPDATE meta SET value = 9 WHERE name = 'holdings'", "meta"),
    ("UPDATE meta SET value = 'x' WHERE name = 'holdings'", "meta"),
    ("UPDATE meta SET value = 1 WHERE name = 'format'", "meta"),
    ("INSERT INTO meta VALUES ('rebuilt', 2)", "meta"),
    ("DELETE FROM block WHERE height = 7", "block 7"),
    (
        (
            "INSERT INTO block SELECT height + 9, time, protocol, first + 99, last + 99, "
            "state_root, log_root, replay, events, moves FROM block WHERE height = 7"
        ),
        "block",
    ),
    ("UPDATE lookup SET position = position + 1 WHERE position = 1", "lookup"),
    ("DELETE FROM lookup WHERE position = 1", "lookup"),
    ("UPDATE tile SET hashes = zeroblob(length(hashes))", "tile"),
    ("INSERT INTO tile VALUES (3, 0, x'00')", "tile"),
    (
        "UPDATE state SET record = replace(record, 'ISSUED', 'VOIDED') WHERE key LIKE 'title/%'",
        "state title/",
    ),
    ("UPDATE state SET leaf = zeroblob(32) WHERE key = 'sentinel'", "state sentinel"),
    ("DELETE FROM state WHERE key = 'law/GB'", "state law/GB"),
    ("INSERT INTO state VALUES (zeroblob(32), 'law/XX', zeroblob(32), x'5b5d')", "state law/XX"),
    ("UPDATE checkpoint SET note = x'00'", "checkpoint"),
    ("UPDATE meta SET value = x'00' WHERE name = 'genesis'", "meta"),
    ("UPDATE meta SET value = -1 WHERE name = 'epoch'", "meta"),
    ("CREATE TABLE more (a)", "schema"),
    ("CREATE TRIGGER later AFTER INSERT ON entry BEGIN DELETE FROM state; END", "schema"),
]


@pytest.mark.parametrize("checksums", [True, False], ids=["valid pages", "plain SQLite"])
@pytest.mark.parametrize(("statement", "where"), EDITS, ids=[one[0][:40] for one in EDITS])
def test_an_edited_row_is_named(
    closed: Path, statement: str, where: str, *, checksums: bool
) -> None:
    """G41, TH16: also where every page stays valid."""
    _edit(closed, statement, checksums=checksums)
    report = _audit(closed)
    assert not report.ok
    assert report.first_difference.startswith(where), report.first_difference


def test_a_changed_document_or_salt_is_named(closed: Path) -> None:
    for suffix in ("document", "salt"):
        file = next((closed / "documents").glob(f"*.{suffix}"))
        data = file.read_bytes()
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        assert _audit(closed).first_difference.startswith("documents/")
        file.write_bytes(data)
    assert _audit(closed).ok


def test_a_changed_watermark_or_genesis_is_named(closed: Path) -> None:
    for name in ("watermark", "genesis.json"):
        data = (closed / name).read_bytes()
        (closed / name).write_bytes(data[:45] + bytes([data[45] ^ 1]) + data[46:])
        assert _audit(closed).first_difference.startswith(("watermark", "genesis.json", "meta"))
        (closed / name).write_bytes(data)
    assert _audit(closed).ok


def test_a_ledger_put_back_is_found_by_a_bundle_kept(network: Network) -> None:
    """G8, TH18: the log itself can't know."""
    title, _ = network.issue("A1")
    network.engine.close()
    yesterday = {name: (network.folder / name).read_bytes() for name in ("ledger.db", "watermark")}
    network.reopen()
    network.issue("A2")
    history = network.engine.history(title)
    network.engine.close()
    built = msgspec.convert(msgspec.to_builtins(history), History)
    kept = read_bundle(bundle_of(built, network.network, title, None))
    log = VerifierKey.parse(read_genesis(network.genesis).log)
    checkpoint = verify_checkpoint(Note.parse(from_base64(kept.checkpoint)), log)
    assert _audit(network.folder, Anchor(checkpoint)).ok
    for name, data in yesterday.items():
        (network.folder / name).write_bytes(data)
    assert _audit(network.folder).ok
    report = _audit(network.folder, Anchor(checkpoint))
    assert not report.ok
    assert "earlier state" in report.first_difference
