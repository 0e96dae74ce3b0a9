# SPDX-License-Identifier: Apache-2.0
"""The portal's scripts sign, name and refuse what the Python client does, byte for byte."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crypto.test_canonical import VALUES
from portal.asking import ask, one
from ropewalk.cli.wallet import controller_of
from ropewalk.crypto import (
    CanonicalError,
    PassphraseError,
    PrivateKey,
    decode,
    encode,
    from_base64,
    generate,
    read,
    sha256,
    to_base64,
)
from ropewalk.identity import Propose, proposed_hash
from ropewalk.ledger import inspect, sign_consent, sign_transaction
from vaults import World, world
from verifier.asking import ROOT

NETWORK = "ab" * 32
PASSPHRASE = "tide tables, \u00e9t\u00e9"
NOW_S = 1_800_000_000
KEY = PrivateKey(sha256(b"a desk"))
OTHER = PrivateKey(sha256(b"another desk"))
BODY = {"last_act": "cd" * 32, "recipient": "12" * 16, "title": "ef" * 32}


def seed(key: PrivateKey) -> str:
    """A key's seed, base64."""
    return to_base64(key.seed_and_public()[:32])


def refused(answer: Any, kind: str) -> bool:
    """Whether an error of this class was thrown."""
    return isinstance(answer, dict) and answer.get("refused") == kind


# Canonical JSON


def taken(data: bytes) -> bool:
    """Whether Python takes the bytes for canonical."""
    try:
        decode(data)
    except CanonicalError:
        return False
    return True


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(VALUES, min_size=150, max_size=300))
def test_a_value_is_encoded_as_python_encodes_it(values: list[Any]) -> None:
    found = ask([["encode", value] for value in values])
    assert [from_base64(each) for each in found] == [encode(value) for value in values]


def spoilt(chance: st.DataObject, value: Any) -> bytes:
    good = encode(value)
    place = chance.draw(st.integers(0, len(good)))
    insert = chance.draw(st.binary(max_size=2) | st.sampled_from([b" ", b"0", b"-", b"e1", b".0"]))
    return good[:place] + insert + good[place + chance.draw(st.integers(0, 2)) :]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_bytes_are_refused_that_python_refuses(chance: st.DataObject) -> None:
    values = chance.draw(st.lists(VALUES, min_size=150, max_size=250))
    tried = [spoilt(chance, value) for value in values]
    assert_judged_alike(tried)


def test_the_vectors_are_judged_as_they_say() -> None:
    cases = json.loads((ROOT / "vectors" / "crypto" / "canonical.json").read_bytes())["cases"]
    found = ask([["decode", to_base64(bytes.fromhex(case["bytes"]))] for case in cases])
    for case, answer in zip(cases, found, strict=True):
        assert refused(answer, "CanonicalError") != case["accepted"], case["name"]


def test_what_json_lets_pass_is_refused_all_the_same() -> None:
    assert_judged_alike(
        [
            *(b"[" * depth + b"]" * depth for depth in (11, 12, 13, 10_000)),
            *(b'{"a":' * depth + b"1" + b"}" * depth for depth in (12, 13)),
            b'"[[[[[[[[[[[[[[[[[["',
            b'["\\"[[[[[[[[[[[[[[["]',
            b'{"a":1,"a":1}',
            b'{"b":1,"a":1}',
            b'{"10":1,"9":1}',
            b'{"9":1,"10":1}',
            b'{"__proto__":1}',
            b'{"__proto__":{"a":1}}',
            b'{"constructor":{},"toString":1}',
            b"null",
            b"[null]",
            b"1.0",
            b"1e2",
            b"-0",
            b"9007199254740991",
            b"9007199254740992",
            b"9007199254740993",
            b"-9007199254740991",
            b"-9007199254740992",
            b'"\\u0041"',
            b'"\\/"',
            b'"\\n"',
            b'"\x7f"',
            '"\u00e9"'.encode(),
            b'\xef\xbb\xbf"a"',
            b"",
            b" 1",
            b"1\n",
        ]
    )


def assert_judged_alike(tried: list[bytes]) -> None:
    for data, answer in zip(
        tried, ask([["decode", to_base64(each)] for each in tried]), strict=True
    ):
        if taken(data):
            assert from_base64(answer) == data, data[:80]
        else:
            assert refused(answer, "CanonicalError"), (data[:80], answer)


@pytest.mark.parametrize("value", [None, 1.5, 2**53, -(2**53), "\u00e9", "\n", [None], {"\n": 1}])
def test_a_value_without_a_canonical_encoding_is_refused(value: Any) -> None:
    assert refused(one("encode", value), "CanonicalError")


