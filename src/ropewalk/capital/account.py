# SPDX-License-Identifier: Apache-2.0
"""Accounts at settlement banks: OPEN_ACCOUNT, PLACE_DEPOSIT, MOVE_DEPOSIT, WITHDRAW_DEPOSIT.

A settlement bank records on the ledger what its own customers have with it, per currency: the
money lies at the bank, the record here. Only the bank says that money came in; only its customer
disposes of it; both together let it go out. Between two banks it is withdrawn, confirmed between
them, and placed. REFUND_SUSPENSE gives back what was paid too much. Source: requirements
capital.md, «deposit»; ISO 20022 camt.053 for the words.
"""

from collections.abc import Mapping
from typing import Annotated, TypeVar

import msgspec

from ropewalk.capital.errors import (
    AccountKnownError,
    BadAmountError,
    BadCurrencyError,
    InsufficientFundsError,
    NotBankError,
    NotCustomerError,
    NothingSuspendedError,
    SameAccountError,
)
from ropewalk.capital.money import Amount, Currency, check_currency, check_total, read_amount
from ropewalk.capital.state import (
    Balance,
    SettlementRecord,
    Suspense,
    balance_key,
    find_balance,
    load_balance,
    settlement_key,
    suspense_key,
)
from ropewalk.identity import UnknownControllerError, has_role, require_controller
from ropewalk.ledger import (
    ApprovalNeededError,
    Context,
    ControllerId,
    Effects,
    Event,
    Hash,
    Message,
    Record,
    Rule,
    View,
    decode_record,
    encode_record,
)

R = TypeVar("R", bound=Record)
Bank = Annotated[ControllerId, msgspec.Meta(description="The settlement bank.")]
Customer = Annotated[ControllerId, msgspec.Meta(description="Whose account it is.")]
Outside = Annotated[
    Hash, msgspec.Meta(description="Commitment to the entry in the bank's own books (camt.053).")
]


class OpenAccount(Message, frozen=True):
    """Keep an account for a customer."""

    currency: Currency
    customer: Customer


class PlaceDeposit(Message, frozen=True):
    """Record that money came in for a customer."""

    amount: Amount
    currency: Currency
    customer: Customer
    entry: Outside


class MoveDeposit(Message, frozen=True):
    """Pay another customer of the same bank."""

    amount: Amount
    bank: Bank
    currency: Currency
    to: Annotated[ControllerId, msgspec.Meta(description="Who is paid.")]


class WithdrawDeposit(Message, frozen=True):
    """Have money paid out; the bank approves by which entry."""

    amount: Amount
    bank: Bank
    currency: Currency
    entry: Outside


class RefundSuspense(Message, frozen=True):
    """Take back what was paid above what was owed."""

    amount: Amount
    bank: Bank
    currency: Currency


