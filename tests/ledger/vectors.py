# SPDX-License-Identifier: Apache-2.0
"""Golden vectors of acts: vectors/<room>/<act>/<case>/{pre,tx,post,events|refused}.json.

`pre` holds the records that the act reads, and no others; `post` the same records after it, and
`events` what subscribers are told. A refused act has `refused` instead: the refusal's slug and
number, and no record changes. Records are written as the text they are stored as. The folder is
the case's name.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.world import IDS, World
from ropewalk.crypto import Value, sha256_hex
from ropewalk.ledger import (
    Context,
    Effects,
    LedgerError,
    MalformedBodyError,
    View,
    check_invariants,
)
from ropewalk.rules import V1

VECTORS = Path(__file__).parents[2] / "vectors"
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Case:
    """One act on one state, and what must become of it."""

    act: str
    name: str
    world: World
    actor: str
    """A name of `ledger.world.IDS`, or an id."""
    body: Mapping[str, Value]
    refusal: type[LedgerError] | None = None
    approvals: tuple[str, ...] = ()
    """Names of others who approved the act."""
    signers: tuple[str, ...] = ()
    """Key ids, where the act looks at them."""

    @property
    def folder(self) -> str:
        """Where its files lie, below vectors/."""
        room, _, word = self.act.partition(".")
        return f"{room}/{word.lower()}/{self.name}"


class Reading:
    """A view that notes what is read."""

    def __init__(self, below: View) -> None:
        self.below = below
        self.read: dict[str, str] = {}

    def get(self, key: str, /) -> bytes | None:
        """The record; a record that is there is noted."""
        data = self.below.get(key)
        if data is not None:
            self.read[key] = data.decode("ascii")
        return data


def context_of(transaction: Json) -> Context:
    """The circumstances that a vector's tx.json names."""
    told = transaction["context"]
    assert isinstance(told, dict)
    return Context(
        actor=str(transaction["actor"]),
        height=int(told["height"]),
        network=str(told["network"]),
        position=int(told["position"]),
        time_s=int(told["time"]),
        transaction=str(told["transaction"]),
        signers=tuple(told.get("signers", ())),
        approvals=tuple(told.get("approvals", ())),
    )


def outcome(view: View, transaction: Json) -> Effects | LedgerError:
    """What the rule book makes of a vector, invariants checked."""
    rule = V1.rules[str(transaction["act"])]
    body, context = transaction["body"], context_of(transaction)
    assert isinstance(body, dict)
    try:
        effects = rule.apply(view, rule.parse(body), context)
    except LedgerError as refusal:
        return refusal
    check_invariants(V1, view, effects, context)
    return effects


def told_by(effects: Effects) -> list[Json]:
    """An act's events, as vectors write them."""
    return [{"attributes": event.attributes, "name": event.name} for event in effects.events]


def files_of(case: Case) -> dict[str, object]:
    """The files of one case, by path below vectors/; the outcome must be the case's own."""
    world = case.world
    name = f"ropewalk vector {case.folder}".encode()
    transaction: Json = {
        "act": case.act,
        "actor": IDS.get(case.actor, case.actor),
        "body": case.body,
        "context": {
            "height": world.height + 1,
            "network": world.network,
            "position": world.position,
            "time": world.time_s + 1,
            "transaction": sha256_hex(name),
        },
    }
    told = transaction["context"]
    assert isinstance(told, dict)
    if case.approvals:
        told["approvals"] = sorted(IDS[name] for name in case.approvals)
    if case.signers:
        told["signers"] = list(case.signers)
    view = Reading(world.state)
    result = outcome(view, transaction)
    files: dict[str, object] = {"tx.json": transaction}
    if isinstance(result, LedgerError):
        assert type(result) is case.refusal, f"{case.folder}: {result!r}"
        files["pre.json"] = view.read
        files["refused.json"] = {"code": result.code, "number": result.number}
    else:
        assert case.refusal is None, f"{case.folder} was accepted"
        for key in result.writes:
            view.get(key)
        after = {**{key: text.encode("ascii") for key, text in view.read.items()}, **result.writes}
        files["events.json"] = told_by(result)
        files["pre.json"] = view.read
        files["post.json"] = {key: data.decode() for key, data in after.items() if data is not None}
    return {f"{case.folder}/{file}": content for file, content in files.items()}


def surplus(case: Case) -> Case:
    """The same act with a member more than its body has."""
    body = {**case.body, "surplus": True}
    return Case(case.act, "surplus_member", case.world, case.actor, body, MalformedBodyError)


def texts_of(cases: Iterable[Case]) -> dict[str, str]:
    """Every file of the cases, as text."""
    texts: dict[str, str] = {}
    for case in cases:
        for path, content in files_of(case).items():
            assert path not in texts, f"{path} is named twice"
            texts[path] = text_of(content)
    return texts


def text_of(content: object) -> str:
    """A vector's text: indented, sorted, ASCII."""
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def differences(texts: Mapping[str, str]) -> list[str]:
    """Paths whose file is missing or holds something else."""
    return [
        path
        for path, text in texts.items()
        if not (VECTORS / path).is_file() or (VECTORS / path).read_text(encoding="utf-8") != text
    ]


def main(texts: Mapping[str, str]) -> int:
    """Write the files, or with `--check` say which differ."""
    wrong = differences(texts)
    if "--check" in sys.argv:
        sys.stdout.write(("\n".join(wrong) or f"{len(texts)} files as they should be") + "\n")
        return 1 if wrong else 0
    for path in wrong:
        (VECTORS / path).parent.mkdir(parents=True, exist_ok=True)
        (VECTORS / path).write_text(texts[path], encoding="utf-8")
    sys.stdout.write(f"{len(texts)} files, {len(wrong)} written\n")
    return 0
