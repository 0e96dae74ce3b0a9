# SPDX-License-Identifier: Apache-2.0
"""Who is registered, which laws count, which protocol rules: told a second time."""

from collections.abc import Mapping

from model.identity_acts import NOTICE_HEIGHTS, ROLES, Effect, Reasons
from model.identity_model import KeyLife, Person, controller_id, makes_controller
from model.ledger_model import Ledger, Moment
from model.title_model import Body
from model.title_reasons import Verdict, first, only

LAWS_KNOWN = frozenset({"DE", "FR", "GB", "SG"})
"""Codes of countries that the harness uses."""


def _party_is_off(ledger: Ledger, body: Body, party: str) -> str:
    roles, codes = body["roles"], body["carrier_codes"]
    taken = {
        code
        for one, other in ledger.parties.items()
        if one != party
        for code in other["carrier_codes"]
    }
    return first(
        ("identity.unknown_role", roles != sorted(set(roles)) or not set(roles) <= ROLES),
        ("identity.bad_code", codes != sorted(set(codes)) or len(body["lei"]) not in {0, 20}),
        ("identity.carrier_code_taken", bool(taken & set(codes))),
    )


def _id_of(body: Body) -> str:
    commitment = str(body.get("commitment", ""))
    return controller_id(commitment, body["keys"], body["salt"], body["threshold"])


def register_party(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """Governance lets a party in."""
    why = first(("identity.not_governance", actor != ledger.governance))
    why = why or _party_is_off(ledger, body, "") or _controller_is_off(ledger, body)
    return only(why)


def _controller_is_off(ledger: Ledger, body: Body) -> str:
    return first(
        ("identity.bad_keys", not makes_controller(body["keys"], body["threshold"])),
        ("identity.already_registered", _id_of(body) in ledger.people),
    )


def register_controller(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """A party vouches for a controller."""
    why = first(("identity.not_registered_party", actor not in ledger.parties))
    return only(why or _controller_is_off(ledger, body))


def controller_registered(ledger: Ledger, _actor: str, body: Body, moment: Moment) -> None:
    """Its keys count from the next position."""
    keys = [KeyLife(kid, moment.position) for kid in body["keys"]]
    person = Person(keys, int(body["threshold"]), str(body.get("commitment", "")))
    ledger.people[_id_of(body)] = person
    ledger.touched.add(f"controller/{_id_of(body)}")


def _enter(ledger: Ledger, party: str, body: Body) -> None:
    ledger.parties[party] = {name: body[name] for name in ("carrier_codes", "lei", "roles")}
    ledger.touched |= {f"party/{party}", *(f"carrier_code/{one}" for one in body["carrier_codes"])}


def party_registered(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """A controller with roles and codes."""
    controller_registered(ledger, actor, body, moment)
    _enter(ledger, _id_of(body), body)


def change_party(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """Other roles, other codes."""
    why = first(
        ("identity.not_governance", actor != ledger.governance),
        ("identity.unknown_party", body["party"] not in ledger.parties),
    )
    return only(why or _party_is_off(ledger, body, str(body["party"])))


def party_changed(ledger: Ledger, _actor: str, body: Body, _moment: Moment) -> None:
    """They replace the old ones."""
    _enter(ledger, str(body["party"]), body)


def recognise_law(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """Titles may be issued under it."""
    why = first(
        ("identity.not_governance", actor != ledger.governance),
        ("identity.bad_code", body["law"] not in LAWS_KNOWN),
        ("identity.law_recognised", body["law"] in ledger.laws),
    )
    return only(why)


def law_recognised(ledger: Ledger, _actor: str, body: Body, moment: Moment) -> None:
    """From now on."""
    ledger.laws[body["law"]] = moment.time
    ledger.touched.add(f"law/{body['law']}")


def withdraw_law(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """No more titles under it."""
    why = first(
        ("identity.not_governance", actor != ledger.governance),
        ("identity.law_not_recognised", body["law"] not in ledger.laws),
    )
    return only(why)


def law_withdrawn(ledger: Ledger, _actor: str, body: Body, _moment: Moment) -> None:
    """Titles live on."""
    del ledger.laws[body["law"]]
    ledger.touched.add(f"law/{body['law']}")


def activate_protocol(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """A newer protocol will rule; the harness always names a height far ahead."""
    last = ledger.activations[-1]
    follows = body["version"] > last["version"] and body["height"] > last["height"]
    why = first(
        ("identity.not_governance", actor != ledger.governance),
        ("identity.bad_activation", not follows or body["height"] < NOTICE_HEIGHTS),
    )
    return only(why)


def protocol_activated(ledger: Ledger, _actor: str, body: Body, _moment: Moment) -> None:
    """It is on the list."""
    told = {"height": body["height"], "version": body["version"]}
    ledger.activations = [*ledger.activations, told]
    ledger.touched.add("protocol")


REGISTRATION: Mapping[str, tuple[Reasons, Effect]] = {
    "ACTIVATE_PROTOCOL": (activate_protocol, protocol_activated),
    "CHANGE_PARTY": (change_party, party_changed),
    "RECOGNISE_LAW": (recognise_law, law_recognised),
    "REGISTER_CONTROLLER": (register_controller, controller_registered),
    "REGISTER_PARTY": (register_party, party_registered),
    "WITHDRAW_LAW": (withdraw_law, law_withdrawn),
}
