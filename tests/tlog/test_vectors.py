# SPDX-License-Identifier: Apache-2.0
"""The vectors that every verifier runs, whatever its language."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from ropewalk.crypto import from_base64
from ropewalk.tlog import (
    AuthenticatedMap,
    NamedValidator,
    Note,
    ProofError,
    VerifierKey,
    absence_from_json,
    follow,
    hashed_key,
    leaf_hash,
    map_leaf,
    named_set,
    presence_from_json,
    read_consensus,
    root_of,
    verify_absence,
    verify_checkpoint,
    verify_consistency,
    verify_cosignature,
    verify_inclusion,
    verify_membership,
    verify_non_membership,
    verify_presence,
)
from tlog.make_vectors import VECTORS, files, text_of
from tlog.stores import LeafStore

FILES = files()


def path(case: dict[str, Any]) -> list[bytes]:
    return [from_base64(text) for text in case["path"]]


def inclusion(case: dict[str, Any]) -> None:
    leaf, root = bytes.fromhex(case["leaf_hash"]), bytes.fromhex(case["root"])
    verify_inclusion(leaf, case["position"], case["size"], path(case), root)


def consistency(case: dict[str, Any]) -> None:
    roots = [bytes.fromhex(case[name]) for name in ("old_root", "new_root")]
    verify_consistency(case["old_size"], roots[0], case["new_size"], roots[1], path(case))


def checkpoint(case: dict[str, Any]) -> None:
    verify_checkpoint(Note.parse(from_base64(case["note"])), VerifierKey.parse(case["key"]))


def cosignature(case: dict[str, Any]) -> None:
    note = Note.parse(from_base64(case["note"]))
    assert verify_cosignature(note, VerifierKey.parse(case["key"])) == case["time"]


def presence(case: dict[str, Any], verify: Callable[..., None] = verify_presence) -> None:
    proof = presence_from_json(case["proof"])
    verify(bytes.fromhex(case["root"]), case["key"].encode(), case["value"].encode(), proof)


def absence(case: dict[str, Any], verify: Callable[..., None] = verify_absence) -> None:
    proof = absence_from_json(case["proof"])
    verify(bytes.fromhex(case["root"]), case["key"].encode(), proof)


def tree(case: dict[str, Any]) -> None:
    root = root_of(leaf_hash(bytes.fromhex(entry)) for entry in case["entries"])
    assert root.hex() == case["root"]


def state_map(case: dict[str, Any]) -> None:
    leaves: dict[bytes, bytes | None] = {}
    for key, value in case["records"]:
        place = hashed_key(key.encode())
        leaves[place] = map_leaf(place, value.encode())
    assert AuthenticatedMap(LeafStore()).refresh(leaves).hex() == case["root"]


def validators(case: dict[str, Any]) -> None:
    named = [msgspec.convert(each, NamedValidator) for each in case["validators"]]
    assert named_set(named).hash.hex() == case["hash"]


def consensus(case: dict[str, Any]) -> None:
    first_set = named_set([msgspec.convert(each, NamedValidator) for each in case["validators"]])
    follow(case["chain_id"], first_set, read_consensus(case["proof"]))


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "tree.json": tree,
    "inclusion.json": inclusion,
    "consistency.json": consistency,
    "checkpoint.json": checkpoint,
    "cosignature.json": cosignature,
    "map.json": state_map,
    "presence.json": presence,
    "absence.json": absence,
    "validators.json": validators,
    "consensus.json": consensus,
}


def holds(check: Callable[[dict[str, Any]], None], case: dict[str, Any]) -> bool:
    try:
        check(case)
    except (ProofError, msgspec.ValidationError):
        return False
    return True


@pytest.mark.parametrize("name", CHECKS)
def test_the_vectors_are_what_the_plain_implementations_give(name: str) -> None:
    assert (VECTORS / name).read_text(encoding="utf-8") == text_of(FILES[name])


def test_every_file_of_vectors_is_run() -> None:
    assert sorted(CHECKS) == sorted(FILES) == sorted(file.name for file in VECTORS.iterdir())


@pytest.mark.parametrize("name", CHECKS)
def test_every_case_gets_the_verdict_it_names(name: str) -> None:
    cases = json.loads((VECTORS / name).read_text(encoding="utf-8"))["cases"]
    assert len({case["name"] for case in cases}) == len(cases)
    wrong = [case["name"] for case in cases if holds(CHECKS[name], case) != case.get("valid", True)]
    assert not wrong


@pytest.mark.parametrize(
    "case",
    [each for each in FILES["consensus.json"] if each["code"]],
    ids=lambda each: each["name"],
)
def test_a_proof_of_consensus_is_refused_for_its_reason(case: dict[str, Any]) -> None:
    with pytest.raises(ProofError) as caught:
        consensus(case)
    assert caught.value.code == case["code"], caught.value


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("presence.json", lambda case: presence(case, verify_membership)),
        ("absence.json", lambda case: absence(case, verify_non_membership)),
    ],
)
def test_every_case_gets_ics23s_verdict(name: str, check: Callable[[dict[str, Any]], None]) -> None:
    cases = json.loads((VECTORS / name).read_text(encoding="utf-8"))["cases"]
    assert not [case["name"] for case in cases if holds(check, case) != case["ics23"]]
