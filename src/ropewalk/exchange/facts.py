# SPDX-License-Identifier: Apache-2.0
"""STATE_FACT, STATE_READINGS, RETRACT_FACT: what a party signs for, for conditions to read.

Events themselves lie off the ledger (cargo.CLAIM signs for their root). Where money hangs on one,
whoever the condition names states what it asks: which event, of what, where, when; which document
was presented; between which limits readings stayed over a span. Who stated what stands for
everybody to see, with the hash of the event or document behind it. Source: requirements capital.md,
«conditions»; DCSA Track & Trace 2.2 for the codes of events, 3.0 `MEAS` for readings.
"""

from typing import Annotated, Literal

import msgspec

from ropewalk.crypto import INTEGER_MAX, encode, sha256_hex
from ropewalk.exchange.errors import BadFactError, FactKnownError, UnknownFactError
from ropewalk.ledger import (
    Context,
    Effects,
    Event,
    Hash,
    Message,
    Record,
    Rule,
    View,
    decode_record,
    encode_record,
)

VALUE_MAX = 10**9

Subject = Annotated[
    Hash, msgspec.Meta(description="Tag or id of what it is about: a box, a title, a booking.")
]
Code = Annotated[
    str,
    msgspec.Meta(
        min_length=3,
        max_length=24,
        pattern=r"\A[A-Z_]+\Z",
        description="Event or document code of the standard: LOAD, GTOT, ARRI, INSP.",
    ),
]
Place = Annotated[Hash, msgspec.Meta(description="Tag of the place's UN/LOCODE.")]
Moment = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX, description="Seconds since 1970.")]
Quantity = Literal["HUMIDITY", "SHOCK", "TEMPERATURE"]
Reading = Annotated[
    int,
    msgspec.Meta(
        ge=-VALUE_MAX,
        le=VALUE_MAX,
        description="Thousandths: of a degree Celsius, a per cent, a g.",
    ),
]


class Fact(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `fact/<id>`: an event or document that a party stands for."""

    by: str
    code: str
    content: str
    """Hash of the event's bytes, or the document's commitment."""
    place: str = ""
    stated_at: int
    """Block time of its statement."""
    subject: str
    time: int
    """When it happened, as the party says."""


class Readings(Record, frozen=True, kw_only=True):
    """Record `readings/<id>`: the limits between which readings stayed."""

    by: str
    content: str
    """Merkle root or hash of the readings."""
    least: int
    most: int
    quantity: str
    since: int
    subject: str
    until: int


class StateFact(Message, frozen=True, omit_defaults=True):
    """State that an event happened, or a document was presented."""

    code: Code
    content: Annotated[Hash, msgspec.Meta(description="Hash of the event, or its commitment.")]
    subject: Subject
    time: Moment
    place: Place | None = None


class StateReadings(Message, frozen=True):
    """State between which limits readings stayed."""

    content: Annotated[Hash, msgspec.Meta(description="Root or hash of the readings.")]
    least: Reading
    most: Reading
    quantity: Quantity
    since: Moment
    subject: Subject
    until: Moment


class RetractFact(Message, frozen=True):
    """Take back what the actor stated."""

    fact: Annotated[Hash, msgspec.Meta(description="Id of the fact or readings.")]


def fact_id(by: str, code: str, subject: str) -> str:
    """Id of the fact that a party states of a subject."""
    return sha256_hex(encode({"by": by, "code": code, "subject": subject}))


def readings_id(by: str, quantity: str, subject: str, since: int, until: int) -> str:
    """Id of the readings of a span that a party states of a subject."""
    return sha256_hex(
        encode({"by": by, "quantity": quantity, "since": since, "subject": subject, "until": until})
    )


def fact_key(identifier: str) -> str:
    """State key of a fact."""
    return f"fact/{identifier}"


def readings_key(identifier: str) -> str:
    """State key of readings."""
    return f"readings/{identifier}"


def find_fact(view: View, by: str, code: str, subject: str) -> Fact | None:
    """What a party states of a subject, None where it states nothing."""
    data = view.get(fact_key(fact_id(by, code, subject)))
    return None if data is None else decode_record(data, Fact)


def find_readings(
    view: View, by: str, quantity: str, subject: str, since: int, until: int
) -> Readings | None:
    """The readings of a span that a party states, None where it states none."""
    data = view.get(readings_key(readings_id(by, quantity, subject, since, until)))
    return None if data is None else decode_record(data, Readings)


def state_fact(view: View, message: StateFact, context: Context) -> Effects:
    """Write down what the actor stands for.

    Raises:
        BadFactError: it lies ahead.
        FactKnownError: the actor stated it already.
    """
    if message.time > context.time_s:
        raise BadFactError(f"{message.time} lies ahead of {context.time_s}")
    identifier = fact_id(context.actor, message.code, message.subject)
    if view.get(fact_key(identifier)) is not None:
        raise FactKnownError(identifier)
    record = Fact(
        by=context.actor,
        code=message.code,
        content=message.content,
        place=message.place or "",
        stated_at=context.time_s,
        subject=message.subject,
        time=message.time,
    )
    told = {"actor": context.actor, "code": message.code, "fact": identifier}
    return Effects(
        {fact_key(identifier): encode_record(record)}, (Event("exchange.fact_stated", told),)
    )


def state_readings(view: View, message: StateReadings, context: Context) -> Effects:
    """Write down between which limits they stayed.

    Raises:
        BadFactError: the span lies ahead, or span or band is upside down.
        FactKnownError: the actor stated the span's readings already.
    """
    if message.until > context.time_s or message.since > message.until:
        raise BadFactError(f"from {message.since} to {message.until} at {context.time_s}")
    if message.least > message.most:
        raise BadFactError(f"least {message.least}, most {message.most}")
    identifier = readings_id(
        context.actor, message.quantity, message.subject, message.since, message.until
    )
    if view.get(readings_key(identifier)) is not None:
        raise FactKnownError(identifier)
    record = Readings(
        by=context.actor,
        content=message.content,
        least=message.least,
        most=message.most,
        quantity=message.quantity,
        since=message.since,
        subject=message.subject,
        until=message.until,
    )
    told = {"actor": context.actor, "fact": identifier, "quantity": message.quantity}
    return Effects(
        {readings_key(identifier): encode_record(record)},
        (Event("exchange.readings_stated", told),),
    )


def retract_fact(view: View, message: RetractFact, context: Context) -> Effects:
    """Forget it; what was settled on it stays settled.

    Raises:
        UnknownFactError: the actor stated no such fact.
    """
    key = _stated_by(view, message.fact, context.actor)
    if key is None:
        raise UnknownFactError(message.fact)
    told = {"actor": context.actor, "fact": message.fact}
    return Effects({key: None}, (Event("exchange.fact_retracted", told),))


def _stated_by(view: View, identifier: str, actor: str) -> str | None:
    fact = view.get(fact_key(identifier))
    if fact is not None and decode_record(fact, Fact).by == actor:
        return fact_key(identifier)
    readings = view.get(readings_key(identifier))
    if readings is not None and decode_record(readings, Readings).by == actor:
        return readings_key(identifier)
    return None


RULES = (
    Rule("exchange.STATE_FACT", StateFact, state_fact, (BadFactError, FactKnownError)),
    Rule("exchange.STATE_READINGS", StateReadings, state_readings, (BadFactError, FactKnownError)),
    Rule("exchange.RETRACT_FACT", RetractFact, retract_fact, (UnknownFactError,)),
)
