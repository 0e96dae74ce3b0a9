# SPDX-License-Identifier: Apache-2.0
"""Golden bundles of titles that went through an exchange, and of one issued with fingerprints."""

from ropewalk.crypto import Value
from ropewalk.exchange import exchange_id
from verifier.drive import World
from verifier.lives import Bundles, bill, pledge, tag
from verifier.telling import DAY_S, document

PRICE = "41200000"
FREIGHT = "310000"
"""Paid to the carrier, which so has a part in what is surrendered to it."""


def told(world: World) -> dict[str, bytes]:
    """Every bundle by its file's name."""
    made: dict[str, bytes] = {}
    for tell in (
        _transferred,
        _endorsed,
        _surrendered,
        _straight,
        _returned,
        _frozen,
        _paid_back,
        _pledged,
        _claimed_with_everybody,
        _two_titles,
        _paid_last,
        _fingerprinted,
    ):
        made.update(tell(world))
    return {f"{name}.ropewalk.json": data for name, data in made.items()}


class Trade:
    """One exchange of a title, or several, against money outside, which the bank confirms."""

    def __init__(
        self,
        world: World,
        giver: str,
        taker: str,
        freight: str = "",
        asset: str = "payment",
        **titles: str,
    ) -> None:
        """Opened and agreed to; titles are by how they move, one for each way."""
        self.world, self.giver, self.taker = world, giver, taker
        self.titles = [*titles.items()]
        legs: list[Value] = [
            self._leg("title", how=how, **world.link(title)) for how, title in self.titles
        ]
        money = {"bank": world.controllers["bank"], "currency": "USD", "sum": PRICE}
        legs.append({**self._leg(asset, **money), **self._sides(taker, giver)})
        if freight:
            money = {**money, "sum": freight}
            legs.append({**self._leg("payment", **money), **self._sides(taker, "carrier")})
        self._payments = range(len(self.titles), len(legs))
        body: dict[str, Value] = {"deadline": world.time_s + 30 * DAY_S, "legs": legs}
        self.exchange = exchange_id(world.act(giver, "exchange.OPEN", body))
        for name in (taker, "carrier") if freight else (taker,):
            world.act(name, "exchange.AGREE", {"exchange": self.exchange})

    def _leg(self, asset: str, **members: Value) -> dict[str, Value]:
        return {"asset": asset, **self._sides(self.giver, self.taker), **members}

    def _sides(self, giver: str, taker: str) -> dict[str, Value]:
        return {"giver": self.world.controllers[giver], "taker": self.world.controllers[taker]}

    def gives(self, *others: str) -> "Trade":
        """Every title goes into escrow, with the approval of others where they are named."""
        for leg, (how, title) in enumerate(self.titles):
            terms: dict[str, Value] = {
                "exchange": self.exchange,
                "how": how,
                "leg": leg,
                "to": self.world.controllers[self.taker],
            }
            body = {**terms, **self.world.link(title)}
            if others:
                self.world.agree(self.giver, "exchange.ESCROW_TITLE", body, *others)
            else:
                self.world.act(self.giver, "exchange.ESCROW_TITLE", body)
        return self

    def pays(self) -> None:
        """The taker pays, and everything settles by that."""
        body = {**self._deciding(), "leg": len(self.titles)}
        self.world.act(self.taker, "exchange.ESCROW_DEPOSIT", body)

    def _deciding(self) -> dict[str, Value]:
        at: list[Value] = [self.world.link(title) for title in sorted(t for _, t in self.titles)]
        return {"exchange": self.exchange, "titles": at}

    def decided(self, act: str, *others: str) -> "Trade":
        """Settled or returned; the money is confirmed before it settles."""
        for leg in self._payments if act == "SETTLE" else ():
            paid: dict[str, Value] = {
                "entry": tag(f"camt.054 {leg}"),
                "exchange": self.exchange,
                "leg": leg,
            }
            self.world.act("bank", "exchange.CONFIRM_PAYMENT", paid)
        body = self._deciding()
        if others:
            self.world.agree(self.taker, f"exchange.{act}", body, *others)
        else:
            self.world.act(self.taker, f"exchange.{act}", body)
        return self


