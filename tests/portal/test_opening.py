# SPDX-License-Identifier: Apache-2.0
"""What the client seals the portal's scripts open, and the other way round; nothing else opens."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.asking import ask, one
from ropewalk.crypto import (
    ENVELOPE_MAGIC,
    PrivateKey,
    SealError,
    decrypt,
    encrypt,
    from_base64,
    generate,
    media_type_of,
    read_header,
    sha256,
    to_base64,
    to_base64url,
    unwrap_key,
    wrap_key,
)
from vaults import World, world
from verifier.asking import ROOT

KEY = PrivateKey(sha256(b"a desk"))
SECRET = sha256(b"a payload's key")
PAYLOAD = sha256(b"a payload")
SEGMENT = 65_536
SIZES = (0, 1, SEGMENT - 257, SEGMENT - 256, SEGMENT - 255, 2 * SEGMENT - 256, 200_000)


def seed(key: PrivateKey) -> str:
    """A key's seed, base64."""
    return to_base64(key.seed_and_public()[:32])


def is_refused(answer: Any) -> bool:
    """Whether the script said that it does not open."""
    return isinstance(answer, dict) and answer.get("refused") == "OpeningError"


def sealed(content: bytes) -> bytes:
    """A payload, encrypted."""
    return b"".join(encrypt([content], SECRET))


