# SPDX-License-Identifier: Apache-2.0
"""G25: what may not stand in a block is voted against.

Where it stands all the same, nothing of it is executed, and everything of the others. A real engine
over its socket, a leader of our own.
"""

import random
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from consortium.leading import Led, clock, led
from ledger.world import CONSORTIUM, GENESIS, key
from ropewalk.crypto import decode_object, encode, sha256
from ropewalk.engines import abci_pb2 as pb
from ropewalk.engines.batch import make_batch
from ropewalk.ledger import BLOCK_TRANSACTIONS_MAX, network_id

QUOTA = 20
FLIPS = 300
MIXES = 40


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Led]:
    """An engine behind its first block."""
    with led(tmp_path / "a") as made:
        yield made


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Led, Led]]:
    """Two members' engines behind their first block."""
    with led(tmp_path / "a") as first, led(tmp_path / "b", "b") as second:
        yield first, second


def junk(count: int, size: int = 40, salt: str = "") -> list[str]:
    """Texts that are no transactions, each another."""
    return [f"{salt}.{number}.".ljust(size, "x") for number in range(count)]


def swapped(one: Led) -> bytes:
    """A batch under the signature of another."""
    mine, other = (one.batch("c", 5, junk(1, salt=salt)).split(b"\n") for salt in "ab")
    return b"\n".join([*mine[:2], other[2], *mine[3:]])


