# SPDX-License-Identifier: Apache-2.0
"""The consignment: what concerns one shipment, tied together.

Parties with their roles, the transport plan as a commitment (legs, vessels, voyages, ports,
cut-offs), and links to bookings, instructions, titles (house and master), boxes and delivery
orders. It moves nothing: what is linked keeps its own rules. Source: UN/CEFACT Consignment of the
Buy-Ship-Pay reference data model; DCSA Booking 2.0.5 `transportPlan`, `shipmentCutOffTimes`.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from ropewalk.cargo.course import Booking, ContentHash, Instructions, id_of
from ropewalk.cargo.course import find as find_document
from ropewalk.cargo.errors import (
    AdmittedAlreadyError,
    ConsignmentClosedError,
    ConsignmentFullError,
    DocumentKnownError,
    LinkedAlreadyError,
    NothingToLinkError,
    NotOfConsignmentError,
    NotRegisteredAsError,
    StaleDocumentError,
    UnknownDocumentError,
)
from ropewalk.cargo.state import Titles, asking, find_box, find_movement
from ropewalk.identity import UnknownControllerError, has_role, require_controller
from ropewalk.ledger import (
    Context,
    ControllerId,
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

OPEN = "OPEN"
CLOSED = "CLOSED"
PARTIES_MAX = 16
LINKS_MAX = 64
REGISTERED_ROLES = ("bank", "carrier", "customs", "insurer", "terminal")
"""Roles that only a party registered as such has."""

Role = Literal[
    "bank",
    "buyer",
    "carrier",
    "consignee",
    "customs",
    "forwarder",
    "haulier",
    "insurer",
    "notify_party",
    "seller",
    "shipper",
    "terminal",
]
OpenerRole = Literal["buyer", "carrier", "forwarder", "seller", "shipper"]
LinkKind = Literal["booking", "box", "instructions", "order", "title"]


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A party of the consignment."""

    controller: str
    role: str


