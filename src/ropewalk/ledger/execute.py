# SPDX-License-Identifier: Apache-2.0
"""The state machine: a block in, entries and changes out.

Checks of one transaction, in this order, each with its refusal:

1. form, canonical bytes, signatures (made before, from the bytes alone);
2. network; 3. time limit; 4. replay; 5. keys and threshold of the actor; 6. quota: whoever
   fails here may not even fill the log, so the refusal leaves no entry;
7. act known, body well formed, mandate where the actor represents another, the actor's own policy,
   the act's own rule: such a refusal is logged and final.

Before the candidates comes what consensus proved of validators: what has an effect leaves an entry,
what has none leaves no trace. A block may begin with a succession, which is refused before anything
is kept.

An act is applied whole or not at all. Same view, same block: same result, on any engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from ropewalk.ledger.block import Block, Candidate, Misbehaviour, encode_transaction_entry
from ropewalk.ledger.effects import Context, Effects, Event, Overlay, View
from ropewalk.ledger.errors import (
    DuplicateError,
    ExpiredError,
    LedgerError,
    OtherNetworkError,
    QuotaExceededError,
    StopError,
    TooFarAheadError,
    TooManyKeysError,
    UnknownActError,
)
from ropewalk.ledger.genesis import PROTOCOL_KEY, Protocol
from ropewalk.ledger.limits import KEYS_TOUCHED_MAX, VALIDITY_S_MAX
from ropewalk.ledger.records import decode_record, encode_record
from ropewalk.ledger.registry import Change, Rule, RuleBook
from ropewalk.ledger.replay import ReplayLists
from ropewalk.ledger.succession import Succeeding, check_log, check_statement
from ropewalk.ledger.transaction import Payload, Transaction


class Result(msgspec.Struct, frozen=True, gc=False):
    """What became of one candidate, or of a validator that misbehaved."""

    transaction: str
    """Its id, "" when it was none."""
    refusal: LedgerError | None
    entry: bytes | None
    """Its entry in the log; None when it leaves none."""
    events: tuple[Event, ...] = ()


@dataclass(slots=True)
class Executed:
    """What a block does. Without entries it does nothing at all."""

    protocol: int
    results: list[Result]
    """One for each candidate, in order."""
    changes: dict[str, bytes | None] = field(default_factory=dict)
    """Every record written or removed (None), replay lists included."""
    evidence: list[Result] = field(default_factory=list)
    """One for each misbehaviour that had an effect, in order, and one for a succession; their
    entries come first."""

    @property
    def entries(self) -> list[bytes]:
        """The block's entries in order, without its end."""
        return [result.entry for result in self.in_order if result.entry is not None]

    @property
    def in_order(self) -> list[Result]:
        """All results as their entries stand in the log."""
        return [*self.evidence, *self.results]


