# SPDX-License-Identifier: Apache-2.0
"""Passkeys: made by whoever is logged in by its key, used to log in afterwards, for reading only.

A challenge is used once and within minutes. Source: W3C Web Authentication, level 3; py_webauthn.
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

from ropewalk.api import host_name, media, of
from ropewalk.crypto import EncodingError, from_base64url, is_kid, to_base64url
from ropewalk.portal.errors import PasskeyError
from ropewalk.portal.pages import HEADERS, PageRoute, Portal, guard_page, portal_of
from ropewalk.portal.sessions import now_s, require_own_page
from ropewalk.portal.store import AskingKey, Passkey, Session

router = APIRouter(route_class=PageRoute, include_in_schema=False)
BODY_MAX: Final = 16_384
LABEL_MAX: Final = 80


class _ClientData(msgspec.Struct):
    challenge: str


class _Response(msgspec.Struct):
    clientDataJSON: str  # noqa: N815 - the standard's name


class _Credential(msgspec.Struct):
    rawId: str  # noqa: N815 - the standard's name
    response: _Response


class _Asking(msgspec.Struct, forbid_unknown_fields=True):
    kid: str
    label: str


async def _body(request: Request) -> bytes:
    found = b""
    async for piece in request.stream():
        found += piece
        if len(found) > BODY_MAX:
            raise PasskeyError("this is larger than any passkey's answer")
    return found


def _challenge_of(portal: Portal, body: bytes) -> tuple[bytes, bytes]:
    """The challenge that a credential answers, taken, and the credential's id."""
    try:
        told = msgspec.json.decode(body, type=_Credential)
        said = msgspec.json.decode(from_base64url(told.response.clientDataJSON), type=_ClientData)
        challenge, identifier = from_base64url(said.challenge), from_base64url(told.rawId)
    except (msgspec.MsgspecError, EncodingError) as error:
        raise PasskeyError("this is no answer of a passkey") from error
    if not portal.challenges.take(challenge):
        raise PasskeyError("this was asked too long ago, or answered already; try again")
    return challenge, identifier


def _origin(request: Request) -> tuple[str, str]:
    """The page's origin, and the name that passkeys are bound to."""
    return request.headers.get("origin", ""), host_name(request.headers.get("host", ""))


@router.post("/passkeys/options", dependencies=[guard_page("portal.read")])
async def options(request: Request) -> Response:
    """What a new passkey is made of; for whoever is logged in by its key."""
    require_own_page(request)
    portal, here = portal_of(request), of(request)
    me = portal.sessions.require_found(request)
    if not request.state.session.kid:
        raise PasskeyError("a passkey makes no other: log in by the desk's key first")
    _, host = _origin(request)
    known = await here.reads.run(portal.store.passkeys, me)
    made = generate_registration_options(
        rp_id=host,
        rp_name="Ropewalk",
        user_id=bytes.fromhex(me),
        user_name=portal.name(me) or me,
        challenge=portal.challenges.make(),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.id) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return Response(options_to_json(made), media_type=media.JSON, headers=HEADERS)


@router.post("/passkeys", dependencies=[guard_page("portal.read")])
async def keep(request: Request) -> Response:
    """Keep a new passkey of whoever is logged in by its key."""
    require_own_page(request)
    portal, here = portal_of(request), of(request)
    me = portal.sessions.require_found(request)
    if not request.state.session.kid:
        raise PasskeyError("a passkey makes no other: log in by the desk's key first")
    body = await _body(request)
    challenge, _ = _challenge_of(portal, body)
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
    passkey = Passkey(
        found.credential_id, me, found.credential_public_key, found.sign_count, "passkey"
    )
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
        challenge=portal.challenges.make(),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Response(options_to_json(made), media_type=media.JSON, headers=HEADERS)


@router.post("/passkeys/session", dependencies=[guard_page("portal.open")])
async def session(request: Request) -> Response:
    """Log in by a passkey's answer."""
    require_own_page(request)
    portal, here = portal_of(request), of(request)
    body = await _body(request)
    challenge, identifier = _challenge_of(portal, body)
    known = await here.reads.run(portal.store.passkey, identifier)
    if known is None:
        raise PasskeyError("this node knows no such passkey: it was made elsewhere, or taken away")
    origin, host = _origin(request)
    found = _verified(body, challenge, (origin, host), known)
    await here.reads.run(portal.store.count, identifier, found)
    return await here.reads.run(portal.sessions.open, Session(known.controller, ""))


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


@router.post("/passkeys/asking", dependencies=[guard_page("portal.read")])
async def ask(request: Request) -> Response:
    """Note a key that this browser made: its party lets it in by signing, on another desk."""
    require_own_page(request)
    portal, here = portal_of(request), of(request)
    me = portal.sessions.require_found(request)
    try:
        told = msgspec.json.decode(await _body(request), type=_Asking)
    except msgspec.MsgspecError as error:
        raise PasskeyError("this is no key that asks to be let in") from error
    if not is_kid(told.kid) or not 0 < len(told.label) <= LABEL_MAX:
        raise PasskeyError("a key that asks has a key id and a name of at most 80 characters")
    asking = AskingKey(told.kid, told.label, now_s())
    if not await here.reads.run(portal.store.ask, me, asking):
        raise PasskeyError("too many keys ask to be let in to this desk already")
    return Response(status_code=204, headers=HEADERS)


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


@router.get("/keys", dependencies=[guard_page("portal.read")])
async def keys(request: Request) -> Response:
    """The keys of a desk: on the ledger, in this browser, and passkeys."""
    portal, here = portal_of(request), of(request)
    me = portal.sessions.require_found(request)

    def read() -> dict[str, Any]:
        text = here.engine.record(f"controller/{me}")
        record = msgspec.json.decode(text)[1] if text else {"keys": [], "threshold": 0}
        passkeys = [(to_base64url(one.id), one.label) for one in portal.store.passkeys(me)]
        return {"controller": record, "passkeys": passkeys, "asking": portal.store.asking(me)}

    return portal.render(request, "keys.html", **await here.reads.run(read))
