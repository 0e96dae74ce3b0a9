# SPDX-License-Identifier: Apache-2.0
"""The lights: whose they are, with what reason, and who holds a box back."""

import pytest

from cargo.quay import NOWHERE, Quay
from ropewalk.crypto import Value

STATUS, READY, BLOCK, UNBLOCK = "SET_CUSTOMS_STATUS", "SET_READINESS", "BLOCK", "UNBLOCK"


def test_customs_alone_says_how_customs_stands() -> None:
    quay = Quay().announced()
    for name in ("carrier", "terminal", "consignee"):
        assert quay.why(name, STATUS, status="CLEARED") == "cargo.not_of_movement"
    quay.does("customs", STATUS, status="HOLD", reason=NOWHERE)
    assert (quay.movement.customs_status, quay.movement.customs_reason) == ("HOLD", NOWHERE)
    quay.does("customs", STATUS, status="CLEARED")
    assert (quay.movement.customs_status, quay.movement.customs_reason) == ("CLEARED", "")


@pytest.mark.parametrize("status", ["HOLD", "EXAMINATION"])
def test_a_hold_has_its_reason(status: str) -> None:
    assert Quay().announced().why("customs", STATUS, status=status) == "cargo.no_reason"


def test_the_terminal_alone_says_whether_it_is_ready() -> None:
    quay = Quay().announced()
    for name in ("carrier", "customs", "other_terminal"):
        assert quay.why(name, READY, ready=True) == "cargo.not_of_movement"
    quay.does("terminal", READY, ready=True)
    assert quay.movement.is_ready
    quay.does("terminal", READY, ready=False)
    assert not quay.movement.is_ready


def test_each_blocks_for_itself() -> None:
    quay = Quay().announced()
    for name in ("carrier", "customs", "terminal"):
        quay.does(name, BLOCK, reason=NOWHERE)
        assert quay.why(name, BLOCK, reason=NOWHERE) == "cargo.blocked_already"
    assert quay.why("haulier", BLOCK, reason=NOWHERE) == "cargo.not_of_movement"
    quay.does("customs", UNBLOCK)
    assert quay.why("customs", UNBLOCK) == "cargo.not_blocked"
    assert len(quay.movement.blocks) == 2


@pytest.mark.parametrize(
    ("actor", "act", "members"),
    [
        ("customs", STATUS, {"status": "CLEARED"}),
        ("terminal", READY, {"ready": True}),
        ("carrier", BLOCK, {"reason": NOWHERE}),
        ("carrier", UNBLOCK, {}),
    ],
)
def test_of_a_box_unknown_or_gone_nothing_is_said(
    actor: str, act: str, members: dict[str, Value]
) -> None:
    quay = Quay()
    assert quay.why(actor, act, **members) == "cargo.unknown_movement"
    assert Quay().held().out().why(actor, act, **members) == "cargo.left"
