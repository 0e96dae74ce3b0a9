# SPDX-License-Identifier: Apache-2.0
"""Read the state: titles, parties, controllers, with a proof on request."""

from collections.abc import Callable

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import media, node, openapi, parameters
from ropewalk.api.answers import (
    BoxAnswer,
    ControllerAnswer,
    PartyAnswer,
    RecordAnswer,
    answer,
    fields,
)
from ropewalk.api.errors import UnknownRecordError
from ropewalk.engines.port import Engine, Proven, TitleHistory

router = APIRouter(tags=["Records"], default_response_class=Response)


ABOUT_A_CONTROLLER = ("device", "lease", "member", "policy", "recovery")


class Reference(msgspec.Struct):
    """Record `reference/<provider>:<code>:<reference>`."""

    title: str


class Reader:
    """Reads records for one answer and remembers their proofs where they are wanted."""

    def __init__(self, engine: Engine, *, proving: bool) -> None:
        self._engine = engine
        self._proving = proving
        self.proof: dict[str, Proven] = {}

    def read(self, key: str) -> str:
        """A record as text.

        Raises:
            UnknownRecordError: there is none; with proofs wanted, the error carries them.
        """
        value = self.seek(key)
        if not value:
            members = {"proof": self.proof} if self._proving else {}
            raise UnknownRecordError("the ledger holds no such record", members=members)
        return value

    def seek(self, key: str) -> str:
        """A record as text, "" where there is none; proven either way, where that is wanted."""
        if not self._proving:
            return self._engine.record(key) or ""
        self.proof[key] = self._engine.prove(key)
        return self.proof[key].value

    def find(self, key: str) -> msgspec.Raw | None:
        """A record's fields, unproven; None where there is none."""
        value = self._engine.record(key)
        return None if value is None else fields(value)

    def look(self, key: str) -> msgspec.Raw | None:
        """A record's fields, None where there is none; proven either way, where that is wanted."""
        value = self.seek(key)
        return fields(value) if value else None

    def title(self, segment: str) -> str:
        """A title's id, through its reference where it was named so."""
        title, reference = parameters.title_or_reference(segment)
        if title:
            return title
        record = fields(self.read(f"reference/{reference}"))
        return msgspec.json.decode(record, type=Reference).title


@router.get(
    "/v1/titles/{title}",
    dependencies=[node.guard("title.read")],
    responses=openapi.answers(RecordAnswer),
)
async def title_record(
    request: Request, title: parameters.TitlePath, proof: parameters.Proof = "false"
) -> Response:
    """A title's record: who is in control, and of what."""

    def read(reader: Reader) -> RecordAnswer:
        wanted = reader.title(title)
        record = fields(reader.read(f"title/{wanted}"))
        return RecordAnswer(id=wanted, record=record, proof=reader.proof)

    return await _read(request, read, proof)


@router.get(
    "/v1/titles/{title}/history",
    dependencies=[node.guard("title.read")],
    responses=openapi.answers(TitleHistory),
)
async def title_history(request: Request, title: parameters.TitlePath) -> Response:
    """All acts on a title with their proofs: what a bundle is made of."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    engine = node.of(request).engine

    def read() -> TitleHistory:
        history = engine.history(Reader(engine, proving=False).title(title))
        if history is None:
            raise UnknownRecordError("the ledger holds no such title")
        return history

    return answer(await node.of(request).waiting.run(read))


@router.get(
    "/v1/parties/{party}",
    dependencies=[node.guard("party.read")],
    responses=openapi.answers(PartyAnswer),
)
async def party_record(request: Request, party: str, proof: parameters.Proof = "false") -> Response:
    """A registered party: its roles and codes, and the controller it acts as."""
    wanted = parameters.controller(party)

    def read(reader: Reader) -> PartyAnswer:
        found = fields(reader.read(f"party/{wanted}"))
        controller = fields(reader.read(f"controller/{wanted}"))
        return PartyAnswer(id=wanted, party=found, controller=controller, proof=reader.proof)

    return await _read(request, read, proof)


@router.get(
    "/v1/controllers/{controller}",
    dependencies=[node.guard("controller.read")],
    responses=openapi.answers(ControllerAnswer),
)
async def controller_record(
    request: Request, controller: str, proof: parameters.Proof = "false"
) -> Response:
    """A controller: its keys, threshold, policy and recovery, whether it governs or is a device."""
    wanted = parameters.controller(controller)

    def read(reader: Reader) -> RecordAnswer:
        record = fields(reader.read(f"controller/{wanted}"))
        more = {name: reader.find(f"{name}/{wanted}") for name in ABOUT_A_CONTROLLER}
        return ControllerAnswer(id=wanted, record=record, proof=reader.proof, **more)

    return await _read(request, read, proof)


@router.get(
    "/v1/boxes/{box}",
    dependencies=[node.guard("box.read")],
    responses=openapi.answers(BoxAnswer),
)
async def box_record(request: Request, box: str, proof: parameters.Proof = "false") -> Response:
    """A box by its tag: loads and titles, its movement with the three lights, its pick-up right."""
    wanted = parameters.transaction(box)

    def read(reader: Reader) -> BoxAnswer:
        found = {name: reader.look(f"{name}/{wanted}") for name in ("box", "movement", "right")}
        if not any(found.values()):
            raise UnknownRecordError(
                "the ledger holds no such box", members={"proof": reader.proof}
            )
        return BoxAnswer(id=wanted, proof=reader.proof, **found)

    return await _read(request, read, proof)


@router.get(
    "/v1/bookings/{booking}",
    dependencies=[node.guard("booking.read")],
    responses=openapi.answers(RecordAnswer),
)
async def booking_record(
    request: Request, booking: str, proof: parameters.Proof = "false"
) -> Response:
    """A booking: its parties, its states, and the commitments to what they agreed on."""
    return await record_of(request, "booking", booking, proof)


@router.get(
    "/v1/instructions/{instructions}",
    dependencies=[node.guard("instructions.read")],
    responses=openapi.answers(RecordAnswer),
)
async def instructions_record(
    request: Request, instructions: str, proof: parameters.Proof = "false"
) -> Response:
    """Shipping instructions with the draft: parties, states, commitments, the title issued."""
    return await record_of(request, "instructions", instructions, proof)


@router.get(
    "/v1/consignments/{consignment}",
    dependencies=[node.guard("consignment.read")],
    responses=openapi.answers(RecordAnswer),
)
async def consignment_record(
    request: Request, consignment: str, proof: parameters.Proof = "false"
) -> Response:
    """A consignment: its parties with their roles, and what it ties together."""
    return await record_of(request, "consignment", consignment, proof)


async def record_of(request: Request, kind: str, segment: str, proof: str) -> Response:
    """A record of a kind, by the id in the path."""
    wanted = parameters.transaction(segment)

    def read(reader: Reader) -> RecordAnswer:
        record = fields(reader.read(f"{kind}/{wanted}"))
        return RecordAnswer(id=wanted, record=record, proof=reader.proof)

    return await _read(request, read, proof)


async def _read(
    request: Request,
    read: Callable[[Reader], RecordAnswer | PartyAnswer | BoxAnswer],
    proof: str,
) -> Response:
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here = node.of(request)
    proving = proof == "true"
    lane = here.waiting if proving else here.reads
    return answer(await lane.run(read, Reader(here.engine, proving=proving)))
