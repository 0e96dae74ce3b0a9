# SPDX-License-Identifier: Apache-2.0
"""Subscriptions: who is sent which events, and the outbox that is filled as events arrive.

Source: DCSA Track & Trace 2.2, `/v2/event-subscriptions`.
"""

import base64
import binascii
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from ropewalk.crypto import random_bytes
from ropewalk.views.errors import (
    SecretError,
    TooManySubscriptionsError,
    UnknownSubscriptionError,
)
from ropewalk.views.filters import Filters
from ropewalk.views.schema import deliveries, subscriptions
from ropewalk.views.taking import Learned

SUBSCRIPTIONS_MAX: Final = 1_000
SUBSCRIPTIONS_EACH_MAX: Final = 20
"""Of one controller; likewise of all who sign nothing."""
SECRET_BYTES: Final = range(16, 257)
WAITING: Final = "waiting"
DEAD: Final = "dead"


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One subscription."""

    id: str
    controller: str
    """Who made it; "" where nobody logged in."""
    callback_url: str
    said: dict[str, Any]
    """The filters as they were sent."""
    filters: Filters


class Stored(msgspec.Struct, frozen=True):
    """What `subscriptions.filters` holds."""

    said: dict[str, Any]
    filters: Filters


def secret_of(text: str) -> bytes:
    """A shared secret from its Base64.

    Raises:
        SecretError: it is none, too short or too long.
    """
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SecretError("the secret is Base64") from None
    if len(found) not in SECRET_BYTES:
        raise SecretError("the secret has 16 to 256 bytes")
    return found


def add(connection: Connection, wanted: Subscription, secret: bytes, now_s: int) -> Subscription:
    """Keep a new subscription; it is sent what arrives from now on.

    Raises:
        TooManySubscriptionsError: there are as many as the node takes.
    """
    count = connection.execute(select(func.count()).select_from(subscriptions)).scalar_one()
    if count >= SUBSCRIPTIONS_MAX:
        raise TooManySubscriptionsError("the node keeps as many subscriptions as it takes")
    own = select(func.count()).where(subscriptions.c.controller == wanted.controller)
    if connection.execute(own).scalar_one() >= SUBSCRIPTIONS_EACH_MAX:
        whose = "one controller has" if wanted.controller else "those who sign nothing share"
        raise TooManySubscriptionsError(f"{whose} at most {SUBSCRIPTIONS_EACH_MAX} subscriptions")
    made = str(uuid.UUID(bytes=random_bytes(16), version=4))
    connection.execute(
        insert(subscriptions).values(
            id=made,
            controller=wanted.controller,
            callback_url=wanted.callback_url,
            filters=_text(wanted),
            secret=secret,
            secret_before=None,
            rotated_s=0,
            created_s=now_s,
            failures=0,
            next_s=0,
        )
    )
    return msgspec.structs.replace(wanted, id=made)


def _text(wanted: Subscription) -> str:
    return msgspec.json.encode(Stored(wanted.said, wanted.filters)).decode()


def get(connection: Connection, wanted: str, controller: str) -> Subscription:
    """A subscription of a controller's.

    Raises:
        UnknownSubscriptionError: it has none of that id.
    """
    statement = select(subscriptions).where(
        subscriptions.c.id == wanted, subscriptions.c.controller == controller
    )
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise UnknownSubscriptionError("there is no such subscription")
    return _of(row)


def page(connection: Connection, controller: str, after: str, limit: int) -> list[Subscription]:
    """A controller's subscriptions by rising id, those behind `after`."""
    statement = (
        select(subscriptions)
        .where(subscriptions.c.controller == controller, subscriptions.c.id > after)
        .order_by(subscriptions.c.id)
        .limit(limit)
    )
    return [_of(row) for row in connection.execute(statement).mappings()]


def change(connection: Connection, wanted: Subscription) -> None:
    """Put other filters or another callback in a subscription's place.

    Raises:
        UnknownSubscriptionError: there is none.
    """
    get(connection, wanted.id, wanted.controller)
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == wanted.id)
        .values(callback_url=wanted.callback_url, filters=_text(wanted), failures=0, next_s=0)
    )


def rotate(connection: Connection, wanted: str, controller: str, secret: bytes, now_s: int) -> None:
    """Change a subscription's secret; what is sent is signed by the one before as well for a day.

    Raises:
        UnknownSubscriptionError: there is none.
    """
    get(connection, wanted, controller)
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id == wanted)
        .values(secret_before=subscriptions.c.secret, secret=secret, rotated_s=now_s)
    )


def drop(connection: Connection, wanted: str, controller: str) -> None:
    """End a subscription, and forget what was still to be sent.

    Raises:
        UnknownSubscriptionError: there is none.
    """
    get(connection, wanted, controller)
    connection.execute(delete(deliveries).where(deliveries.c.subscription == wanted))
    connection.execute(delete(subscriptions).where(subscriptions.c.id == wanted))


def _of(row: Mapping[Any, Any]) -> Subscription:
    stored = msgspec.json.decode(row["filters"], type=Stored)
    return Subscription(
        id=row["id"],
        controller=row["controller"],
        callback_url=row["callback_url"],
        said=stored.said,
        filters=stored.filters,
    )


class Outbox:
    """Puts new events into the outbox, in the transaction that writes them.

    Args:
        now_s: The system's clock.
        reads_all: Whether a controller reads everything; others are sent what concerns them.
    """

    def __init__(self, now_s: Callable[[], int], reads_all: Callable[[str], bool]) -> None:
        self._now_s = now_s
        self._reads_all = reads_all

    def offer(self, connection: Connection, learned: Sequence[Learned]) -> None:
        """Note for each subscription which of these events it is to be sent."""
        listed = [_of(row) for row in connection.execute(select(subscriptions)).mappings()]
        now_s = self._now_s()
        noted = [
            {
                "subscription": one.id,
                "event": each.row["id"],
                "created_s": now_s,
                "state": WAITING,
            }
            for one in listed
            for each in learned
            if (one.controller in each.readers or self._reads_all(one.controller))
            and each.row["is_current"]
            and each.row["major"] == one.filters.major
            and not one.filters.is_empty
            and each.documents.issuperset(one.filters.documents)
            and one.filters.fit(each.row)
        ]
        if noted:
            connection.execute(insert(deliveries), noted)
