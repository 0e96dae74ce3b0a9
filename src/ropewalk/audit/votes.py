# SPDX-License-Identifier: Apache-2.0
"""The votes beside a rebuilt ledger, followed by the auditor from the genesis on."""

from pathlib import Path

import msgspec

from ropewalk.audit.report import DifferenceError
from ropewalk.crypto import EncodingError, from_base64url
from ropewalk.ledger import chain_id, network_id, read_genesis
from ropewalk.tlog import ConsensusProof, ProofError, Validator, ValidatorSet, follow


class _Beside(msgspec.Struct, frozen=True):
    """What is looked at of `archive.json`."""

    consensus: ConsensusProof


def check_votes(path: Path, genesis: bytes, size: int, root: bytes) -> None:
    """More than two thirds of the votes are for a log of this size and root.

    Raises:
        DifferenceError: there are none, they do not hold, or are for another log.
    """
    first = ValidatorSet.of(
        Validator(from_base64url(one.key), one.power) for one in read_genesis(genesis).validators
    )
    try:
        proof = msgspec.json.decode(path.read_bytes(), type=_Beside, strict=True).consensus
        found = follow(chain_id(network_id(genesis)), first, proof)
    except (OSError, msgspec.MsgspecError, ProofError, EncodingError) as error:
        raise DifferenceError(f"{path.name}: {error}") from error
    if found.header.app_hash != (root + size.to_bytes(8, "big")).hex():
        raise DifferenceError(f"{path.name}: validators signed for another log")
