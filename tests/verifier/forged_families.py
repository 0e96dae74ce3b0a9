# SPDX-License-Identifier: Apache-2.0
"""Forged families: titles amended, split, combined and switched that do not follow."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from ropewalk.crypto import Value
from ropewalk.title import title_id
from verifier.forge import (
    BANK,
    BUYER,
    CARRIER,
    HOLDER,
    NETWORK,
    ORDER,
    STRAIGHT,
    WAYBILL,
    Story,
    Table,
    Telling,
    bundle,
    without,
)
from verifier.forged_credit import ON_PAPER, PAPER, SUM
from verifier.forged_exchanges import PRINTS
from verifier.lives import cargo, cargo_hash, item

Cargo = dict[str, Any]
Body = dict[str, Any]
WHOLE: Cargo = cargo("ABC", item("figs", 9, 90, 900), item("oil", 0, 50, 5, code=""))
SHARES: tuple[Cargo, ...] = (
    cargo("AB", item("figs", 4, 40, 400)),
    cargo("BC", item("figs", 5, 50, 500), item("oil", 0, 50, 5, code="")),
)
TERMS: dict[str, Value] = {"destination": "de" * 32, "shipment": "5a" * 32}
WHOLE_BILL: Body = {**ORDER, **TERMS, "cargo": cargo_hash(WHOLE)}


def named(number: int, body: Mapping[str, Any], **members: Any) -> Body:
    """An ISSUE's body under another reference; None leaves a member out."""
    told = {**body, "transport_document_reference": f"ARX-FORGED-{number}", **members}
    return {name: value for name, value in told.items() if value is not None}


def parts(shares: Sequence[Cargo] = SHARES, **members: Any) -> list[Body]:
    """Children of the bill, one for each cargo list."""
    return [
        {"cargo": share, "issue": named(n, WHOLE_BILL, cargo=cargo_hash(share), **members)}
        for n, share in enumerate(shares, 2)
    ]


def ids(children: Sequence[Mapping[str, Any]]) -> list[str]:
    """Titles of the children."""
    return [title_id(NETWORK, CARRIER, dict(child["issue"])) for child in children]


@dataclass
class Split:
    """A bill split in two, and whatever comes after."""

    telling: Telling
    parent: str
    children: list[str]

    def bundle(self, title: str) -> dict[str, Any]:
        """The bundle of one of the titles."""
        return bundle(self.telling.story(title))


def split(
    children: list[Body] | None = None,
    *by: str,
    actor: str = HOLDER,
    before: Sequence[tuple[str, str, Body]] = (),
    whole: Cargo = WHOLE,
    issue: Body = WHOLE_BILL,
) -> Split:
    """A bill split into these children, with the carrier's approval unless told otherwise."""
    telling = Telling()
    parent = telling.issue(issue)
    for name, who, members in before:
        telling.on(parent, name, who, members)
    made = parts() if children is None else children
    plan = {"cargo": whole, "children": made}
    telling.on(parent, "SPLIT", actor, plan, *(by or (CARRIER,)))
    return Split(telling, parent, ids(made))


def orderly() -> Table:
    """Families in order."""
    done = split()
    one, other = done.children
    table: Table = {
        "split, the parent": ("", done.bundle(done.parent)),
        "split, a child": ("", done.bundle(one)),
        "split, the other child": ("", done.bundle(other)),
    }
    endorsed = split(
        parts(endorsee=BANK, issue_to=BANK),
        actor=BANK,
        before=(
            ("ENDORSE_TO_ORDER", HOLDER, {"recipient": BANK}),
            ("TRANSFER", HOLDER, {"recipient": BANK}),
        ),
    )
    table["split by an endorsee"] = ("", endorsed.bundle(endorsed.children[0]))
    pledged = split(
        parts(issue_to=BANK), CARRIER, HOLDER, actor=BANK, before=(("PLEDGE", HOLDER, dict(SUM)),)
    )
    table["split and pledged"] = ("", pledged.bundle(pledged.children[1]))
    telling, joined, first, second = combined()
    table["combined"] = ("", bundle(telling.story(joined)))
    table["combined, a parent"] = ("", ending(telling, first))
    table["combined, the other parent"] = ("", ending(telling, second))
    for name, made in (("amended", amended()), ("amended to straight", amended(straight()))):
        table[name] = ("", made)
    paper, new = papered()
    table["back from paper"] = ("", bundle(paper.story(new)))
    table["gave way"] = ("", bundle(paper.story(next(iter(paper.family)))))
    table["from paper"] = ("", first_on_paper())
    return table


