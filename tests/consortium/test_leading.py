# SPDX-License-Identifier: Apache-2.0
"""An engine that is led wrongly says so and stops; nothing is lost, and nothing comes after it."""

import queue
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from consortium.leading import WORD, HungUpError, Led, Line, framed, led, stamp
from ledger.world import CONSORTIUM, TIME, key
from model.cast import port_registrations
from ropewalk.engines import abci_pb2 as pb
from ropewalk.engines.embedded import EmbeddedEngine
from ropewalk.engines.embedded import Settings as EmbeddedSettings
from ropewalk.engines.errors import ConsensusError
from ropewalk.engines.port import Outcome, StoppedError


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Led]:
    """An engine that nobody leads yet."""
    made = Led(tmp_path / "a")
    yield made
    made.close()


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Led]:
    """An engine behind its first block."""
    with led(tmp_path / "a") as made:
        yield made


def other_power() -> list[pb.ValidatorUpdate]:
    keys = [key(f"votes {name}").public_key for name in "abcd"]
    return [pb.ValidatorUpdate(pub_key=pb.PublicKey(ed25519=one), power=11) for one in keys]


WRONG: dict[str, tuple[Callable[[Led], object], str]] = {
    "an older ABCI": (lambda one: one.info("1.0.0"), "speaks ABCI 2"),
    "no version": (lambda one: one.info(""), "install the pinned engine"),
    "another chain": (lambda one: one.init_chain(chain_id="ropewalk-0"), "genesis is for"),
    "fewer validators": (lambda one: one.init_chain(validators=[]), "other validators"),
    "other powers": (lambda one: one.init_chain(validators=other_power()), "other validators"),
    "a later beginning": (lambda one: one.init_chain(initial_height=7), "begin at height 1"),
    "another application": (
        lambda one: one.init_chain(consensus_params=pb.ConsensusParams()),
        "version.app 1",
    ),
    "a block ahead": (lambda one: one.finalized(height=9), "block 9 behind block"),
    "a commit of nothing": (lambda one: one.commit(), "no block to commit"),
}


@pytest.mark.parametrize("what", WRONG)
def test_an_engine_led_wrongly_says_why_and_stops(fresh: Led, what: str) -> None:
    lead, why = WRONG[what]
    with pytest.raises(HungUpError, match=why):
        lead(fresh)
    condition = fresh.engine.condition()
    assert not condition.ready
    assert why in condition.reason
    with pytest.raises(StoppedError, match=why):
        fresh.engine.submit(["x"])
    assert condition.height == 0


def test_two_blocks_of_one_height_are_never_executed(one: Led) -> None:
    one.finalized(one.batch("c", 5, ["x"]))
    with pytest.raises(HungUpError, match="two blocks at height 2"):
        one.finalized(one.batch("d", 5, ["y"]), salt=b"other")


def test_a_block_asked_for_twice_is_executed_once(one: Led) -> None:
    """As after a restart of consensus between the two."""
    issue = one.batch("c", 5, [one.signing.issue("AGAIN", "bank")[1]])
    first = one.finalized(issue)
    one.reconnect()
    assert one.info().last_block_height == 1
    assert one.finalized(issue) == first
    one.commit()
    info = one.info()
    assert (info.last_block_height, info.last_block_app_hash) == (2, first.app_hash)


def test_a_block_that_was_not_committed_is_forgotten_and_done_again(one: Led) -> None:
    issue = one.batch("c", 5, [one.signing.issue("AGAIN", "bank")[1]])
    first, before = one.finalized(issue), one.info()
    again = one.reopened()
    assert again.info() == before
    assert again.finalized(issue) == first
    again.commit()
    assert again.info().last_block_app_hash == first.app_hash
    again.close()


def test_empty_blocks_move_the_height_and_nothing_else(one: Led) -> None:
    size, info = one.engine.condition().size, one.info()
    for _ in range(5):
        told = one.decided()
        assert told.app_hash == info.last_block_app_hash
    assert one.engine.condition().size == size
    again = one.reopened()
    assert again.info().last_block_height == info.last_block_height + 5
    again.close()


