# SPDX-License-Identifier: Apache-2.0
"""Golden bundles of a title's whole life, by approvals and under mandates."""

from collections.abc import Mapping
from functools import partial

from ropewalk.crypto import Value, encode, sha256, sha256_hex
from verifier import drive
from verifier.drive import World
from verifier.telling import DAY_S, document

Bundles = Mapping[str, bytes]


def tag(name: str) -> str:
    """A tag, a commitment or a hash of a name."""
    return sha256_hex(f"ropewalk test tag {name}".encode())


def item(name: str, packages: int, weight_g: int, volume_dm3: int = 0, code: str = "CT") -> Value:
    """Goods of one kind."""
    return {
        "item": tag(name),
        "package_code": code,
        "packages": packages,
        "volume_dm3": volume_dm3,
        "weight_g": weight_g,
    }


def cargo(boxes: str, *items: Value) -> dict[str, Value]:
    """A cargo list in boxes, each of one letter."""
    kinds = sorted(items, key=lambda each: (each["item"], each["package_code"]))  # type: ignore[call-overload,index]
    return {"equipments": sorted(tag(f"box {box}") for box in boxes), "items": kinds}


def cargo_hash(listed: Mapping[str, Value]) -> str:
    """What an ISSUE says of its cargo."""
    items = sha256(encode(listed["items"])).hex()
    told = encode({"equipments": listed["equipments"], "items": items})
    return sha256(b"ropewalk cargo v1\n" + told).hex()


def bill(reference: str, **parties: str) -> bytes:
    """A bill to order."""
    return document(reference, "BOL", is_to_order=True, **parties)


def told(world: World) -> dict[str, bytes]:
    """Every bundle by its name."""
    made: dict[str, bytes] = {}
    for tell in (
        _amended,
        _divided,
        _divided_by_endorsee,
        _on_paper,
        _from_paper,
        _straight_amended,
        _pledged,
        _enforced,
        _trusted,
        _trusted_away,
        _pledged_on_paper,
        _leased,
        _indemnified,
        _voided,
        _house,
        _mandated,
        _four_eyes,
        _frozen,
    ):
        made.update(tell(world))
    return made


def _amended(world: World) -> Bundles:
    terms: dict[str, Value] = {"destination": tag("Rotterdam"), "shipment": tag("Buenaventura")}
    written = bill("ARX-AMEND-1", shipper="Cherry Exports", endorsee="Cherry Exports")
    title = world.issue(written, more=terms, shipper="shipper", endorsee="shipper")
    world.on(title, "shipper", "ENDORSE_TO_ORDER", recipient="bank")
    world.on(title, "shipper", "TRANSFER", recipient="bank")
    asked: dict[str, Value] = {"addressee": world.controllers["carrier"], "reason_code": "COD"}
    world.act("bank", "title.SURRENDER_FOR_AMENDMENT", {**asked, **world.link(title)})
    requested = world.bundle(title)
    other = {**terms, "destination": tag("Hamburg")}
    amended = bill("ARX-AMEND-2", shipper="Cherry Exports", endorsee="Bank of Ports")
    new, body = world.body(amended, more=other, shipper="shipper", endorsee="bank", issue_to="bank")
    world.agree("carrier", "REISSUE", {**world.link(title), "replacement": body}, "bank")
    replaced = world.bundle(title)
    world.on(new, "bank", "ENDORSE", recipient="buyer")
    world.on(new, "bank", "TRANSFER", recipient="buyer")
    return {
        "amendment-requested": requested,
        "amended-old": replaced,
        "amended-new": world.bundle(new),
        "amended-undisclosed": world.bundle(new, disclosed=False),
    }


def _straight_amended(world: World) -> Bundles:
    parties = {"shipper": "Cherry Exports", "consignee": "Fruit Imports"}
    written = document("ARX-AMEND-3", "BOL", is_to_order=False, **parties)
    title = world.issue(written, shipper="shipper", consignee="buyer")
    world.on(title, "shipper", "TRANSFER", recipient="buyer")
    world.on(title, "buyer", "SURRENDER_FOR_AMENDMENT", addressee="carrier")
    comment = {"comment": tag("not like this"), **world.link(title)}
    world.act("carrier", "title.SREJ", comment)
    world.on(title, "buyer", "SURRENDER_FOR_AMENDMENT", addressee="carrier")
    amended = document("ARX-AMEND-4", "BOL", is_to_order=False, **parties)
    new, body = world.body(amended, shipper="shipper", consignee="buyer", issue_to="buyer")
    world.agree("carrier", "REISSUE", {**world.link(title), "replacement": body}, "buyer")
    return {"amended-straight": world.bundle(new)}


