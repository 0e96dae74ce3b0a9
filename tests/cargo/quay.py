# SPDX-License-Identifier: Apache-2.0
"""A container on its way from a title to the gate, in a network in memory."""

from collections.abc import Mapping, Sequence

from ledger.world import DAY, IDS, NETWORK, PORT_ROLES, World, key, registration, salt, settled
from ropewalk.cargo import (
    BoxRecord,
    Movement,
    Presentation,
    Right,
    find_box,
    movement_key,
    present,
    right_key,
)
from ropewalk.crypto import Value, encode, sha256_hex
from ropewalk.ledger import LedgerError, decode_record
from title.bills import Bill, cargo_list, hashed

BOX, OTHER_BOX = salt("box"), salt("other box")
NOWHERE = "0" * 64
CHALLENGE = salt("challenge")
GATE = "GATE-1"
LOADED = "2025-12-30"


def port() -> World:
    """A network with terminals, customs, forwarder, haulier and driver besides."""
    world = settled()
    for name in PORT_ROLES:
        world.done("governance", "identity.REGISTER_PARTY", registration(name))
    return world


def loaded(*boxes: str, carrier: str = "carrier", date: str = LOADED) -> list[Value]:
    """What a terminal shows of boxes it loaded."""
    return [
        {"box": box, "carrier": IDS[carrier], "date": date, "event": salt(f"load {box}")}
        for box in sorted(boxes)
    ]


def claim(
    *loads: Value, root: str = "batch", count: int = 1, boxes: Sequence[str] = ()
) -> dict[str, Value]:
    """The body of a CLAIM; a device's names boxes."""
    body: dict[str, Value] = {"count": count, "root": salt(root)}
    if boxes:
        body["boxes"] = list(boxes)
    return {**body, "loads": list(loads)} if loads else body


def on_board(
    *boxes: str, date: str = "2025-12-31", override: str = "", goods: str = "tea"
) -> dict[str, Value]:
    """The members of an ISSUE of an on-board bill."""
    names = boxes or ("box",)
    cargo = cargo_list((goods, 10, 1000), boxes=names)
    told: dict[str, Value] = {
        "boxes": cargo["equipments"],
        "date": date,
        "items": sha256_hex(encode(cargo["items"])),
    }
    if override:
        told["override"] = salt(override)
    return {"cargo": hashed(cargo), "on_board": told}


