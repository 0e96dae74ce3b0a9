# SPDX-License-Identifier: Apache-2.0
"""Vectors of every act on parties, keys and governance, refusals in the documented order.

A refused case breaks its own condition and, where that is possible, every later one too. Written
by `python -m identity.make_vectors` with `src` and `tests` on the path; `--check` only compares.
"""

from collections.abc import Iterator

from identity import approval_vectors, party_vectors, validator_vectors
from identity.rowing import Body, Row, rows
from ledger.vectors import Case, main, surplus, texts_of
from ledger.world import FIRM, IDS, UNKNOWN, World, kid, registration, salt, settled
from ropewalk.crypto import Value
from ropewalk.identity import errors
from ropewalk.identity.state import ROLES
from ropewalk.ledger import MalformedBodyError

GOVERNED = "governance"


def newcomer(**changes: Value) -> Body:
    """The body that registers one more party."""
    body: Body = {
        "carrier_codes": [],
        "keys": [kid("newcomer")],
        "lei": "",
        "roles": [],
        "salt": salt("newcomer"),
        "threshold": 1,
    }
    return {**body, **changes}


def registrations(world: World) -> Iterator[Case]:
    act = "REGISTER_PARTY"
    three: list[Value] = [kid(name) for name in ("one", "two", "three")]
    taken: list[Value] = ["SMDG:ROP"]
    bad_keys: Body = {"keys": ["A" * 43, "A" * 43], "threshold": 3}
    bad_code: Body = {"lei": "529900T8BM49AURSDO5", "carrier_codes": taken, **bad_keys}
    yield from rows(
        act,
        ("no_roles", world, GOVERNED, newcomer(), None),
        ("every_role", world, GOVERNED, newcomer(roles=sorted(ROLES)), None),
        (
            "carrier",
            world,
            GOVERNED,
            newcomer(carrier_codes=["NMFTA:NEWC", "SMDG:NEW"], roles=["carrier", "haulier"]),
            None,
        ),
        ("two_of_three_keys", world, GOVERNED, newcomer(keys=three, threshold=2), None),
        ("with_lei", world, GOVERNED, newcomer(lei="529900T8BM49AURSDO55"), None),
        (
            "not_governance",
            world,
            "carrier",
            newcomer(roles=["king"], **bad_code),
            errors.NotGovernanceError,
        ),
        (
            "unknown_role",
            world,
            GOVERNED,
            newcomer(roles=["king"], **bad_code),
            errors.UnknownRoleError,
        ),
        (
            "roles_unsorted",
            world,
            GOVERNED,
            newcomer(roles=["shipper", "bank"], **bad_code),
            errors.UnknownRoleError,
        ),
        (
            "role_twice",
            world,
            GOVERNED,
            newcomer(roles=["bank", "bank"], **bad_code),
            errors.UnknownRoleError,
        ),
        ("lei_too_short", world, GOVERNED, newcomer(**bad_code), errors.BadCodeError),
    )
    yield from malformed_registrations(world, bad_keys)


def malformed_registrations(world: World, bad_keys: Body) -> Iterator[Case]:
    """Codes and keys that make no party."""
    act = "REGISTER_PARTY"
    wrong_codes: tuple[tuple[str, list[Value]], ...] = (
        ("carrier_code_malformed", ["SMDG:"]),
        ("carrier_codes_unsorted", ["SMDG:ROP", "NMFTA:ROPE"]),
        ("carrier_code_twice", ["SMDG:ROP", "SMDG:ROP"]),
    )
    for name, codes in wrong_codes:
        body = newcomer(**{**bad_keys, "carrier_codes": codes})
        yield from rows(act, (name, world, GOVERNED, body, errors.BadCodeError))
    yield from rows(
        act,
        (
            "carrier_code_taken",
            world,
            GOVERNED,
            newcomer(**{**bad_keys, "carrier_codes": ["SMDG:ROP"]}),
            errors.CarrierCodeTakenError,
        ),
        *bad_key_rows(world, GOVERNED, newcomer()),
        (
            "already_registered",
            world,
            GOVERNED,
            registration("shipper"),
            errors.AlreadyRegisteredError,
        ),
        ("no_keys", world, GOVERNED, newcomer(keys=[]), MalformedBodyError),
        ("threshold_zero", world, GOVERNED, newcomer(threshold=0), MalformedBodyError),
        (
            "seventeen_keys",
            world,
            GOVERNED,
            newcomer(keys=[kid(str(n)) for n in range(17)]),
            MalformedBodyError,
        ),
    )
    yield surplus(Case(f"identity.{act}", "", world, GOVERNED, newcomer()))


