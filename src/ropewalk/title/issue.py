# SPDX-License-Identifier: Apache-2.0
"""ISSUE: the carrier makes a transport document a title.

Source: DCSA EBL_ISS 3.0.4; UNCITRAL MLETR art. 10 (singularity, control, integrity); title
requirements T13, T14, T16, T17, T30; I1, I2.
"""

from typing import Annotated, Literal

import msgspec

from ropewalk.cargo import (
    DRAFT_REFUSALS,
    AsIssued,
    MovementKnownError,
    NotLoadedForError,
    OnBoardEvidenceError,
    TooManyBillsError,
    find_box,
    is_named,
    issue_draft,
    named_by,
    require_evidence,
    require_own,
)
from ropewalk.codes import CalendarDate, CodeError, DocumentReference
from ropewalk.identity import (
    UnknownControllerError,
    find_party,
    is_recognised_law,
    require_controller,
)
from ropewalk.ledger import (
    Context,
    ControllerId,
    Effects,
    Event,
    Hash,
    Message,
    Rule,
    View,
    encode_record,
)
from ropewalk.title import state
from ropewalk.title.cargo import EQUIPMENTS_MAX, boxes_hash
from ropewalk.title.errors import (
    BadMasterError,
    BadOnBoardDateError,
    CargoBilledError,
    ForeignCarrierCodeError,
    FrozenError,
    GoverningLawError,
    LeasedError,
    MalformedCargoError,
    MalformedReferenceError,
    NotCarrierError,
    PledgedError,
    ReferenceUsedError,
    RolesOfDocumentError,
    TitleInEscrowError,
    UnknownCargoError,
)
from ropewalk.title.fingerprint import billed
from ropewalk.title.release import standing

DAY_S = 86_400


