# SPDX-License-Identifier: Apache-2.0
"""A proposal: the act inside it, who approved, whom it waits for."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import of, parameters
from ropewalk.portal.forms import draft
from ropewalk.portal.pages import PageRoute, Records, asker, guard_page, portal_of
from ropewalk.portal.sentences import sentence

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/proposals/{act_hash}", dependencies=[guard_page("portal.read")])
async def proposal(request: Request, act_hash: str) -> Response:
    """The proposal's page."""
    here, portal = of(request), portal_of(request)
    identifier = parameters.transaction(act_hash)
    me = asker(request)
    record = await here.reads.run(Records(here).find, f"proposal/{identifier}", dict)
    if record is None:
        return portal.render(request, "decided.html", id=identifier)
    return portal.render(
        request,
        "proposal.html",
        id=identifier,
        said=sentence(portal, record["act"], record["body"]),
        proposal=record,
        may_approve=me in record["waits_for"],
        may_withdraw=me == record["actor"],
        withdrawing=draft("identity.WITHDRAW", {"act_hash": identifier}),
    )
