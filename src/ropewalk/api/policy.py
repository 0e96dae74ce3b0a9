# SPDX-License-Identifier: Apache-2.0
"""Who may ask for what: one function, denying what it does not know.

What the ledger shows in clear, its members may read without a login, and a transaction carries
its own authority; a node can be set to answer only those who log in. Private payloads, once
there are any, get their own actions here.
"""

from typing import Final

ANYBODY: Final = ""
"""The actor of a request without a login."""

HEALTH: Final = frozenset({"health.read"})
PUBLIC: Final = frozenset(
    {
        "act.read",
        "booking.read",
        "box.read",
        "claim.submit",
        "consensus.read",
        "consignment.read",
        "controller.read",
        "document.read",
        "event.read",
        "genesis.read",
        "instructions.read",
        "log.read",
        "metric.read",
        "message.send",
        "party.read",
        "proposal.read",
        "title.read",
        "transaction.read",
        "transaction.submit",
    }
)
EVENTS: Final = frozenset({"cargo_event.read", "subscription.keep"})
"""About what happened to the goods: for those who log in, or for all where a node is set so."""


class Policy:
    """The node's rule about who may ask for what.

    Args:
        require_login: Whether a login is needed for all but the node's health.
        open_events: Whether none is needed to read what happened to the goods.
    """

    def __init__(self, *, require_login: bool, open_events: bool = False) -> None:
        self.require_login = require_login
        self.open_events = open_events

    def may_read(self, actor: str, action: str, subject: str) -> bool:
        """Whether `actor` may do `action` on `subject`.

        Args:
            actor: Who asks, `ANYBODY` without a login.
            action: Noun, dot, verb; one that is not listed here is denied.
            subject: Id of the thing asked for; no public action looks at it.
        """
        del subject
        if action in HEALTH:
            return True
        if action in EVENTS and not self.open_events:
            return actor != ANYBODY
        return action in PUBLIC | EVENTS and (actor != ANYBODY or not self.require_login)
