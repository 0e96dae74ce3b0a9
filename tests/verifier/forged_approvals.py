# SPDX-License-Identifier: Apache-2.0
"""Forged approvals: acts that not everybody agreed to, or that nobody can tell agreed to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ropewalk.crypto import Value, encode, sha256
from ropewalk.ledger import act_hash, sign_consent
from verifier import drive
from verifier.forge import (
    BANK,
    BUYER,
    CARRIER,
    HANDED,
    HOLDER,
    ORDER,
    TIME_S,
    Members,
    Story,
    Table,
    Telling,
    Twists,
    approval,
    bundle,
    content,
    entry,
    jws,
    proposal,
    record,
    tell,
)
from verifier.forged_credit import INDEMNIFIED, VOIDED

Body = Mapping[str, Value]
FIRST, SECOND = drive.key("forger"), drive.key("second forger")


def _void(steps: Callable[[Body], Sequence[Mapping[str, Value]]]) -> Members:
    """A bill withdrawn by these transactions, the first of which is proposed on its body."""
    telling = Telling()
    title = telling.issue(ORDER)
    body = {"last_act": telling.family[title]["last_act"], "title": title}
    last_act = telling.log(*(jws(encode(step)) for step in steps(body)))
    story = tell(ORDER, VOIDED)
    told = {**story.record, "last_act": last_act}
    return bundle(Story(title, telling.signed, told, last_act, telling.earlier))


def _hash(body: Body, **more: Value) -> str:
    return act_hash({**content("title.VOID", CARRIER, body), **more})


def _propose(body: Body, **more: Value) -> dict[str, Value]:
    return proposal("title.VOID", CARRIER, body, **more)


def _asked(body: Body, /, **members: Value) -> dict[str, Value]:
    """A proposal whose own body has other members."""
    asked: dict[str, Value] = {"act": "title.VOID", "body": dict(body), "until": TIME_S}
    return content("identity.PROPOSE", CARRIER, {**asked, **members})


STEPS: dict[str, tuple[str, Callable[[Body], Sequence[Mapping[str, Value]]]]] = {
    "in order": ("", lambda b: [_propose(b), approval(HOLDER, _hash(b))]),
    "approved twice": (
        "",
        lambda b: [_propose(b), approval(BANK, _hash(b)), approval(HOLDER, _hash(b))],
    ),
    "by nobody": ("chain:1", lambda b: [_propose(b)]),
    "by a stranger": ("chain:1", lambda b: [_propose(b), approval(BANK, _hash(b))]),
    "by the issuer again": ("chain:1", lambda b: [_propose(b), approval(CARRIER, _hash(b))]),
    "of another act": ("act:1", lambda b: [_propose(b), approval(HOLDER, "0" * 64)]),
    "of an act by another": (
        "act:1",
        lambda b: [_propose(b), approval(HOLDER, _hash(b, actor=BANK))],
    ),
    "of an act on another title": (
        "act:1",
        lambda b: [_propose(b), approval(HOLDER, _hash({**b, "title": "0" * 64}))],
    ),
    "of an act until later": (
        "act:1",
        lambda b: [_propose(b), approval(HOLDER, _hash(b, valid_until=TIME_S + 1))],
    ),
    "one of another act": (
        "act:1",
        lambda b: [_propose(b), approval(BANK, "0" * 64), approval(HOLDER, _hash(b))],
    ),
    "nothing proposed": ("act:1", lambda b: [approval(BANK, _hash(b)), approval(HOLDER, _hash(b))]),
    "approved, then proposed": ("act:1", lambda b: [approval(HOLDER, _hash(b)), _propose(b)]),
    "proposed twice": ("act:1", lambda b: [_propose(b), _propose(b, valid_until=TIME_S + 1)]),
    "withdrawn": (
        "act:1",
        lambda b: [
            _propose(b),
            content("identity.WITHDRAW", HOLDER, {"act_hash": _hash(b)}),
            approval(HOLDER, _hash(b)),
        ],
    ),
    "approved for another": (
        "act:1",
        lambda b: [_propose(b), approval(BANK, _hash(b), represented_party=HOLDER)],
    ),
    "approval with a member more": (
        "act:1",
        lambda b: [
            _propose(b),
            content("identity.APPROVE", HOLDER, {"act_hash": _hash(b), "note": "", "until": 1}),
        ],
    ),
    "approval without end": (
        "act:1",
        lambda b: [_propose(b), content("identity.APPROVE", HOLDER, {"act_hash": _hash(b)})],
    ),
    "proposal with a member more": (
        "act:1",
        lambda b: [_asked(b, note=""), approval(HOLDER, _hash(b))],
    ),
    "proposal of a list": ("act:1", lambda b: [_asked(b, body=[]), approval(HOLDER, _hash(b))]),
    "proposal until never": ("act:1", lambda b: [_asked(b, until=-1), approval(HOLDER, _hash(b))]),
    "proposal of an act of identity": (
        "chain:1",
        lambda b: [
            _asked(b, act="identity.ADD_KEY"),
            approval(HOLDER, _hash(b, act="identity.ADD_KEY")),
        ],
    ),
    "proposal of a proposal": (
        "chain:1",
        lambda b: [
            _asked(b, act="identity.PROPOSE"),
            approval(HOLDER, _hash(b, act="identity.PROPOSE")),
        ],
    ),
    "proposed in the issuer's name": (
        "",
        lambda b: [
            proposal("title.VOID", BANK, b, represented_party=CARRIER),
            approval(HOLDER, _hash(b)),
        ],
    ),
    "proposed in one's own name": (
        "act:1",
        lambda b: [_propose(b, represented_party=CARRIER), approval(HOLDER, _hash(b))],
    ),
}
"""What proposes and approves the withdrawal of a bill, and the item that fails."""


def written() -> Table:
    """Proposals and approvals that are none, or of another act."""
    return {name: (item, _void(told)) for name, (item, told) in STEPS.items()}


def shown() -> Table:
    """Approvals that are left out, turned round or added in the bundle."""
    letter = tell(ORDER, INDEMNIFIED)
    direct = bundle(tell(ORDER, HANDED))
    changes: dict[str, tuple[str, Callable[[list[Any]], object]]] = {
        "all missing": ("act:1", lambda acts: acts[1].pop("approvals")),
        "the proposal missing": ("act:1", lambda acts: acts[1]["approvals"].pop(0)),
        "one missing": ("chain:1", lambda acts: acts[1]["approvals"].pop(1)),
        "the last missing": ("chain:1", _cut),
        "turned round": ("act:1", lambda acts: acts[1]["approvals"].reverse()),
        "one twice": (
            "act:1",
            lambda acts: acts[1]["approvals"].append(acts[1]["approvals"][-1]),
        ),
        "the act among them": (
            "act:1",
            lambda acts: acts[1]["approvals"].append({**acts[1], "approvals": None}),
        ),
        "at another position": ("act:1", lambda acts: acts[1]["approvals"][0].update(position=1)),
        "without path": ("act:1", lambda acts: acts[1]["approvals"][0].update(inclusion=[])),
        "another's path": (
            "act:1",
            lambda acts: acts[1]["approvals"][0].update(
                inclusion=acts[1]["approvals"][1]["inclusion"]
            ),
        ),
        "none": ("bundle", lambda acts: acts[1].update(approvals=[])),
        "no list": ("bundle", lambda acts: acts[1].update(approvals={})),
        "a member more": ("bundle", lambda acts: acts[1]["approvals"][0].update(approvals=[])),
        "more than a thousand": (
            "bundle",
            lambda acts: acts[1].update(approvals=acts[1]["approvals"][:1] * 1_001),
        ),
        "of the issue": ("act:0", lambda acts: acts[0].update(approvals=acts[1]["approvals"])),
    }
    table: Table = {}
    for name, (item, change) in changes.items():
        members = bundle(letter)
        acts = members["acts"]
        change(acts)
        for one in acts[1].get("approvals") or ():
            if one.get("approvals", 0) is None:
                del one["approvals"]
        table[name] = (item, members)
    direct["acts"][1]["approvals"] = [direct["acts"][0]]
    table["of what was not proposed"] = ("act:1", direct)
    refused = entry(letter.earlier[1][1], "identity.not_awaited", 7321)
    table["refused"] = ("act:1", bundle(letter, Twists(leaves={2: refused})))
    later = _later()
    table["carried out by an approval that came after"] = ("title", later)
    return table


def _cut(acts: list[Any]) -> None:
    """The last approval but one shown as what carried the act out."""
    *before, last = acts[1]["approvals"]
    acts[1] = {**last, "approvals": before}


def _later() -> Members:
    """A bundle whose record names an earlier approval than the one shown last."""
    telling = Telling()
    title = telling.issue(ORDER)
    body = {"last_act": telling.family[title]["last_act"], "title": title}
    steps = [_propose(body), approval(HOLDER, _hash(body)), approval(BANK, _hash(body))]
    texts = [jws(encode(step)) for step in steps]
    telling.log(*texts)
    carried = jws(encode(steps[1])).rpartition(".")[0]
    story = tell(ORDER, VOIDED)
    told = {**story.record, "last_act": sha256(carried.encode()).hex()}
    return bundle(Story(title, telling.signed, told, "", telling.earlier))


def thresholds() -> Table:
    """An issuer of two keys, one of which is not enough, whatever way it signs."""
    both = (FIRST, SECOND)
    cases: dict[str, tuple[str, Members]] = {
        "both, one by one": ("", _by_keys(both, {})),
        "one key": ("act:1", _by_keys((FIRST,), {})),
        "one key twice": ("act:1", _by_keys((FIRST, FIRST), {})),
        "a key that is another's": ("act:1", _by_keys((FIRST, drive.key("third forger")), {})),
        "a key revoked meanwhile": ("act:1", _by_keys(both, {FIRST.kid: 3})),
        "a key revoked afterwards": ("", _by_keys(both, {FIRST.kid: 5})),
        "a key revoked before": ("act:1", _by_keys(both, {FIRST.kid: 2})),
    }
    return cases


def _by_keys(signers: Sequence[Any], revoked: Mapping[str, int]) -> Members:
    """A withdrawal that the issuer proposes and approves with these keys, the holder last."""
    telling = Telling()
    issue = content("title.ISSUE", CARRIER, ORDER)
    consent = sign_consent(issue, TIME_S, SECOND)
    telling.log(jws(encode({**issue, "consents": [consent]})))
    story = tell(ORDER)
    title = story.title
    link = sha256(telling.signed[0].rpartition(".")[0].encode()).hex()
    body: Body = {"last_act": link, "title": title}
    first, *others = signers
    steps = [jws(encode(_propose(body)), signer=first)]
    steps += [jws(encode(approval(CARRIER, _hash(body))), signer=one) for one in others]
    last_act = telling.log(*steps, jws(encode(approval(HOLDER, _hash(body)))))
    told = {**tell(ORDER, VOIDED).record, "last_act": last_act}
    keys = [
        {"added": 0, "kid": one.kid, "revoked": revoked.get(one.kid, 0)} for one in (FIRST, SECOND)
    ]
    controller = record(
        {
            "commitment": "",
            "keys": keys,
            "recovery": {"controllers": [], "delay": 0, "threshold": 0},
            "threshold": 2,
        }
    )
    twists = Twists(records={f"controller/{CARRIER}": controller})
    return bundle(Story(title, telling.signed, told, last_act, telling.earlier), twists)


def represented() -> Table:
    """Acts in another's name."""
    telling = Telling()
    title = telling.issue(ORDER)
    body: Body = {
        "last_act": telling.family[title]["last_act"],
        "recipient": BUYER,
        "title": title,
    }
    table: Table = {}
    members: dict[str, tuple[str, str, Value]] = {
        "by an agent": ("", BANK, HOLDER),
        "of a stranger": ("chain:1", HOLDER, BANK),
        "of oneself": ("act:1", HOLDER, HOLDER),
        "of nobody": ("act:1", HOLDER, ""),
        "of somebody with a long id": ("act:1", HOLDER, "0" * 64),
    }
    for name, (item, actor, party) in members.items():
        payload = content("title.TRANSFER", actor, body, represented_party=party)
        signed = [telling.signed[0], jws(encode(payload))]
        last_act = sha256(signed[1].rpartition(".")[0].encode()).hex()
        told = {**tell(ORDER, HANDED).record, "last_act": last_act}
        table[name] = (item, bundle(Story(title, signed, told, last_act)))
    return table
