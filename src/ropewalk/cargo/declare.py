# SPDX-License-Identifier: Apache-2.0
"""DECLARE_VGM and CITE_CUSTOMS: what authorities want to know before the goods are loaded.

A container is loaded only with its verified gross mass (SOLAS VI/2). The shipper is responsible,
whoever it authorised or who weighed may declare; each speaks for itself, and the last word of each
stands. Source: DCSA VGM 1.0.0 (`responsibleParty`, `authorizedParty`, `weighingParty`,
`isRetracted`); DCSA EBL 3.0.4 `customsReferences`.
"""

from typing import Annotated

import msgspec

from ropewalk.cargo.course import RECORDS, ContentHash, Kind, load
from ropewalk.cargo.errors import (
    BookingNotConfirmedError,
    CitedAlreadyError,
    NotSideError,
    TooManyCitedError,
    UnknownDocumentError,
)
from ropewalk.cargo.instructions import confirmed_booking
from ropewalk.cargo.state import OnBox
from ropewalk.identity import has_role
from ropewalk.ledger import (
    Context,
    Effects,
    Event,
    Hash,
    Message,
    Record,
    Rule,
    View,
    decode_record,
    encode_record,
)

CITED_MAX = 16
DECLARING_ROLES = ("forwarder", "shipper", "terminal")


class VgmRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `vgm/<booking>/<box>/<by>`: what one party declares of a box's gross mass."""

    content: str
    is_retracted: bool = False
    time: int
    version: int


class Cited(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customs reference, and who cited it."""

    by: str
    reference: str


class CustomsRecord(Record, frozen=True, kw_only=True):
    """Record `customs/<document>`: the customs references of a booking or of instructions."""

    cited: tuple[Cited, ...]
    """In the order in which they were cited."""


class DeclareVgm(OnBox, frozen=True, omit_defaults=True):
    """Declare a box's verified gross mass, or take the declaration back."""

    booking: Hash
    content: ContentHash
    is_retracted: Annotated[bool, msgspec.Meta(description="DCSA `isRetracted`.")] = False


class CiteCustoms(Message, frozen=True):
    """Cite a customs reference under a booking or shipping instructions."""

    document: Annotated[Hash, msgspec.Meta(description="Id of the booking or instructions.")]
    kind: Annotated[Kind, msgspec.Meta(description="Which of the two it is.")]
    reference: Annotated[Hash, msgspec.Meta(description="Salted commitment to the reference.")]


def vgm_key(booking: str, box: str, by: str) -> str:
    """State key of a declaration."""
    return f"vgm/{booking}/{box}/{by}"


def customs_key(document: str) -> str:
    """State key of the customs references of a document."""
    return f"customs/{document}"


def declare_vgm(view: View, message: DeclareVgm, context: Context) -> Effects:
    """Keep what the actor declares of the box.

    Raises:
        UnknownDocumentError: no such booking.
        BookingNotConfirmedError: it is not confirmed, or not any more.
        NotSideError: the actor is neither its customer, nor registered as one who may declare.
    """
    booking = confirmed_booking(view, message.booking)
    may = booking.customer == context.actor or any(
        has_role(view, context.actor, role) for role in DECLARING_ROLES
    )
    if not may:
        raise NotSideError("the customer, a shipper, forwarder or terminal declares")
    key = vgm_key(message.booking, message.box, context.actor)
    before = view.get(key)
    declared = VgmRecord(
        content=message.content,
        is_retracted=message.is_retracted,
        time=context.time_s,
        version=1 if before is None else decode_record(before, VgmRecord).version + 1,
    )
    told = {"actor": context.actor, "booking": message.booking, "box": message.box}
    name = "cargo.vgm_retracted" if message.is_retracted else "cargo.vgm_declared"
    return Effects({key: encode_record(declared)}, (Event(name, told),))


def cite_customs(view: View, message: CiteCustoms, context: Context) -> Effects:
    """Add a reference to those of the document.

    Raises:
        UnknownDocumentError: no such document.
        NotSideError: the actor is neither its customer nor its carrier, nor registered as customs.
        CitedAlreadyError: the reference is cited already.
        TooManyCitedError: as many are cited as may.
    """
    document = load(view, RECORDS[message.kind], message.document)
    sides = (document.customer, document.carrier)
    if context.actor not in sides and not has_role(view, context.actor, "customs"):
        raise NotSideError("customer, carrier or customs cite")
    key = customs_key(message.document)
    data = view.get(key)
    cited = () if data is None else decode_record(data, CustomsRecord).cited
    if any(one.reference == message.reference for one in cited):
        raise CitedAlreadyError(message.reference)
    if len(cited) >= CITED_MAX:
        raise TooManyCitedError(message.document)
    added = Cited(by=context.actor, reference=message.reference)
    told = {"actor": context.actor, message.kind: message.document}
    record = CustomsRecord(cited=(*cited, added))
    return Effects({key: encode_record(record)}, (Event("cargo.customs_cited", told),))


RULES = (
    Rule(
        "cargo.DECLARE_VGM",
        DeclareVgm,
        declare_vgm,
        (UnknownDocumentError, BookingNotConfirmedError, NotSideError),
    ),
    Rule(
        "cargo.CITE_CUSTOMS",
        CiteCustoms,
        cite_customs,
        (UnknownDocumentError, NotSideError, CitedAlreadyError, TooManyCitedError),
    ),
)
