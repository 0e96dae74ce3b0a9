# SPDX-License-Identifier: Apache-2.0
"""Capital: what a debtor confirmed, its shares that circulate, and deposits at settlement banks."""

from ropewalk.capital import (
    account,
    dilution,
    discount,
    invariants,
    invoice,
    redeem,
    security,
    split,
    transfer,
)
from ropewalk.capital.account import PAYS, MoveDeposit, Purse
from ropewalk.capital.charges import ChargeTerms, Tier, charged
from ropewalk.capital.daycount import DAY_COUNTS, adjusted, days_between
from ropewalk.capital.discount import Price, price_of
from ropewalk.capital.errors import (
    BadAmountError,
    BadCurrencyError,
    NotBankError,
    NotCustomerError,
    ReceivablePledgedError,
    TooManyRecoursesError,
)
from ropewalk.capital.money import check_currency, read_amount, shared_out
from ropewalk.capital.state import (
    CONFIRMED,
    HELD,
    OPEN,
    Balance,
    OnReceivable,
    Payable,
    Receivable,
    balance_key,
    changed,
    find_payable,
    find_receivable,
    held,
    made_id,
    payable_key,
    put_receivable,
    receivable_key,
    require_pledgees,
)
from ropewalk.capital.transfer import TransferReceivable, with_recourse

RULES = (
    *account.RULES,
    *invoice.RULES,
    *split.RULES,
    *transfer.RULES,
    *discount.RULES,
    *security.RULES,
    *redeem.RULES,
    *dilution.RULES,
)
INVARIANTS = invariants.INVARIANTS

__all__ = [
    "CONFIRMED",
    "DAY_COUNTS",
    "HELD",
    "INVARIANTS",
    "OPEN",
    "PAYS",
    "RULES",
    "BadAmountError",
    "BadCurrencyError",
    "Balance",
    "ChargeTerms",
    "MoveDeposit",
    "NotBankError",
    "NotCustomerError",
    "OnReceivable",
    "Payable",
    "Price",
    "Purse",
    "Receivable",
    "ReceivablePledgedError",
    "Tier",
    "TooManyRecoursesError",
    "TransferReceivable",
    "adjusted",
    "balance_key",
    "changed",
    "charged",
    "check_currency",
    "days_between",
    "find_payable",
    "find_receivable",
    "held",
    "made_id",
    "payable_key",
    "price_of",
    "put_receivable",
    "read_amount",
    "receivable_key",
    "require_pledgees",
    "shared_out",
    "with_recourse",
]
