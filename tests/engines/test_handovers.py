# SPDX-License-Identifier: Apache-2.0
"""Hand-overs between sets of validators: asked of CometBFT, remembered, shown when they hold."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from consortium.leading import WORD, Soon, led
from ropewalk.crypto import from_base64, to_base64
from ropewalk.engines import consortium, seeing
from ropewalk.engines import handovers as handing
from ropewalk.engines.consortium import ConsortiumEngine, Settings
from ropewalk.engines.errors import ConsensusError, EngineAwayError, RpcRefusedError
from ropewalk.engines.handovers import Handovers
from ropewalk.engines.seeing import Seeing
from ropewalk.engines.surroundings import SYSTEM
from ropewalk.tlog import Validator as VotingValidator
from ropewalk.tlog import ValidatorSet, VotingPowerError, follow, read_consensus
from tlog import naive_consensus as naive

DAMAGED = {
    "cut short": b'{"11":',
    "empty": b"",
    "another form": b'{"11":{}}',
    "no JSON": b"\xff\x00",
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_file_of_hand_overs_is_no_more_than_a_lost_one(tmp_path: Path, what: str) -> None:
    with led(tmp_path / "a") as one:
        one.close()
        (one.data / "handovers.json").write_bytes(DAMAGED[what])
        again = one.reopened()
        assert again.info().last_block_height == 1
        again.close()


class UnexpectedError(Exception):
    """Nothing that an engine knows of."""


def test_an_engine_that_does_not_open_lets_go_of_its_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with led(tmp_path / "a") as one:
        one.close()
        settings = Settings(WORD, f"unix://{one.socket}", one.data / "rpc.sock", verifiers=0)
        surroundings = replace(SYSTEM, clock=Soon())
        for name in ("CometRpc", "Handovers", "Batcher", "Leaving", "AbciServer"):
            monkeypatch.setattr(consortium, name, raising(UnexpectedError()))
            with pytest.raises(UnexpectedError):
                ConsortiumEngine(one.data, settings, surroundings)
            monkeypatch.undo()
        monkeypatch.setattr(consortium, "AbciServer", raising(OSError(98, "in use")))
        with pytest.raises(ConsensusError, match="can't listen at"):
            ConsortiumEngine(one.data, settings, surroundings)
        monkeypatch.undo()
        again = one.reopened()
        assert again.info().last_block_height == 1
        again.close()


def raising(error: Exception) -> Callable[..., None]:
    """What fails whenever it is made."""

    def refuse(*_of: object) -> None:
        raise error

    return refuse


CHAIN = "ropewalk-hand-overs"
BEFORE = naive.weighted(("a", 10), ("b", 10), ("c", 10), ("d", 10))
AFTER = naive.weighted(("a", 11), ("b", 10), ("c", 10), ("d", 10))
FIRST = ValidatorSet.of(VotingValidator(key.public_key, power) for key, power in BEFORE)
AT = 11
"""The height whose header hands over."""


class Told:
    """What a CometBFT tells: odd votes hold for it, and not by our rule."""

    def __init__(self) -> None:
        self.asked = list[int]()
        self.odd = list[int]()
        self.absent = list[int]()
        self.fails: Exception | None = None

    def commit(self, height: int) -> dict[str, Any]:
        """See `CometRpc`."""
        self.asked.append(height)
        if self.fails is not None:
            raise self.fails
        voting = BEFORE if height <= AT else AFTER
        following = BEFORE if height < AT else AFTER
        header = naive.make_header(
            CHAIN, height, voting, next_validators_hash=naive.set_hash(following)
        )
        signed = naive.signed(header, voting)
        for vote in signed["commit"]["signatures"]:
            if vote["validator"] in self.odd:
                signature = from_base64(vote["signature"])
                vote["signature"] = to_base64(signature[:32] + bytes(32))
        return as_told(signed, voting, self.absent)

    def validators(self, height: int) -> dict[str, Any]:
        """See `CometRpc`."""
        voting = BEFORE if height <= AT else AFTER
        told = [
            {
                "address": naive.address(key).hex().upper(),
                "pub_key": {
                    "type": "tendermint/PubKeyEd25519",
                    "value": to_base64(key.public_key),
                },
                "voting_power": str(power),
                "proposer_priority": "0",
            }
            for key, power in voting
        ]
        return {"block_height": str(height), "validators": told, "count": "4", "total": "4"}


def as_told(
    signed: dict[str, Any], voting: Sequence[naive.Weighted], absent: Sequence[int]
) -> dict[str, Any]:
    """A header and its votes in the form of CometBFT's RPC."""
    header = {
        name: value.upper() if name.endswith(("_hash", "_address")) else value
        for name, value in signed["header"].items()
        if name not in {"time_s", "time_ns", "version_app", "version_block"}
    }
    header["height"] = str(header["height"])
    header["time"] = moment(signed["header"])
    header["last_block_id"] = block_id(header["last_block_id"])
    header["version"] = {"block": "11", "app": "1"}
    votes = [
        {
            "block_id_flag": 2,
            "validator_address": naive.address(voting[vote["validator"]][0]).hex().upper(),
            "timestamp": moment(vote),
            "signature": vote["signature"],
        }
        if vote["validator"] not in absent
        else {
            "block_id_flag": 1,
            "validator_address": "",
            "timestamp": "0001-01-01T00:00:00Z",
            "signature": None,
        }
        for vote in signed["commit"]["signatures"]
    ]
    commit = {
        "height": header["height"],
        "round": 0,
        "block_id": block_id(signed["commit"]["block_id"]),
        "signatures": votes,
    }
    return {"signed_header": {"header": header, "commit": commit}, "canonical": True}


