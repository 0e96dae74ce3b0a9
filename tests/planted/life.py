# SPDX-License-Identifier: Apache-2.0
"""Bugs in the rules of a title's later life and of who acts, each of which must be caught."""

import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from planted.planting import (
    LATER_S,
    after,
    approved_by_all,
    around,
    at_another_time,
    blind_to,
    put,
    put_book,
    put_rule,
)
from ropewalk import rules
from ropewalk.identity import approve, keys, recovery, validators
from ropewalk.identity.errors import ProposalEndedError
from ropewalk.ledger import Context, Effects, Message, Payload, Step, View
from ropewalk.title import cargo, find, replace, split, state, transfer
from ropewalk.title.errors import FrozenError, LeasedError

FREEZE = sys.modules["ropewalk.title.freeze"]


def frozen_title_moves() -> None:
    """A court's order is not looked at."""

    def require_free(title: state.Title, context: Context) -> None:
        if title.lease_until > context.time_s:
            raise LeasedError

    put(state, "require_free", require_free)


def leased_title_moves() -> None:
    """A lease is not looked at."""

    def require_free(title: state.Title, _context: Context) -> None:
        if title.freeze:
            raise FrozenError

    put(state, "require_free", require_free)


def lease_counts_a_second_too_long() -> None:
    """A lease still holds at its very end."""

    def require_free(title: state.Title, context: Context) -> None:
        if title.freeze:
            raise FrozenError
        if title.lease_until and title.lease_until >= context.time_s:
            raise LeasedError

    put(state, "require_free", require_free)


def one_governor_freezes() -> None:
    """One key of governance stops a title."""
    put(FREEZE, "GOVERNORS_MIN", 1)


def pledged_title_is_disposed_of() -> None:
    """Nobody asks pledgee and beneficiary."""
    put(state, "require_pledge_approved", lambda *_: None)


def trust_receipt_for_every_act() -> None:
    """Whoever holds on trust may do anything."""

    def require(title: state.Title, context: Context, _purpose: str = "") -> None:
        pledge = title.pledge
        if pledge is not None and context.actor != pledge.beneficiary:
            context.require_approvals((pledge.pledgee, pledge.beneficiary))

    put(state, "require_pledge_approved", require)


def trust_receipt_without_end() -> None:
    """A trust receipt that ended is as good as a running one."""
    at_another_time("title.SURRENDER_FOR_DELIVERY", -LATER_S)


def reclaimed_while_the_receipt_runs() -> None:
    """The pledgee takes the bill back before the time it gave."""
    at_another_time("title.RECLAIM", LATER_S)


def enforced_before_it_is_due() -> None:
    """The pledgee sells before the debt is due."""
    at_another_time("title.ENFORCE_PLEDGE", LATER_S)


def enforced_without_the_endorsement() -> None:
    """The buyer gets the bill, the endorsement stays behind."""
    after("title.ENFORCE_PLEDGE", lambda was, _: {"endorsee": was.endorsee if was else ""})


def released_but_kept() -> None:
    """A released pledge leaves the bill with the pledgee."""
    after("title.RELEASE_PLEDGE", lambda was, _: {"possessor": was.possessor if was else ""})


def refused_pledge_stays() -> None:
    """A pledge that its pledgee refuses goes on."""
    put(transfer, "_unless_refused", lambda title, _actor: title.pledge)


def pledged_twice() -> None:
    """A second pledge takes the first one's place."""
    old = rules.V1.rules["title.PLEDGE"].apply

    def apply(view: View, message: Any, context: Context) -> Effects:
        return old(_Unpledged(view), message, context)

    put_rule("title.PLEDGE", apply)


class _Unpledged:
    """A view in which nothing is pledged."""

    def __init__(self, below: View) -> None:
        self.below = below

    def get(self, key: str, /) -> bytes | None:
        """The record's bytes, its pledge aside."""
        data = self.below.get(key)
        if data is None or not key.startswith("title/"):
            return data
        title = find(self.below, key.removeprefix("title/"))
        return state.encode_record(msgspec.structs.replace(title, pledge=None))


def reissued_without_the_holder() -> None:
    """The carrier amends alone."""
    approved_by_all("title.REISSUE")


def voided_without_the_holder() -> None:
    """The carrier withdraws alone."""
    approved_by_all("title.VOID")


def split_without_the_carrier() -> None:
    """The holder splits alone."""
    approved_by_all("title.SPLIT")


def indemnity_without_the_carrier() -> None:
    """Somebody's letter stands though the carrier took none."""
    approved_by_all("title.LETTER_OF_INDEMNITY")


def indemnity_outlives_delivery() -> None:
    """A letter stays open after the bill came in."""
    after("title.SACC", lambda was, _: {"indemnity": was.indemnity if was else None})


def cargo_appears() -> None:
    """Nobody adds up."""
    put(split, "check_conserved", lambda *_: None)


def boxes_vanish() -> None:
    """Nobody counts the boxes."""
    put(cargo, "_boxes", lambda _lists: [])


def any_list_will_do() -> None:
    """The list need not be the one that the carrier issued with."""
    put(split, "_check_shown", lambda *_: None)


def parents_of_two_kinds() -> None:
    """Bills that differ are combined."""
    put(split, "PARENTS_AGREE_IN", ())


def amended_condition() -> None:
    """A replacement says another shipment than what it replaces."""
    put(replace, "check_differences", lambda *_, **__: None)


def replaced_but_alive() -> None:
    """What was amended lives on beside its replacement."""
    after("title.REISSUE", lambda was, now: {"status": now.status if was is None else was.status})


def pledge_lost_by_splitting() -> None:
    """The children forget the pledge."""
    after("title.SPLIT", lambda was, now: {"pledge": now.pledge if was else None})


