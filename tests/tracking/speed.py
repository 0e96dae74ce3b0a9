# SPDX-License-Identifier: Apache-2.0
"""How many events a second are read, and made a claim of, on one core.

`python -m tracking.speed` with `tests` and `src` on the path. Three kinds of events in turn, every
one with its own id, box and times, so that little is remembered from one to the next.
"""

import time
from collections.abc import Callable

from ropewalk.codes import EquipmentReference
from ropewalk.tracking import read_events, root_of
from tracking.events import EQUIPMENT, SHIPMENT, TRANSPORT, changed

ROUNDS = 20
SALT = bytes(32)


def batch(size: int) -> bytes:
    """Events of some 500 bytes each."""
    events = []
    for number in range(size):
        at = f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}T{number % 24:02d}:30:00+01:00"
        given: dict[str, object] = {
            "eventID": f"6f0c9b1e-0d8a-4c8e-9c55-{number:012x}",
            "eventDateTime": at,
        }
        event = (SHIPMENT, TRANSPORT, EQUIPMENT)[number % 3]
        if event is EQUIPMENT:
            bare = EquipmentReference("CSQ", "U", f"{number:06d}", 0)
            given["equipmentReference"] = f"CSQU{number:06d}{bare.expected_check_digit}"
        events.append(changed(event, **given))
    return b"[" + b",".join(events) + b"]"


def rate(work: Callable[[], object], size: int) -> int:
    """Events a second of processor time, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return round(size / best)


def main() -> None:
    """Print both figures."""
    data = batch(500)
    print(f"{len(data) // 500} bytes an event")
    print(f"read: {rate(lambda: read_events(data, '2.2'), 500):,} events/s")

    def claim() -> str:
        datas = [event.data for event in read_events(data, "2.2")]
        return root_of(datas, SALT, by="ab" * 16, version="2.2")

    print(f"read and claimed: {rate(claim, 500):,} events/s")


if __name__ == "__main__":
    main()
