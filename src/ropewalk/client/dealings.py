# SPDX-License-Identifier: Apache-2.0
"""Ask a node what is owed, what lies at a bank, and how an exchange stands."""

import time
from typing import Any

from ropewalk.client.actor import Actor
from ropewalk.client.node import Node
from ropewalk.client.signing import signed_headers

Json = dict[str, Any]


def payable_of(node: Node, payable: str) -> Json:
    """An invoice or payable as it stands.

    Raises:
        NotFoundError: there is none under the id.
    """
    return _record(node, f"/v1/payables/{payable}")


def receivable_of(node: Node, receivable: str) -> Json:
    """A receivable as it stands.

    Raises:
        NotFoundError: there is none under the id.
    """
    return _record(node, f"/v1/receivables/{receivable}")


def balance_of(node: Node, bank: str, currency: str, customer: str) -> Json:
    """A customer's deposit: `amount` it may dispose of and `held` in escrow, minor units.

    Raises:
        NotFoundError: the bank keeps no such account.
    """
    return {
        "amount": "0",
        "held": "0",
        **_record(node, f"/v1/balances/{bank}/{currency}/{customer}"),
    }


def exchange_of(node: Node, exchange: str) -> Json:
    """An exchange: `record`, `told` in plain words, `waits_for`, `is_conditional`.

    Raises:
        NotFoundError: none was opened under the id.
    """
    return node.asked("GET", f"/v1/exchanges/{exchange}", {}, Json)


def deciding(node: Node, exchange: str) -> Json:
    """The body of a SETTLE or RETURN: the exchange, and titles in its escrow as they stand.

    With its `leg` also that of an ESCROW_DEPOSIT that settles.

    Raises:
        NotFoundError: none was opened under the id.
    """
    record = exchange_of(node, exchange)["record"]
    legs = [record["legs"][number] for number in record.get("given", [])]
    titles = sorted(leg["title"] for leg in legs if leg["asset"] == "title")
    seen = [{"last_act": node.title(one)[1]["last_act"], "title": one} for one in titles]
    return {"exchange": exchange, "titles": seen}


def ask_before_funding(actor: Actor, title: str) -> Json:
    """What a bank is warned of before it lends on a title: of how much, and of nobody.

    Args:
        actor: the bank, which signs the request.
        title: id of the title.

    Raises:
        RefusedError: the actor is no bank, or asks too often.
        NotFoundError: there is no such title.
    """
    node, target = actor.node, f"/v1/funding/{title}"
    headers = signed_headers(actor, ("GET", node.url, target), int(time.time()))
    return node.asked("GET", target, headers, Json)


def _record(node: Node, path: str) -> Json:
    record: Json = node.asked("GET", path, {}, Json)["record"]
    return record
