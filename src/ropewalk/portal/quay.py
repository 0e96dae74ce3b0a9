# SPDX-License-Identifier: Apache-2.0
"""How a box stands: its three lights, what keeps it here, and who is waited for.

Read as the ledger's own rules read it, so that a light is green here when it is green there.
Source: docs/reference/cargo.md, «From title to gate» and «The gate».
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ropewalk.api import Node
from ropewalk.api import Records as View
from ropewalk.cargo import BoxRecord, Movement, Right, Standing, find_box, find_movement, find_right
from ropewalk.portal.errors import NoSuchPageError
from ropewalk.title import find
from ropewalk.views import Wait, followed, is_released, of_box

GREEN, AMBER, RED = "green", "amber", "red"
FREE: Final = frozenset({"CLEARED", "TRANSIT"})
PARTS: Final = ("carrier", "customs", "terminal")


@dataclass(frozen=True, slots=True)
class Light:
    """One party's word on a box."""

    part: str
    """`carrier`, `customs` or `terminal`."""
    who: str
    """Whose it is to turn, "" before the box was announced."""
    state: str
    said: str
    """Key of the catalogue: what the light says, in words."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that keeps a box here."""

    key: str
    """Of the catalogue."""
    who: str = ""
    title: str = ""
    from_s: int = 0
    until_s: int = 0


@dataclass(frozen=True, slots=True)
class Quay:
    """All that the ledger has of a box."""

    tag: str
    box: BoxRecord
    movement: Movement | None
    right: Right | None
    titles: Mapping[str, Standing]
    """Those that name it, and those that took their place."""
    references: Mapping[str, str] = field(default_factory=dict)
    """By title, what people call it."""

    @property
    def lights(self) -> list[Light]:
        """Carrier, customs, terminal."""
        return lights(self)

    @property
    def is_green(self) -> bool:
        """Whether all three lights are green."""
        return all(light.state == GREEN for light in self.lights)

    @property
    def state(self) -> str:
        """The box in one word: `left`, `held`, `clear` or `waiting`."""
        if self.movement is not None and self.movement.exit is not None:
            return "left"
        if any(light.state == RED for light in self.lights):
            return "held"
        return "clear" if self.is_green else "waiting"

    @property
    def waits(self) -> list[Wait]:
        """Who is waited for, and for which act, at some time or other."""
        return list(of_box(self.movement, self.right, self.titles))

    def waits_at(self, now_s: int) -> list[Wait]:
        """Who is waited for now."""
        return [one for one in self.waits if one.from_s <= now_s]


def read_quay(here: Node, tag: str) -> Quay:
    """A box as it stands.

    Raises:
        NoSuchPageError: nobody spoke of it.
    """
    view = View(here.engine)
    box, movement = find_box(view, tag), find_movement(view, tag)
    if movement is None and not box.loads and not box.titles:
        raise NoSuchPageError("the ledger knows no container under this tag")
    titles = followed(box.titles if movement is None else movement.titles, view)
    found = {one: find(view, one) for one in titles}
    references = {one: title.reference for one, title in found.items() if title is not None}
    return Quay(tag, box, movement, find_right(view, tag), titles, references)


def lights(quay: Quay) -> list[Light]:
    """The three lights; whoever blocks the box has turned his own red."""
    movement = quay.movement
    if movement is None:
        return [Light(part, "", AMBER, "light.unannounced") for part in PARTS]
    blockers = {one.by for one in movement.blocks}
    made = (_of_carrier(quay, movement), _of_customs(movement), _of_terminal(movement))
    return [
        Light(one.part, one.who, RED, "light.blocked") if one.who in blockers else one
        for one in made
    ]


def _of_carrier(quay: Quay, movement: Movement) -> Light:
    is_free = movement.exit is not None or is_released(movement, quay.titles)
    said = "light.released" if is_free else "light.unreleased"
    return Light("carrier", movement.carrier, GREEN if is_free else AMBER, said)


def _of_customs(movement: Movement) -> Light:
    status = movement.customs_status
    state = GREEN if status in FREE else (RED if status else AMBER)
    return Light("customs", movement.customs, state, f"light.customs.{status or 'NOTHING'}")


def _of_terminal(movement: Movement) -> Light:
    state = GREEN if movement.is_ready else AMBER
    said = "light.ready" if movement.is_ready else "light.unready"
    return Light("terminal", movement.terminal, state, said)


def reasons(quay: Quay, now_s: int) -> list[Reason]:
    """All that keeps a box here now, in the gate's own order; nothing where it may go."""
    movement, right = quay.movement, quay.right
    if movement is None:
        return [Reason("why.unannounced", who=quay.box.carrier)]
    if movement.exit is not None:
        return [Reason("why.left", who=movement.exit.holder, from_s=movement.exit.time)]
    return [
        *_of_right(right),
        *_of_titles(quay, movement),
        *_of_window(right, now_s),
        *(Reason("why.blocked", who=one.by) for one in movement.blocks),
        *_of_parties(movement),
    ]


def _of_right(right: Right | None) -> Iterator[Reason]:
    if right is None or (len(right.holders) < 2 and not right.offered_to):
        yield Reason("why.no_right")
    elif right.offered_to:
        yield Reason("why.offered", who=right.offered_to)


def _of_titles(quay: Quay, movement: Movement) -> Iterator[Reason]:
    if is_released(movement, quay.titles):
        return
    ordered = {one.title: one for one in movement.orders}
    for title, known in quay.titles.items():
        order = ordered.get(title)
        if known.replaced_by or known.is_void:
            continue
        if known.basis is None:
            yield Reason("why.no_basis", title=title)
        elif order is None:
            yield Reason("why.no_order", who=known.issuer, title=title)
        elif known.basis.kind == order.basis and known.basis.claimant != order.claimant:
            yield Reason("why.other_claimant", who=known.issuer, title=title)


def _of_window(right: Right | None, now_s: int) -> Iterator[Reason]:
    if right is not None and not right.valid_from <= now_s <= right.valid_until:
        yield Reason("why.window", from_s=right.valid_from, until_s=right.valid_until)


def _of_parties(movement: Movement) -> Iterator[Reason]:
    if movement.customs_status not in FREE:
        status = movement.customs_status or "NOTHING"
        yield Reason(f"why.customs.{status}", who=movement.customs)
    if not movement.is_ready:
        yield Reason("why.unready", who=movement.terminal)