@dataclass(frozen=True, slots=True)
class Machine:
    """The rules of one network; holds no state of its own."""

    network: str
    books: Mapping[int, RuleBook]
    quota_actor_max: int
    checks_invariants: bool = False
    log: str = ""
    """The genesis' verifier key of the log; of a consortium its origin."""

    def book_at(self, view: View, height: int) -> RuleBook:
        """The rule book in force at a height.

        Raises:
            StopError: the network activated a protocol this program does not know.
        """
        data = view.get(PROTOCOL_KEY)
        if data is None:
            raise StopError("the state has no protocol record: was the genesis applied?")
        version = 0
        for activation in decode_record(data, Protocol).activations:
            if activation.height <= height:
                version = activation.version
        book = self.books.get(version)
        if book is None:
            raise StopError(f"protocol {version} is active from here; install a newer release")
        return book

    def execute(self, view: View, replay: ReplayLists, block: Block, position: int) -> Executed:
        """Execute a block.

        Args:
            view: the state before it.
            replay: the replay lists before it; they are brought forward.
            block: height, time, misbehaviour and candidates.
            position: size of the log before it.

        Raises:
            BadSuccessionError: the block's succession is none of this ledger's; nothing is kept.
            StopError: an invariant broke, or the protocol is unknown; nothing may be kept.
        """
        book = self.book_at(view, block.height)
        overlay = Overlay(view)
        executed = Executed(protocol=book.version, results=[])
        if block.succession is not None:
            executed.evidence.append(
                self._succession(book, overlay, block, block.succession, position)
            )
            position += 1
        for misbehaviour in block.misbehaviour:
            found = self._misbehaviour(book, overlay, block, misbehaviour, position)
            if found is not None:
                position += 1
                executed.evidence.append(found)
        for candidate in block.candidates:
            result = self._one(book, overlay, replay, block, candidate, position)
            position += result.entry is not None
            executed.results.append(result)
        if executed.entries:
            executed.changes = {**overlay.changes, **replay.take_changes(block.time_s)}
        return executed

    def _succession(
        self,
        book: RuleBook,
        overlay: Overlay,
        block: Block,
        succeeding: Succeeding,
        position: int,
    ) -> Result:
        context = Context("", block.height, self.network, position, block.time_s, "")
        statement = succeeding.entry.succession.statement
        check_statement(statement, succeeding, position)
        check_log(statement, self.log.partition("+")[0], self.log)
        effects = book.succeed(overlay, succeeding.entry.succession, context)
        self._keep(book, overlay, effects, context)
        return Result("", None, encode_record(succeeding.entry), effects.events)

    def _misbehaviour(
        self,
        book: RuleBook,
        overlay: Overlay,
        block: Block,
        misbehaviour: Misbehaviour,
        position: int,
    ) -> Result | None:
        context = Context("", block.height, self.network, position, block.time_s, "")
        effects = book.misbehave(overlay, misbehaviour, context)
        if effects is None:
            return None
        self._keep(book, overlay, effects, context)
        return Result("", None, encode_record(misbehaviour), effects.events)

    def _keep(self, book: RuleBook, overlay: Overlay, effects: Effects, context: Context) -> None:
        if self.checks_invariants:
            check_invariants(book, overlay, effects, context)
        overlay.changes.update(effects.writes)

    def _one(
        self,
        book: RuleBook,
        overlay: Overlay,
        replay: ReplayLists,
        block: Block,
        candidate: Candidate,
        position: int,
    ) -> Result:
        transaction = candidate.verdict
        if isinstance(transaction, LedgerError):
            return Result("", transaction, None)
        payload = transaction.payload
        rule = book.rules.get(payload.act)
        one_key = rule is not None and rule.needs_one_key and not payload.represented_party
        try:
            self._admit(transaction, replay, block.time_s)
            book.authorise(overlay, payload.actor, transaction.signers, position, one_key=one_key)
            if replay.count(payload.actor, block.time_s) >= self.quota_actor_max:
                raise QuotaExceededError(f"{self.quota_actor_max} at a time")
        except LedgerError as refusal:
            return Result(transaction.id, refusal, None)
        context = Context(
            payload.acts_for,
            block.height,
            self.network,
            position,
            block.time_s,
            transaction.id,
            transaction.signers,
            agent=payload.actor if payload.represented_party else "",
        )
        replay.remember(transaction.id, payload.valid_until, payload.actor)
        if transaction.act_hash:  # or an old consent would serve a second signing of the act
            replay.remember(transaction.act_hash, payload.valid_until, payload.actor)
        try:
            effects = self._apply(book, overlay, rule, payload, context)
        except LedgerError as refusal:
            entry = encode_transaction_entry(candidate.text, refusal)
            return Result(transaction.id, refusal, entry)
        self._keep(book, overlay, effects, context)
        entry = encode_transaction_entry(candidate.text, None)
        return Result(transaction.id, None, entry, effects.events)

    def _admit(self, transaction: Transaction, replay: ReplayLists, time_s: int) -> None:
        payload = transaction.payload
        if payload.network != self.network:
            raise OtherNetworkError(f"signed for {payload.network}; this is {self.network}")
        if payload.valid_until < time_s or transaction.consents_until < time_s:
            raise ExpiredError(f"valid until {payload.valid_until}; the block's time is {time_s}")
        if payload.valid_until > time_s + VALIDITY_S_MAX:
            raise TooFarAheadError(f"at most {time_s + VALIDITY_S_MAX} in a block of {time_s}")
        for known in (transaction.id, transaction.act_hash):
            if known and replay.contains(known, payload.valid_until):
                raise DuplicateError(known)

    @staticmethod
    def _apply(
        book: RuleBook, view: View, rule: Rule | None, payload: Payload, context: Context
    ) -> Effects:
        if rule is None:
            raise UnknownActError(f"{payload.act} is no act of protocol {book.version}")
        message = rule.parse(payload.body)
        is_ruled = not rule.needs_one_key and book.has_policy(view, payload.actor)
        if is_ruled or payload.represented_party is not None:
            acts = rule.acts(view, message, context.actor)
            if payload.represented_party is not None:
                for name, _ in acts:
                    book.represent(view, msgspec.structs.replace(payload, act=name), context.time_s)
            if is_ruled:
                for name, body in acts:
                    book.require_policy(view, payload.actor, context.signers, name, body)
        effects = rule.apply(view, message, context)
        if len(effects.writes) > KEYS_TOUCHED_MAX:
            raise TooManyKeysError(f"{len(effects.writes)}; at most {KEYS_TOUCHED_MAX}")
        return effects


def check_invariants(book: RuleBook, before: View, effects: Effects, context: Context) -> None:
    """Hold an act's effects to every promise of the book.

    Raises:
        StopError: one broke.
    """
    after = Overlay(before)
    after.changes.update(effects.writes)
    change = Change(before, after, sorted(effects.writes), effects.made_as or context)
    for invariant in book.invariants:
        broken = invariant.check(change)
        if broken is not None:
            raise StopError(f"invariant {invariant.name} broke at {context.position}: {broken}")
