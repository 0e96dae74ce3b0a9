# SPDX-License-Identifier: Apache-2.0
"""Verify a title bundle with no network, no engine and no database.

The checks and their order are those of docs/reference/formats.md, 8; what refuses raises
`VerificationError` with the item of its line.

    verdict = verify_bundle(bundle_bytes, read_trust(genesis_bytes), now_s)
"""

import msgspec

from ropewalk.client.acts import Issuer, Log
from ropewalk.client.bundle import Bundle, read_bundle
from ropewalk.client.chain import follow_chain
from ropewalk.client.document import DocumentError, dcsa_checksum
from ropewalk.client.errors import VerificationError
from ropewalk.client.proofs import check_block, check_state
from ropewalk.client.roles import Roles, Setting
from ropewalk.client.succession import check_sealed
from ropewalk.client.trust import Trust
from ropewalk.client.verdict import Findings, Verdict, refusal, told
from ropewalk.crypto import SALT_SIZE, EncodingError, document_commitment, from_base64
from ropewalk.identity import governance_id


def verify_bundle(data: bytes, trust: Trust, now_s: int | None) -> Verdict:
    """Check a bundle, all of it or none.

    Args:
        data: the file's bytes, hostile until checked.
        trust: genesis and policy.
        now_s: the verifier's own time, seconds since 1970-01-01T00:00:00Z; None where it has
            none, and then freshness is not judged.
    """
    try:
        return told(find(data, trust, now_s))
    except VerificationError as error:
        return refusal(error)


def find(data: bytes, trust: Trust, now_s: int | None) -> Findings:
    """What a bundle establishes.

    Raises:
        VerificationError: a check fails; `item` is its name.
    """
    bundle = read_bundle(data)
    if bundle.network != trust.network:
        raise VerificationError("network", "the bundle is of another network than is trusted")
    sealed = check_sealed(bundle, trust)
    block = check_block(bundle, sealed)
    controller, party, record = check_state(bundle, block)
    title: Roles = msgspec.json.decode(bundle.state[2].value)[1]
    log = Log(trust.network, sealed.checkpoint, Issuer(record.issuer, controller))
    acts = log.acts(bundle.acts)
    governance = governance_id(trust.genesis)
    setting = Setting(trust.network, governance, bundle.title, record.issued_at)
    chain = follow_chain(acts, setting)
    if chain.family[bundle.title] != title:
        raise VerificationError("title", "the record is not what the acts lead to")
    disclosed = _check_document(bundle, record.commitment)
    found = Findings(
        bundle=bundle,
        trust=trust,
        block=block,
        title=title,
        issuer=party,
        log=log,
        acts=acts,
        chain=chain,
        sealed=sealed,
        disclosed=disclosed,
        now_s=now_s,
    )
    _check_policy(found)
    return found


def _check_document(bundle: Bundle, commitment: str) -> bool:
    if bundle.document is None:
        return False
    try:
        document, salt = from_base64(bundle.document.bytes), from_base64(bundle.document.salt)
        checksum = dcsa_checksum(document)
    except (EncodingError, DocumentError) as error:
        raise VerificationError("document", str(error)) from error
    if len(salt) != SALT_SIZE or document_commitment(salt, document, checksum) != commitment:
        raise VerificationError("document", "the document is not the one that was issued")
    return True


def _check_policy(found: Findings) -> None:
    trust, now_s = found.trust, found.now_s
    if now_s is None:
        return
    if found.as_of_s > now_s + trust.clock_skew_s:
        raise VerificationError("policy", "the block's time lies in the future")
    age_s = now_s - found.as_of_s
    if trust.age_s_max is not None and age_s > trust.age_s_max + trust.clock_skew_s:
        raise VerificationError("policy", f"the block is {age_s} s old")
