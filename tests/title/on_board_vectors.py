# SPDX-License-Identifier: Apache-2.0
"""Vectors of ISSUE with an on-board date, and of SPLIT where boxes know the bill (T31)."""

from collections.abc import Iterator

from cargo.quay import BOX, OTHER_BOX, Quay, claim, loaded, on_board, port
from ledger.vectors import Case
from ledger.world import IDS, World
from ropewalk.cargo import (
    MovementKnownError,
    NotLoadedForError,
    OnBoardEvidenceError,
    TooManyBillsError,
)
from ropewalk.crypto import Value
from ropewalk.ledger import LedgerError, MalformedBodyError
from ropewalk.title import errors
from title.bills import ISSUE, Bill, cargo_list, hashed, issue_body, part

Told = dict[str, Value]


def quay(*boxes: str, carrier: str = "carrier") -> World:
    """A network where a terminal loaded boxes for a carrier."""
    world = port()
    if boxes:
        world.done("terminal", "cargo.CLAIM", claim(*loaded(*boxes, carrier=carrier)))
    return world


def shown(told: Told, **changes: Value) -> Told:
    """On-board members that show something else."""
    inner = told["on_board"]
    assert isinstance(inner, dict)
    return {**told, "on_board": {**inner, **changes}}


def issues() -> Iterator[Case]:
    """ISSUE."""
    world = quay(BOX, OTHER_BOX)
    two = on_board("box", "other box")

    def one(
        name: str, told: Told, refusal: type[LedgerError] | None = None, at: World = world
    ) -> Case:
        return Case(
            ISSUE, f"on_board_{name}", at, "carrier", issue_body("blank", 1, **told), refusal
        )

    yield one("one_box", on_board())
    yield one("two_boxes", two)
    yield one("overridden", on_board("third box", override="because"))
    early = shown(two, date="2025-12-29")
    yield one("overridden_date", shown(early, override="0" * 64))
    yield one("other_cargo", shown(shown(two, boxes=[BOX]), date="x"), errors.UnknownCargoError)
    listed: Told = {**cargo_list(("tea", 10, 1000)), "equipments": sorted([BOX, OTHER_BOX])[::-1]}
    unsorted = shown({**two, "cargo": hashed(listed)}, boxes=listed["equipments"], date="x")
    yield one("unsorted", unsorted, errors.MalformedCargoError)
    foreign = quay(BOX, carrier="other_carrier")
    yield one("no_day", shown(on_board(), date="x"), errors.BadOnBoardDateError, foreign)
    yield one("loaded_for_another", on_board(), NotLoadedForError, foreign)
    yield one("early", early, OnBoardEvidenceError)
    yield one("not_loaded", on_board("third box"), OnBoardEvidenceError)
    yield one("day_to_come", shown(on_board(), date="2026-01-03"), errors.BadOnBoardDateError)
    yield one("no_boxes", shown(two, boxes=[]), MalformedBodyError)
    yield from house_bills()
    yield from too_late()


def too_late() -> Iterator[Case]:
    """Boxes that arrived, or that as many titles name as may."""
    ashore = Quay("waybill", quay(BOX)).announced().world
    late_bill = issue_body("blank", 9, **on_board())
    name = "on_board_announced_already"
    yield Case(ISSUE, name, ashore, "carrier", late_bill, MovementKnownError)
    crowd = quay(BOX)
    for _ in range(32):
        Bill("blank", crowd, **on_board())
    late = issue_body("blank", 99, **on_board())
    yield Case(ISSUE, "on_board_too_many_bills", crowd, "carrier", late, TooManyBillsError)
    arrived = Quay("straight", quay(BOX)).surrendered().announced()
    ashore = issue_body("blank", 2, **on_board())
    yield Case(ISSUE, "on_board_box_arrived", arrived.world, "carrier", ashore, MovementKnownError)


def house_bills() -> Iterator[Case]:
    """A forwarder's house bills over a master's boxes."""
    world = quay(BOX)
    forwarder: Told = {"shipper": IDS["forwarder"], "issue_to": IDS["forwarder"]}
    master = Bill("blank", world, **on_board(), **forwarder)
    told: Told = {"carrier_code": "FWD", "house_of": master.title}
    body = issue_body("blank", 2, **on_board(), **told)
    yield Case(ISSUE, "on_board_house_bill", world, "forwarder", body)
    other: Told = {"carrier_code": "OTH", "house_of": master.title}
    stranger = issue_body("blank", 2, **on_board(), **other)
    refusal = errors.BadMasterError
    yield Case(ISSUE, "on_board_not_masters_shipper", world, "other_carrier", stranger, refusal)
    elsewhere = issue_body("blank", 2, **on_board("third box"), **told)
    yield Case(ISSUE, "on_board_not_masters_box", world, "forwarder", elsewhere, refusal)
    sold = quay(BOX)
    gone = Bill("blank", sold, **on_board(), **forwarder)
    gone.does("forwarder", "TRANSFER", recipient="buyer")
    again = issue_body("blank", 2, **on_board(), carrier_code="FWD", house_of=gone.title)
    yield Case(ISSUE, "on_board_master_in_other_hands", sold, "forwarder", again, refusal)


def splits() -> Iterator[Case]:
    """SPLIT of a bill that boxes know."""
    world = quay(BOX, OTHER_BOX)
    bill = Bill("blank", world, **on_board("box", "other box"))
    whole = cargo_list(("tea", 10, 1000), boxes=("box", "other box"))
    halves: list[Value] = [
        part("blank", 7 + number, cargo_list(("tea", 5, 500), boxes=(box,)))
        for number, box in enumerate(("box", "other box"))
    ]
    act: Told = {**bill.body({}), "cargo": whole, "children": halves}
    yield Case("title.SPLIT", "boxes_know_the_parts", world, "shipper", act, None, ("carrier",))
    crowd = quay(BOX)
    parent = Bill("blank", crowd, **on_board())
    for _ in range(31):
        Bill("blank", crowd, **on_board())
    small = cargo_list(("tea", 5, 500))
    parts: list[Value] = [part("blank", number, small) for number in (97, 98)]
    told: Told = {**parent.body({}), "cargo": cargo_list(("tea", 10, 1000)), "children": parts}
    yield Case(
        "title.SPLIT", "too_many_bills", crowd, "shipper", told, TooManyBillsError, ("carrier",)
    )


def cases() -> Iterator[Case]:
    """Every case here."""
    yield from issues()
    yield from splits()
