# SPDX-License-Identifier: Apache-2.0
"""The scripts of the quay's pages, asked many questions in one process of Node."""

import json
from collections.abc import Sequence
from typing import Any

from verifier.asking import run


def ask(questions: Sequence[Sequence[Any]]) -> list[Any]:
    """The answer to each question, a name and what it is told; see ask_quay.mjs."""
    given = json.dumps(questions).encode("ascii")
    ended = run("--no-warnings", "tests/portal/ask_quay.mjs", given=given)
    assert ended.returncode == 0, ended.stderr.decode()
    answers: list[Any] = json.loads(ended.stdout)
    assert len(answers) == len(questions)
    return answers


def one(*question: Any) -> Any:
    """The answer to one question."""
    return ask([question])[0]