def straight() -> Body:
    """An amended bill: straight, though it is issued to another than its shipper."""
    return named(2, STRAIGHT, shipment=TERMS["shipment"], shipper=BANK, consignee=BUYER)


def ending(telling: Telling, title: str) -> dict[str, Any]:
    """The bundle of a title that was combined: the acts on the others are not in it."""
    story = telling.story(title)
    others = {"0", "1"} - {str(list(telling.family).index(title))}
    kept = [at for at in range(len(story.signed)) if str(at) not in others]
    earlier = {kept.index(at): steps for at, steps in story.earlier.items() if at in kept}
    signed = [story.signed[at] for at in kept]
    return bundle(Story(title, signed, story.record, story.last_act, earlier))


Change = Callable[[Body], object]


def combined(
    change: Change = lambda _body: None,
    issues: Sequence[Body] | None = None,
    before: Sequence[tuple[int, str, str, Body]] = (),
    actor: str = HOLDER,
) -> tuple[Telling, str, str, str]:
    """Two bills combined into one, its body changed, and the three titles."""
    telling = Telling()
    bodies = issues or [part["issue"] for part in parts()]
    titles = [telling.issue(body) for body in bodies]
    for number, name, who, members in before:
        telling.on(titles[number], name, who, members)
    parents = [
        {"cargo": share, "last_act": telling.family[title]["last_act"], "title": title}
        for title, share in sorted(zip(titles, SHARES, strict=True), key=lambda pair: pair[0])
    ]
    body: Body = {
        "parents": parents,
        "replacement": {"cargo": WHOLE, "issue": named(9, WHOLE_BILL)},
    }
    body = deepcopy(body)
    change(body)
    telling.do("COMBINE", actor, body, CARRIER)
    joined = title_id(NETWORK, CARRIER, dict(body["replacement"]["issue"]))
    return telling, joined, titles[0], titles[1]


def amended(body: Body | None = None, *by: str, actor: str = CARRIER, **asked: str) -> Any:
    """The bundle of a bill amended, or of the old one where there is no new one."""
    telling = Telling()
    old = telling.issue({**ORDER, "shipment": TERMS["shipment"]})
    members: dict[str, Value] = {"addressee": CARRIER, **asked}
    telling.on(old, "SURRENDER_FOR_AMENDMENT", HOLDER, members)
    new = body or named(2, ORDER, shipment=TERMS["shipment"], consignee=BANK)
    telling.on(old, "REISSUE", actor, {"replacement": new}, *(by or (HOLDER,)))
    title = title_id(NETWORK, actor, dict(new))
    return bundle(telling.story(title if title in telling.family else old))


def papered(
    change: Change = lambda _body: None, *by: str, actor: str = CARRIER
) -> tuple[Telling, str]:
    """A bill switched to paper and back."""
    telling = Telling()
    old = telling.issue({**ORDER, "shipment": TERMS["shipment"]})
    name, who, members, approvers = ON_PAPER  # type: ignore[misc]  # this act has approvers
    telling.on(old, name, who, members, *approvers)
    new = named(2, ORDER, shipment=TERMS["shipment"], issue_to=BUYER)
    body: Body = {**PAPER, "replacement": new, "title": old}
    change(body)
    telling.do("SWITCH_TO_ELECTRONIC", actor, body, *(by or (BUYER,)))
    return telling, title_id(NETWORK, actor, dict(body["replacement"]))


def first_on_paper(body: Body = ORDER, *by: str) -> dict[str, Any]:
    """The bundle of a title that began on paper."""
    telling = Telling()
    telling.issue(named(7, ORDER))
    telling.do("SWITCH_TO_ELECTRONIC", CARRIER, {**PAPER, "replacement": body}, *(by or (HOLDER,)))
    title = title_id(NETWORK, CARRIER, dict(body))
    if title not in telling.family:
        title = next(iter(telling.family))
    story = telling.story(title)
    return bundle(Story(title, story.signed[1:], story.record, "", {0: story.earlier[1]}))


