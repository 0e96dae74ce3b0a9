# SPDX-License-Identifier: Apache-2.0
"""Random histories that shrink: one rule an act, one invariant for all the book's promises.

The adversary in `model` plays more and faster; this one finds the shortest history that breaks a
promise, and says it in the trade's words.
"""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger.world import IDS
from ropewalk.ledger import LedgerError
from ropewalk.title import ENDED, SURRENDER_REQUESTED
from title.bills import Bill

PARTIES = ("bank", "buyer", "carrier", "consignee", "shipper")
PARTY = st.sampled_from(PARTIES)
IN_CONTROL = "in control"
ACTOR = st.sampled_from((*PARTIES, IN_CONTROL, IN_CONTROL, IN_CONTROL))


class Titles(RuleBasedStateMachine):
    """One title of any kind, and everybody trying everything."""

    bill: Bill
    lives: int

    @initialize(kind=st.sampled_from(("to_order", "blank", "straight", "waybill")))
    def issue(self, kind: str) -> None:
        """A carrier issues."""
        self.bill = Bill(kind)
        self.lives = 1

    def attempt(self, actor: str, act: str, **members: str) -> None:
        """Try; the machine checks every promise of the book, and stops where one broke."""
        before = self.bill.record
        who = before.in_control if actor == IN_CONTROL else IDS[actor]
        result = self.bill.world.act(who, f"title.{act}", self.bill.body(members))
        if isinstance(result.refusal, LedgerError):
            assert self.bill.record == before
            return
        self.lives += 1
        answering = act in {"SACC", "SREJ", "DELIVER"}
        assert who == (before.issuer if answering else before.in_control)

    @rule(actor=ACTOR, recipient=PARTY)
    def transfer(self, actor: str, recipient: str) -> None:
        """TRANSFER."""
        self.attempt(actor, "TRANSFER", recipient=recipient)

    @rule(actor=ACTOR)
    def refuse_transfer(self, actor: str) -> None:
        """REFUSE_TRANSFER."""
        self.attempt(actor, "REFUSE_TRANSFER")

    @rule(actor=ACTOR, recipient=PARTY, act=st.sampled_from(("ENDORSE", "ENDORSE_TO_ORDER")))
    def endorse(self, actor: str, recipient: str, act: str) -> None:
        """ENDORSE and ENDORSE_TO_ORDER."""
        self.attempt(actor, act, recipient=recipient)

    @rule(actor=ACTOR, act=st.sampled_from(("BLANK_ENDORSE", "SIGN")))
    def blank_endorse_or_sign(self, actor: str, act: str) -> None:
        """BLANK_ENDORSE and SIGN."""
        self.attempt(actor, act)

    @rule(actor=ACTOR, addressee=st.sampled_from(("carrier", "carrier", "bank")))
    def surrender(self, actor: str, addressee: str) -> None:
        """SURRENDER_FOR_DELIVERY."""
        self.attempt(actor, "SURRENDER_FOR_DELIVERY", addressee=addressee)

    @precondition(lambda self: self.bill.record.status == SURRENDER_REQUESTED)
    @rule(
        actor=st.sampled_from(("carrier", "carrier", "bank")), act=st.sampled_from(("SACC", "SREJ"))
    )
    def answer(self, actor: str, act: str) -> None:
        """SACC and SREJ."""
        self.attempt(actor, act)

    @rule(actor=ACTOR, consignee=PARTY)
    def redirect(self, actor: str, consignee: str) -> None:
        """REDIRECT."""
        self.attempt(actor, "REDIRECT", consignee=consignee)

    @rule(actor=st.sampled_from(("carrier", "shipper")))
    def deliver(self, actor: str) -> None:
        """DELIVER."""
        self.attempt(actor, "DELIVER")

    @invariant()
    def exactly_one_is_in_control_and_every_act_is_a_version(self) -> None:
        """T3, I3, I12; MLETR art. 11."""
        if not hasattr(self, "bill"):
            return
        record = self.bill.record
        assert record.in_control in {IDS[name] for name in PARTIES}
        assert record.version == self.lives
        assert record.status not in ENDED or not record.surrendered_by


Titles.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestTitles = Titles.TestCase
