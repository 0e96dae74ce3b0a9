# SPDX-License-Identifier: Apache-2.0
"""Whether the titles that name a box are released: the carrier's light (I16).

What was split, combined or amended is released by what took its place; what was withdrawn, with
everybody interested, needs no release.
"""

from collections.abc import Iterable

from ropewalk.cargo.state import FOLLOWED_MAX, Movement, Order, Standing, Titles
from ropewalk.ledger import View


def unreleased(view: View, titles: Titles, movement: Movement) -> str:
    """A title that keeps the box here, "" when there is none.

    Args:
        view: the state.
        titles: how to ask for a title.
        movement: the box's.
    """
    orders = {order.title: order for order in movement.orders}
    waiting, followed, is_ordered = list(movement.titles), set[str](), False
    while waiting:
        title = waiting.pop()
        if title in followed:  # split, then combined
            continue
        followed.add(title)
        standing = titles(view, title)
        if standing is None or len(followed) > FOLLOWED_MAX:
            return title
        order = orders.get(title)
        if order is not None and stands(order, standing):
            is_ordered = True
            continue
        if not standing.replaced_by and not standing.is_void:
            return title
        waiting.extend(standing.replaced_by)
    return "" if is_ordered else movement.titles[0]


def stands(order: Order, standing: Standing) -> bool:
    """Whether what a delivery order was given on still holds.

    A surrender after a letter of indemnity discharges the letter; the delivery stays what it was.
    """
    basis = standing.basis
    if basis is None:
        return False
    return basis.kind != order.basis or basis.claimant == order.claimant


def is_named(view: View, titles: Titles, title: str, named: Iterable[str]) -> bool:
    """Whether a title, or one whose place it took, is among those named."""
    among, waiting, followed = {*named}, [title], set[str]()
    while waiting and len(followed) < FOLLOWED_MAX:
        one = waiting.pop()
        if one in followed:
            continue
        followed.add(one)
        if one in among:
            return True
        standing = titles(view, one)
        waiting.extend(() if standing is None else standing.replaces)
    return False