def content(size: int) -> bytes:
    """Bytes that look like a document."""
    return (b"%PDF-" + sha256(b"x") * (size // 32 + 1))[:size]


def test_an_envelope_is_the_clients_byte_for_byte_and_opens_again() -> None:
    documents = [content(size) for size in SIZES]
    key = to_base64(SECRET)
    made = ask([["sealed", to_base64(each), key] for each in documents])
    assert [from_base64(each) for each in made] == [sealed(each) for each in documents]
    for document, answer in zip(
        documents, ask([["unsealed", each, key] for each in made]), strict=True
    ):
        assert from_base64(answer["content"]) == document
        assert answer["mediaType"] == media_type_of(document[:64])


def test_an_envelope_that_was_touched_does_not_open() -> None:
    good, size = sealed(content(200_000)), SEGMENT + 16
    head, body = good[:8], good[8:]
    first, second, rest = body[:size], body[size : 2 * size], body[2 * size :]
    touched = [
        b"",
        head,
        good[:-1],
        good + b"\0",
        good[: 8 + size],
        head + first + rest,
        head + second + first + rest,
        head + first + first + second + rest,
        b"RWVAULT\x02" + body,
        good[:50] + bytes([good[50] ^ 1]) + good[51:],
        sealed(b"")[:-20],
    ]
    asked = [["unsealed", to_base64(each), to_base64(SECRET)] for each in touched]
    asked.append(["unsealed", to_base64(good), to_base64(PAYLOAD)])
    assert all(is_refused(each) for each in ask(asked))


@pytest.mark.parametrize(
    "header", [b'{"media_type":"a"}', b'{"media_type": "a/b"}', b'{"media_type":"a/b","x":1}', b""]
)
def test_a_header_that_is_none_is_refused(header: bytes) -> None:
    nonce = bytes(11) + b"\x01"
    box = AESGCM(SECRET).encrypt(nonce, header.ljust(256, b"\0") + b"content", ENVELOPE_MAGIC)
    answer = one("unsealed", to_base64(ENVELOPE_MAGIC + box), to_base64(SECRET))
    assert is_refused(answer)
    with pytest.raises(Exception, match="header"):
        read_header(next(decrypt([ENVELOPE_MAGIC + box], SECRET)))


def test_media_types_are_told_as_the_client_tells_them() -> None:
    starts = [
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n..",
        b"\xff\xd8\xff\xe0",
        b"II*\0",
        b"MM\0*",
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"PAR1",
        b"UNA:+",
        b"UNB+UN",
        b"<?xml ?>",
        b"{}",
        b"[1]",
        b"\xef\xbb\xbf {}",
        b"  \n[",
        b" %PDF-",
        b"text",
        b"",
    ]
    found = ask([["mediaTypeOf", to_base64(each)] for each in starts])
    assert found == [media_type_of(each) for each in starts]


def test_a_key_wrapped_by_either_side_is_unwrapped_by_the_other() -> None:
    mine = to_base64(wrap_key(KEY.kid, SECRET, PAYLOAD))
    key, payload = to_base64(SECRET), to_base64(PAYLOAD)
    theirs, opened = ask(
        [["wrapped", KEY.kid, key, payload], ["unwrapped", seed(KEY), mine, payload]]
    )
    assert opened == key
    assert unwrap_key(KEY, from_base64(theirs), PAYLOAD) == SECRET
    with pytest.raises(SealError):
        unwrap_key(KEY, from_base64(theirs), SECRET)


def test_a_key_wrapped_for_another_or_touched_is_refused() -> None:
    wrapped = wrap_key(KEY.kid, SECRET, PAYLOAD)
    payload = to_base64(PAYLOAD)
    flipped = [
        wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :] for at in (0, 31, 32, 79)
    ]
    asked = [["unwrapped", seed(KEY), to_base64(each), payload] for each in flipped]
    asked += [
        ["unwrapped", seed(generate()), to_base64(wrapped), payload],
        ["unwrapped", seed(KEY), to_base64(wrapped), to_base64(SECRET)],
        ["unwrapped", seed(KEY), to_base64(wrapped[:-1]), payload],
        ["unwrapped", seed(KEY), to_base64(bytes(80)), payload],
    ]
    assert all(is_refused(each) for each in ask(asked))


def test_the_point_that_is_sealed_to_is_the_one_that_libsodium_computes() -> None:
    keys = [generate() for _ in range(16)]
    found = ask([["exchangePublicOf", key.kid] for key in keys])
    assert [from_base64(each) for each in found] == [key.exchange_keys()[0] for key in keys]


def test_nothing_is_wrapped_to_a_point_that_no_key_has() -> None:
    listed = json.loads((ROOT / "vectors/crypto/ed25519_speccheck.json").read_bytes())["cases"]
    bad = {"26" * 32, "00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "ee" + "ff" * 30 + "7f"}
    bad |= {case["key"] for case in listed if is_unsealable(case["key"])}
    kids = [to_base64url(bytes.fromhex(each)) for each in sorted(bad) if is_unsealable(each)]
    assert len(kids) >= 4
    found = ask([["wrapped", kid, to_base64(SECRET), to_base64(PAYLOAD)] for kid in kids])
    assert all(is_refused(each) for each in found), found
    assert is_refused(one("wrapped", KEY.kid[:-4], to_base64(SECRET), to_base64(PAYLOAD)))


def is_unsealable(key: str) -> bool:
    """Whether the client wraps nothing to a key."""
    try:
        wrap_key(to_base64url(bytes.fromhex(key)), SECRET, PAYLOAD)
    except SealError:
        return True
    return False


# At a real node


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("opening")) as found:
        yield found


def desk(here: World, name: str) -> list[str]:
    """Seed, controller, network and node of a party's desk."""
    party = here.party(name)
    return [seed(party.key), party.controller, here.network.network, here.url]


def test_a_payload_that_the_client_put_opens_in_a_script_of_its_reader(here: World) -> None:
    document = content(150_000)
    name = here.put("shipper", document, "bank")
    opened, refused, missing = ask(
        [
            ["fetched", *desk(here, "bank"), name],
            ["fetched", *desk(here, "carrier"), name],
            ["fetched", *desk(here, "bank"), "ab" * 32],
        ]
    )
    assert from_base64(opened["content"]) == document
    assert opened["mediaType"] == "application/pdf"
    assert refused["refused"] == missing["refused"] == "RefusedError"


def test_a_payload_that_a_script_put_opens_for_the_client(here: World, tmp_path: Any) -> None:
    document = b'{"a": 1}' * 20_000
    readers = [
        {"controller": here.party(one).controller, "kid": here.party(one).key.kid}
        for one in ("shipper", "bank")
    ]
    found, name = one("put", *desk(here, "shipper"), to_base64(document), readers)
    assert found == name
    got = here.vaulting("bank").get(name, tmp_path / "copy.json")
    assert got.path.read_bytes() == document
    assert got.media_type == "application/json"
