# SPDX-License-Identifier: Apache-2.0
"""Who stands behind a private controller, told to those who may know, and to nobody else.

A controller that is no registered party carries a salted commitment to one. The party opens it by
a signed statement, an *opening*; openings travel sealed to the keys of whoever is to know: the
carrier and the counterparty before they accept, and with the title to whoever holds it. The ledger
shows none of it. Source: title requirement T10; design, «parties and controllers».

    opening = make_opening(party_key, network, controller, party, salt)
    envelope = seal_openings([opening], recipient, recipients_keys)
    for one in open_envelope(envelope, my_key):
        known = check_opening(one, controller_record, party_controller_record)
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from ropewalk.client.errors import VerificationError
from ropewalk.crypto import (
    CanonicalError,
    EncodingError,
    HeaderError,
    JwsError,
    PrivateKey,
    SealError,
    SignatureError,
    Signer,
    Value,
    decode,
    encode,
    from_base64,
    seal,
    sha256_hex,
    sign,
    take_apart,
    to_base64,
    unseal,
)
from ropewalk.ledger import ControllerId, Hash

OPENING_TYPE = "ropewalk-opening+jws"
FORMAT = "ropewalk-disclosure/1"
SIZE_MAX = 1 << 20
OPENINGS_MAX = 1_000
_DOMAIN = b"ropewalk identity v1\n"


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a party says of a controller that it committed to."""

    controller: ControllerId
    network: Hash
    party: ControllerId
    salt: Hash


class _Box(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kid: Annotated[str, msgspec.Meta(min_length=43, max_length=43)]
    sealed: str


class _Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    boxes: Annotated[list[_Box], msgspec.Meta(min_length=1, max_length=16)]
    format: Literal["ropewalk-disclosure/1"]
    recipient: ControllerId


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands behind a controller, as that party itself signed."""

    controller: str
    party: str


def identity_commitment(network: str, party: str, salt: str) -> str:
    """The commitment a private controller is registered with.

    Args:
        network: id of the network, so that it opens nowhere else.
        party: id of the registered party behind it.
        salt: 32 random bytes, hex; kept until it is opened.
    """
    content = encode({"network": network, "party": party, "salt": salt})
    return sha256_hex(_DOMAIN + content)


def make_opening(signer: Signer, network: str, controller: str, party: str, salt: str) -> str:
    """The statement by which a party owns up to a controller; signed by a key of the party."""
    content: dict[str, Value] = {
        "controller": controller,
        "network": network,
        "party": party,
        "salt": salt,
    }
    return sign(encode(content), OPENING_TYPE, signer)


def read_opening(text: str) -> Opening:
    """What an opening says, its signature verified, nothing else.

    Raises:
        VerificationError: item `opening`: not of our form, or its signature does not hold.
    """
    try:
        signed = take_apart(text, OPENING_TYPE)
        signed.verify()
        decode(signed.payload)
        return msgspec.json.decode(signed.payload, type=Opening, strict=True)
    except (HeaderError, JwsError, SignatureError) as error:
        raise VerificationError("opening", str(error)) from error
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise VerificationError("opening", str(error)) from error


def check_opening(
    text: str, network: str, controller: Mapping[str, Any], party: Mapping[str, Any]
) -> Known:
    """Who stands behind a controller, if the opening opens its commitment.

    Args:
        text: the opening.
        network: id of the network.
        controller: the private controller's record.
        party: the registered party's controller record, whose keys count.

    Raises:
        VerificationError: item `opening`: another network, another commitment, or another's key.
    """
    opening = read_opening(text)
    if opening.network != network:
        raise VerificationError("opening", "it is of another network")
    expected = identity_commitment(network, opening.party, opening.salt)
    if controller["commitment"] != expected:
        raise VerificationError("opening", "it does not open this controller's commitment")
    kid = take_apart(text, OPENING_TYPE).kid
    if kid not in {key["kid"] for key in party["keys"] if not key["revoked"]}:
        raise VerificationError("opening", "it is signed by a key that is none of the party's")
    return Known(controller=opening.controller, party=opening.party)


def seal_openings(openings: Sequence[str], recipient: str, kids: Sequence[str]) -> bytes:
    """An envelope that only the recipient's keys open.

    Args:
        openings: as the parties signed them.
        recipient: the controller that is to know.
        kids: its active keys.

    Raises:
        SealError: a key can't be sealed to.
    """
    message = encode([*openings])
    boxes: list[Value] = [{"kid": kid, "sealed": to_base64(seal(kid, message))} for kid in kids]
    content: dict[str, Value] = {
        "boxes": boxes,
        "format": FORMAT,
        "recipient": recipient,
    }
    return encode(content)


def open_envelope(data: bytes, key: PrivateKey) -> list[str]:
    """The openings in an envelope, unchecked.

    Raises:
        VerificationError: item `envelope`: none of ours, or sealed for other keys.
    """
    if len(data) > SIZE_MAX:
        raise VerificationError("envelope", f"larger than {SIZE_MAX} bytes")
    try:
        decode(data)
        envelope = msgspec.json.decode(data, type=_Envelope, strict=True)
        box = next((one for one in envelope.boxes if one.kid == key.kid), None)
        if box is None:
            raise VerificationError("envelope", "it is sealed for other keys")
        message = unseal(key, from_base64(box.sealed))
        kind = Annotated[list[str], msgspec.Meta(max_length=OPENINGS_MAX)]
        return msgspec.json.decode(message, type=kind, strict=True)
    except (CanonicalError, msgspec.MsgspecError, EncodingError, SealError) as error:
        raise VerificationError("envelope", str(error)) from error
