# SPDX-License-Identifier: Apache-2.0
"""Refusals of exchanges: numbers 7750 to 7799."""

from ropewalk.ledger import ApprovalNeededError, LedgerError


class UnknownExchangeError(LedgerError):
    """No exchange was opened under this id."""

    code = "exchange.unknown"
    number = 7750


class DecidedError(LedgerError):
    """The exchange is settled or returned; that happens once."""

    code = "exchange.decided"
    number = 7751


class BadDeadlineError(LedgerError):
    """The deadline is past, or further ahead than it may be."""

    code = "exchange.bad_deadline"
    number = 7752


class BadLegError(LedgerError):
    """A leg goes from somebody to himself, names nothing that can move, or the same one twice."""

    code = "exchange.bad_leg"
    number = 7753


class BadConditionError(LedgerError):
    """A condition is nested or long beyond what is taken, or asks for what can never be."""

    code = "exchange.bad_condition"
    number = 7754


class NotPartyError(LedgerError):
    """The actor has no part in the exchange."""

    code = "exchange.not_party"
    number = 7755


class NotGiverError(LedgerError):
    """The leg is somebody else's to give."""

    code = "exchange.not_giver"
    number = 7756


class NoSuchLegError(LedgerError):
    """The exchange has no leg of this number, or it is of another kind."""

    code = "exchange.no_such_leg"
    number = 7757


class EscrowedAlreadyError(LedgerError):
    """That leg is in escrow, confirmed or agreed already."""

    code = "exchange.escrowed_already"
    number = 7758


class EndedError(LedgerError):
    """The deadline has passed: what is in escrow can only be returned."""

    code = "exchange.ended"
    number = 7759


class WaitsError(LedgerError):
    """The exchange still waits for a consent or a condition."""

    code = "exchange.waits"
    number = 7760


class NotReturnableError(ApprovalNeededError):
    """The exchange can still settle: before its deadline all who agreed or paid approve."""

    code = "exchange.not_returnable"
    number = 7761


class NamedTitlesError(LedgerError):
    """The titles named are not those that the exchange holds, sorted, each as it stands."""

    code = "exchange.named_titles"
    number = 7762


class OtherObjectError(LedgerError):
    """The leg names something else than the act does, or something of another worth."""

    code = "exchange.other_object"
    number = 7763


class FactKnownError(LedgerError):
    """The party stated this fact already; it retracts it before it states another."""

    code = "exchange.fact_known"
    number = 7764


class UnknownFactError(LedgerError):
    """The party stated no such fact."""

    code = "exchange.unknown_fact"
    number = 7765


class BadFactError(LedgerError):
    """A fact lies ahead, or a span or a band is upside down."""

    code = "exchange.bad_fact"
    number = 7766


class LegBrokenError(LedgerError):
    """What a leg was to move is not what it was any more: paid, disputed, or in default."""

    code = "exchange.leg_broken"
    number = 7767


class CarrierAbsentError(LedgerError):
    """A surrender is the carrier's to accept, and it has no part in the exchange."""

    code = "exchange.carrier_absent"
    number = 7768
