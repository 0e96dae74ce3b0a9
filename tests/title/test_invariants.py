# SPDX-License-Identifier: Apache-2.0
"""Every promise is broken once on purpose, and noticed."""

from collections.abc import Callable

import msgspec
import pytest

from ledger.world import IDS, NETWORK, salt
from ropewalk.ledger import Change, Context, Overlay, encode_record
from ropewalk.rules import V1
from ropewalk.title import INVARIANTS, Escrow, Indemnity, Pledge, ReferenceRecord, Title
from title.bills import Bill
from title.fingerprint_vectors import prints

ACT = salt("the act")
BANK, BUYER, CARRIER, CONSIGNEE, SHIPPER = (
    IDS[name] for name in ("bank", "buyer", "carrier", "consignee", "shipper")
)
TO_SHIPPER = Escrow(exchange=salt("exchange"), how="TRANSFER", to=SHIPPER)


LETTER = Indemnity(bank="", receiver=BANK, requester=BANK)
SECURITY = {
    "amount": 0,
    "beneficiary": SHIPPER,
    "currency": "",
    "due": 0,
    "pledgee": BANK,
    "trust_purpose": "",
    "trust_until": 0,
}


def broken(bill: Bill, actor: str, **changes: object) -> list[str]:
    """Names of the promises that an act with these changes breaks."""
    record = bill.record
    linked = {"last_act": ACT, "version": record.version + 1, **changes}
    return judged(bill, record, msgspec.structs.replace(record, **linked), actor)


def judged(bill: Bill, before: Title | None, after: Title | None, actor: str) -> list[str]:
    key = f"title/{bill.title}"
    below, above = Overlay(bill.world.state), Overlay(bill.world.state)
    below.changes[key] = None if before is None else encode_record(before)
    above.changes[key] = None if after is None else encode_record(after)
    context = Context(IDS[actor], 9, NETWORK, 9, 9, ACT)
    change = Change(below, above, [key], context)
    return [one.name.split()[0] for one in INVARIANTS if one.check(change) is not None]


def test_every_invariant_is_in_the_book() -> None:
    assert set(INVARIANTS) <= set(V1.invariants)
    assert all(rule.check.__name__ for rule in INVARIANTS)


def test_an_honest_act_breaks_nothing() -> None:
    assert broken(Bill("blank"), "shipper") == []
    assert broken(Bill("blank"), "shipper", possessor=BANK, refusable_from=SHIPPER) == []


@pytest.mark.parametrize(
    ("kind", "actor", "changes", "names"),
    [
        ("blank", "shipper", {"reference": "SMDG:ROP:X"}, ["I1", "T14"]),
        ("blank", "shipper", {"possessor": ""}, ["I3"]),
        ("waybill", "shipper", {"possessor": BANK}, ["I3"]),
        ("blank", "shipper", {"surrendered_by": SHIPPER, "possessor": CARRIER}, ["I3"]),
        ("blank", "shipper", {"status": "SURRENDER_REQUESTED"}, ["I3"]),
        (
            "blank",
            "shipper",
            {"status": "SURRENDER_REQUESTED", "surrendered_by": SHIPPER},
            ["I3"],
        ),
        ("blank", "bank", {}, ["I5"]),
        ("blank", "carrier", {"status": "SURRENDERED"}, ["I5"]),
        ("waybill", "consignee", {"status": "DELIVERED"}, ["I5"]),
        ("straight", "shipper", {"endorsee": BANK}, ["I9"]),
        ("blank", "shipper", {"version": 1}, ["I12"]),
        ("blank", "shipper", {"version": 3}, ["I12"]),
        ("blank", "shipper", {"last_act": salt("another act")}, ["I12"]),
        ("blank", "shipper", {"commitment": salt("x")}, ["T14"]),
        ("blank", "shipper", {"shipper": BANK}, ["T14"]),
        ("blank", "shipper", {"governing_law": "SG"}, ["T14"]),
        ("blank", "shipper", {"issued_at": 1}, ["T14"]),
        ("blank", "shipper", {"issuer": BANK}, ["T14"]),
        ("blank", "shipper", {"is_to_order": False}, ["T14"]),
    ],
)
def test_a_broken_promise_is_noticed(
    kind: str, actor: str, changes: dict[str, object], names: list[str]
) -> None:
    assert broken(Bill(kind), actor, **changes) == names


