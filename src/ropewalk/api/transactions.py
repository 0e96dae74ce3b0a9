# SPDX-License-Identifier: Apache-2.0
"""Send transactions in, and ask what became of them.

The way in is the node's busiest, so it is a plain Starlette route; its place in the OpenAPI
document is in `ropewalk.api.openapi`. An outcome is committed, refused or unknown: where the
node does not learn it in time, it says so, and the sender asks again by the id.
"""

import asyncio
import hashlib
from concurrent.futures import Future
from typing import TypeVar

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import media, node, openapi, parameters
from ropewalk.api.answers import (
    Accepted,
    AcceptedMany,
    LogProof,
    Outcomes,
    TransactionAnswer,
    answer,
)
from ropewalk.api.errors import (
    ContentTooLargeError,
    MalformedBodyError,
    MalformedParameterError,
    TransactionRefusedError,
    UnknownTransactionError,
    UnsupportedMediaTypeError,
)
from ropewalk.api.node import Node
from ropewalk.engines.port import EngineError, Outcome, OverloadedError

router = APIRouter(default_response_class=Response)

NO_STORE = "no-store"
T = TypeVar("T")


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """Many transactions at once."""

    transactions: list[str]


async def submit(request: Request) -> Response:
    """Take transactions in: `application/jose` one, `application/json` many."""
    here = node.of(request)
    here.authorise("transaction.submit", "")
    wait = _wait(request)
    kind = media.content_type(request.headers.get("content-type", ""))
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    if kind not in (media.JOSE, media.JSON):
        raise UnsupportedMediaTypeError(
            "one transaction comes as application/jose, many as application/json",
            headers={"accept-post": f"{media.JOSE}, {media.JSON}"},
        )
    if kind == media.JOSE:
        return await _one(request, here, wait=wait)
    return await _many(request, here, wait=wait)


async def _one(request: Request, here: Node, *, wait: bool) -> Response:
    return await one(here, await read_body(request, here, here.settings.caps.jose_bytes), wait=wait)


async def one(here: Node, body: bytes, *, wait: bool) -> Response:
    """Take one transaction in and answer with its outcome, or at once.

    Raises:
        ApiError: it was refused.
        EngineError: the engine does not take it.
    """
    transaction = _text(body)
    with here.writes.place():
        outcome = await here.intake.submit(transaction)
        if not wait:
            return answer(Accepted(transaction=_id(transaction)), status=202, cache=NO_STORE)
        found = await _await(here, outcome)
    told = _unknown(transaction) if found is None else found
    here.metrics.outcome(told.status)
    return _single(told)


async def _many(request: Request, here: Node, *, wait: bool) -> Response:
    body = await read_body(request, here, here.settings.caps.batch_bytes)
    with here.writes.place():
        transactions, future = await here.writes.call(_submit, here, body)
        if not wait:
            accepted = [Accepted(transaction=_id(each)) for each in transactions]
            return answer(AcceptedMany(transactions=accepted), status=202, cache=NO_STORE)
        found = await _await(here, asyncio.wrap_future(future))
    told = [_unknown(each) for each in transactions] if found is None else found
    for outcome in told:
        here.metrics.outcome(outcome.status)
    return answer(Outcomes(outcomes=told), cache=NO_STORE)


