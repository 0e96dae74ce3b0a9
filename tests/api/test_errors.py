# SPDX-License-Identifier: Apache-2.0
"""Codes and numbers of this room's refusals."""

from http import HTTPStatus

from ropewalk.api.errors import ApiError

KINDS: list[type[ApiError]] = [
    ApiError,
    *(kind for kind in ApiError.__subclasses__() if kind.__module__ == ApiError.__module__),
]


def test_codes_and_numbers_are_unique_and_in_range() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    assert len({kind.number for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert 7900 <= kind.number <= 7999
        assert kind.code.startswith("api.")
        assert HTTPStatus(kind.status).phrase