BAD: dict[str, Callable[[Led], list[bytes]]] = {
    "nothing": lambda _one: [b""],
    "no batch": lambda _one: [b"a transaction as it comes"],
    "no transaction": lambda one: [one.batch("c", 5, [])],
    "an empty transaction": lambda one: [one.batch("c", 5, ["x", ""])],
    "a transaction too large": lambda one: [one.batch("c", 5, junk(1, 131_073))],
    "a batch too long": lambda one: [one.batch("c", 5, junk(501))],
    "a batch too large": lambda one: [one.batch("c", 5, junk(65, 16_384))],
    "another network": lambda _one: [
        make_batch(network_id(GENESIS), clock(5), junk(1), key("node c"))
    ],
    "a stranger's node": lambda one: [one.batch("stranger", 5, junk(1))],
    "a voting key": lambda one: [make_batch(one.network, clock(5), junk(1), key("votes c"))],
    "another's signature": lambda one: [swapped(one)],
    "another body": lambda one: [one.batch("c", 5, junk(1))[:-1] + b"y"],
    "a batch twice": lambda one: [one.batch("c", 5, junk(1))] * 2,
    "a number twice": lambda one: [one.batch("c", 5, junk(1, salt=salt)) for salt in "ab"],
    "another order": lambda one: [one.batch("c", at, junk(1, salt=str(at))) for at in (6, 5)],
    "a number below nothing": lambda one: [make_batch(one.network, -1, junk(1), key("node c"))],
    "more behind it": lambda one: [one.batch("c", 5, junk(1)) + b"\n"],
    "too many transactions": lambda one: (
        [
            one.batch(name, 6 + at, junk(499, salt=f"{name}{at}"))
            for at in range(BLOCK_TRANSACTIONS_MAX // 1_000)
            for name in "bc"
        ]
        + [one.batch("d", 99, junk(11))]
    ),
    "too many bytes": lambda one: [
        one.batch("c", at, junk(63, 16_384, salt=f"{at}")) for at in range(6, 11)
    ],
}


@pytest.mark.parametrize("what", BAD)
def test_what_may_not_stand_in_a_block_is_voted_against_and_has_no_effect(
    two: tuple[Led, Led], what: str
) -> None:
    one, other = two
    bad, good = BAD[what](one), one.batch("a", 7, junk(1, salt="good"))
    assert one.accepts(good)
    assert not one.accepts(good, *bad)
    assert not one.accepts(*bad, good)
    proposed = one.prepared(good, *bad)
    assert one.accepts(*proposed), "an honest proposer is never rejected"
    assert set(proposed) <= {good, *bad}
    issue = one.batch("d", 100, [one.signing.issue("BYZANTINE", "bank")[1]])
    told = one.decided(*bad, issue)
    codes = [result.code for result in told.tx_results]
    kept = [data for data, code in zip(bad, codes[:-1], strict=True) if code == 0]
    assert len(kept) < len(bad), "all of it may stand there"
    assert codes[-1] == 0
    assert other.accepts(*kept, issue)
    assert other.decided(*kept, issue).app_hash == told.app_hash
    assert one.engine.condition().size == other.engine.condition().size


def test_every_flipped_bit_of_a_batch_is_seen(one: Led) -> None:
    chance = random.Random(1)
    batch = one.batch("c", 5, [one.signing.issue("FLIPPED", "bank")[1]])
    assert one.accepts(batch)
    for _ in range(FLIPS):
        at, bit = chance.randrange(len(batch)), 1 << chance.randrange(8)
        flipped = batch[:at] + bytes([batch[at] ^ bit]) + batch[at + 1 :]
        assert not one.accepts(flipped), at
        assert not one.accepts(batch, flipped), at


def quota_genesis() -> bytes:
    """A consortium whose members may have few transactions in a block."""
    chosen: Any = decode_object(CONSORTIUM)
    chosen["parameters"]["quota_member_max"] = QUOTA
    return encode(chosen)


def test_a_member_has_no_more_of_a_block_than_its_quota(tmp_path: Path) -> None:
    with led(tmp_path / "a", genesis=quota_genesis()) as one:
        within = [one.batch("c", 5, junk(QUOTA - 1)), one.batch("c", 6, junk(1, salt="x"))]
        assert one.accepts(*within, one.batch("d", 5, junk(QUOTA)))
        over = one.batch("c", 7, junk(1, salt="y"))
        assert not one.accepts(*within, over)
        assert over not in one.prepared(*within, over)
        assert [two.code for two in one.decided(*within, over).tx_results] == [0, 0, 1]


def test_a_proposal_changes_no_byte_and_is_never_too_large(one: Led) -> None:
    chance = random.Random(2)
    for _ in range(MIXES):
        offered = [
            one.batch(
                chance.choice("abcd"),
                chance.randrange(30),
                junk(chance.choice((1, 5, 200)), chance.choice((40, 2_000)), str(number)),
            )
            for number in range(chance.randrange(20))
        ]
        offered += [chance.choice(BAD_BYTES) for _ in range(chance.randrange(3))]
        chance.shuffle(offered)
        most = chance.choice((1_000, 50_000, 4 << 20))
        proposed = one.prepared(*offered, max_bytes=most)
        assert sum(len(data) for data in proposed) <= most
        assert len(set(proposed)) == len(proposed)
        assert set(proposed) <= set(offered)
        assert one.accepts(*proposed)


BAD_BYTES = (b"", b"ropewalk-batch/1\n", b"\0" * 50)


@pytest.mark.parametrize("garbage_first", [True, False])
def test_a_good_and_a_garbage_signature_over_one_content_never_part_members(
    two: tuple[Led, Led], *, garbage_first: bool
) -> None:
    """Each node sees another one of them first."""
    one, other = two
    text = one.signing.issue("TWOFACED", "bank")[1]
    garbage = f"{text.rpartition('.')[0]}.{'A' * 86}"
    batches = [one.batch("c", 5, [garbage]), one.batch("d", 5, [text])]
    assert one.checked(batches[0]) == other.checked(batches[1]) == 0
    assert one.checked(batches[1]) == other.checked(batches[0]) == 0
    order = batches if garbage_first else batches[::-1]
    size = one.engine.condition().size
    for each in two:
        assert each.accepts(*order)
    hashes = {each.decided(*order).app_hash for each in two}
    assert len(hashes) == 1
    assert one.engine.condition().size == size + 2, "the good one was executed, and it alone"


def test_the_same_act_in_two_batches_happens_once(two: tuple[Led, Led]) -> None:
    one, other = two
    text = one.signing.issue("TWICE", "bank")[1]
    order = [one.batch("c", 5, [text, text]), one.batch("d", 5, [text])]
    size = one.engine.condition().size
    assert one.decided(*order).app_hash == other.decided(*order).app_hash
    assert one.engine.condition().size == size + 2
    assert one.decided(*order).app_hash == other.decided(*order).app_hash
    assert one.engine.condition().size == size + 2, "a batch that comes again leaves no trace"


def test_a_block_time_that_goes_back_does_not_turn_the_ledger_s_back(two: tuple[Led, Led]) -> None:
    one, other = two
    before = one.engine.condition().time
    order = [one.batch("c", 5, [one.signing.issue("EARLY", "bank")[1]])]
    assert (
        one.decided(*order, seconds=-100).app_hash == other.decided(*order, seconds=-100).app_hash
    )
    assert one.engine.condition().time == before


def test_members_of_the_mempool_are_those_of_the_proposal(one: Led) -> None:
    assert one.checked(one.batch("c", 5, junk(1))) == 0
    assert one.checked(b"no batch") == 1
    assert one.checked(one.batch("stranger", 5, junk(1))) == 2
    assert one.checked(make_batch(network_id(GENESIS), clock(5), junk(1), key("node c"))) == 2
    codes = [one.checked(one.batch("d", at, junk(500, salt=f"{at}"))) for at in range(42)]
    assert codes == [0] * 40 + [3, 3], "a member may have 20,000 waiting"
    assert one.checked(one.batch("c", 6, junk(1))) == 0, "others are not barred by it"
    assert sha256(b"") not in codes


def rechecked(one: Led, batch: bytes) -> int:
    """What CometBFT is told when it asks again for what still waits."""
    request = pb.RequestCheckTx(tx=batch, type=pb.RECHECK)
    code: int = one.line.ask(check_tx=request).code
    return code


@pytest.mark.parametrize("again", [5, 4, 1])
def test_what_stood_in_a_block_or_is_older_comes_no_more(one: Led, again: int) -> None:
    """Or anybody could use up a member's share by its own old batches."""
    one.decided(one.batch("c", 5, junk(1)))
    old = one.batch("c", again, junk(1, salt="" if again == 5 else "other"))
    assert not one.accepts(old)
    assert one.prepared(old) == []
    assert one.checked(old) == 2
    assert rechecked(one, old) == 2, "so that CometBFT forgets it"
    fresh = one.batch("c", 6, junk(1))
    assert one.accepts(fresh)
    assert one.prepared(old, fresh) == [fresh]


@pytest.mark.parametrize("away_ms", [-310_000, 310_000])
def test_a_number_far_from_the_time_is_voted_against(one: Led, away_ms: int) -> None:
    """A copy that was only just started remembers none."""
    odd = one.batch("c", away_ms, junk(1))
    assert not one.accepts(odd)
    assert one.checked(odd) == 2


def test_a_batch_above_its_member_s_share_never_waits(tmp_path: Path) -> None:
    with led(tmp_path / "a", genesis=quota_genesis()) as one:
        assert one.checked(one.batch("c", 5, junk(QUOTA + 1))) == 2
        assert one.checked(one.batch("c", 6, junk(QUOTA))) == 0


def test_strangers_batches_take_no_memory(one: Led) -> None:
    replica = one.engine._replica
    before = replica._batches_bytes
    for number in range(50):
        assert one.checked(one.batch("stranger", number, junk(500, 2))) == 2
    assert replica._batches_bytes == before
    assert one.checked(one.batch("c", 5, junk(500, 2))) == 0
    assert replica._batches_bytes > before + 500 * 200, "a transaction costs more than its bytes"


def test_waiting_batches_are_counted_anew_after_each_block(one: Led) -> None:
    """What CometBFT dropped does not count for ever."""
    batches = [one.batch("d", at, junk(500, salt=f"{at}")) for at in range(41)]
    assert [one.checked(batch) for batch in batches] == [0] * 40 + [3]
    one.decided()
    assert rechecked(one, batches[0]) == 0
    assert one.checked(batches[40]) == 0


def test_a_member_has_so_many_batches_waiting(one: Led) -> None:
    codes = [one.checked(one.batch("d", at, junk(1, salt=f"{at}"))) for at in range(402)]
    assert codes == [0] * 400 + [3, 3]


def test_a_million_ends_of_lines_are_not_divided(one: Led) -> None:
    head = one.batch("c", 5, junk(1)).rsplit(b"\n", 1)[0]
    tracemalloc.start()
    try:
        assert one.checked(head + b"\n" * (1 << 19)) == 1
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
