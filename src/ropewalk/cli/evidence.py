# SPDX-License-Identifier: Apache-2.0
"""`ropewalk evidence`: what a law asks, the rule that answers, and the tests that show it.

Reads the results that `make test` leaves in `.make/results`, looks up every test a point names,
and writes the pack as JSON and as PDF. It runs nothing and promises nothing: a point is shown only
by results of this very revision.
"""

import shutil
import subprocess
import time
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
import typst
from rich.console import Console
from rich.table import Table

from ropewalk import __version__
from ropewalk.cli.evidence_points import POINTS, STATED_LIMITS
from ropewalk.cli.exits import FAILED, UsageError, ending, report
from ropewalk.cli.options import Json
from ropewalk.codes import UtcInstant

TEMPLATE = Path(__file__).with_name("evidence.typ")
RESULTS = Path(".make") / "results"
BENCHES = Path("bench") / "results.json"
FIGURES_FROM = ("tests/harness/", "tests/model/", "tests/simulator/")
PDF_STANDARD: Final = "a-2b"


class Outcome(msgspec.Struct, frozen=True):
    """One test's result, as tests/conftest.py wrote it."""

    test: str
    """`tests/<file>.py::<function>[case]`."""
    outcome: str
    """`passed`, `failed` or `skipped`."""
    told: str = ""
    """What the test printed: its figures."""


class Run(msgspec.Struct, frozen=True):
    """One part of `make test`, as tests/run.py wrote it."""

    part: str
    revision: str
    finished: str
    machine: str
    outcomes: list[Outcome] = []


def evidence(
    out: Annotated[Path, typer.Option("--out", help="Directory to write into; made if missing.")],
    results: Annotated[
        Path, typer.Option("--results", help="Where `make test` left its results.")
    ] = RESULTS,
    as_json: Json = False,
) -> None:
    """Write the evidence pack (ETDA s. 2, MLETR) as PDF and JSON: evidence, not legal effect."""
    with ending(as_json=as_json):
        pack = make_pack(read_runs(results), revision())
        out.mkdir(parents=True, exist_ok=True)
        path = out / "evidence.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(pack), indent=2) + b"\n")
        write_pdf(path, out / "evidence.pdf")
        told = {**pack, "files": [str(path), str(out / "evidence.pdf")]}
        report(told, as_json=as_json, tell=lambda console: _tell(console, told))
        if not pack["ok"]:
            raise typer.Exit(FAILED)


def read_runs(folder: Path) -> list[Run]:
    """The parts of the last `make test`.

    Raises:
        UsageError: there are none, or a file is none of ours.
    """
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            run = msgspec.json.decode(path.read_bytes(), type=Run)
            lines = path.with_suffix(".jsonl").read_bytes().splitlines()
            outcomes = [msgspec.json.decode(line, type=Outcome) for line in lines]
        except (OSError, msgspec.MsgspecError) as error:
            raise UsageError(f"{path}: {error}; run `make test` again") from error
        found.append(msgspec.structs.replace(run, outcomes=outcomes))
    if not found:
        raise UsageError(f"no results in {folder}: run `make test` first, in the source folder")
    return found


def revision() -> str:
    """The source's revision; "unknown" outside a checkout, and marked where files differ."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    described = subprocess.run(  # noqa: S603  # fixed words
        [git, "describe", "--always", "--abbrev=40", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() if described.returncode == 0 else "unknown"


def make_pack(runs: list[Run], of: str) -> dict[str, Any]:
    """The pack: every point with its tests' results, and whether all of it is shown."""
    fitting = [run for run in runs if run.revision == of]
    outcomes = [one for run in fitting for one in run.outcomes]
    points: list[dict[str, Any]] = [
        {
            "source": point.source,
            "asks": point.asks,
            "answer": point.answer,
            "tests": [_looked_up(name, outcomes) for name in point.tests],
        }
        for point in POINTS
    ]
    shown = all(test["outcome"] == "passed" for point in points for test in point["tests"])
    return {
        "format": "ropewalk-evidence/1",
        "promise": "Each point of the law below is followed by the rule that answers it and by "
        "the named tests that show it, with their results in this build. "
        "It is evidence for whoever judges reliability, and promises no legal effect.",
        "made": str(UtcInstant(int(time.time()))),
        "build": {"version": __version__, "revision": of},
        "results": _about(runs, fitting),
        "ok": shown,
        "limits": list(STATED_LIMITS),
        "points": points,
        "figures": _figures(outcomes),
        "benches": _benches(),
    }


def _looked_up(name: str, outcomes: list[Outcome]) -> dict[str, Any]:
    """All cases of a named test, or of a file of tests."""
    cases = [
        one.outcome
        for one in outcomes
        if one.test == name or one.test.startswith((f"{name}[", f"{name}::"))
    ]
    outcome = "not run"
    if cases:
        worst = [kind for kind in ("failed", "skipped") if kind in cases]
        outcome = worst[0] if worst else "passed"
    return {"name": name, "cases": len(cases), "outcome": outcome}


def _about(runs: list[Run], fitting: list[Run]) -> dict[str, Any]:
    if not fitting:
        others = sorted({run.revision for run in runs})
        return {"parts": [], "of_other_revisions": others}
    return {
        "parts": [run.part for run in fitting],
        "finished": max(run.finished for run in fitting),
        "machine": fitting[0].machine,
    }


def _figures(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    return [
        {"test": one.test, "told": one.told.strip().splitlines()[:8]}
        for one in outcomes
        if one.told.strip() and one.test.startswith(FIGURES_FROM)
    ]


def _benches() -> list[dict[str, str]] | None:
    if not BENCHES.is_file():
        return None
    read: dict[str, Any] = msgspec.json.decode(BENCHES.read_bytes())
    return [
        {"bench": name, "figure": figure, "value": f"{value:,}"}
        for name, result in read["benches"].items()
        for kind in ("figures", "limits", "ratios")
        for figure, value in result[kind].items()
    ]


def write_pdf(data: Path, target: Path) -> None:
    """The pack as PDF/A, made from its JSON by the template beside this file."""
    template = data.with_name("evidence.typ")
    template.write_bytes(TEMPLATE.read_bytes())
    try:
        typst.compile(
            str(template), output=str(target), root=str(data.parent), pdf_standards=PDF_STANDARD
        )
    finally:
        template.unlink()


def _tell(console: Console, told: dict[str, Any]) -> None:
    table = Table("point", "asks", "tests", "shown")
    for point in told["points"]:
        outcomes = [test["outcome"] for test in point["tests"]]
        shown = "[green]yes[/]" if set(outcomes) == {"passed"} else "[yellow]not in full[/]"
        table.add_row(point["source"], point["asks"], str(len(outcomes)), shown)
    console.print(table)
    for path in told["files"]:
        console.print(path)
