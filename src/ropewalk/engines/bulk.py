# SPDX-License-Identifier: Apache-2.0
"""Records without acts, for measuring at scale only.

A block of no transactions carries them, so the ledger opens and goes on as any other; an audit
refuses it, since re-execution does not give those records.
"""

from ropewalk.crypto import to_base64
from ropewalk.engines import watermark as marking
from ropewalk.engines.opening import DataDirectory, open_chain
from ropewalk.engines.writing import BlockWrite, state_rows, write
from ropewalk.ledger import BlockEntry, encode_record
from ropewalk.tlog import Checkpoint, CompleteNode, leaf_hash, sign_checkpoint


def load_records(
    directory: DataDirectory, passphrase: str, records: dict[str, bytes | None], *, now_s: int
) -> None:
    """Append one block of no transactions that carries these records.

    Args:
        directory: where the ledger lies; the caller holds its lock.
        passphrase: of the log's key.
        records: state changes.
        now_s: the system clock, seconds since 1970-01-01T00:00:00Z.
    """
    chain = open_chain(directory, passphrase, now_s=now_s)
    rows = state_rows(records)
    state_root = chain.tree.refresh({row.hashed: row.leaf for row in rows})
    height, position = chain.tip.height + 1, chain.tip.size
    entry = encode_record(
        BlockEntry(height=height, protocol=1, state_root=state_root.hex(), time=chain.tip.time_s)
    )
    completed: list[CompleteNode] = []
    chain.frontier.append(leaf_hash(entry), completed)
    log_root = chain.frontier.root()
    step = chain.holdings.step(height, chain.view, records, chain.tree.count)
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
            step=step,
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
