# SPDX-License-Identifier: Apache-2.0
"""Load very many titles at once, for the scale benchmark only.

Issuing a million bills act by act would measure issuing. Here one block of no transactions
carries the records, so the ledger opens and goes on as any other; an audit would refuse it,
since re-execution does not give those records.
"""

import multiprocessing
import time
from collections.abc import Callable

from ropewalk.cli.bench_world import PASSPHRASE, Held, World
from ropewalk.crypto import sha256_hex
from ropewalk.engines.bulk import load_records
from ropewalk.engines.opening import DataDirectory, DirectoryLock
from ropewalk.ledger import encode_record
from ropewalk.title import ISSUED, ReferenceRecord, Title, reference_key
from ropewalk.title import key as title_key

PART = 100_000


def load_titles(world: World, count: int, tell: Callable[[str], None], *, part: int = PART) -> None:
    """Put `count` blank bills into the state, in a process of its own: its memory goes with it.

    The last `part` of them wait to be merged into the list of holdings.
    """
    arguments = (world, count, tell, part)
    process = multiprocessing.get_context("fork").Process(target=_load, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise AssertionError("loading titles failed")


def loaded(world: World, number: int) -> Held:
    """One of the loaded bills."""
    holder = number % (len(world.ids) - 1) + 1
    return Held(sha256_hex(b"title %d" % number), holder, sha256_hex(b"act %d" % number))


def _load(world: World, count: int, tell: Callable[[str], None], part: int) -> None:
    lock = DirectoryLock(DataDirectory(world.folder).lock)
    for start in range(0, count, part):
        end = min(start + part, count)
        records: dict[str, bytes | None] = {}
        for number in range(start, end):
            records.update(_records(world, number))
        load_records(DataDirectory(world.folder), PASSPHRASE, records, now_s=int(time.time()))
        tell(f"loaded {end:,}")
    lock.release()


def _records(world: World, number: int) -> dict[str, bytes]:
    held = loaded(world, number)
    identifier, last_act, holder = held.title, held.last_act, held.holder
    reference = f"SMDG:BNC:LOAD{number:09d}"
    record = Title(
        commitment=sha256_hex(b"document %d" % number),
        consignee="",
        document_type="BOL",
        endorsee="",
        endorsee_may_endorse=True,
        governing_law="GB",
        is_to_order=True,
        issued_at=int(time.time()),
        issuer=world.ids[0],
        last_act=last_act,
        possessor=world.ids[holder],
        prior_endorsee="",
        prior_may_endorse=True,
        reference=reference,
        refusable_from="",
        shipper=world.ids[holder],
        status=ISSUED,
        surrendered_by="",
        version=1,
    )
    return {
        title_key(identifier): encode_record(record),
        reference_key(reference): encode_record(ReferenceRecord(title=identifier)),
    }
