# SPDX-License-Identifier: Apache-2.0
"""Forged acts: one transaction of a story written in ways that no ledger would take."""

from ropewalk.crypto import CONSENT_TYPE, TRANSACTION_TYPE, Value, encode, to_base64url
from ropewalk.ledger import act_hash
from verifier import drive
from verifier.forge import (
    BUYER,
    GROUP_ORDER,
    HANDED,
    HOLDER,
    NETWORK,
    ORDER,
    TIME_S,
    Members,
    Story,
    Table,
    Twists,
    bundle,
    content,
    entry,
    identifier,
    jws,
    record,
    tell,
    without,
)

STORY = tell(ORDER, HANDED)
LINK: dict[str, Value] = {
    "last_act": identifier(STORY.signed[0]),
    "recipient": BUYER,
    "title": STORY.title,
}
GOOD = content("title.TRANSFER", HOLDER, LINK)
PAYLOAD = encode(GOOD)
KID = drive.key("forger").kid
TEXT = jws(PAYLOAD)
PARTS = TEXT.split(".")
INPUT = f"{PARTS[0]}.{PARTS[1]}".encode()
POINT = drive.key("forger").sign(INPUT)[:32]
SCALAR = int.from_bytes(drive.key("forger").sign(INPUT)[32:], "little")
IDENTITY = b"\x01" + bytes(31)
MINUS_ONE = b"\xec" + b"\xff" * 30 + b"\x7f"
DEEP: Value = [[[[[[[[[[[""]]]]]]]]]]]


def signed() -> Table:
    """Header, signature or payload are not as formats.md, 2 and 3, has them."""
    texts = {**_headers(), **_signatures(), **_payloads()}
    return {name: ("act:1", _bundle_with(text)) for name, text in texts.items()}


def _headers() -> dict[str, str]:
    return {
        "algorithm none": jws(PAYLOAD, header=_header(alg="none"), signature=b""),
        "algorithm none, signed": jws(PAYLOAD, header=_header(alg="none")),
        "algorithm EdDSA": jws(PAYLOAD, header=_header(alg="EdDSA")),
        "header with a member more": jws(PAYLOAD, header=_header(cty="json")),
        "header with a jwk": jws(PAYLOAD, header=_header(jwk={"crv": "Ed25519", "x": KID})),
        "header with crit": jws(PAYLOAD, header=_header(crit=["exp"])),
        "header in another order": jws(
            PAYLOAD, header=f'{{"kid":"{KID}","alg":"Ed25519","typ":"{TRANSACTION_TYPE}"}}'.encode()
        ),
        "header with a space": jws(PAYLOAD, header=_header().replace(b",", b", ", 1)),
        "header of a consent": jws(PAYLOAD, typ=CONSENT_TYPE),
        "kid of 42 characters": jws(PAYLOAD, header=_header(kid=KID[:-1])),
        "kid with padding": jws(PAYLOAD, header=_header(kid=KID + "=")),
        "kid with loose bits": jws(PAYLOAD, header=_header(kid=KID[:-1] + chr(ord(KID[-1]) + 1))),
    }


def _header(**members: Value) -> bytes:
    return encode({"alg": "Ed25519", "kid": KID, "typ": TRANSACTION_TYPE, **members})


def _signatures() -> dict[str, str]:
    loose = PARTS[2][:-1] + chr(ord(PARTS[2][-1]) + 1)
    return {
        "key of small order": _weak(IDENTITY, IDENTITY + bytes(32)),
        "key of order two": _weak(MINUS_ONE, IDENTITY + bytes(32)),
        "key of order eight": _weak(
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
            IDENTITY + bytes(32),
        ),
        "key of small order, sign bit set": _weak(IDENTITY[:31] + b"\x80", IDENTITY + bytes(32)),
        "key not canonical": _weak(b"\xee" + b"\xff" * 30 + b"\x7f", IDENTITY + bytes(32)),
        "key that is no point": _weak(b"\x02" + bytes(31), POINT + SCALAR.to_bytes(32, "little")),
        "S plus the group's order": jws(
            PAYLOAD, signature=POINT + (SCALAR + GROUP_ORDER).to_bytes(32, "little")
        ),
        "R of small order": jws(PAYLOAD, signature=IDENTITY + SCALAR.to_bytes(32, "little")),
        "signature of noughts": jws(PAYLOAD, signature=bytes(64)),
        "signature of 63 bytes": jws(PAYLOAD, signature=bytes(63)),
        "signature by another key": jws(PAYLOAD, signature=drive.key("log").sign(INPUT)),
        "signature over the payload": jws(PAYLOAD, signature=drive.key("forger").sign(PAYLOAD)),
        "signature with loose bits": ".".join((*PARTS[:2], loose)),
        "signature with padding": TEXT + "==",
        "two parts": INPUT.decode(),
        "four parts": TEXT + ".",
        "empty": "",
        "a space after": TEXT + " ",
    }


