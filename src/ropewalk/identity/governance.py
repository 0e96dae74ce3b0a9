# SPDX-License-Identifier: Apache-2.0
"""RECOGNISE_LAW, WITHDRAW_LAW, ACTIVATE_PROTOCOL: what the network's members decide together.

Only the threshold controller named in the genesis acts here. It can recognise and activate; it
can move nobody's title.
"""

from typing import Annotated

import msgspec

from ropewalk.codes import CodeError, GoverningLaw
from ropewalk.crypto import INTEGER_MAX
from ropewalk.identity import state
from ropewalk.identity.errors import (
    BadActivationError,
    BadCodeError,
    LawNotRecognisedError,
    LawRecognisedError,
    NotGovernanceError,
)
from ropewalk.ledger import (
    PROTOCOL_KEY,
    Activation,
    Context,
    Effects,
    Event,
    Message,
    Protocol,
    Rule,
    View,
    decode_record,
    encode_record,
)

NOTICE_HEIGHTS = 10
"""Blocks between the decision and the activation, at least, so that nodes can be upgraded."""

LawCode = Annotated[
    str,
    msgspec.Meta(min_length=2, max_length=6, description="ISO 3166-1 alpha-2 or 3166-2 code."),
]


class RecogniseLaw(Message, frozen=True):
    """Recognise a governing law under which titles may be issued."""

    law: LawCode


class WithdrawLaw(Message, frozen=True):
    """End the recognition of a governing law for titles issued from now on."""

    law: LawCode


class ActivateProtocol(Message, frozen=True):
    """Let a protocol version rule from a height on."""

    height: Annotated[int, msgspec.Meta(ge=1, le=INTEGER_MAX, description="First block under it.")]
    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000, description="Protocol version.")]


def recognise_law(view: View, message: RecogniseLaw, context: Context) -> Effects:
    """Recognise a law (MLETR or equivalent in force there is the members' judgement).

    Raises:
        NotGovernanceError: the actor is not the genesis' controller.
        BadCodeError: not a code of a country or its subdivision.
        LawRecognisedError: it is recognised already.
    """
    state.require_governance(view, context.actor)
    try:
        GoverningLaw.parse(message.law)
    except CodeError as error:
        raise BadCodeError(str(error)) from error
    if state.is_recognised_law(view, message.law):
        raise LawRecognisedError(message.law)
    record = state.LawRecord(recognised_at=context.time_s)
    return Effects(
        {state.law_key(message.law): encode_record(record)},
        (Event("identity.law_recognised", {"law": message.law}),),
    )


def withdraw_law(view: View, message: WithdrawLaw, context: Context) -> Effects:
    """Withdraw a law; titles issued under it live on.

    Raises:
        NotGovernanceError: the actor is not the genesis' controller.
        LawNotRecognisedError: it is not recognised.
    """
    state.require_governance(view, context.actor)
    if not state.is_recognised_law(view, message.law):
        raise LawNotRecognisedError(message.law)
    return Effects(
        {state.law_key(message.law): None},
        (Event("identity.law_withdrawn", {"law": message.law}),),
    )


def activate_protocol(view: View, message: ActivateProtocol, context: Context) -> Effects:
    """Set the height from which a newer protocol rules.

    Raises:
        NotGovernanceError: the actor is not the genesis' controller.
        BadActivationError: the version or height does not follow the last one.
    """
    state.require_governance(view, context.actor)
    activations = decode_record(view.get(PROTOCOL_KEY) or b"", Protocol).activations
    last = activations[-1]
    if message.version <= last.version or message.height <= last.height:
        raise BadActivationError(f"protocol {last.version} is activated at {last.height}")
    if message.height < context.height + NOTICE_HEIGHTS:
        raise BadActivationError(f"not before height {context.height + NOTICE_HEIGHTS}")
    added = Activation(height=message.height, version=message.version)
    return Effects(
        {PROTOCOL_KEY: encode_record(Protocol(activations=[*activations, added]))},
        (
            Event(
                "identity.protocol_activated",
                {"height": str(message.height), "version": str(message.version)},
            ),
        ),
    )


RULES = (
    Rule(
        "identity.RECOGNISE_LAW",
        RecogniseLaw,
        recognise_law,
        (NotGovernanceError, BadCodeError, LawRecognisedError),
    ),
    Rule(
        "identity.WITHDRAW_LAW",
        WithdrawLaw,
        withdraw_law,
        (NotGovernanceError, LawNotRecognisedError),
    ),
    Rule(
        "identity.ACTIVATE_PROTOCOL",
        ActivateProtocol,
        activate_protocol,
        (NotGovernanceError, BadActivationError),
    ),
)
