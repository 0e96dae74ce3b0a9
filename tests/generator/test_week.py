# SPDX-License-Identifier: Apache-2.0
"""A line's week: the same for the same seed, taken whole by track and trace, and plausible."""

import json
from collections import Counter
from hashlib import sha256

import pytest

from ropewalk.generator import Reported, Spec, week
from ropewalk.tracking import Event, Version, read_events

SMALL = Spec(boxes=120)


@pytest.fixture(scope="module")
def reported() -> list[Reported]:
    return week(SMALL)


def read(reported: list[Reported], version: Version) -> list[Event]:
    chosen = [one.event for one in reported if one.version == version]
    events: list[Event] = []
    for start in range(0, len(chosen), 500):
        batch = chosen[start : start + 500]
        listed = json.dumps(batch if version == "2.2" else {"events": batch})
        events += read_events(listed.encode(), version)
    return events


def digest(reported: list[Reported]) -> str:
    return sha256(json.dumps([one.event for one in reported]).encode()).hexdigest()


def test_the_same_seed_gives_the_same_bytes(reported: list[Reported]) -> None:
    assert digest(week(SMALL)) == digest(reported)
    assert digest(week(Spec(seed=2, boxes=120))) != digest(reported)


@pytest.mark.parametrize("version", ["2.2", "3.0"])
def test_track_and_trace_takes_every_event(reported: list[Reported], version: Version) -> None:
    events = read(reported, version)
    assert len(events) == sum(one.version == version for one in reported) > 0
    assert not any(event.warnings for event in events)


def test_it_is_told_in_the_order_in_which_it_is_reported(reported: list[Reported]) -> None:
    times = [one.created_s for one in reported]
    assert times == sorted(times)


def test_every_box_is_loaded_before_it_is_discharged_and_collected(
    reported: list[Reported],
) -> None:
    lives: dict[str, list[tuple[int, str]]] = {}
    for event in read(reported, "2.2"):
        if event.kind == "EQUIPMENT":
            step = (event.occurred_ms, event.code)
            lives.setdefault(event.references.equipment, []).append(step)
    assert len(lives) == SMALL.boxes
    for steps in lives.values():
        codes = [code for _, code in sorted(steps)]
        while codes.count("LOAD") > 1:
            codes.remove("LOAD")
        assert codes == ["GTOT", "GTIN", "LOAD", "DISC", "GTOT", "GTIN"]


def test_something_goes_wrong_now_and_then(reported: list[Reported]) -> None:
    events = read(reported, "2.2")
    codes = Counter(event.code for event in events)
    assert codes["HOLD"] > 0
    assert codes["LOAD"] > SMALL.boxes
    assert codes["CONF"] > SMALL.boxes
    late = [one for one in reported if "delayReasonCode" in one.event]
    assert late
