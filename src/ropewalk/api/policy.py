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
        "box.read",
        "consensus.read",
        "controller.read",
        "document.read",
        "event.read",
        "genesis.read",
        "log.read",
        "metric.read",
        "party.read",
        "proposal.read",
        "title.read",
        "transaction.read",
        "transaction.submit",
    }
)


class Policy:
    """The node's rule about who may ask for what.

    Args:
        require_login: Whether a login is needed for all but the node's health.
    """

    def __init__(self, *, require_login: bool) -> None:
        self.require_login = require_login

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
        return action in PUBLIC and (actor != ANYBODY or not self.require_login)
