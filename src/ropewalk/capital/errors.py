# SPDX-License-Identifier: Apache-2.0
"""Refusals of capital: numbers 7700 to 7749."""

from ropewalk.ledger import ApprovalNeededError, LedgerError


class BadAmountError(LedgerError):
    """A sum is not written in plain digits, is nothing, or is above 10^18 minor units."""

    code = "capital.bad_amount"
    number = 7700


class BadCurrencyError(LedgerError):
    """No currency of ISO 4217 with a minor unit."""

    code = "capital.bad_currency"
    number = 7701


class BadTermError(LedgerError):
    """A day is none on the calendar, lies in the past, or beyond what the terms allow."""

    code = "capital.bad_term"
    number = 7702


class NotBankError(LedgerError):
    """The act is a settlement bank's, and the actor is not registered as one."""

    code = "capital.not_bank"
    number = 7703


class AccountKnownError(LedgerError):
    """The bank keeps an account in this currency for this customer already."""

    code = "capital.account_known"
    number = 7704


class NotCustomerError(LedgerError):
    """The bank keeps no account in this currency for the party."""

    code = "capital.not_customer"
    number = 7705


class InsufficientFundsError(LedgerError):
    """The account holds less than that, what lies in escrow aside."""

    code = "capital.insufficient_funds"
    number = 7706


class SameAccountError(LedgerError):
    """Payer and payee are the same."""

    code = "capital.same_account"
    number = 7707


class InvoiceKnownError(LedgerError):
    """The creditor drew up this invoice before: one invoice is one receivable."""

    code = "capital.invoice_known"
    number = 7708


class SameDebtorError(LedgerError):
    """Creditor and debtor are the same."""

    code = "capital.same_debtor"
    number = 7709


class UnknownProfileError(LedgerError):
    """No jurisdiction profile of this name."""

    code = "capital.unknown_profile"
    number = 7710


class ProfileError(LedgerError):
    """The profile's law asks for something else: a shorter term, or a registration."""

    code = "capital.profile"
    number = 7711


class ChargeError(LedgerError):
    """The charge recomputed from its own terms is another sum, or none."""

    code = "capital.charge"
    number = 7712


class UnknownPayableError(LedgerError):
    """No invoice was drawn up under this id."""

    code = "capital.unknown_payable"
    number = 7713


class StalePayableError(LedgerError):
    """Another act on the invoice came first."""

    code = "capital.stale_payable"
    number = 7714


class PayableStatusError(LedgerError):
    """The payable is in another state than the act asks for."""

    code = "capital.payable_status"
    number = 7715


class NotDebtorError(LedgerError):
    """The act is the debtor's."""

    code = "capital.not_debtor"
    number = 7716


class UnknownReceivableError(LedgerError):
    """No receivable has this id."""

    code = "capital.unknown_receivable"
    number = 7717


class StaleReceivableError(LedgerError):
    """Another act on the receivable came first."""

    code = "capital.stale_receivable"
    number = 7718


class ClosedError(LedgerError):
    """The receivable was split, merged, redeemed or written off."""

    code = "capital.closed"
    number = 7719


class NotCreditorError(LedgerError):
    """The actor is not the receivable's creditor."""

    code = "capital.not_creditor"
    number = 7720


class ReceivableInEscrowError(LedgerError):
    """The receivable lies in an exchange's escrow: nobody moves it till that is decided."""

    code = "capital.in_escrow"
    number = 7721


class ReceivablePledgedError(ApprovalNeededError):
    """The receivable is pledged, and the pledgee has not approved."""

    code = "capital.pledged"
    number = 7722


class PledgedReceivableAlreadyError(LedgerError):
    """The receivable is pledged: nothing is pledged twice."""

    code = "capital.pledged_already"
    number = 7723


class NotPledgedReceivableError(LedgerError):
    """The receivable is not pledged, or to somebody else than the actor."""

    code = "capital.not_pledged"
    number = 7724


class SamePartyError(LedgerError):
    """The receivable is that party's already."""

    code = "capital.same_party"
    number = 7725


class SharesError(LedgerError):
    """The parts do not add up to the whole."""

    code = "capital.shares"
    number = 7726


class TooManySharesError(LedgerError):
    """A payable is divided into no more receivables than that."""

    code = "capital.too_many_shares"
    number = 7727


class MixedSharesError(LedgerError):
    """Receivables of another payable, with another recourse, or pledged otherwise are mixed."""

    code = "capital.mixed_shares"
    number = 7728


class UnsortedSharesError(LedgerError):
    """Receivables are named sorted by id, each once."""

    code = "capital.unsorted_shares"
    number = 7729


class TooManyRecoursesError(LedgerError):
    """As many stand behind the receivable as may."""

    code = "capital.too_many_recourses"
    number = 7730


class NoRecourseError(LedgerError):
    """The actor does not stand behind the receivable, or somebody nearer does."""

    code = "capital.no_recourse"
    number = 7731


class PriceError(LedgerError):
    """The price recomputed from its own terms is another sum, or is nothing."""

    code = "capital.price"
    number = 7732


class DisputedError(LedgerError):
    """The debtor disputes the payable."""

    code = "capital.disputed"
    number = 7733


class NotDisputedError(LedgerError):
    """The payable is not disputed."""

    code = "capital.not_disputed"
    number = 7734


class NotMaturedError(LedgerError):
    """The day on which the payable is due has not passed."""

    code = "capital.not_matured"
    number = 7735


class NotAllSharesError(LedgerError):
    """A payment goes to today's holders, all of them; one is left out or named too much."""

    code = "capital.not_all_shares"
    number = 7736


class BeyondSharesError(LedgerError):
    """A credit note takes more than the receivables named are worth."""

    code = "capital.beyond_shares"
    number = 7737


class NothingSuspendedError(LedgerError):
    """Less than that lies in suspense."""

    code = "capital.nothing_suspended"
    number = 7738


class NotPartyToPayableError(LedgerError):
    """The act is for those whom the payable concerns."""

    code = "capital.not_party_to_payable"
    number = 7739
