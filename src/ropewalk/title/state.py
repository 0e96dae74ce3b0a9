# SPDX-License-Identifier: Apache-2.0
"""The title record, the keys this room owns, and the checks that every act begins with.

A title is one record of one transport document: roles, state, commitments. It is general: what
a document type allows stands in `DOCUMENT_TYPES`. Source: docs/reference/title.md.
"""

from dataclasses import dataclass

import msgspec

from ropewalk.crypto import encode, sha256_hex
from ropewalk.ledger import (
    Context,
    Effects,
    Event,
    Hash,
    Message,
    Record,
    View,
    decode_record,
    encode_record,
)
from ropewalk.title.errors import (
    EndedError,
    NotPossessorError,
    NotTransferableError,
    StaleError,
    SurrenderPendingError,
    UnknownTitleError,
)

ISSUED = "ISSUED"
SURRENDER_REQUESTED = "SURRENDER_REQUESTED"
SURRENDERED = "SURRENDERED"
DELIVERED = "DELIVERED"
ENDED = (SURRENDERED, DELIVERED)

BLANK = ""
"""Endorsee of a bill endorsed in blank: whoever possesses it may claim under it."""

_TITLE_DOMAIN = b"ropewalk title v1\n"


@dataclass(frozen=True, slots=True)
class DocumentType:
    """What a kind of document allows."""

    has_possession: bool
    """Whether holding it matters: a document of title, or a mere receipt and contract."""
    may_be_to_order: bool


DOCUMENT_TYPES = {
    "BOL": DocumentType(has_possession=True, may_be_to_order=True),
    "SWB": DocumentType(has_possession=False, may_be_to_order=False),
}
"""DCSA `transportDocumentTypeCode`."""


class Title(Record, frozen=True):
    """Record `title/<id>`; docs/reference/title.md says what each field means."""

    commitment: str
    consignee: str
    document_type: str
    endorsee: str
    endorsee_may_endorse: bool
    governing_law: str
    is_to_order: bool
    issued_at: int
    issuer: str
    last_act: str
    possessor: str
    prior_endorsee: str
    prior_may_endorse: bool
    reference: str
    refusable_from: str
    shipper: str
    status: str
    surrendered_by: str
    version: int

    @property
    def in_control(self) -> str:
        """Who alone can dispose of it now: the possessor; of a waybill, the shipper."""
        return self.possessor if DOCUMENT_TYPES[self.document_type].has_possession else self.shipper

    @property
    def is_straight(self) -> bool:
        """A bill of lading to a named consignee, not to order."""
        return self.document_type == "BOL" and not self.is_to_order

    @property
    def is_blank(self) -> bool:
        """To order and endorsed in blank."""
        return self.is_to_order and self.endorsee == BLANK


class ReferenceRecord(Record, frozen=True):
    """Record `reference/<provider>:<code>:<reference>`."""

    title: str


class ActOnTitle(Message, frozen=True):
    """Members of every act but the issue."""

    last_act: Hash
    title: Hash


def key(title: str) -> str:
    """State key of a title."""
    return f"title/{title}"


def reference_key(reference: str) -> str:
    """State key of a carrier's reference."""
    return f"reference/{reference}"


def title_id(network: str, issuer: str, content: dict[str, object]) -> str:
    """A title's id (I2): a hash over network, issuer and the body of its ISSUE, which is salted."""
    data = encode({"content": content, "issuer": issuer, "network": network})  # type: ignore[dict-item]
    return sha256_hex(_TITLE_DOMAIN + data)


def find(view: View, title: str) -> Title | None:
    """A title, None when none was issued under the id."""
    data = view.get(key(title))
    return None if data is None else decode_record(data, Title)


def load(view: View, message: ActOnTitle) -> Title:
    """The title an act is about, as its signer must have seen it.

    Raises:
        UnknownTitleError: none was issued under the id.
        StaleError: another act came first (T28).
    """
    title = find(view, message.title)
    if title is None:
        raise UnknownTitleError(message.title)
    if title.last_act != message.last_act:
        raise StaleError(f"the last act is {title.last_act}")
    return title


def require_live_bill(title: Title) -> None:
    """Refuse what has no possession, has ended, or waits for the carrier's answer.

    Raises:
        NotTransferableError: it is a waybill (T16).
        EndedError: it was surrendered (T21).
        SurrenderPendingError: it lies with the carrier (T19).
    """
    if not DOCUMENT_TYPES[title.document_type].has_possession:
        raise NotTransferableError(title.document_type)
    if title.status in ENDED:
        raise EndedError(title.status)
    if title.status == SURRENDER_REQUESTED:
        raise SurrenderPendingError(title.surrendered_by)


def require_possessor(title: Title, context: Context) -> None:
    """Refuse anybody but the possessor (T5, T18).

    Raises:
        NotPossessorError: the actor is somebody else.
    """
    if title.possessor != context.actor:
        raise NotPossessorError(context.actor)


def acted(
    title: Title, message: ActOnTitle, context: Context, event: str, **changes: object
) -> Effects:
    """The effects of an accepted act: its changes, one version more, a new last act.

    Whoever acts as endorsee has accepted the endorsement, so it can't be refused any more.
    """
    told = {"actor": context.actor, "title": message.title}
    told.update(
        (name, value) for name, value in changes.items() if isinstance(value, str) and value
    )
    if title.endorsee == context.actor:
        changes.setdefault("prior_endorsee", title.endorsee)
        changes.setdefault("prior_may_endorse", title.endorsee_may_endorse)
    changes.setdefault("refusable_from", "")
    changes["last_act"] = context.transaction
    changes["version"] = title.version + 1
    after = msgspec.structs.replace(title, **changes)
    return Effects({key(message.title): encode_record(after)}, (Event(event, told),))
