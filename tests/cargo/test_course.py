# SPDX-License-Identifier: Apache-2.0
"""What every act on a document shares: seen as it stands, by the side whose act it is."""

import pytest

from cargo.desk import Desk, begun
from cargo.quay import NOWHERE
from ledger.world import salt
from ropewalk.cargo import LINES, Line
from ropewalk.cargo.course import STATES, Content
from ropewalk.cargo.errors import NotSideError, StaleDocumentError, UnknownDocumentError


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.act)
def test_an_act_names_a_document_and_its_last_act(line: Line) -> None:
    desk = begun(line.kind)
    assert desk.refused(line.act, last_act=NOWHERE) is StaleDocumentError
    nowhere = {line.kind: NOWHERE}
    assert desk.refused(line.act, **nowhere) is UnknownDocumentError


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.act)
def test_an_act_is_for_one_side(line: Line) -> None:
    desk = begun(line.kind)
    other = "carrier" if line.by == "customer" else "shipper"
    for who in (other, "bank", "other_carrier"):
        assert desk.refused(line.act, who) is NotSideError


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.act)
def test_a_line_moves_states_the_document_has_and_content_the_act_brings(line: Line) -> None:
    brings = "content" in line.message.__struct_fields__
    for move in line.moves:
        assert set(move.when) <= set(STATES[line.kind])
        assert all(move.when.values())
        assert (move.content in {Content.SET, Content.PROPOSED}) == brings
    assert line.source.startswith(("Booking 2.0 UC ", "EBL 3.0 UC "))
    assert line.message.__doc__


def test_acts_names_and_events_are_each_one_lines() -> None:
    for name in ("act", "event", "message"):
        assert len({getattr(line, name) for line in LINES}) == len(LINES)


def test_versions_count_the_acts() -> None:
    desk = Desk().requested()
    assert desk.book.version == 1
    desk.does("UPDATE_BOOKING", content=salt("a")).does("CONFIRM_BOOKING", content=salt("b"))
    assert desk.book.version == 3


def test_what_happened_is_told_with_the_states_it_led_to() -> None:
    desk = Desk().confirmed()
    body = desk.body("AMEND_BOOKING")
    (event,) = desk.world.act("shipper", "cargo.AMEND_BOOKING", body).events
    assert event.name == "cargo.booking_amendment_received"
    assert event.attributes["status"] == "CONFIRMED"
    assert event.attributes["amended"] == "AMENDMENT_RECEIVED"
    assert "cancellation" not in event.attributes
