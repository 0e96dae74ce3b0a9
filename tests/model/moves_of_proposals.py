# SPDX-License-Identifier: Apache-2.0
"""What the adversary does about acts that wait for approvals."""

from ledger.world import salt
from model.cast import Cast, Move
from model.identity_model import Proposal

LOOKED_AT = 8
"""The proposals made last are the likely ones."""


class MovesOfProposals:
    """APPROVE, WITHDRAW, EXPIRE, and PROPOSE of what was proposed."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.chance = cast.chance
        self.ledger = cast.ledger

    def move(self) -> Move:
        """One of them, on one of the proposals that wait."""
        waiting = self.ledger.proposals
        hashes = list(waiting)
        ended = [one for one in hashes if waiting[one].until < self.cast.time]
        if (ended and self.cast.odds(0.3)) or self.cast.odds(0.03):
            return self._expire(self.chance.choice(ended or hashes))
        running = [one for one in hashes if one not in ended] or hashes
        hashed = self.chance.choice(running[-LOOKED_AT:] if self.cast.odds(0.95) else hashes)
        if self.cast.odds(0.06) or len(hashes) > 60:
            return self._withdraw(hashed, waiting[hashed])
        if self.cast.odds(0.015):
            return self._again(waiting[hashed])
        return self._approve(hashed, waiting[hashed])

    @staticmethod
    def _again(proposal: Proposal) -> Move:
        body = {"act": proposal.act, "body": proposal.body, "until": proposal.until}
        return Move(proposal.actor, "identity.PROPOSE", body)

    def _named(self, hashed: str) -> str:
        return hashed if self.cast.odds(0.99) else salt("no such proposal")

    def _expire(self, hashed: str) -> Move:
        return Move(self.cast.anybody(), "identity.EXPIRE", {"act_hash": self._named(hashed)})

    def _withdraw(self, hashed: str, proposal: Proposal) -> Move:
        who = self.chance.choice([proposal.actor, *(one.controller for one in proposal.approvals)])
        who = self.cast.anybody() if self.cast.odds(0.15) else who
        return Move(who, "identity.WITHDRAW", {"act_hash": self._named(hashed)})

    def _approve(self, hashed: str, proposal: Proposal) -> Move:
        who = self.chance.choice(proposal.waits_for)
        dice = self.chance.random()
        if dice < 0.06:
            who = self.chance.choice(proposal.approvals).controller
        elif dice < 0.12:
            who = self.cast.anybody()
        body = {"act_hash": self._named(hashed), "until": self.cast.later(0.001, 1, 1, 5, 60)}
        return Move(who, "identity.APPROVE", body)
