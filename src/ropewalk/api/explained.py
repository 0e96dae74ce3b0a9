# SPDX-License-Identifier: Apache-2.0
"""What is known of a box, a booking, a document or a call, as known on a day, and why.

Many claim, one answer is given, and each claim that lost is told with its reason. The claims
themselves are handed out as well, so that whoever asks can answer, or run a clock, alone.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ropewalk.api import answers as documents
from ropewalk.api import media, node, openapi, signatures
from ropewalk.api.node import Node
from ropewalk.api.tnt_parameters import AskedAnswers, AskedReference
from ropewalk.tracking import Answer, Claimed, Weighed, answers, etas, milestone_key
from ropewalk.views import Claims, Reader, claims_of

router = APIRouter(tags=["Answers"], default_response_class=Response)

ByPlace = Mapping[tuple[int, int], Claimed]
"""Claims by position and index."""


class _Party(msgspec.Struct):
    roles: list[str]


@router.get(
    "/v1/answers",
    dependencies=[signatures.guard_open("cargo_event.read")],
    responses=openapi.answers(documents.MilestoneAnswers),
)
async def explained(request: Request, asked: Annotated[AskedAnswers, Query()]) -> Response:
    """Every milestone of one reference: which claim wins, why, and why each other one does not."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here, reference = node.of(request), asked.reference()
    valid_ms, known_s = asked.moment(here.views.now_s())
    reader = here.reader_of(request)

    def look() -> Response:
        return documents.answer(_answers(_claims(here, reference, reader), valid_ms, known_s))

    return await here.looking.run(look)


@router.get(
    "/v1/claimed",
    dependencies=[signatures.guard_open("cargo_event.read")],
    responses=openapi.answers(documents.ClaimedEvents),
)
async def claimed(request: Request, asked: Annotated[AskedReference, Query()]) -> Response:
    """All that was claimed of one reference, that which was replaced or withdrawn since as well."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here, reference = node.of(request), asked.reference()
    reader = here.reader_of(request)

    def look() -> Response:
        told = [_event(one) for one in _claims(here, reference, reader).all]
        return documents.answer(documents.ClaimedEvents(claims=told))

    return await here.looking.run(look)


def _claims(here: Node, reference: tuple[str, str], reader: Reader) -> Claims:
    with here.views.database.reading() as connection:
        return claims_of(connection, *reference, lambda actor: _roles(here, actor), reader=reader)


def _roles(here: Node, actor: str) -> tuple[str, ...]:
    """What a controller is registered as by the last block; () where it is no party."""
    record = here.engine.record(f"party/{actor}")
    if record is None:
        return ()
    return tuple(msgspec.json.decode(documents.fields(record), type=_Party).roles)


def _answers(found: Claims, valid_ms: int, known_s: int) -> documents.MilestoneAnswers:
    """The answers to the milestones that the reference itself is named in."""
    claims = {(one.position, one.index): one for one in found.all}
    wanted = {milestone_key(claims[place].event) for place in found.naming}
    expected = {one.milestone: one for one in etas(found.all, valid_ms=valid_ms, known_s=known_s)}
    told = [
        _milestone(one, expected.get(one.milestone), claims)
        for one in answers(found.all, valid_ms=valid_ms, known_s=known_s)
        if one.milestone in wanted
    ]
    return documents.MilestoneAnswers(valid_ms=valid_ms, known_s=known_s, answers=told)


def _milestone(
    found: Answer, expected: Answer | None, claims: ByPlace
) -> documents.MilestoneAnswer:
    return documents.MilestoneAnswer(
        milestone=list(found.milestone),
        state=found.state,
        winner=_winner(found, claims),
        losers=[_told(one, claims) for one in found.losers],
        eta=None if expected is None else _eta(expected, claims),
    )


def _eta(found: Answer, claims: ByPlace) -> documents.EtaAnswer | None:
    winner = _winner(found, claims)
    if winner is None:
        return None
    losers = [_told(one, claims) for one in found.losers]
    return documents.EtaAnswer(state=found.state, winner=winner, losers=losers)


def _winner(found: Answer, claims: ByPlace) -> documents.ToldClaim | None:
    if found.winner is None:
        return None
    data = claims[found.winner.position, found.winner.index].event.data
    return msgspec.structs.replace(_told(found.winner, claims), event=msgspec.Raw(data))


def _told(one: Weighed, claims: ByPlace) -> documents.ToldClaim:
    return documents.ToldClaim(
        claimed_by=one.actor,
        device_of=claims[one.position, one.index].device_of,
        role=one.role,
        reason=one.reason,
        classifier=one.classifier,
        occurred_ms=one.occurred_ms,
        local_date=one.local_date,
        known_s=claims[one.position, one.index].time_s,
        position=one.position,
        index=one.index,
        event_id=one.event_id,
        event_hash=one.event_hash,
    )


def _event(one: Claimed) -> documents.ClaimedEvent:
    return documents.ClaimedEvent(
        claimed_by=one.actor,
        roles=list(one.roles),
        device_of=one.device_of,
        position=one.position,
        index=one.index,
        height=one.height,
        known_s=one.time_s,
        version=one.event.version,
        event=msgspec.Raw(one.event.data),
    )
