# SPDX-License-Identifier: Apache-2.0
"""The simulator shown to find the bugs planted for it: `python -m simulator.planted [NAME …]`.

Exit code 0 only if every bug is found; one line for each.
"""

import os
import re
import subprocess
import sys
import time

from simulator.plants import WATCHED

SEEDS = 400
"""At most so many are tried."""


def found_by(name: str) -> str:
    """The first seed that fails and why, "" where none does."""
    done = subprocess.run(
        [sys.executable, "-m", "simulator", f"1..{SEEDS}"],
        env={**os.environ, "ROPEWALK_PLANT": name},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.search(r"^seed (\d+) failed: (.*)$", done.stdout, re.MULTILINE)
    return f"seed {failed[1]}: {failed[2][:100]}" if failed and done.returncode == 1 else ""


def main() -> int:
    """Plant each bug; the exit code."""
    missed = 0
    for name in sys.argv[1:] or WATCHED:
        start = time.perf_counter()
        how = found_by(name)
        missed += not how
        seconds = time.perf_counter() - start
        print(f"{'caught' if how else 'missed':8} {name} ({seconds:.0f} s) {how}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
