# SPDX-License-Identifier: Apache-2.0
"""The JSON documents the node answers with, beside those of the port itself."""

from typing import Annotated, Any, Literal

import msgspec
from starlette.responses import Response

from ropewalk.api.media import JSON
from ropewalk.engines.port import LedgerEvent, Logged, Outcome

ProvenSchema = msgspec.Meta(extra_json_schema={"$ref": "#/components/schemas/Proven"})
Proofs = dict[str, Annotated[Any, ProvenSchema]]
"""The port's `Proven` by key; `Any`, as msgspec describes no union of untagged structs."""


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that was taken in; ask for its outcome by the id."""

    transaction: str
    """Id of the transaction, "" when the text is none."""
    status: Literal["accepted"] = "accepted"


class AcceptedMany(msgspec.Struct, frozen=True, kw_only=True):
    """Transactions that were taken in, in the order they were sent."""

    transactions: list[Accepted]


class Outcomes(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each transaction, in the order they were sent."""

    outcomes: list[Outcome]


class LogProof(msgspec.Struct, frozen=True, kw_only=True):
    """An entry and all that shows it stands in the log."""

    logged: Logged
    inclusion: list[str]
    """RFC 9162 audit path, base64, for the checkpoint's tree size."""
    checkpoint: str
    """The signed note, as text."""


