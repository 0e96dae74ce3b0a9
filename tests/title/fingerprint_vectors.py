# SPDX-License-Identifier: Apache-2.0
"""Vectors of an ISSUE with fingerprints: found again, billed once, in their one order."""

from collections.abc import Iterator

from ledger.vectors import Case
from ledger.world import salt, settled
from ropewalk.crypto import Value
from ropewalk.ledger import LedgerError, MalformedBodyError
from ropewalk.title import errors
from title.bills import ISSUE, Bill, issue_body


def prints(*goods: str, near: int = 2, scheme: int = 1) -> dict[str, Value]:
    """Fingerprints of goods by their names, in their order."""
    items: list[Value] = [
        {"item": item, "near": sorted(salt(f"{item} part {number}") for number in range(near))}
        for item in sorted(salt(one) for one in goods)
    ]
    return {"items": items, "scheme": scheme}


def cases() -> Iterator[Case]:
    """Every case."""
    yield from _accepted()
    world = Bill("blank", fingerprints=prints("tea")).world
    billed = errors.CargoBilledError
    for name, shown in (("item", prints("tea")), ("one_of_two_items", prints("rice", "tea"))):
        body = issue_body("blank", 2, fingerprints=shown)
        yield Case(ISSUE, f"{name}_billed_before", world, "carrier", body, billed)
    master = Bill("blank", fingerprints=prints("tea"))
    own = issue_body("blank", 2, fingerprints=prints("tea"), house_of=master.title)
    yield Case(ISSUE, "item_billed_to_its_own_house", master.world, "carrier", own, billed)
    yield from _malformed()


def _accepted() -> Iterator[Case]:
    bill = Bill("blank", fingerprints=prints("tea"))
    part = prints("rice")
    part["items"][0]["near"] = prints("tea")["items"][0]["near"]  # type: ignore[index,call-overload]
    over = Bill("blank", fingerprints=prints("tea"))
    over.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    over.does("carrier", "SACC")
    for name, world, actor, body in (
        (
            "of_two_items",
            settled(),
            "carrier",
            issue_body("blank", 1, fingerprints=prints("a", "b")),
        ),
        (
            "without_parts",
            settled(),
            "carrier",
            issue_body("blank", fingerprints=prints("a", near=0)),
        ),
        ("alike_in_parts", bill.world, "carrier", issue_body("blank", 2, fingerprints=part)),
        (
            "of_another_carrier",
            bill.world,
            "other_carrier",
            issue_body("blank", 2, carrier_code="OTH", fingerprints=prints("tea")),
        ),
        (
            "of_anothers_house_bill",
            bill.world,
            "other_carrier",
            issue_body(
                "blank", 2, carrier_code="OTH", fingerprints=prints("tea"), house_of=bill.title
            ),
        ),
        (
            "after_the_first_bill",
            over.world,
            "carrier",
            issue_body("blank", 2, fingerprints=prints("tea")),
        ),
    ):
        yield Case(ISSUE, f"fingerprints_{name}", world, actor, body)


def _malformed() -> Iterator[Case]:
    world = settled()
    one, other = prints("a", "b")["items"]  # type: ignore[misc]
    rows: tuple[tuple[str, Value, type[LedgerError]], ...] = (
        ("unsorted", {"items": [other, one], "scheme": 1}, errors.MalformedCargoError),
        ("twice", {"items": [one, one], "scheme": 1}, errors.MalformedCargoError),
        ("of_nothing", {"items": [], "scheme": 1}, MalformedBodyError),
        ("with_five_parts", prints("a", near=5), MalformedBodyError),
        ("of_33_items", prints(*(f"item {n}" for n in range(33)), near=0), MalformedBodyError),
        ("of_scheme_2", prints("a", scheme=2), MalformedBodyError),
        ("without_scheme", {"items": [one]}, MalformedBodyError),
        ("with_a_member_more", {**prints("a"), "key": "k"}, MalformedBodyError),
    )
    for name, shown, refusal in rows:
        body = issue_body("blank", 1, fingerprints=shown)
        yield Case(ISSUE, f"fingerprints_{name}", world, "carrier", body, refusal)