def _divided(world: World) -> Bundles:
    shares = (
        cargo("AB", item("cherries", 400, 4_000_000, 9_000), item("plums", 10, 50_000)),
        cargo("BC", item("cherries", 600, 6_000_000, 11_000), item("oil", 0, 900_000, code="")),
    )
    whole = cargo(
        "ABC",
        item("cherries", 1_000, 10_000_000, 20_000),
        item("oil", 0, 900_000, code=""),
        item("plums", 10, 50_000),
    )
    more: dict[str, Value] = {"cargo": cargo_hash(whole), "shipment": tag("Lobito")}
    parties = {"shipper": "shipper", "endorsee": "shipper"}
    written = partial(bill, shipper="Cherry Exports", endorsee="Cherry Exports")
    parent = world.issue(written("ARX-SPLIT-1"), more=more, **parties)
    children: list[Value] = []
    titles = []
    for number, share in enumerate(shares, 2):
        own = {**more, "cargo": cargo_hash(share)}
        title, body = world.body(written(f"ARX-SPLIT-{number}"), more=own, **parties)
        titles.append(title)
        children.append({"cargo": share, "issue": body})
    plan = {**world.link(parent), "cargo": whole, "children": children}
    world.agree("shipper", "SPLIT", plan, "carrier")
    made = {"split-parent": world.bundle(parent), "split-child": world.bundle(titles[0])}
    world.on(titles[0], "shipper", "SIGN")
    world.on(titles[1], "shipper", "TRANSFER", recipient="bank")
    world.on(titles[1], "bank", "REFUSE_TRANSFER")
    joined, body = world.body(written("ARX-SPLIT-4"), more=more, **parties)
    parents: list[Value] = [
        {**world.link(title), "cargo": share}
        for title, share in sorted(zip(titles, shares, strict=True))
    ]
    world.agree(
        "shipper",
        "COMBINE",
        {"parents": parents, "replacement": {"cargo": whole, "issue": body}},
        "carrier",
    )
    world.on(joined, "shipper", "BLANK_ENDORSE")
    return {
        **made,
        "combined-parent": world.bundle(titles[1]),
        "combined": world.bundle(joined, disclosed=False),
    }


def _divided_by_endorsee(world: World) -> Bundles:
    """Whoever splits a bill has accepted the endorsement to it, for the children too."""
    shares = [cargo("A", item("figs", 1, 10)), cargo("B", item("figs", 2, 20))]
    whole = cargo("AB", item("figs", 3, 30))
    written = partial(bill, shipper="Cherry Exports", endorsee="Cherry Exports")
    more: dict[str, Value] = {"cargo": cargo_hash(whole)}
    parent = world.issue(written("ARX-SPLIT-5"), more=more, shipper="shipper", endorsee="shipper")
    world.on(parent, "shipper", "ENDORSE", recipient="bank")
    world.on(parent, "shipper", "TRANSFER", recipient="bank")
    bodies = [
        world.body(
            written(f"ARX-SPLIT-{number}"),
            more={"cargo": cargo_hash(share)},
            shipper="shipper",
            endorsee="bank",
            issue_to="bank",
        )
        for number, share in enumerate(shares, 6)
    ]
    children: list[Value] = [
        {"cargo": share, "issue": body} for share, (_, body) in zip(shares, bodies, strict=True)
    ]
    plan = {**world.link(parent), "cargo": whole, "children": children}
    world.agree("bank", "SPLIT", plan, "carrier")
    child = bodies[1][0]
    world.on(child, "bank", "TRANSFER", recipient="buyer")
    world.on(child, "buyer", "TRANSFER", recipient="bank")
    world.on(child, "bank", "REFUSE_TRANSFER")
    return {"split-by-endorsee": world.bundle(child)}