def _not_conserved() -> dict[str, list[Body]]:
    """Children whose cargo is not the parent's, or no cargo."""
    figs, oil = SHARES[1]["items"]
    if figs["package_code"] == "":
        figs, oil = oil, figs

    def second(*items: Any, boxes: str = "BC") -> list[Body]:
        return parts((SHARES[0], cargo(boxes, *items)))

    return {
        "packages appear": second({**figs, "packages": 6}, oil),
        "packages vanish": second({**figs, "packages": 4}, oil),
        "weight appears": second({**figs, "weight_g": 51}, oil),
        "volume vanishes": second({**figs, "volume_dm3": 499}, oil),
        "a kind vanishes": second(figs),
        "a kind appears": second(figs, oil, item("gold", 1, 1)),
        "another package code": second(figs, {**oil, "package_code": "CT"}),
        "a box vanishes": second(figs, oil, boxes="B"),
        "a box appears": second(figs, oil, boxes="BCD"),
        "beyond 2**53 together": second({**figs, "weight_g": 2**53 - 1}, oil),
        "an item of nothing": second(figs, oil, item("air", 0, 0, 7)),
        "an item below nothing": second({**figs, "packages": -1}, oil),
        "an item that is a fraction of text": second({**figs, "packages": "5"}, oil),
        "a package code of three": second({**figs, "package_code": "CTN"}, oil),
        "a package code in small letters": second({**figs, "package_code": "ct"}, oil),
    }


def _unlike() -> dict[str, list[Body]]:
    """Children that are not as their parent, or that hide it."""
    changed = {
        "one child": parts()[:1],
        "no child": [],
        "no items": parts((WHOLE, {**WHOLE, "items": []})),
        "twice the same": [parts()[0], parts()[0]],
        "one reference": [parts()[0], {**parts()[1], "issue": named(2, parts()[1]["issue"])}],
        "the parent's reference": [
            parts()[0],
            {**parts()[1], "issue": named(1, parts()[1]["issue"])},
        ],
        "a child with a member more": [parts()[0], {**parts()[1], "note": ""}],
        "to a stranger": parts(issue_to=BANK),
        "a child of another shipper": parts(shipper=BANK),
        "a child of another endorsee": parts(endorsee=BANK),
        "a child in blank": parts(endorsee=None),
        "a child with a consignee": parts(consignee=BANK),
        "a child under another law": parts(governing_law="SG"),
        "a child of another shipment": parts(shipment="5b" * 32),
        "a child of no shipment": parts(shipment=None),
        "a child for elsewhere": parts(destination="df" * 32),
        "a child with a master": parts(house_of="ab" * 32),
        "a child from a draft": parts(draft="ab" * 32),
        "a child with fingerprints": parts(fingerprints=PRINTS),
        "a straight child": parts(is_to_order=False, consignee=BANK, endorsee=None),
    }
    lists = {"unsorted items": "items", "unsorted boxes": "equipments"}
    for name, member in lists.items():
        turned = {**SHARES[1], member: SHARES[1][member][::-1]}
        changed[name] = parts((SHARES[0], turned))
    changed["a box twice"] = parts(
        (SHARES[0], {**SHARES[1], "equipments": sorted(SHARES[1]["equipments"] * 2)})
    )
    other_hash = parts()
    other_hash[1]["issue"]["cargo"] = "ca" * 32
    changed["a child that hides its cargo"] = other_hash
    return changed


def splits() -> Table:
    """Splits that do not follow: they are the second act."""
    changed = {**_not_conserved(), **_unlike()}
    table = {name: ("chain:1", _of_parent(split(made))) for name, made in changed.items()}
    cases = {
        "without the carrier": split(None, BANK),
        "by the carrier": split(None, HOLDER, actor=CARRIER),
        "of another cargo": split(parts((WHOLE, WHOLE)), whole=cargo("ABC", *WHOLE["items"][:1])),
        "of no cargo": split(issue=without(WHOLE_BILL, "cargo")),
    }
    table.update({name: ("chain:1", _of_parent(done)) for name, done in cases.items()})
    handed = ("TRANSFER", HOLDER, {"recipient": BANK})
    mere = split(parts(issue_to=BANK), actor=BANK, before=(handed,))
    table["by a mere possessor"] = ("chain:2", _of_parent(mere))
    behind = split(parts(issue_to=BANK), actor=BANK, before=(("PLEDGE", HOLDER, dict(SUM)),))
    table["behind the beneficiary"] = ("chain:2", _of_parent(behind))
    return table


def _of_parent(done: Split) -> dict[str, Any]:
    return done.bundle(done.parent)