class TransactionAnswer(Outcome, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a transaction, and the proof where one was asked for."""

    proof: LogProof | None = None


class RecordAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A record of the state."""

    id: str
    record: msgspec.Raw
    """The record's fields (docs/reference/formats.md, 5)."""
    proof: Proofs = {}
    """Of every record that was read for this answer, by key."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record in a list."""

    id: str
    record: msgspec.Raw
    """The record's fields."""


class RecordPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of records."""

    next: str
    """The `after` of the page behind this one; "" where there is none."""
    records: list[Record]


class ControllerAnswer(RecordAnswer, frozen=True, kw_only=True, omit_defaults=True):
    """A controller, with what else stands about it on the ledger."""

    device: msgspec.Raw | None = None
    """Whose device it is, on which boxes it rides, whether it was withdrawn."""
    lease: msgspec.Raw | None = None
    """Until when its recovery waits for a lease."""
    member: msgspec.Raw | None = None
    """Its seat in governance."""
    policy: msgspec.Raw | None = None
    """Which of its keys must sign which acts."""
    recovery: msgspec.Raw | None = None
    """A recovery that waits for its time."""


class PartyAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A registered party and the controller it acts as."""

    id: str
    party: msgspec.Raw
    controller: msgspec.Raw
    proof: Proofs = {}


class BoxAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the ledger holds of a box: loads and titles, movement, pick-up right."""

    id: str
    box: msgspec.Raw | None = None
    """Who says it was loaded, and which titles name it."""
    movement: msgspec.Raw | None = None
    """Its import, with the three lights."""
    right: msgspec.Raw | None = None
    """Its pick-up right."""
    proof: Proofs = {}


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of the log, by position."""

    entries: list[Logged]


class InclusionPath(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9162 audit path of one entry, base64, from the leaf up."""

    position: int
    size: int
    inclusion: list[str]


class ConsistencyPath(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9162 consistency path between two sizes of the log, base64."""

    old_size: int
    new_size: int
    consistency: list[str]


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events of whole entries, in order."""

    events: list[LedgerEvent]
    next: int
    """The `from` of the page after this one."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class PayloadAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A private payload, as far as the node knows it."""

    hash: str
    """SHA-256 of the encrypted payload, hex."""
    putter: str
    """Controller that put it."""
    size: int
    """Bytes, encrypted."""
    put_at: int
    """Seconds since 1970-01-01T00:00:00Z."""


class ListedPayload(PayloadAnswer, frozen=True, kw_only=True):
    """A payload that the asker may read."""

    may_grant: bool
    """Whether the asker may let others read it."""


class PayloadPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of payloads, by rising hash."""

    next: str
    """The `after` of the page behind this one; "" where there is none."""
    payloads: list[ListedPayload]


class WrappedKeys(msgspec.Struct, frozen=True, kw_only=True):
    """A payload's key, wrapped to keys of the asker."""

    hash: str
    keys: dict[str, str]
    """By key id; 80 bytes, base64."""


class Readers(msgspec.Struct, frozen=True, kw_only=True):
    """Who may read a payload."""

    hash: str
    readers: list[str]
    """Controllers, sorted."""


class ReadingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody read."""

    number: int
    reader: str
    kid: str
    """The key that signed the request."""
    what: Literal["payload", "key"]
    at: int
    """Seconds since 1970-01-01T00:00:00Z."""


class Readings(msgspec.Struct, frozen=True, kw_only=True):
    """Who read a payload, oldest first."""

    hash: str
    next: int
    """The `after` of the page behind this one; 0 where there is none."""
    reads: list[ReadingAnswer]


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """That a payload was erased."""

    hash: str
    erased_at: int
    """Seconds since 1970-01-01T00:00:00Z."""


class ToldClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A claim that took part in an answer."""

    claimed_by: str
    """Controller in whose name it is."""
    role: str
    """As what it was heard; "" as nobody who stands near to the fact."""
    reason: str
    """Why it won or lost."""
    classifier: str
    """`ACT`, `EST` or `PLN`."""
    occurred_ms: int
    """Milliseconds since 1970-01-01T00:00:00Z."""
    local_date: str
    """The day at the place."""
    known_s: int
    """Since when it is known: its block's time, seconds since 1970-01-01T00:00:00Z."""
    position: int
    """Of the claim in the log."""
    index: int
    """Of the event in the claim."""
    event_id: str
    event_hash: str
    """SHA-256 of the event's exact bytes, hex."""
    event: msgspec.Raw | None = None
    """The event as it was sent; of a winner."""
    device_of: str = ""
    """The party that answered for the device when it claimed; left out where no device did."""


class EtaAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """When it was expected: the answer among estimates and plans alone."""

    state: str
    """`expected` or `overdue`."""
    winner: ToldClaim
    losers: list[ToldClaim]


class MilestoneAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one milestone, and why."""

    milestone: list[str]
    """Kind, code, and what tells it from others (docs/reference/tracking.md, 3)."""
    state: str
    """`happened`, `expected`, `overdue` or `unknown`."""
    winner: ToldClaim | None = None
    losers: list[ToldClaim]
    """Best first."""
    eta: EtaAnswer | None = None
    """Where an estimate or a plan stands."""


class MilestoneAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """Every milestone that was claimed of a reference."""

    valid_ms: int
    """The moment asked about, milliseconds since 1970-01-01T00:00:00Z."""
    known_s: int
    """As known when, seconds since 1970-01-01T00:00:00Z."""
    answers: list[MilestoneAnswer]


class ClaimedEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event as somebody claimed it: what answers and clocks are made from."""

    claimed_by: str
    """Controller in whose name the claim is."""
    roles: list[str]
    """As what it is registered now; `device` of what an enrolled device claimed."""
    device_of: str = ""
    """The party that answered for the device when it claimed; left out where no device did."""
    position: int
    index: int
    height: int
    known_s: int
    """The block's time, seconds since 1970-01-01T00:00:00Z."""
    version: str
    """`2.2` or `3.0`."""
    event: msgspec.Raw
    """As it was sent."""


class ClaimedEvents(msgspec.Struct, frozen=True, kw_only=True):
    """All that was claimed of a reference, in the order of the log."""

    claims: list[ClaimedEvent]


class ExchangeAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An exchange, and in plain words how it stands."""

    id: str
    record: msgspec.Raw
    """The fields of both its records (docs/reference/exchange.md)."""
    told: list[str]
    """Each leg, each consent it waits for, its condition line by line."""
    waits_for: list[str]
    """Controllers whose consent is missing."""
    is_conditional: bool
    """Whether money outside waits for its bank's confirmation."""
    proof: Proofs = {}


class FundingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a bank is warned of; it names nobody."""

    title: str
    is_pledged: bool
    """Whether this title is pledged."""
    items: int
    """Cargo items of it that lie under another live title as well."""
    near: int
    """Cargo items of which parts are alike under another."""
    of: int
    """Cargo items that the carrier gave a fingerprint; 0 where nothing is known of them."""
    is_pledged_elsewhere: bool
    """Whether one of those other titles is pledged."""
    warning: str
    """In words, "" where there is nothing to warn of."""


def fields(record: str) -> msgspec.Raw:
    """The fields of a record, without its codec version, as they stand."""
    return msgspec.json.decode(record, type=tuple[int, msgspec.Raw])[1]


def answer(value: object, *, status: int = 200, cache: str = "no-cache") -> Response:
    """A JSON answer.

    Args:
        value: A struct of this module or the port's.
        status: HTTP status.
        cache: `Cache-Control`; `no-cache` for what changes with the next block.
    """
    return Response(
        msgspec.json.encode(value), status, media_type=JSON, headers={"cache-control": cache}
    )