def moment(members: dict[str, Any]) -> str:
    """A time as Go writes it."""
    text = datetime.fromtimestamp(members["time_s"], UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{members['time_ns']:09d}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def block_id(members: dict[str, Any]) -> dict[str, Any]:
    """A block's id as told."""
    parts = {"total": members["parts_total"], "hash": members["parts_hash"].upper()}
    return {"hash": members["hash"].upper(), "parts": parts}


@pytest.fixture
def told() -> Told:
    """A CometBFT whose votes all hold."""
    return Told()


@pytest.fixture
def handovers(told: Told, tmp_path: Path) -> Handovers:
    """Nothing known yet."""
    return Handovers(tmp_path / "handovers.json", told, CHAIN, FIRST)  # type: ignore[arg-type]  # as RPC


def require_shown(handovers: Handovers) -> None:
    """It shows the way from the first set to the last one."""
    proof = handovers.proof(AT + 2, [AT, AT + 2, AT + 9])
    assert follow(CHAIN, FIRST, read_consensus(proof)).changes == 1


def test_a_hand_over_is_kept_and_shown_from_then_on(
    handovers: Handovers, told: Told, tmp_path: Path
) -> None:
    assert handovers.fetch([AT])
    assert told.asked == [AT]
    assert handovers.fetch([AT])
    assert told.asked == [AT]
    require_shown(handovers)
    require_shown(Handovers(tmp_path / "handovers.json", told, CHAIN, FIRST))  # type: ignore[arg-type]
    assert told.asked == [AT, AT + 2, AT + 2]


def test_a_hand_over_that_too_few_signed_by_our_rule_is_asked_for_again(
    handovers: Handovers, told: Told, tmp_path: Path
) -> None:
    told.absent, told.odd = [1], [3]
    assert not handovers.fetch([AT])
    with pytest.raises(VotingPowerError):
        handovers.proof(AT + 2, [AT])
    assert not (tmp_path / "handovers.json").exists()
    told.absent = []
    assert handovers.fetch([AT])
    require_shown(handovers)


def test_the_votes_seen_at_first_do_for_good(handovers: Handovers, told: Told) -> None:
    told.odd = [3]
    assert handovers.fetch([AT])
    told.absent = [1]
    with pytest.raises(VotingPowerError):
        handovers.proof(AT + 2, [AT])
    told.odd = []
    require_shown(handovers)


@pytest.mark.parametrize("error", [EngineAwayError("gone"), RpcRefusedError("no such height")])
def test_what_is_not_to_be_had_is_asked_for_later(
    handovers: Handovers, told: Told, error: Exception
) -> None:
    told.fails = error
    assert not handovers.fetch([AT])
    told.fails = None
    assert handovers.fetch([AT])


@pytest.mark.parametrize("member", ["round", "app_hash", "power"])
def test_a_hand_over_that_no_longer_holds_is_asked_for_again(
    handovers: Handovers, told: Told, tmp_path: Path, member: str
) -> None:
    path = tmp_path / "handovers.json"
    assert handovers.fetch([AT])
    whole = path.read_bytes()
    damage = {
        "round": whole.replace(b'"round":0', b'"round":1', 1),
        "app_hash": whole.replace(b'"app_hash":"', b'"app_hash":"00', 1),
        "power": whole.replace(b'"power":11', b'"power":12', 1),
    }
    assert damage[member] != whole
    path.write_bytes(damage[member])
    again = Handovers(path, told, CHAIN, FIRST)  # type: ignore[arg-type]
    assert again.known([AT]) is None
    require_shown(again)
    assert path.read_bytes() == whole


def test_a_full_disk_costs_no_hand_over(
    handovers: Handovers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "replace_durably", raising(OSError(ENOSPC, "full")))
    assert handovers.fetch([AT])
    require_shown(handovers)
    known = handovers.known([AT])
    assert known is not None
    with pytest.raises(OSError, match="full"):
        handovers.adopt(known)
    monkeypatch.undo()
    handovers.adopt([])
    assert Handovers(tmp_path / "handovers.json", Told(), CHAIN, FIRST).known([AT]) == known  # type: ignore[arg-type]


def test_what_is_known_is_told_while_cometbft_is_asked(handovers: Handovers, told: Told) -> None:
    """The thread that leads consensus serves it, and may not wait."""
    assert handovers.fetch([AT])
    commit, asked, answered = told.commit, threading.Event(), threading.Event()

    def slow(height: int) -> dict[str, Any]:
        asked.set()
        assert answered.wait(20)
        return commit(height)

    told.commit = slow  # type: ignore[method-assign]
    proving = threading.Thread(target=require_shown, args=(handovers,))
    proving.start()
    assert asked.wait(5)
    assert handovers.known([AT, AT + 9]) is None
    known = handovers.known([AT])
    assert known is not None
    handovers.adopt(known)
    assert proving.is_alive()
    answered.set()
    proving.join()


def test_many_that_ask_at_once_get_the_same(handovers: Handovers, told: Told) -> None:
    provers = [threading.Thread(target=require_shown, args=(handovers,)) for _ in range(8)]
    for one in provers:
        one.start()
    for one in provers:
        one.join()
    assert told.asked.count(AT) == 1


def test_a_hand_over_is_asked_for_as_soon_as_it_is_decided_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seeing, "RETRY_S", 0.01)
    answers, asked, done = [False, False, True], list[int](), threading.Event()

    def fetch() -> bool:
        asked.append(len(asked))
        if len(asked) == len(answers):
            done.set()
        return answers[len(asked) - 1]

    sees = Seeing(fetch)
    assert not asked
    sees.wake()
    assert done.wait(5)
    sees.close()
    assert asked == [0, 1, 2]
