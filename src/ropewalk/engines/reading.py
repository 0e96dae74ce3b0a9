# SPDX-License-Identifier: Apache-2.0
"""What the embedded engine answers: records, entries, proofs, events, all of the last block."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec

from ropewalk.crypto import to_base64
from ropewalk.engines.chain import Chain
from ropewalk.engines.port import (
    Absence,
    LedgerEvent,
    Listed,
    Logged,
    LoggedAct,
    Outcome,
    OutOfRangeError,
    Page,
    Presence,
    Proven,
    StoppedError,
    TitleHistory,
)
from ropewalk.engines.tracing import Log, trace
from ropewalk.engines.writing import decode_events
from ropewalk.identity import Proposal, controller_key, party_key
from ropewalk.ledger import (
    COMMITTED,
    TransactionEntry,
    decode_entry,
    decode_record,
)
from ropewalk.title import Title
from ropewalk.title import key as title_key
from ropewalk.tlog import (
    RangeError,
    TiledLog,
    absence_to_json,
    inclusion_path,
    presence_to_json,
    prove_absence,
    prove_presence,
)

PAGE_MAX = 500
LOOKED_AT_MAX = 2_000
"""Proposals one request looks at, so that nobody can make it long by proposing much."""
Node = Callable[[int, int], bytes]
NODES_CACHED, TILES_CACHED = 65_536, 512


class Reading:
    """Reads of one chain, from any thread."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._store = chain.store
        self._log = TiledLog(chain.store.tile)

    def outcome(self, transaction: str) -> Outcome | None:
        """The outcome of a logged transaction."""
        found = self.logged(transaction)
        if found is None:
            return None
        entry = decode_entry(found.entry.encode("ascii"))
        if not isinstance(entry, TransactionEntry):
            return None
        committed = entry.code == COMMITTED
        return Outcome(
            transaction=transaction,
            status="committed" if committed else "refused",
            height=found.height,
            position=found.position,
            code="" if committed else entry.code,
            number=entry.number,
        )

    def logged(self, transaction: str) -> Logged | None:
        """The entry of a transaction."""
        position = self._store.position_of(transaction)
        if position is None or position >= self._chain.tip.size:
            return None
        return self.entries(position, 1)[0]

    def record(self, key: str) -> str | None:
        """A record as text."""
        data = self._store.record(key)
        return None if data is None else data.decode("ascii")

    def entries(self, start: int, limit: int) -> list[Logged]:
        """Entries with the height and time of their blocks.

        None of a block that is written and not signed yet: should that never come about, and the
        write-ahead log be damaged, then nothing would tell that it is missing.
        """
        end = min(start + min(limit, PAGE_MAX), self._chain.tip.size)
        rows = self._store.entries(start, end)
        if not rows:
            return []
        blocks = iter(self._store.block_times(rows[0][0], rows[-1][0]))
        last, height, time = next(blocks)
        found = []
        for position, entry in rows:
            while position > last:
                last, height, time = next(blocks)
            found.append(
                Logged(position=position, height=height, time=time, entry=entry.decode("ascii"))
            )
        return found

    def prove(self, key: str) -> Proven:
        """A record, or its absence, with its way up to the checkpoint."""
        with self._chain.still():
            self._require_one_block()
            value = self._store.record(key)
            proof: Presence | Absence
            if value is None:
                absent = prove_absence(self._chain.tree, key.encode(), self._store.named)
                proof = msgspec.convert(absence_to_json(absent), Absence)
            else:
                proof = self._presence(key, value)
            block, inclusion = self._block_end()
            note = self._chain.tip.note.decode()
        return Proven(
            value="" if value is None else value.decode("ascii"),
            proof=proof,
            block=block,
            inclusion=inclusion,
            checkpoint=note,
        )

    def history(self, title: str) -> TitleHistory | None:
        """Every act on a title and on those it replaces, walked back from the last.

        Only the state's proofs need the chain to stand still; the log is append-only, so its paths
        are made afterwards, at the size noted.
        """
        with self._chain.still():
            self._require_one_block()
            data = self._store.record(title_key(title))
            if data is None:
                return None
            record = decode_record(data, Title)
            size, note = self._chain.tip.size, self._chain.tip.note.decode()
            keys = (controller_key(record.issuer), party_key(record.issuer), title_key(title))
            state = [self._present(key) for key in keys]
        acts = trace(self._log_of(), title, record)
        node = lru_cache(NODES_CACHED)(TiledLog(lru_cache(TILES_CACHED)(self._store.tile)).node)
        return TitleHistory(
            acts=[_with_paths(act, size, node) for act in acts],
            inclusions=[_texts(inclusion_path(act.position, size, node)) for act in acts],
            state=state,
            block=self.entries(size - 1, 1)[0],
            block_inclusion=_texts(inclusion_path(size - 1, size, node)),
            checkpoint=note,
        )

    def titles_in_control(self, controller: str, after: str, limit: int) -> Page:
        """Titles a controller is in control of."""
        limit = min(limit, PAGE_MAX)
        rows = self._chain.holdings.page(controller, after, limit)
        return _page(rows, rows[-1][0] if len(rows) == limit else "")

    def proposals(self, waits_for: str, after: str, limit: int) -> Page:
        """Proposals that wait for a controller, or all for "", of so many looked at."""
        limit, found = min(limit, PAGE_MAX), []
        rows = self._store.proposals(after, LOOKED_AT_MAX)
        for row in rows:
            if not waits_for or waits_for in decode_record(row[1], Proposal).waits_for:
                found.append(row)
            after = row[0]
            if len(found) == limit:
                return _page(found, after)
        return _page(found, after if len(rows) == LOOKED_AT_MAX else "")

    def _require_one_block(self) -> None:
        """A proof leads from the records to a checkpoint, so both must be of one block."""
        if self._chain.in_doubt:
            raise StoppedError("a write failed; nothing can be proven before a restart")

    def _log_of(self) -> Log:
        return Log(logged=self.logged, events=self._events_of, title=self._title)

    def _events_of(self, logged: Logged) -> list[LedgerEvent]:
        blocks = self._store.blocks_with_events(logged.position, 1)
        return decode_events(blocks[0]) if blocks else []

    def _title(self, identifier: str) -> Title:
        data = self._store.record(title_key(identifier))
        if data is None:
            raise LookupError(f"the state lacks title {identifier}")
        return decode_record(data, Title)

    def _present(self, key: str) -> Presence:
        value = self._store.record(key)
        if value is None:
            raise LookupError(f"the state lacks {key}")
        return self._presence(key, value)

    def _presence(self, key: str, value: bytes) -> Presence:
        proof = prove_presence(self._chain.tree, key.encode("ascii"), value)
        return msgspec.convert(presence_to_json(proof), Presence)

    def _block_end(self) -> tuple[Logged, list[str]]:
        size = self._chain.tip.size
        return self.entries(size - 1, 1)[0], self._inclusion(size - 1, size)

    def checkpoint(self) -> str:
        """The last signed checkpoint."""
        return self._chain.tip.note.decode()

    def inclusion(self, position: int, size: int) -> list[str]:
        """Audit path, base64."""
        if not 0 <= position < size <= self._chain.tip.size:
            raise OutOfRangeError(f"position {position} in a tree of {size}")
        return self._inclusion(position, size)

    def _inclusion(self, position: int, size: int) -> list[str]:
        return _texts(self._log.inclusion_path(position, size))

    def consistency(self, old_size: int, new_size: int) -> list[str]:
        """Consistency path, base64."""
        if new_size > self._chain.tip.size:
            raise OutOfRangeError(f"the log has {self._chain.tip.size} entries")
        try:
            return _texts(self._log.consistency_path(old_size, new_size))
        except RangeError as error:
            raise OutOfRangeError(str(error)) from error

    def events(self, start: int, limit: int) -> list[LedgerEvent]:
        """Events of entries from `start`, whole entries, at least one while there are any."""
        found: list[LedgerEvent] = []
        while True:
            blocks = self._store.blocks_with_events(start, 16)
            if not blocks:
                return found
            for block in blocks:
                if block.last >= self._chain.tip.size:
                    return found
                for event in decode_events(block):
                    if event.position < start:
                        continue
                    if len(found) >= limit and event.position != found[-1].position:
                        return found
                    found.append(event)
            start = blocks[-1].last + 1


def _page(rows: Sequence[tuple[str, bytes]], after: str) -> Page:
    listed = [Listed(id=name, record=record.decode("ascii")) for name, record in rows]
    return Page(next=after, records=listed)


def _with_paths(act: LoggedAct, size: int, node: Node) -> LoggedAct:
    """The act with audit paths for the entries that proposed and approved it."""
    if not act.approvals:
        return act
    proven = [
        msgspec.structs.replace(one, inclusion=_texts(inclusion_path(one.position, size, node)))
        for one in act.approvals
    ]
    return msgspec.structs.replace(act, approvals=proven)


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [to_base64(one) for one in hashes]
