# SPDX-License-Identifier: Apache-2.0
"""A box's arrival: announced once, by its carrier, under every title that names it."""

import pytest

from cargo.quay import NOWHERE, Quay, announcement, claim, loaded, on_board
from ledger.world import IDS
from title.bills import Bill

ANNOUNCE = "ANNOUNCE_ARRIVAL"


def test_it_begins_a_movement() -> None:
    quay = Quay().announced()
    movement = quay.movement
    assert (movement.status, movement.titles) == ("ANNOUNCED", (quay.title,))
    assert movement.depot == movement.terminal == IDS["terminal"]


def test_a_box_arrives_once_a_voyage() -> None:
    """I17."""
    quay = Quay().announced()
    assert quay.why("carrier", ANNOUNCE, **announcement([quay.title])) == "cargo.movement_known"


@pytest.mark.parametrize(
    ("actor", "changes"),
    [
        ("shipper", {}),
        ("carrier", {"terminal": "haulier"}),
        ("carrier", {"customs": "haulier"}),
        ("carrier", {"depot": "haulier"}),
    ],
)
def test_everybody_in_it_is_registered_for_it(actor: str, changes: dict[str, str]) -> None:
    quay = Quay()
    told = announcement([quay.title], **changes)
    assert quay.why(actor, ANNOUNCE, **told) == "cargo.not_registered_as"


def test_a_stranger_announces_no_other_carriers_box() -> None:
    """TH7: a registered carrier that has no title in it, or whom no terminal loaded it for."""
    quay = Quay()
    told = announcement([quay.title])
    assert quay.why("other_carrier", ANNOUNCE, **told) == "cargo.not_carriers_bill"
    quay.world.done("terminal", "cargo.CLAIM", claim(*loaded(quay.box)))
    assert quay.why("other_carrier", ANNOUNCE, **told) == "cargo.not_loaded_for"


def test_titles_are_known_sorted_and_each_once() -> None:
    quay = Quay()
    assert quay.why("carrier", ANNOUNCE, **announcement([NOWHERE])) == "cargo.unknown_bill"
    twice = {**announcement([]), "titles": [quay.title, quay.title]}
    assert quay.why("carrier", ANNOUNCE, **twice) == "cargo.unsorted"


def test_what_only_the_carrier_speaks_of_needs_the_terminals_word() -> None:
    """A carrier's insider with a sham waybill, or with a second tag for the same container."""
    quay = Quay("waybill")
    told = announcement([quay.title])
    assert quay.why("carrier", ANNOUNCE, **told) == "ledger.approval_needed"
    quay.world.done("terminal", "cargo.CLAIM", claim(*loaded(quay.box)))
    assert quay.why("carrier", ANNOUNCE, **told) == "ledger.approval_needed"
    bill = Bill("blank", quay.world, **on_board())
    quay.does("carrier", ANNOUNCE, **announcement([quay.title, bill.title]))


@pytest.mark.parametrize("changes", [{"terminal": "customs"}, {"customs": "terminal"}])
def test_carrier_terminal_and_customs_are_three(changes: dict[str, str]) -> None:
    quay = Quay()
    told = announcement([quay.title], **changes)
    assert quay.why("carrier", ANNOUNCE, **told) == "cargo.same_party"


def test_no_title_that_names_the_box_is_left_out() -> None:
    quay = Quay()
    quay.world.done("terminal", "cargo.CLAIM", claim(*loaded(quay.box)))
    other = Bill("blank", quay.world, **on_board())
    assert quay.known.titles == (other.title,)
    assert quay.why("carrier", ANNOUNCE, **announcement([quay.title])) == "cargo.bills_missing"
    quay.announced(quay.title, other.title)
