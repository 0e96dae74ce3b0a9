# SPDX-License-Identifier: Apache-2.0
"""Problem documents: how every refusal looks on the wire.

Source: RFC 9457. `type` is left at its default `about:blank`, so `title` is the status' phrase;
`code` and `number` are what a program reads, `detail` is for people.
"""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ropewalk import vault
from ropewalk.api import errors
from ropewalk.engines.port import (
    EngineError,
    NoConsensusError,
    OutOfRangeError,
    OverloadedError,
    ReadOnlyError,
    StoppedError,
)
from ropewalk.tracking import TrackingError
from ropewalk.vault import VaultError
from ropewalk.views import (
    CursorError,
    EventsClosedError,
    FilterError,
    NoViewsError,
    TooManySubscriptionsError,
    UnknownAccountError,
    UnknownClaimError,
    UnknownEventError,
    UnknownSubscriptionError,
    ViewsError,
)

MEDIA_TYPE = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457 problem details. Further members may follow."""

    title: str
    """The status' phrase."""
    status: int
    code: str
    """Slug of the refusal, `room.what`; never changes."""
    number: int
    """Number of the refusal, 7000 to 9999; never changes."""
    detail: str
    """What is wrong and what to do, for a reader."""
    correlation_id: str
    """Names this request in the node's log."""


def phrase(status: int) -> str:
    """The reason phrase of a status."""
    return HTTPStatus(status).phrase


def render(error: errors.ApiError, correlation: str) -> bytes:
    """The problem document of a refusal, as JSON."""
    problem = Problem(
        title=phrase(error.status),
        status=error.status,
        code=error.code,
        number=error.number,
        detail=error.detail,
        correlation_id=correlation,
    )
    return msgspec.json.encode({**msgspec.to_builtins(problem), **error.members})


def as_api_error(error: Exception) -> errors.ApiError:
    """The refusal an exception amounts to; `InternalError` where it is none."""
    match error:
        case errors.ApiError():
            return error
        case EngineError() | VaultError() | ViewsError() | TrackingError():
            return _of_room(error)
        case RequestValidationError():
            return _of_parameters(error)
        case HTTPException():
            return _of_routing(error)
        case ClientDisconnect():
            return errors.MalformedRequestError("the request ended before its body did")
        case _:
            return errors.InternalError(
                "the node failed at this request; the outcome of a write is unknown, ask by its id"
            )


def _of_room(error: EngineError | VaultError | ViewsError | TrackingError) -> errors.ApiError:
    match error:
        case EngineError():
            return _of_engine(error)
        case VaultError():
            return _of_vault(error)
        case ViewsError():
            return _of_views(error)
        case TrackingError():
            return _of_tracking(error)


def _of_engine(error: EngineError) -> errors.ApiError:
    match error:
        case OverloadedError():
            found: errors.ApiError = errors.BusyError(
                "too many transactions are waiting; send it again a little later",
                retry_after_s=error.retry_after_s,
            )
        case ReadOnlyError():
            found = errors.ForbiddenError(str(error))
        case StoppedError():
            found = errors.NotReadyError("the node takes no writes; /readyz says why")
        case NoConsensusError():
            found = errors.NotFoundError("nobody votes here: one node leads this ledger alone")
        case OutOfRangeError():
            found = errors.NotFoundError("the log has no such position or size")
        case _:
            found = errors.InternalError("the engine failed at this request")
    found.code, found.number = error.code, error.number
    return found


def _of_views(error: ViewsError) -> errors.ApiError:
    match error:
        case (
            UnknownAccountError()
            | UnknownClaimError()
            | UnknownEventError()
            | UnknownSubscriptionError()
        ):
            found: errors.ApiError = errors.UnknownRecordError(str(error))
        case CursorError() | FilterError():
            found = errors.MalformedParameterError(str(error))
        case EventsClosedError():
            found = errors.ForbiddenError(str(error))
        case NoViewsError():
            found = errors.NotFoundError(str(error))
        case TooManySubscriptionsError():
            found = errors.BusyError(str(error), retry_after_s=3600)
        case _:
            found = errors.RefusedContentError(str(error))
    found.code, found.number = error.code, error.number
    return found


def _of_tracking(error: TrackingError) -> errors.ApiError:
    members: dict[str, object] = {"path": error.path}
    if error.index is not None:
        members["index"] = error.index
    found = errors.RefusedContentError(str(error), members=members)
    found.code, found.number = error.code, error.number
    return found


_VAULT_STATUS: Mapping[type[VaultError], int] = {
    vault.UnknownPayloadError: 404,
    vault.ErasedError: 410,
    vault.NotSealedError: 422,
    vault.TooLargeError: 413,
    vault.DigestError: 400,
    vault.TakenError: 409,
    vault.TooManyReadersError: 413,
    vault.UnknownReaderError: 422,
    vault.FullError: 507,
    vault.UnavailableError: 503,
    vault.MalformedKeysError: 400,
}


def _of_vault(error: VaultError) -> errors.ApiError:
    status = _VAULT_STATUS.get(type(error), 500)
    found = errors.InternalError(str(error) if status != 500 else "the vault failed")
    found.code, found.number, found.status = error.code, error.number, status
    return found


def _of_parameters(error: RequestValidationError) -> errors.ApiError:
    wrong = {str(each["loc"][-1]): str(each["msg"]) for each in error.errors()}
    told = "; ".join(f"{name}: {why}" for name, why in sorted(wrong.items()))
    return errors.MalformedParameterError(f"these parameters can't be read: {told}")


def _of_routing(error: HTTPException) -> errors.ApiError:
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "").replace("GET", "GET, HEAD")
        return errors.MethodNotAllowedError(
            "the resource has no such method", headers={"allow": allowed}
        )
    if error.status_code == HTTPStatus.NOT_FOUND:
        return errors.NotFoundError("there is nothing at this path; /docs lists what there is")
    return errors.MalformedRequestError("the request could not be read")
