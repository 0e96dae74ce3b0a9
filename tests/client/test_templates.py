# SPDX-License-Identifier: Apache-2.0
"""Templates: a request with gaps comes back whole, or not at all."""

import json
from pathlib import Path

import pytest

from ropewalk.client import TemplateError, Templates

REQUEST = json.dumps(
    {"vessel": {"name": "SIRIUS"}, "requestedEquipments": [{"units": 1}, {"units": 2}]}
).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Templates:
    return Templates(tmp_path / "templates")


def test_what_is_asked_for_is_emptied_and_set_anew(folder: Templates) -> None:
    path = "requestedEquipments.1.units"
    made = folder.save("weekly", REQUEST, [path, "vessel.name"])
    assert made.body["requestedEquipments"] == [{"units": 1}, {"units": None}]
    told = json.loads(folder.filled("weekly", {path: 7, "vessel.name": "VEGA"}))
    assert told == {
        "vessel": {"name": "VEGA"},
        "requestedEquipments": [{"units": 1}, {"units": 7}],
    }
    assert folder.names() == ["weekly"]


def test_a_template_is_the_same_after_it_was_used(folder: Templates) -> None:
    folder.save("weekly", REQUEST)
    assert json.loads(folder.filled("weekly", {"vessel.name": "VEGA"})) != json.loads(REQUEST)
    assert json.loads(folder.filled("weekly", {})) == json.loads(REQUEST)


def test_a_member_may_be_added_to_an_object_that_is_there(folder: Templates) -> None:
    folder.save("weekly", REQUEST)
    told = json.loads(folder.filled("weekly", {"vessel.vesselIMONumber": "9321483"}))
    assert told["vessel"]["vesselIMONumber"] == "9321483"


def test_what_is_asked_for_must_be_given(folder: Templates) -> None:
    folder.save("weekly", REQUEST, ["vessel.name"])
    with pytest.raises(TemplateError, match=r"vessel\.name"):
        folder.filled("weekly", {})


@pytest.mark.parametrize(
    "path", ["no.such", "requestedEquipments.2.units", "vessel.name.x", "a..b"]
)
def test_a_path_that_leads_nowhere_is_refused(folder: Templates, path: str) -> None:
    folder.save("weekly", REQUEST)
    with pytest.raises(TemplateError, match="leads nowhere"):
        folder.filled("weekly", {path: 1})


@pytest.mark.parametrize("name", ["", "../up", "Up", "a/b", "-a", "a" * 65])
def test_a_name_is_a_plain_word(folder: Templates, name: str) -> None:
    with pytest.raises(TemplateError):
        folder.save(name, REQUEST)
    with pytest.raises(TemplateError):
        folder.get(name)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff"])
def test_only_an_object_makes_a_template(folder: Templates, data: bytes) -> None:
    with pytest.raises(TemplateError):
        folder.save("weekly", data)


def test_a_file_of_another_format_is_no_template(folder: Templates) -> None:
    folder.save("weekly", REQUEST)
    (folder.path / "weekly.json").write_text('{"ask":[],"body":{},"format":"x"}')
    with pytest.raises(TemplateError):
        folder.get("weekly")
    with pytest.raises(TemplateError, match="weekly"):
        folder.get("monthly")
