# SPDX-License-Identifier: Apache-2.0
"""What stands in the log and in the state: checkpoint or consensus, inclusion, presence."""

from typing import TypeVar

import msgspec

from ropewalk.client.bundle import Bundle, ProvenEntry, StateProof, Vouched
from ropewalk.client.errors import VerificationError
from ropewalk.client.trust import Trust
from ropewalk.crypto import EncodingError, decode, from_base64
from ropewalk.identity import Controller, Party
from ropewalk.ledger import (
    BlockEntry,
    Entry,
    EntryError,
    Record,
    chain_id,
    decode_entry,
    decode_record,
    encode_record,
)
from ropewalk.title import Title
from ropewalk.tlog import (
    Checkpoint,
    ConsensusProof,
    Followed,
    Note,
    ProofError,
    ValidatorSet,
    VerifierKey,
    follow,
    leaf_hash,
    presence_from_json,
    verify_checkpoint,
    verify_cosignature,
    verify_inclusion,
    verify_presence,
)

R = TypeVar("R", bound=Record)
RECORD_DEPTH_MAX = 8
ROOT_SIZE = 32
APP_HASH_SIZE = ROOT_SIZE + 8
"""A consortium's app hash is the log's root and its size, big-endian."""


class Succeeded(msgspec.Struct, frozen=True, kw_only=True):
    """Who decided that somebody carries a ledger on."""

    size: int
    """Of the log that was left."""
    signers: int
    deciding: int
    """How many could have signed."""
    power: int
    total: int
    by_votes: bool
    """Whether validators decided, not who governs."""


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """The log's size and root, and who vouches for them."""

    checkpoint: Checkpoint
    cosigned: int = 0
    """How many witnesses cosigned it."""
    followed: Followed | None = None
    """In a consortium: the header that has it, and who signed that."""
    succeeded: Succeeded | None = None
    """Where a successor's log has signed it: who decided on that."""


def check_signed(bundle: Vouched, trust: Trust) -> Sealed:
    """The log's size and root by its checkpoint, or in a consortium by what validators signed.

    Raises:
        VerificationError: item `checkpoint`, in a consortium `consensus`.
    """
    if trust.validators is None:
        return check_checkpoint(bundle, trust, trust.log)
    return _check_consensus(bundle, trust, trust.validators)


def _check_consensus(bundle: Vouched, trust: Trust, first_set: ValidatorSet) -> Sealed:
    if bundle.consensus is None:
        raise VerificationError("consensus", "a consortium's bundle carries its validators' votes")
    if trust.quorum:
        raise VerificationError(
            "consensus", "a quorum of witnesses is asked for, and this bundle can't carry any yet"
        )
    followed, checkpoint = followed_to("consensus", trust, first_set, bundle.consensus)
    return Sealed(checkpoint=checkpoint, followed=followed)


def followed_to(
    item: str, trust: Trust, first_set: ValidatorSet, proof: ConsensusProof
) -> tuple[Followed, Checkpoint]:
    """What validators signed, and the log that this fixes.

    Raises:
        VerificationError: this item: the votes do not hold, or fix no log.
    """
    try:
        followed = follow(chain_id(trust.network), first_set, proof)
        app_hash = bytes.fromhex(followed.header.app_hash)
        if len(app_hash) != APP_HASH_SIZE:
            raise VerificationError(item, "an app hash is the log's root and size")
        root, size = app_hash[:ROOT_SIZE], int.from_bytes(app_hash[ROOT_SIZE:], "big")
        return followed, Checkpoint(trust.origin, size, root)
    except ProofError as error:
        raise VerificationError(item, str(error)) from error


def check_checkpoint(bundle: Vouched, trust: Trust, key: VerifierKey | None) -> Sealed:
    """The log's size and root by a checkpoint that this key signed.

    Raises:
        VerificationError: item `checkpoint`.
    """
    if bundle.checkpoint is None or key is None:
        raise VerificationError("checkpoint", "an embedded ledger's bundle carries a checkpoint")
    try:
        note = Note.parse(from_base64(bundle.checkpoint))
        checkpoint = verify_checkpoint(note, key)
        cosigned = sum(1 for witness in trust.witnesses if _cosigned(note, witness))
    except (ProofError, EncodingError) as error:
        raise VerificationError("checkpoint", str(error)) from error
    if len(note.signatures) != 1 + cosigned:
        raise VerificationError("checkpoint", "a signature line is nobody's whom the policy names")
    if cosigned < trust.quorum:
        raise VerificationError("checkpoint", f"{cosigned} of {trust.quorum} witnesses signed")
    return Sealed(checkpoint=checkpoint, cosigned=cosigned)


def _cosigned(note: Note, witness: VerifierKey) -> bool:
    if all(line.name != witness.name for line in note.signatures):
        return False
    verify_cosignature(note, witness)
    return True


def check_block(bundle: Vouched, sealed: Sealed) -> BlockEntry:
    """The end of the last block, which in a consortium comes before the last header.

    Raises:
        VerificationError: item `block`.
    """
    checkpoint = sealed.checkpoint
    if bundle.block.position != checkpoint.size - 1:
        raise VerificationError("block", "the block's end is not the checkpoint's last entry")
    entry = check_entry("block", bundle.block, checkpoint)
    if not isinstance(entry, BlockEntry):
        raise VerificationError("block", "the entry is no block's end")
    if sealed.followed is not None:
        header = sealed.followed.header
        if entry.height >= header.height or entry.time > header.time_s:
            raise VerificationError("block", "the block does not come before the last header")
    return entry


def check_entry(item: str, proven: ProvenEntry, checkpoint: Checkpoint) -> Entry:
    """An entry that stands in the log where it says.

    Raises:
        VerificationError: it does not, or is no entry.
    """
    try:
        path = [from_base64(one) for one in proven.inclusion]
        leaf = proven.leaf.encode("ascii")
        hashed = leaf_hash(leaf)
        verify_inclusion(hashed, proven.position, checkpoint.size, path, checkpoint.root)
        return decode_entry(leaf)
    except (ProofError, EncodingError, EntryError) as error:
        raise VerificationError(item, str(error)) from error


def check_state(bundle: Bundle, block: BlockEntry) -> tuple[Controller, Party, Title]:
    """The issuer's controller and registration, and the title's record.

    Raises:
        VerificationError: item `state:` and the key.
    """
    controller, party, title = bundle.state
    record = present(title, f"title/{bundle.title}", block, Title)
    issuer = present(controller, f"controller/{record.issuer}", block, Controller)
    return issuer, present(party, f"party/{record.issuer}", block, Party), record


def present(proof: StateProof, key: str, block: BlockEntry, kind: type[R], item: str = "") -> R:
    """A record of the state that a block leads to.

    Raises:
        VerificationError: it is not there, or none of its kind; item `state:` and the key, unless
            it is told another.
    """
    item = item or f"state:{key}"
    if proof.key != key:
        raise VerificationError(item, f"a proof of {proof.key} stands in its place")
    value = proof.value.encode("ascii")
    try:
        presence = presence_from_json(msgspec.to_builtins(proof))
        verify_presence(bytes.fromhex(block.state_root), key.encode("ascii"), value, presence)
        decode(value, depth_max=RECORD_DEPTH_MAX)
        record = decode_record(value, kind)
    except (ProofError, EntryError, ValueError) as error:
        raise VerificationError(item, str(error)) from error
    if encode_record(record) != value:
        raise VerificationError(item, "the record is not in its one encoding")
    return record
