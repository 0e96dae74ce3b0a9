# SPDX-License-Identifier: Apache-2.0
"""The title bundle: one file with which a stranger checks a title offline.

Source: docs/reference/formats.md, 8.
"""

from typing import Annotated, Literal, Protocol

import msgspec

from ropewalk.client.errors import VerificationError
from ropewalk.crypto import CanonicalError, decode, encode
from ropewalk.ledger import Hash, Statement
from ropewalk.tlog import ConsensusProof

FORMAT = "ropewalk-title-bundle/1"
SIZE_MAX = 32 << 20
DEPTH_MAX = 12


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step of an ICS-23 existence proof."""

    prefix: str
    suffix: str


class StateProof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Presence of a record in the state."""

    key: str
    path: Annotated[list[Step], msgspec.Meta(max_length=256)]
    value: str


class ProvenEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry of the log with its audit path."""

    inclusion: Annotated[list[str], msgspec.Meta(max_length=64)]
    leaf: str
    position: Annotated[int, msgspec.Meta(ge=0)]


class Vouched(Protocol):
    """What a file carries so that its log is believed: a bundle does, and a proven record."""

    @property
    def block(self) -> ProvenEntry:
        """The end of its last block."""

    @property
    def checkpoint(self) -> str | None:
        """Base64 of the log's signed note."""

    @property
    def consensus(self) -> ConsensusProof | None:
        """What validators signed."""

    @property
    def succession(self) -> "Succession | None":
        """Where a successor carries the ledger on."""


class ProvenRecord(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A record of the state with all that a stranger needs to believe it."""

    block: ProvenEntry
    checkpoint: str | None = None
    consensus: ConsensusProof | None = None
    state: StateProof
    succession: "Succession | None" = None


class ProvenAct(ProvenEntry, frozen=True, kw_only=True, omit_defaults=True):
    """The entry that carried an act out."""

    approvals: Annotated[list[ProvenEntry], msgspec.Meta(min_length=1, max_length=1_000)] | None = (
        None
    )
    """What proposed and approved it before, oldest first; left out where nothing did."""


class Governing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who governed an embedded ledger when it was left."""

    block: ProvenEntry
    """The last entry of the log that was left: the end of its last block."""
    controller: StateProof


class Succession(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Why a successor's log may sign the checkpoint (docs/reference/formats.md, 15)."""

    checkpoint: str | None = None
    """Base64 of the last signed note before; of an embedded ledger."""
    consensus: ConsensusProof | None = None
    """What validators signed last; of a consortium, where it is to be had."""
    consistency: Annotated[list[str], msgspec.Meta(max_length=64)] | None = None
    """From the log that validators signed for to the one in the statement, where they differ."""
    extension: Annotated[list[str], msgspec.Meta(max_length=64)]
    """From the log in the statement to the bundle's own checkpoint."""
    governance: Governing | None = None
    """Of an embedded ledger."""
    signatures: Annotated[list[str], msgspec.Meta(min_length=1, max_length=64)]
    statement: Statement


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document, disclosed."""

    bytes: str
    salt: str


class Bundle(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A title bundle."""

    acts: Annotated[list[ProvenAct], msgspec.Meta(min_length=1, max_length=100_000)]
    block: ProvenEntry
    checkpoint: str | None = None
    """Base64 of the log's signed note; of an embedded ledger."""
    consensus: ConsensusProof | None = None
    """What validators signed; of a consortium."""
    document: Document | None = None
    format: Literal["ropewalk-title-bundle/1"]
    network: Hash
    state: Annotated[list[StateProof], msgspec.Meta(min_length=3, max_length=3)]
    succession: Succession | None = None
    """Where a successor carries the ledger on."""
    title: Hash


def encode_bundle(bundle: Bundle) -> bytes:
    """The file's bytes."""
    built: dict[str, object] = msgspec.to_builtins(bundle)
    return encode(built)  # type: ignore[arg-type]  # builtins of a typed struct


def read_bundle(data: bytes) -> Bundle:
    """The bundle of a file's bytes.

    Raises:
        VerificationError: item `bundle`: not canonical, beyond its limits, or of another form;
            neither checkpoint nor consensus, or both.
    """
    if len(data) > SIZE_MAX:
        raise VerificationError("bundle", f"larger than {SIZE_MAX} bytes")
    try:
        decode(data, depth_max=DEPTH_MAX)
        bundle = msgspec.json.decode(data, type=Bundle, strict=True)
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise VerificationError("bundle", str(error)) from error
    if (bundle.checkpoint is None) == (bundle.consensus is None):
        raise VerificationError("bundle", "a bundle has a checkpoint, or a proof of consensus")
    if bundle.succession is not None and bundle.checkpoint is None:
        raise VerificationError("bundle", "a successor's log signs checkpoints")
    return bundle
