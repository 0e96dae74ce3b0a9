# SPDX-License-Identifier: Apache-2.0
"""What is asked of events: the filters of both versions, for queries, streams and subscriptions.

All filters must be fulfilled; of a filter's values one. (DCSA Track & Trace 2.2, `GET /v2/events`.)
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, FromClause, exists

from ropewalk.views.schema import documents, events


class Filters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which events are asked for; what is left empty does not narrow."""

    major: int
    """2 or 3: the standard's version."""
    kinds: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = {}
    """By kind, the kind's own types; events of other kinds are not asked for then."""
    document_types: tuple[str, ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    """Each as (type, reference); all of them must be named."""
    equal: Mapping[str, str] = {}
    """By column of `events`."""
    since_ms: int | None = None
    """Created at that time or later."""
    until_ms: int | None = None
    """Created at that time or earlier."""
    is_descending: bool = False
    """Whether the last created come first."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing can fulfil them."""
        if len(self.codes) > 1 or (self.kinds and not set(self.codes) <= set(self.kinds)):
            return True
        if self.document_types and self.kinds_asked not in ((), ("SHIPMENT",)):
            return "SHIPMENT" not in self.kinds_asked
        if self.since_ms is None or self.until_ms is None:
            return False
        return self.since_ms > self.until_ms

    @property
    def kinds_asked(self) -> tuple[str, ...]:
        """The kinds left, () for all."""
        return tuple(self.codes) or self.kinds

    @property
    def scope(self) -> str:
        """A text that is the same for the same filters, and for no others."""
        return msgspec.json.encode(self, order="sorted").decode()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that `fit` looks at."""
        found = {"created_ms", *self.equal}
        if self.kinds_asked:
            found.add("kind")
        if self.codes:
            found.add("code")
        if self.document_types:
            found.add("document_type")
        return tuple(sorted(found))

    def fit(self, row: Mapping[Any, Any]) -> bool:
        """Whether a row fulfils them, the version and what documents it names left aside."""
        if any(row[column] != value for column, value in self.equal.items()):
            return False
        if self.kinds_asked and row["kind"] not in self.kinds_asked:
            return False
        if self.codes and row["code"] not in self.codes[row["kind"]]:
            return False
        if self.document_types and row["document_type"] not in self.document_types:
            return False
        created = row["created_ms"]
        if self.since_ms is not None and created < self.since_ms:
            return False
        return self.until_ms is None or created <= self.until_ms

    def naming(self, wanted: tuple[tuple[str, str], ...]) -> list[ColumnElement[bool]]:
        """That an event names these documents, for a query of `events`."""
        return [names(documents.alias(), kind, reference) for kind, reference in wanted]


def names(named: FromClause, kind: str, reference: str) -> ColumnElement[bool]:
    """That an event names a document, for a query of `events`; `named` is a `documents`."""
    return exists().where(
        named.c.reference == reference,
        named.c.type == kind,
        named.c.created_ms == events.c.created_ms,
        named.c.event == events.c.id,
    )
