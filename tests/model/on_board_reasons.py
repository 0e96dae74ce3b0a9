# SPDX-License-Identifier: Apache-2.0
"""Why an on-board bill is refused for its boxes (T31): docs/reference/cargo.md, in its order."""

from model.cargo_reasons import is_past_day
from model.cargo_release_model import BILLS_MAX, Box, is_sorted, line_of, on_board_hash
from model.ledger_model import Ledger, Moment
from model.title_model import Body
from model.title_reasons import first

BOXES_MAX = 100


def why_not_on_board(ledger: Ledger, issuer: str, body: Body, moment: Moment) -> str:
    """Why an ISSUE's on-board date does not stand (T31), "" where it does or names none.

    Whoever the master was sold to can't be asked as things are: an ISSUE is not proposed for that.
    """
    if "on_board" not in body:
        return ""
    told = body["on_board"]
    boxes = {box: ledger.quay.of(box) for box in told["boxes"]}
    carrier, below = issuer, True
    if "house_of" in body:
        master, standing = ledger.registry.titles[body["house_of"]]
        carrier = master.issuer
        covered = all(line_of(master) & set(one.titles) for one in boxes.values())
        disposes = standing.possessor == issuer
        below = master.named("shipper") == issuer and covered and disposes
    loads = [list(one.loads.values()) for one in boxes.values()]
    late = any(load["date"] > told["date"] for some in loads for load in some)
    well = is_sorted(told["boxes"]) and 1 <= len(told["boxes"]) <= BOXES_MAX
    return first(
        ("title.unknown_cargo", body.get("cargo", "") != on_board_hash(told)),
        ("title.malformed_cargo", not well),
        ("title.bad_on_board_date", not is_past_day(told["date"], moment.time)),
        ("title.bad_master", not below),
        ("cargo.not_loaded_for", any(one.carrier not in {"", carrier} for one in boxes.values())),
        ("cargo.on_board_evidence", "override" not in told and (late or not all(loads))),
        *(reason for one in boxes.values() for reason in _full(one)),
    )


def _full(box: Box) -> tuple[tuple[str, bool], ...]:
    return (
        ("cargo.movement_known", box.announced is not None),
        ("cargo.too_many_bills", len(box.titles) >= BILLS_MAX),
    )


def is_crowded(ledger: Ledger, body: Body) -> bool:
    """Whether a split would let a box name more titles than it may."""
    for box in body["cargo"]["equipments"]:
        titles = ledger.quay.of(box).titles
        parts = sum(box in child["cargo"]["equipments"] for child in body["children"])
        if body["title"] in titles and len(titles) - 1 + parts > BILLS_MAX:
            return True
    return False
