# SPDX-License-Identifier: Apache-2.0
"""The vectors, read back, and the JavaScript verifier, asked many questions in one process."""

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ropewalk.client import Verdict, VerificationError, read_trust
from ropewalk.client.verdict import refusal
from ropewalk.crypto import encode, to_base64
from verifier.steps import mutated
from verifier.telling import judge

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "vectors" / "bundle"


@dataclass(frozen=True, slots=True)
class Question:
    """A file to be verified, whom trusting and when, and what the vectors say comes out."""

    name: str
    data: bytes
    trust: str
    now_s: int | None
    expected: Mapping[str, Any]
    """Members of the verdict."""
    challenge: str = ""
    """The verifier's file, where the first one is a proof of control."""

    def answer(self) -> dict[str, Any]:
        """The Python verifier's verdict."""
        return shown(verdict(self.data, self.trust, self.now_s, self.challenge))


def verdict(data: bytes, trust: str, now_s: int | None, challenge: str = "") -> Verdict:
    """The Python verifier's verdict, a refused genesis included."""
    asked = (VECTORS / challenge).read_bytes() if challenge else None
    try:
        return judge(data, read_trust((VECTORS / trust).read_bytes()), now_s, asked)
    except VerificationError as error:
        return refusal(error)


def shown(found: Verdict) -> dict[str, Any]:
    """A verdict but for its `detail`, which is each verifier's own wording."""
    return {
        "failed_item": found.failed_item,
        "not_proven": found.not_proven,
        "ok": found.ok,
        "proven": found.proven,
    }


@functools.cache
def cases() -> tuple[Question, ...]:
    """The golden bundles with their whole verdicts."""
    found = []
    for path in sorted(VECTORS.glob("*.verdict.json")):
        case = json.loads(path.read_bytes())
        data = (VECTORS / case["bundle"]).read_bytes()
        found.append(
            Question(
                path.name,
                data,
                case["trust"],
                case["now"],
                case["verdict"],
                case.get("challenge", ""),
            )
        )
    return tuple(found)


@functools.cache
def changed() -> tuple[Question, ...]:
    """Every mutation and forgery with the item that fails."""
    found = []
    for name in ("mutated", "forged"):
        listed = json.loads((VECTORS / f"{name}.json").read_bytes())
        for case in listed["cases"]:
            if name == "forged":
                data = encode(case["bundle"])
            else:
                data = mutated((VECTORS / case["base"]).read_bytes(), case["steps"])
            item = case["failed_item"]
            expected = {"failed_item": item, "ok": item == ""}
            found.append(
                Question(
                    case["name"],
                    data,
                    case["trust"],
                    case.get("now", listed["now"]),
                    expected,
                    case.get("challenge", ""),
                )
            )
    return tuple(found)


def node() -> str:
    """Path of node; without it the test is skipped, or fails where nothing may be skipped."""
    found = shutil.which("node")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("node is not installed")
    if found is None:
        pytest.skip("node is not installed")
    return found


def run(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run node on a script of this repository, its path relative to the root."""
    return subprocess.run(
        [node(), *words], input=given, capture_output=True, check=False, cwd=ROOT, timeout=120
    )


def ask(asked: Mapping[str, object]) -> list[Any]:
    """The JavaScript verifier's answers; batch.mjs says what may be asked."""
    ended = run("tests/verifier/batch.mjs", given=json.dumps(asked).encode("ascii"))
    assert ended.returncode == 0, ended.stderr.decode()
    answers: list[Any] = json.loads(ended.stdout)
    return answers


def ask_verdicts(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """The JavaScript verifier's verdicts, without their `detail`."""
    files = {f"{number}": to_base64(each.data) for number, each in enumerate(questions)}
    checks = [
        {
            "base": f"{number}",
            "now": each.now_s,
            "trust": each.trust,
            **({"challenge": each.challenge} if each.challenge else {}),
        }
        for number, each in enumerate(questions)
    ]
    return answered(ask({"checks": checks, "files": {**files, **trusts(), **challenges()}}))


def answered(verdicts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Verdicts without their `detail`."""
    return [{name: each[name] for name in sorted(each) if name != "detail"} for each in verdicts]


def challenges() -> dict[str, str]:
    """Every challenge, base64."""
    return {path.name: to_base64(path.read_bytes()) for path in VECTORS.glob("*.challenge.json")}


def trusts() -> dict[str, str]:
    """Every genesis and policy, base64."""
    paths = [*VECTORS.glob("genesis*.json"), *VECTORS.glob("policy-*.json")]
    return {path.name: to_base64(path.read_bytes()) for path in paths}
