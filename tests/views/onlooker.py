# SPDX-License-Identifier: Apache-2.0
"""A world in memory that the views can follow, whoever plays in it, and what its records tell."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from ledger.world import CONSORTIUM, FIRM, ROLES, World, registration
from model.adversary import Adversary
from ropewalk.ledger import Result
from ropewalk.views import Views
from ropewalk.views.desks import READERS, Records
from views.bourse import Heard
from views.test_projector import dump

Rows = dict[str, list[tuple[Any, ...]]]
DESKS = ("subjects", "involvements", "waits", "leanings")


class Onlooker:
    """Hears all that happens in a world; the last `lag` acts are not heard yet."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.said: list[list[Heard]] = []
        """By act."""
        self.lag = 0
        block = world.block

        def heard(*candidates: Any, **more: Any) -> list[Result]:
            position = world.position
            results = block(*candidates, **more)
            for result in (*world.evidence, *results):
                if result.entry is not None:
                    self._hear(result, position)
                    position += 1
            return results

        world.block = heard  # type: ignore[method-assign]

    def _hear(self, result: Result, position: int) -> None:
        at = (self.world.height, self.world.time_s, result.transaction)
        told = [
            Heard(position, index, *at, event.name, event.attributes)
            for index, event in enumerate(result.events)
        ]
        self.said += [told] if told else []

    def events(self, start: int, limit: int) -> Sequence[Heard]:
        """Events of whole entries."""
        found: list[Heard] = []
        for told in self.said[: len(self.said) - self.lag]:
            if told[0].position >= start and (not found or len(found) + len(told) <= limit):
                found += told
            elif found:
                break
        return found

    def record(self, key: str) -> str | None:
        """A record as it is now."""
        data = self.world.state.get(key)
        return None if data is None else data.decode("ascii")

    def await_height(self, height: int, timeout_s: float) -> int:
        """The height."""
        del timeout_s
        return max(height, self.world.height)


def _kind_of(key: str) -> tuple[str, str]:
    """The subject that a record tells of."""
    kind, _, identifier = key.partition("/")
    return {"movement": "box", "right": "box"}.get(kind, kind), identifier


def require_told_alike(views: Views, onlooker: Onlooker) -> None:
    """Lines, parts and waits are those that the records tell, each read once more, by itself."""
    records, rows = Records(onlooker), dump(views)
    named = sorted({_kind_of(key) for key in onlooker.world.state})
    told = {one: READERS[one[0]](records, one[1]) for one in named if one[0] in READERS}
    lines = {one: found.line for one, found in told.items() if found is not None}
    assert {row[:2] for row in rows["subjects"]} == set(lines)
    for row in rows["subjects"]:
        line = lines[row[0], row[1]]
        said = (line.label, line.document_type, line.status, line.is_open)
        assert row[2:9] == (*said, line.currency, line.amount, line.due_s), row
    assert {row[:4] for row in rows["involvements"]} == {
        (*one, who, parts) for one, line in lines.items() for who, parts in line.parts.items()
    }
    assert waits_of(rows) == _waits_told(records, named)


def _waits_told(
    records: Records, named: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], list[tuple[Any, ...]]]:
    found = {}
    for one in named:
        told = READERS[one[0]](records, one[1]) if one[0] in READERS else None
        waits = [] if told is None else sorted(_plain(asdict(wait)) for wait in told.waits)
        if waits:
            found[one] = waits
    return found


def _plain(wait: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("controller", "act", "number", "from_s", "until_s", "by_s")
    return tuple(wait[name] for name in (*names, "currency", "amount", "about"))


def waits_of(rows: Rows) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """What each subject waits for, of the rows of the views."""
    ordered = sorted((*row[:8], *row[10:]) for row in rows["waits"])
    return {
        key: [row[2:] for row in each] for key, each in groupby(ordered, key=lambda row: row[:2])
    }


def of_desks(views: Views) -> Rows:
    """The rows of desks alone."""
    rows = dump(views)
    return {name: rows[name] for name in DESKS}


def game(seed: int, acts: int) -> Onlooker:
    """A world in which an adversary of every room has played."""
    onlooker, adversary = begun(seed)
    adversary.play(acts)
    return onlooker


def begun(seed: int) -> tuple[Onlooker, Adversary]:
    """A world that can be followed from its first act on, and who plays in it."""
    world = World(CONSORTIUM)
    onlooker = Onlooker(world)
    for name in ROLES:
        world.done("governance", "identity.REGISTER_PARTY", registration(name))
    world.done("shipper", "identity.REGISTER_CONTROLLER", FIRM)
    return onlooker, Adversary(seed, world)
