# SPDX-License-Identifier: Apache-2.0
"""An exchange's promises, each a named function over one act's change."""

from collections.abc import Iterator, Sequence

from ropewalk.capital import Balance, Receivable, balance_key, find_receivable
from ropewalk.cargo import find_right
from ropewalk.exchange.conditions import FAILED, MET, judge
from ropewalk.exchange.settle import is_broken
from ropewalk.exchange.state import (
    OPEN,
    RETURNED,
    SETTLED,
    DepositLeg,
    Exchange,
    Leg,
    ReceivableLeg,
    ReleaseLeg,
    TitleLeg,
    exchange_key,
    find_exchange,
    standing_key,
)
from ropewalk.ledger import Change, Invariant, View, decode_record
from ropewalk.title import SURRENDERED, Title, find, key

_TERMS = ("condition", "deadline", "legs", "opener")


def _exchanges(change: Change) -> Iterator[tuple[str, Exchange | None, Exchange | None]]:
    """Exchanges that changed: id, before, after."""
    for name in change.keys:
        room, _, identifier = name.partition("/")
        is_first = room == "exchange" or exchange_key(identifier) not in change.keys
        if room in ("exchange", "standing") and is_first:
            yield (
                identifier,
                find_exchange(change.before, identifier),
                find_exchange(change.after, identifier),
            )


def decided_once(change: Change) -> str | None:
    """I26: an exchange is settled or returned once, in time, with every consent and condition."""
    for identifier, was, now in _exchanges(change):
        if now is None:
            return f"{identifier} was removed"
        if was is None:
            broken = _began(now, identifier, change)
        else:
            broken = _went_on(was, now, identifier, change)
        if broken is not None:
            return f"{identifier} {broken}"
    return None


def _began(now: Exchange, identifier: str, change: Change) -> str | None:
    if now.version != 1 or now.agreed != (now.opener,) or [*now.given] != sorted({*now.given}):
        return "began in the middle"
    for leg in (now.legs[number] for number in now.given):
        is_own = leg.giver == now.opener and isinstance(leg, DepositLeg | ReceivableLeg)
        if not is_own or not _is_held(change, leg, identifier):
            return "began with what its opener did not give"
    return None if now.status == OPEN else f"began as {now.status}"


def _is_held(change: Change, leg: Leg, identifier: str) -> bool:
    """Whether a receivable is in this escrow; money is added up elsewhere."""
    if not isinstance(leg, ReceivableLeg):
        return True
    share = find_receivable(change.after, leg.receivable)
    return share is not None and share.escrow == identifier


def _went_on(was: Exchange, now: Exchange, identifier: str, change: Change) -> str | None:
    if was.status != OPEN:
        return "was decided, and changed"
    if now.version != was.version + 1:
        return "has versions that do not follow"
    if any(getattr(was, name) != getattr(now, name) for name in _TERMS):
        return "has other terms"
    if now.status == SETTLED and not _is_due(was, now, change):
        return "settled before it was due, or too late"
    if now.status == RETURNED and not _may_return(was, identifier, change):
        return "was returned while it could settle, behind somebody's back"
    return None


def _is_due(was: Exchange, now: Exchange, change: Change) -> bool:
    """Whether nothing was missing but what its payer gave by this act."""
    actor = change.context.actor
    if any(not isinstance(leg, DepositLeg) or leg.giver != actor for leg in _given_now(was, now)):
        return False
    if change.context.time_s > was.deadline or now.waits_for:
        return False
    condition = was.condition
    return condition is None or judge(change.before, condition, change.context.time_s) == MET


def _may_return(was: Exchange, identifier: str, change: Change) -> bool:
    context, view, condition = change.context, change.before, was.condition
    late = context.time_s > was.deadline
    failed = condition is not None and judge(view, condition, context.time_s) == FAILED
    broken = any(is_broken(view, was, number, identifier) for number in was.given)
    signed = {context.actor, *context.approvals}
    return late or failed or broken or signed.issuperset(was.concerned)


def agreed_by_itself(change: Change) -> str | None:
    """I5: nobody agrees by what another one signs, and no consent is taken back."""
    for identifier, was, now in _exchanges(change):
        if now is None:
            continue
        before = () if was is None else was.agreed
        if not {*before} <= {*now.agreed} <= {*before, change.context.actor}:
            return f"{identifier}: somebody agreed who did not sign, or no longer agrees"
        if was is not None and not {*was.given} <= {*now.given}:
            return f"{identifier}: what was given is given no more"
    return None


def both_or_neither(change: Change) -> str | None:
    """I26: what settled moved whole, what was returned is whole where it was."""
    for identifier, was, now in _exchanges(change):
        if was is None or now is None or now.status == OPEN:
            continue
        for number, leg in enumerate(now.legs):
            if now.status == SETTLED and not _moved(change, leg, now.parties):
                return f"{identifier} settled without leg {number}"
            if now.status != SETTLED and number in was.given and not _stayed(change, leg):
                return f"{identifier} was returned without leg {number}"
    return None


