# SPDX-License-Identifier: Apache-2.0
"""Who vouches for a bundle's log: its own, validators, or a successor whom they let carry on.

Item `succession` of docs/reference/formats.md, 8 and 15. Those who decided are the validators that
would have voted next, or who governed in the state of the log that was left; each signature has to
be one of theirs, and more than two thirds of their weight to be there. Where a later set of
validators is shown, it has to agree too.
"""

from collections.abc import Mapping, Sequence

from ropewalk.client.bundle import Governing, Succession, Vouched
from ropewalk.client.errors import VerificationError
from ropewalk.client.proofs import (
    Sealed,
    Succeeded,
    check_checkpoint,
    check_entry,
    check_signed,
    followed_to,
    present,
)
from ropewalk.client.trust import Trust
from ropewalk.crypto import EncodingError, from_base64, to_base64url
from ropewalk.identity import Controller, active_keys, governance_id
from ropewalk.ledger import (
    BadSuccessionError,
    BlockEntry,
    SignedStatement,
    check_log,
    enough,
    signers_of,
    tally,
)
from ropewalk.tlog import (
    Checkpoint,
    ConsensusProof,
    Note,
    ProofError,
    ValidatorSet,
    VerifierKey,
    named_set,
    verify_checkpoint,
    verify_consistency,
)

ITEM = "succession"


def check_sealed(bundle: Vouched, trust: Trust) -> Sealed:
    """The log's size and root, and who vouches for them.

    Raises:
        VerificationError: item `succession`, `checkpoint` or `consensus`.
    """
    if bundle.succession is None:
        return check_signed(bundle, trust)
    succeeded = _decided(bundle.succession, trust)
    statement = bundle.succession.statement
    sealed = check_checkpoint(bundle, trust, VerifierKey.parse(statement.log))
    left = Checkpoint(trust.origin, statement.size, bytes.fromhex(statement.root))
    if sealed.checkpoint.size <= left.size:
        raise VerificationError(ITEM, "the successor's log has nothing of its own")
    _extends(left, sealed.checkpoint, bundle.succession.extension)
    return Sealed(checkpoint=sealed.checkpoint, cosigned=sealed.cosigned, succeeded=succeeded)


def _decided(succession: Succession, trust: Trust) -> Succeeded:
    """Those who decided, as many as it takes, on a log that they led."""
    statement = succession.statement
    if statement.network != trust.network:
        raise VerificationError(ITEM, "the statement is of another network")
    try:
        check_log(statement, trust.origin, trust.genesis.log)
        signers = signers_of(SignedStatement(signatures=succession.signatures, statement=statement))
    except BadSuccessionError as error:
        raise VerificationError(ITEM, error.detail) from error
    if trust.validators is None:
        sets: Sequence[Mapping[str, int]] = [_governing(succession, trust)]
    else:
        sets = _voting(succession, trust, trust.validators)
    if not set().union(*sets) >= set(signers):
        raise VerificationError(ITEM, "somebody has signed who does not decide")
    (power, total), *_ = tallies = [tally(weights, signers) for weights in sets]
    for has, of_all in tallies:
        if not enough(has, of_all):
            raise VerificationError(ITEM, f"{has} of {of_all} are not more than two thirds")
    return Succeeded(
        size=statement.size,
        signers=sum(1 for kid in signers if kid in sets[0]),
        deciding=len(sets[0]),
        power=power,
        total=total,
        by_votes=trust.validators is not None,
    )


def _voting(
    succession: Succession, trust: Trust, first: ValidatorSet
) -> Sequence[Mapping[str, int]]:
    """The validators that would have voted next, and every later set shown; else the genesis'."""
    statement = succession.statement
    if succession.checkpoint is not None or succession.governance is not None:
        raise VerificationError(ITEM, "in a consortium validators decide")
    if succession.consensus is None:
        if succession.consistency is not None:
            raise VerificationError(ITEM, "a consistency path from nothing")
        if statement.led != statement.height:
            raise VerificationError(ITEM, "no header shows how far consensus led")
        return [_weights(first)]
    followed, voted = followed_to(ITEM, trust, first, succession.consensus)
    if statement.led != max(statement.height, min(statement.led, followed.header.height - 1)):
        raise VerificationError(ITEM, "no header shows that consensus led so far")
    left = Checkpoint(trust.origin, statement.size, bytes.fromhex(statement.root))
    if (voted.size == left.size) != (succession.consistency is None):
        raise VerificationError(ITEM, "a consistency path is there where the sizes differ, only")
    _extends(voted, left, succession.consistency or [])
    return [_weights(each) for each in _sets_since(statement.led, first, succession.consensus)]


def _sets_since(led: int, first: ValidatorSet, proof: ConsensusProof) -> list[ValidatorSet]:
    """Who votes behind a height, and every later set, as far as a proof that was followed shows."""
    sets = [first, *(named_set(change.next) for change in proof.changes)]
    return sets[sum(1 for change in proof.changes if change.header.height <= led) :]


def _weights(validators: ValidatorSet) -> dict[str, int]:
    return {to_base64url(one.public_key): one.power for one in validators.validators}


def _governing(succession: Succession, trust: Trust) -> Mapping[str, int]:
    """The keys of who governed when an embedded ledger was left, one as good as another."""
    statement, governance = succession.statement, succession.governance
    if succession.consensus is not None or succession.consistency is not None:
        raise VerificationError(ITEM, "nobody votes on an embedded ledger")
    if statement.led != statement.height:
        raise VerificationError(ITEM, "no consensus leads an embedded ledger")
    if succession.checkpoint is None or governance is None or trust.log is None:
        raise VerificationError(ITEM, "an embedded ledger's last checkpoint, and who governed then")
    try:
        note = Note.parse(from_base64(succession.checkpoint))
        left = verify_checkpoint(note, trust.log)
    except (ProofError, EncodingError) as error:
        raise VerificationError(ITEM, str(error)) from error
    if len(note.signatures) != 1 or (left.size, left.root.hex()) != (
        statement.size,
        statement.root,
    ):
        raise VerificationError(ITEM, "the last checkpoint is of another log")
    controller = _controller(governance, left, statement.height, trust)
    return dict.fromkeys(active_keys(controller), 1)


def _controller(governance: Governing, left: Checkpoint, height: int, trust: Trust) -> Controller:
    if governance.block.position != left.size - 1:
        raise VerificationError(ITEM, "the block's end is not the last entry")
    entry = check_entry(ITEM, governance.block, left)
    if not isinstance(entry, BlockEntry) or entry.height != height:
        raise VerificationError(ITEM, "the last entry is not the end of the block in the statement")
    key = f"controller/{governance_id(trust.genesis)}"
    return present(governance.controller, key, entry, Controller, ITEM)


def _extends(old: Checkpoint, new: Checkpoint, path: list[str]) -> None:
    try:
        hashes = [from_base64(one) for one in path]
        verify_consistency(old.size, old.root, new.size, new.root, hashes)
    except (ProofError, EncodingError) as error:
        raise VerificationError(ITEM, str(error)) from error
