# SPDX-License-Identifier: Apache-2.0
"""Golden proofs of control: holders that answer a verifier's challenge, and cases of each."""

from ropewalk.client import challenge_hash, make_challenge
from ropewalk.crypto import sha256
from verifier.drive import BLOCK_S, World
from verifier.telling import DAY_S, Case, document

VERIFIER = "Bank of Ports, trade desk"
WINDOW_S = 600
"""How long a challenge may be answered here."""


def challenge(world: World, title: str, *, seconds: int = WINDOW_S) -> bytes:
    """A challenge made now; its nonce follows from the title."""
    return make_challenge(
        world.network,
        title,
        VERIFIER,
        issued_at=world.time_s,
        until=world.time_s + seconds,
        nonce=sha256(title.encode()).hex(),
    )


def answer(world: World, title: str, actor: str, asked: bytes, represented: str = "") -> str:
    """The holder's act; its id."""
    body = {"challenge": challenge_hash(asked), **world.link(title)}
    return world.act(actor, "title.DEMONSTRATE_CONTROL", body, represented=represented)


class Controls:
    """Proofs and challenges by their files' names, and cases of both."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.files: dict[str, bytes] = {}
        self.cases: dict[str, Case] = {}

    def answered(self, name: str, title: str, actor: str, represented: str = "") -> str:
        """A challenge of now, answered at once, and the case of it; the answer's id."""
        asked = challenge(self.world, title)
        answered = answer(self.world, title, actor, asked, represented)
        self.keep(name, title, asked, answered)
        return answered

    def keep(self, name: str, title: str, asked: bytes, answered: str) -> None:
        """The proof as of the last block, and the case of it."""
        self.files[f"{name}.challenge.json"] = asked
        self.files[f"{name}.proof.json"] = self.world.control_proof(title, asked, answered)
        self.case(name, self.world.time_s, proof=name, challenge=name)

    def case(
        self,
        name: str,
        now_s: int | None,
        proof: str = "control",
        challenge: str = "control",
        trust: str = "genesis.json",
    ) -> None:
        """One more case."""
        self.cases[name] = Case(f"{proof}.proof.json", trust, now_s, f"{challenge}.challenge.json")


def told(world: World) -> tuple[dict[str, bytes], dict[str, Case]]:
    """Every file and case."""
    controls = Controls(world)
    _bill(controls)
    _waybill(controls)
    _others(controls)
    return controls.files, controls.cases


def _bill(controls: Controls) -> None:
    world = controls.world
    parties = {"shipper": "Cherry Exports", "endorsee": "Cherry Exports"}
    written = document("ARX-CONTROL-1", "BOL", is_to_order=True, **parties)
    title = world.issue(written, shipper="shipper", endorsee="shipper")
    world.on(title, "shipper", "TRANSFER", recipient="bank")
    until = world.time_s + WINDOW_S
    answered = controls.answered("control", title, "bank")
    asked = controls.files["control.challenge.json"]
    controls.files["control-other.challenge.json"] = challenge(world, title)
    controls.case("control-just-in-time", until + 300)
    controls.case("control-too-late", until + 301)
    controls.case("control-without-a-clock", None)
    controls.case("control-of-another-challenge", world.time_s, challenge="control-other")
    controls.case("control-of-another-network", world.time_s, trust="genesis-of-another.json")
    controls.cases["control-of-no-challenge"] = Case(
        "control.proof.json", "genesis.json", world.time_s, "genesis.json"
    )
    controls.cases["control-that-is-a-bundle"] = Case(
        "to-order-held.ropewalk.json", "genesis.json", world.time_s, "control.challenge.json"
    )
    controls.cases["bundle-that-is-a-proof"] = Case("control.proof.json")
    world.on(title, "bank", "TRANSFER", recipient="buyer")
    controls.keep("control-lost", title, asked, answered)
    late = challenge(world, title, seconds=BLOCK_S - 1)
    controls.keep("control-stale", title, late, answer(world, title, "buyer", late))


def _waybill(controls: Controls) -> None:
    parties = {"shipper": "Minato Seiki", "consignee": "Brug Machines"}
    written = document("KML-CONTROL-1", "SWB", is_to_order=False, **parties)
    title = controls.world.issue(written, shipper="shipper", consignee="buyer")
    controls.answered("control-waybill", title, "shipper")


def _others(controls: Controls) -> None:
    """An agent, a controller of two keys, and the carrier while a surrender waits."""
    world = controls.world
    written = document("ARX-CONTROL-2", "BOL", is_to_order=True, shipper="Cherry Exports")
    title = world.issue(written, shipper="shipper")
    world.act(
        "shipper",
        "identity.GRANT_MANDATE",
        {
            "acts": ["title.DEMONSTRATE_CONTROL"],
            "agent": world.controllers["forwarder"],
            "until": world.time_s + DAY_S,
        },
    )
    controls.answered("control-by-agent", title, "forwarder", "shipper")
    world.on(title, "shipper", "TRANSFER", recipient="partners")
    controls.answered("control-by-two-keys", title, "partners")
    world.on(title, "partners", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    controls.answered("control-by-carrier", title, "carrier")
