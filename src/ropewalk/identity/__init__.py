# SPDX-License-Identifier: Apache-2.0
"""Who acts: controllers, parties and their keys, and the network's own governance."""

from ropewalk.identity import governance, invariants, keys, register
from ropewalk.identity.authorise import authorise
from ropewalk.identity.errors import (
    LawNotRecognisedError,
    UnknownControllerError,
    UnknownPartyError,
)
from ropewalk.identity.genesis import first_records, governance_id
from ropewalk.identity.state import (
    GOVERNANCE_KEY,
    ROLES,
    CarrierCodeRecord,
    Controller,
    GovernanceRecord,
    Key,
    LawRecord,
    Party,
    Recovery,
    carrier_code_key,
    controller_id,
    controller_key,
    find_party,
    has_role,
    is_recognised_law,
    law_key,
    load_party,
    party_key,
    require_controller,
)

RULES = (*register.RULES, *keys.RULES, *governance.RULES)
INVARIANTS = invariants.INVARIANTS

__all__ = [
    "GOVERNANCE_KEY",
    "INVARIANTS",
    "ROLES",
    "RULES",
    "CarrierCodeRecord",
    "Controller",
    "GovernanceRecord",
    "Key",
    "LawNotRecognisedError",
    "LawRecord",
    "Party",
    "Recovery",
    "UnknownControllerError",
    "UnknownPartyError",
    "authorise",
    "carrier_code_key",
    "controller_id",
    "controller_key",
    "find_party",
    "first_records",
    "governance_id",
    "has_role",
    "is_recognised_law",
    "law_key",
    "load_party",
    "party_key",
    "require_controller",
]
