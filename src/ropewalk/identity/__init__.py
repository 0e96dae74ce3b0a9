# SPDX-License-Identifier: Apache-2.0
"""Who acts: controllers, parties and their keys, and the network's own governance."""

from ropewalk.identity import (
    approve,
    governance,
    invariants,
    keys,
    mandate,
    members,
    policy,
    recovery,
    register,
    validators,
)
from ropewalk.identity.approve import Approval, Proposal, Propose, proposal_key, proposed_hash
from ropewalk.identity.authorise import authorise
from ropewalk.identity.errors import (
    LawNotRecognisedError,
    NotGovernanceError,
    NotRegisteredPartyError,
    RecoveryWaitsError,
    RevokedKeyError,
    ThresholdNotMetError,
    UnknownControllerError,
    UnknownKeyError,
    UnknownPartyError,
)
from ropewalk.identity.genesis import first_records, governance_id
from ropewalk.identity.mandate import Mandate, mandate_key, represent
from ropewalk.identity.members import Member, member_key
from ropewalk.identity.policy import Policy, has_policy, policy_key, require_policy
from ropewalk.identity.recovery import (
    RecoveryRecord,
    lease_written,
    recovery_key,
)
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
    active_keys,
    carrier_code_key,
    controller_id,
    controller_key,
    find_party,
    has_role,
    is_recognised_law,
    law_key,
    load_governance,
    load_party,
    party_key,
    require_controller,
    require_governance,
)
from ropewalk.identity.succession import electors, succeed
from ropewalk.identity.validators import misbehave

RULES = (
    *register.RULES,
    *keys.RULES,
    *policy.RULES,
    *mandate.RULES,
    *recovery.RULES,
    *members.RULES,
    *governance.RULES,
    *validators.RULES,
)
approval_rules = approve.rules
INVARIANTS = invariants.INVARIANTS

__all__ = [
    "GOVERNANCE_KEY",
    "INVARIANTS",
    "ROLES",
    "RULES",
    "Approval",
    "CarrierCodeRecord",
    "Controller",
    "GovernanceRecord",
    "Key",
    "LawNotRecognisedError",
    "LawRecord",
    "Mandate",
    "Member",
    "NotGovernanceError",
    "NotRegisteredPartyError",
    "Party",
    "Policy",
    "Proposal",
    "Propose",
    "Recovery",
    "RecoveryRecord",
    "RecoveryWaitsError",
    "RevokedKeyError",
    "ThresholdNotMetError",
    "UnknownControllerError",
    "UnknownKeyError",
    "UnknownPartyError",
    "active_keys",
    "approval_rules",
    "authorise",
    "carrier_code_key",
    "controller_id",
    "controller_key",
    "electors",
    "find_party",
    "first_records",
    "governance_id",
    "has_policy",
    "has_role",
    "is_recognised_law",
    "law_key",
    "lease_written",
    "load_governance",
    "load_party",
    "mandate_key",
    "member_key",
    "misbehave",
    "party_key",
    "policy_key",
    "proposal_key",
    "proposed_hash",
    "recovery_key",
    "represent",
    "require_controller",
    "require_governance",
    "require_policy",
    "succeed",
]
