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
from ropewalk.capital.account import Purse
from ropewalk.capital.charges import ChargeTerms, Tier, charged
from ropewalk.capital.daycount import DAY_COUNTS, adjusted, days_between
from ropewalk.capital.discount import Price, price_of
from ropewalk.capital.money import check_currency, read_amount, shared_out
from ropewalk.capital.state import (
    OPEN,
    Balance,
    Payable,
    Receivable,
    balance_key,
    find_payable,
    find_receivable,
    made_id,
    payable_key,
    receivable_key,
)

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
    "DAY_COUNTS",
    "INVARIANTS",
    "OPEN",
    "RULES",
    "Balance",
    "ChargeTerms",
    "Payable",
    "Price",
    "Purse",
    "Receivable",
    "Tier",
    "adjusted",
    "balance_key",
    "charged",
    "check_currency",
    "days_between",
    "find_payable",
    "find_receivable",
    "made_id",
    "payable_key",
    "price_of",
    "read_amount",
    "receivable_key",
    "shared_out",
]
