# SPDX-License-Identifier: Apache-2.0
"""Identity's acts: why each is refused, and what it does (docs/reference/identity.md).

A reason is told of a ledger, an actor, a body and a moment; an effect is entered into the ledger.
"""

from collections.abc import Callable, Mapping, Sequence

from model.identity_model import (
    DAY,
    KEYS_EVER_MAX,
    KEYS_MAX,
    NO_RECOVERY,
    Person,
    is_reachable,
    makes_controller,
)
from model.ledger_model import Ledger, Moment
from model.title_model import Body
from model.title_reasons import Verdict, every, first, only

ROLES = frozenset(
    {
        "bank",
        "carrier",
        "consignee",
        "customs",
        "forwarder",
        "haulier",
        "insurer",
        "shipper",
        "terminal",
    }
)
RECOVERY_DAYS = (3, 90)
NOTICE_HEIGHTS = 10
RULES_MAX = 32
BAD_KEYS = "identity.bad_keys identity.bad_recovery identity.key_known"

Reasons = Callable[[Ledger, str, Body, Moment], Verdict]
Effect = Callable[[Ledger, str, Body, Moment], None]


# keys


def _recovery_names(person: Person, key: str) -> bool:
    return person.waiting is not None and key in person.waiting["keys"]


def add_key(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """One more key."""
    person, key = ledger.people[actor], body["key"]
    full = len(person.active) >= KEYS_MAX or len(person.keys) >= KEYS_EVER_MAX
    hard = every(
        ("identity.key_known", key in person.known),
        ("identity.bad_keys", full),
        ("identity.recovery_waits identity.key_known", _recovery_names(person, key)),
    )
    return Verdict(hard)


def revoke_key(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """One less."""
    person, key = ledger.people[actor], body["key"]
    left = [one for one in person.active if one != key]
    hard = every(
        ("identity.unknown_key", key not in person.active),
        ("identity.last_keys", len(left) < person.threshold),
        ("identity.bad_policy identity.last_keys", not is_reachable(person, person.policy, left)),
        ("identity.seat_taken", actor == ledger.governance and key in _seats(ledger)),
    )
    return Verdict(hard)


def rotate_key(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """One for another."""
    person, successor = ledger.people[actor], body["successor"]
    hard = every(
        ("identity.unknown_key", body["key"] not in person.active),
        ("identity.key_known", successor in person.known),
        ("identity.bad_keys", len(person.keys) >= KEYS_EVER_MAX),
        ("identity.recovery_waits identity.key_known", _recovery_names(person, successor)),
    )
    return Verdict(hard)


def rotated(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """Roles and seat pass to the successor."""
    person, key, successor = ledger.people[actor], body["key"], body["successor"]
    policy = person.policy
    person.revoke(key, moment.position)
    person.add(successor, moment.position)
    if policy:
        roles = [{**one, "kid": successor} if one["kid"] == key else one for one in policy["roles"]]
        roles.sort(key=lambda one: str(one["kid"]))
        person.policy = {**policy, "roles": roles}
        ledger.touched.add(f"policy/{actor}")
    for party, member in ledger.members.items() if actor == ledger.governance else ():
        if member["kid"] == key:
            ledger.members[party] = {**member, "kid": successor}
            ledger.touched |= {f"member/{party}", f"seat/{key}", f"seat/{successor}"}


def change_threshold(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """How many keys sign together."""
    person, threshold = ledger.people[actor], body["threshold"]
    fits = 1 <= threshold <= len(person.active) and threshold != person.threshold
    return only(first(("identity.bad_threshold", not fits)))


def threshold_changed(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """So many from now on."""
    ledger.people[actor].ask_for(int(body["threshold"]), moment.position)


def key_added(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """It counts from the next position."""
    ledger.people[actor].add(body["key"], moment.position)


def key_revoked(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """It counts no longer, and holds no role."""
    ledger.people[actor].revoke(body["key"], moment.position)
    ledger.touched.add(f"policy/{actor}")


# policies and mandates


def set_policy(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """Who inside signs what."""
    person = ledger.people[actor]
    kids = [one["kid"] for one in body["roles"]]
    rules = body["rules"]
    bad = (
        len(rules) > RULES_MAX
        or kids != sorted(set(kids))
        or not set(kids) <= set(person.active)
        or any(rule["keys"] < 1 for rule in rules)
        or not is_reachable(person, body, person.active)
    )
    return only(first(("identity.bad_policy", bad)))


def policy_set(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> None:
    """The new one replaces the old one."""
    policy = {"roles": body["roles"], "rules": body["rules"]}
    ledger.people[actor].policy = policy if body["roles"] or body["rules"] else None
    ledger.touched.add(f"policy/{actor}")


def grant_mandate(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """Somebody may act in the actor's name."""
    acts = list(body["acts"])
    bad = (
        acts != sorted(set(acts))
        or not 1 <= len(acts) <= 32
        or any(act.startswith("identity.") or act.endswith("FREEZE") for act in acts)
        or body["agent"] == actor
    )
    hard = every(
        ("identity.bad_mandate", bad),
        ("identity.unknown_controller", body["agent"] not in ledger.people),
        ("identity.bad_until identity.bad_mandate", body["until"] <= moment.time),
    )
    return Verdict(hard)


def mandate_granted(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """From now on."""
    mandate = {"acts": body["acts"], "granted_at": moment.position, "until": body["until"]}
    ledger.people[actor].mandates[body["agent"]] = mandate
    ledger.touched.add(f"mandate/{actor}/{body['agent']}")


def revoke_mandate(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """No longer."""
    given = ledger.people[actor].mandates
    return only(first(("identity.no_mandate", body["agent"] not in given)))


def mandate_revoked(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> None:
    """It ends."""
    del ledger.people[actor].mandates[body["agent"]]
    ledger.touched.add(f"mandate/{actor}/{body['agent']}")


# recovery


def _together(recovery: Body, actor: str, moment: Moment) -> Verdict:
    """Whether as many of a recovery's controllers approve as it asks for."""
    named = set(recovery["controllers"])
    approved = named & (moment.approved | {actor})
    if len(approved) >= int(recovery["threshold"]):
        return Verdict()
    return Verdict(wanted=frozenset(named - approved), soft=frozenset({"ledger.approval_needed"}))


def set_recovery(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """Who may give the actor new keys."""
    person, named = ledger.people[actor], list(body["controllers"])
    low, high = RECOVERY_DAYS
    ends = (named, body["delay"], body["threshold"]) == ([], 0, 0)
    fits = (
        1 <= body["threshold"] <= len(named) <= 16
        and low * DAY <= body["delay"] <= high * DAY
        and named == sorted(set(named))
        and actor not in named
    )
    hard = every(
        ("identity.bad_recovery", not ends and not fits),
        ("identity.bad_recovery", actor == ledger.governance),
        ("identity.unknown_controller", not set(named) <= set(ledger.people)),
        ("identity.recovery_waits", person.waiting is not None),
    )
    return Verdict(hard) if hard else _together(person.recovery, "", moment)


def recovery_set(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> None:
    """From now on."""
    ledger.people[actor].recovery = {name: body[name] for name in NO_RECOVERY}


def start_recovery(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """The keys were lost: others come after a delay."""
    person = ledger.people.get(body["controller"])
    if person is None:
        return Verdict(frozenset({"identity.unknown_controller", "identity.not_recoverer"}))
    keys: Sequence[str] = body["keys"]
    hard = every(
        ("identity.not_recoverer", actor not in person.recovery["controllers"]),
        ("identity.recovery_waits", person.waiting is not None),
        (BAD_KEYS, not makes_controller(keys, body["threshold"])),
        (BAD_KEYS, bool(set(keys) & person.known)),
    )
    return Verdict(hard) if hard else _together(person.recovery, actor, moment)


def recovery_started(ledger: Ledger, _actor: str, body: Body, moment: Moment) -> None:
    """It waits."""
    person = ledger.people[body["controller"]]
    due = moment.time + int(person.recovery["delay"])
    person.waiting = {"due": due, "keys": body["keys"], "threshold": body["threshold"]}
    ledger.touched.add(f"recovery/{body['controller']}")


def cancel_recovery(ledger: Ledger, actor: str, _body: Body, _moment: Moment) -> Verdict:
    """The keys were not lost."""
    return only(first(("identity.no_recovery", ledger.people[actor].waiting is None)))


def recovery_cancelled(ledger: Ledger, actor: str, _body: Body, _moment: Moment) -> None:
    """It is gone."""
    ledger.people[actor].waiting = None
    ledger.touched.add(f"recovery/{actor}")


def complete_recovery(ledger: Ledger, _actor: str, body: Body, moment: Moment) -> Verdict:
    """Its time has come."""
    person = ledger.people.get(body["controller"])
    if person is None:
        return Verdict(frozenset({"identity.unknown_controller", "identity.no_recovery"}))
    due = max(int(person.waiting["due"]), person.lease_end) if person.waiting else 0
    hard = every(
        ("identity.no_recovery", person.waiting is None), ("identity.too_early", moment.time < due)
    )
    return Verdict(hard)


def recovery_completed(ledger: Ledger, _actor: str, body: Body, moment: Moment) -> None:
    """New keys, new threshold, no policy."""
    person = ledger.people[body["controller"]]
    waited = person.waiting
    assert waited is not None
    for key in person.active:
        person.revoke(key, moment.position)
    for key in waited["keys"]:
        person.add(key, moment.position)
    person.ask_for(int(waited["threshold"]), moment.position)
    person.policy, person.waiting, person.recovered_at = None, None, moment.position
    kinds = ("controller", "policy", "recovery")
    ledger.touched |= {f"{kind}/{body['controller']}" for kind in kinds}


# members and governance


def _seats(ledger: Ledger) -> set[str]:
    return {str(member["kid"]) for member in ledger.members.values()}


def _governors_after(ledger: Ledger, without: str) -> tuple[list[str], bool]:
    """Active keys without one, and whether governance's policy could still be met."""
    person = ledger.people[ledger.governance]
    left = [key for key in person.active if key != without]
    return left, is_reachable(person, person.policy, left)


def admit_member(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """A party takes a seat."""
    person, key, party = ledger.people[ledger.governance], body["key"], body["party"]
    seats, fresh = _seats(ledger), key not in person.known
    active = len(person.active) + fresh
    full = active > KEYS_MAX or len(person.keys) + fresh > KEYS_EVER_MAX
    hard = every(
        ("identity.not_governance", actor != ledger.governance),
        ("identity.unknown_party", party not in ledger.parties),
        ("identity.member_already", party in ledger.members),
        ("identity.seat_taken", key in seats),
        ("identity.key_known identity.seat_taken", not fresh and key not in person.active),
        ("identity.bad_keys", full),
        ("identity.bad_threshold", not 1 <= body["threshold"] <= active),
    )
    return Verdict(hard)


def member_admitted(ledger: Ledger, _actor: str, body: Body, moment: Moment) -> None:
    """It votes from now on."""
    person, key, party = ledger.people[ledger.governance], body["key"], body["party"]
    if key not in person.known:
        person.add(key, moment.position)
    person.ask_for(int(body["threshold"]), moment.position)
    ledger.members[party] = {"kid": key, "since": moment.time}
    ledger.touched |= {f"member/{party}", f"seat/{key}", f"controller/{ledger.governance}"}


def exclude_member(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """A party loses its seat."""
    member = ledger.members.get(body["party"])
    left, reachable = _governors_after(ledger, str(member["kid"]) if member else "")
    hard = every(
        ("identity.not_governance", actor != ledger.governance),
        ("identity.not_member", member is None),
        ("identity.bad_threshold", not 1 <= body["threshold"] <= len(left)),
        ("identity.bad_policy identity.last_keys", not reachable),
    )
    return Verdict(hard)


def resign_member(ledger: Ledger, actor: str, _body: Body, _moment: Moment) -> Verdict:
    """A party gives its seat up."""
    member = ledger.members.get(actor)
    left, reachable = _governors_after(ledger, str(member["kid"]) if member else "")
    few = len(left) < ledger.people[ledger.governance].threshold
    hard = every(
        ("identity.not_member", member is None),
        ("identity.last_keys identity.bad_threshold", few),
        ("identity.bad_policy identity.last_keys", not reachable),
    )
    return Verdict(hard)


def _seat_left(ledger: Ledger, party: str, moment: Moment) -> None:
    kid = str(ledger.members.pop(party)["kid"])
    ledger.people[ledger.governance].revoke(kid, moment.position)
    ledger.touched |= {f"member/{party}", f"seat/{kid}"}
    ledger.touched |= {f"{kind}/{ledger.governance}" for kind in ("controller", "policy")}


def member_excluded(ledger: Ledger, _actor: str, body: Body, moment: Moment) -> None:
    """Its key votes no longer."""
    _seat_left(ledger, body["party"], moment)
    ledger.people[ledger.governance].ask_for(int(body["threshold"]), moment.position)


def member_resigned(ledger: Ledger, actor: str, _body: Body, moment: Moment) -> None:
    """Its key votes no longer."""
    _seat_left(ledger, actor, moment)


ACTS: Mapping[str, tuple[Reasons, Effect]] = {
    "ADD_KEY": (add_key, key_added),
    "ADMIT_MEMBER": (admit_member, member_admitted),
    "CANCEL_RECOVERY": (cancel_recovery, recovery_cancelled),
    "CHANGE_THRESHOLD": (change_threshold, threshold_changed),
    "COMPLETE_RECOVERY": (complete_recovery, recovery_completed),
    "EXCLUDE_MEMBER": (exclude_member, member_excluded),
    "GRANT_MANDATE": (grant_mandate, mandate_granted),
    "RESIGN_MEMBER": (resign_member, member_resigned),
    "REVOKE_KEY": (revoke_key, key_revoked),
    "REVOKE_MANDATE": (revoke_mandate, mandate_revoked),
    "ROTATE_KEY": (rotate_key, rotated),
    "SET_POLICY": (set_policy, policy_set),
    "SET_RECOVERY": (set_recovery, recovery_set),
    "START_RECOVERY": (start_recovery, recovery_started),
}
