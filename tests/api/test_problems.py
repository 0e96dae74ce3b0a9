# SPDX-License-Identifier: Apache-2.0
"""Problem documents."""

import pytest

from ropewalk.api import errors
from ropewalk.api.problems import as_api_error, render
from ropewalk.engines.port import EngineError, OutOfRangeError, OverloadedError, StoppedError


@pytest.mark.parametrize("kind", [EngineError, OverloadedError, StoppedError, OutOfRangeError])
def test_an_engines_refusal_keeps_its_code(kind: type[EngineError]) -> None:
    found = as_api_error(kind())
    assert (found.code, found.number) == (kind.code, kind.number)


def test_a_problem_has_what_rfc_9457_and_the_house_ask_for() -> None:
    text = render(errors.NotFoundError("gone", members={"more": 1}), "c0ffee").decode()
    for part in ('"status":404', '"title":"Not Found"', '"code":"api.not_found"', '"more":1'):
        assert part in text


def test_an_unforeseen_error_does_not_show() -> None:
    found = as_api_error(ValueError("canary"))
    assert found.status == 500
    assert b"canary" not in render(found, "")
