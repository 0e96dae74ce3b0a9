# SPDX-License-Identifier: Apache-2.0
"""Signed HTTP messages, as text: what is signed, and how it stands in header fields.

Of RFC 9421 what a request needs: one signature by one Ed25519 key, over derived components and
header fields without parameters. Of structured fields (RFC 9651) the shapes that occur there, and
strictly: what can be written in two ways is read in one. Source: RFC 9421, 2 and 3; RFC 9530, 2.

    params = Parameters(("@method", "@authority", "@path"), {"created": 1, "keyid": kid})
    base = signature_base(params, {"@method": "GET", …})
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ropewalk.crypto.encoding import EncodingError, from_base64, to_base64

MEMBERS_MAX = 8
COMPONENTS_MAX = 32
_KEY = re.compile(r"[a-z*][a-z0-9_\-.*]{0,63}")
_STRING = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_COMPONENT = re.compile(r"@?[a-z0-9!#$%&'*+.^_`|~-]{1,100}")
_COMMA = re.compile(r"[ \t]*,[ \t]*")


class FieldError(ValueError):
    """A header field is no structured field of the shape that is expected there."""

    code = "crypto.bad_field"
    number = 7164


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a signature covers, and what it says of itself (RFC 9421, 2.3)."""

    components: tuple[str, ...]
    """In the order in which they are signed."""
    members: Mapping[str, int | str]
    """`created`, `keyid`, `nonce` and so on, in their order."""

    def text(self) -> str:
        """As it stands in `Signature-Input` and at the end of the signature base."""
        covered = " ".join(_quoted(one) for one in self.components)
        members = "".join(
            f";{name}={value if isinstance(value, int) else _quoted(value)}"
            for name, value in self.members.items()
        )
        return f"({covered}){members}"


def signature_base(parameters: Parameters, values: Mapping[str, str]) -> bytes:
    """The bytes that are signed (RFC 9421, 2.5).

    Args:
        parameters: what is covered, in order.
        values: of every component; header fields as RFC 9421, 2.1 combines them.

    Raises:
        FieldError: a component has no value, or one that can't be signed.
    """
    lines = []
    for name in parameters.components:
        value = values.get(name)
        if value is None:
            raise FieldError(f"{name} is covered, and the message has none")
        if not value.isascii() or not value.isprintable():
            raise FieldError(f"{name} has a value that can't be signed")
        lines.append(f'"{name}": {value}')
    lines.append(f'"@signature-params": {parameters.text()}')
    return "\n".join(lines).encode("ascii")


def read_signature_input(field: str) -> dict[str, Parameters]:
    """Signatures by label, of a `Signature-Input` field.

    Raises:
        FieldError: not a dictionary of lists of component names.
    """
    found: dict[str, Parameters] = {}
    reader = _Reader(field)
    while True:
        label = reader.member(found)
        found[label] = Parameters(_components(reader), _members(reader))
        if not reader.goes_on():
            return found


def read_byte_sequences(field: str) -> dict[str, bytes]:
    """Byte sequences by name: a `Signature` or a `Content-Digest` field.

    Raises:
        FieldError: not a dictionary of byte sequences without parameters.
    """
    found: dict[str, bytes] = {}
    reader = _Reader(field)
    while True:
        name = reader.member(found)
        text = reader.take(_BYTES, "a byte sequence")[1]
        try:
            found[name] = from_base64(text)
        except EncodingError as error:
            raise FieldError(f"{name} is not base64") from error
        if not reader.goes_on():
            return found


def byte_sequence(name: str, data: bytes) -> str:
    """A dictionary of one byte sequence, such as `sha-256=:…:`."""
    return f"{name}=:{to_base64(data)}:"


def _components(reader: "_Reader") -> tuple[str, ...]:
    reader.expect("(")
    found: list[str] = []
    while not reader.skips(")"):
        if found:
            reader.expect(" ")
        name = reader.string()
        if not _COMPONENT.fullmatch(name) or name in found or len(found) >= COMPONENTS_MAX:
            raise FieldError("a component is malformed, stands twice, or is one too many")
        found.append(name)
    return tuple(found)


def _members(reader: "_Reader") -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    while reader.skips(";"):
        name = reader.take(_KEY, "a parameter's name")[0]
        reader.expect("=")
        if name in found or len(found) >= MEMBERS_MAX:
            raise FieldError("a parameter stands twice, or is one too many")
        found[name] = reader.string() if reader.peeks('"') else reader.integer()
    return found


class _Reader:
    """A field's text, read from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text.strip(" \t")
        self._at = 0

    def peeks(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def skips(self, text: str) -> bool:
        found = self.peeks(text)
        self._at += len(text) if found else 0
        return found

    def expect(self, text: str) -> None:
        if not self.skips(text):
            raise FieldError(f"{text!r} is expected at character {self._at}")

    def take(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise FieldError(f"{what} is expected at character {self._at}")
        self._at = found.end()
        return found

    def string(self) -> str:
        return re.sub(r"\\(.)", r"\1", self.take(_STRING, "a string")[1])

    def integer(self) -> int:
        return int(self.take(_INTEGER, "a number")[0])

    def member(self, found: Mapping[str, object]) -> str:
        """The name of a dictionary's next member."""
        name = self.take(_KEY, "a name")[0]
        self.expect("=")
        if name in found or len(found) >= MEMBERS_MAX:
            raise FieldError("a name stands twice, or is one too many")
        return name

    def goes_on(self) -> bool:
        """Whether another member follows; else the text must be at its end."""
        if self._at == len(self._text):
            return False
        self.take(_COMMA, "a comma")
        return True


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
