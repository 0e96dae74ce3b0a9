# SPDX-License-Identifier: Apache-2.0
"""Devices: enrolled by a party with their own consent, and heard of their own boxes alone."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cargo.quay import BOX, LOADED, OTHER_BOX, claim, loaded
from cargo.rig import BOTH, Rig
from ledger.world import IDS, salt
from ropewalk.cargo import ClaimRecord, claim_key
from ropewalk.cargo.state import DEVICE_BOXES_MAX
from ropewalk.ledger import decode_record

ENROL, ATTACH, WITHDRAW = "ENROL_DEVICE", "ATTACH_DEVICE", "WITHDRAW_DEVICE"
MANY = sorted(salt(f"box {number}") for number in range(DEVICE_BOXES_MAX + 1))


def claimed(rig: Rig, root: str = "batch") -> ClaimRecord:
    return decode_record(rig.world.state[claim_key(salt(root))], ClaimRecord)


def test_a_devices_claim_says_whose_it_is_and_of_what() -> None:
    rig = Rig().enrolled().attached(*BOTH).claims(BOX)
    record = claimed(rig)
    assert (record.actor, record.device_of) == (IDS["tracker"], IDS["carrier"])
    assert record.boxes == (BOX,)


def test_a_claim_that_no_device_makes_is_recorded_as_ever() -> None:
    rig = Rig().claims(by="carrier")
    told = msgspec.json.decode(rig.world.state[claim_key(salt("batch"))])[1]
    assert set(told) == {"actor", "count", "time"}


def test_a_device_claims_as_anybody_does_until_it_is_enrolled() -> None:
    rig = Rig().claims(root="before")
    assert claimed(rig, "before").device_of == ""
    rig.enrolled()
    assert rig.why_not() == "cargo.not_attached"


def test_a_device_consents_to_being_enrolled() -> None:
    rig = Rig()
    assert rig.refused("carrier", ENROL).code == "ledger.approval_needed"
    assert rig.enrolled().record.party == IDS["carrier"]


def test_only_a_registered_party_enrols() -> None:
    rig = Rig()
    for who in ("firm", "tracker"):
        assert rig.refused(who, ENROL).code == "identity.not_registered_party"


def test_a_party_is_nobodys_device() -> None:
    rig = Rig()
    for device in ("carrier", "terminal"):
        assert rig.refused("carrier", ENROL, device=device).code == "cargo.party_no_device"
    assert rig.refused("carrier", ENROL, device="nobody").code == "identity.unknown_controller"


def test_a_device_is_enrolled_once_and_for_good() -> None:
    rig = Rig().enrolled()
    for who in ("carrier", "shipper"):
        assert rig.refused(who, ENROL).code == "cargo.device_known"
    assert rig.withdrawn().refused("carrier", ENROL).code == "cargo.device_known"


def test_only_its_party_attaches_and_withdraws_it() -> None:
    rig = Rig()
    for act, members in ((ATTACH, {"boxes": []}), (WITHDRAW, {})):
        assert rig.refused("carrier", act, **members).code == "cargo.not_enrolled"
    rig.enrolled()
    for who in ("shipper", "tracker", "terminal"):
        for act, members in ((ATTACH, {"boxes": []}), (WITHDRAW, {})):
            assert rig.refused(who, act, **members).code == "cargo.not_enrolled"


def test_boxes_are_told_in_order_each_once_and_not_too_many() -> None:
    rig = Rig().enrolled()
    for boxes in (BOTH[::-1], [BOX, BOX]):
        assert rig.refused("carrier", ATTACH, boxes=boxes).code == "cargo.unsorted"
    assert rig.refused("carrier", ATTACH, boxes=MANY).code == "ledger.malformed_body"
    assert rig.attached(*MANY[1:]).record.boxes == tuple(MANY[1:])
    assert rig.why_not(*BOTH[::-1]) == "cargo.unsorted"


def test_it_reports_on_what_it_is_attached_to_at_that_moment() -> None:
    rig = Rig().enrolled()
    assert rig.why_not(BOX) == "cargo.not_attached"
    rig.attached(BOX).claims(BOX, root="one")
    assert rig.why_not(*BOTH) == "cargo.not_attached"
    assert rig.why_not() == "cargo.not_attached"
    rig.attached(OTHER_BOX).claims(OTHER_BOX, root="two")
    assert rig.why_not(BOX) == "cargo.not_attached"
    assert rig.attached().why_not(OTHER_BOX) == "cargo.not_attached"


def test_once_withdrawn_it_claims_nothing_and_stays_withdrawn() -> None:
    rig = Rig().enrolled().attached(BOX).claims(BOX, root="before").withdrawn()
    assert rig.record.boxes == ()
    for boxes in ((), (BOX,)):
        assert rig.why_not(*boxes) == "cargo.device_withdrawn"
    assert rig.refused("carrier", ATTACH, boxes=[BOX]).code == "cargo.device_withdrawn"
    assert rig.refused("carrier", WITHDRAW).code == "cargo.device_withdrawn"
    assert claimed(rig, "before").device_of == IDS["carrier"]


def test_nobody_else_names_boxes() -> None:
    rig = Rig().enrolled().attached(BOX)
    for who in ("carrier", "terminal", "firm"):
        assert rig.why_not(BOX, by=who) == "cargo.not_enrolled"


def test_a_device_is_no_terminal() -> None:
    rig = Rig().enrolled().attached(BOX)
    body = claim(*loaded(BOX, date=LOADED), boxes=[BOX])
    assert rig.world.refused("tracker", "cargo.CLAIM", body).code == "cargo.not_registered_as"


POOL = sorted(salt(f"pool {number}") for number in range(4))
BOXES = st.sets(st.sampled_from(POOL)).map(sorted)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(("attach", "claim", "withdraw")), BOXES), max_size=12))
def test_whatever_happens_it_is_heard_of_its_own_boxes_alone(
    history: list[tuple[str, list[str]]],
) -> None:
    rig = Rig().enrolled()
    riding: set[str] = set()
    gone = False
    for number, (deed, boxes) in enumerate(history):
        body = claim(root=f"batch {number}", boxes=boxes)
        if deed == "claim":
            heard = rig.world.act("tracker", "cargo.CLAIM", body).refusal is None
            assert heard == (not gone and bool(boxes) and riding >= {*boxes})
        elif gone:
            act, members = (ATTACH, {"boxes": boxes}) if deed == "attach" else (WITHDRAW, {})
            assert rig.refused("carrier", act, **members).code == "cargo.device_withdrawn"
        elif deed == "attach":
            riding = {*rig.attached(*boxes).record.boxes}
            assert riding == {*boxes}
        else:
            gone, riding = rig.withdrawn().record.is_withdrawn, set()
            assert gone


def test_what_is_told_of_it_names_the_party_the_device_and_the_boxes() -> None:
    rig = Rig().enrolled()
    attached = rig.world.act("carrier", f"cargo.{ATTACH}", rig.body(boxes=BOTH))
    told = rig.world.act("tracker", "cargo.CLAIM", claim(boxes=BOTH))
    (one,), (other,) = attached.events, told.events
    assert one.attributes == {
        "actor": IDS["carrier"],
        "boxes": " ".join(BOTH),
        "device": IDS["tracker"],
    }
    assert other.attributes["device_of"] == IDS["carrier"]
    assert other.attributes["boxes"] == " ".join(BOTH)


@pytest.mark.parametrize("by", ["carrier", "shipper", "terminal"])
def test_any_registered_party_has_devices(by: str) -> None:
    assert Rig().enrolled(by).record.party == IDS[by]
