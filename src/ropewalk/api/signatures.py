# SPDX-License-Identifier: Apache-2.0
"""Signed requests: who sends one, by a key that the ledger says is theirs.

A route that needs to know calls `signed_by`. The signature covers method, address and what the
body hashes to; it is for one network (its tag), for some minutes (`created`) and for once (its
nonce). The form, and what a sender must cover: docs/reference/vault.md. Source: RFC 9421; RFC 9530.
"""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Request

from ropewalk.api.answers import fields
from ropewalk.api.errors import (
    BadSignatureError,
    DigestMismatchError,
    ForbiddenError,
    MalformedSignatureError,
    SignatureRequiredError,
    SignatureTimeError,
    UnknownSignerError,
)
from ropewalk.api.node import Node, of
from ropewalk.api.nonces import WINDOW_S
from ropewalk.crypto import (
    FieldError,
    Parameters,
    from_base64url,
    is_kid,
    read_byte_sequences,
    read_signature_input,
    sha256,
    signature_base,
    verify_signature,
)
from ropewalk.vault import UnknownPayloadError

CONTROLLER: Final = "ropewalk-controller"
DIGEST: Final = "content-digest"
ALGORITHM: Final = "sha-256"
ADDRESS: Final = frozenset({"@authority", "@path", "@query"})
ONCE: Final = ("signature", "signature-input", CONTROLLER, DIGEST)
"""Fields that stand at most once."""
_CONTROLLER = re.compile(r"[0-9a-f]{32}")
_NONCE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{16,128}")


class _Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signature's parameters, as this node takes them."""

    created: int
    keyid: str
    nonce: str
    tag: str
    alg: Annotated[str, msgspec.Meta(pattern="^ed25519$")] = "ed25519"
    expires: int = 0


class _Key(msgspec.Struct):
    kid: str
    revoked: int


