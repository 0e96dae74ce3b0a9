# SPDX-License-Identifier: Apache-2.0
"""A title's history leads through what it replaced and through who approved it; lists page."""

import time

from ledger.world import salt
from network import Network
from ropewalk.crypto import Value
from ropewalk.ledger import decode_entry, unverified


def acts_of(network: Network, title: str) -> list[str]:
    """What each entry of a title's history is, oldest first."""
    history = network.engine.history(title)
    assert history is not None
    found = []
    for act in history.acts:
        entry = decode_entry(act.entry.encode())
        payload = unverified(entry.transaction).payload  # type: ignore[union-attr]  # an act
        found.append(f"{payload.act} after {len(act.approvals)}")
    return found


def in_control(network: Network, name: str) -> list[str]:
    page = network.engine.titles_in_control(network.parties[name].controller, "", 500)
    return [one.id for one in page.records]


def test_history_leads_through_approvals_and_lists_follow(network: Network) -> None:
    title, last_act = network.issue("HISTORY1")
    assert title in in_control(network, "shipper")
    body: dict[str, Value] = {"title": title, "last_act": last_act, "paper": salt("paper")}
    until = int(time.time()) + 600
    proposal: dict[str, Value] = {"act": "title.SWITCH_TO_PAPER", "body": body, "until": until}
    assert network.send(network.by("shipper", "identity.PROPOSE", proposal)).status == "committed"
    carrier = network.parties["carrier"].controller
    (waiting,) = network.engine.proposals(carrier, "", 10).records
    assert network.engine.proposals(network.parties["bank"].controller, "", 10).records == []
    approval: dict[str, Value] = {"act_hash": waiting.id, "until": until}
    assert network.send(network.by("carrier", "identity.APPROVE", approval)).status == "committed"
    assert network.engine.proposals("", "", 10).records == []
    assert acts_of(network, title) == ["title.ISSUE after 0", "identity.APPROVE after 1"]


def test_a_page_says_where_the_next_begins(network: Network) -> None:
    titles = sorted(network.issue(f"PAGE{number}")[0] for number in range(5))
    holder = network.parties["shipper"].controller
    found: list[str] = []
    after = ""
    while True:
        page = network.engine.titles_in_control(holder, after, 2)
        found += [one.id for one in page.records]
        after = page.next
        if not after:
            break
    assert found == titles
