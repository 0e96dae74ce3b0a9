# SPDX-License-Identifier: Apache-2.0
"""SET_POLICY: four eyes inside a party, by act, amount and the role of its keys.

A controller's threshold holds for all it does; its policy asks for more where more is at stake.
Source: reliability requirements I7, TH12; docs/reference/identity.md.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from ropewalk.codes import CodeError, currency_decimals
from ropewalk.crypto import INTEGER_MAX
from ropewalk.identity import state
from ropewalk.identity.errors import BadPolicyError, FourEyesError
from ropewalk.ledger import (
    Context,
    Effects,
    Event,
    LedgerError,
    Message,
    Record,
    Rule,
    View,
    decode_record,
    encode_record,
)

RULES_MAX = 32
ROLES_MAX = 8
ANY = "*"

Word = Annotated[str, msgspec.Meta(pattern=r"\A[a-z_]{1,32}\Z")]


class KeyRoles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a key's bearer is inside the party: a clerk, a signatory, whatever it calls them."""

    kid: str
    roles: Annotated[list[Word], msgspec.Meta(min_length=1, max_length=ROLES_MAX)]
    """Sorted, each once."""


class PolicyRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many keys with a role for such acts, from such an amount on."""

    act: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    """An act's name, `title.*`, or `*`."""
    amount_min: Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
    """Minor units; 0 where `currency` is ""."""
    currency: Annotated[str, msgspec.Meta(max_length=3)]
    """ISO 4217 code; "" for acts of any amount or none."""
    keys: Annotated[int, msgspec.Meta(ge=1, le=state.KEYS_MAX)]
    role: Annotated[str, msgspec.Meta(pattern=r"\A[a-z_]{0,32}\Z")]
    """What the keys must be; "" for any."""


class Policy(Record, frozen=True):
    """Record `policy/<controller>`."""

    roles: list[KeyRoles]
    rules: list[PolicyRule]


class SetPolicy(Message, frozen=True):
    """Say which keys hold which roles, and how many of them an act needs."""

    roles: Annotated[
        list[KeyRoles],
        msgspec.Meta(max_length=state.KEYS_MAX, description="Roles of keys, by key id."),
    ]
    rules: Annotated[
        list[PolicyRule],
        msgspec.Meta(max_length=RULES_MAX, description="Rules; every one that counts must be met."),
    ]


def policy_key(controller: str) -> str:
    """State key of a controller's policy."""
    return f"policy/{controller}"


def find(view: View, controller: str) -> Policy | None:
    """A controller's policy, None when it has none."""
    data = view.get(policy_key(controller))
    return None if data is None else decode_record(data, Policy)


def has_policy(view: View, controller: str) -> bool:
    """Whether a controller has a policy."""
    return view.get(policy_key(controller)) is not None


def set_policy(view: View, message: SetPolicy, context: Context) -> Effects:
    """Replace the actor's policy; the one before ruled this act.

    Raises:
        BadPolicyError: roles or rules out of order or form, or a rule nobody could meet.
    """
    kids = [one.kid for one in message.roles]
    if kids != sorted(set(kids)):
        raise BadPolicyError("roles are sorted by key id, each once")
    for one in message.roles:
        if one.roles != sorted(set(one.roles)):
            raise BadPolicyError("a key's roles are sorted, each once")
    for rule in message.rules:
        _check_rule(rule)
    policy = Policy(roles=message.roles, rules=message.rules)
    active = state.active_keys(state.load_controller(view, context.actor))
    if not set(kids) <= set(active):
        raise BadPolicyError("a role is given to a key that is none of the controller's")
    if not is_reachable(policy, active):
        raise BadPolicyError("a rule asks for more keys than hold its role")
    record = encode_record(policy) if message.roles or message.rules else None
    event = Event("identity.policy_set", {"controller": context.actor})
    return Effects({policy_key(context.actor): record}, (event,))


def _check_rule(rule: PolicyRule) -> None:
    if not rule.currency:
        if rule.amount_min:
            raise BadPolicyError("an amount needs its currency")
        return
    try:
        currency_decimals(rule.currency)
    except CodeError as error:
        raise BadPolicyError(str(error)) from error


