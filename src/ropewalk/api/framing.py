# SPDX-License-Identifier: Apache-2.0
"""Where one request ends and the next begins, decided strictly and once.

h11 is lenient where older senders were: it takes a bare LF for a line's end, joins folded
lines, skips chunk extensions and trailers. A proxy in front may read such bytes otherwise, and
then two parties disagree on where a request ends. So every byte passes here first; what goes on
to h11 leaves no room for two readings.

Source: RFC 9112, 2.2, 5.2, 6 and 7; RFC 9110, 7.2.
"""

import re
from enum import Enum, auto
from typing import NamedTuple

from ropewalk.api import errors
from ropewalk.api.settings import Caps

REQUEST_LINE = re.compile(rb"([A-Z]{1,24}) ([\x21-\x7e]+) HTTP/([0-9]\.[0-9])")
FIELD = re.compile(rb"([-!#$%&'*+.^_`|~0-9a-zA-Z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)")
HOST = re.compile(
    rb"([0-9A-Za-z_](?:[-._0-9A-Za-z]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
)
BARE = re.compile(rb"(?<!\r)\n|\r[^\n]")
CONTENT_LENGTH = re.compile(rb"[0-9]{1,15}")
PAYLOADS = b"/v1/vault"
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")


class Part(Enum):
    """The part of a message that comes next."""

    HEAD = auto()
    BODY = auto()
    CHUNK_SIZE = auto()
    CHUNK = auto()
    CHUNK_END = auto()
    LAST_CHUNK = auto()
    COMPLETE = auto()


class Head(NamedTuple):
    """A request's head, as it was read."""

    method: bytes
    target: bytes
    version: bytes
    fields: list[tuple[bytes, bytes]]
    """Names in lower case."""