class _Controller(msgspec.Struct):
    keys: list[_Key]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed a request."""

    controller: str
    kid: str
    digest: bytes
    """What the body hashes to by SHA-256, as was signed; empty where there is no body."""
    covered: frozenset[str]
    """Components under the signature."""

    def require(self, field: str) -> None:
        """Refuse a request whose signature does not cover a field that matters.

        Raises:
            MalformedSignatureError: it does not.
        """
        if field not in self.covered:
            raise MalformedSignatureError(f"the signature must cover {field} here")

    def require_body(self, digest: bytes) -> None:
        """Hold a body to what was signed.

        Raises:
            DigestMismatchError: it is another one.
        """
        if digest != self.digest:
            raise DigestMismatchError("the body is not the one whose digest was signed")


def tag_of(network: str) -> str:
    """The tag of signatures for one network."""
    return f"ropewalk/{network}"


async def signed_by(request: Request, body_digest: bytes | None = None) -> Caller:
    """Who signed a request.

    Args:
        request: with its head; its body need not have arrived.
        body_digest: SHA-256 of the body, where it is here already. Otherwise the route holds the
            body to `Caller.digest` when it has read it.

    Raises:
        ApiError: it is not signed, or not as it must be; nothing was done.
    """
    here = of(request)
    parameters, signature = _signature(request, tag_of(here.engine.condition().network))
    said = _said(parameters)
    now = int(time.time())
    if abs(said.created - now) > WINDOW_S or 0 < said.expires < now:
        raise SignatureTimeError(f"created must be within {WINDOW_S} s of the node's clock")
    digest = _digest(request, parameters)
    controller = request.headers[CONTROLLER]
    await here.reads.run(_require_active, here, controller, said.keyid)
    if not _holds(request, parameters, said.keyid, signature):
        raise BadSignatureError("the signature does not hold for this request and key")
    here.nonces.take(said.keyid, said.nonce, said.created, now)
    caller = Caller(controller, said.keyid, digest, frozenset(parameters.components))
    if body_digest is not None:
        caller.require_body(body_digest)
    return caller


def guard_signed(action: str) -> Any:
    """A route's dependency: the request is signed, and the policy lets its signer do that.

    The caller is in the request's state afterwards (`caller_of`). A payload that is nothing to
    the caller is answered as one that does not exist.
    """

    async def authorise(request: Request) -> None:
        caller = await signed_by(request)
        await require(request, caller, action)
        request.state.caller = caller

    authorise.__dict__["action"] = action
    return Depends(authorise)


def guard_open(action: str) -> Any:
    """A route's dependency: signed or not, the policy decides for whoever asks.

    Who signed is in the request's state afterwards; a body is held to it by `hold`.
    """

    async def authorise(request: Request) -> None:
        request.state.caller = None
        if "signature-input" in request.headers:
            request.state.caller = await signed_by(request)
        of(request).admit(request, action)

    authorise.__dict__["action"] = action
    return Depends(authorise)


def hold(request: Request, body: bytes) -> bytes:
    """A body, if it is the one that was signed, where the request was.

    Raises:
        DigestMismatchError: it is another one.
    """
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is not None:
        caller.require_body(sha256(body))
    return body


async def require(request: Request, caller: Caller, action: str) -> None:
    """Ask the policy.

    Raises:
        UnknownPayloadError: the payload is nothing to the caller, or there is none.
        ForbiddenError: the caller is something to it, but not enough.
    """
    here, subject = of(request), request.path_params.get("payload", "")
    allowed = here.policy.may_read
    if await here.payloads.run(allowed, caller.controller, action, subject):
        return
    if not await here.payloads.run(here.policy.standings, caller.controller, subject):
        raise UnknownPayloadError("there is no such payload, or none that is shown to you")
    raise ForbiddenError("this payload's putter may do that, or whom it let")


def caller_of(request: Request) -> Caller:
    """Who signed a request that passed `guard_signed`."""
    caller: Caller = request.state.caller
    return caller


def _signature(request: Request, tag: str) -> tuple[Parameters, bytes]:
    """The one signature of a request that is meant for this network."""
    for name in ONCE:
        if len(request.headers.getlist(name)) > 1:
            raise MalformedSignatureError(f"{name} stands once")
    inputs = request.headers.get("signature-input", "")
    values = request.headers.get("signature", "")
    if not inputs or not values or not request.headers.get(CONTROLLER):
        raise SignatureRequiredError
    try:
        meant = {
            label: found
            for label, found in read_signature_input(inputs).items()
            if found.members.get("tag") == tag
        }
        signatures = read_byte_sequences(values)
    except FieldError as error:
        raise MalformedSignatureError(str(error)) from error
    if len(meant) != 1 or not meant.keys() <= signatures.keys():
        raise MalformedSignatureError(f'there must be one signature with tag="{tag}"')
    [(label, parameters)] = meant.items()
    return parameters, signatures[label]


def _said(parameters: Parameters) -> _Said:
    try:
        said = msgspec.convert(dict(parameters.members), _Said, strict=True)
    except msgspec.ValidationError as error:
        raise MalformedSignatureError(
            "a signature has created, keyid, nonce and tag, and beside them alg and expires only"
        ) from error
    if not is_kid(said.keyid) or not _NONCE.fullmatch(said.nonce):
        raise MalformedSignatureError("keyid is a key id; nonce 16 to 128 printable characters")
    covered = set(parameters.components)
    addressed = "@target-uri" in covered or covered >= ADDRESS
    if not addressed or not covered >= {"@method", CONTROLLER}:
        raise MalformedSignatureError(
            f"cover @method, {CONTROLLER}, and @target-uri or all of @authority, @path, @query"
        )
    return said


def _digest(request: Request, parameters: Parameters) -> bytes:
    """What the body hashes to, as signed; a request with a body must say."""
    headers = request.headers
    brings = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    if DIGEST not in headers and not brings:
        return b""
    if DIGEST not in parameters.components:
        raise MalformedSignatureError(f"a body's {DIGEST} must be under the signature")
    try:
        found = read_byte_sequences(headers.get(DIGEST, "")).get(ALGORITHM, b"")
    except FieldError as error:
        raise MalformedSignatureError(f"{DIGEST}: {error}") from error
    if len(found) != 32:
        raise MalformedSignatureError(f"{DIGEST} must hold {ALGORITHM}")
    return found


def _require_active(here: Node, controller: str, kid: str) -> None:
    if not is_active(here, controller, kid):
        raise UnknownSignerError(f"{kid} is no active key of that controller on this ledger")


def is_active(here: Node, controller: str, kid: str) -> bool:
    """Whether a key is an active one of a controller, by the last block."""
    if not _CONTROLLER.fullmatch(controller):
        return False
    record = here.engine.record(f"controller/{controller}")
    if record is None:
        return False
    found = msgspec.json.decode(fields(record), type=_Controller)
    return any(key.kid == kid and not key.revoked for key in found.keys)


def _holds(request: Request, parameters: Parameters, kid: str, signature: bytes) -> bool:
    """Whether the signature holds; whether TLS ended before the node, it can't know."""
    public = from_base64url(kid)
    try:
        bases = {signature_base(parameters, values) for values in _values(request, parameters)}
    except FieldError as error:
        raise MalformedSignatureError(str(error)) from error
    return any(verify_signature(public, base, signature) for base in bases)


def _values(request: Request, parameters: Parameters) -> Iterator[Mapping[str, str]]:
    """Values of the covered components, as they are without TLS and with it."""
    names = [name for name in parameters.components if not name.startswith("@")]
    sent = {
        name: ", ".join(one.strip() for one in request.headers.getlist(name))
        for name in names
        if name in request.headers
    }
    path = request.scope["raw_path"].decode("ascii")  # as it was sent, not as it is read
    query = request.scope["query_string"].decode("latin-1")
    host = request.headers.get("host", "").lower()
    target = f"{path}?{query}" if query else path
    for scheme, port in (("http", ":80"), ("https", ":443")):
        authority = host.removesuffix(port)
        yield {
            **sent,
            "@authority": authority,
            "@method": request.scope["method"],
            "@path": path,
            "@query": f"?{query}",
            "@request-target": target,
            "@scheme": scheme,
            "@target-uri": f"{scheme}://{authority}{target}",
        }
