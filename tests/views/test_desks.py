# SPDX-License-Identifier: Apache-2.0
"""Desks say whom each record waits for and whom it concerns, however late it was read (I33)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, insert, text

from cargo.desk import Desk
from cargo.quay import OTHER_BOX, Quay, claim, loaded, on_board, port
from exchange.hall import PRICE, USD, Hall, both, either
from ledger.world import DAY, IDS, NAMES, kid, salt
from model.adversary import Adversary
from ropewalk.crypto import Value
from ropewalk.views import CursorError, RecordLateError, Views, desk_reading, forget
from ropewalk.views.desk_reading import COUNTED, Todo
from ropewalk.views.schema import DESKS, involvements, subjects, waits
from title.bills import Bill
from views.onlooker import Onlooker, begun, game, of_desks, require_told_alike
from views.test_projector import dump, kill_amid

Asked = set[tuple[str, str]]


class Scene:
    """A world as it is played, and the views of it."""

    def __init__(self, folder: Path) -> None:
        self.world = port()
        self.onlooker = Onlooker(self.world)
        self.views = Views(folder, self.onlooker)

    def todos(self, name: str, *, ahead: int = 0) -> list[Todo]:
        """What waits for somebody, now or so many seconds ahead."""
        self.views.projector.catch_up()
        require_told_alike(self.views, self.onlooker)
        return self.views.todos(IDS[name], self.world.time_s + ahead).rows

    def acts(self, name: str, *, ahead: int = 0) -> list[str]:
        """The acts that wait for somebody, without their rooms."""
        return [one.act.partition(".")[2] for one in self.todos(name, ahead=ahead)]

    def asked(self, *, ahead: int = 0) -> Asked:
        """Everybody that something waits for, and which act that is."""
        return {(NAMES[who], act) for who in NAMES for act in self.acts(NAMES[who], ahead=ahead)}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    found = Scene(tmp_path)
    yield found
    found.views.close()


@pytest.fixture
def hall(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setattr("cargo.quay.port", lambda: scene.world)
    return Hall()


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


def test_what_a_holder_leased_waits_for_its_end(scene: Scene) -> None:
    bill = Bill("blank", scene.world)
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    bill.does("carrier", "SREJ")
    bill.leased(days=2)
    assert bill.record.lease_until
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


def test_an_exchange_waits_for_each_part_in_turn(scene: Scene, hall: Hall) -> None:
    hall.opened()
    deadline = hall.record.deadline
    assert scene.asked() == {("shipper", "ESCROW_TITLE"), ("consignee", "ESCROW_DEPOSIT")}
    (todo,) = scene.todos("consignee")
    assert (todo.number, todo.currency, todo.amount) == (1, USD, str(PRICE))
    assert (todo.by_s, todo.subject) == (deadline, hall.exchange)
    (todo,) = scene.todos("shipper")
    assert (todo.about, todo.currency, todo.amount) == (hall.bill.title, USD, str(PRICE))
    hall.gives_title()
    assert scene.asked() == {("consignee", "ESCROW_DEPOSIT")}
    hall.gives_money()
    assert scene.asked() == {("shipper", "SETTLE"), ("consignee", "SETTLE")}
    assert scene.asked(ahead=deadline) == {("shipper", "RETURN"), ("consignee", "RETURN")}
    hall.settles()
    assert scene.asked() == set()


def test_at_its_deadline_an_exchange_is_settled_and_a_second_later_returned(
    scene: Scene, hall: Hall
) -> None:
    hall.opened().gives_title()
    left = hall.record.deadline - scene.world.time_s
    assert scene.asked(ahead=left) == {("consignee", "ESCROW_DEPOSIT")}
    assert scene.asked(ahead=left + 1) == {("shipper", "RETURN")}
    hall.later().returns()
    assert scene.asked(ahead=DAY) == set()


def test_who_gives_nothing_is_asked_to_agree_and_a_bank_to_confirm(
    scene: Scene, hall: Hall
) -> None:
    hall.opened(hall.title_leg(), hall.payment_leg())
    assert scene.asked() == {
        ("shipper", "ESCROW_TITLE"),
        ("consignee", "AGREE"),
        ("bank", "CONFIRM_PAYMENT"),
    }
    hall.does("consignee", "AGREE")
    assert scene.acts("consignee") == []
    (todo,) = scene.todos("bank")
    assert (todo.number, todo.amount) == (1, str(PRICE))


def test_what_a_condition_asks_for_waits_for_its_witness(scene: Scene, hall: Hall) -> None:
    until = scene.world.time_s + 2 * DAY
    hall.opened(condition=hall.event(until=until)).gives_title().gives_money()
    assert scene.asked() == {("terminal", "STATE_FACT")}
    (todo,) = scene.todos("terminal")
    assert (todo.by_s, todo.number) == (until, 0)
    late = until + 1 - scene.world.time_s
    assert scene.asked(ahead=late) == {("shipper", "RETURN"), ("consignee", "RETURN")}
    fact: dict[str, Value] = {"code": "INSP", "content": salt("fact"), "subject": Quay().box}
    scene.world.done("terminal", "exchange.STATE_FACT", {**fact, "time": scene.world.time_s})
    assert scene.asked() == {("shipper", "SETTLE"), ("consignee", "SETTLE")}
    assert scene.asked(ahead=late) == {("shipper", "SETTLE"), ("consignee", "SETTLE")}


def test_readings_out_of_their_band_have_everything_go_back(scene: Scene, hall: Hall) -> None:
    hall.opened(condition=hall.band()).gives_title().gives_money()
    assert scene.asked() == set()
    assert scene.asked(ahead=3_601) == {("carrier", "STATE_READINGS")}
    asked = hall.band()
    scene.world.block(seconds=4_000)
    names = ("quantity", "subject")
    span = {"since": hall.record.condition.since, "until": hall.record.condition.until}  # type: ignore[union-attr]
    told = {**{name: asked[name] for name in names}, **span, "content": salt("readings")}
    scene.world.done("carrier", "exchange.STATE_READINGS", {**told, "least": 0, "most": 9_000})
    assert scene.asked() == {("shipper", "RETURN"), ("consignee", "RETURN")}


def test_what_need_not_be_stated_any_more_waits_for_nobody(scene: Scene, hall: Hall) -> None:
    later: dict[str, Value] = {"asks": "not_before", "time": scene.world.time_s + DAY}
    met: dict[str, Value] = {"asks": "not_before", "time": scene.world.time_s}
    hall.opened(condition=both(either(met, hall.event()), later)).gives_title().gives_money()
    assert scene.asked(ahead=10) == {("terminal", "STATE_FACT")}
    assert ("shipper", "SETTLE") in scene.asked(ahead=DAY)


def test_a_frozen_bill_in_escrow_goes_back(scene: Scene, hall: Hall) -> None:
    hall.full()
    hall.bill.frozen()
    assert scene.asked() == {("shipper", "RETURN"), ("consignee", "RETURN")}


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


def test_a_box_waits_for_its_lights_and_for_who_is_to_collect_it(scene: Scene) -> None:
    quay = Quay(world=scene.world)
    quay.announced()
    lights = {("customs", "SET_CUSTOMS_STATUS"), ("terminal", "SET_READINESS")}
    assert scene.asked() == lights
    quay.surrendered()
    assert scene.asked() == lights | {("carrier", "ORDER_DELIVERY")}
    todo = next(one for one in scene.todos("carrier"))
    assert (todo.kind, todo.subject, todo.about) == ("box", quay.box, quay.title)
    quay.green().ordered()
    assert scene.asked() == {("carrier", "GRANT_PICK_UP")}
    quay.granted()
    assert scene.asked() == {("consignee", "ACCEPT_PICK_UP")}
    quay.does("consignee", "ACCEPT_PICK_UP")
    assert scene.asked() == set()
    assert scene.asked(ahead=6 * DAY) == {("carrier", "CHANGE_VALIDITY")}
    quay.out()
    assert scene.asked() == {("terminal", "RETURN_EMPTY")}
    quay.back()
    assert scene.asked(ahead=6 * DAY) == set()


def test_an_order_falls_with_what_it_stood_on(scene: Scene) -> None:
    quay = Quay("waybill", scene.world)
    quay.announced().green().ordered()
    assert scene.asked() == {("carrier", "GRANT_PICK_UP")}
    quay.bill.does("shipper", "REDIRECT", consignee="buyer")
    assert scene.asked() == {("carrier", "ORDER_DELIVERY")}


def test_a_load_that_is_taken_back_concerns_nobody(scene: Scene) -> None:
    scene.world.done("terminal", "cargo.CLAIM", claim(*loaded(OTHER_BOX)))
    assert scene.acts("terminal") == []
    (line,) = scene.views.involved(IDS["terminal"]).rows
    assert (line.kind, line.status, line.parts) == ("box", "LOADED", ("loader",))
    scene.world.done("terminal", "cargo.RETRACT_LOAD", {"box": OTHER_BOX})
    assert scene.acts("terminal") == []
    assert scene.views.involved(IDS["terminal"]).rows == []


def test_what_concerns_a_party_is_listed_by_the_last_act_with_all_its_parts(
    scene: Scene,
) -> None:
    first, second = (Bill("to_order", scene.world) for _ in range(2))
    first.does("shipper", "SIGN")
    scene.views.projector.catch_up()
    rows = scene.views.involved(IDS["shipper"]).rows
    assert [one.subject for one in rows] == [first.title, second.title]
    assert rows[0].parts == ("endorsee", "holder", "in_control", "shipper")
    assert (rows[0].label, rows[0].document_type) == (first.record.reference, "BOL")
    assert rows[0].time_s == scene.world.time_s
    first.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    first.does("carrier", "SACC")
    scene.views.projector.catch_up()
    for is_open, expected in ((True, [second.title]), (False, [first.title])):
        found = scene.views.involved(IDS["carrier"], "title", is_open=is_open)
        assert [one.subject for one in found.rows] == expected
    assert scene.views.involved(IDS["carrier"], "exchange").rows == []
    counts = scene.views.counts(IDS["carrier"], scene.world.time_s)
    assert (counts.todos, counts.is_open) == (0, {"title": 1})


def test_a_desk_is_searched_by_id_reference_and_box(scene: Scene) -> None:
    scene.world.done("terminal", "cargo.CLAIM", claim(*loaded(salt("box"))))
    quay = Quay(world=scene.world)
    quay.bill = Bill("straight", scene.world, **on_board())
    quay.announced()
    scene.views.projector.catch_up()

    def found(name: str, asked: str) -> set[str]:
        return {one.subject for one in scene.views.search(IDS[name], asked)}

    title = quay.bill.title
    assert found("shipper", title[:8]) == found("shipper", title.upper()) == {title}
    assert title in found("shipper", "doc:")
    assert found("shipper", quay.bill.record.reference) == {title}
    assert found("shipper", quay.box[:12]) == {title}
    assert found("carrier", quay.box) == {title, quay.box}
    assert found("buyer", title) == found("shipper", "zz%") == found("shipper", " ") == set()
    assert found("shipper", title[:3]) == set()


def test_pages_laid_together_are_the_whole_list(tmp_path: Path) -> None:
    onlooker = game(11, 1_500)
    views = Views(tmp_path, onlooker)
    views.projector.catch_up()
    now = onlooker.world.time_s
    listed = 0
    for who in sorted({row[2] for row in of_desks(views)["involvements"]}):
        whole, after, paged = views.todos(who, now, limit=500), None, list[Todo]()
        while True:
            page = views.todos(who, now, after, limit=3)
            paged, after = paged + page.rows, page.next
            if after is None:
                break
        assert paged == whole.rows
        for is_open in (None, True, False):
            for kind in ("", "title"):
                lines, after = list[desk_reading.Involved](), None
                while True:
                    part = views.involved(who, kind, is_open=is_open, after=after, limit=7)
                    lines, after = lines + part.rows, part.next
                    if after is None:
                        break
                everything = views.involved(who, kind, is_open=is_open, limit=5_000).rows
                assert lines == everything
                assert len({(one.kind, one.subject) for one in lines}) == len(lines)
                listed += len(lines)
        assert views.counts(who, now).todos == min(COUNTED, len(whole.rows))
    assert listed > 500
    views.close()


@pytest.mark.parametrize("place", [("x", ""), ("1", "a/b"), ("9" * 30, "a/b/c/0/0"), ("-1", "a/b")])
def test_a_place_that_no_list_has_is_refused(scene: Scene, place: tuple[str, str]) -> None:
    with pytest.raises(CursorError):
        scene.views.todos(IDS["carrier"], 0, place)
    if place != ("1", "a/b"):
        with pytest.raises(CursorError):
            scene.views.involved(IDS["carrier"], after=place)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_played_the_rows_are_the_records_told_once_more(
    tmp_path: Path, seed: int
) -> None:
    onlooker, adversary = begun(seed)
    lived = _followed(tmp_path / "lived", onlooker, adversary)
    for size in (1, 7, 500):
        folder = tmp_path / str(size)
        folder.mkdir()
        views = Views(folder, onlooker)
        views.projector.page = size
        views.projector.catch_up()
        assert of_desks(views) == of_desks(lived)
        views.close()
    lived.rebuild()
    require_told_alike(lived, onlooker)
    lived.close()


def _followed(folder: Path, onlooker: Onlooker, adversary: Adversary) -> Views:
    """Views that were led behind a game, now more and now less far."""
    folder.mkdir()
    views = Views(folder, onlooker)
    for number, lag in enumerate((0, 40, 3, 0, 90, 0)):
        adversary.play(150 * (number + 1))
        onlooker.lag = lag
        views.projector.page = (500, 7, 60)[number % 3]
        views.projector.catch_up()
    require_told_alike(views, onlooker)
    return views


def test_a_rebuild_cut_off_goes_on_and_is_the_same(tmp_path: Path) -> None:
    onlooker = game(5, 600)
    views = Views(tmp_path, onlooker)
    views.projector.catch_up()
    lived = of_desks(views)
    forget(views.database)
    assert all(rows == [] for rows in of_desks(views).values())
    views.projector.page = 50
    views.projector.step()
    assert 0 < len(of_desks(views)["subjects"]) < len(lived["subjects"])
    views.close()
    views = Views(tmp_path, onlooker)
    views.projector.catch_up()
    assert of_desks(views) == lived
    views.close()


def test_killed_at_any_moment_they_go_on_and_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    whole = Views(tmp_path / "whole", game(5, 600))
    whole.projector.catch_up()
    expected = dump(whole)
    whole.close()
    kills = 0
    for pause_s in (0.0, 0.02, 0.05, 0.1, 0.2):
        kills += kill_amid(tmp_path / "killed", pause_s, "desks")
    assert kills >= 2
    views = Views(tmp_path / "killed", game(5, 600))
    views.projector.catch_up()
    assert dump(views) == expected
    views.close()


def test_a_record_that_is_late_is_waited_for_and_nothing_is_half_written(scene: Scene) -> None:
    bill = Bill("blank", scene.world)
    record = scene.world.state.pop(f"title/{bill.title}")
    with pytest.raises(RecordLateError):
        scene.views.projector.catch_up()
    assert of_desks(scene.views)["subjects"] == []
    scene.world.state[f"title/{bill.title}"] = record
    assert scene.acts("shipper") == []
    assert len(scene.views.involved(IDS["shipper"]).rows) == 1


@pytest.mark.parametrize("form", ["0002", "0004", "0005"])
def test_views_of_a_form_before_are_derived_anew_and_have_desks(tmp_path: Path, form: str) -> None:
    onlooker = game(5, 300)
    views = Views(tmp_path, onlooker)
    views.projector.catch_up()
    lived = dump(views)
    with views.database.writing() as connection:
        for table in DESKS:
            table.drop(connection)
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{form}'"))  # noqa: S608
    views.close()
    views = Views(tmp_path, onlooker)
    assert views.standing().position == 0
    views.projector.catch_up()
    assert dump(views) == lived
    views.close()


def test_every_page_is_read_in_the_order_of_an_index(tmp_path: Path) -> None:
    views = Views(tmp_path, Onlooker(port()))
    plans = list[str]()
    with views.database.writing() as connection:
        _fill(connection, 300)
    with views.database.reading() as connection:

        def explain(_c: object, _cursor: object, said: str, given: object, *_: object) -> None:
            if said.startswith("SELECT"):
                rows = connection.connection.cursor().execute("EXPLAIN QUERY PLAN " + said, given)
                plans.extend(str(row[3]) for row in rows)

        event.listen(connection, "after_cursor_execute", explain)
        who, place = "a" * 32, ("5", "title/x")
        desk_reading.todos(connection, who, 9, ("5", "title/x/a/0/0"), 20)
        for wanted in (("", None), ("title", None), ("", True), ("title", False)):
            desk_reading.involved(connection, who, wanted, place, 20)
        desk_reading.search(connection, who, "abcd", 20)
        desk_reading.search(connection, who, "ROP:SHIP", 20)
        desk_reading.counts(connection, who, 9)
    views.close()
    assert len(plans) > 20
    assert not [one for one in plans if "TEMP B-TREE" in one]
    assert not [one for one in plans if one.startswith("SCAN") and "anon" not in one]


def _fill(connection: object, count: int) -> None:
    line = {"label": "ROP:SHIP", "document_type": "BOL", "status": "ISSUED", "is_open": True}
    sums = {"currency": "", "amount": "", "due_s": 0, "time_s": 1}
    named = [{"kind": "title", "subject": f"{number:064x}"} for number in range(count)]
    wait = {"controller": "a" * 32, "act": "title.SACC", "number": 0, "from_s": 0, "until_s": 0}
    more = {"by_s": 0, "run": 0, "order_s": 2**53, "currency": "", "amount": "", "about": ""}
    rows = {
        subjects: [
            {**line, **sums, "kind": "title", "id": one["subject"], "position": 1} for one in named
        ],
        involvements: [
            {**one, "controller": "a" * 32, "parts": "issuer", "name": "SHIP", "is_open": True}
            | {"position": 1}
            for one in named
        ],
        waits: [{**one, **wait, **more} for one in named],
    }
    for table, listed in rows.items():
        connection.execute(insert(table), listed)  # type: ignore[attr-defined]
    connection.execute(text("ANALYZE"))  # type: ignore[attr-defined]
