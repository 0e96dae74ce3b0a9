# SPDX-License-Identifier: Apache-2.0
"""Cargo that is billed twice: refused to one carrier, told to a bank that asks (P8)."""

from cargo.quay import port
from ledger.world import IDS, World, registration, salt, settled
from ropewalk.crypto import Value
from ropewalk.title import Match, find, match
from title.bills import Bill, issue_body

NOTHING = Match(items=0, near=0, of=1, is_pledged=False)


def shown(item: str, *near: str) -> Value:
    return {
        "items": [{"item": salt(item), "near": sorted(salt(one) for one in near)}],
        "scheme": 1,
    }


def by(world: World, actor: str, code: str, number: int, **changes: Value) -> str:
    """Another carrier's bill."""
    body = issue_body("blank", number, carrier_code=code, **changes)
    issued = world.act(actor, "title.ISSUE", body)
    assert issued.refusal is None, issued.refusal
    return issued.events[0].attributes["title"]


def other(world: World, number: int, **changes: Value) -> str:
    return by(world, "other_carrier", "OTH", number, **changes)


def test_one_carriers_second_bill_over_an_item_is_refused() -> None:
    bill = Bill("blank", fingerprints=shown("tea"))
    again = issue_body("blank", 2, fingerprints=shown("tea"))
    assert bill.world.refused("carrier", "title.ISSUE", again).code == "title.cargo_billed"
    Bill("blank", bill.world, fingerprints=shown("rice"))


def test_parts_that_are_alike_are_refused_to_nobody() -> None:
    bill = Bill("blank", fingerprints=shown("tea", "box"))
    Bill("blank", bill.world, fingerprints=shown("rice", "box"))


def test_an_item_is_billed_again_once_the_first_bill_is_over() -> None:
    bill = Bill("blank", fingerprints=shown("tea"))
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    again = issue_body("blank", 2, fingerprints=shown("tea"))
    assert bill.world.refused("carrier", "title.ISSUE", again).code == "title.cargo_billed"
    bill.does("carrier", "SACC")
    Bill("blank", bill.world, fingerprints=shown("tea"))


def test_a_bill_on_paper_is_still_a_bill() -> None:
    bill = Bill("blank", fingerprints=shown("tea")).on_paper()
    again = issue_body("blank", 2, fingerprints=shown("tea"))
    assert bill.world.refused("carrier", "title.ISSUE", again).code == "title.cargo_billed"


def test_another_carriers_bill_over_it_only_warns_and_names_nobody() -> None:
    bill = Bill("blank", fingerprints=shown("tea", "box"))
    assert match(bill.world.state, bill.title) == NOTHING
    second = other(bill.world, 1, fingerprints=shown("tea", "box"))
    assert match(bill.world.state, bill.title) == Match(items=1, near=0, of=1, is_pledged=False)
    bill.pledged()
    assert match(bill.world.state, second).is_pledged
    assert not match(bill.world.state, bill.title).is_pledged


def test_parts_alike_are_told_as_near() -> None:
    bill = Bill("blank", fingerprints=shown("tea", "box", "goods"))
    other(bill.world, 1, fingerprints=shown("tee", "box", "gods"))
    assert match(bill.world.state, bill.title) == Match(items=0, near=1, of=1, is_pledged=False)


def test_a_house_bill_is_its_masters_kin() -> None:
    bill = Bill("blank", port(), fingerprints=shown("tea"))
    house = other(bill.world, 1, fingerprints=shown("tea"), house_of=bill.title)
    assert match(bill.world.state, bill.title) == NOTHING
    assert match(bill.world.state, house) == NOTHING
    stranger = by(bill.world, "forwarder", "FWD", 2, fingerprints=shown("tea"))
    assert match(bill.world.state, house).items == 1
    assert match(bill.world.state, stranger).items == 1


def test_a_carriers_own_house_bill_is_a_second_bill() -> None:
    bill = Bill("blank", fingerprints=shown("tea"))
    for master in (bill.title, Bill("blank", bill.world).title):
        own = issue_body("blank", 9, fingerprints=shown("tea"), house_of=master)
        assert bill.world.refused("carrier", "title.ISSUE", own).code == "title.cargo_billed"