@pytest.mark.parametrize(
    ("prepare", "actor", "changes", "names"),
    [
        (lambda bill: bill, "shipper", {"status": "PAPER"}, ["I6"]),
        (lambda bill: bill, "shipper", {"paper": salt("paper")}, ["I6"]),
        (lambda bill: bill, "shipper", {"replaced_by": (salt("x"),), "status": "VOID"}, ["I10"]),
        (lambda bill: bill.pledged(), "bank", {"possessor": BUYER}, ["I13"]),
        (lambda bill: bill.pledged(), "bank", {"status": "VOID"}, ["I13"]),
        (lambda bill: bill.pledged(), "carrier", {"status": "VOID"}, ["I5", "I13"]),
        (lambda bill: bill.pledged(), "shipper", {"possessor": BUYER}, ["I5", "I13"]),
        (lambda bill: bill.frozen(), "shipper", {"possessor": BANK}, ["I15"]),
        (lambda bill: bill.leased(), "shipper", {"possessor": BANK}, ["T27"]),
        (lambda bill: bill, "bank", {"freeze": salt("x"), "possessor": BANK}, ["I5"]),
        (lambda bill: bill, "bank", {"indemnity": LETTER}, ["I5"]),
        (lambda bill: bill.on_paper(), "shipper", {"shipper": BANK}, ["I11", "T14"]),
        (lambda bill: bill.on_paper(), "carrier", {"surrender_reason": "COD"}, ["I5", "I11"]),
        (lambda bill: bill.on_paper(), "buyer", {"replaced_by": (salt("x"),)}, ["I5", "I10"]),
        (lambda bill: bill.on_paper(), "carrier", {"replaced_by": (salt("x"),)}, ["I10"]),
    ],
)  # fmt: skip
def test_a_promise_of_the_exceptions_is_noticed(
    prepare: Callable[[Bill], Bill], actor: str, changes: dict[str, object], names: list[str]
) -> None:
    assert broken(prepare(Bill("blank")), actor, **changes) == names


OUT = {"escrow": None}
BY_BANK = {"escrow": Escrow(exchange=salt("exchange"), how="TRANSFER", to=BUYER)}


def surrendering(bill: Bill) -> Bill:
    return bill.escrowed(how="SURRENDER")


def stopped(bill: Bill) -> Bill:
    return bill.escrowed().frozen()


def endorsing(bill: Bill) -> Bill:
    return bill.escrowed(how="ENDORSE_TO_ORDER")


@pytest.mark.parametrize(
    ("prepare", "actor", "changes", "names"),
    [
        (Bill.escrowed, "shipper", OUT, []),
        (Bill.escrowed, "buyer", {**OUT, "possessor": CONSIGNEE}, []),
        (Bill.escrowed, "shipper", {**OUT, "possessor": BUYER}, ["T5"]),
        (Bill.escrowed, "shipper", {**OUT, "possessor": CONSIGNEE, "status": "VOID"}, ["T5"]),
        (Bill.escrowed, "shipper", {**OUT, "surrender_reason": "COD"}, ["T5"]),
        (Bill.escrowed, "shipper", {"possessor": CONSIGNEE}, ["T5"]),
        (Bill.escrowed, "shipper", {}, []),
        (Bill.escrowed, "governance", {"freeze": salt("order")}, []),
        (Bill.escrowed, "bank", {"indemnity": LETTER}, ["I5", "T5"]),
        (Bill.escrowed, "shipper", BY_BANK, ["T5"]),
        (lambda bill: bill, "bank", BY_BANK, ["I5"]),
        (lambda bill: bill, "shipper", BY_BANK, []),
        (lambda bill: bill, "shipper", {**BY_BANK, "possessor": BUYER}, ["T5"]),
        (lambda bill: bill.frozen(), "shipper", BY_BANK, ["I15"]),
        (lambda bill: bill.leased(), "shipper", BY_BANK, ["T27"]),
        (lambda bill: bill.pledged(), "bank", BY_BANK, ["I13"]),
        (lambda bill: bill.pledged(), "bank", {"escrow": TO_SHIPPER}, []),
        (stopped, "shipper", OUT, []),
        (stopped, "shipper", {**OUT, "freeze": ""}, ["I15", "T5"]),
        (stopped, "shipper", {**OUT, "possessor": CONSIGNEE}, ["I15"]),
        (endorsing, "shipper", {**OUT, "possessor": CONSIGNEE}, ["T5"]),
        (endorsing, "shipper", {**OUT, "possessor": CONSIGNEE, "endorsee": CONSIGNEE}, []),
        (surrendering, "shipper", {**OUT, "possessor": CONSIGNEE}, ["T5"]),
        (surrendering, "shipper", {**OUT, "status": "SURRENDERED", "claimant": BUYER}, ["T5"]),
        (surrendering, "shipper", {**OUT, "status": "SURRENDERED", "claimant": CONSIGNEE}, []),
    ],
)  # fmt: skip
def test_a_title_that_leaves_escrow_another_way_is_noticed(
    prepare: Callable[[Bill], Bill], actor: str, changes: dict[str, object], names: list[str]
) -> None:
    assert broken(prepare(Bill("blank")), actor, **changes) == names


