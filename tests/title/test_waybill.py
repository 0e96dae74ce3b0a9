# SPDX-License-Identifier: Apache-2.0
"""A sea waybill: redirected by the shipper, delivered by the carrier (T16; CMI rules, 6)."""

from ledger.world import IDS
from title.bills import Bill

REDIRECT, DELIVER = "REDIRECT", "DELIVER"


def test_the_shipper_redirects_until_delivery() -> None:
    bill = Bill("waybill")
    assert bill.does("shipper", REDIRECT, consignee="buyer").consignee == IDS["buyer"]
    assert bill.does("shipper", REDIRECT, consignee="consignee").version == 3
    bill.does("carrier", DELIVER)
    assert bill.why("shipper", REDIRECT, consignee="buyer") == "title.ended"


def test_nobody_but_the_shipper_redirects() -> None:
    bill = Bill("waybill")
    for actor in ("consignee", "carrier", "buyer", "governance"):
        assert bill.why(actor, REDIRECT, consignee="buyer") == "title.not_shipper"


def test_a_redirection_changes_something_and_leads_to_somebody() -> None:
    bill = Bill("waybill")
    assert bill.why("shipper", REDIRECT, consignee="consignee") == "title.same_consignee"
    assert bill.why("shipper", REDIRECT, consignee="nobody") == "identity.unknown_controller"


def test_the_carrier_delivers_once() -> None:
    bill = Bill("waybill")
    for actor in ("consignee", "shipper", "other_carrier"):
        assert bill.why(actor, DELIVER) == "title.not_issuer"
    after = bill.does("carrier", DELIVER)
    assert (after.status, after.consignee) == ("DELIVERED", IDS["consignee"])
    assert bill.why("carrier", DELIVER) == "title.ended"


def test_a_bill_of_lading_is_neither_redirected_nor_delivered_without_surrender() -> None:
    for kind in ("straight", "blank", "to_order"):
        bill = Bill(kind)
        assert bill.why("shipper", REDIRECT, consignee="buyer") == "title.not_waybill"
        assert bill.why("carrier", DELIVER) == "title.not_waybill"


def test_the_shipper_alone_controls_a_waybill() -> None:
    """I3."""
    assert Bill("waybill").record.in_control == IDS["shipper"]