def _moved(change: Change, leg: Leg, parties: Sequence[str]) -> bool:
    view = change.after
    if isinstance(leg, TitleLeg):
        title = find(view, leg.title)
        if title is None or title.escrow is not None:
            return False
        if leg.how == "SURRENDER":
            accepted = title.issuer in parties
            return accepted and (title.status, title.claimant) == (SURRENDERED, leg.taker)
        return title.possessor == leg.taker
    if isinstance(leg, ReceivableLeg):
        share = _receivable(view, leg)
        return share is not None and (share.creditor, share.escrow) == (leg.taker, "")
    if isinstance(leg, ReleaseLeg):
        rights = [find_right(view, box) for box in leg.boxes]
        return all(right is not None and right.offered_to == leg.taker for right in rights)
    return True


def _stayed(change: Change, leg: Leg) -> bool:
    if isinstance(leg, TitleLeg):
        title = find(change.after, leg.title)
        return title is not None and (title.possessor, title.escrow) == (leg.giver, None)
    if isinstance(leg, ReceivableLeg):
        share = _receivable(change.after, leg)
        return share is not None and (share.creditor, share.escrow) == (leg.giver, "")
    return True


def _receivable(view: View, leg: ReceivableLeg) -> Receivable | None:
    data = view.get(f"receivable/{leg.receivable}")
    return None if data is None else decode_record(data, Receivable)


def escrow_follows(change: Change) -> str | None:
    """I26: what is held changes with the exchange that holds it, and by no other act."""
    owed: dict[tuple[str, str, str], int] = {}
    for _, was, now in _exchanges(change):
        for record, sign in ((was, 1), (now, -1)):
            for leg in _held_deposits(record):
                at = (leg.bank, leg.currency, leg.giver)
                owed[at] = owed.get(at, 0) + sign * int(leg.sum)
    for name in change.keys:
        if name.startswith("balance/"):
            bank, currency, customer = name.removeprefix("balance/").split(":")
            at = (bank, currency, customer)
            held = _held(change.after, name) - _held(change.before, name)
            owed[at] = owed.get(at, 0) + held
        elif not _is_followed(change, name):
            return f"{name} left or entered escrow without its exchange"
    wrong = sorted(at for at, total in owed.items() if total)
    return f"{wrong[0]} holds something else than its exchanges say" if wrong else None


def money_goes_where_it_should(change: Change) -> str | None:
    """I26: what is decided pays each taker what is his, or each giver what he gave; no one else."""
    owed: dict[str, int] = {}
    decided = False
    for _, was, now in _exchanges(change):
        if was is None or now is None or now.status == OPEN:
            continue
        decided = True
        for name, amount in _owed(was, now):
            owed[name] = owed.get(name, 0) + amount
    if not decided:
        return None
    for name in sorted({*owed, *(one for one in change.keys if one.startswith("balance/"))}):
        if _free(change.after, name) - _free(change.before, name) != owed.get(name, 0):
            return f"{name} got something else than its exchange says"
    return None


def _owed(was: Exchange, now: Exchange) -> Iterator[tuple[str, int]]:
    """What a decision puts into accounts, and takes from whoever paid by the act that settled."""
    for leg in _held_deposits(was):
        customer = leg.taker if now.status == SETTLED else leg.giver
        yield balance_key(leg.bank, leg.currency, customer), int(leg.sum)
    for paid in _given_now(was, now):
        if now.status == SETTLED and isinstance(paid, DepositLeg):
            yield balance_key(paid.bank, paid.currency, paid.giver), -int(paid.sum)
            yield balance_key(paid.bank, paid.currency, paid.taker), int(paid.sum)


def _given_now(was: Exchange, now: Exchange) -> list[Leg]:
    return [now.legs[number] for number in now.given if number not in was.given]


def _free(view: View, name: str) -> int:
    data = view.get(name)
    return 0 if data is None else int(decode_record(data, Balance).amount)


def _held_deposits(record: Exchange | None) -> Iterator[DepositLeg]:
    if record is None or record.status != OPEN:
        return
    for number in record.given:
        leg = record.legs[number]
        if isinstance(leg, DepositLeg):
            yield leg


def _held(view: View, name: str) -> int:
    data = view.get(name)
    return 0 if data is None else int(decode_record(data, Balance).held)


def _is_followed(change: Change, name: str) -> bool:
    escrows = [_escrow_of(view, name) for view in (change.before, change.after)]
    if escrows[0] == escrows[1]:
        return True
    if name.startswith("receivable/") and _is_closed(change.after, name):
        return True  # paid while it was in escrow
    return all(standing_key(one) in change.keys for one in escrows if one)


def _escrow_of(view: View, name: str) -> str:
    data = view.get(name)
    if data is None:
        return ""
    if name.startswith("receivable/"):
        return decode_record(data, Receivable).escrow
    if name.startswith(key("")):
        escrow = decode_record(data, Title).escrow
        return "" if escrow is None else escrow.exchange
    return ""


def _is_closed(view: View, name: str) -> bool:
    data = view.get(name)
    return data is not None and decode_record(data, Receivable).value == 0


INVARIANTS = (
    Invariant("I26 decided once", decided_once),
    Invariant("I5 agreed by itself", agreed_by_itself),
    Invariant("I26 both or neither", both_or_neither),
    Invariant("I26 money goes where it should", money_goes_where_it_should),
    Invariant("I26 escrow follows its exchange", escrow_follows),
)
