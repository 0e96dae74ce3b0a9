# SPDX-License-Identifier: Apache-2.0
"""Acts as the log has them: committed, signed, and where it took several, approved.

Each check is the line `act:<n>` of docs/reference/formats.md, 8.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ropewalk.client.bodies import Approve, Propose, read_body
from ropewalk.client.bundle import ProvenAct, ProvenEntry
from ropewalk.client.errors import VerificationError
from ropewalk.client.proofs import check_entry
from ropewalk.client.standing import ChainError, Told
from ropewalk.crypto import encode, sha256_hex
from ropewalk.identity import Controller
from ropewalk.ledger import (
    COMMITTED,
    LedgerError,
    Transaction,
    TransactionEntry,
    inspect,
)
from ropewalk.tlog import Checkpoint

PROPOSE = "identity.PROPOSE"
APPROVE = "identity.APPROVE"


@dataclass(frozen=True, slots=True)
class Act:
    """An act that was carried out."""

    told: Told
    agent: str
    """Who signed in its actor's name under a mandate; "" where the actor did itself."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """The carrier, whose keys alone a bundle shows."""

    id: str
    controller: Controller

    def valid_keys(self, position: int) -> set[str]:
        """Its keys at a position of the log."""
        return {
            key.kid
            for key in self.controller.keys
            if key.added < position and (not key.revoked or position < key.revoked)
        }


class Log:
    """Reads acts out of one log."""

    def __init__(self, network: str, checkpoint: Checkpoint, issuer: Issuer) -> None:
        self._network = network
        self._checkpoint = checkpoint
        self._issuer = issuer

    def acts(self, listed: Iterable[ProvenAct]) -> list[Act]:
        """Every act of a bundle.

        Raises:
            VerificationError: item `act:` and its number.
        """
        found, before = [], -1
        for number, proven in enumerate(listed):
            item = f"act:{number}"
            _check_rise(item, before, proven.position)
            before = proven.position
            found.append(self._act(item, proven))
        return found

    def _act(self, item: str, proven: ProvenAct) -> Act:
        last = self._committed(item, proven)
        if last.payload.act not in (PROPOSE, APPROVE):
            if proven.approvals is not None:
                raise VerificationError(item, "approvals of an act that was not proposed")
            self._check_threshold(item, [last], proven.position)
            return _direct(last)
        steps, before = [], -1
        for earlier in proven.approvals or ():
            _check_rise(item, before, earlier.position)
            before = earlier.position
            steps.append(self._committed(item, earlier))
        _check_rise(item, before, proven.position)
        steps.append(last)
        self._check_threshold(item, steps, proven.position)
        return _proposed(item, steps)

    def direct(self, item: str, proven: ProvenEntry) -> Act:
        """An act that one transaction did, whatever act it is.

        Raises:
            VerificationError: it is no committed transaction, or not signed as it must be.
        """
        transaction = self._committed(item, proven)
        self._check_threshold(item, [transaction], proven.position)
        return _direct(transaction)

    def _committed(self, item: str, proven: ProvenEntry) -> Transaction:
        """A committed transaction, every signature verified, the issuer's by its own keys."""
        entry = check_entry(item, proven, self._checkpoint)
        if not isinstance(entry, TransactionEntry) or (entry.code, entry.number) != (COMMITTED, 0):
            raise VerificationError(item, "the entry is no committed transaction")
        try:
            transaction = inspect(entry.transaction)
        except LedgerError as error:
            raise VerificationError(item, error.detail) from error
        payload = transaction.payload
        if payload.network != self._network:
            raise VerificationError(item, "the act was signed for another network")
        if payload.represented_party == payload.actor:
            raise VerificationError(item, "nobody represents itself")
        if self._is_by_issuer(transaction):
            valid = self._issuer.valid_keys(proven.position)
            if not valid.issuperset(transaction.signers):
                raise VerificationError(item, "a key that signed was not the issuer's then")
        return transaction

    def _is_by_issuer(self, transaction: Transaction) -> bool:
        payload = transaction.payload
        return payload.actor == self._issuer.id and payload.represented_party is None

    def _check_threshold(self, item: str, steps: Sequence[Transaction], position: int) -> None:
        """Where the issuer signed, as many of its keys did as it asks for.

        A key that was revoked before the act was carried out no longer counts. Acts up to the one
        that set the present threshold are not counted, only their keys looked at.
        """
        if position <= self._issuer.controller.threshold_since:
            return  # what it asked for then is not in its record any more
        if any(step.payload.represented_party == self._issuer.id for step in steps):
            return  # an agent's keys stood for the issuer's
        by_issuer = [step for step in steps if self._is_by_issuer(step)]
        keys = {kid for step in by_issuer for kid in step.signers}
        counted = keys & self._issuer.valid_keys(position)
        if by_issuer and len(counted) < self._issuer.controller.threshold:
            raise VerificationError(item, "fewer of the issuer's keys signed than it asks for")


def _check_rise(item: str, before: int, position: int) -> None:
    if position <= before:
        raise VerificationError(item, "positions do not increase")


def _direct(transaction: Transaction) -> Act:
    payload = transaction.payload
    told = Told(payload.act, payload.acts_for, payload.body, transaction.id)
    return Act(told, payload.actor if payload.represented_party else "")


def _proposed(item: str, steps: Sequence[Transaction]) -> Act:
    """What was proposed first, approved by the rest, and carried out by the last."""
    first, *others = steps
    payload = first.payload
    if payload.act != PROPOSE:
        raise VerificationError(item, "nothing was proposed before it was approved")
    try:
        asked = read_body(payload.body, Propose)
        named = {_approved(step) for step in others}
    except ChainError as error:
        raise VerificationError(item, str(error)) from error
    content: dict[str, Any] = {
        "act": asked.act,
        "actor": payload.acts_for,
        "body": asked.body,
        "network": payload.network,
        "valid_until": asked.until,
    }
    if named - {sha256_hex(encode(content))}:
        raise VerificationError(item, "another act was approved than was proposed")
    approved = frozenset(step.payload.actor for step in others)
    told = Told(asked.act, payload.acts_for, asked.body, steps[-1].id, approved)
    return Act(told, payload.actor if payload.represented_party else "")


def _approved(step: Transaction) -> str:
    """The act hash that an APPROVE names.

    Raises:
        ChainError: it is none.
    """
    if step.payload.act != APPROVE or step.payload.represented_party:
        raise ChainError("an act is proposed once, and approved by nobody for another")
    return read_body(step.payload.body, Approve).act_hash
