# SPDX-License-Identifier: Apache-2.0
"""The ledger every simulation begins with: a fixed genesis, everybody registered, closed."""

import json
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ledger.world import (
    FIRM,
    GENESIS,
    ROLES,
    TIME,
    content,
    keys_of,
    registration,
    signed,
)
from model.cast import port_registrations
from ropewalk.crypto import encode
from ropewalk.engines.opening import DataDirectory, initialise
from ropewalk.ledger import network_id
from ropewalk.tlog import VerifierKey
from simulator.company import Book
from simulator.disk import Disk
from simulator.following import Follower
from simulator.machine import Clock
from simulator.node import LOG_KEY, Node, prepare
from simulator.vfs import install

ORIGIN = "ropewalk.example/simulated"
FILES = ("genesis.json", "ledger.db", "watermark")


@dataclass(frozen=True, slots=True)
class Base:
    """The files of a settled ledger."""

    genesis: bytes
    image: dict[str, bytes]
    size: int
    time_s: int


def genesis() -> bytes:
    """The genesis of the tests' world, with a log key that signs."""
    log = VerifierKey(ORIGIN, LOG_KEY.public_key).text
    return encode({**json.loads(GENESIS), "log": log})


def _first_files(data: bytes) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="ropewalk-simulator-") as folder:
        directory = DataDirectory(Path(folder) / "data")
        initialise(directory, data, LOG_KEY)
        return {name: (directory.path / name).read_bytes() for name in FILES}


def settle() -> Base:
    """Make the base: each party in a block of its own, as the model has it."""
    vfs = install()
    prepare(2_048)
    data = genesis()
    network = network_id(data)
    clock = Clock(float(TIME))
    disk = Disk(random.Random(0), lambda _text: None)
    disk.load(_first_files(data))
    node = Node(vfs, disk, clock, lambda _text: None)
    follower = Follower(data)
    follower.settled = 1 << 40
    book = Book(follower)
    node.open()
    acts = [("governance", "identity.REGISTER_PARTY", registration(name)) for name in ROLES]
    acts.append(("shipper", "identity.REGISTER_CONTROLLER", dict(FIRM)))
    acts += [
        ("governance", "identity.REGISTER_PARTY", one) for one in port_registrations().values()
    ]
    for actor, act, body in acts:
        clock.sleep(1)
        told = content(actor, act, body, int(clock.true_s) + 60, network)
        node.submit([signed(told, keys_of(actor))], book)
        node.step()
    if {one.status for one in book.told.values()} != {"committed"}:
        raise RuntimeError(f"the base can't be made: {book.told} {book.untraced}")
    follower.follow(node.engine)
    node.close()
    return Base(data, disk.image(), follower.size, int(clock.true_s))
