# SPDX-License-Identifier: Apache-2.0
"""Documents that the adversary issues: first ones, amended ones, parts and wholes, with cargo."""

from collections.abc import Sequence
from typing import Any

from ledger.world import IDS, salt
from model.cargo_model import MEASURES, cargo_hash
from model.cast import Cast
from model.title_model import Body, History, Standing

KINDS = (
    ("BOL", True),
    ("BOL", True),
    ("BOL", True),
    ("BOL", False),
    ("BOL", False),
    ("SWB", False),
)
ITEMS = tuple(sorted(salt(f"item {number}") for number in range(4)))
BOXES = tuple(sorted(salt(f"box {number}") for number in range(3)))
PRINTS = tuple(sorted(salt(f"print {number}") for number in range(60)))
PLACES = ("", salt("shipment"), salt("another shipment"))
CODES = {
    IDS["carrier"]: ("SMDG", "ROP"),
    IDS["forwarder"]: ("SMDG", "FWD"),
    IDS["other_carrier"]: ("SMDG", "OTH"),
}


class Making:
    """Bodies of ISSUE, and lists of cargo."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.chance = cast.chance
        self.cargos: dict[str, Body] = {}
        """Every list ever named, by its hash."""
        self._issues = 0

    def _document(self, issuer: str) -> dict[str, Any]:
        """What is new in every document."""
        self._issues += self.cast.odds(0.97)
        provider, code = CODES.get(issuer, ("SMDG", "ROP"))
        code = code if self.cast.odds(0.97) else "OTH"
        reference = f"R{self._issues}" if self.cast.odds(0.98) else self.chance.choice((" ", ""))
        return {
            "carrier_code": code,
            "carrier_code_list_provider": provider,
            "commitment": salt(f"document {self._issues}"),
            "governing_law": self.chance.choice(("GB",) * 20 + ("SG", "DE")),
            "transport_document_reference": reference,
        }

    def first(self, issuer: str, masters: Sequence[str]) -> Body:
        """A document that takes nothing's place."""
        chance, odds = self.chance, self.cast.odds
        document_type, is_to_order = chance.choice(KINDS)
        if odds(0.02):
            document_type, is_to_order = "SWB", True
        shipper = self.cast.anybody()
        body = self._document(issuer)
        body |= {"document_type": document_type, "is_to_order": is_to_order, "shipper": shipper}
        if not is_to_order or odds(0.2):
            body["consignee"] = self.cast.anybody()
        if is_to_order and odds(0.6):
            body["endorsee"] = chance.choice((shipper, shipper, self.cast.anybody()))
        if document_type == "BOL" and odds(0.98):
            straight = not is_to_order
            body["issue_to"] = shipper if straight or odds(0.8) else self.cast.anybody()
        body |= {
            name: value for name in ("destination", "shipment") if (value := chance.choice(PLACES))
        }
        if odds(0.75):
            body["cargo"] = self.named(self.cargo())
        return body | self._more(masters)

    def _more(self, masters: Sequence[str]) -> dict[str, Any]:
        """Fingerprints, and a master bill."""
        odds = self.cast.odds
        more: dict[str, Any] = {"fingerprints": self._prints()} if odds(0.12) else {}
        if masters and odds(0.15):
            more["house_of"] = self.chance.choice(masters)
        if odds(0.005):
            more["house_of"] = salt("no such master")
        return more

    def _prints(self) -> Body:
        """What some goods look like, of few, so that they are met again."""
        items = sorted(self.chance.sample(PRINTS, self.chance.choice((1, 1, 2))))
        if self.cast.odds(0.04):
            items = [*items[::-1], items[0]]
        near = [*self.chance.sample(PRINTS, self.chance.choice((0, 1, 4)))]
        return {"items": [{"item": one, "near": near} for one in items], "scheme": 1}

    # cargo

    def named(self, cargo: Body) -> str:
        """The hash of a list, which is kept."""
        hashed = cargo_hash(cargo)
        self.cargos[hashed] = cargo
        return hashed

    def cargo(self) -> Body:
        """Some goods in some boxes."""
        items = [
            {
                "item": item,
                "package_code": self.chance.choice(("", "CT", "PK")),
                "packages": self.chance.randint(2, 40),
                "volume_dm3": self.chance.choice((0, 0, 900)),
                "weight_g": self.chance.choice((0, 7_000, 120_000)),
            }
            for item in ITEMS
            if self.cast.odds(0.5)
        ]
        boxes = [box for box in BOXES if self.cast.odds(0.5)]
        return {"equipments": boxes, "items": items or [self._one_item()]}

    def _one_item(self) -> Body:
        item = {"item": ITEMS[0], "package_code": "CT", "packages": 10}
        return {**item, "volume_dm3": 1, "weight_g": 100}

    def parts(self, cargo: Body, number: int) -> list[Body]:
        """The goods dealt out, every part with something, as far as they go round."""
        shares: list[list[Body]] = [[] for _ in range(number)]
        for item in cargo["items"]:
            left = dict(item)
            for share in shares[1:]:
                cut = {measure: self.chance.randint(0, left[measure] // 2) for measure in MEASURES}
                if cut["packages"] or cut["weight_g"]:
                    left = {**left, **{one: left[one] - cut[one] for one in MEASURES}}
                    share.append({**item, **cut})
            shares[0].append(left)
        boxes = [
            [box for box in cargo["equipments"] if not place or self.cast.odds(0.3)]
            for place in range(number)
        ]
        dealt = [
            {"equipments": some, "items": share}
            for some, share in zip(boxes, shares, strict=True)
            if share
        ]
        return [self._spoilt(one) if self.cast.odds(0.02) else one for one in dealt]

    def whole(self, lists: Sequence[Body]) -> Body:
        """The goods put together."""
        sums: dict[tuple[str, str], dict[str, int]] = {}
        for cargo in lists:
            for item in cargo["items"]:
                held = sums.setdefault(
                    (item["item"], item["package_code"]), dict.fromkeys(MEASURES, 0)
                )
                for measure in MEASURES:
                    held[measure] += item[measure]
        items = [
            {"item": item, "package_code": code, **held}
            for (item, code), held in sorted(sums.items())
        ]
        boxes = sorted({box for cargo in lists for box in cargo["equipments"]})
        whole: Body = {"equipments": boxes, "items": items}
        return self._spoilt(whole) if self.cast.odds(0.04) else whole

    def _spoilt(self, cargo: Body) -> Body:
        items = list(cargo["items"])
        how = self.chance.randrange(6)
        if how == 0:
            return {**cargo, "equipments": [*cargo["equipments"][::-1], BOXES[0]]}
        if how == 1:
            return {**cargo, "items": items + items[:1]}
        if how == 2:
            return {**cargo, "equipments": cargo["equipments"][1:]}
        wrong: Body = {3: {"packages": items[0]["packages"] + 1}, 4: {"package_code": "ton"}}.get(
            how, {"packages": 0, "weight_g": 0}
        )
        return {**cargo, "items": [{**items[0], **wrong}, *items[1:]]}

    # what takes the place of another

    def successor(self, history: History, standing: Standing, *, same_kind: bool) -> dict[str, Any]:
        """A document for whoever holds what it replaces."""
        odds, issued = self.cast.odds, history.issued
        fixed = ("cargo", "destination", "document_type", "is_to_order", "shipment", "shipper")
        body = self._document(history.issuer)
        body |= {name: issued[name] for name in fixed if name in issued}
        body["governing_law"] = issued["governing_law"]
        named = {"consignee": standing.consignee, "endorsee": standing.in_force.endorsee}
        named["issue_to"] = standing.holder
        body |= {name: value for name, value in named.items() if value}
        if not same_kind:
            self._amend(body, standing)
        if odds(0.06):
            self._off(body)
        return body

    def _amend(self, body: dict[str, Any], standing: Standing) -> None:
        odds = self.cast.odds
        if odds(0.3):
            body["consignee"] = self.cast.anybody()
        if odds(0.3):
            body["destination"] = salt("elsewhere")
        if odds(0.15) and body["is_to_order"]:
            body["endorsee"] = self.cast.anybody()
        if odds(0.15):
            body["is_to_order"] = not body["is_to_order"]
            if not body["is_to_order"]:
                body.pop("endorsee", None)
                body |= {"shipper": standing.holder, "consignee": self.cast.anybody()}
        if odds(0.3):
            body["cargo"] = self.named(self.cargo())

    def _off(self, body: dict[str, Any]) -> None:
        wrong = {
            "consignee": self.cast.anybody(),
            "destination": salt("nowhere"),
            "document_type": "SWB",
            "endorsee": self.cast.anybody(),
            "house_of": salt("no such master"),
            "issue_to": self.cast.anybody(),
            "shipment": salt("never shipped"),
            "shipper": self.cast.anybody(),
            "transport_document_reference": "R1",
        }
        member = self.chance.choice(sorted(wrong))
        body[member] = wrong[member]
        if self.cast.odds(0.2):
            body.pop(self.chance.choice(("consignee", "issue_to")), None)