def _weak(public_key: bytes, signature: bytes) -> str:
    return jws(PAYLOAD, header=_header(kid=to_base64url(public_key)), signature=signature)


def _payloads() -> dict[str, str]:
    return {
        "payload in standard base64": ".".join((PARTS[0], "+" + PARTS[1][1:], PARTS[2])),
        "payload with a space": jws(PAYLOAD.replace(b",", b", ", 1)),
        "payload in another order": jws(
            PAYLOAD.replace(b'"act":"title.TRANSFER",', b"").replace(
                b'"network"', b'"act":"title.TRANSFER","network"'
            )
        ),
        "payload that is a list": jws(encode([GOOD])),
        "payload that is no JSON": jws(b"act"),
        "payload with a fraction": jws(PAYLOAD.replace(b'valid_until":', b'valid_until":0.')),
        "payload with a letter beyond ASCII": jws(
            PAYLOAD.replace(b"TRANSFER", "TRÄNSFER".encode())
        ),
        "payload of thirteen levels": _other(body={**LINK, "deep": DEEP}),
        "payload with a member more": _other(nonce="1"),
        "payload without network": _lacking("network"),
        "payload without time limit": _lacking("valid_until"),
        "time limit as text": _other(valid_until="1"),
        "time limit below nought": _other(valid_until=-1),
        "body that is a list": _other(body=[]),
        "actor of 31 characters": _other(actor=HOLDER[:-1]),
        "actor in capitals": _other(actor=HOLDER.upper()),
        "act of 65 characters": _other(act="a" * 65),
        "no act": _other(act=""),
        "another network": _other(network="0" * 64),
        "larger than 131,072 bytes": _other(body={**LINK, "note": "x" * 98_400}),
    }


def _other(**members: Value) -> str:
    return jws(encode({**GOOD, **members}))


def _lacking(name: str) -> str:
    return jws(encode(without(GOOD, name)))


def _bundle_with(text: str) -> Members:
    """The story's bundle with another text for its act 1."""
    return bundle(STORY, Twists(leaves={1: entry(text)}))


def consented() -> Table:
    """Consents that are no consents."""
    claims: dict[str, Value] = {
        "act_hash": act_hash(GOOD),
        "network": NETWORK,
        "until": TIME_S + 60,
    }
    second = drive.key("second forger")

    def consent(typ: str = CONSENT_TYPE, **members: Value) -> str:
        return jws(encode({**claims, **members}), typ=typ, signer=second)

    fine = consent()
    unsigned = jws(encode(claims), typ=CONSENT_TYPE, signer=second, signature=bytes(64))
    lists: dict[str, Value] = {
        "none": [],
        "sixteen": [fine] * 16,
        "no list": fine,
        "not text": [1],
        "of another act": [consent(act_hash="0" * 64)],
        "of another network": [consent(network="0" * 64)],
        "until below nought": [consent(until=-1)],
        "a member more": [consent(kid="")],
        "not signed": [unsigned],
        "the second not signed": [fine, unsigned],
        "of a transaction's type": [consent(typ=TRANSACTION_TYPE)],
        "not canonical": [
            jws(encode(claims).replace(b",", b", ", 1), typ=CONSENT_TYPE, signer=second)
        ],
    }
    table = {
        name: ("act:1", _bundle_with(jws(encode({**GOOD, "consents": consents}))))
        for name, consents in lists.items()
    }
    signed = jws(encode({**GOOD, "consents": [fine]}))
    told = Story(STORY.title, [STORY.signed[0], signed], dict(STORY.record), identifier(signed))
    told.record["last_act"] = told.last_act
    return {**table, "in order": ("", bundle(told))}


def entries() -> Table:
    """Entries that are no committed transaction."""
    good = entry(STORY.signed[1])
    leaves = {
        "refused": entry(STORY.signed[1], "title.stale", 7321),
        "refused, number nought": entry(STORY.signed[1], "title.stale"),
        "committed with a number": entry(STORY.signed[1], number=1),
        "codec version 2": b"[2" + good[2:],
        "codec version as text": b'["1"' + good[2:],
        "three elements": good[:-1] + b",0]",
        "no list": good[3:-1],
        "a member more": record(
            {"code": "committed", "number": 0, "time": 0, "transaction": STORY.signed[1]}
        ),
        "a member less": record({"code": "committed", "transaction": STORY.signed[1]}),
        "number as text": good.replace(b'"number":0', b'"number":"0"'),
        "number as fraction": good.replace(b'"number":0', b'"number":0.0'),
        "a space inside": good.replace(b",", b", ", 1),
        "a space after": good + b" ",
        "another order": good.replace(b'"code":"committed",', b"").replace(
            b',"transaction"', b',"code":"committed","transaction"'
        ),
        "the end of a block": record(
            {"height": 1, "protocol": 1, "state_root": "0" * 64, "time": TIME_S}
        ),
    }
    return {
        name: ("act:1", bundle(STORY, Twists(leaves={1: leaf}))) for name, leaf in leaves.items()
    }