def handed_over(one: Led, text: str) -> tuple[bytes, Future[list[Outcome]]]:
    """A transaction posted to the engine: the batch that it hands to consensus, the outcome."""
    sent: queue.Queue[bytes] = queue.Queue()
    one.engine._batcher._send = sent.put
    outcome = one.engine.submit([text])
    return sent.get(timeout=10), outcome


def test_who_posted_is_told_once_it_is_durable_and_where_it_stands(one: Led) -> None:
    batch, outcome = handed_over(one, one.signing.issue("TOLD", "bank")[1])
    one.finalized(one.batch("c", 5, [one.signing.issue("BEFORE", "bank")[1]]), batch)
    assert not outcome.done()
    one.commit()
    [told] = outcome.result(10)
    assert (told.status, told.height, told.position) == (
        "committed",
        2,
        10 + len(port_registrations()),
    )
    assert one.engine.outcome(told.transaction) == told


def test_nobody_is_told_of_a_block_that_is_not_durable(one: Led) -> None:
    batch, outcome = handed_over(one, one.signing.issue("DOUBT", "bank")[1])
    one.finalized(batch)
    one.engine._chain.watermark.write = full  # type: ignore[method-assign]  # the disk is full
    with pytest.raises(HungUpError, match="No space left"):
        one.commit()
    assert outcome.result(10)[0].status == "unknown"


def full(*_all: object) -> None:
    raise OSError(28, "No space left on device")


def test_after_a_failure_nobody_leads_the_engine_on(one: Led) -> None:
    """A CometBFT that is started again must not go on from a state in doubt."""
    one.finalized(one.batch("c", 5, [one.signing.issue("DOUBT", "bank")[1]]))

    one.engine._chain.watermark.write = full  # type: ignore[method-assign]  # the disk is full
    with pytest.raises(HungUpError, match="No space left"):
        one.commit()
    one.line.close()
    with pytest.raises(OSError, match="refused"):
        Line(one.socket)
    assert "No space left" in one.engine.condition().reason
    again = one.reopened()
    assert again.info().last_block_height == 2, "it was on the disk, and is the truth now"
    again.close()


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\xff\x7f",  # a message of 34 GB
        b"\x05hello",
        b"\x80" * 40,
        b"\x02\xca\x3e",  # a kind that ABCI 2.0 does not know
        b"\x00",
    ],
)
def test_what_is_no_message_ends_it_and_takes_no_memory(one: Led, data: bytes) -> None:
    one.line.send(data)
    answer = one.line.read()
    assert answer.HasField("exception")
    with pytest.raises(HungUpError):
        one.line.read()
    assert not one.engine.condition().ready


def test_a_message_in_pieces_is_a_message(one: Led) -> None:
    whole = framed(pb.Request(echo=pb.RequestEcho(message="x" * 300)).SerializeToString())
    for piece in (whole[:1], whole[1:2], whole[2:40], whole[40:]):
        one.line.send(piece)
    assert one.line.read().echo.message == "x" * 300


def test_misbehaviour_of_nobody_leaves_no_trace(one: Led) -> None:
    size = one.engine.condition().size
    stranger = pb.Misbehavior(
        type=pb.DUPLICATE_VOTE, validator=pb.Validator(address=bytes(20), power=10), height=1
    )
    one.decided(misbehavior=[stranger])
    assert one.engine.condition().size == size


def test_the_genesis_time_is_no_block_s(one: Led) -> None:
    assert one.engine.condition().time == stamp(TIME + 1).seconds
    assert one.genesis == CONSORTIUM


def test_a_members_copy_is_not_led_by_its_node_alone(one: Led) -> None:
    one.close()
    with pytest.raises(ConsensusError, match="--engine cometbft"):
        EmbeddedEngine(one.data, EmbeddedSettings(WORD, verifiers=0))
    again = one.reopened()
    assert again.info().last_block_height == 1
    again.close()
