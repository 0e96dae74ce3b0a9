# SPDX-License-Identifier: Apache-2.0
"""What vectors/crypto holds: signatures with libsodium's verdict, and canonical JSON.

The good signatures are RFC 8032, 7.1; the bad ones are made from them: every way in which a
signature, key or message can be off by a little, or stretched to a second form. Written by
`python -m crypto.make_vectors` with `src` and `tests` on the path; `--check` only compares.
"""

from collections.abc import Iterator, Mapping

from ledger.vectors import main, text_of
from ropewalk.crypto import CanonicalError, PrivateKey, decode, verify_signature

FILE = "crypto/ed25519.json"
CANONICAL = "crypto/canonical.json"
SIZE_MAX = 4_096
"""Longer cases are for our own tests only."""
ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19
RFC_8032 = (
    (
        "RFC 8032, test 1",
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "RFC 8032, test 2",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "RFC 8032, test 3",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
)
ACCEPTED: Mapping[str, bytes] = {
    "zero": b"0",
    "2^53-1": b"9007199254740991",
    "-(2^53-1)": b"-9007199254740991",
    "empty text": b'""',
    "every printable character": b'"%s"'
    % bytes(range(0x20, 0x7F)).replace(b"\\", b"\\\\").replace(b'"', b'\\"'),
    "true": b"true",
    "false": b"false",
    "empty array": b"[]",
    "empty object": b"{}",
    "keys by byte": b'{"":0,"A":1,"B":2,"a":3,"a1":4,"aa":5,"~":6}',
    "escaped key": b'{"\\"":1,"\\\\":2}',
    "twelve levels": b"[" * 12 + b"]" * 12,
    "twelve levels of objects": b'{"a":' * 12 + b"1" + b"}" * 12,
    "brackets in a text": b'["[[[[[[[[[[{{{{{{{{{{"]',
    "null as a text": b'"null"',
}
"""Bytes that are canonical JSON, at the depth of a transaction."""
REFUSED: Mapping[str, bytes] = {
    "empty": b"",
    "white space": b" 1",
    "white space inside": b"[1, 2]",
    "line feed": b"1\n",
    "two values": b"1 2",
    "cut": b'{"a":1',
    "comma at the end": b"[1,]",
    "fraction": b"1.5",
    "fraction of zero": b"1.0",
    "exponent": b"1e3",
    "exponent to an integer": b"1E0",
    "minus zero": b"-0",
    "leading zero": b"01",
    "plus": b"+1",
    "hex": b"0x10",
    "NaN": b"NaN",
    "infinity": b"Infinity",
    "minus infinity": b"-Infinity",
    "null": b"null",
    "null inside": b'{"a":[null]}',
    "undefined": b"undefined",
    "2^53": b"9007199254740992",
    "-2^53": b"-9007199254740992",
    "2^63": b"9223372036854775808",
    "2^64": b"18446744073709551616",
    "2^64 in an array": b"[18446744073709551616]",
    "a thousand digits": b"1" * 1000,
    "keys unsorted": b'{"b":1,"a":2}',
    "key twice": b'{"a":1,"a":1}',
    "key twice, inside": b'{"a":{"b":1,"b":2}}',
    "not ASCII": '"é"'.encode(),
    "not ASCII key": '{"é":1}'.encode(),
    "escaped beyond ASCII": b'"\\u00e9"',
    "escaped ASCII": b'"\\u0041"',
    "escaped solidus": b'"\\/"',
    "escaped line feed": b'"\\n"',
    "escaped zero": b'"\\u0000"',
    "control character": b'"\x01"',
    "tab": b'"\t"',
    "delete": b'"\x7f"',
    "lone surrogate": b'"\\ud800"',
    "surrogate pair": b'"\\ud83d\\ude00"',
    "not UTF-8": b'"\xff"',
    "overlong UTF-8": b'"\xc1\x81"',
    "byte order mark": b"\xef\xbb\xbf1",
    "UTF-16": '"a"'.encode("utf-16"),
    "single quotes": b"'a'",
    "comment": b"1/**/",
    "thirteen levels": b"[" * 13 + b"]" * 13,
    "a million levels": b"[" * 1_000_000,
    "deep objects": b'{"a":' * 100_000,
}
"""Bytes that are no canonical JSON, at the depth of a transaction."""
SMALL_ORDER = (
    ("neutral element", (1).to_bytes(32, "little")),
    ("order two", (PRIME - 1).to_bytes(32, "little")),
    ("order four", bytes(32)),
    ("order four, sign bit set", bytes(31) + b"\x80"),
    (
        "order eight",
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ),
    (
        "order eight, the other",
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    ),
    ("neutral element, not canonical", (PRIME + 1).to_bytes(32, "little")),
    ("neutral element, sign bit set", (1 + (1 << 255)).to_bytes(32, "little")),
    ("order four, not canonical", PRIME.to_bytes(32, "little")),
)
Row = tuple[str, bytes, bytes, bytes, bool]


def rows() -> Iterator[Row]:
    """Name, key, message, signature, verdict."""
    for name, seed, public, text, signature in RFC_8032:
        signer = PrivateKey(bytes.fromhex(seed))
        assert signer.public_key.hex() == public
        assert signer.sign(bytes.fromhex(text)).hex() == signature
        yield name, signer.public_key, bytes.fromhex(text), bytes.fromhex(signature), True
    key = PrivateKey(bytes(range(32)))
    message = b"ropewalk"
    good = key.sign(message)
    yield "plain", key.public_key, message, good, True
    yield from _stretched(key.public_key, message, good)
    for name, point in SMALL_ORDER:
        neutral = SMALL_ORDER[0][1]
        yield f"key: {name}, S zero", point, message, neutral + bytes(32), False
        yield f"R: {name}", key.public_key, message, point + good[32:], False
        yield f"key and R: {name}", point, message, point + bytes(32), False


def _stretched(public: bytes, message: bytes, good: bytes) -> Iterator[Row]:
    r, s = good[:32], int.from_bytes(good[32:], "little")
    for times in (1, 2, 4, 8):
        stretched = (s + times * ORDER).to_bytes(32, "little")
        yield f"S plus {times} times the order", public, message, r + stretched, False
    yield "S the order itself", public, message, r + ORDER.to_bytes(32, "little"), False
    yield "S all ones", public, message, r + b"\xff" * 32, False
    negative = (ORDER - s).to_bytes(32, "little")
    yield "S negated", public, message, r + negative, False
    yield "S zero", public, message, r + bytes(32), False
    yield "R negated", public, message, good[:31] + bytes([good[31] ^ 0x80]) + good[32:], False
    yield "R all ones", public, message, b"\xff" * 32 + good[32:], False
    yield "key negated", public[:31] + bytes([public[31] ^ 0x80]), message, good, False
    yield "key all ones", b"\xff" * 32, message, good, False
    yield "S and R exchanged", public, message, good[32:] + good[:32], False
    yield "another message", public, message + b"!", good, False
    yield "no message", public, b"", good, False
    yield "message twice", public, message * 2, good, False
    for name, signature in (
        ("empty", b""),
        ("R alone", r),
        ("63 bytes", good[:-1]),
        ("65 bytes", good + b"\x00"),
        ("128 bytes", good + good),
        ("in hex", good.hex().encode()),
        ("zeros", bytes(64)),
    ):
        yield f"signature {name}", public, message, signature, False
    for name, odd in (
        ("empty", b""),
        ("31 bytes", public[:-1]),
        ("33 bytes", public + b"\x00"),
    ):
        yield f"key {name}", odd, message, good, False
    for bit in range(0, 512, 37):
        flipped = bytearray(good)
        flipped[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit} of the signature flipped", public, message, bytes(flipped), False
    for bit in range(0, 256, 41):
        flipped = bytearray(public)
        flipped[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit} of the key flipped", bytes(flipped), message, good, False


def texts() -> dict[str, str]:
    """The file, every verdict held to libsodium's."""
    cases = []
    for name, public, message, signature, accepted in rows():
        assert verify_signature(public, message, signature) == accepted, name
        cases.append(
            {
                "accepted": accepted,
                "key": public.hex(),
                "message": message.hex(),
                "name": name,
                "signature": signature.hex(),
            }
        )
    return {FILE: text_of({"cases": cases})}


def canonical_texts() -> dict[str, str]:
    """The file of canonical JSON, every verdict held to ours; bytes are hex."""
    cases = []
    for accepted, group in ((True, ACCEPTED), (False, REFUSED)):
        for name, data in group.items():
            assert _is_canonical(data) == accepted, name
            if len(data) <= SIZE_MAX:
                cases.append({"accepted": accepted, "bytes": data.hex(), "name": name})
    return {CANONICAL: text_of({"cases": cases})}


def _is_canonical(data: bytes) -> bool:
    try:
        decode(data)
    except CanonicalError:
        return False
    return True


if __name__ == "__main__":
    raise SystemExit(main({**texts(), **canonical_texts()}))
