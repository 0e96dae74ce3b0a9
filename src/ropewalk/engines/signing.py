# SPDX-License-Identifier: Apache-2.0
"""Who signs checkpoints of a ledger: its node; nobody, where it was rebuilt; or its successor."""

from dataclasses import dataclass, replace
from pathlib import Path

from ropewalk.crypto import (
    KeyFileError,
    PassphraseError,
    PrivateKey,
    Signer,
    from_base64url,
    read,
)
from ropewalk.engines.errors import DamageError, WrongPassphraseError
from ropewalk.engines.port import ReadOnlyError
from ropewalk.engines.standing import META, read_standing
from ropewalk.engines.store import Store
from ropewalk.ledger import (
    SUCCESSION_KEY,
    EntryError,
    Genesis,
    SuccessionRecord,
    decode_record,
)
from ropewalk.tlog import Checkpoint, Note, ProofError, VerifierKey, verify_checkpoint

READ_ONLY = "rebuilt from an archive; a succession makes it live"
NOBODY = bytes(32)
"""In the place of a public key that is not known; nothing is verified by it."""


class NoKey:
    """In the place of a key, where nobody may sign."""

    kid = ""

    def sign(self, message: bytes) -> bytes:  # noqa: ARG002  # a signer's
        """Refuse."""
        raise ReadOnlyError(READ_ONLY)


@dataclass(frozen=True, slots=True)
class Signing:
    """The key in use, and which key has signed what is there."""

    signer: Signer
    before: VerifierKey
    """Of checkpoints up to a succession, or of all."""
    read_only: str = ""
    after: VerifierKey | None = None
    since: int = 0
    """Size of the log that a successor carries on."""
    by_votes: bool = False
    """Whether votes alone vouched for what was rebuilt; who signed its checkpoint is not known."""

    def checkpoint(self, note: Note, size: int) -> Checkpoint:
        """The checkpoint of a note, for a log of a size.

        Raises:
            ProofError: it is not signed by whom it has to be.
        """
        if self.by_votes and size <= (self.since or size):
            return Checkpoint.parse(note.text)
        return verify_checkpoint(note, self.key_at(size))

    def key_at(self, size: int) -> VerifierKey:
        """Whose checkpoints of a size are right."""
        if self.after is not None and size > self.since:
            return self.after
        return self.before

    @classmethod
    def nobody(
        cls, store: Store, genesis: Genesis, succession: SuccessionRecord | None
    ) -> "Signing":
        """Of a ledger that is read-only."""
        before = _first_key(store, genesis)
        by_votes = before.public_key == NOBODY
        if succession is None:
            return cls(NoKey(), before, READ_ONLY, by_votes=by_votes)
        after = VerifierKey.parse(succession.log)
        return cls(NoKey(), before, READ_ONLY, after, succession.size, by_votes)

    @classmethod
    def successor(
        cls,
        store: Store,
        genesis: Genesis,
        succession: SuccessionRecord | None,
        log_key: PrivateKey,
    ) -> "Signing":
        """Of a ledger whose succession has named this key; of one that is read-only, otherwise.

        A crash while a succession is adopted leaves the key in place before the ledger names it.
        """
        found = cls.nobody(store, genesis, succession)
        if found.after is None or found.after.public_key != log_key.public_key:
            return found
        return replace(found, signer=log_key, read_only="")


def node_key(path: Path, passphrase: str) -> PrivateKey:
    """The key that signs checkpoints here.

    Raises:
        WrongPassphraseError: it does not open.
        DamageError: it can't be read.
    """
    try:
        return read(path, passphrase)
    except PassphraseError as error:
        raise WrongPassphraseError(
            "keys/log.pem does not open with this passphrase: give the one that the key was made "
            "with, by --passphrase-file or ROPEWALK_PASSPHRASE"
        ) from error
    except KeyFileError as error:
        raise DamageError(f"keys/log.pem: {error}") from error


def succession_of(store: Store) -> SuccessionRecord | None:
    """Who carries the ledger on, where somebody does.

    Raises:
        DamageError: the record is none.
    """
    data = store.written_record(SUCCESSION_KEY)
    try:
        return None if data is None else decode_record(data, SuccessionRecord)
    except EntryError as error:
        raise DamageError(f"state: {SUCCESSION_KEY}: {error}") from error


def _first_key(store: Store, genesis: Genesis) -> VerifierKey:
    """Who signed before any succession: the genesis' log, or the member whose archive it was."""
    try:
        if not genesis.validators:
            return VerifierKey.parse(genesis.log)
        node = read_standing(store.meta(META)).node
        return VerifierKey(genesis.log, from_base64url(node) if node else NOBODY)
    except (ProofError, ValueError) as error:
        raise DamageError(f"the key of the log is none: {error}") from error
