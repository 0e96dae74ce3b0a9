# SPDX-License-Identifier: Apache-2.0
"""Each record waits for whom its rules let act, from when and as long as they do."""

from msgspec.structs import replace

from cargo.desk import Desk
from exchange.hall import USD, Hall
from ledger.world import DAY, IDS, NAMES, kid, salt
from ropewalk.cargo import Basis, Standing
from ropewalk.crypto import Value
from ropewalk.identity import Approval, Proposal
from ropewalk.title import Escrow, Pledge
from ropewalk.views import waiting
from title.bills import Bill
from views.scene import Scene


def test_a_surrender_waits_for_the_carrier_until_it_is_answered(scene: Scene) -> None:
    bill = Bill("straight", scene.world)
    assert scene.asked() == set()
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    (todo,) = scene.todos("carrier")
    assert (todo.act, todo.kind, todo.subject) == ("title.SACC", "title", bill.title)
    assert (todo.label, todo.status) == (bill.record.reference, "SURRENDER_REQUESTED")
    assert (todo.by_s, todo.since_s, todo.amount) == (0, scene.world.time_s, "")
    bill.does("carrier", "SREJ")
    assert scene.asked() == set()
    bill.does("shipper", "SURRENDER_FOR_AMENDMENT", addressee="carrier")
    assert scene.asked() == {("carrier", "REISSUE")}
    bill.does("carrier", "SREJ")
    paper = {"addressee": "carrier", "reason_code": "SWTP"}
    bill.does("shipper", "SURRENDER_FOR_AMENDMENT", **paper)
    assert scene.asked() == {("carrier", "SWITCH_TO_PAPER")}


def test_whoever_is_given_a_bill_signs_for_it(scene: Scene) -> None:
    bill = Bill("blank", scene.world)
    bill.does("shipper", "TRANSFER", recipient="buyer")
    assert scene.asked() == {("buyer", "SIGN")}
    bill.does("buyer", "SIGN")
    assert scene.asked() == set()


def test_nobody_is_waited_for_while_a_court_or_an_exchange_holds_a_bill(scene: Scene) -> None:
    bill = Bill("blank", scene.world)
    bill.does("shipper", "TRANSFER", recipient="buyer")
    bill.frozen()
    assert scene.asked() == set()


def test_a_pledgee_that_leased_a_bill_enforces_when_the_lease_is_over(scene: Scene) -> None:
    bill = Bill("blank", scene.world).pledged(due=scene.world.time_s + DAY)
    until = scene.world.time_s + 3 * DAY
    bill.agreed("bank", "LEASE", {"until": until}, "shipper")
    left = until - scene.world.time_s
    assert scene.asked(ahead=left - 1) == set()
    assert scene.asked(ahead=left) == {("bank", "ENFORCE_PLEDGE")}
    scene.world.block(seconds=left - 1)
    bill.does("bank", "ENFORCE_PLEDGE", recipient="buyer")
    assert scene.asked() == set()


def test_a_pledgee_takes_back_and_enforces_when_it_may(scene: Scene) -> None:
    bill = Bill("blank", scene.world).pledged(due=scene.world.time_s + 3 * DAY)
    assert scene.asked() == {("bank", "SIGN")}
    assert scene.asked(ahead=3 * DAY + 2) == {("bank", "SIGN"), ("bank", "ENFORCE_PLEDGE")}
    receipt: dict[str, Value] = {
        "purpose": "SURRENDER_FOR_DELIVERY",
        "until": scene.world.time_s + DAY,
    }
    scene.world.done("bank", "title.TRUST_RECEIPT", {**bill.body({}), **receipt})
    assert scene.asked() == set()
    assert scene.asked(ahead=2 * DAY) == {("bank", "RECLAIM")}
    scene.world.block(seconds=2 * DAY)
    bill.does("bank", "RECLAIM")
    assert scene.asked(ahead=DAY) == {("bank", "ENFORCE_PLEDGE")}


def test_an_invoice_waits_for_its_debtor_and_again_on_its_day(scene: Scene, hall: Hall) -> None:
    share = hall.receivable(500)
    payable = hall.share(share).payable
    assert scene.asked() == set()
    day = 1_780_272_000  # 2026-06-01
    (todo,) = scene.todos("consignee", ahead=day - scene.world.time_s)
    assert (todo.act, todo.subject, todo.amount) == ("capital.REDEEM", payable, "500")
    assert (todo.since_s, todo.by_s) == (day, day + DAY - 1)
    assert scene.acts("consignee", ahead=day - 1 - scene.world.time_s) == []
    reason: dict[str, Value] = {"payable": payable, "reason": salt("why")}
    seen = hall.payable(share).last_act
    scene.world.done("consignee", "capital.DISPUTE_PAYABLE", {**reason, "last_act": seen})
    assert scene.asked() == {("consignee", "SETTLE_DISPUTE")}


