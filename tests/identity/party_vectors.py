# SPDX-License-Identifier: Apache-2.0
"""Vectors of rotation, thresholds, policies, mandates, recovery and members."""

from collections.abc import Iterator

from identity.rowing import Body, rows
from ledger.vectors import Case, surplus
from ledger.world import DAY, IDS, TIME, UNKNOWN, World, kid, settled
from ropewalk.crypto import Value
from ropewalk.identity import errors
from ropewalk.ledger import ApprovalNeededError, MalformedBodyError

GOVERNED = "governance"
FIRM = [kid(one) for one in ("firm a", "firm b", "firm c")]
RECOVERY: Body = {
    "controllers": [*sorted((IDS["bank"], IDS["buyer"]))],
    "delay": 3 * DAY,
    "threshold": 2,
}


def rule(act: str = "*", keys: int = 2, role: str = "", **changes: Value) -> dict[str, Value]:
    """A rule of a policy."""
    content: dict[str, Value] = {
        "act": act,
        "amount_min": 0,
        "currency": "",
        "keys": keys,
        "role": role,
    }
    return {**content, **changes}


def policy(*rules: Value, **roles: list[str]) -> Body:
    """A policy of the firm: roles by the name of a key."""
    held: list[Value] = [
        {"kid": kid(f"firm {name}"), "roles": [*words]} for name, words in roles.items()
    ]
    return {"roles": sorted(held, key=lambda one: str(one["kid"])), "rules": [*rules]}  # type: ignore[index]


def keys() -> Iterator[Case]:
    world, full = settled(), settled()
    for number in range(63):
        full.done("shipper", "identity.ADD_KEY", {"key": kid(str(number))})
        full.done("shipper", "identity.REVOKE_KEY", {"key": kid(str(number))})
    ruled = settled()
    ruled.done("firm", "identity.SET_POLICY", policy(rule(role="signatory"), a=SIGN, b=SIGN))
    eased = settled()
    eased.done("firm", "identity.SET_POLICY", policy(rule(keys=1), a=SIGN, b=SIGN))
    seated = member(settled(), "bank")
    for actor in ("governance",):
        seated.done(actor, "identity.CHANGE_THRESHOLD", {"threshold": 1})
    yield from rows(
        "REVOKE_KEY",
        ("policy_asks_for_it", ruled, "firm", {"key": FIRM[0]}, errors.BadPolicyError),
        ("policy_does_not", ruled, "firm", {"key": FIRM[2]}, None),
        ("with_its_roles", eased, "firm", {"key": FIRM[0]}, None),
        ("a_members_seat", seated, GOVERNED, {"key": kid("seat")}, errors.SeatTakenError),
    )
    recovering = started(settled())
    yield from rows(
        "ADD_KEY",
        (
            "of_a_waiting_recovery",
            recovering,
            "shipper",
            {"key": kid("new")},
            errors.KeyKnownError,
        ),
    )
    yield from rotations(world, full, ruled, seated, recovering)


def rotations(
    world: World, full: World, ruled: World, seated: World, recovering: World
) -> Iterator[Case]:
    act = "ROTATE_KEY"
    twice = settled()
    seat: Body = {"key": kid("bank"), "party": IDS["bank"], "threshold": 2}
    twice.done(GOVERNED, "identity.ADMIT_MEMBER", seat)
    fresh: Body = {"key": kid("shipper"), "successor": kid("fresh")}
    yield from rows(
        act,
        ("single_key", world, "shipper", fresh, None),
        ("with_its_roles", ruled, "firm", {"key": FIRM[0], "successor": kid("fresh")}, None),
        ("a_members_seat", seated, GOVERNED, {"key": kid("seat"), "successor": kid("n")}, None),
        (
            "its_key_is_a_seat_as_well",
            twice,
            "bank",
            {"key": kid("bank"), "successor": kid("n")},
            None,
        ),
        (
            "unknown_key",
            world,
            "shipper",
            {**fresh, "key": kid("bank"), "successor": "A" * 42 + "B"},
            errors.UnknownKeyError,
        ),
        (
            "successor_is_no_key",
            world,
            "shipper",
            {**fresh, "successor": "A" * 42 + "B"},
            errors.BadKeysError,
        ),
        ("sixty_four_ever", full, "shipper", fresh, errors.BadKeysError),
        (
            "successor_known",
            world,
            "firm",
            {"key": FIRM[0], "successor": FIRM[1]},
            errors.KeyKnownError,
        ),
        (
            "successor_of_a_recovery",
            recovering,
            "shipper",
            {**fresh, "successor": kid("new")},
            errors.KeyKnownError,
        ),
    )
    yield surplus(Case(f"identity.{act}", "", world, "shipper", fresh))
    yield from thresholds(world)


