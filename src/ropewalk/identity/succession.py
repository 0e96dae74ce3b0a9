# SPDX-License-Identifier: Apache-2.0
"""Who decides on a succession: the last validators by their power, or who governs by its keys.

An entry names validators ahead of the height they vote from, and no entry says that it was reached.
A statement says how far consensus led, and a header shows it. The set that votes behind that height
decides; but a step that is still to come may have been reached with nobody to show it, and then
those whom it removed must not decide alone: so its set has to agree too.

Source: docs/reference/formats.md, 15; ADR 26.
"""

from ropewalk.identity import state
from ropewalk.ledger import (
    SUCCESSION_KEY,
    VALIDATORS_KEY,
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
    steps_since,
    tally,
)


def electors(view: View, led: int) -> list[dict[str, int]]:
    """Ids of the keys that decide who carries on, with the weight of each: sets that all agree.

    Args:
        view: the state after the last block.
        led: height that consensus led to. The set that votes on the next block comes first, then
            those of the steps to come.
    """
    steps = steps_since(view, led + 1)
    if steps:
        return [{one.key: one.power for one in step.validators} for step in steps]
    _, governance = state.load_governance(view)
    return [{kid: 1 for kid in sorted(state.active_keys(governance))}]  # noqa: C420  # in order


def succeed(view: View, succession: SignedStatement, context: Context) -> Effects:
    """Let a ledger go on under another log key: what was rebuilt becomes live.

    Raises:
        BadSuccessionError: somebody carries on already; a signature does not hold or is nobody's
            who decides; or those who signed have not more than two thirds of the weight of a set;
            or of an embedded ledger, it says that consensus led it.
    """
    statement = succession.statement
    if statement.network != context.network:
        raise BadSuccessionError(f"of {statement.network}; this is {context.network}")
    if view.get(SUCCESSION_KEY) is not None:
        raise BadSuccessionError("somebody carries on already")
    if statement.led != statement.height and view.get(VALIDATORS_KEY) is None:
        raise BadSuccessionError("no consensus leads an embedded ledger")
    sets = electors(view, statement.led)
    signers = signers_of(succession)
    strangers = [kid for kid in signers if not any(kid in weights for weights in sets)]
    if strangers:
        raise BadSuccessionError(f"{strangers[0]} does not decide who carries on")
    (power, total), *_ = tallies = [tally(weights, signers) for weights in sets]
    for has, of_all in tallies:
        if not enough(has, of_all):
            raise BadSuccessionError(f"{has} of {of_all} are not more than two thirds")
    record = SuccessionRecord(
        height=statement.height, log=statement.log, root=statement.root, size=statement.size
    )
    told = {"log": statement.log, "power": str(power), "total": str(total)}
    return Effects(
        {SUCCESSION_KEY: encode_record(record)}, (Event("identity.ledger_succeeded", told),)
    )
