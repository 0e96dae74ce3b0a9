# SPDX-License-Identifier: Apache-2.0
"""Records: `[1,{…}]`, canonical, and read strictly."""

from contextlib import suppress

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.world import settled
from ropewalk.crypto import decode
from ropewalk.ledger import (
    EntryError,
    Sentinel,
    TransactionEntry,
    decode_record,
    encode_record,
)
from ropewalk.ledger.replay import ReplayList
from title.bills import Bill

TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)


@given(TEXT, st.integers(0, 2**53 - 1), TEXT)
def test_a_record_is_given_back_and_is_canonical(code: str, number: int, text: str) -> None:
    record = TransactionEntry(code=code, number=number, transaction=text)
    data = encode_record(record)
    assert decode_record(data, TransactionEntry) == record
    assert rfc8785.dumps(decode(data)) == data  # type: ignore[arg-type]


def test_a_number_in_quotes_is_none() -> None:
    with pytest.raises(EntryError):
        decode_record(b'[1,{"count":"1","root":""}]', ReplayList)


def test_every_record_of_a_lived_in_state_is_canonical() -> None:
    bill = Bill("to_order", settled())
    bill.does("shipper", "ENDORSE", recipient="bank")
    for key, data in bill.world.state.items():
        assert rfc8785.dumps(decode(data)) == data, key  # type: ignore[arg-type]
        assert data.startswith(b"[1,{")
        assert key.isascii()
        assert key.isprintable()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'{"network":"x"}',
        b"[1,{}]",
        b'[2,{"network":"x"}]',
        b'[1,{"network":1}]',
        b'[1,{"network":null}]',
        b'[1,{"network":"x","more":1}]',
        b'[1,{"network":"x"}',
        b'[1,{"network":"x"},1]',
        b'[1,{"network":"\xff"}]',
        b"[1,[]]",
        b"[1,]",
        b"[1]",
    ],
)
def test_bytes_of_another_form_are_refused(data: bytes) -> None:
    with pytest.raises(EntryError):
        decode_record(data, Sentinel)


@given(st.binary(max_size=40))
def test_any_bytes_are_refused_by_our_own_error_or_read(data: bytes) -> None:
    for given_ in (data, b"[1," + data + b"]"):
        with suppress(EntryError):
            assert isinstance(decode_record(given_, Sentinel), Sentinel)
