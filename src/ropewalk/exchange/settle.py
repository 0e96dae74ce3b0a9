# SPDX-License-Identifier: Apache-2.0
"""SETTLE, RETURN: every leg in one act, or everything back.

Once each party agreed, each leg is given and the condition is met, whoever has a part in the
exchange settles it, before the deadline; who pays last may do it by the act that pays. After the
deadline, or once it can't settle any more, or with everybody's approval, it is returned. No third
way. Source: requirements capital.md, «exchange (DvP)»; reliability I26, TH27; design P1.
"""

import msgspec

from ropewalk.capital import OPEN as OPEN_RECEIVABLE
from ropewalk.capital import (
    BadAmountError,
    Purse,
    Receivable,
    TooManyRecoursesError,
    changed,
    find_receivable,
    put_receivable,
    with_recourse,
)
from ropewalk.cargo import GrantPickUp, OrderDelivery, grant, order_delivery
from ropewalk.exchange.conditions import FAILED, MET, State, judge
from ropewalk.exchange.errors import (
    DecidedError,
    LegBrokenError,
    NamedTitlesError,
    NotPartyError,
    NotReturnableError,
    UnknownExchangeError,
    WaitsError,
)
from ropewalk.exchange.state import (
    RETURNED,
    RUNNING,
    SETTLED,
    Deciding,
    DepositLeg,
    Exchange,
    Leg,
    PaymentLeg,
    ReceivableLeg,
    ReleaseLeg,
    TitleAt,
    TitleLeg,
    is_sound,
    load_open,
    load_running,
    put,
)
from ropewalk.ledger import (
    Context,
    Effects,
    Event,
    LedgerError,
    Overlay,
    Rule,
    View,
    require_approvals,
)
from ropewalk.title import (
    ActOnTitle,
    FrozenError,
    StaleError,
    find,
    give_back,
    hand_over,
    standing,
)


class Settle(Deciding, frozen=True):
    """Let every leg move."""


class Return(Deciding, frozen=True):
    """Give back whatever is in escrow."""


def settle(view: View, message: Settle, context: Context) -> Effects:
    """Move every leg in this one act.

    Raises:
        LedgerError: one of `SETTLE_REFUSALS`, in that order, or what a carrier's order of delivery
            or grant of a pick-up right is refused for.
    """
    exchange = load_running(view, message.exchange, context)
    if context.actor not in exchange.parties:
        raise NotPartyError(context.actor)
    return settle_all(view, exchange, message, context)


def settle_all(
    view: View, exchange: Exchange, message: Settle, context: Context, *, paying: int = -1
) -> Effects:
    """Move every leg of a running exchange, once nothing is missing.

    Args:
        view: the state.
        exchange: what it came to.
        message: the titles in its escrow.
        context: circumstances of the act.
        paying: number of a deposit that its giver pays by this act, out of hand.

    Raises:
        LedgerError: one of `MOVES`, in that order, or what a carrier's order of delivery or grant
            of a pick-up right is refused for.
    """
    missing = exchange.waits_for
    if missing:
        raise WaitsError(f"for {', '.join(missing)}")
    condition = exchange.condition
    if condition is not None:
        _require_met(judge(view, condition, context.time_s))
    _check_titles(exchange, message)
    overlay = Overlay(view)
    events: list[Event] = []
    legs = [*enumerate(exchange.legs)]
    legs.sort(key=lambda one: isinstance(one[1], ReleaseLeg))  # it stands on what moves here
    for number, leg in legs:
        if number == paying and isinstance(leg, DepositLeg):
            effects = _pay(overlay, leg, message.exchange, held=False)
        else:
            effects = _move(overlay, leg, exchange, message, context)
        overlay.changes.update(effects.writes)
        events += effects.events
    overlay.changes.update(put(exchange, message.exchange, SETTLED))
    told = {"actor": context.actor, "exchange": message.exchange}
    return Effects(overlay.changes, (Event("exchange.settled", told), *events))


def _require_met(state: State) -> None:
    if state == FAILED:
        raise WaitsError("its condition has failed: return it")
    if state != MET:
        raise WaitsError("for its condition")


def _move(
    view: Overlay, leg: Leg, exchange: Exchange, message: Settle, context: Context
) -> Effects:
    if isinstance(leg, TitleLeg):
        return hand_over(view, _at(message, leg), message.exchange, context)
    if isinstance(leg, ReceivableLeg):
        return _receivable(view, leg, message.exchange, context)
    if isinstance(leg, DepositLeg):
        return _pay(view, leg, message.exchange, held=True)
    if isinstance(leg, PaymentLeg):
        return Effects({})
    return _release(view, leg, exchange, context)


def _pay(view: View, leg: DepositLeg, exchange: str, *, held: bool) -> Effects:
    """Money moves out of escrow, or out of its giver's hand."""
    purse, amount = Purse(view, leg.bank, leg.currency), int(leg.sum)
    (purse.unhold if held else purse.take)(leg.giver, amount)
    purse.give(leg.taker, amount)
    return Effects(purse.writes, (_paid(leg, exchange), *purse.events("SETTLE", exchange)))


def _paid(leg: DepositLeg, exchange: str) -> Event:
    told = {
        "amount": leg.sum,
        "bank": leg.bank,
        "currency": leg.currency,
        "exchange": exchange,
        "payee": leg.taker,
        "payer": leg.giver,
    }
    return Event("capital.deposit_moved", told)


