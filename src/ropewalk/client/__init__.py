# SPDX-License-Identifier: Apache-2.0
"""The client: build, sign, submit, await, fetch proofs, verify. What an engineer imports."""

from ropewalk.client.actor import Actor
from ropewalk.client.amending import (
    Replacement,
    combine_body,
    reissue_body,
    replace,
    split_body,
)
from ropewalk.client.bundle import read_bundle
from ropewalk.client.bundling import bundle_of, make_bundle, make_control_proof
from ropewalk.client.control import (
    challenge_hash,
    make_challenge,
    make_proof,
    read_challenge,
    verify_control,
)
from ropewalk.client.disclosure import (
    Known,
    check_opening,
    identity_commitment,
    make_opening,
    open_envelope,
    read_opening,
    seal_openings,
)
from ropewalk.client.document import DocumentError, TransportDocument, dcsa_checksum
from ropewalk.client.errors import (
    ClientError,
    MalformedAnswerError,
    NotFoundError,
    PartiesError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
    VerificationError,
)
from ropewalk.client.issuing import (
    Controllers,
    find_terms,
    issue,
    issue_body,
    read_document,
)
from ropewalk.client.node import History, Node, Outcome, transaction_id
from ropewalk.client.shelf import Kept, Shelf
from ropewalk.client.signing import Sender, signed_headers
from ropewalk.client.succession import check_sealed
from ropewalk.client.terms import SECRET_SIZE, NoCargoError, Terms, terms_of
from ropewalk.client.trust import Policy, Trust, read_trust
from ropewalk.client.vaulting import Got, Put, Vaulting
from ropewalk.client.verdict import Verdict, refusal
from ropewalk.client.verify import verify_bundle

__all__ = [
    "SECRET_SIZE",
    "Actor",
    "ClientError",
    "Controllers",
    "DocumentError",
    "Got",
    "History",
    "Kept",
    "Known",
    "MalformedAnswerError",
    "NoCargoError",
    "Node",
    "NotFoundError",
    "Outcome",
    "PartiesError",
    "Policy",
    "Put",
    "RefusedError",
    "Replacement",
    "Sender",
    "Shelf",
    "Terms",
    "TransportDocument",
    "Trust",
    "UnknownOutcomeError",
    "UnreachableError",
    "Vaulting",
    "Verdict",
    "VerificationError",
    "bundle_of",
    "challenge_hash",
    "check_opening",
    "check_sealed",
    "combine_body",
    "dcsa_checksum",
    "find_terms",
    "identity_commitment",
    "issue",
    "issue_body",
    "make_bundle",
    "make_challenge",
    "make_control_proof",
    "make_opening",
    "make_proof",
    "open_envelope",
    "read_bundle",
    "read_challenge",
    "read_document",
    "read_opening",
    "read_trust",
    "refusal",
    "reissue_body",
    "replace",
    "seal_openings",
    "signed_headers",
    "split_body",
    "terms_of",
    "transaction_id",
    "verify_bundle",
    "verify_control",
]
