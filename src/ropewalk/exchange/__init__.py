# SPDX-License-Identifier: Apache-2.0
"""Exchange: one act over three strands, delivery against payment, conditions on signed facts."""

from ropewalk.exchange import escrow, facts, invariants, opening, settle
from ropewalk.exchange.conditions import (
    FAILED,
    MET,
    WAITS,
    Condition,
    explain,
    judge,
)
from ropewalk.exchange.facts import Fact, Readings, fact_id, readings_id
from ropewalk.exchange.settle import is_broken
from ropewalk.exchange.state import (
    OPEN,
    RETURNED,
    SETTLED,
    DepositLeg,
    Exchange,
    Leg,
    PaymentLeg,
    ReceivableLeg,
    ReleaseLeg,
    TitleLeg,
    exchange_id,
    exchange_key,
    find_exchange,
    standing_key,
    together,
)
from ropewalk.exchange.wording import in_words

RULES = (*opening.RULES, *escrow.RULES, *facts.RULES, *settle.RULES)
INVARIANTS = invariants.INVARIANTS

__all__ = [
    "FAILED",
    "INVARIANTS",
    "MET",
    "OPEN",
    "RETURNED",
    "RULES",
    "SETTLED",
    "WAITS",
    "Condition",
    "DepositLeg",
    "Exchange",
    "Fact",
    "Leg",
    "PaymentLeg",
    "Readings",
    "ReceivableLeg",
    "ReleaseLeg",
    "TitleLeg",
    "exchange_id",
    "exchange_key",
    "explain",
    "fact_id",
    "find_exchange",
    "in_words",
    "is_broken",
    "judge",
    "readings_id",
    "standing_key",
    "together",
]
