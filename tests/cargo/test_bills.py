# SPDX-License-Identifier: Apache-2.0
"""Whether titles are released, through whatever took their place; bounded."""

from collections.abc import Mapping

import msgspec
import pytest

from ropewalk.cargo import Basis, Standing
from ropewalk.cargo.bills import is_named, stands, unreleased
from ropewalk.cargo.state import Movement, Order, Titles
from ropewalk.ledger import View

SURRENDER = Basis(claimant="holder", kind="SURRENDER")
MOVEMENT = Movement(
    carrier="c", customs="u", depot="t", status="ANNOUNCED", terminal="t", titles=("a",)
)


def asked(known: Mapping[str, Standing]) -> Titles:
    def titles(_view: View, title: str) -> Standing | None:
        return known.get(title)

    return titles


def ordered(*titles: str) -> Movement:
    orders = [
        Order(basis="SURRENDER", claimant="holder", release_to="x", title=one) for one in titles
    ]
    return msgspec.structs.replace(MOVEMENT, orders=tuple(orders))


def standing(**changes: object) -> Standing:
    return msgspec.structs.replace(Standing(issuer="c"), **changes)


def test_an_order_on_a_basis_that_holds_releases() -> None:
    known = {"a": standing(basis=SURRENDER)}
    assert unreleased({}, asked(known), MOVEMENT) == "a"
    assert unreleased({}, asked(known), ordered("a")) == ""


def test_an_unknown_title_is_not_released() -> None:
    assert unreleased({}, asked({}), ordered("a")) == "a"


@pytest.mark.parametrize(
    ("basis", "holds"),
    [
        (SURRENDER, True),
        (None, False),
        (Basis(claimant="other", kind="SURRENDER"), False),
        (Basis(claimant="other", kind="INDEMNITY"), True),
    ],
)
def test_what_an_order_was_given_on_may_go(basis: Basis | None, *, holds: bool) -> None:
    (order,) = ordered("a").orders
    assert stands(order, standing(basis=basis)) is holds


def test_everything_that_took_its_place_is_needed() -> None:
    known = {
        "a": standing(replaced_by=("b", "c")),
        "b": standing(basis=SURRENDER, replaces=("a",)),
        "c": standing(replaced_by=("d",), replaces=("a",)),
        "d": standing(basis=SURRENDER, replaces=("c",)),
    }
    assert unreleased({}, asked(known), ordered("b")) == "d"
    assert unreleased({}, asked(known), ordered("d")) == "b"
    assert unreleased({}, asked(known), ordered("b", "d")) == ""
    assert is_named({}, asked(known), "d", ["a"])
    assert not is_named({}, asked(known), "d", ["b"])


def test_what_was_split_and_combined_again_and_again_is_followed_once() -> None:
    known = {"a": standing(replaced_by=("0 l", "0 r"))}
    for one in range(12):
        halves = (f"{one + 1} l", f"{one + 1} r") if one < 11 else ("end",)
        known |= {f"{one} {side}": standing(replaced_by=halves) for side in "lr"}
    known["end"] = standing(basis=SURRENDER)
    assert unreleased({}, asked(known), MOVEMENT) == "end"
    assert unreleased({}, asked(known), ordered("end")) == ""


def test_more_than_sixty_four_are_not_followed() -> None:
    """A line of amendments without end must not cost a block its time."""
    long = {str(one): standing(replaced_by=(str(one + 1),)) for one in range(1000)}
    long["a"] = standing(replaced_by=("0",))
    long["1000"] = standing(basis=SURRENDER)
    assert unreleased({}, asked(long), ordered("1000")) == "63"
    ring = {"a": standing(replaced_by=("a",), replaces=("a",))}
    assert unreleased({}, asked(ring), MOVEMENT) == "a"
    assert not is_named({}, asked(ring), "a", ["b"])


def test_a_box_leaves_under_no_order_that_fell() -> None:
    """A letter of indemnity, its order, then the bill is withdrawn: nothing is left to go by."""
    gone = {"a": standing(is_void=True)}
    assert unreleased({}, asked(gone), ordered("a")) == "a"
    beside = msgspec.structs.replace(ordered("a", "b"), titles=("a", "b"))
    assert unreleased({}, asked({**gone, "b": standing(basis=SURRENDER)}), beside) == ""
