# SPDX-License-Identifier: Apache-2.0
"""The port: all that API, portal, command line and gateways know of an engine.

Submit, await, query, prove, subscribe. Two engines stand behind it: the embedded one (one
process, one SQLite file) and the consortium's (CometBFT). Every call may be made from any
thread. Reads answer from the last committed block; proofs may wait for the block being written.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Literal, Protocol

import msgspec

Status = Literal["committed", "refused", "unknown"]
NO_BLOCK_YET = "CometBFT has shown no block yet: is it running?"
"""Why a consortium's node takes no writes before its first block since it was started."""
LightMethod = Literal["commit", "validators", "consensus_params"]
"""What whoever joins asks of those who are there."""


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What became of one transaction.

    `committed` and a `refused` with a position are final and in the log; `refused` without one
    was turned away before it reached the log and may be corrected and sent again; `unknown`
    means the node can't tell (it stopped in between): ask again by the id.
    """

    transaction: str
    """Id of the transaction, or "" when the bytes were no transaction at all."""
    status: Status
    height: int = 0
    """Block it stands in; 0 when it stands in none."""
    position: int = 0
    """Position of its entry in the log; 0 when it has none."""
    code: str = ""
    """Slug of the refusal."""
    number: int = 0
    """Number of the refusal, 7000 to 9999."""
    detail: str = ""
    """What is wrong and what to do, for a reader."""


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that stands in the log."""

    position: int
    height: int
    time: int
    """Block time, seconds since 1970-01-01T00:00:00Z."""
    entry: str
    """The log's entry, verbatim (docs/reference/formats.md, 6)."""


