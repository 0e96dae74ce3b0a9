# SPDX-License-Identifier: Apache-2.0
"""Who decides on a succession: the last validators by their power, or who governs by its keys.

Source: docs/reference/formats.md, 15; ADR 26.
"""

from ropewalk.identity import state
from ropewalk.ledger import (
    SUCCESSION_KEY,
    BadSuccessionError,
    Context,
    Effects,
    Event,
    SignedStatement,
    SuccessionRecord,
    View,
    encode_record,
    enough,
    signers_of,
    validators_at,
)


def electors(view: View, height: int) -> dict[str, int]:
    """Ids of the keys that decide who carries on, with the weight of each.

    Args:
        view: the state after the last block.
        height: of that block. The set that votes on the next one is asked.
    """
    validators = validators_at(view, height + 1)
    if validators:
        return {one.key: one.power for one in validators}
    _, governance = state.load_governance(view)
    return {kid: 1 for kid in sorted(state.active_keys(governance))}  # noqa: C420  # in order


def succeed(view: View, succession: SignedStatement, context: Context) -> Effects:
    """Let a ledger go on under another log key: what was rebuilt becomes live.

    Raises:
        BadSuccessionError: somebody carries on already; a signature does not hold or is nobody's
            who decides; or those who signed have not more than two thirds of the weight.
    """
    statement = succession.statement
    if statement.network != context.network:
        raise BadSuccessionError(f"of {statement.network}; this is {context.network}")
    if view.get(SUCCESSION_KEY) is not None:
        raise BadSuccessionError("somebody carries on already")
    weights = electors(view, statement.height)
    signers = signers_of(succession)
    strangers = [kid for kid in signers if kid not in weights]
    if strangers:
        raise BadSuccessionError(f"{strangers[0]} does not decide who carries on")
    power, total = sum(weights[kid] for kid in signers), sum(weights.values())
    if not enough(power, total):
        raise BadSuccessionError(f"{power} of {total} are not more than two thirds")
    record = SuccessionRecord(
        height=statement.height, log=statement.log, root=statement.root, size=statement.size
    )
    told = {"log": statement.log, "power": str(power), "total": str(total)}
    return Effects(
        {SUCCESSION_KEY: encode_record(record)}, (Event("identity.ledger_succeeded", told),)
    )
