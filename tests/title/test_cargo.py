# SPDX-License-Identifier: Apache-2.0
"""A cargo list has one order, one hash, and sums that hold."""

import msgspec
import pytest

from ledger.world import salt
from ropewalk.title import CargoList, cargo_hash
from ropewalk.title.cargo import check_conserved, check_form
from ropewalk.title.errors import MalformedCargoError, NotConservedError
from title.bills import cargo_list


def read(*items: tuple[str, int, int], boxes: tuple[str, ...] = ("box",)) -> CargoList:
    return msgspec.convert(cargo_list(*items, boxes=boxes), CargoList)


WHOLE = read(("a", 3, 30), ("b", 1, 5), boxes=("x", "y"))


def test_the_hash_is_that_of_the_format() -> None:
    """docs/reference/title.md: domain and canonical JSON."""
    alone = read(("a", 3, 30))
    assert cargo_hash(alone) == cargo_hash(read(("a", 3, 30)))
    assert cargo_hash(alone) != cargo_hash(read(("a", 3, 31)))
    assert len(cargo_hash(alone)) == 64


@pytest.mark.parametrize("turn", ["items", "equipments"])
def test_another_order_is_malformed(turn: str) -> None:
    turned = msgspec.structs.replace(WHOLE, **{turn: getattr(WHOLE, turn)[::-1]})
    check_form(WHOLE)
    with pytest.raises(MalformedCargoError):
        check_form(turned)


def test_an_item_twice_or_of_nothing_is_malformed() -> None:
    item = WHOLE.items[0]
    for items in ([item, item], [msgspec.structs.replace(item, packages=0, weight_g=0)]):
        with pytest.raises(MalformedCargoError):
            check_form(msgspec.structs.replace(WHOLE, items=items))


def test_boxes_may_be_shared_but_none_appears_or_vanishes() -> None:
    first, second = read(("a", 3, 30), boxes=("x", "y")), read(("b", 1, 5), boxes=("y",))
    check_conserved([WHOLE], [first, second])
    with pytest.raises(NotConservedError):
        check_conserved([WHOLE], [read(("a", 3, 30), boxes=("x",)), read(("b", 1, 5), boxes=())])


@pytest.mark.parametrize("off", ["packages", "volume_dm3", "weight_g"])
def test_each_measure_is_conserved_on_its_own(off: str) -> None:
    part = read(("a", 3, 30), boxes=("x", "y"))
    wrong = msgspec.structs.replace(part.items[0], **{off: getattr(part.items[0], off) + 1})
    with pytest.raises(NotConservedError):
        check_conserved(
            [WHOLE], [msgspec.structs.replace(part, items=[wrong]), read(("b", 1, 5), boxes=())]
        )


def test_package_types_do_not_mix() -> None:
    item = msgspec.structs.replace(WHOLE.items[0], package_code="BX")
    with pytest.raises(NotConservedError):
        check_conserved([WHOLE], [msgspec.structs.replace(WHOLE, items=[item, WHOLE.items[1]])])
    assert salt("a") != salt("b")