class ApprovedBy(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that proposed or approved an act before it was carried out."""

    entry: str
    inclusion: list[str] = []
    """Audit path, base64."""
    position: int


class LoggedAct(Logged, frozen=True, kw_only=True, omit_defaults=True):
    """An act on a title, with what proposed and approved it, oldest first."""

    approvals: list[ApprovedBy] = []


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """One step up an ICS-23 existence proof stands in `path`: see formats.md, 5."""

    key: str
    path: list[dict[str, str]]
    value: str


class Absence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """ICS-23 non-existence proof: the neighbours of the key."""

    key: str
    left: Presence | None = None
    right: Presence | None = None


class Proven(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record, or its absence, with everything a stranger needs to check it."""

    value: str
    """The record's bytes as text, "" when absent."""
    proof: Presence | Absence
    block: Logged
    """The block's end entry that names the state root; `position` is size less one."""
    inclusion: list[str]
    """Audit path of `block`, base64."""
    checkpoint: str
    """The signed note, as text."""
    consensus: dict[str, Any] | None = None
    """Of a consortium: what its validators signed (docs/reference/formats.md, 11); its last
    header names the size and root of the log that ends with `block`. Left out otherwise."""
    succession: dict[str, Any] | None = None
    """Where a successor's log has signed the checkpoint: why it may (formats.md, 15)."""


class TitleHistory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All a title bundle is made of, taken at one block."""

    acts: list[LoggedAct]
    """Every committed act on the title and on those it replaces, oldest first."""
    inclusions: list[list[str]]
    """Audit path of each act, base64."""
    state: list[Presence]
    """Of the issuer's controller and party, then of the title."""
    block: Logged
    block_inclusion: list[str]
    checkpoint: str
    consensus: dict[str, Any] | None = None
    """Of a consortium: what its validators signed (docs/reference/formats.md, 11); its last
    header names the size and root of the log that ends with `block`. Left out otherwise."""
    succession: dict[str, Any] | None = None
    """Where a successor's log has signed the checkpoint: why it may (formats.md, 15)."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A record in a list, as committed last."""

    id: str
    record: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list; it may be short, or empty, and still not be the last."""

    next: str
    """The `after` of the page behind this one, "" where there is none."""
    records: list[Listed]


class LedgerEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an act did, for subscribers. Its id is `<position>.<index>`."""

    position: int
    index: int
    height: int
    time: int
    transaction: str
    name: str
    """Room, dot, past participle: `title.endorsed`."""
    attributes: dict[str, str]


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """How the engine is."""

    ready: bool
    """Whether writes are taken."""
    reason: str
    """Why not, "" when ready."""
    height: int
    time: int
    size: int
    """Entries in the log."""
    waiting: int
    """Transactions taken in and not yet in a block."""
    network: str


class Engine(Protocol):
    """What every engine offers."""

    def submit(self, transactions: Sequence[str]) -> Future[list[Outcome]]:
        """Take transactions in; the future holds their outcomes, in order, once durable.

        Raises:
            OverloadedError: too many are waiting; come back after `retry_after_s`.
            StoppedError: the engine takes no writes any more; see `condition`.
            ReadOnlyError: it takes none before a succession.
        """

    def outcome(self, transaction: str) -> Outcome | None:
        """The outcome of a transaction id, None when the log does not know it."""

    def logged(self, transaction: str) -> Logged | None:
        """The log's entry of a transaction id."""

    def record(self, key: str) -> str | None:
        """A record of the state as text, None when absent."""

    def prove(self, key: str) -> Proven:
        """A record or its absence, proven at the last block."""

    def history(self, title: str) -> TitleHistory | None:
        """All acts on a title, proven at the last block; None when it was never issued."""

    def titles_in_control(self, controller: str, after: str, limit: int) -> Page:
        """Titles a controller is in control of, by rising id, those behind `after`."""

    def proposals(self, waits_for: str, after: str, limit: int) -> Page:
        """Proposals that wait for a controller, or all for "", by rising act hash."""

    def checkpoint(self) -> str:
        """The last signed checkpoint."""

    def entries(self, start: int, limit: int) -> list[Logged]:
        """Entries from position `start`, at most `limit`."""

    def inclusion(self, position: int, size: int) -> list[str]:
        """RFC 9162 audit path of an entry in the tree of `size`, base64.

        Raises:
            OutOfRangeError: there is no such position or size.
        """

    def consistency(self, old_size: int, new_size: int) -> list[str]:
        """RFC 9162 consistency path, base64.

        Raises:
            OutOfRangeError: the sizes are not 1 ≤ old ≤ new ≤ the log's size.
        """

    def events(self, start: int, limit: int) -> list[LedgerEvent]:
        """Events of whole entries from position `start`, at least one while there are any."""

    def await_height(self, height: int, timeout_s: float) -> int:
        """Wait until the height exceeds `height` or time is up; the height then."""

    def condition(self) -> Condition:
        """How the engine is, at once."""

    def light(self, method: LightMethod, height: int) -> dict[str, Any]:
        """What the consensus engine tells light clients of a height, 0 for the last one.

        Returns:
            CometBFT's own answer: a member `result`, or `error`.

        Raises:
            NoConsensusError: this ledger is led by one node alone.
            EngineError: the consensus engine does not answer.
        """

    def genesis(self) -> bytes:
        """The genesis file's bytes."""

    def close(self) -> None:
        """Finish what was taken in, then stop."""


class EngineError(Exception):
    """An engine could not do as asked; base of this room's errors."""

    code = "engine.error"
    number = 7800


class OverloadedError(EngineError):
    """Too many transactions are waiting."""

    code = "engine.overloaded"
    number = 7801
    retry_after_s = 1


class StoppedError(EngineError):
    """The engine takes no writes: it met a failed write, is closing, or the disk is full."""

    code = "engine.stopped"
    number = 7802


class OutOfRangeError(EngineError):
    """No such position or tree size in the log."""

    code = "engine.out_of_range"
    number = 7803


class NoConsensusError(EngineError):
    """Nobody votes on the blocks of this ledger: one node leads it alone."""

    code = "engine.no_consensus"
    number = 7804


class ReadOnlyError(StoppedError):
    """The ledger was rebuilt from an archive: it takes no writes before a succession."""

    code = "engine.read_only"
    number = 7805


class InUseError(EngineError):
    """Another process works on this data directory."""

    code = "engine.in_use"
    number = 7812


class AlreadyInitialisedError(EngineError):
    """The directory holds a ledger already."""

    code = "engine.already_initialised"
    number = 7814
