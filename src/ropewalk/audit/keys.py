# SPDX-License-Identifier: Apache-2.0
"""Whose signature a checkpoint may carry: the log's, or in a consortium that of a member's node."""

from ropewalk.crypto import from_base64url
from ropewalk.ledger import read_genesis
from ropewalk.tlog import (
    Checkpoint,
    Note,
    ProofError,
    SignatureMissingError,
    VerifierKey,
    verify_checkpoint,
)


class LogKeys:
    """The keys that sign checkpoints of one network."""

    def __init__(self, genesis: bytes) -> None:
        """Begin with those of the genesis.

        Raises:
            GenesisError: it is none of ours.
            MalformedVerifierKeyError: its log has no key.
        """
        chosen = read_genesis(genesis)
        self._origin = chosen.log
        self._keys: dict[str, VerifierKey] = {}
        self._successor: VerifierKey | None = None
        self._by_votes = (0, b"")
        self.succeeded_at = 0
        """Size of the log that a successor carries on, 0 where none does."""
        if not chosen.validators:
            self._keys[""] = VerifierKey.parse(chosen.log)
        for one in chosen.validators:
            self.add(one.node)

    def add(self, node: str) -> None:
        """Take in the key of a member's node."""
        self._keys[node] = VerifierKey(self._origin, from_base64url(node))

    def vouch(self, size: int, root: bytes) -> None:
        """Validators signed for this log: its checkpoint may be signed by whomever."""
        self._by_votes = (size, root)

    def succeed(self, log: str, size: int) -> None:
        """From a size on, the successor's log alone signs.

        Raises:
            MalformedVerifierKeyError: it is no key.
        """
        self._successor, self.succeeded_at = VerifierKey.parse(log), size

    def verify(self, note: bytes) -> Checkpoint:
        """The checkpoint of a note that one of the keys signed that may sign at its size.

        Raises:
            ProofError: none did, or it is no checkpoint.
        """
        read = Note.parse(note)
        missing: ProofError = SignatureMissingError("nobody who may sign has signed it")
        told = Checkpoint.parse(read.text)
        if (told.size, told.root) == self._by_votes:
            return told
        size = told.size
        for key in self._signing_at(size):
            try:
                return verify_checkpoint(read, key)
            except SignatureMissingError as error:
                missing = error
        raise missing

    def _signing_at(self, size: int) -> list[VerifierKey]:
        if self._successor is not None and size > self.succeeded_at:
            return [self._successor]
        return list(self._keys.values())
