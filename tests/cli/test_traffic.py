# SPDX-License-Identifier: Apache-2.0
"""The demo's week: as much at once as told, the rest little by little, and it ends quietly."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest
from rich.console import Console

from ropewalk.cli import traffic
from ropewalk.cli.inviting import conclude, paid
from ropewalk.cli.traffic import FIRST, Background, Pace, reports
from ropewalk.client import Actor, Claimed, UnreachableError
from ropewalk.generator import Reported

QUICK = Pace(events=4, seconds=0.005)
Claims = Callable[[Mapping[str, Actor], Sequence[Reported]], Iterable[tuple[str, Claimed]]]


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


class Reporters:
    """Stands for the parties; keeps what they claimed, is not reachable at first if told so."""

    def __init__(self, *, fails: int = 0) -> None:
        self.claimed: list[Reported] = []
        self.fails = fails

    def claims(
        self, _parties: Mapping[str, Actor], reported: Sequence[Reported]
    ) -> Iterable[tuple[str, Any]]:
        if self.fails:
            self.fails -= 1
            raise UnreachableError("the node is not there")
        self.claimed += reported
        yield "carrier", Claimed("00" * 32, len(reported), None)  # type: ignore[arg-type]


def test_no_boxes_are_no_week_and_few_are_much_more_than_the_first() -> None:
    assert reports(0) == []
    assert len(reports(20)) > FIRST


def test_a_week_goes_on_in_its_order_and_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    reporters = Reporters()
    monkeypatch.setattr(traffic, "_claims", reporters.claims)
    week = reports(1)[:30]
    with Background({}, week, QUICK) as background:
        wait_until(lambda: background.is_over)
    assert reporters.claimed == week
    assert background.claimed == len(week)


def test_it_ends_with_its_context_and_claims_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    reporters = Reporters()
    monkeypatch.setattr(traffic, "_claims", reporters.claims)
    with Background({}, reports(1), Pace(events=1, seconds=0.01)) as background:
        wait_until(lambda: background.claimed > 2)
    assert background.is_over
    claimed = len(reporters.claimed)
    time.sleep(0.05)
    assert len(reporters.claimed) == claimed < 500


def test_a_node_that_is_away_for_a_while_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reporters = Reporters(fails=3)
    monkeypatch.setattr(traffic, "_claims", reporters.claims)
    week = reports(1)[:20]
    with Background({}, week, QUICK) as background:
        wait_until(lambda: background.is_over)
    assert reporters.claimed == week[3 * QUICK.events :]


def test_who_was_paid_is_told_with_decimals_and_only_after_a_voyage() -> None:
    console = Console(width=80, record=True, file=None, force_terminal=False)
    with console.capture() as said:
        conclude(console, {"titles": []})
    assert said.get() == ""
    with console.capture() as said:
        console.print(paid({"shipper": {"USD": "8200000"}, "haulier": {"CNY": "15000000"}}))
    assert "82,000.00" in said.get()
    assert "150,000.00" in said.get()
