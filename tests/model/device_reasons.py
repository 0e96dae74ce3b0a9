# SPDX-License-Identifier: Apache-2.0
"""Why an act on a device, or what a device claims, is refused: docs/reference/cargo.md."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from model.device_model import Device
from model.ledger_model import Ledger, Moment
from model.title_model import Body
from model.title_reasons import Verdict, first, only


def device_of(ledger: Ledger, who: str) -> Device:
    """A controller as a device."""
    return Device(ledger.devices.get(who, ()))


def why_not_heard(ledger: Ledger, actor: str, boxes: Sequence[str]) -> str:
    """Why what somebody says of boxes is not claimed."""
    device = device_of(ledger, actor)
    is_one = bool(device.party)
    return first(
        ("cargo.not_enrolled", bool(boxes) and not is_one),
        ("cargo.device_withdrawn", device.gone),
        ("cargo.not_attached", is_one and not (boxes and {*boxes} <= {*device.boxes})),
    )


def enrol(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """A party answers for it, and it agrees."""
    device = body["device"]
    why = first(
        ("identity.not_registered_party", actor not in ledger.parties),
        ("identity.unknown_controller", device not in ledger.people),
        ("cargo.party_no_device", device in ledger.parties),
        ("cargo.device_known", device in ledger.devices),
    )
    if why or device in moment.approved:
        return only(why)
    return Verdict(wanted=frozenset({device}), soft=frozenset({"ledger.approval_needed"}))


def attach(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """It rides on these."""
    boxes = list(body["boxes"])
    unsorted = boxes != sorted(set(boxes))
    return only(_not_its_party(ledger, actor, body) or first(("cargo.unsorted", unsorted)))


def withdraw(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """It is heard no more."""
    return only(_not_its_party(ledger, actor, body))


def _not_its_party(ledger: Ledger, actor: str, body: Body) -> str:
    device = device_of(ledger, body["device"])
    return first(
        ("cargo.not_enrolled", device.party != actor), ("cargo.device_withdrawn", device.gone)
    )


def _done(act: str) -> Callable[[Ledger, str, Body, Moment], None]:
    def happened(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> None:
        ledger.devices.setdefault(body["device"], []).append((act, actor, body))
        ledger.touched.add(f"device/{body['device']}")

    return happened


DEVICES: Mapping[str, Any] = {
    "ATTACH_DEVICE": (attach, _done("ATTACH_DEVICE")),
    "ENROL_DEVICE": (enrol, _done("ENROL_DEVICE")),
    "WITHDRAW_DEVICE": (withdraw, _done("WITHDRAW_DEVICE")),
}
