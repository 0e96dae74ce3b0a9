# SPDX-License-Identifier: Apache-2.0
"""Verify a title bundle with no network, no engine and no database.

The checks and their order are those of docs/reference/formats.md, 8; each function below is one
line of its table and raises `VerificationError` with that line's item.

    verdict = verify_bundle(bundle_bytes, read_trust(genesis_bytes), now_s)
"""

import itertools
from typing import TypeVar

import msgspec

from ropewalk.client.bundle import Bundle, ProvenEntry, StateProof, read_bundle
from ropewalk.client.document import DocumentError, dcsa_checksum
from ropewalk.client.errors import VerificationError
from ropewalk.client.roles import ChainError, Roles, follow, issued
from ropewalk.client.trust import Trust
from ropewalk.client.verdict import Findings, Verdict, refusal, told
from ropewalk.crypto import (
    SALT_SIZE,
    EncodingError,
    document_commitment,
    from_base64,
)
from ropewalk.identity import Controller, Party
from ropewalk.ledger import (
    COMMITTED,
    BlockEntry,
    EntryError,
    LedgerError,
    Payload,
    Record,
    Transaction,
    TransactionEntry,
    decode_entry,
    decode_record,
    encode_record,
    inspect,
    to_builtins,
)
from ropewalk.rules import LATEST
from ropewalk.title import Title, title_id
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


def verify_bundle(data: bytes, trust: Trust, now_s: int | None) -> Verdict:
    """Check a bundle, all of it or none.

    Args:
        data: the file's bytes, hostile until checked.
        trust: genesis and policy.
        now_s: the verifier's own time, seconds since 1970-01-01T00:00:00Z; None where it has
            none, and then freshness is not judged.
    """
    try:
        return _verified(data, trust, now_s)
    except VerificationError as error:
        return refusal(error)


def _verified(data: bytes, trust: Trust, now_s: int | None) -> Verdict:
    bundle = read_bundle(data)
    if bundle.network != trust.network:
        raise VerificationError("network", "the bundle is of another network than is trusted")
    checkpoint, cosigned = _check_checkpoint(bundle, trust)
    block = _check_block(bundle, checkpoint)
    controller, party, title = _check_state(bundle, block)
    acts = _check_acts(bundle, checkpoint, trust, (title.issuer, controller))
    if _check_chain(bundle, acts, title) != to_builtins(title):
        raise VerificationError("title", "the record is not what the acts lead to")
    disclosed = _check_document(bundle, title)
    _check_policy(block, trust, now_s)
    return told(
        Findings(
            bundle=bundle,
            trust=trust,
            block=block,
            title=title,
            issuer=party,
            acts=acts,
            cosigned=cosigned,
            disclosed=disclosed,
            judged_fresh=now_s is not None,
        )
    )


def _check_checkpoint(bundle: Bundle, trust: Trust) -> tuple[Checkpoint, int]:
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


def _check_block(bundle: Bundle, checkpoint: Checkpoint) -> BlockEntry:
    if bundle.block.position != checkpoint.size - 1:
        raise VerificationError("block", "the block's end is not the checkpoint's last entry")
    _check_inclusion("block", bundle.block, checkpoint)
    entry = _entry("block", bundle.block.leaf)
    if not isinstance(entry, BlockEntry):
        raise VerificationError("block", "the entry is no block's end")
    return entry


def _check_inclusion(item: str, proven: ProvenEntry, checkpoint: Checkpoint) -> None:
    try:
        path = [from_base64(one) for one in proven.inclusion]
        verify_inclusion(
            leaf_hash(proven.leaf.encode("ascii")),
            proven.position,
            checkpoint.size,
            path,
            checkpoint.root,
        )
    except (ProofError, EncodingError) as error:
        raise VerificationError(item, str(error)) from error


def _entry(item: str, leaf: str) -> TransactionEntry | BlockEntry:
    try:
        return decode_entry(leaf.encode("ascii"))
    except EntryError as error:
        raise VerificationError(item, str(error)) from error


def _check_state(bundle: Bundle, block: BlockEntry) -> tuple[Controller, Party, Title]:
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
        record = decode_record(value, kind)
    except (ProofError, EntryError, ValueError) as error:
        raise VerificationError(item, str(error)) from error
    if encode_record(record) != value:
        raise VerificationError(item, "the record is not in its one encoding")
    return record


