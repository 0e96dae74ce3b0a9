# SPDX-License-Identifier: Apache-2.0
"""Entries of the log: three kinds, one encoding each."""

import pytest

from ropewalk.ledger import (
    BlockEntry,
    DuplicateError,
    EntryError,
    Misbehaviour,
    TransactionEntry,
    decode_entry,
    encode_record,
    encode_transaction_entry,
    to_builtins,
)

END = BlockEntry(height=3, protocol=1, state_root="00" * 32, time=9)
END_TEXT = b'[1,{"height":3,"protocol":1,"state_root":"' + b"00" * 32 + b'","time":9}]'
DONE_TEXT = b'[1,{"code":"committed","number":0,"transaction":"a.b.c"}]'
CULPRIT = "A" * 43
FOUND = Misbehaviour(evidence="duplicate_vote", height=7, validator=CULPRIT)
FOUND_TEXT = b'[1,{"evidence":"duplicate_vote","height":7,"validator":"' + b"A" * 43 + b'"}]'


def test_entries_are_written_as_the_format_says() -> None:
    assert encode_record(END) == END_TEXT
    assert encode_record(FOUND) == FOUND_TEXT
    assert encode_transaction_entry("a.b.c", None) == DONE_TEXT
    refused = b'[1,{"code":"ledger.duplicate","number":7007,"transaction":"a.b.c"}]'
    assert encode_transaction_entry("a.b.c", DuplicateError("x")) == refused


def test_entries_are_read_as_they_were_written() -> None:
    assert decode_entry(END_TEXT) == END
    assert decode_entry(FOUND_TEXT) == FOUND
    attack = FOUND_TEXT.replace(b"duplicate_vote", b"light_client_attack")
    assert decode_entry(attack) == Misbehaviour(
        evidence="light_client_attack", height=7, validator=CULPRIT
    )
    done = decode_entry(DONE_TEXT)
    assert done == TransactionEntry(code="committed", number=0, transaction="a.b.c")
    assert to_builtins(done) == {"code": "committed", "number": 0, "transaction": "a.b.c"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[1,{}]",
        b'[1,{"code":"x"}]',
        END_TEXT.replace(b'"time":9', b'"time": 9'),
        END_TEXT.replace(b'"time":9', b'"time":9.0'),
        END_TEXT.replace(b'"height":3,"protocol":1', b'"protocol":1,"height":3'),
        END_TEXT + b"\n",
        DONE_TEXT.replace(b"a.b.c", b"\\u0061.b.c"),
        FOUND_TEXT.replace(b"duplicate_vote", b"bad_weather"),
        FOUND_TEXT.replace(b"duplicate_vote", b"duplicate\\u005fvote"),
        FOUND_TEXT.replace(b'"height":7', b'"height": 7'),
        FOUND_TEXT.replace(b'"height":7', b'"height":-7'),
        FOUND_TEXT.replace(b'"height":7,', b""),
        FOUND_TEXT.replace(b'"height":7', b'"height":7,"power":1'),
        FOUND_TEXT.replace(b"AA", b"A"),
        FOUND_TEXT.replace(b"AA", b"A="),
        FOUND_TEXT + b"\n",
        DONE_TEXT.replace(b'"number":0', b'"number":0,"number":0'),
    ],
)
def test_another_encoding_of_an_entry_is_refused(data: bytes) -> None:
    with pytest.raises(EntryError):
        decode_entry(data)
