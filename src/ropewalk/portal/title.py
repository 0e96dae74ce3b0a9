# SPDX-License-Identifier: Apache-2.0
"""A title: the document, who holds it, what weighs on it, its whole chain, and what it proves."""

from dataclasses import replace
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import Reader, media, of, parameters
from ropewalk.client import History, bundle_of
from ropewalk.codes import Money
from ropewalk.portal.drafts import of_title
from ropewalk.portal.errors import NoSuchPageError
from ropewalk.portal.forms import Draft
from ropewalk.portal.pages import PageRoute, Portal, Records, asker, guard_page, portal_of
from ropewalk.portal.papers import paper_of
from ropewalk.portal.sentences import Told, read_all, sentence
from ropewalk.title import ISSUED

router = APIRouter(route_class=PageRoute, include_in_schema=False)
ACTS: Final = 200
"""Of its chain, on one page."""


@router.get("/titles/{title}", dependencies=[guard_page("portal.read")])
async def title(
    request: Request,
    title: parameters.TitlePath,
    before: parameters.Position = parameters.POSITION_MAX,
) -> Response:
    """The title's page, by its id or by its reference; its newest acts, or older ones."""
    here, portal = of(request), portal_of(request)
    me = asker(request)

    def read() -> dict[str, Any]:
        identifier = Reader(here.engine, proving=False).title(title)
        record = Records(here).fields(f"title/{identifier}")
        return {
            "id": identifier,
            "title": record,
            "drafts": _prefilled(portal, record, of_title(identifier, record, me)),
            "payload": paper_of(portal, identifier, record["issuer"]),
        }

    found = await here.reads.run(read)
    history = await here.waiting.run(here.engine.history, found["id"])
    if history is None:
        raise NoSuchPageError("the ledger has no title under this id")
    chain = read_all(history.acts)
    deal = purchase(found["id"], found["title"], chain, me)
    earlier = [one for one in chain if one.position < before]
    shown = earlier[-ACTS:]
    return portal.render(
        request,
        "title.html",
        acts=[(one, sentence(portal, one.act, one.body)) for one in shown],
        older=shown[0].position if len(earlier) > len(shown) else 0,
        chain_length=len(chain),
        deal=deal,
        hints=_hints(portal, found["title"]),
        concerned=concerned(found["title"], chain),
        size=history.block.position + 1,
        **found,
    )


def purchase(
    identifier: str, record: dict[str, Any], chain: list[Told], me: str
) -> dict[str, Any] | None:
    """What the page knows of a deal by which a desk buys the bill; None where it can't.

    Who holds a bill and has it in hand buys nothing; what is over or in escrow is not for sale.
    """
    is_free = record["status"] == ISSUED and not record.get("escrow") and not record.get("freeze")
    is_mine = me in ("", record["possessor"], record["issuer"])
    if not is_free or is_mine or record["document_type"] != "BOL":
        return None
    pledge = record.get("pledge") or {}
    issues = (one.body.get("on_board") or {} for one in chain if one.act == "title.ISSUE")
    return {
        "beneficiary": pledge.get("beneficiary", ""),
        "boxes": next(iter(issues), {}).get("boxes", []),
        "buyer": me,
        "carrier": record["issuer"],
        "holder": record["possessor"],
        "last_act": record["last_act"],
        "secured": str(pledge.get("amount", 0)),
        "secured_currency": pledge.get("currency", ""),
        "title": identifier,
    }


def _prefilled(portal: Portal, record: dict[str, Any], drafts: list[Draft]) -> list[Draft]:
    """Forms begun with what the demo's voyage says; of any other bill as they are."""
    ready = portal.ready_made.read().voyage
    if ready is None or record["reference"] != ready.reference:
        return drafts
    values = {
        "amount": Money(int(ready.loan), ready.currency).decimal,
        "currency": ready.currency,
        "pledgee": portal.name(ready.parties["bank"]),
    }
    return [
        replace(
            one,
            fields=tuple(replace(each, value=values.get(each.name, "")) for each in one.fields),
        )
        if one.act == "title.PLEDGE"
        else one
        for one in drafts
    ]


def _hints(portal: Portal, record: dict[str, Any]) -> dict[str, str]:
    """What the deal's form begins with: the pledge's currency and bank, the demo's own price."""
    pledge, ready = record.get("pledge") or {}, portal.ready_made.read().voyage
    if ready is not None and record["reference"] == ready.reference:
        price = Money(int(ready.price), ready.currency).decimal
        return {
            "bank": portal.name(ready.parties["bank"]),
            "currency": ready.currency,
            "price": price,
        }
    return {"bank": portal.name(pledge.get("pledgee", "")), "currency": pledge.get("currency", "")}


def concerned(record: dict[str, Any], chain: list[Told]) -> list[tuple[str, str]]:
    """Who can see the document, and why: whom the title names, and who once held it."""
    pledge = record.get("pledge") or {}
    parts = {
        "issuer": record["issuer"],
        "shipper": record["shipper"],
        "consignee": record["consignee"],
        "possessor": record["possessor"],
        "endorsee": record["endorsee"],
        "pledgee": pledge.get("pledgee", ""),
        "beneficiary": pledge.get("beneficiary", ""),
        "claimant": record.get("claimant", ""),
    }
    found = {controller: part for part, controller in reversed(parts.items()) if controller}
    for one in chain:
        found.setdefault(one.actor, "acted")
    return list(found.items())


@router.get("/titles/{title}/bundle", dependencies=[guard_page("portal.read")])
async def bundle(request: Request, title: parameters.TitlePath) -> Response:
    """The title's bundle without its document, which only the browser has in clear and adds."""
    here = of(request)
    identifier = await here.reads.run(Reader(here.engine, proving=False).title, title)
    history = await here.waiting.run(here.engine.history, identifier)
    if history is None:
        raise NoSuchPageError("the ledger has no title under this id")
    told = History(**msgspec.to_builtins(history))
    made = bundle_of(told, here.engine.condition().network, identifier, None)
    return Response(made, media_type=media.JSON, headers={"cache-control": "no-store"})
