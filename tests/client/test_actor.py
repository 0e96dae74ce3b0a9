# SPDX-License-Identifier: Apache-2.0
"""Acts as an actor signs them."""

from ledger.world import IDS, key
from ropewalk.client import Actor, Node
from ropewalk.ledger import inspect

NOW_S = 1_767_225_600


def actor() -> Actor:
    """The shipper, at a moment that stands still; nothing is sent."""
    return Actor(
        Node("http://127.0.0.1:9"), "ab" * 32, IDS["shipper"], key("shipper"), now_s=lambda: NOW_S
    )


def test_the_same_act_twice_in_a_second_is_two_acts() -> None:
    built = {actor().build("exchange.AGREE", {"exchange": "cd" * 32}) for _ in range(100)}
    assert len(built) > 50


def test_an_act_ends_when_it_is_told_to_or_within_some_minutes() -> None:
    by = actor()
    for validity_s, least, most in ((0, 300, 600), (30, 30, 30), (9_999, 3_600, 3_600)):
        text = by.build("exchange.AGREE", {"exchange": "cd" * 32}, validity_s=validity_s)
        left = inspect(text).payload.valid_until - NOW_S
        assert least <= left <= most