class Framing:
    """One connection's bytes, cut into requests; pure, knows no socket and no clock."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._held = bytearray()
        self._searched = 0
        self._left = 0
        self.part = Part.HEAD
        self.body_bytes = 0
        """Bytes of the current body passed on so far."""
        self.head: Head | None = None
        """Of the current request, once it has passed."""

    @property
    def held(self) -> int:
        """Bytes that arrived and were not passed on."""
        return len(self._held)

    @property
    def in_body(self) -> bool:
        """Whether a head has passed and its body is not complete."""
        return self.part not in (Part.HEAD, Part.COMPLETE)

    @property
    def is_payload(self) -> bool:
        """Whether the body is a private payload, which may be larger and take longer."""
        return self.head is not None and self.head[:2] == (b"POST", PAYLOADS)

    @property
    def is_transfer(self) -> bool:
        """Whether a private payload comes in or goes out."""
        return self.head is not None and self.head.target.startswith(PAYLOADS)

    def feed(self, data: bytes) -> None:
        """Take bytes in as they came."""
        self._held += data

    def release(self) -> None:
        """The answer is out: the next request may begin."""
        self.part, self.body_bytes, self._searched = Part.HEAD, 0, 0

    def take(self) -> bytes:
        """The next bytes of the current request that may go on; empty when more must arrive.

        Raises:
            ApiError: the bytes are refused; the connection must close.
        """
        match self.part:
            case Part.HEAD:
                return self._head()
            case Part.BODY | Part.CHUNK:
                return self._content()
            case Part.CHUNK_SIZE:
                return self._chunk_size()
            case Part.CHUNK_END | Part.LAST_CHUNK:
                return self._line_end()
            case Part.COMPLETE:
                return b""

    def _cut(self, count: int) -> bytes:
        piece = bytes(self._held[:count])
        del self._held[:count]
        return piece

    def _head(self) -> bytes:
        start = max(0, self._searched - 3)
        end = self._held.find(b"\r\n\r\n", start)
        stop = len(self._held) if end < 0 else end + 4
        if BARE.search(self._held, start, stop):
            raise errors.MalformedRequestError(
                "lines end with CR LF, and CR or LF stand nowhere else"
            )
        if stop > self._caps.head_bytes:
            self._refuse_long_head()
        self._searched = stop
        if end < 0:
            return b""
        self._read_head(bytes(self._held[:end]))
        return self._cut(stop)

    def _refuse_long_head(self) -> None:
        if b"\r\n" not in self._held[: self._caps.target_bytes + 64]:
            raise errors.UriTooLongError(f"at most {self._caps.target_bytes} bytes of target")
        raise errors.HeaderTooLargeError(f"at most {self._caps.head_bytes} bytes of header")

    def _read_head(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        method, target, version = self._read_request_line(first)
        if len(lines) > self._caps.header_fields:
            raise errors.HeaderTooLargeError(f"at most {self._caps.header_fields} header fields")
        fields = [_field(line) for line in lines]
        self.head = Head(method, target, version, fields)
        _check_host([value for name, value in fields if name == b"host"], version)
        _check_expect([value for name, value in fields if name == b"expect"])
        lengths = [value for name, value in fields if name == b"content-length"]
        codings = [value for name, value in fields if name == b"transfer-encoding"]
        if codings:
            _check_coding(codings, lengths, version)
            self.part = Part.CHUNK_SIZE
        else:
            self._left = self._length(lengths)
            self.part = Part.BODY if self._left else Part.COMPLETE

    def _read_request_line(self, line: bytes) -> tuple[bytes, bytes, bytes]:
        parsed = REQUEST_LINE.fullmatch(line)
        if parsed is None:
            raise errors.MalformedRequestError("the request line is malformed")
        target, version = parsed[2], parsed[3]
        if version not in (b"1.1", b"1.0"):
            raise errors.UnsupportedVersionError("this node speaks HTTP/1.1")
        if len(target) > self._caps.target_bytes:
            raise errors.UriTooLongError(f"at most {self._caps.target_bytes} bytes of target")
        if not target.startswith(b"/") or b"#" in target:
            raise errors.MalformedRequestError("the target is an absolute path, no fragment")
        return parsed[1], target, version

    def _length(self, lengths: list[bytes]) -> int:
        if not lengths:
            return 0
        if len(lengths) > 1 or not CONTENT_LENGTH.fullmatch(lengths[0]):
            raise errors.MalformedRequestError("Content-Length is malformed")
        return self._within(int(lengths[0]))

    def _within(self, size: int) -> int:
        most = self._caps.vault_bytes if self.is_payload else self._caps.batch_bytes
        if size > most:
            raise errors.ContentTooLargeError(f"at most {most} bytes of body")
        return size

    def _content(self) -> bytes:
        piece = self._cut(self._left)
        self._left -= len(piece)
        self.body_bytes += len(piece)
        if not self._left:
            self.part = Part.COMPLETE if self.part is Part.BODY else Part.CHUNK_END
        return piece

    def _chunk_size(self) -> bytes:
        end = self._held.find(b"\r\n", 0, 10)
        if end < 0:
            if len(self._held) >= 10 or b"\n" in self._held:
                raise errors.MalformedRequestError("a chunk's size is malformed")
            return b""
        if not CHUNK_SIZE.fullmatch(self._held, 0, end):
            raise errors.MalformedRequestError("a chunk's size is malformed, or has an extension")
        self._left = int(self._held[:end], 16)
        self._within(self.body_bytes + self._left)
        self.part = Part.CHUNK if self._left else Part.LAST_CHUNK
        return self._cut(end + 2)

    def _line_end(self) -> bytes:
        if not b"\r\n".startswith(self._held[:2]):
            raise errors.MalformedRequestError(
                "a chunk ends with CR LF, and trailers are not taken"
            )
        if len(self._held) < 2:
            return b""
        self.part = Part.CHUNK_SIZE if self.part is Part.CHUNK_END else Part.COMPLETE
        return self._cut(2)


def _field(line: bytes) -> tuple[bytes, bytes]:
    parsed = FIELD.fullmatch(line)
    if parsed is None:
        raise errors.MalformedRequestError("a header field is malformed or folded")
    return parsed[1].lower(), parsed[2].rstrip(b" \t")


def _check_host(hosts: list[bytes], version: bytes) -> None:
    if len(hosts) > 1 or (not hosts and version == b"1.1"):
        raise errors.MalformedRequestError("there must be exactly one Host field")
    if hosts and not HOST.fullmatch(hosts[0]):
        raise errors.MalformedRequestError("the Host field is malformed")


def _check_expect(expectations: list[bytes]) -> None:
    if any(each.lower() != b"100-continue" for each in expectations):
        raise errors.ExpectationFailedError("only 100-continue can be expected")


def _check_coding(codings: list[bytes], lengths: list[bytes], version: bytes) -> None:
    if lengths or len(codings) > 1 or version == b"1.0":
        raise errors.MalformedRequestError("Transfer-Encoding stands once, alone, and in HTTP/1.1")
    if codings[0].lower() != b"chunked":
        raise errors.UnknownTransferCodingError("the only transfer coding is chunked")
