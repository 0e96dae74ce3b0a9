# SPDX-License-Identifier: Apache-2.0
"""What the adversary does to titles: mostly what may be allowed, often something else."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ledger.world import GOVERNANCE, IDS, salt
from model.cargo_model import cargo_hash
from model.cast import Cast, Move
from model.making import Making
from model.replacing import _kin
from model.title_model import Body, History, Standing
from model.title_reasons import NOTHING, Case, When

TITLES_OPEN = 12
BY_ISSUER = frozenset({"SACC", "SREJ", "REISSUE", "VOID", "DELIVER"})
BY_PLEDGEE = frozenset({"RELEASE_PLEDGE", "TRUST_RECEIPT", "RECLAIM", "ENFORCE_PLEDGE"})
LIVE = {
    "TRANSFER": 8,
    "ENDORSE": 3,
    "ENDORSE_TO_ORDER": 4,
    "BLANK_ENDORSE": 3,
    "SIGN": 1,
    "REFUSE_TRANSFER": 2,
    "PLEDGE": 6,
    "LEASE": 2,
    "LETTER_OF_INDEMNITY": 1,
    "FREEZE": 1,
    "DEMONSTRATE_CONTROL": 1,
    "SWITCH_TO_ELECTRONIC": 1,
    "VOID": 1,
}
CLAIMING = {
    "SURRENDER_FOR_DELIVERY": 2,
    "SURRENDER_FOR_AMENDMENT": 4,
    "SPLIT": 9,
    "SWITCH_TO_PAPER": 2,
}
UNDER_PLEDGE = {"RELEASE_PLEDGE": 3, "TRUST_RECEIPT": 9, "ENFORCE_PLEDGE": 5, "RECLAIM": 1}
ON_TRUST = {"RECLAIM": 20, "SURRENDER_FOR_AMENDMENT": 8, "SURRENDER_FOR_DELIVERY": 5}
ANY_ACT = sorted({*LIVE, *CLAIMING, *UNDER_PLEDGE, *BY_ISSUER, "COMBINE", "REDIRECT", "UNFREEZE"})


class MovesOfTitles:
    """Moves on the titles that were issued last."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.chance = cast.chance
        self.ledger = cast.ledger
        self.making = Making(cast)
        self.recent: deque[str] = deque(maxlen=TITLES_OPEN)

    def issue(self) -> Move:
        """A new title."""
        issuer = IDS[self.chance.choice(("carrier",) * 6 + ("other_carrier", "bank"))]
        return Move(issuer, "title.ISSUE", self.making.first(issuer, list(self.recent)))

    def move(self, title: str = "") -> Move:
        """An act on one that there is."""
        title = title or self._chosen()
        history, standing = self.ledger.registry.titles[title]
        likely = likely_acts(self._case(history, standing))
        acts, often = list(likely), list(likely.values())
        act = self.chance.choices(acts, often)[0]
        if self.cast.odds(0.12):
            act = self.chance.choice(ANY_ACT)
        siblings = self._siblings(history, standing)
        if len(siblings) > 1 and self.cast.odds(0.5):
            act = "COMBINE"
        return self.act(title, act)

    def act(self, title: str, act: str) -> Move:
        """This act on this title, mostly by whom it is for."""
        history, standing = self.ledger.registry.titles[title]
        actor = self._actor_for(history, standing, act)
        special = SPECIAL.get(act)
        if special:
            return special(self, history, standing, actor)
        body = {**self._own(history, standing), **self._members(history, standing, act)}
        return Move(actor, f"title.{act}", body)

    def is_splittable(self, title: str) -> bool:
        """Whether its holder may well split it now."""
        case = self._case(*self.ledger.registry.titles[title])
        frozen = case.standing.freeze or case.standing.lease_until > self.cast.time
        return not (frozen or case.live) and case.may_claim

    def _chosen(self) -> str:
        titles = self.ledger.registry.titles
        recent = list(self.recent)
        proposed = {_about(one.body) for one in self.ledger.proposals.values()}
        open_ones = [one for one in recent if not titles[one][1].over or titles[one][1].on_paper]
        quiet = [
            one
            for one in open_ones
            if one not in proposed
            and titles[one][1].lease_until <= self.cast.time
            and (titles[one][1].escrow is None or self.cast.odds(0.2))
        ]
        if quiet and self.cast.odds(0.9):
            return self.chance.choice(quiet)
        return self.chance.choice(open_ones if open_ones and self.cast.odds(0.8) else recent)

    def _own(self, history: History, standing: Standing) -> dict[str, Any]:
        own = {"last_act": standing.last, "title": history.title}
        if self.cast.odds(0.02):
            own["last_act"] = self.chance.choice(history.facts).transaction
        if self.cast.odds(0.004):
            own["title"] = salt("no such title")
        return own

    def _actor_for(self, history: History, standing: Standing, act: str) -> str:
        if self.cast.odds(0.12):
            return self.cast.anybody()
        if act in BY_ISSUER:
            return history.issuer
        if act in {"FREEZE", "UNFREEZE"}:
            return GOVERNANCE
        if act in BY_PLEDGEE and standing.pledge:
            return standing.pledge.pledgee
        if act == "LETTER_OF_INDEMNITY":
            return self.cast.anybody()
        return history.named("shipper") if history.is_waybill else standing.possessor

    def _members(self, history: History, standing: Standing, act: str) -> Body:
        cast, chance = self.cast, self.chance
        if act in {"TRANSFER", "ENDORSE", "ENDORSE_TO_ORDER", "ENFORCE_PLEDGE"}:
            return {"recipient": self._recipient(history, standing, act)}
        if act in {"SURRENDER_FOR_DELIVERY", "SURRENDER_FOR_AMENDMENT"}:
            to = history.issuer if cast.odds(0.92) else cast.anybody()
            reason = chance.choice(("", "SWTP", "SWTP", "COD", "SWI"))
            amended = act == "SURRENDER_FOR_AMENDMENT" and reason
            return {"addressee": to, "reason_code": reason} if amended else {"addressee": to}
        if act == "PLEDGE":
            amount, currency = chance.choice(((900, "EUR"), (400, "EUR"), (7, "JPY"), (0, "")))
            if cast.odds(0.05):
                amount, currency = chance.choice(((0, "EUR"), (9, ""), (9, "EUX"), (-1, "EUR")))
            due = chance.choice((0, cast.time + 60, cast.time + 86_400))
            pledgee = self._recipient(history, standing, act)
            return {"amount": amount, "currency": currency, "due": due, "pledgee": pledgee}
        if act == "TRUST_RECEIPT":
            purpose = chance.choice(("SURRENDER_FOR_DELIVERY", "SURRENDER_FOR_AMENDMENT"))
            return {"purpose": purpose, "until": cast.later(0.0002, 0.001, 1, 20)}
        plain: Mapping[str, Callable[[], Body]] = {
            "DEMONSTRATE_CONTROL": lambda: {"challenge": salt("challenge")},
            "LEASE": lambda: {"until": cast.later(0.0002, 0.001, 1, 25)},
            "REDIRECT": lambda: {"consignee": cast.anybody()},
            "SREJ": lambda: {"comment": salt("not at this port")} if cast.odds(0.3) else {},
            "SWITCH_TO_PAPER": lambda: {"paper": self._paper()},
        }
        return plain.get(act, dict)()

    def _recipient(self, history: History, standing: Standing, act: str) -> str:
        claimant = standing.in_force.endorsee
        if act == "TRANSFER" and claimant and self.cast.odds(0.4):
            return claimant
        if history.is_straight and self.cast.odds(0.5):
            return self.chance.choice((history.named("shipper"), standing.consignee))
        if act == "PLEDGE" or history.is_straight:
            return self.cast.bank()
        return self.cast.other_than(standing.possessor)

    def _paper(self) -> str:
        used = sorted(self.ledger.registry.papers)
        if used and self.cast.odds(0.1):
            return self.chance.choice(used)
        return salt(f"paper {len(used)} {self.chance.randrange(1_000)}")

    # acts of a form of their own

    def _freeze(self, history: History, _standing: Standing, actor: str) -> Move:
        order = salt(f"order {self.chance.randrange(9)}")
        return Move(actor, "title.FREEZE", {"order": order, "title": self._some(history)})

    def _unfreeze(self, history: History, _standing: Standing, actor: str) -> Move:
        return Move(
            actor, "title.UNFREEZE", {"order": salt("lifted"), "title": self._some(history)}
        )

    def _some(self, history: History) -> str:
        return history.title if self.cast.odds(0.99) else salt("no such title")

    def _letter(self, history: History, _standing: Standing, actor: str) -> Move:
        body = {"receiver": self.cast.anybody(), "title": self._some(history)}
        banks = sorted(self.ledger.registry.banks)
        if banks and self.cast.odds(0.5):
            body["bank"] = self.chance.choice(banks)
        if self.cast.odds(0.04):
            body[self.chance.choice(("bank", "receiver"))] = history.issuer
        return Move(actor, "title.LETTER_OF_INDEMNITY", body)

    def _reissue(self, history: History, standing: Standing, actor: str) -> Move:
        body = {
            **self._own(history, standing),
            "replacement": self.making.successor(history, standing, same_kind=False),
        }
        return Move(actor, "title.REISSUE", body)

    def _to_electronic(self, history: History, standing: Standing, actor: str) -> Move:
        named = standing.on_paper and self.cast.odds(0.93)
        actor = history.issuer if self.cast.odds(0.9) else actor
        if not named:
            replacement = self.making.first(actor, ())
            while replacement["document_type"] != "BOL":
                replacement = self.making.first(actor, ())
            paper = self._paper()
            return Move(
                actor, "title.SWITCH_TO_ELECTRONIC", {"paper": paper, "replacement": replacement}
            )
        switched = [fact for fact in history.facts if fact.act == "SWITCH_TO_PAPER"]
        paper = switched[0].body["paper"] if self.cast.odds(0.95) else self._paper()
        replacement = self.making.successor(history, standing, same_kind=False)
        body = {"paper": paper, "replacement": replacement, "title": history.title}
        return Move(actor, "title.SWITCH_TO_ELECTRONIC", body)

    def _split(self, history: History, standing: Standing, actor: str) -> Move:
        cargo = self._cargo_of(history)
        lists = self.making.parts(cargo, self.chance.choice((2, 2, 3)))
        children = [{"cargo": one, "issue": self._part(history, standing, one)} for one in lists]
        body = {**self._own(history, standing), "cargo": cargo, "children": children}
        return Move(actor, "title.SPLIT", body)

    def _part(self, history: History, standing: Standing, cargo: Body) -> Body:
        issue = self.making.successor(history, standing, same_kind=True)
        hashed = self.making.named(cargo)
        issue["cargo"] = hashed if self.cast.odds(0.99) else cargo_hash(self.making.cargo())
        return issue

    def _cargo_of(self, history: History) -> Body:
        cargo = self.making.cargos.get(history.named("cargo"))
        return cargo if cargo and self.cast.odds(0.98) else self.making.cargo()

    def _siblings(self, history: History, standing: Standing) -> list[str]:
        titles = self.ledger.registry.titles
        if standing.status != "ISSUED" or history.is_waybill or not history.named("cargo"):
            return []
        mine = self._kin_of(history, standing)
        return [
            one
            for one in self.recent
            if titles[one][1].status == "ISSUED" and self._kin_of(*titles[one]) == mine
        ]

    def _kin_of(self, history: History, standing: Standing) -> tuple[object, ...]:
        return standing.possessor, sorted(_kin(self._case(history, standing)).items())

    def _case(self, history: History, standing: Standing) -> Case:
        when = When(self.cast.time, NOTHING)
        return Case(self.ledger.registry, history, standing, standing.possessor, {}, when)

    def _combine(self, history: History, standing: Standing, actor: str) -> Move:
        names = self._siblings(history, standing) or [history.title]
        if self.cast.odds(0.07):
            names = [history.title, self.chance.choice(self.recent)]
        names = sorted(set(names))[:4]
        if self.cast.odds(0.03):
            names = names[::-1]
        titles = self.ledger.registry.titles
        lists = [self._cargo_of(titles[one][0]) for one in names]
        parents = [
            {**self._own(*titles[one]), "cargo": cargo}
            for one, cargo in zip(names, lists, strict=True)
        ]
        whole = self.making.whole(lists)
        issue = self._part(*titles[names[0]], whole)
        body = {"parents": parents, "replacement": {"cargo": whole, "issue": issue}}
        return Move(actor, "title.COMBINE", body)


