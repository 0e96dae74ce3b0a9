# SPDX-License-Identifier: Apache-2.0
"""G28, G30 and the end of G27: members join by replay and by snapshot, are given votes, and vote.

Two of the four serve damaged snapshots; whoever joins takes none of theirs.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from comet import WORD, answered, eventually, program
from consortium.company import (
    Company,
    Making,
    cheap_keys,
    copy_of,
    plan_of,
    require_held,
    require_same,
)
from consortium.writing import request
from ropewalk.cli.consortium import (
    GENESIS_FILE,
    NETWORK_FILE,
    Member,
    MemberFile,
    NetworkFile,
    addresses_from,
    read_file,
    write_file,
)
from ropewalk.cli.supervisor import Network, Part
from ropewalk.crypto import from_base64url, sha256

JOINED_S = 90.0
AHEAD = 12
"""Blocks between an act that gives a vote and the first block it counts for."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Four on loopback, where a light client reaches their nodes; two of them lie."""
    making = Making(program(), plant="lies-in-snapshots")
    with cheap_keys(), Company(tmp_path_factory.mktemp("joining") / "net", making) as made:
        yield made


class Newcomer:
    """A member that joins a network that runs."""

    def __init__(self, company: Company, name: str, folder: Path) -> None:
        self.company, self.data = company, folder / name
        self.file = folder / f"{name}.json"
        http, peers = addresses_from(2, "127.0.0.1:0")
        self._listen, self._peer_listen = http, peers
        words = ("--address", peers, "--data", self.data, "-o", self.file)
        answered("network", "join", name, *words)
        self.member: Member = read_file(self.file, MemberFile).member
        self.network: Network | None = None

    def settle(self, folder: Path, others: list[Member], *more: object) -> None:
        """Do as the documentation says, and start."""
        founding = folder / f"founding-{self.member.name}"
        founding.mkdir()
        (founding / GENESIS_FILE).write_bytes(self.company.genesis)
        named = [*self.company.file.members, *others, self.member]
        file = NetworkFile(network=self.company.file.network, members=named)
        write_file(founding / NETWORK_FILE, file)
        words = ("--data", self.data, "--listen", self._listen, "--peer-listen", self._peer_listen)
        answered("network", "settle", founding, *words, "--pace", "lan", *more)
        config = self.data / "cometbft" / "config" / "config.toml"
        text = config.read_text(encoding="utf-8")
        config.write_text(f'{text}discovery_time = "5s"\n' if more else text, encoding="utf-8")
        making = self.company.making
        self.network = Network(self.data, WORD, cometbft=making.program, plan=plan_of(making))
        self.network.start()

    def await_joined(self) -> int:
        """Wait until it is where the others are; the height."""
        assert self.network is not None
        height = self.company.height() + 1
        self.network.await_height(height, JOINED_S)
        self.network.await_ready(JOINED_S)
        return height

    def require_agreement(self) -> None:
        """Hold its copy to the others', and to what clients were told."""
        assert self.network is not None
        told = dict(self.company.book.told)
        self.network.await_height(max(one.height for one in told.values()) + 1, JOINED_S)
        copies = {0: copy_of(self.company.data(0)), 1: copy_of(self.data)}
        require_same(copies)
        require_held(copies[1], {key: (one.height, one.position) for key, one in told.items()})

    @property
    def url(self) -> str:
        """Of its node."""
        assert self.network is not None
        return self.network.urls[0]


def take_in(company: Company, newcomer: Newcomer, *others: Newcomer) -> None:
    """Every member lets a newcomer connect, and starts its CometBFT again."""
    for data in [*map(company.data, company.members), *(one.data for one in others)]:
        answered("network", "peer", newcomer.file, "--data", data)
    for member in company.members:
        company.network.part(member, Part.COMETBFT).restart()
        company.network.await_height(company.height() + 1, JOINED_S, [member])
    for one in others:
        assert one.network is not None
        one.network.part(0, Part.COMETBFT).restart()


def give_vote(company: Company, newcomer: Newcomer, power: int = 10) -> int:
    """Let a newcomer vote from a height on, which is returned."""
    height = company.height() + AHEAD
    outcome = company.set_validator(
        height=height, key=newcomer.member.key, node=newcomer.member.node, power=power
    )
    assert outcome["status"] == "committed", outcome
    return height


