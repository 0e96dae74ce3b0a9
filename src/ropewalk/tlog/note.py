# SPDX-License-Identifier: Apache-2.0
"""Signed notes and verifier keys: text with signature lines under it.

A note has one accepted form: UTF-8 text that ends in a newline and holds no other control
character, an empty line, then one to 64 lines `— <name> <base64>`; no two of them of one key;
at most 16 KiB in all. Names of keys are printable ASCII without space and plus.

Source: C2SP signed-note.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from ropewalk.crypto import (
    EncodingError,
    from_base64,
    from_hex,
    is_printable_ascii,
    to_base64,
    verify_signature,
)
from ropewalk.tlog.errors import (
    MalformedNoteError,
    MalformedVerifierKeyError,
    SignatureInvalidError,
    SignatureMissingError,
)

ED25519 = 0x01
"""Signature type of a log: Ed25519 over the note's text."""

COSIGNATURE = 0x04
"""Signature type of a witness: Ed25519 over time and text, cosignature/v1."""

NOTE_SIZE_MAX = 16_384
"""Bytes of a note at most."""

SIGNATURE_LINES_MAX = 64
"""Signature lines of a note at most."""

SignBytes = Callable[[bytes], bytes]
"""Signs a message by Ed25519: 64 bytes."""

_KEY_HASH_SIZE = 4
_DASH = "\u2014 "  # em dash, space


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Whose signature line to look for, and the public key that decides on it."""

    name: str
    """Name of the key; a log's is its origin."""
    public_key: bytes
    """Ed25519 public key, 32 bytes."""
    algorithm: int = ED25519
    """Signature type, `ED25519` or `COSIGNATURE`."""

    def __post_init__(self) -> None:
        """Refuse what has no verifier key text."""
        if not is_key_name(self.name):
            raise MalformedVerifierKeyError("a key's name is ASCII without space and plus")
        if self.algorithm not in (ED25519, COSIGNATURE):
            raise MalformedVerifierKeyError(f"signature type {self.algorithm} is not known here")
        if len(self.public_key) != 32:
            raise MalformedVerifierKeyError("an Ed25519 public key has 32 bytes")

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read `<name>+<hex key hash>+<base64 of type ‖ public key>`.

        Raises:
            MalformedVerifierKeyError: it is not that, its type is not known, or the key hash is
                another key's.
        """
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise MalformedVerifierKeyError("a verifier key has three parts, joined by plus")
        name, hash_text, key_text = parts
        try:
            key_hash, typed_key = from_hex(hash_text, _KEY_HASH_SIZE), from_base64(key_text)
        except EncodingError as error:
            raise MalformedVerifierKeyError("the key hash is hex, the key base64") from error
        if not typed_key:
            raise MalformedVerifierKeyError("the key is empty")
        key = cls(name, typed_key[1:], typed_key[0])
        if key.key_hash != key_hash:
            raise MalformedVerifierKeyError("the key hash is another key's")
        return key

    @property
    def key_hash(self) -> bytes:
        """First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key)."""
        return sha256(self.name.encode("ascii") + b"\n" + self._typed).digest()[:_KEY_HASH_SIZE]

    @property
    def text(self) -> str:
        """The verifier key as C2SP writes it."""
        return f"{self.name}+{self.key_hash.hex()}+{to_base64(self._typed)}"

    @property
    def _typed(self) -> bytes:
        return bytes([self.algorithm]) + self.public_key


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line under a note; nothing says yet that the signature holds."""

    name: str
    """Name of the key it claims."""
    key_hash: bytes
    """Four bytes that tell keys of one name apart."""
    signature: bytes
    """What the key's type defines: 64 bytes, or 8 bytes of time and 64 for a cosignature."""


