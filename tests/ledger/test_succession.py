# SPDX-License-Identifier: Apache-2.0
"""A succession's form, and that it follows the very log it names."""

import msgspec
import pytest

from ledger.world import CONSORTIUM, World, key, kid
from ropewalk.crypto import CONSENT_TYPE, encode, sign
from ropewalk.ledger import (
    SUCCESSION_KEY,
    BadSuccessionError,
    Block,
    SignedStatement,
    Statement,
    Succeeding,
    Succession,
    SuccessionRecord,
    decode_entry,
    decode_record,
    encode_record,
    encode_statement,
    enough,
    open_statement,
    read_statement,
    sign_statement,
    signers_of,
)
from ropewalk.tlog import VerifierKey

ROOT = "ab" * 32
LOG = VerifierKey("ropewalk.example/test", key("successor").public_key).text


def statement(world: World, **more: object) -> Statement:
    """Who carries on a ledger in memory."""
    made = Statement(
        format="ropewalk-succession/1",
        height=world.height,
        led=world.height,
        log=LOG,
        network=world.network,
        root=ROOT,
        size=world.position,
    )
    return msgspec.structs.replace(made, **more)


def by(told: Statement, *names: str) -> SignedStatement:
    """It, signed by these."""
    ordered = sorted(names, key=kid)
    return SignedStatement(
        signatures=[sign_statement(told, key(name)) for name in ordered], statement=told
    )


def succeeds(world: World, signed: SignedStatement, *, root: str = ROOT, height: int = -1) -> None:
    """Execute a succession behind a log of that root."""
    before = world.height if height < 0 else height
    succeeding = Succeeding(Succession(succession=signed), before, root)
    block = Block(world.height + 1, world.time_s + 1, (), succession=succeeding)
    executed = world.machine.execute(world.state, world.replay, block, world.position)
    assert [decode_entry(entry) for entry in executed.entries] == [succeeding.entry]
    world.height, world.position = block.height, world.position + 2
    for name, record in executed.changes.items():
        assert record is not None
        world.state[name] = record


VOTES = ("votes a", "votes b", "votes c")


def test_it_is_kept_as_a_record() -> None:
    world = World(CONSORTIUM)
    told = statement(world)
    succeeds(world, by(told, *VOTES))
    record = decode_record(world.state[SUCCESSION_KEY], SuccessionRecord)
    assert record == SuccessionRecord(height=0, log=LOG, root=ROOT, size=1)


def test_an_entry_has_one_encoding() -> None:
    signed = by(statement(World(CONSORTIUM)), *VOTES)
    data = encode_record(Succession(succession=signed))
    assert data.startswith(b'[1,{"succession":{"signatures":["')
    assert decode_entry(data) == Succession(succession=signed)


@pytest.mark.parametrize(
    ("members", "at"),
    [
        ({"size": 2}, {}),
        ({"root": "cd" * 32}, {}),
        ({"height": 1}, {}),
        ({"height": 1, "led": 0}, {"height": 1}),
        ({"network": "cd" * 32}, {}),
        ({"log": VerifierKey("other", key("successor").public_key).text}, {}),
        ({"log": VerifierKey("ropewalk.example/test", key("x").public_key, 4).text}, {}),
        ({"log": "ropewalk.example/test"}, {}),
        ({}, {"root": "cd" * 32}),
        ({}, {"height": 5}),
    ],
)
def test_another_log_than_the_one_before_is_refused(
    members: dict[str, object], at: dict[str, object]
) -> None:
    world = World(CONSORTIUM)
    signed = by(statement(world, **members), *VOTES)
    with pytest.raises(BadSuccessionError):
        succeeds(world, signed, **at)  # type: ignore[arg-type]  # of the table
    assert SUCCESSION_KEY not in world.state


def test_the_log_of_before_does_not_succeed_itself() -> None:
    world = World(CONSORTIUM)
    world.machine = type(world.machine)(
        world.machine.network, world.machine.books, 10, checks_invariants=True, log=LOG
    )
    with pytest.raises(BadSuccessionError, match="new key"):
        succeeds(world, by(statement(world), *VOTES))


def test_a_statement_is_canonical_and_small() -> None:
    told = statement(World())
    data = encode_statement(told)
    assert read_statement(data) == told
    for wrong in (data + b" ", data[:-1] + b',"more":1}', data.replace(b"/1", b"/2"), b"[]", b""):
        with pytest.raises(BadSuccessionError):
            read_statement(wrong)
    with pytest.raises(BadSuccessionError, match="1024"):
        read_statement(b" " * 1_025)


def test_a_signature_is_of_its_own_type_and_over_this_statement() -> None:
    told = statement(World())
    good = by(told, "a", "b")
    assert signers_of(good) == sorted([kid("a"), kid("b")])
    other = msgspec.structs.replace(told, height=7)
    flipped = good.signatures[0][:-2] + ("A" if good.signatures[0][-2] != "A" else "B") + "A"
    wrong = (
        good.signatures[::-1],
        [good.signatures[0]] * 2,
        [sign_statement(other, key("a"))],
        [sign(encode_statement(told), CONSENT_TYPE, key("a"))],
        [flipped],
        ["nothing"],
        [sign(encode({}), "ropewalk-succession+jws", key("a"))],
    )
    for signatures in wrong:
        with pytest.raises(BadSuccessionError):
            signers_of(SignedStatement(signatures=signatures, statement=told))
    assert open_statement(good.signatures[0])[1] == told


@pytest.mark.parametrize(
    ("power", "total", "holds"),
    [(2, 3, False), (3, 3, True), (1, 1, True), (67, 100, True), (66, 99, False), (0, 0, False)],
)
def test_more_than_two_thirds_are_asked_for(power: int, total: int, *, holds: bool) -> None:
    assert enough(power, total) is holds
