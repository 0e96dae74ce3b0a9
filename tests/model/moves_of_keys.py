# SPDX-License-Identifier: Apache-2.0
"""What the adversary does with keys, policies, mandates, recoveries, members and parties."""

from collections.abc import Callable

from ledger.world import GOVERNANCE, IDS, salt
from model.cast import PARTIES, Cast, Move
from model.moves_of_validators import MovesOfValidators
from model.registration import LAWS_KNOWN
from model.title_model import Body

DAY = 86_400
ACTS_IN_MANDATES = (
    "capital.MOVE_DEPOSIT",
    "capital.TRANSFER_RECEIVABLE",
    "title.DEMONSTRATE_CONTROL",
    "title.ENDORSE",
    "title.ENDORSE_TO_ORDER",
    "title.LEASE",
    "title.PLEDGE",
    "title.SIGN",
    "title.SPLIT",
    "title.TRANSFER",
    "title.VOID",
)
POLICY_ACTS = (
    *("capital.*", "capital.MOVE_DEPOSIT"),
    *("title.PLEDGE", "title.*", "title.TRANSFER", "title.ENDORSE", "title.ISSUE"),
)


class MovesOfKeys:
    """Moves that concern people, not titles."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.chance = cast.chance
        self.ledger = cast.ledger
        self.validators = MovesOfValidators(cast)
        self._number = 0

    def move(self) -> Move:
        """One of them."""
        often: dict[Callable[[], Move], int] = {
            self._key: 10,
            self._threshold: 5,
            self._policy: 3,
            self._mandate: 5,
            self._recovery: 14,
            self._member: 6,
            self._law: 5,
            self._party: 3,
            self._newcomer: 4,
            self._protocol: 1,
            self.validators.move: 6,
        }
        chosen = self.chance.choices(list(often), list(often.values()))[0]
        return chosen()

    def _who(self) -> str:
        return self.cast.anybody() if self.cast.odds(0.93) else GOVERNANCE

    def _governance(self) -> str:
        return GOVERNANCE if self.cast.odds(0.94) else self.cast.anybody()

    def _key(self) -> Move:
        who = self._who()
        person = self.ledger.people.get(who)
        keys = [life.kid for life in person.keys] if person else []
        key = self.chance.choice(keys) if keys else self.cast.fresh_key()
        if self.cast.odds(0.7) and person:
            key = self.chance.choice(person.active)
        fresh = self.cast.fresh_key() if self.cast.odds(0.9) else key
        if person and person.waiting and self.cast.odds(0.3):
            fresh = self.chance.choice(person.waiting["keys"])
        act = self.chance.choice(("ADD_KEY", "REVOKE_KEY", "ROTATE_KEY"))
        bodies: dict[str, Body] = {
            "ADD_KEY": {"key": fresh},
            "REVOKE_KEY": {"key": key},
            "ROTATE_KEY": {"key": key, "successor": fresh},
        }
        return Move(who, f"identity.{act}", bodies[act])

    def _threshold(self) -> Move:
        who = self._who()
        threshold = self.chance.choice((0, 1, 1, 2, 2, 3, 5))
        if who == GOVERNANCE and self.cast.odds(0.5):
            threshold = 2
        return Move(who, "identity.CHANGE_THRESHOLD", {"threshold": threshold})

    def _policy(self) -> Move:
        who = self._who()
        active = sorted(self.cast.active(who))
        roles = [
            {"kid": kid, "roles": self.chance.choice((["clerk"], ["head"], ["clerk", "head"]))}
            for kid in active
            if self.cast.odds(0.7)
        ]
        rules = []
        for _ in range(self.chance.choice((0, 0, 1, 1, 2))):
            priced = self.cast.odds(0.3)
            rules.append(
                {
                    "act": "capital.*" if priced else self.chance.choice(POLICY_ACTS),
                    "amount_min": 500 if priced else 0,
                    "currency": "EUR" if priced else "",
                    "keys": self.chance.choice((1, 1, 2, 2, 3)),
                    "role": self.chance.choice(("", "", "clerk", "head")),
                }
            )
        rules.sort(key=lambda rule: [str(rule[one]) for one in ("act", "currency", "role")])
        if self.cast.odds(0.02):
            roles.append({"kid": self.cast.fresh_key(), "roles": ["clerk"]})
            roles.sort(key=lambda one: str(one["kid"]))
        return Move(who, "identity.SET_POLICY", {"roles": roles, "rules": rules})

    def _mandate(self) -> Move:
        who, agent = self.cast.anybody(), self.cast.anybody()
        person = self.ledger.people.get(who)
        if person and person.mandates and self.cast.odds(0.25):
            agent = self.chance.choice(sorted(person.mandates))
            return Move(who, "identity.REVOKE_MANDATE", {"agent": agent})
        if self.cast.odds(0.03):
            return Move(who, "identity.REVOKE_MANDATE", {"agent": agent})
        acts = sorted(self.chance.sample(ACTS_IN_MANDATES, self.chance.randint(1, 6)))
        if self.cast.odds(0.04):
            acts = self.chance.choice((acts[::-1], [*acts, acts[-1]], ["identity.ADD_KEY"]))
        until = self.cast.time + self.chance.choice((600, DAY, 30 * DAY))
        return Move(who, "identity.GRANT_MANDATE", {"acts": acts, "agent": agent, "until": until})

    # recovery

    def _recovery(self) -> Move:
        people = self.ledger.people
        ready = [one for one in self._known() if people[one].recovery["threshold"]]
        waiting = [one for one in ready if people[one].waiting]
        dice = self.chance.random()
        if waiting and dice < 0.45:
            first = min(waiting, key=lambda one: int((people[one].waiting or {"due": 0})["due"]))
            whose = first if self.cast.odds(0.6) else self.chance.choice(waiting)
            if self.cast.odds(0.1):
                return Move(whose, "identity.CANCEL_RECOVERY", {})
            return Move(self.cast.anybody(), "identity.COMPLETE_RECOVERY", {"controller": whose})
        if ready and dice < 0.75:
            return self._start(self.chance.choice(ready))
        if dice < 0.8:
            who = self.cast.anybody()
            return Move(self.cast.anybody(), "identity.COMPLETE_RECOVERY", {"controller": who})
        if dice < 0.82:
            return Move(self.cast.anybody(), "identity.CANCEL_RECOVERY", {})
        return self._set()

    def _known(self) -> list[str]:
        return [*(IDS[name] for name in PARTIES), *self.cast.newcomers]

    def _start(self, whose: str) -> Move:
        person = self.ledger.people[whose]
        who = self.chance.choice(person.recovery["controllers"])
        keys = [self.cast.fresh_key() for _ in range(self.chance.choice((1, 2, 3)))]
        if self.cast.odds(0.05):
            keys[0] = self.chance.choice(person.keys).kid
        if self.cast.odds(0.04):
            keys.append(keys[0])
        threshold = self.chance.choice((1, 1, len(keys), 9 if self.cast.odds(0.2) else 1))
        body = {"controller": whose, "keys": keys, "threshold": threshold}
        who = who if self.cast.odds(0.93) else self.cast.anybody()
        return Move(who, "identity.START_RECOVERY", body)

    def _set(self) -> Move:
        who = self._who()
        named = sorted({self.cast.other_than(who) for _ in range(self.chance.choice((1, 2, 3)))})
        delay = self.chance.choice((3 * DAY, 4 * DAY, 10 * DAY))
        threshold = self.chance.randint(1, len(named))
        if self.cast.odds(0.1):
            named, delay, threshold = [], 0, 0
        if self.cast.odds(0.05):
            delay = self.chance.choice((0, 3 * DAY - 1, 90 * DAY + 1))
        if self.cast.odds(0.05):
            threshold = self.chance.choice((0, len(named) + 1))
        if self.cast.odds(0.03):
            named = named[::-1] + named[:1]
        body = {"controllers": named, "delay": delay, "threshold": threshold}
        return Move(who, "identity.SET_RECOVERY", body)

    # governance

    def _member(self) -> Move:
        members = sorted(self.ledger.members)
        people = self.ledger.people
        party = self.chance.choice(sorted(self.ledger.parties))
        needs = people[GOVERNANCE].threshold
        threshold = self.chance.choice((needs, 2, 2, 3, 0 if self.cast.odds(0.1) else 2))
        if members and self.cast.odds(0.8 if len(members) > 3 else 0.25):
            party = self.chance.choice(members)
        if party in members and self.cast.odds(0.5):
            return Move(party, "identity.RESIGN_MEMBER", {})
        if party in members and self.cast.odds(0.8):
            body = {"party": party, "threshold": threshold}
            return Move(self._governance(), "identity.EXCLUDE_MEMBER", body)
        if self.cast.odds(0.1):
            return Move(self.cast.anybody(), "identity.RESIGN_MEMBER", {})
        if self.cast.odds(0.04):
            body = {"party": self.cast.anybody(), "threshold": threshold}
            return Move(self._governance(), "identity.EXCLUDE_MEMBER", body)
        key = self.cast.fresh_key()
        if self.cast.odds(0.3):
            key = self.chance.choice(people[GOVERNANCE].keys).kid
        if self.cast.odds(0.3):
            party = self.cast.anybody()
        body = {"key": key, "party": party, "threshold": threshold}
        return Move(self._governance(), "identity.ADMIT_MEMBER", body)

    def _law(self) -> Move:
        laws = sorted(LAWS_KNOWN)
        act = self.chance.choice(("RECOGNISE_LAW", "RECOGNISE_LAW", "WITHDRAW_LAW"))
        law = self.chance.choice(laws) if self.cast.odds(0.95) else "QQ"
        if act == "WITHDRAW_LAW" and law == "GB":
            law = "DE"
        return Move(self._governance(), f"identity.{act}", {"law": law})

    def _protocol(self) -> Move:
        last = self.ledger.activations[-1]
        step = self.chance.choice((0, 1, 1, 1))
        body = {"height": last["height"] + step + 10**9, "version": last["version"] + step}
        return Move(self._governance(), "identity.ACTIVATE_PROTOCOL", body)

    def _party(self) -> Move:
        party = IDS[self.chance.choice(("bank", "buyer"))]
        if self.cast.odds(0.3) and self.cast.newcomers:
            party = self.chance.choice(self.cast.newcomers)
        roles = self.chance.choice((["bank"], ["bank"], ["bank"], [], ["shipper"], ["pirate"]))
        body = {"carrier_codes": [], "lei": "", "party": party, "roles": roles}
        return Move(self._governance(), "identity.CHANGE_PARTY", body)

    def _newcomer(self) -> Move:
        self._number += self.cast.odds(0.95)
        number = self.chance.choice((1, 2, 3))
        keys = [self.cast.fresh_key() for _ in range(number)]
        threshold = self.chance.choice((1, 1, number, 4 if self.cast.odds(0.05) else 1))
        named = {"keys": keys, "salt": salt(f"newcomer {self._number}"), "threshold": threshold}
        if self.cast.odds(0.5):
            party = {"carrier_codes": [], "lei": "", "roles": self.chance.choice((["bank"], []))}
            if self.cast.odds(0.1):
                party["carrier_codes"] = ["SMDG:ROP"]
            return Move(self._governance(), "identity.REGISTER_PARTY", {**named, **party})
        body = {**named, "commitment": salt(f"party of {self._number}")}
        return Move(self.cast.anybody(), "identity.REGISTER_CONTROLLER", body)