def _to_shipper(world: World, reference: str) -> str:
    written = bill(reference, shipper="Cherry Exports", endorsee="Cherry Exports")
    return world.issue(written, shipper="shipper", endorsee="shipper")


def _transferred(world: World) -> Bundles:
    title = world.issue(bill("ARX-DVP-1", shipper="Cherry Exports"), shipper="shipper")
    trade = Trade(world, "shipper", "buyer", TRANSFER=title).gives()
    held = world.bundle(title)
    trade.decided("SETTLE")
    settled = world.bundle(title)
    world.on(title, "buyer", "TRANSFER", recipient="forwarder")
    return {
        "escrow": held,
        "escrow-transferred": settled,
        "escrow-undisclosed": world.bundle(title, disclosed=False),
    }


def _endorsed(world: World) -> Bundles:
    title = _to_shipper(world, "ARX-DVP-2")
    trade = Trade(world, "shipper", "buyer", ENDORSE_TO_ORDER=title).gives()
    held = world.bundle(title)
    trade.decided("SETTLE")
    world.on(title, "buyer", "ENDORSE", recipient="bank")
    return {"escrow-to-endorse": held, "escrow-endorsed": world.bundle(title)}


def _surrendered(world: World) -> Bundles:
    title = _to_shipper(world, "ARX-DVP-3")
    letter: dict[str, Value] = {"receiver": world.controllers["buyer"], "title": title}
    world.agree("buyer", "LETTER_OF_INDEMNITY", letter, "carrier")
    trade = Trade(world, "shipper", "buyer", freight=FREIGHT, SURRENDER=title).gives()
    held = world.bundle(title)
    trade.decided("SETTLE")
    return {"escrow-to-surrender": held, "escrow-surrendered": world.bundle(title)}


def _straight(world: World) -> Bundles:
    parties = {"shipper": "Cherry Exports", "consignee": "Fruit Imports"}
    written = document("ARX-DVP-4", "BOL", is_to_order=False, **parties)
    title = world.issue(written, shipper="shipper", consignee="buyer")
    Trade(world, "shipper", "buyer", TRANSFER=title).gives().decided("SETTLE")
    return {"escrow-straight": world.bundle(title)}


def _returned(world: World) -> Bundles:
    """Returned with everybody's approval; a transfer that came before can't be refused by it."""
    title = world.issue(bill("ARX-DVP-5", shipper="Cherry Exports"), shipper="shipper")
    world.on(title, "shipper", "TRANSFER", recipient="forwarder")
    Trade(world, "forwarder", "buyer", TRANSFER=title).gives().decided("RETURN", "forwarder")
    returned = world.bundle(title)
    Trade(world, "forwarder", "buyer", TRANSFER=title).gives().decided("SETTLE")
    return {"escrow-returned": returned, "escrow-settled-then": world.bundle(title)}


def _frozen(world: World) -> Bundles:
    """A court stops an exchange: what it holds goes back, and stays frozen."""
    title = _to_shipper(world, "ARX-DVP-6")
    trade = Trade(world, "shipper", "buyer", ENDORSE_TO_ORDER=title).gives()
    order: dict[str, Value] = {"order": tag("order of a court"), "title": title}
    world.act("governance", "title.FREEZE", order)
    frozen = world.bundle(title)
    trade.decided("RETURN")
    returned = world.bundle(title)
    world.act("governance", "title.UNFREEZE", {**order, "order": tag("order that lifts it")})
    world.on(title, "shipper", "TRANSFER", recipient="bank")
    return {
        "escrow-frozen": frozen,
        "escrow-returned-frozen": returned,
        "escrow-unfrozen": world.bundle(title),
    }


