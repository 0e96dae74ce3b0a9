# SPDX-License-Identifier: Apache-2.0
"""Why an act on papers is refused, and what it does: docs/reference/papers.md, in its order."""

from collections.abc import Callable, Mapping

from model.cargo_reasons import CARGO, plays
from model.cargo_release_model import is_sorted, parts_of
from model.ledger_model import Ledger, Moment
from model.papers_model import (
    BOOKED,
    BY_CARRIER,
    CITED_MAX,
    LINKS_MAX,
    ON_INSTRUCTIONS,
    PARTIES_MAX,
    TABLE,
    Consignment,
    Deed,
    Paper,
    fitting,
    paper_id,
)
from model.title_model import Body, claimant_of
from model.title_reasons import Verdict, first, only

Reasons = Callable[[Ledger, str, Body, Moment], Verdict]
Effect = Callable[[Ledger, str, Body, Moment], None]
REGISTERED_ROLES = frozenset({"bank", "carrier", "customs", "insurer", "terminal"})
"""As what nobody is admitted who is not registered so."""
WEIGHING = ("shipper", "forwarder", "terminal")


def _begins(kind: str, why_not: Callable[[Ledger, str, Body], str]) -> Reasons:
    def reasons(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
        name = paper_id(kind, ledger.network, actor, body)
        known = name in ledger.desk.papers or name in ledger.desk.consignments
        return only(why_not(ledger, actor, body) or first(("cargo.document_known", known)))

    return reasons


# how papers begin


def _request(ledger: Ledger, _actor: str, body: Body) -> str:
    return first(("cargo.not_registered_as", not plays(ledger, body["carrier"], "carrier")))


def _requested(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    deed = Deed("REQUEST_BOOKING", actor, body, moment.transaction)
    name = paper_id("booking", ledger.network, actor, body)
    ledger.desk.papers[name] = Paper("booking", str(body["carrier"]), "", [deed])
    ledger.touched.add(f"booking/{name}")


def _submit(ledger: Ledger, actor: str, body: Body) -> str:
    why = first(("cargo.unsorted", not is_sorted(body["bookings"])))
    carrier = ""
    for name in body["bookings"]:  # booking by booking
        found = ledger.desk.of("booking", name)
        if why or found is None:
            return why or "cargo.unknown_document"
        carrier = carrier or found.carrier
        why = first(
            ("cargo.other_parties", (found.customer, found.carrier) != (actor, carrier)),
            ("cargo.booking_not_confirmed", found.states["status"] != "CONFIRMED"),
        )
    unknown = body.get("shipper", actor) not in ledger.people
    return why or first(("identity.unknown_controller", unknown))


def _submitted(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    booking = ledger.desk.papers[body["bookings"][0]]
    deed = Deed("SUBMIT_INSTRUCTIONS", actor, body, moment.transaction)
    name = paper_id("instructions", ledger.network, actor, body)
    shipper = str(body.get("shipper", actor))
    ledger.desk.papers[name] = Paper("instructions", booking.carrier, shipper, [deed])
    ledger.touched.add(f"instructions/{name}")


def _open(ledger: Ledger, actor: str, body: Body) -> str:
    lone = body["role"] == "carrier" and not plays(ledger, actor, "carrier")
    return first(("cargo.not_registered_as", lone))


def _opened(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    deed = Deed("OPEN_CONSIGNMENT", actor, body, moment.transaction)
    name = paper_id("consignment", ledger.network, actor, body)
    ledger.desk.consignments[name] = Consignment([deed])
    ledger.touched.add(f"consignment/{name}")


# the table


def _row(act: str) -> Reasons:
    kind = "instructions" if act in ON_INSTRUCTIONS else "booking"

    def reasons(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
        found = ledger.desk.of(kind, body[kind])
        if found is None:
            return only("cargo.unknown_document")
        side = found.carrier if act in BY_CARRIER else found.customer
        states = found.states
        given = body.get("reference", "")
        return only(
            first(
                ("cargo.stale_document", body["last_act"] != found.deeds[-1].transaction),
                ("cargo.not_side", side != actor),
                ("cargo.document_state", fitting(act, states) is None),
                ("cargo.reference_changed", given not in {"", states.get("reference", given)}),
            )
            or _why_not_complete(ledger, act, states)
        )

    return reasons


def _why_not_complete(ledger: Ledger, act: str, states: Mapping[str, str]) -> str:
    if act != "COMPLETE_INSTRUCTIONS":
        return ""
    return first(("cargo.not_surrendered", not _is_surrendered(ledger, states["title"])))


def _is_surrendered(ledger: Ledger, title: str) -> bool:
    history, standing = ledger.registry.titles[title]
    parts = parts_of(history)
    if parts:
        return all(_is_surrendered(ledger, part) for part in parts)
    if history.is_waybill:
        return not standing.freeze
    return standing.status == "SURRENDERED"


def _moved(act: str) -> Effect:
    kind = "instructions" if act in ON_INSTRUCTIONS else "booking"

    def moved(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
        deed = Deed(act, actor, body, moment.transaction)
        ledger.desk.papers[body[kind]].deeds.append(deed)
        ledger.touched.add(f"{kind}/{body[kind]}")

    return moved


def why_not_as_draft(ledger: Ledger, issuer: str, body: Body) -> str:
    """Why an ISSUE is not of the draft it names, "" where it is or names none."""
    if "draft" not in body:
        return ""
    found = ledger.desk.of("instructions", body["draft"])
    if found is None:
        return "cargo.unknown_document"
    states = found.states
    same = (body["commitment"], body["shipper"]) == (states.get("document"), found.shipper)
    return first(
        ("cargo.not_side", found.carrier != issuer),
        ("cargo.document_state", fitting("ISSUE", states) is None),
        ("cargo.not_as_approved", not same),
    )


# mass and customs


def _declare(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    found = ledger.desk.of("booking", body["booking"])
    if found is None:
        return only("cargo.unknown_document")
    may = found.customer == actor or any(plays(ledger, actor, role) for role in WEIGHING)
    return only(
        first(
            ("cargo.booking_not_confirmed", found.states["status"] not in BOOKED),
            ("cargo.not_side", not may),
        )
    )


def _declared(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    name = f"{body['booking']}/{body['box']}/{actor}"
    ledger.desk.masses.setdefault(name, []).append((body, moment.time))
    ledger.touched.add(f"vgm/{name}")


def _cite(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    found = ledger.desk.of(body["kind"], body["document"])
    if found is None:
        return only("cargo.unknown_document")
    cited = ledger.desk.cited.get(body["document"], [])
    sides = {found.customer, found.carrier}
    return only(
        first(
            ("cargo.not_side", actor not in sides and not plays(ledger, actor, "customs")),
            ("cargo.cited_already", body["reference"] in {one["reference"] for one in cited}),
            ("cargo.too_many_cited", len(cited) >= CITED_MAX),
        )
    )


def _cited(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> None:
    told = {"by": actor, "reference": body["reference"]}
    ledger.desk.cited.setdefault(str(body["document"]), []).append(told)
    ledger.touched.add(f"customs/{body['document']}")


# consignments


def _shared(why_not: Callable[[Ledger, Consignment, str, Body], str]) -> Reasons:
    def reasons(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
        found = ledger.desk.consignments.get(body["consignment"])
        if found is None:
            return only("cargo.unknown_document")
        why = first(
            ("cargo.stale_document", body["last_act"] != found.deeds[-1].transaction),
            ("cargo.consignment_closed", found.is_closed),
        )
        return only(why or why_not(ledger, found, actor, body))

    return reasons


def _admit(ledger: Ledger, found: Consignment, actor: str, body: Body) -> str:
    who, role = body["controller"], body["role"]
    return first(
        ("cargo.not_of_consignment", not found.leads(actor)),
        ("identity.unknown_controller", who not in ledger.people),
        (
            "cargo.not_registered_as",
            role in REGISTERED_ROLES and not plays(ledger, who, role),
        ),
        ("cargo.admitted_already", who in found.parties),
        ("cargo.consignment_full", len(found.parties) >= PARTIES_MAX),
    )


def _plan(_ledger: Ledger, found: Consignment, actor: str, _body: Body) -> str:
    return first(("cargo.not_of_consignment", not found.leads(actor)))


def _link(ledger: Ledger, found: Consignment, actor: str, body: Body) -> str:
    linked = (body["kind"], body["id"]) in found.links
    return first(
        ("cargo.not_of_consignment", actor not in found.parties),
        ("cargo.linked_already", linked),
        ("cargo.consignment_full", len(found.links) >= LINKS_MAX),
        ("cargo.nothing_to_link", actor not in CONCERNED[body["kind"]](ledger, body["id"])),
    )


def _of_paper(kind: str) -> Callable[[Ledger, str], set[str]]:
    def concerned(ledger: Ledger, name: str) -> set[str]:
        found = ledger.desk.of(kind, name)
        return {found.customer, found.carrier} if found else set()

    return concerned


def _of_title(ledger: Ledger, name: str) -> set[str]:
    found = ledger.registry.titles.get(name)
    if found is None:
        return set()
    history, standing = found
    named = {history.named("shipper"), standing.consignee, standing.in_force.endorsee}
    hands = {standing.holder, claimant_of(history)}
    return ({history.issuer} | named | hands) - {""}


def _of_box(ledger: Ledger, name: str) -> set[str]:
    box = ledger.quay.of(name)
    roles = ("carrier", "customs", "depot", "terminal")
    loads = {who for by, load in box.loads.items() for who in (by, str(load["carrier"]))}
    by_titles = (_of_title(ledger, title) for title in box.bills or box.titles)
    return loads.union({box.part(role) for role in roles}, *by_titles)


def _of_order(ledger: Ledger, name: str) -> set[str]:
    box = ledger.quay.of(name)
    told = {str(one[who]) for one in box.orders.values() for who in ("claimant", "release_to")}
    return {box.part("carrier"), *told} if told else set()


CONCERNED: Mapping[str, Callable[[Ledger, str], set[str]]] = {
    "booking": _of_paper("booking"),
    "box": _of_box,
    "instructions": _of_paper("instructions"),
    "order": _of_order,
    "title": _of_title,
}


def _shared_deed(act: str) -> Effect:
    def happened(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
        deed = Deed(act, actor, body, moment.transaction)
        ledger.desk.consignments[str(body["consignment"])].deeds.append(deed)
        ledger.touched.add(f"consignment/{body['consignment']}")

    return happened


ON_CONSIGNMENTS = {
    "ADMIT_PARTY": _admit,
    "CLOSE_CONSIGNMENT": _plan,
    "LINK_CONSIGNMENT": _link,
    "PLAN_CONSIGNMENT": _plan,
}
PAPERS: Mapping[str, tuple[Reasons, Effect]] = {
    "CITE_CUSTOMS": (_cite, _cited),
    "DECLARE_VGM": (_declare, _declared),
    "OPEN_CONSIGNMENT": (_begins("consignment", _open), _opened),
    "REQUEST_BOOKING": (_begins("booking", _request), _requested),
    "SUBMIT_INSTRUCTIONS": (_begins("instructions", _submit), _submitted),
    **{act: (_row(act), _moved(act)) for act in TABLE if act != "ISSUE"},
    **{act: (_shared(why), _shared_deed(act)) for act, why in ON_CONSIGNMENTS.items()},
}
ROOM = {**CARGO, **PAPERS}
"""Every act of the room: at the quay and at the desk."""
