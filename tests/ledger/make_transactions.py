# SPDX-License-Identifier: Apache-2.0
"""What vectors/ledger/transactions.json holds: whole signed transactions and their verdicts.

A verdict is the transaction's id, or the refusal's slug and number, and depends on the bytes
alone. Every malformed one is signed anew over its own bytes, so that nothing but the named fault
refuses it. Written by `python -m ledger.make_transactions`; `--check` only compares.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ledger.vectors import main, text_of
from ledger.world import IDS, NETWORK, TIME, key, kid, salt, signed
from ropewalk.crypto import CONSENT_TYPE, TRANSACTION_TYPE, Value, encode, sign, to_base64url
from ropewalk.ledger import (
    BadSignatureError,
    LedgerError,
    MalformedTransactionError,
    OversizeError,
    act_hash,
    inspect,
    sign_consent,
)

FILE = "ledger/transactions.json"
NAME = "shipper"
ORDER = 2**252 + 27742317777372353535851937790883648493
Row = tuple[str, str, type[LedgerError] | None]

CONTENT: dict[str, Value] = {
    "act": "title.SIGN",
    "actor": IDS[NAME],
    "body": {"last_act": salt("last act"), "title": salt("title")},
    "network": NETWORK,
    "valid_until": TIME + 60,
}
PAYLOAD = encode(CONTENT)
KID = kid(NAME)
HEADER: dict[str, Value] = {"alg": "Ed25519", "kid": KID, "typ": TRANSACTION_TYPE}
UNTIL = TIME + 3_600


def joined(header: bytes, payload: bytes, signature: bytes) -> str:
    """A compact JWS of any three parts."""
    return ".".join(to_base64url(part) for part in (header, payload, signature))


def by_hand(header: bytes = encode(HEADER), payload: bytes = PAYLOAD, name: str = NAME) -> str:
    """A JWS of any header and payload with a signature that holds over just these bytes."""
    signing_input = f"{to_base64url(header)}.{to_base64url(payload)}"
    return f"{signing_input}.{to_base64url(key(name).sign(signing_input.encode()))}"


def headed(**changes: Value | None) -> str:
    """A transaction whose header differs, members in canonical order."""
    members = {**HEADER, **changes}
    return by_hand(encode({name: value for name, value in members.items() if value is not None}))


def paid(**changes: Value | None) -> str:
    """A transaction whose payload differs, members in canonical order."""
    members = {**CONTENT, **changes}
    return by_hand(payload=encode({n: value for n, value in members.items() if value is not None}))


def raw(old: bytes, new: bytes) -> str:
    """A transaction whose payload's bytes differ."""
    assert PAYLOAD.count(old) == 1, old
    return by_hand(payload=PAYLOAD.replace(old, new))


GOOD = by_hand()


def parts() -> tuple[str, str, str]:
    """The three parts of the good transaction."""
    header, payload, signature = GOOD.split(".")
    return header, payload, signature