def bad_key_rows(world: World, actor: str, body: Body) -> tuple[Row, ...]:
    """Keys and thresholds that make no controller."""
    bad = errors.BadKeysError
    return (
        ("not_a_key_id", world, actor, {**body, "keys": ["A" * 42 + "B"]}, bad),
        ("key_with_padding", world, actor, {**body, "keys": [kid("a") + "="]}, bad),
        ("key_named_twice", world, actor, {**body, "keys": [kid("a"), kid("a")]}, bad),
        ("threshold_above_keys", world, actor, {**body, "threshold": 2}, bad),
    )


def changes(world: World) -> Iterator[Case]:
    act = "CHANGE_PARTY"
    body: Body = {"carrier_codes": [], "lei": "", "party": IDS["buyer"], "roles": ["bank"]}
    broken: Body = {"lei": "?", "carrier_codes": ["SMDG:ROP"]}
    carrier: Body = {**body, "party": IDS["carrier"], "roles": ["carrier"]}
    yield from rows(
        act,
        ("becomes_a_bank", world, GOVERNED, body, None),
        ("bank_and_consignee", world, GOVERNED, {**body, "roles": ["bank", "consignee"]}, None),
        ("loses_its_codes", world, GOVERNED, {**carrier, "roles": []}, None),
        (
            "keeps_one_code_and_gains_one",
            world,
            GOVERNED,
            {**carrier, "carrier_codes": ["SMDG:NEW", "SMDG:ROP"]},
            None,
        ),
        (
            "not_governance",
            world,
            "buyer",
            {**body, **broken, "party": UNKNOWN, "roles": ["king"]},
            errors.NotGovernanceError,
        ),
        (
            "unknown_party",
            world,
            GOVERNED,
            {**body, **broken, "party": UNKNOWN, "roles": ["king"]},
            errors.UnknownPartyError,
        ),
        (
            "a_controller_is_no_party",
            world,
            GOVERNED,
            {**body, "party": IDS["firm"]},
            errors.UnknownPartyError,
        ),
        (
            "unknown_role",
            world,
            GOVERNED,
            {**body, **broken, "roles": ["king"]},
            errors.UnknownRoleError,
        ),
        ("bad_code", world, GOVERNED, {**body, **broken}, errors.BadCodeError),
        (
            "carrier_code_taken",
            world,
            GOVERNED,
            {**body, "carrier_codes": ["SMDG:OTH"]},
            errors.CarrierCodeTakenError,
        ),
    )
    yield surplus(Case(f"identity.{act}", "", world, GOVERNED, body))


def controllers(world: World) -> Iterator[Case]:
    act = "REGISTER_CONTROLLER"
    fresh: Body = {
        "commitment": salt("commitment"),
        "keys": [kid("fresh")],
        "salt": salt("fresh"),
        "threshold": 1,
    }
    bad: Body = {**fresh, "keys": ["A" * 43], "threshold": 2}
    yield from rows(
        act,
        ("sponsored", world, "shipper", fresh, None),
        ("not_a_party", world, "firm", bad, errors.NotRegisteredPartyError),
        ("governance_is_no_party", world, GOVERNED, bad, errors.NotRegisteredPartyError),
        *bad_key_rows(world, "shipper", fresh),
        ("already_registered", world, "bank", dict(FIRM), errors.AlreadyRegisteredError),
        ("commitment_empty", world, "bank", {**fresh, "commitment": ""}, MalformedBodyError),
    )
    yield surplus(Case(f"identity.{act}", "", world, "shipper", fresh))


