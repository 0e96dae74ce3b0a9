# SPDX-License-Identifier: Apache-2.0
"""Overlay: changes over a view, which stays as it was."""

from ropewalk.ledger import Effects, Overlay


def test_a_change_hides_what_lies_below_and_leaves_it() -> None:
    below = {"a": b"1", "b": b"2", "c": b"3"}
    overlay = Overlay(below)
    overlay.changes.update({"a": b"9", "b": None, "d": b"4"})
    assert [overlay.get(key) for key in "abcde"] == [b"9", None, b"3", b"4", None]
    assert below == {"a": b"1", "b": b"2", "c": b"3"}


def test_overlays_lie_on_overlays() -> None:
    lower = Overlay({"a": b"1"})
    lower.changes["b"] = b"2"
    upper = Overlay(lower)
    upper.changes["b"] = None
    assert (upper.get("a"), upper.get("b"), lower.get("b")) == (b"1", None, b"2")


def test_an_act_tells_nothing_unless_it_says_so() -> None:
    assert Effects({"a": b"1"}).events == ()