class OnBoard(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """That the goods are on board, since when, and in which boxes (T31)."""

    boxes: Annotated[list[Hash], msgspec.Meta(min_length=1, max_length=EQUIPMENTS_MAX)]
    """Tags of the cargo list's equipments, sorted."""
    date: Annotated[str, msgspec.Meta(max_length=10)]
    """On-board date, at the port of loading, YYYY-MM-DD."""
    items: Hash
    """Hash of the cargo list's items."""
    override: Hash | None = None
    """Commitment to why the date stands against, or without, the terminals' loading events."""


class Issue(Message, frozen=True, omit_defaults=True):
    """Issue a transport document as a title."""

    carrier_code: Annotated[str, msgspec.Meta(description="DCSA `carrierCode`.")]
    carrier_code_list_provider: Annotated[
        str, msgspec.Meta(description="DCSA `carrierCodeListProvider`: SMDG or NMFTA.")
    ]
    commitment: Hash
    document_type: Annotated[
        Literal["BOL", "SWB"], msgspec.Meta(description="DCSA `transportDocumentTypeCode`.")
    ]
    governing_law: Annotated[str, msgspec.Meta(description="Code of a recognised governing law.")]
    is_to_order: Annotated[bool, msgspec.Meta(description="DCSA `isToOrder`.")]
    shipper: ControllerId
    transport_document_reference: Annotated[
        str, msgspec.Meta(description="DCSA `transportDocumentReference`.")
    ]
    cargo: Annotated[Hash, msgspec.Meta(description="Hash of the cargo list.")] | None = None
    consignee: ControllerId | None = None
    destination: (
        Annotated[Hash, msgspec.Meta(description="Tag over discharge and delivery.")] | None
    ) = None
    draft: (
        Annotated[
            Hash, msgspec.Meta(description="Shipping instructions whose approved draft it is.")
        ]
        | None
    ) = None
    endorsee: ControllerId | None = None
    fingerprints: (
        Annotated[
            state.Fingerprints, msgspec.Meta(description="What banks are warned by; financing.md.")
        ]
        | None
    ) = None
    house_of: Annotated[Hash, msgspec.Meta(description="Title of the master bill.")] | None = None
    issue_to: ControllerId | None = None
    on_board: (
        Annotated[OnBoard, msgspec.Meta(description="On-board date and boxes; see title.md.")]
        | None
    ) = None
    shipment: (
        Annotated[Hash, msgspec.Meta(description="Tag over what no amendment alters.")] | None
    ) = None


def issue(view: View, message: Issue, context: Context) -> Effects:
    """Make the document a title in the hands of its first possessor.

    Raises:
        NotCarrierError: the actor is not registered as carrier.
        MalformedReferenceError: reference or carrier code can't be a reference.
        ForeignCarrierCodeError: the carrier code is not the actor's.
        ReferenceUsedError: the carrier used the reference before (I1).
        GoverningLawError: no governing law, or none that is recognised (T30).
        RolesOfDocumentError: consignee, endorsee or possessor do not fit the kind (T16).
        UnknownControllerError: one of the roles is nobody's controller.
        BadMasterError: it is a house bill of no live master bill, or of one with other boxes.
        FrozenError: a court's order holds the master bill.
        LeasedError: its holder committed not to act yet.
        TitleInEscrowError: an exchange holds it.
        PledgedError: it is pledged, and pledgee or beneficiary has not approved.
        UnknownCargoError: boxes and items shown are not the cargo named.
        MalformedCargoError: boxes are not sorted, each once.
        BadOnBoardDateError: no such day.
        NotLoadedForError: a box was loaded for another carrier alone.
        OnBoardEvidenceError: loading events do not carry the date, and nothing overrides (T31).
        MovementKnownError: a box was announced already.
        TooManyBillsError: as many titles name a box as may.
        UnknownDocumentError: there are no such instructions.
        NotSideError: the actor is not their carrier.
        DocumentStateError: their draft is not approved, or they are not open.
        NotAsApprovedError: document or shipper are not the approved draft's.
        CargoBilledError: another live bill of the actor's is over one of the cargo items (P8).
    """
    identifier, title = issued(view, message, context.actor, context)
    if message.house_of is not None:
        _check_master(view, message.house_of, context)
    writes = writes_of(identifier, title)
    if message.on_board is not None:
        writes |= _on_board(view, message, message.on_board, identifier, context)
    events = [told(identifier, title, context)]
    if message.draft is not None:
        of_draft = _draft(view, message, message.draft, identifier, context)
        writes.update(of_draft.writes)
        events += of_draft.events
    if message.fingerprints is not None:
        writes |= billed(view, message.fingerprints, identifier, title)
    return Effects(writes, tuple(events))


def issued(
    view: View, message: Issue, issuer: str, context: Context, *, replaces_straight: bool = False
) -> tuple[str, state.Title]:
    """Id and first record of a title, its reference, law and roles checked.

    Args:
        view: the state before the act.
        message: what is issued.
        issuer: the carrier in whose name it is.
        context: the act's circumstances.
        replaces_straight: whether it takes the place of another title, so that a straight bill
            goes to that one's holder and not to its shipper.

    Raises:
        LedgerError: one of `ISSUE_REFUSALS`, in that order.
    """
    reference = _checked_reference(view, message, issuer)
    if not is_recognised_law(view, message.governing_law):
        raise GoverningLawError(message.governing_law or "none named")
    _check_roles(message, to_anybody=replaces_straight)
    for role in (message.shipper, message.consignee, message.endorsee, message.issue_to):
        if role is not None:
            require_controller(view, role)
    content = msgspec.to_builtins(message)
    identifier = state.title_id(context.network, issuer, content)
    return identifier, _first_record(message, reference, issuer, context)


def writes_of(identifier: str, title: state.Title) -> dict[str, bytes | None]:
    """The records of a title that comes to be."""
    return {
        state.key(identifier): encode_record(title),
        state.reference_key(title.reference): encode_record(
            state.ReferenceRecord(title=identifier)
        ),
    }


def told(identifier: str, title: state.Title, context: Context) -> Event:
    """That a title came to be."""
    return Event(
        "title.issued",
        {"actor": context.actor, "reference": title.reference, "title": identifier},
    )


def _draft(
    view: View, message: Issue, instructions: str, identifier: str, context: Context
) -> Effects:
    """What is issued is what was approved (EBL 3.0 UC 8)."""
    issued_as = AsIssued(
        commitment=message.commitment,
        instructions=instructions,
        shipper=message.shipper,
        title=identifier,
    )
    return issue_draft(view, issued_as, context)


def _on_board(
    view: View, message: Issue, on_board: OnBoard, identifier: str, context: Context
) -> dict[str, bytes | None]:
    """Hold the on-board date to the loading events; the boxes then know of the title."""
    if message.cargo != boxes_hash(on_board.boxes, on_board.items):
        raise UnknownCargoError("boxes and items shown are not the cargo named")
    if on_board.boxes != sorted(set(on_board.boxes)):
        raise MalformedCargoError("boxes are sorted, each once")
    check_day(on_board.date, context)
    carrier = _carrier_of_boxes(view, message, on_board, context)
    require_own(view, on_board.boxes, carrier)
    if on_board.override is None:
        require_evidence(view, on_board.boxes, carrier, on_board.date)
    return named_by(view, on_board.boxes, identifier, carrier)


def _carrier_of_boxes(view: View, message: Issue, on_board: OnBoard, context: Context) -> str:
    """Who must have had the boxes loaded: the issuer, or of a house bill the master's."""
    if message.house_of is None:
        return context.actor
    master = state.load_any(view, message.house_of)
    if master.shipper != context.actor:
        raise BadMasterError("only the master bill's shipper issues house bills for its boxes")
    if master.in_control != context.actor:
        raise BadMasterError("the master bill is in other hands: house bills would bind its box")
    for tag in on_board.boxes:
        if not is_named(view, standing, message.house_of, find_box(view, tag).titles):
            raise BadMasterError(f"the master bill does not name {tag}")
    return master.issuer


def check_day(text: str, context: Context) -> None:
    """Refuse what is no day, or a day to come; a port may be a day ahead of the block.

    Raises:
        BadOnBoardDateError: it is so.
    """
    try:
        day = CalendarDate.parse(text).days
    except CodeError as error:
        raise BadOnBoardDateError(str(error)) from error
    if day > context.time_s // DAY_S + 1:
        raise BadOnBoardDateError(f"{text} lies ahead")


def _check_master(view: View, master: str, context: Context) -> None:
    found = state.find(view, master)
    if found is None or found.document_type != "BOL" or found.status != state.ISSUED:
        raise BadMasterError(master)
    if found.house_of:
        raise BadMasterError(f"{master} is a house bill itself")
    state.require_free(found, context)  # a house bill binds the master's goods
    state.require_pledge_approved(found, context)


def _checked_reference(view: View, message: Issue, issuer: str) -> str:
    carrier = find_party(view, issuer)
    if carrier is None or "carrier" not in carrier.roles:
        raise NotCarrierError(issuer)
    carrier_code = f"{message.carrier_code_list_provider}:{message.carrier_code}"
    try:
        reference = str(
            DocumentReference.parse(f"{carrier_code}:{message.transport_document_reference}")
        )
    except CodeError as error:
        raise MalformedReferenceError(str(error)) from error
    if carrier_code not in carrier.carrier_codes:
        raise ForeignCarrierCodeError(carrier_code)
    if view.get(state.reference_key(reference)) is not None:
        raise ReferenceUsedError(reference)
    return reference


def _check_roles(message: Issue, *, to_anybody: bool) -> None:
    kind = state.DOCUMENT_TYPES[message.document_type]
    if message.is_to_order and not kind.may_be_to_order:
        raise RolesOfDocumentError(f"a {message.document_type} is never to order")
    if not message.is_to_order and (message.consignee is None or message.endorsee is not None):
        raise RolesOfDocumentError("a document not to order names a consignee and no endorsee")
    if kind.has_possession != (message.issue_to is not None):
        raise RolesOfDocumentError("a bill names its first possessor, a waybill has none")
    straight = kind.has_possession and not message.is_to_order
    if straight and not to_anybody and message.issue_to != message.shipper:
        raise RolesOfDocumentError("a straight bill is issued to its shipper")


def _first_record(message: Issue, reference: str, issuer: str, context: Context) -> state.Title:
    endorsee, on_board = message.endorsee or state.BLANK, message.on_board
    return state.Title(
        cargo=message.cargo or "",
        commitment=message.commitment,
        consignee=message.consignee or "",
        destination=message.destination or "",
        document_type=message.document_type,
        endorsee=endorsee,
        endorsee_may_endorse=True,
        fingerprints=message.fingerprints,
        governing_law=message.governing_law,
        house_of=message.house_of or "",
        is_to_order=message.is_to_order,
        issued_at=context.time_s,
        issuer=issuer,
        last_act=context.transaction,
        on_board=on_board.date if on_board else "",
        on_board_override=(on_board.override or "") if on_board else "",
        possessor=message.issue_to or "",
        prior_endorsee=endorsee,
        prior_may_endorse=True,
        reference=reference,
        refusable_from="",
        shipment=message.shipment or "",
        shipper=message.shipper,
        status=state.ISSUED,
        surrendered_by="",
        version=1,
    )


ISSUE_REFUSALS = (
    NotCarrierError,
    MalformedReferenceError,
    ForeignCarrierCodeError,
    ReferenceUsedError,
    GoverningLawError,
    RolesOfDocumentError,
    UnknownControllerError,
)

RULES = (
    Rule(
        "title.ISSUE",
        Issue,
        issue,
        (
            *ISSUE_REFUSALS,
            BadMasterError,
            FrozenError,
            LeasedError,
            TitleInEscrowError,
            PledgedError,
            UnknownCargoError,
            MalformedCargoError,
            BadOnBoardDateError,
            NotLoadedForError,
            OnBoardEvidenceError,
            MovementKnownError,
            TooManyBillsError,
            *DRAFT_REFUSALS,
            CargoBilledError,
        ),
    ),
)