def thresholds(world: World) -> Iterator[Case]:
    act = "CHANGE_THRESHOLD"
    bad = errors.BadThresholdError
    yield from rows(
        act,
        ("three_of_three", world, "firm", {"threshold": 3}, None),
        ("one_of_three", world, "firm", {"threshold": 1}, None),
        ("as_it_is", world, "firm", {"threshold": 2}, bad),
        ("more_than_keys", world, "firm", {"threshold": 4}, bad),
        ("none", world, "firm", {"threshold": 0}, MalformedBodyError),
    )
    yield surplus(Case(f"identity.{act}", "", world, "firm", {"threshold": 3}))


SIGN = ["signatory"]


def policies(world: World) -> Iterator[Case]:
    act = "SET_POLICY"
    bad = errors.BadPolicyError
    transfers = policy(rule("title.TRANSFER", role="signatory"), a=SIGN, b=SIGN)
    unsorted = policy(rule(keys=1), a=SIGN, b=SIGN)
    unsorted["roles"] = [*reversed(unsorted["roles"])]  # type: ignore[arg-type]
    odd = policy(rule(keys=1), a=SIGN)
    odd["roles"] = [{"kid": kid("bank"), "roles": ["clerk"]}]
    ruled = settled()
    ruled.done("firm", "identity.SET_POLICY", transfers)
    yield from rows(
        act,
        ("two_signatories_transfer", world, "firm", transfers, None),
        ("from_an_amount_on", world, "firm", policy(rule(amount_min=1, currency="USD")), None),
        ("gone_again", ruled, "firm", policy(), None),
        ("roles_unsorted", world, "firm", unsorted, bad),
        ("words_unsorted", world, "firm", policy(a=["signatory", "clerk"]), bad),
        ("amount_without_currency", world, "firm", policy(rule(amount_min=1)), bad),
        ("no_such_currency", world, "firm", policy(rule(currency="XXX")), bad),
        ("anothers_key", world, "firm", odd, bad),
        ("too_few_of_the_role", world, "firm", policy(rule(role="signatory"), a=SIGN), bad),
        ("more_keys_than_there_are", world, "firm", policy(rule(keys=4)), bad),
        ("role_in_capitals", world, "firm", policy(a=["Signatory"]), MalformedBodyError),
    )
    yield surplus(Case(f"identity.{act}", "", world, "firm", transfers))


def mandates(world: World) -> Iterator[Case]:
    act = "GRANT_MANDATE"
    good: Body = {"acts": ["title.TRANSFER"], "agent": IDS["bank"], "until": TIME + 9 * DAY}
    bad = errors.BadMandateError
    wrong: Body = {"acts": ["title.SIGN", "identity.ADD_KEY"], "until": 0}
    granted = settled()
    granted.done("shipper", f"identity.{act}", good)
    yield from rows(
        act,
        ("one_act", world, "shipper", good, None),
        ("in_place_of_another", granted, "shipper", {**good, "acts": ["title.SIGN"]}, None),
        (
            "unknown_agent",
            world,
            "shipper",
            {**wrong, "agent": UNKNOWN},
            errors.UnknownControllerError,
        ),
        ("acts_unsorted", world, "shipper", {**good, **wrong}, bad),
        ("acts_of_identity", world, "shipper", {**good, "acts": ["identity.APPROVE"]}, bad),
        ("to_itself", world, "bank", good, bad),
        ("in_the_past", world, "shipper", {**good, "until": TIME}, bad),
        ("over_at_once", world, "shipper", {**good, "until": world.time_s + 1}, bad),
        ("no_acts", world, "shipper", {**good, "acts": []}, MalformedBodyError),
    )
    yield surplus(Case(f"identity.{act}", "", world, "shipper", good))
    act = "REVOKE_MANDATE"
    agent: Body = {"agent": IDS["bank"]}
    yield from rows(
        act,
        ("granted", granted, "shipper", agent, None),
        ("never_granted", world, "shipper", agent, errors.NoMandateError),
        ("by_the_agent", granted, "bank", agent, errors.NoMandateError),
    )
    yield surplus(Case(f"identity.{act}", "", granted, "shipper", agent))


def started(world: World, delay_days: int = 3, **changes: Value) -> World:
    """The same world, with a recovery of the shipper that waits."""
    chosen = {**RECOVERY, "controllers": [IDS["bank"]], "threshold": 1, "delay": delay_days * DAY}
    world.done("shipper", "identity.SET_RECOVERY", chosen)
    start = {"controller": IDS["shipper"], "keys": [kid("new")], "threshold": 1}
    world.done("bank", "identity.START_RECOVERY", {**start, **changes})
    return world


