# SPDX-License-Identifier: Apache-2.0
"""The sender: takes the outbox to those who subscribed, signed, again and again for a day.

Each notification is a list of events, as DCSA has it, with `Notification-Signature` over the body.
That header covers neither time nor id, so each also bears `webhook-id`, `webhook-timestamp` and
`webhook-signature` over all three: the receiver refuses what is older than five minutes or came
before. After a change of the secret both signatures are there for a day.

Where a receiver fails, pauses double up to an hour; after five failures the circuit is open and one
event is tried, no more. What could not be sent within a day is dead: kept, and sent no more.
Several are sent at a time, to each subscription one, so that a slow receiver delays few.

Source: DCSA Track & Trace 2.2, callbacks; the Standard Webhooks specification 1.0.0.
"""

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Final

from sqlalchemy import delete, select, update

from ropewalk.views.database import Database
from ropewalk.views.egress import Egress
from ropewalk.views.finding import datas
from ropewalk.views.reading import EVERYTHING, seen_by
from ropewalk.views.schema import deliveries, events, subscriptions
from ropewalk.views.subscriptions import DEAD, WAITING

EVENTS_MAX: Final = 100
"""Of one notification."""
LIFE_S: Final = 86_400
FIRST_PAUSE_S: Final = 5
PAUSE_MAX_S: Final = 3_600
OPEN_AFTER: Final = 5
"""Failures in a row that open the circuit."""
ROTATION_S: Final = 86_400
LOOK_S: Final = 0.5
SENDERS: Final = 4
"""Notifications on their way at a time."""
API_VERSION: Final = "2.2.0"


def signatures(body: bytes, secrets: Sequence[bytes], message: str, now_s: int) -> dict[str, str]:
    """The header fields that show who sent a notification, when, and that it was not changed.

    Args:
        body: The notification.
        secrets: The subscription's, the newest first.
        message: Id of the notification; the same when it is sent again.
        now_s: Seconds since 1970-01-01T00:00:00Z.
    """
    signed = f"{message}.{now_s}.".encode() + body
    over_all = [
        "v1," + base64.b64encode(hmac.digest(one, signed, hashlib.sha256)).decode()
        for one in secrets
    ]
    return {
        "notification-signature": "sha256=" + hmac.digest(secrets[0], body, hashlib.sha256).hex(),
        "webhook-id": message,
        "webhook-timestamp": str(now_s),
        "webhook-signature": " ".join(over_all),
    }


def pause_s(failures: int) -> int:
    """How long to wait after so many failures in a row."""
    return int(min(FIRST_PAUSE_S << min(failures - 1, 20), PAUSE_MAX_S))


