# SPDX-License-Identifier: Apache-2.0
"""Passkeys: made by a request that a key signed, used to log in afterwards, for reading only.

A challenge is used once and within minutes; a passkey ends with the key that made it.
Source: W3C Web Authentication, level 3; py_webauthn.
"""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ropewalk.api import caller_of, guard_signed, host_name, is_active, media, of
from ropewalk.crypto import EncodingError, from_base64url, sha256
from ropewalk.portal.errors import PasskeyError
from ropewalk.portal.pages import HEADERS, PageRoute, Portal, guard_page, portal_of
from ropewalk.portal.sent import read_body
from ropewalk.portal.sessions import COOKIE, require_own_page
from ropewalk.portal.store import Passkey, Session

router = APIRouter(route_class=PageRoute, include_in_schema=False)
BODY_MAX: Final = 16_384
LOGIN: Final = "login"
TOO_LATE: Final = "this was asked too long ago, or answered already; try again"


class _ClientData(msgspec.Struct):
    challenge: str


class _Response(msgspec.Struct):
    clientDataJSON: str  # noqa: N815 - the standard's name


class _Credential(msgspec.Struct):
    rawId: str  # noqa: N815 - the standard's name
    response: _Response


async def _body(request: Request) -> bytes:
    too_large = PasskeyError("this is larger than any passkey's answer")
    return await read_body(request, BODY_MAX, too_large)


def _challenge_of(portal: Portal, body: bytes, purpose: str) -> tuple[bytes, bytes]:
    """The challenge that a credential answers, which is open, and the credential's id."""
    try:
        told = msgspec.json.decode(body, type=_Credential)
        said = msgspec.json.decode(from_base64url(told.response.clientDataJSON), type=_ClientData)
        challenge, identifier = from_base64url(said.challenge), from_base64url(told.rawId)
    except (msgspec.MsgspecError, EncodingError) as error:
        raise PasskeyError("this is no answer of a passkey") from error
    if not portal.challenges.is_open(challenge, purpose):
        raise PasskeyError(TOO_LATE)
    return challenge, identifier


def _origin(request: Request) -> tuple[str, str]:
    """The page's origin, and the name that passkeys are bound to."""
    return request.headers.get("origin", ""), host_name(request.headers.get("host", ""))


@router.post("/passkeys/options", dependencies=[guard_signed("portal.enter")])
async def options(request: Request) -> Response:
    """What a new passkey is made of; for whoever signs this with a key."""
    require_own_page(request)
    portal, here = portal_of(request), of(request)
    me = caller_of(request).controller
    _, host = _origin(request)
    known = await here.reads.run(portal.store.passkeys, me)
    made = generate_registration_options(
        rp_id=host,
        rp_name="Ropewalk",
        user_id=bytes.fromhex(me),
        user_name=portal.name(me) or me,
        challenge=portal.challenges.make(me),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.id) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return Response(options_to_json(made), media_type=media.JSON, headers=HEADERS)


@router.post("/passkeys", dependencies=[guard_signed("portal.enter")])
async def keep(request: Request) -> Response:
    """Keep a new passkey of whoever signs this with a key."""
    require_own_page(request)
    portal, here, caller = portal_of(request), of(request), caller_of(request)
    body = await _body(request)
    caller.require_body(sha256(body))
    me = caller.controller
    challenge, _ = _challenge_of(portal, body, me)
    origin, host = _origin(request)
    try:
        found = verify_registration_response(
            credential=body.decode(),
            expected_challenge=challenge,
            expected_rp_id=host,
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, UnicodeDecodeError) as error:
        raise PasskeyError(f"this passkey is not as it was asked for: {error}") from error
    if not portal.challenges.take(challenge, me):
        raise PasskeyError(TOO_LATE)
    public, counter = found.credential_public_key, found.sign_count
    passkey = Passkey(found.credential_id, me, public, counter, "passkey", caller.kid)
    if not await here.reads.run(portal.store.keep_passkey, passkey):
        raise PasskeyError("this desk has as many passkeys as it may; take one away first")
    return Response(status_code=204, headers=HEADERS)


@router.post("/passkeys/login", dependencies=[guard_page("portal.open")])
async def login(request: Request) -> Response:
    """What a passkey is to answer."""
    require_own_page(request)
    portal = portal_of(request)
    _, host = _origin(request)
    made = generate_authentication_options(
        rp_id=host,
        challenge=portal.challenges.make(LOGIN),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Response(options_to_json(made), media_type=media.JSON, headers=HEADERS)


@router.post("/passkeys/session", dependencies=[guard_page("portal.open")])
async def session(request: Request) -> Response:
    """Log in by a passkey's answer."""
    require_own_page(request)
    portal, here = portal_of(request), of(request)
    body = await _body(request)
    challenge, identifier = _challenge_of(portal, body, LOGIN)
    known = await here.reads.run(portal.store.passkey, identifier)
    if known is None:
        raise PasskeyError("this node knows no such passkey: it was made elsewhere, or taken away")
    origin, host = _origin(request)
    found = _verified(body, challenge, (origin, host), known)
    if not portal.challenges.take(challenge, LOGIN):
        raise PasskeyError(TOO_LATE)
    if not await here.reads.run(is_active, here, known.controller, known.maker):
        raise PasskeyError("the key that made this passkey is no active one any more")
    await here.reads.run(portal.store.count, identifier, found)
    session, before = Session(known.controller, "", known.maker), request.cookies.get(COOKIE, "")
    return await here.reads.run(portal.sessions.open, session, before)


def _verified(body: bytes, challenge: bytes, where: tuple[str, str], known: Passkey) -> int:
    try:
        found: Any = verify_authentication_response(
            credential=body.decode(),
            expected_challenge=challenge,
            expected_rp_id=where[1],
            expected_origin=where[0],
            credential_public_key=known.public_key,
            credential_current_sign_count=known.counter,
            require_user_verification=True,
        )
    except (WebAuthnException, UnicodeDecodeError) as error:
        raise PasskeyError(f"the passkey's answer does not hold: {error}") from error
    return int(found.new_sign_count)


@router.delete("/passkeys/{identifier}", dependencies=[guard_page("portal.read")])
async def forget(request: Request, identifier: str) -> Response:
    """Take a passkey away."""
    require_own_page(request)
    portal, here = portal_of(request), of(request)
    me = portal.sessions.require_found(request)
    try:
        wanted = from_base64url(identifier)
    except EncodingError as error:
        raise PasskeyError("there is no such passkey") from error
    await here.reads.run(portal.store.forget_passkey, me, wanted)
    return Response(status_code=204, headers=HEADERS)
