# SPDX-License-Identifier: Apache-2.0
"""Issuing: once, first, under a recognised law, with roles that fit the document."""

import pytest

from ledger.world import IDS, NETWORK, salt, settled
from ropewalk.crypto import Value, encode, sha256_hex
from ropewalk.title import find, title_id
from title.bills import ISSUE, Bill, issue_body

WORD = "ISSUE"


@pytest.mark.parametrize("kind", ["to_order", "blank", "straight", "waybill"])
def test_a_title_begins_as_its_document_says(kind: str) -> None:
    bill = Bill(kind)
    record = bill.record
    assert (record.status, record.version, record.issuer) == ("ISSUED", 1, IDS["carrier"])
    assert record.possessor == ("" if kind == "waybill" else IDS["shipper"])
    assert record.endorsee == (IDS["shipper"] if kind == "to_order" else "")
    assert record.prior_endorsee == record.endorsee
    assert record.consignee == (IDS["consignee"] if kind in {"straight", "waybill"} else "")
    assert record.issued_at == bill.world.time_s
    assert (record.refusable_from, record.surrendered_by) == ("", "")
    assert record.in_control == IDS["shipper"]


def test_a_titles_id_is_a_hash_over_network_issuer_and_content() -> None:
    """I2."""
    bill = Bill("blank")
    content: dict[str, Value] = {
        "content": issue_body("blank"),
        "issuer": IDS["carrier"],
        "network": NETWORK,
    }
    assert bill.title == sha256_hex(b"ropewalk title v1\n" + encode(content))
    assert bill.title == title_id(NETWORK, IDS["carrier"], dict(issue_body("blank")))


def test_a_reference_is_used_once_whatever_becomes_of_the_title() -> None:
    """T13, I1."""
    bill = Bill("straight")
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    bill.does("carrier", "SACC")
    for kind in ("straight", "blank", "waybill"):
        body = issue_body(kind, 1, commitment=salt("another document"))
        assert bill.world.refused("carrier", ISSUE, body).code == "title.reference_used"


def test_two_carriers_may_use_the_same_reference() -> None:
    world = settled()
    world.done("carrier", ISSUE, issue_body("blank"))
    world.done("other_carrier", ISSUE, issue_body("blank", carrier_code="OTH"))


def test_a_carrier_issues_under_its_own_code_only() -> None:
    world = settled()
    body = issue_body("blank", carrier_code="OTH")
    assert world.refused("carrier", ISSUE, body).code == "title.foreign_carrier_code"


@pytest.mark.parametrize("actor", ["shipper", "bank", "firm", "governance"])
def test_only_a_carrier_issues(actor: str) -> None:
    assert settled().refused(actor, ISSUE, issue_body("blank")).code == "title.not_carrier"


def test_without_a_recognised_law_nothing_is_issued() -> None:
    """T30."""
    world = settled()
    for law in ("", "SG", "GB-ENG", "GB "):
        body = issue_body("blank", governing_law=law)
        assert world.refused("carrier", ISSUE, body).code == "title.governing_law"


def test_a_colon_in_a_reference_takes_nothing_from_another() -> None:
    world = settled()
    first = issue_body("blank", transport_document_reference="A:B")
    result = world.act("carrier", ISSUE, first)
    title = find(world.state, result.events[0].attributes["title"])
    assert title is not None
    assert title.reference == "SMDG:ROP:A:B"
    odd = issue_body("blank", carrier_code="ROP:A", transport_document_reference="B")
    assert world.refused("carrier", ISSUE, odd).code == "title.foreign_carrier_code"


def test_the_first_endorsee_is_the_documents_and_absent_means_blank() -> None:
    """T17."""
    named = Bill("to_order", endorsee=IDS["bank"]).record
    assert (named.endorsee, named.endorsee_may_endorse) == (IDS["bank"], True)
    assert Bill("blank").record.is_blank


def test_a_chain_begins_with_its_issue() -> None:
    """T13, T15."""
    bill = Bill("blank")
    issue = bill.record.last_act
    body = bill.body({})
    assert body["last_act"] == issue
    assert bill.why("shipper", WORD) == "ledger.malformed_body"
