# SPDX-License-Identifier: Apache-2.0
"""Subscribers are sent what they asked for, signed, until they take it or a day is over."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ropewalk.views import (
    Filters,
    Rules,
    SecretError,
    Subscription,
    TooManySubscriptionsError,
    UnknownSubscriptionError,
    Views,
    secret_of,
    subscriptions,
)
from ropewalk.views.schema import deliveries
from ropewalk.views.schema import subscriptions as table
from ropewalk.views.sending import LIFE_S, OPEN_AFTER, PAUSE_MAX_S, pause_s, signatures
from ropewalk.views.subscriptions import SUBSCRIPTIONS_MAX
from views.fleet import BOXES, Ledger, batch22, batch30, event22, event30
from views.house import wait_for
from views.test_egress import Receiver, dripping, receiving

SECRET = b"s" * 32


class World:
    """Views with a clock in hand, and a receiver."""

    def __init__(self, folder: Path, noted: Receiver, port: int) -> None:
        self.now_s = 1_770_000_000
        self.staff = {""}
        self.ledger = Ledger()
        self.views = Views(
            folder,
            self.ledger,
            rules=Rules(allows_loopback=True),
            now_s=lambda: self.now_s,
            reads_all=lambda controller: controller in self.staff,
        )
        self.noted = noted
        self.url = f"http://127.0.0.1:{port}/hook"
        self._salt = 0

    def subscribe(self, **narrowed: Any) -> Subscription:
        wanted = Subscription(
            id="",
            controller="",
            callback_url=self.url,
            said={},
            filters=Filters(**{"major": 2, **narrowed}),
        )
        with self.views.database.writing() as connection:
            return subscriptions.add(connection, wanted, SECRET, self.now_s)

    def claim(self, *numbers: int) -> None:
        self._salt += 1
        batch = batch22(*(event22(n) for n in numbers), salt=f"{self._salt:064x}")
        self.ledger.claim(batch)
        self.views.payloads.put(batch)
        self.views.projector.catch_up()

    def send(self) -> None:
        while self.views.sender.step():
            pass

    def waiting(self, state: str = "waiting") -> int:
        with self.views.database.reading() as connection:
            found = connection.execute(select(deliveries).where(deliveries.c.state == state))
            return len(found.all())

    @property
    def received(self) -> list[str]:
        return [one["eventID"] for body in self.noted.bodies for one in json.loads(body)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with receiving() as (noted, port):
        made = World(tmp_path, noted, port)
        yield made
        made.views.close()


def ids(*numbers: int) -> list[str]:
    return [event22(n)["eventID"] for n in numbers]


def test_what_a_subscriber_may_no_longer_read_is_not_sent(world: World) -> None:
    world.subscribe()
    world.claim(1)
    world.staff = set()
    world.send()
    assert world.noted.bodies == []
    world.now_s += LIFE_S
    world.send()
    assert world.waiting("dead") == 1


def test_a_subscriber_that_does_not_read_all_is_sent_what_concerns_it(world: World) -> None:
    world.subscribe()
    world.staff = set()
    world.claim(1)
    world.send()
    assert world.waiting() == 0
    assert world.noted.bodies == []


def test_what_fulfils_the_filters_is_sent_once_in_order(world: World) -> None:
    world.subscribe(equal={"equipment": BOXES[0]}, codes={"EQUIPMENT": ("LOAD", "GTIN")})
    world.subscribe(documents=(("BKG", "BOOK0003"),))
    world.claim(*range(40))
    world.send()
    expected = [
        n
        for n in range(40)
        if event22(n).get("equipmentReference") == BOXES[0]
        and event22(n)["equipmentEventTypeCode"] in ("LOAD", "GTIN")
    ]
    assert expected
    assert sorted(world.received) == sorted(ids(*expected, 3))
    world.send()
    assert len(world.received) == len(expected) + 1
    assert world.waiting() == 0


def test_only_what_arrives_afterwards_is_sent(world: World) -> None:
    world.claim(1)
    world.subscribe()
    world.claim(2)
    world.send()
    assert world.received == ids(2)


def test_what_was_sent_is_not_sent_again_by_a_rebuild(world: World) -> None:
    world.subscribe()
    world.claim(1, 2)
    world.send()
    world.views.rebuild()
    world.send()
    assert world.received == ids(1, 2)


def test_what_waits_through_a_rebuild_is_sent_after_it(world: World) -> None:
    world.subscribe()
    world.claim(1, 2)
    world.views.rebuild()
    world.send()
    assert world.received == ids(1, 2)


def test_events_of_the_other_version_are_not_sent(world: World) -> None:
    world.subscribe()
    batch = batch30(event30(1))
    world.ledger.claim(batch)
    world.views.payloads.put(batch)
    world.views.projector.catch_up()
    world.send()
    assert world.received == []


def test_notifications_are_signed_as_the_standard_has_it_and_against_replay(world: World) -> None:
    made = world.subscribe()
    world.claim(1)
    world.send()
    (headers,), (body,) = world.noted.headers, world.noted.bodies
    assert headers["subscription-id"] == made.id
    assert headers["api-version"] == "2.2.0"
    kind, _, digest = headers["notification-signature"].partition("=")
    assert (kind, digest) == ("sha256", hmac.new(SECRET, body, hashlib.sha256).hexdigest())
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(SECRET, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(world.now_s)


def test_after_a_change_of_secret_both_sign_for_a_day(world: World) -> None:
    made = world.subscribe()
    with world.views.database.writing() as connection:
        subscriptions.rotate(connection, made.id, "", b"n" * 32, world.now_s)
    world.claim(1)
    world.send()
    world.now_s += 86_400
    world.claim(2)
    world.send()
    counted = [len(one["webhook-signature"].split()) for one in world.noted.headers]
    assert counted == [2, 1]
    first = signatures(
        world.noted.bodies[0], [b"n" * 32, SECRET], world.noted.headers[0]["webhook-id"],
        world.now_s - 86_400,
    )  # fmt: skip
    assert first["webhook-signature"] == world.noted.headers[0]["webhook-signature"]
    assert first["notification-signature"] == world.noted.headers[0]["notification-signature"]


def test_a_failure_is_tried_again_with_pauses_that_double(world: World) -> None:
    world.subscribe()
    world.noted.status = 500
    world.claim(1)
    tried = [world.now_s]
    for _ in range(600):
        before = len(world.noted.bodies)
        world.send()
        if len(world.noted.bodies) > before:
            tried.append(world.now_s)
        world.now_s += 1
    gaps = [later - earlier for earlier, later in pairwise(tried[1:])]
    assert gaps == [5, 10, 20, 40, 80, 160]
    world.noted.status = 204
    world.now_s += PAUSE_MAX_S
    world.send()
    assert world.waiting() == 0
    assert pause_s(100) == PAUSE_MAX_S


def test_the_same_notification_keeps_its_id(world: World) -> None:
    world.subscribe()
    world.noted.status = 503
    world.claim(1)
    world.send()
    world.now_s += 10
    world.noted.status = 200
    world.send()
    first, second = (one["webhook-id"] for one in world.noted.headers)
    assert first == second


def test_no_two_notifications_share_an_id(world: World) -> None:
    world.subscribe()
    for number in (1, 2, 3):
        world.claim(number)
        world.send()
    ids = [one["webhook-id"] for one in world.noted.headers]
    assert len(ids) == len(set(ids)) == 3


def test_an_open_circuit_tries_one_event_and_closes_when_it_is_taken(world: World) -> None:
    world.subscribe()
    world.noted.status = 500
    world.claim(1, 2, 3)
    for _ in range(OPEN_AFTER):
        world.send()
        world.now_s += PAUSE_MAX_S
    sizes = [len(json.loads(body)) for body in world.noted.bodies]
    assert sizes == [3] * OPEN_AFTER
    world.noted.status = 204
    world.send()
    assert [len(json.loads(body)) for body in world.noted.bodies[OPEN_AFTER:]] == [1, 2]
    with world.views.database.reading() as connection:
        assert connection.execute(select(table.c.failures)).scalar_one() == 0


def test_what_nobody_took_for_a_day_is_dead_and_kept(world: World) -> None:
    world.subscribe()
    world.noted.status = 500
    world.claim(1)
    world.send()
    world.now_s += LIFE_S
    world.noted.status = 204
    world.claim(2)
    world.send()
    assert world.received == [*ids(1), *ids(2)]
    assert world.waiting() == 0
    assert world.waiting("dead") == 1


def test_one_receiver_that_fails_holds_no_other_up(world: World) -> None:
    good = world.url
    world.url = "http://127.0.0.1:9/closed"
    world.subscribe()
    world.url = good
    world.subscribe()
    world.claim(1)
    world.send()
    assert world.received == ids(1)
    assert world.waiting() == 1


def test_an_ended_subscription_is_sent_nothing_more(world: World) -> None:
    made = world.subscribe()
    world.claim(1)
    with world.views.database.writing() as connection:
        subscriptions.drop(connection, made.id, "")
    world.send()
    assert world.received == []
    assert world.waiting() == 0


def test_a_subscription_is_its_makers_alone(world: World) -> None:
    made = world.subscribe()
    with world.views.database.writing() as connection:
        for another in (subscriptions.get, subscriptions.drop):
            with pytest.raises(UnknownSubscriptionError):
                another(connection, made.id, "ab" * 16)
        assert subscriptions.page(connection, "ab" * 16, "", 10) == []


def test_the_node_keeps_so_many_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SUBSCRIPTIONS_MAX == 1_000
    monkeypatch.setattr("ropewalk.views.subscriptions.SUBSCRIPTIONS_MAX", 2)
    world.subscribe()
    world.subscribe()
    with pytest.raises(TooManySubscriptionsError):
        world.subscribe()


@pytest.mark.parametrize("text", ["", "###", "c2hvcnQ=", base64.b64encode(b"x" * 257).decode()])
def test_a_secret_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SecretError):
        secret_of(text)


def test_a_secret_is_its_base64() -> None:
    assert secret_of(base64.b64encode(SECRET).decode()) == SECRET


def test_receivers_that_drip_hold_no_other_up_and_each_is_called_once_at_a_time(
    world: World,
) -> None:
    good = world.url
    called: list[str] = []
    post = world.views.sender._egress.post

    def noting(url: str, body: bytes, headers: Any) -> bool:
        called.append(url)
        return post(url, body, headers)

    world.views.sender._egress.post = noting  # type: ignore[method-assign]
    world.views.sender._egress._seconds = 4.0
    with dripping(b"HTTP/1.1 200 OK\r\nx: ", b"y") as port:
        bad = f"http://127.0.0.1:{port}/"
        for url in (bad, bad, bad, good):
            world.url = url
            world.subscribe()
        world.views.sender.start()
        began = time.monotonic()
        world.claim(1)
        wait_for(lambda: world.received == ids(1))
        world.claim(2)
        wait_for(lambda: world.received == ids(1, 2))
        assert time.monotonic() - began < 3.5
        assert called.count(bad) == 3
        wait_for(lambda: not world.views.sender._busy)
    assert world.waiting() == 6  # those who drip are tried again later


def test_what_changed_while_a_notification_waited_for_its_turn_counts(world: World) -> None:
    made = world.subscribe()
    world.claim(1)
    sender, gate = world.views.sender, threading.Event()
    for _ in range(4):
        sender._pool.submit(gate.wait)
    begun = sender._begin()
    assert sender._begin() == []
    with world.views.database.writing() as connection:
        subscriptions.drop(connection, made.id, "")
    gate.set()
    assert [one.result() for one in begun] == [None]
    assert world.received == []


def test_one_controller_has_twenty_and_so_have_all_together_who_sign_nothing(
    world: World,
) -> None:
    def add(controller: str) -> None:
        wanted = Subscription(
            id="",
            controller=controller,
            callback_url=world.url,
            said={},
            filters=Filters(major=2),
        )
        with world.views.database.writing() as connection:
            subscriptions.add(connection, wanted, SECRET, world.now_s)

    for controller in ("", "ab" * 16, "cd" * 16):
        for _ in range(20):
            add(controller)
        with pytest.raises(TooManySubscriptionsError, match="20"):
            add(controller)
