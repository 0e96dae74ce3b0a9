# SPDX-License-Identifier: Apache-2.0
"""What the adversary does with validators, and how they misbehave."""

from typing import Literal

from ledger.world import GOVERNANCE
from model.cast import Cast, Move, key_of
from model.title_model import Body
from model.voting import AHEAD_HEIGHTS, NOTICE_HEIGHTS
from ropewalk.ledger import Misbehaviour

NAMES = 90
FEW, MANY, FULL = 2, 7, 50
"""Validators; what the adversary likes to do depends on how many there are."""
POWER_MAX = 1_000_000


class MovesOfValidators:
    """Moves that concern who votes on blocks."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.chance = cast.chance
        self.ledger = cast.ledger

    def move(self) -> Move:
        """A validator comes, changes or goes."""
        actor = GOVERNANCE if self.cast.odds(0.94) else self.cast.anybody()
        return Move(actor, "identity.SET_VALIDATOR", {**self._who(), "height": self._height()})

    def _last(self) -> list[Body]:
        return list(self.ledger.steps[-1]["validators"]) if self.ledger.steps else []

    def _height(self) -> int:
        last = int(self.ledger.steps[-1]["height"]) if self.ledger.steps else 0
        first = max(self.ledger.height + NOTICE_HEIGHTS, last)
        dice = self.chance.random()
        if dice < 0.1:
            return max(first - 1, 1)
        if dice < 0.12:
            return self.ledger.height + AHEAD_HEIGHTS + 1
        if dice < 0.18:
            return first + 1_500
        return first + self.chance.choice((0, 0, 1, 1, 2, 5))

    def _who(self) -> Body:
        """Key, node key and power."""
        named = self._last()
        share = 0.9 if MANY < len(named) < FULL else 0.5 if FEW < len(named) <= MANY else 0.2
        if named and self.cast.odds(share):
            one = self.chance.choice(named)
            node = one["node"] if self.cast.odds(0.85) else self._key("node")
            return {"key": one["key"], "node": node, "power": self._power(one["power"])}
        used = {one["key"] for one in named}
        free = [name for name in range(NAMES) if key_of(f"votes {name}") not in used]
        name = self.chance.choice(free)
        key, node = key_of(f"votes {name}"), key_of(f"node {name}")
        if self.cast.odds(0.2):
            key, node = self.chance.choice(((key, key), (node, key), (key, self._taken(named))))
        return {"key": key, "node": node, "power": self._power(0)}

    def _taken(self, named: list[Body]) -> str:
        keys = [str(one[kind]) for one in named for kind in ("key", "node")]
        return self.chance.choice(keys) if keys else self._key("node")

    def _key(self, kind: str) -> str:
        return key_of(f"{kind} {self.chance.randrange(NAMES)}")

    def _power(self, power: int) -> int:
        named = self._last()
        total = sum(int(one["power"]) for one in named) or 1
        grown = (power + 1, power * 2, total // 3, total // 2, total * 2, self.chance.randint(1, 9))
        leaves = self.cast.odds(0.35 if power and len(named) < FULL else 0.05)
        chosen = 0 if leaves else self.chance.choice(grown)
        return min(chosen, POWER_MAX)

    def misbehaviour(self) -> tuple[Misbehaviour, ...]:
        """What consensus hands over with the next block; mostly nothing."""
        if not self.cast.odds(0.006):
            return ()
        return tuple(self._found() for _ in range(self.chance.choice((1, 1, 1, 2, 3))))

    def _found(self) -> Misbehaviour:
        named = [one["key"] for step in self.ledger.steps for one in step["validators"]]
        dice = self.chance.random()
        culprit = self._key("node" if dice < 0.03 else "votes")
        if named and dice < 0.8:
            culprit = self.chance.choice(named)
        evidence: tuple[Literal["duplicate_vote", "light_client_attack"], ...]
        evidence = ("duplicate_vote", "light_client_attack")
        height = max(self.ledger.height - self.chance.randint(1, 50), 1)
        return Misbehaviour(evidence=self.chance.choice(evidence), height=height, validator=culprit)
