# SPDX-License-Identifier: Apache-2.0
"""The clients: everybody on the network, with keys, who act, often wrongly, and remember.

What they do comes from the model's adversary, which knows what would be allowed and often does
something else; here it is really signed. What they were told is kept, and held to the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from ledger.world import ROLES, content, key, sign_consent
from model.adversary import Adversary
from model.cast import NAMES_BY_KID
from model.title_model import Body
from ropewalk.crypto import INTEGER_MAX, encode
from ropewalk.engines.port import Outcome
from ropewalk.ledger import Candidate, LedgerError, sign_transaction
from ropewalk.ledger.limits import TRANSACTION_SIZE_MAX
from simulator.following import Follower, Told, identifier_of, told_of
from simulator.trees import Violation


@dataclass(slots=True)
class _Standing:
    """The ledger as the adversary looks at it."""

    network: str
    time_s: int = 0
    position: int = 1 + 2 * (len(ROLES) + 1)
    """After the base's parties and the firm, each in a block of its own."""
    genesis: bytes = b"{}"
    """An embedded ledger's, which names no validators."""

    def done(self, _actor: str, _act: str, _body: Body) -> None:
        """The base holds it already (`ledger.settle`), in a block of its own."""
        self.position += 2


class Company(Adversary):
    """Everybody who acts, over a ledger that whoever holds its judge keeps up to date."""

    def __init__(self, seed: int, network: str) -> None:
        super().__init__(seed, _Standing(network))  # type: ignore[arg-type]  # what is looked at
        self._known = 0

    def acts(self, count: int, now_s: int, position: int) -> list[str]:
        """So many new acts, signed at a time, over a log of a size."""
        titles = self.ledger.registry.titles
        self.titles.recent.extend(islice(titles, self._known, None))
        self._known = len(titles)
        self._adopt()
        self.cast.time = self.world.time_s = now_s
        self.world.position = position
        return [self._candidate().text for _ in range(count)]

    def seal(self, told: Body, signers: Sequence[str]) -> Candidate:
        """A transaction signed by these keys, as far as it fits into one."""
        if len(encode(dict(told))) * 4 // 3 > TRANSACTION_SIZE_MAX - 2_000:
            told = content("shipper", "title.SIGN", {}, told["valid_until"], told["network"])
        first, *others = [key(NAMES_BY_KID[one]) for one in signers]
        consents = [sign_consent(told, INTEGER_MAX, one) for one in others]
        return Candidate(sign_transaction(told, first, consents), LedgerError("not looked at"))


@dataclass(slots=True)
class Book:
    """What was sent and what was told."""

    follower: Follower
    open: dict[str, str] = field(default_factory=dict)
    """Texts without a final outcome, by id, oldest first."""
    told: dict[str, Told] = field(default_factory=dict)
    """Final outcomes, by id."""
    fresh: list[str] = field(default_factory=list)
    """Told since the log was read last."""
    untraced: dict[str, str] = field(default_factory=dict)
    """Turned away before the log, and why."""
    acknowledged: int = 0

    def send(self, texts: Sequence[str]) -> None:
        """These are on their way."""
        for text in texts:
            identifier = identifier_of(text)
            if identifier not in self.told:
                self.open.setdefault(identifier, text)

    def hear(self, text: str, outcome: Outcome) -> None:
        """A client is told an outcome.

        Raises:
            Violation: it was told another, or it is another's.
        """
        identifier = identifier_of(text)
        if outcome.status == "unknown":
            return
        if outcome.transaction not in {identifier, ""}:
            raise Violation(f"{identifier} was sent, {outcome.transaction} answered")
        if not outcome.position:
            self.untraced[identifier] = outcome.code
            logged = self.told.get(identifier) or self.follower.outcomes.get(identifier)
            if logged is not None:
                raise Violation(f"{identifier}: {logged} before, now {outcome.code}")
            self.open.pop(identifier, None)
            return
        self.acknowledged += 1
        found = told_of(outcome)
        if self.told.setdefault(identifier, found) != found:
            raise Violation(f"{identifier}: told {self.told[identifier]}, now {found}")
        self.fresh.append(identifier)
        self.open.pop(identifier, None)

    def check_fresh(self) -> None:
        """What was told stands in the log.

        Raises:
            Violation: it does not.
        """
        for identifier in self.fresh:
            found = self.follower.outcomes.get(identifier)
            if found != self.told[identifier]:
                raise Violation(f"{identifier}: told {self.told[identifier]}, the log has {found}")
        self.fresh.clear()

    def check_all(self) -> None:
        """Everything ever told stands in the log.

        Raises:
            Violation: it does not.
        """
        self.fresh = list(self.told)
        self.check_fresh()
