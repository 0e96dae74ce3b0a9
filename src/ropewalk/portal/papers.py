# SPDX-License-Identifier: Apache-2.0
"""Where a title's document lies in the vault: told by one of its parties, read by its page.

The node learns the name of an encrypted payload and nothing of what is in it; whoever opens it
holds it to the ledger's commitment, so that another document told here is not shown.
"""

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import of
from ropewalk.portal.errors import PaperError
from ropewalk.portal.pages import HEADERS, PageRoute, Portal, Records, guard_page, portal_of
from ropewalk.portal.sent import read_sent
from ropewalk.portal.sessions import require_own_page

router = APIRouter(route_class=PageRoute, include_in_schema=False)
BODY_MAX: Final = 1_024
PARTS: Final = ("issuer", "shipper", "consignee", "possessor", "endorsee", "claimant")
Hash = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class _Paper(msgspec.Struct, forbid_unknown_fields=True):
    title: Hash
    payload: Hash


@router.post("/papers", dependencies=[guard_page("portal.read")])
async def keep(request: Request) -> Response:
    """Note which payload has a title's document."""
    require_own_page(request)
    here, portal = of(request), portal_of(request)
    me = portal.sessions.require_found(request)
    malformed = PaperError("this names no title and payload")
    told = await read_sent(request, _Paper, BODY_MAX, malformed)

    def note() -> None:
        record = Records(here).find(f"title/{told.title}", dict)
        if record is None or me not in parties(record):
            raise PaperError("only a party of the title says where its document lies")
        if here.vault is None or not here.vault.standings(me, told.payload):
            raise PaperError("this node's vault has no such payload that is shown to you")
        portal.store.keep_paper(told.title, told.payload, me)

    await here.reads.run(note)
    return Response(status_code=204, headers=HEADERS)


def parties(record: dict[str, Any]) -> set[str]:
    """Everybody whom a title names, whoever holds it, and both sides of its pledge."""
    pledge = record.get("pledge") or {}
    named = [record.get(part, "") for part in PARTS]
    return {*named, pledge.get("pledgee", ""), pledge.get("beneficiary", "")} - {""}


def paper_of(portal: Portal, title: str, issuer: str) -> str:
    """The payload that has a title's document; "" for none.

    As its issuer told here, else as the demo says, else as another party of it told.
    """
    told = portal.store.papers(title)
    found = told.get(issuer) or portal.ready_made.read().papers.get(title)
    return found or next(iter(told.values()), "")
