# SPDX-License-Identifier: Apache-2.0
"""Who votes on blocks, told a second time from docs/reference/identity.md, «Validators».

A set is told by its voting keys: of each, the node key and the power.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from model.identity_acts import Effect, Reasons
from model.ledger_model import Ledger, Moment
from model.title_model import Body
from model.title_reasons import Verdict, every, only

NOTICE_HEIGHTS = 10
AHEAD_HEIGHTS = 1_000_000
WAITING_MAX = 16
VALIDATORS_MAX = 64
A_THIRD = Fraction(1, 3)


class Vote(NamedTuple):
    """What a voting key stands for."""

    node: str
    power: int


Voters = Mapping[str, Vote]


def voters_at(ledger: Ledger, height: int) -> Voters:
    """Who votes at a height."""
    reached = [step for step in ledger.steps if step["height"] <= height]
    return _voters(reached[-1])


def _voters(step: Body) -> Voters:
    return {one["key"]: Vote(one["node"], one["power"]) for one in step["validators"]}


def _step(height: int, voters: Voters) -> Body:
    named: list[Any] = [{"key": key, **voters[key]._asdict()} for key in sorted(voters)]
    return {"height": height, "validators": named}


def _after(ledger: Ledger, body: Body) -> Voters:
    """The last step's voters as an act changes them."""
    voters = {**_voters(ledger.steps[-1])}
    if body["power"]:
        voters[body["key"]] = Vote(body["node"], body["power"])
    else:
        voters.pop(body["key"], None)
    return voters


def moved(before: Voters, after: Voters) -> Fraction:
    """The share of the voting power that changes hands: all that somebody loses of it."""
    old, new = (sum(one.power for one in voters.values()) for voters in (before, after))
    lost = Fraction(0)
    for key, vote in before.items():
        now = Fraction(after[key].power, new) if key in after else Fraction(0)
        lost += max(Fraction(0), Fraction(vote.power, old) - now)
    return lost


def set_validator(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """A validator comes, changes or goes."""
    if actor != ledger.governance:
        return only("identity.not_governance")
    if not ledger.steps:
        return only("identity.not_consortium")
    height, key, node = body["height"], body["key"], body["node"]
    last = int(ledger.steps[-1]["height"])
    low, high = max(ledger.height + NOTICE_HEIGHTS, last), ledger.height + AHEAD_HEIGHTS
    waiting = sum(step["height"] > ledger.height for step in ledger.steps)
    hard = every(
        ("identity.bad_keys", key == node),
        ("identity.bad_step_height", not low <= height <= high),
        ("identity.too_many_steps", height > last and waiting >= WAITING_MAX),
    )
    return Verdict(hard or _set_is_off(ledger, body))


def _set_is_off(ledger: Ledger, body: Body) -> frozenset[str]:
    key, node = body["key"], body["node"]
    voters = _voters(ledger.steps[-1])
    if not body["power"]:
        hard = every(
            ("identity.unknown_validator", key not in voters or voters[key].node != node),
            ("identity.last_validator", set(voters) == {key}),
        )
        return hard or _is_too_much(ledger, body)
    others = {one: vote for one, vote in voters.items() if one != key}
    used = {*others, *(vote.node for vote in others.values())}
    hard = every(
        ("identity.validator_key_taken", bool({key, node} & used)),
        ("identity.too_many_validators", len(others) >= VALIDATORS_MAX),
    )
    return hard or _is_too_much(ledger, body)


def _is_too_much(ledger: Ledger, body: Body) -> frozenset[str]:
    before = voters_at(ledger, body["height"] - 1)
    too_much = moved(before, _after(ledger, body)) > A_THIRD
    return every(("identity.step_too_large", too_much))


def validator_set(ledger: Ledger, _actor: str, body: Body, _moment: Moment) -> None:
    """From its height on."""
    step = _step(body["height"], _after(ledger, body))
    kept = [one for one in ledger.steps if one["height"] != body["height"]]
    _write(ledger, [*kept, step])


def _write(ledger: Ledger, steps: list[Body]) -> None:
    """Steps that are long past are dropped."""
    over = max(step["height"] for step in ledger.steps if step["height"] <= ledger.height)
    ledger.steps = [step for step in steps if step["height"] >= over]
    ledger.touched.add("validators")


def convict(ledger: Ledger, evidence: str, height: int, culprit: str) -> Mapping[str, Any] | None:
    """A culprit loses its vote; what its event must tell, None where nothing happens."""
    if not ledger.steps:
        return None
    first = ledger.height + 2
    sets = {step["height"]: _voters(step) for step in ledger.steps if step["height"] > first}
    sets[first] = voters_at(ledger, first)
    named = sorted(at for at, voters in sets.items() if culprit in voters)
    if not named:
        return None
    removed = [at for at in named if set(sets[at]) != {culprit}]
    for at in removed:
        sets[at] = {key: vote for key, vote in sets[at].items() if key != culprit}
    if sets[first] == voters_at(ledger, first - 1):
        del sets[first]
    near = [step for step in ledger.steps if step["height"] < first]
    _write(ledger, [*near, *(_step(at, sets[at]) for at in sorted(sets))])
    return {
        "name": "identity.validator_removed" if removed else "identity.validator_kept",
        "evidence": evidence,
        "height": str(height),
        "kept_in": " ".join(str(at) for at in named if at not in removed),
        "removed_in": " ".join(str(at) for at in removed),
        "validator": culprit,
    }


VOTING: Mapping[str, tuple[Reasons, Effect]] = {"SET_VALIDATOR": (set_validator, validator_set)}