# Keys


def written(pem: str, folder: Path) -> Path:
    path = folder / "desk.pem"
    path.write_text(pem, encoding="ascii")
    path.chmod(0o600)
    return path


def test_a_desk_made_here_leaves_once_and_opens_on_the_command_line(tmp_path: Path) -> None:
    made = one("made", PASSPHRASE)
    path = written(made["file"], tmp_path)
    key = read(path, PASSPHRASE)
    assert key.kid == made["kid"] == made["found"]
    assert controller_of(key) == made["controller"]
    assert made["again"] == made["later"] == "KeyFileError"
    assert made["listed"] == [made["controller"]]
    assert made["left"] == 0
    with pytest.raises(PassphraseError):
        read(path, PASSPHRASE + "!")
    shown = subprocess.run(
        [
            "openssl",
            "pkey",
            "-in",
            path,
            "-passin",
            f"pass:{PASSPHRASE}",
            "-pubout",
            "-outform",
            "DER",
        ],
        check=True,
        capture_output=True,
    )
    assert shown.stdout.endswith(key.public_key)


def test_a_desks_keys_can_be_read_by_no_script(tmp_path: Path) -> None:
    KEY.write(tmp_path / "cli.pem", PASSPHRASE)
    made, opened = ask(
        [["made", "x"], ["opened", (tmp_path / "cli.pem").read_text("ascii"), PASSPHRASE]]
    )
    assert made["states"] == opened["states"] == ["rejected"] * 6


def test_key_files_of_both_kinds_open_and_only_by_their_passphrase(tmp_path: Path) -> None:
    KEY.write(tmp_path / "cli.pem", PASSPHRASE)
    by_scrypt = (tmp_path / "cli.pem").read_text("ascii")
    by_rounds = one("made", PASSPHRASE)
    swapped = by_scrypt.replace("ENCRYPTED ", "")
    damaged = by_scrypt[:60] + "AAAA" + by_scrypt[64:]
    found = ask(
        [
            ["opened", by_scrypt, PASSPHRASE],
            ["opened", by_rounds["file"], PASSPHRASE],
            ["opened", by_scrypt, "wrong"],
            ["opened", by_rounds["file"], "wrong"],
            ["opened", swapped, PASSPHRASE],
            ["opened", damaged, PASSPHRASE],
            ["made", ""],
        ]
    )
    assert found[0]["kid"] == KEY.kid
    assert found[0]["controller"] == controller_of(KEY)
    assert found[1]["kid"] == by_rounds["kid"]
    assert refused(found[2], "PassphraseError")
    assert refused(found[3], "PassphraseError")
    assert all(refused(each, "KeyFileError") for each in found[4:])


def test_another_key_of_a_controller_is_never_overwritten() -> None:
    assert refused(one("overwritten", seed(KEY), seed(OTHER)), "DeskError")


def test_the_exchange_key_is_the_one_that_libsodium_derives() -> None:
    keys = [generate() for _ in range(8)]
    found = ask([["exchangePublic", seed(key)] for key in keys])
    assert [from_base64(each) for each in found] == [key.exchange_keys()[0] for key in keys]


# Signing


def told(**changed: Any) -> dict[str, Any]:
    """An act as `draft` takes it."""
    content = {"act": "title.TRANSFER", "actor": controller_of(KEY), "body": BODY}
    return {**content, "network": NETWORK, "nowS": NOW_S, "validityS": 60, **changed}


def content(**changed: Any) -> dict[str, Any]:
    """The same as it is signed."""
    whole = {**told(), "valid_until": NOW_S + 60, **changed}
    return {name: whole[name] for name in whole if name not in ("nowS", "validityS")}


def test_a_transaction_is_byte_for_byte_the_one_that_python_signs() -> None:
    represented = "77" * 16
    consent = sign_consent(content(), NOW_S + 90, OTHER)
    expected = [
        sign_transaction(content(), KEY),
        sign_transaction(content(represented_party=represented), KEY),
        sign_transaction(content(), KEY, [consent]),
        sign_transaction(content(valid_until=NOW_S + 3_600), KEY),
    ]
    consenting = [{"seed": seed(OTHER), "until": NOW_S + 90}]
    found = ask(
        [
            ["signed", seed(KEY), told(), []],
            ["signed", seed(KEY), told(represents=represented), []],
            ["signed", seed(KEY), told(), consenting],
            ["signed", seed(KEY), told(validityS=9_999), []],
        ]
    )
    assert [each["transaction"] for each in found] == expected
    assert [each["id"] for each in found] == [inspect(each).id for each in expected]