def test_a_drawn_invoice_is_confirmed_or_declined(scene: Scene) -> None:
    body: dict[str, Value] = {
        "amount": "700",
        "content": salt("c"),
        "currency": USD,
        "debtor": IDS["consignee"],
        "due": "2026-06-01",
        "invoice": salt("n"),
    }
    drawn = scene.world.act("shipper", "capital.INVOICE", body)
    (todo,) = scene.todos("consignee")
    assert (todo.act, todo.amount) == ("capital.CONFIRM_INVOICE", "700")
    payable = drawn.events[0].attributes["payable"]
    asked: dict[str, Value] = {"last_act": drawn.transaction, "payable": payable}
    scene.world.done("consignee", "capital.DECLINE_INVOICE", asked)
    assert scene.asked() == set()
    (line,) = [one for one in scene.views.involved(IDS["shipper"]).rows if one.kind == "payable"]
    assert (line.status, line.is_open, line.parts) == ("DECLINED", False, ("drawer",))


def test_who_stands_behind_a_receivable_buys_it_back_from_default_on(
    scene: Scene, hall: Hall
) -> None:
    share = hall.receivable(500)
    given: dict[str, Value] = {"last_act": hall.share(share).last_act, "receivable": share}
    to: dict[str, Value] = {"to": IDS["buyer"], "with_recourse": True}
    scene.world.done("shipper", "capital.TRANSFER_RECEIVABLE", {**given, **to})
    assert scene.asked() == set()
    scene.world.block(seconds=200 * DAY)
    payable = {"last_act": hall.payable(share).last_act, "payable": hall.share(share).payable}
    scene.world.done("buyer", "capital.DECLARE_DEFAULT", {**payable, "receivable": share})
    assert scene.asked() == {("consignee", "REDEEM"), ("shipper", "BUY_BACK")}


def test_a_proposal_waits_for_each_approval_and_for_those_that_end(scene: Scene) -> None:
    bill = Bill("blank", scene.world)
    act = {**bill.body({}), "paper": salt("paper")}
    hash_ = scene.world.proposed("shipper", "title.SWITCH_TO_PAPER", act, days=5)
    (todo,) = scene.todos("carrier")
    assert (todo.act, todo.kind, todo.subject) == ("identity.APPROVE", "proposal", hash_)
    assert (todo.label, todo.by_s) == ("title.SWITCH_TO_PAPER", scene.world.time_s - 1 + 5 * DAY)
    assert scene.asked(ahead=5 * DAY + 1) == set()
    scene.world.approved("carrier", hash_)
    assert scene.asked() == set()
    assert scene.views.search(IDS["carrier"], hash_) == []


def test_an_approval_that_ends_before_the_proposal_is_waited_for_again(scene: Scene) -> None:
    bill = Bill("blank", scene.world).pledged()
    act = {**bill.body({}), "recipient": IDS["buyer"]}
    bill.does("bank", "SIGN")
    act = {**bill.body({}), "paper": salt("paper")}
    hash_ = scene.world.proposed("bank", "title.SWITCH_TO_PAPER", act, days=5)
    assert scene.asked() == {("carrier", "APPROVE"), ("shipper", "APPROVE")}
    scene.world.approved("carrier", hash_, days=1)
    assert scene.asked() == {("shipper", "APPROVE")}
    assert scene.asked(ahead=2 * DAY) == {("carrier", "APPROVE"), ("shipper", "APPROVE")}


def test_a_recovery_alarms_its_owner_and_waits_for_those_it_chose(scene: Scene) -> None:
    chosen: dict[str, Value] = {"controllers": [IDS["bank"]], "delay": 3 * DAY, "threshold": 1}
    scene.world.done("shipper", "identity.SET_RECOVERY", chosen)
    start: dict[str, Value] = {"controller": IDS["shipper"], "keys": [kid("new")], "threshold": 1}
    scene.world.done("bank", "identity.START_RECOVERY", start)
    assert scene.asked() == {("shipper", "CANCEL_RECOVERY")}
    assert ("bank", "COMPLETE_RECOVERY") in scene.asked(ahead=3 * DAY)
    scene.world.done("shipper", "identity.CANCEL_RECOVERY", {})
    assert scene.asked(ahead=3 * DAY) == set()


def test_papers_go_to_and_fro(scene: Scene) -> None:
    desk = Desk(scene.world)
    steps = (
        (desk.requested, ("carrier", "CONFIRM_BOOKING")),
        (lambda: desk.does("ASK_BOOKING_UPDATE"), ("shipper", "UPDATE_BOOKING")),
        (lambda: desk.does("UPDATE_BOOKING"), ("carrier", "CONFIRM_BOOKING")),
        (lambda: desk.does("CONFIRM_BOOKING"), None),
        (lambda: desk.does("ASK_BOOKING_AMENDMENT"), ("shipper", "AMEND_BOOKING")),
        (lambda: desk.does("AMEND_BOOKING"), ("carrier", "CONFIRM_BOOKING_AMENDMENT")),
        (lambda: desk.does("CONFIRM_BOOKING_AMENDMENT"), None),
        (
            lambda: desk.does("ASK_BOOKING_CANCELLATION"),
            ("carrier", "CONFIRM_BOOKING_CANCELLATION"),
        ),
        (lambda: desk.does("DECLINE_BOOKING_CANCELLATION"), None),
    )
    for step, asked in steps:
        step()
        assert scene.asked() == ({asked} if asked else set())