def keys() -> Iterator[Case]:
    world, full, worn, spare = settled(), settled(), settled(), settled()
    for number in range(15):
        full.done("shipper", "identity.ADD_KEY", {"key": kid(str(number))})
    for number in range(63):
        worn.done("shipper", "identity.ADD_KEY", {"key": kid(str(number))})
        worn.done("shipper", "identity.REVOKE_KEY", {"key": kid(str(number))})
    spare.done("shipper", "identity.ADD_KEY", {"key": kid("spare")})
    gone = settled()
    gone.done("shipper", "identity.ADD_KEY", {"key": kid("gone")})
    gone.done("shipper", "identity.REVOKE_KEY", {"key": kid("gone")})
    bad = errors.BadKeysError
    yield from rows(
        "ADD_KEY",
        ("second_key", world, "shipper", {"key": kid("spare")}, None),
        ("of_a_joint_controller", world, "firm", {"key": kid("spare")}, None),
        ("another_controllers_key", world, "shipper", {"key": kid("bank")}, None),
        ("not_a_key_id", full, "shipper", {"key": "A" * 42 + "B"}, bad),
        ("key_known", full, "shipper", {"key": kid("shipper")}, errors.KeyKnownError),
        ("a_revoked_key", gone, "shipper", {"key": kid("gone")}, errors.KeyKnownError),
        ("sixteen_keys", full, "shipper", {"key": kid("one more")}, bad),
        ("sixty_four_keys_ever", worn, "shipper", {"key": kid("one more")}, bad),
        ("key_too_short", world, "shipper", {"key": "A" * 42}, MalformedBodyError),
    )
    yield surplus(Case("identity.ADD_KEY", "", world, "shipper", {"key": kid("spare")}))
    yield from rows(
        "REVOKE_KEY",
        ("the_older_key", spare, "shipper", {"key": kid("shipper")}, None),
        ("of_a_joint_controller", world, "firm", {"key": kid("firm c")}, None),
        ("unknown_key", world, "shipper", {"key": kid("bank")}, errors.UnknownKeyError),
        ("a_revoked_key", gone, "shipper", {"key": kid("gone")}, errors.UnknownKeyError),
        ("last_key", world, "shipper", {"key": kid("shipper")}, errors.LastKeysError),
        ("below_the_threshold", world, GOVERNED, {"key": kid(GOVERNED)}, errors.LastKeysError),
    )
    yield surplus(Case("identity.REVOKE_KEY", "", world, "shipper", {"key": kid("shipper")}))


def laws(world: World) -> Iterator[Case]:
    yield from rows(
        "RECOGNISE_LAW",
        ("country", world, GOVERNED, {"law": "SG"}, None),
        ("subdivision", world, GOVERNED, {"law": "US-NY"}, None),
        ("not_governance", world, "carrier", {"law": "??"}, errors.NotGovernanceError),
        ("no_country", world, GOVERNED, {"law": "XX"}, errors.BadCodeError),
        ("lower_case", world, GOVERNED, {"law": "gb"}, errors.BadCodeError),
        ("law_recognised", world, GOVERNED, {"law": "GB"}, errors.LawRecognisedError),
        ("too_long", world, GOVERNED, {"law": "US-NYNY"}, MalformedBodyError),
    )
    yield surplus(Case("identity.RECOGNISE_LAW", "", world, GOVERNED, {"law": "SG"}))
    yield from rows(
        "WITHDRAW_LAW",
        ("recognised", world, GOVERNED, {"law": "GB"}, None),
        ("not_governance", world, "carrier", {"law": "SG"}, errors.NotGovernanceError),
        ("not_recognised", world, GOVERNED, {"law": "SG"}, errors.LawNotRecognisedError),
    )
    yield surplus(Case("identity.WITHDRAW_LAW", "", world, GOVERNED, {"law": "GB"}))


def activations(world: World) -> Iterator[Case]:
    act = "ACTIVATE_PROTOCOL"
    first = world.height + 1 + 10
    later = settled()
    later.done(GOVERNED, f"identity.{act}", {"height": 1_000, "version": 3})
    bad = errors.BadActivationError
    yield from rows(
        act,
        ("next", world, GOVERNED, {"height": first, "version": 2}, None),
        ("after_another", later, GOVERNED, {"height": 1_001, "version": 9}, None),
        (
            "not_governance",
            world,
            "carrier",
            {"height": 1, "version": 1},
            errors.NotGovernanceError,
        ),
        ("too_soon", world, GOVERNED, {"height": first - 1, "version": 2}, bad),
        ("same_version", world, GOVERNED, {"height": first, "version": 1}, bad),
        ("older_version", later, GOVERNED, {"height": 2_000, "version": 2}, bad),
        ("before_the_last_one", later, GOVERNED, {"height": 1_000, "version": 4}, bad),
        ("version_zero", world, GOVERNED, {"height": first, "version": 0}, MalformedBodyError),
    )
    body: Body = {"height": first, "version": 2}
    yield surplus(Case(f"identity.{act}", "", world, GOVERNED, body))


def cases() -> Iterator[Case]:
    """Every case of the room."""
    world = settled()
    yield from registrations(world)
    yield from changes(world)
    yield from controllers(world)
    yield from keys()
    yield from laws(world)
    yield from activations(world)
    yield from party_vectors.cases()
    yield from approval_vectors.cases()
    yield from validator_vectors.cases()


def texts() -> dict[str, str]:
    """Every file of the room's vectors."""
    return texts_of(cases())


if __name__ == "__main__":
    raise SystemExit(main(texts()))
