# SPDX-License-Identifier: Apache-2.0
"""Governing laws."""

from ropewalk.codes import STATUTES, GoverningLaw


def test_every_listed_law_is_a_code_that_parses() -> None:
    assert all(str(GoverningLaw.parse(code)) == code for code in STATUTES)


def test_a_subdivision_falls_under_its_countrys_statute() -> None:
    scotland = GoverningLaw.parse("GB-SCT").statute
    assert scotland is not None
    assert scotland.name == "Electronic Trade Documents Act 2023"


def test_a_law_without_a_known_statute_still_parses() -> None:
    assert GoverningLaw.parse("US-NY").statute is None
