# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of a log and cosignatures of its witnesses."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tlog import (
    EMPTY_ROOT,
    Checkpoint,
    MalformedCheckpointError,
    MalformedNoteError,
    MalformedVerifierKeyError,
    Note,
    SignatureInvalidError,
    SignatureLine,
    SignatureMissingError,
    VerifierKey,
    cosign,
    sign_checkpoint,
    sign_note,
    verify_checkpoint,
    verify_cosignature,
)
from tlog.signers import LOG, LOG_SIGN, STRANGER, STRANGER_SIGN, WITNESS, WITNESS_SIGN

CHECKPOINT = Checkpoint(LOG.name, 42, EMPTY_ROOT)
NOTE = sign_checkpoint(CHECKPOINT, LOG, LOG_SIGN)
TIME_S = 1_700_000_000
ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def test_a_checkpoint_is_three_lines() -> None:
    assert CHECKPOINT.to_bytes() == f"{LOG.name}\n42\n{ROOT}\n".encode()
    assert NOTE.text == CHECKPOINT.to_bytes()


@given(st.text("ab /.", min_size=1), st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_reads_back_as_written(origin: str, size: int, root: bytes) -> None:
    checkpoint = Checkpoint(origin, size, root)
    assert Checkpoint.parse(checkpoint.to_bytes()) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"\n42\n{ROOT}\n",
        f"log\n42\n{ROOT}",
        f"log\n42\n{ROOT}\nextension\n",
        f"log\n42\n{ROOT}\n\n",
        f"log\n42\n{ROOT} \n",
        f"log\n42\n{ROOT[:-1]}\n",
        f"log\n42\n{ROOT.replace('U=', 'V=')}\n",
        "log\n42\nAAAA\n",
        f"log\n\n{ROOT}\n",
        f"log\n042\n{ROOT}\n",
        f"log\n-1\n{ROOT}\n",
        f"log\n+1\n{ROOT}\n",
        f"log\n1_0\n{ROOT}\n",
        f"log\n0x1\n{ROOT}\n",
        f"log\n{2**53}\n{ROOT}\n",
        f"log\n{'9' * 5000}\n{ROOT}\n",
        f"log\n٤٢\n{ROOT}\n",
        f"lög\n42\n{ROOT}\n",
        f"l\x7fg\n42\n{ROOT}\n",
        f"log\r\n42\n{ROOT}\n",
    ],
)
def test_anything_but_the_one_form_is_no_checkpoint(text: str) -> None:
    with pytest.raises(MalformedCheckpointError):
        Checkpoint.parse(text.encode())


@pytest.mark.parametrize(
    ("origin", "size", "root"), [("log", -1, EMPTY_ROOT), ("log", 1, b""), ("", 1, EMPTY_ROOT)]
)
def test_what_has_no_text_is_no_checkpoint(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(MalformedCheckpointError):
        Checkpoint(origin, size, root)


def test_a_signed_checkpoint_verifies() -> None:
    assert verify_checkpoint(Note.parse(NOTE.to_bytes()), LOG) == CHECKPOINT


def test_a_checkpoint_of_another_origin_is_refused() -> None:
    other = Checkpoint("other.example", 42, EMPTY_ROOT)
    with pytest.raises(MalformedCheckpointError):
        sign_checkpoint(other, LOG, LOG_SIGN)
    with pytest.raises(MalformedCheckpointError):
        verify_checkpoint(sign_note(other.to_bytes(), LOG, LOG_SIGN), LOG)


def test_a_checkpoint_signed_by_another_key_is_refused() -> None:
    forged = Note(NOTE.text, (SignatureLine(LOG.name, LOG.key_hash, STRANGER_SIGN(NOTE.text)),))
    with pytest.raises(SignatureInvalidError):
        verify_checkpoint(forged, LOG)
    with pytest.raises(SignatureMissingError):
        verify_checkpoint(NOTE, VerifierKey(LOG.name, STRANGER.public_key))


def test_a_checkpoint_with_another_size_is_refused() -> None:
    with pytest.raises(SignatureInvalidError):
        verify_checkpoint(replace(NOTE, text=NOTE.text.replace(b"42", b"43")), LOG)


@given(st.integers(0, 2**53 - 1))
def test_a_cosignature_gives_its_time_back(time_s: int) -> None:
    note = cosign(NOTE, WITNESS, time_s, WITNESS_SIGN)
    assert verify_cosignature(note, WITNESS) == time_s
    assert verify_checkpoint(note, LOG) == CHECKPOINT


def test_two_witnesses_stand_under_one_checkpoint() -> None:
    note = cosign(NOTE, WITNESS, TIME_S, WITNESS_SIGN)
    note = cosign(note, STRANGER, TIME_S + 1, STRANGER_SIGN)
    assert verify_cosignature(note, WITNESS) == TIME_S
    assert verify_cosignature(note, STRANGER) == TIME_S + 1


def test_a_witness_cosigns_a_note_once() -> None:
    note = cosign(NOTE, WITNESS, TIME_S, WITNESS_SIGN)
    with pytest.raises(MalformedNoteError):
        cosign(note, WITNESS, TIME_S + 1, WITNESS_SIGN)


def test_a_cosignature_binds_its_time() -> None:
    note = cosign(NOTE, WITNESS, TIME_S, WITNESS_SIGN)
    line = note.signatures[1]
    moved = replace(line, signature=(TIME_S + 1).to_bytes(8, "big") + line.signature[8:])
    with pytest.raises(SignatureInvalidError):
        verify_cosignature(replace(note, signatures=(moved,)), WITNESS)


def test_a_plain_signature_is_no_cosignature() -> None:
    line = SignatureLine(WITNESS.name, WITNESS.key_hash, WITNESS_SIGN(NOTE.text))
    with pytest.raises(SignatureInvalidError):
        verify_cosignature(replace(NOTE, signatures=(line,)), WITNESS)
    with pytest.raises(SignatureMissingError):
        verify_cosignature(NOTE, WITNESS)


@pytest.mark.parametrize("time_s", [-1, 2**53])
def test_a_time_out_of_range_is_not_cosigned(time_s: int) -> None:
    with pytest.raises(MalformedCheckpointError):
        cosign(NOTE, WITNESS, time_s, WITNESS_SIGN)


def test_only_a_witness_key_cosigns_and_only_checkpoints() -> None:
    with pytest.raises(MalformedVerifierKeyError):
        cosign(NOTE, LOG, TIME_S, LOG_SIGN)
    with pytest.raises(MalformedVerifierKeyError):
        verify_cosignature(NOTE, LOG)
    with pytest.raises(MalformedCheckpointError):
        cosign(sign_note(b"text\n", LOG, LOG_SIGN), WITNESS, TIME_S, WITNESS_SIGN)
