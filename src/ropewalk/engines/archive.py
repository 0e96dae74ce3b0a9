# SPDX-License-Identifier: Apache-2.0
"""The archive: a ledger as one file of lines, for who has to go on without anybody else.

    manifest, genesis, checkpoint, [consensus], [succession], entries…, [documents…], end

Each line is ASCII and ends with a line feed; the last one is the SHA-256 of everything before it,
so that a file that was cut short is told at once (docs/reference/formats.md, 14). Reading takes a
line at a time, none longer than its kind may be.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal, Self, TypeVar

import msgspec

from ropewalk.crypto import (
    INTEGER_MAX,
    CanonicalError,
    EncodingError,
    decode,
    encode,
    from_base64,
    is_hex,
    sha256_hex,
    to_base64,
)
from ropewalk.engines.disk import fsync_file
from ropewalk.engines.errors import ArchiveError
from ropewalk.engines.watermark import sync_directory
from ropewalk.ledger import Genesis, GenesisError, Hash, Statement, read_genesis
from ropewalk.tlog import ConsensusProof

FORMAT = "ropewalk-archive/1"
MANIFEST_SIZE_MAX = 4_096
GENESIS_SIZE_MAX = 64 << 10
NOTE_SIZE_MAX = 24 << 10
PROOF_SIZE_MAX = 32 << 20
PROOF_DEPTH_MAX = 12
ENTRY_SIZE_MAX = 256 << 10
DOCUMENT_SIZE_MAX = 32 << 20
END_SIZE_MAX = 128
_Count = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
T = TypeVar("T")


class Manifest(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The first line: what the archive holds, and who vouches for it."""

    documents: _Count
    """Lines of documents."""
    format: Literal["ropewalk-archive/1"]
    height: _Count
    """Of the last block."""
    network: Hash
    node: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{43}\Z")] | None = None
    """Of a consortium, where it is known: id of the key that signed the checkpoint."""
    proof: Literal["checkpoint", "consensus"]
    """What is there besides the checkpoint: nothing, or what validators signed."""
    proven_size: _Count
    """Entries that validators signed for; of an embedded ledger all, by its checkpoint."""
    root: Hash
    size: Annotated[int, msgspec.Meta(ge=1, le=INTEGER_MAX)]
    """Entries of the log."""
    succession: bool = False
    """Whether somebody carries the ledger on, in the log of this archive."""


