# SPDX-License-Identifier: Apache-2.0
"""Codes and numbers of this room's refusals."""

from http import HTTPStatus

from ropewalk.api.errors import ApiError
from ropewalk.portal import errors

KINDS = [kind for kind in ApiError.__subclasses__() if kind.__module__ == errors.__name__]


def test_codes_and_numbers_are_unique_and_in_range() -> None:
    assert KINDS
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    assert len({kind.number for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert 7650 <= kind.number <= 7699
        assert kind.code.startswith("portal.")
        assert HTTPStatus(kind.status).phrase
