# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI 3.1 document: FastAPI's for the reads, written here for the way in.

Schemas come from the same msgspec structs that encode the answers.
"""

from functools import cache
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ropewalk.api import answers as documents
from ropewalk.api import desk_answers, media, portfolio_answers, problems
from ropewalk.engines import port

SCHEMA = "#/components/schemas/{name}"
STRUCTS = (
    documents.Accepted,
    documents.AcceptedMany,
    documents.BoxAnswer,
    documents.ClaimedEvents,
    documents.ConsistencyPath,
    documents.ControllerAnswer,
    documents.Entries,
    documents.Erased,
    documents.EventPage,
    documents.ExchangeAnswer,
    documents.FundingAnswer,
    documents.Health,
    documents.InclusionPath,
    documents.MilestoneAnswers,
    documents.Outcomes,
    documents.PartyAnswer,
    documents.PayloadAnswer,
    documents.PayloadPage,
    documents.Readers,
    documents.Readings,
    documents.RecordAnswer,
    documents.RecordPage,
    documents.TransactionAnswer,
    documents.WrappedKeys,
    port.Absence,
    port.Condition,
    port.TitleHistory,
    problems.Problem,
    *desk_answers.STRUCTS,
    *portfolio_answers.STRUCTS,
)
PROOFS = ("Presence", "Absence")
DESCRIPTION = (
    "A shared ledger of the shipping chain. Every refusal is a problem document (RFC 9457) with "
    "`code` and `number`; a write's outcome is committed, refused or unknown, never a guess."
)

PROVEN = {
    "title": "Proven",
    "description": port.Proven.__doc__,
    "type": "object",
    "required": ["block", "checkpoint", "inclusion", "proof", "value"],
    "properties": {
        "value": {"type": "string"},
        "proof": {"anyOf": [{"$ref": f"#/components/schemas/{each}"} for each in PROOFS]},
        "block": {"$ref": "#/components/schemas/Logged"},
        "inclusion": {"type": "array", "items": {"type": "string"}},
        "checkpoint": {"type": "string"},
        "consensus": {"type": "object", "description": "Of a consortium: votes"},
        "succession": {"type": "object", "description": "Why a successor may sign"},
    },
}
"""By hand, since msgspec describes no union of untagged structs; a test holds it to the port."""


SIGNED = [
    {
        "name": name,
        "in": "header",
        "required": required,
        "schema": {"type": "string"},
        "description": meaning,
    }
    for name, required, meaning in (
        ("Ropewalk-Controller", True, "Id of the controller in whose name the request is signed"),
        ("Signature-Input", True, "What is signed, and by which key (RFC 9421)"),
        ("Signature", True, "The signature, Ed25519"),
        ("Content-Digest", False, "SHA-256 of the body, where there is one (RFC 9530)"),
    )
]
"""Header fields of a signed request."""


def _ref(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return {"$ref": SCHEMA.format(name=struct.__name__)}


def _content(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {kind: {"schema": schema}}


def _problem(description: str) -> dict[str, Any]:
    content = _content(problems.MEDIA_TYPE, _ref(problems.Problem))
    return {"description": description, "content": content}


def refused(content: dict[str, Any], description: str) -> dict[str, Any]:
    """A refusal in another form, or as a problem where it never got to its path."""
    problem = _problem(description)
    return {**problem, "content": {**problem["content"], **content}}


def _with_problems(found: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {
        200: {"description": "As asked", "content": found},
        "4XX": _problem("Refused: `code` says why"),
        "5XX": _problem("Not served: `code` says why, `Retry-After` when to come back"),
    }


def answers(struct: type[msgspec.Struct]) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that answers with a struct."""
    return _with_problems(_content(media.JSON, _ref(struct)))


def text_answer(kind: str, description: str) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that answers with text."""
    return _with_problems(_content(kind, {"type": "string", "description": description}))


def object_answer(description: str) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that answers with JSON described elsewhere."""
    return _with_problems(_content(media.JSON, {"type": "object", "description": description}))


def created_answer(struct: type[msgspec.Struct]) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that makes what it answers with."""
    return {**answers(struct), 201: {"description": "Made"} | answers(struct)[200]}


def bytes_answer(description: str) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that answers with bytes."""
    schema = {"type": "string", "format": "binary", "description": description}
    return _with_problems(_content(media.BYTES, schema))


def body_of(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    """What a route adds that reads its body by itself."""
    return {"requestBody": {"required": True, "content": _content(kind, schema)}}


def event_answer(page: type[msgspec.Struct]) -> dict[int | str, dict[str, Any]]:
    """The responses of the event route: a stream or a page."""
    stream = {"type": "string", "description": "Server-sent events; data is a LedgerEvent"}
    return _with_problems(
        {**_content(media.EVENT_STREAM, stream), **_content(media.JSON, _ref(page))}
    )


def table_answer(struct: type[msgspec.Struct]) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that answers with a struct, or with a table."""
    table = {"type": "string", "description": "The same as CSV (RFC 4180)"}
    return _with_problems({**_content(media.JSON, _ref(struct)), **_content(media.CSV, table)})


def submit_operation(batch: int, transaction_bytes: int) -> dict[str, Any]:
    """The operation of `POST /v1/transactions`."""
    one = {"type": "string", "maxLength": transaction_bytes, "description": "JWS, compact"}
    many = {
        "type": "object",
        "additionalProperties": False,
        "required": ["transactions"],
        "properties": {
            "transactions": {
                "type": "array",
                "minItems": 1,
                "maxItems": batch,
                "items": {"type": "string", "pattern": r"^[\x20-\x21\x23-\x5b\x5d-\x7e]*$"},
            }
        },
    }
    told = {"anyOf": [_ref(port.Outcome), _ref(documents.Outcomes)]}
    taken = {"anyOf": [_ref(documents.Accepted), _ref(documents.AcceptedMany), _ref(port.Outcome)]}
    return {
        "operationId": "submit",
        "tags": ["Transactions"],
        "summary": "Submit",
        "description": (
            "Take transactions in: one as `application/jose`, up to "
            f"{batch} as `application/json`. One that is refused is answered as a problem with "
            "the ledger's code: 400 where it is no transaction, 422 where it may be corrected "
            "and sent again, 409 where the refusal is final and in the log. A batch is answered "
            "with a list of outcomes."
        ),
        "parameters": [
            {
                "name": "wait",
                "in": "query",
                "required": False,
                "schema": {"enum": ["committed", "accepted"], "default": "committed"},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {**_content(media.JOSE, one), **_content(media.JSON, many)},
        },
        "responses": {
            "200": {"description": "The outcomes", "content": _content(media.JSON, told)},
            "202": {
                "description": "Taken in, or the outcome is unknown: ask by the id",
                "content": _content(media.JSON, taken),
            },
            "4XX": _problem("Refused: `code` says why"),
            "5XX": _problem("Not served: `code` says why; the outcome may be unknown"),
        },
    }


@cache
def _schemas() -> dict[str, Any]:
    _, components = msgspec.json.schema_components(STRUCTS, ref_template=SCHEMA)
    return dict(sorted({**components, "Proven": PROVEN}.items()))


def document(app: FastAPI, submit: dict[str, Any]) -> dict[str, Any]:
    """The whole document.

    Args:
        app: The application, with its routes.
        submit: The operation of `POST /v1/transactions`.
    """
    found = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=DESCRIPTION,
        routes=app.routes,
    )
    found["paths"]["/v1/transactions"] = {"post": submit}
    found["components"] = {"schemas": _schemas()}
    return found
