# SPDX-License-Identifier: Apache-2.0
"""What somebody may do now with a thing on the ledger, as acts ready to be signed.

A suggestion only: the ledger decides. What is offered here and refused there is a fault of this
page; what is not offered can still be done from the page of all acts.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ropewalk.portal.forms import Draft, draft
from ropewalk.title import ENDED, SURRENDER_REQUESTED

Json = dict[str, Any]


def of_title(identifier: str, title: Mapping[str, Any], me: str) -> list[Draft]:
    """What a controller may do with a title, the likeliest first.

    Args:
        identifier: the title's id.
        title: its record's fields.
        me: the controller.
    """
    if not me or title["status"] in ENDED or title.get("freeze") or title.get("escrow"):
        return []
    known = {"title": identifier, "last_act": title["last_act"]}
    return [
        draft(f"title.{act}", {**known, **members}, proposes=proposes)
        for act, members, proposes in _acts_on_title(title, me)
    ]


def _acts_on_title(title: Mapping[str, Any], me: str) -> Iterator[tuple[str, Json, bool]]:
    if title["status"] == SURRENDER_REQUESTED:
        if me == title["issuer"]:
            yield from (("SACC", {}, False), ("SREJ", {"comment": None}, False))
        return
    if title["document_type"] == "SWB":
        yield from _waybill(title, me)
        return
    yield from _pledged(title, me)
    if me == title["possessor"] and "pledge" not in title:
        yield from _held(title, me)
    if me == title["issuer"]:
        yield ("VOID", {}, True)


def _waybill(title: Mapping[str, Any], me: str) -> Iterator[tuple[str, Json, bool]]:
    if me == title["issuer"]:
        yield ("DELIVER", {}, False)
    if me == title["shipper"]:
        yield ("REDIRECT", {}, False)


def _pledged(title: Mapping[str, Any], me: str) -> Iterator[tuple[str, Json, bool]]:
    pledge = title.get("pledge")
    if pledge is None:
        return
    if me == pledge["pledgee"]:
        yield ("RELEASE_PLEDGE", {}, False)
        yield ("TRUST_RECEIPT", {}, False)
        if pledge["due"]:
            yield ("ENFORCE_PLEDGE", {}, False)
    if me == pledge["beneficiary"] and pledge["trust_purpose"]:
        yield (pledge["trust_purpose"], {"addressee": title["issuer"], "reason_code": None}, False)


def _held(title: Mapping[str, Any], me: str) -> Iterator[tuple[str, Json, bool]]:
    """What the holder of an unpledged bill may do."""
    claims = not title["is_to_order"] or title["endorsee"] in (me, "")
    if claims:
        yield ("SURRENDER_FOR_DELIVERY", {"addressee": title["issuer"]}, False)
    if title["is_to_order"] and title["endorsee"] in (me, "") and title["endorsee_may_endorse"]:
        yield from (("ENDORSE_TO_ORDER", {}, False), ("BLANK_ENDORSE", {}, False))
        yield ("ENDORSE", {}, False)
    yield from (("TRANSFER", {}, False), ("PLEDGE", {}, False), ("LEASE", {}, False))
    if title["refusable_from"]:
        yield ("REFUSE_TRANSFER", {}, False)
    yield ("SURRENDER_FOR_AMENDMENT", {"addressee": title["issuer"]}, False)


def of_exchange(
    identifier: str, exchange: Mapping[str, Any], titles: Mapping[str, Json], me: str, now_s: int
) -> list[Draft]:
    """What a controller may do in an exchange.

    Args:
        identifier: the exchange's id.
        exchange: its record's fields.
        titles: the record's fields of each title in it, as it stands.
        me: the controller.
        now_s: seconds since 1970.
    """
    if not me or exchange["status"] != "OPEN":
        return []
    found = list(_legs(identifier, exchange, titles, me))
    parties = {one for leg in exchange["legs"] for one in (leg["giver"], leg["taker"])}
    if me in parties - set(exchange["agreed"]) and not found:
        found.append(draft("exchange.AGREE", {"exchange": identifier}))
    if _is_complete(exchange, parties) or now_s > exchange["deadline"]:
        name = "exchange.RETURN" if now_s > exchange["deadline"] else "exchange.SETTLE"
        found.append(draft(name, decided(identifier, exchange, titles)))
    return found


def decided(identifier: str, exchange: Mapping[str, Any], titles: Mapping[str, Json]) -> Json:
    """The body of SETTLE and RETURN: the exchange, and its titles as they stand."""
    given = [exchange["legs"][number] for number in exchange.get("given", [])]
    held = sorted(leg["title"] for leg in given if leg["asset"] == "title")
    return {
        "exchange": identifier,
        "titles": [{"last_act": titles[one]["last_act"], "title": one} for one in held],
    }


def _is_complete(exchange: Mapping[str, Any], parties: set[str]) -> bool:
    given = set(exchange.get("given", []))
    legs = [leg for number, leg in enumerate(exchange["legs"]) if number not in given]
    return all(leg["asset"] == "release" for leg in legs) and parties <= set(exchange["agreed"])


def _legs(
    identifier: str, exchange: Mapping[str, Any], titles: Mapping[str, Json], me: str
) -> Iterator[Draft]:
    given = exchange.get("given", [])
    for number, leg in enumerate(exchange["legs"]):
        actor = leg["bank"] if leg["asset"] == "payment" else leg["giver"]
        make = _ESCROW.get(leg["asset"])
        if number in given or actor != me or make is None:
            continue
        act, members = make(leg, titles)
        proposes = leg["asset"] == "title" and _is_secured(titles[leg["title"]], leg)
        yield draft(act, {"exchange": identifier, "leg": number, **members}, proposes=proposes)


def _is_secured(title: Mapping[str, Any], leg: Mapping[str, Any]) -> bool:
    """Whether the bill is pledged, so that pledgee and beneficiary both have to say yes."""
    pledge = title.get("pledge")
    return pledge is not None and pledge["beneficiary"] != leg["taker"]


def _title_leg(leg: Mapping[str, Any], titles: Mapping[str, Json]) -> tuple[str, Json]:
    title = leg["title"]
    last_act = titles[title]["last_act"]
    body = {"how": leg["how"], "last_act": last_act, "title": title, "to": leg["taker"]}
    return "exchange.ESCROW_TITLE", body


def _receivable_leg(leg: Mapping[str, Any], _titles: Mapping[str, Json]) -> tuple[str, Json]:
    body = {"last_act": leg["last_act"], "receivable": leg["receivable"]}
    return "exchange.ESCROW_RECEIVABLE", body


def _deposit_leg(_leg: Mapping[str, Any], _titles: Mapping[str, Json]) -> tuple[str, Json]:
    return "exchange.ESCROW_DEPOSIT", {"titles": None}


def _payment_leg(_leg: Mapping[str, Any], _titles: Mapping[str, Json]) -> tuple[str, Json]:
    return "exchange.CONFIRM_PAYMENT", {}


_ESCROW: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Json]], tuple[str, Json]]] = {
    "deposit": _deposit_leg,
    "payment": _payment_leg,
    "receivable": _receivable_leg,
    "title": _title_leg,
}
