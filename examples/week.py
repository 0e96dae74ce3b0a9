# SPDX-License-Identifier: Apache-2.0
"""A line's week as files: python examples/week.py FOLDER [--boxes 2000] [--seed 1] [--start DATE].

Writes one file of DCSA Track & Trace events for each who reports and each version, at most 500
events a file, ready for `ropewalk events claim FILE --as KEY`. The same seed gives the same files.
"""

import argparse
import json
from pathlib import Path

from ropewalk.generator import Reported, Spec, week

BATCH = 500


def main() -> None:
    """Generate and write."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--boxes", type=int, default=Spec().boxes)
    asked.add_argument("--seed", type=int, default=Spec().seed)
    asked.add_argument("--start", default=Spec().start)
    given = asked.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    reported = week(Spec(given.seed, given.boxes, given.start))
    for by, version in sorted({(one.by, one.version) for one in reported}):
        chosen = [one for one in reported if (one.by, one.version) == (by, version)]
        for number, start in enumerate(range(0, len(chosen), BATCH)):
            path = given.folder / f"{by}-{version}-{number:04d}.json"
            path.write_text(_text(chosen[start : start + BATCH], version), encoding="utf-8")
    print(f"{len(reported):,} events of {given.boxes:,} boxes in {given.folder}")


def _text(reported: list[Reported], version: str) -> str:
    events = [one.event for one in reported]
    return json.dumps(events if version == "2.2" else {"events": events}, indent=1) + "\n"


if __name__ == "__main__":
    main()
