# SPDX-License-Identifier: Apache-2.0
"""Read what is owed, who holds it, what lies at a bank, and how an exchange stands."""

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import media, node, openapi, parameters
from ropewalk.api.answers import ExchangeAnswer, RecordAnswer, answer, fields
from ropewalk.api.errors import MalformedParameterError
from ropewalk.api.records import Reader, record_of
from ropewalk.codes import CodeError, currency_decimals
from ropewalk.engines.port import Engine
from ropewalk.exchange import (
    exchange_key,
    in_words,
    standing_key,
    together,
)

router = APIRouter(tags=["Records"], default_response_class=Response)


class Records:
    """The engine's records as a rule sees them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, key: str, /) -> bytes | None:
        """The record's bytes."""
        value = self._engine.record(key)
        return None if value is None else value.encode("ascii")


@router.get(
    "/v1/payables/{payable}",
    dependencies=[node.guard("payable.read")],
    responses=openapi.answers(RecordAnswer),
)
async def payable_record(
    request: Request, payable: str, proof: parameters.Proof = "false"
) -> Response:
    """An invoice, and once it is confirmed what the debtor owes: settled, credited, its shares."""
    return await record_of(request, "payable", payable, proof)


@router.get(
    "/v1/receivables/{receivable}",
    dependencies=[node.guard("receivable.read")],
    responses=openapi.answers(RecordAnswer),
)
async def receivable_record(
    request: Request, receivable: str, proof: parameters.Proof = "false"
) -> Response:
    """A receivable: its creditor, what it is worth, who stands behind it, whether it is pledged."""
    return await record_of(request, "receivable", receivable, proof)


@router.get(
    "/v1/balances/{bank}/{currency}/{customer}",
    dependencies=[node.guard("balance.read")],
    responses=openapi.answers(RecordAnswer),
)
async def balance_record(
    request: Request,
    bank: str,
    currency: str,
    customer: str,
    proof: parameters.Proof = "false",
) -> Response:
    """A customer's deposit at a settlement bank: what it may dispose of, what lies in escrow."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    try:
        currency_decimals(currency)
    except CodeError as error:
        raise MalformedParameterError(str(error)) from error
    key = f"{parameters.controller(bank)}:{currency}:{parameters.controller(customer)}"

    def read(reader: Reader) -> RecordAnswer:
        record = fields(reader.read(f"balance/{key}"))
        return RecordAnswer(id=key, record=record, proof=reader.proof)

    here, proving = node.of(request), proof == "true"
    lane = here.waiting if proving else here.reads
    return answer(await lane.run(read, Reader(here.engine, proving=proving)))


@router.get(
    "/v1/exchanges/{exchange}",
    dependencies=[node.guard("exchange.read")],
    responses=openapi.answers(ExchangeAnswer),
)
async def exchange_record(
    request: Request, exchange: str, proof: parameters.Proof = "false"
) -> Response:
    """An exchange: its legs, what is in escrow, and in plain words what it waits for."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    wanted = parameters.transaction(exchange)
    here, proving = node.of(request), proof == "true"

    def read(reader: Reader) -> ExchangeAnswer:
        terms, since = reader.read(exchange_key(wanted)), reader.seek(standing_key(wanted))
        found = together(terms.encode("ascii"), since.encode("ascii") or None)
        time_s = here.engine.condition().time
        return ExchangeAnswer(
            id=wanted,
            record=msgspec.Raw(msgspec.json.encode(found)),
            told=in_words(Records(here.engine), wanted, found, time_s),
            waits_for=found.waits_for,
            is_conditional=found.is_conditional,
            proof=reader.proof,
        )

    lane = here.waiting if proving else here.reads
    return answer(await lane.run(read, Reader(here.engine, proving=proving)))
