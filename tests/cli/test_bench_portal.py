# SPDX-License-Identifier: Apache-2.0
"""The portal's bench, small: pages are asked for as somebody who is logged in."""

import shutil

import pytest

from ropewalk.cli.bench_portal import portal


def test_pages_of_a_desk_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    told: list[str] = []
    figures = portal(told.append, subjects=200, lookups=3)["figures"]
    for page in ("desk", "finance", "release", "title", "count"):
        assert 0 < figures[f"{page}_p50_ms"] <= figures[f"{page}_p99_ms"]
    assert figures["desk_bytes"] > figures["release_bytes"]
    assert "desk_first_paint_ms" not in figures
    assert told[-1] == "no chromium with playwright: no page is painted"
