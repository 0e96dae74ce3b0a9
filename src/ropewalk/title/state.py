# SPDX-License-Identifier: Apache-2.0
"""The title record, the keys this room owns, and the checks that every act begins with.

A title is one record of one transport document: roles, state, commitments. It is general: what
a document type allows stands in `DOCUMENT_TYPES`. Source: docs/reference/title.md.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

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
    require_approvals,
)
from ropewalk.title.errors import (
    EndedError,
    FrozenError,
    LeasedError,
    NotIssuerError,
    NotPossessorError,
    NotTransferableError,
    OnPaperError,
    PledgedError,
    StaleError,
    SurrenderPendingError,
    TitleInEscrowError,
    UnknownTitleError,
)

ISSUED = "ISSUED"
SURRENDER_REQUESTED = "SURRENDER_REQUESTED"
SURRENDERED = "SURRENDERED"
DELIVERED = "DELIVERED"
PAPER = "PAPER"
REPLACED = "REPLACED"
VOID = "VOID"
ENDED = (SURRENDERED, DELIVERED, PAPER, REPLACED, VOID)

AMENDMENT = "AMENDMENT"
SWITCH_TO_PAPER = "SWTP"
"""DCSA EBL_SUR 3.0.4 `reasonCode`; the others are COD and SWI, AMENDMENT is ours for none."""

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


class Pledge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A title as security: control lies with the pledgee, the benefit stays (T23)."""

    amount: int
    """What it secures, minor units; 0 where not stated."""
    beneficiary: str
    """Who pledged it."""
    currency: str
    """ISO 4217; "" where no amount is stated."""
    due: int
    """Block time after which the pledgee may enforce, seconds since 1970; 0 for never alone."""
    pledgee: str
    trust_purpose: str
    """The one act the beneficiary may do alone, while it has the bill on a trust receipt."""
    trust_until: int


class Escrow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exchange holds the title, and what becomes of it there if that settles."""

    exchange: str
    how: str
    """`TRANSFER`, `ENDORSE_TO_ORDER`, which passes the claim on too, or `SURRENDER`."""
    to: str
    """Who gets it; of a surrender, who may claim the goods."""


class Indemnity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The goods are delivered against a letter of indemnity, while the title lives on (T32)."""

    bank: str
    """Who joined in the letter; "" where nobody did."""
    receiver: str
    requester: str


FINGERPRINTS_MAX = 32
"""Cargo items that have one."""
NEAR_MAX = 4


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One cargo item's."""

    item: Hash
    near: Annotated[list[Hash], msgspec.Meta(max_length=NEAR_MAX)]