def is_reachable(policy: Policy, active: Sequence[str]) -> bool:
    """Whether these keys could meet every rule."""
    return all(_holding(policy, rule.role, active) >= rule.keys for rule in policy.rules)


def _holding(policy: Policy, role: str, kids: Sequence[str]) -> int:
    if not role:
        return len(set(kids))
    holders = {one.kid for one in policy.roles if role in one.roles}
    return len(holders.intersection(kids))


def require_policy(
    view: View, controller: str, signers: Sequence[str], act: str, message: Message
) -> None:
    """Refuse an act that fewer of the controller's keys signed than its policy asks for.

    Args:
        view: the state before the act.
        controller: whose keys signed.
        signers: key ids, each valid for the controller.
        act: name of the act.
        message: its body.

    Raises:
        FourEyesError: a rule of the policy is not met.
    """
    policy = find(view, controller)
    if policy is None:
        return
    for rule in policy.rules:
        if _counts(rule, act, message) and _holding(policy, rule.role, signers) < rule.keys:
            raise FourEyesError(
                f"{act} needs {rule.keys} keys" + (f" that are {rule.role}" if rule.role else "")
            )


GUARDED = (
    "identity.ADD_KEY",
    "identity.CANCEL_RECOVERY",
    "identity.CHANGE_THRESHOLD",
    "identity.REVOKE_KEY",
    "identity.ROTATE_KEY",
    "identity.SET_POLICY",
    "identity.SET_RECOVERY",
)
"""Acts by which a single key could lift every rule of a policy: every rule counts for them."""

GRANT_MANDATE = "identity.GRANT_MANDATE"


def _counts(rule: PolicyRule, act: str, message: Message) -> bool:
    if act in GUARDED:
        return True
    if act == GRANT_MANDATE:
        acts: Sequence[str] = getattr(message, "acts", ())
        return _names(rule, act) or any(_names(rule, one) for one in acts)
    return _names(rule, act) and _reaches_amount(rule, message)


def _names(rule: PolicyRule, act: str) -> bool:
    room = act.partition(".")[0]
    return rule.act in (act, f"{room}.{ANY}", ANY)


def _reaches_amount(rule: PolicyRule, message: Message) -> bool:
    """Whether an act is of the amount a rule asks for; one that leaves it open might be."""
    if not rule.currency:
        return True
    if "amount" not in message.__struct_fields__:
        return False
    same = getattr(message, "currency", None) == rule.currency
    amount = _minor_units(getattr(message, "amount", None))
    return not same or amount is None or amount >= rule.amount_min


def _minor_units(stated: object) -> int | None:
    """A number, or its digits as capital writes sums; None where it is left open or is none."""
    if isinstance(stated, str):
        return int(stated) if stated.isascii() and stated.isdigit() else None
    return stated if isinstance(stated, int) else None


def passed_on(view: View, controller: str, key: str, successor: str) -> dict[str, bytes | None]:
    """The writes that give a rotated key's roles to its successor."""
    policy = find(view, controller)
    if policy is None:
        return {}
    roles = [
        KeyRoles(kid=successor, roles=one.roles) if one.kid == key else one for one in policy.roles
    ]
    changed = Policy(roles=sorted(roles, key=lambda one: one.kid), rules=policy.rules)
    return {policy_key(controller): encode_record(changed)}


def written_without(
    view: View, controller: str, key: str, active: Sequence[str]
) -> dict[str, bytes | None]:
    """The writes that take a key out of the policy, where there is one.

    Raises:
        BadPolicyError: a rule could not be met any more.
    """
    policy = find(view, controller)
    if policy is None:
        return {}
    left = Policy(roles=[one for one in policy.roles if one.kid != key], rules=policy.rules)
    if not is_reachable(left, active):
        raise BadPolicyError("the policy asks for this key; change the policy first")
    return {policy_key(controller): encode_record(left)}


REFUSALS: tuple[type[LedgerError], ...] = (BadPolicyError,)

RULES = (Rule("identity.SET_POLICY", SetPolicy, set_policy, REFUSALS),)
