# SPDX-License-Identifier: Apache-2.0
"""The demo's traffic: a line's week, claimed by who reports it."""

from collections.abc import Callable, Mapping

import msgspec

from ropewalk.cli.lives import CARRIER, CUSTOMS, LOAD_TERMINAL
from ropewalk.client import Actor, claim
from ropewalk.generator import Reported, Spec, week
from ropewalk.tracking import Version

REPORTERS = {"carrier": CARRIER, "terminal": LOAD_TERMINAL, "customs": CUSTOMS}
"""Which of the demo's parties stands for which reporter."""
VERSIONS: tuple[Version, ...] = ("2.2", "3.0")


def feed(parties: Mapping[str, Actor], boxes: int, note: Callable[..., None]) -> int:
    """Claim the events of a week in batches of 500; how many there were."""
    reported = week(Spec(boxes=boxes))
    for by, name in REPORTERS.items():
        for version in VERSIONS:
            chosen = [one for one in reported if (one.by, one.version) == (by, version)]
            if not chosen:
                continue
            for one in claim(parties[name], _file(chosen, version)):
                told = f"{name}: CLAIM of {one.count} events of a line's week"
                note("cargo.CLAIM", name, one.outcome, told=told)
    return len(reported)


def _file(reported: list[Reported], version: Version) -> bytes:
    events = [one.event for one in reported]
    return msgspec.json.encode(events if version == "2.2" else {"events": events})
