# SPDX-License-Identifier: Apache-2.0
"""Identity's promises, each a named function over one act's change."""

from ropewalk.identity.state import (
    CarrierCodeRecord,
    Controller,
    Party,
    carrier_code_key,
)
from ropewalk.ledger import Change, Invariant, decode_record


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


INVARIANTS = (
    Invariant("I7 controllers can act", controllers_can_act),
    Invariant("I38 keys only end", keys_only_end),
    Invariant("carrier codes answer to one party", carrier_codes_answer_to_one_party),
)
