# SPDX-License-Identifier: Apache-2.0
"""The two records of an exchange, its legs, and the checks that its acts share.

An exchange is a list of legs over any strand, the consents they need, a condition and a deadline.
It settles whole in one act, or everything goes back. Source: requirements capital.md, «exchange
(DvP)»; reliability I26, TH27; Bank for International Settlements, DvP model 1.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, TypeVar

import msgspec

from ropewalk.capital import CONFIRMED, find_payable
from ropewalk.crypto import encode, sha256_hex
from ropewalk.exchange.conditions import Condition
from ropewalk.exchange.errors import (
    DecidedError,
    EndedError,
    EscrowedAlreadyError,
    NoSuchLegError,
    NotGiverError,
    UnknownExchangeError,
)
from ropewalk.ledger import (
    Context,
    ControllerId,
    Hash,
    Message,
    Record,
    View,
    decode_record,
    encode_record,
)
from ropewalk.title import How

OPEN = "OPEN"
SETTLED = "SETTLED"
RETURNED = "RETURNED"

LEGS_MAX = 16
DEADLINE_S_MAX = 180 * 86_400
BOXES_MAX = 20

Giver = Annotated[ControllerId, msgspec.Meta(description="Who gives.")]
Taker = Annotated[ControllerId, msgspec.Meta(description="Who gets.")]
Sum = Annotated[str, msgspec.Meta(max_length=24, description="Minor units, in digits.")]
SeenAct = Annotated[
    Hash, msgspec.Meta(description="Its last act, as whoever agrees sees it: it goes so or not.")
]
CurrencyCode = Annotated[str, msgspec.Meta(max_length=3, description="ISO 4217.")]


class _Leg(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="asset",
    gc=False,
):
    """Members of each kind stand in alphabetical order, the tag first."""


class TitleLeg(_Leg, frozen=True, kw_only=True, tag="title"):
    """A title moves; or is surrendered to its carrier, the taker then claiming the goods."""

    giver: Giver
    how: How
    last_act: SeenAct
    taker: Taker
    title: Hash


class ReceivableLeg(_Leg, frozen=True, kw_only=True, tag="receivable"):
    """A receivable moves, worth what it is worth when it goes into escrow."""

    giver: Giver
    last_act: SeenAct
    receivable: Hash
    sum: Sum
    taker: Taker
    with_recourse: bool


class DepositLeg(_Leg, frozen=True, kw_only=True, tag="deposit"):
    """Money moves between two customers of a settlement bank."""

    bank: ControllerId
    currency: CurrencyCode
    giver: Giver
    sum: Sum
    taker: Taker


class PaymentLeg(_Leg, frozen=True, kw_only=True, tag="payment"):
    """Money moves outside; conditional until the bank named confirms it."""

    bank: ControllerId
    currency: CurrencyCode
    giver: Giver
    sum: Sum
    taker: Taker


class ReleaseLeg(_Leg, frozen=True, kw_only=True, tag="release"):
    """The carrier orders delivery of boxes under a title, and grants the right to pick them up."""

    boxes: Annotated[list[Hash], msgspec.Meta(min_length=1, max_length=BOXES_MAX)]
    giver: Giver
    taker: Taker
    title: Hash
    valid_from: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
    valid_until: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


Leg = TitleLeg | ReceivableLeg | DepositLeg | PaymentLeg | ReleaseLeg
L = TypeVar("L", TitleLeg, ReceivableLeg, DepositLeg, PaymentLeg)


def parties_of(legs: Sequence[Leg]) -> list[str]:
    """Everybody who gives or takes, sorted."""
    return sorted({one for leg in legs for one in (leg.giver, leg.taker)})


class Terms(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `exchange/<id>`: what its parties were asked; written once, and never again."""

    condition: Condition | None = None
    deadline: int
    legs: tuple[Leg, ...]
    opener: str


