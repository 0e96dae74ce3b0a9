# SPDX-License-Identifier: Apache-2.0
"""The course of a document that customer and carrier work on: one table, one way to apply it.

A document stands in several states at once: its own, that of an update to it, that of a request
to cancel it. An act is a line of a table: who does it, from which states, to which, and what
becomes of the content. Contents stay with the parties; the ledger holds salted commitments. Each
act names the act before, so nobody answers what he did not see. Sources: DCSA Booking 2.0.5 and
EBL 3.0.4, whose use cases the lines name; DCSA's conformance gateway for those that the API
files mention without their preconditions.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar

import msgspec

from ropewalk.cargo.errors import (
    DocumentKnownError,
    DocumentStateError,
    NotSideError,
    ReferenceChangedError,
    StaleDocumentError,
    UnknownDocumentError,
)
from ropewalk.crypto import encode, sha256_hex
from ropewalk.ledger import (
    Context,
    Effects,
    Event,
    Hash,
    LedgerError,
    Message,
    Record,
    View,
    decode_record,
    encode_record,
)

CUSTOMER, CARRIER = "customer", "carrier"

ContentHash = Annotated[Hash, msgspec.Meta(description="Salted commitment to the content.")]
Reference = Annotated[
    Hash, msgspec.Meta(description="Salted commitment to the carrier's reference.")
]
Kind = Literal["booking", "instructions"]


class Booking(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `booking/<id>`; docs/reference/papers.md says what each field means."""

    amended: str = ""
    """DCSA `amendedBookingStatus`."""
    cancellation: str = ""
    """DCSA `bookingCancellationStatus`."""
    carrier: str
    content: str
    customer: str
    last_act: str
    proposed: str = ""
    """Content of an amendment that the carrier has not answered."""
    reason: str = ""
    """Commitment to why the last act was done; left out when it needs none."""
    reference: str = ""
    """Commitment to the `carrierBookingReference`."""
    status: str
    """DCSA `bookingStatus`."""
    version: int


class Instructions(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `instructions/<id>`; docs/reference/papers.md says what each field means."""

    bookings: tuple[str, ...]
    carrier: str
    comment: str = ""
    """Commitment to the customer's comment on the draft."""
    content: str
    customer: str
    document: str = ""
    """Commitment to the transport document that was published as a draft."""
    draft: str = ""
    """DCSA `transportDocumentStatus`, as far as the issue."""
    last_act: str
    proposed: str = ""
    """Content of an update that the carrier has not answered."""
    reason: str = ""
    reference: str = ""
    """Commitment to the `shippingInstructionsReference`."""
    shipper: str
    """Whom the transport document names."""
    status: str
    """DCSA `shippingInstructionsStatus`."""
    title: str = ""
    """What the draft was issued as."""
    updated: str = ""
    """DCSA `updatedShippingInstructionsStatus`."""
    version: int


Document = Booking | Instructions
D = TypeVar("D", bound=Document)
RECORDS: Mapping[Kind, type[Document]] = MappingProxyType(
    {"booking": Booking, "instructions": Instructions}
)
STATES: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "booking": ("status", "amended", "cancellation"),
        "instructions": ("status", "updated", "draft"),
    }
)
"""Fields that hold a state."""


class OnDocument(Message, frozen=True):
    """The member of every act but the first."""

    last_act: Hash


