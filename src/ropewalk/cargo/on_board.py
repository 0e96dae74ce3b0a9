# SPDX-License-Identifier: Apache-2.0
"""What an on-board bill stands on: the terminals' signed loading of every box (T31).

Also which titles name a box, so that a container leaves only when all of them are released. Called
by the acts on titles; no act of its own.
"""

from collections.abc import Iterable, Sequence

import msgspec

from ropewalk.cargo.errors import (
    MovementKnownError,
    NotLoadedForError,
    OnBoardEvidenceError,
    TooManyBillsError,
)
from ropewalk.cargo.state import BILLS_MAX, BoxRecord, box_key, find_box, find_movement
from ropewalk.ledger import View, encode_record


def contradiction(view: View, boxes: Sequence[str], carrier: str, date: str) -> str:
    """Why loading events do not carry an on-board date, "" where they do.

    Args:
        view: the state.
        boxes: tags of every box the bill names.
        carrier: for whom they must have been loaded.
        date: the bill's on-board date, YYYY-MM-DD.
    """
    if not boxes:
        return "the bill names no box"
    for tag in boxes:
        dates = [load.date for load in find_box(view, tag).loads if load.carrier == carrier]
        if not dates:
            return f"no terminal says that {tag} was loaded for {carrier}"
        if max(dates) > date:
            return f"{tag} was loaded on {max(dates)}, after {date}"
    return ""


def require_evidence(view: View, boxes: Sequence[str], carrier: str, date: str) -> None:
    """Refuse an on-board date that the loading events do not carry.

    Raises:
        OnBoardEvidenceError: they do not.
    """
    why = contradiction(view, boxes, carrier, date)
    if why:
        raise OnBoardEvidenceError(f"{why}; what is known to the carrier goes into an override")


def require_own(view: View, boxes: Iterable[str], carrier: str) -> None:
    """Refuse to load for, bill or announce as one carrier's what is another's on this voyage.

    Raises:
        NotLoadedForError: one is another's.
    """
    for tag in boxes:
        if find_box(view, tag).carrier not in ("", carrier):
            raise NotLoadedForError(tag)


def named_by(view: View, boxes: Iterable[str], title: str, carrier: str) -> dict[str, bytes | None]:
    """Writes that let boxes of a carrier know of one more title.

    Raises:
        MovementKnownError: one was announced, under other titles: it would leave without this one.
        TooManyBillsError: as many name one of them as may.
    """
    writes: dict[str, bytes | None] = {}
    for tag in boxes:
        if find_movement(view, tag) is not None:
            raise MovementKnownError(tag)
        box = find_box(view, tag)
        if len(box.titles) >= BILLS_MAX:
            raise TooManyBillsError(tag)
        mine = msgspec.structs.replace(box, carrier=carrier)
        writes[box_key(tag)] = _with_titles(mine, {*box.titles, title})
    return writes


def split_among(
    view: View, parent: str, children: Sequence[tuple[str, Sequence[str]]]
) -> dict[str, bytes | None]:
    """Writes by which boxes that knew a title know the parts that name them instead.

    Args:
        view: the state.
        parent: the title that is split.
        children: each part's id and the tags of its boxes.

    Raises:
        TooManyBillsError: as many name one of them as may.
    """
    writes: dict[str, bytes | None] = {}
    for tag in sorted({tag for _, boxes in children for tag in boxes}):
        box = find_box(view, tag)
        if parent not in box.titles:
            continue
        titles = {*box.titles, *(child for child, boxes in children if tag in boxes)} - {parent}
        if len(titles) > BILLS_MAX:
            raise TooManyBillsError(tag)
        writes[box_key(tag)] = _with_titles(box, titles)
    return writes


def _with_titles(box: BoxRecord, titles: Iterable[str]) -> bytes:
    return encode_record(msgspec.structs.replace(box, titles=tuple(sorted(titles))))