def test_a_desk_signs_for_its_own_controller_and_network_only() -> None:
    mine = controller_of(KEY)
    found = ask(
        [
            ["signedAs", seed(KEY), mine, NETWORK, told(actor="99" * 16)],
            ["signedAs", seed(KEY), mine, NETWORK, told(network="cd" * 32)],
            ["signedAs", seed(KEY), mine, NETWORK, told()],
        ]
    )
    assert all(refused(each, "SigningError") for each in found[:2])
    assert found[2] == sign_transaction(content(), KEY)


def test_a_proposal_is_named_as_python_names_it() -> None:
    proposal = {"act": "title.SPLIT", "body": {**BODY, "deep": [{"a": 1}]}, "until": NOW_S}
    expected = proposed_hash(NETWORK, "12" * 16, Propose(**proposal))  # type: ignore[arg-type]
    assert one("proposed", NETWORK, "12" * 16, proposal) == expected


# Sending

TRANSACTION = sign_transaction(content(), KEY)
ID = inspect(TRANSACTION).id
COMMITTED = {"height": 3, "position": 7, "status": "committed", "transaction": ID}
REFUSED = {"code": "title.stale", "number": 7305, "status": "refused", "transaction": ID}
UNKNOWN = {"status": "unknown", "transaction": ID}
MISSING: list[Any] = [404, {"code": "api.unknown_transaction", "number": 1, "status": 404}]
POST, GET = "POST /v1/transactions", f"GET /v1/transactions/{ID}"


def batch(outcome: dict[str, Any]) -> list[Any]:
    """A node's answer to a transaction."""
    return [200, {"outcomes": [outcome]}]


@pytest.mark.parametrize(
    ("answers", "status", "asked"),
    [
        ([batch(COMMITTED)], "committed", [POST]),
        ([batch(REFUSED)], "refused", [POST]),
        (["broken", [200, COMMITTED]], "committed", [POST, GET]),
        (["broken", MISSING, batch(REFUSED)], "refused", [POST, GET, POST]),
        ([[503, {}], MISSING, batch(COMMITTED)], "committed", [POST, GET, POST]),
        ([batch(UNKNOWN), [200, COMMITTED]], "committed", [POST, GET]),
        ([[200, {"outcomes": []}], [200, REFUSED]], "refused", [POST, GET]),
        ([[413, {"code": "api.too_large", "number": 2}]], "refused", [POST]),
        ([], "unknown", [POST, *[GET, POST] * 4]),
        (["broken", *[MISSING, [403, {}]] * 4], "unknown", [POST, *[GET, POST] * 4]),
        ([[200, {"outcomes": [{"status": "maybe"}]}]], "unknown", [POST, *[GET, POST] * 4]),
    ],
)
def test_an_outcome_is_what_the_node_says_and_else_unknown(
    answers: list[Any], status: str, asked: list[str]
) -> None:
    found = one("submitted", TRANSACTION, answers)
    assert found["outcome"]["status"] == status
    assert found["outcome"]["transaction"] == ID
    assert found["asked"] == asked


# Signed requests


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("scripts")) as found:
        yield found


def request(here: World, method: str, target: str, **sent: Any) -> Any:
    """A request that the bank's desk signed."""
    bank = here.party("bank")
    url = here.url + target
    return one("request", seed(bank.key), bank.controller, here.network.network, method, url, sent)


def test_a_node_takes_a_request_that_a_script_signed_once(here: World) -> None:
    for target in ("/v1/vault", "/v1/vault?after=&limit=10", "/v1/vault?limit=5"):
        asked = request(here, "GET", target)
        assert asked["url"] == here.url + target
        assert here.http.get(target, headers=asked["headers"]).status_code == 200
        again = here.http.get(target, headers=asked["headers"])
        assert again.json()["code"] == "api.replayed"
        other = here.http.get("/v1/vault?limit=6", headers=request(here, "GET", target)["headers"])
        assert other.json()["code"] == "api.bad_signature"


def test_a_node_holds_a_body_to_what_a_script_signed(here: World) -> None:
    payload = here.put("bank", b"%PDF- of the bank")
    target, body = f"/v1/vault/{payload}/grants", '{"keys":[],"may_grant":false}'
    sent = {"body": body, "headers": {"Content-Type": "application/json"}}
    asked = request(here, "POST", target, **sent)
    changed = here.http.post(
        target, headers=asked["headers"], content=body.replace("false", "true ")
    )
    assert changed.json()["code"] == "api.digest_mismatch"
    asked = request(here, "POST", target, **sent)
    whole = here.http.post(target, headers=asked["headers"], content=body)
    assert whole.json()["code"] not in {"api.digest_mismatch", "api.bad_signature"}
