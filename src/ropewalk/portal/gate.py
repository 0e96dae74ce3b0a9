# SPDX-License-Identifier: Apache-2.0
"""At the gate: a fresh question on the terminal's tablet, an answer by whoever holds the right.

No PIN, so nothing that can be stolen beforehand: a copy of an older answer opens nothing. The node
carries the answer from one screen to the other, and draws both as codes; the ledger decides.
"""

import io
import re
from typing import Annotated, Any, Final

import msgspec
import segno
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from ropewalk.api import Node, is_active, media, of, parameters
from ropewalk.cargo import Presentation, read_presentation
from ropewalk.ledger import LedgerError
from ropewalk.portal.box import is_collector
from ropewalk.portal.errors import GateAnswerError, NoSuchPageError
from ropewalk.portal.mailbox import GateAnswer, Mailbox
from ropewalk.portal.pages import HEADERS, PageRoute, Records, asker, guard_page, portal_of
from ropewalk.portal.quay import Quay, read_quay, reasons
from ropewalk.portal.sent import read_sent
from ropewalk.portal.sessions import now_s, require_own_page
from ropewalk.views import desk_reading

router = APIRouter(route_class=PageRoute, include_in_schema=False)
SHOWN: Final = 50
BODY_MAX: Final = 4_096
GATE: Final = "GATE-1"
"""What a gate is called until the terminal names it."""
SVG: Final = "image/svg+xml"
_GATE: Final = re.compile(r"[A-Z0-9.-]{1,16}")
Tag = Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$")]
Hash = Annotated[str, Query(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Query(pattern=r"^[A-Z0-9.-]{1,16}$")]
Sought = Annotated[str, Query(max_length=64)]


class _Sent(msgspec.Struct, forbid_unknown_fields=True):
    presentation: str


def mailbox_of(request: Request) -> Mailbox:
    """The node's one mailbox."""
    found: Mailbox = request.app.state.mailbox
    return found


@router.get("/gate", dependencies=[guard_page("portal.read")])
async def gate(request: Request, box: Tag = "", text: Sought = "") -> Response:
    """The gate's screen: boxes of this terminal, or one of them to be let out."""
    here, portal = of(request), portal_of(request)
    if request.state.session is None:
        return RedirectResponse("/", 303, headers=HEADERS)
    me = request.state.session.controller
    found = await here.looking.run(_read, here, me, box, text)
    return portal.render(request, "gate.html", text=text, gate=GATE, now_s=now_s(), **found)


def _read(here: Node, me: str, box: str, text: str) -> dict[str, Any]:
    party = Records(here).find(f"party/{me}", dict)
    found: dict[str, Any] = {
        "is_terminal": party is not None and "terminal" in party["roles"],
        "quay": None,
        "rows": [],
    }
    if box:
        quay = read_quay(here, box)
        is_here = quay.movement is not None and quay.movement.terminal == me
        return {**found, "quay": quay, "reasons": reasons(quay, now_s()), "is_here": is_here}
    with here.views.database.reading() as connection:
        page = desk_reading.involved(connection, me, ("box", True), None, SHOWN)
    quays = [read_quay(here, one.subject) for one in page.rows]
    return {**found, "rows": [one for one in quays if _stands_at(one, me) and _is(one, text)]}


def _stands_at(quay: Quay, terminal: str) -> bool:
    movement = quay.movement
    return movement is not None and movement.terminal == terminal and movement.exit is None


def _is(quay: Quay, text: str) -> bool:
    """Whether a box is looked for: by its tag's beginning, or by the number of a bill."""
    wanted = text.strip().upper()
    called = [reference.upper() for reference in quay.references.values()]
    return quay.tag.upper().startswith(wanted) or any(wanted in one for one in called)


@router.get("/gate/answer", dependencies=[guard_page("portal.read")])
async def answer(request: Request, box: Hash, gate: Name, challenge: Hash) -> Response:
    """What a driver is asked, on his own desk; the code on the gate's screen leads here."""
    here, portal = of(request), portal_of(request)
    me = asker(request)
    quay = await here.reads.run(read_quay, here, box)
    return portal.render(
        request,
        "answer.html",
        quay=quay,
        gate=gate,
        challenge=challenge,
        is_collector=is_collector(quay, me),
    )


@router.get("/gate/answer/{box}/{gate}/{challenge}", dependencies=[guard_page("portal.open")])
async def answer_at(box: str, gate: str, challenge: str) -> Response:
    """The same, by a path alone: where somebody has to open his desk first."""
    told = f"box={parameters.transaction(box)}&challenge={parameters.transaction(challenge)}"
    if not _GATE.fullmatch(gate):
        raise NoSuchPageError("a gate's name has 1 to 16 capitals, digits, dots and hyphens")
    return RedirectResponse(f"/gate/answer?{told}&gate={gate}", 303, headers=HEADERS)


@router.get("/gate/qr", dependencies=[guard_page("portal.read")])
async def code(request: Request, box: Hash, gate: Name, challenge: Hash) -> Response:
    """A gate's question as a code that leads to this node's page of it."""
    base = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return drawn(f"{base}/gate/answer?box={box}&gate={gate}&challenge={challenge}")


@router.post("/gate/answers", dependencies=[guard_page("portal.read")])
async def take(request: Request) -> Response:
    """Carry an answer to the gate that asked: of whoever may give it, and signed."""
    require_own_page(request)
    here, portal = of(request), portal_of(request)
    me = portal.sessions.require_found(request)
    malformed = GateAnswerError("this is no answer to a gate")
    told = await read_sent(request, _Sent, BODY_MAX, malformed)
    content = await here.reads.run(_checked, here, me, told.presentation)
    mailbox_of(request).put(content.challenge, GateAnswer(me, told.presentation))
    return Response(status_code=204, headers=HEADERS)


def _checked(here: Node, me: str, presentation: str) -> Presentation:
    """What was signed, if it is by whoever is logged in and may collect the box."""
    try:
        content, signed = read_presentation(presentation)
    except LedgerError as error:
        raise GateAnswerError(error.detail) from error
    if not is_active(here, me, signed.kid) or not is_collector(read_quay(here, content.box), me):
        raise GateAnswerError("only the right's holder, or its driver, answers for this box")
    return content


@router.get("/gate/answers/{challenge}", dependencies=[guard_page("portal.read")])
async def given(request: Request, challenge: str) -> Response:
    """The answer to a challenge: 204 while there is none."""
    found = _given(request, challenge)
    if found is None:
        return Response(status_code=204, headers=HEADERS)
    told = {"answer": found.text, "collector": found.collector}
    return Response(msgspec.json.encode(told), media_type=media.JSON, headers=HEADERS)


@router.get("/gate/answers/{challenge}/qr", dependencies=[guard_page("portal.read")])
async def given_code(request: Request, challenge: str) -> Response:
    """An answer as a code, for a gate that goes by another node."""
    found = _given(request, challenge)
    if found is None:
        raise NoSuchPageError("nobody answered this, or it is over")
    return drawn(found.text)


def _given(request: Request, challenge: str) -> GateAnswer | None:
    portal_of(request).sessions.require_found(request)
    return mailbox_of(request).get(parameters.transaction(challenge))


def drawn(text: str) -> Response:
    """A text as a code: a picture of its own, without style or script."""
    made = io.BytesIO()
    segno.make_qr(text, error="l").save(made, kind="svg", scale=6, border=4, light="#fff")
    return Response(made.getvalue(), media_type=SVG, headers=HEADERS)