def test_a_title_that_begins_in_escrow_is_noticed() -> None:
    bill = Bill("blank")
    first = msgspec.structs.replace(bill.record, last_act=ACT, **BY_BANK)
    assert judged(bill, None, first, "carrier") == ["T5"]


def test_fingerprints_that_change_are_noticed() -> None:
    bill = Bill("blank", fingerprints=prints("tea"))
    assert broken(bill, "shipper", fingerprints=None) == ["T14"]


def test_an_endorsee_that_is_passed_over_is_noticed() -> None:
    elsewhere = Bill("to_order", endorsee=BANK)
    assert broken(elsewhere, "shipper", endorsee=BUYER) == ["I9"]
    restricted = Bill("to_order")
    restricted.does("shipper", "ENDORSE", recipient="bank")
    restricted.does("shipper", "TRANSFER", recipient="bank")
    assert broken(restricted, "bank", endorsee=BUYER) == ["I9"]


def test_a_strangers_endorsement_that_goes_with_a_pledge_is_noticed() -> None:
    bill = Bill("to_order", endorsee=BUYER).pledged()
    assert broken(bill, "bank", pledge=None, possessor=SHIPPER, endorsee=BANK) == ["I9"]
    own = Bill("to_order").pledged()
    assert broken(own, "bank", pledge=None, possessor=BUYER, endorsee=BUYER) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": BANK},
        {"replaces": ()},
        {"pledge": Pledge(**SECURITY)},
    ],
)  # fmt: skip
def test_a_title_that_does_not_take_the_place_it_says_is_noticed(
    changes: dict[str, object],
) -> None:
    assert replaced() == []
    assert "I10" in replaced(**changes)
    assert "I10" in replaced(written=False)


def replaced(*, written: bool = True, **changes: object) -> list[str]:
    """Promises broken where one title takes another's place; the new one with these changes."""
    old, new = (bill := Bill("blank")).record, Bill("blank", bill.world)
    key, other = f"title/{bill.title}", f"title/{new.title}"
    below, above = Overlay({**bill.world.state}), Overlay({**bill.world.state})
    made = msgspec.structs.replace(
        new.record, last_act=ACT, **{"replaces": (bill.title,), **changes}
    )
    linked = {"last_act": ACT, "replaced_by": (new.title,), "status": "REPLACED", "version": 2}
    above.changes[key] = encode_record(msgspec.structs.replace(old, **linked))
    above.changes[other] = encode_record(made)
    below.changes[other] = None
    context = Context(SHIPPER, 9, NETWORK, 9, 9, ACT, approvals=(CARRIER,))
    change = Change(below, above, sorted((key, other)) if written else [key], context)
    return [one.name.split()[0] for one in INVARIANTS if one.check(change) is not None]


def test_an_ended_title_that_changes_is_noticed() -> None:
    bill = Bill("blank")
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    assert broken(bill, "carrier", status="ISSUED", surrendered_by="", possessor=BANK) == ["I11"]
    bill.does("carrier", "SACC")
    assert broken(bill, "carrier") == ["I11"]


def test_a_removed_title_and_an_issue_by_another_are_noticed() -> None:
    bill = Bill("blank")
    record = bill.record
    assert len(judged(bill, record, None, "shipper")) == len(INVARIANTS)
    first = msgspec.structs.replace(record, last_act=ACT)
    assert judged(bill, None, first, "carrier") == []
    assert judged(bill, None, first, "other_carrier") == ["I5"]
    assert judged(bill, None, msgspec.structs.replace(first, status="DELIVERED"), "carrier") == [
        "I11"
    ]


def test_a_second_title_of_one_reference_is_noticed() -> None:
    bill = Bill("blank")
    other = Bill("blank", bill.world)
    state = dict(bill.world.state)
    state["reference/SMDG:ROP:DOC:1"] = encode_record(ReferenceRecord(title=other.title))
    bill.world.state = state
    assert broken(bill, "shipper") == ["I1"]
