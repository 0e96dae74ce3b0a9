# SPDX-License-Identifier: Apache-2.0
"""The generated reference is fresh, and complete."""

from pathlib import Path

from ropewalk.cli.reference import errors_page, page, transitions_page
from ropewalk.cli.table import act_table
from ropewalk.rules import LATEST

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


CARGO_PAGES = ("cargo.md", "papers.md", "transitions.md")


def test_the_pages_are_what_the_rule_table_gives() -> None:
    """When this fails: make reference."""
    assert (REFERENCE / "acts.md").read_text(encoding="utf-8") == page()
    assert (REFERENCE / "errors.md").read_text(encoding="utf-8") == errors_page()
    assert (REFERENCE / "transitions.md").read_text(encoding="utf-8") == transitions_page()


def test_every_act_is_in_the_table_with_its_members_and_refusals() -> None:
    table = act_table()
    assert [act["act"] for act in table] == list(LATEST.rules)
    assert all(act["meaning"] and act["refusals"] for act in table)


def test_every_act_of_cargo_is_told_somewhere() -> None:
    pages = [(REFERENCE / name).read_text(encoding="utf-8") for name in CARGO_PAGES]
    for name in LATEST.rules:
        if name.startswith("cargo."):
            assert any(f"`{name.partition('.')[2]}`" in text for text in pages), name


def test_every_act_on_a_title_is_told_in_title_md() -> None:
    told = (REFERENCE / "title.md").read_text(encoding="utf-8")
    for name in LATEST.rules:
        if name.startswith("title."):
            assert f"`{name.partition('.')[2]}`" in told


def test_every_act_of_capital_is_told_in_capital_md() -> None:
    told = (REFERENCE / "capital.md").read_text(encoding="utf-8")
    for name in LATEST.rules:
        if name.startswith("capital."):
            assert f"`{name.partition('.')[2]}`" in told, name
