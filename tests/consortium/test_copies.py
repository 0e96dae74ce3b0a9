# SPDX-License-Identifier: Apache-2.0
"""G26: a member that edits its own copy is the only one that it harms; and how it comes back."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import apsw
import apsw.sqlite_extra
import pytest

from comet import eventually
from consortium.company import Company, environment_number
from ledger.world import IDS
from ropewalk.cli.supervisor import Part
from ropewalk.crypto import encode
from ropewalk.tlog import hashed_key, map_leaf

EDITED = 3
BACK_S = 60.0
NOTICED_S = 40.0
PATIENCE = environment_number("ROPEWALK_NETWORK_PATIENCE", 0)


def edit(data: Path, statements: list[tuple[str, tuple[Any, ...]]]) -> None:
    """Run statements so that every page's checksum holds, as whoever knows the program can."""
    holder = apsw.Connection(":memory:")
    apsw.sqlite_extra.load(holder, "cksumvfs")
    with closing(apsw.Connection(str(data / "ledger.db"), vfs="cksmvfs")) as connection:
        connection.set_busy_timeout(5_000)
        with connection:
            for text, values in statements:
                connection.execute(text, values)
    holder.close()


def record_of(data: Path, key: str) -> bytes:
    """A record as the table has it."""
    query = "SELECT record FROM state WHERE key = ?"
    with closing(apsw.Connection(str(data / "ledger.db"), vfs="unix")) as connection:
        found: Any = connection.execute(query, (key,)).fetchone()
    return bytes(found[0])


def forged(data: Path, key: str) -> tuple[bytes, bytes]:
    """The carrier's party, its roles taken away; and the leaf that fits."""
    kind, party = json.loads(record_of(data, key))
    party["roles"] = ["shipper"]
    record = encode([kind, party])
    return record, map_leaf(hashed_key(key.encode()), record)


def wipe(company: Company, member: int, *, consensus: bool) -> None:
    """Do as docs/operating/consortium.md says, between stop and start."""
    data = company.data(member)
    for path in (*data.glob("ledger.db*"), data / "watermark"):
        path.unlink(missing_ok=True)
    if consensus:
        for path in (data / "cometbft" / "data").iterdir():
            if path.name == "priv_validator_state.json":
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture
def carrier() -> str:
    """The key of the record of the party that every issue touches."""
    return f"party/{IDS['carrier']}"


def test_a_copy_edited_while_it_is_stopped_does_not_start(company: Company, carrier: str) -> None:
    company.stop(EDITED)
    data = company.data(EDITED)
    record, leaf = forged(data, carrier)
    edit(data, [("UPDATE state SET record = ?, leaf = ? WHERE key = ?", (record, leaf, carrier))])
    company.start(EDITED)
    eventually(lambda: "do not lead to the last block" in log(data, Part.NODE), NOTICED_S)
    company.await_writes(5, BACK_S)
    company.stop(EDITED)
    wipe(company, EDITED, consensus=False)
    company.start(EDITED)
    company.require_agreement(BACK_S)


def log(data: Path, part: Part) -> str:
    return (data / f"{part.value}.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def led_by_nobody(company: Company) -> Iterator[None]:
    """The member's node is open, has read no record yet, and has nothing to do."""
    comet, node = (company.network.part(EDITED, part) for part in (Part.COMETBFT, Part.NODE))
    comet.stop()
    node.restart()
    eventually(lambda: "block" in company.ready(EDITED)[1] or company.ready(EDITED)[0], BACK_S)
    yield
    comet.start()


def test_a_record_edited_under_a_running_node_stops_it_when_it_is_read(
    company: Company, carrier: str
) -> None:
    """Its leaf no longer fits it; a node that reads it says so, and executes nothing on it."""
    data = company.data(EDITED)
    with led_by_nobody(company):
        record, _ = forged(data, carrier)
        edit(data, [("UPDATE state SET record = ? WHERE key = ?", (record, carrier))])
    eventually(lambda: "is not the one its leaf" in company.ready(EDITED)[1], NOTICED_S)
    company.await_writes(5, BACK_S)
    company.stop(EDITED)
    wipe(company, EDITED, consensus=False)
    company.start(EDITED)
    company.require_agreement(BACK_S)


@pytest.mark.skipif(not PATIENCE, reason="takes a minute: `make test-long PART=copies`")
def test_a_copy_edited_with_all_that_hangs_on_it_parts_from_the_others_and_halts(
    company: Company, carrier: str
) -> None:
    """Record and leaf fit, in a running node: no one node can see that by itself."""
    data = company.data(EDITED)
    values = (*forged(data, carrier), carrier)
    before = len(log(data, Part.COMETBFT))
    with led_by_nobody(company):
        edit(data, [("UPDATE state SET record = ?, leaf = ? WHERE key = ?", values)])
    told = "wrong Block.Header.AppHash"
    eventually(lambda: told in log(data, Part.COMETBFT)[before:], NOTICED_S)
    began = time.monotonic()
    eventually(lambda: not company.ready(EDITED)[0], NOTICED_S)
    print(f"{time.monotonic() - began:.0f} s later: {company.ready(EDITED)[1]}")
    company.await_writes(5, BACK_S)
    company.stop(EDITED)
    wipe(company, EDITED, consensus=True)
    company.start(EDITED)
    company.require_agreement(BACK_S)


@pytest.mark.skipif(not PATIENCE, reason="half a minute: `make test-long PART=copies`")
def test_a_member_that_was_long_away_catches_up(company: Company) -> None:
    company.stop(EDITED)
    company.await_writes(30, 60)
    company.start(EDITED)
    company.require_agreement(BACK_S)
