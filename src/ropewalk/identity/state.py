# SPDX-License-Identifier: Apache-2.0
"""Records of identity: controllers, parties, governance, recognised laws.

A *controller* is a key set with a threshold; control over a title belongs to one. A *party* is
a controller that governance registered, with roles and codes. Source: docs/reference/formats.md, 5.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated

import msgspec

from ropewalk.crypto import encode, is_kid, sha256_hex
from ropewalk.identity.errors import (
    BadKeysError,
    KeyKnownError,
    NotGovernanceError,
    UnknownControllerError,
    UnknownPartyError,
)
from ropewalk.ledger import Record, View, decode_record

ROLES = (
    "bank",
    "carrier",
    "consignee",
    "customs",
    "forwarder",
    "haulier",
    "insurer",
    "shipper",
    "terminal",
)
"""What a registered party may be in the trade; rules ask for some of them."""

CONTROLLERS_CACHED = 8_192
KEYS_MAX = 16
KEYS_EVER_MAX = 64
GOVERNANCE_KEY = "governance"
_CONTROLLER_DOMAIN = b"ropewalk controller v1\n"


KeyId = Annotated[
    str, msgspec.Meta(min_length=43, max_length=43, description="Key id (base64url).")
]
KeyIds = Annotated[
    list[str],
    msgspec.Meta(min_length=1, max_length=KEYS_MAX, description="Key ids (base64url)."),
]


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key of a controller, with the log positions between which it authorises."""

    added: int
    kid: str
    revoked: int
    """0 while it is not revoked."""


class Recovery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may give a controller new keys, how many of them, after how many seconds."""

    controllers: list[str]
    delay: int
    threshold: int


NO_RECOVERY = Recovery(controllers=[], delay=0, threshold=0)


class Controller(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `controller/<id>`."""

    commitment: str
    """Salted commitment to a registered party, hex; "" for a party's own controller."""
    keys: list[Key]
    recovered_at: int = 0
    """Where in the log it was recovered last, which ended older mandates; left out if never."""
    recovery: Recovery
    threshold: int
    threshold_since: int = 0
    """Where in the log the threshold became what it is; left out while it is the first."""


class Party(Record, frozen=True):
    """Record `party/<id>`: the controller of the same id is registered under these roles."""

    carrier_codes: list[str]
    """Sorted, `<provider>:<code>`."""
    lei: str
    roles: list[str]
    """Sorted."""


class GovernanceRecord(Record, frozen=True):
    """Record `governance`."""

    controller: str


class CarrierCodeRecord(Record, frozen=True):
    """Record `carrier_code/<provider>:<code>`: one party answers to a carrier code."""

    party: str


class LawRecord(Record, frozen=True):
    """Record `law/<code>`: a governing law that titles may be issued under."""

    recognised_at: int
    """Block time, seconds since 1970-01-01T00:00:00Z."""


def controller_key(controller: str) -> str:
    """State key of a controller."""
    return f"controller/{controller}"


def party_key(party: str) -> str:
    """State key of a party."""
    return f"party/{party}"


def carrier_code_key(carrier_code: str) -> str:
    """State key of a carrier code, `SMDG:MSC`."""
    return f"carrier_code/{carrier_code}"


def law_key(code: str) -> str:
    """State key of a governing law."""
    return f"law/{code}"


def controller_id(commitment: str, keys: Sequence[str], salt: str, threshold: int) -> str:
    """The id a controller gets at registration: 128 bits of a hash over what it is made of."""
    content = encode(
        {"commitment": commitment, "keys": list(keys), "salt": salt, "threshold": threshold}
    )
    return sha256_hex(_CONTROLLER_DOMAIN + content)[:32]


def new_controller(
    commitment: str, keys: Sequence[str], threshold: int, position: int
) -> Controller:
    """A controller's first record.

    Raises:
        BadKeysError: keys are not distinct key ids, too many, or fewer than the threshold.
    """
    if not all(is_kid(kid) for kid in keys):
        raise BadKeysError("a key id is base64url of the 32 bytes of an Ed25519 public key")
    if len(set(keys)) != len(keys):
        raise BadKeysError("a key is named twice")
    if not 1 <= threshold <= len(keys) <= KEYS_MAX:
        raise BadKeysError(f"1 to {KEYS_MAX} keys, and at least as many as the threshold")
    return Controller(
        commitment=commitment,
        keys=[Key(added=position, kid=kid, revoked=0) for kid in keys],
        recovery=NO_RECOVERY,
        threshold=threshold,
    )


