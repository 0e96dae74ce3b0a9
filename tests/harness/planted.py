# SPDX-License-Identifier: Apache-2.0
"""Each harness shown to fail on the bug planted for it: `python -m harness.planted`.

Exit code 0 only if every bug is caught; one line for each.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUN_S = 60
QUIET = ("-q", "-x", "-p", "no:cacheprovider")

CRASHES = ("test_crashes.py", "loses_nothing_acknowledged and not http")
EDITS = "test_edits.py"
WATCHED: dict[str, tuple[str, str]] = {
    "acknowledge-before-commit": CRASHES,
    "no-fsync": ("test_power_cuts.py", "power_cut"),
    "watermark-before-commit": CRASHES,
    "watermark-not-written": (EDITS, "truncated_log"),
    "watermark-ignored": ("test_rollback.py", "below_the_watermark"),
    "retry-after-a-failed-sync": ("test_io_faults.py", "failed_sync"),
    "stored-byte-changed-and-not-reread": CRASHES,
    "commit-per-statement": CRASHES,
    "audit-skips-state": (EDITS, "edited_cell and state"),
    "audit-skips-tiles": (EDITS, "edited_cell and tile"),
    "audit-skips-lookups": (EDITS, "edited_cell and lookup"),
    "audit-skips-checkpoints": (EDITS, "edited_cell and checkpoint"),
    "audit-skips-holdings": (EDITS, "edited_cell and holding"),
    "audit-skips-watermark": (EDITS, "truncated_watermark"),
    "lock-not-taken": ("test_two_processes.py", "exactly_one"),
}
"""Bug, and the file and tests that must fail."""


def caught(name: str) -> str:
    """`caught`, `missed`, or `skipped` where the machine can't run the harness."""
    file, chosen = WATCHED[name]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *QUIET, str(HERE / file), "-k", chosen],
        env={**os.environ, "ROPEWALK_PLANT": name, "ROPEWALK_KILLS": "120"},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S,
    )
    if done.returncode == 1 and " failed" in done.stdout:
        return "caught"
    return "skipped" if " skipped" in done.stdout and " passed" not in done.stdout else "missed"


def main() -> int:
    """Plant each bug; the exit code."""
    results = []
    for name in sys.argv[1:] or WATCHED:
        start = time.perf_counter()
        try:
            result = caught(name)
        except subprocess.TimeoutExpired:
            result = "missed (no end)"
        results.append(result)
        print(f"{result:8} {name} ({time.perf_counter() - start:.0f} s)", flush=True)
    return int(any(result.startswith("missed") for result in results))


if __name__ == "__main__":
    sys.exit(main())
