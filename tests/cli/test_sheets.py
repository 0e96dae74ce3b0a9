# SPDX-License-Identifier: Apache-2.0
"""`ropewalk verify` takes a title's sheet, and says what its pages do not prove."""

import json
from pathlib import Path

from typer.testing import CliRunner

from ropewalk.cli.everything import app
from verifier.test_sheets import sheet_of

VECTORS = Path(__file__).parents[2] / "vectors" / "bundle"


def test_a_sheet_is_verified_by_the_bundle_inside(tmp_path: Path) -> None:
    case = json.loads((VECTORS / "straight-accepted.verdict.json").read_bytes())
    sheet = tmp_path / "sheet.pdf"
    sheet.write_bytes(sheet_of(tmp_path, (VECTORS / case["bundle"]).read_bytes()))
    trust, at = str(VECTORS / case["trust"]), str(case["now"])
    found = CliRunner().invoke(app, ["verify", str(sheet), "--trust", trust, "--at", at, "--json"])
    assert found.exit_code == 0, found.output
    verdict = json.loads(found.stdout)
    assert verdict["proven"] == case["verdict"]["proven"]
    assert "the pages of the PDF" in verdict["not_proven"][-1]
    assert verdict["not_proven"][:-1] == case["verdict"]["not_proven"]
