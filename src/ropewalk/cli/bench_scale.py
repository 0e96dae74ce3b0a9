# SPDX-License-Identifier: Apache-2.0
"""Load very many titles at once, for the scale benchmark only.

Issuing a million bills act by act would measure issuing. Here one block of no transactions
carries the records, so the ledger opens and goes on as any other; an audit would refuse it,
since re-execution does not give those records.
"""

import time
from collections.abc import Callable

from ropewalk.cli.bench_world import PASSPHRASE, Held, World
from ropewalk.crypto import sha256_hex, to_base64
from ropewalk.engines import watermark as marking
from ropewalk.engines.opening import DataDirectory, DirectoryLock, open_chain
from ropewalk.engines.writing import BlockWrite, state_rows, write
from ropewalk.ledger import BlockEntry, encode_record
from ropewalk.title import ISSUED, ReferenceRecord, Title
from ropewalk.title import key as title_key
from ropewalk.title import reference_key
from ropewalk.tlog import Checkpoint, CompleteNode, leaf_hash, sign_checkpoint

PART = 100_000


def load_titles(world: World, count: int, tell: Callable[[str], None]) -> list[Held]:
    """Put `count` blank bills into the state, each in a shipper's hands."""
    lock = DirectoryLock(DataDirectory(world.folder).lock)
    held: list[Held] = []
    for start in range(0, count, PART):
        records: dict[str, bytes | None] = {}
        for number in range(start, min(start + PART, count)):
            one, changes = _title(world, number)
            held.append(one)
            records.update(changes)
        _write(world, records)
        tell(f"loaded {min(start + PART, count):,}")
    lock.release()
    return held


def _title(world: World, number: int) -> tuple[Held, dict[str, bytes]]:
    holder = number % (len(world.ids) - 1) + 1
    identifier = sha256_hex(b"title %d" % number)
    last_act = sha256_hex(b"act %d" % number)
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
    return Held(identifier, holder, last_act), {
        title_key(identifier): encode_record(record),
        reference_key(reference): encode_record(ReferenceRecord(title=identifier)),
    }


def _write(world: World, records: dict[str, bytes | None]) -> None:
    chain = open_chain(DataDirectory(world.folder), PASSPHRASE, now_s=int(time.time()))
    rows = state_rows(records)
    state_root = chain.tree.refresh({row.hashed: row.leaf for row in rows})
    height, position = chain.tip.height + 1, chain.tip.size
    entry = encode_record(
        BlockEntry(height=height, protocol=1, state_root=state_root.hex(), time=chain.tip.time_s)
    )
    completed: list[CompleteNode] = []
    chain.frontier.append(leaf_hash(entry), completed)
    log_root = chain.frontier.root()
    write(
        chain.store,
        BlockWrite(
            height=height,
            time_s=chain.tip.time_s,
            protocol=1,
            first=position,
            entries=[entry],
            lookups=[],
            rows=rows,
            state_root=state_root,
            log_root=log_root,
            replay=b"",
            events=[],
            tiles=chain.tiles.append(position, [leaf_hash(entry)], completed),
            note=chain.unstored_note,
        ),
    )
    checkpoint = Checkpoint(chain.verifier_key.name, position + 1, log_root)
    note = sign_checkpoint(checkpoint, chain.verifier_key, chain.log_key.sign).to_bytes()
    chain.watermark.write(
        marking.Watermark(
            checkpoint=to_base64(note), height=height, root=log_root.hex(), size=position + 1
        )
    )
    chain.unstored_note = (position + 1, note)
    chain.close()
