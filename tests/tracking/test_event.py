# SPDX-License-Identifier: Apache-2.0
"""An event is a value: it goes into builtins and comes back, and nobody changes it."""

import msgspec
import pytest

from ropewalk.tracking import Event, References, read_event
from tracking.events import EQUIPMENT, REEFER, TRANSPORT, written


def test_an_event_comes_back_from_builtins_unchanged() -> None:
    for value in (EQUIPMENT, TRANSPORT, REEFER):
        event = read_event(written(value), "3.0" if value is REEFER else "2.2")
        assert msgspec.convert(msgspec.to_builtins(event), Event) == event
        assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event


def test_an_event_cannot_be_changed() -> None:
    event = read_event(written(EQUIPMENT), "2.2")
    with pytest.raises(AttributeError):
        event.code = "DISC"  # type: ignore[misc]
    assert msgspec.to_builtins(References()) == {}
