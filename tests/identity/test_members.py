# SPDX-License-Identifier: Apache-2.0
"""Members join, leave and decide, m of n."""

from identity.party_vectors import member
from ledger.world import IDS, kid, settled
from ropewalk.identity import Controller, Member, controller_key, member_key
from ropewalk.ledger import decode_record

ADMIT_MEMBER, EXCLUDE_MEMBER, RESIGN_MEMBER = "ADMIT_MEMBER", "EXCLUDE_MEMBER", "RESIGN_MEMBER"


def test_a_members_key_decides_with_the_others() -> None:
    world = member(settled(), "bank")
    law = world.candidate(
        "governance", "identity.RECOGNISE_LAW", {"law": "SG"}, [kid("seat"), kid("governance")]
    )
    assert world.block(law)[0].refusal is None


def test_governance_keeps_its_id_while_members_come_and_go() -> None:
    world = member(settled(), "bank")
    world.done("bank", f"identity.{RESIGN_MEMBER}", {})
    assert member_key(IDS["bank"]) not in world.state
    again = {"key": kid("another seat"), "party": IDS["bank"], "threshold": 2}
    world.done("governance", f"identity.{ADMIT_MEMBER}", again)
    record = decode_record(world.state[member_key(IDS["bank"])], Member)
    assert record.kid == kid("another seat")
    assert decode_record(world.state[controller_key(world.governance)], Controller).threshold == 2


def test_an_excluded_members_key_decides_nothing_any_more() -> None:
    world = member(settled(), "bank")
    out = {"party": IDS["bank"], "threshold": 2}
    world.done("governance", f"identity.{EXCLUDE_MEMBER}", out)
    law = world.candidate(
        "governance", "identity.RECOGNISE_LAW", {"law": "SG"}, [kid("seat"), kid("governance")]
    )
    (result,) = world.block(law)
    assert result.refusal is not None
    assert result.refusal.code == "identity.revoked_key"


def test_a_rotated_seat_stays_its_members() -> None:
    world = member(settled(), "bank")
    rotate = {"key": kid("seat"), "successor": kid("new seat")}
    world.done("governance", "identity.ROTATE_KEY", rotate)
    assert decode_record(world.state[member_key(IDS["bank"])], Member).kid == kid("new seat")
    why = world.refused("governance", "identity.REVOKE_KEY", {"key": kid("new seat")})
    assert why.code == "identity.seat_taken"
