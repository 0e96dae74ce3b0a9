# SPDX-License-Identifier: Apache-2.0
"""G15: many seeded simulations, every failure again from its seed.

`ROPEWALK_SEEDS` says how many. Each runs in a process of its own, since the simulated disk has to
be SQLite's before anything else is opened.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEEDS = int(os.environ.get("ROPEWALK_SEEDS", "200"))
CHUNKS = 4 if SEEDS <= 1_000 else 100


def simulate(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m simulator`."""
    return subprocess.run(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "tests:src", "ROPEWALK_PLANT": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_seed_breaks_a_promise(chunk: int) -> None:
    first, last = chunk * SEEDS // CHUNKS + 1, (chunk + 1) * SEEDS // CHUNKS
    done = simulate(f"{first}..{last}")
    print(done.stdout[-20_000:])
    assert done.returncode == 0, f"{done.stdout[-3_000:]}\n{done.stderr[-2_000:]}"
    figures = done.stdout.strip().splitlines()[-1]
    for kind in ("clock", "copy", "crash", "reads", "room", "second", "writes"):
        assert f"faults: {kind} " in figures, "a kind of fault was never met"


def test_one_seed_is_one_trace_whatever_the_hash_seed() -> None:
    for seed in ("3", "11", "20"):
        traces = {simulate(seed, PYTHONHASHSEED=hashed).stdout for hashed in ("0", "0", "1", "77")}
        assert len(traces) == 1
        (trace,) = traces
        assert re.search(r"done: .*; root [0-9a-f]{64}$", trace.strip())


def test_a_failure_is_printed_with_its_command_and_comes_again() -> None:
    planted = {"ROPEWALK_PLANT": "watermark-not-written"}
    many = simulate("1..100", **planted)
    found = re.search(
        r"again: PYTHONPATH=tests:src python -m simulator (\d+)$", many.stdout, re.MULTILINE
    )
    assert many.returncode == 1
    assert found is not None
    again = simulate(found[1], **planted)
    assert again.returncode == 1
    broken = again.stdout.strip().splitlines()[-1]
    assert "BROKEN" in broken
    assert broken in many.stdout
