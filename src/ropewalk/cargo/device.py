# SPDX-License-Identifier: Apache-2.0
"""ENROL_DEVICE, ATTACH_DEVICE, WITHDRAW_DEVICE: an instrument on a box speaks with its own key.

A tracker or a reefer's own controller is a controller that a party answers for: enrolled once and
for good, attached by that party to the boxes it rides on, withdrawn when it no longer does. What it
reports are IoT and reefer events, of those boxes alone. Source: requirements cargo.md, «Devices»;
DCSA Track & Trace 3.0.0 `iotEventTypeCode` DETC, `reeferEventTypeCode` MEAS and ADJU.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from ropewalk.cargo.errors import (
    DeviceKnownError,
    DeviceWithdrawnError,
    NotAttachedError,
    NotEnrolledError,
    PartyNoDeviceError,
    UnsortedError,
)
from ropewalk.cargo.state import DEVICE_BOXES_MAX, Box, DeviceRecord, device_key, find_device
from ropewalk.identity import (
    NotRegisteredPartyError,
    UnknownControllerError,
    find_party,
    require_controller,
)
from ropewalk.ledger import (
    ApprovalNeededError,
    Context,
    ControllerId,
    Effects,
    Event,
    Message,
    Rule,
    View,
    encode_record,
)


class OnDevice(Message, frozen=True):
    """The member of every act on a device."""

    device: Annotated[ControllerId, msgspec.Meta(description="Controller of the device's key.")]


class EnrolDevice(OnDevice, frozen=True):
    """Enrol a device, and answer for it from now on."""


class AttachDevice(OnDevice, frozen=True):
    """Attach a device to these boxes, in the place of those before; to none, detach it."""

    boxes: Annotated[
        list[Box],
        msgspec.Meta(max_length=DEVICE_BOXES_MAX, description="Boxes it rides on, by tag."),
    ]


class WithdrawDevice(OnDevice, frozen=True):
    """Withdraw a device for good."""


def enrol(view: View, message: EnrolDevice, context: Context) -> Effects:
    """Make the device the actor's, once its own key has approved.

    Raises:
        NotRegisteredPartyError: the actor is no registered party.
        UnknownControllerError: the device is nobody's controller.
        PartyNoDeviceError: it is a registered party.
        DeviceKnownError: it is enrolled, or was.
        ApprovalNeededError: it did not approve.
    """
    if find_party(view, context.actor) is None:
        raise NotRegisteredPartyError(context.actor)
    require_controller(view, message.device)
    if find_party(view, message.device) is not None:
        raise PartyNoDeviceError(message.device)
    before = find_device(view, message.device)
    if before is not None:
        raise DeviceKnownError(f"enrolled by {before.party}")
    context.require_approvals([message.device])
    return _changed(message, DeviceRecord(party=context.actor), context, "device_enrolled")


def attach(view: View, message: AttachDevice, context: Context) -> Effects:
    """Say on which boxes the device rides from now on.

    Raises:
        NotEnrolledError: the actor enrolled no such device.
        DeviceWithdrawnError: it was withdrawn.
        UnsortedError: boxes out of order, or one twice.
    """
    device = _own(view, message, context)
    if message.boxes != sorted(set(message.boxes)):
        raise UnsortedError("boxes are sorted, each once")
    after = msgspec.structs.replace(device, boxes=tuple(message.boxes))
    return _changed(message, after, context, "device_attached", boxes=" ".join(message.boxes))


def withdraw(view: View, message: WithdrawDevice, context: Context) -> Effects:
    """Detach the device and end its enrolment; what it claimed stands.

    Raises:
        NotEnrolledError: the actor enrolled no such device.
        DeviceWithdrawnError: it was withdrawn before.
    """
    device = _own(view, message, context)
    after = msgspec.structs.replace(device, boxes=(), is_withdrawn=True)
    return _changed(message, after, context, "device_withdrawn")


def answers_for(view: View, boxes: Sequence[str], context: Context) -> str:
    """The party whose device the actor is, "" where it is none: then it names no boxes.

    Raises:
        NotEnrolledError: boxes are named, and the actor is no device.
        DeviceWithdrawnError: the device was withdrawn.
        NotAttachedError: the device names no box, or one that it is not attached to.
    """
    device = find_device(view, context.actor)
    if device is None:
        if boxes:
            raise NotEnrolledError("a claim names its boxes where a device makes it")
        return ""
    if device.is_withdrawn:
        raise DeviceWithdrawnError(context.actor)
    strange = [box for box in boxes if box not in device.boxes]
    if strange or not boxes:
        raise NotAttachedError(strange[0] if strange else "a device names the boxes it reports on")
    return device.party


def _own(view: View, message: OnDevice, context: Context) -> DeviceRecord:
    device = find_device(view, message.device)
    if device is None or device.party != context.actor:
        raise NotEnrolledError(message.device)
    if device.is_withdrawn:
        raise DeviceWithdrawnError(message.device)
    return device


def _changed(
    message: OnDevice, after: DeviceRecord, context: Context, event: str, **more: str
) -> Effects:
    told = {"actor": context.actor, "device": message.device, **more}
    return Effects(
        {device_key(message.device): encode_record(after)}, (Event(f"cargo.{event}", told),)
    )


OWN = (NotEnrolledError, DeviceWithdrawnError)

RULES = (
    Rule(
        "cargo.ENROL_DEVICE",
        EnrolDevice,
        enrol,
        (
            NotRegisteredPartyError,
            UnknownControllerError,
            PartyNoDeviceError,
            DeviceKnownError,
            ApprovalNeededError,
        ),
    ),
    Rule("cargo.ATTACH_DEVICE", AttachDevice, attach, (*OWN, UnsortedError)),
    Rule("cargo.WITHDRAW_DEVICE", WithdrawDevice, withdraw, OWN),
)