class Content(Enum):
    """What an act does to the content."""

    STAYS = "stays"
    SET = "set"
    """The new content takes the old one's place."""
    PROPOSED = "proposed"
    """The new content stands beside the old one."""
    ADOPTED = "adopted"
    """What was proposed takes the old one's place."""
    DROPPED = "dropped"
    """What was proposed goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From states to states."""

    when: Mapping[str, Collection[str]]
    """Values, one of which each field must have; "" for none."""
    to: Mapping[str, str] = field(default_factory=dict)
    content: Content = Content.STAYS

    def fits(self, document: Document) -> bool:
        """Whether the document stands so that it may be made."""
        return all(getattr(document, name) in values for name, values in self.when.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One act: who does it, and the moves, of which the first that fits is made."""

    act: str
    by: str
    """`customer` or `carrier`."""
    event: str
    kind: Kind
    message: type[OnDocument]
    moves: tuple[Move, ...]
    source: str
    """Use case of the standard."""

    @property
    def refusals(self) -> tuple[type[LedgerError], ...]:
        """In the order in which they are checked."""
        fields = self.message.__struct_fields__
        more = (ReferenceChangedError,) if "reference" in fields else ()
        return (*ON_DOCUMENT, NotSideError, DocumentStateError, *more)


ON_DOCUMENT = (UnknownDocumentError, StaleDocumentError)


def key(kind: str, identifier: str) -> str:
    """State key of a document."""
    return f"{kind}/{identifier}"


def document_id(kind: str, network: str, actor: str, body: Mapping[str, object]) -> str:
    """A document's id: a hash over network, who began it and the body, whose content is salted."""
    data = encode({"body": body, "by": actor, "network": network})  # type: ignore[dict-item]  # of a message
    return sha256_hex(f"ropewalk {kind} v1\n".encode() + data)


def id_of(kind: str, message: Message, context: Context) -> str:
    """The id of a document that an act begins."""
    return document_id(kind, context.network, context.actor, msgspec.to_builtins(message))


def kind_of(record: type[D]) -> Kind:
    """What documents kept in such records are called."""
    return "booking" if record is Booking else "instructions"


def find(view: View, record: type[D], identifier: str) -> D | None:
    """A document, None when none was begun under the id."""
    data = view.get(key(kind_of(record), identifier))
    return None if data is None else decode_record(data, record)


def load(view: View, record: type[D], identifier: str) -> D:
    """A document.

    Raises:
        UnknownDocumentError: none was begun under the id.
    """
    found = find(view, record, identifier)
    if found is None:
        raise UnknownDocumentError(f"{kind_of(record)} {identifier}")
    return found


def begin(identifier: str, first: Document, view: View, context: Context) -> Effects:
    """The effects of a document's first act.

    Raises:
        DocumentKnownError: it was begun before.
    """
    kind = kind_of(type(first))
    if find(view, type(first), identifier) is not None:
        raise DocumentKnownError(identifier)
    told = {"actor": context.actor, "carrier": first.carrier, kind: identifier}
    event = Event(f"cargo.{kind}_received", told)
    return Effects({key(kind, identifier): encode_record(first)}, (event,))


def advance(line: Line, view: View, message: OnDocument, context: Context) -> Effects:
    """Make the move of a line of the table.

    Raises:
        UnknownDocumentError: none was begun under the id.
        StaleDocumentError: another act came first.
        NotSideError: the act is the other side's.
        DocumentStateError: its states do not allow it.
        ReferenceChangedError: the carrier gave another reference before.
    """
    identifier = str(getattr(message, line.kind))
    document = load(view, RECORDS[line.kind], identifier)
    if document.last_act != message.last_act:
        raise StaleDocumentError(f"the last act is {document.last_act}")
    if getattr(document, line.by) != context.actor:
        raise NotSideError(f"{line.act} is for the {line.by}")
    move = require_move(line, document)
    said = _said(document, message)
    contents = _contents(move, document, str(getattr(message, "content", "")))
    return moved(line, identifier, document, context, {**said, **contents, **move.to})


def require_move(line: Line, document: Document) -> Move:
    """The first move of a line that a document's states allow.

    Raises:
        DocumentStateError: they allow none.
    """
    move = next((one for one in line.moves if one.fits(document)), None)
    if move is None:
        states = [getattr(document, name) for name in STATES[line.kind]]
        raise DocumentStateError(f"{line.act} where it is {' '.join(filter(None, states))}")
    return move


def moved(
    line: Line,
    identifier: str,
    document: Document,
    context: Context,
    changes: Mapping[str, str],
) -> Effects:
    """The effects of an act on a document: its next version."""
    after = msgspec.structs.replace(
        document, last_act=context.transaction, version=document.version + 1, **changes
    )
    told = {"actor": context.actor, line.kind: identifier}
    states = {name: str(getattr(after, name)) for name in STATES[line.kind]}
    told.update((name, value) for name, value in states.items() if value)
    return Effects(
        {key(line.kind, identifier): encode_record(after)}, (Event(f"cargo.{line.event}", told),)
    )


def _said(document: Document, message: OnDocument) -> dict[str, str]:
    """What the act says in members of the record's own names."""
    said = {"reason": getattr(message, "reason", None) or ""}
    reference = getattr(message, "reference", None)
    if reference is not None:
        if document.reference not in ("", reference):
            raise ReferenceChangedError("the carrier gave another reference before")
        said["reference"] = reference
    for name in ("comment", "document"):
        if name in message.__struct_fields__:
            said[name] = getattr(message, name)
    return said


def _contents(move: Move, document: Document, content: str) -> dict[str, str]:
    """Content and proposed content after a move."""
    return {
        Content.STAYS: {},
        Content.SET: {"content": content},
        Content.PROPOSED: {"proposed": content},
        Content.ADOPTED: {"content": document.proposed, "proposed": ""},
        Content.DROPPED: {"proposed": ""},
    }[move.content]
