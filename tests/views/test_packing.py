# SPDX-License-Identifier: Apache-2.0
"""What is packed comes back byte by byte, and is much smaller."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.views.packing import pack, unpack
from views.fleet import event22


@given(st.binary(max_size=3000))
def test_what_is_packed_comes_back(data: bytes) -> None:
    assert unpack(pack(data)) == data


def test_an_event_takes_less_than_half() -> None:
    for n in range(8):
        data = json.dumps(event22(n)).encode()
        assert len(pack(data)) < len(data) / 2


def test_what_another_packed_is_no_event() -> None:
    with pytest.raises(ValueError, match="no packed event"):
        unpack(b"\x02abc")