class Link(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What concerns the shipment, and who linked it."""

    by: str
    id: str
    """Of a delivery order, the tag of its box."""
    kind: str


class Consignment(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `consignment/<id>`."""

    content: str
    """Commitment to the transport plan."""
    last_act: str
    links: tuple[Link, ...] = ()
    """Sorted by kind and id."""
    opener: str
    parties: tuple[Member, ...]
    """Sorted by controller."""
    status: str
    version: int


class OpenConsignment(Message, frozen=True):
    """Open a consignment, as its customer or carrier."""

    content: ContentHash
    role: Annotated[OpenerRole, msgspec.Meta(description="The actor's own part.")]


class OnConsignment(Message, frozen=True):
    """Members of every act on a consignment."""

    consignment: Hash
    last_act: Hash


class AdmitParty(OnConsignment, frozen=True):
    """Admit a party to the consignment in a role."""

    controller: ControllerId
    role: Annotated[Role, msgspec.Meta(description="Its part in the shipment.")]


class LinkConsignment(OnConsignment, frozen=True):
    """Link what concerns the actor: a booking, instructions, a title, a box, a delivery order."""

    id: Annotated[Hash, msgspec.Meta(description="Its id; a box's tag, also for its order.")]
    kind: Annotated[LinkKind, msgspec.Meta(description="What it is.")]


class PlanConsignment(OnConsignment, frozen=True):
    """Put another transport plan in the place of the one before."""

    content: ContentHash


class CloseConsignment(OnConsignment, frozen=True):
    """Close the consignment: nothing is added any more."""


def consignment_key(consignment: str) -> str:
    """State key of a consignment."""
    return f"consignment/{consignment}"


def find_consignment(view: View, consignment: str) -> Consignment | None:
    """A consignment, None when none was opened under the id."""
    data = view.get(consignment_key(consignment))
    return None if data is None else decode_record(data, Consignment)


def open_consignment(view: View, message: OpenConsignment, context: Context) -> Effects:
    """Bring a consignment into being.

    Raises:
        NotRegisteredAsError: the actor says it is the carrier and is not registered as one.
        DocumentKnownError: the same was opened before.
    """
    _require_role(view, context.actor, message.role)
    identifier = id_of("consignment", message, context)
    if find_consignment(view, identifier) is not None:
        raise DocumentKnownError(identifier)
    first = Consignment(
        content=message.content,
        last_act=context.transaction,
        opener=context.actor,
        parties=(Member(controller=context.actor, role=message.role),),
        status=OPEN,
        version=1,
    )
    told = {"actor": context.actor, "consignment": identifier}
    return Effects(
        {consignment_key(identifier): encode_record(first)},
        (Event("cargo.consignment_opened", told),),
    )


def admit_party(view: View, message: AdmitParty, context: Context) -> Effects:
    """Add a party.

    Raises:
        LedgerError: one of `ADMIT_REFUSALS`, in that order.
    """
    consignment = _led(view, message, context)
    require_controller(view, message.controller)
    _require_role(view, message.controller, message.role)
    if any(one.controller == message.controller for one in consignment.parties):
        raise AdmittedAlreadyError(message.controller)
    if len(consignment.parties) >= PARTIES_MAX:
        raise ConsignmentFullError(f"{PARTIES_MAX} parties")
    added = Member(controller=message.controller, role=message.role)
    parties = sorted([*consignment.parties, added], key=lambda one: one.controller)
    return _changed(message, consignment, context, "party_admitted", parties=tuple(parties))


def link_consignment(
    titles: Titles, view: View, message: LinkConsignment, context: Context
) -> Effects:
    """Add a link.

    Raises:
        LedgerError: one of `LINK_REFUSALS`, in that order.
    """
    consignment = _opened(view, message)
    if all(one.controller != context.actor for one in consignment.parties):
        raise NotOfConsignmentError("a party of it links")
    if any((one.kind, one.id) == (message.kind, message.id) for one in consignment.links):
        raise LinkedAlreadyError(message.id)
    if len(consignment.links) >= LINKS_MAX:
        raise ConsignmentFullError(f"{LINKS_MAX} links")
    if context.actor not in _concerned(titles, view, message.kind, message.id):
        raise NothingToLinkError(f"{message.kind} {message.id}")
    added = Link(by=context.actor, id=message.id, kind=message.kind)
    links = sorted([*consignment.links, added], key=lambda one: (one.kind, one.id))
    return _changed(message, consignment, context, "consignment_linked", links=tuple(links))


def plan_consignment(view: View, message: PlanConsignment, context: Context) -> Effects:
    """Change the transport plan.

    Raises:
        UnknownDocumentError: none was opened under the id.
        StaleDocumentError: another act came first.
        ConsignmentClosedError: it is closed.
        NotOfConsignmentError: the actor is neither its opener nor a carrier of it.
    """
    consignment = _led(view, message, context)
    return _changed(message, consignment, context, "consignment_planned", content=message.content)


def close_consignment(view: View, message: CloseConsignment, context: Context) -> Effects:
    """Close it.

    Raises:
        UnknownDocumentError: none was opened under the id.
        StaleDocumentError: another act came first.
        ConsignmentClosedError: it is closed.
        NotOfConsignmentError: the actor is neither its opener nor a carrier of it.
    """
    consignment = _led(view, message, context)
    return _changed(message, consignment, context, "consignment_closed", status=CLOSED)


def _opened(view: View, message: OnConsignment) -> Consignment:
    consignment = find_consignment(view, message.consignment)
    if consignment is None:
        raise UnknownDocumentError(f"consignment {message.consignment}")
    if consignment.last_act != message.last_act:
        raise StaleDocumentError(f"the last act is {consignment.last_act}")
    if consignment.status == CLOSED:
        raise ConsignmentClosedError(message.consignment)
    return consignment


def _led(view: View, message: OnConsignment, context: Context) -> Consignment:
    """A consignment that the actor leads: it opened it, or carries."""
    consignment = _opened(view, message)
    carriers = [one.controller for one in consignment.parties if one.role == "carrier"]
    if context.actor not in (consignment.opener, *carriers):
        raise NotOfConsignmentError("this is for its opener or a carrier of it")
    return consignment


def _require_role(view: View, controller: str, role: str) -> None:
    if role in REGISTERED_ROLES and not has_role(view, controller, role):
        raise NotRegisteredAsError(f"{controller} is not registered as {role}")


def _concerned(titles: Titles, view: View, kind: str, identifier: str) -> Iterable[str]:
    """Whom what is to be linked concerns; nobody where there is no such thing."""
    if kind in ("booking", "instructions"):
        record = Booking if kind == "booking" else Instructions
        document = find_document(view, record, identifier)
        return () if document is None else (document.carrier, document.customer)
    if kind == "title":
        standing = titles(view, identifier)
        return () if standing is None else standing.concerned
    return _of_order(view, identifier) if kind == "order" else _of_box(titles, view, identifier)


def _of_order(view: View, box: str) -> Iterable[str]:
    movement = find_movement(view, box)
    if movement is None or not movement.orders:
        return ()
    named = [one for order in movement.orders for one in (order.claimant, order.release_to)]
    return (movement.carrier, *named)


def _of_box(titles: Titles, view: View, box: str) -> Iterable[str]:
    known, movement = find_box(view, box), find_movement(view, box)
    found = [one for load in known.loads for one in (load.by, load.carrier)]
    for title in known.titles if movement is None else movement.titles:
        standing = titles(view, title)
        found += () if standing is None else standing.concerned
    if movement is not None:
        found += (movement.carrier, movement.customs, movement.depot, movement.terminal)
    return found


def _changed(
    message: OnConsignment,
    consignment: Consignment,
    context: Context,
    event: str,
    **changes: object,
) -> Effects:
    after = msgspec.structs.replace(
        consignment, last_act=context.transaction, version=consignment.version + 1, **changes
    )
    told = {"actor": context.actor, "consignment": message.consignment}
    return Effects(
        {consignment_key(message.consignment): encode_record(after)},
        (Event(f"cargo.{event}", told),),
    )


OPENED = (UnknownDocumentError, StaleDocumentError, ConsignmentClosedError, NotOfConsignmentError)
ADMIT_REFUSALS = (
    *OPENED,
    UnknownControllerError,
    NotRegisteredAsError,
    AdmittedAlreadyError,
    ConsignmentFullError,
)
LINK_REFUSALS = (*OPENED, LinkedAlreadyError, ConsignmentFullError, NothingToLinkError)


def rules(titles: Titles) -> tuple[Rule, ...]:
    """The acts of this file, told how to ask for titles."""
    return (
        Rule(
            "cargo.OPEN_CONSIGNMENT",
            OpenConsignment,
            open_consignment,
            (NotRegisteredAsError, DocumentKnownError),
        ),
        Rule("cargo.ADMIT_PARTY", AdmitParty, admit_party, ADMIT_REFUSALS),
        Rule(
            "cargo.LINK_CONSIGNMENT",
            LinkConsignment,
            asking(link_consignment, titles),
            LINK_REFUSALS,
        ),
        Rule("cargo.PLAN_CONSIGNMENT", PlanConsignment, plan_consignment, OPENED),
        Rule("cargo.CLOSE_CONSIGNMENT", CloseConsignment, close_consignment, OPENED),
    )
