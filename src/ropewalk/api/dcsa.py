# SPDX-License-Identifier: Apache-2.0
"""What every answer of the standard's own paths has: its version, and its form of an error.

Source: DCSA Track & Trace 2.2.0 (`error`) and 3.0.0 (`FeedbackElement`). Their errors have no place
for a code, so the message begins with ours.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from fastapi import Request
from starlette.responses import Response

from ropewalk.api import media, openapi, problems
from ropewalk.api.errors import ApiError

VERSIONS: Final = {"/v2/": "2.2.0", "/v3/": "3.0.0"}
"""By the beginning of a path."""


class SubError(msgspec.Struct, frozen=True, kw_only=True):
    """2.2: one thing that is wrong."""

    reason: str
    message: str


class Error(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """2.2: why a request was not served."""

    http_method: str
    request_uri: str
    errors: list[SubError]
    status_code: int
    status_code_text: str
    error_date_time: str


class Feedback(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """3.0: what is said of a request."""

    severity: str
    message: str
    property_path: str = ""


class Feedbacks(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """3.0: why a request was not served, or how."""

    feedback_elements: list[Feedback]


def version_of(path: str) -> str:
    """The standard's version that a path belongs to, "" where it is none of its paths."""
    return VERSIONS.get(path[:4], "")


def refusal(error: ApiError, request: Request) -> Response | None:
    """The answer to a refused request in the standard's form; None on other paths."""
    version = version_of(request.url.path)
    if not version:
        return None
    request.scope["state"]["code"] = error.code
    headers = {"cache-control": "no-store", **error.headers, "api-version": version}
    content: object = _feedbacks(error) if version == "3.0.0" else _error(error, request)
    return Response(
        msgspec.json.encode(content), error.status, headers=headers, media_type=media.JSON
    )


def _error(error: ApiError, request: Request) -> Error:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    return Error(
        http_method=request.method,
        request_uri=request.url.path,
        errors=[SubError(reason=error.code, message=f"{error.number}: {error.detail}")],
        status_code=error.status,
        status_code_text=problems.phrase(error.status),
        error_date_time=now.isoformat().replace("+00:00", "Z"),
    )


def _feedbacks(error: ApiError) -> Feedbacks:
    message = f"{error.code} {error.number}: {error.detail}"[:5000]
    path = _path(error.members)
    return Feedbacks(
        feedback_elements=[Feedback(severity="ERROR", message=message, property_path=path)]
    )


def _path(members: Mapping[str, object]) -> str:
    if "index" not in members:
        return ""
    path = f"$.events[{members['index']}]"
    return f"{path}.{members['path']}"[:1000] if members.get("path") else path


def described(content: dict[str, Any], status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The responses of one of the standard's paths."""
    error = {"schema": {"type": "object", "description": "The standard's form of an error"}}
    return {
        status: {"description": "As asked", **({"content": content} if content else {})},
        "4XX": openapi.refused({media.JSON: error}, "Refused: the message begins with a code"),
        "5XX": openapi.refused({media.JSON: error}, "Not served: the message says why"),
    }
