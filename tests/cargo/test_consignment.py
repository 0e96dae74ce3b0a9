# SPDX-License-Identifier: Apache-2.0
"""Consignments: who is in them, what they tie together, and that they move nothing."""

import pytest

from cargo.consignment_vectors import Landed, Tied, crowded
from cargo.desk import Desk
from cargo.quay import NOWHERE
from ledger.world import IDS, salt
from ropewalk.cargo.consignment import Link, Member
from ropewalk.crypto import Value

ACTS = ("ADMIT_PARTY", "CLOSE_CONSIGNMENT", "LINK_CONSIGNMENT", "PLAN_CONSIGNMENT")


def why(tied: Tied, actor: str, act: str, **members: Value) -> str:
    return tied.desk.world.refused(actor, f"cargo.{act}", tied.body(**members)).code


def test_it_is_opened_by_a_customer_or_a_registered_carrier() -> None:
    desk = Desk()
    opened = {"content": salt("plan"), "role": "carrier"}
    assert desk.world.refused("shipper", "cargo.OPEN_CONSIGNMENT", opened).code == (
        "cargo.not_registered_as"
    )
    assert desk.begun("carrier", "OPEN_CONSIGNMENT", **opened)


def test_parties_are_admitted_by_its_opener_or_a_carrier_of_it() -> None:
    tied = Tied(Desk().submitted())
    haulier: dict[str, Value] = {"controller": IDS["haulier"], "role": "haulier"}
    assert why(tied, "haulier", "ADMIT_PARTY", **haulier) == "cargo.not_of_consignment"
    tied.does("carrier", "ADMIT_PARTY", **haulier)
    assert Member(controller=IDS["haulier"], role="haulier") in tied.record.parties
    other: dict[str, Value] = {"controller": IDS["bank"], "role": "bank"}
    assert why(tied, "haulier", "ADMIT_PARTY", **other) == "cargo.not_of_consignment"
    wrong: dict[str, Value] = {"controller": IDS["bank"], "role": "terminal"}
    assert why(tied, "shipper", "ADMIT_PARTY", **wrong) == "cargo.not_registered_as"


def test_it_has_as_many_parties_as_may_be() -> None:
    tied = crowded()
    assert len(tied.record.parties) == 16
    more: dict[str, Value] = {"controller": IDS["haulier"], "role": "haulier"}
    assert why(tied, "shipper", "ADMIT_PARTY", **more) == "cargo.consignment_full"


def test_what_is_linked_concerns_who_links_it() -> None:
    ashore = Landed()
    tied = ashore.tied.admits("consignee", "consignee").admits("haulier", "haulier")
    for kind, one in (("title", ashore.title), ("box", ashore.box), ("order", ashore.box)):
        told: dict[str, Value] = {"id": one, "kind": kind}
        assert why(tied, "haulier", "LINK_CONSIGNMENT", **told) == "cargo.nothing_to_link"
        tied.does("consignee", "LINK_CONSIGNMENT", **told)
        assert Link(by=IDS["consignee"], id=one, kind=kind) in tied.record.links
        assert why(tied, "carrier", "LINK_CONSIGNMENT", **told) == "cargo.linked_already"
    assert [one.kind for one in tied.record.links] == ["box", "order", "title"]


def test_a_strangers_booking_is_not_linked() -> None:
    tied = Tied(Desk().submitted()).admits("buyer", "buyer")
    told: dict[str, Value] = {"id": tied.desk.booking, "kind": "booking"}
    assert why(tied, "buyer", "LINK_CONSIGNMENT", **told) == "cargo.nothing_to_link"
    tied.does("carrier", "LINK_CONSIGNMENT", **told)


def test_nothing_is_linked_that_is_not_there() -> None:
    tied = Tied(Desk())
    for kind in ("booking", "box", "instructions", "order", "title"):
        told: dict[str, Value] = {"id": NOWHERE, "kind": kind}
        assert why(tied, "shipper", "LINK_CONSIGNMENT", **told) == "cargo.nothing_to_link"


def test_a_stranger_links_nothing() -> None:
    desk = Desk().submitted()
    tied = Tied(desk)
    told: dict[str, Value] = {"id": desk.booking, "kind": "booking"}
    assert why(tied, "bank", "LINK_CONSIGNMENT", **told) == "cargo.not_of_consignment"


def test_the_plan_has_versions() -> None:
    tied = Tied(Desk())
    before = tied.record
    tied.does("carrier", "PLAN_CONSIGNMENT", content=salt("by way of Suez"))
    assert tied.record.content == salt("by way of Suez")
    assert tied.record.version == before.version + 1


@pytest.mark.parametrize("act", ACTS)
def test_a_closed_consignment_stays_as_it_is(act: str) -> None:
    tied = Tied(Desk()).does("shipper", "CLOSE_CONSIGNMENT")
    members: dict[str, dict[str, Value]] = {
        "ADMIT_PARTY": {"controller": IDS["haulier"], "role": "haulier"},
        "LINK_CONSIGNMENT": {"id": NOWHERE, "kind": "title"},
        "PLAN_CONSIGNMENT": {"content": salt("x")},
    }
    assert why(tied, "shipper", act, **members.get(act, {})) == "cargo.consignment_closed"


@pytest.mark.parametrize("act", ACTS)
def test_an_act_names_the_act_before(act: str) -> None:
    tied = Tied(Desk())
    members: dict[str, dict[str, Value]] = {
        "ADMIT_PARTY": {"controller": IDS["haulier"], "role": "haulier"},
        "LINK_CONSIGNMENT": {"id": NOWHERE, "kind": "title"},
        "PLAN_CONSIGNMENT": {"content": salt("x")},
    }
    told = {**members.get(act, {}), "last_act": NOWHERE}
    assert why(tied, "shipper", act, **told) == "cargo.stale_document"
