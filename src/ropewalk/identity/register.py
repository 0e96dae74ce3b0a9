# SPDX-License-Identifier: Apache-2.0
"""REGISTER_PARTY, CHANGE_PARTY, REGISTER_CONTROLLER: who may act, and as what.

Governance registers parties under their roles. A registered party sponsors controllers, its
own customers' or fresh ones of its own, so that the ledger need not show who trades with whom.
"""

from typing import Annotated

import msgspec

from ropewalk.codes import CarrierCode, CodeError, LegalEntityIdentifier
from ropewalk.identity import state
from ropewalk.identity.errors import (
    AlreadyRegisteredError,
    BadCodeError,
    BadKeysError,
    CarrierCodeTakenError,
    NotGovernanceError,
    NotRegisteredPartyError,
    UnknownPartyError,
    UnknownRoleError,
)
from ropewalk.ledger import (
    Context,
    ControllerId,
    Effects,
    Event,
    Hash,
    Message,
    Rule,
    View,
    decode_record,
    encode_record,
)

Threshold = Annotated[
    int, msgspec.Meta(ge=1, le=state.KEYS_MAX, description="Keys that must sign together.")
]
Roles = Annotated[
    list[str], msgspec.Meta(max_length=len(state.ROLES), description="Roles, sorted.")
]
CarrierCodes = Annotated[
    list[str],
    msgspec.Meta(max_length=8, description="Carrier codes `<provider>:<code>`, sorted."),
]
Lei = Annotated[str, msgspec.Meta(max_length=20, description='LEI (ISO 17442), or "".')]


class RegisterParty(Message, frozen=True):
    """Register a party of the trade with its keys, roles and codes."""

    carrier_codes: CarrierCodes
    keys: state.KeyIds
    lei: Lei
    roles: Roles
    salt: Hash
    threshold: Threshold


class ChangeParty(Message, frozen=True):
    """Replace a registered party's roles and codes."""

    carrier_codes: CarrierCodes
    lei: Lei
    party: ControllerId
    roles: Roles


class RegisterController(Message, frozen=True):
    """Register a controller under the sponsorship of a registered party."""

    commitment: Hash
    keys: state.KeyIds
    salt: Hash
    threshold: Threshold


def register_party(view: View, message: RegisterParty, context: Context) -> Effects:
    """Make a party known under a fresh controller.

    Raises:
        NotGovernanceError: the actor is not the genesis' controller.
        UnknownRoleError: a role is unknown or the list unsorted.
        BadCodeError: LEI or carrier code malformed.
        CarrierCodeTakenError: a carrier code is another party's.
        BadKeysError: keys and threshold make no controller.
        AlreadyRegisteredError: the same keys and salt were registered before.
    """
    state.require_governance(view, context.actor)
    party = _checked_party(view, message.roles, message.lei, message.carrier_codes, "")
    controller = state.new_controller("", message.keys, message.threshold, context.position)
    identifier = state.controller_id("", message.keys, message.salt, message.threshold)
    if view.get(state.controller_key(identifier)) is not None:
        raise AlreadyRegisteredError(identifier)
    writes: dict[str, bytes | None] = {
        state.controller_key(identifier): encode_record(controller),
        state.party_key(identifier): encode_record(party),
    }
    code_record = encode_record(state.CarrierCodeRecord(party=identifier))
    writes.update({state.carrier_code_key(code): code_record for code in party.carrier_codes})
    event = Event(
        "identity.party_registered", {"party": identifier, "roles": " ".join(party.roles)}
    )
    return Effects(writes, (event,))


def change_party(view: View, message: ChangeParty, context: Context) -> Effects:
    """Replace roles and codes; what the party did under the old ones stands.

    Raises:
        NotGovernanceError: the actor is not the genesis' controller.
        UnknownPartyError: no such party.
        UnknownRoleError: a role is unknown or the list unsorted.
        BadCodeError: LEI or carrier code malformed.
        CarrierCodeTakenError: a carrier code is another party's.
    """
    state.require_governance(view, context.actor)
    before = state.load_party(view, message.party)
    party = _checked_party(view, message.roles, message.lei, message.carrier_codes, message.party)
    writes: dict[str, bytes | None] = {
        state.carrier_code_key(code): None for code in before.carrier_codes
    }
    code_record = encode_record(state.CarrierCodeRecord(party=message.party))
    writes.update({state.carrier_code_key(code): code_record for code in party.carrier_codes})
    writes[state.party_key(message.party)] = encode_record(party)
    event = Event(
        "identity.party_changed", {"party": message.party, "roles": " ".join(party.roles)}
    )
    return Effects(writes, (event,))


def register_controller(view: View, message: RegisterController, context: Context) -> Effects:
    """Make a controller known that a title may be held by.

    Raises:
        NotRegisteredPartyError: the sponsor is not a registered party.
        BadKeysError: keys and threshold make no controller.
        AlreadyRegisteredError: the same content was registered before.
    """
    if state.find_party(view, context.actor) is None:
        raise NotRegisteredPartyError(context.actor)
    controller = state.new_controller(
        message.commitment, message.keys, message.threshold, context.position
    )
    identifier = state.controller_id(
        message.commitment, message.keys, message.salt, message.threshold
    )
    if view.get(state.controller_key(identifier)) is not None:
        raise AlreadyRegisteredError(identifier)
    event = Event("identity.controller_registered", {"controller": identifier})
    return Effects({state.controller_key(identifier): encode_record(controller)}, (event,))


def _checked_party(
    view: View, roles: list[str], lei: str, carrier_codes: list[str], party: str
) -> state.Party:
    if roles != sorted(set(roles)) or not set(roles) <= set(state.ROLES):
        raise UnknownRoleError(f"roles are, sorted and once each, of: {', '.join(state.ROLES)}")
    try:
        if lei:
            LegalEntityIdentifier.parse(lei)
        canonical = [str(CarrierCode.parse(code)) for code in carrier_codes]
    except CodeError as error:
        raise BadCodeError(str(error)) from error
    if carrier_codes != sorted(set(canonical)):
        raise BadCodeError("carrier codes are sorted, each once, as `<provider>:<code>`")
    for code in carrier_codes:
        taken = view.get(state.carrier_code_key(code))
        if taken is not None and decode_record(taken, state.CarrierCodeRecord).party != party:
            raise CarrierCodeTakenError(code)
    return state.Party(carrier_codes=carrier_codes, lei=lei, roles=roles)


RULES = (
    Rule(
        "identity.REGISTER_PARTY",
        RegisterParty,
        register_party,
        (
            NotGovernanceError,
            UnknownRoleError,
            BadCodeError,
            CarrierCodeTakenError,
            BadKeysError,
            AlreadyRegisteredError,
        ),
    ),
    Rule(
        "identity.CHANGE_PARTY",
        ChangeParty,
        change_party,
        (
            NotGovernanceError,
            UnknownPartyError,
            UnknownRoleError,
            BadCodeError,
            CarrierCodeTakenError,
        ),
    ),
    Rule(
        "identity.REGISTER_CONTROLLER",
        RegisterController,
        register_controller,
        (NotRegisteredPartyError, BadKeysError, AlreadyRegisteredError),
    ),
)
