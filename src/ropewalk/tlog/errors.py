# SPDX-License-Identifier: Apache-2.0
"""What may be wrong with a proof, a note or a question to the log: refusals 7050 to 7069."""


class ProofError(Exception):
    """Something offered as evidence does not prove what it claims; base of this room's errors."""

    code = "tlog.proof"
    number = 7050


class RangeError(ProofError):
    """No such position or size: positions count from 0, sizes end at 2**53 - 1."""

    code = "tlog.range"
    number = 7051


class InclusionError(ProofError):
    """The audit path does not lead from the entry to the root."""

    code = "tlog.inclusion"
    number = 7052


class ConsistencyError(ProofError):
    """The path does not show that the newer tree begins with the older one."""

    code = "tlog.consistency"
    number = 7053


class MalformedNoteError(ProofError):
    """The bytes are not a signed note in its one accepted form."""

    code = "tlog.note_malformed"
    number = 7054


class MalformedVerifierKeyError(ProofError):
    """The text is not a C2SP verifier key of a type known here."""

    code = "tlog.verifier_key_malformed"
    number = 7055


class SignatureMissingError(ProofError):
    """The note has no signature line of the verifier key's name and key hash."""

    code = "tlog.signature_missing"
    number = 7056


class SignatureInvalidError(ProofError):
    """The note has a signature line of the verifier key, and the signature does not hold."""

    code = "tlog.signature_invalid"
    number = 7057


class MalformedCheckpointError(ProofError):
    """The note's text is not origin, size and root in exactly three lines."""

    code = "tlog.checkpoint_malformed"
    number = 7058


class MalformedProofError(ProofError):
    """A presence or absence proof is not in its one accepted form."""

    code = "tlog.proof_malformed"
    number = 7059


class PresenceError(ProofError):
    """The path does not lead from the key and value to the root of the map."""

    code = "tlog.presence"
    number = 7060


class AbsenceError(ProofError):
    """The neighbours do not show that the key is absent from the map."""

    code = "tlog.absence"
    number = 7061


class MapError(ProofError):
    """The map was asked about a key it does not hold, or given what is no key, leaf or order."""

    code = "tlog.map"
    number = 7062


class MalformedValidatorsError(ProofError):
    """These are not validators in CometBFT's order, each once, each with a key and votes."""

    code = "tlog.validators_malformed"
    number = 7063


class MalformedCommitError(ProofError):
    """A header, a commit or an answer of CometBFT is not in its one accepted form."""

    code = "tlog.commit_malformed"
    number = 7064


class HeaderError(ProofError):
    """The header is of another chain, does not come after the one before, or changes no set."""

    code = "tlog.header"
    number = 7065


class ValidatorsError(ProofError):
    """The header names another set of validators than the one that is to sign it."""

    code = "tlog.validators"
    number = 7066


class CommitError(ProofError):
    """The commit is of another block than the header's."""

    code = "tlog.commit"
    number = 7067


class VoteError(ProofError):
    """A vote in the commit is nobody's, or its signature does not hold."""

    code = "tlog.vote"
    number = 7068


class VotingPowerError(ProofError):
    """Two thirds of the votes or fewer are in the commit."""

    code = "tlog.voting_power"
    number = 7069
