# SPDX-License-Identifier: Apache-2.0
"""Bundles made of a node's answer: by its checkpoint, or by what validators signed."""

from typing import Any

import msgspec
import pytest

from ropewalk.client import (
    History,
    MalformedAnswerError,
    VerificationError,
    bundle_of,
    check_sealed,
    read_bundle,
    read_trust,
    verify_bundle,
)
from ropewalk.engines import port
from verifier import consortium
from verifier.asking import VECTORS
from verifier.telling import NOW_S


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode((VECTORS / name).read_bytes())
    return found


def history(bundle: dict[str, Any], **members: Any) -> History:
    """What a consortium's node answers, over the port and HTTP."""

    def logged(entry: dict[str, Any]) -> dict[str, Any]:
        told = {"entry": entry["leaf"], "position": entry["position"]}
        return {**told, "height": 1, "time": NOW_S}

    content = {
        "acts": [logged(act) for act in bundle["acts"]],
        "block": logged(bundle["block"]),
        "block_inclusion": bundle["block"]["inclusion"],
        "checkpoint": "the node's own",
        "consensus": bundle["consensus"],
        "inclusions": [act["inclusion"] for act in bundle["acts"]],
        "state": bundle["state"],
        **members,
    }
    answer = msgspec.json.encode(msgspec.convert(content, port.TitleHistory))
    return msgspec.json.decode(answer, type=History)


@pytest.mark.parametrize("name", [consortium.BUNDLE, consortium.CHANGED])
def test_a_consortiums_history_makes_its_bundle(name: str) -> None:
    bundle = golden(name)
    made = bundle_of(history(bundle), consortium.NETWORK, bundle["title"], None)
    assert made == (VECTORS / name).read_bytes()
    assert verify_bundle(made, read_trust(consortium.genesis()), NOW_S).ok


def test_an_embedded_ledgers_history_names_no_consensus() -> None:
    told = history(golden(consortium.BUNDLE), consensus=None)
    assert told.consensus is None
    bundle = read_bundle(bundle_of(told, consortium.NETWORK, "7e" * 32, None))
    assert bundle.consensus is None
    with pytest.raises(VerificationError) as caught:
        check_sealed(bundle, read_trust(consortium.genesis()))
    assert caught.value.item == "consensus"


def test_a_proof_of_consensus_that_is_none_is_a_malformed_answer() -> None:
    bundle = golden(consortium.BUNDLE)
    told = history(bundle, consensus={**bundle["consensus"], "changes": None})
    with pytest.raises(MalformedAnswerError):
        bundle_of(told, consortium.NETWORK, bundle["title"], None)


def test_a_consortiums_bundle_says_how_large_its_log_was() -> None:
    bundle = read_bundle((VECTORS / consortium.CHANGED).read_bytes())
    sealed = check_sealed(bundle, read_trust(consortium.genesis()))
    assert sealed.checkpoint.size == bundle.block.position + 1
    assert sealed.followed is not None
    assert (sealed.followed.changes, sealed.followed.tally.power) == (2, 41)
