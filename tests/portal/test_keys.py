# SPDX-License-Identifier: Apache-2.0
"""Sessions, passkeys and keys that ask: each ends with the key behind it, and none fills a room."""

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx2
import msgspec
import pytest

from portal.lodge import COOKIE, Lodge
from ropewalk.client import Actor
from ropewalk.client.signing import signed_headers
from ropewalk.crypto import PrivateKey, from_base64url, sha256
from ropewalk.portal import challenges, keys
from ropewalk.portal.challenges import OPEN_S, Challenges
from ropewalk.portal.sessions import now_s
from ropewalk.portal.store import SESSIONS_EACH, AskingKey, Passkey, Session, Store

OTHER = PrivateKey(sha256(b"another key of the shipper"))


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    with Lodge(tmp_path) as made:
        yield made


def signed(lodge: Lodge, path: str, body: bytes = b"{}") -> httpx2.Response:
    """A request that the shipper's key signed."""
    party = lodge.network.parties["shipper"]
    actor = Actor(lodge.node, lodge.network.network, party.controller, party.key)
    digest = sha256(body)
    proof = signed_headers(actor, ("POST", lodge.url, path), actor.now_s(), digest=digest)
    return lodge.http.post(path, headers=lodge.here(**proof), content=body)


def by_passkey(lodge: Lodge, maker: str) -> dict[str, str]:
    """The cookie of a shipper who logged in by a passkey."""
    now, me = now_s(), lodge.network.parties["shipper"].controller
    lodge.portal.store.open_session("p" * 43, Session(me, "", maker), now, now + 60)
    return {"cookie": f"{COOKIE}=" + "p" * 43}


def test_a_cookie_alone_makes_no_passkey(lodge: Lodge) -> None:
    cookie = {**lodge.cookie("shipper"), **lodge.here()}
    for path in ("/passkeys/options", "/passkeys"):
        assert lodge.http.post(path, headers=cookie, json={}).status_code == 401, path
    made = signed(lodge, "/passkeys/options")
    assert made.status_code == 200, made.text
    assert from_base64url(made.json()["challenge"])
    assert signed(lodge, "/passkeys").status_code == 400


def test_a_session_by_passkey_ends_with_the_key_that_made_it(lodge: Lodge) -> None:
    network = lodge.network
    cookie = by_passkey(lodge, network.parties["shipper"].key.kid)
    assert lodge.ask("GET /finance", **cookie).status_code == 200
    for act, key in (("ADD_KEY", OTHER), ("REVOKE_KEY", network.parties["shipper"].key)):
        sent = network.send(network.by("shipper", f"identity.{act}", {"key": key.kid}))
        assert sent.status == "committed"
    assert lodge.ask("GET /finance", **cookie).status_code == 401
    assert lodge.ask("GET /finance", **by_passkey(lodge, "")).status_code == 401


def test_a_passkey_is_taken_away_and_its_sessions_end(lodge: Lodge) -> None:
    party = lodge.network.parties["shipper"]
    passkey = Passkey(b"\x01" * 16, party.controller, b"", 0, "passkey", party.key.kid)
    assert lodge.portal.store.keep_passkey(passkey)
    assert lodge.portal.store.passkey(passkey.id) == passkey
    other = by_passkey(lodge, party.key.kid)
    cookie = lodge.cookie("shipper")
    assert 'data-passkey-remove="AQEB' in lodge.http.get("/keys", headers=cookie).text
    headers = {**cookie, **lodge.here()}
    gone = lodge.http.delete("/passkeys/AQEBAQEBAQEBAQEBAQEBAQ", headers=headers)
    assert gone.status_code == 204, gone.text
    assert lodge.portal.store.passkeys(party.controller) == []
    assert lodge.ask("GET /finance", **other).status_code == 401
    assert lodge.ask("GET /finance", **cookie).status_code == 200


