# SPDX-License-Identifier: Apache-2.0
"""CometBFT's RPC answers: read in their one form. The samples are a real node's, v0.38.26."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from ropewalk.tlog import (
    MalformedCommitError,
    MalformedValidatorsError,
    ProofError,
    signed_header_from_rpc,
    validators_from_rpc,
    verify_commit,
)

COMMIT = """
{"signed_header":{"header":{"version":{"block":"11","app":"1"},"chain_id":"test-chain-1t9e48",
"height":"3","time":"2026-11-27T18:43:09.082102113Z","last_block_id":{"hash":
"311375954307BED538B852824E978DCEFD9E3697ADC5ED201FE704FDC919903F","parts":{"total":1,"hash":
"271B2597D2E9476AC34C60BD841AF713C27C9951F037F5F6898C1B28F81D06F9"}},"last_commit_hash":
"67C74FF3B0A8D1B3D9B2124BAB9F52562D83DB58B68DDC6EA9798D6E2B808077","data_hash":
"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855","validators_hash":
"038F8EC954FF81989B03278C071E25F2B4285A88CE42A94273FF60EA8DAD36B2","next_validators_hash":
"038F8EC954FF81989B03278C071E25F2B4285A88CE42A94273FF60EA8DAD36B2","consensus_hash":
"048091BC7DDC283F77BFBF91D73C44DA58C3DF8A9CBC867405D8B7F3DAADA22F","app_hash":"0000000000000000",
"last_results_hash":"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
"evidence_hash":"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
"proposer_address":"24EFDCD533DBB4960C6BF3F08AB2FA498D90BA4B"},"commit":{"height":"3","round":0,
"block_id":{"hash":"AF78981E6C1F2A983E28F33D9409B9EA8B1061B0FB2E9B9CA5B8DC04F587FCCE","parts":
{"total":1,"hash":"D367EA9D6475E0607975BC1BB01F2175D41ABA89E4B7A9AAB6DC8340CF6BF1DE"}},
"signatures":[{"block_id_flag":2,"validator_address":"24EFDCD533DBB4960C6BF3F08AB2FA498D90BA4B",
"timestamp":"2026-11-27T18:43:10.090791772Z","signature":
"T7AGnohCOzpGZPWlGRjLMTZJW1IgbETtvCE99B3Jc3zH9yDcjJk/CR3+Mtj+X7h4p5m/PJiusdUlwDpo/piBAg=="}]}},
"canonical":true}
"""
VALIDATORS = """
{"block_height":"2","validators":[{"address":"24EFDCD533DBB4960C6BF3F08AB2FA498D90BA4B","pub_key":
{"type":"tendermint/PubKeyEd25519","value":"x9aWUItHACLNLB6RVMXTlnNNWHU8QcgAlUYoIth1Pt4="},
"voting_power":"10","proposer_priority":"0"}],"count":"1","total":"1"}
"""
ABSENT = {
    "block_id_flag": 1,
    "validator_address": "",
    "timestamp": "0001-01-01T00:00:00Z",
    "signature": None,
}
Change = Callable[[Any], object]


def commit() -> Any:
    return json.loads(COMMIT)


def validators() -> Any:
    return json.loads(VALIDATORS)


def test_a_real_answer_is_read_and_verified() -> None:
    signed = signed_header_from_rpc(commit())
    assert (signed.header.height, signed.header.time_ns) == (3, 82_102_113)
    assert signed.header.time_s == 1_795_804_989
    tally = verify_commit("test-chain-1t9e48", validators_from_rpc(validators()), signed)
    assert (tally.validators, tally.power) == (1, 10)


def test_absent_votes_and_votes_for_nothing_are_left_out_and_keep_their_places() -> None:
    answer = commit()
    votes = answer["signed_header"]["commit"]["signatures"]
    nothing = {**votes[0], "block_id_flag": 3}
    answer["signed_header"]["commit"]["signatures"] = [ABSENT, nothing, *votes, ABSENT]
    (vote,) = signed_header_from_rpc(answer).commit.signatures
    assert vote.validator == 2


ODD: dict[str, object] = {
    "timestamp": "1969-12-31T23:59:59.999999999Z",
    "signature": "AAAA",
    "validator_address": "AB" * 19,
}


@pytest.mark.parametrize("member", ODD)
@pytest.mark.parametrize("flag", [1, 2, 3])
def test_one_validators_odd_vote_is_left_out_and_the_others_stay(member: str, flag: int) -> None:
    answer = commit()
    votes = answer["signed_header"]["commit"]["signatures"]
    odd = {**votes[0], "block_id_flag": flag, member: ODD[member]}
    answer["signed_header"]["commit"]["signatures"] = [odd, *votes]
    (vote,) = signed_header_from_rpc(answer).commit.signatures
    assert vote.validator == 1


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00Z", "", "2026-02-29T18:43:09Z", "2026-11-27T18:43:10.10Z", "now"]
)
def test_a_vote_at_a_time_that_no_proof_carries_is_left_out(time: str) -> None:
    answer = commit()
    votes = answer["signed_header"]["commit"]["signatures"]
    answer["signed_header"]["commit"]["signatures"] = [*votes, {**votes[0], "timestamp": time}]
    (vote,) = signed_header_from_rpc(answer).commit.signatures
    assert vote.validator == 0


def test_a_member_left_out_for_nought_is_nought() -> None:
    answer = commit()
    del answer["signed_header"]["header"]["version"]["app"]
    with pytest.raises(MalformedCommitError, match="another block"):
        signed_header_from_rpc(answer)


def at(*path: str | int, value: object) -> Change:
    """A change that sets a member."""

    def change(answer: Any) -> None:
        *way, last = path
        for name in way:
            answer = answer[name]
        answer[last] = value

    return change


HEADER: tuple[str, ...] = ("signed_header", "header")
VOTES: tuple[str | int, ...] = ("signed_header", "commit", "signatures")
COMMITS: dict[str, Change] = {
    "a member more": at("height", value="3"),
    "no canonical": lambda answer: answer.pop("canonical"),
    "a member of the header more": at(*HEADER, "num_txs", value="0"),
    "a member of the header less": lambda answer: answer["signed_header"]["header"].pop("app_hash"),
    "a height as number": at(*HEADER, "height", value=3),
    "a height with a leading nought": at(*HEADER, "height", value="03"),
    "a height beyond 2**53": at(*HEADER, "height", value=str(2**53)),
    "height nought": at(*HEADER, "height", value="0"),
    "another height": at("signed_header", "commit", "height", value="4"),
    "another chain": at(*HEADER, "chain_id", value="another"),
    "a chain that is not ASCII": at(*HEADER, "chain_id", value="cha\u00een"),
    "a hash in lower case": at(*HEADER, "data_hash", value="ab" * 32),
    "a hash of 20 bytes": at(*HEADER, "data_hash", value="AB" * 20),
    "no validators": at(*HEADER, "validators_hash", value=""),
    "half a byte": at(*HEADER, "app_hash", value="ABC"),
    "a time with an offset": at(*HEADER, "time", value="2026-11-27T18:43:09.082102113+00:00"),
    "a time without zone": at(*HEADER, "time", value="2026-11-27T18:43:09"),
    "a time with a nought at the end": at(*HEADER, "time", value="2026-11-27T18:43:09.10Z"),
    "a time of ten digits": at(*HEADER, "time", value="2026-11-27T18:43:09.1234567891Z"),
    "a time on no calendar": at(*HEADER, "time", value="2026-02-29T18:43:09Z"),
    "a time at no clock": at(*HEADER, "time", value="2026-11-27T24:43:09Z"),
    "a time before 1970": at(*HEADER, "time", value="1969-12-31T23:59:59Z"),
    "null for a time": at(*HEADER, "time", value=None),
    "a round below nought": at("signed_header", "commit", "round", value=-1),
    "a round as text": at("signed_header", "commit", "round", value="0"),
    "parts as text": at("signed_header", "commit", "block_id", "parts", "total", value="1"),
    "another block": at("signed_header", "commit", "block_id", "hash", value="AB" * 32),
    "no votes": at(*VOTES, value=[]),
    "nothing but absent votes": at(*VOTES, value=[ABSENT]),
    "65 votes": at(*VOTES, value=[ABSENT] * 65),
    "an unknown flag": at(*VOTES, 0, "block_id_flag", value=4),
    "an absent vote with a signature": at(*VOTES, 0, "block_id_flag", value=1),
    "a vote without address": at(*VOTES, 0, "validator_address", value=""),
    "a short address": at(*VOTES, 0, "validator_address", value="AB" * 19),
    "no signature": at(*VOTES, 0, "signature", value=None),
    "a short signature": at(*VOTES, 0, "signature", value="AAAA"),
    "a signature that is not base64": at(*VOTES, 0, "signature", value="?"),
    "a vote without time": at(*VOTES, 0, "timestamp", value=""),
    "a vote before 1970": at(*VOTES, 0, "timestamp", value="0001-01-01T00:00:00Z"),
}
SETS: dict[str, Change] = {
    "a member more": at("height", value="3"),
    "a page": at("total", value="2"),
    "another count": at("count", value="2"),
    "nobody": lambda answer: answer.update(validators=[], count="0", total="0"),
    "65": lambda answer: answer.update(
        validators=answer["validators"] * 65, count="65", total="65"
    ),
    "one twice": lambda answer: answer.update(
        validators=answer["validators"] * 2, count="2", total="2"
    ),
    "another address": at("validators", 0, "address", value="AB" * 20),
    "another kind of key": at(
        "validators", 0, "pub_key", "type", value="tendermint/PubKeySecp256k1"
    ),
    "a short key": at("validators", 0, "pub_key", "value", value="AAAA"),
    "a key that is not base64": at("validators", 0, "pub_key", "value", value="?"),
    "no votes": at("validators", 0, "voting_power", value="0"),
    "too many votes": at("validators", 0, "voting_power", value="1000001"),
    "votes as number": at("validators", 0, "voting_power", value=10),
    "votes below nought": at("validators", 0, "voting_power", value="-1"),
}


@pytest.mark.parametrize("name", COMMITS)
def test_a_commit_in_another_form_is_refused(name: str) -> None:
    answer = copy.deepcopy(commit())
    COMMITS[name](answer)
    with pytest.raises(MalformedCommitError):
        signed_header_from_rpc(answer)


@pytest.mark.parametrize("name", SETS)
def test_a_set_in_another_form_is_refused(name: str) -> None:
    answer = copy.deepcopy(validators())
    SETS[name](answer)
    with pytest.raises((MalformedCommitError, MalformedValidatorsError)):
        validators_from_rpc(answer)


@pytest.mark.parametrize("value", [None, [], "", 1, {}])
def test_what_is_no_answer_is_refused(value: object) -> None:
    for read in (signed_header_from_rpc, validators_from_rpc):
        with pytest.raises(ProofError):
            read(value)