def accepted() -> Iterator[Row]:
    yield "plain", GOOD, None
    yield "one consent", signed(CONTENT, ["firm a", "firm b"], UNTIL), None
    yield "fifteen consents", signed(CONTENT, [f"key {n}" for n in range(16)], UNTIL), None
    yield "largest integer", paid(body={"n": 2**53 - 1}), None
    yield "smallest integer", paid(body={"n": -(2**53) + 1}), None
    yield "empty body", paid(body={}), None
    yield "unknown act", paid(act="nothing.AT_ALL"), None
    yield "escapes", paid(body={"text": '"\\"'}), None
    yield "twelve levels", paid(body={"n": nested(10)}), None
    yield "brackets in a text", paid(body={"text": "[[[[[[[[[[{{{{{{{{"}), None
    yield "null as a text", paid(body={"text": "null"}), None
    size = 131_072 - len(paid(body={"t": ""}))
    longest = next(
        text
        for length in range(size * 3 // 4 - 4, size)
        if len(text := paid(body={"t": "x" * length})) >= 131_071
    )
    yield "131,072 bytes or one less", longest, None


def nested(levels: int) -> Value:
    """Arrays within arrays."""
    value: Value = 0
    for _ in range(levels):
        value = [value]
    return value


def headers() -> Iterator[tuple[str, str]]:
    for alg in ("none", "None", "HS256", "EdDSA", "ES256", "RS256", "Ed448", "ed25519", ""):
        yield f"alg {alg or 'empty'}", headed(alg=alg)
    yield "alg missing", headed(alg=None)
    for name, wrong in (
        ("a path", "../../../../dev/null"),
        ("SQL", "' OR 1=1 --"),
        ("a URL", "https://example.invalid/key"),
        ("empty", ""),
        ("42 characters", KID[:-1]),
        ("44 characters", KID + "A"),
        ("with padding", KID[:-1] + "="),
        ("with set pad bits", KID[:-1] + "B" if KID[-1] != "B" else KID[:-1] + "C"),
        ("in standard base64", "+/" + KID[2:]),
    ):
        yield f"kid {name}", headed(kid=wrong)
    yield "kid missing", headed(kid=None)
    for name, value in (
        ("jku", "https://example.invalid/keys"),
        ("x5u", "https://example.invalid/cert"),
        ("x5c", ["AA=="]),
        ("jwk", {"crv": "Ed25519", "kty": "OKP", "x": KID}),
        ("crit", ["b64"]),
        ("b64", False),
        ("cty", "json"),
        ("zip", "DEF"),
        ("nonce", "1"),
    ):
        yield f"header member {name}", headed(**{name: value})
    for name, typ in (
        ("missing", None),
        ("JWT", "JWT"),
        ("of a consent", CONSENT_TYPE),
        ("in upper case", TRANSACTION_TYPE.upper()),
        ("with media type", f"application/{TRANSACTION_TYPE}"),
    ):
        yield f"typ {name}", headed(typ=typ)
    plain = encode(HEADER)
    yield "header with white space", by_hand(plain.replace(b":", b": ", 1))
    yield (
        "header unsorted",
        by_hand(f'{{"kid":"{KID}","alg":"Ed25519","typ":"{TRANSACTION_TYPE}"}}'.encode()),
    )
    yield "header with alg twice", by_hand(plain.replace(b"{", b'{"alg":"none",', 1))
    yield "header with trailing byte", by_hand(plain + b"\n")
    yield "header empty object", by_hand(b"{}")
    yield "header no JSON", by_hand(b"header")
    yield "header empty", by_hand(b"")
    yield "only dots", ".."


def signatures() -> Iterator[tuple[str, str]]:
    header, payload, signature = parts()
    signing_input = f"{header}.{payload}"
    good = key(NAME).sign(signing_input.encode())
    s = int.from_bytes(good[32:], "little")
    shifted = good[:32] + (s + ORDER).to_bytes(32, "little")
    yield "S plus the group order", f"{signing_input}.{to_base64url(shifted)}"
    yield "signature of zeros", f"{signing_input}.{to_base64url(bytes(64))}"
    yield "R and S exchanged", f"{signing_input}.{to_base64url(good[32:] + good[:32])}"
    for place in (0, 31, 32, 63):
        flipped = bytearray(good)
        flipped[place] ^= 1
        yield f"bit flipped in byte {place}", f"{signing_input}.{to_base64url(bytes(flipped))}"
    other = encode({**CONTENT, "act": "title.SACC"})
    other_signature = by_hand(payload=other).split(".")[2]
    yield "signature over another payload", f"{signing_input}.{other_signature}"
    yield "payload of another signature", f"{header}.{to_base64url(other)}.{signature}"
    bare = key(NAME).sign(PAYLOAD)
    yield "signature over the payload alone", f"{signing_input}.{to_base64url(bare)}"
    mac = hmac.new(key(NAME).public_key, signing_input.encode(), hashlib.sha512).digest()
    yield "HMAC with the public key", f"{signing_input}.{to_base64url(mac)}"
    yield "signed by another key", by_hand(name="bank")
    for name, point in (
        ("neutral element", b"\x01" + bytes(31)),
        ("order two", b"\xec" + b"\xff" * 30 + b"\x7f"),
        ("order four", bytes(32)),
        ("neutral element, not canonical", b"\xee" + b"\xff" * 30 + b"\x7f"),
        ("not on the curve", b"\x02" + bytes(31)),
    ):
        small = encode({**HEADER, "kid": to_base64url(point)})
        neutral = b"\x01" + bytes(31) + bytes(32)
        yield f"key {name}", joined(small, PAYLOAD, neutral)


def payloads() -> Iterator[tuple[str, str]]:
    until = str(TIME + 60).encode()
    yield "key twice", raw(b'"act":', b'"act":"x","act":')
    yield "fraction", raw(until, until + b".5")
    yield "fraction of zero", raw(until, until + b".0")
    yield "exponent", raw(until, b"1e9")
    yield "minus zero", raw(until, b"-0")
    yield "leading zero", raw(until, b"0" + until)
    yield "plus sign", raw(until, b"+" + until)
    yield "null body", raw(encode(CONTENT["body"]), b"null")
    yield "null in the body", raw(b'"title":', b'"t":null,"title":')
    yield "NaN", raw(until, b"NaN")
    yield "not ASCII", raw(b"title.SIGN", "title.SIGNÉ".encode())
    yield "not ASCII, escaped", raw(b"title.SIGN", b"title.SIGN\\u00c9")
    yield "lone surrogate", raw(b"title.SIGN", b"\\ud800")
    yield "not UTF-8", raw(b"title.SIGN", b"title.\xff")
    yield "ASCII, escaped", raw(b"title.SIGN", b"title.S\\u0049GN")
    yield "solidus, escaped", raw(b"title.SIGN", b"title\\/SIGN")
    yield "control character", raw(b"title.SIGN", b"title.\x01")
    yield "control character, escaped", raw(b"title.SIGN", b"title.\\u0001")
    yield "line feed, escaped", raw(b"title.SIGN", b"title.\\n")
    yield "delete character", raw(b"title.SIGN", b"title.\x7f")
    yield "integer of 2^53", raw(until, str(2**53).encode())
    yield "integer of 2^53 in the body", raw(b'"title":', b'"n":9007199254740992,"title":')
    yield "integer of 2^64", raw(b'"title":', b'"n":18446744073709551616,"title":')
    yield "integer of -2^53", raw(b'"title":', b'"n":-9007199254740992,"title":')
    yield from forms()
    yield from members()


def forms() -> Iterator[tuple[str, str]]:
    """Payloads that are no canonical object."""
    yield "keys unsorted", by_hand(payload=unsorted())
    yield "white space", by_hand(payload=PAYLOAD.replace(b",", b", ", 1))
    yield "line feed at the end", by_hand(payload=PAYLOAD + b"\n")
    yield "byte order mark", by_hand(payload=b"\xef\xbb\xbf" + PAYLOAD)
    yield "two values", by_hand(payload=PAYLOAD + PAYLOAD)
    yield "cut short", by_hand(payload=PAYLOAD[:-1])
    yield "thirteen levels", paid(body={"n": nested(11)})
    yield "5,000 levels", by_hand(payload=b"[" * 5_000)
    yield "array", by_hand(payload=b"[]")
    yield "text", by_hand(payload=b'"text"')
    yield "number", by_hand(payload=b"1")
    yield "empty", by_hand(payload=b"")


def members() -> Iterator[tuple[str, str]]:
    """Payloads with a member too many, too few, or of another kind."""
    yield "unknown member", paid(memo="x")
    for member in CONTENT:
        yield f"{member} missing", paid(**{member: None})
    yield "body an array", paid(body=[])
    yield "act empty", paid(act="")
    yield "act of 65 characters", paid(act="a" * 65)
    yield "actor in upper case", paid(actor=str(CONTENT["actor"]).upper())
    yield "actor of 31 characters", paid(actor=str(CONTENT["actor"])[1:])
    yield "actor with line feed escaped", raw(IDS[NAME].encode(), IDS[NAME].encode() + b"\\n")
    yield "network too short", paid(network=NETWORK[2:])
    yield "valid_until as text", paid(valid_until=str(TIME))
    yield "valid_until negative", paid(valid_until=-1)
    yield "valid_until true", paid(valid_until=True)


def unsorted() -> bytes:
    """The payload with its first two members exchanged."""
    first, second = (b'"act":"title.SIGN"', f'"actor":"{IDS[NAME]}"'.encode())
    return PAYLOAD.replace(first + b"," + second, second + b"," + first)


def shapes() -> Iterator[tuple[str, str]]:
    header, payload, signature = parts()
    yield "empty text", ""
    yield "one part", header
    yield "two parts", f"{header}.{payload}"
    yield "four parts", f"{GOOD}.{signature}"
    yield "five parts, as in a JWE", f"{GOOD}.{signature}.{signature}"
    yield "signature empty", f"{header}.{payload}."
    yield "payload empty, detached", f"{header}..{signature}"
    yield "white space before", " " + GOOD
    yield "line feed after", GOOD + "\n"
    yield "not ASCII in a part", f"{header}.{payload}.{signature[:-1]}é"
    yield "padding", GOOD + "=="
    yield "set pad bits", f"{header}.{payload}.{signature[:-1]}{chr(ord(signature[-1]) + 1)}"
    yield "standard base64", f"{header}.{payload}.+/{signature[2:]}"
    yield "line feed within", f"{header}.{payload}.{signature[:40]}\n{signature[40:]}"
    yield "63 bytes of signature", f"{header}.{payload}.{signature[:84]}"
    yield "65 bytes of signature", f"{header}.{payload}.{signature[:-2]}AAA"
    yield (
        "JSON serialisation",
        encode({"payload": payload, "protected": header, "signature": signature}).decode(),
    )


def consents() -> Iterator[tuple[str, str, type[LedgerError]]]:
    bad, malformed = BadSignatureError, MalformedTransactionError
    good = sign_consent(CONTENT, UNTIL, key("firm b"))
    yield "consents empty", paid(consents=[]), malformed
    yield "sixteen consents", paid(consents=[good] * 16), malformed
    yield "consent by the signer itself", signed(CONTENT, [NAME, NAME], UNTIL), malformed
    yield "a consent twice", paid(consents=[good, good]), malformed
    yield "consents a text", paid(consents=good), malformed
    yield "consent a number", paid(consents=[1]), malformed
    yield "consent no JWS", paid(consents=["consent"]), malformed
    other = sign_consent({**CONTENT, "act": "title.SACC"}, UNTIL, key("firm b"))
    yield "consent to another act", paid(consents=[other]), bad
    abroad = sign_consent({**CONTENT, "network": salt("elsewhere")}, UNTIL, key("firm b"))
    yield "consent for another network", paid(consents=[abroad]), bad
    yield "consent with a flipped bit", paid(consents=[flipped(good)]), bad
    yield "second of two consents bad", paid(consents=[good, flipped(good)]), bad
    yield "a transaction as consent", paid(consents=[GOOD]), bad
    yield "a consent as transaction", good, bad
    for name, content in (
        ("unknown member", {"memo": "x"}),
        ("until missing", {"until": None}),
        ("until as text", {"until": "1"}),
        ("hash too short", {"act_hash": "00"}),
    ):
        yield f"consent: {name}", paid(consents=[consent(content)]), malformed
    loose = by_hand(encode({**HEADER, "typ": CONSENT_TYPE}), b'{"act_hash": ""}')
    yield "consent not canonical", paid(consents=[loose]), malformed
    yield (
        "consent as a transaction's payload",
        sign(consent_payload({}), TRANSACTION_TYPE, key(NAME)),
        malformed,
    )


def consent_payload(changes: Mapping[str, Value | None]) -> bytes:
    """What a consent to the good transaction signs, with changes."""
    members: dict[str, Any] = {
        "act_hash": act_hash(CONTENT),
        "network": NETWORK,
        "until": UNTIL,
        **changes,
    }
    return encode({name: value for name, value in members.items() if value is not None})


def consent(changes: Mapping[str, Value | None]) -> str:
    """A signed consent with changes."""
    return sign(consent_payload(changes), CONSENT_TYPE, key("firm b"))


def flipped(text: str) -> str:
    """A JWS whose signature's first bits differ."""
    start = text.rindex(".") + 1
    return text[:start] + ("B" if text[start] == "A" else "A") + text[start + 1 :]


def rows() -> Iterator[Row]:
    """Every case with the refusal it must meet."""
    yield from accepted()
    groups: tuple[tuple[Callable[[], Iterator[tuple[str, str]]], type[LedgerError]], ...] = (
        (headers, BadSignatureError),
        (signatures, BadSignatureError),
        (payloads, MalformedTransactionError),
        (shapes, MalformedTransactionError),
    )
    for group, refusal in groups:
        for name, text in group():
            yield name, text, refusal
    yield from consents()
    over = 131_072
    yield "oversize", paid(body={"t": "x" * over}), OversizeError
    yield "oversize before anything else", "." * (over + 1), OversizeError


def texts() -> dict[str, str]:
    """The file, each verdict held to what its row says."""
    cases = []
    for name, text, expected in rows():
        case: dict[str, object] = {"name": name, "transaction": text}
        try:
            case["id"] = inspect(text).id
            found: type[LedgerError] | None = None
        except LedgerError as refusal:
            case["code"], case["number"] = refusal.code, refusal.number
            found = type(refusal)
        assert found is expected, f"{name}: {found}"
        cases.append(case)
    return {FILE: text_of({"cases": cases})}


if __name__ == "__main__":
    raise SystemExit(main(texts()))
