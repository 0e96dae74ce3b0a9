# SPDX-License-Identifier: Apache-2.0
"""The network: who leads it, how it grows, what it signed last, and how to hold it to that."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import Node, of
from ropewalk.portal.charts import Point, line_chart
from ropewalk.portal.pages import PageRoute, Records, guard_page, portal_of
from ropewalk.portal.sentences import Told, read_all, sentence

router = APIRouter(route_class=PageRoute, include_in_schema=False)
LATEST: Final = 120
"""Entries of the log that the page looks at."""
SHOWN: Final = 20
MINUTE_S: Final = 60


@router.get("/network", dependencies=[guard_page("portal.read")])
async def network(request: Request) -> Response:
    """The network's page."""
    here, portal = of(request), portal_of(request)
    found = await here.proofs.run(_read, here)
    growth = line_chart(found.pop("growth"), portal.text("network.growth.text"))
    acts = [(one, sentence(portal, one.act, one.body)) for one in found.pop("acts")]
    base = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return portal.render(request, "network.html", acts=acts, base=base, growth=growth, **found)


def _members(here: Node) -> list[dict[str, Any]]:
    """Who votes, with what weight; nobody where one node leads the ledger alone."""
    found = Records(here).find("validators", dict)
    steps = (found or {}).get("steps", [])
    members: list[dict[str, Any]] = steps[-1]["validators"] if steps else []
    return members


def _read(here: Node) -> dict[str, Any]:
    condition = here.engine.condition()
    entries = here.engine.entries(max(0, condition.size - LATEST), LATEST)
    acts = read_all(entries)
    standing = here.standing()
    since_s = entries[0].time if len(entries) == LATEST else 0
    growth = [Point(one.time, one.position + 1) for one in entries]
    return {
        "condition": condition,
        "checkpoint": here.engine.checkpoint(),
        "acts": acts[: -SHOWN - 1 : -1],
        "growth": growth,
        "standing": standing,
        "members": _members(here),
        "rate": acts_a_minute(acts, since_s, condition.time),
    }


def acts_a_minute(acts: Sequence[Told], since_s: int, now_s: int) -> int:
    """Acts of the last minute; where they are known for less than that, at their pace.

    Args:
        acts: all since some moment.
        since_s: that moment, seconds since 1970.
        now_s: the ledger's time.
    """
    known_s = now_s - since_s
    if known_s < MINUTE_S:
        return len(acts) * MINUTE_S // max(1, known_s)
    return sum(1 for one in acts if one.time > now_s - MINUTE_S)
