# SPDX-License-Identifier: Apache-2.0
"""Checkpoints: what a log commits to at one size, and what witnesses put under it.

Source: C2SP tlog-checkpoint, tlog-cosignature.
"""

from dataclasses import dataclass, replace

from ropewalk.crypto import (
    EncodingError,
    from_base64,
    is_printable_ascii,
    to_base64,
    verify_signature,
)
from ropewalk.tlog.errors import (
    MalformedCheckpointError,
    MalformedVerifierKeyError,
    SignatureInvalidError,
)
from ropewalk.tlog.note import (
    COSIGNATURE,
    Note,
    SignatureLine,
    SignBytes,
    VerifierKey,
    sign_note,
    verify_note,
)
from ropewalk.tlog.tree import SIZE_MAX

TIME_S_MAX = 2**53 - 1
"""Latest time a cosignature may carry here: what canonical JSON can carry."""

_TIME_SIZE = 8


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says it is: origin, size and root."""

    origin: str
    """The log's name, printable ASCII."""
    size: int
    """Number of entries."""
    root: bytes
    """Root of the tree of that size, 32 bytes."""

    def __post_init__(self) -> None:
        """Refuse what has no checkpoint text."""
        if not self.origin or not is_printable_ascii(self.origin):
            raise MalformedCheckpointError("an origin is printable ASCII")
        if not 0 <= self.size <= SIZE_MAX:
            raise MalformedCheckpointError(f"a log cannot have {self.size} entries")
        if len(self.root) != 32:
            raise MalformedCheckpointError("a root has 32 bytes")

    @classmethod
    def parse(cls, text: bytes) -> "Checkpoint":
        """Read the text of a note as a checkpoint of exactly three lines.

        Raises:
            MalformedCheckpointError: other lines than origin, size and root, a size with a
                leading zero or above 2**53 - 1, a root that is not strict base64 of 32 bytes.
        """
        if not text.isascii():
            raise MalformedCheckpointError("a checkpoint is ASCII")
        lines = text.decode("ascii").split("\n")
        if len(lines) != 4 or lines[3]:
            raise MalformedCheckpointError("a checkpoint has exactly three lines")
        origin, size, root = lines[:3]
        try:
            return cls(origin, _decimal(size), from_base64(root))
        except EncodingError as error:
            raise MalformedCheckpointError("a root is strict base64") from error

    def to_bytes(self) -> bytes:
        """The checkpoint as text to be signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n".encode("ascii")


def sign_checkpoint(checkpoint: Checkpoint, log: VerifierKey, sign: SignBytes) -> Note:
    """Sign a checkpoint as the log, whose key is named as the origin.

    Raises:
        MalformedCheckpointError: the origin is not the name of the key.
        MalformedVerifierKeyError: the key is not an Ed25519 log key.
    """
    _check_origin(checkpoint, log)
    return sign_note(checkpoint.to_bytes(), log, sign)


def verify_checkpoint(note: Note, log: VerifierKey) -> Checkpoint:
    """Check that a note is a checkpoint of this log, and return it.

    Other signature lines are not looked at.

    Raises:
        MalformedCheckpointError: the text is no checkpoint, or of another origin.
        MalformedVerifierKeyError: the key is not an Ed25519 log key.
        SignatureMissingError: the log has no line under the note.
        SignatureInvalidError: the log's signature does not hold.
    """
    checkpoint = Checkpoint.parse(note.text)
    _check_origin(checkpoint, log)
    verify_note(note, log)
    return checkpoint


def cosign(note: Note, witness: VerifierKey, time_s: int, sign: SignBytes) -> Note:
    """Put a witness' cosignature/v1 under a checkpoint.

    Args:
        note: The checkpoint, signed by its log and perhaps by other witnesses.
        witness: The witness' verifier key, of type `COSIGNATURE`.
        time_s: When it was seen, seconds since 1970-01-01T00:00:00Z.
        sign: Signs bytes by the witness' key.

    Raises:
        MalformedCheckpointError: the text is no checkpoint, or the time is out of range.
        MalformedVerifierKeyError: the key is of another type.
        MalformedNoteError: the witness has signed it already, or there are 64 lines.
    """
    _check_witness(witness)
    Checkpoint.parse(note.text)
    if not 0 <= time_s <= TIME_S_MAX:
        raise MalformedCheckpointError(f"{time_s} is no time of a cosignature")
    signature = time_s.to_bytes(_TIME_SIZE, "big") + sign(cosigned_bytes(note.text, time_s))
    line = SignatureLine(witness.name, witness.key_hash, signature)
    return Note.parse(replace(note, signatures=(*note.signatures, line)).to_bytes())


def verify_cosignature(note: Note, witness: VerifierKey) -> int:
    """Check a witness' cosignature/v1 under a checkpoint and return its time.

    Returns:
        When the witness saw the checkpoint, seconds since 1970-01-01T00:00:00Z.

    Raises:
        MalformedCheckpointError: the text is no checkpoint.
        MalformedVerifierKeyError: the key is of another type.
        SignatureMissingError: the witness has no line under the note.
        SignatureInvalidError: its cosignature does not hold.
    """
    _check_witness(witness)
    Checkpoint.parse(note.text)
    signature = note.signature_of(witness)
    time_s = int.from_bytes(signature[:_TIME_SIZE], "big")
    message = cosigned_bytes(note.text, time_s)
    if time_s > TIME_S_MAX or not verify_signature(
        witness.public_key, message, signature[_TIME_SIZE:]
    ):
        raise SignatureInvalidError(f"the cosignature of {witness.name} does not hold")
    return time_s


def cosigned_bytes(text: bytes, time_s: int) -> bytes:
    """What a witness signs: the time, then the note's text. Source: C2SP tlog-cosignature."""
    return f"cosignature/v1\ntime {time_s}\n".encode("ascii") + text


def _check_origin(checkpoint: Checkpoint, log: VerifierKey) -> None:
    if checkpoint.origin != log.name:
        raise MalformedCheckpointError(f"the origin is {checkpoint.origin}, not {log.name}")


def _check_witness(witness: VerifierKey) -> None:
    if witness.algorithm != COSIGNATURE:
        raise MalformedVerifierKeyError("a witness' key is of the cosignature type")


def _decimal(text: str) -> int:
    """A size in decimal: digits only, no leading zero, not longer than the largest size."""
    if not text.isdecimal() or (text[0] == "0" and text != "0") or len(text) > 16:
        raise MalformedCheckpointError("a size is decimal, without leading zero")
    return int(text)
