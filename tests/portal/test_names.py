# SPDX-License-Identifier: Apache-2.0
"""The address book: who may say what a party is called, and that nobody passes for another."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx2
import msgspec
import pytest

from network import Someone
from portal.lodge import Lodge
from ropewalk.crypto import PrivateKey, sha256
from ropewalk.portal import names
from ropewalk.portal.catalogue import FOLDER
from ropewalk.portal.errors import NameRefusedError
from ropewalk.portal.naming import NAME_MAX, fit_name, likeness
from ropewalk.portal.sessions import now_s
from ropewalk.portal.store import GivenName, Session, Store

STRANGERS = ("stranger", "other", "third")
HIDDEN = ("\u202e", "\u2066", "\u200b", "\u200d", "\x00", "\n", "\u2028", "\u3164", "\ufeff")


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    """A node with ready-made desks, and three parties that are none of the demo's."""
    with Lodge(tmp_path) as made:
        for name in STRANGERS:
            party = Someone(name, PrivateKey(sha256(name.encode())))
            made.network.parties[name] = party
            made.network.register(party, "shipper")
        yield made


def give(lodge: Lodge, by: str, to: str, name: str) -> httpx2.Response:
    headers = {**lodge.cookie(by), **lodge.here()}
    return lodge.http.put(f"/names/{who(lodge, to)}", headers=headers, json={"name": name})


def who(lodge: Lodge, name: str) -> str:
    return lodge.network.parties[name].controller


def test_an_empty_book_teaches_and_a_name_shows_beside_the_id(lodge: Lodge) -> None:
    lodge.desks.unlink()
    assert "Nobody has a name here yet" in lodge.get("/names", "shipper").text
    assert give(lodge, "shipper", "other", "  Aurora   Trading ").status_code == 204
    page = lodge.get("/names?text=aurora", "third").text
    mark = f'title="named by {who(lodge, "shipper")[:8]}">Aurora Trading<span class="hearsay">*'
    assert mark in page
    assert f'<code title="{who(lodge, "other")}">{who(lodge, "other")[:8]}</code>' in page
    assert f"/names?controller={who(lodge, 'other')}" not in page
    assert f"/names?controller={who(lodge, 'other')}" in lodge.get("/names", "shipper").text
    assert "Nobody is called so" in lodge.get("/names?text=borealis", "third").text
    assert "Aurora" in lodge.get(f"/names?text={who(lodge, 'other')[:6]}", "third").text


def test_who_gave_a_name_changes_it_and_whom_it_names_does_but_nobody_else(lodge: Lodge) -> None:
    assert give(lodge, "stranger", "other", "Aurora").status_code == 204
    assert give(lodge, "third", "other", "Borealis").json()["code"] == "portal.name"
    assert give(lodge, "stranger", "other", "Aurora Trading").status_code == 204
    assert give(lodge, "other", "other", "Aurora Shipping").status_code == 204
    assert "calls itself so" in lodge.get("/names", "third").text
    assert give(lodge, "stranger", "other", "Aurora").status_code == 403
    assert give(lodge, "other", "other", "").status_code == 204
    assert lodge.portal.name(who(lodge, "other")) == ""
    assert give(lodge, "third", "other", "Borealis").status_code == 204


def test_a_ready_made_name_stays(lodge: Lodge) -> None:
    assert give(lodge, "shipper", "carrier", "Pirate").status_code == 403
    assert give(lodge, "carrier", "carrier", "Pirate").status_code == 403
    assert lodge.portal.name(who(lodge, "carrier")) == "carrier"
    assert "hearsay" not in lodge.get("/desks", "carrier").text


@pytest.mark.parametrize("name", ["carrier", "Carrier", "c a r r i e r", "cárrier", "carrier."])
def test_nobody_is_called_as_another_is(lodge: Lodge, name: str) -> None:
    answer = give(lodge, "stranger", "stranger", name)
    assert (answer.status_code, answer.json()["code"]) == (403, "portal.name")


