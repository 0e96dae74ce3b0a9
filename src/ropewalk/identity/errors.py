# SPDX-License-Identifier: Apache-2.0
"""Refusals of identity, 7200 to 7299."""

from ropewalk.ledger import LedgerError


class UnknownControllerError(LedgerError):
    """No controller is registered under this id."""

    code = "identity.unknown_controller"
    number = 7201


class UnknownKeyError(LedgerError):
    """The signing key is none of the actor's keys."""

    code = "identity.unknown_key"
    number = 7202


class RevokedKeyError(LedgerError):
    """The signing key was revoked before this position of the log."""

    code = "identity.revoked_key"
    number = 7203


class ThresholdNotMetError(LedgerError):
    """Fewer of the actor's keys signed than its threshold asks for; add consents."""

    code = "identity.threshold_not_met"
    number = 7204


class NotGovernanceError(LedgerError):
    """Only the controller named in the genesis may do this."""

    code = "identity.not_governance"
    number = 7210


class NotRegisteredPartyError(LedgerError):
    """The actor is not a registered party."""

    code = "identity.not_registered_party"
    number = 7211


class AlreadyRegisteredError(LedgerError):
    """A controller with this id is registered already."""

    code = "identity.already_registered"
    number = 7212


class UnknownPartyError(LedgerError):
    """No party is registered under this id."""

    code = "identity.unknown_party"
    number = 7213


class UnknownRoleError(LedgerError):
    """A role is none of those the ledger knows, or is named twice."""

    code = "identity.unknown_role"
    number = 7214


class BadCodeError(LedgerError):
    """A LEI or carrier code is not well formed."""

    code = "identity.bad_code"
    number = 7215


class CarrierCodeTakenError(LedgerError):
    """Another party is registered under this carrier code."""

    code = "identity.carrier_code_taken"
    number = 7216


class BadKeysError(LedgerError):
    """Keys are not distinct key ids, too many, or fewer than the threshold."""

    code = "identity.bad_keys"
    number = 7220


class KeyKnownError(LedgerError):
    """The controller has, or had, this key; a revoked key does not come back."""

    code = "identity.key_known"
    number = 7221


class LastKeysError(LedgerError):
    """Without this key the controller could not reach its threshold; add another first."""

    code = "identity.last_keys"
    number = 7222


class LawRecognisedError(LedgerError):
    """The governing law is recognised already."""

    code = "identity.law_recognised"
    number = 7230


class LawNotRecognisedError(LedgerError):
    """The governing law is not recognised by this network."""

    code = "identity.law_not_recognised"
    number = 7231


class BadActivationError(LedgerError):
    """A protocol is activated in order, at a height well ahead of this block's."""

    code = "identity.bad_activation"
    number = 7232
