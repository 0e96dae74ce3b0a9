# SPDX-License-Identifier: Apache-2.0
"""REDIRECT and DELIVER: the life of a sea waybill.

A waybill is no document of title: nobody possesses, endorses or surrenders it. Until delivery
the shipper alone may name another consignee; the carrier delivers to the one named.

Source: CMI Uniform Rules for Sea Waybills 1990, rule 6 (right of control); title requirement T16.
"""

from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import Context, ControllerId, Effects, Rule, View
from ropewalk.title import state
from ropewalk.title.errors import (
    EndedError,
    FrozenError,
    NotIssuerError,
    NotShipperError,
    NotWaybillError,
    SameConsigneeError,
    StaleError,
    UnknownTitleError,
)


class Redirect(state.ActOnTitle, frozen=True):
    """Name another consignee."""

    consignee: ControllerId


class Deliver(state.ActOnTitle, frozen=True):
    """Deliver the goods to the consignee named."""


def redirect(view: View, message: Redirect, context: Context) -> Effects:
    """Change the consignee, as only the shipper may.

    Raises:
        UnknownTitleError: no such title.
        StaleError: another act came first.
        FrozenError: a court's order holds it.
        NotWaybillError: it is a bill of lading.
        EndedError: the goods were delivered.
        NotShipperError: the actor is not its shipper.
        SameConsigneeError: nothing would change.
        UnknownControllerError: the consignee is nobody's controller.
    """
    title = _live_waybill(view, message, context)
    if title.shipper != context.actor:
        raise NotShipperError(context.actor)
    if title.consignee == message.consignee:
        raise SameConsigneeError(message.consignee)
    require_controller(view, message.consignee)
    return state.acted(title, message, context, "title.redirected", consignee=message.consignee)


def deliver(view: View, message: Deliver, context: Context) -> Effects:
    """Record delivery to the consignee; it ends the waybill.

    Raises:
        UnknownTitleError: no such title.
        StaleError: another act came first.
        FrozenError: a court's order holds it.
        NotWaybillError: it is a bill of lading.
        EndedError: the goods were delivered.
        NotIssuerError: the actor is not the carrier.
    """
    title = _live_waybill(view, message, context)
    state.require_issuer(title, context)
    return state.acted(title, message, context, "title.delivered", status=state.DELIVERED)


def _live_waybill(view: View, message: state.ActOnTitle, context: Context) -> state.Title:
    title = state.load(view, message, context)
    if state.DOCUMENT_TYPES[title.document_type].has_possession:
        raise NotWaybillError(title.document_type)
    if title.status in state.ENDED:
        raise EndedError(title.status)
    return title


RULES = (
    Rule(
        "title.REDIRECT",
        Redirect,
        redirect,
        (
            UnknownTitleError,
            StaleError,
            FrozenError,
            NotWaybillError,
            EndedError,
            NotShipperError,
            SameConsigneeError,
            UnknownControllerError,
        ),
    ),
    Rule(
        "title.DELIVER",
        Deliver,
        deliver,
        (
            UnknownTitleError,
            StaleError,
            FrozenError,
            NotWaybillError,
            EndedError,
            NotIssuerError,
        ),
    ),
)