class Quay:
    """One container, its title surrendered unless told otherwise; acts by names."""

    def __init__(self, kind: str = "straight", world: World | None = None) -> None:
        self.world = port() if world is None else world
        self.bill = Bill(kind, self.world)
        self.box = BOX

    @property
    def title(self) -> str:
        """The title that names the box."""
        return self.bill.title

    @property
    def movement(self) -> Movement:
        """The movement as it stands."""
        return decode_record(self.world.state[movement_key(self.box)], Movement)

    @property
    def right(self) -> Right:
        """The right as it stands."""
        return decode_record(self.world.state[right_key(self.box)], Right)

    @property
    def known(self) -> BoxRecord:
        """What is known of the box."""
        return find_box(self.world.state, self.box)

    def body(self, act: str, members: Mapping[str, Value]) -> dict[str, Value]:
        """The body of an act on the box; parties go by their names."""
        named: dict[str, Value] = {
            name: IDS.get(value, value) if isinstance(value, str) else value
            for name, value in members.items()
        }
        if act in ON_RIGHT and "last_act" not in named:
            named["last_act"] = self.right.last_act
        return {"box": self.box, **named}

    def does(self, actor: str, act: str, **members: Value) -> "Quay":
        """An act that must be accepted."""
        self.world.done(actor, f"cargo.{act}", self.body(act, members))
        return self

    def why(self, actor: str, act: str, **members: Value) -> str:
        """An act that must be refused without a trace; the refusal's slug."""
        return self.refused(actor, act, **members).code

    def refused(self, actor: str, act: str, **members: Value) -> type[LedgerError]:
        """An act that must be refused without a trace; the refusal."""
        return self.world.refused(actor, f"cargo.{act}", self.body(act, members))

    def surrendered(self) -> "Quay":
        """The bill surrendered for delivery by its shipper, and accepted."""
        self.bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
        self.bill.does("carrier", "SACC")
        return self

    def announced(self, *titles: str) -> "Quay":
        """The box's arrival announced; the terminal approves where nobody else spoke of the box."""
        return self.arriving(announcement(titles or (self.title,)))

    def arriving(self, members: Mapping[str, Value]) -> "Quay":
        """An announcement, approved by its terminal where it has to be."""
        act = "ANNOUNCE_ARRIVAL"
        if self.known.loads and self.known.titles:
            return self.does("carrier", act, **members)
        terminal = str(members["terminal"])
        self.world.agreed("carrier", f"cargo.{act}", self.body(act, members), terminal)
        return self

    def order(self, release_to: str = "consignee", title: str = "") -> dict[str, Value]:
        """The body of an order of delivery."""
        return {
            "boxes": [self.box],
            "release_to": IDS.get(release_to, release_to),
            "title": title or self.title,
        }

    def ordered(self, release_to: str = "consignee") -> "Quay":
        """Delivery ordered by the carrier."""
        self.world.done("carrier", "cargo.ORDER_DELIVERY", self.order(release_to))
        return self

    def green(self) -> "Quay":
        """Customs' and terminal's lights green."""
        self.does("customs", "SET_CUSTOMS_STATUS", status="CLEARED")
        return self.does("terminal", "SET_READINESS", ready=True)

    def window(self, *, days: int = 5) -> dict[str, Value]:
        """A window of validity from now on."""
        return {"valid_from": self.world.time_s, "valid_until": self.world.time_s + days * DAY}

    def granted(self, to: str = "consignee") -> "Quay":
        """The right offered to the release-to party."""
        return self.does("carrier", "GRANT_PICK_UP", to=to, **self.window())

    def handed(self, giver: str, to: str) -> "Quay":
        """The right offered and accepted."""
        self.does(giver, "TRANSFER_PICK_UP", to=to)
        return self.does(to, "ACCEPT_PICK_UP")

    def held(self, *hands: str) -> "Quay":
        """From the bill to a right in somebody's hands: the consignee's, and these after him."""
        self.surrendered().announced().ordered().green().granted()
        self.does("consignee", "ACCEPT_PICK_UP")
        for giver, taker in zip(("consignee", *hands), hands, strict=False):
            self.handed(giver, taker)
        return self

    def shown(self, signer: str, **changes: Value) -> dict[str, Value]:
        """The members of a GATE_OUT by the terminal: what was shown, signed by somebody.

        Args:
            signer: whose key signs.
            changes: members of the presentation that say something else; `collector` of the act.
        """
        collector = str(changes.pop("collector", signer))
        content: dict[str, Value] = {
            "box": self.box,
            "challenge": CHALLENGE,
            "gate": GATE,
            "network": NETWORK,
            "right": self.right.last_act,
            "time": self.world.time_s,
            **changes,
        }
        presentation = present(Presentation(**content), key(signer))  # type: ignore[arg-type]
        return {
            "challenge": CHALLENGE,
            "collector": IDS[collector],
            "gate": GATE,
            "presentation": presentation,
        }

    def out(self, signer: str = "consignee") -> "Quay":
        """Through the gate."""
        return self.does("terminal", "GATE_OUT", **self.shown(signer))

    def back(self) -> "Quay":
        """Empty again."""
        return self.does("terminal", "RETURN_EMPTY", date="2026-01-02", place=salt("depot"))


ON_RIGHT = frozenset(
    {
        "ACCEPT_PICK_UP",
        "CHANGE_VALIDITY",
        "DECLINE_PICK_UP",
        "NAME_DRIVER",
        "REVOKE_PICK_UP",
        "TRANSFER_PICK_UP",
    }
)


def announcement(titles: Sequence[str], **changes: Value) -> dict[str, Value]:
    """The members of an ANNOUNCE_ARRIVAL."""
    return {"customs": "customs", "terminal": "terminal", "titles": sorted(titles), **changes}