def load_controller(view: View, controller: str) -> Controller:
    """A controller.

    Raises:
        UnknownControllerError: none is registered under the id.
    """
    data = view.get(controller_key(controller))
    if data is None:
        raise UnknownControllerError(controller)
    return _decoded(data)


@lru_cache(maxsize=CONTROLLERS_CACHED)
def _decoded(data: bytes) -> Controller:
    """The same bytes are the same controller; most acts are by one that acted before."""
    return decode_record(data, Controller)


def active_keys(controller: Controller) -> list[str]:
    """Key ids that are not revoked, in the order in which they were added."""
    return [key.kid for key in controller.keys if not key.revoked]


def with_key_added(controller: Controller, kid: str, position: int) -> Controller:
    """The controller with one more key.

    Raises:
        BadKeysError: not a key id, or the controller has as many keys as it may.
        KeyKnownError: it has, or had, this key.
    """
    if not is_kid(kid):
        raise BadKeysError("a key id is base64url of the 32 bytes of an Ed25519 public key")
    if any(key.kid == kid for key in controller.keys):
        raise KeyKnownError(kid)
    if len(active_keys(controller)) >= KEYS_MAX or len(controller.keys) >= KEYS_EVER_MAX:
        raise BadKeysError(f"at most {KEYS_MAX} at a time, {KEYS_EVER_MAX} ever")
    added = Key(added=position, kid=kid, revoked=0)
    return msgspec.structs.replace(controller, keys=[*controller.keys, added])


def with_keys_revoked(controller: Controller, kids: Sequence[str], position: int) -> Controller:
    """The controller with active keys ended from a position on."""
    keys = [
        Key(added=key.added, kid=key.kid, revoked=position)
        if key.kid in kids and not key.revoked
        else key
        for key in controller.keys
    ]
    return msgspec.structs.replace(controller, keys=keys)


def with_threshold(controller: Controller, threshold: int, position: int) -> Controller:
    """The controller with a threshold that holds behind this position of the log."""
    if threshold == controller.threshold:
        return controller
    return msgspec.structs.replace(controller, threshold=threshold, threshold_since=position)


def require_controller(view: View, controller: str) -> None:
    """Refuse an id under which no controller is registered.

    Raises:
        UnknownControllerError: none is.
    """
    if view.get(controller_key(controller)) is None:
        raise UnknownControllerError(controller)


def find_party(view: View, party: str) -> Party | None:
    """A registered party, None when the id is none's."""
    data = view.get(party_key(party))
    return None if data is None else decode_record(data, Party)


def load_party(view: View, party: str) -> Party:
    """A registered party.

    Raises:
        UnknownPartyError: none is registered under the id.
    """
    found = find_party(view, party)
    if found is None:
        raise UnknownPartyError(party)
    return found


def has_role(view: View, controller: str, role: str) -> bool:
    """Whether the controller is a registered party with this role."""
    party = find_party(view, controller)
    return party is not None and role in party.roles


def is_recognised_law(view: View, code: str) -> bool:
    """Whether titles may be issued under this governing law."""
    return view.get(law_key(code)) is not None


def load_governance(view: View) -> tuple[str, Controller]:
    """Id and record of the controller that governs.

    Raises:
        NotGovernanceError: the state names none, which no genesis allows.
    """
    data = view.get(GOVERNANCE_KEY)
    if data is None:
        raise NotGovernanceError("nobody governs")
    identifier = decode_record(data, GovernanceRecord).controller
    return identifier, load_controller(view, identifier)


def require_governance(view: View, actor: str) -> None:
    """Refuse anybody but the controller named in the genesis.

    Raises:
        NotGovernanceError: the actor is somebody else.
    """
    data = view.get(GOVERNANCE_KEY)
    if data is None or decode_record(data, GovernanceRecord).controller != actor:
        raise NotGovernanceError(actor)