def _paid_back(world: World) -> Bundles:
    """The pledgee gives the bill against what it secures: that ends the pledge (T23)."""
    title = _to_shipper(world, "ARX-DVP-7")
    world.on(title, "shipper", "ENDORSE_TO_ORDER", recipient="bank")
    pledge(world, title, 0)
    trade = Trade(world, "bank", "shipper", TRANSFER=title).gives()
    held = world.bundle(title)
    trade.decided("SETTLE")
    other = _to_shipper(world, "ARX-DVP-8")
    pledge(world, other, 0)
    Trade(world, "bank", "shipper", TRANSFER=other).gives().decided("SETTLE")
    return {
        "escrow-of-pledgee": held,
        "escrow-pledge-paid": world.bundle(title),
        "escrow-pledge-paid-without-endorsement": world.bundle(other),
    }


def _pledged(world: World) -> Bundles:
    """A pledged bill is sold with pledgee's and beneficiary's approval; the pledge ends by it."""
    title = world.issue(bill("ARX-DVP-9", shipper="Cherry Exports"), shipper="shipper")
    pledge(world, title, 0)
    trade = Trade(world, "bank", "buyer", TRANSFER=title).gives("shipper")
    held = world.bundle(title)
    trade.decided("SETTLE")
    return {"escrow-pledged": held, "escrow-pledged-transferred": world.bundle(title)}


def _claimed_with_everybody(world: World) -> Bundles:
    """The pledgee surrenders what is the beneficiary's to claim, and the buyer gets the goods."""
    title = _to_shipper(world, "ARX-DVP-10")
    pledge(world, title, 0)
    Trade(world, "bank", "buyer", freight=FREIGHT, SURRENDER=title).gives("shipper").decided(
        "SETTLE"
    )
    return {"escrow-pledged-surrendered": world.bundle(title)}


def _two_titles(world: World) -> Bundles:
    """Two bills settle together; the bundle of each tells its own story."""
    one, other = _to_shipper(world, "ARX-DVP-11"), _to_shipper(world, "ARX-DVP-12")
    trade = Trade(world, "shipper", "buyer", ENDORSE_TO_ORDER=one, TRANSFER=other).gives()
    trade.decided("SETTLE")
    return {"escrow-first-of-two": world.bundle(one), "escrow-second-of-two": world.bundle(other)}


def _paid_last(world: World) -> Bundles:
    """Who pays last settles by the act that pays; in the bundle it stands for the SETTLE."""
    one, other = _to_shipper(world, "ARX-DVP-13"), _to_shipper(world, "ARX-DVP-14")
    for name in ("shipper", "buyer"):
        account: dict[str, Value] = {"currency": "USD", "customer": world.controllers[name]}
        world.act("bank", "capital.OPEN_ACCOUNT", account)
    placed: dict[str, Value] = {"amount": PRICE, "entry": tag("camt.054 placed")}
    world.act("bank", "capital.PLACE_DEPOSIT", {**account, **placed})
    trade = Trade(world, "shipper", "buyer", asset="deposit", ENDORSE_TO_ORDER=one, TRANSFER=other)
    trade.gives().pays()
    world.on(one, "buyer", "ENDORSE", recipient="bank")
    return {"escrow-paid-last": world.bundle(one), "escrow-paid-last-other": world.bundle(other)}


def _fingerprinted(world: World) -> Bundles:
    shown: list[Value] = [
        {"item": item, "near": [tag(f"{item} box"), tag(f"{item} goods")]}
        for item in sorted((tag("fingerprint of plums"), tag("fingerprint of cherries")))
    ]
    shown[0]["near"] = []  # type: ignore[call-overload,index]
    written = bill("ARX-MARK-1", shipper="Cherry Exports")
    more: dict[str, Value] = {"fingerprints": {"items": shown, "scheme": 1}}
    title = world.issue(written, more=more, shipper="shipper")
    issued = world.bundle(title)
    Trade(world, "shipper", "buyer", TRANSFER=title).gives().decided("SETTLE")
    return {"fingerprints": issued, "fingerprints-kept": world.bundle(title)}
