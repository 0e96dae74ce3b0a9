# SPDX-License-Identifier: Apache-2.0
"""The one runner of every act's golden vectors."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from capital import make_vectors as capital_vectors
from cargo import make_vectors as cargo_vectors
from exchange import make_vectors as exchange_vectors
from identity import make_vectors as identity_vectors
from ledger.vectors import VECTORS, Json, differences, outcome, told_by
from ropewalk.ledger import LedgerError, encode_record, records
from ropewalk.rules import V1
from title import make_vectors as title_vectors

CASES = sorted(
    path.parent
    for room in ("capital", "cargo", "exchange", "identity", "title")
    for path in VECTORS.glob(f"{room}/*/*/tx.json")
)


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def encoded(records: Json) -> dict[str, bytes]:
    return {key: str(text).encode("ascii") for key, text in records.items()}


@pytest.fixture
def _nobody_changes_a_record(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    read: dict[tuple[bytes, type[Any]], Any] = {}

    def decode(data: bytes, kind: type[Any]) -> Any:
        return read.setdefault((data, kind), records._decoded(data, kind))

    for name in ("_kept", "_kept_long"):
        monkeypatch.setattr(records, name, decode)
    yield
    assert {data for data, _ in read} == {encode_record(record) for record in read.values()}


@pytest.mark.usefixtures("_nobody_changes_a_record")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.relative_to(VECTORS).as_posix())
def test_vector(case: Path) -> None:
    before, transaction = encoded(load(case / "pre.json")), load(case / "tx.json")
    kept = dict(before)
    result = outcome(before, transaction)
    assert before == kept, "a rule wrote into its view"
    if (case / "refused.json").exists():
        assert isinstance(result, LedgerError)
        assert load(case / "refused.json") == {"code": result.code, "number": result.number}
        assert not (case / "post.json").exists()
        assert not (case / "events.json").exists()
    else:
        assert not isinstance(result, LedgerError), result
        after = {**before, **result.writes}
        present = {key: data for key, data in after.items() if data is not None}
        assert present == encoded(load(case / "post.json"))
        assert told_by(result) == load(case / "events.json")


@pytest.mark.parametrize(
    "room",
    [capital_vectors, cargo_vectors, exchange_vectors, identity_vectors, title_vectors],
    ids=["capital", "cargo", "exchange", "identity", "title"],
)
def test_vectors_are_what_the_generator_writes(room: Any) -> None:
    assert differences(room.texts()) == []


@pytest.mark.parametrize("act", sorted(V1.rules))
def test_every_refusal_of_an_act_has_a_vector(act: str) -> None:
    room, _, word = act.partition(".")
    refused = {
        load(path)["code"] for path in (VECTORS / room / word.lower()).glob("*/refused.json")
    }
    documented = {error.code for error in V1.rules[act].refusals} | {"ledger.malformed_body"}
    if act in {
        "exchange.ESCROW_DEPOSIT",
        "exchange.SETTLE",
        "identity.APPROVE",
        "identity.PROPOSE",
    }:  # refused for what they carry out, too
        assert refused > documented
    else:
        assert refused == documented


def test_no_vector_stands_for_an_act_that_does_not_exist() -> None:
    folders = {f"{case.parents[1].name}.{case.parent.name.upper()}" for case in CASES}
    assert folders == set(V1.rules)
