# SPDX-License-Identifier: Apache-2.0
"""What the adversary does with devices: enrols, attaches, lets them claim, withdraws them.

Mostly what would be allowed; else a box too many, somebody else's device, one long withdrawn, or a
party that claims as if it were one.
"""

from ledger.world import IDS, UNKNOWN, salt
from model.cast import PARTIES, Cast, Move
from model.device_model import RIDES_ON_MAX
from model.device_reasons import device_of
from model.title_model import Body

LIVE = 6
"""So many devices are at work."""
TAGS = sorted(salt(f"ridden box {number}") for number in range(12))


class MovesOfDevices:
    """Moves on the devices that came last."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.chance, self.ledger = cast, cast.chance, cast.ledger

    def move(self) -> Move:
        """One of them."""
        known = list(self.ledger.devices)[-2 * LIVE :]
        live = [one for one in known if not device_of(self.ledger, one).gone]
        if len(live) < LIVE and self.cast.odds(0.5):
            return self._enrol(known)
        if not known or self.cast.odds(0.05):
            return self._enrol(known)
        device = self.chance.choice(live if live and self.cast.odds(0.85) else known)
        dice = self.chance.random()
        if dice < 0.35:
            return self._attach(device)
        return self._claim(device) if dice < 0.85 else self._withdraw(device)

    def _enrol(self, known: list[str]) -> Move:
        private = [one for one in self.cast.newcomers if one not in self.ledger.parties]
        fresh = [one for one in private if one not in self.ledger.devices]
        device = self.chance.choice(fresh) if fresh else IDS["firm"]
        if self.cast.odds(0.2):
            device = self.chance.choice([*known, *private, IDS["bank"], UNKNOWN])
        party = IDS[self.chance.choice(PARTIES)] if self.cast.odds(0.9) else self.cast.anybody()
        return Move(party, "cargo.ENROL_DEVICE", {"device": device})

    def _party(self, device: str) -> str:
        party = device_of(self.ledger, device).party
        return party if party and self.cast.odds(0.93) else self.cast.anybody()

    def _named(self, device: str) -> str:
        return device if self.cast.odds(0.96) else self.cast.anybody()

    def _attach(self, device: str) -> Move:
        number = self.chance.choice((0, 1, 1, 1, 2, 3, RIDES_ON_MAX, RIDES_ON_MAX + 1))
        boxes = sorted(self.chance.sample(TAGS, number))
        if self.cast.odds(0.08):
            boxes = [*boxes[::-1], *boxes[:1]]
        body = {"boxes": boxes, "device": self._named(device)}
        return Move(self._party(device), "cargo.ATTACH_DEVICE", body)

    def _withdraw(self, device: str) -> Move:
        body = {"device": self._named(device)}
        return Move(self._party(device), "cargo.WITHDRAW_DEVICE", body)

    def _claim(self, device: str) -> Move:
        riding = device_of(self.ledger, device).boxes
        boxes = sorted(one for one in riding if self.cast.odds(0.7)) or riding
        if not boxes or self.cast.odds(0.15):
            boxes = sorted({*boxes, *self.chance.sample(TAGS, 2)})
        if self.cast.odds(0.05):
            boxes = boxes[::-1]
        body: Body = {
            "boxes": boxes,
            "count": self.chance.randint(1, 500),
            "root": salt(f"readings {self.chance.randrange(10**9)}"),
        }
        if self.cast.odds(0.07):
            del body["boxes"]  # type: ignore[attr-defined]
        who = device if self.cast.odds(0.93) else self.cast.anybody()
        return Move(who, "cargo.CLAIM", body)
