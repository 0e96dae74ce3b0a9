# SPDX-License-Identifier: Apache-2.0
"""Who may ask for what: one function, denying what it does not know.

What the ledger shows in clear, its members may read without a login, and a transaction carries
its own authority; a node can be set to answer only those who log in. Private payloads are for
those who signed their request, and most actions for whoever stands to the payload as the table
says.
"""

from collections.abc import Callable, Mapping
from typing import Final

from ropewalk.api.settings import ApiSettings
from ropewalk.vault import GRANTER, PUTTER, READER

ANYBODY: Final = ""
"""The actor of a request without a login."""

HEALTH: Final = frozenset({"health.read"})
ENTRANCE: Final = frozenset({"portal.open"})
"""What anybody needs to log in: the first page, and what pages are made of."""
PUBLIC: Final = frozenset(
    {
        "act.read",
        "balance.read",
        "booking.read",
        "box.read",
        "claim.submit",
        "consensus.read",
        "consignment.read",
        "controller.read",
        "desk.read",
        "document.read",
        "event.read",
        "exchange.read",
        "genesis.read",
        "instructions.read",
        "log.read",
        "metric.read",
        "party.read",
        "payable.read",
        "portal.read",
        "portfolio.read",
        "proposal.read",
        "receivable.read",
        "title.read",
        "transaction.read",
        "transaction.submit",
    }
)
EVENTS: Final = frozenset({"cargo_event.read", "subscription.keep"})
"""About what happened to the goods: for whoever signs, as far as it concerns him; or for all where
a node is set so."""
READ_ALL: Final = "cargo_event.read_all"
WHOLE: Final = frozenset({READ_ALL})
"""All that happened, to whomever's goods: for those that the operator names, its staff."""
MESSAGES: Final = frozenset({"message.send"})
"""To send events that nobody signed: for them too, since each is kept and shown."""
BANKS: Final = frozenset({"funding.ask"})
"""For whoever is registered as a bank and signs."""
SIGNED: Final = frozenset({"portal.enter", "vault.list", "vault.put"})
"""What any controller may ask for that signs: to be let in, its own list, to put what it has."""
PRIVATE: Final[Mapping[str, frozenset[str]]] = {
    "vault.erase": frozenset({PUTTER}),
    "vault.grant": frozenset({PUTTER, GRANTER}),
    "vault.key": frozenset({PUTTER, READER}),
    "vault.read": frozenset({PUTTER, READER}),
    "vault.readers": frozenset({PUTTER, GRANTER}),
    "vault.reads": frozenset({PUTTER}),
    "vault.revoke": frozenset({PUTTER}),
    "vault.rewrap": frozenset({PUTTER, READER}),
}
"""What only those may ask for who are something to the payload, and what they must be."""

Standings = Callable[[str, str], frozenset[str]]
"""What an actor is to a subject."""


def _nothing(_actor: str, _subject: str) -> frozenset[str]:
    return frozenset()


def _nobody(_actor: str) -> bool:
    return False


class Policy:
    """The node's rule about who may ask for what.

    Args:
        require_login: Whether a login is needed for all but the node's health.
        open_events: Whether none is needed to read all that happened to the goods.
        event_readers: Controllers that read all of it, by signed requests.
        standings: What an actor is to a private payload; nothing, where there is no vault.
        is_bank: Whether an actor is registered as a bank.
    """

    def __init__(
        self,
        *,
        require_login: bool,
        open_events: bool = False,
        event_readers: frozenset[str] = frozenset(),
        standings: Standings = _nothing,
        is_bank: Callable[[str], bool] = _nobody,
    ) -> None:
        self.require_login = require_login
        self.open_events = open_events
        self.event_readers = event_readers
        self.standings = standings
        self.is_bank = is_bank

    def may_read(self, actor: str, action: str, subject: str) -> bool:
        """Whether `actor` may do `action` on `subject`.

        Args:
            actor: Who asks, `ANYBODY` without a login.
            action: Noun, dot, verb; one that is not listed here is denied.
            subject: Id of the thing asked for; no public action looks at it.
        """
        if action in HEALTH | ENTRANCE:
            return True
        if action in PUBLIC:
            return actor != ANYBODY or not self.require_login
        if action in EVENTS | MESSAGES | WHOLE:
            is_open = self.open_events and not self.require_login
            is_party = action in EVENTS and actor != ANYBODY
            return is_open or is_party or actor in self.event_readers
        if actor == ANYBODY:
            return False
        if action in BANKS:
            return self.is_bank(actor)
        needed = PRIVATE.get(action, frozenset())
        return action in SIGNED or bool(needed and needed & self.standings(actor, subject))


def policy_of(
    settings: ApiSettings,
    standings: Standings = _nothing,
    is_bank: Callable[[str], bool] = _nobody,
) -> Policy:
    """The policy that a node is told to keep."""
    return Policy(
        require_login=settings.require_login,
        open_events=settings.open_events,
        event_readers=settings.event_readers,
        standings=standings,
        is_bank=is_bank,
    )


def reads_all(settings: ApiSettings) -> Callable[[str], bool]:
    """Whether a controller reads all events: the policy, for what sends them to subscribers."""
    policy = policy_of(settings)
    return lambda controller: policy.may_read(controller, READ_ALL, "")
