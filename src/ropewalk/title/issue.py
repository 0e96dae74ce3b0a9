# SPDX-License-Identifier: Apache-2.0
"""ISSUE: the carrier makes a transport document a title.

Source: DCSA EBL_ISS 3.0.4; UNCITRAL MLETR art. 10 (singularity, control, integrity); title
requirements T13, T14, T16, T17, T30; I1, I2.
"""

from typing import Annotated, Literal

import msgspec

from ropewalk.codes import CodeError, DocumentReference
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
from ropewalk.title.errors import (
    BadMasterError,
    ForeignCarrierCodeError,
    GoverningLawError,
    MalformedReferenceError,
    NotCarrierError,
    ReferenceUsedError,
    RolesOfDocumentError,
)


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
    endorsee: ControllerId | None = None
    house_of: Annotated[Hash, msgspec.Meta(description="Title of the master bill.")] | None = None
    issue_to: ControllerId | None = None
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
        BadMasterError: it is a house bill of no live master bill.
    """
    identifier, title = issued(view, message, context.actor, context)
    if message.house_of is not None:
        _check_master(view, message.house_of)
    return Effects(writes_of(identifier, title), (told(identifier, title, context),))


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


def _check_master(view: View, master: str) -> None:
    found = state.find(view, master)
    if found is None or found.document_type != "BOL" or found.status != state.ISSUED:
        raise BadMasterError(master)
    if found.house_of:
        raise BadMasterError(f"{master} is a house bill itself")


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
    endorsee = message.endorsee or state.BLANK
    return state.Title(
        cargo=message.cargo or "",
        commitment=message.commitment,
        consignee=message.consignee or "",
        destination=message.destination or "",
        document_type=message.document_type,
        endorsee=endorsee,
        endorsee_may_endorse=True,
        governing_law=message.governing_law,
        house_of=message.house_of or "",
        is_to_order=message.is_to_order,
        issued_at=context.time_s,
        issuer=issuer,
        last_act=context.transaction,
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

RULES = (Rule("title.ISSUE", Issue, issue, (*ISSUE_REFUSALS, BadMasterError)),)
