# SPDX-License-Identifier: Apache-2.0
"""Signed notes: published examples, and one accepted form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tlog import (
    COSIGNATURE,
    MalformedNoteError,
    MalformedVerifierKeyError,
    Note,
    ProofError,
    SignatureInvalidError,
    SignatureLine,
    SignatureMissingError,
    VerifierKey,
    sign_note,
    verify_note,
)
from tlog.signers import LOG, LOG_SIGN, WITNESS

GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb"
    "6KE6RyyBwJnAM=\n"
).encode()
"""The example of golang.org/x/mod/sumdb/note."""

SUM_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUM_NOTE = (
    "go.sum database tree\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+"
    "zyWE+xeMcTOAYQ8=\n"
).encode()
"""A tree head of Go's checksum database."""

TEXT = b"line\n"


@pytest.mark.parametrize(("key", "data"), [(GO_KEY, GO_NOTE), (SUM_KEY, SUM_NOTE)])
def test_published_notes_verify_and_keep_their_bytes(key: str, data: bytes) -> None:
    note = Note.parse(data)
    verify_note(note, VerifierKey.parse(key))
    assert note.to_bytes() == data
    assert VerifierKey.parse(key).text == key


def test_a_changed_text_does_not_verify() -> None:
    note = Note.parse(GO_NOTE.replace(b"answer", b"Answer"))
    with pytest.raises(SignatureInvalidError):
        verify_note(note, VerifierKey.parse(GO_KEY))


def test_a_note_without_the_keys_line_does_not_verify() -> None:
    with pytest.raises(SignatureMissingError):
        verify_note(Note.parse(GO_NOTE), VerifierKey.parse(SUM_KEY))


def test_a_line_with_the_name_but_another_key_hash_is_not_the_keys() -> None:
    with pytest.raises(SignatureMissingError):
        verify_note(sign_note(TEXT, LOG, LOG_SIGN), VerifierKey(LOG.name, bytes(32)))


def test_a_signature_of_wrong_length_does_not_verify() -> None:
    note = Note(TEXT, (SignatureLine(LOG.name, LOG.key_hash, LOG_SIGN(TEXT) + b"\x00"),))
    with pytest.raises(SignatureInvalidError):
        verify_note(Note.parse(note.to_bytes()), LOG)


def test_a_witness_key_neither_signs_nor_verifies_a_plain_note() -> None:
    with pytest.raises(MalformedVerifierKeyError):
        sign_note(TEXT, WITNESS, LOG_SIGN)
    with pytest.raises(MalformedVerifierKeyError):
        verify_note(sign_note(TEXT, LOG, LOG_SIGN), WITNESS)


@pytest.mark.parametrize("text", [b"", b"no newline", b"tab\t\n", b"\xff\n", b"x" * 16_384 + b"\n"])
def test_a_text_that_is_no_notes_cannot_be_signed(text: bytes) -> None:
    with pytest.raises(MalformedNoteError):
        sign_note(text, LOG, LOG_SIGN)


LINE = "— log AAAAAAA=\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text\n",
        "text\n\n",
        "\n\n" + LINE,
        "text\n" + LINE,
        "text\n\n" + LINE[:-1],
        "text\n\n" + LINE + "\n",
        "text\n\n" + LINE + LINE,
        "text\n\n" + LINE.replace("—", "-"),
        "text\n\n" + LINE.replace("— ", "—"),
        "text\n\n" + LINE.replace("— ", "—  "),
        "text\n\n" + LINE.replace("log", ""),
        "text\n\n" + LINE.replace("log", "l+g"),
        "text\n\n" + LINE.replace("log", "lög"),
        "text\n\n" + LINE.replace("log ", "log\u00a0"),
        "text\n\n" + LINE.replace("AAAAAAA=", ""),
        "text\n\n" + LINE.replace("AAAAAAA=", "AAAAAA=="),
        "text\n\n" + LINE.replace("AAAAAAA=", "AAAAAAA"),
        "text\n\n" + LINE.replace("AAAAAAA=", "AAAAAAB="),
        "text\n\n" + LINE.replace("AAAAAAA=", "AAAAAAA= "),
        "text\n\n" + LINE.replace("AAAAAAA=", "AAAA AAA="),
        "text\n\n" + LINE.replace("\n", "\r\n"),
        "text\x00\n\n" + LINE,
        "text\n\n" + "".join(LINE.replace("log", f"log{n}") for n in range(65)),
        "x" * 16_384 + "\n\n" + LINE,
    ],
)
def test_anything_but_the_one_form_is_no_note(text: str) -> None:
    with pytest.raises(MalformedNoteError):
        Note.parse(text.encode())


def test_64_signature_lines_are_a_note() -> None:
    lines = "".join(LINE.replace("log", f"log{n}") for n in range(64))
    assert len(Note.parse(f"text\n\n{lines}".encode()).signatures) == 64


@given(st.binary(max_size=60) | st.text("—\nlog A=+", max_size=60).map(str.encode))
def test_what_parses_is_written_back_the_same(data: bytes) -> None:
    for candidate in (data, b"text\n\n" + data, GO_NOTE + data):
        try:
            note = Note.parse(candidate)
        except MalformedNoteError:
            continue
        assert note.to_bytes() == candidate


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log",
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("c74f20a3", "C74F20A3"),
        GO_KEY.replace("Peter", "Pet er"),
        GO_KEY.replace("PeterNeumann", ""),
        GO_KEY[:-1],
        GO_KEY + "\n",
        "log+00000000+",
        "log+00000000+AQ==",
        "log+00000000+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_anything_but_a_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(MalformedVerifierKeyError):
        VerifierKey.parse(text)


@given(st.text("abc.+/ é", max_size=5), st.binary(min_size=31, max_size=33), st.integers(0, 5))
def test_a_verifier_key_reads_back_as_written(name: str, public: bytes, algorithm: int) -> None:
    try:
        key = VerifierKey(name, public, algorithm)
    except ProofError:
        return
    assert VerifierKey.parse(key.text) == key
    assert algorithm in (1, COSIGNATURE)
