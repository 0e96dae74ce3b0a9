# SPDX-License-Identifier: Apache-2.0
"""Statements of account on sheets: all postings, or a refusal that says what to ask for."""

from pathlib import Path
from urllib.parse import urlencode

import pytest

from portal.lodge import Lodge
from ropewalk.portal import finance
from views.house import wait_for

PLACED = (100_000, 20_050)


def test_a_sheet_holds_all_postings_or_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Lodge(tmp_path) as lodge:
        network = lodge.network
        bank, customer = (network.parties[name].controller for name in ("bank", "shipper"))
        account = {"currency": "USD", "customer": customer}
        acts = [("OPEN_ACCOUNT", account)]
        acts += [
            ("PLACE_DEPOSIT", {**account, "amount": str(amount), "entry": f"{amount:064x}"})
            for amount in PLACED
        ]
        for act, body in acts:
            sent = network.send(network.by("bank", f"capital.{act}", body))
            assert sent.status == "committed", sent
        asked = "?" + urlencode({"bank": bank, "currency": "USD", "customer": customer})
        lines = ["", "", "", ""]

        def are_told() -> bool:
            lines[:] = lodge.get(f"/finance/statement.csv{asked}", "shipper").text.splitlines()
            return len(lines) == len(PLACED) + 3

        wait_for(are_told)
        assert lines[-1].endswith("1200.50,,,0.00")

        sheet = lodge.get(f"/finance/statement.pdf{asked}", "shipper")
        assert sheet.status_code == 200, sheet.text
        assert sheet.content.startswith(b"%PDF-")
        assert sheet.headers["cache-control"] == "no-store"

        for kind in ("csv", "pdf"):
            unknown = lodge.get(
                f"/finance/statement.{kind}{asked.replace('USD', 'ZZZ')}", "shipper"
            )
            assert unknown.status_code == 400, (kind, unknown.text)

        monkeypatch.setattr(finance, "LINES_MAX", 1)
        refused = lodge.get(f"/finance/statement.pdf{asked}", "shipper")
        assert refused.status_code == 400
        assert "portal.long_statement" in refused.text