def recoveries(world: World) -> Iterator[Case]:
    act = "SET_RECOVERY"
    bad = errors.BadRecoveryError
    chosen = settled()
    chosen.done("shipper", f"identity.{act}", RECOVERY)
    nobody: Body = {"controllers": [], "delay": 0, "threshold": 0}
    stranger: Body = {**RECOVERY, "controllers": [UNKNOWN], "threshold": 1}
    waiting = started(settled())
    yield from rows(
        act,
        ("two_of_two", world, "shipper", RECOVERY, None),
        ("threshold_too_high", world, "shipper", {**stranger, "threshold": 2}, bad),
        ("no_threshold", world, "shipper", {**RECOVERY, "threshold": 0}, bad),
        ("too_soon", world, "shipper", {**RECOVERY, "delay": 3 * DAY - 1}, bad),
        ("by_itself", world, "bank", RECOVERY, bad),
        ("delay_of_nobody", world, "shipper", {**nobody, "delay": DAY}, bad),
        ("governance", world, GOVERNED, stranger, bad),
        ("unknown_controller", waiting, "shipper", stranger, errors.UnknownControllerError),
        ("one_waits", waiting, "shipper", RECOVERY, errors.RecoveryWaitsError),
        ("without_the_one_before", chosen, "shipper", nobody, ApprovalNeededError),
        ("delay_of_a_year", world, "shipper", {**RECOVERY, "delay": 365 * DAY}, MalformedBodyError),
    )
    both = ("bank", "buyer")
    name = f"identity.{act}"
    yield Case(name, "with_the_one_before", chosen, "shipper", nobody, None, both)
    need, one = ApprovalNeededError, ("bank",)
    yield Case(name, "half_of_the_one_before", chosen, "shipper", nobody, need, one)
    yield surplus(Case(name, "", world, "shipper", RECOVERY))
    yield from starts(world, chosen, waiting)
    yield from ends(world, waiting)


def starts(world: World, chosen: World, waiting: World) -> Iterator[Case]:
    name = "identity.START_RECOVERY"
    good: Body = {"controller": IDS["shipper"], "keys": [kid("new")], "threshold": 1}
    odd: Body = {**good, "keys": [kid("shipper")]}
    lost: Body = {**odd, "controller": UNKNOWN}
    bad = errors.BadRecoveryError
    yield Case(name, "both", chosen, "bank", good, None, ("buyer",))
    for case, where, actor, body, why in (
        ("unknown_controller", chosen, "bank", lost, errors.UnknownControllerError),
        ("no_recovery_chosen", world, "bank", odd, errors.NotRecovererError),
        ("stranger", chosen, "carrier", odd, errors.NotRecovererError),
        ("one_waits", waiting, "bank", odd, errors.RecoveryWaitsError),
        ("an_old_key", chosen, "bank", odd, bad),
        ("no_key", chosen, "bank", {**good, "keys": ["A" * 42 + "B"]}, bad),
        ("threshold_too_high", chosen, "bank", {**good, "threshold": 2}, bad),
        ("alone", chosen, "bank", good, ApprovalNeededError),
        ("no_keys", chosen, "bank", {**good, "keys": []}, MalformedBodyError),
    ):
        yield Case(name, case, where, actor, body, why)
    yield surplus(Case(name, "", chosen, "bank", good))


def ends(world: World, waiting: World) -> Iterator[Case]:
    none = errors.NoRecoveryError
    yield from rows(
        "CANCEL_RECOVERY",
        ("by_its_controller", waiting, "shipper", {}, None),
        ("none_waits", world, "shipper", {}, none),
        ("by_the_quorum", waiting, "bank", {}, none),
    )
    yield surplus(Case("identity.CANCEL_RECOVERY", "", waiting, "shipper", {}))
    due, at_due, nearly = started(settled()), started(settled()), started(settled())
    due.block(seconds=3 * DAY)
    at_due.block(seconds=3 * DAY - 1)
    nearly.block(seconds=3 * DAY - 2)
    ruled = started(settled())
    ruled.done("shipper", "identity.SET_POLICY", policy(rule(keys=1)))
    ruled.block(seconds=3 * DAY)
    paired = started(settled(), keys=[kid("new"), kid("newer")], threshold=2)
    paired.block(seconds=3 * DAY)
    shipper: Body = {"controller": IDS["shipper"]}
    yield from rows(
        "COMPLETE_RECOVERY",
        ("its_time_has_come", due, "buyer", shipper, None),
        ("on_the_second", at_due, "buyer", shipper, None),
        ("a_second_early", nearly, "buyer", shipper, errors.TooEarlyError),
        ("the_policy_goes", ruled, "buyer", shipper, None),
        ("with_another_threshold", paired, "buyer", shipper, None),
        ("none_waits", world, "bank", shipper, none),
        ("before_its_delay", waiting, "bank", shipper, errors.TooEarlyError),
    )
    yield surplus(Case("identity.COMPLETE_RECOVERY", "", due, "buyer", shipper))


