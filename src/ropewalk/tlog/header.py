# SPDX-License-Identifier: Apache-2.0
"""Headers of CometBFT's blocks, and the hash that validators vote for.

The members here are those of the header in its own words; texts of bytes are hex, lower case,
and what may be empty is "". So a header here is at once what a bundle carries.

Source: CometBFT v0.38, types/block.go (Header.Hash, BlockID), types/encoding_helper.go.
"""

from typing import Annotated

import msgspec

from ropewalk.crypto import INTEGER_MAX
from ropewalk.tlog import protobuf
from ropewalk.tlog.tree import leaf_hash, root_of

Sha256 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Sha256OrNone = Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")]
Address = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{40}\Z")]
AppHash = Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{2}){0,64}\Z")]
ChainId = Annotated[str, msgspec.Meta(pattern=r"\A[\x20-\x7e]{1,50}\Z")]
Height = Annotated[int, msgspec.Meta(ge=1, le=INTEGER_MAX)]
Count = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
Parts = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
TimeS = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
"""Seconds since 1970-01-01T00:00:00Z, to the end of the year 9999."""
TimeNs = Annotated[int, msgspec.Meta(ge=0, le=999_999_999)]


class BlockId(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names a block by its header's hash, and by the parts in which it was handed round."""

    hash: Sha256OrNone
    """Hash of the header; "" names no block, which only the first header's last one does."""
    parts_hash: Sha256OrNone
    """Root over the block's parts."""
    parts_total: Parts
    """How many parts there are."""

    def to_bytes(self) -> bytes:
        """BlockID: hash 1, part_set_header 2 (PartSetHeader: total 1, hash 2)."""
        parts = protobuf.integer(1, self.parts_total) + protobuf.binary(2, _bytes(self.parts_hash))
        return protobuf.binary(1, _bytes(self.hash)) + protobuf.message(2, parts)


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The header of a block: what its validators vote for, by its hash."""

    app_hash: AppHash
    """What the application answered to the block before: the log's root and size."""
    chain_id: ChainId
    consensus_hash: Sha256
    data_hash: Sha256OrNone
    evidence_hash: Sha256OrNone
    height: Height
    last_block_id: BlockId
    last_commit_hash: Sha256OrNone
    last_results_hash: Sha256OrNone
    next_validators_hash: Sha256
    """The set that signs the next header."""
    proposer_address: Address
    time_ns: TimeNs
    """Nanoseconds of `time_s`."""
    time_s: TimeS
    """Block time, seconds since 1970-01-01T00:00:00Z."""
    validators_hash: Sha256
    """The set that signs this header."""
    version_app: Count
    version_block: Count

    @property
    def hash(self) -> bytes:
        """Root over the fourteen fields, each encoded, in the order of the specification."""
        fields = (
            protobuf.integer(1, self.version_block) + protobuf.integer(2, self.version_app),
            protobuf.binary(1, self.chain_id.encode("ascii")),
            protobuf.integer(1, self.height),
            timestamp(self.time_s, self.time_ns),
            self.last_block_id.to_bytes(),
            *(
                protobuf.binary(1, _bytes(text))
                for text in (
                    self.last_commit_hash,
                    self.data_hash,
                    self.validators_hash,
                    self.next_validators_hash,
                    self.consensus_hash,
                    self.app_hash,
                    self.last_results_hash,
                    self.evidence_hash,
                    self.proposer_address,
                )
            ),
        )
        return root_of(leaf_hash(field) for field in fields)


def timestamp(time_s: int, time_ns: int) -> bytes:
    """Timestamp: seconds 1, nanos 2."""
    return protobuf.integer(1, time_s) + protobuf.integer(2, time_ns)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text)
