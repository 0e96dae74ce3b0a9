# SPDX-License-Identifier: Apache-2.0
"""Whom a box waits for on its way from the ship to the gate, and back empty.

The carrier's light stands on the titles that name the box, and on those that took their place.
"""

from collections.abc import Iterator, Mapping

from ropewalk.cargo import FOLLOWED_MAX, Basis, Movement, Right, Standing
from ropewalk.ledger import View
from ropewalk.title import standing
from ropewalk.views.waiting import Wait


def titles_of(movement: Movement, view: View) -> dict[str, Standing]:
    """The titles of a movement and those that took their place, by id, in the order of ids."""
    return followed(movement.titles, view)


def followed(titles: tuple[str, ...], view: View) -> dict[str, Standing]:
    """Titles and those that took their place, at most `FOLLOWED_MAX`, in the order of ids."""
    waiting, found = list(titles), dict[str, Standing]()
    while waiting and len(found) < FOLLOWED_MAX:
        title = waiting.pop()
        known = None if title in found else standing(view, title)
        if known is not None:
            found[title] = known
            waiting.extend(known.replaced_by)
    return dict(sorted(found.items()))


def of_box(
    movement: Movement | None, right: Right | None, titles: Mapping[str, Standing]
) -> Iterator[Wait]:
    """Customs, terminal and carrier turn their lights; who is offered the right takes it.

    Args:
        movement: the box's, None before it was announced.
        right: to pick it up, None before it was granted.
        titles: that name it, or took the place of one.
    """
    if movement is None:
        return
    if movement.exit is not None:
        if movement.return_ is None:
            yield Wait(controller=movement.depot, act="cargo.RETURN_EMPTY")
        return
    if not movement.customs_status:
        yield Wait(controller=movement.customs, act="cargo.SET_CUSTOMS_STATUS")
    if not movement.is_ready:
        yield Wait(controller=movement.terminal, act="cargo.SET_READINESS")
    yield from _of_right(movement, right, titles)


def _of_right(
    movement: Movement, right: Right | None, titles: Mapping[str, Standing]
) -> Iterator[Wait]:
    is_granted = right is not None and (len(right.holders) > 1 or bool(right.offered_to))
    if right is None or not is_granted:
        yield from _orders(movement, titles)
        if is_released(movement, titles):
            yield Wait(controller=movement.carrier, act="cargo.GRANT_PICK_UP")
        return
    if right.offered_to:
        yield Wait(controller=right.offered_to, act="cargo.ACCEPT_PICK_UP", by_s=right.valid_until)
    yield Wait(
        controller=movement.carrier, act="cargo.CHANGE_VALIDITY", from_s=right.valid_until + 1
    )


def _orders(movement: Movement, titles: Mapping[str, Standing]) -> Iterator[Wait]:
    """Whoever issued a title that is surrendered, and has not ordered delivery under it."""
    ordered = _ordered(movement, titles)
    for number, (title, known) in enumerate(titles.items()):
        if known.basis is not None and title not in ordered:
            yield Wait(
                controller=known.issuer, act="cargo.ORDER_DELIVERY", number=number, about=title
            )


def _ordered(movement: Movement, titles: Mapping[str, Standing]) -> list[str]:
    """Titles under which an order of delivery stands."""
    return [
        order.title
        for order in movement.orders
        if order.title in titles
        and _stands((order.basis, order.claimant), titles[order.title].basis)
    ]


def _stands(order: tuple[str, str], basis: Basis | None) -> bool:
    """An order stands while its title has a basis; where that is the order's, the same claimant."""
    return basis is not None and (basis.kind != order[0] or basis.claimant == order[1])


def is_released(movement: Movement, titles: Mapping[str, Standing]) -> bool:
    """Whether no title keeps the box here (I16), and an order of delivery stands."""
    ordered = _ordered(movement, titles)
    if not ordered or len(titles) >= FOLLOWED_MAX:
        return False
    waiting, seen = list(movement.titles), set[str]()
    while waiting:
        title = waiting.pop()
        known = titles.get(title)
        if known is None:
            return False
        if title in seen or title in ordered:
            continue
        seen.add(title)
        if not known.replaced_by and not known.is_void:
            return False
        waiting.extend(known.replaced_by)
    return True