def strangers() -> Table:
    """Acts of other stories in a bundle."""
    table: Table = {}
    done = split()
    one, other = done.children
    done.telling.on(other, "SIGN", HOLDER, {})
    table["a sibling's act"] = ("chain:2", done.bundle(one))
    table["a child's act"] = ("chain:2", done.bundle(done.parent))
    apart = split()
    apart.telling.issue(named(8, ORDER))
    table["another's issue"] = ("chain:2", apart.bundle(apart.children[0]))
    first = Telling()
    stranger, own = first.issue(named(8, ORDER)), first.issue(ORDER)
    table["another's issue before"] = ("chain:0", bundle(first.story(own)))
    first.on(stranger, "SIGN", HOLDER, {})
    table["another's acts around"] = ("chain:0", bundle(first.story(own)))
    twice = Telling()
    title = twice.issue(ORDER)
    twice.issue(ORDER)
    table["the same issue twice"] = ("chain:1", bundle(twice.story(title)))
    ended = split()
    ended.telling.on(ended.parent, "SIGN", HOLDER, {})
    table["an act on what was split"] = ("chain:2", ended.bundle(ended.parent))
    return table


def cut() -> Table:
    """Stories cut short."""
    table: Table = {}
    done = split(before=(("SIGN", HOLDER, {}),))
    story = done.telling.story(done.children[0])
    table["a parent's chain cut off"] = ("chain:0", _kept(story, 2))
    table["a parent's act cut out"] = ("chain:1", _kept(story, 0, 2))
    table["a parent's issue cut off"] = ("chain:0", _kept(story, 1, 2))
    table["the split cut off"] = ("chain:0", _kept(story, 0, 1))
    telling, joined, _, _ = combined()
    whole = telling.story(joined)
    table["one of two parents cut off"] = ("chain:1", _kept(whole, 0, 2))
    telling, joined, one, other = combined()
    table["a parent's bundle with the other's acts"] = (
        f"chain:{[*telling.family].index(other)}",
        bundle(telling.story(one)),
    )
    return table


def _kept(story: Story, *numbers: int) -> dict[str, Any]:
    """The bundle with only these acts."""
    signed = [story.signed[number] for number in numbers]
    earlier = {
        numbers.index(number): steps for number, steps in story.earlier.items() if number in numbers
    }
    return bundle(Story(story.title, signed, story.record, story.last_act, earlier))


def combinations() -> Table:
    """Bills that can't be combined, or not so: the third act."""

    def turned(body: Body) -> None:
        body["parents"].reverse()

    def with_parent(**members: Any) -> Change:
        return lambda body: body["parents"][1].update(members)

    def with_issue(**members: Any) -> Change:
        return lambda body: body["replacement"]["issue"].update(members)

    changes: dict[str, Change] = {
        "parents out of order": turned,
        "one parent": lambda body: body["parents"].pop(),
        "a parent twice": lambda body: body["parents"].append(body["parents"][-1]),
        "a parent never issued": with_parent(title="ff" * 32),
        "a parent acted on since": with_parent(last_act="00" * 32),
        "a parent's other cargo": with_parent(cargo=WHOLE),
        "a part missing": lambda body: body["replacement"].update(
            cargo=SHARES[0], issue=named(9, WHOLE_BILL, cargo=cargo_hash(SHARES[0]))
        ),
        "another cargo in the bill": with_issue(cargo="ca" * 32),
        "to a stranger": with_issue(issue_to=BANK),
        "for elsewhere": with_issue(destination="df" * 32),
        "of another shipment": with_issue(shipment="5b" * 32),
        "of another endorsee": with_issue(endorsee=BANK),
        "with a title of its own": lambda body: body.update(title="0" * 64),
    }
    table = {name: ("chain:2", _joined(*combined(change))) for name, change in changes.items()}
    issues = [part["issue"] for part in parts()]
    for name, members in {
        "parents of two shippers": {"shipper": BANK},
        "parents of two endorsees": {"endorsee": BANK},
        "parents for two places": {"destination": "df" * 32},
        "parents of two shipments": {"shipment": "5b" * 32},
        "parents of two laws": {"governing_law": "SG"},
        "parents of two masters": {"house_of": "ab" * 32},
        "parents of two holders": {"issue_to": BANK},
    }.items():
        made = combined(issues=[issues[0], {**issues[1], **members}])
        table[name] = ("chain:2", _joined(*made))
    letter: Body = {"receiver": BUYER}
    made = combined(before=((0, "LETTER_OF_INDEMNITY", CARRIER, letter),))
    table["parents of which one is delivered"] = ("chain:3", _joined(*made))
    made = combined(before=((1, "TRANSFER", HOLDER, {"recipient": BANK}),))
    table["parents of which one is away"] = ("chain:3", _joined(*made))
    return table