class Purse:
    """Deposits at one bank in one currency, as an act changes them.

    Args:
        view: the state before the act.
        bank: the settlement bank.
        currency: ISO 4217.
    """

    def __init__(self, view: View, bank: str, currency: str) -> None:
        self._view = view
        self._bank = bank
        self._currency = currency
        self._changed: dict[str, Balance] = {}

    def events(self, act: str, reference: str) -> tuple[Event, ...]:
        """What a statement of each account that changed has to say.

        Args:
            act: by which act, the standard's word.
            reference: what it is about: an entry, a payable, an exchange.
        """
        return tuple(
            self._posted(customer, act, reference)
            for customer in sorted(self._changed)
            if self._changed[customer] != self._before(customer)
        )

    def _before(self, customer: str) -> Balance:
        return load_balance(self._view, self._bank, self._currency, customer)

    def _posted(self, customer: str, act: str, reference: str) -> Event:
        before, after = self._before(customer), self._changed[customer]
        told = {
            "act": act,
            "amount": str(int(after.amount) - int(before.amount)),
            "balance": after.amount,
            "bank": self._bank,
            "currency": self._currency,
            "customer": customer,
            "escrow": str(int(after.held) - int(before.held)),
            "held": after.held,
            "reference": reference,
        }
        return Event("capital.posted", told)

    def balance(self, customer: str) -> Balance:
        """A customer's deposit as it is by now.

        Raises:
            NotCustomerError: the bank keeps no such account.
        """
        if customer not in self._changed:
            return load_balance(self._view, self._bank, self._currency, customer)
        return self._changed[customer]

    def take(self, customer: str, amount: int) -> None:
        """Take from what the customer may dispose of.

        Raises:
            NotCustomerError: the bank keeps no such account.
            InsufficientFundsError: it holds less.
        """
        balance = self.balance(customer)
        left = int(balance.amount) - amount
        if left < 0:
            raise InsufficientFundsError(f"{amount} of {balance.amount} in {self._currency}")
        self._changed[customer] = msgspec.structs.replace(balance, amount=str(left))

    def give(self, customer: str, amount: int) -> None:
        """Add to what the customer may dispose of.

        Raises:
            NotCustomerError: the bank keeps no such account.
            BadAmountError: the account would hold more than 10**18 minor units, escrow counted:
                so what is in escrow can always go back.
        """
        balance = self.balance(customer)
        total = int(balance.amount) + amount
        check_total(total + int(balance.held))
        self._changed[customer] = msgspec.structs.replace(balance, amount=str(total))

    def hold(self, customer: str, amount: int) -> None:
        """Put into escrow what the customer may dispose of.

        Raises:
            NotCustomerError: the bank keeps no such account.
            InsufficientFundsError: it holds less.
        """
        self.take(customer, amount)
        balance = self.balance(customer)
        held = int(balance.held) + amount
        self._changed[customer] = msgspec.structs.replace(balance, held=str(held))

    def unhold(self, customer: str, amount: int) -> None:
        """Take out of escrow what the customer put there; it belongs to nobody until given."""
        balance = self.balance(customer)
        left = int(balance.held) - amount
        self._changed[customer] = msgspec.structs.replace(balance, held=str(left))

    @property
    def writes(self) -> Mapping[str, bytes | None]:
        """The records that changed."""
        return {
            balance_key(self._bank, self._currency, customer): encode_record(balance)
            for customer, balance in self._changed.items()
        }


PAYS = (NotCustomerError, InsufficientFundsError)


def open_account(view: View, message: OpenAccount, context: Context) -> Effects:
    """Bring an empty account into being.

    Raises:
        NotBankError: the actor is registered as no bank.
        BadCurrencyError: no currency.
        UnknownControllerError: nobody is registered under the customer's id.
        AccountKnownError: there is one.
    """
    require_bank(view, context.actor)
    check_currency(message.currency)
    require_controller(view, message.customer)
    if find_balance(view, context.actor, message.currency, message.customer) is not None:
        raise AccountKnownError(message.customer)
    key = balance_key(context.actor, message.currency, message.customer)
    told = {"bank": context.actor, "currency": message.currency, "customer": message.customer}
    return Effects({key: encode_record(Balance())}, (Event("capital.account_opened", told),))


def place_deposit(view: View, message: PlaceDeposit, context: Context) -> Effects:
    """Add to the customer's deposit, on the bank's word alone.

    Raises:
        NotBankError: the actor is registered as no bank.
        BadAmountError: no sum, or more than may lie there.
        NotCustomerError: the bank keeps no such account.
    """
    require_bank(view, context.actor)
    amount = read_amount(message.amount)
    purse = Purse(view, context.actor, message.currency)
    purse.give(message.customer, amount)
    passed = _settled(view, context.actor, message.currency, placed=amount)
    told = {
        "amount": message.amount,
        "bank": context.actor,
        "currency": message.currency,
        "customer": message.customer,
        "entry": message.entry,
    }
    events = (Event("capital.deposit_placed", told), *purse.events("PLACE_DEPOSIT", message.entry))
    return Effects({**purse.writes, **passed}, events)


def move_deposit(view: View, message: MoveDeposit, context: Context) -> Effects:
    """Pay from the actor's account into another of the same bank.

    Raises:
        BadAmountError: no sum, or more than may lie there.
        SameAccountError: to oneself.
        NotCustomerError: the bank keeps no account for one of them.
        InsufficientFundsError: the account holds less.
    """
    amount = read_amount(message.amount)
    if message.to == context.actor:
        raise SameAccountError(message.to)
    purse = Purse(view, message.bank, message.currency)
    purse.take(context.actor, amount)
    purse.give(message.to, amount)
    told = {
        "amount": message.amount,
        "bank": message.bank,
        "currency": message.currency,
        "payee": message.to,
        "payer": context.actor,
    }
    events = (Event("capital.deposit_moved", told), *purse.events("MOVE_DEPOSIT", ""))
    return Effects(purse.writes, events)