def _receivable(view: View, leg: ReceivableLeg, exchange: str, context: Context) -> Effects:
    receivable = _held(view, leg, exchange)
    if receivable is None or receivable.amount != leg.sum or not is_sound(view, receivable.payable):
        raise LegBrokenError(leg.receivable)
    recourse = with_recourse(receivable, leg.giver, leg.taker, stands=leg.with_recourse)
    told = {"creditor": leg.taker, "from": leg.giver, "receivable": leg.receivable}
    writes = put_receivable(
        receivable, leg.receivable, context, creditor=leg.taker, escrow="", recourse=recourse
    )
    listed = changed(receivable.payable, leg.receivable)
    return Effects(writes, (Event("capital.transferred", told), listed))


def _held(view: View, leg: ReceivableLeg, exchange: str) -> Receivable | None:
    """The receivable in this escrow, None where a payment closed it."""
    found = find_receivable(view, leg.receivable)
    is_held = found is not None and (found.status, found.escrow) == (OPEN_RECEIVABLE, exchange)
    return found if is_held else None


def _release(view: View, leg: ReleaseLeg, exchange: Exchange, context: Context) -> Effects:
    """The carrier's own acts of release, with the approval of all who agreed."""
    carrier = msgspec.structs.replace(context, actor=leg.giver, approvals=exchange.agreed, agent="")
    overlay = Overlay(view)
    ordered = order_delivery(
        standing,
        overlay,
        OrderDelivery(boxes=leg.boxes, release_to=leg.taker, title=leg.title),
        carrier,
    )
    overlay.changes.update(ordered.writes)
    events = [*ordered.events]
    for box in leg.boxes:
        window = GrantPickUp(
            box=box, to=leg.taker, valid_from=leg.valid_from, valid_until=leg.valid_until
        )
        granted = grant(standing, overlay, window, carrier)
        overlay.changes.update(granted.writes)
        events += granted.events
    return Effects(overlay.changes, tuple(events))


def _check_titles(exchange: Exchange, message: Deciding) -> None:
    held = [
        leg.title
        for number, leg in enumerate(exchange.legs)
        if isinstance(leg, TitleLeg) and number in exchange.given
    ]
    if [one.title for one in message.titles] != sorted(held):
        raise NamedTitlesError(f"it holds {', '.join(sorted(held)) or 'none'}")


def _at(message: Deciding, leg: TitleLeg) -> ActOnTitle:
    named: TitleAt = next(one for one in message.titles if one.title == leg.title)
    return ActOnTitle(last_act=named.last_act, title=named.title)


def give_all_back(view: View, message: Return, context: Context) -> Effects:
    """Give back every leg in this one act.

    Raises:
        LedgerError: one of `RETURN_REFUSALS`, in that order.
    """
    exchange = load_open(view, message.exchange)
    if not _has_failed(view, exchange, message.exchange, context):
        require_approvals(context, exchange.concerned, NotReturnableError)
    _check_titles(exchange, message)
    overlay = Overlay(view)
    events: list[Event] = []
    for number in exchange.given:
        effects = _back(overlay, exchange.legs[number], message, context)
        overlay.changes.update(effects.writes)
        events += effects.events
    overlay.changes.update(put(exchange, message.exchange, RETURNED))
    told = {"actor": context.actor, "exchange": message.exchange}
    return Effects(overlay.changes, (Event("exchange.returned", told), *events))


def _has_failed(view: View, exchange: Exchange, identifier: str, context: Context) -> bool:
    if context.time_s > exchange.deadline:
        return True
    condition = exchange.condition
    if condition is not None and judge(view, condition, context.time_s) == FAILED:
        return True
    return any(is_broken(view, exchange, number, identifier) for number in exchange.given)


def is_broken(view: View, exchange: Exchange, number: int, identifier: str) -> bool:
    """Whether what a leg was to move is no longer what it was: paid, disputed, frozen."""
    leg = exchange.legs[number]
    if isinstance(leg, ReceivableLeg):
        found = _held(view, leg, identifier)
        return found is None or found.amount != leg.sum or not is_sound(view, found.payable)
    if isinstance(leg, TitleLeg):
        title = find(view, leg.title)
        return title is None or bool(title.freeze)
    return False


def _back(view: View, leg: Leg, message: Return, context: Context) -> Effects:
    if isinstance(leg, TitleLeg):
        return give_back(view, _at(message, leg), message.exchange, context)
    if isinstance(leg, ReceivableLeg):
        receivable = _held(view, leg, message.exchange)
        if receivable is None:
            return Effects({})
        writes = put_receivable(receivable, leg.receivable, context, escrow="")
        return Effects(writes, (changed(receivable.payable, leg.receivable),))
    if isinstance(leg, DepositLeg):
        purse = Purse(view, leg.bank, leg.currency)
        purse.unhold(leg.giver, int(leg.sum))
        purse.give(leg.giver, int(leg.sum))
        return Effects(purse.writes, purse.events("RETURN", message.exchange))
    return Effects({})


MOVES: tuple[type[LedgerError], ...] = (
    WaitsError,
    NamedTitlesError,
    StaleError,
    FrozenError,
    LegBrokenError,
    TooManyRecoursesError,
    BadAmountError,
)
SETTLE_REFUSALS: tuple[type[LedgerError], ...] = (*RUNNING, NotPartyError, *MOVES)
RETURN_REFUSALS = (
    UnknownExchangeError,
    DecidedError,
    NotReturnableError,
    NamedTitlesError,
    StaleError,
)

RULES = (
    Rule("exchange.SETTLE", Settle, settle, SETTLE_REFUSALS),
    Rule("exchange.RETURN", Return, give_all_back, RETURN_REFUSALS),
)
