# SPDX-License-Identifier: Apache-2.0
"""G20 and G21: one of four dead is not noticed; with two dead nothing is decided."""

import statistics
import time

import pytest

from consortium.company import Company
from consortium.writing import RefusedError, post
from ropewalk.client import transaction_id
from ropewalk.engines.cometbft_home import LAN

TURN_S = (LAN.propose_ms + LAN.vote_ms + LAN.commit_ms) / 1e3
"""What a block costs more whose first proposer is dead: one round of waiting."""
MOODS = 3.0
"""How many times longer anything may take on a machine that others use."""
BACK_S = 30.0
ACTS = 60


def latency(company: Company, acts: int) -> float:
    """The 99th percentile of what clients wait for these acts, seconds."""
    began = time.monotonic()
    company.await_writes(acts, 90)
    waits = sorted(one.wait_s for one in company.book.since(began))
    print(f"{len(waits)} acts, p50 {statistics.median(waits) * 1e3:.0f} ms")
    return waits[len(waits) * 99 // 100]


def test_one_of_four_may_be_dead(company: Company) -> None:
    before = latency(company, ACTS)
    company.kill(3)
    company.await_writes(20, 30)
    during = latency(company, ACTS)
    print(f"p99 {before * 1e3:.0f} ms before, {during * 1e3:.0f} ms with one dead")
    assert during <= MOODS * before + TURN_S
    company.start(3)
    company.require_agreement()


def test_with_two_of_four_dead_nothing_is_decided_and_nobody_is_told_otherwise(
    company: Company,
) -> None:
    company.kill(2)
    company.kill(3)
    time.sleep(1.0)
    told, height = len(company.book.told), company.height([0, 1])
    _, text = company.signing.issue(f"NOQUORUM{told}", "bank")
    outcome = post(company.urls[0], [text])[0]
    assert outcome["status"] == "unknown", outcome
    assert company.height([0, 1]) == height
    assert len(company.book.told) == told
    ready, why = company.ready(0)
    assert not ready
    assert "two thirds" in why
    with pytest.raises(RefusedError, match="takes no writes"):
        post(company.urls[1], [text])
    company.start(3)
    took = company.await_writes(1, BACK_S)
    print(f"back {took:.1f} s after the third returned")
    company.start(2)
    company.require_agreement()
    again = post(company.urls[1], [text])[0]
    assert again["status"] == "committed", "what was handed over is committed, or can be"
    assert transaction_id(text) == again["transaction"] == outcome["transaction"]
