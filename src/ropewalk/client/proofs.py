# SPDX-License-Identifier: Apache-2.0
"""What stands in the log and in the state: checkpoint, inclusion, presence."""

from typing import TypeVar

import msgspec

from ropewalk.client.bundle import Bundle, ProvenEntry, StateProof
from ropewalk.client.errors import VerificationError
from ropewalk.client.trust import Trust
from ropewalk.crypto import EncodingError, decode, from_base64
from ropewalk.identity import Controller, Party
from ropewalk.ledger import (
    BlockEntry,
    Entry,
    EntryError,
    Record,
    decode_entry,
    decode_record,
    encode_record,
)
from ropewalk.title import Title
from ropewalk.tlog import (
    Checkpoint,
    Note,
    ProofError,
    VerifierKey,
    leaf_hash,
    presence_from_json,
    verify_checkpoint,
    verify_cosignature,
    verify_inclusion,
    verify_presence,
)

R = TypeVar("R", bound=Record)
RECORD_DEPTH_MAX = 8


def check_checkpoint(bundle: Bundle, trust: Trust) -> tuple[Checkpoint, int]:
    """The checkpoint, and how many witnesses cosigned it.

    Raises:
        VerificationError: item `checkpoint`.
    """
    try:
        note = Note.parse(from_base64(bundle.checkpoint))
        checkpoint = verify_checkpoint(note, trust.log)
        cosigned = sum(1 for witness in trust.witnesses if _cosigned(note, witness))
    except (ProofError, EncodingError) as error:
        raise VerificationError("checkpoint", str(error)) from error
    if len(note.signatures) != 1 + cosigned:
        raise VerificationError("checkpoint", "a signature line is nobody's whom the policy names")
    if cosigned < trust.quorum:
        raise VerificationError("checkpoint", f"{cosigned} of {trust.quorum} witnesses signed")
    return checkpoint, cosigned


def _cosigned(note: Note, witness: VerifierKey) -> bool:
    if all(line.name != witness.name for line in note.signatures):
        return False
    verify_cosignature(note, witness)
    return True


def check_block(bundle: Bundle, checkpoint: Checkpoint) -> BlockEntry:
    """The end of the last block.

    Raises:
        VerificationError: item `block`.
    """
    if bundle.block.position != checkpoint.size - 1:
        raise VerificationError("block", "the block's end is not the checkpoint's last entry")
    entry = check_entry("block", bundle.block, checkpoint)
    if not isinstance(entry, BlockEntry):
        raise VerificationError("block", "the entry is no block's end")
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
    record = _present(title, f"title/{bundle.title}", block, Title)
    issuer = _present(controller, f"controller/{record.issuer}", block, Controller)
    return issuer, _present(party, f"party/{record.issuer}", block, Party), record


def _present(proof: StateProof, key: str, block: BlockEntry, kind: type[R]) -> R:
    item = f"state:{key}"
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