@dataclass(frozen=True, slots=True)
class Note:
    """A signed text."""

    text: bytes
    """The signed bytes, with the newline at their end."""
    signatures: tuple[SignatureLine, ...]
    """The lines under it, in their order."""

    @classmethod
    def parse(cls, data: bytes) -> "Note":
        """Read a note in its one accepted form.

        Raises:
            MalformedNoteError: anything else.
        """
        if len(data) > NOTE_SIZE_MAX:
            raise MalformedNoteError(f"a note has at most {NOTE_SIZE_MAX} bytes")
        content = _decode_text(data)
        text, separator, block = content.rpartition("\n\n")
        if not separator or not text or not block.endswith("\n"):
            raise MalformedNoteError("a note is text, an empty line and signature lines")
        lines = block[:-1].split("\n")
        if len(lines) > SIGNATURE_LINES_MAX:
            raise MalformedNoteError(f"a note has at most {SIGNATURE_LINES_MAX} signature lines")
        signatures = tuple(_parse_line(line) for line in lines)
        if len({(line.name, line.key_hash) for line in signatures}) != len(signatures):
            raise MalformedNoteError("two signature lines are of one key")
        return cls((text + "\n").encode(), signatures)

    def to_bytes(self) -> bytes:
        """The note as it travels."""
        lines = (
            f"{_DASH}{line.name} {to_base64(line.key_hash + line.signature)}\n"
            for line in self.signatures
        )
        return self.text + b"\n" + "".join(lines).encode()

    def signature_of(self, key: VerifierKey) -> bytes:
        """The signature under the key's name and key hash, not verified.

        Raises:
            SignatureMissingError: the key has no line here.
        """
        for line in self.signatures:
            if line.name == key.name and line.key_hash == key.key_hash:
                return line.signature
        raise SignatureMissingError(f"no signature line of {key.name}+{key.key_hash.hex()}")


def sign_note(text: bytes, key: VerifierKey, sign: SignBytes) -> Note:
    """Sign a text with an Ed25519 key.

    Args:
        text: What to sign; ends in a newline.
        key: The verifier key that belongs to the signing key, of type `ED25519`.
        sign: Signs bytes by that key.

    Raises:
        MalformedNoteError: the text cannot be a note's.
        MalformedVerifierKeyError: the key is of another type.
    """
    if key.algorithm != ED25519:
        raise MalformedVerifierKeyError("a witness signs by a cosignature")
    note = Note(text, (SignatureLine(key.name, key.key_hash, sign(text)),))
    return Note.parse(note.to_bytes())


def verify_note(note: Note, key: VerifierKey) -> None:
    """Check the Ed25519 signature of one key under a note.

    Raises:
        MalformedVerifierKeyError: the key is of another type.
        SignatureMissingError: the key has no line under the note.
        SignatureInvalidError: its signature does not hold.
    """
    if key.algorithm != ED25519:
        raise MalformedVerifierKeyError("a witness signs by a cosignature")
    if not verify_signature(key.public_key, note.text, note.signature_of(key)):
        raise SignatureInvalidError(f"the signature of {key.name} does not hold")


def _parse_line(line: str) -> SignatureLine:
    if not line.startswith(_DASH):
        raise MalformedNoteError("a signature line begins with an em dash and a space")
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    if not separator or not is_key_name(name):
        raise MalformedNoteError("a signature line names its key")
    try:
        signature = from_base64(encoded)
    except EncodingError as error:
        raise MalformedNoteError("a signature is strict base64") from error
    if len(signature) <= _KEY_HASH_SIZE:
        raise MalformedNoteError("a signature follows its key hash")
    return SignatureLine(name, signature[:_KEY_HASH_SIZE], signature[_KEY_HASH_SIZE:])


def _decode_text(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedNoteError("a note is UTF-8") from error
    if any(character < " " and character != "\n" for character in text):
        raise MalformedNoteError("a note holds no control character but the newline")
    return text


def is_key_name(name: str) -> bool:
    """Whether a key, or a log, may have this name: printable ASCII without space and plus."""
    return bool(name) and is_printable_ascii(name) and " " not in name and "+" not in name