def _on_paper(world: World) -> Bundles:
    written = partial(bill, shipper="Cherry Exports")
    title = world.issue(written("ARX-PAPER-1"), shipper="shipper")
    world.on(title, "shipper", "TRANSFER", recipient="bank")
    paper = {"paper": tag("paper of ARX-PAPER-1")}
    world.agree("bank", "SWITCH_TO_PAPER", {**paper, **world.link(title)}, "carrier")
    on_paper = world.bundle(title)
    new, body = world.body(written("ARX-PAPER-2"), shipper="shipper", issue_to="buyer")
    back = {**paper, "replacement": body, "title": title}
    world.agree("carrier", "SWITCH_TO_ELECTRONIC", back, "buyer")
    world.on(new, "buyer", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    return {
        "on-paper": on_paper,
        "paper-gave-way": world.bundle(title),
        "back-from-paper": world.bundle(new),
    }


def _from_paper(world: World) -> Bundles:
    written = partial(bill, shipper="Cherry Exports")
    title, body = world.body(written("ARX-PAPER-3"), shipper="shipper", issue_to="buyer")
    first: dict[str, Value] = {"paper": tag("paper of old"), "replacement": body}
    world.agree("carrier", "SWITCH_TO_ELECTRONIC", first, "buyer")
    from_paper = world.bundle(title)
    asked: dict[str, Value] = {"addressee": world.controllers["carrier"], "reason_code": "SWTP"}
    world.act("buyer", "title.SURRENDER_FOR_AMENDMENT", {**asked, **world.link(title)})
    again = {"paper": tag("paper of ARX-PAPER-3"), **world.link(title)}
    world.agree("carrier", "SWITCH_TO_PAPER", again, "buyer")
    return {"from-paper": from_paper, "to-paper-again": world.bundle(title)}


def pledge(world: World, title: str, due: int, amount: int = 2_500_000) -> None:
    """The shipper pledges a bill to the bank."""
    members: dict[str, Value] = {
        "amount": amount,
        "currency": "EUR" if amount else "",
        "due": due,
        "pledgee": world.controllers["bank"],
    }
    world.act("shipper", "title.PLEDGE", {**members, **world.link(title)})


def _pledged(world: World) -> Bundles:
    parties = {"shipper": "Cherry Exports", "endorsee": "Bank of Ports"}
    written = bill("ARX-PLEDGE-1", **parties)
    title = world.issue(written, shipper="shipper", endorsee="bank", issue_to="shipper")
    pledge(world, title, 0)
    world.on(title, "bank", "REFUSE_TRANSFER")
    refused = world.bundle(title)
    pledge(world, title, 0, amount=0)
    pledged = world.bundle(title)
    moved = {"recipient": world.controllers["buyer"], **world.link(title)}
    world.agree("bank", "ENDORSE_TO_ORDER", moved, "shipper")
    world.on(title, "bank", "RELEASE_PLEDGE")
    return {
        "pledge-refused": refused,
        "pledged": pledged,
        "pledge-released": world.bundle(title),
    }


def _enforced(world: World) -> Bundles:
    parties = {"shipper": "Cherry Exports", "endorsee": "Cherry Exports"}
    title = world.issue(bill("ARX-PLEDGE-2", **parties), shipper="shipper", endorsee="shipper")
    pledge(world, title, world.time_s + 120)
    due = world.bundle(title)
    world.on(title, "bank", "SIGN")
    world.on(title, "bank", "ENFORCE_PLEDGE", recipient="buyer")
    return {"pledged-due": due, "pledge-enforced": world.bundle(title)}


def _trusted(world: World) -> Bundles:
    parties = {"shipper": "Cherry Exports", "endorsee": "Cherry Exports"}
    title = world.issue(bill("ARX-TRUST-1", **parties), shipper="shipper", endorsee="shipper")
    pledge(world, title, 0)

    def trust(until: int) -> None:
        members: dict[str, Value] = {"purpose": "SURRENDER_FOR_DELIVERY", "until": until}
        world.act("bank", "title.TRUST_RECEIPT", {**members, **world.link(title)})

    trust(world.time_s + 100)
    world.on(title, "shipper", "SIGN")
    world.on(title, "bank", "RECLAIM")
    reclaimed = world.bundle(title)
    trust(world.time_s + DAY_S)
    trusted = world.bundle(title)
    world.on(title, "shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    world.on(title, "carrier", "SACC")
    return {
        "trust-reclaimed": reclaimed,
        "trust-receipt": trusted,
        "trust-accepted": world.bundle(title),
    }


def _trusted_away(world: World) -> Bundles:
    """A trust receipt goes along with a bill that is handed on with everybody's approval."""
    title = world.issue(bill("ARX-TRUST-2", shipper="Cherry Exports"), shipper="shipper")
    pledge(world, title, 0)
    trust: dict[str, Value] = {"purpose": "SURRENDER_FOR_AMENDMENT", "until": world.time_s + DAY_S}
    world.act("bank", "title.TRUST_RECEIPT", {**trust, **world.link(title)})
    moved = {"recipient": world.controllers["forwarder"], **world.link(title)}
    world.agree("shipper", "TRANSFER", moved, "bank")
    return {"trust-handed-on": world.bundle(title)}


def _pledged_on_paper(world: World) -> Bundles:
    """A pledge follows the bill to paper and back."""
    written = partial(bill, shipper="Cherry Exports")
    title = world.issue(written("ARX-PLEDGE-3"), shipper="shipper")
    pledge(world, title, 0)
    paper = {"paper": tag("paper of ARX-PLEDGE-3")}
    world.agree("bank", "SWITCH_TO_PAPER", {**paper, **world.link(title)}, "carrier", "shipper")
    new, body = world.body(written("ARX-PLEDGE-4"), shipper="shipper", issue_to="bank")
    back = {**paper, "replacement": body, "title": title}
    world.agree("carrier", "SWITCH_TO_ELECTRONIC", back, "bank", "shipper")
    return {"pledged-on-paper": world.bundle(new)}


def _leased(world: World) -> Bundles:
    title = world.issue(bill("ARX-LEASE-1", shipper="Cherry Exports"), shipper="shipper")
    until: dict[str, Value] = {"until": drive.GENESIS_TIME_S + 2 * DAY_S}
    world.act("shipper", "title.LEASE", {**until, **world.link(title)})
    return {"leased": world.bundle(title)}


def _indemnified(world: World) -> Bundles:
    title = world.issue(bill("ARX-LOI-1", shipper="Cherry Exports"), shipper="shipper")
    world.on(title, "shipper", "TRANSFER", recipient="forwarder")
    letter: dict[str, Value] = {
        "bank": world.controllers["bank"],
        "receiver": world.controllers["buyer"],
        "title": title,
    }
    world.agree("buyer", "LETTER_OF_INDEMNITY", letter, "carrier", "bank")
    flagged = world.bundle(title)
    world.on(title, "forwarder", "TRANSFER", recipient="buyer")
    world.on(title, "buyer", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    world.on(title, "carrier", "SACC")
    other = world.issue(bill("ARX-LOI-2", shipper="Cherry Exports"), shipper="shipper")
    alone: dict[str, Value] = {"receiver": world.controllers["buyer"], "title": other}
    world.agree("shipper", "LETTER_OF_INDEMNITY", alone, "carrier")
    return {
        "indemnified": flagged,
        "indemnity-discharged": world.bundle(title),
        "indemnified-without-bank": world.bundle(other),
    }


def _voided(world: World) -> Bundles:
    title = world.issue(bill("ARX-VOID-1", shipper="Cherry Exports"), shipper="shipper")
    world.agree("carrier", "VOID", world.link(title), "shipper")
    return {"void": world.bundle(title)}


def _house(world: World) -> Bundles:
    master = world.issue(bill("ARX-MASTER-1", shipper="Cherry Exports"), shipper="shipper")
    written = bill("ARX-HOUSE-1", shipper="Cherry Exports")
    house = world.issue(written, more={"house_of": master}, shipper="shipper")
    return {"house": world.bundle(house)}


def _mandated(world: World) -> Bundles:
    world.act(
        "shipper",
        "identity.GRANT_MANDATE",
        {
            "acts": ["title.LETTER_OF_INDEMNITY", "title.TRANSFER"],
            "agent": world.controllers["forwarder"],
            "until": world.time_s + DAY_S,
        },
    )
    title = world.issue(bill("ARX-MANDATE-1", shipper="Cherry Exports"), shipper="shipper")
    moved = {"recipient": world.controllers["bank"], **world.link(title)}
    world.act("forwarder", "title.TRANSFER", moved, represented="shipper")
    return {"mandate": world.bundle(title)}


def _four_eyes(world: World) -> Bundles:
    written = bill("ARX-EYES-1", shipper="Cherry Exports", endorsee="Two of Three Partners")
    title = world.issue(written, shipper="shipper", endorsee="partners", issue_to="partners")
    moved = {"recipient": world.controllers["buyer"], **world.link(title)}
    world.agree("partners", "TRANSFER", moved)
    return {"four-eyes": world.bundle(title)}


def _frozen(world: World) -> Bundles:
    title = world.issue(bill("ARX-FREEZE-1", shipper="Cherry Exports"), shipper="shipper")
    world.on(title, "shipper", "TRANSFER", recipient="bank")
    second = drive.key("governance 2")
    world.act("governance", "identity.ADD_KEY", {"key": second.kid})
    world.act("governance", "identity.CHANGE_THRESHOLD", {"threshold": 2})
    world.signers["governance"] = (drive.key("governance"), second)
    order: dict[str, Value] = {"order": tag("order of a court"), "title": title}
    world.agree("governance", "FREEZE", order)
    frozen = world.bundle(title)
    world.act("governance", "title.UNFREEZE", {**order, "order": tag("order that lifts it")})
    world.on(title, "bank", "REFUSE_TRANSFER")
    return {"frozen": frozen, "unfrozen": world.bundle(title)}
