# SPDX-License-Identifier: Apache-2.0
"""Refusals: what the ledger answers when an act is not allowed.

Each has a stable slug and number (DCSA `DetailedError.errorCode`, 7000 to 9999; the ABCI
response code), kept for ever in vectors/errors.json. Numbers: 7000 ledger, 7100 codes and
documents, 7150 signatures, 7200 identity, 7300 title, 7400 cargo, 7500 track and trace, 7550 vault,
7600 views, 7650 portal, 7700 capital, 7750 exchange, 7800 engine, 7850 client, 7890 command line,
7900 HTTP.
"""

from collections.abc import Sequence
from typing import ClassVar


class LedgerError(Exception):
    """An act is refused: it changed nothing, and its text says what to do."""

    code: ClassVar[str] = "ledger.refused"
    number: ClassVar[int] = 7000

    @property
    def detail(self) -> str:
        """What is wrong, for a reader."""
        return str(self) or (type(self).__doc__ or "").splitlines()[0]


class StopError(Exception):
    """The node must stop: an invariant broke, or it does not know the rules it should apply.

    Never caught by the engine's ordinary path, and never an answer to a transaction.
    """


class MalformedTransactionError(LedgerError):
    """The bytes are no transaction: not a JWS of ours, not canonical, or a member is off."""

    code = "ledger.malformed_transaction"
    number = 7001


class OversizeError(LedgerError):
    """The transaction is larger than 131,072 bytes."""

    code = "ledger.oversize"
    number = 7002


class BadSignatureError(LedgerError):
    """A signature or header does not hold."""

    code = "ledger.bad_signature"
    number = 7003


class OtherNetworkError(LedgerError):
    """The transaction was signed for another network."""

    code = "ledger.other_network"
    number = 7004


class ExpiredError(LedgerError):
    """`valid_until` lies before the block's time; sign the act again."""

    code = "ledger.expired"
    number = 7005


class TooFarAheadError(LedgerError):
    """`valid_until` lies more than an hour after the block's time."""

    code = "ledger.too_far_ahead"
    number = 7006


class DuplicateError(LedgerError):
    """The transaction stands in the log already; its first outcome counts."""

    code = "ledger.duplicate"
    number = 7007


class QuotaExceededError(LedgerError):
    """The actor has too many unexpired transactions in the log; wait for some to expire."""

    code = "ledger.quota_exceeded"
    number = 7008


class UnknownActError(LedgerError):
    """No such act at this protocol version."""

    code = "ledger.unknown_act"
    number = 7009


class MalformedBodyError(LedgerError):
    """The act's body lacks a member, has one too many, or one of the wrong form."""

    code = "ledger.malformed_body"
    number = 7010


class TooManyKeysError(LedgerError):
    """The act would touch more records than one act may."""

    code = "ledger.too_many_keys"
    number = 7011


class ApprovalNeededError(LedgerError):
    """Others have to approve this act first: propose it (`identity.PROPOSE`)."""

    code = "ledger.approval_needed"
    number = 7012

    def __init__(self, controllers: Sequence[str] = ()) -> None:
        super().__init__(f"propose it, and let approve: {', '.join(controllers)}")
        self.controllers = tuple(controllers)
        """Who is missing, sorted."""


class BadSuccessionError(LedgerError):
    """A succession that does not follow the log, or that too few have signed."""

    code = "ledger.bad_succession"
    number = 7013


class GenesisError(Exception):
    """The genesis file is not one of ours."""

    code = "ledger.bad_genesis"
    number = 7020


class EntryError(Exception):
    """An entry of the log, or a record of the state, is not of our form."""

    code = "ledger.bad_entry"
    number = 7021
