# SPDX-License-Identifier: Apache-2.0
"""Vectors of the gate: GATE_OUT, RAISE_ALARM, RETURN_EMPTY."""

from collections.abc import Callable, Iterator

from cargo.casing import Members, Refusal, case, misshapen
from cargo.quay import (
    GATE,
    NOWHERE,
    Quay,
    announcement,
)
from ledger.vectors import Case, surplus
from ledger.world import DAY, IDS, kid, salt
from ropewalk.cargo import errors
from ropewalk.identity import (
    RevokedKeyError,
    ThresholdNotMetError,
    UnknownControllerError,
    UnknownKeyError,
)
from ropewalk.ledger import MalformedBodyError


def exits() -> Iterator[Case]:
    """GATE_OUT."""
    act = "GATE_OUT"
    held = Quay().held("haulier")

    def one(
        name: str,
        quay: Quay,
        members: Members,
        refusal: Refusal = None,
        actor: str = "terminal",
    ) -> Case:
        return case(quay, act, name, actor, members, refusal)

    shown = held.shown("haulier")
    odd = {**shown, "presentation": "1234"}
    yield one("by_the_holder", held, shown)
    driven = Quay().held("haulier")
    driven.does("haulier", "NAME_DRIVER", driver="driver", until=driven.world.time_s + DAY)
    yield one("by_the_driver", driven, driven.shown("driver"))
    transit = Quay().held().does("customs", "SET_CUSTOMS_STATUS", status="TRANSIT")
    yield one("in_transit", transit, transit.shown("consignee"))
    yield one("unknown_movement", Quay(), odd, errors.UnknownMovementError)
    yield one("left", Quay().held().out(), odd, errors.LeftError)
    yield one("not_terminal", held, odd, errors.NotOfMovementError, "other_terminal")
    yield one("no_right", Quay().announced(), odd, errors.NoRightError)
    granted = Quay().surrendered().announced().ordered().granted()
    yield one("nobody_accepted", granted, odd, errors.NoRightError)
    frozen = Quay("waybill").announced().ordered().granted()
    frozen.does("consignee", "ACCEPT_PICK_UP").does("consignee", "TRANSFER_PICK_UP", to="haulier")
    frozen.bill.frozen()
    yield one("not_released", frozen, odd, errors.NotReleasedError)
    bare = Quay().surrendered().announced().ordered().granted()
    bare.does("consignee", "ACCEPT_PICK_UP").does("carrier", "BLOCK", reason=NOWHERE)
    offered = Quay().held().does("consignee", "TRANSFER_PICK_UP", to="haulier")
    yield one("offered", offered, odd, errors.OfferedError)
    yield from _lights(one, bare, odd)
    yield from _wrongly_shown(one, held)


One = Callable[..., Case]


def _lights(one: One, bare: Quay, odd: Members) -> Iterator[Case]:
    bare.does("carrier", "CHANGE_VALIDITY", valid_from=0, valid_until=bare.world.time_s + 3)
    bare.world.block(seconds=10)
    yield one("outside_window", bare, odd, errors.OutsideWindowError)
    bare.does("carrier", "CHANGE_VALIDITY", **bare.window())
    blocked = Quay().surrendered().announced().ordered().granted()
    blocked.does("consignee", "ACCEPT_PICK_UP").does("carrier", "BLOCK", reason=NOWHERE)
    yield one("blocked", blocked, odd, errors.BlockedError)
    dark = Quay().surrendered().announced().ordered().granted()
    dark.does("consignee", "ACCEPT_PICK_UP")
    yield one("customs_said_nothing", dark, odd, errors.CustomsError)
    cleared = Quay().surrendered().announced().ordered().granted()
    cleared.does("consignee", "ACCEPT_PICK_UP").does(
        "customs", "SET_CUSTOMS_STATUS", status="CLEARED"
    )
    yield one("not_ready", cleared, odd, errors.NotReadyError)