def paper_used_twice() -> None:
    """One paper bill takes the place of two titles."""
    blind_to("title.SWITCH_TO_PAPER", "paper/")


def anybody_demonstrates_control() -> None:
    """Whoever is asked says that it is in control."""

    def pretend(view: View, message: Any, context: Context) -> Context:
        title = find(view, message.title)
        actor = context.actor if title is None else title.in_control
        return msgspec.structs.replace(context, actor=actor)

    around("title.DEMONSTRATE_CONTROL", pretend)


# who acts


def approvals_never_end() -> None:
    """An approval that ended still counts."""
    old = approve._has_approved

    def has_approved(
        view: View, controller: str, proposal: Any, act: Any, context: Context
    ) -> bool:
        return old(view, controller, proposal, act, msgspec.structs.replace(context, time_s=0))

    put(approve, "_has_approved", has_approved)


def one_key_approves_for_two() -> None:
    """Whoever gave one signature has approved, whatever its threshold."""
    put(approve, "_has_approved", lambda *_: True)


def withdrawn_approval_counts() -> None:
    """WITHDRAW does nothing."""
    put_own("identity.WITHDRAW", lambda *_: Effects({}))


def proposal_waits_for_ever() -> None:
    """An act is carried out though its proposal ended."""
    old = approve._approve

    def approved(acts: Any, view: View, message: Any, context: Context) -> Effects:
        try:
            return old(acts, view, message, context)
        except ProposalEndedError:
            end = approve.load(view, message.act_hash).until
            return old(acts, view, message, msgspec.structs.replace(context, time_s=end))

    put(approve, "_approve", approved)


def put_own(act: str, apply: Any) -> None:
    """The same for an act that is about proposals itself."""
    book = rules.V1.rules
    assert isinstance(book, dict)
    found = book[act]
    book[act] = type(found)(act, found.message, apply, found.refusals, needs_one_key=True)


def policy_ignored() -> None:
    """One pair of eyes is enough."""

    def require(_view: View, _who: str, _keys: Sequence[str], _act: str, _body: Message) -> None:
        return

    put_book(require_policy=require)


def mandate_without_end() -> None:
    """A mandate that ended still serves."""
    old = rules.V1.represent

    def represent(view: View, payload: Payload, _time_s: int) -> None:
        old(view, payload, 0)

    put_book(represent=represent)


def recovery_without_delay() -> None:
    """New keys come at once."""
    at_another_time("identity.COMPLETE_RECOVERY", LATER_S)


def recovery_by_one_alone() -> None:
    """One of those who may recover does it alone."""
    put(recovery, "_require_quorum", lambda *_: None)


def recovery_under_a_lease() -> None:
    """A recovery does not wait for the end of a lease."""
    blind_to("identity.COMPLETE_RECOVERY", "lease/")


def excluded_member_keeps_its_key() -> None:
    """Whoever lost its seat still signs for governance."""
    old = rules.V1.rules["identity.EXCLUDE_MEMBER"].apply

    def apply(view: View, message: Any, context: Context) -> Effects:
        effects = old(view, message, context)
        kept = {
            key: record
            for key, record in effects.writes.items()
            if not key.startswith("controller/")
        }
        return msgspec.structs.replace(effects, writes=kept)

    put_rule("identity.EXCLUDE_MEMBER", apply)


def rotated_key_still_signs() -> None:
    """ROTATE_KEY adds the successor and leaves the old key."""
    old = rules.V1.rules["identity.ADD_KEY"].apply

    def apply(view: View, message: Any, context: Context) -> Effects:
        return old(view, keys.AddKey(key=message.successor), context)

    put_rule("identity.ROTATE_KEY", apply)


def all_power_changes_hands() -> None:
    """A step of validators may replace everybody."""
    put(validators, "_check_moved", lambda _before, _after: None)


def culprit_votes_a_block_longer() -> None:
    """Who misbehaved loses its vote too late."""
    put(validators, "REMOVAL_HEIGHTS", 3)


def culprit_comes_back() -> None:
    """Who misbehaved is left in the steps to come."""
    old = validators._without

    def without(step: Step, culprit: str) -> Step:
        return step if step.height % 3 == 0 else old(step, culprit)

    put(validators, "_without", without)


TITLE_BUGS = (
    frozen_title_moves,
    leased_title_moves,
    lease_counts_a_second_too_long,
    pledged_title_is_disposed_of,
    trust_receipt_for_every_act,
    trust_receipt_without_end,
    reclaimed_while_the_receipt_runs,
    enforced_before_it_is_due,
    enforced_without_the_endorsement,
    released_but_kept,
    refused_pledge_stays,
    pledged_twice,
    reissued_without_the_holder,
    voided_without_the_holder,
    split_without_the_carrier,
    indemnity_without_the_carrier,
    indemnity_outlives_delivery,
    cargo_appears,
    replaced_but_alive,
    pledge_lost_by_splitting,
    anybody_demonstrates_control,
)
"""What the small world must see."""
PLAYED_BUGS = (
    one_governor_freezes,
    boxes_vanish,
    any_list_will_do,
    parents_of_two_kinds,
    amended_condition,
    paper_used_twice,
    approvals_never_end,
    one_key_approves_for_two,
    withdrawn_approval_counts,
    proposal_waits_for_ever,
    policy_ignored,
    mandate_without_end,
    recovery_without_delay,
    recovery_by_one_alone,
    recovery_under_a_lease,
    excluded_member_keeps_its_key,
    rotated_key_still_signs,
    all_power_changes_hands,
    culprit_votes_a_block_longer,
    culprit_comes_back,
)
"""What the adversary must see."""
