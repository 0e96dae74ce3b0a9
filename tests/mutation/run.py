# SPDX-License-Identifier: Apache-2.0
"""Mutation testing of identity, ledger and title: can the tests of these rooms fail?

python -m mutation.run             every mutant; a run that was stopped goes on where it stopped
python -m mutation.run survivors   only those that lived, after a test was added

mutmut changes one thing in one function at a time (`[tool.mutmut]` in pyproject.toml) and runs the
rooms' tests and vectors that reach the function. Ends with 1 where fewer than 85 % are killed, and
tells which survivors `survivors.md` does not explain. Source: reliability requirement G19.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant

ROOT = Path(__file__).parents[2]
MUTANTS = ROOT / "mutants"
STAMP = MUTANTS / "stamp.txt"
FRESH = MUTANTS / "fresh.json"
LOG = MUTANTS / "run.log"
LIST = Path(__file__).with_name("survivors.md")
SOURCES = ("src/**/*.py", "tests/**/*.py", "vectors/**/*.json", "pyproject.toml")
TESTS = ("tests/test_vectors.py", "tests/identity", "tests/title", "tests/ledger")
KILLED_PERCENT_MIN = 85
BOUND_EARLY = re.compile(
    r"ropewalk\.(identity\.approve\.x_rules|ledger\.records\.x_decode_record"
    r"|title\.invariants\.x__each_title)__"
)
"""Called while modules are loaded, or remembered from then, so that a mutant chosen afterwards does
nothing: these are tried in a process of their own."""
FRESH_S_MAX = 600
KILLED = ("killed", "timeout")
LIVING = ("survived", "no tests", "suspicious")


def fingerprint() -> str:
    """Hash of all that a verdict depends on."""
    found = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if MUTANTS not in path.parents:
                found.update(path.relative_to(ROOT).as_posix().encode())
                found.update(path.read_bytes())
    return found.hexdigest()


def environment() -> dict[str, str]:
    """The surroundings of a run: hashes as always, no notes of each test, no other sources."""
    gone = ("PYTHONPATH", "ROPEWALK_RESULTS")
    kept = {name: value for name, value in os.environ.items() if name not in gone}
    return {**kept, "PYTHONHASHSEED": "0"}


def mutmut(*arguments: str) -> str:
    """What mutmut prints; a failure ends the run."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    with LOG.open("w+", encoding="utf-8") as log:
        code = subprocess.run(
            command, cwd=ROOT, env=environment(), stdout=log, check=False
        ).returncode
        log.seek(0)
        told = log.read()
    if code:
        sys.exit(told[-2_000:])
    return told


def tried() -> dict[str, str]:
    """What became of the mutants tried in processes of their own."""
    return dict(json.loads(FRESH.read_text(encoding="utf-8"))) if FRESH.exists() else {}


def verdicts() -> dict[str, str]:
    """What became of each mutant."""
    lines = (line.strip().rpartition(": ") for line in mutmut("results", "--all", "1").splitlines())
    return {**{name: verdict for name, _, verdict in lines}, **tried()}


def passes(mutant: str) -> bool:
    """Whether the tests pass in a new process with this mutant; with none where it is ""."""
    try:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-qx", "--hypothesis-profile=ci", *TESTS],
            cwd=MUTANTS,
            env={**environment(), "MUTANT_UNDER_TEST": mutant},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=FRESH_S_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0


def try_fresh(names: Sequence[str]) -> None:
    """Try mutants in processes of their own."""
    if names and not passes(""):
        sys.exit("the tests fail without any mutant")
    fresh = tried()
    for name in names:
        fresh[name] = "survived" if passes(name) else "killed"
        FRESH.write_text(json.dumps(fresh), encoding="utf-8")


def changes(names: Sequence[str]) -> Iterator[str]:
    """Each survivor as a line: the function, what stood there, what stands there now."""
    os.chdir(ROOT)
    for name in names:
        lines = get_diff_for_mutant(name).splitlines()[2:]
        told = [
            " ".join(" ".join(part[1:].split()) for part in lines if part[:1] == sign)
            for sign in "-+"
        ]
        place = re.sub(r"(x_|xǁ)|__mutmut_\d+$", "", name.removeprefix("ropewalk.")).replace(
            "ǁ", "."
        )
        yield f"{place}: `{told[0]}` → `{told[1]}`"


def explained() -> set[str]:
    """Lines of survivors.md."""
    lines = LIST.read_text(encoding="utf-8").splitlines() if LIST.exists() else []
    return {line.removeprefix("- ") for line in lines if line.startswith("- ")}


def tell(found: Mapping[str, str]) -> int:
    """Print the figures and what is new among the survivors; 1 below the least share."""
    rooms = Counter((name.split(".")[1], verdict in KILLED) for name, verdict in found.items())
    for room in sorted({room for room, _ in rooms}):
        killed, all_ = rooms[room, True], rooms[room, True] + rooms[room, False]
        print(f"{room:<9} {killed:>5} of {all_:>5} mutants killed")
    alive = list(changes([name for name, verdict in found.items() if verdict in LIVING]))
    for line in sorted(set(alive) - explained()):
        print(f"not explained: {line}")
    for line in sorted(explained() - set(alive)):
        print(f"explained, and dead: {line}")
    killed = sum(verdict in KILLED for verdict in found.values())
    enough = 100 * killed >= KILLED_PERCENT_MIN * len(found)
    told = f"mutants: {killed} of {len(found)} killed, {killed / len(found):.1%}; {len(alive)} live"
    print(told)
    if results := os.environ.get("ROPEWALK_RESULTS"):
        outcome = "passed" if enough else "failed"
        line = {"test": "tests/mutation/run.py", "outcome": outcome, "told": told}
        with Path(results).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    return 0 if enough else 1


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for."""
    processes = ("--max-children", os.environ.get("ROPEWALK_MUTATION_PROCESSES", "2"))
    now = fingerprint()
    again: list[str] = []
    if "survivors" in arguments:
        again = [name for name, verdict in verdicts().items() if verdict not in KILLED]
        dead = {name: verdict for name, verdict in tried().items() if verdict in KILLED}
        FRESH.write_text(json.dumps(dead), encoding="utf-8")
    elif not STAMP.exists() or STAMP.read_text(encoding="utf-8") != now:
        shutil.rmtree(MUTANTS, ignore_errors=True)
    MUTANTS.mkdir(exist_ok=True)
    STAMP.write_text(now, encoding="utf-8")
    mutmut("run", *processes, *(name for name in again if not BOUND_EARLY.match(name)))
    found = verdicts()
    bound = {name for name in found if BOUND_EARLY.match(name) and found[name] in LIVING}
    try_fresh(sorted(bound - set(tried())))
    return tell(verdicts())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
