# SPDX-License-Identifier: Apache-2.0
"""The JSON and protobuf forms of proofs."""

import json

import pytest

from ropewalk.crypto import encode
from ropewalk.tlog import (
    Absence,
    MalformedProofError,
    Presence,
    Step,
    absence_from_json,
    absence_to_json,
    commitment_proof_bytes,
    presence_from_json,
    presence_to_json,
    prove_absence,
    prove_presence,
)
from tlog.stores import Records

STATE = Records({b"title/%d" % number: b'[1,{"n":%d}]' % number for number in range(20)})
PROOF = prove_presence(STATE.tree, b"title/3", b'[1,{"n":3}]')
LONE = {"key": "k", "path": [], "value": "v"}
STEP = {"prefix": "AQ==", "suffix": "A" * 43 + "="}


def test_a_presence_reads_back_as_written() -> None:
    assert len(PROOF.path) > 3
    assert presence_from_json(json.loads(encode(presence_to_json(PROOF)))) == PROOF


@pytest.mark.parametrize("size", [1, 20])
def test_an_absence_reads_back_as_written(size: int) -> None:
    state = Records({b"title/%d" % number: b"v" for number in range(size)})
    for number in range(20, 60):
        proof = prove_absence(state.tree, b"title/%d" % number, state.record)
        assert absence_from_json(json.loads(encode(absence_to_json(proof)))) == proof


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {**LONE, "leaf": ""},
        {"key": "k", "path": []},
        {**LONE, "key": ""},
        {**LONE, "key": 1},
        {**LONE, "key": "é"},
        {**LONE, "value": ""},
        {**LONE, "value": "a\nb"},
        {**LONE, "path": {}},
        {**LONE, "path": [STEP] * 257},
        {**LONE, "path": [None]},
        {**LONE, "path": [{**STEP, "hash": 1}]},
        {**LONE, "path": [{"prefix": "AQ=="}]},
        {**LONE, "path": [{**STEP, "prefix": 1}]},
        {**LONE, "path": [{**STEP, "prefix": "AQ"}]},
        {**LONE, "path": [{**STEP, "prefix": "AR=="}]},
        {**LONE, "path": [{**STEP, "prefix": "Ag=="}]},
        {**LONE, "path": [{**STEP, "prefix": ""}]},
        {**LONE, "path": [{**STEP, "suffix": ""}]},
        {**LONE, "path": [{**STEP, "suffix": "AA=="}]},
        {**LONE, "path": [{**STEP, "prefix": "AQ" + "A" * 42}]},
        {**LONE, "path": [{"prefix": "Ag" + "A" * 42, "suffix": ""}]},
    ],
)
def test_anything_but_the_one_form_is_no_presence(value: object) -> None:
    with pytest.raises(MalformedProofError):
        presence_from_json(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"key": "k"},
        {"left": LONE},
        {"key": "k", "left": None, "right": LONE},
        {"key": "k", "left": LONE, "middle": LONE},
        {"key": "", "left": LONE},
        {"key": "k", "left": {}},
    ],
)
def test_anything_but_the_one_form_is_no_absence(value: object) -> None:
    with pytest.raises(MalformedProofError):
        absence_from_json(value)


def test_protobuf_is_what_the_schema_says() -> None:
    leaf = "1a09" + "0801" + "1001" + "1801" + "2a0100"
    left = bytes.fromhex("0a016b" + "120176" + leaf)
    inner = "220708011203010203"
    step = Step(b"\x01\x02\x03", b"")
    assert commitment_proof_bytes(Presence(b"k", b"v", ())) == b"\x0a" + bytes([len(left)]) + left
    with_path = left + bytes.fromhex(inner)
    assert (
        commitment_proof_bytes(Presence(b"k", b"v", (step,)))
        == b"\x0a" + bytes([len(with_path)]) + with_path
    )
    sides = b"\x12" + bytes([len(left)]) + left
    absence = b"\x0a\x01a" + sides
    assert (
        commitment_proof_bytes(Absence(b"a", Presence(b"k", b"v", ()), None))
        == b"\x12" + bytes([len(absence)]) + absence
    )


def test_long_values_have_lengths_of_two_bytes() -> None:
    assert commitment_proof_bytes(Presence(b"k", b"v" * 300, ()))[6:9] == b"\x12\xac\x02"