def member(world: World, party: str) -> World:
    """The same world, with a party seated by a key of its own."""
    seat: Body = {"key": kid("seat"), "party": IDS[party], "threshold": 2}
    world.done(GOVERNED, "identity.ADMIT_MEMBER", seat)
    return world


def members(world: World) -> Iterator[Case]:
    act = "ADMIT_MEMBER"
    good: Body = {"key": kid("seat"), "party": IDS["bank"], "threshold": 3}
    wrong: Body = {"key": "A" * 42 + "B", "party": UNKNOWN, "threshold": 9}
    seated = member(settled(), "bank")
    gone = member(settled(), "bank")
    gone.done("bank", "identity.RESIGN_MEMBER", {})
    yield from rows(
        act,
        ("with_a_new_key", world, GOVERNED, good, None),
        (
            "with_a_founding_key",
            world,
            GOVERNED,
            {**good, "key": kid(GOVERNED), "threshold": 2},
            None,
        ),
        ("not_governance", world, "bank", wrong, errors.NotGovernanceError),
        ("unknown_party", world, GOVERNED, wrong, errors.UnknownPartyError),
        (
            "member_already",
            seated,
            GOVERNED,
            {**wrong, "party": IDS["bank"]},
            errors.MemberAlreadyError,
        ),
        (
            "anothers_seat",
            seated,
            GOVERNED,
            {**good, "party": IDS["shipper"], "threshold": 9},
            errors.SeatTakenError,
        ),
        ("a_revoked_seat", gone, GOVERNED, good, errors.SeatTakenError),
        ("no_key", world, GOVERNED, {**wrong, "party": IDS["bank"]}, errors.BadKeysError),
        ("threshold_too_high", world, GOVERNED, {**good, "threshold": 4}, errors.BadThresholdError),
    )
    yield surplus(Case(f"identity.{act}", "", world, GOVERNED, good))
    yield from leaving(seated, world)


def leaving(seated: World, world: World) -> Iterator[Case]:
    act = "EXCLUDE_MEMBER"
    good: Body = {"party": IDS["bank"], "threshold": 2}
    ruled = member(settled(), "bank")
    ruled.done(GOVERNED, "identity.SET_POLICY", {"roles": [], "rules": [rule("title.*", keys=3)]})
    roles: list[Value] = [{"kid": kid("seat"), "roles": ["chair"]}]
    chaired = member(settled(), "bank")
    chaired.done(GOVERNED, "identity.SET_POLICY", {"roles": roles, "rules": [rule("*", keys=1)]})
    yield from rows(
        act,
        ("by_governance", seated, GOVERNED, good, None),
        ("with_its_roles", chaired, GOVERNED, good, None),
        ("not_governance", seated, "shipper", good, errors.NotGovernanceError),
        ("no_member", world, GOVERNED, {**good, "threshold": 9}, errors.NotMemberError),
        ("threshold_too_high", ruled, GOVERNED, {**good, "threshold": 3}, errors.BadThresholdError),
        ("policy_asks_for_it", ruled, GOVERNED, good, errors.BadPolicyError),
    )
    yield surplus(Case(f"identity.{act}", "", seated, GOVERNED, good))
    full = settled()
    full.done(GOVERNED, "identity.ADMIT_MEMBER", {**good, "key": kid("seat"), "threshold": 3})
    yield from rows(
        "RESIGN_MEMBER",
        ("by_itself", seated, "bank", {}, None),
        ("no_member", world, "bank", {}, errors.NotMemberError),
        ("the_last_needed", full, "bank", {}, errors.LastKeysError),
        ("policy_asks_for_it", ruled, "bank", {}, errors.BadPolicyError),
    )
    yield surplus(Case("identity.RESIGN_MEMBER", "", seated, "bank", {}))


def cases() -> Iterator[Case]:
    """Every case of this file."""
    world = settled()
    yield from keys()
    yield from policies(world)
    yield from mandates(world)
    yield from recoveries(world)
    yield from members(world)
