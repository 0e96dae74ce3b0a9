# SPDX-License-Identifier: Apache-2.0
"""Simulate seeds: `PYTHONPATH=tests:src python -m simulator SEED` shows all that happens.

    python -m simulator SEED [EVENTS]       one seed, its trace on stdout
    python -m simulator FIRST..LAST         many; only what fails is shown

Exit code 1 where a promise was broken.
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence

from simulator import plants
from simulator.ledger import Base, settle
from simulator.running import EVENTS, Figures, simulation

TAIL = 40


def run(seed: int, base: Base, events: int = EVENTS) -> tuple[list[str], str, Figures | None]:
    """One seed's trace, what broke, and its figures."""
    with simulation(seed, base, events) as found:
        try:
            figures = found.run()
        except Exception as error:  # noqa: BLE001  # whatever it was, the seed tells it again
            found.tell(f"BROKEN {type(error).__name__}: {error}")
            return found.trace.lines, f"{type(error).__name__}: {error}", None
        return found.trace.lines, "", figures


def _many(first: int, last: int) -> int:
    base, failed, start = settle(), 0, time.monotonic()
    total: Counter[str] = Counter()
    for seed in range(first, last + 1):
        lines, broken, figures = run(seed, base)
        if figures is None:
            failed += 1
            print("\n".join(lines[-TAIL:]))
            print(f"seed {seed} failed: {broken}")
            print(f"again: PYTHONPATH=tests:src python -m simulator {seed}", flush=True)
            if plants.is_planted():
                break
            continue
        total["acts"] += figures.acts
        total["acknowledged"] += figures.acknowledged
        total["lives"] += figures.lives
        total.update({f"faults: {name}": count for name, count in figures.faults.items()})
    seconds = time.monotonic() - start
    shown = ", ".join(f"{name} {count}" for name, count in sorted(total.items()))
    print(f"{last - first + 1} seeds, {failed} failed, {seconds:.0f} s: {shown}", flush=True)
    return int(failed > 0)


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for; the exit code."""
    plants.plant_from_environment()
    match list(arguments):
        case [span] if ".." in span:
            first, _, last = span.partition("..")
            return _many(int(first), int(last))
        case [seed, *rest] if len(rest) <= 1:
            lines, broken, _ = run(int(seed), settle(), *map(int, rest))
            print("\n".join(lines))
            return int(bool(broken))
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
