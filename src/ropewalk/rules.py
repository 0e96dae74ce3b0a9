# SPDX-License-Identifier: Apache-2.0
"""The rule book: which acts exist at which protocol version. The one table.

Command line, HTTP, the generated reference and both engines read it. Released behaviour is
never edited: an act's file gains a second rule, and the next table picks it.
"""

from collections.abc import Mapping

from ropewalk import capital, cargo, exchange, identity, title
from ropewalk.ledger import (
    Genesis,
    Invariant,
    Machine,
    Rule,
    RuleBook,
    first_records,
    network_id,
    read_genesis,
)

_ACTS: tuple[Rule, ...] = (
    *identity.RULES,
    *cargo.rules(title.standing),
    *title.RULES,
    *capital.RULES,
    *exchange.RULES,
)
V1_RULES: tuple[Rule, ...] = (
    *_ACTS,
    *identity.approval_rules({rule.name: rule for rule in _ACTS}),
)
INVARIANTS: tuple[Invariant, ...] = (
    *identity.INVARIANTS,
    *cargo.promises(title.standing),
    *title.INVARIANTS,
    *capital.INVARIANTS,
    *exchange.INVARIANTS,
)

V1 = RuleBook(
    version=1,
    rules={rule.name: rule for rule in V1_RULES},
    invariants=INVARIANTS,
    authorise=identity.authorise,
    represent=identity.represent,
    has_policy=identity.has_policy,
    require_policy=identity.require_policy,
    misbehave=identity.misbehave,
    succeed=identity.succeed,
)

BOOKS: Mapping[int, RuleBook] = {1: V1}
LATEST = V1


def genesis_records(data: bytes) -> dict[str, bytes]:
    """Every record of the state at height 0.

    Raises:
        GenesisError: the file is not a genesis of ours.
    """
    genesis = read_genesis(data)
    return {**first_records(data), **identity.first_records(genesis)}


def machine(data: bytes, *, checks_invariants: bool = False) -> Machine:
    """The state machine of a network.

    Raises:
        GenesisError: the file is not a genesis of ours.
    """
    genesis: Genesis = read_genesis(data)
    return Machine(
        network=network_id(data),
        books=BOOKS,
        quota_actor_max=genesis.parameters.quota_actor_max,
        checks_invariants=checks_invariants,
        log=genesis.log,
    )
