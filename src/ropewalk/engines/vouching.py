# SPDX-License-Identifier: Apache-2.0
"""Hold a log that was executed again to those who vouched for it when it was archived.

In an embedded ledger that is the log's key; in a consortium validators with more than two thirds of
the votes, followed from the genesis on, for as many entries as their votes cover, and the member's
own key for the rest; behind a succession the successor's key.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from ropewalk.crypto import EncodingError, from_base64, from_base64url
from ropewalk.engines.archive import Head, Material, Reader
from ropewalk.engines.chain import Chain, Prepared
from ropewalk.engines.errors import ArchiveError
from ropewalk.ledger import (
    SUCCESSION_KEY,
    VALIDATORS_KEY,
    SuccessionRecord,
    Validators,
    chain_id,
    decode_record,
    network_id,
)
from ropewalk.tlog import (
    Change,
    Checkpoint,
    ConsensusProof,
    Followed,
    Note,
    ProofError,
    SignatureMissingError,
    Validator,
    ValidatorSet,
    VerifierKey,
    follow,
    verify_checkpoint,
)

CHECKPOINT_LINE, PROOF_LINE = 3, 4
ROOT_SIZE = 32
APP_HASH_SIZE = ROOT_SIZE + 8


@dataclass(frozen=True, slots=True)
class Vouched:
    """On whose word a log is what it is."""

    proven_size: int
    """Entries that validators signed for; in an embedded ledger all, by its checkpoint."""
    told: str
    """In words."""


@dataclass(frozen=True, slots=True)
class Stood:
    """A log as it stood at some time."""

    height: int
    size: int
    root: bytes


class Vouching:
    """Follows a log while it grows, and judges at its end."""

    def __init__(self, head: Head, chain: Chain) -> None:
        self._head, self._chain, self._genesis = head, chain, head.chosen
        self._nodes = {one.node for one in self._genesis.validators}
        self.node = ""
        """Of a consortium: id of the key that signed the checkpoint, as soon as that is checked; ""
        where it is not known, and votes that cover all vouch without it."""
        self._successor: SuccessionRecord | None = None
        self._before: Stood | None = None

    @property
    def changes(self) -> Sequence[Change]:
        """How the validators followed each other, as far as the archive shows it."""
        proofs = [self._head.consensus]
        if self._head.succession is not None:
            proofs.append(self._head.succession.consensus)
        return [change for proof in proofs if proof is not None for change in proof.changes]

    @property
    def left(self) -> Stood:
        """The log as it was left: before a succession, or at its end."""
        tip = self._chain.tip
        return self._before or Stood(tip.height, tip.size, tip.log_root)

    def follow(self, prepared: Prepared) -> None:
        """Take in a block."""
        changes = prepared.executed.changes
        named = changes.get(VALIDATORS_KEY)
        if named is not None:
            steps = decode_record(named, Validators).steps
            self._nodes.update(one.node for step in steps for one in step.validators)
        succeeded = changes.get(SUCCESSION_KEY)
        if succeeded is not None:
            record = decode_record(succeeded, SuccessionRecord)
            self._successor = record
            self._before = Stood(record.height, record.size, bytes.fromhex(record.root))

    def check(self, reader: Reader) -> Vouched:
        """Hold the log to its checkpoint, and to what else vouches for it.

        Raises:
            ArchiveError: which line promises another log.
        """
        manifest, tip = self._head.manifest, self._chain.tip
        there = (tip.size, tip.height, tip.log_root.hex())
        if there != (manifest.size, manifest.height, manifest.root):
            raise reader.refusal(f"the manifest: the entries lead to {there}", 1)
        if manifest.succession != (self._successor is not None):
            raise reader.refusal("the manifest: the log tells otherwise of a succession", 1)
        proven = self._check_proof(reader)
        self._check_note(reader, proven)
        return proven

    def _check_note(self, reader: Reader, proven: Vouched) -> None:
        manifest, tip = self._head.manifest, self._chain.tip
        try:
            checkpoint = self._verified(Note.parse(self._head.note), proven)
        except (ProofError, EncodingError) as error:
            raise reader.refusal(f"the checkpoint: {error}", CHECKPOINT_LINE) from error
        if (checkpoint.size, checkpoint.root) != (tip.size, tip.log_root):
            raise reader.refusal("the checkpoint: the log has another root", CHECKPOINT_LINE)
        known = manifest.node is None or manifest.node in self._nodes or self._successor
        if not known and proven.proven_size < manifest.size:
            raise reader.refusal(
                "the checkpoint is signed by nobody whom the log names, and validators did not "
                "sign for all of it",
                CHECKPOINT_LINE,
            )

    def _verified(self, note: Note, proven: Vouched) -> Checkpoint:
        """The checkpoint, by whom it has to be signed.

        Where validators signed for all of it, it may be signed by whomever: a member that is no
        validator has a key that the log does not name.

        Raises:
            ProofError: nobody of them did.
        """
        if self._successor is not None:
            self.node = self._genesis.validators[0].node if self._genesis.validators else ""
            return verify_checkpoint(note, VerifierKey.parse(self._successor.log))
        if not self._genesis.validators:
            return verify_checkpoint(note, VerifierKey.parse(self._genesis.log))
        named = self._head.manifest.node
        for node in [named] if named else sorted(self._nodes):
            self.node = node
            with suppress(SignatureMissingError):
                return verify_checkpoint(note, VerifierKey(self._genesis.log, from_base64url(node)))
        if self._head.consensus is None or proven.proven_size < self._head.manifest.size:
            raise SignatureMissingError(
                "it is not signed by the node that the manifest names"
                if named
                else "no node that the log names has signed it, and validators did not sign for all"
            )
        self.node = ""
        return Checkpoint.parse(note.text)

    def _check_proof(self, reader: Reader) -> Vouched:
        manifest = self._head.manifest
        try:
            if self._head.succession is not None:
                told = self._before_succession(self._head.succession)
                return Vouched(manifest.size, f"the successor's log, {told}")
            if self._head.consensus is None:
                return Vouched(manifest.proven_size, self._one_key())
            followed, size = self.followed(self._head.consensus)
        except (ProofError, ArchiveError, EncodingError) as error:
            raise reader.refusal(str(error.args[0]), PROOF_LINE) from error
        if size != manifest.proven_size:
            raise reader.refusal(f"the manifest: validators signed for {size} entries", 1)
        return Vouched(size, _told(followed, size, manifest.size))

    def _one_key(self) -> str:
        if self._genesis.validators:
            return "one member's node alone: no votes of validators are in the archive"
        return "the log's key"

    def followed(self, proof: ConsensusProof) -> tuple[Followed, int]:
        """What validators signed, and for how many entries of this very log.

        Raises:
            ProofError: the votes do not hold.
            ArchiveError: they are for another log.
        """
        first = ValidatorSet.of(
            Validator(from_base64url(one.key), one.power) for one in self._genesis.validators
        )
        found = follow(chain_id(network_id(self._head.genesis)), first, proof)
        app_hash = bytes.fromhex(found.header.app_hash)
        if len(app_hash) != APP_HASH_SIZE:
            raise ArchiveError("an app hash is the log's root and size")
        stood = self._stood(int.from_bytes(app_hash[ROOT_SIZE:], "big"))
        if stood is None or stood.root != app_hash[:ROOT_SIZE]:
            raise ArchiveError("validators signed for another log")
        if stood.height >= found.header.height:
            raise ArchiveError("the header does not come behind the block")
        return found, stood.size

    def _stood(self, size: int) -> Stood | None:
        """The log at a size at which a block ends."""
        row = self._chain.store.writer.execute(
            "SELECT height, log_root FROM block WHERE last = ?", (size - 1,)
        ).fetchone()
        return None if row is None else Stood(row[0], size, row[1])

    def _before_succession(self, material: Material) -> str:
        """Who vouched for the log that a successor carries on.

        Raises:
            ProofError, ArchiveError: nobody did, or for another log.
        """
        stood = self.left
        statement = material.statement
        if (statement.size, statement.root) != (stood.size, stood.root.hex()):
            raise ArchiveError("the succession is of another log")
        if material.consensus is not None:
            followed, size = self.followed(material.consensus)
            return "before it " + _told(followed, size, stood.size)
        if self._genesis.validators:
            return "before it one member's node alone"
        note = Note.parse(from_base64(material.checkpoint or ""))
        checkpoint = verify_checkpoint(note, VerifierKey.parse(self._genesis.log))
        if (checkpoint.size, checkpoint.root) != (stood.size, stood.root):
            raise ArchiveError("the checkpoint before the succession is of another log")
        return "before it the genesis' log's key"


def _told(followed: Followed, size: int, all_of_it: int) -> str:
    tally, validators = followed.tally, followed.validators
    told = (
        f"{tally.validators} of {len(validators.validators)} validators with {tally.power} of "
        f"{validators.total_power} votes, for {size} of {all_of_it} entries"
    )
    return told if size == all_of_it else f"{told}; for the rest one member's node alone"