def test_only_who_showed_a_key_names_and_only_whom_the_ledger_knows(lodge: Lodge) -> None:
    assert lodge.http.put(f"/names/{who(lodge, 'other')}", headers=lodge.here()).status_code == 401
    now, third = now_s(), lodge.network.parties["third"]
    by_passkey = Session(third.controller, "", third.key.kid)
    lodge.portal.store.open_session("p" * 43, by_passkey, now, now + 60)
    headers = {"cookie": "__Host-ropewalk=" + "p" * 43, **lodge.here()}
    other = f"/names/{who(lodge, 'other')}"
    assert lodge.http.put(other, headers=headers, json={"name": "Aurora"}).status_code == 403
    assert "data-naming" not in lodge.http.get("/names", headers=headers).text
    cookie = {**lodge.cookie("third"), **lodge.here()}
    nobody = f"/names/{'0' * 32}"
    assert lodge.http.put(nobody, headers=cookie, json={"name": "Aurora"}).status_code == 404
    assert lodge.http.put(other, headers=cookie, content=b"{}").status_code == 403


def test_one_party_does_not_fill_the_book(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "NAMES_EACH", 1)
    assert give(lodge, "third", "other", "Aurora").status_code == 204
    assert give(lodge, "third", "stranger", "Borealis").status_code == 403
    assert give(lodge, "third", "other", "Aurora Trading").status_code == 204


def test_the_scripts_know_whose_word_a_name_is_and_strangers_know_no_names(lodge: Lodge) -> None:
    assert give(lodge, "stranger", "other", "Aurora").status_code == 204
    known = lodge.get("/words.json", "shipper").json()
    assert known["namers"] == {who(lodge, "other"): who(lodge, "stranger")}
    assert known["names"][who(lodge, "other")] == "Aurora"
    told = lodge.get("/words.json").json()
    assert (told["names"], told["namers"]) == ({}, {})
    assert told["acts"]
    assert lodge.get("/names").status_code == 401
    assert lodge.get("/desks").status_code == 200


def test_every_text_of_acts_reaches_the_scripts(lodge: Lodge) -> None:
    acts = msgspec.json.decode((FOLDER / "en" / "acts.json").read_bytes(), type=dict[str, str])
    assert lodge.get("/words.json").json()["texts"].items() >= acts.items()


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_a_name_has_nothing_that_can_not_be_seen(hidden: str) -> None:
    with pytest.raises(NameRefusedError):
        fit_name(f"Auro{hidden}ra")


@pytest.mark.parametrize(
    "name",
    [
        "x" * (NAME_MAX + 1),
        "…",
        "ab" * 16,
        "\u0410urora",
        "\u0391urora",
        "\ua4da\ua4ee\ua4e2\ua4e2\ua4f2",  # Lisu
        "\u13dfarrier",  # Cherokee
        "p\u0578rt",  # Armenian
        "\u13df",
        "\U0001d400urora",  # a letter of mathematics
        "importers-bank (2174bda7…d934)",
        "importers bank 2174bda7",
        "importers bank 2174 bda7",
        "importers bank 2l74-bda7",
        "importers-bank…",
        "«importers-bank»",
        "importers-bank: the real one",
        "importers-bank*",
        "<b>bank",
    ],
)
def test_some_names_are_none(name: str) -> None:
    with pytest.raises(NameRefusedError):
        fit_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Łódź Lines",
        "上海港",
        "Пароходство",
        "موانئ دبي",
        "x" * 80,
        "",
        "O\u2019Brien & Co.",
        "東京カー々",
        "Face 2 Face",
        "Ada Decade",
    ],
)
def test_names_of_all_the_world_are_taken(name: str) -> None:
    assert fit_name(name) == name


def test_likeness_leaves_out_what_a_hurried_reader_does() -> None:
    assert likeness("Áurora  TRADING, Ltd.") == likeness("aurora-trading ltd")
    assert likeness("aurora\ufe0f") == "aurora"
    for one in ("carr\u0131er", "carrler", "carr1er", "CARRIER", "c\u0251rrier", "\u0441arrier"):
        assert likeness(one) == likeness("carrier"), one
    assert likeness("rnodern vvood") == likeness("modern wood")
    assert likeness("Łódź") == likeness("Lodz")
    assert likeness("上海") != likeness("香港")


def test_a_file_of_before_keeps_its_names(tmp_path: Path) -> None:
    path = tmp_path / "portal.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE names (controller VARCHAR(32) PRIMARY KEY, name TEXT)")
        connection.execute("INSERT INTO names VALUES (?, ?)", ("ab" * 16, "Aurora"))
    connection.close()
    store = Store(path)
    assert store.names() == {"ab" * 16: GivenName("Aurora", "")}
    store.give_name("cd" * 16, "Borealis", "ab" * 16)
    assert store.named_by("ab" * 16) == 1
    store.close()
