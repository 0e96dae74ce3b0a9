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


class BadThresholdError(LedgerError):
    """The threshold is the one there is, or more than there are active keys."""

    code = "identity.bad_threshold"
    number = 7223


class BadPolicyError(LedgerError):
    """Roles or rules are out of order or form, or no keys could meet a rule."""

    code = "identity.bad_policy"
    number = 7224


class FourEyesError(LedgerError):
    """The actor's own policy asks for more keys, or keys of another role: propose the act."""

    code = "identity.four_eyes"
    number = 7225


class NotMemberError(LedgerError):
    """The party has no seat in governance."""

    code = "identity.not_member"
    number = 7233


class MemberAlreadyError(LedgerError):
    """The party has a seat in governance already."""

    code = "identity.member_already"
    number = 7234


class SeatTakenError(LedgerError):
    """The key is another member's seat, or was one of governance's and is revoked."""

    code = "identity.seat_taken"
    number = 7235


class NoMandateError(LedgerError):
    """The party represented gave the actor no mandate for this act, or it has ended."""

    code = "identity.no_mandate"
    number = 7240


class BadMandateError(LedgerError):
    """A mandate names acts that can't be done for another, itself as agent, or a time long past."""

    code = "identity.bad_mandate"
    number = 7241


class UnknownProposalError(LedgerError):
    """Nothing is proposed under this act hash: carried out, withdrawn or expired, or never was."""

    code = "identity.unknown_proposal"
    number = 7250


class ProposalEndedError(LedgerError):
    """The proposal's time is over: it can only be expired, and proposed anew."""

    code = "identity.proposal_ended"
    number = 7251


class NotAwaitedError(LedgerError):
    """The proposal does not wait for the actor."""

    code = "identity.not_awaited"
    number = 7252


class ProposedAlreadyError(LedgerError):
    """The very same act is proposed already; approve it, or choose another end."""

    code = "identity.proposed_already"
    number = 7253


class ProposalRunsError(LedgerError):
    """The proposal's time is not over yet, so it can't be expired."""

    code = "identity.proposal_runs"
    number = 7254


class NotApproverError(LedgerError):
    """The actor has approved nothing in this proposal that it could withdraw."""

    code = "identity.not_approver"
    number = 7255


class BadUntilError(LedgerError):
    """The end lies in the past, or further ahead than it may."""

    code = "identity.bad_until"
    number = 7256


class NotProposableError(LedgerError):
    """A proposal, an approval, their withdrawal or expiry can't itself be proposed."""

    code = "identity.not_proposable"
    number = 7257


class BadRecoveryError(LedgerError):
    """Controllers, delay or threshold make no recovery, or the new keys no controller."""

    code = "identity.bad_recovery"
    number = 7260


class NotRecovererError(LedgerError):
    """The actor is none of those who may recover this controller."""

    code = "identity.not_recoverer"
    number = 7261


class RecoveryWaitsError(LedgerError):
    """A recovery of this controller waits for its time already."""

    code = "identity.recovery_waits"
    number = 7262


class NoRecoveryError(LedgerError):
    """No recovery of this controller waits."""

    code = "identity.no_recovery"
    number = 7263


class TooEarlyError(LedgerError):
    """The recovery's delay, or a lease the controller gave, has not ended."""

    code = "identity.too_early"
    number = 7264


class NotConsortiumError(LedgerError):
    """The ledger is embedded in one node: it has no validators."""

    code = "identity.not_consortium"
    number = 7270


class BadStepHeightError(LedgerError):
    """Validators change at a height well ahead, not too far, and not before the last step's."""

    code = "identity.bad_step_height"
    number = 7271


class TooManyStepsError(LedgerError):
    """As many changes of validators as may wait do; add to the last one, or wait for the next."""

    code = "identity.too_many_steps"
    number = 7272


class UnknownValidatorError(LedgerError):
    """No validator has this voting key and this node key, so there is none to remove."""

    code = "identity.unknown_validator"
    number = 7273


class ValidatorKeyTakenError(LedgerError):
    """Another validator votes with one of the keys, or its node signs with it."""

    code = "identity.validator_key_taken"
    number = 7274


class TooManyValidatorsError(LedgerError):
    """There are as many validators as there may be."""

    code = "identity.too_many_validators"
    number = 7275


class LastValidatorError(LedgerError):
    """Without this validator nobody would vote; add another first."""

    code = "identity.last_validator"
    number = 7276


class StepTooLargeError(LedgerError):
    """More than a third of the voting power would change hands at once; take more steps."""

    code = "identity.step_too_large"
    number = 7277