Making_ = Callable[[MovesOfTitles, History, Standing, str], Move]
SPECIAL: Mapping[str, Making_] = {
    "COMBINE": MovesOfTitles._combine,
    "FREEZE": MovesOfTitles._freeze,
    "LETTER_OF_INDEMNITY": MovesOfTitles._letter,
    "REISSUE": MovesOfTitles._reissue,
    "SPLIT": MovesOfTitles._split,
    "SWITCH_TO_ELECTRONIC": MovesOfTitles._to_electronic,
    "UNFREEZE": MovesOfTitles._unfreeze,
}


def _about(body: Body) -> str:
    parents: Sequence[Body] = body.get("parents", ())
    return str(parents[0]["title"] if parents else body.get("title", ""))


def likely_acts(case: Case) -> Mapping[str, int]:
    """Acts that have a chance, and how often they are tried."""
    history, standing = case.history, case.standing
    if standing.freeze:
        return {"UNFREEZE": 6, "TRANSFER": 1, "DEMONSTRATE_CONTROL": 1}
    if standing.over:
        back = {"SWITCH_TO_ELECTRONIC": 8} if standing.on_paper else {"FREEZE": 1}
        return {**back, "SIGN": 1}
    if history.is_waybill:
        return {"REDIRECT": 8, "DELIVER": 2, "DEMONSTRATE_CONTROL": 1, "FREEZE": 1}
    if standing.status == "SURRENDER_REQUESTED":
        return _answers(standing)
    likely = {**LIVE, "REFUSE_TRANSFER": 6 if standing.refusable_from else 1}
    if case.pledge:
        likely |= ON_TRUST if case.pledge.receipt else UNDER_PLEDGE
        likely |= {"RELEASE_PLEDGE": 3, "PLEDGE": 1}
    claiming = {**CLAIMING, "SPLIT": CLAIMING["SPLIT"] if history.named("cargo") else 1}
    return {**(claiming if case.may_claim else dict.fromkeys(CLAIMING, 1)), **likely}


def _answers(standing: Standing) -> Mapping[str, int]:
    if not standing.reason:
        return {"SREJ": 4, "FREEZE": 1, "SACC": 3}
    to_paper = 12 if standing.reason == "SWTP" else 1
    return {"SREJ": 4, "FREEZE": 1, "REISSUE": 12, "VOID": 3, "SWITCH_TO_PAPER": to_paper}
