# SPDX-License-Identifier: Apache-2.0
"""Vectors of devices, and of what they claim."""

from collections.abc import Iterator

from cargo.casing import Members, Refusal
from cargo.quay import BOX, NOWHERE, OTHER_BOX, claim, loaded
from cargo.rig import BOTH, Rig
from ledger.vectors import Case, surplus
from ledger.world import UNKNOWN, salt
from ropewalk.cargo import errors
from ropewalk.identity import NotRegisteredPartyError, UnknownControllerError
from ropewalk.ledger import ApprovalNeededError, MalformedBodyError

NINE = sorted(salt(f"box {number}") for number in range(9))


def cases() -> Iterator[Case]:
    """ENROL_DEVICE, ATTACH_DEVICE, WITHDRAW_DEVICE, and CLAIM by a device."""
    yield from _enrolments()
    yield from _attachments()
    yield from _withdrawals()
    yield from _claims()


def _case(
    rig: Rig, act: str, name: str, actor: str, members: Members, refusal: Refusal = None
) -> Case:
    return Case(f"cargo.{act}", name, rig.world, actor, rig.body(**members), refusal)


def _enrolments() -> Iterator[Case]:
    act, rig = "cargo.ENROL_DEVICE", Rig()
    body = rig.body()
    yield Case(act, "with_its_consent", rig.world, "carrier", body, None, ("tracker",))
    yield Case(act, "without_its_consent", rig.world, "carrier", body, ApprovalNeededError)
    nobody = {"device": UNKNOWN}
    yield Case(act, "by_no_party", rig.world, "firm", nobody, NotRegisteredPartyError)
    yield Case(act, "unknown_controller", rig.world, "carrier", nobody, UnknownControllerError)
    for name, device in (("a_party", "shipper"), ("itself", "carrier")):
        told = rig.body(device=device)
        yield Case(act, name, rig.world, "carrier", told, errors.PartyNoDeviceError)
    yield surplus(Case(act, "", rig.world, "carrier", body))
    known = Rig().enrolled()
    yield Case(act, "enrolled_already", known.world, "shipper", body, errors.DeviceKnownError)
    gone = Rig().enrolled().withdrawn()
    yield Case(act, "withdrawn_before", gone.world, "carrier", body, errors.DeviceKnownError)


def _attachments() -> Iterator[Case]:
    act, rig = "ATTACH_DEVICE", Rig().enrolled()
    two: Members = {"boxes": BOTH}
    yield _case(rig, act, "to_two_boxes", "carrier", two)
    riding = Rig().enrolled().attached(BOX)
    yield _case(riding, act, "to_another_box", "carrier", {"boxes": [OTHER_BOX]})
    yield _case(riding, act, "to_none", "carrier", {"boxes": []})
    unsorted: Members = {"boxes": BOTH[::-1]}
    yield _case(rig, act, "unsorted", "carrier", unsorted, errors.UnsortedError)
    yield _case(rig, act, "twice", "carrier", {"boxes": [BOX, BOX]}, errors.UnsortedError)
    yield _case(rig, act, "too_many", "carrier", {"boxes": NINE}, MalformedBodyError)
    yield from _not_own(act, unsorted)
    yield surplus(_case(rig, act, "", "carrier", two))


def _withdrawals() -> Iterator[Case]:
    act = "WITHDRAW_DEVICE"
    yield _case(Rig().enrolled().attached(BOX), act, "for_good", "carrier", {})
    yield from _not_own(act, {})
    yield surplus(_case(Rig().enrolled(), act, "", "carrier", {}))


def _not_own(act: str, members: Members) -> Iterator[Case]:
    """Of a device that is no device, another's, or withdrawn."""
    none, rig, gone = Rig(), Rig().enrolled(), Rig().enrolled().withdrawn()
    yield _case(none, act, "never_enrolled", "carrier", members, errors.NotEnrolledError)
    yield _case(gone, act, "anothers", "shipper", members, errors.NotEnrolledError)
    yield _case(rig, act, "by_itself", "tracker", members, errors.NotEnrolledError)
    yield _case(gone, act, "withdrawn", "carrier", members, errors.DeviceWithdrawnError)


def _claims() -> Iterator[Case]:
    act, riding = "cargo.CLAIM", Rig().enrolled().attached(*BOTH)

    def one(
        name: str, rig: Rig, boxes: list[str], refusal: Refusal = None, by: str = "tracker"
    ) -> Case:
        return Case(act, name, rig.world, by, claim(boxes=boxes), refusal)

    yield one("a_device_of_one_of_two", riding, [BOX])
    yield one("a_device_of_all", riding, BOTH)
    yield one("a_device_unsorted", riding, BOTH[::-1], errors.UnsortedError)
    yield one("a_device_of_no_box", riding, [], errors.NotAttachedError)
    strange = sorted([BOX, NOWHERE])
    yield one("a_device_of_another_box", riding, strange, errors.NotAttachedError)
    yield one("a_device_attached_to_none", Rig().enrolled(), [BOX], errors.NotAttachedError)
    withdrawn = errors.DeviceWithdrawnError
    yield one("a_withdrawn_device", riding_no_more(), [NOWHERE], withdrawn)
    yield one("no_device", riding, [BOX], errors.NotEnrolledError, "carrier")
    yield one("too_many_boxes", riding, NINE, MalformedBodyError)
    loading = claim(*loaded(BOX), boxes=BOTH[::-1])
    refusal = errors.NotRegisteredAsError
    yield Case(act, "a_device_loads_nothing", riding.world, "tracker", loading, refusal)


def riding_no_more() -> Rig:
    """A tracker withdrawn while it rode on a box."""
    return Rig().enrolled().attached(BOX).withdrawn()