def test_a_key_asks_until_it_is_let_in_dismissed_or_a_week_old(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie, network = lodge.cookie("shipper"), lodge.network
    kids = [PrivateKey(sha256(f"key {number}".encode())).kid for number in range(9)]

    def ask(kid: str) -> int:
        body = {"kid": kid, "label": "A laptop"}
        headers = {**cookie, **lodge.here()}
        return lodge.http.post("/passkeys/asking", headers=headers, json=body).status_code

    assert {ask(kid) for kid in [OTHER.kid, *kids[:7]]} == {204}
    assert ask(kids[7]) == 400
    network.send(network.by("shipper", "identity.ADD_KEY", {"key": OTHER.kid}))
    assert ask(kids[7]) == 204
    page = lodge.http.get("/keys", headers=cookie).text
    assert f'data-asking-dismiss="{OTHER.kid}"' not in page
    assert f'data-asking-dismiss="{kids[0]}"' in page
    assert kids[0] in lodge.http.get("/desk", headers=cookie).text
    dismissed = f"/passkeys/asking/{kids[0]}"
    reading = by_passkey(lodge, network.parties["shipper"].key.kid)
    assert lodge.http.delete(dismissed, headers={**reading, **lodge.here()}).status_code == 400
    assert lodge.http.delete(dismissed, headers=cookie).status_code == 403
    assert lodge.http.delete(dismissed, headers={**cookie, **lodge.here()}).status_code == 204
    assert kids[0] not in lodge.http.get("/keys", headers=cookie).text
    monkeypatch.setattr(keys, "ASKS_S", -60)
    assert kids[1] not in lodge.http.get("/keys", headers=cookie).text


def test_a_key_that_asks_one_party_may_ask_another() -> None:
    store = Store(None)
    asking = AskingKey("k" * 43, "A laptop", 1)
    assert store.ask("a" * 32, asking)
    assert store.ask("b" * 32, asking)
    store.ask_no_more("a" * 32, [asking.kid])
    assert (store.asking("a" * 32), store.asking("b" * 32)) == ([], [asking])
    store.close()


def test_a_party_has_some_sessions_and_the_oldest_go() -> None:
    store, now = Store(None), now_s()
    for number in range(SESSIONS_EACH + 2):
        store.open_session(f"c{number}", Session("a" * 32, "k"), now, now + 100 + number)
    store.open_session("other", Session("b" * 32, "k"), now, now + 1)
    known = [bool(store.session(f"c{number}", now)) for number in range(SESSIONS_EACH + 2)]
    assert known == [False, False] + [True] * SESSIONS_EACH
    assert store.session("other", now)
    store.close()


def test_a_login_ends_the_cookie_that_came_with_it(lodge: Lodge) -> None:
    first = lodge.cookie("shipper")
    lodge.http.headers.update(first)
    second = lodge.log_in("shipper")
    del lodge.http.headers["cookie"]
    lodge.http.cookies.clear()
    assert second.status_code == 204
    assert lodge.ask("GET /finance", **first).status_code == 401


def test_the_file_is_its_nodes_alone(tmp_path: Path) -> None:
    path = tmp_path / "portal.sqlite"
    path.touch(0o644)
    store = Store(path)
    store.give_name("ab" * 16, "Aurora")
    for one in tmp_path.iterdir():
        assert stat.S_IMODE(one.stat().st_mode) == 0o600, one
    store.close()


def test_a_file_of_before_has_passkeys_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "portal.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE passkeys (id BLOB PRIMARY KEY, controller VARCHAR(32), public_key BLOB,"
            " counter BIGINT, label TEXT)"
        )
        connection.execute("INSERT INTO passkeys VALUES (x'01', 'a', x'02', 0, 'passkey')")
        connection.execute(
            "CREATE TABLE sessions (hash VARCHAR(64) PRIMARY KEY, controller VARCHAR(32),"
            " kid VARCHAR(43), until BIGINT)"
        )
        connection.execute(
            "CREATE TABLE asking_keys (kid VARCHAR(43) PRIMARY KEY, controller VARCHAR(32),"
            " label TEXT, asked_s INTEGER)"
        )
    connection.close()
    Store(path).close()
    store = Store(path)
    assert store.passkeys("a") == []
    store.open_session("c", Session("a", "", "k"), 1, 9)
    assert store.session("c", 2) == Session("a", "", "k")
    asking = AskingKey("k", "A laptop", 1)
    assert store.ask("a", asking)
    assert store.ask("b", asking)
    store.close()
    with sqlite3.connect(path) as connection:
        plan = connection.execute("EXPLAIN QUERY PLAN DELETE FROM sessions WHERE until < 1")
        assert "INDEX" in str(plan.fetchall())
    connection.close()


def test_a_challenge_is_its_purposes_and_nobody_fills_the_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = Challenges()
    mine = made.make("login")
    for _ in range(20_000):
        made.make("login")
    assert not made.take(mine, "a" * 32)
    assert not Challenges().take(mine, "login")
    assert not made.take(b"\x00" * len(mine), "login")
    assert not made.take(b"", "login")
    assert made.is_open(mine, "login")
    assert made.take(mine, "login")
    assert not made.is_open(mine, "login")
    assert not made.take(mine, "login")
    late, now = made.make("login"), challenges.time.monotonic()
    monkeypatch.setattr(challenges.time, "monotonic", lambda: now + OPEN_S + 1)
    assert not made.take(late, "login")


def test_logging_in_by_a_passkey_nobody_knows_fails(lodge: Lodge) -> None:
    asked = lodge.http.post("/passkeys/login", headers=lodge.here(), json={})
    assert asked.status_code == 200
    answer = lodge.http.post(
        "/passkeys/session", headers=lodge.here(), content=msgspec.json.encode({"rawId": ""})
    )
    assert answer.status_code == 400
