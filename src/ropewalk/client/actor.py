# SPDX-License-Identifier: Apache-2.0
"""An actor: a controller with a key to sign by, and a node to send to.

carrier = Actor(node, network, controller, signer)
outcome = carrier.act("title.TRANSFER", {"title": …, "last_act": …, "recipient": …})
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ropewalk.client.node import Node, Outcome
from ropewalk.crypto import Signer, Value
from ropewalk.identity import Propose, proposed_hash
from ropewalk.ledger import VALIDITY_S_MAX, sign_consent, sign_transaction

VALIDITY_S = 600
"""How long an act stays valid unless told otherwise: ten minutes, or up to `SPREAD_S` less."""
SPREAD_S = 256
"""Equal acts of one second are hardly ever one sent twice: they end at other seconds."""

PROPOSAL_S = 30 * 86_400
"""How long a proposal or an approval stands unless told otherwise: thirty days."""


def _now_s() -> int:
    return int(time.time())


@dataclass(frozen=True, slots=True)
class Actor:
    """Signs acts of one controller and sends them."""

    node: Node
    network: str
    controller: str
    signer: Signer
    co_signers: tuple[Signer, ...] = ()
    """Other keys of the controller, where its threshold is above one."""
    now_s: Callable[[], int] = _now_s
    represents: str = ""
    """Controller in whose name it acts, under that one's mandate; "" for its own."""

    @property
    def acts_for(self) -> str:
        """In whose name its acts are."""
        return self.represents or self.controller

    def build(self, act: str, body: Mapping[str, Value], *, validity_s: int = 0) -> str:
        """A signed transaction, ready to send.

        Args:
            act: such as `title.ENDORSE_TO_ORDER`.
            body: the act's members, as docs/reference/acts.md says.
            validity_s: seconds until it expires, at most an hour; some minutes unless given.
        """
        valid_s = validity_s or VALIDITY_S - secrets.randbelow(SPREAD_S)
        content: dict[str, Value] = {
            "act": act,
            "actor": self.controller,
            "body": dict(body),
            "network": self.network,
            "valid_until": self.now_s() + min(valid_s, VALIDITY_S_MAX),
        }
        if self.represents:
            content["represented_party"] = self.represents
        consents = [
            sign_consent(content, self.now_s() + VALIDITY_S_MAX, signer)
            for signer in self.co_signers
        ]
        return sign_transaction(content, self.signer, consents)

    def act(self, act: str, body: Mapping[str, Value]) -> Outcome:
        """Sign an act, send it, and wait for its outcome."""
        return self.node.send(self.build(act, body))

    def propose(
        self, act: str, body: Mapping[str, Value], *, until: int = 0
    ) -> tuple[str, Outcome]:
        """Propose an act that others, or more of the controller's own keys, have to approve.

        Args:
            act: such as `title.SPLIT`.
            body: its members.
            until: when the proposal ends, seconds since 1970; in 30 days unless given.

        Returns:
            The act hash, by which it is approved, and the outcome. The act may be carried out at
            once, if nothing is missing: then no proposal is found under the hash.
        """
        end = until or self.now_s() + PROPOSAL_S
        proposal = Propose(act=act, body=dict(body), until=end)
        act_hash = proposed_hash(self.network, self.acts_for, proposal)
        outcome = self.act("identity.PROPOSE", {"act": act, "body": dict(body), "until": end})
        return act_hash, outcome

    def approve(self, act_hash: str, *, until: int = 0) -> Outcome:
        """Approve a proposed act; the last approval needed carries it out.

        Args:
            act_hash: of the proposal.
            until: when the approval ends, seconds since 1970; in 30 days unless given.
        """
        end = until or self.now_s() + PROPOSAL_S
        return self.act("identity.APPROVE", {"act_hash": act_hash, "until": end})

    def act_on(self, act: str, title: str, **members: str) -> Outcome:
        """Act on a title as it stands now: its id and last act are looked up first.

        Args:
            act: such as `title.TRANSFER`.
            title: id, or `<provider>:<code>:<reference>`.
            members: further members of the body: `recipient`, `addressee`, `consignee`.

        Raises:
            NotFoundError: there is no such title.
        """
        identifier, record = self.node.title(title)
        body = {"title": identifier, "last_act": str(record["last_act"]), **members}
        return self.act(act, body)