def _wrongly_shown(one: One, held: Quay) -> Iterator[Case]:
    wrong = errors.BadPresentationError
    yield one("no_presentation", held, {**held.shown("haulier"), "presentation": "1234"}, wrong)
    now = held.world.time_s
    for name, changes in (
        ("another_gate", {"gate": "GATE-2"}),
        ("another_challenge", {"challenge": NOWHERE}),
        ("another_right", {"right": NOWHERE}),
        ("another_box", {"box": NOWHERE}),
        ("another_network", {"network": NOWHERE}),
        ("not_fresh", {"time": now - 300}),
        ("ahead", {"time": now + 62}),
        ("stolen", {"collector": "driver"}),
    ):
        yield one(name, held, held.shown("haulier", **changes), wrong)
    driven = Quay().held("haulier")
    driven.does("haulier", "NAME_DRIVER", driver="driver", until=driven.world.time_s + 2)
    driven.world.block(seconds=5)
    yield one("driver_too_late", driven, driven.shown("driver"), errors.OutsideWindowError)
    yield one("another_key", held, held.shown("driver", collector="haulier"), UnknownKeyError)
    rotated = Quay().held("haulier")
    rotated.world.done("haulier", "identity.ADD_KEY", {"key": kid("haulier 2")})
    rotated.world.done("haulier", "identity.REVOKE_KEY", {"key": kid("haulier")})
    yield one("revoked_key", rotated, rotated.shown("haulier"), RevokedKeyError)
    joint = Quay().held("haulier")
    joint.handed("haulier", "firm")
    content = joint.shown("firm a", collector="firm")
    yield one("too_few_keys", joint, content, ThresholdNotMetError)
    unknown = Quay().held("haulier")
    unknown.does("haulier", "NAME_DRIVER", driver="driver", until=unknown.world.time_s + DAY)
    del unknown.world.state[f"controller/{IDS['driver']}"]
    yield one("unknown_collector", unknown, unknown.shown("driver"), UnknownControllerError)
    yield surplus(one("", held, held.shown("haulier")))
    yield one(
        "gate_as_a_sentence",
        held,
        {**held.shown("haulier"), "gate": "the gate"},
        MalformedBodyError,
    )


def ends() -> Iterator[Case]:
    """RAISE_ALARM, RETURN_EMPTY."""
    act = "RAISE_ALARM"
    alarm: Members = {"event": salt("gate event"), "gate": GATE}
    quay = Quay().announced()
    yield case(quay, act, "of_a_box_that_is_here", "terminal", alarm)
    yield case(Quay(), act, "of_a_box_nobody_announced", "other_terminal", alarm)
    yield case(quay, act, "by_no_terminal", "haulier", alarm, errors.NotRegisteredAsError)
    yield from misshapen(quay, act, "terminal", alarm)
    act = "RETURN_EMPTY"
    back: Members = {"date": "2026-01-02", "place": salt("depot")}
    odd = {**back, "date": "2026-02-30"}
    out = Quay().held().out()
    yield case(out, act, "to_the_terminal", "terminal", back)
    depot = Quay().surrendered()
    told = announcement([depot.title], depot="other_terminal")
    depot.arriving(told).ordered().green().granted()
    depot.does("consignee", "ACCEPT_PICK_UP").out()
    yield case(depot, act, "to_the_depot", "other_terminal", back)
    yield case(Quay(), act, "unknown_movement", "haulier", odd, errors.UnknownMovementError)
    yield case(quay, act, "not_of_movement", "haulier", odd, errors.NotOfMovementError)
    yield case(quay, act, "not_left", "terminal", odd, errors.NotLeftError)
    returned = Quay().held().out().back()
    yield case(returned, act, "returned", "terminal", odd, errors.ReturnedError)
    yield case(out, act, "bad_date", "terminal", odd, errors.BadDateError)
    yield from misshapen(out, act, "terminal", back)


def cases() -> Iterator[Case]:
    """Every case here."""
    yield from exits()
    yield from ends()
