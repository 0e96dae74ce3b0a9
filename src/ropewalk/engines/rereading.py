# SPDX-License-Identifier: Apache-2.0
"""Both trees, made again from what is stored when a ledger opens, and held to its last block."""

from pathlib import Path

from ropewalk.engines.errors import DamageError
from ropewalk.engines.halving import OtherHalf
from ropewalk.engines.store import BlockRow, Store
from ropewalk.tlog import AuthenticatedMap, Frontier, MapError, RangeError, TiledLog, leaf_hash


def frontier_of(store: Store, size: int, last: BlockRow) -> Frontier:
    """The edge of the log's tree, from its tiles, held to the last block and its entries.

    Raises:
        DamageError: what is stored leads elsewhere.
    """
    log = TiledLog(store.tile)
    peaks, start = [], 0
    try:
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                peaks.append(log.node(level, start >> level))
                start += 1 << level
    except RangeError as error:
        raise DamageError(f"tile: {error}") from error
    frontier = Frontier(size, peaks)
    if frontier.root() != last.log_root:
        raise DamageError("tile: the tiles do not lead to the last block's log root")
    stored = store.entries(last.first, size)
    hashes = [leaf_hash(entry) for _, entry in stored]
    if hashes != [log.node(0, position) for position in range(last.first, size)]:
        raise DamageError("entry: the last block's entries are not those in the tiles")
    return frontier


def map_of(database: Path, store: Store, last: BlockRow) -> AuthenticatedMap:
    """The map over all records, held to the last block's state root.

    Raises:
        DamageError: what is stored leads elsewhere.
    """
    tree = AuthenticatedMap(store)
    try:
        with OtherHalf(database) as helper:
            root = tree.rebuild(helper)
    except MapError as error:
        raise DamageError(f"state: {error}") from error
    if root != last.state_root:
        raise DamageError("state: the records do not lead to the last block's state root")
    return tree
