# SPDX-License-Identifier: Apache-2.0
"""Bugs between the ship and the gate, each of which the adversary must see."""

import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from planted.planting import approved_by_all, around, blind_to, everybody, put, put_rule
from ropewalk import identity, rules
from ropewalk.cargo import (
    announce,
    bills,
    claim,
    device,
    gate,
    instructions,
    on_board,
    order,
    presentation,
    right,
    state,
)
from ropewalk.cargo.course import Instructions
from ropewalk.cargo.errors import NoRightError, NotAttachedError
from ropewalk.identity import ThresholdNotMetError
from ropewalk.ledger import Context, Effects, View, decode_record, encode_record
from ropewalk.title import indemnity, split
from ropewalk.title import state as title_state
from ropewalk.title.errors import OwnIndemnityError

ISSUING = sys.modules["ropewalk.title.issue"]


def customs_is_not_asked() -> None:
    """A box leaves under a customs hold."""
    _taking_for_given(customs_status="CLEARED")


def blocked_box_leaves() -> None:
    """Nobody looks whether somebody blocks the box."""
    _taking_for_given(blocks=())


def box_leaves_before_it_is_ready() -> None:
    """The terminal's own light is not looked at."""
    _taking_for_given(is_ready=True)


def _taking_for_given(**lights: object) -> None:
    old = presentation.require_green

    def require_green(movement: state.Movement, held: state.Right, now_s: int) -> None:
        old(msgspec.structs.replace(movement, **lights), held, now_s)

    put(gate, "require_green", require_green)


def right_counts_a_second_too_long() -> None:
    """The window is still open a second after its end."""
    old = presentation.require_green

    def require_green(movement: state.Movement, held: state.Right, now_s: int) -> None:
        longer = msgspec.structs.replace(held, valid_until=held.valid_until + 1)
        old(movement, longer, now_s)

    put(gate, "require_green", require_green)


def stale_right_is_accepted() -> None:
    """Whoever saw the right as it was yesterday acts on it."""

    def load_right(view: View, message: state.OnRight) -> state.Right:
        found = state.find_right(view, message.box)
        if found is None:
            raise NoRightError(message.box)
        return found

    for module in (state, right):
        put(module, "load_right", load_right)


def order_counts_twice() -> None:
    """As many orders as titles release the box, whatever titles they are under."""

    def unreleased(_view: View, _titles: state.Titles, movement: state.Movement) -> str:
        enough = len(movement.orders) >= len(movement.titles)
        return "" if enough else movement.titles[-1]

    for module in (gate, right):
        put(module, "unreleased", unreleased)


def one_released_title_is_enough() -> None:
    """A house bill's release lets the master's box go."""
    old = bills.unreleased

    def unreleased(view: View, titles: state.Titles, movement: state.Movement) -> str:
        ordered = {one.title for one in movement.orders} & {*movement.titles}
        named = tuple(sorted(ordered)) or movement.titles
        return old(view, titles, msgspec.structs.replace(movement, titles=named))

    for module in (gate, right):
        put(module, "unreleased", unreleased)


def order_outlives_its_basis() -> None:
    """What was ordered stays ordered, frozen, redirected or not."""
    put(bills, "stands", lambda *_: True)


def goods_to_whom_the_carrier_likes() -> None:
    """Nobody asks the claimant."""
    old = order._basis

    def basis(titles: state.Titles, view: View, message: Any, context: Context) -> Any:
        found = old(titles, view, message, context)
        return msgspec.structs.replace(found, others=(*found.others, message.release_to))

    put(order, "_basis", basis)


def carrier_passes_on_what_it_took_back() -> None:
    """The right begins with somebody whom no order names."""
    old = right.transfer

    def transfer(view: View, message: Any, context: Context) -> Effects:
        found = state.held_right(view, message, context)
        if len(found.holders) > 1:
            return old(view, message, context)
        to = {"offered_to": message.to}
        return state.passed(found, message.box, context, "cargo.pick_up_offered", **to)

    put_rule("cargo.TRANSFER_PICK_UP", transfer)


def box_leaves_twice() -> None:
    """Nobody looks whether the box is still there."""
    put(gate, "load_present", state.load_movement)


def presentation_for_any_right() -> None:
    """What was shown before the right changed hands still opens the gate."""
    _shown_for_another("right")


