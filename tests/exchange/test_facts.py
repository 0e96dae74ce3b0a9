# SPDX-License-Identifier: Apache-2.0
"""STATE_FACT, STATE_READINGS, RETRACT_FACT: who stands for what."""

import pytest

from cargo.quay import BOX
from exchange.hall import Hall
from ledger.world import IDS, salt
from ropewalk.crypto import Value
from ropewalk.exchange import fact_id, readings_id
from ropewalk.exchange.facts import find_fact, find_readings


def fact(hall: Hall, **changes: Value) -> dict[str, Value]:
    told: dict[str, Value] = {
        "code": "INSP",
        "content": salt("event"),
        "subject": BOX,
        "time": hall.world.time_s,
    }
    return {**told, **changes}


def readings(hall: Hall, **changes: Value) -> dict[str, Value]:
    told: dict[str, Value] = {
        "content": salt("readings"),
        "least": -1_000,
        "most": 1_000,
        "quantity": "TEMPERATURE",
        "since": hall.world.time_s - 3_600,
        "subject": BOX,
        "until": hall.world.time_s,
    }
    return {**told, **changes}


def test_a_fact_stands_under_who_stated_it() -> None:
    hall = Hall().does("terminal", "STATE_FACT", fact(Hall()))
    state = hall.world.state
    found = find_fact(state, IDS["terminal"], "INSP", BOX)
    assert found is not None
    assert found.content == salt("event")
    assert find_fact(state, IDS["carrier"], "INSP", BOX) is None


def test_another_word_on_the_same_is_said_only_after_the_first_was_taken_back() -> None:
    hall = Hall()
    hall.does("terminal", "STATE_FACT", fact(hall))
    assert hall.why("terminal", "STATE_FACT", fact(hall)) == "exchange.fact_known"
    told: dict[str, Value] = {"fact": fact_id(IDS["terminal"], "INSP", BOX)}
    assert hall.why("carrier", "RETRACT_FACT", told) == "exchange.unknown_fact"
    hall.does("terminal", "RETRACT_FACT", told)
    hall.does("terminal", "STATE_FACT", fact(hall, content=salt("another")))


def test_nobody_states_what_lies_ahead() -> None:
    hall = Hall()
    ahead = hall.world.time_s + 100
    assert hall.why("terminal", "STATE_FACT", fact(hall, time=ahead)) == "exchange.bad_fact"
    late = readings(hall, until=ahead)
    assert hall.why("terminal", "STATE_READINGS", late) == "exchange.bad_fact"


@pytest.mark.parametrize("changes", [{"least": 1_001}, {"since": 2**53 - 1}])
def test_a_span_and_a_band_go_up(changes: dict[str, Value]) -> None:
    hall = Hall()
    body = readings(hall, **changes)
    assert hall.why("terminal", "STATE_READINGS", body) == "exchange.bad_fact"


def test_readings_stand_by_their_span() -> None:
    hall = Hall()
    body = readings(hall)
    hall.does("terminal", "STATE_READINGS", body)
    assert hall.why("terminal", "STATE_READINGS", body) == "exchange.fact_known"
    span = (int(str(body["since"])), int(str(body["until"])))
    found = find_readings(hall.world.state, IDS["terminal"], "TEMPERATURE", BOX, *span)
    assert found is not None
    assert (found.least, found.most) == (-1_000, 1_000)
    told: dict[str, Value] = {"fact": readings_id(IDS["terminal"], "TEMPERATURE", BOX, *span)}
    hall.does("terminal", "RETRACT_FACT", told)
    assert find_readings(hall.world.state, IDS["terminal"], "TEMPERATURE", BOX, *span) is None
