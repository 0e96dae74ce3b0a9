# SPDX-License-Identifier: Apache-2.0
"""Run the tests in named parts and say what share of the time each took.

python -m tests.run pr            what `make test` runs
python -m tests.run long [PART]   the nightly figures; a part that passed is not run again
python -m tests.run planted       every harness against the bugs planted for it
"""

import datetime as dt
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from ropewalk.cli.cometbft import engine_folder
from ropewalk.cli.evidence import revision

ROOT = Path(__file__).parents[1]
DONE = ROOT / ".make" / "test-long.json"
RESULTS = ROOT / ".make" / "results"
UNSET = ("PYTHONDONTWRITEBYTECODE",)
"""Without its bytecode each of thousands of processes compiles the program first."""
PYTEST = [sys.executable, "-m", "pytest", "-q"]


@dataclass(frozen=True)
class Part:
    """A named run of a tool."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, told: IO[bytes] | None = None) -> tuple[int, float]:
        """Exit code and seconds.

        Args:
            told: where its output goes; this process' own where none is given.
        """
        if told is None:
            print(f"== {self.name}", flush=True)
        start = time.monotonic()
        lines = RESULTS / f"{self.name.replace(' ', '-').replace(':', '')}.jsonl"
        lines.parent.mkdir(parents=True, exist_ok=True)
        lines.write_text("", encoding="utf-8")
        environment = {
            **{name: value for name, value in os.environ.items() if name not in UNSET},
            "PYTHONHASHSEED": "0",
            "ROPEWALK_RESULTS": str(lines),
            **self.environment,
        }
        found = subprocess.run(
            self.command, cwd=ROOT, env=environment, check=False, stdout=told, stderr=told
        )
        code = found.returncode
        lines.with_suffix(".json").write_text(json.dumps(self._about()), encoding="utf-8")
        return code, time.monotonic() - start

    def _about(self) -> dict[str, str]:
        """What `ropewalk evidence` has to know of a run."""
        now = dt.datetime.now(dt.UTC).replace(microsecond=0, tzinfo=None)
        return {
            "part": self.name,
            "revision": revision(),
            "finished": f"{now.isoformat()}Z",
            "machine": f"{platform.system()} {platform.machine()}, Python {sys.version.split()[0]}",
        }


APART = ("browser", "consortium", "harness")
"""Folders of tests that want the machine to themselves."""
PR = (
    Part(
        "core",
        [
            *(*PYTEST, "-n", "3", "--dist", "worksteal", "tests"),
            *(f"--ignore=tests/{one}" for one in APART),
        ],
    ),
    Part("portal", [*PYTEST, "tests/browser"]),
    Part("hash seed 1", [*PYTEST, "tests/test_vectors.py"], {"PYTHONHASHSEED": "1"}),
    Part("durability", [*PYTEST, "-n", "2", "--dist", "loadfile", "tests/harness"]),
    Part("consortium", [*PYTEST, "-n", "2", "--dist", "loadfile", "tests/consortium"]),
)

BESIDE: Mapping[str, str] = {"portal": "consortium"}
"""Parts that wait more than they work, and beside which they run."""

LONG = (
    Part("adversarial", [*PYTEST, "tests/model/test_adversarial.py"], {"ROPEWALK_ACTS": "1000000"}),
    Part("small-world", [*PYTEST, "tests/model/test_small_world.py"], {"ROPEWALK_DEPTH": "7"}),
    Part("crashes", [*PYTEST, "tests/harness/test_crashes.py"], {"ROPEWALK_KILLS": "10000"}),
    Part("flips", [*PYTEST, "tests/harness/test_damage.py"], {"ROPEWALK_FLIPS": "500000"}),
    Part(
        "power-cuts",
        [*PYTEST, "tests/harness/test_power_cuts.py"],
        {"ROPEWALK_POWER_CUTS": "10000"},
    ),
    Part(
        "simulator",
        [*PYTEST, "-n", "2", "tests/simulator/test_simulator.py"],
        {"ROPEWALK_SEEDS": "20000"},
    ),
    Part(
        "network-kills",
        [*PYTEST, "tests/consortium/test_kills.py"],
        {"ROPEWALK_NETWORK_KILLS": "1000"},
    ),
    Part(
        "partitions",
        [*PYTEST, "tests/consortium/test_partitions.py"],
        {"ROPEWALK_NETWORK_ROUNDS": "500"},
    ),
    Part(
        "copies",
        [*PYTEST, "tests/consortium/test_copies.py"],
        {"ROPEWALK_NETWORK_PATIENCE": "1"},
    ),
    Part(
        "twins",
        [*PYTEST, "tests/consortium/test_equivocation.py"],
        {"ROPEWALK_NETWORK_TWINS": "100"},
    ),
    Part(
        "both-engines",
        [*PYTEST, "tests/consortium/test_whole.py"],
        {"ROPEWALK_NETWORK_ACTS": "20000", "ROPEWALK_OTHER_PYTHON": "python3.13"},
    ),
    Part(
        "other-cometbft",  # first: ropewalk engine install --version v0.40.0
        [*PYTEST, "tests/consortium"],
        {"ROPEWALK_COMETBFT": str(engine_folder("v0.40.0") / "cometbft")},
    ),
    Part("mutation", [sys.executable, "tests/mutation/run.py"]),
)

PLANTED = (
    Part("planted: rules", [sys.executable, "tests/planted/rules.py"], {"PYTHONPATH": "tests:src"}),
    Part(
        "planted: durability",
        [sys.executable, "-m", "harness.planted"],
        {"PYTHONPATH": "tests:src"},
    ),
    Part(
        "planted: simulator",
        [sys.executable, "-m", "simulator.planted"],
        {"PYTHONPATH": "tests:src"},
    ),
    Part(
        "planted: consortium",
        [sys.executable, "-m", "consortium.planted"],
        {"PYTHONPATH": "tests:src"},
    ),
)


def _run(parts: Sequence[Part], passed: list[str] | None = None) -> int:
    taken: list[tuple[str, float, int]] = []
    names = {part.name for part in parts}
    alone = [part for part in parts if BESIDE.get(part.name) not in names]
    start = time.monotonic()
    for part in alone:
        others = [one for one in parts if BESIDE.get(one.name) == part.name]
        code, seconds = _with(part, others, taken)
        taken.append((part.name, seconds, code))
        if code == 0 and passed is not None:
            passed.append(part.name)
            DONE.parent.mkdir(exist_ok=True)
            DONE.write_text(json.dumps(passed), encoding="utf-8")
    total = time.monotonic() - start or 1.0
    print("\npart                  seconds  share")
    for name, seconds, code in taken:
        verdict = "" if code == 0 else f"  failed (exit {code})"
        print(f"{name:<20} {seconds:>8.0f} {seconds / total:>6.0%}{verdict}")
    failed = sum(1 for _, _, code in taken if code)
    print(f"parts: {len(taken) - failed} passed, {failed} failed")
    return int(failed > 0)


def _with(
    part: Part, others: Sequence[Part], taken: list[tuple[str, float, int]]
) -> tuple[int, float]:
    """Run a part, and others beside it; what these say is told behind it."""
    with ThreadPoolExecutor(max(1, len(others))) as pool, ExitStack() as stack:
        files = [stack.enter_context(TemporaryFile()) for _ in others]
        running = [pool.submit(one.run, file) for one, file in zip(others, files, strict=True)]
        code, seconds = part.run()
        for one, file, found in zip(others, files, running, strict=True):
            its_code, its_seconds = found.result()
            taken.append((one.name, its_seconds, its_code))
            file.seek(0)
            print(f"== {one.name} (beside {part.name})")
            print(file.read().decode("utf-8", "replace"), flush=True)
    return code, seconds


def _long(chosen: Sequence[str]) -> int:
    passed = json.loads(DONE.read_text(encoding="utf-8")) if DONE.exists() else []
    if chosen:
        return _run([part for part in LONG if part.name in chosen], passed)
    left = [part for part in LONG if part.name not in passed]
    code = _run(left, passed)
    if code == 0:
        DONE.unlink(missing_ok=True)
    return code


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for."""
    match list(arguments):
        case ["pr"]:
            return _run(PR)
        case ["planted"]:
            return _run(PLANTED)
        case ["long", *chosen]:
            return _long(chosen)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