def presentation_for_two_gates() -> None:
    """One answer opens every gate."""
    _shown_for_another("gate")


def presentation_to_any_challenge() -> None:
    """A stolen screenshot opens the gate."""
    _shown_for_another("challenge")


def _shown_for_another(member: str) -> None:
    old = presentation.require_same

    def require_same(found: Any, wanted: Any, now_s: int) -> None:
        same: Mapping[str, Any] = {member: getattr(found, member)}
        old(found, msgspec.structs.replace(wanted, **same), now_s)

    put(gate, "require_same", require_same)


def presentation_without_end() -> None:
    """An answer of last week opens the gate."""
    old = presentation.require_same
    put(gate, "require_same", lambda found, wanted, _: old(found, wanted, found.time))


def anybody_collects() -> None:
    """Whoever signs is taken for the driver."""
    put(gate, "speaker", lambda _right, named, _now: named)


def driver_without_end() -> None:
    """A driver's time is not looked at."""
    old = presentation.speaker
    put(gate, "speaker", lambda held, named, _now: old(held, named, 0))


def one_key_shows_for_two() -> None:
    """One key of a joint holder opens the gate."""

    def authorise(*arguments: Any) -> None:
        try:
            identity.authorise(*arguments)
        except ThresholdNotMetError:
            return

    put(gate, "authorise", authorise)


def antedated_on_board() -> None:
    """Terminals' loading events are not looked at."""
    put(ISSUING, "require_evidence", lambda *_: None)


def bill_for_a_box_that_arrived() -> None:
    """A box leaves without the release of a bill that named it late."""
    put(on_board, "find_movement", lambda *_: None)


def parts_are_forgotten() -> None:
    """A box does not learn that a bill was split."""
    put(split, "split_among", lambda *_: {})


def announced_under_too_few_titles() -> None:
    """The bills that name a box are not looked at when it is announced."""
    blind_to("cargo.ANNOUNCE_ARRIVAL", "box/")


def other_claimant_is_not_asked() -> None:
    """Goods due under one bill leave with whom another bill's order names."""
    old = right._other_claimants

    def nobody(*arguments: Any) -> list[str]:
        old(*arguments)
        return []

    put(right, "_other_claimants", nobody)


def terminal_is_not_asked() -> None:
    """A carrier alone says what arrives, under bills that it wrote for the purpose."""
    approved_by_all("cargo.ANNOUNCE_ARRIVAL")


def order_replaced_after_the_grant() -> None:
    """Somebody has the right, and the order on which it was granted names another."""
    put(order, "_is_granted", lambda *_: False)


def carrier_writes_itself_a_letter() -> None:
    """The issuer is requester, receiver or bank of a letter of indemnity given to itself."""
    old = indemnity.letter_of_indemnity

    def letter(view: View, message: Any, context: Context) -> Effects:
        try:
            return old(view, message, context)
        except OwnIndemnityError:
            title = title_state.load_any(view, message.title)
        context.require_approvals([title.issuer])
        given = title_state.Indemnity(
            bank=message.bank or "", receiver=message.receiver, requester=context.actor
        )
        return title_state.noted(
            title, message.title, context, "title.indemnified", indemnity=given
        )

    put_rule("title.LETTER_OF_INDEMNITY", letter)


def house_bill_over_a_sold_master() -> None:
    """Who sold the master bill still writes house bills below it."""
    old = ISSUING._carrier_of_boxes

    def carrier(view: View, message: Any, told: Any, context: Context) -> str:
        anybody = msgspec.structs.replace(context, approvals=tuple(sorted(everybody())))
        found: str = old(view, message, told, anybody)
        return found

    put(ISSUING, "_carrier_of_boxes", carrier)


def box_of_two_carriers() -> None:
    """Another carrier loads, bills or announces a box that is one's on this voyage."""
    for module in (ISSUING, announce, claim):
        put(module, "require_own", lambda *_: None)


def window_without_end() -> None:
    """A right, or a driver, for ever."""
    put(right, "VALID_S_MAX", 10_000 * 86_400)


def withdrawn_bill_keeps_the_box() -> None:
    """A bill that was withdrawn after the announcement holds the box for good."""
    old = bills.unreleased

    def unreleased(view: View, titles: state.Titles, movement: state.Movement) -> str:
        def never_void(seen: View, title: str) -> Any:
            found = titles(seen, title)
            return found and msgspec.structs.replace(found, is_void=False)

        return old(view, never_void, movement)

    for module in (gate, right):
        put(module, "unreleased", unreleased)


