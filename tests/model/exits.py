# SPDX-License-Identifier: Apache-2.0
"""What a customs officer would count at the gate, whatever machine and model say of the acts.

Each box leaves at most once; when it leaves every title that names it is released, and on what
basis; a right has one holder, who is nobody twice. Told from the model's histories as they stood
before the act and from the machine's records after it.
"""

from collections.abc import Mapping
from typing import Any

from model.cargo_release_model import Box, basis_of, parts_of
from model.ledger_model import Ledger
from model.title_model import Body


class UnlawfulExitError(AssertionError):
    """A box left that should not have."""


class Officer:
    """Stands at every gate."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.left: dict[str, str] = {}
        """Boxes that left, and on what bases."""

    def sees(self, body: Body) -> str:
        """A box leaves: the bases of the titles that name it, sorted, in one word.

        Raises:
            UnlawfulExitError: it left before, or a title that names it has no basis.
        """
        name = str(body["box"])
        box = self.ledger.quay.of(name)
        if name in self.left:
            raise UnlawfulExitError(f"{name} left twice")
        bases: set[str] = set()
        for title in {*box.bills, *box.titles}:
            bases |= self._bases(box, title)
        if not bases:
            raise UnlawfulExitError(f"{name} left under no title")
        first_hand = box.right.holders[1] if box.right else ""
        if first_hand not in {order["release_to"] for order in box.orders.values()}:
            raise UnlawfulExitError(f"{name} went to somebody whom no order names")
        self.left[name] = " ".join(sorted(bases))
        return self.left[name]

    def _bases(self, box: Box, title: str) -> set[str]:
        history, standing = self.ledger.registry.titles[title]
        order, basis = box.orders.get(title), basis_of(history, standing)
        if standing.status == "VOID":
            return set()
        moved = basis and order and basis.kind == order["basis"]
        if not basis or not order or (moved and basis.claimant != order["claimant"]):
            parts = parts_of(history)
            if not parts:
                raise UnlawfulExitError(f"{title} names the box, and no order stands")
            return set().union(*(self._bases(box, part) for part in parts))
        return {basis.kind}


def check_one_holder(right: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """A right is held by one, known by the whole chain of hands, and offered to none of them."""
    holders = list(right["holders"])
    assert holders, "nobody holds the right"
    assert len(set(holders)) == len(holders), "somebody holds the right twice"
    assert right.get("offered_to") not in holders, "the right is offered to who had it"
    if before:
        assert right["version"] == before["version"] + 1, "acts on the right were lost"
        assert holders[0] == before["holders"][0], "the right began with another carrier"