class Standing(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `standing/<id>`: how far it got; written by all acts but an OPEN without `given`."""

    agreed: tuple[str, ...]
    """Parties that agreed, sorted: who opened it, who gave a leg, who said so."""
    given: tuple[int, ...] = ()
    """Numbers of the legs in escrow, or confirmed, sorted."""
    status: str
    version: int


class Exchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An exchange: its terms and how it stands, together."""

    agreed: tuple[str, ...]
    condition: Condition | None = None
    deadline: int
    given: tuple[int, ...] = ()
    legs: tuple[Leg, ...]
    opener: str
    status: str
    version: int

    @property
    def parties(self) -> list[str]:
        """Everybody who gives or takes, sorted."""
        return parties_of(self.legs)

    @property
    def waits_for(self) -> list[str]:
        """Parties whose consent is missing, sorted."""
        missing = {one for one in self.parties if one not in self.agreed}
        return sorted(missing | {leg.giver for _, leg in self.ungiven})

    @property
    def concerned(self) -> list[str]:
        """Who agreed, or has something in it by now: a payment outside, too. Sorted."""
        return sorted({*self.agreed, *(self.legs[number].giver for number in self.given)})

    @property
    def ungiven(self) -> Iterator[tuple[int, Leg]]:
        """Legs that have to be put into escrow or confirmed, and are not."""
        for number, leg in enumerate(self.legs):
            if number not in self.given and not isinstance(leg, ReleaseLeg):
                yield number, leg

    @property
    def is_conditional(self) -> bool:
        """Whether money outside has not been confirmed by its bank."""
        return any(isinstance(leg, PaymentLeg) for _, leg in self.ungiven)


class TitleAt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A title that an exchange holds, as the act's signer saw it."""

    last_act: Hash
    title: Hash


class OnExchange(Message, frozen=True):
    """The member of every act on an exchange."""

    exchange: Hash


class OnLeg(OnExchange, frozen=True):
    """Members of every act on one leg."""

    leg: Annotated[int, msgspec.Meta(ge=0, lt=LEGS_MAX, description="Its number, from 0.")]


Titles = Annotated[
    list[TitleAt],
    msgspec.Meta(max_length=LEGS_MAX, description="Titles in its escrow, sorted by id."),
]


class Deciding(OnExchange, frozen=True):
    """Members of the acts that decide an exchange."""

    titles: Titles


def exchange_id(transaction: str) -> str:
    """The id of the exchange that a transaction opens."""
    return sha256_hex(encode({"exchange": transaction}))


def exchange_key(exchange: str) -> str:
    """State key of an exchange's terms."""
    return f"exchange/{exchange}"


def standing_key(exchange: str) -> str:
    """State key of how an exchange stands."""
    return f"standing/{exchange}"


def find_exchange(view: View, exchange: str) -> Exchange | None:
    """An exchange, None where none was opened under the id."""
    terms = view.get(exchange_key(exchange))
    return None if terms is None else together(terms, view.get(standing_key(exchange)))


def together(written: bytes, since: bytes | None) -> Exchange:
    """An exchange of its records.

    Args:
        written: its terms.
        since: how it stands, None while nothing was done but to open it.
    """
    terms = decode_record(written, Terms)
    if since is None:
        standing = Standing(agreed=(terms.opener,), status=OPEN, version=1)
    else:
        standing = decode_record(since, Standing)
    return Exchange(
        agreed=standing.agreed,
        condition=terms.condition,
        deadline=terms.deadline,
        given=standing.given,
        legs=terms.legs,
        opener=terms.opener,
        status=standing.status,
        version=standing.version,
    )


def load_open(view: View, exchange: str) -> Exchange:
    """An exchange that is not decided.

    Raises:
        UnknownExchangeError: none was opened under the id.
        DecidedError: it is settled or returned.
    """
    found = find_exchange(view, exchange)
    if found is None:
        raise UnknownExchangeError(exchange)
    if found.status != OPEN:
        raise DecidedError(f"it is {found.status}")
    return found


def load_running(view: View, exchange: str, context: Context) -> Exchange:
    """An exchange that can still settle.

    Raises:
        UnknownExchangeError: none was opened under the id.
        DecidedError: it is settled or returned.
        EndedError: its deadline has passed.
    """
    found = load_open(view, exchange)
    if context.time_s > found.deadline:
        raise EndedError(f"its deadline was {found.deadline}")
    return found


RUNNING = (UnknownExchangeError, DecidedError, EndedError)


def load_leg(view: View, message: OnLeg, context: Context, kind: type[L]) -> tuple[Exchange, L]:
    """A running exchange and a leg of it that was not given yet.

    Raises:
        LedgerError: one of `ON_LEG`, in that order, the last aside.
    """
    exchange = load_running(view, message.exchange, context)
    leg = exchange.legs[message.leg] if message.leg < len(exchange.legs) else None
    if not isinstance(leg, kind):
        raise NoSuchLegError(f"leg {message.leg} is none of these")
    if message.leg in exchange.given:
        raise EscrowedAlreadyError(f"leg {message.leg}")
    return exchange, leg


def require_giver(leg: Leg, context: Context) -> None:
    """Refuse anybody but whose leg it is to give.

    Raises:
        NotGiverError: the actor is somebody else.
    """
    if leg.giver != context.actor:
        raise NotGiverError(context.actor)


ON_LEG = (*RUNNING, NoSuchLegError, EscrowedAlreadyError, NotGiverError)


def is_sound(view: View, payable: str) -> bool:
    """Whether a payable is confirmed, neither disputed nor in default: what a buyer expects."""
    found = find_payable(view, payable)
    return found is not None and found.status == CONFIRMED and not found.dispute


def put(exchange: Exchange, identifier: str, status: str = OPEN) -> dict[str, bytes | None]:
    """The write of an exchange's next version."""
    standing = Standing(
        agreed=exchange.agreed,
        given=exchange.given,
        status=status,
        version=exchange.version + 1,
    )
    return {standing_key(identifier): encode_record(standing)}


def agreed(exchange: Exchange, by: str) -> Exchange:
    """An exchange that somebody has agreed to, not written yet."""
    consents = tuple(sorted({*exchange.agreed, by}))
    return msgspec.structs.replace(exchange, agreed=consents)


def given(exchange: Exchange, number: int) -> Exchange:
    """An exchange with one more leg in escrow or confirmed, not written yet."""
    return msgspec.structs.replace(exchange, given=tuple(sorted((*exchange.given, number))))


def given_by(exchange: Exchange, number: int, giver: str) -> Exchange:
    """The same, of a leg that its giver put in: who gave has agreed by that."""
    return agreed(given(exchange, number), giver)
