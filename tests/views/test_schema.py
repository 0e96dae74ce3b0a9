# SPDX-License-Identifier: Apache-2.0
"""The tables and the questions asked of them are SQL that PostgreSQL knows as well."""

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from ropewalk.views import Filters
from ropewalk.views.finding import _branches
from ropewalk.views.schema import DERIVED, metadata


def test_every_table_and_index_can_be_said_to_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            text = str(CreateIndex(index).compile(dialect=dialect))
            assert ("WHERE" in text) == (index.dialect_options["postgresql"]["where"] is not None)


def test_every_question_can_be_asked_of_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    asked = Filters(
        major=2,
        kinds=("EQUIPMENT",),
        documents=(("BKG", "A"), ("TRD", "B")),
        equal={"equipment": "C"},
        since_ms=1,
    )
    asking = [_branches(asked, (1, 2), reader) for reader in (None, "ab" * 16)]
    for statement in [one for branches in asking for one in branches]:
        text = str(statement.limit(5).compile(dialect=dialect))
        assert "EXISTS" in text
        assert "LIMIT" in text


def test_what_a_rebuild_drops_is_what_the_ledger_tells() -> None:
    names = {table.name for table in DERIVED}
    assert names == {
        "batches",
        "events",
        "documents",
        "members",
        "concerns",
        "readable",
        "progress",
        "payables",
        "receivables",
        "exposures",
        "maturities",
        "postings",
        "balances",
        "tills",
        "subjects",
        "involvements",
        "waits",
        "leanings",
        "histories",
    }
    kept = {table.name for table in metadata.sorted_tables} - names
    assert kept == {"arrivals", "subscriptions", "deliveries"}
