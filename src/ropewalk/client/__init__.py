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
from ropewalk.client.books import (
    balances_of,
    exposure_of,
    holdings_of,
    maturities_of,
    statement_of,
    statement_table,
)
from ropewalk.client.bundle import read_bundle
from ropewalk.client.bundling import bundle_of, make_bundle, make_control_proof
from ropewalk.client.claiming import Claimed, claim, events_in
from ropewalk.client.contents import fetch_content, share_content
from ropewalk.client.control import (
    challenge_hash,
    make_challenge,
    make_proof,
    read_challenge,
    verify_control,
)
from ropewalk.client.dealings import (
    ask_before_funding,
    balance_of,
    deciding,
    exchange_of,
    payable_of,
    receivable_of,
)
from ropewalk.client.desks import found_on_desk, subjects_of, todos_of
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
    DraftError,
    MalformedAnswerError,
    NotARequestError,
    NotFoundError,
    PartiesError,
    RefusedError,
    TemplateError,
    UnknownOutcomeError,
    UnreachableError,
    VerificationError,
)
from ropewalk.client.explaining import answers_of, claims_of
from ropewalk.client.issuing import (
    Controllers,
    OnBoard,
    Particulars,
    find_terms,
    issue,
    issue_body,
    read_document,
)
from ropewalk.client.node import History, Node, Outcome, transaction_id
from ropewalk.client.papers import (
    Request,
    book,
    content_commitment,
    instruct,
    publish_draft,
    read_request,
)
from ropewalk.client.passes import GateChallenge, answer, check_pass, make_pass, read_pass
from ropewalk.client.shelf import Kept, Shelf
from ropewalk.client.signing import Sender, Signing, signed_headers, signing_as, unsigned
from ropewalk.client.succession import check_sealed
from ropewalk.client.templates import Template, Templates
from ropewalk.client.terms import (
    SECRET_SIZE,
    NoCargoError,
    Terms,
    box_secret,
    box_tag,
    equipments_of,
    on_board_date,
    port_of,
    tag,
    terms_of,
)
from ropewalk.client.trust import Policy, Trust, read_trust
from ropewalk.client.vaulting import Got, Put, Vaulting
from ropewalk.client.verdict import Verdict, refusal
from ropewalk.client.verify import verify_bundle

__all__ = [
    "SECRET_SIZE",
    "Actor",
    "Claimed",
    "ClientError",
    "Controllers",
    "DocumentError",
    "DraftError",
    "GateChallenge",
    "Got",
    "History",
    "Kept",
    "Known",
    "MalformedAnswerError",
    "NoCargoError",
    "Node",
    "NotARequestError",
    "NotFoundError",
    "OnBoard",
    "Outcome",
    "Particulars",
    "PartiesError",
    "Policy",
    "Put",
    "RefusedError",
    "Replacement",
    "Request",
    "Sender",
    "Shelf",
    "Signing",
    "Template",
    "TemplateError",
    "Templates",
    "Terms",
    "TransportDocument",
    "Trust",
    "UnknownOutcomeError",
    "UnreachableError",
    "Vaulting",
    "Verdict",
    "VerificationError",
    "answer",
    "answers_of",
    "ask_before_funding",
    "balance_of",
    "balances_of",
    "book",
    "box_secret",
    "box_tag",
    "bundle_of",
    "challenge_hash",
    "check_opening",
    "check_pass",
    "check_sealed",
    "claim",
    "claims_of",
    "combine_body",
    "content_commitment",
    "dcsa_checksum",
    "deciding",
    "equipments_of",
    "events_in",
    "exchange_of",
    "exposure_of",
    "fetch_content",
    "find_terms",
    "found_on_desk",
    "holdings_of",
    "identity_commitment",
    "instruct",
    "issue",
    "issue_body",
    "make_bundle",
    "make_challenge",
    "make_control_proof",
    "make_opening",
    "make_pass",
    "make_proof",
    "maturities_of",
    "on_board_date",
    "open_envelope",
    "payable_of",
    "port_of",
    "publish_draft",
    "read_bundle",
    "read_challenge",
    "read_document",
    "read_opening",
    "read_pass",
    "read_request",
    "read_trust",
    "receivable_of",
    "refusal",
    "reissue_body",
    "replace",
    "seal_openings",
    "share_content",
    "signed_headers",
    "signing_as",
    "split_body",
    "statement_of",
    "statement_table",
    "subjects_of",
    "tag",
    "terms_of",
    "todos_of",
    "transaction_id",
    "unsigned",
    "verify_bundle",
    "verify_control",
]