class Sender:
    """Sends what waits, in threads of its own.

    Args:
        database: Of the views.
        egress: The way out.
        now_s: The system's clock.
        reads_all: Whether a controller reads everything; others are sent what they may read now.
    """

    def __init__(
        self,
        database: Database,
        egress: Egress,
        now_s: Callable[[], int],
        reads_all: Callable[[str], bool],
    ) -> None:
        self._reads_all = reads_all
        self._database = database
        self._egress = egress
        self._now_s = now_s
        self._ended = threading.Event()
        self._look = threading.Event()
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="views-sender")
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Send from now on."""
        self._thread = threading.Thread(target=self._run, name="views-outbox", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the notifications at hand."""
        self._ended.set()
        self._look.set()
        if self._thread is not None:
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._egress.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._look.clear()
            try:
                self._begin()
            except Exception:  # noqa: BLE001 - the database is busy or gone; tried again
                self._ended.wait(LOOK_S)
            self._look.wait(LOOK_S)

    def step(self) -> bool:
        """Send one notification to each subscription that is due; whether there was any."""
        begun = self._begin()
        wait(begun)
        for one in begun:
            one.result()
        return bool(begun)

    def _begin(self) -> list[Future[None]]:
        """Begin to send to each subscription that is due and is sent nothing yet."""
        begun: list[Future[None]] = []
        for name in self._due():
            with self._lock:
                if name in self._busy or self._ended.is_set():
                    continue
                self._busy.add(name)
            begun.append(self._pool.submit(self._deliver, name))
        return begun

    def _deliver(self, name: str) -> None:
        try:
            subscription = self._subscription(name)
            if subscription is not None:
                self._send(subscription)
        except Exception:
            self._ended.wait(LOOK_S)  # the database is busy or gone; tried again
            raise
        finally:
            with self._lock:
                self._busy.discard(name)
            self._look.set()

    def _due(self) -> list[str]:
        self._bury()
        waiting = select(deliveries.c.subscription).where(deliveries.c.state == WAITING)
        statement = (
            select(subscriptions.c.id)
            .where(subscriptions.c.next_s <= self._now_s(), subscriptions.c.id.in_(waiting))
            .order_by(subscriptions.c.next_s, subscriptions.c.id)
        )
        with self._database.reading() as connection:
            return list(connection.execute(statement).scalars())

    def _subscription(self, name: str) -> Mapping[str, Any] | None:
        """A subscription as it is now, None where it ended meanwhile."""
        statement = select(subscriptions).where(subscriptions.c.id == name)
        with self._database.reading() as connection:
            found = connection.execute(statement).mappings().first()
            return None if found is None else dict(found)

    def _bury(self) -> None:
        """Give up what waited a day."""
        old = (deliveries.c.state == WAITING, deliveries.c.created_s <= self._now_s() - LIFE_S)
        with self._database.reading() as connection:
            found = connection.execute(select(deliveries.c.number).where(*old).limit(1)).first()
        if found is not None:
            with self._database.writing() as connection:
                connection.execute(update(deliveries).where(*old).values(state=DEAD))

    def _send(self, subscription: Mapping[str, Any]) -> None:
        most = 1 if subscription["failures"] >= OPEN_AFTER else EVENTS_MAX
        controller = subscription["controller"]
        reader = EVERYTHING if self._reads_all(controller) else controller
        statement = (
            select(deliveries.c.number, deliveries.c.event)
            .join(events, events.c.id == deliveries.c.event)
            .where(deliveries.c.subscription == subscription["id"], deliveries.c.state == WAITING)
            .where(*seen_by(reader))
            .order_by(deliveries.c.number)
            .limit(most)
        )
        with self._database.reading() as connection:
            listed = connection.execute(statement).all()
            body = b"[" + b",".join(datas(connection, [one[1] for one in listed])) + b"]"
        if not listed:  # not there yet, as amid a rebuild; or not for the subscriber any more
            self._note(subscription, [], is_sent=False)
            return
        numbers = [one[0] for one in listed]
        sent = self._egress.post(
            subscription["callback_url"],
            body,
            self._headers(subscription, body, [one[1] for one in listed]),
        )
        self._note(subscription, numbers, is_sent=sent)

    def _headers(
        self, subscription: Mapping[str, Any], body: bytes, told: Sequence[int]
    ) -> dict[str, str]:
        """Fields of a notification; its id follows from the events in it, so no two share one."""
        now_s = self._now_s()
        secrets = [subscription["secret"]]
        if subscription["secret_before"] and now_s < subscription["rotated_s"] + ROTATION_S:
            secrets.append(subscription["secret_before"])
        message = f"{subscription['id']}.{told[0]}.{told[-1]}.{len(told)}"
        return {
            "content-type": "application/json",
            "subscription-id": subscription["id"],
            "api-version": API_VERSION,
            **signatures(body, secrets, message, now_s),
        }

    def _note(
        self, subscription: Mapping[str, Any], numbers: Sequence[int], *, is_sent: bool
    ) -> None:
        failures = 0 if is_sent else subscription["failures"] + 1
        next_s = 0 if is_sent else self._now_s() + pause_s(failures)
        with self._database.writing() as connection:
            if is_sent:
                connection.execute(delete(deliveries).where(deliveries.c.number.in_(numbers)))
            connection.execute(
                update(subscriptions)
                .where(subscriptions.c.id == subscription["id"])
                .values(failures=failures, next_s=next_s)
            )