def _check_acts(
    bundle: Bundle, checkpoint: Checkpoint, trust: Trust, issuer: tuple[str, Controller]
) -> list[Transaction]:
    acts, before = [], -1
    for number, proven in enumerate(bundle.acts):
        item = f"act:{number}"
        if proven.position <= before:
            raise VerificationError(item, "positions do not increase")
        before = proven.position
        _check_inclusion(item, proven, checkpoint)
        act = _committed_act(item, proven, trust)
        if act.payload.actor == issuer[0]:
            _check_keys(item, issuer[1], act.signers, proven.position)
        acts.append(act)
    return acts


def _check_keys(item: str, controller: Controller, signers: tuple[str, ...], position: int) -> None:
    valid = {
        key.kid
        for key in controller.keys
        if key.added < position and (not key.revoked or position < key.revoked)
    }
    if not valid.issuperset(signers):
        raise VerificationError(item, "a key that signed was not the issuer's at that position")
    if len(signers) < controller.threshold:
        raise VerificationError(item, "fewer of the issuer's keys signed than it asks for")


def _committed_act(item: str, proven: ProvenEntry, trust: Trust) -> Transaction:
    entry = _entry(item, proven.leaf)
    if isinstance(entry, BlockEntry) or (entry.code, entry.number) != (COMMITTED, 0):
        raise VerificationError(item, "the entry is no committed transaction")
    try:
        transaction = inspect(entry.transaction)
    except LedgerError as error:
        raise VerificationError(item, error.detail) from error
    if transaction.payload.network != trust.network:
        raise VerificationError(item, "the act was signed for another network")
    return transaction


def _check_chain(bundle: Bundle, acts: list[Transaction], title: Title) -> Roles:
    roles = _issue(bundle, acts[0], title)
    for number, (before, act) in enumerate(itertools.pairwise(acts), 1):
        item = f"chain:{number}"
        payload = act.payload
        _check_body(item, payload)
        body = payload.body
        if body.get("title") != bundle.title or body.get("last_act") != before.id:
            raise VerificationError(item, "the act does not follow the one before")
        try:
            roles = follow(roles, payload.act, payload.actor, payload.body, act.id)
        except ChainError as error:
            raise VerificationError(item, str(error)) from error
    return roles


def _issue(bundle: Bundle, act: Transaction, title: Title) -> Roles:
    payload = act.payload
    if payload.act != "title.ISSUE":
        raise VerificationError("chain:0", "the first act is not the issue")
    _check_body("chain:0", payload)
    if title_id(payload.network, payload.actor, payload.body) != bundle.title:
        raise VerificationError("chain:0", "the issue's content does not give the title's id")
    try:
        return issued(payload.actor, payload.body, act.id, title.issued_at)
    except ChainError as error:
        raise VerificationError("chain:0", str(error)) from error


def _check_body(item: str, payload: Payload) -> None:
    rule = LATEST.rules.get(payload.act)
    if rule is None:
        raise VerificationError(item, f"{payload.act} is no act")
    try:
        rule.parse(payload.body)
    except LedgerError as error:
        raise VerificationError(item, error.detail) from error


def _check_document(bundle: Bundle, title: Title) -> bool:
    if bundle.document is None:
        return False
    try:
        document, salt = from_base64(bundle.document.bytes), from_base64(bundle.document.salt)
        checksum = dcsa_checksum(document)
    except (EncodingError, DocumentError) as error:
        raise VerificationError("document", str(error)) from error
    if len(salt) != SALT_SIZE or document_commitment(salt, document, checksum) != title.commitment:
        raise VerificationError("document", "the document is not the one that was issued")
    return True


def _check_policy(block: BlockEntry, trust: Trust, now_s: int | None) -> None:
    if now_s is None:
        return
    if block.time > now_s + trust.clock_skew_s:
        raise VerificationError("policy", "the block's time lies in the future")
    if trust.age_s_max is not None and now_s - block.time > trust.age_s_max + trust.clock_skew_s:
        raise VerificationError("policy", f"the block is {now_s - block.time} s old")
