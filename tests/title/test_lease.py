# SPDX-License-Identifier: Apache-2.0
"""Until a lease ends nothing moves, whoever asks (T27)."""

import pytest

from ledger.world import DAY, IDS, kid, salt, settled
from title.bills import Bill

LEASE = "LEASE"


@pytest.mark.parametrize(
    ("actor", "act", "members"),
    [
        ("shipper", "TRANSFER", {"recipient": "bank"}),
        ("shipper", "ENDORSE", {"recipient": "bank"}),
        ("shipper", "SIGN", {}),
        ("shipper", "SURRENDER_FOR_DELIVERY", {"addressee": "carrier"}),
        ("shipper", "SWITCH_TO_PAPER", {"paper": salt("paper")}),
        ("carrier", "VOID", {}),
        ("shipper", LEASE, {"until": 0}),
    ],
)
def test_a_leased_title_refuses_what_moves_it(
    actor: str, act: str, members: dict[str, str]
) -> None:
    assert Bill("blank").leased().why(actor, act, **members) == "title.leased"


def test_delivery_against_indemnity_waits_too() -> None:
    bill = Bill("blank").leased()
    body = {"receiver": IDS["buyer"], "title": bill.title}
    why = bill.world.refused("carrier", "title.LETTER_OF_INDEMNITY", body)
    assert why.code == "title.leased"


def test_a_freeze_may_be_laid_on_and_moves_nothing() -> None:
    bill = Bill("blank").leased()
    before = bill.record
    after = bill.frozen().record
    assert (after.possessor, after.lease_until) == (before.possessor, before.lease_until)


def test_when_it_ends_the_holder_acts_again() -> None:
    bill = Bill("blank").leased(days=1)
    bill.world.block(seconds=2 * DAY)
    after = bill.does("shipper", "TRANSFER", recipient="bank")
    assert after.lease_until == 0


def test_recovery_of_its_giver_waits_for_the_lease() -> None:
    world = settled()
    quorum = {"controllers": [IDS["bank"]], "delay": 3 * DAY, "threshold": 1}
    world.done("shipper", "identity.SET_RECOVERY", quorum)
    bill = Bill("blank", world).leased(days=9)
    start = {"controller": IDS["shipper"], "keys": [kid("new")], "threshold": 1}
    world.done("bank", "identity.START_RECOVERY", start)
    world.block(seconds=4 * DAY)
    complete = {"controller": IDS["shipper"]}
    why = world.refused("bank", "identity.COMPLETE_RECOVERY", complete)
    assert why.code == "identity.too_early"
    world.block(seconds=6 * DAY)
    world.done("bank", "identity.COMPLETE_RECOVERY", complete)
    assert bill.record.possessor == IDS["shipper"]


def test_a_thief_can_t_hold_recovery_up_with_leases() -> None:
    world = settled()
    quorum = {"controllers": [IDS["bank"]], "delay": 3 * DAY, "threshold": 1}
    world.done("shipper", "identity.SET_RECOVERY", quorum)
    bill = Bill("blank", world)
    start = {"controller": IDS["shipper"], "keys": [kid("new")], "threshold": 1}
    world.done("bank", "identity.START_RECOVERY", start)
    body = {**bill.body({}), "until": world.time_s + 20 * DAY}
    assert world.refused("shipper", f"title.{LEASE}", body).code == "identity.recovery_waits"