class Fingerprints(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of all cargo items, by one scheme."""

    items: Annotated[list[Fingerprint], msgspec.Meta(min_length=1, max_length=FINGERPRINTS_MAX)]
    scheme: Literal[1]
    """HMAC-SHA256 under the network's key. 2 is kept for one that nobody can guess under."""


class Title(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `title/<id>`; docs/reference/title.md says what each field means.

    What has a default is left out where it says nothing.
    """

    cargo: str = ""
    claimant: str = ""
    commitment: str
    consignee: str
    destination: str = ""
    document_type: str
    endorsee: str
    endorsee_may_endorse: bool
    escrow: Escrow | None = None
    fingerprints: Fingerprints | None = None
    freeze: str = ""
    from_paper: str = ""
    governing_law: str
    house_of: str = ""
    indemnity: Indemnity | None = None
    is_to_order: bool
    issued_at: int
    issuer: str
    last_act: str
    lease_until: int = 0
    on_board: str = ""
    on_board_override: str = ""
    paper: str = ""
    pledge: Pledge | None = None
    possessor: str
    prior_endorsee: str
    prior_may_endorse: bool
    reference: str
    refusable_from: str
    replaced_by: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    shipment: str = ""
    shipper: str
    status: str
    surrender_reason: str = ""
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

    @property
    def holder(self) -> str:
        """Who asked the carrier to take it back, while it has not answered, or the possessor."""
        return self.surrendered_by or self.possessor

    @property
    def interested(self) -> tuple[str, ...]:
        """Everybody whose approval a change of the document itself needs (I10)."""
        pledge = self.pledge
        parties = () if pledge is None else (pledge.pledgee, pledge.beneficiary)
        return (self.issuer, self.holder, *parties)


class ReferenceRecord(Record, frozen=True):
    """Record `reference/<provider>:<code>:<reference>`, and `paper/<commitment>`."""

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


def paper_key(paper: str) -> str:
    """State key of a paper bill that took a title's place, or gave way to one."""
    return f"paper/{paper}"


def from_paper(title: Title, paper: str) -> Title:
    """A first record that says of which paper bill it takes the place."""
    return msgspec.structs.replace(title, from_paper=paper)


def title_id(network: str, issuer: str, content: dict[str, object]) -> str:
    """A title's id (I2): a hash over network, issuer and the body of its ISSUE, which is salted."""
    data = encode({"content": content, "issuer": issuer, "network": network})  # type: ignore[dict-item]
    return sha256_hex(_TITLE_DOMAIN + data)


def find(view: View, title: str) -> Title | None:
    """A title, None when none was issued under the id."""
    data = view.get(key(title))
    return None if data is None else decode_record(data, Title)


def load(view: View, message: ActOnTitle, context: Context) -> Title:
    """The title an act is about, as its signer must have seen it, if it may be acted on at all.

    Raises:
        UnknownTitleError: none was issued under the id.
        StaleError: another act came first (T28).
        FrozenError: a court's order holds it (T26).
        LeasedError: its holder committed not to act yet (T27).
        TitleInEscrowError: an exchange holds it.
    """
    title = load_seen(view, message)
    require_free(title, context)
    return title


def load_seen(view: View, message: ActOnTitle) -> Title:
    """The title an act is about, as its signer must have seen it.

    Raises:
        UnknownTitleError: none was issued under the id.
        StaleError: another act came first (T28).
    """
    title = load_any(view, message.title)
    if title.last_act != message.last_act:
        raise StaleError(f"the last act is {title.last_act}")
    return title


def load_any(view: View, identifier: str) -> Title:
    """A title, whatever its state.

    Raises:
        UnknownTitleError: none was issued under the id.
    """
    title = find(view, identifier)
    if title is None:
        raise UnknownTitleError(identifier)
    return title


def require_free(title: Title, context: Context) -> None:
    """Refuse what is frozen, leased or in escrow.

    Raises:
        FrozenError: a court's order holds it (T26).
        LeasedError: its holder committed not to act yet (T27).
        TitleInEscrowError: an exchange holds it.
    """
    if title.freeze:
        raise FrozenError(title.freeze)
    if title.lease_until > context.time_s:
        raise LeasedError(f"not before {title.lease_until}; the block's time is {context.time_s}")
    if title.escrow is not None:
        raise TitleInEscrowError(title.escrow.exchange)


def require_not_ended(title: Title) -> None:
    """Refuse what is on paper or has ended in another way.

    Raises:
        OnPaperError: a paper bill took its place (T9).
        EndedError: it was surrendered, delivered, replaced or withdrawn.
    """
    if title.status == PAPER:
        raise OnPaperError(title.paper)
    if title.status in ENDED:
        raise EndedError(title.status)


def require_live_bill(title: Title) -> None:
    """Refuse what has no possession, has ended, or waits for the carrier's answer.

    Raises:
        NotTransferableError: it is a waybill (T16).
        OnPaperError: a paper bill took its place (T9).
        EndedError: it was surrendered, replaced or withdrawn (T21, T22).
        SurrenderPendingError: it lies with the carrier (T19).
    """
    if not DOCUMENT_TYPES[title.document_type].has_possession:
        raise NotTransferableError(title.document_type)
    require_not_ended(title)
    if title.status == SURRENDER_REQUESTED:
        raise SurrenderPendingError(title.surrendered_by)


def require_possessor(title: Title, context: Context) -> None:
    """Refuse anybody but the possessor (T5, T18).

    Raises:
        NotPossessorError: the actor is somebody else.
    """
    if title.possessor != context.actor:
        raise NotPossessorError(context.actor)


def require_issuer(title: Title, context: Context) -> None:
    """Refuse anybody but the carrier that issued it.

    Raises:
        NotIssuerError: the actor is somebody else.
    """
    if title.issuer != context.actor:
        raise NotIssuerError(context.actor)


def held(view: View, message: ActOnTitle, context: Context) -> Title:
    """The live bill an act is about, in the actor's hands and free to be acted on.

    Raises:
        LedgerError: one of `HELD`, in that order.
    """
    title = load(view, message, context)
    require_live_bill(title)
    require_possessor(title, context)
    return title


HELD = (
    UnknownTitleError,
    StaleError,
    FrozenError,
    LeasedError,
    TitleInEscrowError,
    NotTransferableError,
    OnPaperError,
    EndedError,
    SurrenderPendingError,
    NotPossessorError,
)


def may_claim(title: Title, actor: str) -> bool:
    """Whether the actor, with pledgee and beneficiary of a pledge, may ask for the goods (T19)."""
    pledge = title.pledge
    parties = (actor,) if pledge is None else (actor, pledge.pledgee, pledge.beneficiary)
    if title.is_straight:
        return title.shipper in parties or title.consignee in parties
    return title.is_blank or title.endorsee in parties


def require_pledge_approved(title: Title, context: Context, purpose: str = "") -> None:
    """Refuse to dispose of a pledged title behind pledgee's or beneficiary's back (I13).

    Args:
        title: the title, before the act.
        context: the act's circumstances.
        purpose: the act, where a trust receipt can be for it.

    Raises:
        PledgedError: one of them has not approved.
    """
    pledge = title.pledge
    if pledge is None:
        return
    entrusted = (
        context.actor == pledge.beneficiary
        and purpose != ""
        and purpose == pledge.trust_purpose
        and context.time_s <= pledge.trust_until
    )
    if not entrusted:
        require_approvals(context, (pledge.pledgee, pledge.beneficiary), PledgedError)


def acted(
    title: Title, message: ActOnTitle, context: Context, event: str, **changes: object
) -> Effects:
    """The effects of an accepted act on one title."""
    told = {"actor": context.actor, "title": message.title}
    told.update(
        (name, value) for name, value in changes.items() if isinstance(value, str) and value
    )
    after = acted_on(title, context, **changes)
    return Effects({key(message.title): encode_record(after)}, (Event(event, told),))


def accepted(title: Title, context: Context) -> Title:
    """Whoever acts as endorsee has accepted the endorsement, so it can't be refused any more."""
    if title.endorsee != context.actor:
        return title
    return msgspec.structs.replace(
        title, prior_endorsee=title.endorsee, prior_may_endorse=title.endorsee_may_endorse
    )


def acted_on(title: Title, context: Context, **changes: object) -> Title:
    """The record after an act: its changes, one version more, a new last act."""
    if title.endorsee == context.actor:
        changes.setdefault("prior_endorsee", title.endorsee)
        changes.setdefault("prior_may_endorse", title.endorsee_may_endorse)
    changes.setdefault("refusable_from", "")
    changes.setdefault("lease_until", 0)
    return msgspec.structs.replace(
        title, last_act=context.transaction, version=title.version + 1, **changes
    )


def noted(
    title: Title, identifier: str, context: Context, event: str, **changes: object
) -> Effects:
    """The effects of an act by somebody else than the holder, which names no last act.

    Its event says which act came before, so that the chain can be walked back.
    """
    told = {"actor": context.actor, "prior_act": title.last_act, "title": identifier}
    after = msgspec.structs.replace(
        title, last_act=context.transaction, version=title.version + 1, **changes
    )
    return Effects({key(identifier): encode_record(after)}, (Event(event, told),))
