# SPDX-License-Identifier: Apache-2.0
"""The JSON documents about portfolios. Sums are decimal digits of minor units, as on the ledger."""

import msgspec


class HeldReceivable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A receivable, and what its payable says of it."""

    id: str
    payable: str
    creditor: str
    debtor: str
    currency: str
    payable_on: str
    """YYYY-MM-DD."""
    amount: str
    """What it is worth; once it is closed, what it was worth then."""
    status: str
    """`OPEN`, `SPLIT`, `MERGED`, `REDEEMED` or `CREDITED`."""
    payable_status: str
    """`CONFIRMED`, `DEFAULTED` or `PAID`."""
    is_disputed: bool
    pledgee: str = ""
    secured: str = ""
    """What it secures; left out where that is all of it, or nothing."""
    escrow: str = ""
    """The exchange that holds it."""
    recourse: list[str] = []
    """Who stands behind it, the nearest last."""


class HoldingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of receivables, by the day they are payable and id."""

    position: int
    """Entries of the log below it are in here; single records may be newer."""
    next: str
    """The `cursor` of the page behind this one; "" where there is none. A page may be short."""
    receivables: list[HeldReceivable]


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """What one debtor owes in one currency."""

    debtor: str
    currency: str
    count: int
    """Open receivables."""
    amount: str
    overdue_count: int
    overdue: str
    """What of it was payable before the day that was asked for."""


class ExposurePage(msgspec.Struct, frozen=True, kw_only=True):
    """What debtors owe a creditor, by debtor and currency."""

    position: int
    next: str
    creditor: str
    on: str
    """The day against which it is overdue."""
    exposures: list[Exposure]


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """What falls due on one day, or in one month."""

    currency: str
    due: str
    """YYYY-MM-DD, or YYYY-MM."""
    count: int
    amount: str


class LadderPage(msgspec.Struct, frozen=True, kw_only=True):
    """When how much falls due, by currency and day or month."""

    position: int
    next: str
    rungs: list[Rung]


class AccountBalance(msgspec.Struct, frozen=True, kw_only=True):
    """An account at a settlement bank."""

    bank: str
    currency: str
    customer: str
    amount: str
    """What its customer may dispose of."""
    held: str
    """What lies in escrow."""


class BankTotal(msgspec.Struct, frozen=True, kw_only=True):
    """All accounts of a bank in one currency together."""

    currency: str
    accounts: int
    amount: str
    held: str


class BalancesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts of a bank, or of a customer."""

    position: int
    next: str
    totals: list[BankTotal]
    """Of the bank, where one is named without a customer."""
    balances: list[AccountBalance]


class OnAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What was on an account at a moment."""

    amount: str
    held: str


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one act did to an account."""

    position: int
    """Of the act in the log."""
    time: str
    """The block's, RFC 3339."""
    act: str
    reference: str
    """What it is about: an entry at the bank, a payable, a receivable, an exchange."""
    transaction: str
    amount: str
    """By how much it changed, with a minus where it shrank."""
    escrow: str
    """The same of what lies in escrow."""
    balance: str
    held: str


class AccountStatement(msgspec.Struct, frozen=True, kw_only=True):
    """A page of an account's statement: opening and lines add up to closing, to the unit."""

    position: int
    next: str
    bank: str
    currency: str
    customer: str
    opening: OnAccount
    lines: list[StatementLine]
    closing: OnAccount


STRUCTS = (HoldingsPage, ExposurePage, LadderPage, BalancesPage, AccountStatement)