def test_instructions_become_a_title_and_end_when_it_comes_back(scene: Scene) -> None:
    desk = Desk(scene.world)
    steps = (
        (desk.submitted, ("carrier", "PUBLISH_DRAFT")),
        (lambda: desk.does("ASK_INSTRUCTIONS_UPDATE"), ("shipper", "UPDATE_INSTRUCTIONS")),
        (lambda: desk.does("UPDATE_INSTRUCTIONS"), ("carrier", "CONFIRM_INSTRUCTIONS_UPDATE")),
        (lambda: desk.does("CONFIRM_INSTRUCTIONS_UPDATE"), ("carrier", "PUBLISH_DRAFT")),
        (lambda: desk.does("PUBLISH_DRAFT"), ("shipper", "APPROVE_DRAFT")),
        (lambda: desk.does("COMMENT_DRAFT"), ("carrier", "PUBLISH_DRAFT")),
        (lambda: desk.does("PUBLISH_DRAFT"), ("shipper", "APPROVE_DRAFT")),
        (lambda: desk.does("APPROVE_DRAFT"), ("carrier", "ISSUE")),
        (desk.issued, None),
        (desk.surrendered, ("carrier", "COMPLETE_INSTRUCTIONS")),
        (lambda: desk.does("COMPLETE_INSTRUCTIONS"), None),
    )
    for step, asked in steps:
        step()
        assert scene.asked() == ({asked} if asked else set())


NOW = 1_800_000_000


def pledged(possessor: str, **changes: object) -> list[tuple[str, str, int]]:
    """Whom a pledged bill waits for that is in somebody's hands: act, and from when."""
    terms = {"amount": 5, "beneficiary": IDS["shipper"], "currency": "USD", "due": NOW}
    trust = {"pledgee": IDS["bank"], "trust_purpose": "", "trust_until": 0, **changes}
    title = replace(
        Bill("blank").record, pledge=Pledge(**{**terms, **trust}), possessor=IDS[possessor]
    )
    assert list(waiting.of_title(replace(title, freeze=salt("order")))) == []
    held = Escrow(exchange=salt("exchange"), how="TRANSFER", to=IDS["buyer"])
    assert list(waiting.of_title(replace(title, escrow=held))) == []
    return [(NAMES[one.controller], one.act, one.from_s) for one in waiting.of_title(title)]


def test_a_pledgee_acts_a_second_after_and_on_what_is_in_the_right_hands_alone() -> None:
    out = {"trust_purpose": "SURRENDER_FOR_DELIVERY", "trust_until": NOW - DAY}
    assert pledged("bank") == [("bank", "title.ENFORCE_PLEDGE", NOW + 1)]
    assert pledged("bank", due=0) == []
    assert pledged("shipper", **out) == [("bank", "title.RECLAIM", NOW - DAY + 1)]
    assert pledged("shipper") == pledged("buyer") == pledged("buyer", **out) == []


def test_the_nearest_behind_a_receivable_buys_back_what_is_free(hall: Hall) -> None:
    share = hall.receivable()
    payable = replace(hall.payable(share), status="DEFAULTED")
    given = replace(hall.share(share), recourse=(IDS["buyer"], IDS["carrier"]))
    (one,) = waiting.of_receivable(given, payable)
    assert (one.controller, one.act, one.amount) == (
        IDS["carrier"],
        "capital.BUY_BACK",
        given.amount,
    )
    for kept in (replace(given, escrow=salt("exchange")), replace(given, status="REDEEMED")):
        assert list(waiting.of_receivable(kept, payable)) == []


def test_an_approval_that_ends_is_missing_from_the_next_second_on() -> None:
    approval = Approval(controller="a", kid="k", transaction="t", until=NOW)
    later = replace(approval, kid="l", until=NOW + DAY)
    proposal = Proposal(
        act="title.VOID",
        actor="a",
        approvals=[later, approval],
        body={"amount": "12", "currency": "USD"},
        transaction="t",
        until=NOW + DAY,
        waits_for=["b"],
    )
    found = [(one.controller, one.from_s, one.amount) for one in waiting.of_proposal(proposal)]
    assert found == [("a", NOW + 1, "12"), ("b", 0, "12")]


def test_goods_delivered_on_a_letter_leave_the_bill_out() -> None:
    for kind, expected in (("SURRENDER", True), ("WAYBILL", True), ("INDEMNITY", False)):
        basis = Basis(claimant="a", kind=kind)
        assert waiting.is_back(Standing(issuer="c", basis=basis)) is expected
    assert not waiting.is_back(Standing(issuer="c"))
