# SPDX-License-Identifier: Apache-2.0
"""The database of the views: opened, and brought to this program's form by Alembic.

SQLite beside the ledger unless told otherwise. Two pools: readers, and one writer at a time that
takes SQLite's write lock when it begins, so that no transaction fails in its middle.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import Script
from alembic.script.revision import RevisionMap
from sqlalchemy import Connection, create_engine, event
from sqlalchemy import Engine as Sql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from ropewalk.views import (
    migration_0001,
    migration_0002,
    migration_0003,
    migration_0004,
    migration_0005,
    migration_0006,
)
from ropewalk.views.errors import DatabaseError

MIGRATIONS: Final[tuple[ModuleType, ...]] = (
    migration_0001,
    migration_0002,
    migration_0003,
    migration_0004,
    migration_0005,
    migration_0006,
)
"""Oldest first; a released one is never edited."""
READERS: Final = 6
BUSY_MS: Final = 30_000
CACHE_KIB: Final = 16 * 1024
"""Of each connection to SQLite, at most; the rest is the system's page cache."""


def sqlite_url(data: Path) -> str:
    """The URL of the views beside a ledger."""
    return f"sqlite:///{data / 'views.sqlite'}"


class Database:
    """The views' database, open.

    Args:
        url: Any URL of SQLAlchemy's; `sqlite:///…` or `postgresql+…://…`.

    Raises:
        DatabaseError: it does not open, or its form is newer than this program.
    """

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        try:
            if self.is_sqlite:
                _keep_private(make_url(url).database or "")
            self._reader = self._pool(url, "BEGIN", READERS)
            self._writer = self._pool(url, "BEGIN IMMEDIATE", 2)
            with self.writing() as connection:
                migrate(connection)
        except (SQLAlchemyError, OSError) as error:
            raise DatabaseError(f"the views do not open: {type(error).__name__}") from error

    def _pool(self, url: str, begin: str, size: int) -> Sql:
        if not self.is_sqlite:
            return create_engine(url, pool_size=size, max_overflow=0)
        pool = create_engine(
            url, pool_size=size, max_overflow=0, connect_args={"check_same_thread": False}
        )
        event.listen(pool, "connect", _prepare)
        event.listen(pool, "begin", lambda connection: connection.exec_driver_sql(begin))
        return pool

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state."""
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it at the end, or nothing."""
        with self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self._reader.dispose()
        self._writer.dispose()


def _keep_private(path: str) -> None:
    """Make the file readable by its user alone before anything is in it."""
    if path and path != ":memory:":
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by this module, not by the driver
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        f"cache_size=-{CACHE_KIB}",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def migrate(connection: Connection) -> None:
    """Bring the tables to this program's form.

    Raises:
        DatabaseError: they have a form that this program does not know.
    """
    scripts = [Script(each, each.revision, each.__file__ or "") for each in MIGRATIONS]
    known = [each.revision for each in scripts]
    plan = RevisionMap(lambda: scripts)

    def steps(heads: Any, _context: MigrationContext) -> Iterator[RevisionStep]:
        here = heads[0] if heads else ""
        if here and here not in known:
            raise DatabaseError("the views were written by a newer program; rebuild them")
        if len(plan.heads) != 1:  # asking makes it read the scripts, too
            raise DatabaseError("the migrations are no line")
        for script in scripts[known.index(here) + 1 if here else 0 :]:
            yield RevisionStep(plan, script, is_upgrade=True)

    context = MigrationContext.configure(connection, opts={"fn": steps})
    with Operations.context(context):
        context.run_migrations()