def _joined(telling: Telling, joined: str, parent: str, _other: str) -> dict[str, Any]:
    """The bundle of a title that never came to be, with a record made up."""
    telling.family.setdefault(joined, telling.family[parent])
    return bundle(telling.story(joined))


def amendments() -> Table:
    """Bills amended by or for those who may not: the third act."""
    same = {"shipment": TERMS["shipment"]}
    table = {
        "by a third party": amended(None, HOLDER, CARRIER, actor=BANK),
        "without the holder": amended(None, BANK),
        "by the holder": amended(None, CARRIER, actor=HOLDER),
        "to a third party": amended(named(2, ORDER, **same, issue_to=BANK)),
        "of another shipment": amended(named(2, ORDER, shipment="5b" * 32)),
        "of no shipment": amended(named(2, ORDER)),
        "into a waybill": amended(named(2, WAYBILL, **same)),
        "under a master": amended(named(2, ORDER, **same, house_of="ab" * 32)),
        "from a draft": amended(named(2, ORDER, **same, draft="ab" * 32)),
        "with fingerprints": amended(named(2, ORDER, **same, fingerprints=PRINTS)),
        "under its old reference": amended({**ORDER, **same, "consignee": BANK}),
        "into itself": amended({**ORDER, **same}),
    }
    found = {name: ("chain:2", made) for name, made in table.items()}
    telling = Telling()
    title = telling.issue({**ORDER, **same})
    telling.on(title, "SURRENDER_FOR_DELIVERY", HOLDER, {"addressee": CARRIER})
    telling.on(title, "REISSUE", CARRIER, {"replacement": named(2, ORDER, **same)}, HOLDER)
    found["of what was surrendered for delivery"] = ("chain:2", bundle(telling.story(title)))
    telling = Telling()
    title = telling.issue({**ORDER, **same})
    telling.on(title, "REISSUE", CARRIER, {"replacement": named(2, ORDER, **same)}, HOLDER)
    found["of what was not surrendered"] = ("chain:1", bundle(telling.story(title)))
    return found


def papers() -> Table:
    """Bills that do not come back from paper."""

    def with_issue(**members: Any) -> Change:
        return lambda body: body["replacement"].update(members)

    changes: dict[str, tuple[Change, tuple[str, ...]]] = {
        "another paper": (lambda body: body.update(paper="9b" * 32), ()),
        "another title": (lambda body: body.update(title="0" * 64), ()),
        "with a last act": (lambda body: body.update(last_act="0" * 64), ()),
        "of another shipment": (with_issue(shipment="5b" * 32), ()),
        "under a master": (with_issue(house_of="ab" * 32), ()),
        "from a draft": (with_issue(draft="ab" * 32), ()),
        "with fingerprints": (with_issue(fingerprints=PRINTS), ()),
        "to somebody who did not agree": (with_issue(issue_to=BANK), ()),
        "agreed by a stranger": (lambda _body: None, (BANK,)),
    }
    table: Table = {}
    for name, (change, by) in changes.items():
        telling, _ = papered(change, *by)
        table[name] = ("chain:2", bundle(telling.story(next(iter(telling.family)))))
    telling, _ = papered(actor=BANK)
    table["by another carrier"] = ("chain:2", bundle(telling.story(next(iter(telling.family)))))
    telling, _ = papered()
    old = next(iter(telling.family))
    again = {**PAPER, "replacement": named(3, ORDER, shipment=TERMS["shipment"]), "title": old}
    telling.do("SWITCH_TO_ELECTRONIC", CARRIER, again, HOLDER)
    table["a second time"] = ("chain:3", bundle(telling.story(old)))
    telling = Telling()
    old = telling.issue(ORDER)
    telling.on(old, "PLEDGE", HOLDER, dict(SUM))
    telling.on(old, "SWITCH_TO_PAPER", BANK, dict(PAPER), CARRIER, HOLDER)
    body = {**PAPER, "replacement": named(2, ORDER, issue_to=BANK), "title": old}
    telling.do("SWITCH_TO_ELECTRONIC", CARRIER, body, BANK)
    table["behind the beneficiary"] = ("chain:3", bundle(telling.story(old)))
    table["a waybill"] = ("chain:0", first_on_paper(WAYBILL))
    table["a first one nobody agreed to"] = ("chain:0", first_on_paper(ORDER, BANK))
    return table