@router.get(
    "/v1/transactions/{transaction}",
    dependencies=[node.guard("transaction.read")],
    responses=openapi.answers(TransactionAnswer),
    tags=["Transactions"],
)
async def outcome_of(
    request: Request, transaction: str, proof: parameters.Proof = "false"
) -> Response:
    """What became of a transaction, by its id."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here, wanted = node.of(request), parameters.transaction(transaction)
    if proof == "true":
        found = await here.proofs.run(_proven, here, wanted)
    else:
        found = await here.reads.run(_outcome, here, wanted)
    return answer(found)


def _wait(request: Request) -> bool:
    wait = parameters.query(request, ("wait",)).get("wait", "committed")
    if wait not in ("committed", "accepted"):
        raise MalformedParameterError("wait is committed or accepted")
    return wait == "committed"


async def read_body(request: Request, here: Node, limit: int) -> bytes:
    """The body; while it arrives it takes no place in the lane, only its bytes' allowance.

    Raises:
        ContentTooLargeError: it is larger than that, or says that it will be.
    """
    too_large = ContentTooLargeError(f"at most {limit} bytes of this media type")
    if int(request.headers.get("content-length", "0")) > limit:  # digits, as the protocol saw to
        raise too_large
    body = bytearray()
    try:
        async for piece in request.stream():
            here.bodies.take(len(piece))
            body += piece
            if len(body) > limit:
                raise too_large
        return bytes(body)
    finally:
        here.bodies.give_back(len(body))


def _text(body: bytes) -> str:
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise MalformedBodyError("the body is one JWS in compact serialisation, nothing else")
    return text


def _submit(here: Node, body: bytes) -> tuple[list[str], Future[list[Outcome]]]:
    caps = here.settings.caps
    transactions = _batch(body, caps.batch, caps.array)
    return transactions, here.engine.submit(transactions)


def _batch(body: bytes, most: int, array: int) -> list[str]:
    """The batch's transactions; a JWS needs no escapes, so none are read."""
    if body.count(b",") >= array:
        raise ContentTooLargeError(f"at most {most} transactions at once")
    if b"\\" in body or body.count(b'"transactions"') != 1:
        raise MalformedBodyError('the body is {"transactions": [JWS, …]}, without escapes')
    try:
        transactions = msgspec.json.decode(body, type=Batch).transactions
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise MalformedBodyError('the body is {"transactions": [JWS, …]}') from None
    if not transactions:
        raise MalformedBodyError("at least one transaction")
    if len(transactions) > most:
        raise ContentTooLargeError(f"at most {most} transactions at once")
    return transactions


async def _await(here: Node, future: asyncio.Future[T]) -> T | None:
    """What the engine says, None where that does not come; its future is never cancelled."""
    done, _ = await asyncio.wait({future}, timeout=here.settings.deadlines.commit_s)
    if not done:
        future.add_done_callback(_forget)
        return None
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, OverloadedError):
        raise error
    code = error.code if isinstance(error, EngineError) else type(error).__name__
    here.log.error("outcome unknown", code=code)
    return None


def _forget(future: asyncio.Future[T]) -> None:
    """Look at a result nobody waits for, so that its exception counts as seen."""
    if not future.cancelled():
        future.exception()


def _unknown(transaction: str) -> Outcome:
    detail = "the node does not know the outcome; ask again by the id"
    return Outcome(transaction=_id(transaction), status="unknown", detail=detail)


def _id(transaction: str) -> str:
    """Hex SHA-256 over the signing input (docs/reference/formats.md, 3); "" where there is none."""
    signing_input, dot, _ = transaction.rpartition(".")
    if not dot or signing_input.count(".") != 1 or not signing_input.isascii():
        return ""
    return hashlib.sha256(signing_input.encode("ascii")).hexdigest()


def _single(outcome: Outcome) -> Response:
    if outcome.status == "refused":
        raise _refusal(outcome)
    return answer(outcome, status=200 if outcome.status == "committed" else 202, cache=NO_STORE)


def _refusal(outcome: Outcome) -> TransactionRefusedError:
    """400 for what is no transaction, 409 for a refusal in the log, 422 for one before it."""
    members: dict[str, object] = {"transaction": outcome.transaction, "outcome": "refused"}
    if outcome.position:
        members |= {"position": outcome.position, "height": outcome.height}
    refusal = TransactionRefusedError(outcome.detail, members=members)
    refusal.code, refusal.number = outcome.code, outcome.number
    if not outcome.transaction:
        refusal.status = 400
    elif outcome.position:
        refusal.status = 409
    return refusal


def _outcome(here: Node, transaction: str) -> TransactionAnswer:
    outcome = here.engine.outcome(transaction)
    if outcome is None:
        raise UnknownTransactionError("the log holds no such transaction, at least not yet")
    return TransactionAnswer(**msgspec.structs.asdict(outcome))


def _proven(here: Node, transaction: str) -> TransactionAnswer:
    found, logged = _outcome(here, transaction), here.engine.logged(transaction)
    if logged is None:
        return found
    checkpoint = here.engine.checkpoint()
    inclusion = here.engine.inclusion(logged.position, size_of(checkpoint))
    proof = LogProof(logged=logged, inclusion=inclusion, checkpoint=checkpoint)
    return msgspec.structs.replace(found, proof=proof)


def size_of(checkpoint: str) -> int:
    """The tree size a checkpoint names (docs/reference/formats.md, 7)."""
    return int(checkpoint.split("\n", 2)[1])
