# SPDX-License-Identifier: Apache-2.0
"""ADMIT_MEMBER, EXCLUDE_MEMBER, RESIGN_MEMBER: who sits in the network's governance.

A member is a registered party with a seat: one key of the controller that governs. Members decide
m of n, in one room by consents or over days by proposal and approval. Source: design, «who acts».
"""

from typing import Annotated

import msgspec

from ropewalk.identity import policy, state
from ropewalk.identity.errors import (
    BadKeysError,
    BadPolicyError,
    BadThresholdError,
    LastKeysError,
    MemberAlreadyError,
    NotGovernanceError,
    NotMemberError,
    SeatTakenError,
    UnknownPartyError,
)
from ropewalk.ledger import (
    Context,
    ControllerId,
    Effects,
    Event,
    Message,
    Record,
    Rule,
    View,
    decode_record,
    encode_record,
)

Threshold = Annotated[
    int,
    msgspec.Meta(ge=1, le=state.KEYS_MAX, description="Members that must sign together from now."),
]


class Member(Record, frozen=True):
    """Record `member/<party>`."""

    kid: str
    """The party's seat: this key of the controller that governs."""
    since: int
    """Block time of its admission, seconds since 1970-01-01T00:00:00Z."""


class SeatRecord(Record, frozen=True):
    """Record `seat/<kid>`: a key of governance is one member's."""

    party: str


class AdmitMember(Message, frozen=True):
    """Give a registered party a seat in governance."""

    key: state.KeyId
    party: ControllerId
    threshold: Threshold


class ExcludeMember(Message, frozen=True):
    """Take a member's seat away."""

    party: ControllerId
    threshold: Threshold


class ResignMember(Message, frozen=True):
    """Give up the actor's own seat."""


def member_key(party: str) -> str:
    """State key of a member."""
    return f"member/{party}"


def seat_key(kid: str) -> str:
    """State key of a seat."""
    return f"seat/{kid}"


def find(view: View, party: str) -> Member | None:
    """A party's seat, None when it has none."""
    data = view.get(member_key(party))
    return None if data is None else decode_record(data, Member)


def admit_member(view: View, message: AdmitMember, context: Context) -> Effects:
    """Seat a party by a key of its own, new or one the genesis named.

    Raises:
        NotGovernanceError: the actor is not the controller that governs.
        UnknownPartyError: the party is not registered.
        MemberAlreadyError: it has a seat.
        SeatTakenError: the key is another member's, or was governance's and is revoked.
        BadKeysError: not a key id, or there are as many seats as there may be.
        BadThresholdError: more than there would be keys.
    """
    state.require_governance(view, context.actor)
    state.load_party(view, message.party)
    if find(view, message.party) is not None:
        raise MemberAlreadyError(message.party)
    identifier, controller = state.load_governance(view)
    if view.get(seat_key(message.key)) is not None:
        raise SeatTakenError(message.key)
    if message.key not in state.active_keys(controller):
        if any(key.kid == message.key for key in controller.keys):
            raise SeatTakenError(message.key)
        controller = state.with_key_added(controller, message.key, context.position)
    member = Member(kid=message.key, since=context.time_s)
    return Effects(
        {
            state.controller_key(identifier): _governed(controller, message.threshold, context),
            member_key(message.party): encode_record(member),
            seat_key(message.key): encode_record(SeatRecord(party=message.party)),
        },
        (Event("identity.member_admitted", {"key": message.key, "party": message.party}),),
    )


def exclude_member(view: View, message: ExcludeMember, context: Context) -> Effects:
    """End a member's seat and its key.

    Raises:
        NotGovernanceError: the actor is not the controller that governs.
        NotMemberError: the party has no seat.
        BadThresholdError: more than there would be keys.
        BadPolicyError: governance's policy could not be met any more.
    """
    state.require_governance(view, context.actor)
    return _unseated(view, message.party, message.threshold, context, "identity.member_excluded")


def resign_member(view: View, _message: ResignMember, context: Context) -> Effects:
    """End the actor's own seat, as long as the others can still decide.

    Raises:
        NotMemberError: the actor has no seat.
        LastKeysError: fewer seats than the threshold would remain; let governance lower it first.
        BadPolicyError: governance's policy could not be met any more.
    """
    _, controller = state.load_governance(view)
    if find(view, context.actor) is None:
        raise NotMemberError(context.actor)
    if len(state.active_keys(controller)) - 1 < controller.threshold:
        raise LastKeysError(f"governance needs {controller.threshold} of its seats")
    threshold = controller.threshold
    return _unseated(view, context.actor, threshold, context, "identity.member_resigned")


def _unseated(view: View, party: str, threshold: int, context: Context, event: str) -> Effects:
    member = find(view, party)
    if member is None:
        raise NotMemberError(party)
    identifier, controller = state.load_governance(view)
    left = state.with_keys_revoked(controller, [member.kid], context.position)
    governed = _governed(left, threshold, context)
    return Effects(
        {
            state.controller_key(identifier): governed,
            member_key(party): None,
            seat_key(member.kid): None,
            **policy.written_without(view, identifier, member.kid, state.active_keys(left)),
        },
        (Event(event, {"key": member.kid, "party": party}),),
    )


def _governed(controller: state.Controller, threshold: int, context: Context) -> bytes:
    if threshold > len(state.active_keys(controller)):
        raise BadThresholdError(f"{len(state.active_keys(controller))} seats are active")
    return encode_record(state.with_threshold(controller, threshold, context.position))


def require_no_seat(view: View, key: str) -> None:
    """Refuse to end a key that is a member's seat: the member resigns, or is excluded.

    Raises:
        SeatTakenError: it is one.
    """
    if view.get(seat_key(key)) is not None:
        raise SeatTakenError(key)


def seat_passed_on(
    view: View, controller: str, key: str, successor: str
) -> dict[str, bytes | None]:
    """The writes that give a rotated key's seat to its successor, where it is one."""
    identifier, _ = state.load_governance(view)
    data = view.get(seat_key(key))
    if controller != identifier or data is None:
        return {}
    party = decode_record(data, SeatRecord).party
    since = decode_record(view.get(member_key(party)) or b"", Member).since
    return {
        member_key(party): encode_record(Member(kid=successor, since=since)),
        seat_key(key): None,
        seat_key(successor): data,
    }


RULES = (
    Rule(
        "identity.ADMIT_MEMBER",
        AdmitMember,
        admit_member,
        (
            NotGovernanceError,
            UnknownPartyError,
            MemberAlreadyError,
            SeatTakenError,
            BadKeysError,
            BadThresholdError,
        ),
    ),
    Rule(
        "identity.EXCLUDE_MEMBER",
        ExcludeMember,
        exclude_member,
        (NotGovernanceError, NotMemberError, BadThresholdError, BadPolicyError),
    ),
    Rule(
        "identity.RESIGN_MEMBER",
        ResignMember,
        resign_member,
        (NotMemberError, LastKeysError, BadPolicyError),
    ),
)
