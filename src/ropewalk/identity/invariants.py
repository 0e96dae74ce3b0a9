# SPDX-License-Identifier: Apache-2.0
"""Identity's promises, each a named function over one act's change."""

from collections.abc import Sequence

from ropewalk.identity.state import (
    CarrierCodeRecord,
    Controller,
    Party,
    carrier_code_key,
)
from ropewalk.identity.validators import STEPS_MAX
from ropewalk.ledger import (
    VALIDATORS_KEY,
    VALIDATORS_MAX,
    Change,
    Invariant,
    Validator,
    Validators,
    decode_record,
    validators_at,
)


def controllers_can_act(change: Change) -> str | None:
    """Every controller keeps at least as many active keys as its threshold."""
    for key in change.keys:
        if key.startswith("controller/"):
            data = change.after.get(key)
            if data is None:
                return f"{key} was removed"
            controller = decode_record(data, Controller)
            active = [one for one in controller.keys if not one.revoked]
            if not 1 <= controller.threshold <= len(active):
                return f"{key} can't reach its threshold"
    return None


def keys_only_end(change: Change) -> str | None:
    """I38: a key, once revoked, stays revoked, and no key's past is rewritten."""
    for key in change.keys:
        before, after = change.before.get(key), change.after.get(key)
        if not key.startswith("controller/") or before is None or after is None:
            continue
        old = decode_record(before, Controller).keys
        new = decode_record(after, Controller).keys
        for was, now in zip(old, new, strict=False):
            if was != now and (was.revoked or now.kid != was.kid or now.added != was.added):
                return f"{key}: the past of {was.kid} changed"
        if len(new) < len(old):
            return f"{key}: a key vanished"
    return None


def carrier_codes_answer_to_one_party(change: Change) -> str | None:
    """A carrier code leads to the one party that is registered under it."""
    for key in change.keys:
        if key.startswith("party/"):
            data = change.after.get(key)
            if data is None:
                return f"{key} was removed"
            for code in decode_record(data, Party).carrier_codes:
                found = change.after.get(carrier_code_key(code))
                if found is None or f"party/{decode_record(found, CarrierCodeRecord).party}" != key:
                    return f"{code} does not lead to {key}"
    return None


def somebody_votes_at_every_height(change: Change) -> str | None:
    """Steps of validators rise, and each names some, sorted, no key twice."""
    if VALIDATORS_KEY not in change.keys:
        return None
    data = change.after.get(VALIDATORS_KEY)
    if data is None:
        return "the validators were removed"
    steps = decode_record(data, Validators).steps
    heights = [step.height for step in steps]
    if not 1 <= len(steps) <= STEPS_MAX or heights != sorted(set(heights)):
        return f"steps at {heights}"
    for step in steps:
        if not _is_set(step.validators):
            return f"no set of validators at height {step.height}"
    return None


def _is_set(validators: Sequence[Validator]) -> bool:
    keys = [one.key for one in validators]
    named = [*keys, *(one.node for one in validators)]
    fits = 1 <= len(keys) <= VALIDATORS_MAX and keys == sorted(keys)
    return fits and len(set(named)) == len(named)


def told_validators_stand(change: Change) -> str | None:
    """Who votes on this block and the next was told to consensus, and does not change any more."""
    if VALIDATORS_KEY not in change.keys:
        return None
    for height in (change.context.height, change.context.height + 1):
        if validators_at(change.before, height) != validators_at(change.after, height):
            return f"the validators of height {height} changed"
    return None


INVARIANTS = (
    Invariant("I7 controllers can act", controllers_can_act),
    Invariant("I38 keys only end", keys_only_end),
    Invariant("carrier codes answer to one party", carrier_codes_answer_to_one_party),
    Invariant("somebody votes at every height", somebody_votes_at_every_height),
    Invariant("told validators stand", told_validators_stand),
)