class BlockEnd(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry of the log with its audit path."""

    inclusion: Annotated[list[str], msgspec.Meta(max_length=64)]
    leaf: str
    position: _Count


class Governing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who governed an embedded ledger when it was left."""

    block: BlockEnd
    controller: dict[str, Any]
    """Presence proof of the governing controller, at that block's state root."""


class Material(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What shows a stranger that a successor carries on what was there before."""

    checkpoint: str | None = None
    """Base64 of the last signed note before; of an embedded ledger."""
    consensus: ConsensusProof | None = None
    """What validators signed last; of a consortium."""
    consistency: Annotated[list[str], msgspec.Meta(max_length=64)] | None = None
    """From the log that validators signed for to the one in the statement, where they differ."""
    governance: Governing | None = None
    """Of an embedded ledger."""
    signatures: Annotated[list[str], msgspec.Meta(min_length=1, max_length=64)]
    statement: Statement


@dataclass(frozen=True, slots=True)
class Head:
    """All but entries and documents."""

    manifest: Manifest
    genesis: bytes
    note: bytes
    consensus: ConsensusProof | None = None
    succession: Material | None = None

    @property
    def chosen(self) -> Genesis:
        """The genesis, read."""
        return read_genesis(self.genesis)


@dataclass(frozen=True, slots=True)
class Document:
    """A document kept by the member, with what it was committed under."""

    title: str
    content: bytes
    salt: bytes
    secret: bytes = b""


class Writer:
    """Writes an archive beside its place, and puts it there when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._file: BinaryIO = self._part.open("wb")
        self._hash = hashlib.sha256()

    def __enter__(self) -> Self:
        """Use as a context; nothing is left unless `finish` was reached."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Leave nothing half made behind."""
        self._file.close()
        self._part.unlink(missing_ok=True)

    def line(self, data: bytes) -> None:
        """One more line."""
        self._hash.update(data)
        self._hash.update(b"\n")
        self._file.write(data)
        self._file.write(b"\n")

    def finish(self) -> None:
        """End the file, make it durable and give it its name."""
        self._file.write(encode({"sha256": self._hash.hexdigest()}) + b"\n")
        fsync_file(self._file)
        self._part.replace(self._path)
        sync_directory(self._path.parent)


def write_archive(
    path: Path, head: Head, entries: Iterable[bytes], documents: Iterable[Document]
) -> None:
    """Write an archive, a line at a time.

    Raises:
        OSError: it can't be written; nothing is left.
    """
    with Writer(path) as writer:
        writer.line(encoded(head.manifest))
        writer.line(head.genesis)
        writer.line(to_base64(head.note).encode("ascii"))
        for proof in (head.consensus, head.succession):
            if proof is not None:
                writer.line(encoded(proof))
        for entry in entries:
            writer.line(entry)
        for document in documents:
            writer.line(_document_line(document))
        writer.finish()


def encoded(value: msgspec.Struct) -> bytes:
    """A struct as canonical JSON."""
    built: dict[str, object] = msgspec.to_builtins(value)
    return encode(built)  # type: ignore[arg-type]  # builtins of a typed struct


def _document_line(document: Document) -> bytes:
    parts = [document.content, document.salt, document.secret]
    words = [document.title, *(to_base64(one) for one in parts if one)]
    return " ".join(words).encode("ascii")


class Reader:
    """Reads an archive's lines, and knows which one it is at."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.number = 0
        """Of the line read last, counted from 1."""
        self.bytes = 0
        """Read so far."""

    def line(self, size_max: int, what: str) -> bytes:
        """The next line, without its end.

        Raises:
            ArchiveError: there is none, it is not whole, or longer than its kind may be.
        """
        data = self._file.readline(size_max + 2)
        self.number += 1
        if not data.endswith(b"\n"):
            if len(data) > size_max:
                raise self.refusal(f"{what} has at most {size_max} bytes")
            raise self.refusal(f"the file ends where {what} should stand: it was cut short")
        self._hash.update(data)
        self.bytes += len(data)
        return data[:-1]

    def refusal(self, detail: str, line: int = 0) -> ArchiveError:
        """What is wrong, and in which line."""
        return ArchiveError(f"line {line or self.number}: {detail}")

    def struct(self, kind: type[T], size_max: int, what: str) -> T:
        """The next line, as canonical JSON of a kind.

        Raises:
            ArchiveError: it is none.
        """
        data = self.line(size_max, what)
        try:
            decode(data, depth_max=PROOF_DEPTH_MAX)
            return msgspec.json.decode(data, type=kind, strict=True)
        except (CanonicalError, msgspec.MsgspecError) as error:
            raise self.refusal(f"{what}: {error}") from error

    def end(self) -> None:
        """Read the closing line, and find nothing behind it.

        Raises:
            ArchiveError: the file is not the one that was written.
        """
        expected = encode({"sha256": self._hash.hexdigest()})
        data = self.line(END_SIZE_MAX, "the closing line")
        if data != expected:
            raise self.refusal("the closing hash is not that of the lines before")
        if self._file.read(1):
            self.number += 1
            raise self.refusal("something stands behind the closing line")


def read_head(reader: Reader) -> Head:
    """The lines before the entries.

    Raises:
        ArchiveError: one is missing, or none of its kind.
    """
    manifest = reader.struct(Manifest, MANIFEST_SIZE_MAX, "the manifest")
    genesis = reader.line(GENESIS_SIZE_MAX, "the genesis")
    try:
        chosen = read_genesis(genesis)
    except GenesisError as error:
        raise reader.refusal(str(error)) from error
    if sha256_hex(genesis) != manifest.network:
        raise reader.refusal("the genesis is of another network than the manifest names")
    _check_manifest(reader, manifest, chosen)
    note = _base64(reader, reader.line(NOTE_SIZE_MAX, "the checkpoint"), "the checkpoint")
    consensus = succession = None
    if manifest.proof == "consensus":
        consensus = reader.struct(ConsensusProof, PROOF_SIZE_MAX, "the proof of consensus")
    if manifest.succession:
        succession = reader.struct(Material, PROOF_SIZE_MAX, "the succession")
    return Head(manifest, genesis, note, consensus, succession)


def _check_manifest(reader: Reader, manifest: Manifest, genesis: Genesis) -> None:
    """The manifest says no more than such a ledger can have."""
    by_votes = manifest.proof == "consensus"
    is_led_by_votes = bool(genesis.validators) and not manifest.succession
    wrong = (
        (by_votes and not is_led_by_votes, "nobody votes on this ledger"),
        (manifest.node is not None and not genesis.validators, "a node is named that has no part"),
        (manifest.proven_size > manifest.size, "more is proven than is there"),
        (by_votes and not manifest.proven_size, "the votes are for nothing"),
        (is_led_by_votes and not by_votes and manifest.proven_size, "no votes prove anything"),
        (not is_led_by_votes and manifest.proven_size != manifest.size, "a checkpoint proves all"),
    )
    for is_wrong, detail in wrong:
        if is_wrong:
            raise reader.refusal(f"the manifest: {detail}", 1)


def read_documents(reader: Reader, count: int) -> Iterator[Document]:
    """The lines of documents, their form checked and no more.

    Raises:
        ArchiveError: one is missing, or none.
    """
    for _ in range(count):
        title, *parts = reader.line(2 * DOCUMENT_SIZE_MAX, "a document").split(b" ")
        name = title.decode("ascii", "replace")
        if not is_hex(name, 64) or not 2 <= len(parts) <= 3:
            raise reader.refusal("a document stands behind its title's id, before its salt")
        yield Document(name, *(_base64(reader, part, "a document") for part in parts))


def _base64(reader: Reader, data: bytes, what: str) -> bytes:
    try:
        return from_base64(data.decode("ascii", "replace"))
    except EncodingError as error:
        raise reader.refusal(f"{what}: {error}") from error


def consensus_of(found: Mapping[str, Any] | bytes) -> ConsensusProof:
    """What validators signed, as an engine tells it or has left it.

    Raises:
        ArchiveError: it is none.
    """
    try:
        if isinstance(found, bytes):
            return msgspec.json.decode(found, type=ConsensusProof, strict=True)
        return msgspec.convert(found, ConsensusProof, strict=True)
    except msgspec.MsgspecError as error:
        raise ArchiveError(f"the proof of consensus: {error}") from error


def material_of(found: object) -> Material:
    """A succession's material, as a node tells it.

    Raises:
        ArchiveError: it is none.
    """
    if isinstance(found, dict):
        found = {name: value for name, value in found.items() if name != "extension"}
    try:
        return msgspec.convert(found, Material, strict=True)
    except msgspec.ValidationError as error:
        raise ArchiveError(f"the succession: {error}") from error
