# SPDX-License-Identifier: Apache-2.0
"""Claims, answers and clocks are as `vectors/tracking` says."""

import json
from typing import Any

import msgspec
import pytest

from ropewalk.tracking import (
    Claimed,
    Shown,
    Terms,
    Weighed,
    check_shown,
    leaf,
    leaf_salt,
    naming,
    read_event,
    resolve,
    root_of,
    run,
    show,
)
from tracking.events import VECTORS
from tracking.make_vectors import files, text_of


def cases(name: str) -> list[Any]:
    found: list[Any] = json.loads((VECTORS / name).read_text(encoding="utf-8"))["cases"]
    return found


def claims_of(case: dict[str, Any]) -> list[Claimed]:
    return [
        Claimed(
            event=read_event(claim["event"].encode(), claim["version"]),
            actor=claim["actor"],
            roles=tuple(claim["roles"]),
            position=claim["position"],
            index=claim["index"],
            height=claim["height"],
            time_s=claim["time_s"],
        )
        for claim in case["claims"]
    ]


def told(weighed: Weighed | None) -> dict[str, Any] | None:
    if weighed is None:
        return None
    return {"position": weighed.position, "reason": weighed.reason}


def test_the_vectors_are_those_that_the_maker_writes() -> None:
    assert sorted(path.name for path in VECTORS.iterdir()) == sorted(files())
    for name, made in files().items():
        text = (VECTORS / name).read_text(encoding="utf-8")
        assert text == text_of(made), "run `python -m tracking.make_vectors`"


@pytest.mark.parametrize("case", cases("claims.json"), ids=lambda case: str(case["size"]))
def test_a_claims_root_leaf_and_path_are_the_vectors(case: dict[str, Any]) -> None:
    pool, salt, index = case["events"], bytes.fromhex(case["salt"]), case["index"]
    events = [pool[number % len(pool)].encode() for number in range(case["size"])]
    by, version, concerns = case["by"], case["version"], case.get("concerns", [])
    named = concerns[index] if concerns else []
    assert root_of(events, salt, by=by, version=version, concerns=concerns) == case["root"]
    found = leaf(events[index], salt, index, by=by, version=version, concerns=named)
    assert found.decode() == case["leaf"]
    shown = Shown(
        event=events[index],
        by=by,
        version=version,
        salt=leaf_salt(salt, index).hex(),
        index=index,
        size=case["size"],
        path=tuple(case["path"]),
        concerns=naming(salt, index, named),
    )
    assert show(events, salt, index, by=by, version=version, concerns=concerns) == shown
    check_shown(shown, case["root"])


@pytest.mark.parametrize("case", cases("answers.json"), ids=lambda case: str(case["name"]))
def test_an_answer_is_the_vectors(case: dict[str, Any]) -> None:
    ask = case["ask"]
    answer = resolve(
        claims_of(case),
        milestone=tuple(ask["milestone"]),
        valid_ms=ask["valid_ms"],
        known_s=ask["known_s"],
    )
    assert {
        "state": answer.state,
        "winner": told(answer.winner),
        "losers": [told(loser) for loser in answer.losers],
    } == case["expected"]


@pytest.mark.parametrize("case", cases("clocks.json"), ids=lambda case: str(case["name"]))
def test_a_clock_is_the_vectors(case: dict[str, Any]) -> None:
    terms = msgspec.convert(case["terms"], Terms)
    clock = msgspec.to_builtins(run(terms, claims_of(case), **case["ask"]))
    assert {name: clock[name] for name in case["expected"]} == case["expected"]
