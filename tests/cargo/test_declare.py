# SPDX-License-Identifier: Apache-2.0
"""Gross masses and customs references."""

from cargo.desk import Desk
from cargo.quay import BOX
from ledger.world import IDS, salt
from ropewalk.cargo.declare import CustomsRecord, VgmRecord, customs_key, vgm_key
from ropewalk.crypto import Value
from ropewalk.ledger import decode_record

VGM, CITE = "DECLARE_VGM", "CITE_CUSTOMS"


def mass(desk: Desk, **changes: Value) -> dict[str, Value]:
    return {"booking": desk.booking, "box": BOX, "content": salt("mass"), **changes}


def declared(desk: Desk, by: str) -> VgmRecord:
    key = vgm_key(desk.booking, BOX, IDS[by])
    return decode_record(desk.world.state[key], VgmRecord)


def test_each_speaks_for_itself_and_its_last_word_stands() -> None:
    desk = Desk().confirmed()
    desk.world.done("shipper", f"cargo.{VGM}", mass(desk))
    desk.world.done("terminal", f"cargo.{VGM}", mass(desk, content=salt("weighed")))
    desk.world.done("terminal", f"cargo.{VGM}", mass(desk, content=salt("weighed again")))
    assert declared(desk, "shipper").content == salt("mass")
    assert declared(desk, "terminal").content == salt("weighed again")
    assert declared(desk, "terminal").version == 2


def test_a_declaration_is_taken_back_by_whose_it_is() -> None:
    desk = Desk().confirmed()
    desk.world.done("shipper", f"cargo.{VGM}", mass(desk))
    desk.world.done("terminal", f"cargo.{VGM}", mass(desk, is_retracted=True))
    assert declared(desk, "terminal").is_retracted
    assert not declared(desk, "shipper").is_retracted


def test_a_mass_is_declared_under_a_booking_that_stands() -> None:
    desk = Desk().requested()
    code = desk.world.refused("shipper", f"cargo.{VGM}", mass(desk)).code
    assert code == "cargo.booking_not_confirmed"
    desk.does("CONFIRM_BOOKING").does("ASK_BOOKING_AMENDMENT")
    desk.world.done("shipper", f"cargo.{VGM}", mass(desk))
    desk.does("DECLINE_BOOKING")
    code = desk.world.refused("terminal", f"cargo.{VGM}", mass(desk)).code
    assert code == "cargo.booking_not_confirmed"


def test_who_neither_booked_nor_has_a_role_for_it_declares_no_mass() -> None:
    desk = Desk().confirmed()
    for who in ("bank", "haulier", "firm"):
        assert desk.world.refused(who, f"cargo.{VGM}", mass(desk)).code == "cargo.not_side"


def test_customs_references_gather_under_a_document() -> None:
    desk = Desk().submitted()
    told: dict[str, Value] = {"document": desk.instructions, "kind": "instructions"}
    desk.world.done("shipper", f"cargo.{CITE}", {**told, "reference": salt("one")})
    desk.world.done("customs", f"cargo.{CITE}", {**told, "reference": salt("two")})
    data = desk.world.state[customs_key(desk.instructions)]
    cited = decode_record(data, CustomsRecord).cited
    assert [(one.by, one.reference) for one in cited] == [
        (IDS["shipper"], salt("one")),
        (IDS["customs"], salt("two")),
    ]
    again = {**told, "reference": salt("one")}
    assert desk.world.refused("carrier", f"cargo.{CITE}", again).code == "cargo.cited_already"
    other = {**told, "reference": salt("three")}
    assert desk.world.refused("terminal", f"cargo.{CITE}", other).code == "cargo.not_side"
