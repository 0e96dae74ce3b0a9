# SPDX-License-Identifier: Apache-2.0
"""The consortium's tests shown to fail on the bug planted for each: `python -m consortium.planted`.

Exit code 0 only if every bug is caught; one line for each.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUN_S = 240
QUIET = ("-q", "-x", "-p", "no:cacheprovider")
PROPOSALS, SNAPSHOTS = "test_proposals.py", "test_snapshots.py"
WATCHED: dict[str, tuple[str, str]] = {
    "acknowledge-before-commit": ("test_leading.py", "not_durable"),
    "quota-ignored-in-proposals": (PROPOSALS, "quota"),
    "verdicts-kept-by-id": (PROPOSALS, "garbage"),
    "order-of-batches-unchecked": (PROPOSALS, "order"),
    "strangers-admitted": (PROPOSALS, "stranger"),
    "batch-signature-unchecked": (PROPOSALS, "flipped"),
    "chunks-unchecked": (SNAPSHOTS, "damaged"),
    "offers-unchecked": (SNAPSHOTS, "forged"),
    "size-left-out-of-the-hash": (SNAPSHOTS, ""),
    "standing-written-apart": ("test_kills.py", "killed_at_any_point"),
    "state-depends-on-the-process": ("test_dead.py", "one_of_four"),
}
"""Bug, and the file and tests that must fail."""


def caught(name: str) -> str:
    """`caught`, `missed`, or `skipped` where the machine can't run the test."""
    file, chosen = WATCHED[name]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *QUIET, str(HERE / file), "-k", chosen],
        env={**os.environ, "ROPEWALK_PLANT": name},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S,
    )
    if done.returncode == 1 and (" failed" in done.stdout or " error" in done.stdout):
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