def test_many_reissues_buy_no_second_bill() -> None:
    bill = Bill("blank", fingerprints=shown("tea"))
    for number in range(10, 90):
        bill.does("shipper", "SURRENDER_FOR_AMENDMENT", addressee="carrier")
        bill.agreed("carrier", "REISSUE", {"replacement": issue_body("blank", number)}, "shipper")
        (bill.title,) = bill.record.replaced_by
    again = issue_body("blank", 99, fingerprints=shown("tea"))
    assert bill.world.refused("carrier", "title.ISSUE", again).code == "title.cargo_billed"


def test_copied_hashes_do_not_hide_a_second_bill() -> None:
    world = settled()
    for number in range(40):
        other(world, number, fingerprints=shown(f"goods {number}", "tea"))
    bill = Bill("blank", world, fingerprints=shown("tea"))
    again = issue_body("blank", 99, fingerprints=shown("tea"))
    assert world.refused("carrier", "title.ISSUE", again).code == "title.cargo_billed"
    assert match(world.state, bill.title) == NOTHING


def test_what_took_a_titles_place_is_followed_and_is_its_own_kin() -> None:
    bill = Bill("blank", fingerprints=shown("tea"))
    bill.does("shipper", "SURRENDER_FOR_AMENDMENT", addressee="carrier")
    replacement = issue_body("blank", 7)
    bill.agreed("carrier", "REISSUE", {"replacement": replacement}, "shipper")
    (new,) = bill.record.replaced_by
    assert match(bill.world.state, new) == NOTHING
    stranger = other(bill.world, 1, fingerprints=shown("tea"))
    assert match(bill.world.state, stranger).items == 1
    assert match(bill.world.state, new).items == 1
    again = issue_body("blank", 8, fingerprints=shown("tea"))
    assert bill.world.refused("carrier", "title.ISSUE", again).code == "title.cargo_billed"


def test_a_replacement_shows_none_of_its_own() -> None:
    bill = Bill("blank")
    bill.does("shipper", "SURRENDER_FOR_AMENDMENT", addressee="carrier")
    body = {**bill.body({}), "replacement": issue_body("blank", 7, fingerprints=shown("tea"))}
    refused = bill.world.refused("carrier", "title.REISSUE", body)
    assert refused.code == "title.replacement_differs"


def test_items_stand_sorted_and_once() -> None:
    world = settled()
    one: Value = {"item": salt("tea"), "near": []}
    body = issue_body("blank", 1, fingerprints={"items": [one, one], "scheme": 1})
    assert world.refused("carrier", "title.ISSUE", body).code == "title.malformed_cargo"


def test_a_crowd_under_one_part_costs_nobody_his_bill() -> None:
    world = settled()
    for number in range(40):
        other(world, number, fingerprints=shown(f"goods {number}", "box"))
    bill = Bill("blank", world, fingerprints=shown("tea", "box"))
    assert match(world.state, bill.title).near == 1
    assert find(world.state, bill.title) is not None
    assert IDS["carrier"] == bill.record.issuer


def test_two_house_bills_under_one_master_over_one_item_are_told() -> None:
    master = Bill("blank", fingerprints=shown("rice"))
    one = other(master.world, 1, fingerprints=shown("tea"), house_of=master.title)
    code = {"carrier_code": "FWD"}
    master.world.done("governance", "identity.REGISTER_PARTY", registration("forwarder"))
    body = issue_body("blank", 2, fingerprints=shown("tea"), house_of=master.title, **code)
    second = master.world.act("forwarder", "title.ISSUE", body)
    assert second.refusal is None, second.refusal
    for title in (one, second.events[0].attributes["title"]):
        assert match(master.world.state, title).items == 1


def test_a_master_that_was_reissued_is_still_its_house_bills_kin() -> None:
    bill = Bill("blank", port(), fingerprints=shown("tea"))
    house = other(bill.world, 1, fingerprints=shown("tea"), house_of=bill.title)
    bill.does("shipper", "SURRENDER_FOR_AMENDMENT", addressee="carrier")
    bill.agreed("carrier", "REISSUE", {"replacement": issue_body("blank", 7)}, "shipper")
    (new,) = bill.record.replaced_by
    assert match(bill.world.state, new) == NOTHING
    assert match(bill.world.state, house) == NOTHING
    later = by(bill.world, "forwarder", "FWD", 2, fingerprints=shown("tea"), house_of=new)
    assert match(bill.world.state, later).items == 1  # the first house bill, not the master
