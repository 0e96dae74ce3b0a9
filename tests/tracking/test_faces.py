# SPDX-License-Identifier: Apache-2.0
"""What the ledger is shown of an event."""

import hashlib

import pytest

from ropewalk.tracking import OnBoard, on_board, read_event
from tracking.events import BOX, EQUIPMENT, REEFER, changed, written


def test_an_actual_loading_is_on_board_on_its_local_day() -> None:
    data = written(EQUIPMENT)
    assert on_board(read_event(data, "2.2")) == OnBoard(
        equipment=BOX, local_date="2026-03-03", event_hash=hashlib.sha256(data).hexdigest()
    )


@pytest.mark.parametrize(
    "members",
    [
        {"eventClassifierCode": "EST"},
        {"eventClassifierCode": "PLN"},
        {"equipmentEventTypeCode": "DISC"},
        {"equipmentReference": None},
        {"emptyIndicatorCode": "EMPTY"},
    ],
    ids=range(5),
)
def test_nothing_else_is_on_board(members: dict[str, object]) -> None:
    assert on_board(read_event(changed(EQUIPMENT, **members), "2.2")) is None


def test_a_loading_of_30_is_on_board_until_it_is_withdrawn() -> None:
    classification = {
        "eventTypeCode": "EQUIPMENT",
        "eventClassifierCode": "ACT",
        "equipmentEventTypeCode": "LOAD",
    }
    loaded = changed(REEFER, eventClassification=classification)
    shown = on_board(read_event(loaded, "3.0"))
    assert shown is not None
    assert shown.local_date == "2026-03-04"
    withdrawn = changed(REEFER, eventClassification=classification, isRetracted=True)
    assert on_board(read_event(withdrawn, "3.0")) is None