def withdraw_deposit(view: View, message: WithdrawDeposit, context: Context) -> Effects:
    """Take from the actor's deposit what its bank pays out.

    Raises:
        BadAmountError: no sum.
        NotCustomerError: the bank keeps no such account.
        InsufficientFundsError: the account holds less.
        ApprovalNeededError: the bank has not approved: only it knows that the money went.
    """
    amount = read_amount(message.amount)
    purse = Purse(view, message.bank, message.currency)
    purse.take(context.actor, amount)
    context.require_approvals([message.bank])
    passed = _settled(view, message.bank, message.currency, withdrawn=amount)
    told = {
        "amount": message.amount,
        "bank": message.bank,
        "currency": message.currency,
        "customer": context.actor,
        "entry": message.entry,
    }
    posted = purse.events("WITHDRAW_DEPOSIT", message.entry)
    events = (Event("capital.deposit_withdrawn", told), *posted)
    return Effects({**purse.writes, **passed}, events)


def refund_suspense(view: View, message: RefundSuspense, context: Context) -> Effects:
    """Put back into the payer's account what it paid too much.

    Raises:
        BadAmountError: no sum, or more than may lie there.
        NothingSuspendedError: less lies in suspense.
        NotCustomerError: the bank keeps no such account any more.
    """
    amount = read_amount(message.amount)
    left = suspended(view, message.bank, message.currency, context.actor) - amount
    if left < 0:
        raise NothingSuspendedError(message.amount)
    purse = Purse(view, message.bank, message.currency)
    purse.give(context.actor, amount)
    told = {
        "amount": message.amount,
        "bank": message.bank,
        "currency": message.currency,
        "payer": context.actor,
    }
    rest = put_suspense(message.bank, message.currency, context.actor, left)
    events = (Event("capital.suspense_refunded", told), *purse.events("REFUND_SUSPENSE", ""))
    return Effects({**purse.writes, **rest}, events)


def require_bank(view: View, bank: str) -> None:
    """Refuse whoever is registered as no bank.

    Raises:
        NotBankError: it is so.
    """
    if not has_role(view, bank, "bank"):
        raise NotBankError(bank)


def suspended(view: View, bank: str, currency: str, payer: str) -> int:
    """What a payer has in suspense at a bank, minor units."""
    found = _find(view, suspense_key(bank, currency, payer), Suspense)
    return 0 if found is None else int(found.amount)


def put_suspense(bank: str, currency: str, payer: str, amount: int) -> dict[str, bytes | None]:
    """The write of what a payer has in suspense; nothing is no record."""
    record = encode_record(Suspense(amount=str(amount))) if amount else None
    return {suspense_key(bank, currency, payer): record}


def _settled(
    view: View, bank: str, currency: str, *, placed: int = 0, withdrawn: int = 0
) -> dict[str, bytes | None]:
    key = settlement_key(bank, currency)
    before = _find(view, key, SettlementRecord) or SettlementRecord(placed="0", withdrawn="0")
    after = SettlementRecord(
        placed=str(int(before.placed) + placed), withdrawn=str(int(before.withdrawn) + withdrawn)
    )
    return {key: encode_record(after)}


def _find(view: View, key: str, kind: type[R]) -> R | None:
    data = view.get(key)
    return None if data is None else decode_record(data, kind)


RULES = (
    Rule(
        "capital.OPEN_ACCOUNT",
        OpenAccount,
        open_account,
        (NotBankError, BadCurrencyError, UnknownControllerError, AccountKnownError),
    ),
    Rule(
        "capital.PLACE_DEPOSIT",
        PlaceDeposit,
        place_deposit,
        (NotBankError, BadAmountError, NotCustomerError),
    ),
    Rule(
        "capital.MOVE_DEPOSIT",
        MoveDeposit,
        move_deposit,
        (BadAmountError, SameAccountError, *PAYS),
    ),
    Rule(
        "capital.WITHDRAW_DEPOSIT",
        WithdrawDeposit,
        withdraw_deposit,
        (BadAmountError, *PAYS, ApprovalNeededError),
    ),
    Rule(
        "capital.REFUND_SUSPENSE",
        RefundSuspense,
        refund_suspense,
        (BadAmountError, NothingSuspendedError, NotCustomerError),
    ),
)
