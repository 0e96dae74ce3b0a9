# SPDX-License-Identifier: Apache-2.0
"""Desks: what waits for a controller, what concerns it, what it looks for.

All of it follows from records that the ledger shows in clear, so whoever may read those may read
this. Answered from the node's views, which may be a moment behind: each answer says how far they
are. What depends on the time is decided by the node's clock.
"""

from dataclasses import asdict
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from ropewalk.api import node, openapi
from ropewalk.api.desk_answers import (
    DeskSubject,
    FoundSubjects,
    SubjectsPage,
    TodosPage,
    WaitingAct,
)
from ropewalk.api.portfolio import Paging, looked, next_spot
from ropewalk.views import desk_reading, reached, read_spot

router = APIRouter(tags=["Desks"], default_response_class=Response)

ACTION: Final = "desk.read"
FOUND: Final = 20
TEXT_MAX: Final = 100
Controller = Annotated[
    str, Path(pattern=r"^[0-9a-f]{32}$", description="The controller's id: whose desk.")
]
Kind = Literal[
    "",
    "booking",
    "box",
    "consignment",
    "exchange",
    "instructions",
    "payable",
    "proposal",
    "receivable",
    "recovery",
    "title",
]


class AskedSubjects(Paging):
    """Which of what concerns a controller."""

    kind: Kind = Field("", description="One kind; left out for all.")
    is_open: Literal["", "true", "false"] = Field(
        "", description="Whether something can still become of it; left out for either."
    )

    @property
    def wanted(self) -> tuple[str, bool | None]:
        """Kind and whether it is open."""
        return self.kind, None if not self.is_open else self.is_open == "true"


@router.get(
    "/v1/desks/{controller}/todos",
    dependencies=[node.guard(ACTION)],
    responses=openapi.answers(TodosPage),
)
async def todos(
    request: Request, controller: Controller, asked: Annotated[Paging, Query()]
) -> Response:
    """What waits for a controller now: which act, on what, by when, what it is worth."""
    now_s, scope = node.of(request).views.now_s(), f"todos {controller}"
    after = read_spot(asked.cursor, scope) if asked.cursor else None

    def look(connection: Connection) -> TodosPage:
        found = desk_reading.todos(connection, controller, now_s, after, asked.limit)
        return TodosPage(
            position=reached(connection, "position"),
            next=next_spot(found.next, scope),
            now_s=now_s,
            todos=[_waiting(one) for one in found.rows],
        )

    return await looked(request, look)


def _waiting(todo: desk_reading.Todo) -> WaitingAct:
    told = asdict(todo)
    del told["controller"]
    return WaitingAct(**told)


@router.get(
    "/v1/desks/{controller}/subjects",
    dependencies=[node.guard(ACTION)],
    responses=openapi.answers(SubjectsPage),
)
async def subjects(
    request: Request, controller: Controller, asked: Annotated[AskedSubjects, Query()]
) -> Response:
    """What concerns a controller, the last act first; of one kind, open or ended, or all."""
    scope = f"subjects {controller} {asked.wanted}"
    after = read_spot(asked.cursor, scope) if asked.cursor else None

    def look(connection: Connection) -> SubjectsPage:
        found = desk_reading.involved(connection, controller, asked.wanted, after, asked.limit)
        return SubjectsPage(
            position=reached(connection, "position"),
            next=next_spot(found.next, scope),
            subjects=[_subject(one) for one in found.rows],
        )

    return await looked(request, look)


def _subject(found: desk_reading.Involved) -> DeskSubject:
    return DeskSubject(**{**asdict(found), "parts": list(found.parts)})


@router.get(
    "/v1/desks/{controller}/search",
    dependencies=[node.guard(ACTION)],
    responses=openapi.answers(FoundSubjects),
)
async def search(
    request: Request,
    controller: Controller,
    text: Annotated[
        str,
        Query(
            min_length=1,
            max_length=TEXT_MAX,
            description="The beginning of an id, a box's tag, or a title's reference.",
        ),
    ],
) -> Response:
    """What concerns a controller and is called so."""

    def look(connection: Connection) -> FoundSubjects:
        found = desk_reading.search(connection, controller, text, FOUND)
        return FoundSubjects(
            position=reached(connection, "position"), subjects=[_subject(one) for one in found]
        )

    return await looked(request, look)
