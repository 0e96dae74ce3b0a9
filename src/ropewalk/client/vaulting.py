# SPDX-License-Identifier: Apache-2.0
"""Private payloads from the client's side: encrypt and put, let others read, get and open, erase.

Only here a payload is in clear. It goes through in segments: what is put is encrypted into a
temporary file first, since its hash is signed before it is sent; what is got is in clear under its
name only when all of it proved right.

    vaulting = Vaulting(actor)
    put = vaulting.put(Path("bill.pdf"), readers=[bank])
    vaulting.get(put.hash, Path("copy.pdf"))
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import msgspec

from ropewalk.client.actor import Actor
from ropewalk.client.errors import NotFoundError, VerificationError
from ropewalk.client.node import Node
from ropewalk.client.signing import signed_headers
from ropewalk.crypto import (
    KEY_SIZE,
    PLAINTEXT_MAX,
    EncodingError,
    EnvelopeError,
    PrivateKey,
    SealError,
    decrypt,
    encode,
    encrypt,
    from_base64,
    random_bytes,
    read_header,
    to_base64,
    unwrap_key,
    wrap_key,
)

T = TypeVar("T")
PIECE: Final = 64 * 1024
PAGE: Final = 500
Progress = Callable[[int, int], None]
"""Told bytes done and bytes in all, 0 where nobody knows."""


def _silent(_done: int, _total: int) -> None:
    return


class Put(msgspec.Struct, frozen=True, kw_only=True):
    """What the node answers of a payload."""

    hash: str
    putter: str
    size: int
    put_at: int


class Kept(Put, frozen=True, kw_only=True):
    """A payload that one may read."""

    may_grant: bool


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody read."""

    number: int
    reader: str
    kid: str
    what: str
    at: int


class _Page(msgspec.Struct):
    next: str
    payloads: list[Kept]


class _Reads(msgspec.Struct):
    next: int
    reads: list[Reading]


class _Readers(msgspec.Struct):
    readers: list[str]


class _Keys(msgspec.Struct):
    keys: dict[str, str]


class _Erased(msgspec.Struct):
    erased_at: int


@dataclass(frozen=True, slots=True)
class Got:
    """A payload that was opened."""

    path: Path
    size: int
    """Bytes in clear."""
    media_type: str
    """As its content said to whoever put it."""


