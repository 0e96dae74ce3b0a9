# SPDX-License-Identifier: Apache-2.0
"""I26 on four validators: an exchange is decided whole while a member dies at any point of it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from consortium.company import CLIENTS, Company
from consortium.member import POINTS
from consortium.test_kills import BACK_S, killed_at
from deals import Deal, made, open_accounts
from ledger.world import IDS, key
from ropewalk.client import Actor, Node

NAMES = ("carrier", "shipper", "consignee", "bank")


@pytest.fixture(scope="module")
def actors(company: Company) -> Iterator[dict[str, Actor]]:
    """The parties, by nodes of three members; the fourth is the one that dies."""
    with ExitStack() as stack:
        nodes = [stack.enter_context(Node(url)) for url in company.urls[:3]]
        found = {
            name: Actor(nodes[number % 3], company.file.network, IDS[name], key(name))
            for number, name in enumerate(NAMES)
        }
        open_accounts(found)
        yield found


@pytest.mark.parametrize("point", POINTS[2:7:2])
def test_an_exchange_is_whole_wherever_a_member_dies(
    company: Company, actors: dict[str, Actor], point: str
) -> None:
    deal = made(actors)
    shipper = actors["shipper"]
    signed = shipper.build("exchange.SETTLE", deal.body(shipper.node))
    company.rest()
    trap = company.data(3) / "trap.new"
    trap.write_text(point, encoding="ascii")
    trap.replace(company.data(3) / "trap")
    outcome = shipper.node.send(signed).require_committed()
    company.write(CLIENTS)
    company.network.await_height(outcome.height + 1, BACK_S, [*company.members])
    assert [held(company, deal, member) for member in company.members] == [deal.settled()] * 4
    company.require_agreement(BACK_S)


def held(company: Company, deal: Deal, member: int) -> tuple[str, str, int, int]:
    """How the exchange stands at a member."""
    with Node(company.urls[member]) as node:
        return deal.where(node)


def test_it_dies_where_it_is_told(company: Company) -> None:
    """The trap of the test above is one that works."""
    killed_at(company, 3, POINTS[4])
    company.await_blocks(2, BACK_S)
