# SPDX-License-Identifier: Apache-2.0
"""A voyage to play by hand: which step is next, on whose desk, and why it is needed.

The guided tour of the demo. What is done follows from the ledger alone, so a step that was taken on
any other page, or by any other way, counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import Node, media, of
from ropewalk.portal.errors import NoSuchPageError
from ropewalk.portal.pages import HEADERS, PageRoute, Portal, Records, guard_page, portal_of
from ropewalk.portal.settings import Ready
from ropewalk.views import desk_reading

router = APIRouter(route_class=PageRoute, include_in_schema=False)
EXCHANGES: Final = 50
MONEY: Final = (1, 2)
"""Legs of the exchange in which the importer pays."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the voyage is, as the ledger has it."""

    title: str
    bill: dict[str, Any]
    exchange: str
    deal: dict[str, Any]
    movement: dict[str, Any]
    right: dict[str, Any]

    @property
    def given(self) -> set[int]:
        """Legs of the exchange that are in."""
        is_settled = self.deal.get("status") == "SETTLED"
        return set(range(len(self.deal["legs"]))) if is_settled else set(self.deal.get("given", []))


@dataclass(frozen=True, slots=True)
class Step:
    """One act of the voyage."""

    name: str
    part: str
    """Whose desk it is done on."""
    is_done: Callable[[Standing, Ready], bool]
    page: Callable[[Standing, Ready], str]


def _on_title(now: Standing, _voyage: Ready) -> str:
    return f"/titles/{now.title}"


def _on_exchange(now: Standing, _voyage: Ready) -> str:
    return f"/exchanges/{now.exchange}"


def _on_box(_now: Standing, voyage: Ready) -> str:
    return f"/boxes/{voyage.boxes[0]}"


def _financed(now: Standing, _voyage: Ready) -> bool:
    return "pledge" in now.bill or bool(now.deal)


def _is_offered(now: Standing, _voyage: Ready) -> bool:
    """Whether the bill is in escrow, or the bank proposed it."""
    return 0 in now.given or bool(now.deal.get("proposed"))


def _agreed(now: Standing, voyage: Ready) -> bool:
    return voyage.parties["carrier"] in now.deal["agreed"]


def _accepts(now: Standing, voyage: Ready) -> bool:
    return voyage.parties["shipper"] in now.deal["agreed"]


def _is_clear(now: Standing, _voyage: Ready) -> bool:
    return now.movement.get("customs_status") in ("CLEARED", "TRANSIT")


STEPS: Final = (
    Step("issue", "carrier", lambda now, _: bool(now.title), lambda _now, _: "/issue"),
    Step("pledge", "shipper", _financed, _on_title),
    Step("offer", "consignee", lambda now, _: bool(now.deal), _on_title),
    Step("escrow", "bank", _is_offered, _on_exchange),
    Step("approve", "shipper", lambda now, _: 0 in now.given, lambda _now, _: "/desk"),
    Step("agree", "carrier", _agreed, _on_exchange),
    Step("accept_money", "shipper", _accepts, _on_exchange),
    Step("announce", "carrier", lambda now, _: bool(now.movement), _on_box),
    Step("pay", "consignee", lambda now, _: set(MONEY) <= now.given, _on_exchange),
    Step("settle", "consignee", lambda now, _: now.deal["status"] == "SETTLED", _on_exchange),
    Step("clear", "customs", _is_clear, _on_box),
    Step("ready", "terminal", lambda now, _: bool(now.movement.get("is_ready")), _on_box),
    Step("accept", "consignee", lambda now, _: len(now.right.get("holders", [])) > 1, _on_box),
    Step("gate", "terminal", lambda now, _: "exit" in now.movement, lambda _now, _: "/gate"),
)


@router.get("/voyage", dependencies=[guard_page("portal.read")])
async def voyage(request: Request) -> Response:
    """The voyage's steps: those done, the next one, and those to come."""
    here, portal = of(request), portal_of(request)
    ready = _ready(portal)
    now = await here.looking.run(standing, here, ready)
    steps = walk(now, ready)
    names = portal.names()
    return portal.render(request, "voyage.html", ready=ready, now=now, steps=steps, names=names)


@router.get("/voyage/document", dependencies=[guard_page("portal.read")])
async def document(request: Request) -> Response:
    """What lies ready on the carrier's desk; the demo's, and no secret."""
    ready = _ready(portal_of(request))
    return Response(msgspec.json.encode(ready), media_type=media.JSON, headers=HEADERS)


def _ready(portal: Portal) -> Ready:
    ready = portal.ready_made.read().voyage
    if ready is None:
        raise NoSuchPageError("this node has no voyage to play: `ropewalk demo` makes one ready")
    return ready


def walk(now: Standing, ready: Ready) -> list[dict[str, Any]]:
    """Each step with what became of it: done, next or later."""
    found, is_open = list[dict[str, Any]](), False
    for step in STEPS:
        state = "later" if is_open else ("done" if step.is_done(now, ready) else "next")
        is_open = is_open or state != "done"
        page = step.page(now, ready) if state == "next" else ""
        desk = ready.parties[step.part]
        found.append({"name": step.name, "desk": desk, "state": state, "page": page})
    return found


def standing(here: Node, ready: Ready) -> Standing:
    """How far the voyage is."""
    records = Records(here)
    reference = records.find(f"reference/{ready.reference}", dict) or {}
    title = str(reference.get("title", ""))
    bill = records.fields(f"title/{title}") if title else {}
    exchange, deal = _deal(here, records, ready.parties["consignee"], title)
    box = ready.boxes[0]
    return Standing(
        title=title,
        bill=bill,
        exchange=exchange,
        deal=deal,
        movement=records.find(f"movement/{box}", dict) or {},
        right=records.find(f"right/{box}", dict) or {},
    )


def _deal(here: Node, records: Records, party: str, title: str) -> tuple[str, dict[str, Any]]:
    """The last exchange of the title that was not given back, and whether its bank proposed."""
    if not title:
        return "", {}
    with here.views.database.reading() as connection:
        kind = ("exchange", None)
        rows = desk_reading.involved(connection, party, kind, None, EXCHANGES).rows
    for one in rows:
        record = records.exchange_fields(one.subject)
        is_of = any(leg.get("title") == title for leg in record["legs"])
        if is_of and record["status"] != "RETURNED":
            record["proposed"] = _proposed(here, one.subject)
            return one.subject, record
    return "", {}


def _proposed(here: Node, exchange: str) -> bool:
    page = here.engine.proposals("", "", EXCHANGES)
    found = (msgspec.json.decode(one.record)[1] for one in page.records)
    return any(one["body"].get("exchange") == exchange for one in found)