def carrier_approves_its_own_draft() -> None:
    """Nobody looks whose side approves."""
    old = rules.V1.rules["cargo.APPROVE_DRAFT"].apply

    def approve(view: View, message: Any, context: Context) -> Effects:
        data = view.get(f"instructions/{message.instructions}")
        if data is None:
            return old(view, message, context)
        customer = decode_record(data, Instructions).customer
        return old(view, message, msgspec.structs.replace(context, actor=customer))

    put_rule("cargo.APPROVE_DRAFT", approve)


def approval_outlives_an_update() -> None:
    """What was approved is issued, whatever the shipper sent after that."""
    old = rules.V1.rules["cargo.UPDATE_INSTRUCTIONS"].apply

    def update(view: View, message: Any, context: Context) -> Effects:
        effects = old(view, message, context)
        ((place, record),) = effects.writes.items()
        before = view.get(place)
        assert before is not None
        assert record is not None
        draft = decode_record(before, Instructions).draft
        after = decode_record(record, Instructions)
        wrong = encode_record(msgspec.structs.replace(after, draft=draft))
        return msgspec.structs.replace(effects, writes={place: wrong})

    put_rule("cargo.UPDATE_INSTRUCTIONS", update)


def another_document_than_approved() -> None:
    """The carrier issues what it likes under an approved draft."""
    old = instructions.issue_draft

    def issue_draft(view: View, issued: Any, context: Context) -> Effects:
        found = view.get(f"instructions/{issued.instructions}")
        if found is not None:
            document = decode_record(found, Instructions).document
            issued = msgspec.structs.replace(issued, commitment=document)
        return old(view, issued, context)

    put(ISSUING, "issue_draft", issue_draft)


def closed_while_in_circulation() -> None:
    """Instructions are completed while a bill issued under them is in somebody's hands."""
    put(instructions, "in_circulation", lambda *_: "")


def device_is_never_asked() -> None:
    """A party makes anybody's key its device, and so silences it."""
    around(
        "cargo.ENROL_DEVICE",
        lambda _view, message, context: msgspec.structs.replace(
            context, approvals=(message.device,)
        ),
    )


def device_reports_on_any_box() -> None:
    """Nobody looks on which boxes a device rides."""
    old = device.answers_for

    def answers_for(view: View, boxes: Any, context: Context) -> str:
        try:
            return old(view, boxes, context)
        except NotAttachedError:
            found = state.find_device(view, context.actor)
            return found.party if found else ""

    put(claim, "answers_for", answers_for)


def withdrawn_device_reports() -> None:
    """A device that was withdrawn is heard as before."""
    old = device.withdraw

    def withdraw(view: View, message: Any, context: Context) -> Effects:
        effects = old(view, message, context)
        return msgspec.structs.replace(effects, writes={})

    put_rule("cargo.WITHDRAW_DEVICE", withdraw)


CARGO_BUGS = (
    announced_under_too_few_titles,
    another_document_than_approved,
    antedated_on_board,
    anybody_collects,
    approval_outlives_an_update,
    bill_for_a_box_that_arrived,
    blocked_box_leaves,
    box_leaves_before_it_is_ready,
    box_leaves_twice,
    box_of_two_carriers,
    carrier_approves_its_own_draft,
    carrier_passes_on_what_it_took_back,
    carrier_writes_itself_a_letter,
    closed_while_in_circulation,
    customs_is_not_asked,
    device_is_never_asked,
    device_reports_on_any_box,
    driver_without_end,
    goods_to_whom_the_carrier_likes,
    house_bill_over_a_sold_master,
    one_key_shows_for_two,
    one_released_title_is_enough,
    order_counts_twice,
    order_outlives_its_basis,
    order_replaced_after_the_grant,
    other_claimant_is_not_asked,
    parts_are_forgotten,
    presentation_for_any_right,
    presentation_for_two_gates,
    presentation_to_any_challenge,
    presentation_without_end,
    right_counts_a_second_too_long,
    stale_right_is_accepted,
    terminal_is_not_asked,
    window_without_end,
    withdrawn_bill_keeps_the_box,
    withdrawn_device_reports,
)
"""What the adversary must see."""
