# SPDX-License-Identifier: Apache-2.0
"""What is the portal's own: sessions, passkeys, names, keys that ask to be let in.

Nothing of it is on the ledger and nothing of it can sign an act: whoever loses the file logs in
anew. Of a session only the hash of its cookie is kept.
"""

import hashlib
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    StaticPool,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)

_META: Final = MetaData()
_SESSIONS = Table(
    "sessions",
    _META,
    Column("hash", String(64), primary_key=True),
    Column("controller", String(32), nullable=False),
    Column("kid", String(43), nullable=False),
    Column("until", BigInteger, nullable=False, index=True),
    Column("maker", String(43), nullable=False, server_default=""),
)
"""`kid` is the key that logged in; "" where a passkey did, which the key `maker` made."""
_PASSKEYS = Table(
    "passkeys",
    _META,
    Column("id", LargeBinary, primary_key=True),
    Column("controller", String(32), nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("maker", String(43), nullable=False, server_default=""),
)
"""`maker` is the key that made it: a passkey ends with it."""
_NAMES = Table(
    "names",
    _META,
    Column("controller", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("namer", String(32), nullable=False, server_default=""),
)
"""`namer` is the party whose word a name is; "" where it is this node's own."""
_KEYS = Table(
    "asking_keys",
    _META,
    Column("kid", String(43), primary_key=True),
    Column("controller", String(32), primary_key=True, index=True),
    Column("label", Text, nullable=False),
    Column("asked_s", Integer, nullable=False),
)
_PAPERS = Table(
    "papers",
    _META,
    Column("title", String(64), primary_key=True),
    Column("putter", String(32), primary_key=True),
    Column("payload", String(64), nullable=False),
)
"""Where a title's document lies in the vault, as its issuer or another party of it says."""

PASSKEYS_EACH: Final = 16
SESSIONS_EACH: Final = 32
ASKING_EACH: Final = 8
NAMES_MAX: Final = 100_000


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in."""

    controller: str
    kid: str
    """The key that logged in; "" where a passkey did."""
    maker: str = ""
    """The key that made the passkey."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a controller, for logging in only."""

    id: bytes
    controller: str
    public_key: bytes
    counter: int
    label: str
    maker: str = ""
    """The key that made it."""


@dataclass(frozen=True, slots=True)
class AskingKey:
    """A key of another browser that asks its party to be let in."""

    kid: str
    label: str
    asked_s: int


@dataclass(frozen=True, slots=True)
class GivenName:
    """What a controller is called here."""

    name: str
    namer: str
    """The party whose word it is; "" where it is this node's own."""


class Store:
    """The portal's own tables.

    Args:
        path: SQLite file; None keeps them in memory.
    """

    def __init__(self, path: Path | None) -> None:
        url = "sqlite://" if path is None else f"sqlite:///{path}"
        options = {"poolclass": StaticPool} if path is None else {}
        self._engine = create_engine(
            url, connect_args={"check_same_thread": False, "timeout": 10}, **options
        )
        self._lock = threading.Lock()
        if path is not None:
            _keep_to_ourselves(path)
            event.listen(self._engine, "connect", _careful)
        self._bring_up_to_date()
        _META.create_all(self._engine)
        for index in _SESSIONS.indexes:
            index.create(self._engine, checkfirst=True)

    def _bring_up_to_date(self) -> None:
        """Bring a file of before up to date.

        Its names were all this node's own. Of its passkeys nobody knows which key made them: they
        are made anew.
        """
        known = inspect(self._engine)
        there = set(known.get_table_names())
        with self._engine.begin() as connection:
            for table, column in (("names", "namer"), ("passkeys", "maker"), ("sessions", "maker")):
                if table not in there or column in {c["name"] for c in known.get_columns(table)}:
                    continue
                if column == "maker":
                    connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - ours
                added = f"{column} VARCHAR(43) DEFAULT '' NOT NULL"
                connection.execute(text(f"ALTER TABLE {table} ADD COLUMN {added}"))
            asking = "asking_keys"
            if asking in there and len(known.get_pk_constraint(asking)["constrained_columns"]) == 1:
                connection.execute(text(f"DROP TABLE {asking}"))

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def open_session(self, cookie: str, session: Session, now_s: int, until: int) -> None:
        """Note that somebody logged in; sessions that ended go, and the oldest of too many."""
        row = {"hash": _hashed(cookie), "controller": session.controller, "kid": session.kid}
        same = _SESSIONS.c.controller == session.controller
        newest = select(_SESSIONS.c.hash).where(same).order_by(_SESSIONS.c.until.desc())
        kept = newest.limit(SESSIONS_EACH - 1)
        with self._lock, self._engine.begin() as connection:
            connection.execute(delete(_SESSIONS).where(_SESSIONS.c.until < now_s))
            connection.execute(delete(_SESSIONS).where(same, _SESSIONS.c.hash.not_in(kept)))
            connection.execute(insert(_SESSIONS).values(**row, until=until, maker=session.maker))

    def session(self, cookie: str, now_s: int) -> Session | None:
        """Whose session a cookie is, None where it is nobody's."""
        wanted = select(_SESSIONS.c.controller, _SESSIONS.c.kid, _SESSIONS.c.maker).where(
            _SESSIONS.c.hash == _hashed(cookie), _SESSIONS.c.until >= now_s
        )
        with self._lock, self._engine.begin() as connection:
            found = connection.execute(wanted).first()
        return None if found is None else Session(*found)

    def end_session(self, cookie: str) -> None:
        """Note that somebody logged out."""
        with self._lock, self._engine.begin() as connection:
            connection.execute(delete(_SESSIONS).where(_SESSIONS.c.hash == _hashed(cookie)))

    def keep_passkey(self, passkey: Passkey) -> bool:
        """Keep a passkey; false where the controller has as many as it may."""
        with self._lock, self._engine.begin() as connection:
            same = _PASSKEYS.c.controller == passkey.controller
            if len(connection.execute(select(_PASSKEYS.c.id).where(same)).all()) >= PASSKEYS_EACH:
                return False
            connection.execute(
                insert(_PASSKEYS).values(
                    id=passkey.id,
                    controller=passkey.controller,
                    public_key=passkey.public_key,
                    counter=passkey.counter,
                    label=passkey.label,
                    maker=passkey.maker,
                )
            )
        return True

    def passkey(self, identifier: bytes) -> Passkey | None:
        """A passkey by the id that its authenticator gave it."""
        with self._lock, self._engine.begin() as connection:
            found = connection.execute(
                select(_PASSKEYS).where(_PASSKEYS.c.id == identifier)
            ).first()
        return None if found is None else Passkey(*found)

    def passkeys(self, controller: str) -> list[Passkey]:
        """The passkeys of a controller."""
        with self._lock, self._engine.begin() as connection:
            found = connection.execute(
                select(_PASSKEYS).where(_PASSKEYS.c.controller == controller)
            )
            return [Passkey(*row) for row in found]

    def count(self, identifier: bytes, counter: int) -> None:
        """Note how often a passkey was used, as its authenticator counts."""
        with self._lock, self._engine.begin() as connection:
            connection.execute(
                update(_PASSKEYS).where(_PASSKEYS.c.id == identifier).values(counter=counter)
            )

    def forget_passkey(self, controller: str, identifier: bytes) -> None:
        """Take a passkey away; who is logged in by one of that controller's logs in anew."""
        by_passkey = (_SESSIONS.c.controller == controller, _SESSIONS.c.kid == "")
        with self._lock, self._engine.begin() as connection:
            connection.execute(
                delete(_PASSKEYS).where(
                    _PASSKEYS.c.id == identifier, _PASSKEYS.c.controller == controller
                )
            )
            connection.execute(delete(_SESSIONS).where(*by_passkey))

    def ask(self, controller: str, key: AskingKey) -> bool:
        """Note a key that asks to be let in; false where too many ask already."""
        with self._lock, self._engine.begin() as connection:
            same = _KEYS.c.controller == controller
            known = [row.kid for row in connection.execute(select(_KEYS.c.kid).where(same))]
            if key.kid in known:
                return True
            if len(known) >= ASKING_EACH:
                return False
            connection.execute(
                insert(_KEYS).values(
                    kid=key.kid, controller=controller, label=key.label, asked_s=key.asked_s
                )
            )
        return True

    def asking(self, controller: str) -> list[AskingKey]:
        """Keys that ask to be let in, oldest first."""
        wanted = (
            select(_KEYS.c.kid, _KEYS.c.label, _KEYS.c.asked_s)
            .where(_KEYS.c.controller == controller)
            .order_by(_KEYS.c.asked_s, _KEYS.c.kid)
        )
        with self._lock, self._engine.begin() as connection:
            return [AskingKey(*row) for row in connection.execute(wanted)]

    def ask_no_more(self, controller: str, kids: Sequence[str]) -> None:
        """Forget keys that asked: they were let in, or turned away."""
        with self._lock, self._engine.begin() as connection:
            connection.execute(
                delete(_KEYS).where(_KEYS.c.controller == controller, _KEYS.c.kid.in_(kids))
            )

    def names(self) -> dict[str, GivenName]:
        """All that this node has names for."""
        with self._lock, self._engine.begin() as connection:
            found = connection.execute(select(_NAMES).limit(NAMES_MAX))
            return {row.controller: GivenName(row.name, row.namer) for row in found}

    def named_by(self, namer: str) -> int:
        """How many names a party gave."""
        wanted = select(func.count()).select_from(_NAMES).where(_NAMES.c.namer == namer)
        with self._lock, self._engine.begin() as connection:
            return int(connection.execute(wanted).scalar_one())

    def give_name(self, controller: str, name: str, namer: str = "") -> None:
        """Call a controller by a name; "" takes the name away.

        Args:
            controller: who.
            name: the name.
            namer: whose word it is; "" for this node's own.
        """
        row = {"controller": controller, "name": name, "namer": namer}
        with self._lock, self._engine.begin() as connection:
            connection.execute(delete(_NAMES).where(_NAMES.c.controller == controller))
            if name:
                connection.execute(insert(_NAMES).values(**row))

    def keep_paper(self, title: str, payload: str, putter: str) -> None:
        """Note which payload of the vault has a title's document, as one of its parties says."""
        same = (_PAPERS.c.title == title, _PAPERS.c.putter == putter)
        with self._lock, self._engine.begin() as connection:
            connection.execute(delete(_PAPERS).where(*same))
            connection.execute(insert(_PAPERS).values(title=title, payload=payload, putter=putter))

    def papers(self, title: str) -> dict[str, str]:
        """The payloads that have a title's document, by the parties that say so."""
        columns = (_PAPERS.c.putter, _PAPERS.c.payload)
        wanted = select(*columns).where(_PAPERS.c.title == title).order_by(_PAPERS.c.putter)
        with self._lock, self._engine.begin() as connection:
            return {row.putter: row.payload for row in connection.execute(wanted)}


def _hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _keep_to_ourselves(path: Path) -> None:
    """Make the file, or what is there already, ours alone to read; SQLite's others follow it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _careful(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]  # a DB-API connection
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
