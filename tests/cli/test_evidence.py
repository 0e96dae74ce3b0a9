# SPDX-License-Identifier: Apache-2.0
"""The evidence pack shows what was tested in this very build, and nothing else."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from ropewalk.cli import evidence
from ropewalk.cli.everything import app
from ropewalk.cli.evidence import Outcome, Run, make_pack, read_runs
from ropewalk.cli.evidence_points import POINTS

ROOT = Path(__file__).parents[2]
NAMES = sorted({name for point in POINTS for name in point.tests})


@pytest.mark.parametrize("name", NAMES)
def test_every_test_that_a_point_names_exists(name: str) -> None:
    path, _, function = name.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not function or re.search(rf"^def {function}\(", text, re.MULTILINE)


def all_of(outcome: str) -> list[Outcome]:
    return [Outcome(f"{name}::test_x" if "::" not in name else name, outcome) for name in NAMES]


def run(outcomes: list[Outcome], revision: str = "abc") -> Run:
    return Run("core", revision, "2026-01-01T00:00:00Z", "a machine", outcomes)


def test_all_passed_is_all_shown() -> None:
    pack = make_pack([run(all_of("passed"))], "abc")
    assert pack["ok"]
    assert {test["outcome"] for point in pack["points"] for test in point["tests"]} == {"passed"}


@pytest.mark.parametrize("outcome", ["failed", "skipped"])
def test_one_test_that_did_not_pass_is_seen(outcome: str) -> None:
    outcomes = [*all_of("passed"), Outcome(f"{NAMES[0]}[a case]", outcome)]
    pack = make_pack([run(outcomes)], "abc")
    assert not pack["ok"]
    found = [
        test for point in pack["points"] for test in point["tests"] if test["name"] == NAMES[0]
    ]
    assert {test["outcome"] for test in found} == {outcome}


def test_results_of_another_revision_show_nothing() -> None:
    pack = make_pack([run(all_of("passed"), "another")], "abc")
    assert not pack["ok"]
    assert pack["results"]["of_other_revisions"] == ["another"]


def test_the_pack_is_written_as_json_and_pdf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "results"
    results.mkdir()
    about = run([], "abc")
    (results / "core.json").write_bytes(msgspec.json.encode(about))
    harness = Outcome("tests/harness/test_crashes.py::test_x", "passed", "300 kills\n")
    lines = [*all_of("passed"), harness]
    (results / "core.jsonl").write_bytes(b"\n".join(msgspec.json.encode(one) for one in lines))
    monkeypatch.setattr(evidence, "revision", lambda: "abc")
    out = tmp_path / "pack"
    arguments = ["evidence", "--out", str(out), "--results", str(results), "--json"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["figures"] == [{"test": harness.test, "told": ["300 kills"]}]
    assert (out / "evidence.pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads((out / "evidence.json").read_bytes())["format"] == "ropewalk-evidence/1"
    assert len(read_runs(results)[0].outcomes) == len(lines)


def test_without_results_it_says_what_to_run(tmp_path: Path) -> None:
    arguments = ["evidence", "--out", str(tmp_path), "--results", str(tmp_path / "none")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert "make test" in done.output
