# SPDX-License-Identifier: Apache-2.0
"""G24: who votes twice loses its vote by rule, and what it did stands in the log of all.

A twin: one consensus key in two homes, as after a restored machine. `ROPEWALK_NETWORK_TWINS` says
how often, each time with a company of its own.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from comet import WORD, program
from consortium.company import Company, Making, environment_number, plan_of
from ropewalk.cli.consortium import NETWORK_FILE, NetworkFile, addresses_from, write_file
from ropewalk.cli.supervisor import Network, Part
from ropewalk.cli.watching import ask
from ropewalk.crypto import generate
from ropewalk.engines.cometbft_home import (
    UNSIGNED_STATE,
    CometBftHome,
    Peer,
    peer_id,
    peer_key_file,
    with_peers,
)
from ropewalk.ledger import Misbehaviour, decode_entry

TWINS = environment_number("ROPEWALK_NETWORK_TWINS", 0)
CULPRIT = 3
BLOCKS_MAX = 20
"""Within which the proof is committed, from the offence on (G24)."""
CONVICTED_S = 90.0


@contextmanager
def twin_of(company: Company, folder: Path) -> Iterator[Network]:
    """Another home with a member's voting key, which has forgotten what it signed."""
    source, data = company.data(CULPRIT), folder / "twin"
    for name in ("keys", "cometbft/config"):
        shutil.copytree(source / name, data / name)
    shutil.copy(source / "genesis.json", data)
    home = CometBftHome(data)
    home.consensus_state.parent.mkdir()
    home.consensus_state.write_bytes(UNSIGNED_STATE)
    own = generate()
    home.peer_key.write_bytes(peer_key_file(own))
    http, address = addresses_from(2, "127.0.0.1:0")
    members = company.file.members
    culprit = members[CULPRIT]
    config = home.config.read_text(encoding="utf-8").replace(culprit.peer_address, address)
    others = [Peer(one.peer_id, one.peer_address) for one in members if one is not culprit]
    home.config.write_text(with_peers(config, others), encoding="utf-8")
    here = replace(culprit, name="node7", listen=http, data=".")
    write_file(data / NETWORK_FILE, NetworkFile(network=company.file.network, members=[here]))
    for number in company.members:
        if number == CULPRIT:
            continue
        theirs = company.place(number).home.config
        known = [Peer(one.peer_id, one.peer_address) for one in members if one != members[number]]
        known.append(Peer(peer_id(own.public_key), address))
        theirs.write_text(with_peers(theirs.read_text(encoding="utf-8"), known), encoding="utf-8")
        company.network.part(number, Part.COMETBFT).restart()
        company.await_blocks(1, 60, [number])
    with Network(
        data, WORD, cometbft=company.making.program, plan=plan_of(company.making)
    ) as network:
        yield network


def convictions(data: Path) -> list[tuple[int, Misbehaviour]]:
    """Heights and entries of what consensus proved."""
    with closing(sqlite3.connect(f"file:{data / 'ledger.db'}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT height, entry FROM entry JOIN block ON position BETWEEN first AND last "
            "WHERE CAST(entry AS TEXT) LIKE '[1,{\"evidence\"%'"
        ).fetchall()
    found = [(height, decode_entry(bytes(entry))) for height, entry in rows]
    return [(height, one) for height, one in found if isinstance(one, Misbehaviour)]


@pytest.mark.skipif(not TWINS, reason="takes a minute: `make test-long PART=twins`")
@pytest.mark.parametrize("number", range(max(1, TWINS)))
def test_a_twin_loses_its_vote_and_every_audit_tells_why(tmp_path: Path, number: int) -> None:
    with Company(tmp_path / "net", Making(program())) as company:
        company.await_writes(10, 60)
        key = company.file.members[CULPRIT].key
        with twin_of(company, tmp_path):
            end = time.monotonic() + CONVICTED_S
            while not (found := convictions(company.data(0))):
                assert time.monotonic() < end, "nobody was convicted"
                time.sleep(0.2)
        [(height, told)] = found
        print(f"round {number}: voted twice at {told.height}, in the log at {height}")
        assert (told.validator, told.evidence) == (key, "duplicate_vote")
        assert height - told.height <= BLOCKS_MAX
        company.network.await_height(height + 4, 60)
        voting = ask(company.place(0), "validators", height=str(height + 3))["validators"]
        assert len(voting) == len(company.members) - 1
        company.await_writes(10, 60)
        company.require_agreement()
        company.rest()
        for member in company.members:
            company.stop(member)
        for member in company.members:
            assert convictions(company.data(member)) == found, member
            assert company.audited(member) == "", member
