# SPDX-License-Identifier: Apache-2.0
"""All that was claimed of a reference is found, each time from an index, by old tables too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from ropewalk.views import EVERYTHING, REFERENCES, Claims, Views, claims_of, sqlite_url
from ropewalk.views.claiming import _questions
from ropewalk.views.database import MIGRATIONS, Database
from ropewalk.views.schema import PAST
from views.fleet import BOXES, Ledger, batch22, batch30, event22, event30, grown

A, B = BOXES[:2]
STRANGER = "5" * 32


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    """Event 0 is of one box, then of another, then withdrawn; a stranger says the same id."""
    later = {"eventCreatedDateTime": "2026-03-20T00:00:00Z"}
    batches = [
        batch22(event22(0, equipmentReference=A), event22(4, equipmentReference=B)),
        batch22(event22(0, equipmentReference=B, **later), salt="01" * 32),
        batch30({"eventID": event22(0)["eventID"], "isRetracted": True}),
        batch22(event22(0, equipmentReference=B), by=STRANGER),
        batch30(event30(1), salt="02" * 32),
    ]
    ledger = Ledger()
    for batch in batches:
        ledger.claim(batch)
    made = grown(tmp_path_factory.mktemp("views"), ledger, batches)
    yield made
    made.close()


def role_of(actor: str) -> tuple[str]:
    return (f"role of {actor[:1]}",)


def found(views: Views, name: str, value: str) -> Claims:
    with views.database.reading() as connection:
        return claims_of(connection, name, value, role_of, reader=EVERYTHING)


def test_a_claim_comes_with_all_its_claimant_sent_under_the_id(views: Views) -> None:
    told = found(views, "equipmentReference", A)
    assert [(one.position, one.index) for one in told.all] == [(2, 0), (5, 0), (8, 0)]
    assert told.naming == {(2, 0)}
    assert told.all[0].event.references.equipment == A
    assert told.all[1].event.references.equipment == B
    assert told.all[2].event.is_retracted


def test_a_claim_says_who_made_it_as_what_and_when(views: Views) -> None:
    told = found(views, "equipmentReference", B)
    assert told.naming == {(2, 1), (5, 0), (11, 0)}
    stranger = told.all[-1]
    assert (stranger.actor, stranger.roles) == (STRANGER, ("role of 5",))
    assert (stranger.height, stranger.time_s) == (11, 1_790_000_011)


def test_a_document_of_3_0_is_found(views: Views) -> None:
    told = found(views, "carrierBookingReference", "ABC1")
    assert [one.event.id for one in told.all] == ["evt-1"]
    assert found(views, "transportDocumentReference", "ABC1").all == []


@pytest.mark.parametrize("name", REFERENCES)
def test_every_question_is_answered_from_an_index(views: Views, name: str) -> None:
    with views.database.reading() as connection:
        for statement in _questions(REFERENCES[name], "X"):
            asked = statement.compile(connection, compile_kwargs={"literal_binds": True})
            plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
            assert plan
            assert all(one.startswith("SEARCH") for one in plan), plan


def test_tables_of_the_first_form_get_the_new_indexes(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    database = Database(url)
    with database.writing() as connection:
        for index in PAST:
            index.drop(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    database.close()
    database = Database(url)
    with database.reading() as connection:
        names = {one["name"] for one in inspect(connection).get_indexes("events")}
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    database.close()
    assert {index.name for index in PAST} <= names
    assert version == "0006"


def test_claims_of_the_third_form_learn_whose_device_spoke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ropewalk.views.database.MIGRATIONS", MIGRATIONS[:4])  # before all is anew
    url = sqlite_url(tmp_path)
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE batches DROP COLUMN device_of"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
        connection.execute(
            text(
                "INSERT INTO batches"
                " (number, root, actor, count, height, time_s, `transaction`, state)"
                " VALUES (7, 'root', 'actor', 1, 1, 1, 'act', 'missing')"
            )
        )
    database.close()
    database = Database(url)
    with database.reading() as connection:
        told = connection.execute(text("SELECT device_of FROM batches")).scalar()
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    database.close()
    assert (told, version) == ("", "0004")
