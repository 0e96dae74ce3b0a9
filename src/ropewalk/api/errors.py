# SPDX-License-Identifier: Apache-2.0
"""What the HTTP surface itself refuses, numbers 7900 to 7999.

Refusals of the ledger keep their own code and number; these are about the request that carried
them. Each class says which HTTP status it answers with.
"""

from collections.abc import Mapping


class ApiError(Exception):
    """A request the node does not serve; base of this room's refusals.

    Args:
        detail: What is wrong and what to do, for a reader. Never holds a path, SQL or a secret.
        headers: Header fields that go with the answer.
        members: Further members of the problem document (RFC 9457, 3.2).
    """

    code = "api.error"
    number = 7900
    status = 500

    def __init__(
        self,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = dict(members or {})


class InternalError(ApiError):
    """The node failed at this request. A write's outcome is unknown: ask by its id."""

    code = "api.internal"
    number = 7901
    status = 500


class MalformedRequestError(ApiError):
    """The bytes are no HTTP/1.1 request this node accepts (RFC 9112)."""

    code = "api.malformed_request"
    number = 7902
    status = 400


class MalformedParameterError(ApiError):
    """A parameter is missing, unknown, given twice or has a value outside its range."""

    code = "api.malformed_parameter"
    number = 7903
    status = 400


class MalformedBodyError(ApiError):
    """The body is not what its media type promises."""

    code = "api.malformed_body"
    number = 7904
    status = 400


class UnknownHostError(ApiError):
    """The Host field names no host this node answers for."""

    code = "api.unknown_host"
    number = 7905
    status = 421


class LoginRequiredError(ApiError):
    """The node's policy lets nobody in without a login."""

    code = "api.login_required"
    number = 7906
    status = 401

    def __init__(self) -> None:
        super().__init__(
            "this node answers only those who sign their requests as it is set (RFC 9421, "
            "docs/reference/vault.md); its operator names readers of events by --event-reader, "
            "or opens them by --open-events",
            headers={"www-authenticate": 'Signature realm="ropewalk"'},
        )


class ForbiddenError(ApiError):
    """The node's policy does not allow this."""

    code = "api.forbidden"
    number = 7907
    status = 403


class NotFoundError(ApiError):
    """No such resource: the path is unknown."""

    code = "api.not_found"
    number = 7908
    status = 404


class UnknownRecordError(ApiError):
    """The state holds no such record; with `?proof=true` the problem proves it."""

    code = "api.unknown_record"
    number = 7909
    status = 404


class UnknownTransactionError(ApiError):
    """The log holds no such transaction, at least not yet."""

    code = "api.unknown_transaction"
    number = 7910
    status = 404


class MethodNotAllowedError(ApiError):
    """The resource has no such method; `Allow` lists those it has."""

    code = "api.method_not_allowed"
    number = 7911
    status = 405


class NotAcceptableError(ApiError):
    """No media type of the resource is in the request's `Accept`."""

    code = "api.not_acceptable"
    number = 7912
    status = 406


class RequestTimeoutError(ApiError):
    """The request did not arrive in time."""

    code = "api.request_timeout"
    number = 7913
    status = 408


class ContentTooLargeError(ApiError):
    """The body, or the list in it, is larger than the node takes."""

    code = "api.content_too_large"
    number = 7914
    status = 413


class UriTooLongError(ApiError):
    """The request target is longer than the node takes."""

    code = "api.uri_too_long"
    number = 7915
    status = 414


class UnsupportedMediaTypeError(ApiError):
    """The body's media type or content coding is not one the resource takes."""

    code = "api.unsupported_media_type"
    number = 7916
    status = 415


class RefusedContentError(ApiError):
    """The body is what its media type promises, and says what cannot be taken.

    Raised with the code of whoever refused it, so this class' code never shows.
    """

    code = "api.refused_content"
    number = 7925
    status = 422


class ExpectationFailedError(ApiError):
    """The request expects something other than `100-continue`."""

    code = "api.expectation_failed"
    number = 7917
    status = 417


class HeaderTooLargeError(ApiError):
    """The header section is longer, or has more fields, than the node takes."""

    code = "api.header_too_large"
    number = 7918
    status = 431


class UnknownTransferCodingError(ApiError):
    """A transfer coding other than `chunked`."""

    code = "api.unknown_transfer_coding"
    number = 7919
    status = 501


class BusyError(ApiError):
    """The node has as many requests, connections or streams as it takes at a time."""

    code = "api.busy"
    number = 7920
    status = 503

    def __init__(self, detail: str, *, retry_after_s: int = 1) -> None:
        super().__init__(detail, headers={"retry-after": str(retry_after_s)})


class NotReadyError(ApiError):
    """The engine takes no writes; `detail` says why."""

    code = "api.not_ready"
    number = 7921
    status = 503

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"retry-after": "5"})


class ResponseTimeoutError(ApiError):
    """The node could not answer in time. A write's outcome is unknown: ask by its id."""

    code = "api.response_timeout"
    number = 7922
    status = 504


class UnsupportedVersionError(ApiError):
    """An HTTP version other than 1.1 and 1.0."""

    code = "api.unsupported_version"
    number = 7923
    status = 505


class TransactionRefusedError(ApiError):
    """The ledger refused the transaction; code and number are the ledger's.

    Raised with the outcome's own code, so this class' code never shows.
    """

    code = "api.transaction_refused"
    number = 7924
    status = 422


class SignatureRequiredError(ApiError):
    """The request must be signed by a key of a controller (RFC 9421)."""

    code = "api.signature_required"
    number = 7940
    status = 401

    def __init__(self) -> None:
        super().__init__(
            "sign the request by a key of a controller; docs/reference/vault.md says how",
            headers={"www-authenticate": 'Signature realm="ropewalk"'},
        )


class MalformedSignatureError(ApiError):
    """The signature's fields can't be read, or do not cover what they must."""

    code = "api.malformed_signature"
    number = 7941
    status = 400


class BadSignatureError(ApiError):
    """The signature does not hold for this request."""

    code = "api.bad_signature"
    number = 7942
    status = 401


class SignatureTimeError(ApiError):
    """The signature was created too long ago, or too far ahead, by the node's clock."""

    code = "api.signature_time"
    number = 7943
    status = 401


class ReplayedError(ApiError):
    """A request under this nonce was taken already."""

    code = "api.replayed"
    number = 7944
    status = 401


class UnknownSignerError(ApiError):
    """The key is no active key of the controller in whose name the request is signed."""

    code = "api.unknown_signer"
    number = 7945
    status = 401


class DigestMismatchError(ApiError):
    """The body is not the one whose digest was signed (RFC 9530)."""

    code = "api.digest_mismatch"
    number = 7946
    status = 400