def voters(company: Company, height: int) -> set[str]:
    """Addresses of those whose votes are in the commit of a height, as the node's door tells."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "commit", "params": {"height": str(height)}}
    status, told = request(company.urls[0], "POST", "/v1/consensus", call)
    assert status == 200, told
    votes = told["result"]["signed_header"]["commit"]["signatures"]
    return {one["validator_address"] for one in votes if one["block_id_flag"] == 2}


def address(member: Member) -> str:
    return sha256(from_base64url(member.key))[:20].hex().upper()


@pytest.fixture(scope="module")
def fifth(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    """Joins by replaying every block."""
    folder = tmp_path_factory.mktemp("fifth")
    company.await_writes(30, 60)
    made = Newcomer(company, "node4", folder)
    take_in(company, made)
    made.settle(folder, [])
    yield made
    if made.network is not None:
        made.network.close()


def test_a_fifth_member_joins_by_replaying_every_block(company: Company, fifth: Newcomer) -> None:
    fifth.await_joined()
    fifth.require_agreement()
    company.require_agreement()


def test_it_is_given_a_vote_at_a_height_and_votes_from_there_on(
    company: Company, fifth: Newcomer
) -> None:
    height = give_vote(company, fifth)
    company.network.await_height(height + 4, JOINED_S)
    assert address(fifth.member) not in voters(company, height - 1)
    found = [voters(company, at) for at in range(height, height + 4)]
    assert any(address(fifth.member) in one for one in found), found
    fifth.require_agreement()


def test_what_a_new_member_takes_in_is_committed(company: Company, fifth: Newcomer) -> None:
    """Its batches may stand in blocks from the height on that made it a validator."""
    _, text = company.signing.issue("BYTHEFIFTH", "bank")
    status, told = request(fifth.url, "POST", "/v1/transactions", {"transactions": [text]}, 40)
    assert status == 200
    assert told["outcomes"][0]["status"] == "committed", told


def test_a_bundle_made_afterwards_proves_the_change_of_the_set(
    company: Company, fifth: Newcomer, tmp_path: Path
) -> None:
    title, text = company.signing.issue("AFTERCHANGE", "bank")
    status, told = request(fifth.url, "POST", "/v1/transactions", {"transactions": [text]}, 40)
    assert (status, told["outcomes"][0]["status"]) == (200, "committed"), told
    bundle = tmp_path / "bill.ropewalk.json"
    answered("bundle", title, "--node", fifth.url, "-o", bundle)
    consensus = json.loads(bundle.read_bytes())["consensus"]
    assert len(consensus["changes"]) == 1
    assert len(consensus["changes"][0]["next"]) == 5
    verdict = answered("verify", bundle, "--trust", company.folder / GENESIS_FILE)
    assert verdict["ok"], verdict
    del consensus["changes"][0]
    forged: Any = json.loads(bundle.read_bytes()) | {"consensus": consensus}
    bundle.write_text(json.dumps(forged), encoding="utf-8")
    answered("verify", bundle, "--trust", company.folder / GENESIS_FILE, code=1)


def trusted(company: Company) -> str:
    """What a member tells a newcomer, from `network status --json`."""
    told = answered("network", "status", company.folder)
    return f"{told['common_height']}:{told['blocks']['node0']}"


def test_a_sixth_joins_by_a_snapshot_though_two_members_serve_damaged_ones(
    company: Company, fifth: Newcomer, tmp_path: Path
) -> None:
    """The hand-over to the fifth is behind it, and comes with the snapshot."""
    sixth = Newcomer(company, "node5", tmp_path)
    take_in(company, sixth, fifth)
    company.network.await_height(company.height() // 20 * 20 + 24, JOINED_S)
    servers = [word for url in company.urls[:2] for word in ("--state-sync", url)]
    sixth.settle(tmp_path, [fifth.member], *servers, "--trust", trusted(company))
    try:
        height = sixth.await_joined()
        assert sixth.network is not None
        assert company.app_hash(0, height) != ""
        sixth.require_agreement()
        first = int(asked_status(sixth)["sync_info"]["earliest_block_height"])
        print(f"joined at {first} of {height}")
        assert first > 1, "it replayed every block"
        vote = give_vote(company, sixth, 8)
        company.network.await_height(vote + 3, JOINED_S)
        eventually(lambda: address(sixth.member) in voters(company, company.height() - 1), 20)
        title, text = company.signing.issue("BYSNAPSHOT", "bank")
        status, told = request(sixth.url, "POST", "/v1/transactions", {"transactions": [text]}, 40)
        assert (status, told["outcomes"][0]["status"]) == (200, "committed"), told
        bundle = tmp_path / "bill.ropewalk.json"
        answered("bundle", title, "--node", sixth.url, "-o", bundle)
        assert len(json.loads(bundle.read_bytes())["consensus"]["changes"]) == 2
        verdict = answered("verify", bundle, "--trust", company.folder / GENESIS_FILE)
        assert verdict["ok"], verdict
        company.require_agreement()
    finally:
        sixth.network.close() if sixth.network is not None else None


def asked_status(newcomer: Newcomer) -> dict[str, Any]:
    from ropewalk.cli.watching import ask  # noqa: PLC0415  # only here

    assert newcomer.network is not None
    return ask(newcomer.network.places[0], "status")


def test_a_member_resigns_its_vote_and_the_others_go_on(company: Company, fifth: Newcomer) -> None:
    height = give_vote(company, fifth, 0)
    company.network.await_height(height + 3, JOINED_S)
    assert address(fifth.member) not in voters(company, height + 1)
    fifth.require_agreement()
    company.require_agreement()
    assert msgspec.to_builtins(fifth.member)["name"] == "node4"
