# SPDX-License-Identifier: Apache-2.0
"""What identity knows at height 0: the controller that governs, and the recognised laws."""

from collections.abc import Mapping

from ropewalk.codes import CodeError, GoverningLaw
from ropewalk.identity import state
from ropewalk.identity.errors import BadKeysError
from ropewalk.ledger import Genesis, GenesisError, encode_record


def governance_id(genesis: Genesis) -> str:
    """Controller id of the network's governance."""
    chosen = genesis.governance
    return state.controller_id("", chosen.keys, genesis.salt, chosen.threshold)


def first_records(genesis: Genesis) -> Mapping[str, bytes]:
    """Identity's records at height 0.

    Raises:
        GenesisError: the governance keys make no controller, or a law's code is malformed.
    """
    chosen = genesis.governance
    identifier = governance_id(genesis)
    try:
        controller = state.new_controller("", chosen.keys, chosen.threshold, 0)
        for code in genesis.laws:
            GoverningLaw.parse(code)
    except (BadKeysError, CodeError) as error:
        raise GenesisError(f"genesis: {error}") from error
    law = encode_record(state.LawRecord(recognised_at=genesis.time))
    return {
        state.GOVERNANCE_KEY: encode_record(state.GovernanceRecord(controller=identifier)),
        state.controller_key(identifier): encode_record(controller),
        **{state.law_key(code): law for code in genesis.laws},
    }
