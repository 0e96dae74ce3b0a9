# SPDX-License-Identifier: Apache-2.0
"""The embedded engine behind its port."""

import threading
import time
from dataclasses import replace

import pytest

from network import PASSPHRASE, Network
from ropewalk.client import transaction_id
from ropewalk.engines.embedded import (
    GROUP_SIZE_MAX,
    GROUP_TRANSACTIONS_MAX,
    EmbeddedEngine,
    Settings,
    _blocks,
)
from ropewalk.engines.port import InUseError, OverloadedError, StoppedError
from ropewalk.ledger import Candidate, MalformedTransactionError


def test_a_committed_act_is_found_by_its_id_with_height_and_position(network: Network) -> None:
    title, issued = network.issue("A1")
    outcome = network.send(network.transfer(title, issued, "shipper", "bank"))
    assert outcome.status == "committed"
    assert network.engine.outcome(outcome.transaction) == outcome
    logged = network.engine.logged(outcome.transaction)
    assert logged is not None
    assert (logged.position, logged.height) == (outcome.position, outcome.height)


def test_the_same_act_twice_gives_the_first_outcome_twice(network: Network) -> None:
    """T29: never two effects."""
    title, issued = network.issue("A1")
    text = network.transfer(title, issued, "shipper", "bank")
    first, second = network.engine.submit([text, text]).result(30)
    assert first == second
    network.reopen()
    assert network.send(text) == first
    record = network.engine.record(f"title/{title}")
    assert record is not None
    assert '"version":2' in record


def test_a_logged_refusal_is_final_and_keeps_its_position(network: Network) -> None:
    title, issued = network.issue("A1")
    text = network.transfer(title, issued, "bank", "consignee")
    first = network.send(text)
    assert (first.status, first.code, first.number) == ("refused", "title.not_possessor", 7301)
    assert first.position > 0
    again = network.send(text)
    assert (again.position, again.code) == (first.position, first.code)


def test_a_refusal_before_the_log_leaves_no_entry(network: Network) -> None:
    size = network.engine.condition().size
    outcome = network.send("no.transaction.atall")
    assert (outcome.status, outcome.position) == ("refused", 0)
    stranger = network.by("shipper", "title.SIGN", {"last_act": "0" * 64, "title": "0" * 64})
    flipped = stranger[:-2] + ("A" if stranger[-2] != "A" else "B") + stranger[-1]
    assert network.send(flipped).status == "refused"
    assert network.engine.condition().size == size


def test_one_refused_act_does_not_spoil_its_batch(network: Network) -> None:
    bodies = [network.issue_body("B1"), network.issue_body("B1"), network.issue_body("B2")]
    bodies[1]["commitment"] = "0" * 64
    texts = [network.by("carrier", "title.ISSUE", body) for body in bodies]
    statuses = [one.status for one in network.engine.submit(texts).result(30)]
    assert statuses == ["committed", "refused", "committed"]


def test_acts_in_one_batch_follow_one_another(network: Network) -> None:
    title, issued = network.issue("A1")
    first = network.transfer(title, issued, "shipper", "bank")
    second = network.transfer(title, transaction_id(first), "bank", "consignee")
    outcomes = network.engine.submit([first, second]).result(30)
    assert [one.status for one in outcomes] == ["committed", "committed"]
    assert outcomes[0].height == outcomes[1].height


def test_of_conflicting_transfers_sent_at_once_one_wins(network: Network) -> None:
    """G16, over threads: twenty clients, one title."""
    title, issued = network.issue("A1")
    texts = [
        network.by(
            "shipper",
            "title.TRANSFER",
            {
                "last_act": issued,
                "recipient": network.parties[("bank", "consignee")[number % 2]].controller,
                "title": title,
            },
            seconds=600 + number,
        )
        for number in range(20)
    ]
    outcomes = []
    threads = [
        threading.Thread(target=lambda text=text: outcomes.append(network.send(text)))
        for text in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status for one in outcomes) == ["committed"] + ["refused"] * 19
    assert {one.code for one in outcomes if one.code} == {"title.stale"}


def test_a_second_engine_on_the_same_directory_is_refused(network: Network) -> None:
    with pytest.raises(InUseError):
        EmbeddedEngine(network.folder, network.settings)


def test_too_much_waiting_is_turned_away(network: Network) -> None:
    network.engine._settings = replace(network.settings, waiting_max=2)
    with pytest.raises(OverloadedError):
        network.engine.submit(["x"] * 3)


def test_a_full_disk_turns_writes_away_and_lets_reading_go_on(network: Network) -> None:
    title, _ = network.issue("A1")
    network.engine._settings = replace(network.settings, free_bytes_min=1 << 62)
    with pytest.raises(StoppedError, match="full"):
        network.engine.submit(["x"])
    assert network.engine.record(f"title/{title}") is not None
    network.engine._settings = network.settings
    network.issue("A2")


def test_after_a_failed_write_nothing_is_acknowledged_and_reading_goes_on(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A poisoned engine says «unknown» and takes no more."""
    title, issued = network.issue("A1")

    def fails(_watermark: object) -> None:
        raise OSError("no such luck")

    monkeypatch.setattr(network.engine._chain.watermark, "write", fails)
    outcome = network.send(network.transfer(title, issued, "shipper", "bank"))
    assert outcome.status == "unknown"
    with pytest.raises(StoppedError):
        network.engine.submit(["x"])
    assert not network.engine.condition().ready
    assert network.engine.record(f"title/{title}") is not None
    monkeypatch.undo()
    network.reopen()
    assert network.engine.outcome(outcome.transaction) is not None


def test_workers_verify_as_the_engine_itself_does(network: Network) -> None:
    title, issued = network.issue("A1")
    network.engine.close()
    network.engine = EmbeddedEngine(network.folder, Settings(PASSPHRASE, verifiers=2))
    good = network.transfer(title, issued, "shipper", "bank")
    bad = good[:-4] + "AAAA"
    outcomes = network.engine.submit([good, bad, "nothing"]).result(30)
    assert [one.code for one in outcomes] == [
        "",
        "ledger.bad_signature",
        "ledger.malformed_transaction",
    ]


def test_a_worker_that_dies_is_replaced(network: Network) -> None:
    network.engine.close()
    network.engine = EmbeddedEngine(network.folder, Settings(PASSPHRASE, verifiers=1))
    worker = network.engine._verifiers._workers[0]
    worker._process.kill()
    worker._process.join()
    network.issue("A1")


def test_whoever_waits_for_a_height_is_woken(network: Network) -> None:
    height = network.engine.condition().height
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(network.engine.await_height(height, 20)))
    thread.start()
    time.sleep(0.05)
    network.issue("A1")
    thread.join()
    assert seen[0] > height
    assert network.engine.await_height(seen[0], 0.01) == seen[0]


def test_closing_twice_does_nothing_and_writing_after_it_is_refused(network: Network) -> None:
    network.engine.close()
    network.engine.close()
    with pytest.raises(StoppedError):
        network.engine.submit(["x"])


def test_a_large_submission_is_cut_into_blocks_by_bytes() -> None:
    refusal = MalformedTransactionError("")
    candidates = [Candidate("x" * 16_000, refusal) for _ in range(1_200)]
    parts = _blocks(candidates)
    assert [one for part in parts for one in part] == candidates
    assert len(parts) == 3
    assert all(sum(len(one.text) for one in part) <= GROUP_SIZE_MAX for part in parts)
    one_more = [Candidate("x", refusal)] * (GROUP_TRANSACTIONS_MAX + 1)
    assert [len(part) for part in _blocks(one_more)] == [GROUP_TRANSACTIONS_MAX, 1]
