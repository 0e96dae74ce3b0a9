# SPDX-License-Identifier: Apache-2.0
"""A shipment as one rope: cargo, money and documents on one time axis, tied where one act did it.

What belongs to a shipment follows from the ledger: a title leads to the boxes it names and to the
exchanges it lies in, an exchange to its receivables, a consignment to all that was linked to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from ropewalk.api import Node, Reader, of, parameters
from ropewalk.portal.errors import NoSuchPageError
from ropewalk.portal.links import page_of
from ropewalk.portal.pages import PageRoute, Portal, Records, asker, guard_page, portal_of
from ropewalk.portal.papers import PARTS, paper_of
from ropewalk.portal.sentences import Told, read, sentence
from ropewalk.portal.sessions import now_s
from ropewalk.views import desk_reading, histories

router = APIRouter(route_class=PageRoute, include_in_schema=False)
ACTS: Final = 300
TODOS: Final = 200
STRANDS: Final = ("cargo", "capital", "information")
STRAND_OF: Final = {
    "box": "cargo",
    "exchange": "capital",
    "payable": "capital",
    "receivable": "capital",
}
"""By kind of subject; all others are documents and the title they carry."""
Subject = histories.Subject


@dataclass(frozen=True, slots=True)
class Knot:
    """One act of the shipment, and which strands it touched."""

    told: Told
    said: str
    strands: tuple[str, ...]
    subjects: tuple[Subject, ...]

    @property
    def is_tied(self) -> bool:
        """Whether it touched several strands at once."""
        return len(self.strands) > 1


@router.get("/titles/{title}/rope", dependencies=[guard_page("portal.read")])
async def of_title(request: Request, title: parameters.TitlePath) -> Response:
    """The shipment of a title."""
    here = of(request)
    identifier = await here.reads.run(Reader(here.engine, proving=False).title, title)
    record = await here.reads.run(Records(here).fields, f"title/{identifier}")
    return await _page(request, [("title", identifier)], str(record["reference"]))


@router.get("/consignments/{consignment}", dependencies=[guard_page("portal.read")])
async def of_consignment(request: Request, consignment: str) -> Response:
    """The shipment of a consignment: all that its parties linked to it."""
    here = of(request)
    identifier = parameters.transaction(consignment)
    record = await here.reads.run(Records(here).fields, f"consignment/{identifier}")
    links = [(_kind(one["kind"]), one["id"]) for one in record.get("links", [])]
    subjects = [("consignment", identifier), *links]
    return await _page(request, subjects, identifier[:12], record)


def _kind(link: str) -> str:
    """What a link is to; a delivery order is known by its box."""
    return "box" if link == "order" else link


async def _page(
    request: Request,
    roots: Sequence[Subject],
    name: str,
    consignment: dict[str, Any] | None = None,
) -> Response:
    here, portal = of(request), portal_of(request)
    found = await here.looking.run(_gather, here, portal, roots)
    subjects: list[Subject] = found["subjects"]
    titles = [one for kind, one in subjects if kind == "title"]
    issuers: dict[str, str] = found.pop("issuers")
    papers = {one: paper_of(portal, one, issuers[one]) for one in titles}
    waiting = await here.looking.run(_waiting, here, subjects)
    return portal.render(
        request,
        "rope.html",
        name=name,
        consignment=consignment,
        links=[(kind, one, page_of(kind, one), _strand(kind)) for kind, one in subjects],
        papers=[(one, found["commitments"][one], payload) for one, payload in papers.items()],
        waiting=waiting,
        now_s=now_s(),
        mine=bool(asker(request)),
        **found,
    )


def _gather(here: Node, portal: Portal, roots: Sequence[Subject]) -> dict[str, Any]:
    records = Records(here)
    with here.views.database.reading() as connection:
        subjects = _closure(connection, records, roots)
        touched = histories.history(connection, subjects, ACTS)
    if not touched:
        raise NoSuchPageError("nothing was done with this yet, or the node still reads it")
    knots = list(_knots(here, portal, touched))
    titles = [one for kind, one in subjects if kind == "title"]
    bands = [band for kind, one in subjects if kind == "exchange" for band in _bands(records, one)]
    return {
        "subjects": subjects,
        "knots": knots[::-1],
        "tied": sum(1 for one in knots if one.is_tied),
        "bands": bands,
        "commitments": {one: records.fields(f"title/{one}")["commitment"] for one in titles},
        "issuers": {one: records.fields(f"title/{one}")["issuer"] for one in titles},
        "concerned": _concerned(records, subjects),
    }


def _closure(connection: Connection, records: Records, roots: Sequence[Subject]) -> list[Subject]:
    """All that belongs to a shipment, what it began with first."""
    found = list(dict.fromkeys(roots))
    for kind, identifier in found:
        if len(found) >= histories.SUBJECTS_MAX:
            break
        more = _led_to(connection, records, kind, identifier)
        found += [one for one in dict.fromkeys(more) if one not in found]
    return found


def _led_to(
    connection: Connection, records: Records, kind: str, identifier: str
) -> Iterator[Subject]:
    if kind in ("title", "box", "exchange"):
        yield from histories.beside(connection, (kind, identifier))
    if kind == "title":
        record = records.fields(f"title/{identifier}")
        yield from (("title", one) for one in record.get("replaces", []))
        yield from (("title", one) for one in record.get("replaced_by", []))
    elif kind == "box":
        box = records.find(f"box/{identifier}", dict) or {}
        yield from (("title", one) for one in box.get("titles", []))
    elif kind == "exchange":
        for leg in records.exchange_fields(identifier)["legs"]:
            yield from ((name, leg[name]) for name in ("title", "receivable") if name in leg)
    elif kind == "receivable":
        yield "payable", str(records.fields(f"receivable/{identifier}")["payable"])


def _knots(here: Node, portal: Portal, touched: Sequence[histories.Touched]) -> Iterator[Knot]:
    for one in touched:
        entries = here.engine.entries(one.position, 1)
        told = read(entries[0]) if entries else None
        if told is None:
            continue
        strands = {_strand(kind) for kind, _ in one.subjects}
        strands |= {told.strand} & set(STRANDS)
        ordered = tuple(each for each in STRANDS if each in strands)
        yield Knot(told, sentence(portal, told.act, told.body), ordered, one.subjects)


def _strand(kind: str) -> str:
    return STRAND_OF.get(kind, "information")


def _bands(records: Records, exchange: str) -> Iterator[dict[str, Any]]:
    """The bands of temperature that an exchange asks for."""
    condition = records.exchange_fields(exchange).get("condition")
    asked = [condition] if condition else []
    for one in asked:
        asked += one.get("of", [])
        if one.get("asks") == "readings":
            yield {"least": one["least"], "most": one["most"], "box": one["subject"]}


def _concerned(records: Records, subjects: Sequence[Subject]) -> list[tuple[str, str]]:
    """Who can see what of it, and why: the parties that its titles and its consignment name."""
    found: dict[str, str] = {}
    for kind, identifier in subjects:
        if kind == "title":
            record = records.fields(f"title/{identifier}")
            for part in PARTS:
                if record.get(part):
                    found.setdefault(str(record[part]), part)
        if kind == "consignment":
            for member in records.fields(f"consignment/{identifier}")["parties"]:
                found.setdefault(member["controller"], member["role"])
    return list(found.items())


def _waiting(here: Node, subjects: Sequence[Subject]) -> list[desk_reading.Todo]:
    """What the shipment waits for next, whoever has to do it."""
    with here.views.database.reading() as connection:
        return desk_reading.waiting_on(connection, subjects, now_s(), TODOS)