@dataclass(frozen=True, slots=True)
class Vaulting:
    """A controller's way to a node's vault."""

    actor: Actor
    own_keys: tuple[PrivateKey, ...] = ()
    """Keys to unwrap by, the signing key first where it can."""

    def put(
        self,
        file: Path,
        *,
        readers: Sequence[str] = (),
        progress: Progress = _silent,
        also: Sequence[Node] = (),
    ) -> Put:
        """Encrypt a file and put it; its readers are let in with it.

        Args:
            file: what to put, at most 20 MiB.
            readers: controllers that may read it, beside oneself.
            progress: told bytes sent.
            also: further nodes, whose vaults take the same payload under the same name.

        Raises:
            RefusedError: the node does not take it.
            VerificationError: item `payload`: it is too large, or changed while it was read.
            NotFoundError: a reader is no controller.
        """
        if file.stat().st_size > PLAINTEXT_MAX:
            raise VerificationError("payload", f"a document has at most {PLAINTEXT_MAX} bytes")
        key = random_bytes(KEY_SIZE)
        with tempfile.TemporaryFile() as sealed:
            digest = _encrypt_into(file, sealed, key)
            size = sealed.tell()
            boxes = self._boxes([self.actor.controller, *readers], key, digest)
            fields = {"vault-keys": encode(boxes).decode("ascii")}
            taken = [
                self._put_at(node, (_counted(sealed, size, progress), size, digest), fields)
                for node in (self.actor.node, *also)
            ]
            return taken[0]

    def _put_at(
        self, node: Node, body: tuple[Iterator[bytes], int, bytes], fields: Mapping[str, str]
    ) -> Put:
        there = Vaulting(replace(self.actor, node=node), self.own_keys)
        return there._ask("POST", "/v1/vault", Put, body=body, fields=fields)

    def get(self, name: str, output: Path, *, progress: Progress = _silent) -> Got:
        """Fetch a payload, open it, and write it to a new file, whole or not at all.

        Raises:
            NotFoundError: there is none, or none that is shown to one.
            RefusedError: the node does not hand it out.
            VerificationError: item `payload`: it is not what its hash names, or does not open.
        """
        if output.exists():  # before the key is asked for: every reading is recorded
            raise VerificationError("output", f"{output} exists already")
        key = self.key(name)
        beside = output.with_name(f".{output.name}.{random_bytes(8).hex()}")
        try:
            got = self._fetch_into(name, key, beside, progress)
            os.link(beside, output)
        except EnvelopeError as error:
            raise VerificationError("payload", str(error)) from error
        except FileExistsError as error:
            raise VerificationError("output", f"{output} exists already") from error
        finally:
            beside.unlink(missing_ok=True)
        return Got(output, got.size, got.media_type)

    def _fetch_into(self, name: str, key: bytes, path: Path, progress: Progress) -> Got:
        hashed, size, kind = hashlib.sha256(), 0, ""
        target = f"/v1/vault/{name}"
        headers = self._headers("GET", target)

        def through(pieces: Iterator[bytes], total: int) -> Iterator[bytes]:
            done = 0
            for piece in pieces:
                hashed.update(piece)
                done += len(piece)
                progress(done, total)
                yield piece

        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with (
            os.fdopen(descriptor, "wb") as file,
            self.actor.node.streamed(target, headers) as (pieces, total),
        ):
            for plain in decrypt(through(pieces, total), key):
                if not kind:
                    kind = read_header(plain).media_type
                    continue
                size += file.write(plain)
            file.flush()
            os.fsync(file.fileno())
        if hashed.hexdigest() != name:
            raise VerificationError("payload", "the node sent another payload")
        return Got(path, size, kind)

    def key(self, name: str) -> bytes:
        """A payload's key, unwrapped by one of one's own keys.

        Raises:
            NotFoundError: the payload is not shown to one, or not by a key that is here.
        """
        found = self._ask("GET", f"/v1/vault/{name}/key", _Keys).keys
        for own in self._unwrapping():
            wrapped = found.get(own.kid)
            if wrapped is not None:
                try:
                    return unwrap_key(own, from_base64(wrapped), bytes.fromhex(name))
                except (SealError, EncodingError) as error:
                    raise VerificationError("key", str(error)) from error
        raise NotFoundError("its key is wrapped to other keys; ask its putter to grant it anew")

    def _unwrapping(self) -> list[PrivateKey]:
        signer = self.actor.signer
        first = [signer] if isinstance(signer, PrivateKey) else []
        return [*first, *self.own_keys]

    def grant(self, name: str, readers: Sequence[str], *, may_grant: bool = False) -> list[str]:
        """Let others read; who may read then.

        Args:
            name: the payload's hash, hex.
            readers: controllers.
            may_grant: whether they may let others read in turn.
        """
        boxes = self._boxes(readers, self.key(name), bytes.fromhex(name))
        body = encode({"keys": boxes, "may_grant": may_grant})
        sent = (iter([body]), len(body), hashlib.sha256(body).digest())
        target = f"/v1/vault/{name}/grants"
        return self._ask("POST", target, _Readers, body=sent, kind="application/json").readers

    def revoke(self, name: str, reader: str) -> list[str]:
        """Let a reader read no more; who may read then. It keeps what it has read."""
        return self._ask("DELETE", f"/v1/vault/{name}/grants/{reader}", _Readers).readers

    def readers(self, name: str) -> list[str]:
        """Who may read a payload."""
        return self._ask("GET", f"/v1/vault/{name}/grants", _Readers).readers

    def erase(self, name: str) -> int:
        """Erase a payload at the node; when, seconds since 1970."""
        return self._ask("DELETE", f"/v1/vault/{name}", _Erased).erased_at

    def listed(self) -> Iterator[Kept]:
        """Payloads that one may read, by rising hash."""
        after = ""
        while True:
            page = self._ask("GET", f"/v1/vault?after={after}&limit={PAGE}", _Page)
            yield from page.payloads
            if page.next <= after:
                return
            after = page.next

    def reads(self, name: str) -> Iterator[Reading]:
        """Who read a payload, oldest first."""
        after = 0
        while True:
            target = f"/v1/vault/{name}/reads?after={after}&limit={PAGE}"
            page = self._ask("GET", target, _Reads)
            yield from page.reads
            if page.next <= after:
                return
            after = page.next

    def _boxes(self, readers: Sequence[str], key: bytes, payload: bytes) -> list[Any]:
        """The key, wrapped to every active key of every reader."""
        boxes = []
        for reader in dict.fromkeys(readers):
            record = self.actor.node.controller(reader)
            for kid in [one["kid"] for one in record["keys"] if not one["revoked"]]:
                wrapped = to_base64(wrap_key(kid, key, payload))
                boxes.append({"controller": reader, "kid": kid, "wrapped": wrapped})
        return boxes

    def _headers(
        self,
        method: str,
        target: str,
        digest: bytes = b"",
        fields: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        request = (method, self.actor.node.url, target)
        now_s = self.actor.now_s()
        return signed_headers(self.actor, request, now_s, digest=digest, fields=fields)

    def _ask(
        self,
        method: str,
        target: str,
        answer: type[T],
        *,
        body: tuple[Iterator[bytes], int, bytes] | None = None,
        fields: Mapping[str, str] | None = None,
        kind: str = "application/octet-stream",
    ) -> T:
        if body is None:
            headers = self._headers(method, target)
            return self.actor.node.asked(method, target, headers, answer)
        pieces, size, digest = body
        headers = self._headers(method, target, digest, fields)
        headers |= {"content-length": str(size), "content-type": kind}
        return self.actor.node.asked(method, target, headers, answer, content=pieces)


def _encrypt_into(file: Path, sealed: BinaryIO, key: bytes) -> bytes:
    """Encrypt a file into another; the SHA-256 of what that holds then."""
    hashed = hashlib.sha256()
    with file.open("rb") as plain:
        try:
            for segment in encrypt(iter(lambda: plain.read(PIECE), b""), key):
                hashed.update(segment)
                sealed.write(segment)
        except EnvelopeError as error:
            raise VerificationError("payload", str(error)) from error
    return hashed.digest()


def _counted(sealed: BinaryIO, size: int, progress: Progress) -> Iterator[bytes]:
    sealed.seek(0)
    done = 0
    while piece := sealed.read(PIECE):
        yield piece
        done += len(piece)
        progress(done, size)
