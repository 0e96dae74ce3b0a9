# SPDX-License-Identifier: Apache-2.0
"""A request is a controller's only when that controller's key signed this very request."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from network import Network, Someone
from ropewalk.crypto import (
    Parameters,
    PrivateKey,
    byte_sequence,
    read_byte_sequences,
    read_signature_input,
    sha256,
    signature_base,
)
from vaults import World, now_s, world

COUNTER = iter(range(10_000))
LIST = "/v1/vault?after=&limit=10"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("signatures")) as found:
        yield found


def asked(here: World, headers: dict[str, str], target: str = LIST) -> str:
    """`taken`, or the code of the refusal."""
    answer = here.http.get(target, headers=headers)
    assert answer.status_code in (200, 400, 401), answer.text
    return "taken" if answer.status_code == 200 else str(answer.json()["code"])


def signed(
    here: World,
    *,
    without: str = "",
    key: PrivateKey | None = None,
    label: str = "sig",
    members: dict[str, Any] | None = None,
    values: dict[str, str] | None = None,
) -> dict[str, str]:
    """Fields of a signed GET of the list, changed as told before it is signed."""
    party = here.party("bank")
    covered = {
        "@method": "GET",
        "@authority": here.url.removeprefix("http://"),
        "@path": "/v1/vault",
        "@query": "?after=&limit=10",
        "ropewalk-controller": party.controller,
        **(values or {}),
    }
    covered.pop(without, None)
    said: dict[str, Any] = {
        "created": now_s(),
        "keyid": party.key.kid,
        "nonce": f"a nonce of this test {next(COUNTER)}".replace(" ", "-"),
        "tag": f"ropewalk/{here.network.network}",
        **(members or {}),
    }
    said = {name: value for name, value in said.items() if value is not None}
    parameters = Parameters(tuple(covered), said)
    base = signature_base(parameters, covered)
    signature = (key or party.key).sign(base)
    return {
        "ropewalk-controller": party.controller,
        "signature-input": f"{label}={parameters.text()}",
        "signature": byte_sequence(label, signature),
    }


def test_a_signed_request_is_taken_and_once_only(here: World) -> None:
    headers = here.headers("bank", "GET", LIST)
    assert asked(here, headers) == "taken"
    assert asked(here, headers) == "api.replayed"
    assert asked(here, signed(here)) == "taken"


def test_an_unsigned_request_is_told_what_it_lacks(here: World) -> None:
    headers = signed(here)
    assert asked(here, {}) == "api.signature_required"
    for name in headers:
        left = {one: value for one, value in headers.items() if one != name}
        assert asked(here, left) == "api.signature_required", name
    answer = here.http.get(LIST)
    assert answer.headers["www-authenticate"].startswith("Signature")


@pytest.mark.parametrize("ahead_s", [-290, -5, 0, 5, 290])
def test_a_clock_may_be_five_minutes_off_either_way(here: World, ahead_s: int) -> None:
    assert asked(here, signed(here, members={"created": now_s() + ahead_s})) == "taken"


@pytest.mark.parametrize("ahead_s", [-86_400, -310, 310, 86_400, -(10**14)])
def test_a_stale_request_is_not_taken(here: World, ahead_s: int) -> None:
    headers = signed(here, members={"created": now_s() + ahead_s})
    assert asked(here, headers) == "api.signature_time"


def test_what_expired_is_not_taken(here: World) -> None:
    assert asked(here, signed(here, members={"expires": now_s() + 60})) == "taken"
    assert asked(here, signed(here, members={"expires": now_s() - 1})) == "api.signature_time"


@pytest.mark.parametrize(
    "without", ["@method", "@authority", "@path", "@query", "ropewalk-controller"]
)
def test_what_must_be_covered_must_be(here: World, without: str) -> None:
    assert asked(here, signed(here, without=without)) == "api.malformed_signature"


def test_the_target_may_be_covered_whole(here: World) -> None:
    """Behind a proxy that ends TLS the sender's scheme is not the node's."""
    for scheme in ("http", "https"):
        headers = signed(here, values={"@target-uri": f"{scheme}://{here.url[7:]}{LIST}"})
        assert asked(here, headers) == "taken"
        headers = signed(here, values={"@scheme": scheme, "@request-target": LIST})
        assert asked(here, headers) == "taken"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("@method", "POST"),
        ("@authority", "other.example"),
        ("@path", "/v1/vault/"),
        ("@query", "?after=&limit=11"),
        ("@query", "?"),
        ("@target-uri", "http://other.example/v1/vault"),
        ("ropewalk-controller", "0" * 32),
    ],
)
def test_another_request_than_the_signed_one_is_not_taken(
    here: World, name: str, value: str
) -> None:
    assert asked(here, signed(here, values={name: value})) == "api.bad_signature"


def test_an_altered_path_or_query_is_not_taken(here: World) -> None:
    for target in ("/v1/vault?after=&limit=11", "/v1/vault?limit=10&after=", "/v1/vault"):
        assert asked(here, here.headers("bank", "GET", LIST), target) == "api.bad_signature"


def test_a_signature_for_another_method_is_not_taken(here: World) -> None:
    headers = here.headers("bank", "DELETE", LIST)
    assert asked(here, headers) == "api.bad_signature"


@pytest.mark.parametrize(
    "members",
    [
        {"tag": "ropewalk/" + "0" * 64},
        {"tag": None},
        {"nonce": None},
        {"nonce": "short"},
        {"nonce": "x" * 129},
        {"nonce": 'quoted " and more text'},
        {"created": None},
        {"created": "1790000000"},
        {"keyid": None},
        {"keyid": "no key"},
        {"keyid": 7},
        {"alg": "rsa-pss-sha512"},
        {"alg": ""},
        {"surprise": 1},
    ],
)
def test_parameters_are_as_documented_or_refused(here: World, members: dict[str, Any]) -> None:
    assert asked(here, signed(here, members=members)) == "api.malformed_signature"


def test_only_a_key_of_that_controller_signs_for_it(here: World) -> None:
    stranger = PrivateKey(sha256(b"nobody"))
    other = here.party("shipper").key
    for key in (stranger, other):
        headers = signed(here, key=key, members={"keyid": key.kid})
        assert asked(here, headers) == "api.unknown_signer"
        assert asked(here, signed(here, key=key)) == "api.bad_signature"
    headers = signed(here, values={"ropewalk-controller": "0" * 32})
    headers["ropewalk-controller"] = "0" * 32
    assert asked(here, headers) == "api.unknown_signer"
    for controller in ("../party", "A" * 32, "0" * 400):
        headers = signed(here, values={"ropewalk-controller": controller})
        headers["ropewalk-controller"] = controller
        assert asked(here, headers) == "api.unknown_signer"


def test_a_key_of_another_network_is_none_here(here: World, tmp_path: Path) -> None:
    """Nor is a signature for another network, by a party that is in both."""
    foreign = Someone("foreign", PrivateKey(sha256(b"of another network")))
    sender = here.sender("bank", controller=foreign.controller, signer=foreign.key)
    assert asked(here, here.headers(sender, "GET", LIST)) == "api.unknown_signer"
    other = Network(tmp_path)
    other.engine.close()
    sender = here.sender("bank", network=other.network)
    assert other.parties["bank"].controller == here.party("bank").controller
    assert asked(here, here.headers(sender, "GET", LIST)) == "api.malformed_signature"


def test_a_revoked_key_signs_no_more_and_its_successor_does(here: World) -> None:
    party, new = here.party("consignee"), PrivateKey(sha256(b"the consignee's second key"))
    sender = here.sender("consignee", signer=new)
    assert asked(here, here.headers(sender, "GET", LIST)) == "api.unknown_signer"
    for act, body in (
        ("identity.ADD_KEY", {"key": new.kid}),
        ("identity.REVOKE_KEY", {"key": party.key.kid}),
    ):
        assert asked(here, here.headers("consignee", "GET", LIST)) == "taken"
        text = here.network.by("consignee", act, dict(body))
        assert here.network.send(text).status == "committed"
    assert asked(here, here.headers("consignee", "GET", LIST)) == "api.unknown_signer"
    assert asked(here, here.headers(sender, "GET", LIST)) == "taken"


@pytest.mark.parametrize("name", ["signature", "signature-input"])
@pytest.mark.parametrize(
    "value",
    ["x", "s", "sig=()", "sig=::", "sig=:AAAA:", "=", ",,,", "sig=(((((", '"', "sig=:" + "A" * 999],
)  # fmt: skip
def test_fields_that_are_none_are_refused(here: World, name: str, value: str) -> None:
    found = asked(here, {**signed(here), name: value})
    expected = {"api.malformed_signature"}
    if (name, value) in (("signature", "sig=:AAAA:"), ("signature", "sig=::")):
        expected = {"api.bad_signature"}
    assert found in expected


def test_a_field_stands_once(here: World) -> None:
    headers = signed(here)
    for name, value in headers.items():
        doubled = [*headers.items(), (name, value)]
        answer = here.http.get(LIST, headers=doubled)
        assert answer.json()["code"] == "api.malformed_signature", name


def test_of_several_signatures_the_one_for_this_network_counts(here: World) -> None:
    """A proxy may add its own; two for us leave open which is meant."""
    ours, theirs = signed(here), signed(here, label="proxy", members={"tag": "proxy"})
    both = {
        name: ours[name] if name == "ropewalk-controller" else f"{theirs[name]}, {ours[name]}"
        for name in ours
    }
    assert asked(here, both) == "taken"
    again = signed(here, label="two")
    doubled = {
        name: ours[name] if name == "ropewalk-controller" else f"{again[name]}, {ours[name]}"
        for name in ours
    }
    assert asked(here, doubled) == "api.malformed_signature"


def test_one_flipped_bit_of_a_signature_is_one_too_many(here: World) -> None:
    for at in range(0, 64, 7):
        headers = signed(here)
        signature = bytearray(read_byte_sequences(headers["signature"])["sig"])
        signature[at] ^= 1
        headers["signature"] = byte_sequence("sig", bytes(signature))
        assert asked(here, headers) == "api.bad_signature"


def test_a_body_comes_with_its_digest_under_the_signature(here: World) -> None:
    name, body = "0" * 64, b'{"keys":[]}'
    target = f"/v1/vault/{name}/grants"
    bare = here.headers("bank", "POST", target)
    bare["content-type"] = "application/json"
    answer = here.http.post(target, headers=bare, content=body)
    assert answer.json()["code"] == "api.malformed_signature"
    digest = byte_sequence("sha-256", sha256(body))
    answer = here.http.post(target, headers={**bare, "content-digest": digest}, content=body)
    assert answer.json()["code"] == "api.malformed_signature", "there, but not covered"
    for field in ("sha-512=:AAAA:", "sha-256=:AAAA:", "sha-256", "", "md5=:AAAA:"):
        headers = here.headers("bank", "POST", target, fields={"content-digest": field})
        answer = here.http.post(target, headers=headers, content=body)
        assert answer.json()["code"] == "api.malformed_signature", field


def test_the_own_parser_reads_what_the_own_client_writes(here: World) -> None:
    headers = here.headers("bank", "GET", LIST)
    [(_, parameters)] = read_signature_input(headers["signature-input"]).items()
    assert parameters.components[:4] == ("@method", "@authority", "@path", "@query")
    assert list(parameters.members) == ["created", "keyid", "nonce", "alg", "tag"]
